"""``python -m evals import-feedback``: what readers rated, as questions of the suite that a person has to complete.

A row has what is known: the question, the turns before it, the readers' verdicts and reasons, what was answered. What
must be judged (kind, topic, split, for a bad answer also gold) stays empty, so that ``evals.questions`` refuses a row
that nobody has looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from app.state.database import FILE_NAME, Database
from app.state.ratings import Rating, Ratings
from evals.errors import EvaluationError
from evals.questions import read_questions
from ingest.console import DataOption, one_line_ends


def import_feedback(
    out: Annotated[Path, typer.Argument(help="A new file, one question a line. 要写入的新文件。")],
    data: DataOption = Path("data"),
) -> None:
    """Writes rated questions as candidates for the suite, to be completed by hand. 把评价过的问题写成候选评测题。"""
    with one_line_ends():
        written = write_candidates(data, out)
        typer.echo(f"wrote {written} questions to {out}; complete kind, topic, split and gold of each", err=True)


def write_candidates(data: Path, out: Path) -> int:
    """Writes the ratings of a data folder as candidates, and returns how many.

    Raises:
        EvaluationError: There are no ratings, or the file is there already.
    """
    if not (data / FILE_NAME).is_file():
        raise EvaluationError(f"{data / FILE_NAME} is not there; rate answers in the app, or give its --data")
    if out.exists():
        raise EvaluationError(f"{out} is there already and may hold somebody's work; give the name of a new file")
    with closing(Database(data / FILE_NAME)) as database:
        rows = list(candidates(Ratings(database).all(), {question.text for question in read_questions()}))
    if not rows:
        raise EvaluationError("nobody has rated an answer to a question that the suite does not have yet")
    out.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return len(rows)


def candidates(ratings: Iterable[Rating], known: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yields a row for each question, with all verdicts on it; questions that are known already are left out."""
    rows: dict[str, dict[str, Any]] = {}
    for rating in ratings:
        answer = rating.answer
        asked = " ".join(answer.question.split())
        if asked in known:
            continue
        identity = hashlib.sha256(json.dumps([asked, rating.history]).encode("utf-8", "replace")).hexdigest()[:10]
        row = rows.setdefault(identity, {"id": f"feedback-{answer.language}-{identity}", "q": asked})
        verdicts = [*row.get("verdicts", ()), {"verdict": rating.verdict, "reason": rating.reason}]
        row |= {"language": answer.language, "kind": "", "topic": "", "split": "", "gold": _gold(rating), "facts": []}
        row |= {"history": [list(turn) for turn in rating.history]} if rating.history else {}
        row |= {"verdicts": verdicts, "status": answer.status.value, "answered": answer.text}
    yield from rows.values()


def _gold(rating: Rating) -> list[dict[str, Any]]:
    """Returns what a good answer cited, the first quote of each entry; a bad one says nothing about what is right."""
    if rating.verdict != "up":
        return []
    first = {citation.entry_id: citation.quote for citation in reversed(rating.answer.citations)}
    return [{"entry": entry, "grade": 2, "quote": quote} for entry, quote in reversed(first.items())]
