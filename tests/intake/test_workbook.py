"""Workbooks as bureaux make them, and such as are made to do harm. All are simulated."""

import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import ContractError
from forecast.intake import grids, packed
from forecast.intake.workbook import workbook_grids


@pytest.fixture
def monthly(tmp_path: Path) -> Path:
    """A sheet with merged headers, a number stored as text, a footnote, per cents, an error."""
    path = tmp_path / "九月.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("2019年9月")
        share, quoted = (book.add_format({"num_format": f}) for f in ("0.0%", '0.0"%"'))
        sheet.merge_range("A1:E1", "福田区主要经济指标①")
        sheet.merge_range("A2:A3", "指标")
        sheet.merge_range("B2:B3", "单位")
        sheet.merge_range("C2:D2", "1—9月")
        sheet.merge_range("E2:E3", "备注")
        sheet.write_row("C3", ["绝对额", "同比增长（±%）"])
        sheet.write_row("A4", ["社会消费品零售总额", "亿元", 1395.84])
        sheet.write("D4", 0.071, share)
        sheet.write_row("A5", ["固定资产投资额", "万元", "２３４５６７８＊"])
        sheet.write("D5", 11.8, quoted)
        sheet.write_row("A6", ["进出口总额", "亿美元", "–", "下降6.5"])
        sheet.write_row("A7", ["地区生产总值", "亿元"])
        sheet.write_formula("C7", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D7", "=0.05+0.02", share, 0.07)
        sheet.merge_range("A8:E8", "注：①为快报数，2018年为1.5倍")
        hidden = book.add_worksheet("2018年9月")
        hidden.write_row("A1", ["社会消费品零售总额", 1])
        hidden.hide()
        book.add_worksheet("空表")
    return path


ADDED = {
    "2019年9月!C4": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
    "2019年9月!D4": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
    "2019年9月!C5": "futian/fixed_asset_investment 2019-01..2019-09 level 234.5678 cny_100m",
    "2019年9月!D5": "futian/fixed_asset_investment 2019-01..2019-09 growth_pct 11.8 pct",
    "2019年9月!D6": "futian/trade 2019-01..2019-09 growth_pct -6.5 pct",
    "2019年9月!D7": "futian/gdp 2019-01..2019-09 growth_pct 7 pct",
}


def test_a_sheet_as_bureaux_lay_it_out(office, monthly, read_figures_of):
    reading = office.read(monthly)
    assert read_figures_of(reading) == ADDED
    assert [str(f) for f in reading.faults] == [
        "九月.xlsx 2019年9月!C7: '#DIV/0!' is no number; allowed: 1234.5 or 1,234.5"
    ]
    assert dict(reading.rows) == {"head": 3, "accepted": 3, "rejected": 1, "words": 1, "hidden": 1}


def test_several_sheets_by_their_names(office, tmp_path, read_figures_of):
    book = openpyxl.Workbook()
    for last in (6, 9):
        sheet = book.create_sheet(f"2019年1-{last}月")
        sheet.append(["指标", "累计（亿元）", "同比%"])
        sheet.append(["社会消费品零售总额", 100 * last, 7 + last / 10])
    book["Sheet"].append(["说明", "1.5"])
    book.save(tmp_path / "季报.xlsx")
    reading = office.read(tmp_path / "季报.xlsx", 'sheets = ["2019年*"]\n')
    assert reading.faults == ()
    assert len(read_figures_of(reading)) == 4
    assert reading.rows["skipped"] == 1
    with pytest.raises(ContractError, match=r"no sheet '2020\*'; it has Sheet, 2019年1-6月"):
        office.read(tmp_path / "季报.xlsx", 'sheets = ["2020*"]\n')


def test_days_in_cells_say_the_month(office, tmp_path, read_figures_of):
    book = openpyxl.Workbook()
    book.active.append(["时间", "社会消费品零售总额累计同比（%）"])
    book.active.append([date(2019, 8, 1), 7.3])
    book.active.append([date(2019, 9, 1), 7.1])
    book.save(tmp_path / "x.xlsx")
    found = read_figures_of(office.read(tmp_path / "x.xlsx"))
    assert found["Sheet!B3"] == "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct"


def test_a_name_says_nothing_of_what_a_file_is(office, monthly, read_figures_of):
    renamed = monthly.rename(monthly.with_suffix(".csv"))
    assert read_figures_of(office.read(renamed)) == ADDED


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="一">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, *rows: str) -> Path:
    content = ODS.format(rows="".join(f"<table:table-row {row}</table:table-row>" for row in rows))
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", "<x/>")
    return path


def cell(text: str, more: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def test_an_opendocument_sheet(office, tmp_path, read_figures_of):
    per_cent = 'office:value-type="percentage" office:value="0.071"'
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    path = ods(
        tmp_path / "x.ods",
        ">" + cell("指标") + cell("2019年1-9月同比"),
        ">" + cell("社会消费品零售总额") + cell("7.1%", per_cent),
        ">" + cell("进出口总额") + cell("#DIV/0!", error),
    )
    reading = office.read(path)
    growth = "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct"
    assert read_figures_of(reading) == {"一!B2": growth}
    assert [f.file for f in reading.faults] == ["x.ods 一!B3"]


def test_parts_are_counted_before_they_are_unpacked(office, monthly, monkeypatch):
    monkeypatch.setattr(packed, "MOST_UNPACKED", 10_000)
    with pytest.raises(ContractError, match=r"bytes unpacked; allowed: up to 10,000"):
        office.read(monthly)
    monkeypatch.setattr(packed, "MOST_PARTS", 3)
    with pytest.raises(ContractError, match=r"parts; allowed: up to 3"):
        office.read(monthly)


def test_one_text_in_many_cells_counts_as_often_as_it_stands(office, tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for row in range(300):
            book.worksheets()[0].write(row, 0, "长" * 1000) if row else book.add_worksheet()
    monkeypatch.setattr("forecast.intake.workbook.MOST_UNPACKED", 200_000)
    with pytest.raises(ContractError, match=r"299,000 letters; allowed: up to 200,000"):
        office.read(path)


def test_text_files_have_limits_too(office, monkeypatch):
    monkeypatch.setattr("forecast.intake.delimited.MOST_ROWS", 2)
    with pytest.raises(ContractError, match="3 rows; allowed: up to 2"):
        office.read(office.issued("a,b\nc,d\ne,f\n"))
    monkeypatch.setattr("forecast.intake.delimited.MOST_BYTES", 5)
    with pytest.raises(ContractError, match="larger than 5 bytes"):
        office.read(office.issued("a,b\nc,d\ne,f\n"))
    assert grids.MOST_ROWS == 200_000


@given(st.data())
def test_a_spoilt_workbook_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("spoilt") / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("a").write_row("A1", ["指标", "累计", 1.5])
    with zipfile.ZipFile(path) as old:
        parts = {i.filename: bytearray(old.read(i)) for i in old.infolist()}
    part = parts[data.draw(st.sampled_from(sorted(parts)))]
    for _ in range(data.draw(st.integers(1, 4))):
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.sampled_from(b'018<>"/ab=&'))
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, bytes(content))
    with suppress(ContractError):
        assert [grid.name for grid in workbook_grids(path, [])] != []
