"""Pairs to train the matching network with: a sentence, a text that carries it or nearly does, as pieces of the table.

A translation carries its original. Errors are planted into either side, so that an odd sentence is not wrong by
itself; two pieces change places, one is replaced by its neighbour, and a sentence much like the right one takes its
place or is joined to it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.support.reading import name_places
from evals.planting import planted
from index.encoders.static import StaticEncoder
from ingest.text.folding import simplified
from ingest.text.sentences import sentence_spans

Ids = NDArray[np.int64]
_CHUNK = 2_000  # pairs among which the most similar one is looked for
_ACROSS, _CARRIED, _SURROUNDED = 0.7, 0.45, 0.5
_KINDS = ("planted", "planted there", "changed places", "changed places there", "replaced", "near", "half")
_SHARES = (0.34, 0.16, 0.14, 0.08, 0.1, 0.08, 0.1)
_LIKE = (0.3, 0.65)  # cosine of a piece that may take another's place
_CLAUSES = {"en": re.compile(r"; |, (?=and |but |while |so |which |because )|: "), "zh": re.compile(r"[；，]")}
_LEAST_CHARS = {"en": 30, "zh": 12}
_JOINT = {"en": ", and ", "zh": "，而且"}
_OTHER = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True)
class Parallel:
    """A text in two languages; whether each is a single sentence."""

    text: dict[str, str]
    single: bool = True


def make_pairs(
    parallel: Sequence[Parallel], table: StaticEncoder, random_: random.Random
) -> Iterator[tuple[Ids, Ids, bool]]:
    """Yields the pieces of a sentence, those of a text, and whether it carries the sentence; one for each parallel."""
    swaps = _Swaps(table)
    for start in range(0, len(parallel), _CHUNK):
        chunk = parallel[start : start + _CHUNK]
        pooled = table.encode([one.text["en"] for one in chunk])
        like = pooled @ pooled.T
        np.fill_diagonal(like, -1.0)
        near = np.argsort(-like, axis=1)[:, :3]
        drafts = [_draft(one, chunk[int(random_.choice(near[i]))], random_) for i, one in enumerate(chunk)]
        drafts = [draft for draft in drafts if draft is not None]
        said = table.tokenize([simplified(draft[0]) for draft in drafts])
        found = table.tokenize([simplified(draft[1]) for draft in drafts])
        for one, other, draft in zip(said, found, drafts, strict=True):
            changed = swaps.change(one, other, draft[2], random_)
            if changed is not None:
                yield *changed, draft[2] == "carried"


def _draft(one: Parallel, near: Parallel, random_: random.Random) -> tuple[str, str, str] | None:
    """Returns a sentence, a text, and what is or is to be wrong with them."""
    language = random_.choice(("en", "zh"))
    spoken = _OTHER[language] if random_.random() < _ACROSS else language
    text, beside = one.text[spoken], near.text[spoken]
    sentences = [one.text[language][a:b] for a, b in sentence_spans(one.text[language])]
    sentence = one.text[language] if one.single else random_.choice(sentences or [""])
    if len(sentence) < _LEAST_CHARS[language]:
        return None
    kind = "carried" if random_.random() < _CARRIED else random_.choices(_KINDS, _SHARES)[0]
    names = [near.text["en"][a:b] for a, b in name_places(near.text["en"])]
    if kind == "carried":
        if spoken == language and one.single and random_.random() < 0.4:  # odd on both sides is right
            wrong = [said for name, said in planted(sentence, language, names, random_) if name != "beyond"]
            sentence = text = random_.choice(wrong or [sentence])
        sentence = _shorter(sentence, language, random_)
    elif kind.startswith("planted"):
        there = kind == "planted there" and one.single
        wrong = list(planted(text if there else sentence, spoken if there else language, names, random_))
        wrong = [row for row in wrong if row[0] != "beyond"]
        if not wrong:
            return None
        if there:
            text = random_.choice(wrong)[1]
        else:
            sentence = random_.choice(wrong)[1]
    elif kind == "near":
        sentence = next((near.text[language][a:b] for a, b in sentence_spans(near.text[language])), "")
    elif kind == "half":
        parts = _CLAUSES[language].split(near.text[language])
        sentence = sentence.rstrip("。.") + _JOINT[language] + random_.choice(parts)
        beside = ""
    if kind != "near" and beside and random_.random() < _SURROUNDED:
        space = " " if spoken == "en" else ""
        text = text + space + beside if random_.random() < 0.5 else beside + space + text
    return sentence, text, kind


def _shorter(sentence: str, language: str, random_: random.Random) -> str:
    """Returns a sentence, often without some of its clauses, or with these in another order."""
    parts = [part.strip() for part in _CLAUSES[language].split(sentence)]
    choice = random_.random()
    if choice < 0.35 and len(parts) > 1:
        kept = [part for part in parts if random_.random() < 0.6]
        joint = ", " if language == "en" else "，"
        shorter = joint.join(kept)
        return shorter if len(shorter) >= _LEAST_CHARS[language] else sentence
    if choice < 0.5 and len(parts) > 1 and language == "zh":
        return "，".join(part.rstrip("。") for part in reversed(parts))
    return sentence


class _Swaps:
    """Changes of single pieces."""

    def __init__(self, table: StaticEncoder) -> None:
        self._table = table
        self._weights = np.square(table.token_lengths(np.arange(table.vocabulary)))
        self._heavy = float(np.median(self._weights))
        words = table.words()
        self._words = np.asarray([any(c.isalpha() for c in word) for word in words])
        self._common = np.flatnonzero(self._words)[: 20_000]
        self._units = table.token_units(self._common)

    def change(self, said: Ids, found: Ids, kind: str, random_: random.Random) -> tuple[Ids, Ids] | None:
        """Returns both sides with the change made; None where it cannot be."""
        if not len(said) or not len(found):
            return None
        if kind == "changed places":
            said = self._exchanged(said, random_)
        elif kind == "changed places there":
            found = self._exchanged(found[:40], random_)
        elif kind == "replaced":
            said = self._replaced(said, random_)
        return None if said is None or found is None else (said, found)

    def _places(self, ids: Ids) -> list[int]:
        return [i for i, piece in enumerate(ids.tolist()) if self._words[piece] and self._weights[piece] > self._heavy]

    def _exchanged(self, ids: Ids, random_: random.Random) -> Ids | None:
        places = self._places(ids)
        pairs = [(i, j) for i in places for j in places if j - i >= 3 and ids[i] != ids[j]]
        if not pairs:
            return None
        one, other = random_.choice(pairs)
        changed = ids.copy()
        changed[[one, other]] = changed[[other, one]]
        return changed

    def _replaced(self, ids: Ids, random_: random.Random) -> Ids | None:
        places = self._places(ids)
        if not places:
            return None
        place = random_.choice(places)
        like = self._units @ self._table.token_units(ids[place : place + 1])[0]
        fitting = np.flatnonzero((like > _LIKE[0]) & (like < _LIKE[1]))
        if not len(fitting):
            return None
        changed = ids.copy()
        changed[place] = self._common[int(random_.choice(fitting.tolist()))]
        return changed
