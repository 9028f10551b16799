"""Training pairs: read JSON lines, clean them, keep the sources apart.

A pair is (anchor, positive): two texts that mean the same or answer each other. Batches are drawn from one
source at a time, so that a negative is never told apart by its style alone. This module knows nothing of models.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.training.dictionaries import cedict_pairs, ecdict_pairs
from ingest.errors import StudyError


class TrainingDataError(StudyError):
    """A training file is missing or malformed."""


Reader = Callable[[Path], Iterator[tuple[str, str]]]


def json_lines(anchor: str, positive: str) -> Reader:
    """Returns a reader of xz-compressed JSON lines with a pair in two fields."""

    def read(path: Path) -> Iterator[tuple[str, str]]:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    row = json.loads(line)
                    yield str(row[anchor]), str(row[positive])
                except (json.JSONDecodeError, KeyError, TypeError) as error:
                    raise TrainingDataError(
                        f"{path}:{number}: not a JSON object with {anchor!r} and {positive!r}"
                    ) from error

    return read


@dataclass(frozen=True, slots=True)
class Source:
    """One file of pairs.

    Attributes:
        name: Short name, used in logs and as the dataset's name.
        file: File name inside the data directory.
        read: Yields the pairs of the file.
        min_chars: Both texts must be at least this long; message catalogues are full of one-word strings.
        max_chars: Longer texts are cut here: the start of an abstract says what it is about.
        most: At most this many pairs, drawn at random.
        share: Share of the steps that train late interaction, of all sources' shares.
        topical: Whether those batches are drawn from one topic; the neighbours of a dictionary's word are synonyms.
    """

    name: str
    file: str
    read: Reader
    min_chars: int = 4
    max_chars: int = 600
    most: int | None = None
    share: float = 1.0
    topical: bool = True


SOURCES = (
    Source("papers", "parallel_papers.jsonl.xz", json_lines("zh", "en"), share=0.30),
    Source("docs", "parallel_docs.jsonl.xz", json_lines("zh", "en"), min_chars=8, share=0.12),
    Source("summaries", "summaries_zh_abstracts_en.jsonl.xz", json_lines("zh", "en"), share=0.16),
    Source("titles", "titles_abstracts_en.jsonl.xz", json_lines("q", "d"), share=0.14),
    Source("headings", "headings_sections.jsonl.xz", json_lines("q", "d"), share=0.14),
    Source("cedict", "cedict.json", cedict_pairs, min_chars=1, share=0.04, topical=False),
    Source("ecdict", "ecdict.csv", ecdict_pairs, min_chars=1, most=400_000, share=0.10, topical=False),
)


def read_pairs(path: Path, source: Source) -> Iterator[tuple[str, str]]:
    """Yields the usable pairs of one file.

    Raises:
        TrainingDataError: The file is missing or not what it should be.
    """
    if not path.is_file():
        raise TrainingDataError(f"training file {path} is missing; pass the folder that holds it with --data")
    try:
        for anchor, positive in source.read(path):
            anchor, positive = anchor.strip(), positive.strip()
            if min(len(anchor), len(positive)) >= source.min_chars and anchor.lower() != positive.lower():
                yield anchor[: source.max_chars], positive[: source.max_chars]
    except (ValueError, KeyError, TypeError, lzma.LZMAError) as error:
        raise TrainingDataError(f"{path} cannot be read as {source.name} pairs: {error}") from error


def read_sources(folder: Path, limit: int | None = None) -> dict[str, list[tuple[str, str]]]:
    """Reads every known source found in a folder.

    Args:
        folder: Where the files are.
        limit: At most this many pairs a source, for a small run.

    Returns:
        Pairs by source name, exact repetitions removed, in file order unless a part of them was drawn.

    Raises:
        TrainingDataError: None of the known files is there.
    """
    pairs: dict[str, list[tuple[str, str]]] = {}
    for source in SOURCES:
        path = folder / source.file
        if path.is_file():
            unique = list(dict.fromkeys(read_pairs(path, source)))
            if source.most and source.most < len(unique):
                unique = random.Random(source.name).sample(unique, source.most)
            pairs[source.name] = unique[:limit]
    if not pairs:
        names = ", ".join(source.file for source in SOURCES)
        raise TrainingDataError(f"no training file in {folder}; expected one or more of: {names}")
    return pairs
