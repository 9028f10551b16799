"""The head of a list entry: what its first lines say about title, names, authors, venue, year and links.

A line is read from left to right: what stands before the title (numbers, dates, pictures, short names, authors), the
title (the first bold, back-ticked or linked text that is no label; else the text up to brackets, a dash or a link),
and what follows (names in brackets, authors, venue and year, links, a note).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from ingest.lists.credits import NAMES_IN_BRACKETS, credit_lines, take_credits
from ingest.lists.dates import cited_as, is_appearance, read_appearance, take_prefix, venue_name
from ingest.lists.facts import add_fact, read_fact, read_title
from ingest.lists.head import Head, can_be_title, clean_title, is_bare_title, is_label_link
from ingest.lists.inline import Line, Span, text_of
from ingest.lists.labels import is_label, undecorated
from ingest.lists.reference import names_before_title, read_reference
from ingest.text.scripts import language_of

_PREFIX = re.compile(
    r"^\s*(?:\[[ xX]\]\s+|\[\d+(?:\.\d+)?k\]\s*|\[\^?\d{1,3}\]:?\s*|\[?\]?(?P<year>(?:19|20)\d\d)\]\.?\s*|\[\]\.?\s*"
    r"|\d{1,3}(?:\.\d{1,2}){0,3}\s*[、.．)）](?!\d)\s*|[、*]\s*|\d{1,3}(?:\.\d{1,2}){0,3}(?=\s*$))+"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ORGANISATIONS = frozenset({"openai", "deepmind", "google", "meta", "microsoft"})
_SEPARATOR = re.compile(r"^\s*(?:[-–—:：|]|=>|->|→)+\s*$")
_FRAMED = re.compile(r"【(?:关于\s*)?([A-Za-z][\w.+ -]{1,30}?)\s*】.")  # 【关于 BERT】那些你不知道的事
_AFTER_COLON = re.compile(r"\s*[:：]\s*(?P<text>[^()（）\[\]]{10,200}?)\s*[.。]?\s*(?P<after>(?:[(（\[].*)?)$", re.S)
_MAX_ALIAS = 30
_MOST_PREFIXES = 8


def read_head(lines: Sequence[Line]) -> Head:
    """Reads an entry's lines; the first one with text holds the title."""
    head = Head()
    shown = [line for line in lines if text_of(line)]
    if not shown:
        for line in lines:
            head.add_links(line, own=True)
        return head
    rest = _take_title(head, _strip_prefix(head, read_title(shown[0]) or shown[0]))
    credit = credit_lines(shown)
    _take_names(head, rest)
    take_credits(head, [rest, *credit])
    own_until = lines.index(shown[len(credit)])
    for number, line in enumerate(lines):
        fact = read_fact(line) if number > own_until else None
        if fact is None:
            head.add_links(line, own=number <= own_until)
        else:
            add_fact(head, *fact)
    return head


def _strip_prefix(head: Head, line: Line) -> Line:
    """Takes numbers, check boxes, symbols and dates in brackets off the start of a line."""
    spans = list(line)
    for _ in range(_MOST_PREFIXES):
        if not spans or spans[0].href is not None or spans[0].code:
            break
        text = spans[0].text
        bare = undecorated(f"{text}x")[:-1]  # only at its start
        if (dated := take_prefix(_unlinked(spans))) is not None:
            appeared, remainder = dated
            head.year, head.venue = appeared.year, appeared.venue
            spans = _last_of(spans, len(remainder))
            continue
        if match := _PREFIX.match(bare):
            head.year = int(match["year"]) if match["year"] else head.year
            remainder = bare[match.end() :]
        else:
            remainder = bare
        if remainder == text:
            break
        spans[0] = replace(spans[0], text=remainder)
        if not remainder.strip():
            spans.pop(0)
        elif remainder == bare:
            break
    return tuple(spans)


