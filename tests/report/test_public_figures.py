"""Real figures of a fiscal year, a balance through zero and a rate, from the file to the page."""

import csv
from datetime import date
from pathlib import Path

import pytest

from forecast.archive.archive import Archive
from forecast.archive.assumed import assumed_targets
from forecast.archive.folder import read_archive
from forecast.archive.overlay import read_overlay
from forecast.base.errors import ContractError
from forecast.base.months import Span, month
from forecast.base.texts import in_calendar
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.curves import next_figures
from forecast.outlook.value import Outlook
from forecast.pages import charts, tables
from forecast.pages.tables import danger as first_line
from forecast.report.conditions import read_conditions, span_growth
from forecast.report.lights import light
from forecast.report.report import report_of
from forecast.report.result import json_of, report_from
from forecast.report.scenario import scenario_of
from forecast.report.value import IndicatorReport, Report
from forecast.verification.record import Record

PUBLIC = Path(__file__).parents[1] / "data" / "public"
EXAMPLE = Path(__file__).parents[2] / "data"
SURPLUS, JOBLESS = "trade_balance sum more_than 0", "unemployment at_most 6.2"


def outlook(archive: Archive, area: str, year: int, day: date, *, n_paths: int = 100) -> Outlook:
    """Return the outlook of a day; nothing is learnt from a record."""
    snapshot = archive.as_of(day)
    return annual_outlook(snapshot, area, year, record=Record.empty(), seed=1, n_paths=n_paths)


def report(archive: Archive, area: str, year: int, day: date, target: str = "") -> Report:
    """Return the report as it stands in `result.json`."""
    if target:
        archive = archive.assuming(assumed_targets(target, archive, area, year, day))
    answered = Answer(outlook(archive, area, year, day), Record.empty(), {}, 1)
    return report_from(json_of(report_of(answered, coming=next_figures(answered, light))))


danger = in_calendar(first_line.danger)


def only(of: Report) -> IndicatorReport:
    (one,) = of.indicators
    return one


def plain(markup: str) -> str:
    return markup.replace("\u00a0", " ")


@pytest.fixture(scope="module")
def fiscal() -> Report:
    return report(read_archive(PUBLIC / "uk"), "uk", 2017, date(2017, 10, 31))


@pytest.fixture(scope="module")
def trade() -> Report:
    return report(read_archive(PUBLIC / "trade"), "china", 2004, date(2004, 9, 30), SURPLUS)


@pytest.fixture(scope="module")
def unemployment() -> Report:
    return report(read_archive(PUBLIC / "us"), "us", 2014, date(2014, 10, 31), JOBLESS)


def test_borrowing_of_a_fiscal_year_counts_since_april(fiscal: Report):
    page = plain(tables.headline(fiscal, "en").markup)
    assert "targets of 2017/18" in page
    assert "32.5 billion pounds of 58.3 billion pounds" in page
    assert "Apr–Sep" in page
    assert "at most 25.9 billion pounds" in page  # 58.35 before rounding, less 32.5
    sentence = plain(danger(fiscal, "en"))
    assert "Oct–Mar needs at most 25.9 billion pounds, 10.7 billion pounds in these" in sentence
    assert "10-3月须不超过25.9 十亿英镑，上年同期为10.7 十亿英镑" in danger(fiscal, "zh")


def test_the_next_figure_of_a_fiscal_year_is_the_sum_since_april(fiscal: Report):
    coming = only(fiscal).next_figure
    assert coming is not None
    assert coming.curve is not None
    assert (coming.state, coming.span) == ("expected", Span(month(2017, 1), month(2017, 7)))
    assert coming.median_pct is not None
    assert 32.5 < coming.median_pct < 45  # October alone, not a year at that pace
    assert coming.curve.probabilities[0] > 0.5 > coming.curve.probabilities[-1]


