"""Reading the suite's files of JSON objects, one a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from evals.errors import EvaluationError

Row = TypeVar("Row")


def read_rows(file: Path, build: Callable[[dict[str, Any]], Row], what: str) -> list[Row]:
    """Reads a file of JSON objects, one a line.

    Args:
        file: The file.
        build: Makes a row of an object; raises ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` at a
            wrong one.
        what: What a line should be, for the message.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"cannot read {file}: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(build(json.loads(line)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EvaluationError(f"{file}:{number}: not {what} ({error!r})") from error
    return found
