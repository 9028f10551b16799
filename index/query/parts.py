"""Questions that are two: "What is LoRA, and who wrote BERT?" asks of each name something of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_MOST = 3
_MAX_CHARS = 400
_CUT = re.compile(
    r"(?<=[?？])\s*|[;；。]\s*|[,，]\s*|(?<!\w)(?:and|also)\s+(?=(?:what|who|whose|when|where|why|how|which)\b)|\s(?=(?:和|以及|还有)\s?什么)",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:what|who|whose|when|where|why|how|which)\b|what['’]s|什么|啥|谁|哪|怎么|怎样|如何|多少|几[年个种]", re.I
)
_LEANS = re.compile(r"\b(?:it|its|they|their|them|this|these|those)\b|[它其这]|那[个些种]|[前后]者", re.I)


def parts_of(question: str, names_in: Callable[[str], Collection[str]]) -> list[str]:
    """Returns the questions that a question consists of, each with a name of its own; nothing where it is one.

    Args:
        question: Tidy.
        names_in: Returns the names of what a part is about; nothing for one that cannot be answered alone.
    """
    if len(question) > _MAX_CHARS:
        return []
    parts: list[str] = []
    for piece in filter(None, map(str.strip, _CUT.split(question))):
        if parts and not (_ASKS.search(piece) and _ASKS.search(parts[-1])):
            parts[-1] = f"{parts[-1]}, {piece}"  # a clause that asks nothing belongs to its neighbour
        else:
            parts.append(piece)
    if any(map(_LEANS.search, parts[1:])):
        return []
    named = [set(names_in(part)) for part in parts]
    apart = all(named) and sum(map(len, named)) == len(set[str]().union(*named))
    return parts if 1 < len(parts) <= _MOST and apart else []
