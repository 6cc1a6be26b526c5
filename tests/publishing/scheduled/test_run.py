"""Every report that is due is made once, in order, whatever happened before."""

import os
import resource
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forecast.base.errors import NotebookFailed
from forecast.cli import main
from forecast.publishing import publication
from forecast.publishing.integrity import faults_of
from forecast.publishing.scheduled.due import ReportOutcome
from forecast.publishing.scheduled.run import alone_in, newest_pages
from town import DAYS as MONTH_ENDS
from town import (
    NOW,
    arguments,
    call,
    did,
    did_lines,
    entries,
    kill_after,
    lacking_last,
    results,
    started,
)

pytestmark = pytest.mark.slow
DAYS = MONTH_ENDS[5:]  # since the target was announced


def failing(*_: object, **__: object) -> None:
    raise AssertionError("nothing may be made")


def test_a_year_is_caught_up_in_order_and_each_report_made_once(year: tuple[Path, Result]):
    reports, said = year
    assert said.exit_code == 0, said.output
    assert did(said) == [(day, "made") for day in DAYS]
    places = reports / "town" / "2018"
    assert sorted(p.name for p in places.iterdir()) == DAYS
    assert [len(list((places / day / "runs").iterdir())) for day in DAYS] == [1] * len(DAYS)


def test_a_second_call_does_nothing(
    year: tuple[Path, Result], town: Path, monkeypatch: pytest.MonkeyPatch
):
    before = results(year[0])
    monkeypatch.setattr(publication, "publish", failing)
    said = call(town, year[0])
    assert said.exit_code == 0, said.output
    assert did(said) == [(day, "unchanged") for day in DAYS]
    assert results(year[0]) == before
    assert call(town, year[0], NOW, "--quiet").stdout == ""


