"""Months, quarters and sums since January, told apart by a whole column. Simulated."""

import pytest

QUARTERS_BY_FIRST_DAY = (
    "day,value\n2018-10-01,2100\n2019-01-01,2110\n2019-04-01,2130\n2019-07-01,2150\n"
)
BY_LAST_DAY = "day,value\n2018-12-31,2100\n2019-03-31,2110\n2019-06-30,2130\n2019-09-30,2150\n"
MAP = 'released_on = "usual"\n[columns]\n"day" = "{day}"\n"value" = "gdp {value}"\n'


@pytest.fixture
def read(office, read_figures_of):
    """Return the figures of a table as `B2: 2019-01..2019-03 2110`, and its first refusal."""

    def _read(table, map_text="", **options):
        map_file = office.folder / "map.toml"
        map_file.write_text('area = "futian"\n' + map_text, encoding="utf-8")
        from forecast import importing

        plan = importing.read(office.file(table), map_file, out=office.out, **options)
        figures = {c.figure.address: f"{c.figure.span} {c.figure.value_text}" for c in plan.added}
        return figures, plan.unread[0].why if plan.unread else ""

    return _read


@pytest.mark.parametrize("table", [QUARTERS_BY_FIRST_DAY, BY_LAST_DAY])
def test_days_that_are_three_months_apart_are_not_single_months(read, table):
    figures, why = read(table, MAP.format(day="month", value="亿元"))
    assert figures == {}
    assert why.startswith("the months are 3 apart: single months, or all of a quarter; allowed: ")


@pytest.mark.parametrize("word", ["quarter", "季度", "当季"])
@pytest.mark.parametrize("table", [QUARTERS_BY_FIRST_DAY, BY_LAST_DAY])
def test_a_word_says_that_rows_are_quarters(read, table, word):
    figures, why = read(table, MAP.format(day=word, value="亿元"))
    assert why == ""
    assert figures == {
        "B2": "2018-10..2018-12 2100",
        "B3": "2019-01..2019-03 2110",
        "B4": "2019-04..2019-06 2130",
        "B5": "2019-07..2019-09 2150",
    }


@pytest.mark.parametrize("day", ["quarter 累计", "季度累计", "quarter cumulative"])
def test_a_word_says_that_rows_are_sums_up_to_quarters(read, day):
    table = "day,value\n2019-01-01,2110\n2019-04-01,4240\n2019-07-01,6390\n"
    figures, why = read(table, MAP.format(day=day, value="亿元"))
    assert why == ""
    assert figures == {
        "B2": "2019-01..2019-03 2110",
        "B3": "2019-01..2019-06 4240",
        "B4": "2019-01..2019-09 6390",
    }


def test_sums_since_january_up_to_the_first_months_of_quarters_are_refused(read):
    figures, why = read(QUARTERS_BY_FIRST_DAY, MAP.format(day="month", value="累计 亿元"))
    assert figures == {}
    assert 'allowed in the map: "quarter 累计" where the first month stands' in why


@pytest.mark.parametrize(
    ("word", "figures"),
    [
        ("月份", {}),
        ("当季", {"B2": "2019-07..2019-09 697", "B3": "2019-04..2019-06 450"}),
    ],
)
def test_a_header_of_quarters_over_months_is_a_contradiction(read, word, figures):
    table = "季度,总值\n2019-09-01,697\n2019-06-01,450\n"
    map_text = f'released_on = "usual"\n[columns]\n"季度" = "{word}"\n"总值" = "gdp 亿元"\n'
    found, why = read(table, map_text)
    assert found == figures
    assert ("is a month under a header of quarters" in why) == (figures == {})


def test_quarters_since_january_are_read_where_a_header_of_values_says_so(read):
    table = "季度,总值\n2019-09-01,697\n2019-06-01,450\n2019-03-01,213\n"
    map_text = 'released_on = "usual"\n[columns]\n"季度" = "月份"\n"总值" = "gdp 累计 亿元"\n'
    figures, _ = read(table, map_text)
    assert figures == {
        "B2": "2019-01..2019-09 697",
        "B3": "2019-01..2019-06 450",
        "B4": "2019-01..2019-03 213",
    }


SUMS = "2018Q1,100\n2018Q2,210\n2018Q3,330\n2018Q4,470\n2019Q1,110\n2019Q2,230\n2019Q3,360\n"
SINGLE = "2018Q1,100\n2018Q2,110\n2018Q3,120\n2018Q4,140\n2019Q1,110\n2019Q2,120\n2019Q3,130\n"


def test_quarters_whose_levels_grow_like_sums_are_refused(read):
    map_text = 'released_on = "usual"\n[columns]\nA = "时间"\nB = "gdp 亿元"\n'
    figures, why = read("t,v\n" + SUMS, map_text)
    assert figures == {}
    assert why.startswith("the levels of quarters grow from January on, and fall in the next one")
    assert len(read("t,v\n" + SINGLE, map_text)[0]) == 7


