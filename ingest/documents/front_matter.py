"""Markdown files with YAML front matter: study cards, concept notes and fetched abstracts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import CorpusError
from ingest.text.files import read_text

_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PART = re.compile(r"^## +(?P<name>English|中文)\s*$")
_LANGUAGES = {"English": "en", "中文": "zh"}


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of a document that are in one language; ``lines[0]`` is line ``start``, counted from 1."""

    language: str
    start: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file split into front matter and language parts.

    Attributes:
        path: Path relative to the corpus's parent folder.
        front: The front matter.
        record: The lines of the front matter, as a part without a language.
        parts: The language parts; one part without a language when the file has no language headings.
        remark: What had to be repaired to read it, or None.
    """

    path: str
    front: dict[str, Any]
    record: Part
    parts: tuple[Part, ...]
    remark: str | None


def read_document(file: Path, path: str) -> Document:
    """Reads one file.

    Args:
        file: Where it is.
        path: How it is cited.

    Raises:
        CorpusError: The file is unreadable or its front matter is not a YAML mapping.
    """
    text, remark = read_text(file)
    lines = text.split("\n")
    end = front_matter_end(lines)
    front = read_front_matter(lines[1:end], path) if end else {}
    return Document(path, front, Part("", 2, tuple(lines[1:end])), tuple(_parts(lines, end + 1 if end else 0)), remark)


def read_front_matter(lines: Sequence[str], path: str) -> dict[str, Any]:
    """Reads the YAML between the rules of a file's front matter.

    Raises:
        CorpusError: It is no YAML mapping, refers to itself, or is nested too deep.
    """
    try:
        front = _load("\n".join(lines))
    except RecursionError as error:
        raise CorpusError(f"{path}:1: front matter is nested too deep; flatten it") from error
    except (yaml.YAMLError, ValueError) as error:  # PyYAML lets an impossible date through as a ValueError
        line = error.problem_mark.line + 2 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        raise CorpusError(f"{path}:{line}: front matter is not valid YAML; quote values that contain ': '") from error
    if not isinstance(front, dict):
        raise CorpusError(f"{path}:1: front matter must be a mapping of names to values")
    return {str(key): _sound(value) for key, value in front.items()}


class _Loader(yaml.SafeLoader):
    """YAML without aliases, a few of which can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401  # PyYAML's own signature
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def _load(text: str) -> Any:  # noqa: ANN401  # whatever YAML holds
    """Reads YAML by libyaml where that is there, ten times faster, and what it refuses or has aliases in Python."""
    try:
        if not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_QUICK)):
            return yaml.load(text, Loader=_QUICK)
    except yaml.YAMLError:
        pass  # the reason, or a value that libyaml does not take, comes from Python
    return yaml.load(text, Loader=_Loader)


def _sound(value: Any) -> Any:  # noqa: ANN401  # whatever YAML holds
    """Returns a value that can be written as UTF-8: half characters (U+D800 to U+DFFF) become a mark."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(item) for key, item in value.items()}
    return value


def list_front_matter_end(lines: list[str]) -> int:
    """Returns the index of the line that closes a list's front matter, or 0: a list may also open with a rule."""
    mark = lines[0].strip() if lines else ""
    if mark not in ("---", "+++"):
        return 0
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == mark), 0)
    first = next((line for line in lines[1:end] if line.strip() and not line.lstrip().startswith("#")), "")
    return end if re.match(r"[\w-]+\s*[:=]", first) else 0


def front_matter_end(lines: list[str]) -> int:
    """Returns the index of the line that closes the front matter, or 0 when there is none."""
    if not lines or lines[0].strip() != "---":
        return 0
    return next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0)


def _parts(lines: list[str], body: int) -> list[Part]:
    starts = [(i, match["name"]) for i, line in enumerate(lines) if i >= body and (match := _PART.match(line))]
    if not starts:
        return [Part("", body + 1, tuple(lines[body:]))]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    return [
        Part(_LANGUAGES[name], start + 2, tuple(lines[start + 1 : end]))
        for (start, name), end in zip(starts, ends, strict=True)
    ]
