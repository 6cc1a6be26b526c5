"""The first line: which target is in danger, by how much, why, and what comes next."""

from dataclasses import replace
from datetime import date

import pytest

import pages
from forecast.base.months import Span
from forecast.outlook.attainment import Probability, Required
from forecast.outlook.next_figure import Curve, LightRange, NextFigure
from forecast.pages.tables.coming import next_day
from forecast.pages.tables.danger import danger, danger_name, most_in_danger
from forecast.report.lights import light, word
from forecast.report.value import IndicatorReport, Report

NEXT = NextFigure(
    state="expected", span=Span.year_to_date(2019, 9), expected_on=date(2019, 10, 25),
    expected_basis="schedule", earliest_on=None, latest_on=None, days_late=0, settles=False,
    median_pct=7.0, lower80_pct=6.5, upper80_pct=7.5,
    curve=Curve(values_pct=[6.0, 8.0], probabilities=[0.1, 0.9], mean=0.5),
    lights=[
        LightRange(light="red", lower_pct=None, upper_pct=6.6, probability=0.2),
        LightRange(light="yellow", lower_pct=6.7, upper_pct=7.0, probability=0.3),
        LightRange(light="green", lower_pct=7.1, upper_pct=None, probability=0.5),
    ],
)  # fmt: skip


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def chance(one: IndicatorReport, p: float, **more) -> IndicatorReport:
    """Return an indicator with another probability, and what follows from it."""
    likely = replace(one.attainment, probability=Probability(p), word=word(p), light=light(p))
    return replace(one, attainment=likely, **more)


def with_chances(**odds: float) -> Report:
    """Return the report with other probabilities by indicator; GDP and two more have figures."""
    told = pages.report()
    return replace(
        told,
        indicators=[chance(i, odds[i.id]) if i.id in odds else i for i in told.indicators],
    )


ALL = {"gdp": 0.9, "retail_sales": 0.8, "fixed_asset_investment": 0.7, "trade": 0.5,
       "budget_revenue": 0.5, "modern_services_va": 0.5}  # fmt: skip


@pytest.mark.parametrize(
    ("odds", "name", "said"),
    [
        ({"retail_sales": 0.6, "fixed_asset_investment": 0.4}, "fixed_asset_investment",
         "Most at risk with figures of 2019: "
         "Fixed-asset investment, 40 % (worse than even)."),
        ({"retail_sales": 0.2}, "retail_sales", "In danger: Retail sales, 20 % (unlikely)."),
        # a red one comes first, though it has no figure; of even odds one with figures does
        ({"retail_sales": 0.4, "trade": 0.2}, "trade",
         "In danger, though no figure of 2019 is known: Foreign trade, 20 % (unlikely)."),
        ({}, "fixed_asset_investment",
         "No target with figures of 2019 is in danger. The least sure of them: "
         "Fixed-asset investment, 70 % (likely)."),
    ],
)  # fmt: skip
def test_the_target_in_danger_is_named_with_its_probability_and_its_word(odds, name, said):
    told = with_chances(**(ALL | odds))
    assert most_in_danger(told).id == name
    assert plain(danger_name(told, "en")) == said


def test_it_says_by_how_much_why_and_what_turns_the_light():
    """7.2 % is 0.7 above the 6.5 % from which it counts; 5.8 % is 1.4 less than the 7.2 so far."""
    told = with_chances(**(ALL | {"gdp": 0.4}))
    one = told.indicators[0]
    forecast = replace(one.forecast, median_pct=7.2, lower80_pct=6.1, upper80_pct=8.3)
    need = Required(5.8, 0.5, None, 0, None, None, None, None, None)
    one = replace(one, forecast=forecast, required=need, next_figure=NEXT)
    told = replace(told, indicators=[one, *told.indicators[1:]])
    assert plain(danger(told, "en")) == (
        "Most at risk with figures of 2019: GDP, 40 % (worse than even). "
        "Forecast 7.2 % [6.1, 8.3], 0.7 pp above the 6.5 % it takes. "
        "Jul–Dec needs 5.8 %, 1.4 pp less than so far. "
        "Next: Jan–Sep, expected about 25 Oct: green at 7.1 % or more; red at 6.6 % or less."
    )
    assert plain(danger(told, "zh")) == (
        "有2019年数据的目标中风险最大：地区生产总值，达标概率40%（四成上下）。"
        "预测7.2% [6.1, 8.3]，比所需的6.5%高0.7个百分点。"
        "7-12月需达5.8%，比累计增速低1.4个百分点。"
        "下一数据：1-9月，预计10月25日前后公布；7.1%及以上为绿灯；6.6%及以下为红灯。"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "overdue", "expected_on": date(2019, 9, 10), "days_late": 20},
         "Next: Jan–Sep, overdue by 20 days since 10 Sep: green at 7.1 % or more"),
        ({"state": "ended", "span": None, "expected_on": None, "curve": None, "lights": []},
         "No next figure is expected: none has come out for more than a year after its usual day."),
        ({"state": "none_left", "span": None, "expected_on": None, "curve": None, "lights": []},
         "The series publishes no further figure of the year."),
        ({"state": "unknown", "span": None, "expected_on": None, "curve": None, "lights": []},
         "No next release is known."),
        ({"curve": None, "lights": []},
         "Next: Jan–Sep, expected about 25 Oct; what it would change is not known."),
        ({"settles": True, "span": Span.year_to_date(2019, 12), "expected_on": date(2019, 10, 1),
          "lights": [LightRange(light="missed", lower_pct=None, upper_pct=6.4, probability=0.3),
                     LightRange(light="attained", lower_pct=6.5, upper_pct=None, probability=0.7)]},
         "Next: whole year, expected about 1 Oct: attained at 6.5 % or more; missed at 6.4 %"),
        ({"lights": [LightRange(light="yellow", lower_pct=None, upper_pct=None, probability=1.0)]},
         "Next: Jan–Sep, expected about 25 Oct: yellow whatever it says."),
    ],
    ids=["overdue", "a series that ends", "none left", "no release known", "no curve",
         "settled tomorrow", "no value turns it"],
)  # fmt: skip
def test_whatever_comes_next_or_does_not_is_said(changes, said):
    told = with_chances(**(ALL | {"gdp": 0.4}))
    one = replace(told.indicators[0], next_figure=replace(NEXT, **changes))
    told = replace(told, indicators=[one, *told.indicators[1:]])
    for lang in pages.LANGUAGES:
        assert danger(told, lang)
    assert said in plain(danger(told, "en"))


def test_nothing_is_in_danger_once_all_is_settled_or_without_targets():
    assert danger(pages.settled(), "en") == ""
    assert danger(pages.without_targets(), "en") == ""


@pytest.mark.parametrize(
    ("earliest", "latest", "said"),
    [
        (25, 25, "expected about 25 Oct"),
        (20, 20, "expected about 25 Oct (by past lags 20 Oct)"),
        (20, 28, "expected about 25 Oct (by past lags 20 Oct to 28 Oct)"),
    ],
)
def test_days_by_past_lags_stand_beside_the_day_where_they_are_others(earliest, latest, said):
    days = {"earliest_on": date(2019, 10, earliest), "latest_on": date(2019, 10, latest)}
    assert plain(next_day(replace(NEXT, **days), pages.report(), "en")) == said
