"""A notebook beside the data folder is a kind of report like the project's own."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.archive.folder import new_data_folder, read_archive
from forecast.archive.schedule import read_schedule
from forecast.base.errors import ContractError, ParameterError
from forecast.base.parameters import Parameters, own_notebooks
from forecast.cli import main
from forecast.publishing.ledger import read_ledger
from forecast.publishing.notebooks import own_values
from forecast.publishing.places import Page, named_page, notebook_path
from forecast.publishing.publication import publish

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(path: Path, *cells: str, tagged: bool = True, kernel: bool = True) -> Path:
    """Write a notebook whose first cell is tagged `parameters`."""
    tags = [{"tags": ["parameters"]} if i == 0 and tagged else {} for i in range(len(cells))]
    content = {
        "cells": [
            {
                "cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": tag,
                "outputs": [], "source": source.splitlines(keepends=True),
            }
            for i, (source, tag) in enumerate(zip(cells, tags, strict=True))
        ],
        "metadata": {"kernelspec": PYTHON} if kernel else {},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


PARAMETERS = 'area: str = ""\nyear: int = 0\nlang: str = "en"\nmine: int = 42'
SHOW = "print('page of', area, year, lang, mine)"


@pytest.fixture(scope="module")
def home(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with two notebooks beside it."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(data_folder, home / "data")
    notebook(home / "notebooks" / "mine.ipynb", PARAMETERS, SHOW)
    notebook(home / "notebooks" / "failing.ipynb", PARAMETERS, "1 / 0")
    return home


@pytest.fixture(scope="module")
def question(home: Path) -> Parameters:
    data = str(home / "data")
    return Parameters.parse(area="district", year=2018, as_of="2018-08-31", n_paths=200, data=data)


def test_it_is_published_with_page_ledger_and_index(home: Path, question: Parameters):
    reports = home / "reports"
    made = publish(
        question, reports, kinds=["mine"], languages=["en", "zh"], formats=["html", "md"]
    )
    names = [page.name for page in made.pages]
    assert names == ["mine.html", "mine.md", "mine.zh.html", "mine.zh.md"]
    assert "page of district 2018 zh 42" in (made.place / "mine.zh.md").read_text(encoding="utf-8")
    (entry,) = read_ledger(reports).numbered.values()
    result = json.loads((reports / entry.path).read_bytes())
    assert (result["area"], result["year"]) == ("district", 2018)
    assert "mine" in (reports / "index.html").read_text(encoding="utf-8")
    assert not publish(question, reports, kinds=["mine"]).is_new
    notebook(home / "notebooks" / "mine.ipynb", PARAMETERS, SHOW.replace("page", "new page"))
    assert publish(question, reports, kinds=["mine"]).is_new
    assert "new page of" in (made.place / "mine.html").read_text(encoding="utf-8")


def test_names_that_can_be_kinds(home: Path):
    assert list(own_notebooks(home / "data")) == ["failing", "mine"]
    assert named_page("mine.zh.pdf") == Page(kind="mine", lang="zh", format="pdf")
    for name in ("attainment", "index", "track_record", "two words", "two-words"):
        notebook(home / "notebooks" / f"{name}.ipynb", PARAMETERS)
    assert list(own_notebooks(home / "data")) == ["failing", "mine"]
    assert notebook_path("mine", home / "data") == home / "notebooks" / "mine.ipynb"


def test_a_kind_without_a_notebook_is_named_with_those_there_are(home: Path, tmp_path: Path):
    command = ["report", "--area", "district", "--as-of", "2018-08-31", "--kind", "yours"]
    command += ["--data", str(home / "data"), "--out", str(tmp_path / "reports")]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert "kind: 'yours' is unknown; allowed: attainment, bulletin" in done.stderr
    assert "failing, mine" in done.stderr


def test_a_notebook_without_parameters_is_refused(tmp_path: Path):
    values = {"area": "district", "year": 2018}
    untagged = notebook(tmp_path / "untagged.ipynb", PARAMETERS, tagged=False)
    with pytest.raises(ParameterError, match=r"untagged\.ipynb: no cell is tagged `parameters`"):
        own_values(untagged, values)
    with pytest.raises(ParameterError, match="its parameters lack `area`"):
        own_values(notebook(tmp_path / "other.ipynb", "x: int = 1"), values)
    bare = notebook(tmp_path / "bare.ipynb", PARAMETERS, kernel=False)
    with pytest.raises(ParameterError, match=r"bare\.ipynb: names no kernel"):
        own_values(bare, values)
    (tmp_path / "broken.ipynb").write_text("no JSON", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"broken\.ipynb: not a notebook"):
        own_values(tmp_path / "broken.ipynb", values)


def test_it_gets_what_it_declares(tmp_path: Path):
    path = notebook(tmp_path / "mine.ipynb", PARAMETERS)
    given = {"area": "district", "year": 2018, "lang": "zh", "seed": 1}
    assert own_values(path, given) == {"area": "district", "year": 2018, "lang": "zh"}


def test_the_schedule_may_name_it(home: Path, tmp_path: Path):
    shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("reports"))
    data = tmp_path / "home" / "data"
    entry = '\n[[report]]\narea = "district"\ndays_of_month = [2]\nkinds = ["mine"]\n'
    text = (data / "schedule.toml").read_text(encoding="utf-8")
    (data / "schedule.toml").write_text(text + entry, encoding="utf-8")
    assert read_schedule(data).report_days[-1].kinds == ["mine"]
    (tmp_path / "home" / "notebooks" / "mine.ipynb").unlink()
    with pytest.raises(ContractError, match=r"kinds \['mine'\]; allowed: one or more of"):
        read_schedule(data)


def test_a_new_data_folder_has_a_template_beside_it_that_stays_as_it_is(tmp_path: Path):
    new_data_folder(tmp_path / "mydata")
    template = tmp_path / "notebooks" / "mine.ipynb"
    assert list(own_notebooks(tmp_path / "mydata")) == ["mine"]
    declared = {"area", "year", "as_of", "lang", "seed", "n_paths", "data"}
    values = dict.fromkeys(declared, "")
    assert set(own_values(template, values)) == declared
    template.write_text("mine", encoding="utf-8")
    new_data_folder(tmp_path / "another")
    assert template.read_text(encoding="utf-8") == "mine"


def test_the_example_has_no_kinds_of_its_own(question: Parameters):
    project = read_archive().file_hashes
    assert project
    packaged = replace(question, data=Parameters.parse(area="a", year=1, as_of="2019-01-01").data)
    assert own_notebooks(packaged.data) == {}
