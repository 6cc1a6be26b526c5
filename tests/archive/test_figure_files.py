"""Figures as files hold them, and every way in which a file breaks the contract. All made up."""

import os
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from forecast.archive.figure_files import KEY, read_figures
from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError
from forecast.base.months import month

HEADER = "area,indicator,first_month,last_month,measure,value,released_on"
GOOD = "here,sales,2019-01,2019-02,growth_pct,7.5,2019-03-15"
SECOND = "here,sales,2019-01,2019-03,growth_pct,7.4,2019-04-15"
REGISTRY = """
[[indicator]]
id = "sales"
name_en = "Sales"
name_zh = "销售额"
unit = "cny_100m"
annual_rule = "published_ytd"
"""


def folder_of(where: Path, **files: str | bytes) -> Path:
    """Write figures files, named `name.suffix` by `name_suffix`, and return their data folder."""
    (where / "figures").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (where / "figures" / name.replace("_", ".")).write_bytes(raw)
    return where


def text_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def faults_of(folder: Path) -> list[str]:
    """Return what is said of a folder that breaks the contract."""
    with pytest.raises(ContractError, match=r"^\d+ faults? in the data\n") as caught:
        read_figures(folder)
    return [str(fault) for fault in caught.value.faults]


def with_cell(row: str, column: str, cell: str) -> str:
    cells = dict(zip(HEADER.split(","), row.split(","), strict=True)) | {column: cell}
    return ",".join(cells.values())


def test_a_figure_is_read_with_its_file_and_line(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD, "", SECOND))
    first, second = read_figures(folder).to_dict("records")
    assert (first["first"], first["last"]) == (month(2019, 1), month(2019, 2))
    assert (first["value"], first["measure"], first["unit"]) == (7.5, "growth_pct", "pct")
    assert first["released_on"].date() == date(2019, 3, 15)
    assert (first["status"], first["released_on_basis"]) == ("final", "published")
    assert (first["file"], first["line"], second["line"]) == ("figures/made.csv", 2, 4)


BAD_CELLS = [
    (
        "first_month",
        "2019-13",
        "first_month '2019-13' is not a month (expected YYYY-MM, 1900-01 to 2199-12)",
    ),
    (
        "first_month",
        "2019",
        "first_month '2019' is not a month (expected YYYY-MM, 1900-01 to 2199-12)",
    ),
    (
        "last_month",
        "2019-2",
        "last_month '2019-2' is not a month (expected YYYY-MM, 1900-01 to 2199-12)",
    ),
    (
        "last_month",
        "2018-12",
        "last_month '2018-12' lies before first_month; allowed: the same month or a later one",
    ),
    ("measure", "yoy", "measure 'yoy' is not a measure (expected level, growth_pct)"),
    ("measure", "", "measure '' is not a measure (expected level, growth_pct)"),
    *(
        (
            "value",
            cell,
            f"value '{cell}' is not a number "
            "(expected a finite decimal number without thousands separators)",
        )
        for cell in ("seven", "", "7.5%", "1_000", "nan", "inf", "-Infinity", "7.5.1")
    ),
    ("value", "-100", "value '-100' is not a growth rate (expected a number above -100)"),
    *(
        (
            "released_on",
            cell,
            f"released_on '{cell}' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        )
        for cell in ("2019-02-30", "20190315", "2019/03/15", "15.03.2019", "", "2019-W11-5")
    ),
    (
        "released_on",
        "2018-12-31",
        "released_on '2018-12-31' lies before the first month of its span; "
        "allowed: a day from then on",
    ),
    (
        "area",
        "",
        "area '' is not a name (expected letters, digits, - and _, at most 64 of them, "
        "not a device such as con)",
    ),
    (
        "indicator",
        "",
        "indicator '' is not a name (expected letters, digits, - and _, at most 64 of them, "
        "not a device such as con)",
    ),
]


@pytest.mark.parametrize(("column", "cell", "message"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, column: str, cell: str, message: str
):
    folder = folder_of(tmp_path, made_csv=text_of(SECOND, with_cell(GOOD, column, cell)))
    with pytest.raises(ContractError, match=rf"figures/made\.csv:3: {re.escape(message)}$"):
        read_figures(folder)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        (
            "status",
            "guess",
            "status 'guess' is not a status (expected final, preliminary, expected, lower_bound)",
        ),
        (
            "released_on_basis",
            "felt",
            "released_on_basis 'felt' is not a basis (expected published, estimated, uploaded)",
        ),
        ("unit", "cny", "unit 'cny' does not go with growth_pct; allowed: pct, or nothing"),
    ],
)
def test_a_bad_optional_cell_is_named_too(tmp_path: Path, column: str, cell: str, message: str):
    text = text_of(f"{GOOD},{cell}", header=f"{HEADER},{column}")
    with pytest.raises(ContractError, match=rf"figures/made\.csv:2: {re.escape(message)}$"):
        read_figures(folder_of(tmp_path, made_csv=text))


