"""Search: a question in, ranked entries out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.analysis import content_text, content_words, index_terms, query_terms
from index.dense import DenseIndex
from index.encoder import Encoder, StaticEncoder
from index.encoders import remembered_encoder, table_beside
from index.errors import IndexUnavailableError
from index.fusion import fuse
from index.generations import Manifest, current_generation
from index.late import LateIndex
from index.lexical import LexicalIndex
from index.names import candidate_names, named_share
from index.store import Store
from index.types import Hit, Match
from ingest.text import language_of


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the three scores in the fused one; only their ratios matter."""

    lexical: float = 1.0
    dense: float = 0.5
    late: float = 1.0

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if min(self.lexical, self.dense, self.late) < 0 or self.lexical + self.dense + self.late <= 0:
            raise ValueError(f"weights must not be negative, and not all zero: {self}")


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How passages become ranked entries.

    Attributes:
        pool: Passages taken from each of the two searches, by words and by vectors; late interaction re-scores them.
        weights: Weights of the scores by language of the question.
        name_bonus: Added to the score of an entry that the whole question names; a name that is only part of the
            question earns its share of it.
        glossary: Languages of questions whose terms are also searched for under their other names and translations
            (``python -m evals --ablations`` compares; DECISIONS.md).
        strip_question: Whether words that only make it a question are left out of the lexical search.
        passages_per_hit: Passages shown with an entry.
    """

    pool: int = 200
    weights: Mapping[str, Weights] = field(default_factory=lambda: {"zh": Weights(), "en": Weights()})
    name_bonus: float = 0.5
    glossary: tuple[str, ...] = ("zh",)
    strip_question: bool = True
    passages_per_hit: int = 4

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if self.pool < 1 or self.passages_per_hit < 1:
            raise ValueError(f"need pool >= 1 and passages_per_hit >= 1, not {self}")


class Searcher:
    """Searches one index generation; safe to share between threads.

    The same question always gives the same list, and a shorter list is a prefix of a longer one.
    """

    def __init__(
        self,
        store: Store,
        lexical: LexicalIndex,
        dense: DenseIndex,
        late: LateIndex,
        encoder: Encoder,
        table: StaticEncoder,
        config: SearchConfig = SearchConfig(),
    ) -> None:
        """Combines the parts of an index; ``open`` is the usual way."""
        self.store = store
        self.encoder = encoder
        self.table = table
        self.config = config
        self._lexical = lexical
        self._dense = dense
        self._late = late
        self._entry_of = np.asarray(store.entry_rows(), dtype=np.int64)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None, config: SearchConfig = SearchConfig()) -> Searcher:
        """Opens the live generation of an index folder.

        Args:
            folder: The index folder, ``data/index``.
            encoder: Encoder of the questions; by default the one that the index was built with.
            config: How to rank.

        Raises:
            IndexUnavailableError: No index, a damaged one, or one built by another encoder.
            EncoderError: The encoder of the index cannot be loaded.
        """
        generation, manifest = current_generation(folder)
        encoder = encoder or remembered_encoder(manifest)
        table = table_beside(encoder)
        _check_encoder(manifest, encoder, table)
        try:
            return cls(
                Store(generation / "store.sqlite"),
                LexicalIndex.load(generation / "lexical", manifest.passages),
                DenseIndex.load(generation / "vectors.faiss"),
                LateIndex.load(generation / "late"),
                encoder,
                table,
                config,
            )
        except Exception as error:  # sqlite3, bm25s and FAISS each raise their own for a damaged file
            raise IndexUnavailableError(
                f"the index in {generation} is damaged ({error}); rebuild it with: ingest --full"
            ) from error

    def with_config(self, config: SearchConfig) -> Searcher:
        """Returns a searcher over the same index that ranks another way."""
        return Searcher(self.store, self._lexical, self._dense, self._late, self.encoder, self.table, config)

    def close(self) -> None:
        """Closes the index's files."""
        self.store.close()

    def search(self, query: str, *, k: int = 10) -> list[Hit]:
        """Returns the k best entries for a question, best first; fewer when fewer match at all."""
        vector = self.encoder.encode_queries([query])[0]
        by_words = self._lexical.scores(self._terms(query))
        bonus = self._name_bonus(query)
        rows = np.union1d(_best_rows(by_words, self.config.pool), self._dense.top(vector, self.config.pool))
        named = [row for entry_row in bonus for row in self.store.rows_of(entry_row)]
        rows = np.union1d(rows, np.asarray(named, dtype=np.int64))
        lexical, dense = by_words[rows], self._dense.scores(vector, rows)
        late = self._late.scores(self.table, query, rows)
        weights = self.config.weights[language_of(query)]
        fused = fuse([(weights.lexical, lexical), (weights.dense, dense), (weights.late, late)])
        fused += np.asarray([bonus.get(int(entry_row), 0.0) for entry_row in self._entry_of[rows]], dtype=np.float32)
        return self._hits(rows, {"score": fused, "lexical": lexical, "dense": dense, "late": late}, k)

    def unknown_words(self, query: str) -> list[str]:
        """Returns the Latin content words of a question that occur nowhere in the index, slips of the pen aside."""
        words = [word for word in content_words(query) if word[0].isascii() and not word.isdigit()]
        return [word for word in words if not self._lexical.knows(word)]

    def novelty(self, query: str) -> float:
        """Returns how much of a question occurs in no passage at all, in [0, 1] (see ``index.late``)."""
        return self._late.novelty(self.table, content_text(query) or query)

    def _terms(self, query: str) -> list[str]:
        """Returns the terms of the lexical search: those of the question and of its glossary terms' other names."""
        terms = query_terms(query) if self.config.strip_question else index_terms(query)
        if language_of(query) in self.config.glossary:
            for names in self.store.translations(sorted(candidate_names(query))).values():
                terms += [term for name in names for term in query_terms(name) if term not in terms]
        return terms

    def _name_bonus(self, query: str) -> dict[int, float]:
        """Returns the bonus of each entry row that the question names."""
        if not self.config.name_bonus:
            return {}
        named = self.store.named(sorted(candidate_names(query)))
        return {row: self.config.name_bonus * named_share(query, names) for row, names in named.items()}

    def _hits(self, rows: NDArray[np.int64], scores: Mapping[str, NDArray[np.float32]], k: int) -> list[Hit]:
        """Groups passages by entry; an entry is as good as its best passage."""
        fused = scores["score"]
        of_entry: dict[int, list[int]] = {}
        for position in np.lexsort((rows, -fused)):
            of_entry.setdefault(int(self._entry_of[rows[position]]), []).append(int(position))
        ranked = list(of_entry.items())  # in the order of their best passages
        # Ids decide between equals, so every entry that ties with the last one has to be read.
        last = float(fused[ranked[min(k, len(ranked)) - 1][1][0]]) if ranked else 0.0
        kept = {
            row: positions[: self.config.passages_per_hit] for row, positions in ranked if fused[positions[0]] >= last
        }
        passages = self.store.passages([int(rows[p]) for positions in kept.values() for p in positions])
        entries = self.store.entries_at(list(kept))
        found = []
        for row, positions in kept.items():
            matches = tuple(
                Match(passages[int(rows[p])], **{name: float(values[p]) for name, values in scores.items()})
                for p in positions
            )
            found.append((entries[row], matches))
        found.sort(key=lambda pair: (-pair[1][0].score, pair[0].entry_id))
        return [Hit(entry, matches, matches[0].score, rank) for rank, (entry, matches) in enumerate(found[:k], start=1)]


def _best_rows(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Returns the rows of the k best positive scores, and of every score equal to the last of them."""
    cut = np.partition(scores, -k)[-k] if len(scores) > k else 0.0
    return np.flatnonzero((scores >= cut) & (scores > 0.0))


def _check_encoder(manifest: Manifest, encoder: Encoder, table: StaticEncoder) -> None:
    if manifest.encoder_fingerprint != encoder.fingerprint:
        same = manifest.encoder == encoder.name
        raise IndexUnavailableError(
            f"the index was built by encoder {manifest.encoder!r} ({manifest.encoder_fingerprint}), "
            f"not {encoder.name!r} ({encoder.fingerprint}); "
            f"rebuild it with: ingest {'--full' if same else f'--encoder {shlex.quote(encoder.name)}'}"
        )
    if manifest.table_fingerprint != table.fingerprint:
        raise IndexUnavailableError(
            f"the index was built beside another token table ({manifest.table_fingerprint}, not {table.fingerprint}); "
            "rebuild it with: ingest --full"
        )
