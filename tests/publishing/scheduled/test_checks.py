"""Exit codes for a monitor: on track, below, overdue."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forecast.cli import main
from forecast.outlook.vintages import BatchForecast
from forecast.publishing.scheduled.checks import TargetCheck

DATA = Path(__file__).parents[3] / "data"


def check(data: Path, minimum: float, day: str, *more: str) -> Result:
    asked = ["--min-probability", str(minimum), "--as-of", day, "--data", str(data)]
    return CliRunner().invoke(main, ["check", *asked, "--paths", "100", *more])


def test_on_track_is_silent(town: Path):
    said = check(town, 0.0, "2018-07-20")
    assert (said.exit_code, said.output) == (0, "")


def test_a_target_below_is_named_with_its_probability(town: Path):
    said = check(town, 1.0, "2018-07-20")
    assert said.exit_code == 3
    assert said.stdout.startswith("below: town/gdp 2018: ")
    assert "; wanted: > 99" in said.stdout.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (0.42, "42 %; wanted: 50 % or more"),
        (0.496, "49.6 %; wanted: 50.0 % or more"),
        (0.4996, "49.96 %; wanted: 50.00 % or more"),
    ],
)
def test_what_is_below_never_prints_as_what_was_wanted(found: float, said: str):
    own = BatchForecast(np.array([found, found]), 6.1, is_settled=False)
    below = TargetCheck("town", 2018, date(2018, 7, 20), {"gdp": own}, ()).below(0.5)
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in below]
    assert lines == [f"below: town/gdp 2018: {said}"]


def test_figures_are_overdue_from_the_day_after_their_usual_one(town: Path, tmp_path: Path):
    data = shutil.copytree(town, tmp_path / "data")
    figures = data / "figures" / "town.csv"
    rows = figures.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if "2018-06," not in row and "2018-09," not in row]
    figures.write_text("\n".join(kept), encoding="utf-8")
    assert check(data, 0.0, "2018-07-20").exit_code == 0
    said = check(data, 0.0, "2018-07-21")
    assert said.exit_code == 4
    line = "overdue: town/gdp to 2018-06, usually out on 2018-07-20, 1 days before 2018-07-21\n"
    assert said.stdout == line
    assert check(data, 0.0, "2018-07-23", "--grace-days", "3").exit_code == 0
    assert check(data, 0.0, "2018-07-24", "--grace-days", "3").exit_code == 4
    both = check(data, 1.0, "2018-07-21")
    assert both.exit_code == 3
    assert "below: " in both.stdout
    assert line in both.stdout


def test_a_missed_target_is_below_and_its_figures_are_never_overdue(town: Path, tmp_path: Path):
    data = shutil.copytree(town, tmp_path / "data")
    with (data / "figures" / "town.csv").open("a", encoding="utf-8") as file:
        file.write("town,gdp,2018-01,2018-12,growth_pct,6.9,2019-01-20\n")
    said = check(data, 0.5, "2019-12-31", "--year", "2018")
    assert said.exit_code == 3
    assert said.stdout == "below: town/gdp 2018: missed; wanted: 50\N{NO-BREAK SPACE}% or more\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--area", "town", "--indicator", "sales"), "no target for sales of town in 2018"),
        (("--area", "town", "--year", "2017"), "no target for any indicator of town in 2017"),
        (("--year", "2017"), "no target of any area for 2017 is in force on 2018-07-20"),
        (("--min-probability", "50"), "50.0 is not in the range 0<=x<=1"),
    ],
)
def test_nothing_to_check_is_bad_input_and_never_on_track(
    town: Path, more: tuple[str, ...], message: str
):
    said = check(town, 0.5, "2018-07-20", *more)
    assert said.exit_code == 2
    assert message in said.stderr
