"""Names of entries inside a question: titles, Chinese titles, aliases and arXiv ids, as runs of whole words.

Links and authors are found by keys of their own (``link:arxiv.org/abs/2106.09685``, ``author:tri dao``), which no name
can be mistaken for, so that one table holds them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from index.text.analysis import content_words
from ingest.text.folding import simplified
from ingest.text.links import url_identity
from ingest.text.scripts import HAN
from ingest.types import Entry

_ADDRESS = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/[\w./~%?=&+#:@-]*[\w/]", re.I | re.A)
_ARXIV_ID = re.compile(r"(?<![\w./])(?:arxiv[:\s]\s*)?(\d{4}\.\d{4,5})(?:v\d+)?(?![\w./]*\w)", re.I | re.A)
_MAX_AUTHOR_UNITS = 5
_UNIT = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_HAN_GAP = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
_MAX_UNITS = 16
_MAX_QUESTION_UNITS = 64
_MIN_CHARS = 3


def name_units(text: str) -> tuple[str, ...]:
    """Returns the units names are compared by: Simplified characters and Latin words without case and punctuation."""
    return tuple(_UNIT.findall(simplified(unicodedata.normalize("NFKC", text).casefold())))


def names_of(entry: Entry) -> Iterator[str]:
    """Yields the names an entry goes by, in comparable form; too short or too long ones are left out."""
    arxiv = [entry.arxiv_id] if entry.arxiv_id else []
    for name in dict.fromkeys((entry.title, entry.title_zh, *entry.aliases, *arxiv)):
        units = name_units(name)
        if units and len(units) <= _MAX_UNITS and sum(map(len, units)) >= min(_MIN_CHARS, 1 + len(units)):
            yield " ".join(units)


def keys_of(entry: Entry) -> Iterator[str]:
    """Yields the keys of an entry's links and of its authors' full names, with and without middle initials."""
    links = [link.url for link in entry.links] + [f"https://arxiv.org/abs/{entry.arxiv_id}"] * bool(entry.arxiv_id)
    yield from dict.fromkeys(f"link:{url_identity(url)}" for url in links)
    names = (name for author in entry.authors for name in _author_names(author))
    yield from dict.fromkeys(f"author:{name}" for name in names)


def link_keys(question: str) -> list[str]:
    """Returns the keys of the web addresses and arXiv ids in a question, whatever their spelling and version."""
    plain = unicodedata.normalize("NFKC", question)
    addresses = [address if "://" in address else f"https://{address}" for address in _ADDRESS.findall(plain)]
    ids = _ARXIV_ID.findall(_ADDRESS.sub(" ", plain))
    addresses += [f"https://arxiv.org/abs/{identifier}" for identifier in ids]
    return list(dict.fromkeys(f"link:{url_identity(address)}" for address in addresses))


def author_keys(question: str) -> list[str]:
    """Returns the keys of everything in a question that could be an author's full name."""
    names = (name for name in candidate_names(question) if 1 <= name.count(" ") < _MAX_AUTHOR_UNITS)
    return sorted(f"author:{name}" for name in names)


@lru_cache(maxsize=64)
def candidate_names(question: str) -> frozenset[str]:
    """Returns every run of units of a question that could be a name; remembered, as every hit is compared with it."""
    units = name_units(question)[:_MAX_QUESTION_UNITS]
    return frozenset(
        " ".join(units[start:end])
        for start in range(len(units))
        for end in range(start + 1, min(start + _MAX_UNITS, len(units)) + 1)
    )


def names_in_order(text: str, known: Collection[str]) -> list[str]:
    """Returns the known names in a text, in comparable form, the longest at each place, each once, in reading order."""
    units = name_units(text)
    found: list[str] = []
    start = 0
    while start < len(units):
        ends = range(min(start + _MAX_UNITS, len(units)), start, -1)
        end = next((end for end in ends if " ".join(units[start:end]) in known), None)
        if end is not None:
            found.append(" ".join(units[start:end]))
        start = end or start + 1
    return list(dict.fromkeys(found))


def readable(name: str) -> str:
    """Returns a name in comparable form as one would write it: no spaces between Han characters."""
    return _HAN_GAP.sub("", name)


def named_share(question: str, names: Sequence[str]) -> float:
    """Returns how much of a question's content its longest matched name is, in [0, 1].

    "What is LoRA" is all name; in "papers that use GPT-4 as a judge" the name is a detail and must not take over.
    """
    words = content_words(question)
    if not words or not names:
        return 0.0
    longest = set(content_words(max(names, key=len)))
    return sum(word in longest for word in words) / len(words) or 1.0 / len(words)


def _author_names(author: str) -> Iterator[str]:
    """Yields the full names of an author in comparable form; ``唐杰 (Jie Tang)`` has two, ``et al.`` has none."""
    for part in re.split(r"[()（）]", author):
        units = name_units(part)
        if 1 < len(units) <= _MAX_AUTHOR_UNITS and units != ("et", "al"):
            yield " ".join(units)
            if units[0].isascii():
                yield " ".join((units[0], *(unit for unit in units[1:-1] if len(unit) > 1), units[-1]))
