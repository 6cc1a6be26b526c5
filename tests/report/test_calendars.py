"""A year that begins in April, from a folder to the page. All figures are simulated."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from forecast.archive.folder import read_archive
from forecast.base.months import Span, month
from forecast.base.series import Series
from forecast.base.texts import calendar, span, text
from forecast.cli.options import parameters_from
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.value import Outlook
from forecast.pages import charts, tables
from forecast.pages.tables.status import status_of
from forecast.publishing.scheduled.due import due_reports
from forecast.report.conditions import in_year_of, read_conditions
from forecast.report.report import report_of
from forecast.report.result import json_of, report_from
from forecast.report.value import Report
from forecast.verification.record import Record

REGISTRY = """\
[[area]]
id = "kingdom"
name_en = "Kingdom"
name_zh = "王国"
year_begins = "04"

[[indicator]]
id = "receipts"
name_en = "Receipts"
name_zh = "收入"
unit = "gbp_1m"
annual_rule = "sum_of_months"
related = ["nation/output"]

[[indicator]]
id = "output"
name_en = "Output"
name_zh = "产出"
unit = "gbp_1m"
annual_rule = "sum_of_months"
"""
TARGET = """\
[[target]]
area = "kingdom"
year = 2018
indicator = "receipts"
comparison = "at_least"
rate_pct = 3.0
announced_on = 2018-03-13
wording = "3 %"
source = "simulated"
"""
SCHEDULE = """\
time_zone = "UTC"

[[lag]]
span = "month"
days = 21

[[lag]]
span = "quarter"
days = 21

