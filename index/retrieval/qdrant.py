"""Passages in a Qdrant cluster: vectors as int8 in an HNSW graph, terms as sparse vectors weighed here.

What can be filtered by travels with every passage as its payload: facets of its entry, and its language. Rows are ids.
The folder of the generation keeps what the questions need: which collection, and the terms and their rarities.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.candidates import ALL, Batch, Rows, Scores, Wanted
from index.catalogue.facets import FACETS, facets_of
from index.encoders.base import Vectors
from index.errors import IndexUnavailableError
from index.retrieval.cluster import Address, Cluster
from index.retrieval.placement import read_placement, write_placement
from index.retrieval.vocabulary import known_share, knows
from index.retrieval.weights import Sparse, Weights, WeightsWriter, mean_length

if TYPE_CHECKING:
    from qdrant_client import models

_WEIGHTS_FOLDER = "lexical"
_MEANING, _WORDS, _LANGUAGES = "meaning", "words", "languages"
_STEP = 256  # passages written at once; an upload goes on at a multiple of it
_FAIR = 100_000  # passages whose mean length is taken for that of all
_OVERSAMPLING = 2.0  # candidates by int8 that are compared by their vectors
_BEAM = 512  # of the search in the graph; more than what is asked for


class QdrantIndex:
    """A ``PassageIndex`` in one collection of a cluster."""

    def __init__(self, folder: Path, cluster: Cluster, collection: str, size: int, dimension: int) -> None:
        """Wraps a collection; ``folder`` holds, or will hold, the weights of the terms."""
        self._folder = folder
        self._cluster = cluster
        self._dimension = dimension
        self.collection = collection
        self.size = size
        self._weights = Weights.load(folder / _WEIGHTS_FOLDER) if size else None

    @classmethod
    def empty(cls, folder: Path, cluster: Cluster, fingerprint: str, dimension: int) -> QdrantIndex:
        """Returns an index of no passages, which ``write`` fills.

        Args:
            folder: The folder of the generation.
            cluster: Where the passages go.
            fingerprint: 16 hexadecimal digits, the same for the same passages: what an interrupted ``write`` of them
                has brought to the cluster is not brought again.
            dimension: Length of a vector.
        """
        return cls(folder, cluster, f"{cluster.address.name}-{fingerprint}", 0, dimension)

    @classmethod
    def open(cls, folder: Path, cluster: Cluster | None = None) -> QdrantIndex:
        """Opens what ``write`` wrote; the cluster is asked nothing yet."""
        place = read_placement(folder)
        cluster = cluster or Cluster(Address.parse(place["address"]))
        return cls(folder, cluster, place["collection"], place["passages"], place["dimension"])

    def by_words(self, terms: Sequence[str], k: int, wanted: Wanted = ALL) -> Rows:
        """See ``PassageIndex``."""
        if not self._weights or not len((asked := self._weights.of_question(terms))[0]) or _fits_none(wanted):
            return np.zeros(0, dtype=np.int64)
        return self._found(query=_sparse(asked), using=_WORDS, limit=k, query_filter=_filter(wanted))

    def nearest(self, vector: Vectors, k: int, wanted: Wanted = ALL) -> Rows:
        """See ``PassageIndex``; by int8, of which the best are compared by their vectors."""
        from qdrant_client import models

        if not self.size or _fits_none(wanted):
            return np.zeros(0, dtype=np.int64)
        quantization = models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING)
        how = models.SearchParams(hnsw_ef=max(_BEAM, 2 * k), quantization=quantization)
        return self._found(
            query=vector.tolist(), using=_MEANING, limit=k, query_filter=_filter(wanted), search_params=how
        )

    def scores(self, rows: Rows, terms: Sequence[str], vector: Vectors) -> tuple[Scores, Scores]:
        """See ``PassageIndex``; both in one call."""
        from qdrant_client import models

        lexical, dense = np.zeros(len(rows), dtype=np.float32), np.zeros(len(rows), dtype=np.float32)
        if not self._weights or not len(rows):
            return lexical, dense
        exact = models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
        among = models.Filter(must=[models.HasIdCondition(has_id=rows.tolist())])
        distinct, asked = len(set(rows.tolist())), self._weights.of_question(terms)
        wanted = [(dense, models.QueryRequest(query=vector.tolist(), using=_MEANING, params=exact))]
        if len(asked[0]):
            wanted.append((lexical, models.QueryRequest(query=_sparse(asked), using=_WORDS)))
        requests = [each.model_copy(update={"filter": among, "limit": distinct}) for _, each in wanted]
        answers = self._cluster.ask(lambda client: client.query_batch_points(self.collection, requests))
        for (scores, _), answer in zip(wanted, answers, strict=True):
            found = {point.id: point.score for point in answer.points}
            scores[:] = [found.get(row, 0.0) for row in rows.tolist()]
        return lexical, dense

    def holds(self, term: str) -> bool:
        """See ``PassageIndex``."""
        return self._weights is not None and self._weights.number(term) is not None

    def knows(self, term: str) -> bool:
        """See ``PassageIndex``."""
        return self._weights is not None and knows(self._weights.vocabulary, term)

    def known_share(self, words: Sequence[str]) -> float:
        """See ``PassageIndex``."""
        return known_share(self._weights.vocabulary, words) if self._weights else float(not words)

    def held(self, words: Sequence[str], rows: Rows) -> NDArray[np.bool_]:
        """See ``PassageIndex``."""
        held = np.zeros((len(rows), len(words)), dtype=np.bool_)
        numbers = [self._weights.number(word) if self._weights else None for word in words]
        if len(rows) and any(number is not None for number in numbers):
            points = self._cluster.ask(
                lambda client: client.retrieve(
                    self.collection, rows.tolist(), with_payload=False, with_vectors=[_WORDS]
                )
            )
            terms = {point.id: set(point.vector[_WORDS].indices) for point in points if _WORDS in (point.vector or ())}
            held[:] = [[number in terms.get(row, ()) for number in numbers] for row in rows.tolist()]
        return held

    def write(self, batches: Iterable[Batch]) -> None:
        """See ``PassageIndex``; an upload that was interrupted goes on where it was."""
        self._create()
        there = self._count() // _STEP * _STEP
        coming = iter(batches)
        first = list(_first(coming))
        writer, waiting, row = WeightsWriter(mean_length([batch.postings for batch in first])), [], 0
        for batch in chain(first, coming):
            payloads = _payloads(batch)
            for place, weights in enumerate(writer.of_passages(batch.postings)):
                if row >= there:
                    waiting.append(_point(row, batch.vectors[place], weights, next(payloads)))
                else:
                    next(payloads)
                row += 1
                if len(waiting) == _STEP:
                    self._put(waiting)
                    waiting = []
        if waiting:
            self._put(waiting)
        if (count := self._count()) != row:
            raise IndexUnavailableError(f"collection {self.collection} holds {count} passages instead of {row}")
        self._finish()
        writer.save(self._folder / _WEIGHTS_FOLDER)
        facts = {"passages": row, "dimension": self._dimension}
        write_placement(self._folder, self._cluster.address, self.collection, **facts)
        self.size, self._weights = row, Weights.load(self._folder / _WEIGHTS_FOLDER)

    def close(self) -> None:
        """See ``PassageIndex``."""
        self._cluster.close()

    def _found(self, **query: object) -> Rows:
        answer = self._cluster.ask(
            lambda client: client.query_points(self.collection, with_payload=False, with_vectors=False, **query)
        )
        return np.asarray([point.id for point in answer.points], dtype=np.int64)

    def _count(self) -> int:
        return int(self._cluster.ask(lambda client: client.count(self.collection, exact=True)).count)

    def _put(self, points: Sequence[models.PointStruct]) -> None:
        self._cluster.ask(lambda client: client.upsert(self.collection, points, wait=True))

    def _create(self) -> None:
        """Makes the collection unless an interrupted upload did; its graph is made when all is there."""
        from qdrant_client import models

        if not self._cluster.ask(lambda client: client.collection_exists(self.collection)):
            int8 = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
            dense = models.VectorParams(
                size=self._dimension,
                distance=models.Distance.DOT,
                on_disk=True,
                quantization_config=models.ScalarQuantization(scalar=int8),
            )
            sparse = models.SparseVectorParams(index=models.SparseIndexParams(on_disk=True))
            self._cluster.ask(
                lambda client: client.create_collection(
                    self.collection,
                    vectors_config={_MEANING: dense},
                    sparse_vectors_config={_WORDS: sparse},
                    optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
                    on_disk_payload=True,
                )
            )
        for field in (*FACETS, _LANGUAGES):
            self._index_payload(field)

    def _index_payload(self, field: str) -> None:
        self._cluster.ask(lambda client: client.create_payload_index(self.collection, field, field_schema="keyword"))

    def _finish(self) -> None:
        """Lets the cluster make its graph, and waits for it."""
        from qdrant_client import models

        config = models.OptimizersConfigDiff(indexing_threshold=10_000)
        self._cluster.ask(lambda client: client.update_collection(self.collection, optimizers_config=config))
        while True:
            status = self._cluster.ask(lambda client: client.get_collection(self.collection)).status
            if status == models.CollectionStatus.RED:
                raise IndexUnavailableError(f"the cluster cannot index collection {self.collection}; see its log")
            if status != models.CollectionStatus.YELLOW:
                return
            time.sleep(1.0)


def _first(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yields batches until there are enough passages to know how long one is."""
    seen = 0
    for batch in batches:
        yield batch
        seen += len(batch.passages)
        if seen >= _FAIR:
            return


