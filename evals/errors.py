"""Errors of measuring, under the project's one tree."""

from __future__ import annotations

from ingest.errors import StudyError


class EvaluationError(StudyError):
    """Questions, judgements or expectations that do not hold; the message names file and line."""
