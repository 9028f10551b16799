"""Faults of a corpus that readers would suffer from: cards, notes and glossary against the rules they keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ingest.corpus import cited_path, corpus_files
from ingest.documents.front_matter import Document, Part, read_document
from ingest.documents.glossary import GLOSSARY_FILE
from ingest.documents.subjects import SUBJECTS_FILE
from ingest.errors import CorpusError
from ingest.lint.answers import answer_problems
from ingest.text.links import link_fault
from ingest.text.scripts import HAN
from ingest.types import Kind, Library, Problem

_CARD_KEYS = frozenset("id title title_zh kind authors year venue links topics prerequisites related aliases".split())
_NOTE_KEYS = frozenset("title title_zh topics aliases entries".split())
_CARD_WORDS = {"en": (120, 220), "zh": (200, 400)}
_NOTE_WORDS = {"en": (200, 500), "zh": (300, 800)}
_FEWEST_QUESTIONS = {"card": 8, "note": 12}
_CITED_ID = re.compile(r"\[((?:arxiv|url|note):[^\]\s]+)\]")
_HAN_OR_WORD = re.compile(rf"[{HAN}]|[A-Za-z0-9][\w'’.%-]*")
_YEARS = range(1950, 2101)


def check_corpus(corpus: Path, library: Library) -> list[Problem]:
    """Returns the faults of study cards, notes, glossary and subjects, in file order.

    A corpus of lists alone has none of these, and so no faults of this kind.
    """
    files = corpus_files(corpus, corpus)
    known = {entry.entry_id for entry in library.entries}
    cards = list(_documents(files["papers"], corpus))
    notes = list(_documents(files["notes"], corpus))
    problems = [problem for card in cards for problem in _card_problems(card, known)]
    problems += [problem for note in notes for problem in _note_problems(note, known)]
    problems += _cycles({_entry_id(document): document for document in (*cards, *notes)})
    terms = ((term.en, term.line) for term in library.glossary)
    problems += _repeated(terms, cited_path(corpus, corpus / GLOSSARY_FILE))
    names = ((name, subject.line) for subject in library.subjects for name in subject.names)
    problems += _repeated(names, cited_path(corpus, corpus / SUBJECTS_FILE))
    return problems


def _documents(files: Iterable[Path], corpus: Path) -> Iterator[Document]:
    for file in files:
        try:
            yield read_document(file, cited_path(corpus, file))
        except CorpusError:
            continue  # reading the library has reported it


def _card_problems(card: Document, known: set[str]) -> Iterator[Problem]:
    front = card.front
    report = _reporter(card)
    yield from _missing_keys(card, _CARD_KEYS)
    if front.get("year") is not None and front.get("year") not in _YEARS:
        yield report("year", f"year {front.get('year')!r} is not a year; give a number, or null when nobody knows")
    if str(front.get("kind")) not in set(Kind):
        yield report("kind", f"kind {front.get('kind')!r} is not one of {', '.join(Kind)}")
    for link in _list(front, "links"):
        if fault := link_fault(str(link)):
            yield report("links", fault)
    yield from _named_entries(card, ("prerequisites", "related"), known)
    yield from _language_problems(card, _CARD_WORDS)
    yield from answer_problems(card, known, _FEWEST_QUESTIONS["card"])


def _note_problems(note: Document, known: set[str]) -> Iterator[Problem]:
    yield from _missing_keys(note, _NOTE_KEYS)
    yield from _named_entries(note, ("prerequisites", "entries"), known)
    yield from _language_problems(note, _NOTE_WORDS)
    yield from answer_problems(note, known, _FEWEST_QUESTIONS["note"])
    for part in note.parts:
        for offset, line in enumerate(part.lines):
            for cited in _CITED_ID.findall(line):
                if cited not in known:
                    yield Problem(note.path, part.start + offset, f"cites [{cited}], which is no entry")


def _named_entries(document: Document, keys: Iterable[str], known: set[str]) -> Iterator[Problem]:
    report = _reporter(document)
    for key in keys:
        for other in map(str, _list(document.front, key)):
            if other not in known:
                yield report(key, f"{key}: no entry {other!r}")
            elif other == _entry_id(document):
                yield report(key, f"{key}: names its own entry")


def _missing_keys(document: Document, keys: frozenset[str]) -> Iterator[Problem]:
    if missing := sorted(keys - set(document.front)):
        yield Problem(document.path, 1, f"front matter lacks: {', '.join(missing)}")


def _language_problems(document: Document, limits: Mapping[str, tuple[int, int]]) -> Iterator[Problem]:
    parts = {part.language: part for part in document.parts}
    for language, (least, most) in limits.items():
        part = parts.get(language)
        if part is None:
            heading = "## English" if language == "en" else "## 中文"
            yield Problem(document.path, 1, f"has no part {heading!r}")
        elif not least <= (length := _length(part)) <= most:
            unit = "words" if language == "en" else "characters"
            yield Problem(document.path, part.start, f"{length} {unit}, expected {least} to {most}")


def _length(part: Part) -> int:
    """Counts words in English, Han characters and Latin words in Chinese, without the questions."""
    body = re.split(r"^### ", "\n".join(part.lines), maxsplit=1, flags=re.M)[0]
    return len(_HAN_OR_WORD.findall(body)) if part.language == "zh" else len(body.split())


def _cycles(documents: Mapping[str, Document]) -> Iterator[Problem]:
    before = {i: [str(x) for x in _list(document.front, "prerequisites")] for i, document in documents.items()}
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        cycle = error.args[1]
        path = next(document.path for i, document in documents.items() if i in cycle)
        yield Problem(path, 1, f"prerequisites go in a circle: {' -> '.join(cycle)}")


def _entry_id(document: Document) -> str:
    """Returns the id of a card's entry, or of a note's, which follows from its file name."""
    return str(document.front.get("id") or f"note:{Path(document.path).stem}")


def _repeated(names: Iterable[tuple[str, int]], path: str) -> Iterator[Problem]:
    """Yields the names, each with its line, that stand in an earlier line, too."""
    seen: dict[str, int] = {}
    for name, line in names:
        first = seen.setdefault(name.casefold(), line)
        if first != line:
            yield Problem(path, line, f"{name!r} stands already in line {first}")


def _list(front: Mapping[str, Any], key: str) -> list[Any]:
    value = front.get(key)
    return value if isinstance(value, list) else []


def _reporter(document: Document) -> Callable[[str, str], Problem]:
    """Returns a function that makes a problem at the line of a front-matter key."""

    def report(key: str, message: str) -> Problem:
        lines = document.record.lines
        offset = next((i for i, line in enumerate(lines) if line.startswith(f"{key}:")), -1)
        return Problem(document.path, document.record.start + max(offset, 0), message)

    return report
