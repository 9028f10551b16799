"""What a question says about year, venue, author, organisation, kind, list or section, apart from its subject.

What is certain in a question that asks for works becomes a filter and leaves the question; what is only hinted at
becomes a hint, which raises the entries that fit and takes no word away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.analysis import content_text
from index.catalogue import Catalogue
from index.filters import Filters
from index.names import name_units
from index.wording import Wanted, Words, Years, read_wanted, read_years
from ingest.text import fold

# Organisations: names in both languages, then names of accounts that publish for them.
_ORGANISATIONS = (
    (("Google", "谷歌"), ("DeepMind", "google-research")),
    (("DeepMind",), ()),
    (("Meta", "Facebook"), ("facebookresearch",)),
    (("Microsoft", "微软"), ()),
    (("OpenAI",), ()),
    (("Anthropic",), ()),
    (("Hugging Face", "抱抱脸"), ("huggingface",)),
    (("EleutherAI",), ()),
    (("NVIDIA", "英伟达"), ()),
    (("Tsinghua", "清华大学", "清华"), ("THUDM", "thu-coai")),
    (("Stanford", "斯坦福大学", "斯坦福"), ("tatsu-lab", "stanford-crfm")),
    (("BAAI", "智源研究院", "智源"), ("FlagOpen", "FlagAI-Open")),
    (("Fudan", "复旦大学", "复旦"), ("OpenLMLab",)),
    (("Harbin Institute of Technology", "哈工大"), ("SCIR-HI",)),
    (("Baichuan", "百川智能", "百川"), ("baichuan-inc",)),
    (("Alibaba", "阿里巴巴", "阿里"), ()),
    (("Baidu", "百度"), ()),
    (("Huawei", "华为"), ()),
)
_VARIANTS = {"nips": "NeurIPS", "neurips": "NeurIPS", "lrec": "LREC"}
_NOUN = r"(?:论文|文章|博客|工作|研究|综述|仓库|模型|数据集|课程|papers?|repos?|models?)"
_ZH_BY = rf"\s*(?:团队|公司|等人?|实验室)?\s*(?:发布|推出|开源|提出|发表|做|写|出品)?(?:过|了)?的?(?:[^，。？?,]{{0,12}}的)?\s*{_NOUN}"
_EN_BY = r"\b(?:by|from|out of|at)\s+(?:the\s+)?"
_WORD = r"[A-Za-z][\w-]*(?:\.\w+)*"
_SURNAME = (
    re.compile(r"\bby\s+([A-Z][\w'’-]+)(?!\s+[A-Z])(?:\s+et al\b\.?)?"),
    re.compile(r"(?<![\w ])([A-Z][\w'’-]+)\s*(?:等人?|et al\.?)?(?=\s*的\s*(?:论文|文章|工作|综述|研究))"),
    re.compile(r"\b([A-Z][\w'’-]+)\s+(?:et al\b\.?|and others|and colleagues)"),
)
_NAME_WORD = re.compile(r"[^\W\d_\u3400-\u9fff](?:[\w.-]|['’](?!s\b))*|[\u3400-\u9fff]")
_MAX_NAME_WORDS = 6
_BEFORE_AUTHOR = re.compile(r"\b(?:by|from|did|has|have)\s+$")
_AFTER_AUTHOR = re.compile(rf"\s*(?:et al\.?|等人?)?(?:{_ZH_BY}|\s*(?:发表|写|提出))|['’]s\b|\s+papers")
_SECTION = (
    re.compile(r"[“「『《\"']?([^“”「」『』《》\"'，。？?,]{1,40}?)[”」』》\"']?\s*(?:这|那|一)*(?:小节|章节|部分|一节|节|栏目)(?:里|中|下|的|有)"),
    re.compile(r"\b(?:section|heading|chapter)\s+[“\"']?([^“”\"'?,.]{2,60})[”\"']?", re.I),
    re.compile(r"[“\"']?([^“”\"'?,.]{2,60}?)[”\"']?\s+(?:section|chapter)\b", re.I),
)  # fmt: skip
_LEFT_OVER = re.compile(
    r"^(?:\s|[,，.。?？!！:：;；、“”\"']|的|(?:关于|有关|相关|方面|发表|发布|提出|公开|发在|在(?!线)|于|由|里|中(?![文国])|上(?!下文)|和|与)|"
    r"(?:published|released|proposed|written|listed|appeared|came out|are|there|about|on|in|at|by|from|of|and|the|for|section|list)\b)+|"
    r"(?:\s|[,，.。?？!！:：;；、“”\"']|(?:发表|发布|提出|公开|发在|写|做)?(?:过|了)?的|都|相关|方面|关于|在|于|由|"
    r"\b(?:published|released|listed|appeared|came out|are|there|about|on|in|at|by|from|of|and|the|for|section|list))+$",
    re.I,
)
_CONSTRAINT_WORDS = ("years", "venues", "authors", "makers", "sections", "lists")


@dataclass(frozen=True, slots=True)
class Understood:
    """Words of a question that were read: which, as what (a name of ``Filters.constraints``), and how surely."""

    words: str
    constraint: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Structure:
    """A question taken apart.

    Attributes:
        filters: What the entries must be.
        hints: What they had better be; ``hints.agreement(entry)`` says how far an entry is.
        terms: Further words to search for: the organisation's name in the other language.
        understood: The words that were read.
        rest: The question without the words that became filters; "" when nothing is left to search for but the filters.
    """

    filters: Filters
    hints: Filters
    terms: tuple[str, ...]
    understood: tuple[Understood, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Found(Words):
    constraint: str
    value: Filters
    certain: bool
    terms: tuple[str, ...] = ()


def read_structure(question: str, catalogue: Catalogue) -> Structure:
    """Reads what a question says about the works it asks for, in Chinese or English.

    Args:
        question: As asked.
        catalogue: The names there are; a venue or author the index does not have is not understood.
    """
    wanted = read_wanted(question)
    years = read_years(question, catalogue.newest_year)
    found = list(_found(question, catalogue, years))
    if wanted is not None and wanted.phrase and not any(item.certain or item.constraint == "makers" for item in found):
        wanted = None
    asks = wanted is not None
    found = [item for item in found if asks or item.constraint in ("authors", "makers")]
    certain = [item for item in found if item.certain and asks]
    filters, hints = Filters(), Filters()
    for item in found:
        if item in certain:
            filters = filters.over(item.value)
        else:
            hints = hints.over(item.value)
    filters = _venue_of_year(filters, catalogue)
    spans: list[Words] = list(certain)
    if wanted is not None:
        fits = Filters(kinds=wanted.kinds, topics=tuple(topic for topic in wanted.topics if topic in catalogue.topics))
        nothing_else = not _rest(question, [*spans, wanted, wanted.lead])
        must = Filters(kinds=wanted.admitted) or (_narrowest(fits) if nothing_else else Filters())
        filters = must.over(filters)
        if wanted.is_paper:  # entries do not call themselves papers, but they do say "course" or "repository"
            spans.append(wanted)
        else:
            hints = fits.over(hints)
        spans += [wanted.lead] * bool(filters)
        found += [_Found(wanted.start, wanted.end, name, fits, bool(must)) for name in fits.constraints[:1]]
    return Structure(
        filters,
        hints,
        tuple(term for item in found for term in item.terms),
        tuple(
            Understood(question[item.start : item.end].strip(), item.constraint, item in spans or item.certain and asks)
            for item in sorted(found, key=lambda item: item.start)
        ),
        _rest(question, spans) if spans else question,
    )


def _narrowest(fits: Filters) -> Filters:
    """Returns what a question for nothing but a kind filters by: the kind, or what stands for it."""
    return fits.without(["topics"]) or fits


def _found(question: str, catalogue: Catalogue, years: Years | None) -> Iterator[_Found]:
    """Yields everything read but the kind; each constraint at most once."""
    venue = _venue(question, catalogue)
    if years is not None:
        yield _Found(years.start, years.end, "years", Filters(since=years.since, until=years.until), years.certain)
    if venue is not None:
        yield venue
    if (author := _author(question, catalogue)) is not None:
        yield author
    elif (maker := _maker(question, catalogue)) is not None:
        yield maker
    for item in (_section(question, catalogue), _list(question, catalogue)):
        if item is not None:
            yield item


def _venue(question: str, catalogue: Catalogue) -> _Found | None:
    """Finds a venue; acronyms in any case and with a year stuck to them, words like Nature only as written."""
    for name in sorted({*catalogue.venues, *_VARIANTS}, key=len, reverse=True):
        known = _VARIANTS.get(name, name)
        if known not in catalogue.venues:
            continue
        acronym = name in _VARIANTS or (len(name) > 2 and sum(c.isupper() for c in name) > 1)
        pattern = rf"(?<![A-Za-z]){re.escape(name)}(?:['’]?(\d\d))?(?![A-Za-z'’])"
        if match := re.search(pattern, question, re.I if acronym and " " not in name else 0):
            dated = f"{known} 20{match[1]}" if match[1] else known
            return _Found(match.start(), match.end(), "venues", Filters(venues=(dated,)), True)
    return None


def _venue_of_year(filters: Filters, catalogue: Catalogue) -> Filters:
    """Returns the filters with "NeurIPS" in 2022 as "NeurIPS 2022": a paper's own year may be the one before."""
    if not filters.venues or filters.since is None or filters.since != filters.until:
        return filters
    return replace(filters, venues=tuple(f"{v} {filters.since}" for v in filters.venues), since=None, until=None)


