import subprocess
import sys
import threading

import pytest

from index.errors import IndexUnavailableError
from index.storage.locking import refresh_lock

HOLDER = """
import os, sys
from pathlib import Path
from index.storage.locking import refresh_lock
with refresh_lock(Path(sys.argv[1]), wait=True, waiting=lambda: None):
    print("held", flush=True)
    sys.stdin.readline()
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), 9)
"""


@pytest.fixture
def holder(repository, tmp_path):
    """Another process that holds the lock until it is told to end, well or not."""

    def start(end="well"):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), end],
            cwd=repository,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "held\n"
        processes.append(process)
        return process

    processes = []
    yield start
    for process in processes:
        process.communicate("\n")


def test_without_waiting_a_second_refresh_stops_in_both_languages(tmp_path, holder):
    holder()

    with (
        pytest.raises(IndexUnavailableError, match=r"another ingest is at work on .*--no-wait / .*正在更新"),
        refresh_lock(tmp_path, wait=False, waiting=lambda: None),
    ):
        pass


@pytest.mark.parametrize("end", ["well", "killed"])
def test_a_second_refresh_says_that_it_waits_and_goes_on_when_the_first_one_ends(tmp_path, holder, end):
    first = holder(end)
    told = threading.Event()
    threading.Thread(target=lambda: told.wait() and first.stdin.write("\n") and first.stdin.flush()).start()

    with refresh_lock(tmp_path, wait=True, waiting=told.set):
        assert told.is_set()
        assert first.wait(timeout=5) == (-9 if end == "killed" else 0)


def test_a_data_folder_that_is_a_file_is_told_in_one_line(tmp_path):
    (tmp_path / "data").write_text("", encoding="utf-8")

    with (
        pytest.raises(IndexUnavailableError, match=r"data is a file; pass a folder with --data"),
        refresh_lock(tmp_path / "data", wait=True, waiting=lambda: None),
    ):
        pass
