"""The regression file: what the suite must find again. Counts come first; scores on other data mean nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from evals.errors import EvaluationError
from evals.suite import Report

SHIPPED_REGRESSION = Path(__file__).parent / "data" / "regression.toml"
TOLERANCE = {"ok": 0.002, "close": 0.01}
_SLICES = ("all", "zh", "en", "dev", "test")
_LOWER_IS_BETTER = ("declined, answerable", "said missing, answerable", "filters that exclude an answer")


class Verdict(StrEnum):
    """How a value compares: as expected or better, a little worse, or worse."""

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


Sections = dict[str, dict[str, float]]


def read_regression(file: Path = SHIPPED_REGRESSION) -> Sections:
    """Reads the expected values by section.

    Raises:
        EvaluationError: The file is missing or is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise EvaluationError(f"cannot read {file} ({error}); write it with: python -m evals --update") from error


def compare(found: Sections, expected: Sections) -> Iterator[Comparison]:
    """Compares what was found with what was expected, counts first.

    Raises:
        EvaluationError: A section or name of the file is unknown.
    """
    for section, values in expected.items():
        for name, value in values.items():
            if name not in found.get(section, {}):
                raise EvaluationError(f"{SHIPPED_REGRESSION}: unknown value {section}.{name}")
            yield Comparison(f"{section}.{name}", found[section][name], value, _verdict(section, name, found, value))


def as_sections(report: Report) -> Sections:
    """Returns a report in the sections of the regression file."""
    sections: Sections = {"counts": {name: float(value) for name, value in report.counts.items()}}
    sections["support function"] = {name: float(value) for name, value in asdict(report.support).items()}
    sections |= {f"retrieval {name}": dict(report.scores[name]) for name in _SLICES if name in report.scores}
    sections |= {f"answers {name}": dict(report.answers[name]) for name in _SLICES if name in report.answers}
    if report.intents and report.constraints:
        told = {f"intent told, {name}": value for name, value in report.intents.accuracy.items()}
        read = {f"constraints read, {name}": value for name, value in report.constraints.exact.items()}
        sections["understanding"] = told | read | {"filters that exclude an answer": report.constraints.excluding}
    return sections


def write_regression(sections: Sections, file: Path = SHIPPED_REGRESSION) -> None:
    """Writes what was found as the new expectation."""
    lines = ["# What `python -m evals` must find again. Written by `python -m evals --update`."]
    for section, values in sections.items():
        lines += ["", f'["{section}"]']
        lines += [f'"{name}" = {_number(section, value)}' for name, value in values.items()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _number(section: str, value: float) -> float:
    return int(value) if section == "counts" else round(value, 4)


def _verdict(section: str, name: str, found: Sections, expected: float) -> Verdict:
    value = found[section][name]
    if section == "counts":
        return Verdict.OK if value == expected else Verdict.FAIL
    loss = value - expected if name in _LOWER_IS_BETTER else expected - value
    if loss <= TOLERANCE["ok"]:
        return Verdict.OK
    return Verdict.CLOSE if loss <= TOLERANCE["close"] else Verdict.FAIL
