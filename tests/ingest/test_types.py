import dataclasses

import pytest

from ingest.types import Kind, Link, PassageKind, Problem


def test_a_problem_reads_as_path_line_and_message():
    assert str(Problem("corpus/lists/a.md", 7, "empty link")) == "corpus/lists/a.md:7: empty link"


def test_kinds_are_the_words_that_front_matter_uses():
    assert [kind.value for kind in Kind] == [
        "paper",
        "model",
        "benchmark",
        "dataset",
        "repository",
        "course",
        "article",
        "concept",
    ]
    assert Kind("paper") is Kind.PAPER
    assert f"{PassageKind.CARD}" == "card"


def test_values_cannot_be_changed():
    link = Link("code", "https://github.com/microsoft/LoRA")

    with pytest.raises(dataclasses.FrozenInstanceError):
        link.url = "https://example.org"
