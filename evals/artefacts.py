"""What a run leaves behind for other tools: TREC run and qrels files, and one JSON file with everything it ran on."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evals.ablations import VariantResult
from evals.questions import Question
from evals.regression import as_sections
from evals.suite import Outcome, Report
from index.config import SearchConfig
from index.storage.manifest import Manifest

_EARLIER = 100  # runs that are kept
_PACKAGES = ("bm25s", "faiss-cpu", "ir-measures", "numpy", "tokenizers")


def write_run(file: Path, runs: Mapping[str, Mapping[str, float]], tag: str) -> None:
    """Writes a run in TREC's six columns, ranks from 1, ties by entry id."""
    lines = []
    for question, scores in runs.items():
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        for rank, (entry, score) in enumerate(ranked, start=1):
            lines.append(f"{question} Q0 {entry} {rank} {score:.6f} {tag}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_qrels(file: Path, questions: Sequence[Question], judged: Mapping[str, Mapping[str, int]]) -> None:
    """Writes all judgements in TREC's four columns."""
    lines = []
    for question in questions:
        grades = dict(judged.get(question.id, {})) | {gold.entry_id: gold.grade for gold in question.gold}
        lines += [f"{question.id} 0 {entry} {grade}" for entry, grade in sorted(grades.items())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def results_json(
    report: Report, outcomes: Sequence[Outcome], manifest: Manifest, variants: Sequence[VariantResult]
) -> dict[str, Any]:
    """Returns everything about a run: what it ran on, its scores, and one row a question."""
    return {
        "commit": _commit(),
        "config": asdict(SearchConfig()),
        "index": asdict(manifest),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        "scores": as_sections(report) | {"kinds": {name: dict(values) for name, values in report.scores.items()}},
        "intervals": {name: list(interval) for name, interval in report.intervals.items()},
        "milliseconds": dict(report.milliseconds),
        "variants": {
            v.name: {"p": v.p_value} | dict(v.mean([o.question for o in _answerable(outcomes)])) for v in variants
        },
        "questions": [_row(outcome) for outcome in outcomes],
    }


def write_results(folder: Path, results: Mapping[str, Any]) -> None:
    """Writes the JSON file; what the run before found is kept by its date, without its questions."""
    file = folder / "results.json"
    _keep_earlier(file)
    text = json.dumps(results, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def _keep_earlier(file: Path) -> None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        kept = {name: value for name, value in found.items() if name not in ("questions", "config", "index")}
        when = datetime.fromtimestamp(file.stat().st_mtime)
    except (OSError, ValueError, AttributeError):
        return  # there was none, or it is damaged
    folder = file.parent / "earlier"
    folder.mkdir(exist_ok=True)
    (folder / f"{when:%Y-%m-%dT%H-%M-%S}.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    for old in sorted(folder.glob("*.json"))[:-_EARLIER]:
        old.unlink()


def _answerable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.question.answerable]


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "question": outcome.question.text,
        "status": outcome.answer.status.value,
        "probability": round(outcome.probability, 4),
        "measures": dict(outcome.measures),
        "hits": list(outcome.run)[:10],
        "cited": list(dict.fromkeys(citation.entry.entry_id for citation in outcome.answer.citations)),
    }


def _commit() -> str:
    run = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return run.stdout.strip() or "unknown"
