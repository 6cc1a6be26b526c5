"""Plan tables in Excel: what is typed, what is computed, and that the two agree."""

import re
from dataclasses import replace
from datetime import date
from math import floor
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

import pages
from forecast.base.errors import OutputError, ParameterError
from forecast.base.series import Names
from forecast.cli import main
from forecast.outlook.attainment import Progress
from forecast.pages.excel import write_plan_table
from forecast.report.value import Report

PACE = Progress(75.0, 70.0, -5.0, 72.0, 770.0, 1100.0, 1000.0, 10.0)
EPOCH = date(1899, 12, 30)
GDP = {"en": "GDP", "zh": "地区生产总值"}
TARGETS = {
    "gdp": GDP,
    "modern_services_va": {"en": "Modern services value added", "zh": "现代服务业增加值"},
    "retail_sales": {"en": "Retail sales", "zh": "社会消费品零售总额"},
    "fixed_asset_investment": {"en": "Fixed-asset investment", "zh": "固定资产投资额"},
    "trade": {"en": "Foreign trade", "zh": "进出口总额"},
    "budget_revenue": {"en": "General budget revenue", "zh": "一般公共预算收入"},
}
WORDS = {
    "sheet": {"en": "Plan table", "zh": "计划进度表"},
    "commitments": {"en": "Commitments", "zh": "承诺事项"},
    "base": {"en": "Last year, on today's scope", "zh": "上年基数（可比口径）"},
    "rate": {"en": "Growth planned", "zh": "计划增速"},
    "plan": {"en": "Plan of the year", "zh": "年度计划"},
    "months": {"en": "Months with figures", "zh": "累计月数"},
    "so_far": {"en": "Level so far", "zh": "累计完成"},
    "done": {"en": "Plan done", "zh": "完成年度计划"},
    "time": {"en": "Time gone", "zh": "时间进度"},
    "ahead": {"en": "Against time, points", "zh": "超欠进度（百分点）"},
    "usual": {"en": "Usual by then", "zh": "正常进度"},
    "ahead_of_usual": {"en": "Against the usual, points", "zh": "较正常进度（百分点）"},
    "monthly": {"en": "Level needed a month", "zh": "剩余月均需完成"},
    "chance": {"en": "Probability", "zh": "达标概率"},
    "light": {"en": "Light", "zh": "灯"},
    "day": {"en": "Until", "zh": "截止日"},
    "done_of_it": {"en": "Done", "zh": "完成进度"},
    "no_figures": {"en": "no figures", "zh": "无数据"},
    "no_progress": {"en": "no progress reported", "zh": "无进展数据"},
}


def told() -> Report:
    """Return a report whose first indicator has every column of the table; the pace is made up."""
    report = pages.with_progress()
    first = replace(report.with_target[0], months_known=9, pace=PACE)
    return replace(report, indicators=[first if i.id == first.id else i for i in report.indicators])


