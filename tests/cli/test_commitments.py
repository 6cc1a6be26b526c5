"""Progress is added through the command, listed, and asked for by a template."""

import csv
import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from forecast.archive.commitments import read_commitments
from forecast.archive.folder import add_progress
from forecast.cli import main
from promises import folder_of

ASKED = ("--area", "district", "--year", "2018", "--as-of", "2018-09-30", "--paths", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["commitments", *arguments])


def add(folder: Path, **changes: str) -> Result:
    plain = {"id": "beds", "day": "2018-06-30", "done": "180", "source": "the health bureau"}
    told = [part for name, cell in (plain | changes).items() for part in (f"--{name}", cell)]
    return run("add", *told, "--data", str(folder))


@pytest.fixture
def folder(data_folder: Path, tmp_path: Path) -> Path:
    return folder_of(shutil.copytree(data_folder, tmp_path / "data"))


def test_an_entry_is_appended_to_the_file_of_its_area_and_year(folder: Path):
    assert add(folder).exit_code == 0
    said = add(folder, day="2018-09-30", done="240.5", source='say "so", they')
    assert said.exit_code == 0
    assert "commitments/district-2018.csv:3: beds 240.5 by 2018-09-30" in said.output
    text = (folder / "commitments" / "district-2018.csv").read_text(encoding="utf-8")
    assert text.splitlines()[:2] == [
        "id,day,done,source,released_on",
        "beds,2018-06-30,180,the health bureau,",
    ]
    read = read_commitments(folder).entries
    assert [(e.done, e.source) for e in read] == [
        (180.0, "the health bureau"),
        (240.5, 'say "so", they'),
    ]


def test_the_same_entry_is_added_once(folder: Path):
    assert add(folder).exit_code == 0
    said = add(folder)
    assert said.exit_code == 0
    assert "exists already" in said.output
    assert len(read_commitments(folder).entries) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "bed"}, "id: 'bed' is not a commitment (known: beds)"),
        (
            {"day": "soon"},
            "day: 'soon' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        ({"day": "2199-01-01"}, "2199-01-01 has not come yet"),
        ({"day": "2017-06-30"}, "day '2017-06-30' lies in no year of beds; allowed: 2018"),
        ({"done": "1,000"}, "done '1,000' is not an amount (expected a plain number"),
        ({"source": " "}, "source is empty; allowed: where it was read"),
        ({"done": "170"}, "beds on 2018-06-30 is 180 (commitments/district-2018.csv:2) and 170"),
        ({"released-on": "2018-06-01"}, "released_on '2018-06-01' lies before its day"),
    ],
)
def test_a_bad_entry_is_refused_and_the_file_stays_as_it_was(
    folder: Path, changes: dict[str, str], message: str
):
    assert add(folder).exit_code == 0
    path = folder / "commitments" / "district-2018.csv"
    before = path.read_bytes()
    said = add(folder, **changes)
    assert said.exit_code == 2
    assert message in said.output
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.glob(".district*")] == []


def test_an_entry_that_passes_the_amount_is_added_with_a_warning(folder: Path):
    said = add(folder, done="401")
    assert said.exit_code == 0
    assert "warning: commitments/district-2018.csv:2: beds: done 401 is more than" in said.output


def test_an_earlier_entry_above_a_later_one_is_a_warning_with_both_lines(folder: Path):
    add(folder, day="2018-09-30", done="170")
    said = add(folder)
    assert "district-2018.csv:2: beds: done 170 is less than an earlier entry's 180" in said.output
    assert "(commitments/district-2018.csv:3)" in said.output


def test_entries_keep_the_encoding_of_a_file_that_a_chinese_excel_saved(folder: Path):
    path = folder / "commitments" / "district-2018.csv"
    path.parent.mkdir()
    path.write_bytes("id,day,done,source\nbeds,2018-03-31,80,卫生局".encode("gb18030"))
    assert add(folder, source="卫生局").exit_code == 0
    assert [e.source for e in read_commitments(folder).entries] == ["卫生局", "卫生局"]
    said = add(folder, day="2018-07-31", done="200", **{"released-on": "2018-08-10"})
    assert said.exit_code == 2
    assert "has no column 'released_on'" in said.output


def test_entries_added_at_once_all_stand(folder: Path):
    rows = [
        {"id": "beds", "day": f"2018-06-{d:02d}", "done": str(d), "source": "a"}
        for d in range(1, 13)
    ]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda row: add_progress(folder, row), rows))
    found = read_commitments(folder)
    assert sorted(e.done for e in found.entries) == list(range(1, 13))


def test_list_shows_what_is_done_and_what_is_likely(folder: Path):
    assert "no progress reported" in " ".join(
        run("list", *ASKED, "--data", str(folder)).output.split()
    )
    add(folder)
    said = run("list", *ASKED, "--data", str(folder))
    assert said.exit_code == 0, said.output
    words = " ".join(said.output.replace("\u00a0", " ").split())
    assert "180 beds" in words
    assert "1 counted commitments, progress reported of 1." in words
    assert "%" in words
    assert "新增床位" in run("list", *ASKED, "--data", str(folder), "--lang", "zh").output


def test_a_filled_in_template_is_read_and_its_empty_lines_say_nothing(folder: Path):
    out = folder / "commitments" / "template.csv"
    assert run("template", *ASKED, "--data", str(folder), "--out", str(out)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [(r["id"], r["name"]) for r in rows] == [("beds", "New beds (400 beds)")]
    assert read_commitments(folder).entries == ()
    rows[0] |= {"day": "2018-06-30", "done": "180", "source": "a"}
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert [e.done for e in read_commitments(folder).entries] == [180.0]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_name_that_looks_like_a_formula_stays_text(folder: Path, suffix: str):
    folder_of(folder, {"name_en": "'=cmd|calc'"})
    out = folder.parent / f"template.{suffix}"
    assert run("template", *ASKED, "--data", str(folder), "--out", str(out)).exit_code == 0
    if suffix == "csv":
        assert "'=cmd|calc (400 beds)" in out.read_text(encoding="utf-8-sig")
        return
    sheet = openpyxl.load_workbook(out)["progress"]
    assert [c.value for c in sheet[1]] == ["id", "day", "done", "source", "released_on", "name"]
    assert (sheet["F2"].value, sheet["F2"].data_type) == ("=cmd|calc (400 beds)", "s")


def test_a_template_of_another_kind_or_of_no_commitment_is_refused(folder: Path):
    said = run("template", *ASKED, "--data", str(folder), "--out", str(folder / "t.pdf"))
    assert said.exit_code == 2
    assert "allowed: a name that ends in .csv or .xlsx" in said.output
    asked = ("--area", "nation", *ASKED[2:], "--data", str(folder))
    out = folder / "t.csv"
    said = run("template", *asked, "--out", str(out))
    assert said.exit_code == 2
    assert not out.exists()
