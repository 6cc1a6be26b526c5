"""What an import adds to a folder: each figure once, a changed one as a revision, or nothing."""

import pytest
from click.testing import CliRunner, Result

from forecast import importing
from forecast.archive.figure_files import read_figures
from forecast.base.errors import ContractError
from forecast.cli import main

TABLE = (
    "2019年1-9月,,\n指标,亿元,同比增长(%)\n社会消费品零售总额,1395.84,7.1\n进出口总额,500.5,-6.5\n"
)
CHANGED = TABLE.replace("7.1", "7.2")


def imported(office, table: str, *options: str, map_text: str = "") -> Result:
    source, map_file = office.file(table), office.map_file(map_text)
    arguments = ["import", str(source), "--map", str(map_file), "--out", str(office.out)]
    return CliRunner().invoke(main, [*arguments, *options])


def test_what_is_written_is_what_was_shown_and_keeps_the_contract(office):
    map_text = 'publisher = "福田区统计局"\nsource = "月报"\n'
    result = imported(office, TABLE, "--yes", map_text=map_text)
    assert result.exit_code == 0, result.output
    assert "1395.84" in result.output
    assert "imported.csv: 4; the folder has no fault" in result.output
    found = read_figures(office.out.parents[1])
    assert sorted(found["value"]) == [-6.5, 7.1, 500.5, 1395.84]
    assert set(found["source"]) == {"月报 B3", "月报 C3", "月报 B4", "月报 C4"}
    assert set(found["publisher"]) == {"福田区统计局"}


def test_importing_twice_changes_nothing(office):
    assert imported(office, TABLE, "--yes").exit_code == 0
    before = office.out.read_bytes()
    for options in ((), ("--released-on", "2019-11-20")):
        result = imported(office, TABLE, "--yes", *options)
        assert result.exit_code == 0
        assert "4 unchanged" in result.output
        assert "Nothing new" in result.output
    assert office.out.read_bytes() == before


def test_a_changed_figure_becomes_a_revision_with_a_later_day(office):
    imported(office, TABLE, "--yes")
    before = office.out.read_bytes()
    result = imported(office, CHANGED, "--yes", "--released-on", "2019-11-20")
    assert result.exit_code == 0, result.output
    assert "was 7.1" in result.output
    assert office.out.read_bytes().startswith(before)
    rows = read_figures(office.out.parents[1])
    assert len(rows) == 5
    assert rows.iloc[-1]["value"] == 7.2


@pytest.mark.parametrize("day", ["2019-10-25", "2019-10-20"])
def test_a_changed_figure_without_a_later_day_is_refused(office, day):
    imported(office, TABLE, "--yes")
    before = office.out.read_bytes()
    result = imported(office, CHANGED, "--yes", "--released-on", day)
    assert result.exit_code == 2
    assert (
        "月报.csv C3: futian retail_sales 2019-01..2019-09 growth_pct is 7.2 here, and was "
        "published as 7.1 on 2019-10-25 (figures/imported.csv:3); allowed: a day of release "
        f"after that, not {day}"
    ) in result.output
    assert "Rows: 4; 1 accepted, 1 rejected, 2 of headers" in result.output
    assert office.out.read_bytes() == before


def test_a_clash_names_the_whole_value_and_its_line_beside_a_file_of_headers_alone(office):
    head = "area,indicator,first_month,last_month,measure,value,released_on\n"
    office.out.with_name("figures.csv").write_text(head, encoding="utf-8")
    imported(office, TABLE.replace("1395.84", "12345.678"), "--yes")
    output = imported(office, TABLE.replace("1395.84", "12345.679"), "--yes").output
    assert (
        "is 12345.679 here, and was published as 12345.678 on 2019-10-25 (figures/imported.csv:2)"
        in output
    )


@pytest.mark.parametrize("table", ["2019年1-9月,\n指标,亿元\n", "见附件,\n,\n"])
def test_a_file_without_a_single_figure_is_refused(office, table):
    result = imported(office, table, "--yes")
    assert result.exit_code == 2
    assert "月报.csv: no figure was found; allowed: a table with a number" in result.output


def test_what_may_not_be_read_is_named_and_nothing_is_written(office, monkeypatch):
    def _closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "月报.csv")

    monkeypatch.setattr("forecast.importing.read", _closed)
    result = imported(office, TABLE, "--yes")
    assert result.exit_code == 1
    assert result.output == "forecast: 月报.csv: no permission to read or write it\n"
    assert not office.out.exists()


