"""Workbooks as statistics offices make them, and such as are made to do harm. All are simulated."""

import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from forecast.base.errors import ContractError
from forecast.importing import grid, workbook
from forecast.importing.cell_marks import Marks
from forecast.importing.workbook import workbook_grids


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


def test_a_sheet_as_offices_lay_it_out(office, monthly, read_figures_of):
    plan = office.read(monthly)
    assert read_figures_of(plan) == ADDED
    assert [str(f) for f in plan.faults] == [
        "九月.xlsx 2019年9月!C7: '#DIV/0!' is not a number; allowed: 1234.5 or 1,234.5"
    ]
    assert dict(plan.rows) == {"head": 3, "accepted": 3, "rejected": 1, "words": 1, "hidden": 1}


def test_several_sheets_by_their_names(office, tmp_path, read_figures_of):
    book = openpyxl.Workbook()
    for last in (6, 9):
        sheet = book.create_sheet(f"2019年1-{last}月")
        sheet.append(["指标", "累计（亿元）", "同比%"])
        sheet.append(["社会消费品零售总额", 100 * last, 7 + last / 10])
    book["Sheet"].append(["说明", "1.5"])
    book.save(tmp_path / "季报.xlsx")
    plan = office.read(tmp_path / "季报.xlsx", 'sheets = ["2019年*"]\n')
    assert plan.faults == ()
    assert len(read_figures_of(plan)) == 4
    assert plan.rows["skipped"] == 1
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
    plan = office.read(path)
    growth = "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct"
    assert read_figures_of(plan) == {"一!B2": growth}
    assert [f.file for f in plan.faults] == ["x.ods 一!B3"]


def cells_of(path: Path) -> tuple[tuple[object, ...], ...]:
    """Return the cells of the first sheet."""
    return workbook_grids(path, [])[0].rows


def rewritten(path: Path, old: str, new: str) -> Path:
    """Replace a text in all parts of a workbook."""
    with zipfile.ZipFile(path) as packed:
        parts = {i.filename: packed.read(i).decode() for i in packed.infolist()}
    assert any(old in content for content in parts.values())
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content.replace(old, new))
    return path


def test_a_formula_that_was_never_calculated_is_no_empty_cell(office, tmp_path, read_figures_of):
    book = openpyxl.Workbook()
    book.active.append(["指标", "2019年1-9月同比（%）"])
    book.active.append(["社会消费品零售总额", 7.1])
    book.active.append(["进出口总额", "=1.5+2"])
    book.save(tmp_path / "x.xlsx")
    plan = office.read(tmp_path / "x.xlsx")
    assert list(read_figures_of(plan)) == ["Sheet!B2"]
    assert [str(f) for f in plan.faults] == [
        "x.xlsx Sheet!B3: 'formula without a value' is not a number; "
        "allowed: a workbook that was calculated before it was saved"
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("<f>1+2</f>", "#formula without a value"),
        ("<f>1+2</f><v></v>", "#formula without a value"),
        ("<f>1+2</f><v>3</v>", 3),
        ("<f/><v>3</v>", 3),
        ('" t="str"><f>IF(B1=2,1,"")</f><v></v>', ""),  # an empty text is a value
        ('" t="b"><f>1=1</f><v>1</v>', True),
    ],
)
def test_what_is_stored_of_a_formula(tmp_path, value, cell):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row("A1", [1395.84, 1])
    stored = value if value.startswith('"') else f'">{value}'
    assert cells_of(rewritten(path, '"><v>1395.84</v>', stored)) == ((cell, 1),)


def test_an_opendocument_formula_that_was_never_calculated(tmp_path):
    formula = '<table:table-cell table:formula="of:=1+2"/>'
    path = ods(tmp_path / "x.ods", ">" + cell("指标") + formula)
    assert cells_of(path) == (("指标", "#formula without a value"),)


RICH = (
    ["1395", "¹1"],
    ["地区生产总值", "¹1)", "（亿元）"],
    ["1395", "₁1"],
    ["PM", "₁2.5"],
    ["¹7.1"],
)
LINES = ("1395", "地区生产总值（亿元）", "1395※1", "PM※2.5", "7.1")


