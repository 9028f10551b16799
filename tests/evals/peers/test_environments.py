import subprocess
import sys

import pytest

from evals.errors import EvaluationError
from evals.peers.environments import environment_of, last_line, surroundings


def test_an_environment_is_made_kept_when_asked_to_and_removed_otherwise(tmp_path, write_peer):
    requirements = tmp_path / "none.txt"
    requirements.write_text("# nothing\n", encoding="utf-8")
    peer, folder = write_peer(requirements=requirements), tmp_path / "environments"

    with environment_of(peer, folder, keep=True) as command:
        seen = subprocess.run(
            [command[0], "-I", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
        )
        assert seen.stdout.strip() == str(folder / "counting")
        made = (folder / "counting" / "pyvenv.cfg").stat().st_mtime_ns
    with environment_of(peer, folder, keep=False):
        assert (folder / "counting" / "pyvenv.cfg").stat().st_mtime_ns == made  # taken, not made again
    assert not (folder / "counting").exists()


def test_what_cannot_be_installed_is_told_in_one_line_and_leaves_nothing(tmp_path, write_peer):
    requirements = tmp_path / "missing.txt"
    requirements.write_text("--no-index\nno-such-distribution==1.0\n", encoding="utf-8")
    peer = write_peer(requirements=requirements)

    with pytest.raises(EvaluationError) as caught, environment_of(peer, tmp_path / "environments", keep=False):
        pass

    assert str(caught.value).startswith("counting: cannot be installed: ERROR: No matching distribution")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "environments" / "counting").exists()


def test_our_own_search_runs_in_this_interpreter(tmp_path, write_peer):
    with environment_of(write_peer(), tmp_path, keep=False) as command:
        assert command[0] == sys.executable
    assert list(tmp_path.iterdir()) == [tmp_path / "adapters"]


def test_a_peer_has_one_thread_and_no_network_for_models(write_peer):
    variables = surroundings(write_peer())

    assert variables["OMP_NUM_THREADS"] == "1"
    assert variables["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(("text", "line"), [("a\nValueError: b\n\n", "ValueError: b"), ("", "no word")])
def test_the_last_line_that_says_something_is_quoted(text, line):
    assert last_line(text) == line