def test_said_to_be_since_january_the_same_rows_are_sums(read):
    map_text = 'released_on = "usual"\n[columns]\nA = "时间"\nB = "gdp 累计 亿元"\n'
    figures, why = read("t,v\n" + SUMS, map_text)
    assert (why, figures["B4"]) == ("", "2018-01..2018-09 330")


def test_months_whose_levels_grow_like_sums_are_refused(read):
    rows = "".join(f"2019-{m:02d},{100 * m}\n" for m in range(1, 9))
    figures, why = read("t,v\n" + rows, MAP.replace('"day"', '"t"').replace('"value"', '"v"')
                        .format(day="month", value="亿元"))  # fmt: skip
    assert figures == {}
    assert why.startswith("the levels of months grow from January on")


def test_levels_said_to_be_sums_that_fall_within_the_year_are_refused(read):
    rows = "t,v\n2019-03,100\n2019-04,90\n2019-05,110\n2019-06,95\n2019-07,99\n"
    map_text = 'released_on = "usual"\n[columns]\nt = "month"\nv = "gdp 累计 亿元"\n'
    figures, why = read(rows, map_text)
    assert figures == {}
    assert why.startswith("the levels are said to be since January but fall within the year")


def test_years_as_days_are_not_januaries(read):
    table = "t,v\n2016-01-01,900\n2017-01-01,950\n2018-01-01,990\n"
    figures, why = read(table, MAP.replace('"day"', '"t"').replace('"value"', '"v"')
                        .format(day="month", value="亿元"))  # fmt: skip
    assert figures == {}
    assert why.startswith("the months are 12 apart: single months, or all of a year")


def test_a_column_of_two_frequencies_is_refused(read):
    days = ["2018-01", "2018-04", "2018-07", "2018-10", "2018-11", "2018-12"]
    table = "t,v\n" + "".join(f"{day}-01,10{n}\n" for n, day in enumerate(days))
    figures, why = read(table, MAP.replace('"day"', '"t"').replace('"value"', '"v"')
                        .format(day="month", value="亿元"))  # fmt: skip
    assert figures == {}
    assert why.startswith("some months are three apart and others one")


def test_months_without_a_january_are_months(read):
    table = "t,v\n2018-11,99\n2018-12,98\n2019-02,97\n2019-03,99\n2019-04,98\n"
    map_text = 'released_on = "usual"\n[columns]\nt = "month"\nv = "retail_sales 亿元"\n'
    assert len(read(table, map_text)[0]) == 5


@pytest.mark.parametrize("form", ["{}-{:02d}", "{}/{:02d}"])
def test_years_such_as_2009_10_are_fiscal_where_every_row_is_one(read, form):
    map_text = 'released_on = "usual"\n[columns]\nA = "month"\nB = "gdp 同比增长"\n'
    rows = [(year, year - 1999) for year in (2006, 2009, 2010)]
    table = "Year,g\n" + "".join(f"{form.format(*row)},9.5\n" for row in rows)
    figures, why = read(table, map_text)
    assert figures == {}
    assert "may be the fiscal year from 20" in why
    months = "Year,g\n" + "".join(f"{form.format(2009, m)},9.5\n" for m in (9, 10, 11))
    assert len(read(months, map_text)[0]) == 3


@pytest.mark.parametrize(
    "day", ["2019-07-12", "12.07.2019", "2019/7/12", "20190712", "12 July 2019"]
)
def test_a_day_inside_a_month_is_not_the_month(read, day):
    map_text = 'released_on = "usual"\n[columns]\nd = "月份"\nv = "gdp 同比增长"\n'
    figures, why = read(f"d,v\n{day},8.4\n", map_text)
    assert figures == {}
    assert "is a day inside a month" in why


def test_a_release_before_its_last_month_is_over_is_refused_unless_expected(read):
    table = "月份,同比增长,发布时间\n2019年09月,5.6,2019-09-29\n"
    map_text = '[columns]\n"同比增长" = "gdp 累计 同比增长"\n'
    figures, why = read(table, map_text)
    assert figures == {}
    assert "is a day of release before the end of 2019-01..2019-09" in why
    assert len(read(table, 'status = "expected"\n' + map_text)[0]) == 1
    assert len(read(table.replace("-29", "-30"), map_text)[0]) == 1


def test_a_mean_of_an_index_is_not_the_level_of_a_quarter(read):
    months = "2019-01,96\n2019-02,97\n2019-03,98\n2019-04,99\n"
    map_text = 'released_on = "usual"\n[columns]\nA = "时间"\nB = "retail_sales 亿元"\n'
    figures, why = read(f"t,v\n{months}2019Q1,97\n", map_text)
    assert figures == {"B5": "2019-04 99"}
    assert why == (
        "level 97 of 2019-01..2019-03 is 0.33 times the sum of its months, 291; allowed: the sum, "
        "in one unit; of an index or a rate its months alone, never a mean"
    )
    assert len(read(f"t,v\n{months}2019Q1,291\n", map_text)[0]) == 5
