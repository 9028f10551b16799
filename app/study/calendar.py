"""Days of reading as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """What to read on a day; the name tells days of one calendar apart."""

    name: str
    on: date
    title: str
    text: str


def calendar(days: Sequence[Day], stamp: datetime) -> str:
    """Returns a calendar of whole-day events; ``stamp`` is when it was made, in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//LLM study assistant//EN"]
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day.name}@llm-study-assistant",
            f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(day.title)}",
            f"DESCRIPTION:{_escaped(day.text)}",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Returns a line in pieces of at most 75 bytes, none of which ends within a character."""
    pieces, size = [""], 0
    for character in line:
        length = len(character.encode())
        if size + length > 74:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += length
    return "\r\n ".join(pieces)
