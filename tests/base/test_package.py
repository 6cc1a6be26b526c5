"""What code this is: the commit is named, and whatever differs from it."""

import shutil
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from forecast.base import package as origin

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with one commit in the place of the project's own."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "known.py").write_text("1", encoding="utf-8")
    own = ["-c", "user.name=Simulated", "-c", "user.email=simulated@localhost"]
    for command in (["init", "-q"], ["add", "."], [*own, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    monkeypatch.setattr(origin, "_PROJECT", tmp_path)
    return tmp_path


def is_changed() -> bool:
    origin.commit.cache_clear()
    said = origin.commit()
    origin.commit.cache_clear()
    assert said is not None
    return said.endswith("+changes")


def test_a_file_that_git_does_not_know_is_a_change_where_reports_come_from_it(checkout: Path):
    assert not is_changed()
    (checkout / "mine.csv").write_text("1", encoding="utf-8")
    assert not is_changed()
    (checkout / "data").mkdir()
    (checkout / "data" / "数据.csv").write_text("1", encoding="utf-8")
    assert is_changed()


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_the_commit_is_that_of_the_checkout_though_a_variable_names_another_repository(
    variable: str, checkout: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch
):
    other = tmp_path_factory.mktemp("other")
    subprocess.run(["git", "-C", str(other), "init", "-q"], check=True)
    head = origin._git("rev-parse", "HEAD").strip()
    monkeypatch.setenv(variable, str(other / ".git"))
    origin.commit.cache_clear()
    assert origin.commit() == head
    origin.commit.cache_clear()


def test_a_changed_file_is_a_change(checkout: Path):
    (checkout / "src" / "known.py").write_text("2", encoding="utf-8")
    assert is_changed()


def test_without_a_checkout_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(origin, "_PROJECT", tmp_path)
    origin.commit.cache_clear()
    assert origin.commit() is None
    origin.commit.cache_clear()


def test_what_is_kept_of_forecasts_is_named_after_the_rooms_that_they_may_rest_on():
    """The import contract of this name holds every one of them to these rooms."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        c for c in project["tool"]["importlinter"]["contracts"] if c["id"] == "forecasts"
    )
    assert contract["source_modules"] == [f"forecast.{room}" for room in origin.FORECAST_ROOMS]


def test_a_change_of_pages_leaves_what_is_kept_and_one_of_a_model_or_the_prior_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = tmp_path / "forecast"
    shutil.copytree(origin.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(origin, "PACKAGE", copy)
    seen = [origin.forecast_hash.__wrapped__()]
    for changed in ("pages/html.py", "models/pace.py", "combination/prior.csv"):
        (copy / changed).write_text("changed", encoding="utf-8")
        seen.append(origin.forecast_hash.__wrapped__())
    assert [a == b for a, b in pairwise(seen)] == [True, False, False]