def test_a_call_with_nothing_to_do_loads_no_models(year: tuple[Path, Result], town: Path):
    code = (
        "import sys; from forecast.cli import main\n"
        f"main({arguments(town, year[0], NOW)!r}, standalone_mode=False)\n"
        "heavy = {'statsmodels', 'papermill', 'matplotlib', 'prophet', 'nbconvert', 'apprise'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_clock_that_jumps_back_does_no_harm(reports: Path, town: Path):
    before = results(reports)
    said = call(town, reports, "2018-09-15")
    assert did(said) == [(day, "unchanged") for day in DAYS if day < "2018-09-15"]
    assert results(reports) == before


def test_a_time_that_has_not_come_is_refused(town: Path, tmp_path: Path):
    said = call(town, tmp_path / "reports", "2199-01-01")
    assert said.exit_code == 2
    assert "2199-01-01 has not come yet" in said.stderr


def test_a_row_of_a_later_day_remakes_nothing(reports: Path, town: Path, tmp_path: Path):
    data = shutil.copytree(town, tmp_path / "data")
    add(data, "town,gdp,2018-01,2018-12,growth_pct,6.9,2019-01-20")
    said = call(data, reports)
    assert {entry["did"] for entry in entries(said)} == {"unchanged"}


def test_a_row_added_after_its_day_remakes_the_reports_that_would_have_known_it(
    reports: Path, town: Path, tmp_path: Path
):
    before = results(reports)
    data = shutil.copytree(town, tmp_path / "data")
    add(data, "town,gdp,2018-10,2018-10,growth_pct,6.9,2018-11-20")
    runs = reports / "town" / "2018" / DAYS[-1] / "runs"
    dead, alive = runs / ".building-a", runs / ".building-b"
    dead.mkdir()
    alive.mkdir()
    os.utime(dead, (0, 0))
    said = call(data, reports)
    assert (dead.exists(), alive.exists()) == (False, True)
    assert said.exit_code == 0, said.output
    changed = [(e["as_of"], e["did"], e["why"]) for e in entries(said) if e["why"]]
    assert changed == [(day, "remade", "figures") for day in ("2018-11-30", "2018-12-31")]
    after = results(reports)
    assert {p: after[p] for p in before if "runs" in p} == {
        p: text for p, text in before.items() if "runs" in p
    }
    assert len(after) == len(before) + 2


def add(data: Path, row: str) -> None:
    (data / "figures" / "late.csv").write_text(
        f"area,indicator,first_month,last_month,measure,value,released_on\n{row}\n",
        encoding="utf-8",
    )


def test_a_report_that_fails_leaves_the_others(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = publication.publish

    def spoilt(asked: Any, *rest: Any, **more: Any) -> Any:
        if asked.as_of == date(2018, 8, 31):
            raise NotebookFailed(3, "RuntimeError", "spoilt", "attainment.failed.ipynb")
        return made(asked, *rest, **more)

    monkeypatch.setattr(publication, "publish", spoilt)
    said = call(town, tmp_path / "reports", "2018-10-01")
    assert said.exit_code == 1
    assert [outcome for _, outcome in did(said)] == ["made", "failed", "made"]
    assert "cell 3 failed: RuntimeError: spoilt" in entries(said)[1]["error"]


def test_a_folder_that_cannot_be_written_is_named(town: Path, tmp_path: Path):
    blocked = tmp_path / "reports"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    said = call(town, blocked)
    assert said.exit_code == 1
    assert f"{blocked}" in said.stderr
    assert "could not be written" in said.stderr


def test_without_a_data_folder_the_example_is_not_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["run-due"])
    assert said.exit_code == 2
    assert said.stderr.endswith("--data: no folder ./data; allowed: a data folder there or named\n")
    assert list(tmp_path.iterdir()) == []


def test_bad_data_are_named_and_nothing_is_written(town: Path, tmp_path: Path):
    data = shutil.copytree(town, tmp_path / "data")
    add(data, "town,gdp,2018-10,2018-10,growth_pct,much,2018-11-20")
    said = call(data, tmp_path / "reports")
    assert said.exit_code == 2
    assert "figures/late.csv:2: value 'much' is not a number" in said.stderr
    assert results(tmp_path / "reports") == {}


def test_a_result_edited_by_hand_is_named_and_stays(reports: Path, town: Path):
    edited = reports / "town" / "2018" / DAYS[3] / "result.json"
    edited.write_text(edited.read_text(encoding="utf-8").replace("0.", "1."), encoding="utf-8")
    before = results(reports)
    said = call(town, reports)
    assert said.exit_code == 1
    assert [day for day, outcome in did(said) if outcome == "failed"] == [DAYS[3]]
    assert f"{edited} was edited" in entries(said)[3]["error"]
    assert results(reports) == before


@pytest.mark.parametrize("n_bytes", [2_000, 60_000])
def test_a_full_disk_is_named_and_nothing_half_written_stands(
    year: tuple[Path, Result], town: Path, tmp_path: Path, n_bytes: int
):
    """No file may grow beyond some bytes, which fails as a full disk does: in the midst of it."""
    reports = lacking_last(year[0], tmp_path / "reports", 1)
    before = results(reports)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    full = started(town, reports, preexec_fn=limit)
    out, fault = full.communicate()
    assert full.returncode == 1, fault
    assert "Traceback" not in fault
    assert "File too large" in fault + out
    assert results(reports) == before
    assert (DAYS[-1], "failed") in did_lines(out), out
    assert call(town, reports).exit_code == 0
    assert results(reports) == results(year[0])


@pytest.mark.parametrize("seed", range(2))
def test_killed_and_called_again_the_folder_is_as_without_the_kill(
    year: tuple[Path, Result], town: Path, tmp_path: Path, seed: int
):
    """At two moments; at thirty in `make soak`."""
    reports = lacking_last(year[0], tmp_path / "reports", 1)
    usual = entries(year[1])[-1]["seconds"]
    moment = np.random.default_rng(seed).uniform(0.2, usual + 2.0)
    kill_after(moment, town, reports, with_children=bool(seed % 2))
    said = call(town, reports)
    assert said.exit_code == 0, said.output
    assert results(reports) == results(year[0])
    assert faults_of(reports) == []


def test_of_eight_calls_at_once_one_makes_each_report(
    year: tuple[Path, Result], town: Path, tmp_path: Path
):
    reports = lacking_last(year[0], tmp_path / "reports", 2)
    calls = [started(town, reports) for _ in range(8)]
    said = [one.communicate() for one in calls]
    assert [one.returncode for one in calls] == [0] * 8, said
    made = [line for out, _ in said for line in did_lines(out) if line[1] != "unchanged"]
    assert sorted(made) == [(day, "made") for day in DAYS[-2:]]
    assert results(reports) == results(year[0])
    assert faults_of(reports) == []


def test_who_waits_too_long_leaves_with_nothing_done(reports: Path, town: Path):
    with alone_in(reports, wait_seconds=0):
        said = call(town, reports, NOW, "--wait", "0")
    assert said.exit_code == 6
    assert "another process makes reports there" in said.stderr
    (line,) = entries(said)
    assert (line["did"], line["area"]) == ("failed", None)


def test_nothing_is_told_to_have_moved_where_the_newest_report_failed():
    """The report before it would look like the way back of all that was told since."""
    made, failed = ({"year": 2018, "did": did} for did in ("made", "failed"))
    outcomes = [
        ReportOutcome(area="town", as_of="2018-09-15", page="a.html", **made),
        ReportOutcome(area="town", as_of="2018-09-30", error="edited", **failed),
        ReportOutcome(area="village", as_of="2018-09-15", error="edited", **failed),
        ReportOutcome(area="village", as_of="2018-09-30", page="b.html", **made),
    ]
    assert newest_pages(outcomes) == [Path("b.html")]
