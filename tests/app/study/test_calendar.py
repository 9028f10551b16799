from datetime import UTC, date, datetime

import pytest

from app.study.calendar import Day, calendar

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_day_is_a_whole_day_event():
    lines = calendar([Day("0-a", date(2026, 12, 31), "Read A", "why")], STAMP).split("\r\n")

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "DTSTAMP:20260102T030405Z" in lines


@pytest.mark.parametrize("text", ["a, b; c\\d\ne", "读" * 100, "x" * 300, "BEGIN:VEVENT\nEND:VEVENT"])
def test_text_is_escaped_and_folded_and_comes_back(text):
    made = calendar([Day("0", date(2026, 1, 1), "t", text)], STAMP)

    assert all(len(line.encode()) <= 75 for line in made.split("\r\n"))
    unfolded = made.replace("\r\n ", "")
    (description,) = [line[12:] for line in unfolded.split("\r\n") if line.startswith("DESCRIPTION:")]
    plain = description.replace("\\n", "\n")
    for sign in ",;\\":
        plain = plain.replace(f"\\{sign}", sign)
    assert plain == text
    assert made.count("BEGIN:VEVENT\r\n") == 1