@pytest.fixture(scope="module", params=pages.LANGUAGES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Return the language, the sheets with formulas, and the sheets with cached values."""
    out = tmp_path_factory.mktemp("sheets") / "plan.xlsx"
    write_plan_table(told(), out, request.param)
    return request.param, openpyxl.load_workbook(out), openpyxl.load_workbook(out, data_only=True)


def rows_of(book: Any, sheet: str, heads_in: int) -> dict[str, dict[str, Any]]:
    """Return cells by the first cell of the row and by the head of the column."""
    table = book[sheet]
    heads = [cell.value for cell in table[heads_in]]
    rows = table.iter_rows(min_row=heads_in + 1)
    return {r[0].value: dict(zip(heads, r, strict=True)) for r in rows if r[1].value is not None}


def computed(formula: str, sheet: Any) -> Any:
    """Return what a formula comes to from the cached values of its sheet; Excel's own rules."""
    names = {
        "IF": lambda test, yes, no: yes() if test else no(),
        "OR": lambda *tests: any(tests),
        "MAX": max,
        "ROUND": lambda value, digits: floor(value * 10**digits + 0.5) / 10**digits,
        "DATE": lambda y, m, d: (date(y, m, d) - EPOCH).days,
    }
    said = formula.removeprefix("=")
    said = re.sub(r"\b0+(\d)", r"\1", said)
    branches = re.fullmatch(r'IF\((\w+\([^()]*\)[^,]*|[^,]*),(".*?"),(.*)\)', said)
    if branches:
        test = computed(branches[1], sheet)
        return computed(branches[2] if test else branches[3], sheet)
    names |= {c: _value(sheet[c].value) for c in re.findall(r"\b[A-Z]\d+\b", said)}
    return eval(re.sub(r"(?<![<>])=", "==", said), {"__builtins__": {}}, names)


def _value(cell: Any) -> Any:
    if cell is None:
        return ""
    return (cell.date() - EPOCH).days if hasattr(cell, "date") else cell


def test_every_formula_comes_to_the_value_that_it_carries(written):
    _, formulas, values = written
    n = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cached = values[sheet.title][cell.coordinate].value
                    found = computed(cell.value, values[sheet.title])
                    n += 1
                    if isinstance(found, str):
                        assert (cached or "") == found, cell.coordinate
                    else:
                        assert cached == pytest.approx(found, abs=1e-9), cell.coordinate
    assert n > 40


def test_the_columns_that_bureaux_print_follow_from_level_plan_and_months(written):
    lang, formulas, values = written
    cells = rows_of(values, WORDS["sheet"][lang], 4)[GDP[lang]]
    said = {key: cells[WORDS[key][lang]].value for key in PLAN}
    assert said == {key: pytest.approx(value) for key, value in PLAN.items()}
    live = rows_of(formulas, WORDS["sheet"][lang], 4)[GDP[lang]]
    alive = {key for key in PLAN if live[WORDS[key][lang]].data_type == "f"}
    assert alive == {"plan", "done", "time", "ahead", "ahead_of_usual", "monthly"}


PLAN = {
    "base": 1000.0, "rate": 0.10, "plan": 1100.0, "months": 9, "so_far": 770.0, "done": 0.70,
    "time": 0.75, "ahead": -5.0, "usual": 0.72, "ahead_of_usual": -2.0, "monthly": 110.0,
}  # fmt: skip


def test_an_announced_plan_is_typed(tmp_path: Path):
    report = told()
    first = replace(report.with_target[0], pace=replace(PACE, base_level=None, plan_rate_pct=None))
    out = tmp_path / "plan.xlsx"
    write_plan_table(replace(report, indicators=[first]), out, "en")
    cells = rows_of(openpyxl.load_workbook(out), "Plan table", 4)["GDP"]
    assert (cells["Plan of the year"].value, cells["Plan of the year"].data_type) == (1100, "n")


def test_probabilities_and_rates_have_the_formats_of_a_report(written):
    lang, formulas, _ = written
    cells = rows_of(formulas, WORDS["sheet"][lang], 4)
    for one in told().with_target:
        row = cells[TARGETS[one.id][lang]]
        chance = row[WORDS["chance"][lang]]
        assert chance.number_format == '[<0.01]"< 1%";[>0.99]">  99%";0%'.replace("  ", " ")
        assert one.attainment is not None
        assert chance.value == pytest.approx(one.attainment.probability.value)
        assert row[WORDS["rate"][lang]].number_format == "0.0%"
        assert row[WORDS["ahead"][lang]].number_format == "+0.0;-0.0;0.0"
        light = row[WORDS["light"][lang]]
        if one.months_known:
            assert light.data_type == "f"
        else:
            assert light.value == WORDS["no_figures"][lang]


def test_without_a_plan_the_columns_stay_empty_and_are_no_error(written):
    lang, _, values = written
    rows = rows_of(values, WORDS["sheet"][lang], 4)
    months_known = {
        "modern_services_va": 0, "retail_sales": 6, "fixed_asset_investment": 6, "trade": 0,
        "budget_revenue": 0,
    }  # fmt: skip
    for name, months in months_known.items():
        row = rows[TARGETS[name][lang]]
        assert not row[WORDS["done"][lang]].value
        assert not row[WORDS["monthly"][lang]].value
        assert row[WORDS["time"][lang]].value == pytest.approx({0: 0.0, 6: 0.5}[months])


def test_nothing_more_is_needed_once_the_plan_or_the_amount_is_reached(tmp_path: Path):
    report = told()
    first = replace(report.with_target[0], pace=replace(PACE, ytd_level=1210.0))
    concerts = next(c for c in report.commitments if c.commitment.id == "concerts")
    assert concerts.progress is not None
    past = replace(concerts, progress=replace(concerts.progress, done=120.0), needed_per_month=0.0)
    out = tmp_path / "plan.xlsx"
    write_plan_table(replace(report, indicators=[first], commitments=[past]), out, "en")
    formulas, values = (openpyxl.load_workbook(out, data_only=d) for d in (False, True))
    for sheet, heads_in, row, column in (
        ("Plan table", 4, first.name.en, "Level needed a month"),
        ("Commitments", 2, past.commitment.names.en, "Needed a month"),
    ):
        formula = rows_of(formulas, sheet, heads_in)[row][column].value
        assert rows_of(values, sheet, heads_in)[row][column].value == 0.0
        assert computed(formula, values[sheet]) == 0.0


def test_commitments_have_a_sheet_of_their_own(written):
    lang, _, values = written
    rows = rows_of(values, WORDS["commitments"][lang], 2)
    assert len(rows) == 33
    concerts = next(c for c in told().commitments if c.commitment.id == "concerts")
    row = rows[{"en": "Noon and starlight concerts", "zh": "午间音乐会、星空音乐会"}[lang]]
    assert row[WORDS["done_of_it"][lang]].value == pytest.approx(0.9)
    assert row[WORDS["day"][lang]].value.date() == date(2019, 8, 31)
    assert row[WORDS["time"][lang]].value == pytest.approx(243 / 365)
    assert concerts.completion is not None
    assert row[WORDS["chance"][lang]].value == pytest.approx(concerts.completion.probability.value)
    silent = rows["筹集保障性住房" if lang == "zh" else "Public housing raised"]
    assert silent[WORDS["so_far"][lang]].value == WORDS["no_progress"][lang]
    assert silent[WORDS["chance"][lang]].value is None
    share = rows["生活垃圾回收利用率" if lang == "zh" else "Household waste recycled"]
    assert share[WORDS["so_far"][lang]].value == 16.0
    assert share[WORDS["ahead"][lang]].value is None  # where it began is not known


def test_a_settled_year_has_the_outturn_and_no_probability(tmp_path: Path):
    out, report = tmp_path / "plan.xlsx", pages.settled()
    write_plan_table(report, out, "en")
    rows = rows_of(openpyxl.load_workbook(out, data_only=True), "Plan table", 4)
    outturns = {
        "GDP": (0.072, "attained"),
        "Modern services value added": (0.085, "attained"),
        "Retail sales": (0.065, "missed"),
        "Fixed-asset investment": (0.161, "attained"),
        "Foreign trade": (-0.1, "missed"),
        "General budget revenue": (0.064, "attained"),
    }
    for name, (growth, light) in outturns.items():
        assert rows[name]["Probability"].value is None
        assert rows[name]["Light"].value == light
        assert rows[name]["Year: median forecast, or outturn"].value == pytest.approx(growth)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "{=1}"])
