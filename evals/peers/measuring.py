"""Running a peer: its index built, every question asked in fresh processes, and ours asked beside it each time."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from evals.errors import EvaluationError
from evals.peers.contenders import Peer, Variant
from evals.peers.environments import last_line, surroundings

_PATIENCE = 7200.0  # seconds that one process may take
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One process of a peer.

    Attributes:
        rows: What it told, but for the last line.
        spent: The last line: seconds of the processor, and resident MB.
        first: Seconds by the clock from its start to its first line.
    """

    rows: Sequence[Mapping[str, Any]]
    spent: Mapping[str, float]
    first: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What one process found: milliseconds of the processor and by the clock for each question, and what came.

    Attributes:
        found: Passage ids and scores, best first, by question id.
        cpu_ms: Of each search but the first, which also loads what is loaded late.
        wall_ms: The same by the clock.
        cold_cpu: Seconds of the processor from the start of the process to the first answer.
        cold_wall: The same by the clock.
        resident: MB held after the last question.
    """

    found: Mapping[str, Sequence[tuple[str, float]]]
    cpu_ms: Sequence[float]
    wall_ms: Sequence[float]
    cold_cpu: float
    cold_wall: float
    resident: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A variant over all rounds.

    Attributes:
        asked: One for each round.
        beside: What our own search took in the same rounds, median milliseconds of the processor.
        build: Seconds of the processor that building its index took; 0 where nothing is built beforehand.
        index_mb: What the index holds on the disk.
    """

    asked: Sequence[Asked]
    beside: float
    build: float
    index_mb: float


class Bench:
    """Measures peers over one export."""

    def __init__(self, home: Path, rounds: int, say: Say) -> None:
        """Takes the folder of the export, and how often every variant is asked."""
        self.home, self.rounds, self._say = home, rounds, say

    def embed(self, peer: Peer, command: Sequence[str]) -> float:
        """Has the vectors of the passages made, unless they are there, and returns the processor's seconds it took."""
        record, wanted = self.home / "vectors.json", _digest(self.home / "passages.jsonl")
        if record.is_file() and (kept := json.loads(record.read_text(encoding="utf-8")))["passages"] == wanted:
            return float(kept["cpu_s"])
        self._say(f"{peer.name}: embedding the passages, which every peer is given")
        step = run_step(peer, command, ["embed", str(self.home)])
        record.write_text(json.dumps({"passages": wanted, "cpu_s": step.spent["cpu_s"]}), encoding="utf-8")
        return step.spent["cpu_s"]

    def build(self, peer: Peer, command: Sequence[str]) -> dict[str, float]:
        """Builds the indexes of a peer and returns the processor's seconds of each by name."""
        built = {}
        for name in dict.fromkeys(variant.index for variant in peer.variants if variant.index):
            self._say(f"{peer.name}: building {name}")
            arguments = ["build", str(self.home), str(peer.adapter), name, str(self._index(peer, name))]
            built[name] = run_step(peer, command, arguments).spent["cpu_s"]
        return built

    def ask(self, peer: Peer, command: Sequence[str], variant: Variant) -> Asked:
        """Asks one variant every question in a fresh process."""
        arguments = ["search", str(self.home), str(peer.adapter), variant.name, str(self._index(peer, variant.index))]
        return _asked(run_step(peer, command, arguments))

    def measure(
        self, peer: Peer, command: Sequence[str], ours: Callable[[], Asked], built: Mapping[str, float]
    ) -> dict[str, Measured]:
        """Asks every variant once a round, and ours after all of them."""
        asked: dict[str, list[Asked]] = {variant.name: [] for variant in peer.variants}
        beside = []
        for number in range(1, self.rounds + 1):
            for variant in peer.variants:
                self._say(f"{peer.name}: asking {variant.name}, round {number} of {self.rounds}")
                asked[variant.name].append(self.ask(peer, command, variant))
            beside.append(median(ours().cpu_ms))
        return {
            variant.name: Measured(
                asked[variant.name],
                median(beside),
                built.get(variant.index, 0.0),
                _size_mb(self._index(peer, variant.index)) if variant.index else 0.0,
            )
            for variant in peer.variants
        }

    def _index(self, peer: Peer, name: str) -> Path:
        return self.home / "indexes" / peer.name / (name or "none")


def run_step(peer: Peer, command: Sequence[str], arguments: Sequence[str]) -> Step:
    """Runs one process of a peer to its end.

    Raises:
        EvaluationError: It failed, told something else than JSON lines, or took too long; one line says so.
    """
    rows: list[dict[str, Any]] = []
    first = 0.0
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=errors, env=surroundings(peer)
        ) as process:
            late = threading.Timer(_PATIENCE, process.kill)
            late.start()
            try:
                for line in process.stdout or ():
                    first = first or time.perf_counter() - started
                    rows.append(json.loads(line))
            except ValueError as error:
                process.kill()
                raise EvaluationError(f"{peer.name}: {arguments[0]} told {line[:80]!r}, not JSON") from error
            finally:
                late.cancel()
        errors.seek(0)
        said = errors.read().decode("utf-8", errors="replace")
    if process.returncode or not rows:
        raise EvaluationError(f"{peer.name}: {arguments[0]} ended with {process.returncode}: {last_line(said)}")
    return Step(rows[:-1], rows[-1], first)


def _asked(step: Step) -> Asked:
    found = {row["id"]: [(passage, score) for passage, score in row["found"]] for row in step.rows}
    later = step.rows[1:]
    return Asked(
        found,
        [row["cpu_ms"] for row in later],
        [row["ms"] for row in later],
        step.spent["first_cpu_s"],
        step.first,
        step.spent["resident_mb"],
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
