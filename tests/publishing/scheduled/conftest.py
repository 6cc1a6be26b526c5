"""A small town and the reports of a year of it."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result

from town import call, write_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with one indicator of one town; copy it before changing it."""
    return write_town(tmp_path_factory.mktemp("town") / "data")


@pytest.fixture(scope="session")
def year(town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the reports of a year after an outage of a year, and what was said of them."""
    reports = tmp_path_factory.mktemp("year") / "reports"
    return reports, call(town, reports)


@pytest.fixture
def reports(year: tuple[Path, Result], tmp_path: Path) -> Path:
    """Return a copy of the reports of the year."""
    return shutil.copytree(year[0], tmp_path / "reports")
