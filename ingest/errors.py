"""The error tree of the whole project.

StudyError                  anything a user can mend; its message says how
├── CorpusError             a corpus that is missing, empty or unreadable
├── IndexUnavailableError   no index, or one that does not fit (``index.errors``)
├── QuestionError           a question that cannot be asked (``app.errors``)
└── EvaluationError         questions or judgements that do not hold (``evals.errors``)

A message names what happened, the value that caused it, and what to do next.
"""

from __future__ import annotations


class StudyError(Exception):
    """Base of every expected failure; commands print it in one line and exit with 1."""


class CorpusError(StudyError):
    """A corpus that is missing, empty or unreadable."""
