"""Which entries belong to the subjects that a question asks a list for.

The names of all subjects of the corpus are compared with the question token by token, as answers are. What an entry is
judged by then is how near the subjects are that it belongs to, and how near they are beside all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.encoders.static import StaticEncoder
from index.retrieval.comparing import Reading, Together, read_texts
from index.retrieval.late_interaction import LateIndex
from index.storage.store import Store
from ingest.types import Subject

Floats = NDArray[np.float32]
NEARNESS = (
    "subject", "subject_squared", "subject_relative", "subject_cosine", "subject_share", "subject_sharp",
    "subject_first", "subject_second", "subject_beside", "subject_beside_sharp", "subject_known",
)  # fmt: skip
_BROAD, _SHARP = 0.08, 0.04  # likeness that a subject may lack to count 1/e


@dataclass(frozen=True, slots=True)
class NearSubjects:
    """How near the subjects of entries are to a question.

    Attributes:
        rows: Rows of the entries that belong to any subject, in order.
        values: Of each of them, shape (rows, NEARNESS).
        others: Of all other entries, shape (NEARNESS,).
    """

    rows: NDArray[np.int64]
    values: Floats
    others: Floats

    def of(self, row: int) -> tuple[float, ...]:
        """Returns how near the subjects of an entry are, in the order of ``NEARNESS``."""
        place = int(np.searchsorted(self.rows, row))
        found = place < len(self.rows) and self.rows[place] == row
        return tuple((self.values[place] if found else self.others).tolist())

    def shares(self, least: float) -> dict[int, float]:
        """Returns, by entry row, how much of what is near it belongs to, in [0, 1], where that is ``least`` or more."""
        shares = self.values[:, NEARNESS.index("subject_sharp")]
        chosen = shares >= least
        return dict(zip(self.rows[chosen].tolist(), shares[chosen].tolist(), strict=True))


class SubjectIndex:
    """The subjects of an index; safe to share between threads."""

    def __init__(self, store: Store, names: LateIndex, table: StaticEncoder) -> None:
        """Compares by a table the names of a store's subjects, whose tokens are ``names`` (``subject_names``)."""
        self._store = store
        self._names = names
        self._table = table

    def near(self, asked: str) -> NearSubjects | None:
        """Returns how near the subjects of entries are to what is asked for, or None in an index without subjects."""
        if not self._names.size:
            return None
        (question,) = read_texts(self._table, [asked])
        holds, back, cosines = self._together.compare(self._table, question).similarities().T
        like, cosine = (self._best(values) for values in ((holds + back) / 2, np.maximum(cosines, 0.0)))
        most = float(like.max())
        broad, sharp = (np.exp((like - most) / width) for width in (_BROAD, _SHARP))
        order = np.argsort(-like, kind="stable")[:2].tolist()
        rows, works, also = self._members
        own = (works * like).max(axis=1)
        values = [
            own,
            own**2,
            own / max(most, 1e-6),
            (works * cosine).max(axis=1),
            works @ broad / broad.sum(),
            works @ sharp / sharp.sum(),
            works[:, order[0]] * most,
            works[:, order[-1]] * like[order[-1]],
            (also * like).max(axis=1),
            also @ sharp / sharp.sum(),
            np.full(len(rows), most),
        ]
        others = np.zeros(len(NEARNESS), dtype=np.float32)
        others[-1] = most
        return NearSubjects(rows, np.stack(values, axis=1).astype(np.float32), others)

    def _best(self, values: Floats) -> Floats:
        """Returns the largest value among the names of each subject, shape (subjects,)."""
        return np.maximum.reduceat(values, self._starts)

    @cached_property
    def _subjects(self) -> list[Subject]:
        return self._store.subjects()

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        counts = [len(subject.names) for subject in self._subjects]
        return np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)

    @cached_property
    def _together(self) -> Together:
        ids = [self._names.ids_of(row) for row in range(self._names.size)]
        lengths = np.linalg.norm(self._table.sums(ids), axis=1).tolist()
        return Together.of(self._table, [Reading(own, own, long) for own, long in zip(ids, lengths, strict=True)])

    @cached_property
    def _members(self) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Rows of all members, and which subjects each is of and treats beside others, shape (members, subjects)."""
        ids = {entry_id for subject in self._subjects for entry_id in (*subject.works, *subject.also)}
        row_of = self._store.entry_rows_of(ids)
        rows = np.asarray(sorted(row_of.values()), dtype=np.int64)
        place = {row: number for number, row in enumerate(rows.tolist())}
        works, also = np.zeros((2, len(rows), len(self._subjects)), dtype=np.float32)
        for number, subject in enumerate(self._subjects):
            for held, members in ((works, subject.works), (also, subject.also)):
                held[[place[row_of[entry_id]] for entry_id in members if entry_id in row_of], number] = 1.0
        return rows, works, also


def subject_names(subjects: Sequence[Subject]) -> list[str]:
    """Returns the names of subjects, one after the other."""
    return [name for subject in subjects for name in subject.names]