def test_the_first_figures_of_a_file_that_comes_again_are_still_known(office):
    imported(office, TABLE, "--yes")
    imported(office, CHANGED, "--yes", "--released-on", "2019-11-20")
    before = office.out.read_bytes()
    assert imported(office, TABLE, "--yes").exit_code == 0
    assert office.out.read_bytes() == before


def test_figures_of_other_files_of_the_folder_are_known_too(office):
    imported(office, TABLE, "--yes")
    office.out.rename(office.out.with_name("before.csv"))
    assert "4 unchanged" in imported(office, TABLE, "--yes").output
    assert not office.out.exists()


def test_nothing_is_written_without_yes_where_nobody_can_be_asked(office):
    result = imported(office, TABLE)
    assert result.exit_code == 2
    assert "no terminal to ask for confirmation; allowed: --yes" in result.output
    assert not office.out.exists()


def test_nothing_is_written_where_a_cell_cannot_be_read(office):
    result = imported(office, TABLE.replace("7.1", "约7"), "--yes")
    assert result.exit_code == 2
    assert "月报.csv C3: '约7' is not a number; allowed: 1234.5 or 1,234.5" in result.output
    assert "Rows: 4; 1 accepted, 1 rejected, 2 of headers and titles" in result.output
    assert not office.out.exists()


def test_the_rest_is_written_on_request_and_the_code_says_so(office):
    result = imported(office, TABLE.replace("7.1", "约7"), "--yes", "--skip-unreadable")
    assert result.exit_code == 7
    assert "月报.csv C3: '约7' is not a number" in result.output
    assert len(read_figures(office.out.parents[1])) == 3


def test_a_folder_that_is_at_fault_with_the_new_rows_stays_as_it_was(office):
    imported(office, TABLE, "--yes")
    other = office.out.with_name("other.csv")
    other.write_text("area,indicator\n", encoding="utf-8")
    before = office.out.read_bytes()
    result = imported(office, CHANGED, "--yes", "--released-on", "2019-11-20")
    assert result.exit_code == 2
    assert "figures/other.csv:1: column 'first_month' is missing" in result.output
    assert office.out.read_bytes() == before
    assert [p.name for p in office.out.parents[1].iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_file_keeps_its_rows_and_encoding_and_gains_the_columns_it_lacks(office, encoding):
    row = "futian,retail_sales,2018-01,2018-09,growth_pct,7.4,2018-11-02,统计局"
    head = "area,indicator,first_month,last_month,measure,value,released_on,publisher"
    office.out.write_bytes(f"{head}\n{row}".encode(encoding))
    assert imported(office, TABLE, "--yes").exit_code == 0
    lines = office.out.read_bytes().decode(encoding).splitlines()
    assert lines[0].startswith(head + ",unit,status,")
    assert lines[1].startswith(row)
    assert len(read_figures(office.out.parents[1])) == 5


def test_a_level_without_a_unit_is_known_in_that_of_its_indicator(office):
    head = "area,indicator,first_month,last_month,measure,value,released_on"
    row = "futian,retail_sales,2019-01,2019-09,level,1395.84,2019-10-25"
    office.out.write_text(f"{head}\n{row}\n", encoding="utf-8")
    assert "3 new, 0 revised, 1 unchanged" in imported(office, TABLE, "--yes").output


def test_nothing_is_written_where_the_answer_is_no(office, monkeypatch):
    monkeypatch.setattr("forecast.cli.folders._is_confirmed", lambda question: False)
    result = imported(office, TABLE)
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Nothing was written.")
    assert not office.out.exists()


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("figures/imported.csv", "is not in a data folder; allowed: DIR/figures/NAME.csv"),
        ("data/imported.csv", "is not in a data folder"),
        ("data/figures/imported.parquet", "is not a CSV file; allowed: NAME.csv"),
    ],
)
def test_figures_go_nowhere_but_into_a_data_folder(office, out, why):
    with pytest.raises(ContractError, match=why):
        importing.read(office.file(TABLE), office.map_file(), out=office.folder / out)


def test_an_invalid_day_is_refused(office):
    result = imported(office, TABLE, "--yes", "--released-on", "25.10.2019")
    assert result.exit_code == 2
    assert (
        "--released-on: '25.10.2019' is not a date (expected YYYY-MM-DD, 1900 to 2199); or usual"
        in result.output
    )
