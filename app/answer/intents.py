"""What a question asks for, by its wording: a definition, a list, a comparison, or one fact about a work."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORKS = (
    "papers|models|works|methods|repositories|repos|projects|datasets|benchmarks|courses|articles|surveys|techniques|"
    "approaches|tools|resources"
)
_ZH_WORKS = "论文|文章|综述|工作|研究|模型|方法|技术|框架|工具|仓库|项目|数据集|基准|评测|榜单|课程|资料|博客"
_LIST = re.compile(
    rf"(?:哪些|有哪几|列举|列出|推荐)[^，。？?]*(?:{_ZH_WORKS})|(?:{_ZH_WORKS})[^，。？?]{{0,3}}有?哪(?:些|几)\w?\s*(?:[？?。，]|$)|"
    rf"\b(?:which|what|list|show|name|recommend)\b.*\b(?:{_WORKS})\b",
    re.I,
)
_COMPARE = re.compile(
    r"区别|差别|不同|相比|对比|比较|哪个更|\b(?:vs\.?|versus|compare[ds]?|difference|differ|differs)\b", re.I
)
_DEFINE = re.compile(r"什么是|是什么|什么叫|何谓|是啥|^\W*(?:what (?:is|are|does .* mean)|define|explain)\b", re.I)
_FACTS = {
    "year": re.compile(
        r"哪一?年|什么时候|何时|几几年|\bwhen (?:was|were|did)\b|\b(?:what|which) year\b",
        re.I,
    ),
    "authors": re.compile(
        r"作者|谁(?:写|提出|发明|发表|做|开发)|是谁|\bauthors?\b|"
        r"\bwho (?:wrote|proposed|made|invented|created|published|developed|are the authors)",
        re.I,
    ),
    "venue": re.compile(
        r"发表(?:在|于)?(?:哪|什么)(?:个|里)?(?:会议|期刊|地方)?|哪个会议|什么会议|"
        r"\b(?:which|what) (?:venue|conference|journal)\b|\bwhere was\b.*\bpublished\b",
        re.I,
    ),
    "links": re.compile(
        r"链接|网址|仓库(?:地址|在哪)|代码(?:在哪|地址|仓库)|在哪(?:里|儿)?(?:下载|看|读|找)|"
        r"\b(?:repo|repository|link|url|source code)\b|\bwhere (?:can i|is the|to) (?:find|read|download|code)",
        re.I,
    ),
}


_FACT_WORDS = re.compile(
    r"谁|哪里|哪儿|几几|发表|发布|公开|提出|写|论文|文章|工作|作者|会议|期刊|年份?|时间|代码|仓库|链接|地址|网址|项目|模型|"
    r"\b(?:publish\w*|appear\w*|release\w*|introduce\w*|propose\w*|written|write|wrote|paper|article|work|authors?|year|venue|"
    r"conference|journal|repo\w*|github|link|url|source|code|find|read|download|made|invent\w*|create\w*|develop\w*|come|out)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for.

    Attributes:
        defines: What something is.
        wants_list: Several entries, one line each.
        compares: Two or more works side by side.
        facts: Names of catalogue facts asked for: "year", "authors", "venue", "links".
    """

    defines: bool
    wants_list: bool
    compares: bool
    facts: tuple[str, ...]


def without_fact_words(question: str) -> str:
    """Returns what is left of a question when the words that ask for a catalogue fact are taken away."""
    return _FACT_WORDS.sub(" ", question)


def read_intent(question: str) -> Intent:
    """Reads the intent off a question's wording, in Chinese or English."""
    wants_list = bool(_LIST.search(question))
    compares = bool(_COMPARE.search(question))
    facts = () if wants_list else tuple(name for name, pattern in _FACTS.items() if pattern.search(question))
    return Intent(bool(_DEFINE.search(question)) and not compares, wants_list and not compares, compares, facts)
