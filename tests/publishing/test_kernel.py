"""One kernel serves many notebooks, and none finds what another left."""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from forecast.base.errors import NotebookFailed
from forecast.base.parameters import HANDED
from forecast.publishing.kernel import Kernel
from forecast.publishing.notebooks import run_notebook

FIRST = """\
import os
import matplotlib.pyplot as plt
left_behind = name
figure = plt.figure()
plt.plot([1, 2])
plt.show()
print(os.getpid())"""
SECOND = """\
import os
import matplotlib.pyplot as plt
assert "left_behind" not in globals() and "figure" not in globals() and "In" in globals()
assert plt.get_fignums() == []
plt.plot([2, 1])
plt.show()
print(os.getpid())"""


def written(folder: Path, name: str, source: str) -> Path:
    parameters = new_code_cell('name: str = "x"  # a name', metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = new_notebook(cells=[parameters, new_code_cell(source)], metadata={"kernelspec": kernel})
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


def outputs(path: Path) -> list[nbformat.NotebookNode]:
    return [o for c in nbformat.read(path, 4).cells for o in c.get("outputs", [])]


def printed(path: Path) -> str:
    return "".join(o.text for o in outputs(path) if o.get("name") == "stdout")


def test_notebooks_share_a_process_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MPLBACKEND", "nonsense")  # of a user; a kernel has its own
    done = [tmp_path / "1.ipynb", tmp_path / "2.ipynb"]
    with Kernel() as kernel:
        for name, source, executed in zip(("a", "b"), (FIRST, SECOND), done, strict=True):
            path = written(tmp_path, name, source)
            run_notebook(path, executed, {"name": "y"}, kernel=kernel)
    assert printed(done[0]) == printed(done[1]) != ""
    for executed in done:
        assert any("image/png" in o.get("data", {}) for o in outputs(executed))
        code = [c for c in nbformat.read(executed, 4).cells if c.cell_type == "code"]
        assert [c.execution_count for c in code] == [1, 2, 3]


def test_a_failed_notebook_does_not_spoil_the_next_one(tmp_path: Path):
    with Kernel() as kernel:
        broken = written(tmp_path, "broken", "left_behind = 1\n1 / 0")
        with pytest.raises(NotebookFailed, match="ZeroDivisionError"):
            run_notebook(broken, tmp_path / "1.ipynb", {"name": "y"}, kernel=kernel)
        sound = written(tmp_path, "sound", "print('left_behind' in globals())")
        run_notebook(sound, tmp_path / "2.ipynb", {"name": "y"}, kernel=kernel)
    assert printed(tmp_path / "2.ipynb") == "False\n"


def test_a_kernel_that_dies_is_a_failed_notebook(tmp_path: Path):
    path = written(tmp_path, "deadly", "import os\nos._exit(1)")
    with pytest.raises(NotebookFailed, match="DeadKernelError"):
        run_notebook(path, tmp_path / "1.ipynb", {"name": "y"})


def test_nothing_of_the_users_machine_has_a_part_in_a_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A profile, a matplotlibrc, a kernel spec and a temporary folder too deep for a socket."""
    home, deep = tmp_path / "home", tmp_path / ("d" * 60) / ("e" * 60)
    startup = home / ".ipython" / "profile_default" / "startup"
    spec = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    settings = home / ".config" / "matplotlib"
    for folder in (startup, spec, settings, deep):
        folder.mkdir(parents=True)
    (startup / "00.py").write_text("raise SystemExit('the profile ran')", encoding="utf-8")
    (spec / "kernel.json").write_text('{"argv": ["false"], "language": "x"}', encoding="utf-8")
    (settings / "matplotlibrc").write_text("axes.facecolor: yellow", encoding="utf-8")
    (home / "matplotlibrc").write_text("text.usetex: True", encoding="utf-8")
    for name in ("IPYTHONDIR", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MATPLOTLIBRC", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    path = written(
        tmp_path,
        "own",
        "import matplotlib as m\nprint(m.rcParams['axes.facecolor'], m.rcParams['text.usetex'])",
    )
    run_notebook(path, tmp_path / "1.ipynb", {"name": "y"})
    assert printed(tmp_path / "1.ipynb") == "white False\n"


def test_what_cells_print_show_and_return_are_outputs_in_their_order(tmp_path: Path):
    source = """\
import sys
from IPython.display import HTML, display
print("one")
print("two", file=sys.stderr)
display(HTML("<b>three</b>"))
print("four")
5"""
    run_notebook(written(tmp_path, "all", source), tmp_path / "1.ipynb", {"name": "y"})
    shown = [o for o in outputs(tmp_path / "1.ipynb")]
    kinds = [o.get("name", o.output_type) for o in shown]
    assert kinds == ["stdout", "stderr", "display_data", "stdout", "execute_result"]
    assert shown[2].data["text/html"] == "<b>three</b>"
    assert shown[4].data["text/plain"] == "5"


def test_a_cell_that_asks_gets_no_answer_and_does_not_hang(tmp_path: Path):
    path = written(tmp_path, "asks", "input('name? ')")
    with pytest.raises(NotebookFailed, match="EOFError"):
        run_notebook(path, tmp_path / "1.ipynb", {"name": "y"})


def test_papermill_finds_the_engine_by_its_name(tmp_path: Path):
    import papermill

    from forecast.publishing.engine import register

    register()
    path = written(tmp_path, "plain", "print(name)")
    papermill.execute_notebook(
        path, tmp_path / "1.ipynb", {"name": "y"}, engine_name="forecast", progress_bar=False
    )
    assert printed(tmp_path / "1.ipynb") == "y\n"


def test_a_notebook_of_a_data_folder_keeps_its_jupyter_kernel(tmp_path: Path):
    """It finds the handed reports there; one that is not installed is named."""
    place = f"os.environ[{HANDED!r}]"
    source = f"import os\nprint(get_ipython().kernel.implementation, name, {place})"
    path = written(tmp_path, "own", source)
    with Kernel() as kernel:
        run_notebook(path, tmp_path / "1.ipynb", {}, kernel=kernel, is_own=True)
        assert printed(tmp_path / "1.ipynb") == f"ipython x {kernel.handed}\n"
    content = nbformat.read(path, 4)
    content.metadata.kernelspec.name = "strange"
    nbformat.write(content, path)
    with pytest.raises(NotebookFailed, match="kernel 'strange' is not installed"):
        run_notebook(path, tmp_path / "1.ipynb", {}, is_own=True)


@pytest.mark.parametrize(
    "first", ["papermill", "forecast.publishing.engine", "forecast.publishing.cells"]
)
def test_an_installed_entry_point_is_found_whatever_is_imported_first(tmp_path: Path, first: str):
    """Papermill loads entry points while it is imported, perhaps by the module they lead to."""
    installed = tmp_path / "other-1.0.dist-info"
    installed.mkdir()
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    place = project["project"]["entry-points"]["papermill.engine"]["forecast"]
    entry = f"[papermill.engine]\nforecast = {place}\n"
    (installed / "entry_points.txt").write_text(entry, encoding="utf-8")
    code = (
        f"import {first}, forecast.publishing.engine as engine\n"
        "from papermill.engines import papermill_engines as known\n"
        "assert known.get_engine('forecast') is engine.ForecastEngine\n"
        "engine.register()\n"
        "assert known.get_engine('forecast') is engine.ForecastEngine\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
