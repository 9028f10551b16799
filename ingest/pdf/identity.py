"""Which work a PDF is: title, authors, arXiv id or DOI, by its first page and by what the file says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.pdf.paragraphs import tidy
from ingest.pdf.types import Line, RawPage
from ingest.text.folding import fold
from ingest.text.scripts import HAN

_ARXIV = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_STAMP = re.compile(rf"arXiv:\s?{_ARXIV}\s*\[[\w.-]+\]", re.I)
_OWN_ID = re.compile(rf"arxiv\.org/(?:abs|pdf)/{_ARXIV}", re.I)
_DOI = re.compile(r"(?:doi\.org/|\bdoi:?\s*)(10\.\d{4,9}/[^\s\"<>]+)", re.I)
_ARXIV_DOI = re.compile(rf"^10\.48550/arxiv\.{_ARXIV}$", re.I)
_NO_TITLE = re.compile(
    r"^(?:untitled|title|document\d*|microsoft \w+ -.*|.*\.(?:pdf|docx?|tex|dvi|indd|rtf)|slide \d+|main|paper|"
    r"template|arxiv:.*|\W*|anonymous.*)$",
    re.I,
)
_NAME = re.compile(  # particles may be small: Laurens van der Maaten
    rf"^(?:[^\W\d_a-z][\w'’-]*\.?\s*)(?:[^\W\d_][\w'’-]*\.?\s+){{0,4}}[^\W\d_a-z][\w'’-]*$|^[{HAN}]{{2,4}}$"
)
_NO_NAME = re.compile(
    r"@|universit|institut|research|laborator|\blab\b|depart|school|college|google|openai|microsoft|meta ai|facebook|"
    r"inc\.|academy|center|centre|abstract|https?:|equal contribution|大学|学院|研究|实验室|公司|摘要",
    re.I,
)
_MARKS = re.compile(r"[\d*†‡§¶∗⋆♠♣♦♥♡♢,]+$|^[\d*†‡§¶∗⋆]+")
_LARGER = 1.15
_LONGEST, _MOST_AUTHORS = 300, 60


def title_of(lines: Sequence[Line], page: RawPage, facts: Mapping[str, str]) -> str:
    """Returns the title of a work: what the file says if the first page says it, too, else the largest type there."""
    said = tidy(facts.get("/Title", ""))
    shown = _largest(lines, page)
    if said and len(said) <= _LONGEST and not _NO_TITLE.match(said):
        first = fold("".join(line.text for line in lines))
        if not lines or (len(fold(said)) > 7 and fold(said) in first):
            return said
    return shown


def authors_of(lines: Sequence[Line], title: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the authors that the lines below the title name, else those that the file names."""
    names: list[str] = []
    for line in _below(lines, title)[:12]:
        pieces = [
            _MARKS.sub("", piece.strip()).strip() for piece in re.split(r"[,;，、；]|\band\b|\s{2,}| · ", line.text)
        ]
        pieces = [re.sub(r"[\d*†‡§¶∗⋆]+", "", piece).strip() for piece in pieces]
        pieces = [piece for piece in pieces if piece]
        if not pieces or _NO_NAME.search(line.text) or not all(map(_NAME.match, pieces)):
            if names or (pieces and not _NO_NAME.search(line.text)):
                break
            continue
        names += pieces
    said = re.split(r"\s*[;,，、]\s*|\s+and\s+", tidy(facts.get("/Author", "")))
    names = names or [name for name in said if _NAME.match(name)]
    return tuple(dict.fromkeys(names))[:_MOST_AUTHORS]


def arxiv_id_of(page: RawPage, facts: Mapping[str, str]) -> str:
    """Returns the arXiv id of a work by the stamp on its first page, or by the file's own facts; or ""."""
    text = " ".join(run.text for run in page.runs)
    stamps = [_STAMP.search(page.margin), _STAMP.search(text), _STAMP.search(page.margin[::-1])]
    said = [_OWN_ID.search(facts.get("/arXivID", "")), _ARXIV_DOI.match(facts.get("/DOI", "").split("doi.org/")[-1])]
    found = next((match for match in (*stamps, *said) if match), None)
    return found["id"] if found else ""


def doi_of(page: RawPage, facts: Mapping[str, str]) -> str:
    """Returns the DOI of a work: the file's own, or the only one on its first page; or ""."""
    text = " ".join(run.text for run in page.runs)
    said = _DOI.search(f"doi:{facts['/DOI']}") if facts.get("/DOI") else None
    found = [said[1]] if said else _DOI.findall(text)
    distinct = {doi.rstrip(".,;)]").lower() for doi in found}
    return distinct.pop() if len(distinct) == 1 else ""


def _largest(lines: Sequence[Line], page: RawPage) -> str:
    upper = [
        x for x in lines if x.bottom > page.height * 0.35 and len(fold(x.text)) > 1 and not _NO_TITLE.match(x.text)
    ]
    body = sorted(line.height for line in lines for _ in line.text)
    usual = body[len(body) // 2] if body else 0.0
    for height in sorted({line.height for line in upper}, reverse=True):
        if height < usual * _LARGER:
            break
        first = next(i for i, line in enumerate(upper) if line.height == height)
        held = [upper[first]]
        for line in upper[first + 1 :]:
            if abs(line.height - height) > 0.05 * height:
                break
            held.append(line)
        title = tidy(_without_breaks([line.text for line in held]))
        if len(fold(title)) >= 6 and len(title) <= _LONGEST:
            return title
    return ""


def _without_breaks(lines: Sequence[str]) -> str:
    """Returns the lines of a title as one; a hyphen at an end stays, as titles are seldom parted within a word."""
    text = ""
    for line in lines:
        gap = "" if not text or text.endswith("-") or re.search(f"[{HAN}]$", text) else " "
        text += f"{gap}{line}"
    return text


def _below(lines: Sequence[Line], title: str) -> list[Line]:
    folded = fold(title)
    last = next((i for i in range(min(len(lines), 8), -1, -1) if folded and _ends(lines[: i + 1], folded)), None)
    return list(lines[last + 1 :]) if last is not None else []


def _ends(lines: Sequence[Line], folded: str) -> bool:
    return bool(lines) and fold("".join(line.text for line in lines)).endswith(folded)
