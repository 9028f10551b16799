"""What of the catalogue a question mentions: years, a venue, an author or organisation, a section, a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.catalogue.facets import Catalogue
from index.catalogue.filters import Filters
from index.catalogue.names import name_units
from index.query.patterns import Words, read_years, reads_recent
from ingest.text.folding import fold

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
_OLD_NAMES = {"NIPS": "NeurIPS"}
_NOUN = r"(?:论文|文章|博客|工作|研究|综述|仓库|模型|数据集|课程|papers?|repos?|models?)"
_ZH_BY = (
    r"\s*(?:团队|公司|等人?|实验室)?\s*(?:发布|推出|开源|提出|发表|做|写|出品)?(?:过|了)?的?"
    rf"(?:[^，。？?,]{{0,12}}的)?\s*{_NOUN}"
)
_EN_BY = r"\b(?:by|from|out of|at)\s+(?:the\s+)?"
_WORD = r"(?<![\w-])[A-Za-z][\w-]{0,30}(?:\.\w{1,10})?"
_SURNAME = (
    re.compile(r"\bby\s+([A-Z][\w'’-]+)(?!\s+[A-Z])(?:\s+et al\b\.?)?"),
    re.compile(r"(?<![\w ])([A-Z][\w'’-]+)\s*(?:等人?|et al\.?)?(?=\s*的\s*(?:论文|文章|工作|综述|研究))"),
    re.compile(r"\b([A-Z][\w'’-]+)\s+(?:et al\b\.?|and others|and colleagues)"),
)
_NAME_WORD = re.compile(r"[^\W\d_\u3400-\u9fff](?:[\w.-]|['’](?!s\b))*|[\u3400-\u9fff]")
_MAX_NAME_WORDS = 6
_BEFORE_AUTHOR = re.compile(r"\b(?:(?:written )?by|from|did|has|have)\s+$")
_AFTER_AUTHOR = re.compile(rf"\s*(?:et al\.?|等人?)?(?:{_ZH_BY}|\s*(?:发表|写|提出|参与))|['’]s\b|\s+papers")
_QUOTES = "“”「」『』《》\"'"
_SECTION_BEFORE = re.compile(
    rf"([^{_QUOTES}，。？?,]{{1,60}}?)[{_QUOTES}]?\s*"
    r"(?:[这那一]*(?:小节|章节|部分|一节|节|栏目)(?:里|中|下|的|有)|\s(?:section|chapter)\b)",
    re.I,
)
_SECTION_AFTER = re.compile(rf"\b(?:section|heading|chapter)\s+[{_QUOTES}]?([^{_QUOTES}?,.]{{2,60}})[{_QUOTES}]?", re.I)


@dataclass(frozen=True, slots=True)
class Mention(Words):
    """Words of a question that say something about works.

    Attributes:
        start: Where they start.
        end: Where they end.
        constraint: The name of the constraint (``Filters.constraints``).
        value: The constraint itself.
        certain: Whether a question that asks for works can only mean it as a filter.
        terms: Other names of what is mentioned, to search for as well.
    """

    constraint: str
    value: Filters
    certain: bool
    terms: tuple[str, ...] = ()


def read_mentions(question: str, catalogue: Catalogue) -> Iterator[Mention]:
    """Yields what a question mentions; the mentions of one constraint have the same value."""
    if (years := read_years(question, catalogue.newest_year)) is not None:
        yield Mention(years.start, years.end, "years", Filters(since=years.since, until=years.until), True)
    elif catalogue.newest_year and (recent := reads_recent(question)) is not None:
        yield Mention(recent.start, recent.end, "years", Filters(since=catalogue.newest_year - 1), False)
    yield from _venues(question, catalogue)
    if (author := _author(question, catalogue)) is not None:
        yield author
    elif (maker := _maker(question, catalogue)) is not None:
        yield maker
    for item in (_section(question, catalogue), _list(question, catalogue)):
        if item is not None:
            yield item


def _venues(question: str, catalogue: Catalogue) -> Iterator[Mention]:
    """Yields venues; acronyms in any case and with a year stuck to them, words like Nature only as written."""
    found: dict[tuple[int, int], str] = {}
    for name in sorted({*catalogue.venues, *_OLD_NAMES}, key=len, reverse=True):
        known = _OLD_NAMES.get(name, name)
        if known not in catalogue.venues:
            continue
        acronym = len(name) > 2 and sum(c.isupper() for c in name) > 1
        pattern = rf"(?<![A-Za-z]){re.escape(name)}(?:['’]?(\d\d)(?!\d))?(?![A-Za-z'’])"
        for match in re.finditer(pattern, question, re.I if acronym and " " not in name else 0):
            if not any(start < match.end() and match.start() < end for start, end in found):
                found[match.span()] = f"{known} 20{match[1]}" if match[1] else known
    venues = Filters(venues=tuple(dict.fromkeys(found[span] for span in sorted(found))))
    yield from (Mention(*span, "venues", venues, True) for span in sorted(found))


def _author(question: str, catalogue: Catalogue) -> Mention | None:
    """Finds an author by full name, or by surname where the wording says it is one."""
    words = list(_NAME_WORD.finditer(question))
    for length in range(min(len(words), _MAX_NAME_WORDS), 1, -1):
        for first in range(len(words) - length + 1):
            start, end = words[first].start(), words[first + length - 1].end()
            if (name := catalogue.authors.get(fold(question[start:end]))) and not question[start].islower():
                before, after = _BEFORE_AUTHOR.search(question[:start]), _AFTER_AUTHOR.match(question[end:])
                begin = before.start() if before else start
                return Mention(begin, end, "authors", Filters(authors=(name,)), bool(before or after))
    for pattern in _SURNAME:
        match = pattern.search(question)
        if match and fold(match[1]) in catalogue.surnames:
            return Mention(match.start(), match.end(), "authors", Filters(authors=(match[1],)), True)
    return None


def _maker(question: str, catalogue: Catalogue) -> Mention | None:
    """Finds an organisation that the works are said to be by; never certain, as no field of an entry holds it."""
    for names, accounts in _ORGANISATIONS:
        for name in names:
            by = rf"{_EN_BY}{name}\b|{name}['’]s\b|(?<![A-Za-z]){name}(?={_ZH_BY})"
            if match := re.search(by, question, re.I):
                others = tuple(other for other in names if other != name)
                return Mention(match.start(), match.end(), "makers", Filters(makers=(*names, *accounts)), False, others)
    for match in re.finditer(rf"{_EN_BY}({_WORD})|({_WORD})(?={_ZH_BY})", question):
        name = match[1] or match[2]
        if " ".join(name_units(name)) in catalogue.makers:
            return Mention(match.start(), match.end(), "makers", Filters(makers=(name,)), False)
    return None


def _section(question: str, catalogue: Catalogue) -> Mention | None:
    """Finds a section: the longest known heading right before or after a word for section."""
    for match in _SECTION_BEFORE.finditer(question):
        for start in range(*match.span(1)):
            if heading := catalogue.sections.get(fold(question[start : match.end(1)])):
                return Mention(start, match.end(), "sections", Filters(sections=(heading,)), True)
    for match in _SECTION_AFTER.finditer(question):
        for end in range(match.end(1), match.start(1), -1):
            if heading := catalogue.sections.get(fold(question[match.start(1) : end])):
                return Mention(match.start(), end, "sections", Filters(sections=(heading,)), True)
    return None


def _list(question: str, catalogue: Catalogue) -> Mention | None:
    """Finds a list by its id, beside a word for list or by an id of several words."""
    for list_id in catalogue.lists:
        words = "[- ]".join(map(re.escape, list_id.split("-")))
        plain = rf"(?:the\s+)?\b{words}\b"
        pattern = rf"(?:\b(?:in|from|on)\s+)?{plain}\s*(?:reading\s+)?(?:list|清单)(?:里|中|上)?" + (
            rf"|(?:\b(?:in|from|on)\s+)?{plain}(?:里|中)?" if "-" in list_id else ""
        )
        if match := re.search(pattern, question, re.I):
            return Mention(match.start(), match.end(), "lists", Filters(lists=(list_id,)), True)
    return None