def _author(question: str, catalogue: Catalogue) -> _Found | None:
    """Finds an author by full name, or by surname where the wording says it is one."""
    words = list(_NAME_WORD.finditer(question))
    for length in range(min(len(words), _MAX_NAME_WORDS), 1, -1):
        for first in range(len(words) - length + 1):
            start, end = words[first].start(), words[first + length - 1].end()
            if (name := catalogue.authors.get(fold(question[start:end]))) and not question[start].islower():
                before, after = _BEFORE_AUTHOR.search(question[:start]), _AFTER_AUTHOR.match(question[end:])
                begin = before.start() if before else start
                return _Found(begin, end, "authors", Filters(authors=(name,)), bool(before or after))
    for pattern in _SURNAME:
        match = pattern.search(question)
        if match and fold(match[1]) in catalogue.surnames:
            return _Found(match.start(), match.end(), "authors", Filters(authors=(match[1],)), True)
    return None


def _maker(question: str, catalogue: Catalogue) -> _Found | None:
    """Finds an organisation that the works are said to be by; never certain, as no field of an entry holds it."""
    for names, accounts in _ORGANISATIONS:
        for name in names:
            by = rf"{_EN_BY}{name}\b|{name}['’]s\b|(?<![A-Za-z]){name}(?={_ZH_BY})"
            if match := re.search(by, question, re.I):
                others = tuple(other for other in names if other != name)
                return _Found(match.start(), match.end(), "makers", Filters(makers=(*names, *accounts)), False, others)
    for match in re.finditer(rf"{_EN_BY}({_WORD})|({_WORD})(?={_ZH_BY})", question):
        name = match[1] or match[2]
        if " ".join(name_units(name)) in catalogue.makers:
            return _Found(match.start(), match.end(), "makers", Filters(makers=(name,)), False)
    return None


