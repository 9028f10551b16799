"""The regression file: what the suite must find again. Counts come first; scores on other data mean nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evals.errors import EvaluationError
from evals.suite import Report

SHIPPED_REGRESSION = Path(__file__).parent / "regression.toml"
_TOLERANCE = {"ok": 0.002, "close": 0.01}


class Verdict(StrEnum):
    """How a value compares: within tolerance or better, a little below, or below."""

    OK = "OK"
    CLOSE = "close"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One value beside the expected one."""

    name: str
    value: float
    expected: float
    verdict: Verdict


def read_regression(file: Path = SHIPPED_REGRESSION) -> dict[str, dict[str, float]]:
    """Reads the expected values by section.

    Raises:
        EvaluationError: The file is missing or is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise EvaluationError(f"cannot read {file} ({error}); write it with: python -m evals --update") from error


def compare(report: Report, expected: dict[str, dict[str, float]]) -> Iterator[Comparison]:
    """Compares a report with the expected values, counts first.

    Raises:
        EvaluationError: A section or name of the file is unknown.
    """
    found = as_sections(report)
    for section, values in expected.items():
        for name, value in values.items():
            if name not in found.get(section, {}):
                raise EvaluationError(f"{SHIPPED_REGRESSION}: unknown value {section}.{name}")
            yield Comparison(f"{section}.{name}", found[section][name], value, _verdict(section, name, found, value))


def as_sections(report: Report) -> dict[str, dict[str, float]]:
    """Returns a report in the sections of the regression file."""
    sections: dict[str, dict[str, float]] = {"counts": {name: float(value) for name, value in report.counts.items()}}
    sections |= {f"retrieval {name}": dict(values) for name, values in report.scores.items()}
    sections |= {f"answers {name}": dict(values) for name, values in report.answers.items()}
    return sections


def write_regression(report: Report, file: Path = SHIPPED_REGRESSION) -> None:
    """Writes a report as the new expectation."""
    lines = ["# What `python -m evals` must find again. Written by `python -m evals --update`."]
    for section, values in as_sections(report).items():
        lines += ["", f'["{section}"]']
        lines += [
            f'"{name}" = {int(value) if section == "counts" else round(value, 4)}' for name, value in values.items()
        ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _verdict(section: str, name: str, found: dict[str, dict[str, float]], expected: float) -> Verdict:
    value = found[section][name]
    if section == "counts":
        return Verdict.OK if value == expected else Verdict.FAIL
    loss = value - expected if name == "declined, answerable" else expected - value
    if loss <= _TOLERANCE["ok"]:
        return Verdict.OK
    return Verdict.CLOSE if loss <= _TOLERANCE["close"] else Verdict.FAIL