def _unlinked(spans: Sequence[Span]) -> str:
    """Returns the text before the first link or name, whatever its formatting, emoji at its start left out."""
    lead = takewhile(lambda span: span.href is None and not span.code, spans)
    return undecorated("".join(span.text for span in lead) + "x")[:-1]


def _last_of(spans: Sequence[Span], kept: int) -> list[Span]:
    """Returns the spans without the start of the text before the first link, of which ``kept`` characters stay."""
    lead = list(takewhile(lambda span: span.href is None and not span.code, spans))
    drop, left = sum(len(span.text) for span in lead) - kept, list[Span]()
    for span in lead:
        if len(span.text) > drop:
            left.append(replace(span, text=span.text[drop:]))
        drop = max(0, drop - len(span.text))
    return [*left, *spans[len(lead) :]]


def _take_title(head: Head, line: Line) -> Line:
    """Finds the title's span; returns the rest of the line. What stands before it is a short name, or authors."""
    chosen = _title_at(line)
    if chosen is None:
        return _take_plain_title(head, line)
    before = "".join(span.text for span in line[:chosen])
    reference = read_reference(text_of(line[:chosen])) if line[chosen].href is None else None
    if reference is not None and reference.authors and len(reference.title) > 3:  # the bold text is a remark on it
        return _take_plain_title(head, line)
    appeared = read_appearance(before)
    head.title = clean_title(line[chosen].text)
    head.title_linked = line[chosen].href is not None
    authors = names_before_title(appeared.rest.replace("|", "") if appeared.year else before)
    short = undecorated(before).strip(" [-–—:：|").strip('"“')
    if authors:
        head.authors, head.year = authors, head.year or appeared.year
    elif is_appearance(short):
        head.year, head.venue = head.year or appeared.year, head.venue or appeared.venue
    elif 0 < len(short) <= _MAX_ALIAS and (line[chosen].bold or _ends_in_separator(before)) and not is_label(short):
        head.aliases += [name.strip() for name in re.split(r"[/,，]|&&", clean_title(short)) if name.strip()]
    rest = line[chosen + 1 :]
    if line[chosen].bold and not head.title_linked:
        subtitle, rest = _subtitle(line[chosen].text.strip(), rest)
        head.title += f": {subtitle}" if subtitle else ""
    if len(rest) > 1 and rest[0].text.strip() == "/" and rest[1].bold:
        head.title_zh = clean_title(rest[1].text)
        rest = rest[2:]
    return rest


def _title_at(line: Line) -> int | None:
    """Returns the place of the first bold, back-ticked or linked text that can be a title."""
    if _opens_with_label(line) and re.search(r"\w", line[0].text):
        return 0
    if line and line[0].italic and re.search(r"\w", line[0].text) and not is_appearance(line[0].text):
        return 0
    places = [i for i, span in enumerate(line) if can_be_title(span)]
    if not places:
        return None
    first = places[0]
    if line[first].href is None and text_of(line[:first]) == "" and len(line[first].text) <= _MAX_ALIAS:
        # A short name before a linked title: "**LoRA**: [Low-Rank Adaptation …](…)".
        between = "".join(span.text for span in line[first + 1 : places[1]]) if len(places) > 1 else ""
        if _SEPARATOR.match(between) and line[places[1]].href is not None:
            return places[1]
    return first


def _opens_with_label(line: Line) -> bool:
    """A label that opens the line is a title where a note follows it: ``[Docs](…) - a wiki``."""
    first = line[0] if line else Span("")
    after = line[1].text if len(line) > 1 and line[1].href is None else ""
    bare = first.text.strip() == (first.href or "")
    return (
        first.href is not None and not first.bracketed and not bare and bool(re.match(r"\s*(?:[-–—]\s|[:：])", after))
    )


def _ends_in_separator(text: str) -> bool:
    return re.search(r"[:：|]\s*[\"“]?$|\s[-–—]\s*$", text) is not None


