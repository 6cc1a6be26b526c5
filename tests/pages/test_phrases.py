"""What the rest of the year needs, in words; the indicator is the GDP of the frozen run."""

from dataclasses import replace

import pytest

import simulated
from forecast.outlook.attainment import Required
from forecast.pages import needs, phrases
from forecast.report.value import IndicatorReport

NEED = Required(
    growth_pct=5.8,
    settled_share=0.5,
    percentile=0.25,
    n_past_years=12,
    monthly_level=None,
    annual_level=None,
    shortfall_level=None,
    base_growth_pct=None,
    two_year_average_pct=None,
)


def gdp(**changes: object) -> IndicatorReport:
    """Return GDP that grew by 7.2 % to June, with what it needs."""
    return replace(simulated.gdp(), required=replace(NEED, **changes))


def at_most(one: IndicatorReport) -> IndicatorReport:
    assert one.target is not None
    return replace(one, target=replace(one.target, comparison="at_most"))


def test_a_target_needs_at_least_and_a_ceiling_allows_at_most():
    assert needs.needed(gdp(), "en") == "5.8\u00a0%"
    assert needs.needed(gdp(growth_pct=-0.25), "zh") == "\u22120.3%"
    assert needs.needed(at_most(gdp()), "en") == "at most 5.8\u00a0%"


def test_where_nothing_is_needed_or_asked_for_there_is_a_dash():
    assert needs.needed(replace(gdp(), required=None), "en") == "–"
    assert needs.needed(replace(gdp(), target=None), "en") == "–"
    assert needs.plausibility(replace(gdp(), required=None), "en") == []
    assert needs.plausibility(replace(gdp(), target=None), "en") == []
    assert needs.levels(replace(gdp(), required=None), "en") == []
    assert needs.base(replace(gdp(), required=None), "en") == []


@pytest.mark.parametrize(
    ("rule", "months_known", "span"),
    [
        ("published_ytd", 6, "Jul–Dec"),
        ("published_ytd", 0, "Jan–Dec"),
        ("published_ytd", 11, "Dec"),
        ("end_of_year", 6, "Dec"),
    ],
)
def test_the_months_that_are_left(rule: str, months_known: int, span: str):
    one = replace(gdp(), annual_rule=rule, months_known=months_known)
    assert needs.needed_span(one, "en") == span


def test_past_years_count_from_the_side_of_the_target():
    assert needs.plausibility(gdp(), "en") == ["reached in 9 of 12 past years"]
    assert needs.plausibility(at_most(gdp()), "en") == ["kept in 3 of 12 past years"]
    assert needs.plausibility(gdp(percentile=1.0), "en") == ["reached in 0 of 12 past years"]


def few(growth_pct: float, **changes: object) -> list[str]:
    """Return what is said where the past years are too few to count."""
    one = replace(gdp(percentile=None, growth_pct=growth_pct), **changes)
    return needs.plausibility(one, "en")


TWO_YEARS = {2015: [8.5, 8.9, None], 2018: [None, 7.5, None]}
PAST = "past years as far as known: 7.5\u00a0% to 8.9\u00a0% (2 years)"


@pytest.mark.parametrize(
    ("growth_pct", "words"),
    [
        (7.4, "0.2 pp more than so far"),
        (7.2, "as much as so far"),
        (7.0, "0.2 pp less than so far"),
    ],
)
def test_where_past_years_are_few_growth_so_far_stands_beside(growth_pct: float, words: str):
    assert few(growth_pct, past_years_pct=TWO_YEARS) == [words, PAST]


def test_without_growth_so_far_the_past_stands_alone():
    last = simulated.gdp().last_figure
    assert last is not None
    assert few(5.8, past_years_pct=TWO_YEARS, months_known=0) == [PAST]
    assert few(5.8, past_years_pct=TWO_YEARS, last_figure=None) == [PAST]
    level_alone = replace(last, growth_pct=None)
    assert few(5.8, past_years_pct=TWO_YEARS, last_figure=level_alone) == [PAST]


def test_ten_years_up_to_the_newest_are_looked_at():
    years = {2008: [30.0], 2009: [9.0], 2018: [8.0]}
    assert few(5.8, past_years_pct=years, months_known=0) == [
        "past years as far as known: 8.0\u00a0% to 9.0\u00a0% (2 years)"
    ]
    one = {2018: [None, 7.5]}
    assert few(5.8, past_years_pct=one, months_known=0) == [
        "the one past year known, as far as known: 7.5\u00a0%"
    ]
    assert few(5.8, past_years_pct={2018: [None]}, months_known=0) == ["no past year on record"]


def test_amounts_are_short_or_over():
    short = gdp(shortfall_level=12.0, monthly_level=100.0)
    assert needs.levels(short, "zh") == [
        "按预测中位数，全年将短缺12.0亿元。",
        "今后每月平均需完成100.0亿元。",
    ]
    assert needs.levels(gdp(shortfall_level=-3.0), "zh") == [
        "按预测中位数，全年将超出所需3.00亿元。"
    ]
    assert needs.levels(gdp(), "zh") == []


def test_the_base_effect_needs_both_years():
    both = gdp(base_growth_pct=6.0, two_year_average_pct=5.9)
    assert needs.base(both, "zh") == ["上年同期增长6.0%；若达到所需增速，两年平均为5.9%。"]
    assert needs.base(gdp(base_growth_pct=6.0), "zh") == []
    assert needs.base(gdp(two_year_average_pct=6.0), "zh") == []


@pytest.mark.parametrize(
    ("revision_pct", "words"),
    [
        (5.0, "base restated by +5.0\u00a0%"),
        (-5.0, "base restated by \u22125.0\u00a0%"),
        (0.3, "base restated by +0.3\u00a0%"),
        (0.2, ""),
        (-0.2, ""),
        (None, ""),
    ],
)
def test_a_base_is_restated_from_more_than_a_fifth_of_a_per_cent(
    revision_pct: float | None, words: str
):
    revisions = {2018: revision_pct, 2017: 9.0}
    one = replace(gdp(), price_basis="nominal", base_revision_pct=revisions)
    assert phrases.restated(one, 2018, "en") == words
    assert phrases.restated(replace(one, price_basis="real"), 2018, "en") == ""