def test_raised_numbers_of_footnotes_are_no_digits(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        scripts = {m: book.add_format({"font_script": n}) for m, n in (("¹", 1), ("₁", 2))}
        for row, runs in enumerate(RICH):
            fragments = [x for r in runs for x in ([scripts[r[0]], r[1:]] if r[0] in "¹₁" else [r])]
            if len(runs) > 1:
                sheet.write_rich_string(row, 0, *fragments)
            else:
                sheet.write_string(row, 0, "RAISED")
    raised = '<r><rPr><vertAlign val="superscript"/></rPr><t>7.1</t></r>'
    rewritten(path, "<t>RAISED</t>", raised)
    assert cells_of(path) == tuple((line,) for line in LINES)


def test_raised_numbers_in_a_cell_of_its_own_text(office, tmp_path):
    book = openpyxl.Workbook()
    raised, lowered = (
        TextBlock(InlineFont(vertAlign=a), "1") for a in ("superscript", "subscript")
    )
    book.active.append(["指标", "2019年1-9月累计（亿元）"])
    book.active.append(["社会消费品零售总额", CellRichText("1395", raised, ".8")])
    book.active.append(["进出口总额", CellRichText("2", lowered)])
    book.active.append(["固定资产投资额", CellRichText("4", lowered, "8")])
    book.save(tmp_path / "x.xlsx")
    plan = office.read(tmp_path / "x.xlsx")
    assert cells_of(tmp_path / "x.xlsx")[1:] == (
        ("社会消费品零售总额", "1395.8"),
        ("进出口总额", "2※1"),
        ("固定资产投资额", "4※18"),
    )
    assert {c.figure.address: str(c.figure.value) for c in plan.added} == {"Sheet!B2": "1395.8"}
    assert [f.file for f in plan.faults] == ["x.xlsx Sheet!B3", "x.xlsx Sheet!B4"]


def test_raised_numbers_of_an_opendocument_sheet(tmp_path):
    style = (
        '<style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'style:name="{}"><style:text-properties style:text-position="{} 58%"/></style:style>'
    )
    spans = [f'<text:span text:style-name="{name}">1</text:span>' for name in "TUV"]
    path = ods(tmp_path / "x.ods", ">" + "".join(cell(f"1395{span}") for span in spans))
    styles = "".join(map(style.format, "TUV", ("super", "33%", "-33%")))
    rewritten(
        path,
        "<office:body>",
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>",
    )
    assert cells_of(path) == (("1395", "1395", "1395※1"),)


@pytest.mark.parametrize(
    "code", ["0!.0,", "0.0,", "#,##0,,", "0\\.0,", '0"."0', '#,##0.0,"千"', '[>9999]0!.0,"万";0']
)
def test_numbers_that_are_shown_scaled_are_refused(office, tmp_path, code):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一")
        sheet.write_row("A1", ["指标", "2019年1-9月累计（亿元）"])
        sheet.write_row(
            "A2", ["社会消费品零售总额", 1395840], book.add_format({"num_format": code})
        )
    plan = office.read(path)
    assert plan.added == ()
    assert [str(f) for f in plan.faults] == [
        f"x.xlsx 一!B2: '1395840' is altered by the format {code!r}; "
        "allowed: a format that shows the number as it is stored"
    ]


@pytest.mark.parametrize(
    "code",
    ["#,##0", "#,##0.00_);(#,##0.00)", '0.0"万,"', "0_,", "# ?/?", '_ * #,##0_ ;_ * "-"_ ;_ @_ '],
)
def test_numbers_that_are_shown_as_they_are(tmp_path, code):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, 1395.84, book.add_format({"num_format": code}))
    assert cells_of(path) == ((1395.84,),)


def test_a_literal_per_cent_sign_makes_no_share(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for column, code in enumerate(("0.0%", "0.0!%", "0.0\\%", "0.0_%")):
            sheet = book.worksheets()[0] if column else book.add_worksheet()
            sheet.write(0, column, 7.1, book.add_format({"num_format": code}))
    assert workbook_grids(path, [])[0].shares == {(0, 0)}


def test_a_number_merged_over_rows_is_of_the_first_alone(office, tmp_path, read_figures_of):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一")
        sheet.write_row("A1", ["指标", "2019年1-9月同比（%）"])
        sheet.write_column("A2", ["社会消费品零售总额", "进出口总额", "地区生产总值"])
        sheet.merge_range("B2:B3", "7.1")
        sheet.write("B4", 6)
    assert list(read_figures_of(office.read(path))) == ["一!B2", "一!B4"]


@pytest.mark.parametrize(
    ("content", "down", "right"),
    [
        ("增长7.1", False, False),
        ("-150", False, False),
        ("7.1", False, False),
        (7.1, False, False),
        ("2019年", True, True),
        ("#工业", True, True),
        ("2019", False, True),
        (2019, False, True),
        (1899, False, False),
        (date(2019, 9, 1), True, True),
    ],
)
def test_what_is_repeated_over_merged_cells(tmp_path, content, down, right):
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["x", content, "y", content])
    book.active.append(["x", None, "y", 1, 1])
    for cells in ("B1:B2", "D1:E1"):
        book.active.merge_cells(cells)
    book.save(path)
    first, second = cells_of(path)
    assert (second[1] == content, first[4] == content) == (down, right)


