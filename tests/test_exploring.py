"""The exploring notebooks run with nobody at the widgets, and keep outputs that mean something.

Whether the kept outputs still hold is asked of nbval, with the defaults of each notebook:
`pytest --nbval-lax notebooks/explore`. After a change that is meant to move them,
`pytest tests/test_exploring.py --update-golden` writes them anew; review the diff.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from forecast.publishing.notebooks import run_notebook

EXPLORE = sorted((Path(__file__).parents[1] / "notebooks" / "explore").glob("*.ipynb"))
CHECKED = "nbval-check-output"  # a tag
SMALL = {"n_paths": 200, "lang": "zh"}

every = pytest.mark.parametrize("path", EXPLORE, ids=lambda path: path.stem)


def code(path: Path) -> list[Any]:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_checked(cell: Any) -> bool:
    return CHECKED in cell.metadata.get("tags", [])


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters that a notebook declares, with their defaults."""
    (cell,) = (c for c in code(path) if "parameters" in c.metadata.get("tags", []))
    found: dict[str, Any] = {}
    exec(cell.source, {}, found)
    return {name: value for name, value in found.items() if name != "__annotations__"}


def keep_checked_outputs(path: Path, executed: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    ran = {cell.id: cell for cell in code(executed)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_checked(cell):
            cell.outputs = ran[cell.id].outputs
            cell.execution_count = ran[cell.id].execution_count
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


@every
def test_it_runs_small_and_in_chinese_with_nobody_at_the_widgets(
    path: Path, tmp_path: Path, request: pytest.FixtureRequest
):
    given = defaults(path)
    executed = tmp_path / path.name
    is_update = request.config.getoption("--update-golden")
    small = {} if is_update else {name: SMALL[name] for name in SMALL.keys() & given}
    run_notebook(path, executed, given | small)
    if is_update:
        keep_checked_outputs(path, executed)
    ran = code(executed)
    shown = {kind for cell in ran for output in cell.outputs for kind in output.get("data", {})}
    has_widgets = any(c.source.startswith("widgets.") for c in ran)
    assert ("application/vnd.jupyter.widget-view+json" in shown) == has_widgets
    assert has_widgets or path.stem == "05_add_your_area"
    assert "text/html" in shown
    quiet = [c for c in ran if not is_checked(c) and "main." not in c.source]
    assert not [o for cell in quiet for o in cell.outputs if o.output_type == "stream"]


@every
def test_what_is_kept_holds_numbers_and_nothing_that_changes_by_itself(path: Path):
    kept = [cell for cell in code(path) if cell.outputs]
    assert len(kept) >= 2
    for cell in kept:
        assert is_checked(cell)
        (output,) = cell.outputs
        assert output.output_type == "stream"
        assert output.name == "stdout"
        assert re.search(r"\d", output.text)
        assert not re.search(r"0x[0-9a-f]+|/tmp/|/home/|seconds?\b", output.text)
        assert cell.execution_count  # without one nbval counts the cell as never run


def test_the_hook_of_git_leaves_the_notebooks_as_they_are():
    """Outputs are stripped where they should be, and stay where nbval compares them."""
    every = sorted(map(str, EXPLORE[0].parents[1].rglob("*.ipynb")))
    hook = [
        str(Path(sys.executable).with_name("nbstripout")),
        "--keep-count",
        "--keep-id",
        "--verify",
        *every,
    ]
    said = subprocess.run(hook, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_widgets_cost_a_command_nothing():
    imports = "import sys, forecast.cli, forecast.publishing.publication"
    asked = f"{imports}; print('ipywidgets' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
