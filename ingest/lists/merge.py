"""From the blocks of many lists to entries: the same work in several places becomes one entry with several listings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from ingest.lists.outline import Block
from ingest.text.folding import fold
from ingest.text.links import arxiv_id, url_identity, work_identity
from ingest.types import Entry, Kind, Link, Listing, Problem

_T = TypeVar("_T")
_MIN_TITLE_CHARS = 16  # shorter titles (GLM, OPT) name several works; only a link tells those apart
_MIN_SIMILARITY = 60.0
_PAPER_HOSTS = re.compile(
    r"aclanthology|openreview|proceedings|neurips|mlr\.press|dl\.acm|nature\.com|usenix|jmlr|ieee|springer|biorxiv"
)
_BENCHMARK = re.compile(r"benchmark|leaderboard|评测|评估基准|排行榜", re.I)
_DATASET = re.compile(r"dataset|training data|数据集|训练数据|databricks-dolly-15k", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """A block and the list it was found in."""

    block: Block
    list_id: str
    path: str


@dataclass(slots=True)
class _Group:
    """Listings of one work; ``key`` is its identity, or "" while it has none."""

    key: str
    found: list[Found] = field(default_factory=list)

    @property
    def titles(self) -> set[str]:
        heads = [found.block.head for found in self.found]
        return {fold(name) for head in heads for name in (head.title, head.title_zh) if name}

    @property
    def names(self) -> set[str]:
        return self.titles | {fold(alias) for found in self.found for alias in found.block.head.aliases}


def merge_entries(found: Iterable[Found]) -> tuple[list[Entry], list[tuple[Found, str]], list[Problem]]:
    """Merges listings into entries.

    Two listings are one work when they share an arXiv id, or their first own link, or a long title; a listing
    without links joins the one work that goes by its name. An arXiv id under two unlike titles is most often a
    copying mistake: both are kept apart and reported.

    Returns:
        The entries in reading order, each listing with its entry's id, and the problems met.
    """
    problems: list[Problem] = []
    groups = _by_title(_by_identity(found, problems))
    taken: set[str] = set()
    entries: list[Entry] = []
    owners: list[tuple[Found, str]] = []
    for group in groups:
        entry_id = _unique(group.key or _slug(group.found[0]), taken)
        entries.append(_entry(entry_id, group.found))
        owners += [(listing, entry_id) for listing in group.found]
    return entries, owners, problems


def _by_identity(found: Iterable[Found], problems: list[Problem]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for listing in found:
        key = _identity(listing.block)
        work = _work(listing.block)
        group = groups.get(work) if work else None
        if group is not None and key.startswith("arxiv:") and not _compatible(group, listing):
            title, other = listing.block.head.title, group.found[0].block.head.title
            message = f"{key} is linked from two unlike titles: “{title}” and “{other}”; correct one of them"
            problems.append(Problem(listing.path, listing.block.start, message))
            key, work, group = "", "", None
        if group is None:
            group = groups[work or f"unlinked {len(groups)}"] = _Group(key)
        group.found.append(listing)
    return list(groups.values())


def _identity(block: Block) -> str:
    if block.shape == "prose":
        return ""
    own = block.head.own_links
    arxiv = next((paper for link in own if (paper := arxiv_id(link.url))), None)
    if arxiv:
        return f"arxiv:{arxiv}"
    return f"url:{url_identity(own[0].url)}" if own else ""


def _work(block: Block) -> str:
    """Returns what the listings of one work share, whichever copy of it they link to; "" without a link of its own."""
    key = _identity(block)
    return key if not key or key.startswith("arxiv:") else work_identity(block.head.own_links[0].url)


def _compatible(group: _Group, listing: Found) -> bool:
    """Two full titles must look alike; a short name may stand for anything."""
    title = listing.block.head.title
    full = [f.block.head.title for f in group.found if _is_full(f.block.head.title)]
    if not full or not _is_full(title):
        return True
    return any(fuzz.token_set_ratio(title.lower(), other.lower()) >= _MIN_SIMILARITY for other in full)


def _is_full(title: str) -> bool:
    return title.isascii() and len(title.split()) >= 4


def _by_title(groups: list[_Group]) -> list[_Group]:
    merged: list[_Group] = []
    by_title: dict[str, _Group] = {}
    for group in sorted(groups, key=lambda group: not group.key.startswith("arxiv:")):
        long_titles = [title for title in group.titles if len(title) >= _MIN_TITLE_CHARS]
        target = next((by_title[title] for title in long_titles if title in by_title), None)
        prose = group.found[0].block.shape == "prose"
        if (
            target is not None
            and not prose
            and not (group.key.startswith("arxiv:") and target.key.startswith("arxiv:"))
        ):
            target.found += group.found
            target.key = target.key or group.key
        else:
            merged.append(group)
            target = group
        if not prose:
            by_title.update({title: target for title in long_titles if title not in by_title})
    sections = _join_prose([group for group in merged if group.found[0].block.shape == "prose"])
    works = _adopt_mentions([group for group in merged if group.found[0].block.shape != "prose"])
    return sorted(sections + works, key=lambda group: (group.found[0].path, group.found[0].block.start))


def _join_prose(groups: list[_Group]) -> list[_Group]:
    """All prose of one section is one concept entry."""
    sections: dict[tuple[str, tuple[str, ...]], _Group] = {}
    for group in groups:
        first = group.found[0]
        sections.setdefault((first.path, first.block.section), _Group("")).found += group.found
    return list(sections.values())


def _adopt_mentions(groups: list[_Group]) -> list[_Group]:
    """A listing without links joins the only linked work of that name."""
    owners: dict[str, list[_Group]] = {}
    for group in groups:
        if group.key or group.found[0].block.shape == "page":
            for name in group.names:
                owners.setdefault(name, []).append(group)
    kept: list[_Group] = []
    for group in groups:
        settled = group.key or group.found[0].block.shape == "page"
        candidates = [] if settled else [owner for title in group.titles for owner in owners.get(title, [])]
        if len({id(candidate) for candidate in candidates}) == 1:
            candidates[0].found += group.found
        else:
            kept.append(group)
    for group in kept:
        group.found.sort(key=lambda found: (found.path, found.block.start))
    return kept


def _entry(entry_id: str, found: list[Found]) -> Entry:
    heads = [listing.block.head for listing in found]
    title = _best_title([head.title for head in heads])
    title_zh = next((head.title_zh for head in heads if head.title_zh), "")
    names = [name for head in heads for name in (*head.aliases, head.title, head.title_zh) if name]
    links: dict[str, Link] = {}
    for link in (link for head in heads for link in (*head.own_links, *head.links)):
        links.setdefault(link.url, link)
    return Entry(
        entry_id=entry_id,
        title=title,
        title_zh=title_zh,
        kind=_kind(found),
        year=_most_common([head.year for head in heads if head.year]),
        venue=_most_common([head.venue for head in heads if head.venue and head.venue != "arXiv"])
        or next((head.venue for head in heads if head.venue), ""),
        authors=max((tuple(head.authors) for head in heads), key=len),
        links=tuple(links.values()),
        arxiv_id=entry_id.removeprefix("arxiv:") if entry_id.startswith("arxiv:") else None,
        listings=tuple(map(_listing, found)),
        topics=tuple(dict.fromkeys(f.block.section[-1] for f in found if f.block.section)),
        aliases=_distinct(names, besides=(title, title_zh)),
        title_en=next((head.title_en for head in heads if head.title_en), ""),
    )


def _listing(found: Found) -> Listing:
    block = found.block
    return Listing(
        found.list_id,
        block.section,
        found.path,
        block.start,
        block.head.title,
        tuple(heading.zh for heading in block.headings),
        tuple(heading.en for heading in block.headings),
    )


def _best_title(titles: list[str]) -> str:
    """The most frequent spelling; among equals the longest, which is rarely a nickname."""
    counts = Counter(fold(title) for title in titles)
    return max(titles, key=lambda title: (len(title) >= _MIN_TITLE_CHARS, counts[fold(title)], len(title)))


def _distinct(names: list[str], besides: tuple[str, ...]) -> tuple[str, ...]:
    known = {fold(name) for name in besides}
    spellings: dict[str, str] = {}
    for name in names:
        spellings.setdefault(fold(name), name)
    return tuple(name for folded, name in spellings.items() if folded and folded not in known)


def _most_common(values: list[_T]) -> _T | None:
    return Counter(values).most_common(1)[0][0] if values else None


def _kind(found: list[Found]) -> Kind:
    kinds = [_block_kind(listing.block) for listing in found]
    return min(kinds, key=list(_KIND_ORDER).index)


_KIND_ORDER = (
    Kind.MODEL,
    Kind.PAPER,
    Kind.BENCHMARK,
    Kind.DATASET,
    Kind.COURSE,
    Kind.REPOSITORY,
    Kind.ARTICLE,
    Kind.CONCEPT,
)


def _block_kind(block: Block) -> Kind:
    if block.shape == "prose":
        return Kind.CONCEPT
    if block.shape == "model":
        return Kind.MODEL
    own = block.head.own_links
    labels = {link.label.lower() for link in own}
    hosts = [urlsplit(link.url).netloc for link in own]
    if any(arxiv_id(link.url) for link in own) or labels & {"paper", "pdf"} or any(map(_PAPER_HOSTS.search, hosts)):
        return Kind.PAPER
    if _BENCHMARK.search(block.head.title) or (block.section and _BENCHMARK.search(block.section[-1])):
        return Kind.BENCHMARK
    if _DATASET.search(block.head.title) or "dataset" in labels or any("/datasets/" in link.url for link in own):
        return Kind.DATASET
    if "course" in labels or "课程" in block.head.title:
        return Kind.COURSE
    if "github.com" in hosts:
        return Kind.REPOSITORY
    return Kind.ARTICLE if own else Kind.CONCEPT


def _slug(listing: Found) -> str:
    block = listing.block
    parts = [*block.section] if block.shape == "prose" else [*block.section[-1:], block.head.title]
    return "/".join([listing.list_id, *(re.sub(r"\W+", "-", part.lower()).strip("-") for part in parts)])


def _unique(entry_id: str, taken: set[str]) -> str:
    candidate, number = entry_id, 2
    while candidate in taken:
        candidate, number = f"{entry_id}-{number}", number + 1
    taken.add(candidate)
    return candidate