def test_a_figure_may_come_out_on_the_first_day_of_its_span(tmp_path: Path):
    row = with_cell(GOOD, "released_on", "2019-01-01")
    text = text_of(f"{row},expected", header=f"{HEADER},status")
    assert len(read_figures(folder_of(tmp_path, made_csv=text))) == 1


def test_only_an_expected_figure_may_come_out_before_its_span_is_over(tmp_path: Path):
    text = text_of(
        f"{with_cell(GOOD, 'released_on', '2019-02-27')},final", header=f"{HEADER},status"
    )
    why = "released_on '2019-02-27' lies before the end of its span; allowed: a day from then on"
    assert any(why in fault for fault in faults_of(folder_of(tmp_path, made_csv=text)))


def test_growth_in_the_thousands_of_per_cent_has_lost_its_decimal_mark(tmp_path: Path):
    row = with_cell(with_cell(GOOD, "measure", "growth_pct"), "value", "2441")
    why = "value '2441' is not a growth rate (expected per cent below 1,000)"
    assert any(why in fault for fault in faults_of(folder_of(tmp_path, made_csv=text_of(row))))


def test_a_year_that_no_calendar_has_is_no_month(tmp_path: Path):
    row = "here,sales,0000-01,0000-12,growth_pct,7.5,2019-03-15"
    said = faults_of(folder_of(tmp_path, made_csv=text_of(row)))
    assert any("first_month '0000-01' is not a month" in fault for fault in said)


def test_a_missing_column_is_named(tmp_path: Path):
    text = text_of(GOOD.rpartition(",")[0], header=HEADER.rpartition(",")[0])
    message = r"figures/made\.csv:1: column 'released_on' is missing; required: area, indicator, "
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=text))


def test_an_unknown_column_is_named(tmp_path: Path):
    text = text_of(f"{GOOD},x", header=f"{HEADER},model-lo-80")
    message = r"figures/made\.csv:1: unknown column 'model-lo-80'; allowed: area, .*, source$"
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=text))


def test_a_column_that_stands_twice_is_named(tmp_path: Path):
    text = text_of(f"{GOOD},8", header=f"{HEADER},value")
    with pytest.raises(ContractError, match=r"figures/made\.csv:1: column 'value' stands twice$"):
        read_figures(folder_of(tmp_path, made_csv=text))


@pytest.mark.parametrize(("row", "n_cells"), [(f"{GOOD},8", 8), (GOOD.rpartition(",")[0], 6)])
def test_a_wrong_number_of_cells_is_named(tmp_path: Path, row: str, n_cells: int):
    message = rf"figures/made\.csv:3: {n_cells} cells; the header has 7$"
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=text_of(SECOND, row)))


def test_a_quote_that_is_never_closed_is_named(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(with_cell(GOOD, "area", '"here')))
    with pytest.raises(ContractError, match=r"figures/made\.csv:\d+: not valid CSV: "):
        read_figures(folder)


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_named(tmp_path: Path, content: str):
    message = r"figures/made\.csv(:1)?: (the file is empty|column 'area' is missing)"
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=content))


