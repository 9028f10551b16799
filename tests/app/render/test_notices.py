import pytest

from app.render.notices import describe_filters, relaxation_notice
from index.catalogue.filters import Filters
from ingest.types import Kind


@pytest.mark.parametrize(
    ("filters", "zh", "en"),
    [
        (Filters(since=2024), "2024 年及以后", "from 2024 on"),
        (Filters(until=2020), "2020 年及以前", "up to 2020"),
        (Filters(since=2022, until=2022), "2022 年", "from 2022"),
        (Filters(since=2020, until=2022), "2020–2022 年", "from 2020 to 2022"),
        (Filters(kinds=(Kind.PAPER, Kind.CONCEPT)), "类型 论文、概念", "kind paper or concept"),
        (Filters(venues=("ACL 2022",)), "出处 ACL 2022", "venue ACL 2022"),
        (Filters(languages=("zh",)), "语言 zh", "language zh"),
    ],
)
def test_a_constraint_in_words(filters, zh, en):
    assert describe_filters(filters, "zh") == [zh]
    assert describe_filters(filters, "en") == [en]


def test_every_constraint_and_kind_has_words():
    words = dict.fromkeys(("topics", "lists", "languages", "authors", "venues", "sections", "organisations"), ("x",))
    filters = Filters(since=2020, kinds=tuple(Kind), **words)

    for language in ("zh", "en"):
        assert len(describe_filters(filters, language)) == len(filters.constraints) == 9


def test_the_notice_says_what_fits_nothing_and_what_was_given_up():
    asked = Filters(since=2024, kinds=(Kind.COURSE,))

    assert relaxation_notice(asked, ["years"], "zh") == "（没有符合“2024 年及以后，类型 课程”的条目，已放宽年份。）"
    assert relaxation_notice(asked, ["years"], "en") == ("(No entry fits “from 2024 on, kind course”; relaxed: year.)")
