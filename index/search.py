"""Search: a question in, ranked entries out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.candidates import Wanted
from index.catalogue.filters import NO_FILTERS, Filters
from index.config import SearchConfig
from index.encoders.base import Encoder
from index.encoders.load import remembered_encoder, table_beside
from index.encoders.static import StaticEncoder
from index.errors import IndexUnavailableError
from index.parts import Parts
from index.query.conversation import History
from index.query.understanding import QuestionReader
from index.retrieval.fusion import fuse, lexical_across, min_max
from index.retrieval.ranking import Ranked, rank_entries, ranks_by_entry
from index.retrieval.subjects import SubjectIndex
from index.storage.generations import damaged, open_generation
from index.storage.holds import Hold
from index.storage.manifest import DamagedError, Manifest
from index.storage.origin import ingest_command
from index.text.analysis import content_text
from index.types import Found, Hit, Match, ParsedQuery, Step

_LEAST_SHARE = 0.02  # of the nearest subjects, from which on an entry is looked at for belonging to them
_BRIEF = 3  # passages of such an entry, where nothing else has found it


class Searcher:
    """Searches one index generation; safe to share between threads.

    The same question always gives the same list, and a shorter list is a prefix of a longer one.
    """

    def __init__(
        self,
        parts: Parts,
        encoder: Encoder,
        table: StaticEncoder,
        config: SearchConfig = SearchConfig(),
        hold: Hold | None = None,
    ) -> None:
        """Searches the parts of an index; ``open`` is the usual way."""
        self.store = parts.store
        self.encoder = encoder
        self.table = table.knowing(parts.readings.tokens)
        self.config = config
        self._parts = parts
        self._hold = hold
        self._passages, self._allowed, self._late = parts.passages, parts.allowed, parts.late
        self._subjects = SubjectIndex(parts.store, parts.subjects, self.table)
        self._reader = QuestionReader(parts.store, parts.spelling, config, parts.passages)

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
        generation, manifest, hold = open_generation(folder)
        try:
            encoder = encoder or remembered_encoder(manifest)
            table = table_beside(encoder)
            _check_encoder(manifest, encoder, table, folder.parent)
            return cls(Parts.open(generation), encoder, table, config, hold)
        except DamagedError as error:
            hold.close()
            raise damaged(folder, error) from error
        except BaseException:
            hold.close()
            raise

    def with_config(self, config: SearchConfig) -> Searcher:
        """Returns a searcher over the same index that ranks another way."""
        return Searcher(self._parts, self.encoder, self.table, config)

    def close(self) -> None:
        """Closes the index's files, and lets the next refresh remove them when they are not the live ones."""
        self.store.close()
        self._passages.close()
        if self._hold:
            self._hold.close()

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters = NO_FILTERS,
        history: History = (),
        explain: bool = False,
    ) -> list[Hit]:
        """Returns the k best entries for a question, best first; fewer when fewer match at all.

        Args:
            query: In Chinese, English or both.
            k: How many entries.
            filters: What entries and passages must be, beside what the question itself says; relaxed as little as
                needed where nothing fits.
            history: Earlier turns, oldest first, for a question that leans on them.
            explain: Whether each hit says how it fared in every step and which words of the question it holds.
        """
        return list(self.find(query, k=k, filters=filters, history=history, explain=explain).hits)

    def find(
        self,
        query: str,
        *,
        k: int | Callable[[ParsedQuery], int] = 10,
        filters: Filters = NO_FILTERS,
        history: History = (),
        explain: bool = False,
        hidden: Collection[str] = (),
        wide: Callable[[ParsedQuery], bool] = lambda _: False,
    ) -> Found:
        """Searches as ``search`` does; also returns how the question was read and what each step cost.

        How many entries to return may depend on what the question is read as, and so may whether the search is wide:
        its pool then has passages of most entries that have anything to do with the question.
        Passages whose ids are ``hidden`` are not there for this search: so it is learned what a question finds that
        nobody has written down, or whose entry is missing.
        """
        watch = Stopwatch()
        question = self._reader.read(query, history, filters)
        k = k if isinstance(k, int) else k(question)
        sought = question.search_text or question.text
        wanted = Wanted(question.filters, frozenset(self.store.rows_of_passages(hidden)))
        listing = wide(question)
        pool = self.config.wide_pool if listing else self.config.pool
        near = (
            self._subjects.near(content_text(sought) or sought)
            if listing and question.search_text and self.config.subject_bonus
            else None
        )
        shares = near.shares(_LEAST_SHARE) if near else {}
        watch.lap("understand")
        by_words = self._passages.by_words(question.terms, pool, wanted)
        watch.lap("lexical")
        vector = self.encoder.encode_queries([sought])[0]
        nearest = self._passages.nearest(vector, pool, wanted)
        named = [row for entry_row in question.bonus for row in self.store.rows_of(entry_row)]
        named += [row for entry_row in shares for row in self.store.rows_of(entry_row)[:_BRIEF]]
        fitting = self._allowed.among(np.asarray(named, dtype=np.int64), wanted)
        rows = np.union1d(np.union1d(by_words, nearest), fitting)
        lexical, dense = self._passages.scores(rows, question.terms, vector)
        scores = {"lexical": lexical, "dense": dense}
        watch.lap("dense")
        scores["late"] = self._late.scores(self.table, sought, rows)
        watch.lap("late")
        weights = asdict(self.config.weights[question.language])
        known = self._passages.known_share(question.words)
        weights["lexical"] *= min(1.0, known / self.config.readable)
        mixed = dict(scores)
        if weights["dense"] or weights["late"]:  # a search by words alone must not be told by meaning
            mixed["lexical"] = lexical_across(scores, self._allowed.languages[rows] == question.language)
        scores["score"] = fuse([(weights[name], values) for name, values in mixed.items()])
        entry_of = self._allowed.entry_of[rows]
        soft = question.soft.agreement(self.store.rows_with)
        bonus = {
            row: question.bonus.get(row, 0.0)
            + self.config.soft_bonus * soft.get(row, 0.0)
            + self.config.subject_bonus * shares.get(row, 0.0)
            for row in {*question.bonus, *soft, *shares} & set(entry_of.tolist())
        }
        ranked = rank_entries(scores["score"], rows, entry_of, second=self.config.second, bonus=bonus)
        watch.lap("fuse")
        steps = _steps(scores, entry_of, bonus) if explain else {}
        hits = self._hits(ranked[: _with_ties(ranked, k)], rows, scores, steps)[:k]
        if near:
            hits = [replace(hit, subjects=near.of(hit.row)) for hit in hits]
        if explain:
            hits = [replace(hit, words=self._spellings_held(question, hit)) for hit in hits]
        watch.lap("read")
        return Found(tuple(hits), question, watch.milliseconds)

    def read(self, query: str, history: History = (), filters: Filters = NO_FILTERS) -> ParsedQuery:
        """Returns how a question is read, without searching."""
        return self._reader.read(query, history, filters)

    def unknown_words(self, question: ParsedQuery) -> list[str]:
        """Returns the Latin content words of a question that occur nowhere in the index, slips of the pen aside."""
        words = [word for word in question.words if word[0].isascii() and not word.isdigit()]
        return [word for word in words if not self._passages.knows(word)]

    def known_share(self, question: ParsedQuery) -> float:
        """Returns which share of the content words of a question occurs in the index, in [0, 1]."""
        return self._passages.known_share(question.words)

    def words_held(self, words: Sequence[str], hits: Sequence[Hit]) -> list[list[str]]:
        """Returns, for each of some hits, the words that its matched passages hold, with the names of its entry."""
        owner = [number for number, hit in enumerate(hits) for _ in hit.matches]
        ids = [match.passage.passage_id for hit in hits for match in hit.matches]
        rows = dict(zip(sorted(ids), self.store.rows_of_passages(ids), strict=True))  # no passage is of two hits
        held = np.zeros((len(hits), len(words)), dtype=np.bool_)
        of_passages = self._passages.held(words, np.asarray([rows[key] for key in ids], dtype=np.int64))
        np.logical_or.at(held, np.asarray(owner, dtype=np.int64), of_passages)
        return [[words[place] for place in np.flatnonzero(of_hit).tolist()] for of_hit in held]

    def _spellings_held(self, question: ParsedQuery, hit: Hit) -> tuple[str, ...]:
        """Returns the content words of a question that the matched passages of a hit hold, as they are spelled."""
        (held,) = self.words_held(question.words, [hit])
        return tuple(said for word, said in zip(question.words, question.spellings, strict=True) if word in held)

    def novelty(self, question: ParsedQuery) -> float:
        """Returns how much of a question occurs in no passage at all, in [0, 1]."""
        return self._late.novelty(self.table, content_text(question.search_text) or question.text)

    def rarity(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns how rare pieces of the table are among the passages, in [0, 1]."""
        return self._late.rarity(pieces)

    def pieces_of(self, entry_row: int, hidden: Collection[str] = ()) -> list[NDArray[np.int64]]:
        """Returns the distinct pieces of each passage of an entry, as if the ``hidden`` ones were not there."""
        rows = self.store.rows_of(entry_row)
        if hidden:
            gone = set(self.store.rows_of_passages(hidden))
            rows = [row for row in rows if row not in gone]
        return [self._late.ids_of(row).astype(np.int64) for row in rows]

    def _hits(
        self,
        ranked: Sequence[Ranked],
        rows: NDArray[np.int64],
        scores: Mapping[str, NDArray[np.float32]],
        steps: Mapping[int, tuple[Step, ...]],
    ) -> list[Hit]:
        """Reads ranked entries and their passages from the store; ids decide between equals."""
        row_at, values = rows.tolist(), {name: column.tolist() for name, column in scores.items()}
        shown = {entry.entry_row: entry.positions[: self.config.passages_per_hit] for entry in ranked}
        passages = self.store.passages([row_at[p] for positions in shown.values() for p in positions])
        entries = self.store.entries_at(list(shown))
        ids = self.store.passage_ids([row_at[p] for entry in ranked for p in entry.positions])
        lexical, fused = min_max(scores["lexical"]).tolist(), values["score"]
        hits: list[Hit] = []
        for entry in sorted(ranked, key=lambda entry: (-entry.score, entries[entry.entry_row].entry_id)):
            matches = tuple(
                Match(passages[row_at[p]], **{name: column[p] for name, column in values.items()})
                for p in shown[entry.entry_row]
            )
            found = entries[entry.entry_row]
            hits.append(
                Hit(
                    found,
                    matches,
                    entry.score,
                    len(hits) + 1,
                    entry.entry_row,
                    {ids[row_at[p]]: (lexical[p], fused[p]) for p in entry.positions},
                    steps.get(entry.entry_row, ()),
                )
            )
        return hits


class Stopwatch:
    """Milliseconds between laps, by name."""

    def __init__(self) -> None:
        """Starts."""
        self.milliseconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Notes the time since the lap before."""
        now = time.perf_counter()
        self.milliseconds[name] = round(1000 * (now - self._last), 3)
        self._last = now


def _with_ties(ranked: Sequence[Ranked], k: int) -> int:
    """Returns how many entries score as well as the k-th."""
    if len(ranked) <= k:
        return len(ranked)
    return next((place for place in range(k, len(ranked)) if ranked[place].score < ranked[k - 1].score), len(ranked))


def _steps(
    scores: Mapping[str, NDArray[np.float32]], entry_of: NDArray[np.int64], bonus: Mapping[int, float]
) -> dict[int, tuple[Step, ...]]:
    """Returns how each entry fared in every step, by entry row."""
    steps: dict[int, tuple[Step, ...]] = {}
    for name, values in scores.items():
        for entry_row, (score, rank) in ranks_by_entry(values, entry_of).items():
            steps[entry_row] = (*steps.get(entry_row, ()), Step("fused" if name == "score" else name, score, rank))
    better = sorted(bonus.values(), reverse=True)
    for entry_row, added in bonus.items():
        if added:
            steps[entry_row] = (*steps[entry_row], Step("bonus", added, 1 + better.index(added)))
    return steps


def _check_encoder(manifest: Manifest, encoder: Encoder, table: StaticEncoder, data: Path) -> None:
    if manifest.encoder_fingerprint != encoder.fingerprint:
        options = ["--full"] if manifest.encoder == encoder.name else [f"--encoder {shlex.quote(encoder.name)}"]
        raise IndexUnavailableError(
            f"the index was built by encoder {manifest.encoder!r} ({manifest.encoder_fingerprint}), "
            f"not {encoder.name!r} ({encoder.fingerprint}); rebuild it with: {ingest_command(data, *options)}"
        )
    if manifest.table_fingerprint != table.fingerprint:
        raise IndexUnavailableError(
            f"the index was built beside another token table ({manifest.table_fingerprint}, not {table.fingerprint}); "
            f"rebuild it with: {ingest_command(data, '--full')}"
        )