def test_a_header_alone_is_not_enough(tmp_path: Path):
    message = r"figures/made\.csv: a header without rows; at least one figure is needed$"
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=HEADER))


@pytest.mark.parametrize("has_folder", [True, False])
def test_a_folder_without_figures_is_named(tmp_path: Path, has_folder: bool):
    data = tmp_path / "data"
    (data / "figures" if has_folder else data).mkdir(parents=True)
    message = r"data/figures: no file; at least one \*\.csv or \*\.parquet is needed$"
    with pytest.raises(ContractError, match=message):
        read_figures(data)


def test_two_values_of_one_key_on_one_day_are_named_with_both_lines(tmp_path: Path):
    rows = (GOOD, SECOND, with_cell(GOOD, "value", "7.6"))
    message = (
        r"figures/made\.csv:4: here sales 2019-01 to 2019-02 has the values 7\.5 and 7\.6 on one "
        r"day \(figures/made\.csv:2, figures/made\.csv:4\); "
        r"allowed: one value a day, a revision carries a later released_on$"
    )
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=text_of(*rows)))


def test_two_values_on_one_day_are_found_across_files(tmp_path: Path):
    other = text_of(with_cell(GOOD, "value", "7.6"))
    folder = folder_of(tmp_path, a_csv=text_of(GOOD), b_csv=other)
    message = r"7\.5 and 7\.6 on one day \(figures/a\.csv:2, figures/b\.csv:2\)"
    with pytest.raises(ContractError, match=message):
        read_figures(folder)


def test_a_final_and_a_preliminary_value_on_one_day_contradict_each_other(tmp_path: Path):
    rows = (f"{GOOD},final", f"{with_cell(GOOD, 'value', '7.6')},preliminary")
    text = text_of(*rows, header=f"{HEADER},status")
    with pytest.raises(ContractError, match=r"has the values 7\.5 and 7\.6 on one day"):
        read_figures(folder_of(tmp_path, made_csv=text))


def test_the_same_figure_twice_is_one_figure(tmp_path: Path):
    folder = folder_of(tmp_path, a_csv=text_of(GOOD, SECOND), b_csv=text_of(GOOD))
    assert len(read_figures(folder)) == 2


def test_another_day_makes_a_revision(tmp_path: Path):
    later = with_cell(with_cell(GOOD, "value", "7.6"), "released_on", "2019-09-15")
    figures = read_figures(folder_of(tmp_path, made_csv=text_of(GOOD, later)))
    assert figures["value"].tolist() == [7.5, 7.6]
    assert len(figures.drop_duplicates(list(KEY))) == 1


def test_levels_in_two_units_do_not_contradict_each_other(tmp_path: Path):
    row = "here,sales,2019-01,2019-02,level,{},2019-03-15,{}"
    text = text_of(row.format(70, "usd"), row.format(480, "cny"), header=f"{HEADER},unit")
    assert len(read_figures(folder_of(tmp_path, made_csv=text))) == 2


