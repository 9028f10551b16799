import pytest

from app.catalogue import Catalogue
from app.export.kept import exported_conversation
from app.state.answers import KeptAnswer, KeptCitation, KeptSentence
from app.types import Status
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Link, Listing

LORA = Entry(
    "arxiv:2106.09685", "LoRA", "", Kind.PAPER, 2022, "ICLR", ("Edward J. Hu",),
    (Link("arxiv", "https://arxiv.org/abs/2106.09685"),), "2106.09685",
    (Listing("path", (), "corpus/lists/path.md", 12, "LoRA"),), (), (),
)  # fmt: skip
HARM = "<img src=x onerror=alert(1)>"


@pytest.fixture
def catalogue(tmp_path):
    write_store(tmp_path / "store.sqlite", Library((LORA,), (), (), ()))
    return Catalogue(Store(tmp_path / "store.sqlite"))


def cited(n, entry_id, title):
    url = "https://example.org/gone" if entry_id == "gone" else "https://arxiv.org/abs/2106.09685"
    return KeptCitation(n, entry_id, title, url, "p", "corpus/lists/path.md", 13, f"It freezes {HARM}.", 1.0)


@pytest.fixture
def answers():
    citations = (cited(1, LORA.entry_id, "LoRA"), cited(2, "gone", "A work of an older index"))
    sentence = KeptSentence(f"**It** freezes {HARM}.", (1, 2), starts_paragraph=False, marked=False)
    return [KeptAnswer(f"What is LoRA? {HARM}", "en", Status.ANSWERED, (sentence,), citations, (), ())]


def test_a_kept_conversation_is_markdown_with_its_references(catalogue, answers):
    text = exported_conversation(answers, "Adapters", catalogue, "md")

    assert text.startswith("# Adapters\n\n## What is LoRA?")
    assert "**It** freezes" in text
    assert "[1][2]" in text
    assert "- **[1]** Edward J. Hu. LoRA (2022). `hu2022lora` <https://arxiv.org/abs/2106.09685>" in text
    assert "A work of an older index" in text
    assert "<https://example.org/gone>" in text


def test_the_page_obeys_nothing_that_stands_in_a_text(catalogue, answers):
    page = exported_conversation(answers, f"Adapters {HARM}", catalogue, "html")

    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 4  # title, heading, question, answer
    assert "<h1>Adapters" in page


def test_the_works_are_bibtex_also_those_that_are_gone(catalogue, answers):
    text = exported_conversation(answers, "Adapters", catalogue, "bib")

    assert text.count("@") == 2
    assert "hu2022lora" in text
    assert "https://example.org/gone" in text
