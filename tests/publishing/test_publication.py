"""A report is built beside its place, put there whole, and the last good one stays."""

import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.base.errors import (
    ContractError,
    LedgerLost,
    NotebookFailed,
    OutputError,
    ParameterError,
)
from forecast.base.parameters import Parameters
from forecast.publishing import notebooks as making
from forecast.publishing.integrity import faults_of
from forecast.publishing.ledger import LEDGER, read_ledger
from forecast.publishing.places import MANIFEST, RESULT, ROWS, Publication, notebook_path
from forecast.publishing.publication import publish
from forecast.report.result import read_result

pytestmark = pytest.mark.usefixtures("short_past")
EDITED = r"result\.json was edited: it is not the result\.json of any run beside it"
LINKED = {"attainment.html", "attainment.ipynb", RESULT, MANIFEST}


def asked(**changes: object) -> Parameters:
    given = {"area": "longgang", "year": 2013, "as_of": "2013-09-30", "seed": 1, "n_paths": 200}
    return Parameters.parse(**(given | changes))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Publication]:
    reports = tmp_path_factory.mktemp("reports")
    return reports, publish(asked(), reports)


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if p.is_file()}


def test_a_report_lies_where_people_look_for_it(published: tuple[Path, Publication]):
    reports, made = published
    assert made.place == reports / "longgang" / "2013" / "2013-09-30"
    assert names(made.place) == LINKED
    assert names(made.place / "runs" / made.run) == {*LINKED, ROWS}
    for name in LINKED:
        run = made.place / "runs" / made.run / name
        assert (made.place / name).read_bytes() == run.read_bytes()


def test_nothing_is_left_beside_a_run(published: tuple[Path, Publication]):
    _, made = published
    assert [p.name for p in (made.place / "runs").iterdir()] == [made.run]


