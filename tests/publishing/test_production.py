"""A report is computed once, and what is handed over to a kernel is what it would compute."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.base.parameters import HANDED, Parameters
from forecast.base.texts import LANGUAGES
from forecast.pages import charts, tables
from forecast.report import report as report_module
from forecast.report.report import handed_name, report_on
from forecast.report.result import json_of, write_result


def question(data: Path, **changes: object) -> Parameters:
    given = {"area": "district", "year": 2018, "as_of": "2018-08-31", "since": "", "lang": "en"}
    given |= {"seed": 1, "n_paths": 100, "data": str(data), "out": "", "overlay": ""}
    return Parameters.parse(**(given | changes))


def handed_over(folder: Path, asked: Parameters) -> Path:
    """Hand over a report that can be told from the one that would be computed."""
    said = json.loads(json_of(report_on(asked))) | {"version": "handed over"}
    path = folder / handed_name(asked)
    path.write_text(json.dumps(said), encoding="utf-8")
    report_module._report_on.cache_clear()
    return path


def test_a_report_says_what_its_result_says(data_folder: Path, tmp_path: Path):
    told = report_on(question(data_folder))
    assert told.as_of == date(2018, 8, 31)
    write_result(told, tmp_path / "result.json")
    again = report_module.read_result(tmp_path / "result.json")
    assert json_of(again) == json_of(told)
    for lang in LANGUAGES:
        for section in (tables.headline, tables.details, tables.commitments, tables.bulletin):
            assert section(again, lang).markup == section(told, lang).markup
        assert charts.moved(again, lang).markup == charts.moved(told, lang).markup


def test_a_report_is_computed_once_for_all_languages(data_folder: Path, tmp_path: Path):
    asked = question(data_folder)
    assert report_on(asked) is report_on(question(data_folder, lang="zh", out=str(tmp_path)))


def test_what_is_handed_over_is_not_computed_again(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    handed_over(tmp_path, question(data_folder))
    monkeypatch.setenv(HANDED, str(tmp_path))
    assert report_on(question(data_folder, lang="zh")).version == "handed over"
    report_module._report_on.cache_clear()


@pytest.mark.parametrize("changes", [{"seed": 2}, {"as_of": "2018-08-30"}, {"area": "nation"}])
def test_no_report_of_another_question_is_taken_for_it(
    changes: dict[str, object],
    data_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    handed_over(tmp_path, question(data_folder))
    monkeypatch.setenv(HANDED, str(tmp_path))
    assert report_on(question(data_folder, **changes)).version != "handed over"


def test_no_report_of_other_data_is_taken_for_it(data_folder: Path, tmp_path: Path):
    other = shutil.copytree(data_folder, tmp_path / "data")
    assert handed_name(question(other)) == handed_name(question(data_folder))
    targets = other / "targets.toml"
    targets.write_text(targets.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert handed_name(question(other)) != handed_name(question(data_folder))
