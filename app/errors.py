"""Errors of asking and of keeping what was asked, under the project's one tree.

StudyError
├── QuestionError
└── StateError
"""

from __future__ import annotations

from ingest.errors import StudyError


class QuestionError(StudyError):
    """A question that cannot be asked; the message is in both languages."""


class StateError(StudyError):
    """Conversations, ratings and the like cannot be kept or found."""
