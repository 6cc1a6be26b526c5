"""Ids, names, letters and units, of which each must mean one thing. Simulated."""

import pytest

from forecast import importing

SECOND = """
[[indicator]]
id = "output_two"
name_en = "gdp"
name_zh = "第二产值"
unit = "usd_million"

[[indicator]]
id = "output_three"
name_en = "Output"
name_zh = "产值"
unit = "index 2015=100"

[[indicator]]
id = "output_four"
name_en = "Output"
name_zh = "另一产值"
unit = "cny_100m"

[[area]]
id = "us"
name_en = "United States"
name_zh = "美国"
"""


@pytest.fixture
def plan_of(office):
    path = office.out.parents[1] / "indicators.toml"
    path.write_text(path.read_text(encoding="utf-8") + SECOND, encoding="utf-8")

    def _plan(table, map_text, area="futian"):
        map_file = office.folder / "map.toml"
        map_file.write_text(f'area = "{area}"\nreleased_on = "usual"\n{map_text}', encoding="utf-8")
        return importing.read(office.file(table), map_file, out=office.out)

    return _plan


def series(plan):
    return [f"{c.figure.area}/{c.figure.indicator} {c.figure.value_text} {c.figure.unit}"
            for c in plan.added]  # fmt: skip


def test_an_id_takes_precedence_over_the_name_of_another_indicator(plan_of):
    plan = plan_of("x,v\n2019-01,6.1\n", '[columns]\nx = "month"\nv = "gdp 同比增长"\n')
    assert series(plan) == ["futian/gdp 6.1 pct"]


def test_a_word_that_names_two_indicators_is_not_understood(plan_of):
    plan = plan_of("month,Output 同比增长\n2019-01,6.1\n", "")
    assert plan.added == ()
    assert "output (a name of indicator output_three and of indicator output_four)" in (
        plan.unread[0].why
    )


def test_the_id_of_an_area_is_not_found_inside_words(plan_of):
    plan = plan_of("month,industrial_va 同比增长\n2019-01,6.1\n", "")
    assert series(plan) == ["futian/industrial_va 6.1 pct"]
    plan = plan_of("month,us retail_sales 同比增长\n2019-01,6.1\n", "")
    assert series(plan) == ["us/retail_sales 6.1 pct"]


def test_names_of_several_words_are_found_as_they_are_written(plan_of):
    plan = plan_of("month,United States retail sales growth\n2019-01,6.1\n", "")
    assert series(plan) == ["us/retail_sales 6.1 pct"]


@pytest.mark.parametrize(
    ("indicator", "unit"), [("output_two", "usd_million"), ("output_three", "index 2015=100")]
)
def test_the_unit_of_the_indicator_is_understood(plan_of, indicator, unit):
    plan = plan_of(f"month,{indicator} ({unit})\n2019-01,61\n", "")
    assert series(plan) == [f"futian/{indicator} 61 {unit}"]


def test_a_key_that_is_a_letter_and_a_header_is_refused(plan_of):
    table = "month,C,B\n2019-01,6.1,7.1\n"
    plan = plan_of(table, '[columns]\nB = "gdp 同比增长"\nC = "trade 同比增长"\n')
    assert any("is a header, and the letter of another column" in c.why for c in plan.unread)


def test_a_line_above_the_head_that_is_skipped_drops_no_column(plan_of):
    table = "来源,统计局\n指标,2019年1-9月同比（%）\n社会消费品零售总额,7.1\n"
    plan = plan_of(table, '[words]\n"来源" = "skip"\n"统计局" = ""\n')
    assert series(plan) == ["futian/retail_sales 7.1 pct"]


def test_a_skipped_column_says_nothing_of_the_months_of_rows(plan_of):
    table = "月份,社会消费品零售总额同比增长,当月,累计\n2019年09月,7.8,100,900\n"
    plan = plan_of(table, '[columns]\nC = "skip"\nD = "skip"\n')
    assert [str(c.figure.span) for c in plan.added] == ["2019-09"]
