"""Training pairs: read JSON lines, clean them, keep the sources apart.

A pair is (anchor, positive): two texts that mean the same or answer each other. Batches are drawn from one
source at a time, so that a negative is never told apart by its style alone. This module knows nothing of models.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import StudyError


class TrainingDataError(StudyError):
    """A training file is missing or malformed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of pairs.

    Attributes:
        name: Short name, used in logs and as the dataset's name.
        file: File name inside the data directory, xz-compressed JSON lines.
        anchor: Field that holds the anchor.
        positive: Field that holds the positive.
        min_chars: Both texts must be at least this long; message catalogues are full of one-word strings.
        max_chars: Longer texts are cut here: the start of an abstract says what it is about.
    """

    name: str
    file: str
    anchor: str
    positive: str
    min_chars: int = 4
    max_chars: int = 600


SOURCES = (
    Source("papers", "parallel_papers.jsonl.xz", "zh", "en"),
    Source("docs", "parallel_docs.jsonl.xz", "zh", "en", min_chars=8),
    Source("summaries", "summaries_zh_abstracts_en.jsonl.xz", "zh", "en"),
    Source("titles", "titles_abstracts_en.jsonl.xz", "q", "d"),
    Source("headings", "headings_sections.jsonl.xz", "q", "d"),
)


def read_pairs(path: Path, source: Source) -> Iterator[tuple[str, str]]:
    """Yields the usable pairs of one file.

    Raises:
        TrainingDataError: The file is missing, or a line is not a JSON object with both fields.
    """
    if not path.is_file():
        raise TrainingDataError(f"training file {path} is missing; pass the folder that holds it with --data")
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                anchor, positive = str(row[source.anchor]).strip(), str(row[source.positive]).strip()
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise TrainingDataError(
                    f"{path}:{number}: not a JSON object with {source.anchor!r} and {source.positive!r}"
                ) from error
            if min(len(anchor), len(positive)) >= source.min_chars and anchor.lower() != positive.lower():
                yield anchor[: source.max_chars], positive[: source.max_chars]


def read_sources(folder: Path, limit: int | None = None) -> dict[str, list[tuple[str, str]]]:
    """Reads every known source found in a folder.

    Args:
        folder: Where the files are.
        limit: At most this many pairs a source, for a small run.

    Returns:
        Pairs by source name, exact repetitions removed, in file order.

    Raises:
        TrainingDataError: None of the known files is there.
    """
    pairs: dict[str, list[tuple[str, str]]] = {}
    for source in SOURCES:
        path = folder / source.file
        if path.is_file():
            unique = dict.fromkeys(read_pairs(path, source))
            pairs[source.name] = list(unique)[:limit]
    if not pairs:
        names = ", ".join(source.file for source in SOURCES)
        raise TrainingDataError(f"no training file in {folder}; expected one or more of: {names}")
    return pairs
