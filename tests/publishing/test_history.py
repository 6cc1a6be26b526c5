"""The long series of what was published, in every form, and back."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from forecast.base.errors import ParameterError
from forecast.base.parameters import Parameters
from forecast.cli import main
from forecast.pages.exchange import FORMS, write_table
from forecast.pages.exchange.tables import csv_text, openmetrics_text, sdmx_text
from forecast.publishing.history import ALL_TARGETS, published_history
from forecast.publishing.publication import publish

DAYS = ("2018-08-31", "2018-09-30")


@pytest.fixture(scope="module")
def reports(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "reports"
    for day in DAYS:
        question = {"area": "district", "year": 2018, "as_of": day, "n_paths": 200}
        publish(Parameters.parse(**question, data=str(data_folder)), folder)
    return folder


def numbers_of(reports: Path, day: str) -> dict[str, dict]:
    result = json.loads((reports / "district" / "2018" / day / "result.json").read_bytes())
    return {one["id"]: one for one in result["indicators"]}


def test_each_target_stands_once_for_each_day_of_a_report(reports: Path):
    table = published_history(reports).to_frame()
    assert not table.duplicated(["area", "year", "indicator", "as_of"]).any()
    for day in DAYS:
        of_day = table[table["as_of"].map(str) == day].set_index("indicator")
        published = numbers_of(reports, day)
        assert set(of_day.index) == {*published, ALL_TARGETS}
        for name, one in published.items():
            expected = (one["attained"] or {}).get("probability")
            shown = of_day.loc[name, "probability"]
            assert shown == expected or (pd.isna(shown) and expected is None)


def test_csv_and_parquet_read_back_to_the_last_digit(reports: Path, tmp_path: Path):
    table = published_history(reports).to_frame()
    write_table(table, "parquet", tmp_path / "history.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "history.parquet"), table)
    rows = list(csv.DictReader(io.StringIO(csv_text(table))))
    assert list(rows[0]) == list(table.columns)
    for name in ("probability", "median_pct", "required_growth_pct"):
        read = [float(row[name]) if row[name] else None for row in rows]
        assert read == [None if pd.isna(v) else v for v in table[name]]


def test_sdmx_has_one_line_an_observation(reports: Path):
    table = published_history(reports).to_frame()
    rows = list(csv.DictReader(io.StringIO(sdmx_text(table))))
    keys = ("AREA", "INDICATOR", "TARGET_YEAR", "MEASURE", "TIME_PERIOD")
    assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)
    probabilities = [row for row in rows if row["MEASURE"] == "PROBABILITY"]
    assert len(probabilities) == table["probability"].notna().sum()
    assert all(row["STRUCTURE"] == "dataflow" and row["OBS_VALUE"] for row in rows)


def test_openmetrics_have_the_newest_day_and_an_end(reports: Path):
    lines = openmetrics_text(published_history(reports).to_frame()).splitlines()
    assert lines[-1] == "# EOF"
    newest = numbers_of(reports, DAYS[1])["retail_sales"]["attained"]["probability"]
    labels = 'area="district",year="2018",indicator="retail_sales"'
    assert f"forecast_target_probability{{{labels}}} {newest!r}" in lines
    assert f"forecast_report_as_of_seconds{{{labels}}} 1538265600.0" in lines


def test_labels_are_escaped():
    row = {"area": 'a"b\\c\nd', "year": 2018, "indicator": "gdp", "as_of": pd.Timestamp(0)}
    names = ("probability", "standard_error", "required_growth_pct", "median_pct", "lower80_pct")
    values = dict.fromkeys([*names, "upper80_pct", "outturn_pct"], 0.5)
    text = openmetrics_text(pd.DataFrame([row | values]))
    assert r'area="a\"b\\c\nd"' in text


def test_a_result_that_was_altered_is_named_and_left_out(reports: Path, tmp_path: Path):
    import shutil

    copy = tmp_path / "reports"
    shutil.copytree(reports, copy)
    (result,) = copy.glob(f"district/2018/{DAYS[0]}/runs/*/result.json")
    result.write_text(result.read_text(encoding="utf-8").replace("0", "1"), encoding="utf-8")
    found = published_history(copy)
    assert {str(row.as_of) for row in found.rows} == {DAYS[1]}
    assert any("result.json" in fault.file for fault in found.faults)
    done = CliRunner().invoke(main, ["history", "--reports", str(copy)])
    assert done.exit_code == 1
    assert "altered" in done.stderr


def test_a_folder_or_an_area_without_reports_is_named(reports: Path, tmp_path: Path):
    with pytest.raises(ParameterError, match="no reports to export; it lists no report"):
        published_history(tmp_path)
    wanted = "no reports of 'nation' to export; areas with reports: district"
    with pytest.raises(ParameterError, match=wanted):
        published_history(reports, "nation")


def test_the_command_writes_every_form_and_prints_csv_without_one(reports: Path, tmp_path: Path):
    files = {form: tmp_path / f"history.{form}" for form in FORMS}
    options = [part for form, file in files.items() for part in (f"--{form}", str(file))]
    done = CliRunner().invoke(main, ["history", "--reports", str(reports), *options])
    assert (done.exit_code, done.output.split()) == (0, [str(f) for f in files.values()])
    printed = CliRunner().invoke(main, ["history", "--reports", str(reports)]).stdout
    assert printed == files["csv"].read_text(encoding="utf-8")
