"""Tables in which a number could be taken for another figure than a careful reader takes it for.

Simulated. Each says which figures are read; every other number has to be refused.
"""

import pytest

from forecast.base.errors import ContractError


def figures(text: str) -> dict[str, str]:
    """Return lines such as `C3 gdp 1-9 growth_pct 7.1` in full; the year is 2019 if not said."""
    found = {}
    for line in text.strip().splitlines():
        cell, name, span, measure, value, *unit = line.split()
        area, _, indicator = name.rpartition("/")
        unit_said = unit[0] if unit else ("pct" if measure == "growth_pct" else "cny_100m")
        year, _, months = span.rpartition("/")
        first, last = (f"{year or 2019}-{int(m):02d}" for m in months.split("-"))
        found[cell] = (
            f"{area or 'futian'}/{indicator} {first}..{last} {measure} {value} {unit_said}"
        )
    return found


READ = {
    "years as headings between the rows": (
        "社会消费品零售总额,\n时间,累计（亿元）\n2018年,\n1-11月,1500\n2019年,\n1-2月,250\n",
        "B4 retail_sales 2018/1-11 level 1500\nB6 retail_sales 1-2 level 250",
    ),
    "areas as headings between the rows": (
        "指标,2019年1-9月（亿元）,2019年1-9月同比（%）\n龙岗区,,\n进出口总额,900,3.3\n"
        "福田区,,\n社会消费品零售总额,1395.84,7.1\n",
        "B3 longgang/trade 1-9 level 900\n"
        "C3 longgang/trade 1-9 growth_pct 3.3\n"
        "B5 retail_sales 1-9 level 1395.84\n"
        "C5 retail_sales 1-9 growth_pct 7.1",
    ),
    "a heading says that growth follows": (
        "2019年1-9月主要指标,,单位：亿元\n指标,福田区,龙岗区\n一、总量,,\n社会消费品零售总额,1395.84,800.1\n"
        "二、同比增速（%）,,\n规模以上工业增加值,5.2,6.1\n",
        "B4 retail_sales 1-9 level 1395.84\n"
        "C4 longgang/retail_sales 1-9 level 800.1\n"
        "B6 industrial_va 1-9 growth_pct 5.2\n"
        "C6 longgang/industrial_va 1-9 growth_pct 6.1",
    ),
    "headings of month and year to date": (
        "2019年9月主要指标,,\n指标,总量（亿元）,同比（%）\n本月,,\n社会消费品零售总额,160,6.8\n"
        "1-9月累计,,\n进出口总额,4810,3.3\n",
        "B4 retail_sales 9-9 level 160\nC4 retail_sales 9-9 growth_pct 6.8\n"
        "B6 trade 1-9 level 4810\nC6 trade 1-9 growth_pct 3.3",
    ),
    "a second title of another indicator, area and unit": (
        "2019年1-9月社会消费品零售总额（亿元）,,\n地区,总量,同比（%）\n福田区,1700.5,8\n"
        "2019年1-9月进出口总额（亿美元）,,\n龙岗区,500,6\n",
        "B3 retail_sales 1-9 level 1700.5\n"
        "C3 retail_sales 1-9 growth_pct 8\n"
        "B5 longgang/trade 1-9 level 500 usd_100m\n"
        "C5 longgang/trade 1-9 growth_pct 6",
    ),
    "another head of columns": (
        "2019年1-9月主要指标,,\n指标,总量（亿元）,同比（%）\n社会消费品零售总额,1395,7.1\n"
        "指标,同比（%）,总量（亿元）\n进出口总额,3.3,4810\n",
        "B3 retail_sales 1-9 level 1395\nC3 retail_sales 1-9 growth_pct 7.1",
    ),
    "the same head again": (
        "2019年1-9月主要指标,,\n指标,总量（亿元）,同比（%）\n社会消费品零售总额,1395,7.1\n"
        "指标,总量（亿元）,同比（%）\n进出口总额,4810,3.3\n",
        "B3 retail_sales 1-9 level 1395\nC3 retail_sales 1-9 growth_pct 7.1\n"
        "B5 trade 1-9 level 4810\nC5 trade 1-9 growth_pct 3.3",
    ),
    "a heading that is not understood and says a year": (
        "2019年1-9月,\n指标,同比（%）\n社会消费品零售总额,7.1\n附：2018年快报口径,\n进出口总额,3.3\n",
        "B3 retail_sales 1-9 growth_pct 7.1",
    ),
    "a heading that is not understood, above rows without an indicator": (
        "2019年1-9月社会消费品零售总额,\n地区,同比（%）\n福田区,7.1\n限额以上,\n龙岗区,3.3\n",
        "B3 retail_sales 1-9 growth_pct 7.1",
    ),
    "the unit of a row without a figure": (
        "2019年1-9月主要指标,\n指标,累计\n进出口总额（亿美元）,\n社会消费品零售总额,1395\n",
        "",
    ),
    "the day on which a table was filled in": (
        "2019年1-9月主要经济指标,\n填报日期：2019年10月12日,\n指标,同比（%）\n社会消费品零售总额,7.1\n",
        "B4 retail_sales 1-9 growth_pct 7.1",
    ),
    "the year of prices": (
        "2019年1-9月（增速按2015年不变价计算）,\n指标,同比（%）\n地区生产总值,7.1\n",
        "B3 gdp 1-9 growth_pct 7.1",
    ),
    "two titles of two years": (
        "2018年统计月报,\n2019年1-9月主要指标,\n指标,同比（%）\n社会消费品零售总额,7.1\n",
        "",
    ),
    "a title of something else than the indicator": (
        "2019年1-9月限额以上社会消费品零售总额,\n地区,同比（%）\n福田区,7.0\n",
        "",
    ),
    "a title of what no figure is": (
        "2019年1-9月主要指标环比增速,\n指标,增速（%）\n社会消费品零售总额,0.3\n",
        "",
    ),
    "the target of a year": (
        "2019年,,,\n指标,全年增长（%）,1-9月（亿元）,1-9月增长（%）\n,目标,,\n一般公共预算收入,8.5,139.5,6.2\n",
        "C4 budget_revenue 1-9 level 139.5\nD4 budget_revenue 1-9 growth_pct 6.2",
    ),
    "a lone word in the second row of the head": (
        "2019年1-9月,,\n地区,社会消费品零售总额同比（%）,社会消费品零售总额同比（%）\n,,限额以上\n福田区,7.1,6.6\n",
        "B4 retail_sales 1-9 growth_pct 7.1",
    ),
    "the same word below all columns": (
        "2019年9月,,\n地区,社会消费品零售总额增速（%）,进出口总额增速（%）\n,环比,环比\n福田区,0.3,-0.1\n",
        "",
    ),
    "a unit above each column": (
        "2019年1-9月,,\n地区,进出口总额,出口总额\n,单位：亿元,单位：亿美元\n福田区,4810,300\n",
        "B4 trade 1-9 level 4810\nC4 exports 1-9 level 300 usd_100m",
    ),
    "another unit at the row": (
        "2019年1-9月,,\n指标,累计（亿元）,同比（%）\n社会消费品零售总额,1395.84,7.1\n进出口总额（亿美元）,700.5,3.2\n",
        "B3 retail_sales 1-9 level 1395.84\n"
        "C3 retail_sales 1-9 growth_pct 7.1\nC4 trade 1-9 growth_pct 3.2",
    ),
    "per cent at the row, an amount's unit at the column": (
        "2019年1-9月,,\n指标,单位,累计（亿元）\n社会消费品零售总额,亿元,1395.84\n规模以上工业增加值,%,5.2\n",
        "C3 retail_sales 1-9 level 1395.84",
    ),
    "per cent beside the unit of a single column": (
        "2019年1-9月,单位：亿元、%\n指标,累计\n社会消费品零售总额,1395.84\n规模以上工业增加值,5.2\n",
        "",
    ),
    "per cent beside the unit, and a column of growth": (
        "2019年1-9月,,单位：亿元、%\n指标,累计,同比增长\n社会消费品零售总额,1395.84,7.1\n",
        "B3 retail_sales 1-9 level 1395.84\nC3 retail_sales 1-9 growth_pct 7.1",
    ),
    "currencies without a size": (
        "2019年1-9月进出口总额,,单位：亿元、亿美元\n地区,人民币,美元\n福田区,4810.2,700.5\n",
        "",
    ),
    "currencies with their size": (
        "2019年1-9月进出口总额,,\n地区,人民币（亿元）,美元（亿美元）\n福田区,4810.2,700.5\n",
        "B3 trade 1-9 level 4810.2\nC3 trade 1-9 level 700.5 usd_100m",
    ),
    "months without 月 beside others": (
        "2019年9月,,\n指标,9月（亿元）,1-9增速（%）\n社会消费品零售总额,160.1,7.1\n",
        "B3 retail_sales 9-9 level 160.1",
    ),
    "growth below another area": (
        "2019年1-9月各区指标,\n指标,1-9月\n龙岗区进出口总额（亿元）,500\n同比增长（%）,3.3\n",
        "B3 longgang/trade 1-9 level 500\nB4 longgang/trade 1-9 growth_pct 3.3",
    ),
    "growth below other months": (
        "2019年9月主要指标,\n指标,数值\n1-9月社会消费品零售总额（亿元）,1395.84\n同比增长（%）,7.1\n",
        "B3 retail_sales 1-9 level 1395.84\nB4 retail_sales 1-9 growth_pct 7.1",
    ),
    "growth below what is not understood": (
        "2019年1-9月社会消费品零售总额,\n指标,数值\n总量（亿元）,1395\n其中：限额以上,\n同比增长（%）,7.0\n",
        "B3 retail_sales 1-9 level 1395",
    ),
    "a blank below a year": (
        "2019年社会消费品零售总额,,\n年份,月份,累计（亿元）\n2018,11,1500\n,12,1700\n2019,2,250\n",
        "C3 retail_sales 2018/1-11 level 1500\nC5 retail_sales 1-2 level 250",
    ),
    "a blank below an area": (
        "2019年1-9月,,\n地区,指标,同比（%）\n福田区,社会消费品零售总额,7.1\n"
        "龙岗区,社会消费品零售总额,6\n,进出口总额,3.3\n",
        "C3 retail_sales 1-9 growth_pct 7.1\nC4 longgang/retail_sales 1-9 growth_pct 6",
    ),
    "months of a year that is said with the first alone": (
        "2019年,\n时间,社会消费品零售总额同比（%）\n2018年1-11月,7.1\n1-12月,7.2\n",
        "B3 retail_sales 2018/1-11 growth_pct 7.1",
    ),
    "years above the first of two columns": (
        "2019年1-9月,,,,\n指标,2019年,,2018年,\n,总量（亿元）,同比（%）,总量（亿元）,同比（%）\n"
        "社会消费品零售总额,1395,,1300,8.1\n",
        "B4 retail_sales 1-9 level 1395\nD4 retail_sales 2018/1-9 level 1300",
    ),
    "counts that could be years": (
        "2019年1-9月,,\n地区,限上企业数（个）,社会消费品零售总额（亿元）\n福田区,1987,1395.84\n",
        "C3 retail_sales 1-9 level 1395.84",
    ),
    "levels and growth at other prices": (
        "2019年1-9月,,\n指标,绝对额（亿元，按可比价格计算）,实际增长（%）\n社会消费品零售总额,1395.84,5.1\n",
        "",
    ),
    "real growth of what is real": (
        "2019年1-9月,\n指标,按可比价格计算同比增长（%）\n地区生产总值,7.1\n",
        "B3 gdp 1-9 growth_pct 7.1",
    ),
    "an amount of change by two labels, and growth below it": (
        "2019年1-9月一般公共预算收入,,单位：亿元、%\n指标,口径,累计\n"
        "比上年同期增减,额,8.1\n比上年同期增减,%,6.2\n",
        "",
    ),
    "a month's row below the head of a year to date": (
        "2019年9月,\n指标,累计（亿元）\n社会消费品零售总额（当月）,160\n",
        "",
    ),
    "numbers that look like months across": (
        "社会消费品零售总额当月（亿元）,,\n地区,201908,201909\n福田区,150.1,160.1\n",
        "B3 retail_sales 8-8 level 150.1\nC3 retail_sales 9-9 level 160.1",
    ),
    "one year across": (
        "社会消费品零售总额全年（亿元）,\n地区,2018\n福田区,1852.1\n",
        "B3 retail_sales 2018/1-12 level 1852.1",
    ),
    "a title with a number": (
        "2019年1-9月社会消费品零售总额增长7.1%,\n指标,同比（%）\n社会消费品零售总额,7.1\n",
        "B3 retail_sales 1-9 growth_pct 7.1",
    ),
    "indices, as the title says": (
        "2019年9月价格指数（上年同月=100）,\n指标,9月\n居民消费价格指数,102.3\n",
        "B3 cpi 9-9 growth_pct 2.3",
    ),
    "growth beside a column of the year to date, months down": (
        "2018年社会消费品零售总额,,单位：亿元\n月份,累计,同比增长（%）\n3月,450.2,6.8\n",
        "B3 retail_sales 2018/1-3 level 450.2",
    ),
    "a whole year beside months of the next": (
        "2019年1-9月,,\n指标,2018年（亿元）,2019年1-9月（亿元）\n社会消费品零售总额,1852.1,1395.84\n",
        "C3 retail_sales 1-9 level 1395.84",
    ),
    "whole years above months of the next": (
        "2019年1-9月社会消费品零售总额,\n时间,总量（亿元）\n2018年,1852.1\n2019年1-9月,1395.84\n",
        "B4 retail_sales 1-9 level 1395.84",
    ),
    "a unit in the last column, between the rows": (
        "2019年1-9月,,,单位：亿元\n指标,累计,增长%,备注\n社会消费品零售总额,1395,7.1,\n"
        ",,,单位：万元\n一般公共预算收入,1395000,6.2,\n",
        "B3 retail_sales 1-9 level 1395\nC3 retail_sales 1-9 growth_pct 7.1\n"
        "B5 budget_revenue 1-9 level 139.5\nC5 budget_revenue 1-9 growth_pct 6.2",
    ),
    "a head whose upper cell is merged downwards": (
        "2019年1-9月,,,\n地区,社会消费品零售总额,,一般公共预算收入（亿元）\n,总量（亿元）,增速（%）,\n"
        "福田区,1395.84,7.1,139.5\n",
        "B4 retail_sales 1-9 level 1395.84\nC4 retail_sales 1-9 growth_pct 7.1\n"
        "D4 budget_revenue 1-9 level 139.5",
        "fill = true\n",
    ),
    "a column of days under a header that is not understood": (
        "2019年1-9月,,\n指标,累计（亿元）,更新时间\n社会消费品零售总额,1395,2019-10-25\n",
        "B3 retail_sales 1-9 level 1395",
    ),
    "amounts below a heading of growth and another one": (
        "2019年1-9月,\n指标,福田区\n一、同比增速（%）,\n规模以上工业增加值,5.2\n"
        "二、财政收支,\n一般公共预算收入（亿元）,139.5\n",
        "B4 industrial_va 1-9 growth_pct 5.2",
    ),
    "October that lost its zero": (
        "社会消费品零售总额,\n时间,累计（亿元）\n2018.09,1300.1\n2018.1,1500.2\n",
        "B3 retail_sales 2018/1-9 level 1300.1",
    ),
    "single months below a title of the year to date": (
        "2019年累计主要经济指标,,\n指标,8月（亿元）,1-9月（亿元）\n社会消费品零售总额,150,1395\n",
        "C3 retail_sales 1-9 level 1395",
    ),
    "a title of another district": (
        "2019年1-9月罗湖区主要指标,\n指标,同比（%）\n进出口总额,7.1\n",
        "",
    ),
    "a heading of another district": (
        "2019年1-9月,\n指标,同比（%）\n罗湖区,\n社会消费品零售总额,7.1\n",
        "",
    ),
    "a title of a part": ("2019年1-9月民营经济指标,\n指标,同比（%）\n进出口总额,7.1\n", ""),
    "real growth by other words": (
        "2019年1-9月,,\n指标,实际比上年同期增长（%）,增幅（%）\n社会消费品零售总额,5.1,7.1\n",
        "C3 retail_sales 1-9 growth_pct 7.1",
    ),
    "real growth by a heading": (
        "2019年1-9月,\n指标,累计\n二、实际增长（%）,\n社会消费品零售总额,5.1\n",
        "",
    ),
    "an index in a column of growth": (
        "2019年1-9月,,\n指标,单位,同比增长（%）\n居民消费价格指数,%,102.3\n",
        "",
    ),
    "by how much growth changed": (
        "2019年1-9月,\n指标,增速比上年同期增减\n规模以上工业增加值,1.2\n",
        "",
    ),
    "growth beside a skipped column of the year to date": (
        "2019年9月,,\n指标,1-9月累计（亿元）,同比增长（%）\n社会消费品零售总额,1395,7.1\n",
        "",
        '[columns]\nB = "skip"\n',
    ),
    "growth below a row that cannot be read": (
        "2019年1-9月,\n指标,累计\n一般公共预算收入（亿元）,139.5\n"
        "税收收入占一般公共预算收入比重,85\n同比增长（%）,3.3\n",
        "B3 budget_revenue 1-9 level 139.5",
    ),
    "one figure twice": (
        "2019年1-9月,\n指标,同比（%）\n社会消费品零售总额,7.1\n社会消费品零售总额,7.2\n",
        "",
    ),
    "a form with its office and month": (
        "编制单位：福田区统计局,,2019年9月,单位：亿元\n指标,本月,1-9月,1-9月同比（%）\n"
        "社会消费品零售总额,160.1,1395.84,7.1\n",
        "B3 retail_sales 9-9 level 160.1\nC3 retail_sales 1-9 level 1395.84\n"
        "D3 retail_sales 1-9 growth_pct 7.1",
    ),
}


