"""Errors of the index, under the project's one tree."""

from __future__ import annotations

from ingest.errors import StudyError


class IndexUnavailableError(StudyError):
    """There is no index, or it does not fit this program or encoder; the message names the command that mends it."""


class MissingIndexError(IndexUnavailableError):
    """There is no index that this version of the program can read, and none to lose: commands build one on the way."""


class EncoderError(StudyError):
    """An encoder cannot be loaded."""


class FilterError(StudyError):
    """A filter that cannot be meant as typed; the message is in both languages."""


class TrainingError(StudyError):
    """Training data that cannot be read; the message names the line."""
