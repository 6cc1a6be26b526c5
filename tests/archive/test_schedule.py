"""Usual release lags and report days."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from forecast.archive.schedule import Lag, Schedule, end_of_month, read_schedule, span_kind
from forecast.base.errors import ContractError
from forecast.base.months import month


def schedule_of(folder: Path, text: str) -> Schedule:
    (folder / "schedule.toml").write_text(text, encoding="utf-8")
    return read_schedule(folder)


@given(st.integers(month(1990, 1), month(2060, 12)))
def test_the_day_after_a_months_end_is_the_first_of_the_next(when: int):
    after = end_of_month(when) + timedelta(days=1)
    assert (after.day, month(after.year, after.month)) == (1, when + 1)


def test_a_year_ends_in_december_and_a_quarter_in_march():
    kinds = [span_kind(month(2019, m)) for m in range(1, 13)]
    assert kinds == 3 * ["month", "month", "quarter"] + ["month", "month", "year"]


LAGS = Schedule(
    (
        Lag(span="quarter", days=1),
        Lag(span="quarter", days=2, indicator="gdp"),
        Lag(span="quarter", days=3, area="here"),
        Lag(span="quarter", days=4, area="here", indicator="gdp"),
        Lag(span="year", days=30),
    )
)


@pytest.mark.parametrize(
    ("area", "indicator", "last", "due"),
    [
        ("there", "sales", 3, date(2019, 4, 1)),
        ("there", "gdp", 3, date(2019, 4, 2)),
        ("here", "sales", 3, date(2019, 4, 3)),
        ("here", "gdp", 3, date(2019, 4, 4)),
        ("here", "gdp", 12, date(2020, 1, 30)),
        ("here", "gdp", 4, None),
    ],
)
def test_the_most_specific_lag_counts(area: str, indicator: str, last: int, due: date | None):
    assert LAGS.usual_release_on(area, indicator, month(2019, last)) == due


def test_the_order_of_the_entries_does_not_matter():
    turned = Schedule(LAGS.lags[::-1])
    for area, name in [("there", "sales"), ("there", "gdp"), ("here", "sales"), ("here", "gdp")]:
        expected = LAGS.usual_release_on(area, name, month(2019, 6))
        assert turned.usual_release_on(area, name, month(2019, 6)) == expected


def test_a_folder_without_a_schedule_has_an_empty_one(tmp_path: Path):
    schedule = read_schedule(tmp_path)
    assert schedule == Schedule((), (), "Asia/Shanghai")
    assert schedule.usual_release_on("here", "gdp", month(2019, 3)) is None


def test_the_day_is_that_of_the_time_zone(tmp_path: Path):
    ahead = schedule_of(tmp_path, 'time_zone = "Pacific/Kiritimati"\n').today()
    behind = schedule_of(tmp_path, 'time_zone = "Pacific/Niue"\n').today()
    assert (ahead - behind).days in (1, 2)
    assert behind <= datetime.now(UTC).date() <= ahead


def test_report_days_are_read(tmp_path: Path):
    text = '[[report]]\narea = "here"\ndays_of_month = [1, 16]\n'
    (entry,) = schedule_of(tmp_path, text).report_days
    assert (entry.area, entry.days_of_month) == ("here", [1, 16])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[lag]]\nspan = "week"\ndays = 3\n', ":1: span: Input should be 'month', 'quarter' or"),
        ('[[lag]]\nspan = "month"\ndays = "3"\n', ":1: days: Input should be a valid integer"),
        ('[[lag]]\nspan = "month"\ndays = -3\n', ":1: days -3; allowed: 0 to 3660"),
        ('[[lag]]\nspan = "month"\n', ":1: key 'days' is missing; required: span, days"),
        (
            '[[lag]]\nspan = "month"\ndays = 3\nday = 4\n',
            ":1: unknown key 'day', perhaps 'days'; allowed: span, days",
        ),
        ('\n[[report]]\narea = "a"\ndays_of_month = [0]\n', ":2: days_of_month [0]; allowed: 1 to"),
        (
            '[[report]]\narea = "a"\ndays_of_month = ["first"]\n',
            ":1: days_of_month.0.literal['last']: Input should be 'last', not 'first'",
        ),
        (
            '[[report]]\narea = "a"\ndays_of_month = [1]\nlanguages = ["fr"]\n',
            ":1: languages ['fr']; allowed: one or more of en, zh",
        ),
        (
            '[[report]]\narea = "a"\ndays_of_month = [1]\nlimit_minutes = 0\n',
            ":1: limit_minutes 0; allowed: above 0, up to 10080",
        ),
        (
            '[[report]]\narea = "a"\ndays_of_month = [1]\nkinds = []\n',
            ":1: kinds []; allowed: one or more of attainment",
        ),
        (
            '[[report]]\narea = "a"\ndays_of_month = [1]\nmonths_after = 13\n',
            ":1: months_after 13; allowed: 0 to 12",
        ),
        (
            'time_zone = "Asia/Shenzhen"\n',
            ": time_zone 'Asia/Shenzhen' is not a time zone (expected",
        ),
        ("time_zone = 8\n", ": time_zone 8 is not a time zone (expected a name"),
        ("zone = 8\n", ":1: unknown key or table 'zone'; allowed: time_zone, [[lag]], [[report]]"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(ContractError, match=rf"schedule\.toml{re.escape(message)}"):
        schedule_of(tmp_path, text)


def test_national_gdp_is_due_eighteen_days_after_the_quarter(real_archive: Archive):
    due = real_archive.schedule.usual_release_on("china", "gdp", month(2019, 6))
    assert due == date(2019, 7, 18)
