"""What is wrong with the entries of lists beside each other: twice there, at odds about a year, at the wrong paper."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from ingest.lint.addresses import Address, is_plain_label
from ingest.lint.rules import Finding
from ingest.lists.merge import Found
from ingest.text.folding import fold
from ingest.text.links import arxiv_id, canonical_url, link_fault, work_identity
from ingest.text.scripts import has_han

Owned = tuple[Found, str]  # a listing and the id of its entry
_WORKS = ("item", "row", "model", "heading", "paragraph", "page")
_ALIKE = 60.0  # of 100; two titles of one paper are hardly ever less alike
_SPELLING = 80.0  # of 100; of one name in two spellings
_SAME = 90.0  # of 100; of one title copied twice
_LONG = 24  # characters; shorter titles name several works
_LINKED = 60  # percent of the entries beside it that have a link, where one without stands out
_FAR = 2  # years; one apart is a preprint and its conference
_SITES = re.compile(
    r"^\W*(?:(?:official )?(?:web)?site|home ?page|官方网站|官网|主页|website|paper|pdf|arxiv|论文)\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What arXiv says of a paper."""

    title: str
    abstract: str = ""


def check_entries(owned: Sequence[Owned], addresses: Mapping[str, Sequence[Address]]) -> Iterator[Finding]:
    """Yields the faults of entries in the company of others.

    Args:
        owned: All listings, each with its entry's id.
        addresses: The links of each Markdown file by path.
    """
    works = [(found, entry) for found, entry in owned if found.block.shape in _WORKS]
    yield from _twice(works)
    yield from _years(works)
    yield from _shared(works)
    yield from _unlinked(works)
    yield from _cited(owned)
    for found, _ in works:
        yield from _repeated(found, addresses.get(found.path, ()))


def check_papers(owned: Iterable[Owned], papers: Mapping[str, Paper]) -> Iterator[Finding]:
    """Yields the listings that link a paper of another title, as far as its metadata is known."""
    by_title = {fold(paper.title): number for number, paper in papers.items()}
    for found, _ in owned:
        head = found.block.head
        number = next((paper for link in head.own_links if (paper := arxiv_id(link.url))), None)
        if found.block.shape == "prose" or number not in papers or number is None:
            continue
        names = [name for name in (head.title, head.title_zh, head.title_en, *head.aliases) if name]
        if not names or any(_fits(name, papers[number]) for name in names) or not any(map(_is_telling, names)):
            continue
        right = next((by_title[fold(name)] for name in names if fold(name) in by_title), "")
        fix = f"arXiv {right} has this title" if right else "correct the link or the title"
        reason = f"“{head.title}” links arXiv {number}, which is “{papers[number].title}”"
        yield _at(found, "wrong-paper", reason, fix)


def _twice(works: Sequence[Owned]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Found] = {}
    lists: dict[str, Found] = {}
    for found, entry in works:
        if not found.block.head.own_links and len(found.block.head.title) < _LONG:
            continue  # a mention
        here = first.setdefault((found.path, entry), found)
        if here is not found and here.block.start != found.block.start and _same_work(here, found):
            same_section = here.block.section == found.block.section
            reason = f"“{found.block.head.title}” stands already in line {here.block.start}"
            rule = "duplicate-entry" if same_section else "listed-again"
            yield _at(found, rule, reason, "keep one of the two" if same_section else "")
        there = lists.setdefault(entry, found)
        if there.path != found.path and here is found:
            reason = f"“{found.block.head.title}” stands also in {there.path}:{there.block.start}"
            yield _at(found, "other-lists", reason)


def _same_work(one: Found, other: Found) -> bool:
    first, second = one.block.head, other.block.head
    if first.own_links and second.own_links:
        if work_identity(first.own_links[0].url) != work_identity(second.own_links[0].url):
            return False
        return fuzz.ratio(fold(first.title), fold(second.title)) >= _SAME
    return len(first.title) >= _LONG and fold(first.title) == fold(second.title)


def _years(works: Sequence[Owned]) -> Iterator[Finding]:
    said: dict[str, list[Found]] = defaultdict(list)
    for found, entry in works:
        if found.block.head.year and found.block.shape != "model":
            said[entry].append(found)
    for entry, listings in said.items():
        first = listings[0]
        for found in listings[1:]:
            one, other = first.block.head.year or 0, found.block.head.year or 0
            if abs(one - other) >= _apart(first, found) and _same_work(first, found):
                reason = f"{other} here, {one} in {first.path}:{first.block.start} for the same work"
                yield _at(found, "conflicting-years", reason, "look up the year")
        if number := re.match(r"arxiv:(\d\d)(\d\d)\.", entry):
            for found in listings:
                posted = 2000 + int(number[1])
                if posted - (found.block.head.year or posted) < -_FAR - 1 or (found.block.head.year or 0) > 2049:
                    reason = f"year {found.block.head.year}, but its arXiv id is from {posted}"
                    yield _at(found, "conflicting-years", reason, "look up the year")


