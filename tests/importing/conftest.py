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


_WORLD = """
[[area]]
id = "uk"
name_en = "United Kingdom"
name_zh = "英国"

[[indicator]]
id = "sales"
name_en = "Retail sales"
name_zh = "零售"
unit = "eur_million"
annual_rule = "sum_of_months"

[[indicator]]
id = "gdp"
name_en = "GDP"
name_zh = "国内生产总值"
unit = "usd_billion"
annual_rule = "sum_of_months"

[[indicator]]
id = "prices"
name_en = "Prices"
name_zh = "物价"
unit = "index"
quantity = "index"

[[indicator]]
id = "m2"
name_en = "Money"
name_zh = "货币"
unit = "cny_100m"
annual_rule = "end_of_year"
"""
LAGS = "".join(f'[[lag]]\nspan = "{span}"\ndays = 20\n' for span in ("month", "quarter", "year"))
_CHINA = ('[[area]]\nid = "china"\nname_en = "China"\nname_zh = "全国"\n'
         '[[area]]\nid = "guangdong"\nname_en = "Guangdong"\nname_zh = "广东省"\n'
         '[[indicator]]\nid = "cpi"\nname_en = "CPI"\nname_zh = "居民消费价格指数"\nunit = "pct"\n'
         '[[indicator]]\nid = "gdp"\nname_en = "GDP"\nname_zh = "国内生产总值"\nunit = "cny_100m"\n'
         '[[indicator]]\nid = "retail"\nname_en = "Retail"\nname_zh = "社会消费品零售总额"\n'
         'unit = "cny_100m"\n'
         '[[indicator]]\nid = "m2"\nname_en = "M2"\nname_zh = "货币和准货币(M2)供应量"\n'
         'unit = "cny_100m"\nannual_rule = "end_of_year"\n')  # fmt: skip
REGISTRIES = {"world": _WORLD, "china": _CHINA}


@pytest.fixture
def read(tmp_path):
    """Return a function that imports a text file into a folder with a small registry."""

    def _read(text, registry="world", map_text="", name="file.csv", **options):
        (tmp_path / "data" / "figures").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "indicators.toml").write_text(REGISTRIES[registry], encoding="utf-8")
        (tmp_path / "data" / "schedule.toml").write_text(LAGS, encoding="utf-8")
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(content)
        map_file = None
        if map_text:
            map_file = tmp_path / "map.toml"
            map_file.write_text(map_text, encoding="utf-8")
        out = tmp_path / "data" / "figures" / "new.csv"
        options = {"released_on": "usual"} | options
        return importing.read(tmp_path / name, map_file, out=out, **options)

    return _read


def _lines(plan):
    return [
        f"{c.figure.address} {c.figure.area}/{c.figure.indicator} {c.figure.span} "
        f"{c.figure.measure} {c.figure.value_text} {c.figure.unit}"
        for c in sorted(plan.added, key=lambda c: (len(c.figure.address), c.figure.address))
    ]


@pytest.fixture
def lines_of():
    """Return a function that gives each figure of a plan as a line, in the order of its cells."""
    return _lines


@pytest.fixture
def folder(tmp_path):
    """Return a data folder with a small registry and usual days of release."""
    (tmp_path / "indicators.toml").write_text(_WORLD, encoding="utf-8")
    (tmp_path / "schedule.toml").write_text(LAGS, encoding="utf-8")
    return tmp_path
