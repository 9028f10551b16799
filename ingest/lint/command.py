"""``ingest --check``: reads a corpus, tells what is wrong with it, and mends what can be mended safely."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import typer

from ingest.console import Terminal
from ingest.library import Reading, read_corpus
from ingest.lint.addresses import Address
from ingest.lint.audit import audit_corpus, without_ignored
from ingest.lint.fix import fix_files
from ingest.lint.papers import known_papers
from ingest.lint.report import FORMATS, as_text
from ingest.lint.rules import Finding, ReportFormat, Severity
from ingest.text.files import read_text
from ingest.text.links import arxiv_id

_MOST_ROUNDS = 5  # one fix may bring another to light


def run_check(
    corpus: Path,
    data: Path,
    talk: Terminal,
    *,
    dump: Path | None,
    fix: bool,
    online: bool,
    notes: bool,
    form: ReportFormat,
) -> int:
    """Checks a corpus and prints the findings on stdout.

    Args:
        corpus: The folder.
        data: Fetched abstracts are read there, and answers of servers kept.
        talk: What is said beside the findings.
        dump: arXiv's bulk file, for titles of papers.
        fix: Whether to make the safe corrections first.
        online: Whether to ask for every linked page.
        notes: Whether to tell notes too; JSON and SARIF always have them.
        form: How to write the findings.

    Returns:
        1 when there are errors, else 0.
    """
    reading, findings, addresses = _audit(corpus, data, dump)
    for _ in range(_MOST_ROUNDS if fix else 0):
        done = fix_files(findings, reading.list_files)
        for line in as_text(done):
            talk.say(f"fixed {line}")
        if not done:
            break
        reading, findings, addresses = _audit(corpus, data, dump)
    if online:
        findings = _with_online(reading, findings, addresses, data, talk)
    shown = notes or form in (ReportFormat.JSON, ReportFormat.SARIF)
    told = [finding for finding in findings if shown or finding.severity is not Severity.NOTE]
    for line in FORMATS[form](told):
        typer.echo(line)
    for problem in reading.library.skipped:
        talk.say(str(problem))
    counts = Counter(finding.severity for finding in findings)
    total = counts[Severity.ERROR] + counts[Severity.WARNING]
    detail = f" (errors: {counts[Severity.ERROR]}, warnings: {counts[Severity.WARNING]})" if total else ""
    told_of = f"; notes: {counts[Severity.NOTE]}, see --notes" if counts[Severity.NOTE] and not shown else ""
    talk.say(f"{_summary(reading)}; problems: {total}{detail}{told_of}")
    return 1 if counts[Severity.ERROR] else 0


def _audit(corpus: Path, data: Path, dump: Path | None) -> tuple[Reading, list[Finding], dict[str, list[Address]]]:
    reading = read_corpus(corpus, data)
    heads = [found.block.head for found, _ in reading.owned]
    ids = {paper for head in heads for link in head.links if (paper := arxiv_id(link.url))}
    papers = known_papers(ids, {head.title for head in heads}, data, dump)
    findings, addresses = audit_corpus(corpus, reading, papers)
    return reading, findings, addresses


def _with_online(
    reading: Reading, findings: list[Finding], addresses: dict[str, list[Address]], data: Path, talk: Terminal
) -> list[Finding]:
    from ingest.lint.online import check_online

    with talk.progress("asking for pages") as progress:
        found = [*findings, *check_online(addresses, data, progress=progress)]
    texts = {path: read_text(reading.list_files[path])[0].split("\n") for path in addresses}
    return list(without_ignored(found, texts))


def _summary(reading: Reading) -> str:
    library = reading.library
    kinds = Counter(entry.kind.value for entry in library.entries)
    listed = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common())
    return f"{len(library.entries)} entries ({listed}), {len(library.passages)} passages"
