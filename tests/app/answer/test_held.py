"""Words and units held by texts, in a few bytes each."""

from __future__ import annotations

import random

import pytest

from app.answer.held import bucket, buckets, hashes, held, in_buckets


def test_texts_hold_what_their_sets_hold():
    texts = [["户", "模型", "户"], [], ["7b", "gpt-4"], ["模型"]]
    words = ["户", "7b", "模型", "nowhere"]
    holding = [[word in text for word in words] for text in texts]
    assert held(words, [hashes(text) for text in texts]).tolist() == holding
    assert held([], [hashes(text) for text in texts]).shape == (4, 0)


@pytest.mark.parametrize("seed", range(3))
def test_every_unit_that_a_text_holds_is_found_in_its_bucket(seed):
    chance = random.Random(seed)
    units = [f"unit{number}" for number in range(300)]
    texts = [chance.sample(units, chance.randrange(9)) for _ in range(40)]
    wanted = {bucket(unit): unit for unit in units[:60]}
    found = set(zip(*in_buckets(wanted, [buckets(text) for text in texts]), strict=True))
    assert found >= {(place, key) for place, text in enumerate(texts) for key, unit in wanted.items() if unit in text}
    assert found == {(place, key) for place, text in enumerate(texts) for key in wanted if key in map(bucket, text)}


def test_a_term_takes_eight_bytes():
    assert len(hashes(["a", "b", "a"])) == 16
    assert len(buckets(["a", "a"])) == 2
