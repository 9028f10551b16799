"""The wording of questions about a catalogue: which years they speak of, and which kind of thing they ask for.

A kind counts only where the wording asks for works ("which papers …", "…的论文有哪些"), never where it is mentioned
("the LoRA paper", "BERT 论文里说"). A year counts only when it dates the works and not, say, their data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.types import Kind

_NUMBERS = {name: value for value, name in enumerate("one two three four five six".split(), start=1)} | {
    name: value for value, name in enumerate("一二三四五六", start=1)
}
_NUMBERS |= {"两": 2, "couple of": 2}


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a question: ``question[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Years(Words):
    """Years that a question speaks of, both ends inclusive."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Wanted(Words):
    """The kind of thing a question asks for.

    Attributes:
        start: Where the noun starts.
        end: Where it ends.
        lead: Where the words that ask for it start and end ("有哪些", "which"); may be empty.
        kinds: What the noun says; empty for "works".
        admitted: What the noun can mean in a catalogue, notes about it included; empty when it excludes nothing,
            as a paper that presents a model is of kind paper.
        topics: Topics that stand for the noun.
        phrase: Whether the question is a mere noun phrase in Chinese, which asks for works only if it says which.
    """

    lead: Words
    kinds: tuple[Kind, ...]
    admitted: tuple[Kind, ...]
    topics: tuple[str, ...]
    phrase: bool

    @property
    def is_paper(self) -> bool:
        """Whether nothing but papers are asked for."""
        return self.kinds == (Kind.PAPER,)


@dataclass(frozen=True, slots=True)
class _Noun:
    zh: str
    en: str  # in the plural; an s at the end may be missing where one thing is asked for
    kinds: tuple[Kind, ...] = ()
    admitted: tuple[Kind, ...] = ()
    topics: tuple[str, ...] = ()


_IN_REPOSITORIES = (Kind.REPOSITORY, Kind.MODEL, Kind.DATASET, Kind.BENCHMARK, Kind.CONCEPT)
_NOUNS = (
    _Noun("论文|文献|papers?", "papers|publications", (Kind.PAPER,), (Kind.PAPER, Kind.CONCEPT)),
    _Noun("综述", "surveys|review papers", (), (), ("surveys",)),
    _Noun("代码仓库|仓库|代码库|repos?", "repos|repositories", (Kind.REPOSITORY,), _IN_REPOSITORIES),
    _Noun("课程|网课|公开课", "courses", (Kind.COURSE,), (Kind.COURSE, Kind.ARTICLE, Kind.CONCEPT)),
    _Noun(
        "教程|博客文章|博客|博文",
        "blog posts|blogs|tutorials",
        (Kind.ARTICLE,),
        (Kind.ARTICLE, Kind.COURSE, Kind.CONCEPT),
    ),
    _Noun("文章", "articles", (Kind.ARTICLE,)),  # may mean papers
    _Noun("概念笔记|笔记", "concept notes", (Kind.CONCEPT,), (Kind.CONCEPT,)),
    _Noun("数据集|语料库", "datasets|data sets|corpora", (Kind.DATASET,), (), ("instruction-data",)),
    _Noun(
        "评测基准|基准测试|基准|评测集|排行榜|榜单|评测平台", "benchmarks|test sets|leaderboards",
        (Kind.BENCHMARK,), (), ("benchmarks", "chinese-benchmarks"),
    ),
    _Noun("大语言模型|大模型|模型", "models", (Kind.MODEL,)),
    _Noun("工作|研究|成果|条目", "works|studies|entries|everything|anything"),
)  # fmt: skip
_ZH_NOUN = "|".join(f"(?P<n{i}>{noun.zh})" for i, noun in enumerate(_NOUNS))
_ZH_ONE_OF = "|".join(noun.zh for noun in _NOUNS[:-1])
_JOIN = r"\s*(?:、|，|,|/|和|与|或者?|以及|\band\b|\bor\b)\s*"
_ZH_NOUNS = rf"(?:{_ZH_NOUN})(?P<more>(?:{_JOIN}(?:{_ZH_ONE_OF}))*)"
_ZH_ASK = (
    "(?P<ask>(?:写|发表|发布|推出|提出|做|开源)[了过]?(?:什么|哪些|哪几[篇个])|都?有哪些|有哪几[篇个门]|哪些|哪几[篇个门]|哪一?[篇门]|有什么|有没有|"
    "推荐(?:一下|给我)?(?:一些|一?[篇门]|[几两三][篇个门])?|列出(?:所有)?|列举|[找看](?:一些|[几两三][篇个门]))"
)
_ZH_YEAR = r"(?:19|20)\d\d\s*年?(?:之后|以后|以来|之前|以前)?"
_ZH_ADJECTIVES = (
    r"(?:\s|中文|英文|开源|公开|经典|重要|相关|最新|最近|近期|新|好|值得[看读]|别的|其他|的|" rf"{_ZH_YEAR})*"
)
_IS_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE_END = r"\s*(?:[？?。！!，,；;]|$)"
_ZH_END = rf"(?=\s*(?:可以[看读学]|值得[看读学]|可[看读]|吗|呢|啊)?{_CLAUSE_END}|\s*(?:是|讲|关于))"
_ZH_SO_ASKED = r"(?P<ask>\s*(?:一共|总共|都|还|分别)*(?:有|是)?(?:哪些|什么|哪几[篇个门]))"
_ZH_WANTED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_ZH_ASK}{_ZH_ADJECTIVES}{_ZH_NOUNS}(?!\s*[的里中上])",
        rf"{_ZH_ASK}[^？?。！!，,；;]{{1,30}}?{_ZH_NOUNS}{_ZH_END}",
        rf"(?<![这那该]){_ZH_NOUNS}{_ZH_SO_ASKED}{_ZH_END}",
    )
)
_PHRASE = re.compile(rf"(?P<ask>)(?P<more>)(?:{_ZH_NOUN})\s*[。.]?\s*$", re.I)
_ASKS_ELSE = re.compile(
    r"什么|怎|吗|多少|谁|哪|如何|是否|几[个年种]|是不是|能不能|写一|帮我|翻译|总结|[这那该][篇个门]"
)

