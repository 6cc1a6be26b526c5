"""Installed from its wheel, the command works from any folder, on the data that it carries."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from strangers import INDICATOR, SERIES, TARGET, as_package

ROOT = Path(__file__).parents[1]
AS_OF = Path("reports/futian/2019/2019-09-30")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A virtual environment that holds the wheel, and sees the packages of this one."""

    folder: Path

    def program(self, name: str) -> str:
        folder, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        return str(self.folder / folder / f"{name}{suffix}")

    @property
    def surroundings(self) -> dict[str, str]:
        """Return the environment of its programs, with what other packages keep aside."""
        inherited = {key: os.environ[key] for key in os.environ if not key.startswith("PYTHON")}
        shared = Path(sys.prefix) / "share" / "jupyter"  # templates of nbconvert, JupyterLab
        own = {"JUPYTER_PATH": str(shared), "JUPYTERLAB_DIR": str(shared / "lab")}
        return inherited | own | {"PYTHONUTF8": "1"}

    def run(self, *command: str, cwd: Path) -> str:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.surroundings,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the source distribution, and the wheel from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(
    distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Install the wheel alone.

    A folder that a .pth file names is only put on the path: the .pth file of the editable project
    in it is not read, so that `forecast` can come from nowhere but the wheel.
    """
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False)
    installation = Installation(folder=folder)
    python = installation.program("python")
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run(
        [*pip, "install", "-qq", "--no-deps", "--no-index", str(distributions[1])], check=True
    )
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own_packages = Path(installation.run(python, "-c", query, cwd=folder).strip())
    shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (own_packages / "dependencies.pth").write_text("\n".join(sorted(shared)), encoding="utf-8")
    return installation


def test_the_package_comes_from_the_wheel(installed, tmp_path):
    query = "import forecast, numpy; print(forecast.__file__)"
    printed = installed.run(installed.program("python"), "-c", query, cwd=tmp_path)
    assert Path(printed.strip()).resolve().is_relative_to(installed.folder.resolve())


def test_a_report_is_written_from_an_unrelated_folder(installed, tmp_path):
    arguments = "report --area futian --year 2019 --as-of 2019-09-30 --paths 200"
    installed.run(installed.program("forecast"), *arguments.split(), cwd=tmp_path)
    assert (tmp_path / AS_OF / "attainment.html").is_file()
    assert (tmp_path / AS_OF / "result.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_notebooks_open_in_a_copy_and_run_there(installed, tmp_path):
    command = [installed.program("forecast"), "explore", "04_scenarios", "--no-browser"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=installed.surroundings | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "run")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            said = iter(running.stdout.readline, "")
            found = next(filter(None, (re.search(r"http://\S+", line) for line in said)))
            where = urlsplit(found[0])
            kept = f"http://{where.netloc}/api/contents/explore/04_scenarios.ipynb?{where.query}"
            with urllib.request.urlopen(kept) as answered:
                assert answered.status == 200
        finally:
            running.terminate()
    suite = tmp_path / "forecast-notebooks"
    run = ["-m", "papermill", "explore/04_scenarios.ipynb", "out.ipynb", "-p", "n_paths", "200"]
    installed.run(installed.program("python"), *run, cwd=suite)
    assert "Retail sales" in (suite / "out.ipynb").read_text(encoding="utf-8")


def test_wheel_and_source_hold_what_git_holds_of_notebooks_and_data(distributions):
    sdist, wheel = distributions
    listed = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "notebooks", "data"]
    names = subprocess.run(listed, capture_output=True, encoding="utf-8", check=True).stdout
    expected = set(names.splitlines())
    assert {"data/indicators.toml", "notebooks/attainment.ipynb"} <= expected
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {name.removeprefix("forecast/") for name in archive.namelist()}
    assert expected - in_sdist == set()
    assert expected - in_wheel == set()


def of_docs(page: str, heading: str, language: str) -> list[str]:
    """Return the blocks of a language below a heading of a page, in their order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def test_a_strangers_model_notebook_and_frame_come_into_pool_report_and_index(installed, tmp_path):
    """Nothing is used but the wheel and what the documents say; the series is simulated."""
    forecast, python = installed.program("forecast"), installed.program("python")
    (entry_point,) = of_docs("your-own-models.md", "A model of your own in the pool", "toml")
    model = of_docs("your-own-models.md", "A model of your own in the pool", "python")[0]
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(installed.run(python, "-c", query, cwd=tmp_path).strip())
    installed.run(forecast, "init", "mydata", cwd=tmp_path)
    (tmp_path / "mydata" / "indicators.toml").write_text(INDICATOR, encoding="utf-8")
    installed.run(python, "-c", SERIES, cwd=tmp_path)
    (tmp_path / "mydata" / "targets.toml").write_text(TARGET, encoding="utf-8")
    asked = "report --area town --year 2019 --as-of 2019-09-30 --data mydata --paths 200"
    with as_package(packages, entry_point, model):
        installed.run(forecast, *asked.split(), "--kind", "mine,attainment", cwd=tmp_path)
    place = tmp_path / "reports" / "town" / "2019" / "2019-09-30"
    result = json.loads((place / "result.json").read_text(encoding="utf-8"))
    (retail,) = (one for one in result["indicators"] if one["id"] == "retail_sales")
    assert "still" in [member["model"] for member in retail["members"]]
    assert 0 < retail["attained"]["probability"] < 1
    assert (place / "mine.html").is_file()
    index = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "town/2019/2019-09-30/mine.html" in index
