"""The variants the suite compares: each part alone, the mixtures, and each with one thing taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.measures import mean_scores, score_queries
from evals.questions import Question, qrels_of
from evals.statistics import paired_p_value
from index.config import SearchConfig, Weights
from index.search import Searcher

DEPTH = 20
_DECIDING = "nDCG@10"


def _weights(lexical: float, dense: float, late: float) -> Mapping[str, Weights]:
    weights = Weights(lexical=lexical, dense=dense, late=late)
    return {"zh": weights, "en": weights}


_BOTH = ("zh", "en")
_PLAIN = SearchConfig(name_bonus=0.0, glossary=())
VARIANTS: Mapping[str, SearchConfig] = {
    "lexical": replace(_PLAIN, weights=_weights(1, 0, 0)),
    "lexical, raw question": replace(_PLAIN, weights=_weights(1, 0, 0), strip_question=False),
    "lexical + glossary": replace(_PLAIN, weights=_weights(1, 0, 0), glossary=_BOTH),
    "dense": replace(_PLAIN, weights=_weights(0, 1, 0)),
    "late": replace(_PLAIN, weights=_weights(0, 0, 1)),
    "dense + late": replace(_PLAIN, weights=_weights(0, 1, 1)),
    "lexical + dense": replace(_PLAIN, weights=_weights(1, 1, 0)),
    "lexical + late": replace(_PLAIN, weights=_weights(1, 0, 1)),
    "all, equal": replace(_PLAIN, weights=_weights(1, 1, 1)),
    "shipped": SearchConfig(),
    "shipped, without names": replace(SearchConfig(), name_bonus=0.0),
    "shipped, raw question": replace(SearchConfig(), strip_question=False),
    "shipped, glossary for both": replace(SearchConfig(), glossary=_BOTH),
    "shipped, without glossary": replace(SearchConfig(), glossary=()),
    "shipped, structure not read": replace(SearchConfig(), structure=False),
    "shipped, best passage alone": replace(SearchConfig(), second=0.0),
}


@dataclass(frozen=True, slots=True)
class VariantResult:
    """A variant's measures by question, and how it compares with the shipped one.

    Attributes:
        name: The variant.
        values: Measures by question id.
        runs: Scores of entries by question id.
        p_value: Of a paired randomisation test on nDCG@10 against the shipped variant.
    """

    name: str
    values: Mapping[str, Mapping[str, float]]
    runs: Mapping[str, Mapping[str, float]]
    p_value: float

    def mean(self, questions: Sequence[Question]) -> Mapping[str, float]:
        """Returns the means over some questions."""
        return mean_scores({question.id: self.values[question.id] for question in questions})


def run_variants(
    searcher: Searcher, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[VariantResult]:
    """Runs every variant over the answerable questions on one index."""
    asked = [question for question in questions if question.answerable]
    qrels = qrels_of(asked)
    runs: dict[str, dict[str, dict[str, float]]] = {}
    for number, (name, config) in enumerate(VARIANTS.items(), start=1):
        variant = searcher.with_config(config)
        runs[name] = {question.id: run_question(variant, question) for question in asked}
        progress(number, len(VARIANTS))
    values = {name: score_queries(qrels, run) for name, run in runs.items()}
    shipped = [values["shipped"][question.id][_DECIDING] for question in asked]
    return [
        VariantResult(
            name, values[name], runs[name], paired_p_value([values[name][q.id][_DECIDING] for q in asked], shipped)
        )
        for name in VARIANTS
    ]


def run_question(searcher: Searcher, question: Question) -> dict[str, float]:
    """Returns the scores of the entries found for a question."""
    hits = searcher.search(question.text, k=DEPTH, history=question.history)
    return {hit.entry.entry_id: hit.score for hit in hits}
