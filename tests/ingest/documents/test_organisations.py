import csv

import pytest

from ingest.documents.organisations import with_organisations
from ingest.text.folding import fold
from ingest.types import Entry, Kind, Link, Listing, Term

TABLE = [
    Term("Tsinghua University", "清华大学", ("THUDM", "清华"), 2),
    Term("OpenAI", "OpenAI 公司", ("openai",), 3),
]


def work(*, organisations=(), authors=(), urls=()):
    listing = Listing("list", (), "corpus/lists/list.md", 1, "Work")
    links = tuple(Link("", url) for url in urls)
    return Entry("w", "Work", "", Kind.PAPER, None, "", authors, links, None, (listing,), (), (), organisations)


@pytest.mark.parametrize(
    ("entry", "organisations"),
    [
        (work(organisations=("清华", "Nobody Inc.", "THUDM")), ("Tsinghua University", "Nobody Inc.")),
        (work(urls=("https://github.com/THUDM/ChatGLM-6B",)), ("Tsinghua University",)),
        (work(authors=("OpenAI",), urls=("https://github.com/openai/gpt-3",)), ("OpenAI",)),
        (work(authors=("Jason Wei",), urls=("https://github.com/somebody/x",)), ()),
        # what the card says counts, whoever owns the repository
        (work(organisations=("OpenAI",), urls=("https://github.com/THUDM/x",)), ("OpenAI",)),
    ],
)
def test_an_entry_has_organisations_by_their_name_in_the_table(entry, organisations):
    (found,) = with_organisations([entry], TABLE)

    assert found.organisations == organisations


def test_no_name_of_the_shipped_table_means_two_organisations(repository):
    lines = (repository / "corpus" / "organisations.tsv").read_text(encoding="utf-8").splitlines()[1:]
    owner = {}
    for en, zh, aliases in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        for name in filter(None, (en, zh, *aliases.split("|"))):
            assert owner.setdefault(fold(name), en) == en, name


def test_the_cards_of_the_shipped_corpus_name_organisations_of_the_table(shipped_library):
    known = {organisation.en for organisation in shipped_library.organisations}
    named = [name for entry in shipped_library.entries for name in entry.organisations]

    assert len(set(named) & known) >= 40
    assert sum(name in known for name in named) >= 0.7 * len(named)