def test_a_level_without_a_unit_is_in_the_indicators(tmp_path: Path):
    level = with_cell(with_cell(GOOD, "measure", "level"), "value", "480")
    folder = folder_of(tmp_path, made_csv=text_of(GOOD, level))
    (folder / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    figures = read_archive(folder).figures
    assert dict(zip(figures["measure"], figures["unit"], strict=True)) == {
        "growth_pct": "pct",
        "level": "cny_100m",
    }


def test_a_level_without_a_unit_may_contradict_one_with_it(tmp_path: Path):
    row = "here,sales,2019-01,2019-02,level,{},2019-03-15,{}"
    text = text_of(row.format(70, ""), row.format(480, "cny_100m"), header=f"{HEADER},unit")
    (folder_of(tmp_path, made_csv=text) / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"made\.csv:3: .* has the values 70 and 480 on one day"
    ):
        read_archive(tmp_path)


def test_an_unknown_indicator_is_named(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD, with_cell(SECOND, "indicator", "slaes")))
    (folder / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    message = r"figures/made\.csv:3: unknown indicator 'slaes'; known in indicators\.toml: sales$"
    with pytest.raises(ContractError, match=message):
        read_archive(folder)


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path):
    bad = with_cell(with_cell(GOOD, "value", "much"), "measure", "yoy")
    folder = folder_of(
        tmp_path,
        a_csv=text_of(bad, SECOND, with_cell(GOOD, "first_month", "2019-13")),
        b_csv="area;indicator\n",
        c_csv="",
        d_csv=text_of(GOOD),
        e_csv=text_of("one,two", with_cell(GOOD, "value", "ignored?")),
    )
    said = faults_of(folder)
    places = [fault.partition(" ")[0] for fault in said]
    assert places.count("figures/a.csv:2:") == 2
    assert places.count("figures/a.csv:4:") == 1
    assert places.count("figures/b.csv:1:") == 8  # seven are missing, and one is unknown
    assert places.count("figures/c.csv:") == 1
    assert not any(place.startswith("figures/d.csv") for place in places)
    assert "figures/e.csv:2:" in places


def test_a_short_row_does_not_hide_the_faults_of_other_rows(tmp_path: Path):
    rows = ("one,two", with_cell(GOOD, "value", "much"))
    said = faults_of(folder_of(tmp_path, made_csv=text_of(*rows)))
    assert [fault.partition(" ")[0] for fault in said] == [
        "figures/made.csv:2:",
        "figures/made.csv:3:",
    ]


