"""How an answer's entries were found, for people and for scripts."""

from __future__ import annotations

from typing import Any

from app.render.notices import describe_filters
from index.types import Found, Hit

_LABELS = {
    "read": {"zh": "检索的问题", "en": "Searched for"},
    "terms": {"zh": "检索词", "en": "terms"},
    "time": {"zh": "耗时（毫秒）", "en": "milliseconds"},
    "read_as": {"zh": "条件", "en": "conditions"},
    "words": {"zh": "命中的词", "en": "words held"},
}


def explain_json(found: Found) -> dict[str, Any]:
    """Returns how the question was read and what each step cost."""
    return {
        "question": found.question.search_text or found.question.text,
        "terms": list(found.question.terms),
        "read": [
            {"words": read.words, "as": read.constraint, "certain": read.certain} for read in found.question.readings
        ],
        "milliseconds": dict(found.milliseconds),
    }


def steps_json(hit: Hit) -> dict[str, Any]:
    """Returns an entry's score and rank in each step, by the step's name."""
    return {step.name: {"score": round(step.score, 6), "rank": step.rank} for step in hit.steps}


def explain_text(found: Found, language: str) -> str:
    """Returns the same as lines of text: the question as it was read, then a line for each entry."""

    def label(name: str) -> str:
        return _LABELS[name][language]

    times = ", ".join(f"{name} {value:.1f}" for name, value in found.milliseconds.items())
    lines = [
        f"{label('read')}: {found.question.search_text or found.question.text}",
        f"{label('terms')}: {' '.join(found.question.terms)}",
        f"{label('time')}: {times}",
    ]
    if conditions := describe_filters(found.question.filters, language):
        lines.insert(2, f"{label('read_as')}: {', '.join(conditions)}")
    for hit in found.hits:
        steps = "  ".join(f"{step.name} {step.score:.3f} (#{step.rank})" for step in hit.steps)
        lines += [
            f"{hit.rank:>3}. {hit.score:.3f}  {hit.entry.title}  [{hit.entry.entry_id}]",
            f"     {steps}",
            f"     {label('words')}: {' '.join(hit.words)}",
        ]
    return "\n".join(lines)
