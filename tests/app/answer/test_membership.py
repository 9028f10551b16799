import numpy as np
import pytest

from app.answer.membership import (
    ALONE,
    COMPANY,
    FEATURES,
    FIRST,
    Compared,
    company,
    compare_entries,
    fitted,
    rank_members,
)

TOPICS, LIKENESS, CITED, BESIDE = (COMPANY.index(n) for n in ("topics", "likeness", "cited", "cited_beside"))


@pytest.fixture(scope="module")
def compared(small):
    found = small.find("Which papers scale channels by their activations?", k=60)
    features = compare_entries(found.question, found.hits, small.store, small.table).alone
    return {
        hit.entry.entry_id: dict(zip(ALONE, row, strict=True)) for hit, row in zip(found.hits, features, strict=True)
    }


def test_the_model_fits_the_features():
    model = fitted()

    assert model["features"] == {"alone": list(FIRST), "together": list(FEATURES)}
    assert len(model["together"]["work"]["weights"]) == len(FEATURES)


def test_an_entry_whose_passage_holds_the_words_covers_more_of_the_question(compared):
    assert compared["awq"]["covered"] == 1.0
    assert compared["awq"]["covered_at_once"] > compared["gptq"]["covered_at_once"]


def test_every_share_is_of_the_best(compared):
    for name in ("share", "late_share", "dense_share", "lexical_share"):
        assert max(features[name] for features in compared.values()) == pytest.approx(1.0)


def four(names):
    """Works a, b, c and a note n; a and b share a topic; passages 0 and 1 are the note's, 2 is of c."""
    return Compared(
        alone=np.zeros((4, len(ALONE)), np.float32),
        roles=np.asarray([0, 0, 0, 1]),
        topics=np.asarray([[1, 0], [1, 0], [0, 1], [0, 0]], np.float32),
        vectors=np.asarray([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32),
        names=np.asarray(names, np.float32),
        owner=np.asarray([3, 3, 2]),
        shares=np.asarray([0.8, 0.4, 0.6], np.float32),
        linked=np.asarray([[0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], np.float32),
        together=np.asarray([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.float32),
    )


def test_a_topic_counts_as_much_as_likely_members_have_it():
    found = company(four(np.zeros((3, 4))), np.asarray([0.9, 0.1, 0.1, 0.0], np.float32))

    # of the others of b, a with 0.9 of 1.0 has its topic; of those of a, b with 0.1 of 0.2; of those of c, none
    assert found[:3, TOPICS] == pytest.approx([0.5, 0.9, 0.0])
    assert found[1, LIKENESS] > found[2, LIKENESS]


def test_a_note_speaks_for_what_it_names_and_more_beside_likely_members():
    names = [[1, 1, 0, 0], [0, 0, 1, 0], [0, 1, 1, 1]]
    found = company(four(names), np.asarray([0.9, 0.5, 0.5, 0.0], np.float32))

    assert found[:3, CITED] == pytest.approx([0.8, 0.8, 0.4])
    # the first passage names a and b, on average 0.7 likely, the second c: 0.8 · 0.7 and 0.4 · 0.5
    assert found[:3, BESIDE] == pytest.approx([0.56, 0.56, 0.2])


def test_nothing_speaks_for_itself():
    found = company(four([[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 0]]), np.full(4, 0.5, np.float32))

    assert not found[:, [CITED, BESIDE]].any()


def test_members_come_the_likeliest_first(shipped_searcher):
    found = shipped_searcher.find("Which papers are about data augmentation with language models?", k=60)

    members = rank_members(found.question, found.hits, shipped_searcher.store, shipped_searcher.table)

    assert [m.probability for m in members] == sorted((m.probability for m in members), reverse=True)
    assert "arxiv:2302.13007" in [member.hit.entry.entry_id for member in members[:5]]  # AugGPT


def test_without_entries_nothing_is_ranked(small):
    question = small.read("Which papers are about quantization?")

    assert rank_members(question, [], small.store, small.table) == []


def test_what_the_search_finds_together_counts_before_anything_is_judged(compared):
    assert FIRST[: len(ALONE)] == ALONE
    assert compared["awq"]["score_three"] >= compared["awq"]["score_eight"]


def test_a_link_to_a_likely_member_speaks_for_a_work():
    found = company(four(np.zeros((3, 4))), np.asarray([0.9, 0.1, 0.1, 0.0], np.float32))
    linked = found[:, COMPANY.index("best_linked")]

    assert linked == pytest.approx([0.1, 0.0, 0.9, 0.0])  # a and c cite each other, b nobody
    assert found[1, COMPANY.index("together")] == pytest.approx(0.9)  # a note cites a and b