def _payloads(batch: Batch) -> Iterator[dict[str, list[str]]]:
    """Yields what each passage can be filtered by: facet to forms."""
    known: dict[str, Mapping[str, list[str]]] = {}
    for passage, entry in zip(batch.passages, batch.entries, strict=True):
        if entry.entry_id not in known:
            forms: dict[str, list[str]] = {}
            for facet, form in facets_of(entry):
                forms.setdefault(facet, []).append(form)
            known[entry.entry_id] = forms
        yield {**known[entry.entry_id], _LANGUAGES: [passage.language]}


def _point(row: int, vector: Vectors, weights: Sparse, payload: dict[str, list[str]]) -> models.PointStruct:
    from qdrant_client import models

    words = {_WORDS: _sparse(weights)} if len(weights[0]) else {}
    return models.PointStruct(id=row, vector={_MEANING: vector.tolist(), **words}, payload=payload)


def _sparse(weights: Sparse) -> models.SparseVector:
    from qdrant_client import models

    return models.SparseVector(indices=weights[0].tolist(), values=weights[1].tolist())


def _fits_none(wanted: Wanted) -> bool:
    """Tells a constraint that has no form to look for, such as years outside of the calendar."""
    return any(not wanted.filters.forms(name) for name in wanted.filters.constraints)


def _filter(wanted: Wanted) -> models.Filter | None:
    from qdrant_client import models

    if not wanted:
        return None
    must = [
        models.FieldCondition(key=name, match=models.MatchAny(any=wanted.filters.forms(name)))
        for name in wanted.filters.constraints
    ]
    hidden = [models.HasIdCondition(has_id=sorted(wanted.hidden))] if wanted.hidden else None
    return models.Filter(must=must or None, must_not=hidden)
