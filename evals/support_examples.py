"""Sentences and texts to learn support from, made out of the cards and notes themselves.

The same question is answered in both languages, so that an answer in one carries the sentences of the other; a shorter
or joined sentence is carried, too, and so is prose that says the same. Errors are planted
into both, and sentences about a neighbouring work, or about the same one but from another answer, are not carried
however true.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.support.naming import is_named
from app.support.quantities import missing, quantities
from app.support.reading import Reader
from evals.planting import planted
from index.storage.store import Store
from index.text.spans import spans_of
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.text.markup import plain_text
from ingest.text.sentences import sentence_spans
from ingest.types import Entry, PassageKind

_SEED = 13
_LEAST_CHARS = {"en": 30, "zh": 12}
_HEARD = 0.12  # share of the answers that are used; more of them changed nothing (DECISIONS.md)
_SAME = 0.84  # cosine from which on prose says what a sentence says
_CLAUSES = {"en": re.compile(r"; |, (?=and |but |while |so |which |because )|: "), "zh": re.compile(r"[；，]")}
_PARENTHESIS = re.compile(r" ?[(（][^()（）]*[)）]")
_OPENERS_EN = (
    "In short, ",
    "In other words, ",
    "According to the sources, ",
    "Note that ",
    "Overall, ",
    "Specifically, ",
)
_OPENERS_ZH = ("简单说，", "也就是说，", "根据资料，", "需要注意的是，", "总的来说，", "具体来说，")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, a text, the names of the work it is about, whether it carries the sentence, and how it was made."""

    sentence: str
    text: str
    names: tuple[str, ...]
    carried: bool
    kind: str
    entry_id: str


def make_examples(
    store: Store, reader: Reader, held_out: Collection[str], progress: Callable[[int, int], None] = lambda *_: None
) -> Iterator[Example]:
    """Yields examples of all works but those held out; the same library gives the same ones."""
    entries = [entry for entry in store.entries() if entry.entry_id not in held_out]
    works = [work for entry in entries if (work := _work(store, entry)) is not None]
    centres = reader.table.encode([work.entry.title + " " + " ".join(work.aliases) for work in works])
    for number, work in enumerate(works):
        order = np.argsort(-(centres @ centres[number]))[1:7]
        yield from _of_work(
            work, [works[int(i)] for i in order], reader, random.Random(f"{_SEED} {work.entry.entry_id}")
        )
        progress(number + 1, len(works))


@dataclass(frozen=True, slots=True)
class _Work:
    entry: Entry
    pairs: list[dict[str, str]]  # the answers to one question, by language
    prose: dict[str, list[str]]
    aliases: tuple[str, ...]


def answers_in_both(store: Store, entry: Entry) -> list[dict[str, str]]:
    """Returns the answers of a work in both languages, question by question; none where the two do not run parallel."""
    answers: dict[str, list[AnsweredQuestion]] = {"en": [], "zh": []}
    for passage in store.passages_of(entry.entry_id):
        if passage.kind is PassageKind.ANSWER and (read := read_answered(passage.text)):
            answers[passage.language].append(read)
    if len(answers["en"]) != len(answers["zh"]):
        return []
    return [
        {"en": plain_text(english.answer), "zh": plain_text(chinese.answer)}
        for english, chinese in zip(answers["en"], answers["zh"], strict=True)
        if english.aspect == chinese.aspect
    ]


def _work(store: Store, entry: Entry) -> _Work | None:
    pairs = answers_in_both(store, entry)
    prose: dict[str, list[str]] = {"en": [], "zh": []}
    for passage in store.passages_of(entry.entry_id):
        if passage.kind in (PassageKind.CARD, PassageKind.NOTE, PassageKind.LISTING):
            prose[passage.language] += [span.plain for span in spans_of(passage)]
    names = [name for name in entry.aliases if name.isascii() and " " not in name and len(name) > 2]
    return _Work(entry, pairs, prose, tuple(names)) if pairs else None


def _of_work(work: _Work, near: Sequence[_Work], reader: Reader, random_: random.Random) -> Iterator[Example]:
    names = (work.entry.title, *work.entry.aliases)
    others = [name for other in near for name in other.aliases[:2]]
    every = [name for name in others if name not in names]

    def example(sentence: str, text: str, *, carried: bool, kind: str) -> Example:
        return Example(sentence, text, names, carried, kind, work.entry.entry_id)

    for number, pair in enumerate(work.pairs):
        if random_.random() > _HEARD:
            continue
        rest = [other for place, other in enumerate(work.pairs) if place != number]
        for language in ("en", "zh"):
            across = "zh" if language == "en" else "en"
            sentences = [pair[language][a:b] for a, b in sentence_spans(pair[language])]
            for sentence in sentences:
                if len(sentence) < _LEAST_CHARS[language]:
                    continue
                for spoken in (language, across):
                    if random_.random() < 0.35:
                        continue
                    text = pair[spoken]
                    if rest and random_.random() < 0.5:  # evidence has more to say than what is asked
                        text = f"{text}{' ' if spoken == 'en' else ''}{random_.choice(rest)[spoken]}"
                    loose = spoken != language and not _could_carry(sentence, text, names, reader)
                    if loose:
                        continue
                    made = _true_of(sentence, sentences, language, random_)
                    for kind, said in made:
                        yield example(said, text, carried=True, kind=kind if spoken == language else f"{kind} across")
                    wrong = list(planted(made[-1][1], language, every, random_))
                    for kind, said in random_.sample(wrong, min(len(wrong), 3)):
                        yield example(said, text, carried=False, kind=kind)
                    if rest and random_.random() < 0.4:
                        yield from _elsewhere(work, near, pair, rest, sentence, language, text, random_, example)
            yield from _of_prose(work, sentences, language, every, reader, random_, example)