def test_the_manifest_says_what_the_report_was_made_of(
    published: tuple[Path, Publication],
):
    _, made = published
    manifest = json.loads((made.place / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["parameters"] == {
        "area": "longgang",
        "year": 2013,
        "as_of": "2013-09-30",
        "since": "2013-08-31",
        "seed": 1,
        "n_paths": 200,
    }
    assert set(manifest["data"]) >= {"indicators.toml", "figures/longgang.csv"}
    assert set(manifest["files"]) == {*LINKED, ROWS} - {MANIFEST}
    assert manifest["run"] == made.run


def test_the_page_needs_nothing_from_elsewhere(published: tuple[Path, Publication]):
    _, made = published
    page = made.page.read_text(encoding="utf-8")
    assert "<script" not in page
    loaded = re.findall(r"""(?:src|srcset|href|url)\s*[=(]\s*["']?([^"'\s)>]+)""", page)
    assert not [target for target in loaded if not target.startswith(("data:", "#"))]


def test_the_same_inputs_are_the_same_run(published: tuple[Path, Publication]):
    reports, made = published
    again = publish(asked(), reports)
    assert again.run == made.run
    assert not again.is_new


def test_two_runs_give_the_same_result_byte_for_byte(
    published: tuple[Path, Publication], tmp_path: Path
):
    _, made = published
    again = publish(asked(), tmp_path)
    assert again.is_new
    assert again.result.read_bytes() == made.result.read_bytes()


def test_another_language_renews_both_pages_together(tmp_path: Path):
    first = publish(asked(), tmp_path)
    both = publish(asked(lang="zh"), tmp_path)
    assert both.page.name == "attainment.zh.html"
    assert names(both.place) == LINKED | {"attainment.zh.html", "attainment.zh.ipynb"}
    assert both.result.read_bytes() == (first.place / "runs" / first.run / RESULT).read_bytes()
    assert 'lang="zh-Hans"' in both.page.read_text(encoding="utf-8")[:200]


def copied(published: tuple[Path, Publication], folder: Path) -> Path:
    return shutil.copytree(published[0], folder / "reports")


def test_kinds_share_one_run_one_result_and_one_manifest(
    published: tuple[Path, Publication], tmp_path: Path
):
    reports, (_, first) = copied(published, tmp_path), published
    made = publish(asked(), reports, kinds=["bulletin", "track-record"], languages=["zh", "en"])
    pages = ["bulletin.zh.html", "bulletin.html", "track-record.zh.html", "track-record.html"]
    assert [page.name for page in made.pages] == pages
    notebooks = {f"{page.removesuffix('.html')}.ipynb" for page in pages}
    assert names(made.place) == LINKED | set(pages) | notebooks
    manifest = json.loads((made.place / MANIFEST).read_text(encoding="utf-8"))
    assert set(manifest["pages"]) == {"attainment.html", *pages}
    assert manifest["pages"]["bulletin.zh.html"] == {
        "kind": "bulletin",
        "indicator": "",
        "lang": "zh",
        "format": "html",
    }
    assert made.result.read_bytes() == first.result.read_bytes()
    assert "2013" in made.page.read_text(encoding="utf-8")


def test_a_page_more_is_made_without_making_the_others_again(
    published: tuple[Path, Publication], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    reports, (_, first) = copied(published, tmp_path), published
    monkeypatch.setattr(making, "run_notebook", failing)
    made = publish(asked(), reports, formats=["md"])
    assert made.is_new
    assert names(made.place) == LINKED | {"attainment.md"}
    assert (made.place / "attainment.ipynb").read_bytes() == first.page.with_suffix(
        ".ipynb"
    ).read_bytes()
    assert made.page.read_text(encoding="utf-8").startswith("# Longgang District: ")


def test_a_report_is_a_document_for_word_too(
    published: tuple[Path, Publication], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    reports = copied(published, tmp_path)
    monkeypatch.setattr(making, "run_notebook", failing)
    made = publish(asked(), reports, formats=["docx"])
    assert names(made.place) == LINKED | {"attainment.docx"}
    with zipfile.ZipFile(made.page) as archive:
        words = archive.read("word/document.xml").decode("utf-8")
    assert "Longgang District: " in words
    assert "<w:tbl>" in words


def test_an_indicator_has_a_page_of_its_own(published: tuple[Path, Publication], tmp_path: Path):
    reports = copied(published, tmp_path)
    made = publish(asked(), reports, kinds=["indicator"], indicators=["exports"])
    assert made.page.name == "indicator-exports.html"
    assert "Exports" in made.page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ["novel"]}, "kind: 'novel' is unknown; allowed: attainment, bulletin"),
        ({"languages": ["fr"]}, "lang: 'fr' is unknown; allowed: en, zh"),
        ({"formats": ["doc", "pdf"]}, "format: 'doc' is unknown; allowed: html, pdf, md, docx"),
        ({"kinds": []}, "kind: none requested"),
        ({"kinds": ["indicator"]}, "indicator: none has a target in force, name one; allowed"),
        ({"kinds": ["indicator"], "indicators": ["../gdp"]}, "indicator: '../gdp'; allowed: "),
        ({"indicators": ["exports"]}, "indicator: requested without the kind indicator"),
        ({"template": Path("office.docx")}, "template: given without the format docx"),
        (
            {"template": Path("office.docx"), "formats": ["docx"]},
            "template: office.docx cannot be read as a Word document",
        ),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_is_written(
    changes: dict[str, Any], message: str, tmp_path: Path
):
    with pytest.raises(ParameterError, match=re.escape(message)):
        publish(asked(), tmp_path / "reports", **changes)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("area", ["../longgang", "..", "a/b", "/tmp", "", "a\\b", "x" * 65])
def test_no_area_leads_out_of_the_folder_of_reports(area: str):
    with pytest.raises(ParameterError, match="area: "):
        asked(area=area)


def test_without_new_figures_there_is_a_report_that_says_so(tmp_path: Path):
    made = publish(asked(as_of="2013-09-30", since="2013-09-25"), tmp_path, kinds=["bulletin"])
    found = read_result(made.result)
    assert found.data_summary.newest_release_on <= date(2013, 9, 25)
    assert "Nothing new since 25 Sep 2013" in made.page.read_text(encoding="utf-8")


def test_bad_data_writes_nothing(data_folder: Path, tmp_path: Path):
    data = tmp_path / "data"
    (data / "figures").mkdir(parents=True)
    reports = tmp_path / "reports"
    with pytest.raises(ContractError, match="no file"):
        publish(asked(data=str(data)), reports)
    assert not reports.exists()


def failing(*_: object, **__: object) -> None:
    raise AssertionError("the notebook must not run")


def test_a_failing_cell_leaves_the_last_good_report(
    published: tuple[Path, Publication], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    made = publish(asked(), tmp_path)
    before = {name: (made.place / name).read_bytes() for name in LINKED}
    notebook = json.loads(notebook_path("attainment").read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = "raise RuntimeError('spoilt')"
    spoilt = tmp_path / "attainment.ipynb"
    spoilt.write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.setattr(making, "notebook_path", lambda *_: spoilt)
    with pytest.raises(NotebookFailed, match="RuntimeError: spoilt"):
        publish(asked(seed=2), tmp_path)
    assert {name: (made.place / name).read_bytes() for name in LINKED} == before
    assert (made.place / "attainment.failed.ipynb").is_file()
    assert [p.name for p in (made.place / "runs").iterdir()] == [made.run]


def test_an_altered_run_is_named_and_not_published(tmp_path: Path):
    made = publish(asked(), tmp_path)
    (made.place / "runs" / made.run / RESULT).write_text("{}", encoding="utf-8")
    with pytest.raises(OutputError, match=r"altered after it was made: result\.json"):
        publish(asked(), tmp_path)


def test_every_published_run_is_listed(published: tuple[Path, Publication]):
    reports, made = published
    (entry,) = read_ledger(reports).numbered.values()
    assert reports / entry.path == made.place / "runs" / made.run / RESULT
    assert (entry.area, entry.year, entry.day) == ("longgang", 2013, "2013-09-30")
    assert faults_of(reports) == []


def test_a_result_that_was_edited_where_people_look_is_named_and_stays(tmp_path: Path):
    made = publish(asked(), tmp_path)
    made.result.write_text("{}", encoding="utf-8")
    for question in (asked(), asked(seed=2)):
        with pytest.raises(OutputError, match=EDITED):
            publish(question, tmp_path)
    assert made.result.read_text(encoding="utf-8") == "{}"
    assert [p.name for p in (made.place / "runs").iterdir()] == [made.run]


def test_links_that_were_lost_are_put_back_from_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    made = publish(asked(), tmp_path)
    made.page.unlink()
    made.result.unlink()
    monkeypatch.setattr(making, "run_notebook", failing)
    publish(asked(), tmp_path)
    assert read_result(made.result).area == "longgang"
    assert made.page.is_file()


def test_over_a_ledger_that_lost_lines_no_report_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    made = publish(asked(), tmp_path)
    kept = (tmp_path / LEDGER).read_bytes()
    (tmp_path / LEDGER).unlink()
    monkeypatch.setattr(making, "run_notebook", failing)
    with pytest.raises(LedgerLost, match="restored from an older backup"):
        publish(replace(asked(), seed=3), tmp_path)
    assert [p.name for p in (made.place / "runs").iterdir()] == [made.run]
    (tmp_path / LEDGER).write_bytes(kept)
    assert not publish(asked(), tmp_path).is_new


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "reports").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(OutputError, match="could not be written"):
        publish(replace(asked(), seed=3), tmp_path / "reports")