def test_a_year_in_the_first_column_labels_all_rows_that_it_is_merged_over(
    office, tmp_path, read_figures_of
):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一")
        sheet.write_row("A1", ["年份", "月份", "社会消费品零售总额累计同比（%）"])
        sheet.merge_range("A2:A3", 2018)
        sheet.merge_range("A4:A5", "2019")
        for row, (month, growth) in enumerate([(3, 8.1), (6, 7.6), (3, 6.9), (6, 7.2)], start=1):
            sheet.write_row(row, 1, [month, growth])
    assert [text.split()[1] for text in read_figures_of(office.read(path)).values()] == [
        *("2018-01..2018-03", "2018-01..2018-06", "2019-01..2019-03", "2019-01..2019-06")
    ]


def test_years_as_numbers_head_all_columns_that_they_are_merged_over(
    office, tmp_path, read_figures_of
):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一")
        sheet.merge_range("A1:A2", "指标")
        sheet.merge_range("B1:C1", 2017)
        sheet.merge_range("D1:E1", 2018)
        sheet.write_row("B2", ["全年（亿元）", "全年同比（%）"] * 2)
        sheet.write_row("A3", ["社会消费品零售总额", 1852.1, 8.1, 2001.5, 7.2])
    assert [text.split()[1] for text in read_figures_of(office.read(path)).values()] == [
        *["2017-01..2017-12"] * 2,
        *["2018-01..2018-12"] * 2,
    ]


def test_a_workbook_in_the_strict_form_is_marked_too(tmp_path, monthly):
    for kind in ("spreadsheetml", "officeDocument"):
        main = "relationships" if kind == "officeDocument" else "main"
        rewritten(
            monthly,
            f"http://schemas.openxmlformats.org/{kind}/2006/{main}",
            f"http://purl.oclc.org/ooxml/{kind}/{main}",
        )
    grid = workbook_grids(monthly, [])[0]
    assert grid.rows[6][2] == "#DIV/0!"
    assert (3, 3) in grid.shares


def test_a_sheet_of_which_no_marks_are_known_is_refused(monthly, monkeypatch):
    monkeypatch.setattr("forecast.importing.workbook.marks_of_excel", lambda _: {"空表": Marks()})
    with pytest.raises(ContractError, match="2019年9月: its XML was not found"):
        workbook_grids(monthly, [])


def test_parts_are_counted_before_they_are_unpacked(office, monthly, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 10_000)
    with pytest.raises(ContractError, match=r"bytes unpacked; allowed: up to 10,000"):
        office.read(monthly)
    monkeypatch.setattr(workbook, "MOST_PARTS", 3)
    with pytest.raises(ContractError, match=r"parts; allowed: up to 3"):
        office.read(monthly)


def test_one_text_in_many_cells_counts_as_often_as_it_stands(office, tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for row in range(300):
            book.worksheets()[0].write(row, 0, "长" * 1000) if row else book.add_worksheet()
    monkeypatch.setattr("forecast.importing.workbook.MOST_UNPACKED", 200_000)
    with pytest.raises(ContractError, match=r"299,000 letters; allowed: up to 200,000"):
        office.read(path)


def test_text_files_have_limits_too(office, monkeypatch):
    monkeypatch.setattr("forecast.importing.text_tables.MOST_ROWS", 2)
    with pytest.raises(ContractError, match="3 rows; allowed: up to 2"):
        office.read(office.file("a,b\nc,d\ne,f\n"))
    monkeypatch.setattr("forecast.importing.text_tables.MOST_BYTES", 5)
    with pytest.raises(ContractError, match="larger than 5 bytes"):
        office.read(office.file("a,b\nc,d\ne,f\n"))
    assert grid.MOST_ROWS == 200_000


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