def _true_of(sentence: str, sentences: Sequence[str], language: str, random_: random.Random) -> list[tuple[str, str]]:
    """Returns the sentence, or a shorter one, an opened one, or one joined of two: all just as true."""
    made = [("copy", sentence)]
    parts = [part.strip() for part in _CLAUSES[language].split(sentence)]
    end = "." if language == "en" else "。"
    choice = random_.random()
    if choice < 0.3 and len(parts) > 1 and len(parts[0]) >= _LEAST_CHARS[language]:
        made.append(("shortened", parts[0].rstrip("。.；;，,") + end))
    elif choice < 0.45 and _PARENTHESIS.search(sentence):
        made.append(("shortened", _PARENTHESIS.sub("", sentence)))
    elif choice < 0.6:
        opener = random_.choice(_OPENERS_EN if language == "en" else _OPENERS_ZH)
        made.append(("opened", opener + sentence))
    elif choice < 0.75 and len(sentences) > 1:
        other = random_.choice([one for one in sentences if one != sentence] or [sentence])
        joint = ", and " if language == "en" else "，"
        made.append(("joined", sentence.rstrip("。.") + joint + other))
    elif choice < 0.88 and len(parts) > 1 and language == "zh":
        made.append(("turned", "，".join(part.rstrip("。") for part in reversed(parts)) + end))
    return made


def _elsewhere(  # noqa: PLR0913 - what one sentence is surrounded by
    work: _Work,
    near: Sequence[_Work],
    pair: dict[str, str],
    rest: Sequence[dict[str, str]],
    sentence: str,
    language: str,
    text: str,
    random_: random.Random,
    example: Callable[..., Example],
) -> Iterator[Example]:
    """Yields what is true but not in this text, of the same work and of a neighbour, and half of it from elsewhere."""
    other = random_.choice(rest)[language]
    first = next(other[a:b] for a, b in sentence_spans(other))
    if first not in text and first not in pair[language]:
        yield example(first, text, carried=False, kind="elsewhere")
        joint = ", and " if language == "en" else "，而且"
        yield example(sentence.rstrip("。.") + joint + first, text, carried=False, kind="half")
    if near:
        neighbour = random_.choice(near[:3])
        there = random_.choice(neighbour.pairs)[language]
        yield example(next(there[a:b] for a, b in sentence_spans(there)), text, carried=False, kind="neighbour")


def _of_prose(
    work: _Work,
    sentences: Sequence[str],
    language: str,
    others: Sequence[str],
    reader: Reader,
    random_: random.Random,
    example: Callable[..., Example],
) -> Iterator[Example]:
    """Yields sentences that the prose of the same card says in other words."""
    prose = work.prose[language]
    long = [sentence for sentence in sentences if len(sentence) >= _LEAST_CHARS[language]]
    if not prose or not long:
        return
    like = reader.table.encode(long) @ reader.table.encode(prose).T
    names = (work.entry.title, *work.entry.aliases)
    for sentence, cosines in zip(long, like, strict=True):
        place = int(cosines.argmax())
        if (
            cosines[place] < _SAME
            or sentence in prose[place]
            or not _could_carry(sentence, prose[place], names, reader)
        ):
            continue
        yield example(sentence, prose[place], carried=True, kind="reworded")
        wrong = list(planted(sentence, language, others, random_))
        for kind, said in random_.sample(wrong, min(len(wrong), 2)):
            yield example(said, prose[place], carried=False, kind=kind)


def _could_carry(sentence: str, text: str, names: Sequence[str], reader: Reader) -> bool:
    """Tells whether a text has every number and sure name of a sentence: two answers may tell different things."""
    said, found = reader.read(sentence), reader.read(text + " " + " ".join(names))
    unnamed = [name for name in said.names if name.sure == 2 and not is_named(name, found.forms)]
    return not unnamed and not [q for q in missing(quantities(said.text), quantities(found.text)) if q.digits]


def written_examples(store: Store, file: Path, repeat: int = 2) -> Iterator[Example]:
    """Yields sentences written for this purpose after answers in either language.

    True ones come as they are and with planted errors, wrong ones as they are.

    Args:
        store: Where the works' names stand.
        file: One JSON object a line: ``entry``, ``language``, ``sentence``, ``kind`` ("paraphrase" is true, others name
            the error), and the ``answer`` in both languages.
        repeat: How often each is used, with other errors and other company each time.
    """
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    names = {entry.entry_id: (entry.title, *entry.aliases) for entry in store.entries()}
    every = sorted({name for several in names.values() for name in several[1:] if name.isascii() and " " not in name})
    for number in range(repeat):
        for row in rows:
            random_ = random.Random(f"{_SEED} {number} {row['sentence']}")
            own = names.get(row["entry"], ())
            carried = row["kind"] == "paraphrase"
            for spoken, answer in row["answer"].items():
                text = answer
                if number:
                    other = random_.choice(rows)["answer"][spoken]
                    text = " ".join(random_.sample([answer, other], 2))
                yield Example(row["sentence"], text, own, carried, row["kind"], row["entry"])
                if carried:
                    wrong = list(planted(row["sentence"], row["language"], random_.sample(every, 8), random_))
                    for kind, said in random_.sample(wrong, min(len(wrong), 2)):
                        yield Example(said, text, own, False, kind, row["entry"])
