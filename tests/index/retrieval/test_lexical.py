from math import log

import numpy as np
import pytest

from index.retrieval.lexical import LexicalIndex

PASSAGES = [
    ["lora", "freez", "weight"],
    ["weight", "weight", "quantiz", "4"],
    [],
    ["attention", "tile", "memori", "gpt4", "attention", "大", "模", "大模"],
]


def bm25(terms, passage, passages):
    """Lucene's variant, term by term: ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * length / mean))"""
    k1, b = 1.2, 0.75
    lengths = [max(len(p), 1) for p in passages]  # a passage without terms is kept as one empty term
    mean = sum(lengths) / len(lengths)
    score = 0.0
    for term in terms:
        f, n = passage.count(term), sum(term in p for p in passages)
        if f:
            rarity = log(1 + (len(passages) - n + 0.5) / (n + 0.5))
            score += rarity * f / (f + k1 * (1 - b + b * max(len(passage), 1) / mean))
    return score


@pytest.fixture(scope="module")
def lexical():
    return LexicalIndex.build(PASSAGES)


@pytest.mark.parametrize(
    "terms",
    [["weight"], ["lora", "weight"], ["attention", "大模"], ["weight", "weight"], ["weight", "unheard"], ["4"]],
)
def test_scores_are_bm25_by_the_book(lexical, terms):
    expected = [bm25(terms, passage, PASSAGES) for passage in PASSAGES]

    np.testing.assert_allclose(lexical.scores(terms), expected, rtol=1e-5)


@pytest.mark.parametrize("terms", [[], ["unheard"], ["unheard", "of"]])
def test_unknown_terms_score_nothing(lexical, terms):
    np.testing.assert_array_equal(lexical.scores(terms), [0.0, 0.0, 0.0, 0.0])


def test_a_passage_without_terms_never_scores(lexical):
    every_term = sorted({term for passage in PASSAGES for term in passage})

    scores = lexical.scores(every_term)

    assert scores[2] == 0.0
    assert (scores[[0, 1, 3]] > 0.0).all()


def test_a_saved_index_scores_the_same(lexical, tmp_path):
    lexical.save(tmp_path / "lexical")

    loaded = LexicalIndex.load(tmp_path / "lexical", len(PASSAGES))

    np.testing.assert_array_equal(loaded.scores(["weight", "attention"]), lexical.scores(["weight", "attention"]))
    assert loaded.size == 4
    assert loaded.knows("quantiz")


@pytest.mark.parametrize(
    ("term", "known"),
    [
        ("attention", True),
        ("atention", True),
        ("attentoin", True),  # two slips in a long word
        ("atentoins", False),  # three
        ("quantis", True),
        ("kuantis", False),  # two slips in a word of seven letters
        ("lora-weight", True),
        ("lora-mamba", False),
        ("weight-4", False),
        ("大模", True),
        ("模大", False),
        ("gpt4", True),
        ("gpt5", False),
        ("gpt44", False),  # a number is never a slip
        ("lorb", False),  # too short for a slip
    ],
)
def test_a_word_is_known_up_to_a_slip_of_the_pen(lexical, term, known):
    assert lexical.knows(term) is known


def test_words_are_held_by_the_passages_that_have_them_as_terms():
    index = LexicalIndex.build([["a", "b"], [], ["b"], ["c", "c"]])

    held = index.held(["b", "c", "unheard"], np.asarray([3, 0, 1]))

    assert held.tolist() == [[False, True, False], [True, False, False], [False, False, False]]
