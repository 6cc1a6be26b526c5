"""What became of targets, in words: parts of a miss add up as printed, a bias is named or not."""

import re
from dataclasses import replace
from datetime import date

import pytest

import pages
from forecast.base.series import Names
from forecast.pages import tables
from forecast.report.retrospect import Miss, PastTarget, PastTargets, PostMortem
from forecast.report.value import Report
from forecast.verification.intervals import Interval

MISS = Miss(
    as_of=date(2019, 9, 30), months_known=6, probability=0.91, forecast_pct=7.24, miss_pp=-1.14,
    unknown_pp=-0.94, revision_pp=-0.14, base_pp=0.0, model_pp=-0.06,
)  # fmt: skip
MORTEM = PostMortem(
    indicator="gdp", name=Names("GDP", "地区生产总值"), outturn_pct=6.1, attained=False,
    right_since=date(2019, 11, 2), probability_then=0.31, n_forecasts=9, misses=[MISS],
)  # fmt: skip


def past(gap: Interval | None, *years: int) -> PastTargets:
    rows = [
        PastTarget(year=y, indicator="gdp", name=Names("GDP", "地区生产总值"),
                   comparison="at_least", balance_unit="", bound_pct=7.0, decimals=1,
                   outturn_pct=7.5, attained=True, gap_pp=0.5)
        for y in years
    ]  # fmt: skip
    return PastTargets(n=7, n_attained=5, gap_pp=gap, targets=rows)


def told(**changes) -> Report:
    return replace(pages.report(), **({"post_mortems": [], "past_targets": None} | changes))


def words(report: Report, lang: str = "en") -> str:
    markup = re.sub(r"<[^>]+>", " ", tables.retrospect(report, lang).markup)
    return " ".join(markup.replace("\u00a0", " ").split())


def test_a_settled_target_says_from_which_forecast_on_the_side_was_right():
    said = words(told(post_mortems=[MORTEM]))
    assert "GDP: 6.1 %, missed. Of 9 forecasts of the year, all from 2 Nov 2019 on" in said
    assert "(31 % then)" in said
    never = replace(MORTEM, right_since=None, probability_then=None)
    assert "even the last was on the wrong side" in words(told(post_mortems=[never]))


def test_the_parts_of_a_miss_add_up_as_they_are_printed():
    """-.94, -.14, 0 and -.06 are printed as -.9, -.1, 0 and -.1, and -1.14 as -1.1."""
    said = words(told(post_mortems=[MORTEM]))
    (row,) = re.findall(r"30 Sep 2019 6 91 % 7.2 % (.*?) Outturn less", said)
    whole, *parts = (float(n.replace("−", "-")) for n in row.split())
    assert (whole, len(parts)) == (-1.1, 4)
    assert sum(parts) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (Interval(0.6, -0.2, 1.4), "0.6 pp [−0.2, 1.4] on the good side of the target; the years"),
        (Interval(0.6, 0.2, 1.0), "targets were set low"),
        (Interval(-0.6, -1.0, -0.2), "targets were set high"),
        (Interval(0.6), "On average the outturn was 0.6 pp on the good side of the target."),
        (None, "5 of 7 attained."),
    ],
)
def test_a_bias_of_targets_is_named_where_it_exceeds_what_years_differ(gap, said):
    report = told(past_targets=past(gap, 2013, 2018))
    assert said in words(report)
    assert "announced targets of 2013 to 2018 whose outturns are known: 5 of 7 attained" in words(
        report
    )
    assert "福田区2013至2018年已公布且有实际值的目标共7项，达标5项" in words(report, "zh")


def test_a_single_year_is_no_range_and_nothing_settled_is_no_section():
    assert "announced targets of 2016 whose" in words(told(past_targets=past(None, 2016)))
    assert words(told()) == ""
