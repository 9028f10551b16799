"""Names of people in running text: which words are names, and the ways lists write several of them."""

from __future__ import annotations

import re

_INITIALS = r"(?:[^\W\d_]\.[ -]?)*[^\W\d_](?:\.|(?=$))"
_REVERSED = re.compile(
    r"(?<!\w)(?!(?:and|et)\b)([^\s,.;&]{1,40}(?:[ -][^\s,.;&]{1,40})?),"
    rf"\s*({_INITIALS})(?=\s*(?:[,;&(]|and\b|et\b|$))"
)
_PARTICLES = frozenset("van von de der den del della di da dos du la le el al bin ibn ter ten zu y e".split())
_ORGANISATION = re.compile(
    r"\b(?:AI|Lab|Labs|Research|University|Institute|Team|Inc|Press|Journal|Conference|Proceedings|Transactions|Workshop|"
    r"Findings|Letters|Review|Report|Preprint|Blog|Nature|Science|Springer|Elsevier|Thesis|Advances)\b"
)
_MAX_CHARS = 4000  # a longer text is no line of authors
_PEOPLE_HAN = re.compile(r"[\u4e00-\u9fff·]{2,6}")


def split_authors(text: str) -> list[str]:
    """Splits an author line into names; "et al." stays as the last one."""
    text = text[: 10 * _MAX_CHARS]
    text = _REVERSED.sub(lambda name: f"{name[2].strip()} {name[1]}", re.sub(r"\s+", " ", text).strip())
    text = re.sub(r",?\s*\bet al\b\.?", ", et al.", text.strip(" .*"))
    names = re.split(r"\s*(?:,|，|、|;|；|&|\band\b)\s*", text)
    return [name for name in (n.strip(" *") for n in names) if 1 < len(name) <= 60]


def leading_authors(text: str) -> list[str]:
    """Splits the names before a reference's title, where the first may be written "Surname, Given name"."""
    names = split_authors(text.strip(' ."“'))
    if len(names) < 2 or not names[0].isalpha() or not is_person(names[1]):
        return names
    others = [name for name in names[2:] if name != "et al."]
    full = bool(others) and all(" " in name for name in names[1:2] + others)  # "Ba, Jimmy Lei, Geoffrey E. Hinton"
    return [f"{names[1]} {names[0]}", *names[2:]] if names[1].isalpha() or full else names


def is_person(name: str) -> bool:
    """Tells one person's name: capitalised words, initials and particles, or a few Han characters."""
    if _PEOPLE_HAN.fullmatch(name):
        return True
    words = name.replace("-", " ").split()
    if not 1 <= len(words) <= 5 or _ORGANISATION.search(name):
        return False
    return all(word in _PARTICLES or _is_name_word(word) for word in words) and words[0] not in _PARTICLES | {
        "The",
        "A",
    }


def are_people(text: str) -> bool:
    """Tells a text that lists people and nothing else: two names or more, or one with "et al."."""
    if len(text) > _MAX_CHARS:
        return False
    names = split_authors(text)
    people = [name for name in names if name != "et al."]
    return (
        len(names) >= 2
        and bool(people)
        and all(" " in name or "." in name for name in people[:3])
        and all(map(is_person, people))
    )


def _is_name_word(word: str) -> bool:
    letters = word.replace(".", "").replace("'", "").replace("’", "")
    if not letters.isalpha() or not letters[0].isupper():
        return False
    return sum(map(str.isupper, letters)) <= 2 or "." in word
