"""Every report that is due is made once, in order, whatever happened before."""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast import runner
from forecast.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run_due")]
MONTH_ENDS = [date(2018 + m // 12, m % 12 + 1, 1).toordinal() - 1 for m in range(2, 13)]
DAYS = [date.fromordinal(n).isoformat() for n in MONTH_ENDS]


def arguments(data: Path, reports: Path, now: str) -> list[str]:
    asked = {"--data": data, "--reports": reports, "--now": now, "--paths": 100}
    return ["run-due", *(str(word) for option in asked.items() for word in option)]


def call(data: Path, reports: Path, now: str = "2018-12-31T12:00", *more: str) -> Result:
    return CliRunner().invoke(main, [*arguments(data, reports, now), *more])


def entries(said: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.stdout.splitlines()]


def did(said: Result) -> list[tuple[str, str]]:
    return [(entry["as_of"], entry["did"]) for entry in entries(said)]


def results(reports: Path) -> dict[str, bytes]:
    """Return every published result by its path, those of earlier runs included."""
    found = [p for p in reports.rglob("result.json") if not p.parent.name.startswith(".")]
    return {p.relative_to(reports).as_posix(): p.read_bytes() for p in found}


@pytest.fixture(scope="module")
def year(town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the reports of a year after an outage of a year, and what was said of them."""
    reports = tmp_path_factory.mktemp("year") / "reports"
    return reports, call(town, reports)


@pytest.fixture
def reports(year: tuple[Path, Result], tmp_path: Path) -> Path:
    return shutil.copytree(year[0], tmp_path / "reports")


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
    monkeypatch.setattr(runner, "publish", failing)
    said = call(town, year[0])
    assert said.exit_code == 0, said.output
    assert did(said) == [(day, "unchanged") for day in DAYS]
    assert results(year[0]) == before
    assert call(town, year[0], "2018-12-31T12:00", "--quiet").stdout == ""


def test_a_call_with_nothing_to_do_loads_no_models(year: tuple[Path, Result], town: Path):
    code = (
        "import sys; from forecast.cli import main\n"
        f"main({arguments(town, year[0], '2018-12-31T12:00')!r}, standalone_mode=False)\n"
        "heavy = {'statsmodels', 'papermill', 'matplotlib', 'prophet', 'nbconvert', 'apprise'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_clock_that_jumps_back_does_no_harm(reports: Path, town: Path):
    before = results(reports)
    said = call(town, reports, "2018-06-15")
    assert did(said) == [(day, "unchanged") for day in DAYS if day < "2018-06-15"]
    assert results(reports) == before


def test_a_time_that_has_not_come_is_refused(town: Path, tmp_path: Path):
    said = call(town, tmp_path / "reports", "2999-01-01")
    assert said.exit_code == 2
    assert "2999-01-01 has not come yet" in said.stderr


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
    said = call(data, reports)
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
    made = runner.publish

    def spoilt(asked: Any, *rest: Any, **more: Any) -> Any:
        if asked.as_of == date(2018, 3, 31):
            raise runner.NotebookFailed(3, "RuntimeError", "spoilt", "attainment.failed.ipynb")
        return made(asked, *rest, **more)

    monkeypatch.setattr(runner, "publish", spoilt)
    said = call(town, tmp_path / "reports", "2018-05-01")
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


def test_bad_data_are_named_and_nothing_is_written(town: Path, tmp_path: Path):
    data = shutil.copytree(town, tmp_path / "data")
    add(data, "town,gdp,2018-10,2018-10,growth_pct,much,2018-11-20")
    said = call(data, tmp_path / "reports")
    assert said.exit_code == 2
    assert "figures/late.csv:2: value 'much' is no number" in said.stderr
    assert results(tmp_path / "reports") == {}
