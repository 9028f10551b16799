"""What is said when a search had to look beyond its filters, and what the filters are."""

from __future__ import annotations

from collections.abc import Sequence

from app.render.messages import say
from index.catalogue.filters import Filters


def describe_filters(filters: Filters, language: str) -> list[str]:
    """Returns one phrase for each constraint: "from 2023 on", "venue NeurIPS"."""
    return [
        _years(filters, language) if name == "years" else _named(filters, name, language)
        for name in filters.constraints
    ]


def relaxation_notice(asked: Filters, dropped: Sequence[str], language: str) -> str:
    """Returns the sentence that says what no entry fits and what was given up.

    Args:
        asked: All filters of the search.
        dropped: Names of the constraints given up, as in ``Filters.constraints``.
        language: "zh" or "en".
    """
    comma = say("comma", language)
    return say(
        "relaxed",
        language,
        asked=comma.join(describe_filters(asked, language)),
        dropped=comma.join(say(name, language) for name in dropped),
    )


def _years(filters: Filters, language: str) -> str:
    since, until = filters.since, filters.until
    if since is None or until is None:
        text = "until_year" if since is None else "since_year"
    else:
        text = "in_year" if since == until else "between_years"
    return say(text, language, since=since, until=until)


def _named(filters: Filters, name: str, language: str) -> str:
    values = [say(value, language) if name == "kinds" else value for value in getattr(filters, name)]
    return f"{say(name, language)} {say('alternatives', language).join(values)}"
