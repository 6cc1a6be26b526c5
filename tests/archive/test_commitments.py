"""Counted commitments and their progress: what is read, what is refused, what was known when."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from forecast.archive.commitments import Commitments, read_commitments
from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError
from forecast.cli import main
from promises import folder_of
from strategies import commitment, entry


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"comparison": '"roughly"'}, "comparison: Input should be 'exactly', 'at_least', 'about'"),
        ({"amount": "0"}, "amount 0; allowed: more than zero"),
        ({"amount": '"400"'}, "amount: Input should be a valid number"),
        ({"amount": "nan"}, "amount: Input should be a finite number"),
        ({"unit_en": '"%"'}, "unit_en '%' and unit_zh '张'; allowed: '%' in both or in neither"),
        ({"unit_en": '"%"', "unit_zh": '"%"'}, "amount 400 of a share; allowed: up to 100"),
        ({"id": '"../beds"'}, "id '../beds' is not a name (expected letters, digits, - and _"),
        ({"tolerance_pct": "5.0"}, "tolerance_pct 5; allowed: zero or more and below 100, with"),
        ({"amount_basis": '"felt"'}, "amount_basis: Input should be 'stated', 'named' or 'all'"),
        ({"year": '"2018"'}, "year: Input should be a valid integer"),
        ({"announced_on": None}, "key 'announced_on' is missing; required: id, area, year"),
        ({"wordng": '""'}, "unknown key 'wordng', perhaps 'wording'; allowed: id, area"),
        ({"area": '"nation"'}, "id 'beds' is of district on line 1, and of nation here"),
        ({"amount": "500"}, "beds 2018 was announced on this day on line 1 already"),
    ],
)
def test_a_faulty_commitment_is_named_with_the_line_of_its_entry(
    tmp_path: Path, changes: dict[str, str | None], message: str
):
    with pytest.raises(ContractError, match=rf"commitments\.toml:14: {re.escape(message)}"):
        read_commitments(folder_of(tmp_path, {}, changes))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("bed,2018-06-30,100,a,", "id 'bed' is not a commitment (known in commitments.toml: beds)"),
        (
            "beds,2018-06-31,100,a,",
            "day '2018-06-31' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        ("beds,2019-06-30,100,a,", "day '2019-06-30' lies in no year of beds; allowed: 2018"),
        (
            "beds,2018-06-30,-1,a,",
            "done '-1' is not an amount (expected a plain number from zero on",
        ),
        ('beds,2018-06-30,"1,000",a,', "done '1,000' is not an amount"),
        ("beds,2018-06-30,nan,a,", "done 'nan' is not an amount"),
        ("beds,2018-06-30,,a,", "done '' is not an amount"),
        ("beds,2018-06-30,100,,", "source is empty; allowed: where it was read"),
        (
            "beds,2018-06-30,100,a,soon",
            "released_on 'soon' is not a date (expected YYYY-MM-DD, 1900 to 2199); an empty cell",
        ),
        ("beds,2018-06-30,100,a,2018-06-29", "released_on '2018-06-29' lies before its day"),
        ("beds,2018-06-30,100", "3 cells; the header has 5"),
        (
            "beds,2018-03-31,90,a,",
            "beds on 2018-03-31 is 80 (commitments/made_up.csv:2) and 90; allowed: one value a day",
        ),
    ],
)
def test_a_faulty_entry_is_named_with_its_line(tmp_path: Path, row: str, message: str):
    rows = ["beds,2018-03-31,80,a,", row]
    where = rf"commitments/made_up\.csv:3: {re.escape(message)}"
    with pytest.raises(ContractError, match=where):
        read_commitments(folder_of(tmp_path, rows=rows))


def test_all_faults_of_entries_come_at_once(tmp_path: Path):
    rows = ["bed,2018-06-30,100,a,", "beds,2018-06-30,100,a,", "beds,June,some,,"]
    with pytest.raises(ContractError, match=r"^4 faults in the data\n") as caught:
        read_commitments(folder_of(tmp_path, rows=rows))
    assert [fault.line for fault in caught.value.faults] == [2, 4, 4, 4]


def test_the_faults_of_commitments_stand_with_those_of_the_whole_folder(
    data_folder: Path, tmp_path: Path
):
    folder = shutil.copytree(data_folder, tmp_path / "data")
    (folder / "targets.toml").write_text("[[goal]]", encoding="utf-8")
    folder_of(folder, {"amount": "0"})
    with pytest.raises(ContractError, match=r"targets\.toml(.|\n)*commitments\.toml:1: amount 0"):
        read_archive(folder)


def test_an_unknown_column_of_entries_is_named_with_those_that_are_allowed(tmp_path: Path):
    folder = folder_of(tmp_path, rows=[])
    (folder / "commitments" / "made_up.csv").write_text("id,day,done,remark\n", encoding="utf-8")
    message = "unknown column 'remark'; allowed: id, day, done, source, released_on"
    with pytest.raises(ContractError, match=message):
        read_commitments(folder)


def test_what_passes_the_amount_or_falls_is_warned_about_with_both_lines(tmp_path: Path):
    rows = ["beds,2018-03-31,120,a,", "beds,2018-06-30,90,a,", "beds,2018-09-30,401,a,"]
    warned = read_commitments(folder_of(tmp_path, rows=rows)).warnings()
    assert [str(w) for w in warned] == [
        "commitments/made_up.csv:4: beds: done 401 is more than the amount 400 "
        "(commitments.toml:1)",
        "commitments/made_up.csv:3: beds: done 90 is less than an earlier entry's 120 "
        "(commitments/made_up.csv:2); counts never fall",
    ]
    assert [w.code for w in warned] == ["progress_above", "progress_falls"]


def test_check_data_prints_the_warnings_and_leaves_with_0(data_folder: Path, tmp_path: Path):
    folder = shutil.copytree(data_folder, tmp_path / "data")
    folder_of(folder, rows=["beds,2018-03-31,120,a,", "beds,2018-06-30,90,a,"])
    said = CliRunner().invoke(main, ["check-data", str(folder)])
    assert said.exit_code == 0, said.output
    assert "1 commitments with 2 progress entries" in said.output
    assert "warning: commitments/made_up.csv:3: beds: done 90" in said.output


def test_a_share_may_fall():
    share = commitment(unit_en="%", unit_zh="%", amount=20.0)
    book = Commitments((share,), (1,), (entry("2018-03-31", 15.0), entry("2018-06-30", 14.0)))
    assert book.warnings() == []


@given(st.dates(date(2018, 1, 1), date(2019, 3, 1)))
def test_an_entry_counts_from_its_release_on(day: date):
    late = entry("2018-03-31", 80.0, released_on="2018-05-02")
    corrected = entry("2018-03-31", 85.0, released_on="2018-07-01")
    book = Commitments((commitment(),), (1,), (corrected, late))
    known = [e.done for e in book.progress(commitment(), day)]
    expected = [] if day < date(2018, 5, 2) else [80.0] if day < date(2018, 7, 1) else [85.0]
    assert known == expected


def test_a_changed_commitment_takes_the_place_of_the_old_one_from_its_day_on():
    changed = commitment(amount=300.0, announced_on=date(2018, 7, 1))
    book = Commitments((commitment(), changed), (1, 14))
    assert book.in_force("made_up", 2018, date(2018, 1, 31)) == []
    assert book.in_force("made_up", 2018, date(2018, 6, 30)) == [commitment()]
    assert book.in_force("made_up", 2018, date(2018, 7, 1)) == [changed]


@pytest.mark.parametrize(
    ("changes", "done", "kept"),
    [
        ({}, 399.0, False),
        ({}, 400.0, True),
        ({"comparison": "more_than"}, 400.0, False),
        ({"comparison": "more_than"}, 401.0, True),
        ({"comparison": "about"}, 380.0, True),
        ({"comparison": "about"}, 379.0, False),
        ({"comparison": "about"}, 379.9, False),
        ({"comparison": "about", "tolerance_pct": 0.0}, 399.0, False),
        ({"amount": 24.1}, 24.1, True),
        ({"amount": 0.3}, 0.1 + 0.2, True),  # a little more in binary
        ({"amount": 0.3, "comparison": "more_than"}, 0.1 + 0.2, False),
        ({"amount": 0.3}, 0.299, False),
        ({"amount": 24.1}, 24.05, False),
        ({"comparison": "at_least"}, 401.0, True),
        ({"comparison": "about", "tolerance_pct": 50.0}, 200.0, True),
        ({"comparison": "about", "tolerance_pct": 50.0}, 199.0, False),
    ],
)
def test_when_what_is_done_keeps_a_commitment(changes: dict, done: float, kept: bool):
    assert commitment(**changes).is_kept_by(done) is kept


def test_a_commitment_has_its_name_and_unit_in_both_languages():
    plain = commitment()
    assert (plain.names.en, plain.names.zh) == ("New beds", "新增床位")
    assert (plain.units.en, plain.units.zh) == ("beds", "张")
    assert (plain.announced_on_basis, plain.amount_basis) == ("published", "stated")


def test_a_folder_without_commitments_has_none(tmp_path: Path):
    assert read_commitments(tmp_path) == Commitments()


def test_many_are_kept_or_not_one_by_one():
    assert commitment().are_kept_by([399.0, 400.0, 401.0]).tolist() == [False, True, True]


@pytest.mark.parametrize("tolerance_pct", ["0", "0.5", "99.9"])
def test_a_tolerance_from_nothing_to_below_everything_is_allowed(
    tmp_path: Path, tolerance_pct: str
):
    changes = {"comparison": '"about"', "tolerance_pct": tolerance_pct}
    (found,) = read_commitments(folder_of(tmp_path, changes)).announced
    assert found.tolerance_pct == float(tolerance_pct)


def test_futians_counted_commitments_of_2019_are_those_of_its_work_report(real_archive: Archive):
    said = real_archive.as_of(date(2019, 2, 1)).commitments("futian", 2019)
    assert len(said) == 33
    assert real_archive.as_of(date(2019, 1, 31)).commitments("futian", 2019) == []
    amounts = {c.id: (c.amount, c.unit_zh, str(c.comparison)) for c in said}
    assert said[0].id == "renewal_land"
    assert amounts["renewal_land"] == (10.0, "公顷", "exactly")
    assert amounts["school_places"] == (4000.0, "个", "at_least")
    assert amounts["roads_renewed"] == (24.1, "万平方米", "exactly")
    assert amounts["waste_recycled"] == (20.0, "%", "at_least")
    assert amounts["police_kiosks"] == (100.0, "台", "at_least")
    assert said[-1].id == "police_kiosks"
    for one in said:  # a number that the wording states stands in it
        digits = {1000: "千", 10: "十", 100: "百", 10000: "1万"}
        written = (f"{one.amount:g}", digits.get(int(one.amount), "none"))
        assert one.amount_basis != "stated" or any(w in one.wording for w in written), one.id


def test_nothing_is_reported_of_futians_commitments(real_archive: Archive):
    assert real_archive.commitments.entries == ()
