"""The whole audit of a corpus: every rule over every list, less what its comments say to ignore.

``<!-- lint-ignore rule … -->`` holds for its line, or alone on a line for the next one; ``lint-ignore-file`` for the
file; between ``lint-disable`` and ``lint-enable`` for the lines between. Without a rule it means all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ingest.errors import CorpusError
from ingest.library import Reading
from ingest.lint.addresses import Address, addresses_in, check_addresses, fault_of, visible_lines
from ingest.lint.check import check_corpus
from ingest.lint.entries import Paper, check_entries, check_papers
from ingest.lint.rules import RULES, Edit, Finding
from ingest.lists.formats.read import format_of
from ingest.lists.formats.suffixes import MARKDOWN_SUFFIXES
from ingest.text.files import Source, read_source
from ingest.types import Problem

_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})\s+\S")
_COMMENT = re.compile(r"<!--\s*lint-(?P<what>ignore-file|ignore|disable|enable)(?P<rules>[^>]{0,500}?)\s*-->")
_ALL = frozenset(RULES)


def audit_corpus(
    corpus: Path, reading: Reading, papers: Mapping[str, Paper]
) -> tuple[list[Finding], dict[str, list[Address]]]:
    """Returns the findings of a corpus in order of files and lines, and the links of each Markdown list.

    Args:
        corpus: The folder.
        reading: What was read from it.
        papers: Titles and abstracts by arXiv id, as far as they are known.
    """
    findings: list[Finding] = []
    addresses: dict[str, list[Address]] = {}
    sources: dict[str, Source] = {}
    for path, file in reading.list_files.items():
        try:
            source = sources[path] = read_source(file)
        except CorpusError:
            continue  # reading the library has reported it
        findings += _encoding(path, source)
        lines = source.text.split("\n")
        if is_markdown(file, source.text):
            visible = visible_lines(lines)
            addresses[path] = addresses_in(visible)
            findings += check_addresses(path, file, visible, addresses[path])
            findings += _empty_sections(path, lines, visible)
    findings += check_entries(reading.owned, addresses)
    findings += check_papers(reading.owned, papers)
    findings += _of_problems(reading.library.problems, set(addresses))
    findings += [Finding(p.path, p.line, 1, "card-rules", p.message) for p in check_corpus(corpus, reading.library)]
    texts = {path: source.text.split("\n") for path, source in sources.items()}
    return list(without_ignored(findings, texts)), addresses


def is_markdown(file: Path, text: str) -> bool:
    """Tells a list whose links are written in Markdown."""
    return file.suffix.lower() in MARKDOWN_SUFFIXES or format_of(file.suffix, text) == "Markdown"


def without_ignored(findings: Iterable[Finding], texts: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yields the findings that no comment says to ignore, sorted and each once, and comments that name no rule."""
    found = set(findings)
    ignored = {path: _ignored(path, lines, found) for path, lines in texts.items() if _mentions(lines)}
    for finding in sorted(found, key=lambda f: (f.path, f.line, f.column, f.rule, f.reason)):
        rules = ignored.get(finding.path, {})
        if finding.rule not in rules.get(0, ()) and finding.rule not in rules.get(finding.line, ()):
            yield finding


def _mentions(lines: Sequence[str]) -> bool:
    return any("lint-" in line for line in lines)


def _ignored(path: str, lines: Sequence[str], found: set[Finding]) -> dict[int, set[str]]:
    """Returns the rules to ignore by line, 0 for all lines; names that are no rule are added to the findings."""
    ignored: dict[int, set[str]] = {}
    disabled: set[str] = set()
    for number, line in enumerate(lines, start=1):
        for comment in _COMMENT.finditer(line):
            names = set(re.findall(r"[\w-]+", comment["rules"]))
            for name in sorted(names - _ALL):
                found.add(
                    Finding(
                        path, number, comment.start() + 1, "unknown-rule", f"no rule {name!r}", "see docs/linting.md"
                    )
                )
            rules = names & _ALL if names else set(_ALL)
            match comment["what"]:
                case "ignore-file":
                    ignored.setdefault(0, set()).update(rules)
                case "ignore":
                    alone = not line.replace(comment[0], "").strip(" |->*+")
                    ignored.setdefault(number + 1 if alone else number, set()).update(rules)
                case "disable":
                    disabled |= rules
                case "enable":
                    disabled -= rules
        if disabled:
            ignored.setdefault(number, set()).update(disabled)
    return ignored


def _encoding(path: str, source: Source) -> Iterator[Finding]:
    if source.remark:
        yield Finding(path, 1, 1, "broken-encoding", source.remark, "save it as UTF-8, or see ingest --repair")
    for line in source.mended:
        column = next((i for i, (a, b) in enumerate(zip(line.before, line.after, strict=False)) if a != b), 0) + 1
        shown = line.after.strip()
        reason = f"decoded wrongly; it reads: {shown[:80]}{'…' if len(shown) > 80 else ''}"
        edit = None if line.guessed else Edit(1, line.before, line.after)
        fix = "see ingest --repair: some characters are guessed" if line.guessed else "save the line as it reads"
        yield Finding(path, line.number, column, "broken-encoding", reason, fix, edit)
    for number, text in enumerate(source.text.split("\n"), start=1):
        if "\ufffd" in text:
            reason = f"{text.count(chr(0xFFFD))} characters were lost"
            yield Finding(path, number, text.index("\ufffd") + 1, "lost-characters", reason, "write them anew")


def _empty_sections(path: str, lines: Sequence[str], visible: Sequence[str]) -> Iterator[Finding]:
    """A heading with nothing below it but blank lines, up to one of its own rank or a higher one, or the end."""
    last: tuple[int, int] | None = None
    for number, line in enumerate([*visible, "# end"], start=1):
        heading = _HEADING.match(line)
        if heading:
            rank = len(heading["marks"])
            if last and rank <= last[1] and "](" not in lines[last[0] - 1]:
                title = lines[last[0] - 1].strip("# ")
                yield Finding(path, last[0], 1, "empty-section", f"nothing stands under “{title}”", "fill or remove it")
            last = (number, rank)
        elif number > len(lines) or lines[number - 1].strip():
            last = None


def _of_problems(problems: Iterable[Problem], scanned: set[str]) -> Iterator[Finding]:
    """Yields what reading found, but for what the scan of Markdown has found with its column."""
    for problem in problems:
        message = problem.message
        if kind := fault_of(message):
            if problem.path not in scanned:
                yield Finding(problem.path, problem.line, 1, kind[0], message, kind[1])
        elif message.startswith("not understood"):
            yield Finding(problem.path, problem.line, 1, "not-understood", message, "make it an entry, or ignore it")
        elif message.startswith("skipped:"):
            yield Finding(problem.path, problem.line, 1, "unreadable-file", message)
        elif "two unlike titles" in message:
            yield Finding(problem.path, problem.line, 1, "shared-link", message, "correct the link or the title")
        elif not message.startswith(("repaired:", "not UTF-8")):
            yield Finding(problem.path, problem.line, 1, "card-rules", message)
