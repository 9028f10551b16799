"""Units held by texts, in two bytes each."""

from __future__ import annotations

import random

import pytest

from app.answer.held import bucket, buckets, in_buckets


@pytest.mark.parametrize("seed", range(3))
def test_every_unit_that_a_text_holds_is_found_in_its_bucket(seed):
    chance = random.Random(seed)
    units = [f"unit{number}" for number in range(300)]
    texts = [chance.sample(units, chance.randrange(9)) for _ in range(40)]
    wanted = {bucket(unit): unit for unit in units[:60]}
    found = set(zip(*in_buckets(wanted, [buckets(text) for text in texts]), strict=True))
    assert found >= {(place, key) for place, text in enumerate(texts) for key, unit in wanted.items() if unit in text}
    assert found == {(place, key) for place, text in enumerate(texts) for key in wanted if key in map(bucket, text)}


def test_a_unit_takes_two_bytes_once():
    assert len(buckets(["a", "b", "a"])) == 4


def test_the_memory_of_a_string_is_not_what_counts():
    assert bucket("户") != bucket("7b")