@pytest.mark.parametrize(
    ("day", "settles", "outturn"),
    [(date(2018, 4, 30), "first", 42.6), (date(2019, 4, 30), "latest", 41.9)],
)
def test_a_fiscal_year_is_settled_by_the_release_that_the_target_names(
    tmp_path: Path, day: date, settles: str, outturn: float
):
    for path in (PUBLIC / "uk").rglob("*.*"):
        copy = tmp_path / path.relative_to(PUBLIC / "uk")
        copy.parent.mkdir(exist_ok=True)
        words = path.read_text(encoding="utf-8")
        is_target = path.name == "targets.toml"
        copy.write_text(words + f'settles = "{settles}"\n' * is_target, encoding="utf-8")
    settled = only(report(read_archive(tmp_path), "uk", 2017, day)).outturn
    assert settled is not None
    assert (settled.growth_pct, settled.attained) == (outturn, True)


def test_the_balance_is_exports_less_imports_of_the_example():
    def levels(path: Path, indicator: str) -> dict[str, float]:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["indicator"] == indicator]
        return {row["last_month"]: float(row["value"]) for row in rows if row["measure"] == "level"}

    customs = levels(PUBLIC / "trade" / "figures" / "customs.csv", "trade_balance")
    exports, imports = (
        levels(EXAMPLE / "figures" / "china.csv", name) for name in ("exports", "imports")
    )
    assert customs == {month: round(exports[month] - imports[month], 2) for month in customs}
    assert min(customs.values()) < 0 < max(customs.values())


def test_a_trade_balance_passes_through_zero(trade: Report):
    one = only(trade)
    assert one.last_figure is not None
    assert one.last_figure.growth_pct == pytest.approx(-2.2)  # above zero from September on
    assert one.pace.plan_done_pct is None  # there is no share of zero
    page = tables.headline(trade, "zh").markup
    assert "−2.20亿美元" in page
    assert "2.25亿美元" in page  # a total of 0.05 is above zero as published
    assert "（目标" not in page
    assert "9-12月需达2.25亿美元，上年同期为166.1亿美元" in danger(trade, "zh")
    assert one.depth.rest_of_year_pct[2003] == pytest.approx(166.13)  # 2.90 + 57.34 + 48.69 + 57.20
    may = one.depth.base_effects[4]
    assert may.growth_pct == pytest.approx(-85.86)  # -0.23 - 78.72 - 5.40 - 22.55 + 21.04
    assert one.fan.known_pct[4] == may.growth_pct


def test_unemployment_is_a_level_in_every_sentence(unemployment: Report):
    one = only(unemployment)
    known = [6.6, 6.7, 6.7, 6.3, 6.3, 6.1, 6.2, 6.1, 5.9]
    assert one.last_figure is not None
    assert one.last_figure.growth_pct == pytest.approx(sum(known) / 9)
    assert one.last_figure.growth_source == "computed"
    assert one.required is not None
    assert one.required.growth_pct == pytest.approx((12 * 6.25 - sum(known)) / 3)
    assert "needs at most 6.0 %, 0.3 pp less than so far" in plain(danger(unemployment, "en"))
    assert "须不超过6.0%，比累计值低0.3个百分点" in danger(unemployment, "zh")


def test_the_next_figure_of_a_rate_is_that_of_its_month(unemployment: Report):
    coming = only(unemployment).next_figure
    assert coming is not None
    assert coming.curve is not None
    assert coming.span == Span(month(2014, 10), month(2014, 10))
    assert coming.median_pct is not None
    assert 5.5 < coming.median_pct < 6.1  # the mean of ten months would be 6.3
    assert coming.curve.probabilities[0] > coming.curve.probabilities[-1]


