from app.web.words import word


def test_one_thing_is_no_plural():
    assert word("entries_found", "en", n=1) == "1 entry"
    assert word("own_path_sum", "en", n=1, hours="1.1") == "1 step, about 1.1 hours"
    assert word("entries_found", "en", n=21) == "21 entries"
    assert word("entries_found", "zh", n=1) == "1 个条目"
