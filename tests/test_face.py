"""What `import forecast` offers, what notebooks may import, and how values show themselves."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import forecast
from forecast import pages
from forecast.base.months import Span
from forecast.outlook.answers import Answer
from forecast.outlook.news import news_of
from forecast.report.report import report_of
from forecast.report.scenario import scenario_of
from strategies import Release, archive_of

PROJECT = Path(__file__).parents[1]
NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.ipynb"))
ROOMS = {path.parent.name for path in (PROJECT / "src" / "forecast").glob("*/__init__.py")}
LONGEST_REPR = 500


def test_the_face_has_at_most_twenty_names_each_documented():
    assert len(forecast.__all__) == len(set(forecast.__all__)) <= 20
    for name in forecast.__all__:
        assert getattr(forecast, name).__doc__ or name == "MODELS"
        assert name in dir(forecast)


def test_no_public_name_is_that_of_a_room():
    assert set(forecast.__all__) & ROOMS == set()
    assert forecast.importing.read.__doc__
    with pytest.raises(AttributeError, match="module 'forecast' has no attribute 'nothing'"):
        forecast.nothing  # noqa: B018  # the access is what is tested


def test_the_version_is_that_of_the_package():
    assert re.fullmatch(r"\d+\.\d+\.\d+", forecast.__version__)


def test_no_room_imports_the_face():
    for path in (PROJECT / "src" / "forecast").glob("*/**/*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*import forecast$", source, re.MULTILINE), path
        for names in re.findall(r"^\s*from forecast import (.*)$", source, re.MULTILINE):
            assert set(names.split(", ")) <= ROOMS, path


def test_the_face_is_light():
    query = "import forecast, sys; print({'numpy', 'pandas', 'scipy', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", query], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_reading_a_result_needs_no_model():
    query = "import forecast.report.result, sys; print({'statsmodels', 'scipy', 'prophet'} & "
    query += "set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", query], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_import_the_face_and_pages_alone(path: Path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    imported = re.findall(
        r"^\s*(?:from|import) (forecast\S*)(?: import (.*))?$", code, re.MULTILINE
    )
    assert imported
    for module, names in imported:
        face = [*forecast.__all__, "importing"]  # the one room that is used by its name
        offered = {"forecast": face, "forecast.pages": pages.__all__}[module]
        assert {name.split(" as ")[0] for name in names.split(", ") if name} <= set(offered)
    assert set(re.findall(r"\bforecast\.(?!pages\b)(\w+)", code)) <= set(forecast.__all__)


@pytest.fixture(scope="module")
def answer(data_folder: Path) -> Answer:
    """Return the answer to a question of which all but three parameters have defaults, and few."""
    question = {"area": "district", "year": 2018, "as_of": date(2018, 8, 31), "n_paths": 100}
    return forecast.ask(**question, data=data_folder)


def test_days_and_paths_may_be_texts(answer: Answer, data_folder: Path):
    data = str(data_folder)
    same = forecast.ask(area="district", year=2018, as_of="2018-08-31", n_paths=100, data=data)
    assert same is answer


@pytest.mark.parametrize("name", ["retail_sales", "gdp"])
def test_results_show_themselves_in_a_line_and_never_as_a_wall_of_text(answer: Answer, name: str):
    outlook, growth = answer.outlook, {"retail_sales": 9, "gdp": 7}[name]
    news = news_of(answer, date(2018, 7, 31))
    scenario = scenario_of(answer, [f"{name} rest {growth}"], bandwidths_pp=[50])
    history = outlook.indicators[name].history
    values = [answer, outlook, outlook.joint, outlook.indicators[name], history, news, scenario]
    values += [outlook.snapshot, outlook.snapshot.archive, answer.record, report_of(answer, news)]
    for value in values:
        assert len(repr(value)) <= LONGEST_REPR, type(value)
        assert "\n" not in repr(value)


def test_an_archive_says_what_it_holds():
    span = Span.year_to_date(2019, 6)
    archive = archive_of([Release(span=span, value=7.0, released_on=date(2019, 8, 1))])
    assert repr(archive) == "<Archive: 1 figures of 1 areas>"
    snapshot = archive.as_of(date(2019, 9, 30))
    assert repr(snapshot) == "<Snapshot of 2019-09-30: <Archive: 1 figures of 1 areas>>"
