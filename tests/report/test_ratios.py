"""Ratios of two indicators on joint paths, from a folder to the page. All figures are made up."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.cli import main
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.ratios import ratio_outlook
from forecast.outlook.value import Outlook
from forecast.pages import tables
from forecast.report.report import report_of
from forecast.report.result import json_of, report_from
from forecast.verification.record import Record

ENTRY = """\
[[indicator]]
id = "{0}"
name_en = "{0}"
name_zh = "{0}"
unit = "{1}"
annual_rule = "{2}"
{3}
"""
PARTS = [
    ("revenue", "cny_100m", "sum_of_months", ""),
    ("output", "cny_100m", "sum_of_months", ""),
]
RATIOS = [
    ("burden", "pct", "end_of_year", 'quantity = "rate"\nratio_of = ["revenue", "output"]'),
    ("intensity", "index", "sum_of_months", 'quantity = "index"\nratio_of = ["revenue", "output"]'),
]
TARGET = """\
[[target]]
area = "town"
year = 2018
indicator = "{}"
comparison = "at_most"
{}
announced_on = 2018-02-01
wording = "x"
source = "made up"
"""


def folder_of(folder: Path, entries: list[tuple[str, str, str, str]], last: int = 104) -> Path:
    (folder / "figures").mkdir(parents=True)
    rng, rows = np.random.default_rng(5), []
    for name, level in (("revenue", 20.0), ("output", 100.0)):
        for i in range(last):
            year, month = 2010 + i // 12, i % 12 + 1
            value = level * 1.005**i * np.exp(0.02 * rng.standard_normal())
            out = f"{year + month // 12}-{month % 12 + 1:02d}-20"
            when = f"{year}-{month:02d}"
            rows.append(f"town,{name},{when},{when},level,{value:.4f},{out}\n")
    header = "area,indicator,first_month,last_month,measure,value,released_on\n"
    (folder / "figures" / "f.csv").write_text(header + "".join(rows), encoding="utf-8")
    text = "".join(ENTRY.format(*entry) for entry in entries)
    (folder / "indicators.toml").write_text(text, encoding="utf-8")
    targets = TARGET.format("burden", "level = 20.0") + TARGET.format("intensity", "rate_pct = 0.0")
    (folder / "targets.toml").write_text(targets, encoding="utf-8")
    return folder


def outlook_of(folder: Path, day: date) -> Outlook:
    snapshot = read_archive(folder).as_of(day)
    return annual_outlook(snapshot, "town", 2018, record=Record.empty(), seed=1, n_paths=100)


@pytest.fixture(scope="module")
def outlook(tmp_path_factory: pytest.TempPathFactory) -> Outlook:
    folder = folder_of(tmp_path_factory.mktemp("ratios") / "data", [*PARTS, *RATIOS])
    return outlook_of(folder, date(2018, 9, 30))


def test_a_ratio_is_computed_path_by_path_from_values_of_the_year(outlook: Outlook):
    above, below = (outlook.indicators[name] for name in ("revenue", "output"))
    sums = []
    for part in (above, below):
        levels = part.history.levels
        assert levels is not None
        assert part.december is not None
        sums.append(levels.of_year(2017)[-1] * (1 + part.december / 100))
    burden, intensity = (outlook.indicators[name] for name in ("burden", "intensity"))
    assert burden.december == pytest.approx(100 * sums[0] / sums[1])
    growth = [1 + part.december / 100 for part in (above, below) if part.december is not None]
    assert intensity.december == pytest.approx(100 * (growth[0] / growth[1] - 1))
    assert burden.months_known == 8


def test_a_ratio_is_rounded_once_to_its_own_digits(outlook: Outlook):
    burden = outlook.indicators["burden"]
    met = burden.met(100)
    assert met is not None
    assert burden.december is not None
    assert met.tolist() == [bool(np.floor(10 * v + 0.5) <= 200) for v in burden.december]


def test_the_page_names_what_a_ratio_is_computed_from(outlook: Outlook):
    report = report_of(Answer(outlook, Record.empty(), {}, 1))
    page = tables.headline(report, "en").markup
    assert "at most 20.0\u00a0%" in page
    assert "Computed on each joint path of revenue, output" in tables.caveats(report, "en").markup
    assert "联合路径" in tables.caveats(report, "zh").markup
    assert report.joint is not None
    assert set(report.joint.indicators) == {"burden", "intensity"}
    again = report_from(json_of(report)).of_indicator("burden").indicators[0]
    assert again.forecast is not None
    assert again.fan.quantiles_pct[0.5][:11] == [None] * 11
    for name in ("details", "known"):
        assert getattr(tables, name)(report, "en").markup


def test_a_settled_ratio_is_that_of_both_outturns(tmp_path: Path):
    folder = folder_of(tmp_path / "data", [*PARTS, *RATIOS], last=108)
    outlook = outlook_of(folder, date(2019, 2, 1))
    levels = [outlook.indicators[n].history.levels for n in ("revenue", "output")]
    year = [float(own.of_year(2018)[-1]) for own in levels if own is not None]
    burden = outlook.indicators["burden"]
    assert burden.outturn is not None
    assert burden.outturn.growth_pct == round(100 * year[0] / year[1], 1)
    assert burden.outturn.released_on == date(2019, 1, 20)
    assert burden.outturn.attained is (burden.outturn.growth_pct <= 20.0)


def test_a_denominator_of_zero_or_less_on_a_path_is_refused_with_the_reason(outlook: Outlook):
    below = outlook.indicators["output"]
    assert below.paths is not None
    paths = below.paths.copy()
    paths[:3, -1] = -100.0
    parts = {**outlook.indicators, "output": replace(below, paths=paths)}
    key = ("town", "burden", 2018)
    found = ratio_outlook(outlook.snapshot, key, None, parts, 100)
    assert found.status == "cannot_be_assessed"
    assert found.caveats[0].code == "ratio_denominator"
    assert found.caveats[0].values["share"] == "3.0"


@pytest.mark.parametrize(
    ("parts", "entry", "message"),
    [
        (PARTS, ("burden", "pct", "end_of_year", 'quantity = "rate"\nratio_of = ["revenue"]'),
         "ratio_of 'revenue' of 'burden'; allowed: the ids of two other indicators"),
        ([PARTS[0], ("output", "cny_100m", "sum_of_months", 'quantity = "balance"')], RATIOS[0],
         "'output' is a balance, which may be zero; allowed below: an amount, an index or a st"),
        ([PARTS[0], ("output", "cny_100m", "published_ytd", 'price_basis = "real"')], RATIOS[0],
         "nominal over real; allowed: one price_basis of both"),
        ([PARTS[0], ("output", "usd_100m", "sum_of_months", "")], RATIOS[0],
         "cny_100m over usd_100m in per cent; allowed: one unit of both"),
        ([("revenue", "cny_100m", "sum_of_months", 'quantity = "balance"'), PARTS[1]], RATIOS[1],
         "'revenue' is a balance without growth; allowed above: an amount, an index or a stock"),
    ],
)  # fmt: skip
def test_ratios_that_mean_nothing_are_refused(
    tmp_path: Path,
    parts: list[tuple[str, str, str, str]],
    entry: tuple[str, str, str, str],
    message: str,
):
    folder = folder_of(tmp_path / "data", [*parts, entry], last=24)
    (folder / "targets.toml").unlink()
    said = CliRunner().invoke(main, ["check-data", str(folder)])
    assert said.exit_code == 2
    assert message in said.output
    assert "indicators.toml:" in said.output


def test_the_numerator_needs_what_its_rest_lacks_beside_the_median_denominator(outlook: Outlook):
    """A share of up to 20.05 % is attained, and so is growth of the ratio of up to 0.05 %."""
    above, below = (outlook.indicators[name] for name in ("revenue", "output"))
    levels = above.history.levels, below.history.levels
    assert levels[0] is not None
    assert levels[1] is not None
    assert below.december is not None
    before, now = levels[0].of_year(2017), levels[0].of_year(2018)
    output = np.median(levels[1].of_year(2017)[-1] * (1 + below.december / 100))
    report = report_of(Answer(outlook, Record.empty(), {}, 1))
    burden, intensity = (report.of_indicator(n).indicators[0] for n in ("burden", "intensity"))
    assert burden.ratio_need is not None
    left = 0.2005 * output - now[7]
    assert burden.ratio_need.level == pytest.approx(left)
    growth = 100 * (left / (before[-1] - before[7]) - 1)
    assert burden.ratio_need.growth_pct == pytest.approx(growth)
    assert intensity.ratio_need is not None
    most = before[-1] * 1.0005 * (1 + np.median(below.december) / 100) - now[7]
    assert intensity.ratio_need.level == pytest.approx(most)
    page = tables.headline(report, "en").markup.replace("\u00a0", " ")
    assert f"revenue at most {growth:.1f} % growth in Sep–Dec" in page
    assert "if output is as forecast (median)" in page
    chinese = tables.headline(report, "zh").markup
    assert f"revenue9-12月不超过增长{growth:.1f}%" in chinese
    again = report_from(json_of(report)).of_indicator("burden").indicators[0]
    assert again.ratio_need is not None
    assert again.ratio_need.growth_pct == pytest.approx(growth)


def test_ratios_of_past_years_stand_beside_the_target(outlook: Outlook):
    levels = [outlook.indicators[n].history.levels for n in ("revenue", "output")]
    year = [float(own.of_year(2016)[-1]) for own in levels if own is not None]
    report = report_of(Answer(outlook, Record.empty(), {}, 1))
    past = report.of_indicator("burden").indicators[0].past_years_pct
    assert sorted(past) == [*range(2011, 2018)]
    assert past[2016][-1] == pytest.approx(100 * year[0] / year[1])
    assert past[2016][:11] == [None] * 11
    growth = report.of_indicator("intensity").indicators[0].past_years_pct[2016][-1]
    before = [float(own.of_year(2015)[-1]) for own in levels if own is not None]
    expected = 100 * (year[0] / before[0] / (year[1] / before[1]) - 1)
    assert growth == pytest.approx(expected)
