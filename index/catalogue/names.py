"""The names an entry goes by, in the form in which names are compared, and the addresses that stand for it.

Names are runs of whole units: Simplified characters and Latin words without case and punctuation. Addresses are
compared by the work they lead to, whatever their spelling and version.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ingest.text.folding import normalised
from ingest.text.links import url_identity
from ingest.text.scripts import HAN
from ingest.types import Entry

# An address starts where no other could have: a run of dots and hyphens is read once.
_ADDRESS = re.compile(
    r"(?<![a-z0-9-])(?<![a-z0-9-]\.)(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/[\w./~%?=&+#:@-]*[\w/]", re.I | re.A
)
_ARXIV_ID = re.compile(r"(?<![\w./])(?:arxiv[:\s]\s*)?(\d{4}\.\d{4,5})(?:v\d+)?(?![\w./]*\w)", re.I | re.A)
UNIT = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")  # names and questions are compared by the same units
_HAN_GAP = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
MAX_UNITS = 16
_MIN_CHARS = 3


def name_units(text: str) -> tuple[str, ...]:
    """Returns the units names are compared by: Simplified characters and Latin words without case and punctuation."""
    return tuple(UNIT.findall(normalised(text)))


def names_of(entry: Entry) -> Iterator[str]:
    """Yields the names an entry goes by, in comparable form; too short or too long ones are left out."""
    arxiv = [entry.arxiv_id] if entry.arxiv_id else []
    for name in dict.fromkeys((entry.title, entry.title_zh, *entry.aliases, *arxiv)):
        units = name_units(name)
        if units and len(units) <= MAX_UNITS and sum(map(len, units)) >= min(_MIN_CHARS, 1 + len(units)):
            yield " ".join(units)


def link_keys_of(entry: Entry) -> list[str]:
    """Returns the identities of an entry's links."""
    links = [link.url for link in entry.links] + [f"https://arxiv.org/abs/{entry.arxiv_id}"] * bool(entry.arxiv_id)
    return list(dict.fromkeys(map(url_identity, links)))


def link_keys(question: str) -> list[str]:
    """Returns the identities of the web addresses and arXiv ids in a question, whatever their spelling and version."""
    plain = unicodedata.normalize("NFKC", question)
    addresses = [address if "://" in address else f"https://{address}" for address in _ADDRESS.findall(plain)]
    ids = _ARXIV_ID.findall(_ADDRESS.sub(" ", plain))
    addresses += [f"https://arxiv.org/abs/{identifier}" for identifier in ids]
    return list(dict.fromkeys(map(url_identity, addresses)))


def readable(name: str) -> str:
    """Returns a name in comparable form as one would write it: no spaces between Han characters."""
    return _HAN_GAP.sub("", name)


def covered(words: Sequence[str], name_words: set[str]) -> float:
    """Returns how much of a question's content words a name is, in [0, 1].

    "What is LoRA" is all name; in "papers that use GPT-4 as a judge" the name is a detail and must not take over.
    """
    return sum(word in name_words for word in words) / len(words) or 1.0 / len(words) if words else 0.0
