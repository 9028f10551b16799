"""What topics are called in the reader's language: names of the tags of study cards, halves of bilingual headings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_BILINGUAL = re.compile(r"^(?P<zh>.*[\u4e00-\u9fff].*?)\s*[（(](?P<en>[^（）()]*[A-Za-z][^（）()]*)[）)]$")


def topic_name(topic: str, language: str) -> str:
    """Returns the name of a topic in a language, or the topic itself when it has only one."""
    if known := _names().get(topic):
        return known[language == "en"]
    found = _BILINGUAL.match(topic)
    return found[language] if found else topic


def is_tag(topic: str) -> bool:
    """Tells a tag of study cards, which has a name in both languages, from a heading of a list."""
    return topic in _names()


@cache
def _names() -> dict[str, tuple[str, str]]:
    lines = (Path(__file__).parent / "topics.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {topic: (zh, en) for topic, zh, en in (line.split("\t") for line in lines)}
