"""Every kind of bad input in a data folder: an example of each, and exactly what is said of it."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.archive.folder import read_archive
from forecast.cli import main

BAD = Path(__file__).parent / "data" / "bad"
SAID = tomllib.loads((BAD / "said.toml").read_text(encoding="utf-8"))
FIGURES = """\
area,indicator,first_month,last_month,measure,value,released_on
here,sales,2018-01,2018-02,growth_pct,7.1,2018-03-15
"""
INDICATORS = """\
[[indicator]]
id = "sales"
name_en = "Sales"
name_zh = "销售额"
unit = "cny_100m"
annual_rule = "published_ytd"
"""
COMMITMENTS = """\
[[commitment]]
id = "beds"
area = "here"
year = 2019
name_en = "Beds"
name_zh = "床位"
amount = 400
unit_en = "beds"
unit_zh = "张"
comparison = "exactly"
wording = "新增床位400张"
source = "made up"
announced_on = 2019-02-01
"""
ISSUED = "指标,2019年1-9月同比增长（%）\n销售额,7.1\n"
PLACES = {"figures": "figures", "progress": "commitments"}  # of files that are no single TOML file


IMPORTED = ("map", "refused")  # what `import` is given; the rest are files of the folder
IN_FOLDER = [name for name in SAID if not name.startswith(IMPORTED)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small data folder without fault. Made up."""
    data = tmp_path / "data"
    for name in ("figures", "commitments"):
        (data / name).mkdir(parents=True)
    (data / "figures" / "good.csv").write_text(FIGURES, encoding="utf-8")
    (data / "indicators.toml").write_text(INDICATORS, encoding="utf-8")
    (data / "commitments.toml").write_text(COMMITMENTS, encoding="utf-8")
    return data


def put(example: Path, folder: Path) -> None:
    """Put an example where a file of its kind stands; one of figures is the only one."""
    kind = example.parent.name
    if kind == "figures":
        (folder / "figures" / "good.csv").unlink()
    place = folder / PLACES[kind] if kind in PLACES else folder / f"{kind}.toml"
    shutil.copy(example, place)


def said_of(folder: Path, *command: str) -> str:
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 2, said.output
    return said.output.replace(str(folder.parent), "")


def all_said_of(example: str) -> str:
    faults = SAID[example].strip().splitlines()
    of_kind = [re.search(r"\((\d+) of this kind", fault) for fault in faults]
    n = sum(int(found[1]) if found else 1 for found in of_kind)
    count = f"forecast: {n} fault{'s' if n > 1 else ''} in the data"
    return "\n".join([count, *faults, ""])


def test_the_folder_is_without_fault(folder: Path):
    assert len(read_archive(folder).figures) == 1


def test_every_example_has_its_message():
    kinds = [p for p in BAD.iterdir() if p.is_dir() and p.name != "import"]
    assert {f"{p.parent.name}/{p.name}" for k in kinds for p in k.iterdir()} == set(SAID)


@pytest.mark.parametrize("example", IN_FOLDER)
def test_the_message_names_file_line_value_and_what_is_allowed(example: str, folder: Path):
    put(BAD / example, folder)
    assert said_of(folder, "check-data", str(folder)) == all_said_of(example)


@pytest.mark.parametrize("example", {name.partition("/")[0]: name for name in IN_FOLDER}.values())
def test_a_report_is_refused_with_the_same_words_and_nothing_is_written(
    example: str, folder: Path, tmp_path: Path
):
    put(BAD / example, folder)
    call = ["report", "--area", "here", "--year", "2019", "--as-of", "2019-09-30"]
    out = tmp_path / "reports"
    said = said_of(folder, *call, "--data", str(folder), "--out", str(out))
    assert SAID[example].strip() in said
    assert not out.exists()


@pytest.mark.parametrize("example", [name for name in SAID if name.startswith(IMPORTED)])
def test_a_map_or_a_source_is_refused_and_nothing_is_written(
    example: str, folder: Path, tmp_path: Path
):
    source, told = tmp_path / "issued.csv", tmp_path / "map.toml"
    source.write_text(ISSUED, encoding="utf-8")
    told.write_text('area = "here"\n', encoding="utf-8")
    if example.startswith("map"):
        told = BAD / example
    else:
        source = BAD / example
    out = folder / "figures" / "imported.csv"
    call = ["import", str(source), "--map", str(told), "--out", str(out), "--yes"]
    assert said_of(folder, *call, "--released-on", "2019-10-25") == all_said_of(example)
    assert not out.exists()
