"""Tables as statistics offices lay them out. Simulated, except for values of Futian's own."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from forecast import importing
from forecast.base.errors import ContractError
from forecast.base.package import PACKAGE
from forecast.importing.import_map import ImportMap, read_map

MONTHLY = """\
2019年1-9月福田区主要经济指标,,,,
指标名称,计量单位,1-9月累计,同比增长（±％）,备注
地区生产总值,亿元,"3,350.12",７.1,
一、需求,,,,
社会消费品零售总额①,亿元,1395.84,增长7.1,
其中：限额以上,亿元,600,7.0,
固定资产投资额,万元,2345678,–,
进出口总额,亿元,－,-6.5%,
注：数据为快报数,,,,
,,,,
"""
SKIPS = '[words]\n"其中：限额以上" = "skip"\n'
ADDED = {
    "C3": "futian/gdp 2019-01..2019-09 level 3350.12 cny_100m",
    "D3": "futian/gdp 2019-01..2019-09 growth_pct 7.1 pct",
    "C5": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
    "D5": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
    "C7": "futian/fixed_asset_investment 2019-01..2019-09 level 234.5678 cny_100m",
    "D8": "futian/trade 2019-01..2019-09 growth_pct -6.5 pct",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_monthly_table_of_indicators(office, read_figures_of, encoding, delimiter):
    text = MONTHLY.replace('"3,350.12"', "3350.12").replace(",", delimiter)
    plan = office.read(office.file(text, encoding=encoding), SKIPS)
    assert read_figures_of(plan) == ADDED
    assert plan.faults == ()


def test_every_row_is_accounted_for(office):
    plan = office.read(office.file(MONTHLY), SKIPS)
    kinds = {"head": 2, "accepted": 4, "words": 2, "skipped": 1, "empty": 1}
    assert dict(plan.rows) == kinds
    assert plan.rows.total() == len(MONTHLY.splitlines())


@pytest.mark.parametrize(
    ("table", "map_text", "added"),
    [
        (  # months down, indicators across, each with amount and growth
            "2019年福田区主要指标,,,,\n"
            "月份,社会消费品零售总额,,固定资产投资额,\n"
            ",累计（亿元）,同比（%）,累计（亿元）,同比（%）\n"
            "1-2月,300.1,6.5,…,3.2\n1-3月,450.2,6.8,100.5,持平\n",
            "fill = true\n",
            {
                "B4": "futian/retail_sales 2019-01..2019-02 level 300.1 cny_100m",
                "C4": "futian/retail_sales 2019-01..2019-02 growth_pct 6.5 pct",
                "E4": "futian/fixed_asset_investment 2019-01..2019-02 growth_pct 3.2 pct",
                "B5": "futian/retail_sales 2019-01..2019-03 level 450.2 cny_100m",
                "C5": "futian/retail_sales 2019-01..2019-03 growth_pct 6.8 pct",
                "D5": "futian/fixed_asset_investment 2019-01..2019-03 level 100.5 cny_100m",
                "E5": "futian/fixed_asset_investment 2019-01..2019-03 growth_pct 0 pct",
            },
        ),
        (  # what several units and other words for growth say where each row has its unit
            "2019年1-9月,,单位：亿元、万美元、%,\n"
            "指标,单位,累计,比上年同期±%\n社会消费品零售总额,亿元,1395.84,7.1\n",
            "",
            {
                "C3": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "D3": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
            },
        ),
        (  # one indicator, spans across, growth in a row of its own
            "2019年社会消费品零售总额,,,\n指标,一季度,上半年,前三季度\n"
            "绝对额（亿元）,400,882.78,1395.84\n同比增长（±%）,6.9,7.6,7.1\n",
            "",
            {
                "B3": "futian/retail_sales 2019-01..2019-03 level 400 cny_100m",
                "C3": "futian/retail_sales 2019-01..2019-06 level 882.78 cny_100m",
                "D3": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "B4": "futian/retail_sales 2019-01..2019-03 growth_pct 6.9 pct",
                "C4": "futian/retail_sales 2019-01..2019-06 growth_pct 7.6 pct",
                "D4": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
            },
        ),
        (  # growth below its indicator, and the single month beside the year to date
            "2019年9月主要经济指标,,单位：亿元\n指标,本月,本年累计\n"
            "社会消费品零售总额,160.3,1395.84\n  同比增长(%),6.8,7.1\n",
            "",
            {
                "B3": "futian/retail_sales 2019-09 level 160.3 cny_100m",
                "C3": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "B4": "futian/retail_sales 2019-09 growth_pct 6.8 pct",
                "C4": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
            },
        ),
        (  # a change in per cent, beside the change of the amount; a title of two indicators
            "2019年1-9月一般公共预算收入、税收收入总量及增减情况,,,单位：亿元\n"
            "指标,累计,比上年同期增减,\n,,额,%\n一般公共预算收入,139.5,8.1,6.2\n",
            'fill = true\n[columns]\nC = "skip"\n',
            {
                "B4": "futian/budget_revenue 2019-01..2019-09 level 139.5 cny_100m",
                "D4": "futian/budget_revenue 2019-01..2019-09 growth_pct 6.2 pct",
            },
        ),
        (  # indices of which last year's are 100, beside growth and below an amount
            "2019年主要指标,,,\n"
            "指标,1-9月累计（亿元）,1-9月同比增长（%）,１-８月同比指数（上年同期＝１００）\n"
            "社会消费品零售总额,1395.84,7.1,107.3\n固定资产投资额,–,–,98.05\n",
            "",
            {
                "B3": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "C3": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
                "D3": "futian/retail_sales 2019-01..2019-08 growth_pct 7.3 pct",
                "D4": "futian/fixed_asset_investment 2019-01..2019-08 growth_pct -1.95 pct",
            },
        ),
        (  # an index in a row of its own
            "2019年1-9月主要指标,\n指标,累计\n"
            "社会消费品零售总额（亿元）,1395.84\n  指数（以上年同期为100）,107.1\n",
            "",
            {
                "B3": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "B4": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
            },
        ),
        (  # areas down, years across
            "地区生产总值（亿元）,,\n地区,2017年,2018年\n"
            "福田区,3820.3,4018.25\n龙岗区,3859.0,4287.9\n",
            'title = "全年"\n',
            {
                "B3": "futian/gdp 2017-01..2017-12 level 3820.3 cny_100m",
                "C3": "futian/gdp 2018-01..2018-12 level 4018.25 cny_100m",
                "B4": "longgang/gdp 2017-01..2017-12 level 3859 cny_100m",
                "C4": "longgang/gdp 2018-01..2018-12 level 4287.9 cny_100m",
            },
        ),
        (  # long and tidy, as out of a database, in English
            "area,indicator,year,month,measure,value,unit\n"
            "futian,retail_sales,2019,9,growth,7.1,%\nlonggang,retail_sales,2019,8,level,500.5,亿元\n",
            'title = "累计"\n',
            {
                "F2": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
                "F3": "longgang/retail_sales 2019-01..2019-08 level 500.5 cny_100m",
            },
        ),
        (  # a header that says nothing is explained by the letter of its column
            "指标,甲,乙\n社会消费品零售总额,1395.84,7.1\n",
            '[columns]\nA = "indicator"\nB = "2019年1-9月 亿元"\n"乙" = "2019年1-9月同比"\n',
            {
                "B2": "futian/retail_sales 2019-01..2019-09 level 1395.84 cny_100m",
                "C2": "futian/retail_sales 2019-01..2019-09 growth_pct 7.1 pct",
            },
        ),
        (  # amounts that could be years
            "2019年1-9月,\n指标,累计（亿元）\n社会消费品零售总额,2019\n进出口总额,2018\n",
            "",
            {
                "B3": "futian/retail_sales 2019-01..2019-09 level 2019 cny_100m",
                "B4": "futian/trade 2019-01..2019-09 level 2018 cny_100m",
            },
        ),
        (  # years as plain numbers
            "社会消费品零售总额（亿元）,,\n地区,2017,2018\n福田区,1700.5,1852.1\n",
            'title = "全年"\n',
            {
                "B3": "futian/retail_sales 2017-01..2017-12 level 1700.5 cny_100m",
                "C3": "futian/retail_sales 2018-01..2018-12 level 1852.1 cny_100m",
            },
        ),
        (  # a unit by a declared rule
            "2019年上半年,\n指标,数量（万件）\n专利,1.2\n",
            '[words]\n"专利" = "retail_sales"\n'
            '[units]\n"万件" = { unit = "pieces", times = 10000 }\n',
            {"B3": "futian/retail_sales 2019-01..2019-06 level 12000 pieces"},
        ),
    ],
)  # fmt: skip
def test_layouts(office, read_figures_of, table, map_text, added):
    plan = office.read(office.file(table), map_text)
    assert plan.faults == ()
    assert read_figures_of(plan) == added


def test_the_usual_day_of_release_is_marked_as_estimated(office):
    lags = '[[lag]]\nspan = "quarter"\ndays = 45\n[[lag]]\nspan = "year"\ndays = 75\n'
    (office.out.parents[1] / "schedule.toml").write_text(lags, encoding="utf-8")
    table = "2018年社会消费品零售总额,\n时间,同比增长(%)\n1-6月,7.6\n全年,7.4\n"
    added = office.read(office.file(table), released_on="usual").added
    assert [(c.figure.released_on, c.figure.released_on_basis) for c in added] == [
        (date(2018, 8, 14), "estimated"),
        (date(2019, 3, 16), "estimated"),
    ]


BAD_FILES = Path(__file__).parents[1] / "data" / "bad" / "import"
BAD = [
    (
        "no_year",
        "",
        [
            "B2: '9.9' cannot be placed: no year is given; allowed: words for it in the file, "
            "or under title or [columns] in the map"
        ],
    ),
    (
        "month_on_month",
        "",
        [
            "C3: '0.3' stands under '环比'; "
            "allowed: a line under [words] or [columns], for a unit [units]"
        ],
    ),
    (
        "unknown_name",
        "",
        [
            "A3: '限额以上零售额' is not understood: 限额以上零售额; "
            "allowed: a line under [words], for a unit [units]"
        ],
    ),
    (
        "unknown_unit",
        "",
        [
            "B3: '9.9' stands under '万吨'; "
            "allowed: a line under [words] or [columns], for a unit [units]"
        ],
    ),
    (
        "unknown_unit_of_row",
        "",
        ["B3: '万吨' is not understood: 万吨; allowed: a line under [words], for a unit [units]"],
    ),
    (
        "months_of_neighbours",
        "",
        [
            "C3: '7.1' has no months but the title's, 2019-09, beside columns that say others; "
            "allowed: its own under [columns]"
        ],
    ),
    (
        "several_units",
        "",
        ["B3: '亿元、万美元' are several units; allowed: one, at the row or the column"],
    ),
    (
        "under_no_header",
        "",
        [
            "D3: '395.84' stands under no header; allowed: one, or [columns]",
            "C3: 1 has cells under no header beside it; allowed: numbers with commas in quotes",
        ],
    ),
    (
        "no_day_of_release",
        "",
        ["C2: '10月25日' is not a date (expected 2019-10-25, 2019/10/25 or 2019年10月25日)"],
    ),
    (
        "unit_without_rule",
        "",
        [
            "B3: '万千瓦时' is a unit that no rule converts into 'cny_100m'; "
            "allowed: a rule for it under [units]"
        ],
    ),
    (
        "per_cent_of_what",
        "",
        ["B3: '9.9' is in per cent, but growth is not said; allowed: 同比增长, where it is growth"],
    ),
    (
        "index_of_what",
        "",
        [
            "C3: '107.1' stands under '同比指数'; "
            "allowed: a line under [words] or [columns], for a unit [units]"
        ],
    ),
    (
        "no_index",
        "",
        [
            "B3: '-107.1' is not an index; allowed: above 0, a year earlier being 100",
            "B4: '98.05%' is in per cent, not a level; allowed: a number",
        ],
    ),
    (
        "change_of_an_amount",
        "",
        [
            "E2: '比上年同期增减(亿元)' says growth in 亿元; growth is in per cent",
            *(
                f"{cell}: '{value}' stands under '{head}'; "
                "allowed: a line under [words] or [columns], for a unit [units]"
                for cell, value, head in (
                    ("C4", "8.1", "比上年同期增减额"),
                    ("D4", "8.2", "比上年同期增减(绝对额)"),
                    ("E4", "8.3", "比上年同期增减"),
                    ("F4", "8.4", "同比(额)"),
                )
            ),
        ],
    ),
    (
        "change_in_a_unit",
        "",
        ["A4: '比上年同期增减' says growth in 亿元; growth is in per cent"],
    ),
    (
        "change_in_what",
        "",
        ["B3: '8.1' is a change without %; allowed: 增减%, 增减（%）, or in the map"],
    ),
    (
        "no_unit",
        "",
        ["B3: '9.9' has no measure; allowed: 同比增长 or a unit beside it, or in the map"],
    ),
    (
        "percentage_points",
        "",
        ["B3: '提高0.5个百分点' percentage points are a change of growth; allowed: growth"],
    ),
    (
        "two_spans",
        "",
        ["B3: '1-9月' is the months of its column, '1-8月' that of its row; allowed: one of them"],
    ),
    (
        "another_area",
        'title = "2019年"\n',
        [
            "A1: the sheet says area longgang, the map futian; allowed: one of them",
            "A1: the sheet says year 2018, the map 2019; allowed: one of them",
        ],
    ),
    (
        "one_figure_twice",
        "",
        [
            "B3: futian retail_sales 2019-01..2019-09 level is 9.9 here and 8.8 in cell B4; "
            "allowed: one value",
            "B4: futian retail_sales 2019-01..2019-09 level is 8.8 here and 9.9 in cell B3; "
            "allowed: one value",
        ],
    ),
    (
        "released_too_early",
        "",
        [
            "B3: '2019-10-25' is a day of release before the end of 2019-01..2019-12; "
            "allowed: from 2019-12-31 on, or expected"
        ],
    ),
]


@pytest.mark.parametrize(("name", "map_text", "faults"), BAD)
def test_what_cannot_be_read_is_named_by_its_cell(office, name, map_text, faults):
    plan = office.read(BAD_FILES / f"{name}.csv", map_text)
    assert [str(f) for f in plan.faults] == [f"{name}.csv {fault}" for fault in faults]


def test_no_figure_is_placed_by_words_that_contradict_each_other(office):
    map_text = 'title = "2019年"\n'
    plan = office.read(BAD_FILES / "another_area.csv", map_text)
    assert (plan.added, dict(plan.rows)) == ((), {"head": 2, "rejected": 1})
    table = "2019年1-9月,\n指标,1-9月和1-8月（亿元）\n社会消费品零售总额,9.9\n"
    assert office.read(office.file(table)).added == ()


def test_growth_below_the_change_of_an_amount_is_that_of_the_indicator_above(
    office, read_figures_of
):
    assert read_figures_of(office.read(BAD_FILES / "change_in_a_unit.csv")) == {
        "C3": "futian/budget_revenue 2019-01..2019-09 level 139.5 cny_100m",
        "C5": "futian/budget_revenue 2019-01..2019-09 growth_pct 6.2 pct",
    }


def test_every_bad_file_has_its_error():
    assert {path.stem for path in BAD_FILES.iterdir()} == {name for name, _, _ in BAD}


def test_a_file_that_is_not_there_is_named(office):
    with pytest.raises(ContractError, match=r"gone\.csv: no such file"):
        office.read(office.folder / "gone.csv")


@pytest.mark.parametrize("day", ["2019-10-25", "2019/10/25", "2019年10月25日", "20191025"])
def test_a_day_of_release_as_offices_write_it(office, day):
    table = f"指标,2019年1-9月同比增长(%),发布日期\n社会消费品零售总额,7.1,{day}\n"
    assert [c.figure.released_on for c in office.read(office.file(table)).added] == [
        date(2019, 10, 25)
    ]


def test_the_area_of_the_map_is_understood_without_an_entry_of_its_own(office, read_figures_of):
    table = "area,indicator,2019年1-9月同比增长(%)\nhedong,retail_sales,7.1\n"
    map_file = office.map_file()
    map_file.write_text('area = "hedong"\nreleased_on = 2019-10-25\n', encoding="utf-8")
    plan = importing.read(office.file(table), map_file, out=office.out)
    assert read_figures_of(plan) == {
        "C2": "hedong/retail_sales 2019-01..2019-09 growth_pct 7.1 pct"
    }


def test_thousands_without_quotes_do_not_shift_cells_in_silence(office):
    table = "2019年1-9月,,\n指标,亿元,同比增长(%)\n社会消费品零售总额,1,395.84,7.1\n"
    assert office.read(office.file(table)).faults != ()


def test_the_map_of_a_new_folder_holds_every_key_and_is_understood(tmp_path):
    commented = (PACKAGE / "archive" / "starter" / "import.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in commented.splitlines()[3:]]
    path = tmp_path / "import.toml"
    path.write_text("\n".join(line for line in lines if line[:7] != "table ="), encoding="utf-8")
    import_map, _ = read_map(path)
    keys, default = {f.name for f in fields(ImportMap)} - {"table"}, ImportMap()
    assert {k for k in keys if getattr(import_map, k) == getattr(default, k)} == {"status"}
