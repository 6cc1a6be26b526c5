"""Rates, balances and targets on levels, from a folder to the report. All figures are made up."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.cli import main
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer, answer, ask
from forecast.pages import needs, tables
from forecast.pages.tables.status import status_of
from forecast.report.report import report_of
from forecast.report.result import json_of, report_from
from forecast.report.value import IndicatorReport, Report
from forecast.verification.record import Record

pytestmark = pytest.mark.usefixtures("short_past")
HEADER = "area,indicator,first_month,last_month,measure,value,unit,released_on\n"
ENTRY = """\
[[indicator]]
id = "{id}"
name_en = "{name}"
name_zh = "{name}"
unit = "{unit}"
quantity = "{quantity}"
annual_rule = "{rule}"
"""
TARGET = """\
[[target]]
area = "town"
year = 2018
indicator = "{id}"
{numbers}
announced_on = 2018-02-01
wording = "x"
source = "made up"
"""
KINDS = {
    "unemployment": ("Unemployment", "pct", "rate", "mean_of_months"),
    "jobs": ("Jobs", "persons", "amount", "sum_of_months"),
    "trade": ("Trade balance", "cny_100m", "balance", "sum_of_months"),
    "deposits": ("Deposits", "cny_100m", "stock", "end_of_year"),
}


def figures(name: str, n_months: int) -> str:
    """Return a figure a month from January 2010 on, each out on the 20th of the next."""
    rng, unit = np.random.default_rng(3), KINDS[name][1]
    months = np.arange(n_months)
    noise = rng.standard_normal(n_months)
    values = {
        "unemployment": 5.2 + 0.1 * np.sin(months / 9) + 0.03 * noise,
        "jobs": 90000 + 200 * months + 1500 * noise,
        "trade": 3 * np.sin(2 * np.pi * months / 12) + 2 * np.sin(months / 14) + 0.5 * noise,
        "deposits": 1000 * 1.006**months * np.exp(0.003 * noise),
    }[name]
    rows = ""
    for i, value in enumerate(values):
        year, month = 2010 + i // 12, i % 12 + 1
        out = f"{year + month // 12}-{month % 12 + 1:02d}-20"
        when = f"{year}-{month:02d}"
        rows += f"town,{name},{when},{when},level,{value:.2f},{unit},{out}\n"
    return rows


def folder_of(folder: Path, n_months: int = 104, **numbers: str) -> Path:
    (folder / "figures").mkdir(parents=True)
    table = HEADER + "".join(figures(name, n_months) for name in numbers)
    (folder / "figures" / "f.csv").write_text(table, encoding="utf-8")
    entries = [
        dict(zip(("name", "unit", "quantity", "rule"), KINDS[n], strict=True)) for n in numbers
    ]
    (folder / "indicators.toml").write_text(
        "".join(ENTRY.format(id=n, **e) for n, e in zip(numbers, entries, strict=True)),
        encoding="utf-8",
    )
    (folder / "targets.toml").write_text(
        "".join(TARGET.format(id=n, numbers=text) for n, text in numbers.items() if text),
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = folder_of(
        tmp_path_factory.mktemp("levels") / "data",
        unemployment='comparison = "at_most"\nlevel = 5.5',
        jobs='comparison = "at_least"\nlevel = 1_280_000',
        trade='comparison = "at_least"\nlevel = -30.0',
        deposits='comparison = "at_least"\nlevel = 1700.0',
    )
    found = answer(read_archive(folder), "town", 2018, date(2018, 9, 30), seed=1, n_paths=200)
    return report_of(found)


def one_of(report: Report, name: str) -> IndicatorReport:
    (own,) = (one for one in report.indicators if one.id == name)
    return own


def known(name: str, year: int = 2018) -> list[float]:
    """Return the values of a year up to August 2018."""
    cells = [line.split(",") for line in figures(name, 104).splitlines()]
    return [float(c[5]) for c in cells if c[2].startswith(str(year))]


def test_a_rate_so_far_is_the_mean_of_its_months(report: Report):
    one = one_of(report, "unemployment")
    assert one.last_figure is not None
    assert one.last_figure.growth_pct == pytest.approx(np.mean(known("unemployment")))
    assert one.required is not None
    needed = (12 * 5.55 - sum(known("unemployment"))) / 4  # 5.5 as published is up to 5.55
    assert one.required.growth_pct == pytest.approx(needed)


def test_a_level_of_an_amount_is_last_year_s_times_growth(report: Report):
    one = one_of(report, "jobs")
    assert one.attainment is not None
    assert one.target is not None
    base = sum(known("jobs", 2017))
    assert one.target.bound_pct == pytest.approx(100 * (1_280_000 / base - 1))
    assert one.pace.ytd_level == pytest.approx(sum(known("jobs")))
    assert one.pace.plan_level == 1_280_000
    assert one.required is not None
    assert one.required.annual_level == pytest.approx(1_279_999.5)


def test_a_balance_passes_through_zero(report: Report):
    one = one_of(report, "trade")
    assert one.status == "forecast"
    assert one.forecast is not None
    assert one.forecast.lower80_pct < one.forecast.upper80_pct
    assert one.last_figure is not None
    assert one.last_figure.growth_pct == pytest.approx(sum(known("trade")))
    assert {member.model for member in one.members} <= {"pace", "drift", "ar", "trend"}


def test_a_level_at_the_end_of_the_year_is_december_s(report: Report):
    one = one_of(report, "deposits")
    assert one.target is not None
    assert one.target.bound_pct == pytest.approx(100 * (1700 / known("deposits", 2017)[-1] - 1))
    assert one.target.is_met(one.target.bound_pct, 1)
    assert one.pace.ytd_level == pytest.approx(
        known("deposits")[-1]
    )  # months of a stock have no sum
    page = tables.headline(report, "en").markup.replace("\u00a0", " ")
    assert f"{known('deposits')[-1] / 10:.2f} billion yuan" in page
    assert needs.needed(one, "en") == "at least 170.00 billion yuan"


def test_the_page_speaks_of_levels_and_not_of_growth_of_a_rate(report: Report):
    page = tables.headline(report, "en").markup
    mean = np.mean(known("unemployment"))
    assert f"{mean:.1f}\u00a0%" in page
    assert "will the targets of 2018 be attained?" in page
    assert "growth needed" not in page.lower()
    assert "growth so far" not in page.lower()
    assert f"{sum(known('jobs')):,.0f} persons of 1,280,000 persons" in page
    assert "at least 1,280,000 persons" in page
    assert "at most 5.5\u00a0%" in page
    assert "目标能否完成" in tables.headline(report, "zh").markup


def test_a_rate_in_depth_has_levels_and_no_growth(report: Report):
    own = report.of_indicator("unemployment")
    for draw in (tables.base_effects, tables.rest_of_year, tables.past_forecasts):
        drawn = draw(own, "en").markup
        assert "growth" not in drawn.lower()
        assert "grew" not in drawn
    assert "Level since January" in tables.base_effects(own, "en").markup
    assert "growth" in tables.base_effects(report.of_indicator("jobs"), "en").markup.lower()


def test_an_assumed_target_is_marked_and_counts_in_no_record(tmp_path: Path):
    data = folder_of(tmp_path / "data", jobs='comparison = "at_least"\nlevel = 1_280_000')
    question = {"area": "town", "year": 2018, "as_of": "2018-09-30", "n_paths": 100, "data": data}
    low, high = (
        report_of(ask(**question, target=f"jobs sum at_least {n}")) for n in (1_200_000, 1_350_000)
    )
    assert not low.is_public
    assert report_of(ask(**question)).is_public
    probabilities = [one.of_indicator("jobs").indicators[0].probability for one in (high, low)]
    assert probabilities == sorted(probabilities)
    page = tables.headline(low, "en").markup
    assert "Assumed, not announced: Jobs at least 1,200,000 persons (assumed)" in page
    assert "并非正式公布" in tables.headline(low, "zh").markup
    assert "Nobody announced this target" in tables.provenance(low, "en").markup
    again = report_from(json_of(low))
    assert [one.id for one in again.assumed] == ["jobs"]


def test_a_band_says_how_probable_each_side_is(tmp_path: Path):
    band = 'comparison = "between"\nlower_level = 5.0\nupper_level = 5.2'
    data = folder_of(tmp_path / "data", unemployment=band)
    found = answer(read_archive(data), "town", 2018, date(2018, 9, 30), seed=1, n_paths=100)
    report = report_of(found)
    one = one_of(report, "unemployment")
    assert one.attainment is not None
    sides = [one.attainment.below, one.attainment.within, one.attainment.above]
    shares = [side.value for side in sides if side is not None]
    assert len(shares) == 3
    assert sum(shares) == pytest.approx(1.0)
    assert shares[1] == one.attainment.probability.value
    assert one.required is not None
    assert one.required.most_growth_pct is not None
    sum_so_far = sum(known("unemployment"))
    ends = [(12 * bound - sum_so_far) / 4 for bound in (4.95, 5.25)]
    assert [one.required.growth_pct, one.required.most_growth_pct] == pytest.approx(ends)
    page = tables.headline(report, "en").markup
    assert "between 5.0\u00a0% and 5.2\u00a0%" in page
    assert f"{ends[0]:.1f}\u00a0% to {ends[1]:.1f}\u00a0%" in page
    assert "Below the band: " in tables.details(report, "en").markup
    assert "5.0%至5.2%之间" in tables.headline(report, "zh").markup
    line = status_of(report, "en").lines[0]
    assert line.probability_below == pytest.approx(shares[0])
    again = one_of(report_from(json_of(report)), "unemployment").attainment
    assert again is not None
    assert again.below is not None
    assert again.below.value == pytest.approx(shares[0])


def test_a_settled_year_is_judged_by_its_levels(tmp_path: Path):
    mean = round(float(np.mean(known("unemployment", 2017))), 1)
    total = round(sum(known("jobs", 2017)))
    for tenths, attained in ((0, True), (1, False)):
        data = folder_of(
            tmp_path / str(tenths),
            unemployment=f'comparison = "at_most"\nlevel = {mean - tenths / 10}',
            jobs=f'comparison = "at_least"\nlevel = {total + tenths}',
        )
        text = (data / "targets.toml").read_text(encoding="utf-8")
        (data / "targets.toml").write_text(text.replace("2018", "2017"), encoding="utf-8")
        found = answer(read_archive(data), "town", 2017, date(2018, 1, 31), seed=1, n_paths=100)
        for own in found.outlook.indicators.values():
            assert own.outturn is not None
            assert own.outturn.attained is attained


def test_what_is_secured_or_can_no_longer_be_met_is_said(tmp_path: Path):
    data = folder_of(
        tmp_path / "data",
        jobs='comparison = "at_least"\nlevel = 100_000',
        unemployment='comparison = "at_most"\nlevel = 1.0',
    )
    found = answer(read_archive(data), "town", 2018, date(2018, 9, 30), seed=1, n_paths=100)
    report = report_of(found)
    page = tables.headline(report, "en").markup
    assert "already secured" in page
    assert "can no longer be met" in page
    assert "已确保完成" in tables.headline(report, "zh").markup
    assert [one.light for one in report.with_target] in (["green", "red"], ["red", "green"])


def test_a_level_of_an_index_needs_its_base(tmp_path: Path):
    data = folder_of(tmp_path / "data", 24, deposits='comparison = "at_most"\nlevel = 110.0')
    path = data / "indicators.toml"
    text = path.read_text(encoding="utf-8").replace('quantity = "stock"', 'quantity = "index"')
    path.write_text(text.replace('unit = "cny_100m"', 'unit = "index"'), encoding="utf-8")
    figures_path = data / "figures" / "f.csv"
    figures_path.write_text(figures_path.read_text(encoding="utf-8").replace("cny_100m", "index"))
    said = CliRunner().invoke(main, ["check-data", str(data)])
    assert "targets.toml:1: level of 'deposits', an index without base; allowed" in said.output
    path.write_text(path.read_text(encoding="utf-8") + 'base = "2010 = 1000"\n', encoding="utf-8")
    assert CliRunner().invoke(main, ["check-data", str(data)]).exit_code == 0


def test_figures_since_january_of_a_year_that_begins_in_april_are_refused(tmp_path: Path):
    data = folder_of(tmp_path / "data", 24, jobs="")
    area = '[[area]]\nid = "town"\nname_en = "Town"\nname_zh = "镇"\nyear_begins = "04"\n'
    path = data / "indicators.toml"
    path.write_text(area + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert CliRunner().invoke(main, ["check-data", str(data)]).exit_code == 0  # single months
    rows = "town,jobs,2010-01,2010-06,level,540000,persons,2010-07-20\n"
    (data / "figures" / "half.csv").write_text(HEADER + rows, encoding="utf-8")
    said = CliRunner().invoke(main, ["check-data", str(data)])
    assert said.exit_code == 2
    assert "figures/half.csv:2: 'jobs' of 'town' over 2010-01..2010-06, across the" in said.output


def test_growth_of_levels_through_zero_is_refused_with_a_reason(tmp_path: Path):
    data = folder_of(tmp_path / "data", trade='comparison = "at_least"\nrate_pct = 7.0')
    entries = (data / "indicators.toml").read_text(encoding="utf-8")
    amount = entries.replace('quantity = "balance"', 'quantity = "amount"')
    (data / "indicators.toml").write_text(amount, encoding="utf-8")
    call = ["--area", "town", "--year", "2018", "--as-of", "2018-09-30", "--data", str(data)]
    said = CliRunner().invoke(main, ["status", *call])
    assert said.exit_code == 0, said.output
    assert "Cannot be assessed: its level is zero or less" in " ".join(said.output.split())
    assert "−" not in said.output.replace("−12", "")


REFUSED = [
    ("unemployment", 'comparison = "at_most"\nrate_pct = 5.5', "'unemployment' is a rate, which "
     "has no growth; allowed: level, or difference in its unit"),
    ("unemployment", 'comparison = "at_most"\nlevel = 550', "level 550 of 'unemployment', a "
     "rate; allowed: -200 to 200 per cent"),
    ("jobs", 'comparison = "at_least"\ndifference = 5.0', "difference of 'jobs', a "
     "quantity 'amount'; allowed: rate_pct, or level"),
    ("jobs", 'comparison = "at_least"\nlevel = 5.0\nrate_pct = 3.0', "growth, level and "
     "difference together; allowed: one of them"),
    ("jobs", 'comparison = "within"\nlower_level = 5.0', "within needs lower_level and "
     "upper_level, and no level"),
    ("jobs", 'comparison = "within"\nlower_level = 5.0\nupper_level = 4.0', "lower_level 5.0 lies "
     "above upper_level 4.0"),
    ("jobs", 'comparison = "about"\nlevel = 5.0', "about a level of 'jobs' without tolerance_pp"),
    ("jobs", 'comparison = "at_least"\nlevel = 5.0\nlevel_unit = "cny_100m"', "level_unit "
     "'cny_100m' of 'jobs'; allowed: persons, the unit of its figures"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "numbers", "message"), REFUSED)
def test_what_an_indicator_has_not_cannot_be_asked(
    tmp_path: Path, name: str, numbers: str, message: str
):
    folder = folder_of(tmp_path / "data", 24, **{name: numbers})
    said = CliRunner().invoke(main, ["check-data", str(folder)])
    assert said.exit_code == 2
    assert f"targets.toml:1: {message}" in said.output


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("unemployment", ",5.1", ",300.1", "level 300.1"),
        ("unemployment", "level,", "growth_pct,", "growth_pct of 'unemployment' in 'town', a rate"),
        ("unemployment", "pct,2", "cny_100m,2", "in cny_100m, a unit of amounts"),
    ],
)
def test_figures_that_contradict_their_quantity_are_refused(
    tmp_path: Path, name: str, old: str, new: str, message: str
):
    folder = folder_of(tmp_path / "data", 24, **{name: ""})
    path = folder / "figures" / "f.csv"
    text = path.read_text(encoding="utf-8").replace(old, new)
    if new == "growth_pct,":
        text = text.replace(",pct,", ",,")
    path.write_text(text, encoding="utf-8")
    said = CliRunner().invoke(main, ["check-data", str(folder)])
    assert said.exit_code == 2
    assert message in said.output


def test_the_rest_of_an_index_needs_a_mean(tmp_path: Path):
    """An index of 100 growing by 0.2 a month: 121.995 on average so far, and 125.01 from now on."""
    values = (100 * 1.002 ** np.arange(12 * 8 + 8)).round(2)
    data = folder_of(tmp_path / "data", deposits='comparison = "at_least"\nlevel = 123.0')
    rows = [
        f"town,deposits,{2010 + i // 12}-{i % 12 + 1:02d},{2010 + i // 12}-{i % 12 + 1:02d},level,"
        f"{value},index,{2010 + (i + 1) // 12}-{(i + 1) % 12 + 1:02d}-20\n"
        for i, value in enumerate(values)
    ]
    (data / "figures" / "f.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    path = data / "indicators.toml"
    text = path.read_text(encoding="utf-8").replace('quantity = "stock"', 'quantity = "index"')
    text = text.replace('unit = "cny_100m"', 'unit = "index"\nbase = "2010 = 100"')
    path.write_text(text.replace('"end_of_year"', '"growth_of_mean"'), encoding="utf-8")
    snapshot = read_archive(data).as_of(date(2018, 9, 30))
    outlook = annual_outlook(snapshot, "town", 2018, record=Record.empty(), seed=1, n_paths=100)
    one = report_of(Answer(outlook, Record.empty(), {}, 1)).indicators[0]
    assert one.pace.ytd_level == pytest.approx(values[96:].mean())
    left = (12 * 123 - values[96:].sum()) / 4
    assert needs.needed(one, "en") == f"{left:.1f}"
