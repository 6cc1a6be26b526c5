"""Notebooks are thin, keep to one form, and run from top to bottom."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from forecast.base.errors import NotebookFailed, ParameterError
from forecast.base.parameters import PARAMETER_TYPES
from forecast.publishing.engine import check_parameters
from forecast.publishing.notebooks import run_notebook
from forecast.publishing.places import PER_INDICATOR
from forecast.report.result import read_result

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").rglob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]
ASKED = {
    "area": "futian",
    "year": 2019,
    "as_of": "2019-09-30",
    "since": "",
    "lang": "zh",
    "seed": 1,
    "n_paths": 200,
    "data": "",
    "overlay": "",
    "target": "",
}


def cells(path: Path, kind: str) -> list[Any]:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def named(path: Path) -> str:
    return path.stem


def about(path: Path) -> dict[str, str]:
    """Return what the notebook of one indicator is asked besides."""
    return {"indicator": "gdp"} if path.stem == PER_INDICATOR else {}


every = pytest.mark.parametrize("path", NOTEBOOKS, ids=named)


@every
def test_the_title_is_a_question(path: Path):
    first = nbformat.read(path, as_version=4).cells[0]  # type: ignore[no-untyped-call]
    assert re.match(r"# .+\?\n", first.source)


@every
def test_cells_ask_and_do_not_define(path: Path):
    code = cells(path, "code")
    assert len(code) <= 15
    for cell in code:
        assert len(cell.source.splitlines()) <= 12
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda}
        assert not re.search(r"\bopen\(|read_csv|read_excel|https?://", cell.source)


@every
def test_parameters_are_literals_one_a_line_with_type_and_comment(path: Path):
    (cell,) = (c for c in cells(path, "code") if "parameters" in c.metadata.get("tags", []))
    for line in cell.source.splitlines():
        assert re.fullmatch(r"\w+: (str|int|float|bool) = \S.*  # \S.*", line)
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.value, ast.Constant)


@every
def test_prose_states_no_number_by_hand(path: Path):
    for cell in cells(path, "markdown"):
        assert not re.search(r"\d", re.sub(r"`[^`]*`", "", cell.source))


@every
def test_outputs_are_kept_only_where_they_are_checked(path: Path):
    for cell in cells(path, "code"):
        assert bool(cell.outputs) == ("nbval-check-output" in cell.metadata.get("tags", []))


@pytest.mark.parametrize("path", REPORTS, ids=named)
def test_report_notebooks_take_the_parameters_of_a_report(path: Path):
    check_parameters(path, {name: kind() for name, kind in PARAMETER_TYPES.items()} | about(path))


@pytest.mark.parametrize("path", REPORTS, ids=named)
def test_every_report_notebook_runs_and_leaves_its_numbers(path: Path, tmp_path: Path):
    executed = tmp_path / path.name
    run_notebook(path, executed, ASKED | about(path) | {"out": str(tmp_path)}, show_progress=False)
    result = read_result(tmp_path / "result.json")
    assert (result.area, result.year, str(result.as_of)) == ("futian", 2019, "2019-09-30")
    assert len(result.with_target) == 6
    kinds = {kind for c in cells(executed, "code") for o in c.outputs for kind in o.get("data", {})}
    assert "text/html" in kinds
    assert not [o for c in cells(executed, "code") for o in c.outputs if o.output_type == "stream"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "colour: unknown to attainment.ipynb"),
        ({"year": "2019"}, "year: '2019' is str; allowed: int"),
        ({"n_paths": 200.0}, "n_paths: 200.0 is float; allowed: int"),
    ],
)
def test_parameters_that_do_not_fit_stop_the_run_before_it_starts(
    changes: dict[str, Any], message: str, tmp_path: Path
):
    (path,) = (p for p in REPORTS if p.stem == "attainment")
    executed = tmp_path / "executed.ipynb"
    with pytest.raises(ParameterError, match=re.escape(message)):
        run_notebook(path, executed, ASKED | {"out": ""} | changes, show_progress=False)
    assert not executed.exists()


def test_a_parameter_that_is_misspelt_to_papermill_is_refused_in_the_notebook(tmp_path: Path):
    import papermill
    from papermill.exceptions import PapermillExecutionError

    (path,) = (p for p in REPORTS if p.stem == "bulletin")
    values = {"as_off": "2019-08-31", "n_paths": 200}
    with pytest.raises(PapermillExecutionError, match="as_off: unknown to this notebook; allowed:"):
        papermill.execute_notebook(path, tmp_path / "out.ipynb", values, progress_bar=False)


def test_a_missing_parameter_is_named():
    (path,) = (p for p in REPORTS if p.stem == "attainment")
    with pytest.raises(ParameterError, match="out: missing"):
        check_parameters(path, ASKED)


def test_a_cell_that_fails_is_named_and_the_partial_notebook_kept(tmp_path: Path):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    sources = [
        ({"tags": ["parameters"]}, 'name: str = "x"  # a name'),
        ({}, "1 / 0"),
        ({}, "print('never')"),
    ]
    made = [
        cell | {"id": f"c{i}", "metadata": metadata, "source": source}
        for i, (metadata, source) in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": made,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path, executed = tmp_path / "failing.ipynb", tmp_path / "executed.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(NotebookFailed, match="ZeroDivisionError: division by zero") as caught:
        run_notebook(path, executed, {"name": "y"}, show_progress=False)
    assert caught.value.name == "ZeroDivisionError"
    assert executed.exists()
