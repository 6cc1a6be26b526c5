"""An empty data folder with the project's own registry, and an office that issues files into it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from forecast import importing

DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Office:
    """A folder in which files are issued, and a data folder that they are imported into."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "data" / "figures" / "imported.csv"

    def map_file(self, text: str = "") -> Path:
        """Write a map and return its path."""
        path = self.folder / "map.toml"
        path.write_text('area = "futian"\nreleased_on = 2019-10-25\n' + text, encoding="utf-8")
        return path

    def file(self, text: str, name: str = "月报.csv", encoding: str = "utf-8") -> Path:
        """Write a text file and return its path."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def read(
        self, source: str | Path, map_text: str = "", released_on: date | str | None = None
    ) -> importing.ImportPlan:
        map_file = self.map_file(map_text)
        return importing.read(source, map_file, out=self.out, released_on=released_on)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "data" / "figures").mkdir(parents=True)
    for name in ("indicators.toml", "schedule.toml"):
        shutil.copy(DATA / name, tmp_path / "data")
    return Office(tmp_path)


def figures_of(plan: importing.ImportPlan) -> dict[str, str]:
    """Return each figure that was read as a text, by the address of its cell."""
    return {
        c.figure.address: f"{c.figure.area}/{c.figure.indicator} {c.figure.span} "
        f"{c.figure.measure} {c.figure.value.normalize():f} {c.figure.unit}"
        for c in plan.added
    }


@pytest.fixture
def read_figures_of() -> Callable[[importing.ImportPlan], dict[str, str]]:
    return figures_of
