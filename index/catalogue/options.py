"""Filters that somebody typed, checked against what the index has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from rapidfuzz import process

from index.catalogue.filters import Filters
from index.errors import FilterError
from index.types import Slot
from ingest.text.folding import fold
from ingest.types import Kind

LANGUAGES = ("zh", "en")
_NEAREST = 8


def read_options(
    values: Callable[[Slot], Sequence[str]],
    topics: Sequence[str] = (),
    since: int | None = None,
    until: int | None = None,
    kinds: Sequence[str] = (),
    lists: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Filters:
    """Returns the filters that somebody typed.

    Args:
        values: Returns the values of a slot of the gazetteer (``Store.values``).
        topics: Topic names.
        since: First year.
        until: Last year.
        kinds: Kinds of entry.
        lists: Ids of lists.
        languages: "zh" or "en".

    Raises:
        FilterError: A value names nothing in the index, or the years are reversed; the message says what there is.
    """
    return Filters(
        topics=_known("主题", "topic", topics, lambda: values(Slot.TOPIC)),
        since=since,
        until=until,
        kinds=tuple(map(Kind, _known("类型", "kind", kinds, lambda: [kind.value for kind in Kind]))),
        lists=_known("清单", "list", lists, lambda: values(Slot.LIST)),
        languages=_known("语言", "language", languages, lambda: LANGUAGES),
    )


def _known(zh: str, en: str, typed: Sequence[str], valid: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    """Returns values as the index writes them."""
    if not typed:
        return ()
    there = valid()
    by_form = {fold(value): value for value in there}
    for value in typed:
        if fold(value) not in by_form:
            _unknown(zh, en, value, there)
    return tuple(dict.fromkeys(by_form[fold(value)] for value in typed))


def _unknown(zh: str, en: str, value: str, valid: Sequence[str]) -> NoReturn:
    nearest = [name for name, *_ in process.extract(value, valid, processor=fold, limit=_NEAREST)]
    names, more = ", ".join(nearest), len(valid) - len(nearest)
    raise FilterError(
        f"没有叫“{value}”的{zh}，可用的有：{names}{f' 等 {len(valid)} 个' if more else ''} / "
        f"no {en} is called {value!r}; there are: {names}{f', and {more} more' if more else ''}"
    )
