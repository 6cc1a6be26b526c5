"""What only a look at a whole folder finds. The figures are simulated."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.archive.consistency import consistency_faults
from forecast.archive.folder import read_archive
from forecast.cli import main

REGISTRY = """
[[indicator]]
id = "sales"
name_en = "Sales"
name_zh = "销售"
unit = "cny_100m"
annual_rule = "sum_of_months"
"""
TODAY = date(2019, 6, 1)


@pytest.fixture
def folder(tmp_path: Path):
    """Return a function that writes a data folder with levels of months of 2019."""

    def _folder(*rows: tuple[int, str, str]) -> Path:
        (tmp_path / "figures").mkdir()
        (tmp_path / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
        lines = ["area,indicator,first_month,last_month,measure,value,unit,released_on"]
        lines += [f"here,sales,2019-{m:02d},2019-{m:02d},level,10,{unit},{day}"
                  for m, unit, day in rows]  # fmt: skip
        (tmp_path / "figures" / "a.csv").write_text("\n".join(lines), encoding="utf-8")
        return tmp_path

    return _folder


def faults(path: Path) -> list[str]:
    return [str(fault) for fault in consistency_faults(read_archive(path), TODAY)]


def test_a_day_of_release_that_lies_ahead_is_a_fault(folder):
    path = folder((1, "", "2019-02-20"), (4, "", "2019-06-01"), (5, "", "2019-06-02"))
    assert faults(path) == [
        "figures/a.csv:4: released_on '2019-06-02' lies ahead; allowed: until today, 2019-06-01"
    ]


def test_the_fewer_levels_in_another_unit_are_faults(folder):
    path = folder(
        (1, "cny_100m", "2019-02-20"), (2, "cny_million", "2019-03-20"), (3, "", "2019-04-20")
    )
    assert faults(path) == [
        "figures/a.csv:3: here sales has levels in two units: 1 in 'cny_million', 2 in 'cny_100m'; "
        "allowed: one unit for a series, besides the same amounts in another currency"
    ]


def test_amounts_in_yuan_and_in_dollars_are_none(folder):
    assert faults(folder((1, "cny_100m", "2019-02-20"), (2, "usd_100m", "2019-03-20"))) == []


def test_check_data_names_the_faults_of_a_column_in_one_line(folder):
    path = folder(*((m, "cny_100m", "2199-01-01") for m in range(1, 13)))
    said = CliRunner().invoke(main, ["check-data", str(path)])
    assert said.exit_code == 2
    own = [line for line in said.output.splitlines() if "lies ahead" in line]
    assert len(own) == 1
    assert "figures/a.csv:2: released_on '2199-01-01' lies ahead" in own[0]
    assert "12 of this kind" in own[0]


AREAS = """
[[area]]
id = "east"
name_en = "East"
name_zh = "东"
part_of = "city"

[[area]]
id = "west"
name_en = "West"
name_zh = "西"
part_of = "city"
"""


@pytest.mark.parametrize(("west", "is_fault"), [(45, True), (41, False)])
def test_parts_that_exceed_their_whole_are_named_with_their_share(
    tmp_path: Path, west: float, is_fault: bool
):
    (tmp_path / "figures").mkdir()
    (tmp_path / "indicators.toml").write_text(REGISTRY + AREAS, encoding="utf-8")
    lines = ["area,indicator,first_month,last_month,measure,value,unit,released_on"]
    for month, of_west in ((1, 90), (2, west)):
        span = f"2019-{month:02d},2019-{month:02d}"
        for area, value in (("city", 100), ("east", 60), ("west", of_west)):
            lines.append(f"{area},sales,{span},level,{value},,2019-0{month + 1}-20")
    (tmp_path / "figures" / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    share, line, month = ("105.0", 6, "02") if is_fault else ("150.0", 4, "01")
    assert faults(tmp_path) == [
        f"figures/a.csv:{line}: sales over 2019-{month} of east, west is {share} % of city, which "
        "its parts cannot exceed; allowed: up to 102 %"
    ]