_EN_STOP = (
    "of|to|for|in|on|with|that|is|are|was|were|does|do|did|from|by|about|and|or|my|this|these|those|how|why|when|"
    "where|who|whose|whom|if|can|could|should|must|would|will|has|have|had|be|not|than|it"
)
_EN_ONE = r"which|what|any|is there|recommend(?: me)?|suggest|find(?: me)?|looking for|i (?:want|need)"
_EN_MANY = rf"{_EN_ONE}|what are|are there|list|show(?: me)?|name|give me|get|do you have"
_EN_MODIFIERS = rf"(?:(?!(?:{_EN_STOP})\s)[\w'’/.+-]+\s+){{0,5}}?"
_EN_HEAD = r"^\W*(?:(?:please|can you|could you|i am|i['’]m)\W+)*"
_EN_MORE = "(?:" + "|".join(noun.en for noun in _NOUNS) + ")"


def _en(lead: str, nouns: str) -> re.Pattern[str]:
    return re.compile(
        rf"{_EN_HEAD}(?P<ask>{lead}){_EN_MODIFIERS}\b(?:{nouns})\b(?P<more>(?:{_JOIN}{_EN_MORE})*)(?!['’-]\w)", re.I
    )


_EN_PLURALS = "|".join(f"(?P<n{i}>{noun.en})" for i, noun in enumerate(_NOUNS))
_EN_SINGULARS = "|".join(
    f"(?P<n{i}>{'|'.join(word.removesuffix('s') for word in noun.en.split('|'))})"
    for i, noun in enumerate(_NOUNS)
    if Kind.REPOSITORY not in noun.kinds  # "is there a repo for LoRA" asks for a link of LoRA's
)
_EN_WANTED = (
    _en(rf"(?:(?:{_EN_MANY})\b\s*(?:(?:all|some|the|a few|any)\s+)*)?", _EN_PLURALS),
    _en(rf"(?:(?:{_EN_ONE})\b\s*(?:(?:an?|one)\s+)?|an?\s+)", _EN_SINGULARS),
)

