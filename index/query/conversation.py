"""Follow-up questions: what "it" and "the second one" stand for, read from the turns before, without a language model.

A question that points back, or that names nothing the library knows, gets the names of the last answer beside it. A
question that says it changes the subject, or that stands well on its own, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.catalogue.names import readable
from index.text.analysis import content_words
from ingest.text.scripts import language_of

History = Sequence[tuple[str, str]]

MAX_NAMES = 3
_MAX_ASKED_CHARS = 2_000  # of the question before; turns come from outside and may be of any length
_BOUND_WORDS = 3  # a pronoun after that many content words stands for one of them
_ELLIPTIC_WORDS = {"zh": 9, "en": 5}  # a question this short that names nothing leaves its subject out
_NEW_SUBJECT = re.compile(
    r"换个(?:话题|问题)|另外问|另一个问题|题外话|\bby the way\b|"
    r"\b(?:different|another|new|unrelated) (?:question|topic|subject)\b",
    re.I,
)
_POINTS_BACK = re.compile(
    r"它|他们|她们|(?:这|那)[个些篇种](?:论文|模型|方法|工作|数据集|仓库)?(?=[是的有在和跟与比用能会发为又，。？?]|$)|这两|那两|两者|二者|上述|刚才|"
    r"该(?:论文|模型|方法|文|工作)|^(?:那么?(?=[它他她这为怎如有能会作代])|还有呢|为什么呢|然后|作者|代码|链接)|"
    r"\b(?:it|its|they|them|their|theirs|those|the authors?)\b|"
    r"\b(?:is|are|was|were|do|does|did|can|could|has|have|to|with|than|of|about) (?:this|that|these)\b|"
    r"\b(?:this|that) (?:one|paper|model|method|work|article|repo|dataset|benchmark)\b",
    re.I,
)
_PICKS = re.compile(
    r"前者|后者|[前后][两二三]个|第[一二三][个篇种项](?!月|年)|\bthe (?:former|latter)\b|"
    r"\bthe (?:\w+er|first|second|third|last|big|small|other) ones?\b",
    re.I,
)
_WHAT_ABOUT = re.compile(
    r"^(?:那么?|还有)\s*(.+?)\s*呢[？?]?$|^(?:and|what about|how about|and what about)\s+(.+?)[\s?]*$", re.I
)
_ORDINALS = (
    re.compile(r"第一[个篇种项]|前者|\b(?:first|1st|former|earlier) (?:one)?\b|\bthe former\b", re.I),
    re.compile(r"第二[个篇种项]|后者|\b(?:second|2nd|later) (?:one)\b|\bthe latter\b", re.I),
    re.compile(r"第三[个篇种项]|\b(?:third|3rd) (?:one)\b", re.I),
)


def resolve(question: str, history: History, names_in: Callable[[str], list[str]], knows: Callable[[str], bool]) -> str:
    """Returns a question that can be understood alone.

    Args:
        question: The question as asked.
        history: Earlier turns, (question, answer), oldest first.
        names_in: Returns the names of entries in a text, in comparable form and reading order.
        knows: Tells whether a text has a name or a term of the glossary in it.

    Returns:
        The question, followed by what it leans on, if it leans on anything.
    """
    if not history or changes_subject(question):
        return question
    if (same := _WHAT_ABOUT.match(question)) and (names := names_in(question)):
        other, asked = same[1] or same[2], _last_question(history)
        if not content_words(_without(other, names)):  # "and who wrote QLoRA?" asks something of its own
            return f"{other} {_without(asked, names_in(asked))}"
    if not _leans_on_history(question, knows):
        return question
    return " ".join((question, *_context(question, history, names_in)))


def changes_subject(question: str) -> bool:
    """Tells a question that says it has nothing to do with the ones before."""
    return bool(_NEW_SUBJECT.search(question))


def _leans_on_history(question: str, knows: Callable[[str], bool]) -> bool:
    """Tells a question that cannot be understood alone."""
    if _PICKS.search(question):
        return True
    if pointer := _POINTS_BACK.search(question):
        before = question[: pointer.start()]
        return not knows(before) and len(content_words(before)) < _BOUND_WORDS
    return not knows(question) and len(content_words(question)) <= _ELLIPTIC_WORDS[language_of(question)]


def _without(text: str, names: Sequence[str]) -> str:
    """Returns a text without the names in it, whatever stands between their parts."""
    for name in names:
        text = re.sub(r"[\W_]*".join(map(re.escape, name.split(" "))), " ", text, flags=re.I)
    return " ".join(text.split())


def _context(question: str, history: History, names_in: Callable[[str], list[str]]) -> list[str]:
    """Returns the names of the last turn that has any: those an ordinal picks, else the first ones of the answer."""
    asked, answered = _last_question(history), history[-1][1]
    names = names_in(answered)
    chosen = [
        names[place] for place, ordinal in enumerate(_ORDINALS) if ordinal.search(question) and place < len(names)
    ]
    if chosen:
        return list(map(readable, chosen))
    for text in (answered, asked):
        if names := names_in(text):
            return list(map(readable, names[:MAX_NAMES]))
    return [asked]


def _last_question(history: History) -> str:
    return history[-1][0].strip()[:_MAX_ASKED_CHARS]
