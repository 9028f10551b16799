"""Which rows a search may return, by what the store says of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.candidates import Rows, Wanted
from index.storage.store import Store


class AllowedRows:
    """Entry and language of every passage, in memory; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        """Reads the entry of every passage; languages are read when they are first asked for."""
        self._store = store
        self.entry_of: Rows = np.asarray(store.entry_rows(), dtype=np.int64)
        self._last: tuple[Wanted, NDArray[np.bool_] | None] = Wanted(), None

    @cached_property
    def languages(self) -> NDArray[np.str_]:
        """The language of every passage."""
        return np.asarray(self._store.languages())

    def mask(self, wanted: Wanted) -> NDArray[np.bool_] | None:
        """Returns which passages may be found, shape (passages,), or None for all of them."""
        last, mask = self._last
        if last != wanted:
            mask = self._fitting(wanted, np.arange(len(self.entry_of))) if wanted else None
            self._last = wanted, mask  # both searches of a question ask for the same
        return mask

    def among(self, rows: Rows, wanted: Wanted) -> Rows:
        """Returns those of some rows that may be found, in their order."""
        return rows[self._fitting(wanted, rows)] if wanted and len(rows) else rows

    def _fitting(self, wanted: Wanted, rows: Rows) -> NDArray[np.bool_]:
        fitting = np.ones(len(rows), dtype=bool)
        entries = wanted.filters.rows(self._store.rows_with)
        if entries is not None:
            fitting &= np.isin(self.entry_of[rows], np.fromiter(entries, dtype=np.int64, count=len(entries)))
        if wanted.filters.languages:
            fitting &= np.isin(self.languages[rows], wanted.filters.languages)
        if wanted.hidden:
            fitting &= ~np.isin(rows, np.fromiter(wanted.hidden, dtype=np.int64, count=len(wanted.hidden)))
        return fitting
