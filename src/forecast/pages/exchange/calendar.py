"""Coming releases as a calendar file (iCalendar, RFC 5545): an all-day event for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from forecast.base.files import write_text
from forecast.base.package import VERSION
from forecast.base.texts import text
from forecast.outlook.next_figure import NextFigure
from forecast.pages.tables.coming import next_sentence, next_span, with_next
from forecast.report.value import IndicatorReport, Report

_MOST_BYTES = 75  # of a line, without its end


def write_calendar(report: Report, path: Path, lang: str) -> int:
    """Write the coming releases of a report as a calendar file, and return how many there are.

    Raise OutputError where the file cannot be written.
    """
    events = [
        line
        for one, coming in with_next(report)
        if coming.expected_on is not None
        for line in _event(one, coming, coming.expected_on, report, lang)
    ]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//forecast//growth targets {VERSION}//EN",
        *events,
        "END:VCALENDAR",
    ]
    write_text(path, "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)))
    return events.count("BEGIN:VEVENT")


def _event(
    one: IndicatorReport, coming: NextFigure, day: date, report: Report, lang: str
) -> Iterator[str]:
    """Yield the lines of an event.

    Its UID names the figure, so that a later calendar moves it; an overdue one stands on the day
    after that of the report.
    """
    on = max(day, report.as_of + timedelta(days=1)) if coming.state == "overdue" else day
    span = next_span(one, coming, report, lang)
    summary = text(
        "next_figure.event", lang, area=report.area_name.of(lang), name=one.name.of(lang), span=span
    )
    last = "" if coming.span is None else coming.span.texts[1]
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(f'{report.area}-{one.id}-{last}')}@forecast"
    yield f"DTSTAMP:{report.as_of:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"DESCRIPTION:{_escaped(next_sentence(one, coming, report, lang))}"
    yield "STATUS:TENTATIVE"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(words: str) -> str:
    """Return words as a value of the type TEXT."""
    return re.sub(r"\r\n?|\n", r"\\n", re.sub(r"([\\;,])", r"\\\1", words))


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, all but the first after a space."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _MOST_BYTES:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