[[report]]
area = "kingdom"
days_of_month = ["last"]
"""
NOW = datetime(2019, 12, 31, tzinfo=UTC)
RECEIPTS = {
    (2010 + m // 12, m % 12 + 1): 100 * 1.003**m * (1 + 0.3 * (m % 12 == 0)) + m % 5
    for m in range(3, 12 * 9 + 3)
}


def amount(year: int, months: range) -> float:
    """Return receipts of some calendar months as they stand in the file."""
    return sum(round(RECEIPTS[year, m], 2) for m in months)


def row(area: str, indicator: str, first: str, last: str, value: float) -> str:
    year, number = map(int, last.split("-"))
    out = f"{year + number // 12}-{number % 12 + 1:02d}-21"
    return f"{area},{indicator},{first},{last},level,{value:.2f},gbp_1m,{out}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fiscal") / "data"
    (home / "figures").mkdir(parents=True)
    rows = ["area,indicator,first_month,last_month,measure,value,unit,released_on\n"]
    for (year, number), value in RECEIPTS.items():
        when = f"{year}-{number:02d}"
        rows.append(row("kingdom", "receipts", when, when, value))
    for year in range(2010, 2019):  # the nation counts since January
        for number in range(1, 13):
            total = sum(1000 + 10 * year - 20000 + m for m in range(1, number + 1))
            rows.append(row("nation", "output", f"{year}-01", f"{year}-{number:02d}", total))
    (home / "figures" / "f.csv").write_text("".join(rows), encoding="utf-8")
    files = {"indicators": REGISTRY, "targets": TARGET, "schedule": SCHEDULE}
    for name, content in files.items():
        (home / f"{name}.toml").write_text(content, encoding="utf-8")
    return home


def outlook_of(folder: Path, day: date) -> Outlook:
    snapshot = read_archive(folder).as_of(day)
    return annual_outlook(snapshot, "kingdom", 2018, record=Record.empty(), seed=1, n_paths=100)


@pytest.fixture(scope="module")
def outlook(folder: Path) -> Outlook:
    return outlook_of(folder, date(2018, 9, 30))


@pytest.fixture(scope="module")
def report(outlook: Outlook) -> Report:
    return report_of(Answer(outlook, Record.empty(), {}, 1))


def test_growth_counts_since_april(outlook: Outlook):
    own = outlook.indicators["receipts"]
    assert own.history.months_known == 5
    so_far = 100 * (amount(2018, range(4, 9)) / amount(2017, range(4, 9)) - 1)
    assert own.history.at(month(2018, 5)) == pytest.approx(so_far)
    assert own.paths is not None
    assert own.paths.shape == (100, 7)  # September to March


def test_the_year_is_settled_in_march(folder: Path):
    own = outlook_of(folder, date(2019, 4, 30)).indicators["receipts"]
    before = amount(2017, range(4, 13)) + amount(2018, range(1, 4))
    total = amount(2018, range(4, 13)) + amount(2019, range(1, 4))
    assert own.outturn is not None
    assert own.outturn.growth_pct == round(100 * (total / before - 1), 1)
    assert own.outturn.released_on == date(2019, 4, 21)


def test_the_nation_s_calendar_year_enters_by_single_months(outlook: Outlook):
    related = outlook.indicators["receipts"].history.related[Series("nation", "output")]
    assert related.levels is not None
    year = related.levels.of_year(2017)
    monthly = np.diff(year, prepend=0.0)
    april = 1000 + 10 * 2017 - 20000 + 4
    assert monthly[0] == pytest.approx(april)
    assert monthly[1:9] == pytest.approx([april + n for n in range(1, 9)])
    assert monthly[9] == pytest.approx(1000 + 10 * 2018 - 20000 + 1)  # January of 2018
    assert related.months_known == 5


def test_pages_name_months_and_years_of_that_calendar(report: Report):
    page = tables.headline(report, "en").markup
    assert "Apr–Aug" in page
    assert "Sep–Mar" in page
    assert "targets of 2018/19 be attained" in page
    assert "4-8月" in tables.headline(report, "zh").markup
    caveats = tables.caveats(report, "en").markup
    assert "The year of this area begins in April" in caveats
    drawn = charts.fans(report, "en").markup
    assert "growth since April" in drawn
    assert "since January" not in drawn
    assert text("fans.published_ytd", "en") == "growth since January, %"  # elsewhere as before


def test_status_and_the_file_keep_months_of_the_year(report: Report):
    again = report_from(json_of(report))
    assert again.year_begins == 4
    printed = status_of(again, "en").targets
    assert "Apr–Aug" in str(printed.rows)


def test_spans_of_such_a_year_have_names():
    with calendar(4):
        assert span("2018-01", "2018-12", "en") == "whole of 2018/19"
        assert span("2018-10", "2018-12", "en", year=2018) == "Jan–Mar"
        assert span("2018-10", "2018-10", "en") == "Jan 2019"
        assert span("2018-09", "2018-09", "en") == "Dec 2018"
    with calendar(10):
        assert span("2018-01", "2018-03", "zh", year=2018) == "10-12月"


def test_reports_are_due_from_april_to_march(folder: Path):
    archive = read_archive(folder)
    assert archive.schedule.year_begins_on("kingdom", 2018) == date(2018, 4, 1)
    days = [due.day for due in due_reports(archive, NOW) if due.year == 2018]
    assert (min(days), max(days), len(days)) == (date(2018, 4, 30), date(2019, 3, 31), 12)
    march = archive.schedule.usual_release_on("kingdom", "receipts", month(2018, 3))
    assert march == date(2018, 7, 21)  # the first quarter ends in June


def test_a_day_before_april_lies_in_the_year_before(folder: Path):
    rest = {"data": str(folder), "overlay": "", "lang": "en", "seed": 1, "paths": 100}
    for day, year in (("2019-03-31", 2018), ("2019-04-01", 2019)):
        assert parameters_from("kingdom", year=None, as_of=day, **rest).year == year
        assert parameters_from("nation", year=None, as_of=day, **rest).year == 2019


def test_conditions_name_calendar_months():
    asked = ["receipts ytd 2018-09 5", "receipts 2018-10..2018-12 5", "receipts ytd 2019-02 5"]
    spans = [in_year_of(one, 3).span for one in read_conditions(asked)]
    expected = [(1, 6), (7, 9), (1, 11)]
    assert spans == [Span(month(2018, a), month(2018, b)) for a, b in expected]