def _apart(one: Found, other: Found) -> int:
    """Returns how many years apart are too many: a preprint may come years before its journal."""
    venues = {one.block.head.venue, other.block.head.venue}
    return _FAR + bool(venues - {"", "arXiv"})


def _shared(works: Sequence[Owned]) -> Iterator[Finding]:
    first: dict[str, Found] = {}
    for found, _ in works:
        head = found.block.head
        for link in head.own_links:
            if not _SITES.match(link.label) or urlsplit(link.url).path.strip("/"):
                continue  # several works come from one repository, or share a page
            other = first.setdefault(canonical_url(link.url), found)
            if (
                other is not found
                and not _same_names(other, found)
                and other.block.section[:1] == found.block.section[:1]
            ):
                title = other.block.head.title
                reason = f"“{head.title}” and “{title}” ({other.path}:{other.block.start}) both link {link.url}"
                yield _at(found, "shared-link", reason, "correct one of the two links")


def _same_names(one: Found, other: Found) -> bool:
    first = [name for name in (one.block.head.title, one.block.head.title_zh, *one.block.head.aliases) if name]
    second = [name for name in (other.block.head.title, other.block.head.title_zh, *other.block.head.aliases) if name]
    return any(_alike(a, b) for a in first for b in second)


def _alike(one: str, other: str) -> bool:
    a, b = fold(one), fold(other)
    if " " not in one.strip() and " " not in other.strip() and one.isascii() and other.isascii():
        return a in b or b in a or fuzz.ratio(a, b) >= _SPELLING
    return a in b or b in a or fuzz.token_set_ratio(a, b) >= _ALIKE or has_han(one) != has_han(other)


def _unlinked(works: Sequence[Owned]) -> Iterator[Finding]:
    beside: dict[tuple[object, ...], list[bool]] = defaultdict(list)
    owners = {entry for found, entry in works if found.block.head.links}
    for found, _ in works:
        beside[_company(found)].append(bool(found.block.head.links))
    for found, entry in works:
        head, links = found.block.head, beside[_company(found)]
        if head.links or head.faults or entry in owners or found.block.shape not in ("item", "row", "paragraph"):
            continue
        if sum(links) >= 2 and 100 * sum(links) >= _LINKED * len(links) and len(head.title) <= 150:
            yield _at(found, "entry-without-link", f"“{head.title}” has no link", "link the work")


def _company(found: Found) -> tuple[object, ...]:
    """Returns what the entries have in common that one is compared with: file, section, and how they are written."""
    return (found.path, found.block.section, found.block.shape)


def _cited(owned: Sequence[Owned]) -> Iterator[Finding]:
    for found, _ in owned:
        head = found.block.head
        own = {link.url for link in head.own_links}
        cited = head.links if found.block.shape == "cited" else [link for link in head.links if link.url not in own]
        for link in cited:
            if arxiv_id(link.url):
                reason = f"{link.url} is cited in the text of “{head.title}”, it is not its own link"
                yield _at(found, "inline-citation", reason, "list the paper as an entry if it matters")


def _repeated(found: Found, addresses: Sequence[Address]) -> Iterator[Finding]:
    seen: dict[str, Address] = {}
    for address in addresses:
        if (
            not found.block.start <= address.line <= found.block.end
            or address.image
            or not is_plain_label(address.text)
        ):
            continue
        if link_fault(address.url):
            continue
        other = seen.setdefault(canonical_url(address.url), address)
        if other is not address and address.line - other.line <= 3:
            reason = f"“{address.text.strip('[]')}” leads where “{other.text.strip('[]')}” does: {address.url}"
            fix = "correct or remove one of the two"
            yield Finding(found.path, address.line, address.column, "repeated-link", reason, fix)


def _fits(name: str, paper: Paper) -> bool:
    title, own = paper.title.lower(), name.lower()
    if fuzz.token_set_ratio(own, title) >= _ALIKE or fuzz.partial_ratio(own, title) >= 85:
        return True
    if _is_full(name):
        return False
    pieces = re.findall(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}(?![a-z])|[A-Z]{2,}[a-z]+", name)
    text = re.sub(r"[\W_]", "", f"{title} {paper.abstract.lower()}")
    return re.sub(r"[\W_]", "", own) in text or any(piece.lower() in text for piece in pieces)


def _is_telling(name: str) -> bool:
    """A title in another language, or a generic word, says nothing about the paper behind its link."""
    return name.isascii() and (
        _is_full(name) or re.fullmatch(r"[A-Za-z0-9.+-]*[A-Z][\w.+-]*[A-Z][\w.+-]*", name) is not None
    )


def _is_full(name: str) -> bool:
    return len(name.split()) >= 4


def _at(found: Found, rule: str, reason: str, fix: str = "") -> Finding:
    return Finding(found.path, found.block.start, 1, rule, reason, fix)
