import json
import mmap

import pytest

from evals.bench import Bench, Spent, percentile, resident_mb


@pytest.mark.parametrize(("share", "value"), [(0, 10), (50, 30), (95, 50), (100, 50)])
def test_a_percentile_is_one_of_the_values(share, value):
    assert percentile([50, 10, 40, 20, 30], share) == value


def test_nothing_measured_is_nought():
    assert Spent((), ()).summary() == {"wall p50": 0.0, "wall p95": 0.0, "cpu p50": 0.0, "cpu p95": 0.0}


def test_memory_grows_with_what_is_held():
    before = resident_mb()
    if not before:
        pytest.skip("this system does not tell")
    # Mapped, not allocated: what the process has freed before would be handed out again.
    with mmap.mmap(-1, 64 << 20) as held:
        for _ in range(64):
            held.write(b"\x01" * (1 << 20))
        grown = resident_mb() - before

    assert grown > 50


def test_a_result_is_kept_by_its_commit_and_read_back(tmp_path):
    found = Bench("abc-dirty", True, 2, {"wall p50": 1.5}, {}, {"late": 1.0}, {}, 0.9, {"opened": 120.0}, 5e3)

    file = found.keep(tmp_path / "bench")

    assert file.name == "abc-dirty.json"
    assert Bench(**json.loads(file.read_text(encoding="utf-8"))) == found
    assert found.tables()["others"]["this commit"]["cold start, s"] == 0.9
