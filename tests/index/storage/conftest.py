import subprocess
import sys

import pytest


@pytest.fixture
def hold_in_a_killed_process(repository):
    """Takes a hold on a generation in a process that is killed while it holds."""

    def hold(generation):
        code = (
            "import os, sys; from pathlib import Path; from index.storage.holds import Hold;"
            "hold = Hold(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(generation)], cwd=repository, check=False)
        assert done.returncode == -9

    return hold
