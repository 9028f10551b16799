import json

import bibtexparser
import pybtex.database
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.plugin import find_plugin

from app.export.bibtex import bibtex
from app.export.csl import csl
from app.export.library import library_references
from app.export.reference import citation_keys
from app.export.ris import ris
from index.catalogue.filters import NO_FILTERS, Filters
from ingest.types import Entry, Kind, Link

# What the CSL-JSON schema 1.0.2 allows; anything else makes an item invalid.
CSL_TYPES = {"article", "article-journal", "dataset", "paper-conference", "report", "software", "webpage"}
CSL_FIELDS = {
    "id",
    "type",
    "title",
    "author",
    "issued",
    "container-title",
    "publisher",
    "number",
    "DOI",
    "URL",
    "language",
}


def entry(title, *, authors=("Edward J. Hu", "Yelong Shen"), url="https://arxiv.org/abs/2106.09685", **fields):
    values = {
        "entry_id": "arxiv:2106.09685", "title": title, "title_zh": "", "kind": Kind.PAPER, "year": 2021,
        "venue": "ICLR", "authors": authors, "links": (Link("arxiv", url),), "arxiv_id": "2106.09685",
        "listings": (), "topics": (), "aliases": (),
    }  # fmt: skip
    return Entry(**values | fields)


def read_both(text):
    """Reads BibTeX with two parsers that know nothing of each other."""
    first = bibtexparser.parse_string(text)
    assert first.failed_blocks == []
    second = pybtex.database.parse_string(text, "bibtex")
    assert [one.key for one in first.entries] == list(second.entries)
    return first, second


@pytest.fixture(scope="module")
def shipped_bib(shipped_searcher):
    return library_references(shipped_searcher.store, NO_FILTERS, "bib")


def test_every_work_of_the_library_is_read_by_both_parsers_and_typeset(shipped_bib, shipped_searcher):
    first, second = read_both(shipped_bib)
    style, text = find_plugin("pybtex.style.formatting", "plain")(), find_plugin("pybtex.backends", "text")()

    typeset = [one.text.render(text) for one in style.format_entries(second.entries.values())]

    works = [e for e in shipped_searcher.store.entries() if e.kind is not Kind.CONCEPT or e.links]
    assert len(first.entries) == len(typeset) == len(works)
    assert any("Edward" in one and "Low-Rank Adaptation" in one for one in typeset)


def test_filters_choose_what_is_exported(shipped_searcher):
    every = library_references(shipped_searcher.store, NO_FILTERS, "ris").count("\r\nER  -")
    some = json.loads(library_references(shipped_searcher.store, Filters(kinds=(Kind.REPOSITORY,)), "csl"))

    assert 0 < len(some) < every
    assert {item["type"] for item in some} == {"software"}


def test_a_key_is_the_same_in_every_format(shipped_searcher, shipped_bib):
    key = "hu2021lora"

    assert f"{{{key}," in shipped_bib
    assert f"ID  - {key}\r\n" in library_references(shipped_searcher.store, NO_FILTERS, "ris")
    assert key in {item["id"] for item in json.loads(library_references(shipped_searcher.store, NO_FILTERS, "csl"))}


titles = st.text(st.sampled_from("aB 语{}\\$%#&_~^\"'@=,\n\u200b"), min_size=1, max_size=30)


@given(titles, st.lists(titles, max_size=3))
def test_no_title_or_author_breaks_a_file(title, authors):
    work = entry(f"X{title}", authors=tuple(authors), url=f"https://a.org/{title}", arxiv_id=None)

    first, _ = read_both(bibtex([work], {work.entry_id: "key"}))

    assert [one.key for one in first.entries] == ["key"]


def test_a_work_without_authors_has_a_key_to_be_sorted_by():
    (alone,) = read_both(bibtex([entry("LLMs", authors=())], {"arxiv:2106.09685": "2021llms"}))[0].entries
    (by_people,) = read_both(bibtex([entry("LLMs")], {"arxiv:2106.09685": "hu2021llms"}))[0].entries

    assert alone["key"] == "2021llms"  # bibtex warns of an entry with neither
    assert "key" not in by_people


def test_the_fields_of_a_conference_paper():
    text = bibtex([entry("LoRA & 100% of {it}")], {"arxiv:2106.09685": "hu2021lora"})

    _, second = read_both(text)
    fields = second.entries["hu2021lora"].fields
    assert text.startswith("@inproceedings{hu2021lora,\n")
    assert fields["title"] == r"{LoRA \& 100\% of \textbraceleft{}it\textbraceright{}}"
    assert (fields["booktitle"], fields["year"], fields["eprint"]) == ("ICLR", "2021", "2106.09685")
    assert [str(p) for p in second.entries["hu2021lora"].persons["author"]] == ["Hu, Edward J.", "Shen, Yelong"]


def test_csl_items_use_nothing_that_the_schema_does_not_allow(shipped_searcher):
    items = csl(list(shipped_searcher.store.entries()), citation_keys(shipped_searcher.store.entries()))

    assert {item["type"] for item in items} <= CSL_TYPES
    assert {field for item in items for field in item} <= CSL_FIELDS
    for item in items:
        assert isinstance(item["id"], str)
        assert all(set(name) in ({"literal"}, {"family", "given"}) for name in item.get("author", []))
        assert "issued" not in item or isinstance(item["issued"]["date-parts"][0][0], int)


def test_a_ris_record_stays_within_its_lines():
    text = ris([entry("A title\nTY  - BOOK", authors=("Edward J. Hu",))], {"arxiv:2106.09685": "hu2021lora"})

    lines = text.split("\r\n")
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - CPAPER", "ER  - "]
    assert "AU  - Hu, Edward J." in lines
