"""An empty data folder with the project's own registry, and a bureau that issues files into it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from forecast import importing as intake

DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Office:
    """A folder in which files are issued, and a data folder that they are imported into."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "data" / "figures" / "imported.csv"

    def told(self, text: str = "") -> Path:
        """Write a map and return it."""
        path = self.folder / "map.toml"
        path.write_text('area = "futian"\nreleased_on = 2019-10-25\n' + text, encoding="utf-8")
        return path

    def issued(self, text: str, name: str = "月报.csv", encoding: str = "utf-8") -> Path:
        """Write a text file and return it."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def read(
        self, source: str | Path, told: str = "", released_on: date | str | None = None
    ) -> intake.Reading:
        return intake.read(source, self.told(told), out=self.out, released_on=released_on)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "data" / "figures").mkdir(parents=True)
    for name in ("indicators.toml", "schedule.toml"):
        shutil.copy(DATA / name, tmp_path / "data")
    return Office(tmp_path)


def figures_of(reading: intake.Reading) -> dict[str, str]:
    """Return what was read as one text a figure, by the cell that it stands in."""
    return {
        c.figure.address: f"{c.figure.area}/{c.figure.indicator} {c.figure.span} "
        f"{c.figure.measure} {c.figure.value.normalize():f} {c.figure.unit}"
        for c in reading.added
    }


@pytest.fixture
def read_figures_of() -> Callable[[intake.Reading], dict[str, str]]:
    return figures_of