def _section(question: str, catalogue: Catalogue) -> _Found | None:
    """Finds a section: the longest known heading next to a word for section."""
    for pattern in _SECTION:
        for match in pattern.finditer(question):
            text = match[1]
            for start, end in _stretches(text):
                if heading := catalogue.sections.get(fold(text[start:end])):
                    return _Found(match.start(), match.end(), "sections", Filters(sections=(heading,)), True)
    return None


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yields the stretches of a text that a heading could be, longest first: those that reach either end."""
    for length in range(len(text), 1, -1):
        yield len(text) - length, len(text)
        yield 0, length


def _list(question: str, catalogue: Catalogue) -> _Found | None:
    """Finds a list by its id, beside a word for list or by an id of several words."""
    for list_id in catalogue.lists:
        words = "[- ]".join(map(re.escape, list_id.split("-")))
        plain = rf"(?:the\s+)?\b{words}\b"
        pattern = rf"(?:\b(?:in|from|on)\s+)?{plain}\s*(?:reading\s+)?(?:list|清单)(?:里|中|上)?" + (
            rf"|(?:\b(?:in|from|on)\s+)?{plain}(?:里|中)?" if "-" in list_id else ""
        )
        if match := re.search(pattern, question, re.I):
            return _Found(match.start(), match.end(), "lists", Filters(lists=(list_id,)), True)
    return None


def _rest(question: str, spans: list[Words]) -> str:
    """Returns a question without some stretches, or "" when no content is left."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        question = f"{question[: span.start]} {question[span.end :]}"
    previous = ""
    while question != previous:
        previous, question = question, _LEFT_OVER.sub("", question)
    return re.sub(r"\s+", " ", question) if content_text(question) else ""
