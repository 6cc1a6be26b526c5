"""Examples of the documents that need packages of their own, and readers of what is exported.

Each gets an environment with the built wheel and the extra or group of `pyproject.toml` that bears
its name, fetched from the package index; `pytest tests/soak/test_examples.py -k sktime` makes one.
"""

import ast
import json
import os
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from documents import PROJECT, blocks
from strangers import INDICATOR, SERIES, TARGET, as_package

PAGE = PROJECT / "docs" / "your-own-models.md"
FORECASTERS = {  # by extra: the member that the page adds to the pool
    "statsforecast": "auto_arima",
    "sktime": "sktime_theta",
    "skforecast": "ridge",
}
RUN = """
import sys
from documents import PROJECT, run_examples
faults = run_examples(PROJECT / "docs" / "your-own-models.md", environment=sys.argv[1])
print(*faults, sep="\\n")
"""
OUTPUT_LIMIT = 4000


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own, which sees no package of this one."""

    folder: Path

    def run(self, program: str, *arguments: object, cwd: Path, more_path: str = "") -> str:
        bin_folder = self.folder / ("Scripts" if os.name == "nt" else "bin")
        surroundings = {key: os.environ[key] for key in os.environ if not key.startswith("PYTHON")}
        surroundings |= {"PYTHONPATH": more_path, "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
        done = subprocess.run(
            [str(bin_folder / program), *map(str, arguments)],
            cwd=cwd,
            env=surroundings,
            capture_output=True,
            encoding="utf-8",
            timeout=3600,
        )
        printed = f"{done.stdout[-OUTPUT_LIMIT:]}\n{done.stderr[-OUTPUT_LIMIT:]}"
        assert done.returncode == 0, f"{program} {arguments}\n{printed}"
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, once."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*command, str(PROJECT)], check=True, capture_output=True, timeout=600)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """Return the environment of an extra, with the wheel, or of a group, with it or alone."""
    name = request.param
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["dependency-groups"].get(name, ()))
    if name != "readers":
        built = request.getfixturevalue("wheel")
        is_extra = name in project["project"]["optional-dependencies"]
        wanted.append(f"{built}[{name}]" if is_extra else str(built))
    found = Environment(tmp_path_factory.mktemp(name) / "venv")
    venv.create(found.folder, with_pip=True)
    install = ("-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted)
    found.run("python", *install, cwd=found.folder)
    return found


@pytest.mark.parametrize("environment", [*FORECASTERS, "pymc"], indirect=True, ids=str)
def test_the_examples_of_the_page_run(
    environment: Environment, request: pytest.FixtureRequest, tmp_path: Path
):
    name = request.node.callspec.params["environment"]
    tests = str(PROJECT / "tests")
    assert environment.run("python", "-c", RUN, name, cwd=tmp_path, more_path=tests).strip() == ""


@pytest.mark.parametrize("environment", list(FORECASTERS), indirect=True, ids=str)
def test_a_forecaster_of_another_library_is_a_member_weighed_by_its_record(
    environment: Environment, request: pytest.FixtureRequest, tmp_path: Path
):
    name = request.node.callspec.params["environment"]
    own = [block for block in blocks(PAGE) if block.note("environment") == name]
    (entry_point,) = (block.text for block in own if block.language == "toml")
    (module,) = (b.text for b in own if b.language == "python" and "\nMODEL = " in b.text)
    assert len((entry_point + module).splitlines()) <= 30
    assert ast.parse(module)
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(environment.run("python", "-c", query, cwd=tmp_path).strip())
    environment.run("forecast", "init", "mydata", cwd=tmp_path)
    (tmp_path / "mydata" / "indicators.toml").write_text(INDICATOR, encoding="utf-8")
    environment.run("python", "-c", SERIES, cwd=tmp_path)
    (tmp_path / "mydata" / "targets.toml").write_text(TARGET, encoding="utf-8")
    asked = "report --area town --year 2019 --as-of 2019-09-30 --data mydata --paths 200"
    with as_package(packages, entry_point, module):
        environment.run("forecast", *asked.split(), cwd=tmp_path)
    place = tmp_path / "reports" / "town" / "2019" / "2019-09-30"
    result = json.loads((place / "result.json").read_text(encoding="utf-8"))
    (retail,) = (one for one in result["indicators"] if one["id"] == "retail_sales")
    (member,) = (m for m in retail["members"] if m["model"] == FORECASTERS[name])
    weights = {m["model"]: m["weight"] for m in retail["members"]}
    assert 0 < member["weight"] < 1
    assert sum(weights.values()) == pytest.approx(1, abs=0.01)
    assert 0 < retail["attained"]["probability"] < 1


@pytest.mark.parametrize("environment", ["readers"], indirect=True, ids=str)
def test_what_is_exported_is_read_back_to_the_last_digit(environment: Environment, tmp_path: Path):
    program = Path(sys.executable).with_name("forecast")
    day = "--area futian --year 2019 --as-of 2019-09-30"
    for command in (
        f"report {day} --paths 200",
        f"export {day} --hub out/hub --paths-file out/p.parquet",
        "history --parquet out/h.parquet --sdmx out/h.csv --openmetrics out/h.prom",
    ):
        done = subprocess.run(
            [str(program), *command.split()], cwd=tmp_path, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    script = PROJECT / "tests" / "soak" / "read_back.py"
    assert environment.run("python", script, tmp_path / "out", cwd=tmp_path) == ""