@pytest.mark.parametrize("what", READ)
def test_only_what_is_sure_is_read(office, read_figures_of, what):
    table, expected, *map_text = READ[what]
    plan = office.read(office.file(table), *map_text)
    spans = {cell: _with_both_ends(one) for cell, one in read_figures_of(plan).items()}
    assert spans == figures(expected)
    n_numbers = sum(_is_number(cell) for row in table.splitlines() for cell in row.split(","))
    assert (plan.faults != ()) == (n_numbers > len(spans))


def _with_both_ends(figure: str) -> str:
    name, span, rest = figure.split(" ", 2)
    return f"{name} {span if '..' in span else f'{span}..{span}'} {rest}"


def _is_number(cell: str) -> bool:
    """Whether a cell of the tables above holds a figure, or a day that is none."""
    times = ("2018", "2019", "11", "12", "2", "2018.09", "201908", "201909")
    number = cell.lstrip("-").replace(".", "", 1).isdecimal()
    return (number and cell not in times) or cell == "2019-10-25"


def test_a_quote_that_is_not_closed_swallows_no_rows(office):
    table = '2019年1-9月,\n指标,同比（%）\n进出口总额,7.1\n"注：快报,\n社会消费品零售总额,3.3\n'
    why = "row 4: a cell holds other rows because a quote before them is not closed"
    with pytest.raises(ContractError, match=why):
        office.read(office.file(table))


def test_a_sheet_without_a_cell_that_contradicts_the_map_is_named(office, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "龙岗区"
    book.save(tmp_path / "空.xlsx")
    (fault,) = office.read(tmp_path / "空.xlsx").faults
    assert str(fault) == (
        "空.xlsx 龙岗区: the sheet says area longgang, the map futian; allowed: one of them"
    )