_YEAR = r"(?<![\d.])((?:19|20)\d\d)(?![\d.]*\d)"
_ZH_AFTER = "之后|以后|以来|后|起|开始|至今|及以后|及之后"
_ZH_BEFORE = "之前|以前|前(?!后)"
_SINCE, _UNTIL, _AFTER, _BEFORE, _SPAN, _AROUND, _IN = range(7)
_TO = r"(?:-|–|—|~|～|至|到|\bto\b|\band\b|\buntil\b|\bthrough\b)"
_YEAR_PATTERNS = tuple(
    (meaning, re.compile(pattern, re.I))
    for meaning, pattern in (
        (_SPAN, rf"(?:\b(?:between|from|in)\s+|从|自|在)?{_YEAR}\s*年?\s*{_TO}\s*{_YEAR}\s*年?(?:之间|间|期间)?"),
        (_SINCE, rf"(?:自从|自|从|在)?\s*{_YEAR}\s*年?\s*(?:{_ZH_AFTER})"),
        (_SINCE, rf"\b(?:since|no earlier than)\s+{_YEAR}"),
        (_SINCE, rf"\b(?:from\s+)?{_YEAR}\s+(?:onwards?|on\b(?!\s+\w)|or later|and later)"),
        (_AFTER, rf"\b(?:after|later than|newer than|post)[\s-]+{_YEAR}|晚于\s*{_YEAR}\s*年?"),
        (_BEFORE, rf"\b(?:before|prior to|earlier than|older than|pre)[\s-]+{_YEAR}|早于\s*{_YEAR}\s*年?"),
        (_BEFORE, rf"在?{_YEAR}\s*年?\s*(?:{_ZH_BEFORE})"),
        (_UNTIL, rf"\b(?:until|till|up to|no later than)\s+{_YEAR}|{_YEAR}\s+or earlier"),
        (_UNTIL, rf"(?:截至|截止到?|到)\s*{_YEAR}\s*年?[底末]?(?:为止)?"),
        (_AROUND, rf"\b(?:around|circa)\s+{_YEAR}|{_YEAR}\s*年?\s*(?:前后|左右)"),
        (_IN, rf"(?:\b(?:in|from|of|during)\s+|在|于)?{_YEAR}\s*年?(?:[上下]半年|[度里间内初底末])?"),
    )
)
_LAST_YEARS = re.compile(
    r"(?:最近|过去|近)(?P<zh>[一两二三四五六1-9])\s*年(?:来|内|里|间|以来)?|"
    r"(?:\b(?:in|from|over|within|of)\s+)?(?:the\s+)?(?:last|past|most recent)\s+"
    r"(?P<en>one|two|three|four|five|six|[1-9]|couple of)\s+years",
    re.I,
)
_RECENT = re.compile(r"最近|最新|近期|近来|\b(?:recent|latest|newest)\b", re.I)
# The year of something else: "data collected before 2021", "2021 年之前的数据", "2017 年 Transformer 提出之后".
_DATES_ELSE = re.compile(
    r"(?:\b(?!(?:published|released|proposed|introduced|written|appeared|presented|listed|accepted)\b)\w+ed|"
    r"\b(?:data|text|corpus|corpora|knowledge|news|pages)|数据|知识|新闻|语料|文本|网页)\s*$",
    re.I,
)
_DATES_NEXT = re.compile(
    r"\s*年?的?(?:训练)?(?:数据(?![集增])|知识(?!蒸馏|图谱)|语料(?!库)|新闻|文本(?!生成|摘要|分类)|网页|信息(?!抽取))|"
    r"\s*[^？?。]{0,20}?(?:之后|以后)(?!的)"
)


def read_years(question: str, newest: int | None) -> Years | None:
    """Reads the years of the works a question speaks of.

    "after 2022" excludes 2022, 2022 年之后 includes it, as Chinese readers differ and one year more costs little;
    "before 2021" and 2021 年之前 both end with 2020. 近两年 counts back from the catalogue's newest year.
    """
    if newest is not None and (recent := _LAST_YEARS.search(question)):
        number = (recent["zh"] or recent["en"]).casefold()
        return Years(*recent.span(), newest + 1 - (_NUMBERS.get(number) or int(number)), None)
    for meaning, pattern in _YEAR_PATTERNS:
        if found := pattern.search(question):
            years = sorted(int(year) for year in found.groups() if year)
            first, last = years[0], years[-1]
            bounds: dict[int, tuple[int | None, int | None]] = {
                _SINCE: (first, None),
                _AFTER: (first + 1, None),
                _UNTIL: (None, first),
                _BEFORE: (None, first - 1),
                _AROUND: (first - 1, first + 1),
            }
            since, until = bounds.get(meaning, (first, last))
            if _DATES_ELSE.search(question[: found.start()]) or _DATES_NEXT.match(question[found.end() :]):
                return None
            return Years(*found.span(), since, until)
    return None


def reads_recent(question: str) -> Words | None:
    """Returns the words of a question that ask for recent works without saying how recent."""
    found = _RECENT.search(question)
    return Words(*found.span()) if found else None


def read_wanted(question: str) -> Wanted | None:
    """Reads the kind of thing a question asks for, or None when it asks for something else."""
    for pattern in (*_ZH_WANTED, *_EN_WANTED):
        if found := pattern.search(question):
            return _wanted(found, phrase=False)
    if not _ASKS_ELSE.search(question) and (found := _PHRASE.search(question)):
        return _wanted(found, phrase=True)
    return None


def _wanted(found: re.Match[str], *, phrase: bool) -> Wanted:
    number = next(int(name[1:]) for name, text in found.groupdict().items() if text and name[1:].isdigit())
    nouns = [_NOUNS[number]]
    more = [word for word in re.split(_JOIN, found["more"]) if word]
    nouns += [noun for word in more for noun in _NOUNS if re.fullmatch(f"{noun.zh}|{noun.en}", word, re.I)]
    limited = all(noun.admitted for noun in nouns)
    end = found.end("more") if more else found.end(f"n{number}")
    return Wanted(
        found.start(f"n{number}"),
        end,
        Words(found.start("ask" if _IS_HAN.search(found["ask"]) else 0), found.end("ask")),
        tuple(dict.fromkeys(kind for noun in nouns for kind in noun.kinds)),
        tuple(dict.fromkeys(kind for noun in nouns for kind in noun.admitted)) if limited else (),
        tuple(dict.fromkeys(topic for noun in nouns for topic in noun.topics)),
        phrase,
    )
