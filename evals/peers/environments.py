"""An environment for each peer, made of its pinned requirements, and the command that runs the runner in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evals.errors import EvaluationError
from evals.peers.contenders import Peer

_RUNNER = Path(__file__).parent / "runner.py"
_ROOT = Path(__file__).parents[2]
_PATIENCE = 3600  # seconds; torch alone is large
_ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}


@contextmanager
def environment_of(peer: Peer, folder: Path, *, keep: bool) -> Iterator[list[str]]:
    """Makes a peer's environment, or takes the one that was kept, and removes it afterwards unless it is to be kept.

    Yields:
        The command to which the runner's arguments are added.

    Raises:
        EvaluationError: It cannot be made.
    """
    if peer.requirements is None:
        yield [sys.executable, str(_RUNNER)]
        return
    home = folder / peer.name
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    pinned, made_of = peer.requirements.read_text(encoding="utf-8"), home / "made-of.txt"
    try:
        if not made_of.is_file() or made_of.read_text(encoding="utf-8") != pinned:
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home, with_pip=True)
            _install(peer, python)
            made_of.write_text(pinned, encoding="utf-8")
        yield [str(python), "-I", str(_RUNNER)]
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def surroundings(peer: Peer) -> dict[str, str]:
    """Returns the environment variables of a peer's processes: one thread, no network, no graphics card."""
    own = {"PYTHONPATH": str(_ROOT)} if peer.requirements is None else {}
    return {**os.environ, **_ALONE, **own}


def _install(peer: Peer, python: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
    try:
        subprocess.run(
            [*command, str(peer.requirements)], check=True, capture_output=True, text=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise EvaluationError(f"{peer.name}: installing took longer than {_PATIENCE} s") from error
    except subprocess.CalledProcessError as error:
        raise EvaluationError(f"{peer.name}: cannot be installed: {last_line(error.stderr)}") from error


def last_line(text: str) -> str:
    """Returns the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")
