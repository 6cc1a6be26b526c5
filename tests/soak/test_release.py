"""A release is the same bytes twice, holds what it says, and installs from its own folder."""

import json
import os
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BUILDER = PROJECT / ".venv-docs" / "bin" / "python"

pytestmark = pytest.mark.skipif(not BUILDER.exists(), reason="make docs makes .venv-docs")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "project"
    subprocess.run(["git", "clone", "-q", str(PROJECT), str(folder)], check=True)
    return folder


def build(clone: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BUILDER), "ops/release.py", "build"]
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=clone, env=surroundings, capture_output=True, encoding="utf-8", timeout=600
    )


def test_two_releases_of_one_commit_have_the_same_bytes(clone: Path):
    sums = []
    for _ in range(2):
        done = build(clone)
        assert done.returncode == 0, done.stdout + done.stderr
        sums.append((clone / "dist" / "SHA256SUMS").read_text(encoding="utf-8"))
    assert sums[0] == sums[1]
    assert {line.rpartition(".")[2] for line in sums[0].splitlines()} >= {"whl", "gz", "json"}
    bill = json.loads(next((clone / "dist").glob("*.cdx.json")).read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    names = {component["name"] for component in bill["components"]}
    assert {"numpy", "pandas", "statsmodels"} <= names
    check = [str(BUILDER), "ops/release.py", "check"]
    assert subprocess.run(check, cwd=clone, capture_output=True).returncode == 0


def test_a_change_that_is_not_committed_is_refused_and_nothing_is_built(clone: Path):
    (clone / "README.md").write_text("else", encoding="utf-8")
    before = (clone / "dist" / "SHA256SUMS").read_bytes()
    done = build(clone)
    assert done.returncode == 1
    assert "README.md: not committed" in done.stderr
    assert (clone / "dist" / "SHA256SUMS").read_bytes() == before
