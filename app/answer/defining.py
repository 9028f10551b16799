"""Which of a corpus's answers say what a term is, where a question asks for that and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.catalogue.names import name_units
from index.storage.store import Store
from index.text.analysis import content_words
from index.text.spans import Span, spans_of
from index.types import Hit, ParsedQuery, Slot
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.text.scripts import HAN
from ingest.types import PassageKind

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
    r"第[一二三四五六七八九十\d]+[篇个条项]|最后(?:那)?一?[篇个]|[这那]篇|论文|文章|主要|内容|了|[听看提][说到见]|大家|别人|都?在|[的地得吧啊呀呢嘛哦哈是有用又则]"
)
_ASKS_OTHERWISE = re.compile(  # for something else than what a thing is
    r"\b(?:why|how|when|where|who|whose|which|vs|versus|or|compare[ds]?|differences?|between|if|is there|are there)\b|"
    r"为什么|为啥|怎么|怎样|如何|谁|哪|何时|多少|几[个种类年步]|区别|不同|对比|比较|还是|吗|与|和"
)
_WORTH = {"what": 1.0, "how": 0.8}  # of aspects, where a term is asked for
_WORDING = 0.7  # worth of another wording of a question, which may hold less than is answered
_SPELLED = 0.01  # what a name in its own spelling is worth: "token" and "tokenisation" have one stem
_NAMING = (Slot.TERM, Slot.NAME)
_OPENING = {"en": 60, "zh": 24}  # characters of an answer among which the term stands
_HYPHEN = re.compile(r"(?<=[^\W\d_]{3})-(?=[^\W\d_])")  # "mixture-of-experts" is written without, too
_HAN_HEAD = re.compile(r"(?<=..)(?:模型|方法|算法|技术)$")  # 混合专家模型 is what 混合专家 is
_SPACED_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")

Names = dict[str, frozenset[str]]


def asks_what_it_is(question: ParsedQuery) -> bool:
    """Tells a question for a definition; one that says nothing but a name is one, too."""
    return question.intent.label == "definition" or bool(named_alone(question))


def asked_names(question: ParsedQuery) -> Names:
    """Returns the names of what a question asks to define, each with its words.

    Where it says more than a known name, all of its words are the name.
    """
    names = named_alone(question) or {question.search_text.casefold(): _words(question.search_text)}
    return {name: of_name for name, of_name in names.items() if of_name}


def named_alone(question: ParsedQuery) -> Names:
    """Returns the names of a term or a work beside which a question says nothing, the longest one's; none otherwise."""
    places: dict[tuple[int, int], list[str]] = {}
    for entity in question.entities:
        if entity.slot in _NAMING:
            names = [entity.name, *([entity.value] if entity.slot is Slot.TERM else [])]
            places.setdefault((entity.first, entity.end), []).extend(names)
    for first, end in sorted(places, key=lambda place: place[0] - place[1]):
        start, finish = question.tokens[first].start, question.tokens[end - 1].end
        rest = f"{question.text[:start]} {question.text[finish:]}".casefold()
        if not _ASKS_OTHERWISE.search(rest) and not _words(_FILLERS.sub(" ", rest)):
            known = {
                _SPACED_HAN.sub("", name).casefold() for name in (*places[first, end], question.text[start:finish])
            }
            return {name: _words(name) for name in sorted(known | {_HAN_HEAD.sub("", name) for name in known})}
    return {}


def closeness(names: Names, span: Span) -> float:
    """Returns how much of the question that a span answers is the term, from 0 to a little more than 1.

    Less counts what is only a wording of the question, or says how the term works; nothing what is not about the term,
    or says something else of it.
    """
    asked = span.asked
    if asked is None or asked.aspect not in _WORTH or not _opens_with(names, span):
        return 0.0
    if not (_asks_for(names, asked) or is_about(names, span)):
        return 0.0
    texts = [(1.0, asked.question), *((_WORDING, wording) for wording in asked.wordings)]
    shares = [worth * _share(name, words, text) for worth, text in texts for name, words in names.items()]
    return max(shares, default=0.0) * _WORTH[asked.aspect]


def is_about(names: Names, span: Span) -> bool:
    """Tells a span that opens with the term itself: not with a longer one, as "biomedical named entity recognition"."""
    opening = _HYPHEN.sub(" ", span.plain[: _OPENING[span.passage.language]]).casefold()
    return any(_as_subject(name).search(opening) for name in names)


def is_definition(names: Names, span: Span) -> bool:
    """Tells a span that answers what the term is or how it works, and nothing else."""
    asked = span.asked
    return asked is not None and _asks_for(names, asked) and _opens_with(names, span)


def says_how(span: Span) -> bool:
    """Tells a span that answers how something works."""
    return span.asked is not None and span.asked.aspect == "how"


def defining_spans(question: ParsedQuery, hits: Sequence[Hit], store: Store) -> Iterator[tuple[Span, Hit]]:
    """Yields the spans of entries that define the term asked for, whatever the search thought of them."""
    names = asked_names(question)
    for hit in hits:
        for passage in store.passages_of(hit.entry.entry_id):
            if passage.kind is PassageKind.ANSWER and passage.language == question.language:
                asked = read_answered(passage.text)
                if asked is not None and _asks_for(names, asked):
                    yield from ((span, hit) for span in spans_of(passage) if _opens_with(names, span))


def _asks_for(names: Names, asked: AnsweredQuestion) -> bool:
    """Tells a question that asks for the term and nothing else."""
    return asked.aspect in _WORTH and _words(asked.question) in names.values()


def _share(name: str, words: frozenset[str], text: str) -> float:
    found = _words(text)
    return len(words) / len(found) + _SPELLED * (name in text.casefold()) if words <= found else 0.0


def _opens_with(names: Names, span: Span) -> bool:
    opening = _words(span.plain[: _OPENING[span.passage.language]])
    return any(words <= opening for words in names.values())


@lru_cache(maxsize=1_024)
def _as_subject(name: str) -> re.Pattern[str]:
    """Returns what finds a name where a sentence or a clause begins, in either number."""
    plain = r"[\W_]{0,3}".join(map(re.escape, name_units(_HYPHEN.sub(" ", name))))
    return re.compile(rf"(?:^|[^\w\s]\s*|\b(?:an?|the|in|is)\s+){plain}", re.I)


@lru_cache(maxsize=8_192)
def _words(text: str) -> frozenset[str]:
    """Returns the words of a text, remembered, as the same questions are answered again and again."""
    return frozenset(content_words(_HYPHEN.sub(" ", text))) - _DEFINING