def test_no_kind_of_fault_hides_another(tmp_path: Path):
    rows = (
        with_cell(GOOD, "value", "much"),
        SECOND,
        with_cell(SECOND, "value", "7.6"),
        with_cell(SECOND, "indicator", "slaes"),
    )
    folder = folder_of(tmp_path, made_csv=text_of(*rows))
    (folder / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    with pytest.raises(ContractError, match="is not a number") as caught:
        read_archive(folder)
    assert {fault.line for fault in caught.value.faults} == {2, 4, 5}


def test_faults_of_figures_and_registries_are_reported_together(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(with_cell(GOOD, "value", "much")))
    (folder / "indicators.toml").write_text(REGISTRY + "colour = 'red'\n", encoding="utf-8")
    (folder / "schedule.toml").write_text("[[lag]]\nspan = 'week'\ndays = 3\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"^3 faults in the data\n") as caught:
        read_archive(folder)
    assert {f.file for f in caught.value.faults} == {
        "figures/made.csv",
        "indicators.toml",
        "schedule.toml",
    }


CHINESE = text_of(f"{GOOD},福田区统计局,“上半年”公报", header=f"{HEADER},publisher,source")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_files_in_gbk_or_with_a_byte_order_mark_read_as_in_utf_8(tmp_path: Path, encoding: str):
    plain = read_figures(folder_of(tmp_path, made_csv=CHINESE))
    other = read_figures(folder_of(tmp_path, made_csv=CHINESE.encode(encoding)))
    assert other["publisher"].tolist() == ["福田区统计局"]
    assert_frame_equal(other, plain)


def test_line_ends_of_windows_read_as_others(tmp_path: Path):
    plain = read_figures(folder_of(tmp_path, made_csv=text_of(GOOD, SECOND)))
    other = read_figures(folder_of(tmp_path, made_csv=text_of(GOOD, SECOND).replace("\n", "\r\n")))
    assert_frame_equal(other, plain)


@pytest.mark.parametrize(
    "raw",
    [CHINESE.encode("utf-16"), b"\x00\x01\x02\x03", b"PK\x03\x04\xff", "\0局\n".encode()],
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes):
    message = r"figures/made\.csv: not text; allowed encodings: UTF-8, GBK, GB18030$"
    with pytest.raises(ContractError, match=message):
        read_figures(folder_of(tmp_path, made_csv=raw))


FULL = f"{HEADER},unit,status,released_on_basis,publisher,source"
ROWS = (
    f"{GOOD},pct,preliminary,estimated,局,page",
    "here,sales,2019-01,2019-02,level,0.1,2019-03-15,cny_100m,,,,",
    "here,sales,2019-01,2019-02,level,123456789.125,2019-03-16,cny_100m,,,,",
)


def table() -> pd.DataFrame:
    """Return the rows with a number where a number belongs, and nothing where there is none."""
    cells = pd.DataFrame([r.split(",") for r in ROWS], columns=FULL.split(","))
    return cells.assign(value=cells["value"].astype(float)).replace({"": None})


@pytest.mark.parametrize("kind", ["text", "timestamp", "day"])
def test_parquet_reads_as_csv_does(tmp_path: Path, kind: str):
    (tmp_path / "one").mkdir()
    (tmp_path / "two" / "figures").mkdir(parents=True)
    plain = read_figures(folder_of(tmp_path / "one", made_csv=text_of(*ROWS, header=FULL)))
    days = pd.to_datetime(table()["released_on"])
    typed = {"text": table()["released_on"], "timestamp": days, "day": days.dt.date}[kind]
    table().assign(released_on=typed).to_parquet(tmp_path / "two" / "figures" / "made.parquet")
    other = read_figures(tmp_path / "two")
    assert set(other["file"]) == {"figures/made.parquet"}
    same = [c for c in plain if c not in ("file", "line")]
    assert_frame_equal(other[same], plain[same])


@pytest.mark.parametrize("dtype", ["float32", "int32", "str"])
def test_values_in_parquet_may_be_of_any_type_that_spells_numbers(tmp_path: Path, dtype: str):
    folder = folder_of(tmp_path)
    given = [7.5, 9.0, 7.1] if dtype == "float32" else [7, 9, 12]
    numbers = pd.Series(given).astype(dtype)
    table().assign(value=numbers).to_parquet(folder / "figures" / "made.parquet")
    assert read_figures(folder)["value"].tolist() == given


def test_every_fault_of_parquet_is_named_at_once(tmp_path: Path):
    folder = folder_of(tmp_path)
    given = table().assign(value=[7.5, float("inf"), 3.0], first_month=["2019-1", None, "2019-01"])
    given.to_parquet(folder / "figures" / "made.parquet")
    assert [fault.split(" ", 2)[:2] for fault in faults_of(folder)] == [
        ["figures/made.parquet:1:", "first_month"],
        ["figures/made.parquet:2:", "first_month"],
        ["figures/made.parquet:2:", "value"],
    ]


def test_faults_of_parquet_are_named_by_row(tmp_path: Path):
    folder = folder_of(tmp_path)
    table().assign(measure=["growth_pct", "yoy", "level"]).to_parquet(
        folder / "figures" / "made.parquet"
    )
    with pytest.raises(ContractError, match=r"figures/made\.parquet:2: measure 'yoy' is no"):
        read_figures(folder)


def test_a_missing_number_in_parquet_is_a_fault(tmp_path: Path):
    folder = folder_of(tmp_path)
    table().assign(value=[7.5, None, 3.0]).to_parquet(folder / "figures" / "made.parquet")
    with pytest.raises(ContractError, match=r"figures/made\.parquet:2: value .* is not a number"):
        read_figures(folder)


def test_what_pandas_noted_in_parquet_is_not_needed(tmp_path: Path):
    plain, noted, damaged = (folder_of(tmp_path / name) for name in ("plain", "noted", "damaged"))
    table().to_parquet(plain / "figures" / "made.parquet")
    table().set_axis([7, 3, 5]).to_parquet(noted / "figures" / "made.parquet")
    written = pq.read_table(noted / "figures" / "made.parquet")
    notes = {b"pandas": written.schema.metadata[b"pandas"].replace(b"numpy_type", b"numpy_tyqe")}
    pq.write_table(written.replace_schema_metadata(notes), damaged / "figures" / "made.parquet")
    assert_frame_equal(read_figures(noted), read_figures(plain))
    assert_frame_equal(read_figures(damaged), read_figures(plain))


def test_an_unknown_column_in_parquet_is_named(tmp_path: Path):
    folder = folder_of(tmp_path)
    table().assign(note="x").to_parquet(folder / "figures" / "made.parquet")
    with pytest.raises(ContractError, match=r"figures/made\.parquet:1: unknown column 'note'"):
        read_figures(folder)


def test_what_is_no_parquet_file_is_named(tmp_path: Path):
    folder = folder_of(tmp_path, made_parquet="area,indicator\n")
    with pytest.raises(ContractError, match=r"made\.parquet: not a Parquet file, or one that is"):
        read_figures(folder)


def test_csv_and_parquet_stand_side_by_side(tmp_path: Path):
    folder = folder_of(tmp_path, a_csv=text_of(SECOND))
    table().to_parquet(folder / "figures" / "b.parquet")
    assert read_figures(folder)["file"].tolist() == ["figures/a.csv"] + 3 * ["figures/b.parquet"]


def _odd(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path.symlink_to(path.parent / "gone")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("folder", "a folder; allowed: a file"),
        ("pipe", "a pipe or device; allowed: a file"),
        ("loop", "cannot be read: Too many levels of symbolic links"),
        ("link", "cannot be read: No such file or directory"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_no_file_is_named(tmp_path: Path, kind: str, message: str, suffix: str):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD))
    _odd(folder / "figures" / f"odd{suffix}", kind)
    assert faults_of(folder) == [f"figures/odd{suffix}: {message}"]


@pytest.mark.parametrize(("name", "shown"), [("a\nb", "a\\nb"), ("a\udcff", "a\\udcff")])
def test_a_name_that_is_no_text_is_named(tmp_path: Path, name: str, shown: str):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD))
    (folder / "figures" / f"{name}.csv").write_text(text_of(SECOND), encoding="utf-8")
    message = "its name is not text; allowed: another name"
    assert faults_of(folder) == [f"figures/{shown}.csv: {message}"]


