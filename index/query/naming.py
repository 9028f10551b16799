"""Questions that say nothing but a name, or several: "what on earth is perplexity?", "讲讲困惑度和温度"."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from index.text.analysis import content_words
from index.types import ParsedQuery, Slot
from ingest.text.scripts import HAN

Names = dict[str, frozenset[str]]
"""Names of one thing, each with its words."""

_DEFINING = frozenset(  # words of a question for a definition that are not what is to be defined
    content_words(
        "define definition explain describe mean meaning what's exactly actually simply term terms word phrase concept "
        "notion idea model models 意思 含义 定义 解释 到底 究竟 概念 术语 名词"
    )
)
_FILLERS = re.compile(  # … and more of them, where the term is known and may stand among any
    r"\b(?:things?|stuff|every(?:one|body)|people|keeps?|hear(?:d|ing)?|talk(?:s|ing)?|simple|plain|english|layman['’]?s?|"
    r"newbie|noob|eli5|quick(?:ly)?|brief(?:ly)?|short|supposed|refers?|stands?|heck|hell|earth|lol|"
    r"idk|btw|hey|hi|hello|yo|pls|plz|tell|know|understand|kindly|maybe|excuse|sorry|thanks?|ok(?:ay)?|cool|great|please|wonder(?:ing)?|curious)\b|"
    r"能不能|可不可以|能否|可以|麻烦|请问?|帮[我忙]|给我|跟我|我?想|知道|了解|[弄搞]懂|明白|理解|通俗(?:易懂)?|大?白话|"
    r"简[单短要]|具体|详细|准确|一句话|科普|小白|新手|解释|讲[解讲一]?讲?|[说聊谈][说聊谈一明]?[说聊谈]?|介绍|一下|到底|究竟|"
    r"其实|真正|抱歉|不好意思|打扰|感?谢谢?|你好|您好|什么|所谓|叫做?|指|啥|意思|含义|定义|概念|术语|名词|词|东西|玩意儿?|[这那]?个|[这那]|[总老]是|经常|"
    r"\bllms?\b|\b(?:large )?language models?\b|大?(?:语言)?模型(?:里|中)?|"
    r"第[一二三四五六七八九十\d]+[篇个条项]|最后(?:那)?一?[篇个]|[这那]篇|论文|文章|主要|内容|了|[听看提][说到见]|大家|别人|都?在|[的地得吧啊呀呢嘛哦哈是有用又则]"
)
_ASKS_OTHERWISE = re.compile(  # for something else than what a thing is
    r"\b(?:why|how|when|where|who|whose|which|vs|versus|or|compare[ds]?|differences?|between|if|is there|are there)\b|"
    r"为什么|为啥|怎么|怎样|如何|谁|哪|何时|多少|几[个种类年步]|区别|不同|对比|比较|还是|吗|与|和"
)
_NAMING = (Slot.TERM, Slot.NAME)
_HAN_HEAD = re.compile(r"(?<=..)(?:模型|方法|算法|技术)$")  # 混合专家模型 is what 混合专家 is
_SPACED_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
_HYPHEN = re.compile(r"(?<=[^\W\d_]{3})-(?=[^\W\d_])")
_BETWEEN = re.compile(r"^\W*(?:and|&|plus|和|与|跟|以及|还有|、|,|，)(?:\W*and\b)?\W*$", re.I)  # two names


def named_alone(question: ParsedQuery) -> Names:
    """Returns the names of a term or a work beside which a question says nothing, the longest one's; none otherwise."""
    places = _places(question)
    for first, end in sorted(places, key=lambda place: place[0] - place[1]):
        start, finish = question.tokens[first].start, question.tokens[end - 1].end
        if _says_nothing(f"{question.text[:start]} {question.text[finish:]}"):
            known = {
                _SPACED_HAN.sub("", name).casefold() for name in (*places[first, end], question.text[start:finish])
            }
            return {name: words_of(name) for name in sorted(known | {_HAN_HEAD.sub("", name) for name in known})}
    return {}


def named_together(question: ParsedQuery) -> list[str]:
    """Returns the names, as typed, beside which a question says nothing but "and"; none where there are not several."""
    names: list[tuple[int, int]] = []
    for first, end in sorted(_places(question), key=lambda place: place[0] - place[1]):
        start, finish = question.tokens[first].start, question.tokens[end - 1].end
        if all(finish <= before or start >= after for before, after in names):
            names.append((start, finish))
    names.sort()
    text = question.text
    gaps = [text[end:start] for (_, end), (start, _) in itertools.pairwise(names)]
    if not gaps or not all(map(_BETWEEN.match, gaps)):
        return []
    around = f"{text[: names[0][0]]} {text[names[-1][1] :]}"
    return [text[start:end] for start, end in names] if _says_nothing(around) else []


@lru_cache(maxsize=8_192)
def words_of(text: str) -> frozenset[str]:
    """Returns the words of a name or of a question for one, without those that only ask for a definition."""
    return frozenset(content_words(unhyphened(text))) - _DEFINING


def unhyphened(text: str) -> str:
    """Returns a text with its words apart: "mixture-of-experts" is written without hyphens, too."""
    return _HYPHEN.sub(" ", text)


def _places(question: ParsedQuery) -> dict[tuple[int, int], list[str]]:
    """Returns the names at each place, by its first token and its end."""
    places: dict[tuple[int, int], list[str]] = {}
    for entity in question.entities:
        if entity.slot in _NAMING:
            names = [entity.name, *([entity.value] if entity.slot is Slot.TERM else [])]
            places.setdefault((entity.first, entity.end), []).extend(names)
    return places


def _says_nothing(rest: str) -> bool:
    low = rest.casefold()
    return not _ASKS_OTHERWISE.search(low) and not words_of(_FILLERS.sub(" ", low))