def test_a_text_that_looks_like_a_formula_stays_text(tmp_path: Path, name: str):
    report = told()
    names = Names(name, name)
    first = replace(report.with_target[0], name=names, unit=name)
    promised = report.commitments[0]
    worded = replace(promised.commitment, name_en=name, wording=name)
    promised = replace(promised, commitment=worded)
    spoilt = replace(report, area_name=names, indicators=[first], commitments=[promised])
    out = tmp_path / "plan.xlsx"
    write_plan_table(spoilt, out, "en")
    book = openpyxl.load_workbook(out)
    texts = [
        c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value == name
    ]
    assert len(texts) == 4
    assert {cell.data_type for cell in texts} == {"s"}


def test_the_same_report_gives_the_same_file(tmp_path: Path):
    for name in ("a", "b"):
        write_plan_table(told(), tmp_path / f"{name}.xlsx", "en")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path):
    with pytest.raises(ParameterError, match=r"--out: '.*plan\.ods'; allowed: .* ends in \.xlsx"):
        write_plan_table(told(), tmp_path / "plan.ods", "en")
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="could not be written"):
        write_plan_table(told(), tmp_path / "taken" / "plan.xlsx", "en")
    old = tmp_path / "plan.xlsx"
    old.write_text("last good one", encoding="utf-8")
    torn = replace(told(), indicators=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not iterable"):
        write_plan_table(torn, old, "en")
    assert old.read_text(encoding="utf-8") == "last good one"
    assert [p.name for p in tmp_path.glob(".plan*")] == []


def test_the_command_refuses_another_kind_of_file_before_it_computes(tmp_path: Path):
    asked = ("--area", "futian", "--year", "2019", "--as-of", "2019-09-30")
    said = CliRunner().invoke(main, ["plan-table", *asked, "--out", str(tmp_path / "plan.csv")])
    assert said.exit_code == 2
    assert "allowed: a name that ends in .xlsx" in said.output
