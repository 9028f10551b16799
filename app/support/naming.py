"""Numbers, names and terms of a sentence against those of a text: which it has not, and which it has of something else.

What stands around a number or name in the sentence is compared with what stands around it in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.support.alignment import Alignment
from app.support.quantities import Quantity, agree, missing
from app.support.reading import Name, Terms, parts_of

NAMING = (
    "numbers", "numbers_missing", "words_missing", "counted_otherwise", "number_around", "number_replaced",
    "number_elsewhere", "number_rival", "names", "names_missing", "names_soft", "name_opening", "name_around",
    "name_around_mean", "name_elsewhere", "name_rival", "swap", "subject", "entry_subject", "terms_missing",
    "term_missing", "inverted",
)  # fmt: skip
_COUNTABLE = 20  # up to here things are counted, and counted in words
_NAME_ALIKE = 0.5
_MOST_ITEMS, _MOST_PLACES = 6, 12  # that are compared with each other


def compare_numbers(values: dict[str, float], laid: Alignment) -> tuple[Quantity, ...]:
    """Looks for the numbers of a sentence; returns those that the text has not."""
    said, found = laid.said, laid.found
    own = [q for q in said.numbers if not q.named]
    absent = tuple(missing(said.numbers, found.numbers)) if own else ()
    values["numbers"] = min(len(own), 4) / 4
    values["numbers_missing"] = float(sum(q.digits for q in absent))
    words = [q for q in absent if not q.digits]
    values["words_missing"] = float(len(words))
    if any(2 <= q.value <= _COUNTABLE and q.value == int(q.value) for q in words):
        values["counted_otherwise"] = float(any(2 <= q.value <= _COUNTABLE and not q.named for q in found.numbers))
    least = 1.0
    for one in own:
        here = (one.start, one.end)
        places = [q for q in found.numbers if agree(one, q)][:_MOST_PLACES]
        if places:
            least = min(least, max(laid.around(here, (q.start, q.end)) for q in places))
        elif found.numbers:
            replaced = max(laid.around(here, (q.start, q.end)) for q in found.numbers[:_MOST_PLACES])
            values["number_replaced"] = max(values["number_replaced"], replaced)
    values["number_around"] = least
    values["number_elsewhere"] = _elsewhere(
        ((one.start, {found.clause_at(q.start) for q in found.numbers if agree(one, q)}) for one in own), laid
    )
    return absent


def compare_names(values: dict[str, float], laid: Alignment) -> tuple[Name, ...]:
    """Looks for the names of a sentence; returns those that neither the text nor its work has."""
    said, found, entry_forms = laid.said, laid.found, laid.ground.entry_forms
    values["names"] = min(sum(name.sure > 0 for name in said.names), 4) / 4
    unnamed: list[Name] = []
    nearness: list[float] = []
    values["subject"] = values["entry_subject"] = 1.0
    for name in said.names:
        if is_named(name, found.forms) or is_named(name, entry_forms):
            places = [(f.start, f.end) for f in found.names if f.form == name.form][:_MOST_PLACES]
            if places and name.sure:
                nearness.append(max(laid.around((name.start, name.end), place) for place in places))
        elif _count_unnamed(values, name, _alike(laid, name.start, name.end)):
            unnamed.append(name)
    if nearness:
        values["name_around"], values["name_around_mean"] = min(nearness), sum(nearness) / len(nearness)
    else:
        values["name_around"] = values["name_around_mean"] = 1.0
    subject = next((name for name in said.names if name.sure or name.start == 0), None)
    if subject is not None:
        values["subject"] = float(subject.form in [name.form for name in found.names[:2]])
        values["entry_subject"] = float(subject.form in entry_forms)
    about = laid.ground.about
    values["name_elsewhere"] = _elsewhere(((n.start, about.get(n.form, frozenset())) for n in said.names), laid)
    return tuple(unnamed)


def compare_terms(values: dict[str, float], laid: Alignment, terms: Terms) -> None:
    """Looks for the terms of the glossary that the text has under no name."""
    for form, start, end in laid.said.terms:
        if form in laid.ground.terms or not terms.get(form, frozenset()).isdisjoint(laid.ground.terms):
            continue
        gap = 1.0 - _alike(laid, start, end)
        values["terms_missing"] += gap
        values["term_missing"] = max(values["term_missing"], gap)


def compare_rivals(values: dict[str, float], laid: Alignment) -> None:
    """Looks whether what stands around a name or number in the sentence stands, in the text, around another one.

    Worst when the sentence has that other one, too: then the two have changed places.
    """
    said, found = laid.said, laid.found
    for kind, mine, theirs in (
        ("name", [(n.form, n.start, n.end) for n in said.names], [(n.form, n.start, n.end) for n in found.names]),
        ("number", [(q.value, q.start, q.end) for q in said.numbers if not q.named],
         [(q.value, q.start, q.end) for q in found.numbers]),
    ):  # fmt: skip
        forms = {form for form, _, _ in mine}
        known = {form for form, _, _ in theirs}
        if len(known) < 2:
            continue
        for form, start, end in mine[:_MOST_ITEMS]:
            if form not in known:
                continue
            own = rival = swap = 0.0
            for other, first, last in theirs[:_MOST_PLACES]:
                like = laid.around((start, end), (first, last), wide=False)
                if other == form:
                    own = max(own, like)
                else:
                    rival = max(rival, like)
                    swap = max(swap, like) if other in forms else swap
            values[f"{kind}_rival"] = max(values[f"{kind}_rival"], rival - own)
            values["swap"] = max(values["swap"], swap - own)


def is_named(name: Name, forms: frozenset[str]) -> bool:
    """Tells whether a text with these forms of Latin words has a name, as it is or in parts ("LLaMA-7B")."""
    if name.form in forms:
        return True
    parts = parts_of(name.form)
    return len(parts) > 1 and len(parts[0]) > 2 and parts[0] in forms and "".join(parts[1:]) in forms


def _count_unnamed(values: dict[str, float], name: Name, alike: float) -> bool:
    """Counts a name that the text has not; tells whether it has nothing like it either."""
    if name.sure == 2:
        values["names_missing"] += 1.0
        return True
    kind, enough = ("names_soft", _NAME_ALIKE) if name.sure else ("name_opening", _NAME_ALIKE / 2)
    values[kind] = max(values[kind], 1.0 - alike)
    return alike < enough


def _alike(laid: Alignment, start: int, end: int) -> float:
    first, last = laid.said.pieces_in(start, end)
    return float(laid.best[first:last].mean()) if last > first else 0.0


def _elsewhere(places: Iterable[tuple[int, frozenset[int] | set[int]]], laid: Alignment) -> float:
    """Returns how much better a clause is covered where something it names is not than where it is, at most."""
    most = 0.0
    for start, there in places:
        if there:
            column = laid.of_clause[:, laid.said.clause_at(start)]
            most = max(most, float(column.max() - column[sorted(there)].max()))
    return most


def inverted(laid: Alignment) -> float:
    """Returns the share of pairs of names that follow each other the other way round in the text."""
    places: list[int] = []
    seen: set[str] = set()
    for name in laid.said.names:
        spots: Sequence[int] = [f.start for f in laid.found.names if f.form == name.form]
        if len(spots) == 1 and name.form not in seen:
            places.append(spots[0])
        seen.add(name.form)
    pairs = len(places) * (len(places) - 1) // 2
    return sum(a > b for i, a in enumerate(places) for b in places[i + 1 :]) / pairs if pairs else 0.0
