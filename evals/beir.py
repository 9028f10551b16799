"""Public retrieval sets in BEIR's layout: ``corpus.jsonl``, ``queries.jsonl``, ``qrels.tsv``."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.errors import EvaluationError
from evals.measures import mean_scores, score_queries
from index.build import build_index
from index.config import SearchConfig, Weights
from index.encoders.base import Encoder
from index.encoders.static import shipped_table
from index.search import Searcher
from ingest.text.scripts import language_of
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

_DEPTH = 100
_REPORTED = ("nDCG@10", "R@10", "Success@5", "RR@10")


def _only(weights: Weights) -> SearchConfig:
    return SearchConfig(weights={"zh": weights, "en": weights})


# A system is a setting of the one searcher: all weight on one score, or the shipped mixture.
SYSTEMS: dict[str, SearchConfig] = {
    "lexical": _only(Weights(lexical=1, dense=0, late=0)),
    "dense": _only(Weights(lexical=0, dense=1, late=0)),
    "dense+late": _only(Weights(lexical=0, dense=1, late=1)),
    "hybrid": SearchConfig(),
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A retrieval set: documents as a library, queries by id, grades by query and document."""

    name: str
    library: Library
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def read_dataset(folder: Path) -> Dataset:
    """Reads a BEIR folder.

    Raises:
        EvaluationError: A file is missing or a line is malformed; the message names both.
    """
    entries, passages = [], []
    seen: set[str] = set()
    for number, row in _rows(folder / "corpus.jsonl", ("_id", "text")):
        if str(row["_id"]) in seen:
            raise EvaluationError(f"{folder / 'corpus.jsonl'}:{number}: document {row['_id']!r} is given twice")
        seen.add(str(row["_id"]))
        title, text = str(row.get("title") or ""), str(row["text"])
        listing = Listing(folder.name, (), "corpus.jsonl", number, title)
        entries.append(Entry(str(row["_id"]), title, "", Kind.ARTICLE, None, "", (), (), None, (listing,), (), ()))
        passages.append(
            Passage(
                f"{number}",
                str(row["_id"]),
                PassageKind.ABSTRACT,
                language_of(text),
                text,
                "corpus.jsonl",
                number,
                number,
                0,
            )
        )
    queries = {str(row["_id"]): str(row["text"]) for _, row in _rows(folder / "queries.jsonl", ("_id", "text"))}
    known = {entry.entry_id for entry in entries}
    qrels = _read_qrels(folder, queries, known)
    return Dataset(folder.name, Library(tuple(entries), tuple(passages), (), ()), queries, qrels)


def evaluate_dataset(
    dataset: Dataset, encoder: Encoder | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> dict[str, Any]:
    """Runs every system over a set.

    Returns:
        ``{"dataset", "systems": {name: {measure: mean}}}``.
    """
    values = run_systems(dataset, encoder or shipped_table(), tuple(SYSTEMS), progress)
    means = {name: mean_scores(of_query) for name, of_query in values.items()}
    return {
        "dataset": dataset.name,
        "systems": {name: {measure: round(mean[measure], 4) for measure in _REPORTED} for name, mean in means.items()},
    }


def run_systems(
    dataset: Dataset,
    encoder: Encoder,
    names: Sequence[str],
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> dict[str, dict[str, dict[str, float]]]:
    """Returns the measures of every query by some of the ``SYSTEMS``."""
    values = {}
    with TemporaryDirectory() as folder:
        build_index(dataset.library, encoder, Path(folder), corpus=dataset.name)
        for name in names:
            searcher = Searcher.open(Path(folder), encoder, SYSTEMS[name])
            run = {}
            for i, query in enumerate(dataset.qrels, start=1):
                hits = searcher.search(dataset.queries[query], k=_DEPTH)
                run[query] = {hit.entry.entry_id: hit.score for hit in hits}
                progress(name, i, len(dataset.qrels))
            values[name] = score_queries(dataset.qrels, run)
            searcher.close()
    return values


def _rows(file: Path, keys: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    if not file.is_file():
        raise EvaluationError(f"{file} is missing; a BEIR folder has corpus.jsonl, queries.jsonl and qrels.tsv")
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise EvaluationError(f"{file}:{number}: not a JSON object") from error
            if not isinstance(row, dict):
                raise EvaluationError(f"{file}:{number}: not a JSON object")
            if any(key not in row for key in keys):
                raise EvaluationError(f"{file}:{number}: needs the keys {', '.join(keys)}")
            yield number, row


def _read_qrels(folder: Path, queries: dict[str, str], known: set[str]) -> dict[str, dict[str, int]]:
    file = next((f for f in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if f.is_file()), None)
    if file is None:
        raise EvaluationError(f"{folder / 'qrels.tsv'} is missing; it has lines of query, document and grade")
    qrels: dict[str, dict[str, int]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if number == 1 and row and row[-1].strip().lower() in ("score", "grade", "rel", "relevance"):
                continue
            if len(row) == 4:  # TREC's four columns: query, iteration, document, grade
                row = [row[0], row[2], row[3]]
            if len(row) != 3 or not re.fullmatch(r"\s*-?\d+\s*", row[2]):
                raise EvaluationError(f"{file}:{number}: needs query, document and a whole-number grade, by tabs")
            query, document, grade = row[0], row[1], int(row[2])
            if query not in queries or document not in known:
                raise EvaluationError(
                    f"{file}:{number}: unknown {'query ' + query if query not in queries else 'document ' + document}"
                )
            qrels.setdefault(query, {})[document] = grade
    return qrels
