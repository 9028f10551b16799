"""Errors of asking and of keeping what was asked, under the project's one tree.

StudyError
├── AccountError
├── QuestionError
└── StateError
"""

from __future__ import annotations

from ingest.errors import StudyError


class QuestionError(StudyError):
    """A question that cannot be asked; the message is in both languages."""


class StateError(StudyError):
    """Conversations, ratings and the like cannot be kept or found."""


class AccountError(StudyError):
    """Accounts that cannot be read, or a name or password that cannot be used."""


class LlmSettingsError(StudyError):
    """A language model that is configured in a way that cannot work; the message says what to set."""


class LlmError(StudyError):
    """A language model that did not answer.

    Attributes:
        failure: Why, a value of ``app.answer.llm.Failure``.
    """

    def __init__(self, failure: str) -> None:
        """Names a failure; there is nothing else in the error, so that it can hold no secret."""
        super().__init__(f"the language model did not answer: {failure}")
        self.failure = str(failure)


class ExportError(StudyError):
    """An export that cannot be made or written."""
