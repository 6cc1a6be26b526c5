"""The command says what it did, and leaves with a code that a scheduler can use."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.base.errors import NotebookFailed
from forecast.base.parameters import Parameters
from forecast.cli import main
from forecast.cli.terminal import (
    BAD_INPUT,
    BELOW,
    BUSY,
    EXIT_CODES,
    FAILED,
    INCOMPLETE,
    NO_PDF,
    OVERDUE,
    UNACCEPTED,
    UNDELIVERED,
)
from forecast.outlook.answers import reported_areas
from forecast.publishing.places import Publication

PROJECT = Path(__file__).parents[2]
DATA = PROJECT / "data"
FUTIAN = ("--area", "futian", "--year", "2019", "--data", str(DATA), "--paths", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_status_prints_one_line_for_each_target():
    said = run("status", *FUTIAN, "--as-of", "2019-09-30")
    assert said.exit_code == 0
    assert "GDP" in said.output
    assert said.output.count("%, ") >= 6


def test_status_speaks_chinese():
    said = run("status", *FUTIAN, "--as-of", "2019-09-30", "--lang", "zh")
    assert said.exit_code == 0
    assert "地区生产总值" in said.output


def test_report_ends_with_the_table_and_the_path_of_the_page(tmp_path: Path):
    said = run("report", *FUTIAN, "--as-of", "2019-09-30", "--out", str(tmp_path))
    assert said.exit_code == 0, said.output
    page = tmp_path / "futian" / "2019" / "2019-09-30" / "attainment.html"
    assert said.output.replace("\n", "").endswith(str(page))
    assert page.is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as-of", "2007-01-01"), "nothing of futian was known on 2007-01-01"),
        (("--as-of", "2199-01-01"), "2199-01-01 has not come yet"),
        (
            ("--as-of", "30.9.2019"),
            "as_of: '30.9.2019' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        (("--as-of", "2019-09-30", "--area", "atlantis"), "no figures for area 'atlantis'"),
        (("--as-of", "2019-09-30", "--paths", "7"), "n_paths: 7; allowed: a multiple of 10"),
        (("--as-of", "2019-09-30", "--area", "../x"), "area: '../x'; allowed: letters, digits"),
    ],
)
def test_a_question_without_an_answer_is_bad_input(
    arguments: tuple[str, ...], message: str, tmp_path: Path
):
    for command, out in (("status", ()), ("report", ("--out", str(tmp_path / "reports")))):
        said = run(command, *FUTIAN, *arguments, *out)
        assert said.exit_code == 2
        assert message in said.output
    assert not (tmp_path / "reports").exists()


def test_faulty_data_are_bad_input_with_every_fault_named(tmp_path: Path):
    folder = shutil.copytree(DATA, tmp_path / "data")
    figures = folder / "figures" / "futian.csv"
    lines = figures.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("34.23", "much")
    lines[4] = lines[4].replace("2015-09", "2015-13")
    figures.write_text("\n".join(lines), encoding="utf-8")
    for command in (
        ("check-data", str(folder)),
        ("status", "--area", "futian", "--data", str(folder)),
    ):
        said = run(*command)
        assert said.exit_code == 2
        assert "2 faults in the data" in said.output
        assert "figures/futian.csv:3: value 'much' is not a number" in said.output
        assert "figures/futian.csv:5: last_month '2015-13' is not a month" in said.output


def test_check_data_says_what_is_in_a_folder():
    said = run("check-data", str(DATA))
    assert said.exit_code == 0
    assert "futian: 148 figures of 9 indicators, 16 targets" in said.output


def test_init_writes_a_folder_that_only_lacks_figures(tmp_path: Path):
    folder = tmp_path / "mine"
    assert run("init", str(folder)).exit_code == 0
    said = run("check-data", str(folder))
    assert said.exit_code == 2
    assert "1 fault in the data" in said.output
    assert "figures/figures.csv: a header without rows" in said.output


def test_init_can_begin_with_series_to_borrow_from(tmp_path: Path):
    folder = tmp_path / "mine"
    assert run("init", str(folder), "--with", "china").exit_code == 0
    row = "mydistrict,retail_sales,2019-01,2019-06,growth_pct,7.6,,,2019-09-27,,,\n"
    with (folder / "figures" / "figures.csv").open("a", encoding="utf-8") as figures:
        figures.write(row)
    archive = read_archive(folder)
    assert archive.figures["area"].value_counts().to_dict() == {"china": 4015, "mydistrict": 1}


def test_init_says_which_areas_the_example_has(tmp_path: Path):
    said = run("init", str(tmp_path / "mine"), "--with", "china,atlantis")
    assert said.exit_code == 2
    assert "the example has no area 'atlantis' (expected china, futian" in said.output
    assert not (tmp_path / "mine").exists()


def test_init_never_overwrites(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    said = run("init", str(tmp_path))
    assert said.exit_code == 2
    assert "is not empty" in said.output


def test_backtest_writes_the_calls_and_prints_a_scoreboard(data_folder: Path, tmp_path: Path):
    out, data = tmp_path / "calls.parquet", str(data_folder)
    arguments = ("--years", "2016:2017", "--months", "6:6", "--models", "pace,drift")
    said = run("backtest", "--area", "nation", "--data", data, *arguments, "--out", str(out))
    assert said.exit_code == 0, said.output
    assert out.is_file()
    assert "CRPS" in said.output


@pytest.mark.parametrize(
    ("option", "value"), [("--years", "2019"), ("--months", "x:y"), ("--models", "oracle")]
)
def test_a_backtest_that_cannot_be_is_bad_input(option: str, value: str, tmp_path: Path):
    out = ("--out", str(tmp_path / "calls.parquet"))
    said = run("backtest", "--area", "china", "--data", str(DATA), option, value, *out)
    assert said.exit_code == 2
    assert option in said.output


NEWS = ("--area", "futian", "--year", "2019", "--data", str(DATA), "--paths", "200")
DAYS = ("--from", "2019-08-31", "--to", "2019-09-30")


def test_news_prints_what_moved_and_what_came_out():
    said = run("news", *NEWS, *DAYS)
    assert said.exit_code == 0, said.output
    words = " ".join(said.output.replace("\u00a0", " ").split())
    assert "what moved from 31 Aug 2019 to 30 Sep 2019" in words
    assert "Retail sales Jan–Jun: 7.6 % (27 Sep)" in words
    assert "本地新数据" in run("news", *NEWS, *DAYS, "--lang", "zh").output


def test_news_from_the_end_of_the_month_before_as_json():
    said = run("news", *NEWS, "--to", "2019-09-30", "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    assert (found["since"], found["until"]) == ("2019-08-31", "2019-09-30")
    for told in found["targets"]:
        change = told["last_probability"] - told["first_probability"]
        assert sum(item["change"] for item in told["items"]) == pytest.approx(change, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "2019-09-30"), "since: '2019-09-30'; allowed: a day before 2019-09-30"),
        (("--from", "soon"), "since: 'soon'; allowed: a day before 2019-09-30"),
        (("--from", "2007-01-01"), "nothing of futian was known on 2007-01-01"),
        (("--area", "atlantis"), "no figures for area 'atlantis'"),
    ],
)
def test_news_of_days_that_do_not_serve_is_bad_input(arguments: tuple[str, ...], message: str):
    said = run("news", *NEWS, "--to", "2019-09-30", *arguments)
    assert said.exit_code == 2
    assert message in said.output


def test_status_says_how_many_commitments_have_progress():
    said = run("status", *FUTIAN, "--as-of", "2019-09-30")
    words = " ".join(said.output.split())
    assert "The work report also makes 33 counted commitments." in words


def test_the_exit_codes_stand_in_one_table_that_help_and_documents_show():
    rows = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8").split("## Exit codes")
    table = re.findall(r"^\| (\d) \| ([^|]+) \|", rows[1].split("\n## ")[0], re.MULTILINE)
    assert {int(code): meaning for code, meaning in table} == EXIT_CODES
    said = CliRunner().invoke(main, ["--help"], terminal_width=120).output
    assert all(f"  {code}  {meaning}\n" in said for code, meaning in EXIT_CODES.items())
    used = {BUSY, FAILED, BAD_INPUT, BELOW, OVERDUE, UNDELIVERED, INCOMPLETE, NO_PDF, UNACCEPTED}
    assert sorted(EXIT_CODES) == sorted({0, *used}) == list(range(10))


def test_all_areas_are_reported_one_a_line_and_failures_named_at_the_end(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def published(parameters: Parameters, *, reports: Path, **_: object) -> Publication:
        if parameters.area == "district":
            raise NotebookFailed(3, "ValueError", "no", "partial.ipynb")
        place = reports / parameters.area
        return Publication(place, (place / "attainment.html",), place / "result.json", "1", False)

    monkeypatch.setattr("forecast.publishing.publication.publish", published)
    asked = ("--data", str(data_folder), "--as-of", "2018-08-31", "--out", str(tmp_path))
    done = CliRunner().invoke(main, ["report", "--area", "all", *asked])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "district: failed",
        f"nation: {tmp_path}/nation/attainment.html (existed already)",
    ]
    assert done.stderr.splitlines()[:2] == [
        "forecast: 1 of 2 areas failed",
        "district: cell 3 failed: ValueError: no",
    ]


def test_an_area_without_a_target_is_left_out_where_another_has_one(real_archive: Archive):
    on = date(2019, 9, 30)
    assert "longgang" not in reported_areas(real_archive, 2019, on)
    assert {"china", "futian"} <= set(reported_areas(real_archive, 2019, on))
    assert reported_areas(real_archive, 1999, on) == real_archive.areas
