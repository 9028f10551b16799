"""OAI-PMH as arXiv speaks it: the name of a set, and the records of a page in arXiv's own metadata format.

Own code and no library: ``sickle`` and ``oaipmh-scythe`` let lxml mend broken XML, and so take a page that broke off
for the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from ingest.errors import CorpusError
from ingest.fetch.documents import one_line

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV = "{http://arxiv.org/OAI/arXiv/}"
_NAME = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?(?::[A-Za-z-]+){0,2}")
_IDENTIFIER = re.compile(r"^oai:arXiv\.org:(.+)$")
_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}")
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)


class ProtocolError(Exception):
    """The server answered with an error of the protocol.

    Attributes:
        code: As the protocol names it, for example ``badResumptionToken``.
    """

    def __init__(self, code: str, message: str) -> None:
        """Takes the code and what the server says about it."""
        super().__init__(message or code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its record has it; of a deleted one only the id is known."""

    arxiv_id: str
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    categories: tuple[str, ...] = ()
    abstract: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records.

    Attributes:
        papers: Those that could be read.
        malformed: How many could not.
        token: Asks for the next page; "" after the last one.
        day: Of the server, like 2026-01-31.
        total: Records of the whole answer, or 0 where the server does not say.
    """

    papers: tuple[Paper, ...]
    malformed: int
    token: str
    day: str
    total: int


def oai_set(name: str) -> str:
    """Returns the set of a category: ``cs`` is itself, ``cs.CL`` is cs:cs:CL, ``hep-th`` is physics:hep-th.

    Raises:
        CorpusError: It is no name of a category.
    """
    if not _NAME.fullmatch(name):
        raise CorpusError(f"{name!r} is no category of arXiv; give one like cs.CL, cs or hep-th")
    if ":" in name:
        return name
    archive, _, category = name.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if category:
        return f"{group}:{archive}:{category}"
    return f"{group}:{archive}" if group == "physics" else archive


def read_page(answer: bytes) -> Page:
    """Reads an answer to ListRecords.

    Raises:
        ElementTree.ParseError: It is not whole, or no such answer.
        ProtocolError: It is an error of the protocol.
    """
    root = ElementTree.fromstring(answer)
    error = root.find(f"{_OAI}error")
    if error is not None:
        raise ProtocolError(error.get("code", ""), one_line(error.text or ""))
    listed = root.find(f"{_OAI}ListRecords")
    if listed is None:
        raise ElementTree.ParseError("it holds no records")
    found = list(_papers(listed))
    token = listed.find(f"{_OAI}resumptionToken")
    total = token.get("completeListSize", "") if token is not None else ""
    return Page(
        papers=tuple(paper for paper in found if paper is not None),
        malformed=sum(paper is None for paper in found),
        token=(token.text or "").strip() if token is not None else "",
        day=(root.findtext(f"{_OAI}responseDate") or "")[:10],
        total=int(total) if total.isdecimal() else 0,
    )


def _papers(listed: ElementTree.Element) -> Iterator[Paper | None]:
    for record in listed.findall(f"{_OAI}record"):
        header = record.find(f"{_OAI}header")
        if header is not None and header.get("status") == "deleted":
            named = _IDENTIFIER.match(header.findtext(f"{_OAI}identifier") or "")
            yield Paper(named[1], deleted=True) if named else None
            continue
        yield _paper(record.find(f"{_OAI}metadata/{_ARXIV}arXiv"))


def _paper(metadata: ElementTree.Element | None) -> Paper | None:
    if metadata is None:
        return None
    arxiv_id, title, abstract = (_text(metadata, name) for name in ("id", "title", "abstract"))
    if not _ID.fullmatch(arxiv_id) or not title or not abstract:
        return None
    return Paper(
        arxiv_id,
        title,
        tuple(filter(None, map(_name, metadata.iter(f"{_ARXIV}author")))),
        _text(metadata, "created"),
        tuple(_text(metadata, "categories").split()),
        abstract,
    )


def _name(author: ElementTree.Element) -> str:
    return " ".join(filter(None, (_text(author, part) for part in ("forenames", "keyname", "suffix"))))


def _text(element: ElementTree.Element, name: str) -> str:
    return one_line(element.findtext(f"{_ARXIV}{name}") or "")
