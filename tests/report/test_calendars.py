"""A year that begins in April, from a folder to the page. All figures are simulated."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from click.testing import CliRunner

from forecast.archive.archive import overdue
from forecast.archive.folder import read_archive
from forecast.base.months import Span, month
from forecast.base.series import Series
from forecast.base.texts import calendar, span, text
from forecast.cli import main
from forecast.cli.options import parameters_from
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.value import Outlook
from forecast.pages import charts, tables
from forecast.pages.tables.commitments import sentence
from forecast.pages.tables.league import standing_of
from forecast.pages.tables.status import status_of
from forecast.publishing.scheduled.due import due_reports
from forecast.report.commitments import commitment_reports
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


HOMES = """\
[[commitment]]
id = "homes"
area = "kingdom"
year = 2018
name_en = "New homes"
name_zh = "新建住房"
amount = 240
unit_en = "homes"
unit_zh = "套"
comparison = "at_least"
wording = "x"
source = "simulated"
announced_on = 2018-04-20
"""


def with_homes(folder: Path, home: Path, *rows: str) -> Path:
    copytree(folder, home)
    (home / "commitments.toml").write_text(HOMES, encoding="utf-8")
    (home / "commitments").mkdir()
    lines = "\n".join(["id,day,done,source", *rows])
    (home / "commitments" / "kingdom-2018.csv").write_text(lines + "\n", encoding="utf-8")
    return home


def test_a_commitment_of_such_a_year_runs_from_april_to_march(folder: Path, tmp_path: Path):
    """183 days of 365 are over on 30 September, and 182 are left until 31 March."""
    home = with_homes(folder, tmp_path / "data", "homes,2018-06-30,50,x", "homes,2018-09-30,90,x")
    snapshot = read_archive(home).as_of(date(2018, 9, 30))
    (one,) = commitment_reports(snapshot, "kingdom", 2018, seed=1, n_paths=100)
    assert one.time_pct == pytest.approx(100 * 183 / 365)
    assert one.needed_per_month == pytest.approx(150 / (182 / (365.25 / 12)))
    assert one.completion is not None
    call = ["--area", "kingdom", "--as-of", "2018-09-30", "--data", str(home)]
    printed = CliRunner().invoke(main, ["commitments", "list", *call])
    assert "By 31 Mar [80" in " ".join(printed.output.split())
    with calendar(4):
        assert "Done by 31 March with" in sentence(one, "en")
        assert "3月31日前完成" in sentence(one, "zh")


def test_what_was_done_by_the_end_of_march_decides(folder: Path, tmp_path: Path):
    home = with_homes(folder, tmp_path / "data", "homes,2019-03-31,239,x")
    reports = [
        commitment_reports(read_archive(home).as_of(day), "kingdom", 2018, seed=1, n_paths=100)
        for day in (date(2019, 3, 30), date(2019, 4, 30))
    ]
    assert [one.status for (one,) in reports] == ["no_progress", "missed"]


def test_an_entry_before_april_is_of_no_year_of_the_commitment(folder: Path, tmp_path: Path):
    home = with_homes(folder, tmp_path / "data", "homes,2018-03-31,5,x")
    said = CliRunner().invoke(main, ["check-data", str(home)])
    assert said.exit_code == 2
    assert (
        "commitments/kingdom-2018.csv:2: day '2018-03-31' lies in no year of homes; allowed: 2018 "
        "(2018-04-01 to 2019-03-31)" in said.output
    )


def test_progress_is_added_to_the_file_of_the_area_s_year(folder: Path, tmp_path: Path):
    home = with_homes(folder, tmp_path / "data", "homes,2018-06-30,50,x")
    row = ["--id", "homes", "--day", "2019-02-28", "--done", "200", "--source", "x"]
    said = CliRunner().invoke(main, ["commitments", "add", *row, "--data", str(home)])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("commitments/kingdom-2018.csv:3: homes 200 by 2019-02-28")


def test_second_looks_name_calendar_months(folder: Path, tmp_path: Path):
    home = copytree(folder, tmp_path / "data")
    path = home / "figures" / "f.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if ",receipts,2018-05," not in row]
    path.write_text("".join(kept), encoding="utf-8")
    said = CliRunner().invoke(main, ["check-data", str(home)])
    assert "kingdom/receipts 2018-05: gap, months missing: 1" in said.output


def test_lines_for_programs_and_monitors_name_calendar_months(folder: Path, report: Report):
    (line,) = status_of(report, "en").lines
    assert (line.last_first_month, line.last_last_month) == ("2018-08", "2018-08")
    (entry,) = standing_of(report, None).entries
    assert entry.last_month == "2018-08"
    late = overdue(read_archive(folder).as_of(date(2019, 6, 30)), "kingdom", ["receipts"])
    assert [str(one) for one in late] == ["kingdom/receipts to 2019-04, usually out on 2019-05-21"]
