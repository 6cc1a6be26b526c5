"""`forecast status`: kept under all that it depends on, never stale, and said in numbers too.

The figures are simulated (tests/conftest.py).
"""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.base.errors import ContractError
from forecast.base.files import cache_text
from forecast.base.parameters import Parameters
from forecast.cli import main
from forecast.outlook.answers import answer_to
from forecast.outlook.news import news_since
from forecast.pages.tables.status import status_of
from forecast.publishing import status as keeping
from forecast.publishing import status_tables as making
from forecast.publishing.status import cached_statuses, key_of, statuses
from forecast.publishing.status_tables import last_report, moved_since_reports
from forecast.report.report import report_of
from forecast.report.result import json_of
from frozen import ATTAINED, MISSED, frozen_indicator, frozen_result

DAY = "2018-10-15"
ASKED = {"area": "district", "year": 2018, "as_of": DAY, "seed": 1, "n_paths": 200}


@pytest.fixture(scope="module")
def asked(data_folder: Path) -> Parameters:
    return Parameters.parse(**(ASKED | {"data": str(data_folder)}))


@pytest.fixture(scope="module", autouse=True)
def warm(asked: Parameters) -> None:
    """Keep the table that these tests ask for again."""
    statuses(asked, "district", show_progress=False)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where anything is computed."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a kept table is not computed")

    monkeypatch.setattr(making, "computed_statuses", fail)


def run(data: Path, *more: str) -> Result:
    question = ("--area", "district", "--year", "2018", "--as-of", DAY, "--seed", "1")
    arguments = ["status", *question, "--paths", "200", "--data", str(data), *more]
    return CliRunner().invoke(main, arguments)


@pytest.mark.usefixtures("idle")
def test_a_table_that_is_kept_is_not_computed(data_folder: Path):
    said = run(data_folder)
    assert said.exit_code == 0, said.output
    assert "Retail" in said.output
    assert re.search(r"pp\s+since", said.output), said.output


def test_a_kept_table_is_what_was_computed(asked: Parameters):
    (found,) = statuses(asked, "district", show_progress=False)
    (computed,) = making.computed_statuses(asked, "district", show_progress=False)
    assert found == computed


