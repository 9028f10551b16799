import pytest

from app.export.reference import Person, citation_keys, form_of, people_of, url_of, venue_of
from ingest.types import Entry, Kind, Link


def entry(title="LoRA: Low-Rank Adaptation", *, kind=Kind.PAPER, **fields):
    values = {
        "entry_id": "arxiv:2106.09685", "title": title, "title_zh": "", "kind": kind, "year": 2021,
        "venue": "ICLR 2022",
        "authors": ("Edward J. Hu", "Yelong Shen"), "links": (Link("arxiv", "https://arxiv.org/abs/2106.09685"),),
        "arxiv_id": "2106.09685", "listings": (), "topics": (), "aliases": (),
    }  # fmt: skip
    return Entry(**values | fields)


def test_a_key_is_surname_year_and_first_word_that_says_something():
    assert citation_keys([entry()]) == {"arxiv:2106.09685": "hu2021lora"}
    assert citation_keys([entry("A Survey of Things", authors=("Zoë Müller-Höß",))]) == {
        "arxiv:2106.09685": "mullerhoss2021survey"
    }


def test_namesakes_get_a_letter_and_the_rest_of_the_library_does_not_matter():
    first, second = entry(entry_id="arxiv:1"), entry(entry_id="arxiv:2")

    assert citation_keys([second, first]) == {"arxiv:1": "hu2021lora", "arxiv:2": "hu2021lorab"}


def test_a_work_without_latin_letters_still_has_a_key_of_its_own():
    keys = citation_keys([entry("论文", authors=("张三",), year=None, entry_id=f"list/{n}") for n in range(3)])

    assert len(set(keys.values())) == 3
    assert all(key.isascii() and key.isalnum() for key in keys.values())


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({}, "conference"),
        ({"venue": "Journal of Machine Learning Research"}, "article"),
        ({"venue": "arXiv"}, "preprint"),
        ({"venue": "", "arxiv_id": None}, "report"),
        ({"kind": Kind.REPOSITORY, "venue": ""}, "software"),
        ({"kind": Kind.COURSE, "venue": "YouTube", "arxiv_id": None}, "web"),
    ],
)
def test_the_form_of_a_work(fields, form):
    assert form_of(entry(**fields)) == form


def test_people_and_groups_are_told_apart():
    people, more = people_of(entry(authors=("Ludwig van Beethoven", "Meta AI", "李四", "et al.")))

    assert people == [Person("van Beethoven", "Ludwig"), Person("Meta AI", literal=True), Person("李四", literal=True)]
    assert more


def test_organisations_stand_in_for_authors():
    assert people_of(entry(authors=(), organisations=("OpenAI",)))[0] == [Person("OpenAI", literal=True)]


def test_a_preprint_has_no_venue_and_a_venue_no_year():
    assert venue_of(entry()) == "ICLR"
    assert venue_of(entry(venue="arXiv")) == ""


def test_only_web_addresses_stand_for_a_work():
    assert (
        url_of(entry(arxiv_id=None, links=(Link("x", "javascript:alert(1)"), Link("code", "https://a.org"))))
        == "https://a.org"
    )