@pytest.mark.parametrize(
    ("folder", "area", "target", "day", "outturn"),
    [
        ("trade", "china", SURPLUS, date(2005, 1, 31), 328.4),  # from -106.9 in April
        ("us", "us", JOBLESS, date(2015, 1, 31), 6.2),  # a mean of 6.16
    ],
)
def test_outturns_are_known_by_hand(folder: str, area: str, target: str, day: date, outturn: float):
    of = report(read_archive(PUBLIC / folder), area, day.year - 1, day, target)
    settled = only(of).outturn
    assert settled is not None
    assert (settled.growth_pct, settled.attained) == (outturn, True)


@pytest.mark.parametrize("name", ["fiscal", "trade", "unemployment"])
def test_no_part_of_a_page_speaks_of_growth(name: str, request: pytest.FixtureRequest):
    of = request.getfixturevalue(name)
    drawn = (
        tables.headline, tables.known, tables.base_effects, tables.rest_of_year,
        charts.fans, charts.strips, charts.coming,
    )  # fmt: skip
    for draw in drawn:
        english, chinese = draw(of, "en").markup.lower(), draw(of, "zh").markup
        assert "growth" not in english, draw
        assert "grew" not in english, draw
        assert not {"增速", "增长", "同比"} & {chinese[i : i + 2] for i in range(len(chinese))}, (
            draw
        )


def test_what_is_given_of_a_balance_is_its_sum_and_of_a_rate_its_mean():
    fiscal = outlook(read_archive(PUBLIC / "uk"), "uk", 2017, date(2017, 10, 31), n_paths=2000)
    october, rest = (Span(month(2017, 7), month(2017, n)) for n in (7, 12))
    own = fiscal.indicators["borrowing"]
    assert own.december is not None
    assert span_growth(own, rest) == pytest.approx(own.december - 32.5)
    answered = Answer(fiscal, Record.empty(), {}, 1)
    given = scenario_of(answered, read_conditions(["borrowing rest 25.0"]))
    assert given.indicators[0].under is not None
    assert given.indicators[0].under.median_pct == pytest.approx(57.5, abs=1.5)
    words = plain(tables.scenario_terminal(given, "en").caption)
    assert "If Public sector net borrowing (Oct–Mar) is 25.0 billion pounds: paths" in words
    assert "growth of" not in words
    frame = fiscal.paths_frame()
    sums = frame[frame["ds"] == "2017-10-01"]["growth_pct"].to_numpy()
    assert sums == pytest.approx(32.5 + span_growth(own, october))


@pytest.mark.parametrize(
    ("folder", "row", "why"),
    [
        ("us", "us,unemployment,2014-01,2014-11,growth_pct,5.8,pct", "us unemployment "
         "2014-01..2014-11 growth_pct, of a rate, which has no growth; allowed: level"),
        ("uk", "uk,borrowing,2017-04,2018-03,level,57.0,gbp_billion", "uk borrowing "
         "2017-04..2018-03 level runs to March, which an overlay can only expect; allowed: months "
         "before March"),
    ],
)  # fmt: skip
def test_unpublished_figures_that_mean_nothing_are_refused(
    tmp_path: Path, folder: str, row: str, why: str
):
    path = tmp_path / "flash.csv"
    head = "area,indicator,first_month,last_month,measure,value,unit"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read_overlay(path, read_archive(PUBLIC / folder), date(2017, 10, 31))
    assert [str(fault) for fault in caught.value.faults] == [f"flash.csv:2: {why}"]


def test_a_settled_target_of_borrowing_is_looked_back_at_in_pounds():
    """58.3 billion were announced and 42.6 came out: no rate, and no percentage points."""
    settled = report(read_archive(PUBLIC / "uk"), "uk", 2017, date(2018, 4, 30))
    (past,) = settled.past_targets.targets
    assert (past.balance_unit, past.bound_pct, past.outturn_pct) == ("gbp_billion", 58.3, 42.6)
    page = plain(tables.retrospect(settled, "en").markup)
    assert "up to 58.3 billion pounds" in page
    assert "42.6 billion pounds" in page
    assert "%" not in page