@pytest.mark.parametrize(
    "name",
    ["._town.csv", ".#town.csv", "~$town.csv", ".~lock.town.csv#", "town.csv~", ".town.csv.swp"],
)
def test_what_editors_and_systems_leave_beside_a_file_is_skipped(tmp_path: Path, name: str):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD))
    (folder / "figures" / name).write_bytes(b"\0\x05\x16\x07")
    assert len(read_figures(folder)) == 1


def _repeated(path: Path, n_rows: int, **more: pa.Array) -> None:
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    same = np.zeros(n_rows, dtype=np.int32)
    table = {k: pa.DictionaryArray.from_arrays(same, [cells[k]]) for k in cells if k != "value"}
    table |= {"value": np.full(n_rows, 7.0), **more}
    pq.write_table(pa.table(table), path, compression="zstd", use_dictionary=not more)


def test_a_small_parquet_file_cannot_fill_the_memory_with_rows(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD))
    _repeated(folder / "figures" / "many.parquet", 1_000_001)
    with pytest.raises(ContractError, match=r"many\.parquet: 1,000,001 rows in [\d,]+ bytes"):
        read_figures(folder)


def test_a_small_parquet_file_cannot_fill_the_memory_with_words(tmp_path: Path):
    folder = folder_of(tmp_path, made_csv=text_of(GOOD))
    words = pa.array([f"{n}{'x' * 700_000}" for n in range(200)])
    _repeated(folder / "figures" / "long.parquet", 200, source=words)
    (fault,) = faults_of(folder)
    assert re.search(r"long\.parquet: 140,[\d,]+ bytes once it is unpacked from", fault)
