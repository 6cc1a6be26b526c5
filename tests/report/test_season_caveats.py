"""What a report says of seasons and of the weights that models begin with. All simulated."""

from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.base.texts import text
from forecast.cli import main
from forecast.combination.pool import read_prior
from forecast.outlook.answers import Answer, answer
from forecast.pages import tables
from forecast.report.indicator import season_caveats
from forecast.report.report import general_caveats, report_of

pytestmark = pytest.mark.usefixtures("short_past")
FACTORS = np.array([-0.2, -0.1, 0.05, 0.0, 0.1, -0.05, 0.0, 0.1, 0.05, 0.0, -0.1, 0.15])
ENTRY = """\
[[indicator]]
id = "{name}"
name_en = "{name}"
name_zh = "{name}"
unit = "index"
annual_rule = "{rule}"
{more}
"""


def folder_of(folder: Path, rule: str, **declared: tuple[str, int]) -> Path:
    """Return a folder of monthly levels, by name what is declared and the months with seasons."""
    rows, entries = [], ""
    for name, (more, n_seasonal) in declared.items():
        logs = np.cumsum(0.004 + 0.004 * np.random.default_rng(7).standard_normal(132))
        logs[:n_seasonal] += np.resize(FACTORS, n_seasonal)
        months = pd.period_range("2008-01", periods=132, freq="M")
        rows += [
            ("town", name, str(m), str(m), "level", v, f"{m + 1}-10")
            for m, v in zip(months, (100 * np.exp(logs)).tolist(), strict=True)
        ]
        entries += ENTRY.format(name=name, rule=rule, more=more)
    columns = ["area", "indicator", "first_month", "last_month", "measure", "value", "released_on"]
    (folder / "figures").mkdir(parents=True)
    pd.DataFrame(rows, columns=columns).to_csv(folder / "figures" / "f.csv", index=False)
    (folder / "indicators.toml").write_text(entries, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = folder_of(
        tmp_path_factory.mktemp("seasons") / "data", "end_of_year",
        plain=("", 0), seasonal=("", 132), mixed=("", 72),
        wrong=("adjusted = true", 132), wrong_too=("adjusted = false", 0),
    )  # fmt: skip
    return answer(read_archive(folder), "town", 2018, date(2018, 9, 30), seed=1, n_paths=200)


def test_the_report_says_what_was_declared_and_what_was_found(town: Answer):
    report = report_of(town)
    of = {one.id: one.seasons for one in report.indicators}
    found = {name: (own.declared, own.found) for name, own in of.items() if own is not None}
    assert found["plain"] == (None, "adjusted")
    assert found["seasonal"] == (None, "unadjusted")
    assert found["wrong"] == ("adjusted", "unadjusted")
    page = tables.known(report, "en").markup
    assert "Seasons were found in the figures of seasonal, by the test of X-11" in page
    assert "Declared as seasonally adjusted: wrong." in page
    assert "存在季节性：seasonal（X-11" in tables.known(report, "zh").markup


def test_mixed_figures_and_contradictions_are_caveats(town: Answer):
    report = report_of(town)
    codes = {one.id: [c.code for c in one.caveats] for one in report.indicators}
    assert "seasons_turn_adjusted" in codes["mixed"]
    assert "declared_adjusted" in codes["wrong"]
    assert "declared_unadjusted" in codes["wrong_too"]
    mixed = next(one for one in report.indicators if one.id == "mixed")
    assert mixed.seasons is not None
    (said,) = season_caveats(mixed.seasons)
    assert "2013-11" <= dict(said.values)["from"] <= "2014-03"
    page = tables.caveats(report, "en").markup
    assert "adjusted and unadjusted figures seem to be mixed" in page
    assert "The declaration counts." in page
    assert "以声明为准。" in tables.caveats(report, "zh").markup


@pytest.mark.parametrize("fault", ["missing", "altered"])
def test_without_the_table_of_weights_the_report_is_made_and_says_so(
    town: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
):
    if fault == "altered":
        (tmp_path / "prior.csv").write_text("class,months_known,ar\n", encoding="utf-8")
    for place in ("combination.pool", "report.report"):
        table = read_prior(tmp_path / "prior.csv")
        monkeypatch.setattr(f"forecast.{place}.prior_table", lambda table=table: table)
    archive = town.outlook.snapshot.archive
    again = answer(archive, "town", 2018, date(2018, 9, 30), seed=1, n_paths=200)
    assert f"prior_{fault}" in [c.code for c in general_caveats(again)]
    assert {own.status for own in again.outlook.indicators.values()} == {"forecast"}
    page = unescape(tables.caveats(report_of(again), "en").markup)
    assert text(f"caveat.prior_{fault}", "en") in page


COMMANDS = {
    "check-data": (),
    "report": ("--area", "town", "--year", "2018", "--as-of", "2018-09-30", "--data"),
    "status": ("--area", "town", "--year", "2018", "--as-of", "2018-09-30", "--data"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_levels_are_no_published_rates(tmp_path: Path, command: str):
    folder = folder_of(tmp_path / "data", "mean_of_months", prices=("", 0))
    call = CliRunner().invoke(main, [command, *COMMANDS[command], str(folder)])
    assert call.exit_code == 2
    assert (
        "figures/f.csv:2: level of 'prices' in 'town', whose annual_rule is mean_of_months; "
        "allowed: growth_pct, since it is the mean of published rates; levels of an index with "
        'annual_rule growth_of_mean; levels of a rate with quantity "rate"'
    ) in call.output
    assert "Traceback" not in call.output


def test_growth_of_the_mean_is_the_ratio_of_the_sums(tmp_path: Path):
    """A second name: the same paths, by hand the ratio of the sums of twelve levels."""
    outlooks = []
    for rule in ("sum_of_months", "growth_of_mean"):
        archive = read_archive(folder_of(tmp_path / rule, rule, prices=("", 0)))
        found = answer(archive, "town", 2018, date(2019, 2, 1), seed=1, n_paths=200)
        (outlook,) = found.outlook.indicators.values()
        outlooks.append(outlook)
    levels = outlooks[0].history.levels
    assert levels is not None
    this, last = np.nansum(levels.monthly[-1]), np.nansum(levels.monthly[-2])
    for outlook in outlooks:
        assert outlook.history.outturn_pct == pytest.approx(100 * (this / last - 1))
