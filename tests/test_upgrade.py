"""What an earlier version wrote is read by this one; ledger and cache have tests of their own."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError
from forecast.cli import main
from forecast.report.result import json_of, read_result, report_from

PROJECT = Path(__file__).parents[1]
EARLIER = PROJECT / "tests" / "data" / "earlier"
GOLDEN = json.loads((PROJECT / "tests/golden/result.json").read_text(encoding="utf-8"))
# keys that came into a result after schema 1.0, with the version that brought them
LATER = {
    ("indicators", "calibration_effective_years"): "1.8",
    ("indicators", "next_figure"): "1.9",
    ("indicators", "depth"): "1.5",
    ("indicators", "seasons"): "1.8",
    ("", "commitments"): "1.3",
    ("", "data_checks"): "1.7",
    ("", "moved"): "1.1",
    ("", "film"): "1.1",
}


def test_a_result_of_an_earlier_minor_version_is_read_with_its_numbers():
    before = json.loads((EARLIER / "result.json").read_text(encoding="utf-8"))
    report = read_result(EARLIER / "result.json")
    assert before["schema_version"] == "1.8"
    assert (report.version, str(report.as_of)) == ("0.1.0", "2018-10-31")
    (gdp,) = report.indicators
    assert gdp.probability == before["indicators"][0]["attained"]["probability"] == 0.03
    assert gdp.light == "red"
    assert gdp.last_figure is not None
    assert gdp.last_figure.is_published


def test_an_earlier_result_written_anew_keeps_the_schema_of_today():
    written = json.loads(json_of(read_result(EARLIER / "result.json")))
    schema = json.loads((PROJECT / "docs/result.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(written | {"schema_version": GOLDEN["schema_version"]}, schema)


@pytest.mark.parametrize(("place", "key"), LATER, ids=lambda text: text or "report")
def test_a_result_from_before_a_key_is_read_without_it(place: str, key: str):
    content = json.loads(json.dumps(GOLDEN))
    for part in content[place] if place else [content]:
        part.pop(key, None)
    content["schema_version"] = "1.0"
    report = report_from(json.dumps(content))
    expected = [
        i["attained"]["probability"] if i["attained"] else None for i in GOLDEN["indicators"]
    ]
    assert [i.probability if i.attainment else None for i in report.indicators] == expected


def test_a_result_of_another_major_version_is_refused():
    with pytest.raises(ContractError, match=r"schema_version '2\.0'; allowed here: 1\.x"):
        report_from(json.dumps(GOLDEN | {"schema_version": "2.0"}))


def test_a_data_folder_of_an_earlier_version_answers(tmp_path: Path):
    folder = tmp_path / "data"
    shutil.copytree(EARLIER / "data", folder)
    archive = read_archive(folder)
    assert set(archive.figures["area"]) == {"town"}
    question = ["--area", "town", "--year", "2018", "--as-of", "2018-10-31", "--paths", "100"]
    said = CliRunner().invoke(main, ["status", *question, "--data", str(folder), "--json"])
    assert said.exit_code == 0, said.output
    (area,) = json.loads(said.stdout)
    assert area["targets"][0]["light"] == "red"