def _take_plain_title(head: Head, line: Line) -> Line:
    """A title without formatting ends at a link, or where authors, brackets with a date or a note begin."""
    end = next((i for i, span in enumerate(line) if span.href is not None and span.text.strip()), len(line))
    text = text_of(line[:end])
    text = re.sub(r"\s*[(（\[【]$", "", text.rstrip(" ,，:："))
    if not re.search(r"\w", text):  # nothing but labels: the first one that says something
        link = next((span for span in line if span.href is not None and re.search(r"\w", span.text)), None)
        head.title, head.title_linked = (clean_title(link.text), True) if link else ("", False)
        return line[end + 1 :]
    cited = cited_as(text_of(line))
    if cited:
        whole = text_of(line)
        head.title = clean_title(whole[: cited.start()])
        return (Span(whole[cited.start() :]),)
    italic = next((i for i, span in enumerate(line[:end]) if span.italic and span.text.strip()), None)
    if italic and len(opened := text_of(line[:italic])) > 3 and opened.endswith(("(", "（", "[")):  # "Title (*Where*)"
        head.title = clean_title(opened[:-1])
        return line[italic:]
    if italic is not None and italic > 0 and re.search(r"[.,，。)]\s*$", text_of(line[:italic])):
        before = read_reference(text_of(line[:italic]).rstrip(" ,，"))
        if not before.authors:  # "Title. *Authors.*"
            head.title = clean_title(before.title)
            return (Span(before.rest), *line[italic:])
    found = read_reference(text)
    head.title = clean_title(found.title)
    head.authors, head.year = found.authors or head.authors, head.year or found.year
    if found.venue_next:
        head.venue = venue_name(re.split(r"[.,](?:\s|$)", found.rest, maxsplit=1)[0])
    if re.fullmatch(r"\[[^\[\]]+\]", head.title):
        head.title = head.title[1:-1]
    return (Span(found.rest), *line[end:]) if found.rest or end < len(line) else ()


def _subtitle(name: str, rest: Line) -> tuple[str, Line]:
    """Takes the rest of a title off what follows its short name: ``**LoRA**: Low-Rank Adaptation … [[paper](…)]``.

    Returns:
        That rest, "" where a note or something else follows; and the line after it.
    """
    if not rest or rest[0].href is not None or rest[0].code or name.count(" ") > 1:
        return "", rest
    found = _AFTER_COLON.match(f": {rest[0].text}" if name.endswith((":", "：")) else rest[0].text)
    labels = [span for span in rest if span.href is not None]
    if not found or not is_bare_title(found["text"]) or not labels or not all(map(is_label_link, labels)):
        return "", rest
    after = (replace(rest[0], text=found["after"]), *rest[1:])
    said = [span.text.strip(" ()（）[].,") for span in after if span.href is None and not span.code]
    noted = any(re.search(r"\w{3}", text) and not is_appearance(text) for text in said)
    return ("", rest) if noted else (found["text"], after)


def _take_names(head: Head, rest: Line) -> None:
    if (
        rest
        and rest[0].href is None
        and (match := NAMES_IN_BRACKETS.match(rest[0].text))
        and not _YEAR.search(match["names"])
    ):
        names = [name.strip() for name in re.split(r"[,，、]", match["names"])]
        head.aliases += [name for name in names if name and not is_appearance(name)]
    if head.title_zh and language_of(head.title) == "zh":
        head.aliases.append(head.title_zh)
        head.title_zh, head.title_en = head.title, head.title_zh
    elif language_of(head.title) == "zh":
        head.title_zh = head.title
    short = re.match(r"(.{2,24}?)\s*[:：]\s*\S", head.title)
    if short and short[1].count(" ") <= 1 and len(re.findall(r"[A-Z0-9]", short[1])) >= 2:
        head.aliases.append(short[1])
    if framed := _FRAMED.match(head.title):
        head.aliases.append(framed[1])
    head.aliases = [
        name
        for name in dict.fromkeys(head.aliases)
        if name not in (head.title, head.title_zh) and name.casefold() not in _ORGANISATIONS
    ]
