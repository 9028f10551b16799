"""Findings in the formats that people, scripts and code hosts read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from urllib.parse import quote

from ingest.lint.rules import RULES, Finding, ReportFormat, Severity

Format = Callable[[Sequence[Finding]], Iterator[str]]
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_text(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields a line a finding: ``path:line:column: error[rule] reason; fix``."""
    for finding in findings:
        fix = f"; {finding.fix}" if finding.fix else ""
        place = f"{finding.path}:{finding.line}:{finding.column}"
        yield f"{place}: {finding.severity}[{finding.rule}] {finding.reason}{fix}"


def as_json(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields one JSON array of objects with path, line, column, rule, severity, reason, fix and fixable."""
    keys = ("path", "line", "column", "rule", "reason", "fix")
    rows = [
        {key: asdict(f)[key] for key in keys} | {"severity": f.severity.value, "fixable": f.edit is not None}
        for f in findings
    ]
    yield json.dumps(rows, ensure_ascii=False, indent=1)


def as_github(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields the workflow commands that GitHub shows as annotations of a change."""
    for f in findings:
        message = f"{f.reason}; {f.fix}" if f.fix else f.reason
        path = _escaped(f.path).replace(":", "%3A").replace(",", "%2C")
        place = f"file={path},line={f.line},col={f.column},title={f.rule}"
        yield f"::{_GITHUB[f.severity]} {place}::{_escaped(message)}"


def as_sarif(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields a SARIF 2.1.0 log."""
    names = list(RULES)
    rules = [
        {
            "id": name,
            "shortDescription": {"text": what},
            "defaultConfiguration": {"level": severity.value},
        }
        for name, (severity, what) in RULES.items()
    ]
    results = [_result(f, names) for f in findings]
    driver = {"name": "ingest --check", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    yield json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


FORMATS: dict[ReportFormat, Format] = {
    ReportFormat.TEXT: as_text,
    ReportFormat.JSON: as_json,
    ReportFormat.GITHUB: as_github,
    ReportFormat.SARIF: as_sarif,
}


def _result(finding: Finding, names: Sequence[str]) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    place = {"artifactLocation": {"uri": quote(finding.path)}, "region": region}
    message = f"{finding.reason}; {finding.fix}" if finding.fix else finding.reason
    return {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": finding.severity.value,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
