"""Everything that is fitted on questions, in its order: each model is gathered with those before it."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.answerability import write_fitted
from app.assistant import Assistant
from evals.calibration import fit_answerability, gather_examples
from evals.fitting import fit_rereading, fit_selection, gather_readings, gather_spans, keep_rereading, keep_selection
from evals.fitting_aspects import answered_questions_of, fit_aspects
from evals.fitting_field import fit_field
from evals.fitting_lists import fit_membership, read_lists
from evals.fitting_requests import fit_requests
from evals.questions import Question
from index.query.list_request import ship_requests
from ingest.console import Terminal

HIDDEN = 600  # answered questions that are asked with and without what answers them


def fit_all(assistant: Assistant, questions: Sequence[Question], talk: Terminal) -> None:
    """Fits the models of ``app.answer`` on the shipped corpus and makes them the shipped ones.

    Args:
        assistant: Answers from the shipped corpus.
        questions: The suite's; only the dev split is learned from.
        talk: Told of the progress, and of how good each model is on what it has not seen.
    """
    searcher = assistant.searcher
    fit_aspects(searcher.table, list(answered_questions_of(searcher.store))).save()
    dev = [question for question in questions if question.split == "dev"]
    with talk.progress("spans") as progress:
        spans = fit_selection(gather_spans(searcher, dev, progress))
    keep_selection(spans)
    talk.say(f"spans: the first one is right for {spans['first']:.0%} of {spans['questions']} questions")
    with talk.progress("read again") as progress:
        again = fit_rereading(gather_readings(searcher, dev, progress))
    keep_rereading(again)
    talk.say(f"read again: the first one is right for {again['first']:.0%} of {again['questions']} questions")
    requests, found = fit_requests(searcher)
    ship_requests(requests)
    talk.say(f"requests for lists: {found:.0%} found of those left out, at 2% of other questions")
    with talk.progress("lists") as progress:
        lists = fit_membership(searcher, questions, read_lists(), progress)
    talk.say(f"lists: recall {lists['recall']:.2f}, precision {lists['precision']:.2f} on those left out")
    with talk.progress("fields") as progress:
        fit_field(searcher, progress).save()
    with talk.progress("calibrating") as progress:
        examples = gather_examples(assistant, questions, HIDDEN, progress)
    fitted = fit_answerability(examples)
    write_fitted(fitted)
    talk.say(f"wrote app/answer/answerability.json from {len(examples)} examples: {fitted}")
