"""The shipped corpus names everything in Chinese and English."""

from ingest.text.scripts import has_han


def test_every_entry_has_a_chinese_title_and_an_english_one(shipped_library):
    assert [entry.entry_id for entry in shipped_library.entries if not entry.title_zh] == []
    assert [e.entry_id for e in shipped_library.entries if has_han(e.title) and not e.title_en] == []


def test_every_section_of_a_list_has_a_heading_in_each_language(shipped_library):
    places = [place for entry in shipped_library.entries for place in entry.listings]
    pairs = {
        (place.list_id, *pair) for place in places for pair in zip(place.section_zh, place.section_en, strict=True)
    }

    assert len(pairs) > 100  # 118 headings of lists that hold entries, and those of notes
    assert [pair for pair in pairs if not has_han(pair[1]) or has_han(pair[2])] == []