_WARM = """
import sys
from forecast.cli import main
main(sys.argv[1:], standalone_mode=False)
heavy = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "pyarrow"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""


def test_a_kept_table_needs_none_of_the_heavy_libraries(data_folder: Path):
    question = ["--area", "district", "--year", "2018", "--as-of", DAY, "--seed", "1"]
    arguments = ["status", *question, "--paths", "200", "--data", str(data_folder)]
    done = subprocess.run(
        [sys.executable, "-c", _WARM, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Retail" in done.stdout


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 2017},
        {"as_of": date(2018, 10, 16)},
        {"since": date(2018, 9, 1)},
        {"lang": "zh"},
        {"seed": 2},
        {"n_paths": 400},
    ],
)
def test_another_question_has_another_key(asked: Parameters, changes: dict[str, object]):
    assert key_of(replace(asked, **changes), "district") != key_of(asked, "district")


def test_another_area_or_all_of_them_have_another_key(asked: Parameters):
    assert len({key_of(asked, area) for area in ("district", "nation", None)}) == 3


@pytest.mark.parametrize("name", ["figures/nation.csv", "targets.toml", "indicators.toml"])
def test_whatever_changes_in_the_data_folder_gives_another_key(
    asked: Parameters, tmp_path: Path, name: str
):
    copy = replace(asked, data=shutil.copytree(asked.data, tmp_path / "data"))
    assert key_of(copy, "district") == key_of(asked, "district")  # wherever it lies
    with (copy.data / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert key_of(copy, "district") != key_of(asked, "district")


@pytest.mark.parametrize("name", ["package_hash", "version"])
def test_other_code_or_libraries_give_another_key(
    asked: Parameters, monkeypatch: pytest.MonkeyPatch, name: str
):
    before = key_of(asked, "district")
    monkeypatch.setattr(keeping, name, lambda *_: "another")
    assert key_of(asked, "district") != before


def test_a_figure_that_comes_out_is_seen_at_once(data_folder: Path, tmp_path: Path):
    copy = shutil.copytree(data_folder, tmp_path / "data")
    row = "district,retail_sales,2018-01,2018-09,growth_pct,3.0,pct,final,2018-10-14,published,x\n"
    with (copy / "figures" / "district.csv").open("a", encoding="gbk") as file:
        file.write(row)
    before, after = (json.loads(run(d, "--json").output)[0] for d in (data_folder, copy))
    then, now = (
        next(t for t in a["targets"] if t["indicator"] == "retail_sales") for a in (before, after)
    )
    assert (now["last_last_month"], now["last_growth_pct"]) == ("2018-09", 3.0)
    assert now["probability"] < then["probability"]


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", '{"time_zone": "X", "statuses": [{}]}'])
def test_a_kept_table_that_cannot_be_read_is_none(asked: Parameters, tmp_path: Path, junk: str):
    path = tmp_path / "status.json"
    cache_text(path, junk)
    assert cached_statuses(path, asked) is None


def test_after_a_clock_was_put_back_a_day_ahead_is_none_of_those_kept(
    asked: Parameters, tmp_path: Path
):
    path = tmp_path / "status.json"
    cache_text(path, '{"time_zone": "Asia/Shanghai", "statuses": []}')
    assert cached_statuses(path, asked) == []
    assert cached_statuses(path, replace(asked, as_of=date(2999, 1, 1))) is None


def test_unpublished_figures_are_never_kept(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    flash = tmp_path / "flash.csv"
    flash.write_text(
        "area,indicator,first_month,last_month,measure,value,source\n"
        "district,retail_sales,2018-01,2018-09,growth_pct,9.4,office\n",
        encoding="utf-8",
    )
    written: list[Path] = []
    monkeypatch.setattr(keeping, "cache_text", lambda path, _: written.append(path))
    said = run(data_folder, "--overlay", str(flash), "--json")
    assert said.exit_code == 0, said.output
    assert written == []
    told = {t["indicator"]: t for t in json.loads(said.output)[0]["targets"]}["retail_sales"]
    assert told["published_probability"] is not None
    assert told["probability"] != told["published_probability"]


def test_changes_are_those_that_news_explains(asked: Parameters):
    answer = answer_to(asked)
    news = news_since(answer, asked.since)
    assert news is not None
    (found,) = statuses(asked, "district", show_progress=False)
    assert found.since == "2018-09-30"
    explained = status_of(
        report_of(answer, news), "en"
    )  # the report's own table has the same changes
    assert [line.change for line in found.lines] == [line.change for line in explained.lines]
    moved = {t.indicator: t for t in news.targets}
    for line in found.lines:
        items = moved[line.indicator].items
        if line.change is not None:
            assert line.change == pytest.approx(sum(i.change for i in items), abs=1e-6)


def earlier(reports: Path, day: str, probability: float | None, *, met: bool | None = None) -> Path:
    """Write what status reads of a report: simulated."""
    place = reports / "district" / "2018" / day
    place.mkdir(parents=True)
    settled = None if met is None else ATTAINED if met else MISSED
    attained = None if probability is None else {"probability": probability}
    one = frozen_indicator("retail_sales", settled=settled, attained=attained)
    path = place / "result.json"
    said = frozen_result(area="district", year=2018, as_of=day, indicators=[one])
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


@pytest.mark.usefixtures("idle")
def test_with_reports_changes_are_since_the_newest_before_the_day(
    asked: Parameters, tmp_path: Path
):
    earlier(tmp_path, "2018-08-31", 0.9)
    earlier(tmp_path, "2018-09-16", 0.2)
    earlier(tmp_path, DAY, 0.5)
    plain = statuses(asked, "district", show_progress=False)
    (found,) = moved_since_reports(plain, tmp_path, asked)
    assert found.since == "2018-09-16"
    told = {line.indicator: line for line in found.lines}
    assert told["retail_sales"].change == pytest.approx(told["retail_sales"].probability - 0.2)
    assert told["gdp"].change is None  # that report did not speak of it


@pytest.mark.usefixtures("idle")
def test_without_an_earlier_report_changes_are_since_the_month_before(
    asked: Parameters, tmp_path: Path
):
    earlier(tmp_path, "2018-11-30", 0.2)
    plain = statuses(asked, "district", show_progress=False)
    assert moved_since_reports(plain, tmp_path, asked) == plain


@pytest.mark.parametrize(("met", "probability"), [(True, 1.0), (False, 0.0)])
def test_a_settled_target_counts_as_one_or_none(tmp_path: Path, met: bool, probability: float):
    earlier(tmp_path, "2018-09-16", None, met=met)
    found = last_report(tmp_path, "district", 2018, date(2018, 10, 1))
    assert found is not None
    assert [(one.id, one.probability) for one in found.indicators] == [
        ("retail_sales", probability)
    ]


@pytest.mark.parametrize("junk", ["", "{}", "[]", '{"indicators": [{"id": "gdp"}]}', "\0"])
def test_an_earlier_result_that_is_none_is_named(data_folder: Path, tmp_path: Path, junk: str):
    path = earlier(tmp_path, "2018-09-16", 0.2)
    path.write_text(junk, encoding="utf-8")
    with pytest.raises(ContractError, match="not the result of a report"):
        last_report(tmp_path, "district", 2018, date(2018, 10, 1))
    said = run(data_folder, "--reports", str(tmp_path))
    assert said.exit_code == 2
    assert str(path) in said.output.replace("\n", "")
    assert path.read_text(encoding="utf-8") == junk


@pytest.mark.usefixtures("idle")
def test_json_and_csv_say_the_same(data_folder: Path):
    (area,) = json.loads(run(data_folder, "--json").output)
    rows = list(csv.DictReader(io.StringIO(run(data_folder, "--csv").output)))
    assert [row["indicator"] for row in rows] == [t["indicator"] for t in area["targets"]]
    for row, told in zip(rows, area["targets"], strict=True):
        assert row == {n: "" if v is None else str(v) for n, v in told.items()}
    assert {"gdp", "retail_sales", "trade"} <= {row["indicator"] for row in rows}


def test_json_and_csv_at_once_are_bad_input(data_folder: Path, tmp_path: Path):
    assert run(data_folder, "--json", "--csv").exit_code == 2
    said = run(data_folder, "--reports", str(tmp_path / "none"))
    assert said.exit_code == 2
    assert "is not a folder (expected one with reports)" in said.output


def test_a_record_that_is_missing_is_made_with_a_bar(
    asked: Parameters, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    real = making.record_of

    def told(snapshot, *, n_workers, on_progress):
        on_progress(1, 2)
        on_progress(2, 2)
        return real(snapshot)

    monkeypatch.setattr(making, "_SECONDS_WITHOUT_BAR", 0.0)
    monkeypatch.setattr(making, "record_of", told)
    list(making.computed_statuses(asked, "district", show_progress=True))
    assert "Replaying past forecasts: 100%" in capsys.readouterr().err
    list(making.computed_statuses(asked, "district", show_progress=False))
    assert capsys.readouterr().err == ""


def test_what_a_real_result_said_is_read(tmp_path: Path):
    golden = Path(__file__).parents[1] / "golden" / "result.json"
    place = tmp_path / "futian" / "2019" / "2019-09-30"
    place.mkdir(parents=True)
    shutil.copy(golden, place)
    found = last_report(tmp_path, "futian", 2019, date(2019, 10, 1))
    assert found is not None
    assert json_of(found) == golden.read_text(encoding="utf-8")
