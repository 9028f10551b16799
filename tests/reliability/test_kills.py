"""A refresh killed at every operation on a file, and at random moments: an index is always there, and always whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killing.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")


def kills(repository, *arguments):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_sample_of_kills_leaves_the_old_index_or_the_new_one(repository):
    found = kills(repository, "changed", "--every", "40")

    assert len(found) >= 3
    assert {kill["left"] for kill in found} <= {"before", "after"}


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("case", ["first", "changed", "full"])
@pytest.mark.parametrize("options", [(), ("--moments", "100")], ids=["every operation", "random moments"])
def test_a_killed_refresh_leaves_the_old_index_or_the_new_one(repository, case, options):
    found = kills(repository, case, *options)

    assert len(found) >= 100
    assert {kill["left"] for kill in found} <= {"before", "after"}
    assert all(kill["mended"] and not kill["debris"] for kill in found)
