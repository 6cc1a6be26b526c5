"""What people judged: read with every fault, and added only if it is sound."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.archive.judgements import FILE, Judgement
from forecast.base.errors import ContractError
from forecast.cli import main

AUTHOR = """
[[author]]
id = "commerce"
name_en = "Bureau of Commerce"
name_zh = "商务局"
role = "bureau"
"""
JUDGED = """
[[judgement]]
area = "district"
indicator = "retail_sales"
year = 2018
author = "commerce"
entered_on = 2018-09-30
growth_pct = 9.0
source = "quarterly table"
"""


@pytest.fixture
def folder(data_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(data_folder, tmp_path / "data")
    return tmp_path / "data"


def faults(folder: Path, text: str) -> list[str]:
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read_archive(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_judgement_is_read_with_its_author_and_its_day(folder: Path):
    (folder / FILE).write_text(AUTHOR + JUDGED, encoding="utf-8")
    found = read_archive(folder).judgements
    assert found.every == (
        Judgement(
            area="district", indicator="retail_sales", year=2018, author="commerce",
            entered_on=date(2018, 9, 30), growth_pct=9.0, source="quarterly table",
        ),
    )  # fmt: skip
    assert found.authors is not None
    assert found.authors["commerce"].role == "bureau"
    assert found.known_on(date(2018, 9, 29)) == ()


def test_a_folder_without_judgements_has_none(folder: Path):
    assert read_archive(folder).judgements.every == ()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (('author = "commerce"', 'author = "trade"'), "unknown author 'trade'; allowed:"),
        (('indicator = "retail_sales"', 'indicator = "pearls"'), "unknown indicator 'pearls'"),
        (("growth_pct = 9.0", 'light = "blue"'), "'green', 'yellow' or 'red', not 'blue'"),
        (("growth_pct = 9.0", "probability = 70.0"), "less than or equal to 1, not 70.0"),
        (("growth_pct = 9.0", "growth_pct = 9.0\nprobability = 0.7"), "growth_pct and probability"),
        (("growth_pct = 9.0\n", ""), "nothing given; allowed: one of growth_pct"),
        (("growth_pct = 9.0", "level = 1200.0"), "unknown key 'level'"),
        (("growth_pct = 9.0", "growth_pct = -120.0"), "growth_pct -120; allowed: per cent"),
        (('area = "district"', 'area = "atlantis"'), "unknown area 'atlantis'"),
        (("entered_on = 2018-09-30", 'entered_on = "2018-09-30"'), "is not a date"),
    ],
)
def test_what_no_judgement_can_be_is_a_fault_with_its_line(
    folder: Path, changed: tuple[str, str], message: str
):
    found = faults(folder, AUTHOR + JUDGED.replace(*changed))
    assert any(message in fault and fault.startswith(f"{FILE}:8: ") for fault in found), found


def test_growth_of_what_has_none_is_a_fault(folder: Path):
    registry = folder / "indicators.toml"
    rate = """
[[indicator]]
id = "unemployment"
name_en = "Unemployment"
name_zh = "失业率"
unit = "pct"
quantity = "rate"
annual_rule = "mean_of_months"
"""
    registry.write_text(registry.read_text(encoding="utf-8") + rate, encoding="utf-8")
    judged = JUDGED.replace('"retail_sales"', '"unemployment"')
    (found,) = faults(folder, AUTHOR + judged)
    assert found == (
        f"{FILE}:8: growth_pct of 'unemployment', a rate, which has no growth; allowed: "
        "probability or light"
    )


def test_two_judgements_of_one_author_on_one_day_are_a_fault(folder: Path):
    (found,) = faults(folder, AUTHOR + JUDGED + JUDGED)
    assert "commerce judged retail_sales twice that day, the first is in line 8" in found


def run(folder: Path, *more: str) -> tuple[int, str]:
    plain = ("--area", "district", "--indicator", "gdp", "--year", "2018", "--data", str(folder))
    found = CliRunner().invoke(main, ["judge", "add", *plain, *more])
    return found.exit_code, found.output


def test_a_judgement_is_added_with_the_day_of_today_and_its_new_author(folder: Path):
    new = ("--author", "bureau_a", "--name", "统计局", "--role", "statistics")
    code, said = run(folder, *new, "--growth", "6.5", "--source", '第三季度"预计"')
    assert code == 0, said
    archive = read_archive(folder)
    (one,) = archive.judgements.every
    assert (one.growth_pct, one.source) == (6.5, '第三季度"预计"')
    assert one.entered_on == archive.schedule.today()
    code, said = run(folder, "--author", "bureau_a", "--light", "red")
    assert code == 0, said
    assert [one.light for one in read_archive(folder).judgements.every] == [None, "red"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--author", "nobody", "--growth", "6"), "'nobody' is unknown; give --role"),
        (("--author", "a", "--role", "leader"), "nothing given; allowed: one of growth_pct"),
        (("--author", "a", "--role", "leader", "--probability", "7"), "less than or equal to 1"),
    ],
)
def test_what_is_not_sound_is_not_written(folder: Path, more: tuple[str, ...], message: str):
    code, said = run(folder, *more)
    assert code == 2
    assert message in said
    assert not (folder / FILE).exists()
