"""The calendar of coming releases keeps to RFC 5545; the releases are made up for the test."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forecast.base.months import Span
from forecast.outlook.next_figure import Curve, LightRange, NextFigure
from forecast.pages.exchange.calendar import write_calendar
from forecast.pages.tables import next_sentence
from forecast.report.result import read_result
from forecast.report.value import Report
from frozen import GOLDEN

COMING = NextFigure(
    state="expected",
    span=Span.year_to_date(2019, 9),
    expected_on=date(2019, 12, 28),
    expected_basis="schedule",
    earliest_on=None,
    latest_on=None,
    days_late=0,
    settles=False,
    median_pct=7.2,
    lower80_pct=6.7,
    upper80_pct=7.7,
    curve=Curve(values_pct=[6.3, 7.2, 8.1], probabilities=[0.15, 0.96, 0.99], mean=0.87),
    lights=[
        LightRange(light="red", lower_pct=None, upper_pct=6.4, probability=0.04),
        LightRange(light="yellow", lower_pct=6.5, upper_pct=6.5, probability=0.09),
        LightRange(light="green", lower_pct=6.6, upper_pct=None, probability=0.87),
    ],
)


def told(coming: NextFigure | None) -> Report:
    """Return the frozen report with a next figure of its first target, and none of the others."""
    report = read_result(GOLDEN)
    first = next(one.id for one in report.with_target)
    changed = [
        replace(one, next_figure=coming if one.id == first else None) for one in report.indicators
    ]
    return replace(report, indicators=changed)


def lines_of(report: Report, path: Path, lang: str = "en") -> list[str]:
    write_calendar(report, path, lang)
    content = path.read_bytes()
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    parts = content.split(b"\r\n")
    assert max(map(len, parts)) <= 75
    return content.replace(b"\r\n ", b"").decode().splitlines()


def test_an_event_lasts_the_day_on_which_the_figure_is_expected(tmp_path: Path):
    lines = lines_of(told(COMING), tmp_path / "releases.ics")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20191228" in lines
    assert "DTEND;VALUE=DATE:20191229" in lines
    assert "UID:futian-gdp-2019-09@forecast" in lines
    assert "DTSTAMP:20190930T000000Z" in lines


def test_commas_and_semicolons_are_escaped(tmp_path: Path):
    lines = lines_of(told(COMING), tmp_path / "releases.ics")
    (description,) = (line for line in lines if line.startswith("DESCRIPTION:"))
    assert (
        "green at 6.6\N{NO-BREAK SPACE}% or more (87\N{NO-BREAK SPACE}%)\\; yellow" in description
    )
    assert "28 Dec\\, will" in description


def test_chinese_is_folded_between_characters(tmp_path: Path):
    lines = lines_of(told(COMING), tmp_path / "releases.ics", "zh")
    (description,) = (line for line in lines if line.startswith("DESCRIPTION:"))
    assert "6.6%及以上为绿灯（概率87%）" in description


def test_an_overdue_figure_stands_on_the_day_after_that_of_the_report(tmp_path: Path):
    late = replace(COMING, state="overdue", expected_on=date(2019, 9, 1), days_late=29)
    lines = lines_of(told(late), tmp_path / "releases.ics")
    assert "DTSTART;VALUE=DATE:20191001" in lines


@pytest.mark.parametrize("state", ["unknown", "ended", "none_left"])
def test_without_a_day_there_is_no_event(tmp_path: Path, state: str):
    none = replace(COMING, state=state, span=None, expected_on=None, curve=None, lights=[])
    assert write_calendar(told(none), tmp_path / "releases.ics", "en") == 0
    assert "BEGIN:VEVENT" not in (tmp_path / "releases.ics").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("state", "en", "zh"),
    [
        ("unknown", "GDP: no next release is known.", "尚不知下一次公布的时间"),
        ("ended", "GDP: no figure is expected", "预计不再公布"),
        ("none_left", "GDP: this series publishes no further figure", "本年不再公布"),
    ],
)
def test_what_is_not_known_is_said(state: str, en: str, zh: str):
    none = replace(COMING, state=state, span=None, expected_on=None, curve=None, lights=[])
    report = told(none)
    one = report.with_target[0]
    assert next_sentence(one, none, report, "en").startswith(en)
    assert zh in next_sentence(one, none, report, "zh")


def test_the_sentence_names_the_values_that_turn_the_light():
    report = told(COMING)
    words = next_sentence(report.with_target[0], COMING, report, "en").replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert words == (
        "GDP: growth of Jan–Sep, expected about 28 Dec, will probably be 7.2 % (6.7 % to 7.7 % "
        "with 80 %). Then the light is green at 6.6 % or more (87 %); yellow at 6.5 % (9 %); red "
        "at 6.4 % or less (4 %)."
    )
