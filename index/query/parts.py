"""Questions that are two: "What is LoRA, and who wrote BERT?" asks of each name something of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ingest.text.scripts import HAN

_MOST = 3
_MAX_CHARS = 400
_CUT = re.compile(
    rf"(?<=[?？])\s*|[;；。]\s*|(?<=[{HAN}])\s?[,，]\s*|[,，]\s?(?=[{HAN}])|"
    r"[,，]?\s*(?<!\w)(?:and|also)\s+(?=(?:what|who|whose|when|where|why|how|which)\b(?! to\b))",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:what|who|whose|when|where|why|how|which)\b|what['’]s|什么|啥|谁|哪|怎么|怎样|如何|多少|几[年个种]", re.I
)
_LEANS = re.compile(  # on another part, or on all of them
    r"\b(?:it|its|they|their|them|this|these|those|differ\w*|compare\w*|than|versus|vs|between)\b|"
    r"[它其这]|那[个些种]|[前后]者|区别|不同|差[别异在]|对比|相比|比较",
    re.I,
)


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
    if not 1 < len(parts) <= _MOST or any(map(_LEANS.search, parts)):
        return []
    named = [set(names_in(part)) for part in parts]
    apart = all(named) and sum(map(len, named)) == len(set[str]().union(*named))
    return parts if apart else []
