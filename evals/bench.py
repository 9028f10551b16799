"""``python -m evals --bench``: how long a search and an answer take, how soon a new process answers, and what it holds.

One process on one core, where the system lets a process choose: times of two versions can only be compared so. CPU
times hardly change while other programs are at work, wall times do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import EvaluationError
from index.refresh import refresh_index

if TYPE_CHECKING:
    from app.assistant import Assistant
    from evals.questions import Question
    from index.encoders.base import Encoder
    from ingest.console import Terminal

WARM_UP = 164  # with the suite's 836 that makes a thousand questions, after which the memory is looked at
_COLD_STARTS = 5
_ENCODED = 4_000  # passages
_PATIENCE = 60  # seconds
Progress = Callable[[int, int], None]
Show = Callable[[str, Mapping[str, Mapping[str, float]]], None]


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds that one thing took for each question: as the clock goes, and of the processor."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    def summary(self) -> dict[str, float]:
        """Returns the median and the 95th percentile of both."""
        return {
            f"{name} p{share}": percentile(values, share)
            for name, values in (("wall", self.wall), ("cpu", self.cpu))
            for share in (50, 95)
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """What was measured.

    Attributes:
        commit: The version, marked where files have been changed since.
        pinned: Whether the process stayed on one core.
        questions: How many were asked.
        search: Milliseconds of a search, by ``Spent.summary``.
        answer: Those of a whole answer, its search included.
        search_steps: Share of each step in the time of all searches.
        answer_steps: The same for answers.
        cold_start: Seconds until ``python -m app ask`` has answered and ended, the median of a few.
        memory: Resident MB by when: the index opened, after the warm-up, after every question was asked once, and at
            the end.
        encoded: Passages that the encoder turns into vectors in a second.
    """

    commit: str
    pinned: bool
    questions: int
    search: Mapping[str, float]
    answer: Mapping[str, float]
    search_steps: Mapping[str, float]
    answer_steps: Mapping[str, float]
    cold_start: float
    memory: Mapping[str, float]
    encoded: float

    def keep(self, folder: Path) -> Path:
        """Writes the result into a folder, named by its commit, and returns the file."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.commit}.json"
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        return file

    def tables(self) -> dict[str, Mapping[str, Mapping[str, float]]]:
        """Returns what is printed: tables by title."""
        return {
            "milliseconds": {"search": self.search, "answer": self.answer},
            "shares of a search": {"search": self.search_steps},
            "shares of an answer": {"answer": self.answer_steps},
            "resident MB": {"memory": self.memory},
            "others": {"this commit": {"cold start, s": self.cold_start, "passages encoded a second": self.encoded}},
        }


def bench_and_report(corpus: Path, home: Path, encoder: Encoder, talk: Terminal, show: Show | None) -> None:
    """Measures the suite's own index, keeps the result, and shows it as tables, or as JSON without ``show``."""
    refresh_index(corpus, home, talk, offline=True, encoder=encoder)
    with talk.progress("asking") as progress:
        found = run_bench(home, progress)
    file = found.keep(home / "bench")
    if show is None:
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        return
    for title, rows in found.tables().items():
        show(title, rows)
    core = "one core" if found.pinned else "no core of its own"
    talk.say(f"{found.questions} questions, {core}; kept in {file}")


def run_bench(data: Path, progress: Progress = lambda *_: None) -> Bench:
    """Measures the index of a data folder, with the suite's questions in the order of their file.

    Raises:
        EvaluationError: A new process does not answer.
    """
    pinned = pin()
    from app.assistant import Assistant
    from evals.questions import read_questions

    questions = read_questions()
    assistant = Assistant.open(data)
    memory = {"opened": resident_mb()}
    for text in other_questions(assistant, {question.text for question in questions}):
        assistant.ask(text)
    memory["warmed up"] = resident_mb()
    answer, answer_steps = _answers(assistant, questions, progress)
    memory[f"after {WARM_UP + len(questions)}"] = resident_mb()
    search, search_steps = _searches(assistant, questions)
    memory["at the end"] = resident_mb()
    encoded = _encoded(assistant)
    assistant.close()
    cold = sorted(_cold_start(data, questions[0].text) for _ in range(_COLD_STARTS))[_COLD_STARTS // 2]
    return Bench(
        _commit(),
        pinned,
        len(questions),
        search.summary(),
        answer.summary(),
        search_steps,
        answer_steps,
        cold,
        memory,
        encoded,
    )


def pin() -> bool:
    """Keeps this process, and those it starts, on one core; returns False where the system does not let it."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the first one has the interrupts
    return True


def percentile(values: Sequence[float], share: int) -> float:
    """Returns the value that ``share`` percent of the values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


def resident_mb() -> float:
    """Returns the memory that this process holds now, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def other_questions(assistant: Assistant, known: set[str]) -> list[str]:
    """Returns questions that are not of the suite: of cards and notes, from all over the corpus."""
    from ingest.documents.answers import read_answered
    from ingest.types import PassageKind

    passages = [p for p in assistant.searcher.store.all_passages() if p.kind is PassageKind.ANSWER]
    found = [asked.question for p in passages if (asked := read_answered(p.text)) and asked.question not in known]
    return found[:: max(1, len(found) // WARM_UP)][:WARM_UP]


def _answers(assistant: Assistant, questions: Sequence[Question], progress: Progress) -> tuple[Spent, dict[str, float]]:
    wall, cpu, steps = [], [], {"search": 0.0, "write": 0.0}
    for number, question in enumerate(questions, start=1):
        clock, processor = time.perf_counter(), time.process_time()
        answer = assistant.ask(question.text, question.history)
        cpu.append(1000 * (time.process_time() - processor))
        wall.append(1000 * (time.perf_counter() - clock))
        steps["search"] += answer.timings.retrieve
        steps["write"] += answer.timings.answer
        progress(number, len(questions))
    return Spent(tuple(wall), tuple(cpu)), _shares(steps)


def _searches(assistant: Assistant, questions: Sequence[Question]) -> tuple[Spent, dict[str, float]]:
    wall, cpu, steps = [], [], dict[str, float]()
    for question in questions:
        clock, processor = time.perf_counter(), time.process_time()
        found = assistant.searcher.find(question.text, k=10, history=question.history)
        cpu.append(1000 * (time.process_time() - processor))
        wall.append(1000 * (time.perf_counter() - clock))
        for name, milliseconds in found.milliseconds.items():
            steps[name] = steps.get(name, 0.0) + milliseconds
    return Spent(tuple(wall), tuple(cpu)), _shares(steps)


def _shares(steps: Mapping[str, float]) -> dict[str, float]:
    total = sum(steps.values()) or 1.0
    return {name: value / total for name, value in steps.items()}


def _encoded(assistant: Assistant) -> float:
    texts = [passage.text for passage in assistant.searcher.store.all_passages()][:_ENCODED]
    started = time.perf_counter()
    assistant.searcher.encoder.encode_passages(texts)
    return len(texts) / (time.perf_counter() - started)


def _cold_start(data: Path, question: str) -> float:
    command = [sys.executable, "-m", "app", "ask", question, "--data", str(data)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        raise EvaluationError(f"a new process gave no answer: {done.stderr.decode(errors='replace').strip()}")
    return time.perf_counter() - started


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return run.stdout.strip() or "unknown"
