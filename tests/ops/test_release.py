"""A release: what refuses to be one, and what its files say.

`make release` builds it; `tests/soak/test_release.py` does so twice and compares the bytes.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import forecast

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT / "ops"))

import inventory  # noqa: E402
import release  # noqa: E402

WORKFLOWS = [*sorted((PROJECT / ".github" / "workflows").glob("*.yml"))]
RECIPE = yaml.safe_load((PROJECT / "ops/conda/recipe.yaml").read_text(encoding="utf-8"))
CONDA_FORGE_NAMES = {"jupyter-client": "jupyter_client"}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheelhouse(folder: Path, **content: bytes) -> list[inventory.Locked]:
    """Write a wheel for each name, version 1.0; return what a lock would hold of them."""
    folder.mkdir(exist_ok=True)
    for name, data in content.items():
        (folder / f"{name}-1.0-py3-none-any.whl").write_bytes(data)
    return [
        inventory.Locked(canonicalize_name(name), "1.0", (digest(data),))
        for name, data in content.items()
    ]


def test_a_wheelhouse_as_it_was_locked_has_no_fault(tmp_path: Path):
    packages = wheelhouse(tmp_path, one_two=b"1", three=b"3")
    assert list(release.wheel_faults(tmp_path, packages)) == []


def test_one_altered_wheel_is_named(tmp_path: Path):
    packages = wheelhouse(tmp_path, one=b"1", two=b"2")
    (tmp_path / "two-1.0-py3-none-any.whl").write_bytes(b"2 and more")
    (fault,) = release.wheel_faults(tmp_path, packages)
    assert "two-1.0-py3-none-any.whl: altered" in fault


def test_missing_and_foreign_wheels_are_named(tmp_path: Path):
    packages = wheelhouse(tmp_path, one=b"1", two=b"2")
    (tmp_path / "two-1.0-py3-none-any.whl").rename(tmp_path / "two-1.1-py3-none-any.whl")
    wheelhouse(tmp_path, foreign=b"x")
    faults = list(release.wheel_faults(tmp_path, packages))
    assert any("two 1.0 has no wheel" in fault for fault in faults)
    assert any("foreign-1.0-py3-none-any.whl: not in requirements.txt" in f for f in faults)
    assert any("no such folder" in f for f in release.wheel_faults(tmp_path / "no", packages))


def test_pip_too_refuses_an_altered_wheel(tmp_path: Path):
    packages = wheelhouse(tmp_path, one=b"1")
    (tmp_path / "requirements.txt").write_text(release.requirements(packages), encoding="utf-8")
    (tmp_path / "one-1.0-py3-none-any.whl").write_bytes(b"2")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
    where = ["--no-index", "--find-links", str(tmp_path), "--dest", str(tmp_path / "out")]
    hashed = ["--require-hashes", "-r", str(tmp_path / "requirements.txt")]
    done = subprocess.run([*pip, *where, *hashed], capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stdout + done.stderr


def test_what_was_altered_added_or_taken_away_after_a_release_is_named(tmp_path: Path):
    for name in ("one.whl", "two.tar.gz", "three.json"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    release.write_sums(tmp_path)
    assert list(release.release_faults(tmp_path)) == []
    (tmp_path / "one.whl").write_text("else", encoding="utf-8")
    (tmp_path / "two.tar.gz").unlink()
    (tmp_path / "four").write_text("4", encoding="utf-8")
    assert list(release.release_faults(tmp_path)) == [
        "two.tar.gz: missing",
        "four: not listed in SHA256SUMS",
        "one.whl: altered",
    ]


def test_a_tree_with_changes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=n@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "kept").write_text("1", encoding="utf-8")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    monkeypatch.setattr(release, "PROJECT", tmp_path)
    assert release.tree_faults() == []
    (tmp_path / "kept").write_text("2", encoding="utf-8")
    (tmp_path / "new").write_text("3", encoding="utf-8")
    faults = release.tree_faults()
    assert faults == [
        "kept: not committed; a release is built from a commit",
        "new: not committed; a release is built from a commit",
    ]


def test_every_file_speaks_of_the_version_of_the_package():
    assert release.version_faults(forecast.__version__) == []
    assert len(release.version_faults("99.0.0")) == 3


def test_what_is_needed_to_run_is_in_the_bill_and_what_tests_need_is_not():
    names = {package.name for package in inventory.closure()}
    assert {"numpy", "statsmodels", "prophet", "apprise", "psycopg-binary"} <= names
    assert names & {"pytest", "ruff", "playwright", "sphinx"} == set()
    assert all(package.hashes for package in inventory.closure())


def test_the_recipe_states_the_bounds_of_the_project():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {r.name: r for r in map(Requirement, project["dependencies"])}
    in_recipe = dict(line.split(" ", 1) for line in RECIPE["requirements"]["run"])
    assert in_recipe.pop("python") == ">=3.11,<3.14"
    missing = {n for n in declared if CONDA_FORGE_NAMES.get(n, n) not in in_recipe}
    assert missing == {"pylopdf-fonts-zh-cn"}  # not on conda-forge; the recipe says so
    for name, requirement in declared.items():
        if name not in missing:
            bounds = in_recipe.pop(CONDA_FORGE_NAMES.get(name, name))
            assert set(bounds.split(",")) == {str(clause) for clause in requirement.specifier}
    assert in_recipe == {}


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ("vendor.citation-file-format", ["CITATION.cff"]),
        ("vendor.github-workflows", [str(p.relative_to(PROJECT)) for p in WORKFLOWS]),
    ],
)
def test_files_for_others_keep_their_schemas(schema: str, names: list[str]):
    check = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", schema]
    done = subprocess.run([*check, *names], cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*WORKFLOWS, PROJECT / "ops/github-actions.yml"], ids=str)
def test_actions_are_pinned_to_commits_and_say_which_version_they_are(path: Path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w.-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", u) for u in used)
    assert yaml.safe_load(text)["permissions"]


def test_the_devcontainer_sets_up_what_make_does():
    text = (PROJECT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(text)
    assert "make setup" in settings["postCreateCommand"]
    assert settings["image"].startswith("mcr.microsoft.com/devcontainers/python:3.11")
