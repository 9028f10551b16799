"""What a question leans on: the subject of the turns before, found without a language model.

"Who wrote it?" after "What is LoRA?" asks about LoRA, also when the answer named QLoRA: the subject of the last
question comes first, then what the answer names. Whether a question leans on anything is for the intent model to say,
by its wording, and for the names it holds itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from index.catalogue.names import readable
from index.query.patterns import PICKS, read_all, read_first
from index.query.tokens import folded, tidy
from index.text.analysis import content_words
from index.types import Intent, ParsedQuery, Slot, Turn

History = Sequence[Turn]
NamesIn = Callable[[str], list[str]]

MAX_NAMES = 3
_MAX_CHARS = 2_000  # of a turn; turns come from outside and may be of any length
# How probable it must be that a question leans, by what else speaks for it; chosen on held-out wordings.
_LEANS_NAMED, _LEANS_LONG, _LEANS_POINTING = 0.35, 0.1, 0.1
_SHORT = {"zh": 9, "en": 6}  # content words; so short a question that names nothing leaves its subject out
_FROM_ANSWER = 2  # names of an answer that go with a subject it does not speak of
_SURE = 0.5  # of small talk and other fields, which lean on nothing
_ALONE = ("smalltalk", "about", "outfield")
_LAST = -1
_MOST_ITEMS = 30  # turns come from outside
_ITEM = re.compile(  # of a list; the notes below one are none of its works
    r"^[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t]+(?!Overview:|概览：)"
    r"(?:\*\*(?P<bold>[^*\n]{1,300})\*\*|(?P<plain>[^:：\n]{1,300}))",
    re.M,
)


_POINTS = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those)\b|[它其]|[这那](?:个|些|种|篇|两|位)|上面|前者|后者", re.I
)
_NAMES = (Slot.NAME, Slot.TERM, Slot.LINK, Slot.AUTHOR, Slot.ORGANISATION)
_FEW = 2  # content words beside which a pronoun is all that a question is about


@dataclass(frozen=True, slots=True)
class Context:
    """What a question leans on.

    Attributes:
        text: The question as it can be understood alone.
        names: Names it leans on, as one would write them; none when it stands alone.
    """

    text: str
    names: tuple[str, ...] = ()


def resolve(
    question: str,
    language: str,
    intent: Intent,
    history: History,
    *,
    names_in: NamesIn,
    read_intent: Callable[[str], Intent],
    first_name: int | None,
) -> Context:
    """Returns a question with what it leans on.

    Args:
        question: The question, corrected and tidy.
        language: "zh" or "en".
        intent: What it asks for.
        history: Earlier turns, oldest first.
        names_in: Returns the names of entries in a text, or else of terms, in comparable form and reading order.
        read_intent: Tells what an earlier question asked for.
        first_name: Where the first entry or term that the question itself names starts, or None.
    """
    low = folded(question)
    if not history or read_first(low, "new subject"):
        return Context(question)
    subjects = [names for turn in history if (names := names_in(tidy(turn.question[:_MAX_CHARS])))]
    if (same := read_first(low, "same of")) and (names := names_in(same.values[0])):
        own = content_words(_without(same.values[0], names)) or read_first(same.values[0], "points back")
        if not own:  # "and who wrote QLoRA?" asks something of its own
            asked = next((t.question for t in reversed(history) if read_intent(folded(t.question)).leans < 0.5), "")
            text = _without(tidy(asked[:_MAX_CHARS]), subjects[-1] if subjects else ())
            return Context(f"{same.values[0]} {text}", tuple(map(readable, names)))
        if intent.label != "comparison" and read_first(low, "points back") is None:
            return Context(question)
    picks = [_LAST if read.slot == "pick last" else int(read.slot[-1]) - 1 for read in read_all(low, *PICKS)]
    several = read_first(low, "pick all") is not None
    if not picks and not several and not _leans(low, language, intent, first_name):
        return Context(question)
    answered = names_in(history[-1].answer[:_MAX_CHARS])
    listed = _listed(history[-1].answer, names_in)
    listed = listed or (answered if len(answered) > 1 else [names[0] for names in subjects])
    places = {len(listed) - 1 if place == _LAST else place for place in picks}
    chosen = [listed[place] for place in sorted(places) if 0 <= place < len(listed)]
    pointed = chosen or (answered if several else _pointed_at(history[-1].answer, answered, subjects))
    named = set(names_in(question)) if first_name is not None else set()
    names = [readable(name) for name in dict.fromkeys(pointed) if name not in named][:MAX_NAMES]
    asked = tidy(history[-1].question[:_MAX_CHARS])
    return Context(" ".join((question, *(names or ([] if named else [asked])))), tuple(names))


def _listed(answer: str, names_in: NamesIn) -> list[str]:
    """Returns the names that the items of a list begin with, or their titles; nothing where there are no two items."""
    items = islice(_ITEM.finditer(answer), _MOST_ITEMS)
    titles = [found["bold"] or found["plain"] for found in items]
    return [(names_in(tidy(title)) or [title])[0] for title in titles] if len(titles) > 1 else []


def _leans(low: str, language: str, intent: Intent, first_name: int | None) -> bool:
    """Tells a question that cannot be understood alone."""
    if intent.label in _ALONE and intent.probabilities[intent.label] > _SURE:
        return False
    pointer = read_first(low, "points back")
    if first_name is None:
        short = len(content_words(low)) <= _SHORT[language]
        return short or pointer is not None or intent.leans >= _LEANS_LONG
    unbound = pointer is not None and (pointer.start < first_name or intent.leans >= _LEANS_POINTING)
    return unbound or intent.leans >= _LEANS_NAMED


def _pointed_at(answer: str, answered: Sequence[str], subjects: Sequence[Sequence[str]]) -> list[str]:
    """Returns what "it" stands for: the subject of the last question, and what an answer speaks of in its stead.

    The answer to "which open model matches GPT-3?" says OPT and no word of GPT-3: then it is what "it" means.
    """
    subject = list(subjects[-1]) if subjects else []
    if subject and (not answered or not set(subject).isdisjoint(answered)):
        return subject
    return [*_by_weight(answer, answered)[: _FROM_ANSWER if subject else MAX_NAMES], *subject]


def _by_weight(answer: str, names: Sequence[str]) -> list[str]:
    """Returns names by how often the answer says them, earlier ones first among equals."""
    low = folded(tidy(answer[:_MAX_CHARS]))
    counts = Counter({name: low.count(readable(name)) for name in names})
    return sorted(names, key=lambda name: -counts[name])


def _without(text: str, names: Sequence[str]) -> str:
    """Returns a text without the names in it, whatever stands between their parts."""
    for name in names:
        text = re.sub(r"[\W_]{0,3}".join(map(re.escape, name.split(" "))), " ", text, flags=re.I)
    return " ".join(text.split())


def points_nowhere(question: ParsedQuery) -> bool:
    """Tells "how does it work?" where nothing before says what it is."""
    if question.context or question.unknown or len(question.words) > _FEW:
        return False
    named = any(entity.slot in _NAMES for entity in question.entities)
    return not named and _POINTS.search(question.corrected) is not None
