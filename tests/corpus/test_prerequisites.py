"""Whoever follows the prerequisites of the shipped corpus backwards comes to something a beginner can read."""

from graphlib import TopologicalSorter

import pytest

from ingest.documents.front_matter import read_document


@pytest.fixture(scope="module")
def documents(repository):
    """The front matter of cards and notes, by the id of their entry."""
    corpus = repository / "corpus"
    cards = (read_document(file, file.name).front for file in (corpus / "papers").glob("*.md"))
    notes = {f"note:{file.stem}": read_document(file, file.name).front for file in (corpus / "notes").glob("*.md")}
    return {front["id"]: front for front in cards} | notes


def test_no_chain_of_prerequisites_comes_back_to_where_it_started(documents):
    order = list(TopologicalSorter({i: front["prerequisites"] for i, front in documents.items()}).static_order())

    assert set(order) == set(documents)  # what is required is a card or a note: something there is to read


def test_every_chain_ends_at_a_beginner_s_entry_and_only_there(documents):
    ends = {i for i, front in documents.items() if not front["prerequisites"]}

    assert ends == {i for i, front in documents.items() if front.get("level") == "beginner"}


def test_what_a_beginner_s_chain_ends_at_is_a_note_or_a_guide_to_other_works(documents):
    ends = {i for i, front in documents.items() if front.get("level") == "beginner"}
    papers = {i for i in ends if documents[i].get("kind") == "paper"}

    assert papers == set()
