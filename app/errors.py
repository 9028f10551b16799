"""Errors of asking, under the project's one tree."""

from __future__ import annotations

from ingest.errors import StudyError


class QuestionError(StudyError):
    """A question that cannot be asked; the message is in both languages."""
