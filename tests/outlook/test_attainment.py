"""Attainment on simulated paths, and what the rest of the year needs. Numbers worked by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, norm

from forecast.archive.registry import Indicator
from forecast.base.months import Span
from forecast.history.series import History, build_history
from forecast.outlook.attainment import (
    SURE_OF,
    attainable_rates,
    joint_attainment,
    parts_of_range,
    probability,
    probability_by_tolerance,
    progress,
    quantiles,
    required,
    required_growth_pct,
    rest_of_year_growth,
)
from strategies import (
    Release,
    archive_of,
    growth_paths,
    history_of,
    indicator,
    rates,
    row,
    shares,
    target,
)

MET = arrays(bool, st.tuples(st.integers(1, 5), st.just(60)))
SEASONAL = np.r_[np.full(6, 1 / 24), np.full(6, 3 / 24)]  # a quarter of the year by June


# Probabilities ------------------------------------------------------------------------------------


def test_a_probability_is_the_share_of_paths():
    assert probability(np.array([True, False, True, True]), 2).value == 0.75


def test_its_error_is_that_of_the_batches():
    """Shares of 1 and 0 have the standard deviation 0.7071; of their mean it is 0.5."""
    assert probability(np.array([True, True, False, False]), 2).standard_error == pytest.approx(0.5)
    assert probability(np.array([True, False, True, False]), 2).standard_error == 0
    assert np.isnan(probability(np.array([True, False]), 1).standard_error)


def test_a_weighted_share_and_its_error_by_hand():
    """Met with 1 of 2 in the first batch and 6 of 6 in the second: 7 of 8, by sums 0.75 apart."""
    met, weights = np.array([True, False, True, True]), np.array([1.0, 1.0, 4.0, 2.0])
    weighted = probability(met, 2, weights)
    assert weighted.value == 0.875
    assert weighted.standard_error == pytest.approx(0.1875)  # sqrt((0.75^2 + 0.75^2) 2) / 8
    alone = probability(met, 1, weights)
    assert alone.value == 0.875
    assert np.isnan(alone.standard_error)


def test_batches_of_independent_paths_have_the_binomial_error():
    rng = np.random.default_rng(4)
    squares = [probability(rng.random(4000) < 0.3, 10).standard_error ** 2 for _ in range(400)]
    assert np.mean(squares) == pytest.approx(0.3 * 0.7 / 4000, rel=0.1)


def test_chances_of_a_range_and_of_more():
    december = np.array([6.0, 6.44, 6.45, 6.8, 7.0, 7.04, 7.05, 8.0])
    announced = target("within", None, lower_pct=6.5, upper_pct=7.0)
    parts = parts_of_range(announced, december, 1, 1)
    assert {side: p.value for side, p in parts.items()} == {"within": 0.5, "above": 0.25}


def test_chances_of_about_at_three_tolerances():
    december = np.array([6.4, 6.5, 6.7, 6.8, 6.9, 7.0, 7.1, 7.2])
    announced = target("about", 7.0, tolerance_pp=0.3)
    parts = probability_by_tolerance(announced, december, 1, 1)
    assert {pp: p.value for pp, p in parts.items()} == {0.0: 3 / 8, 0.2: 5 / 8, 0.5: 7 / 8}


def test_other_targets_have_no_parts():
    assert parts_of_range(target("at_least"), np.array([7.0]), 1, 1) == {}
    assert probability_by_tolerance(target("at_least"), np.array([7.0]), 1, 1) == {}


# Joint attainment ---------------------------------------------------------------------------------


def on(*paths: int) -> NDArray[np.bool_]:
    """Return on which of ten paths a target is met."""
    return np.isin(np.arange(10), paths)


def test_joint_attainment_by_hand():
    """Met on 8, 7 and 6 of ten paths, on 3 of them all: 0.8 + 0.7 + 0.6 - 2 is 0.1."""
    joint = joint_attainment(
        {
            "gdp": on(0, 1, 2, 3, 4, 5, 6, 7),
            "sales": on(0, 1, 2, 3, 4, 5, 8),
            "trade": on(3, 4, 5, 6, 7, 8),
        },
        2,
    )
    assert joint is not None
    assert (joint.indicators, joint.weakest) == (("gdp", "sales", "trade"), "trade")
    assert joint.all_targets.value == pytest.approx(0.3)
    assert joint.all_targets.standard_error == pytest.approx(0.1)  # 2 and 1 of each batch of five
    assert joint.at_least == pytest.approx((1.0, 0.9, 0.9, 0.3))
    assert joint.lower_bound == pytest.approx(0.1)
    assert joint.upper_bound == pytest.approx(0.6)
    assert joint.independence_product == pytest.approx(0.336)


def test_the_bounds_of_frechet_are_reached_by_targets_that_go_together_or_against_each_other():
    together = joint_attainment({"gdp": on(0, 1, 2, 3), "sales": on(0, 1, 2, 3, 4, 5)}, 2)
    against = joint_attainment({"gdp": on(0, 1, 2, 3, 4, 5, 6), "sales": on(5, 6, 7, 8, 9)}, 2)
    apart = joint_attainment({"gdp": on(0, 1, 2), "sales": on(3, 4, 5)}, 2)
    assert together is not None
    assert against is not None
    assert apart is not None
    assert (together.all_targets.value, together.upper_bound) == (0.4, 0.4)
    assert against.all_targets.value == pytest.approx(0.2)
    assert against.lower_bound == pytest.approx(0.2)
    assert (apart.all_targets.value, apart.lower_bound) == (0.0, 0.0)  # never less than nothing


@given(MET)
def test_joint_attainment_lies_within_the_bounds_of_frechet(table):
    met = {f"target {i}": row for i, row in enumerate(table)}
    joint = joint_attainment(met, 10)
    single = table.mean(axis=1)
    assert joint.upper_bound == single.min()
    assert joint.lower_bound == pytest.approx(max(0, single.sum() - len(single) + 1))
    assert joint.lower_bound - 1e-12 <= joint.all_targets.value <= joint.upper_bound
    assert met[joint.weakest].mean() == joint.upper_bound
    assert joint.independence_product == pytest.approx(single.prod())


@given(MET)
def test_counting_targets_agrees_with_the_single_chances(table):
    joint = joint_attainment({str(i): row for i, row in enumerate(table)}, 10)
    assert joint.at_least[0] == 1
    assert joint.at_least[-1] == joint.all_targets.value
    assert (np.diff(joint.at_least) <= 0).all()
    assert sum(joint.at_least[1:]) == pytest.approx(table.mean(axis=1).sum())


def test_targets_that_move_together_are_attained_together_more_often_than_their_product():
    """With a correlation of 0.8 and both targets half a deviation up: 0.219 against 0.095."""
    rng = np.random.default_rng(6)
    draws = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 40_000)
    joint = joint_attainment({"sales": draws[:, 0] > 0.5, "output": draws[:, 1] > 0.5}, 10)
    exact = multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]]).cdf([-0.5, -0.5])
    assert exact == pytest.approx(0.2186, abs=0.0001)
    assert abs(joint.all_targets.value - exact) < 4 * np.sqrt(exact * (1 - exact) / 40_000)
    assert joint.independence_product == pytest.approx(norm.sf(0.5) ** 2, abs=0.005)


def test_without_targets_there_is_nothing_joint():
    assert joint_attainment({}, 10) is None


# Attainable rates ---------------------------------------------------------------------------------


def test_the_rate_attained_with_so_much_certainty():
    december = np.arange(1.0, 11.0)
    assert attainable_rates(december, 1) == {0.5: 6.0, 0.8: 3.0, 0.9: 2.0}
    assert attainable_rates(december, 1, at_most=True) == {0.5: 5.0, 0.8: 8.0, 0.9: 9.0}


@given(growth_paths())
def test_an_attainable_rate_is_the_highest_of_its_certainty(paths):
    december = paths[:, -1]
    for sure, rate in attainable_rates(december, 1).items():
        assert target("at_least", rate).is_met(december, 1).mean() >= sure
        assert target("at_least", rate + 0.1).is_met(december, 1).mean() < sure


@given(growth_paths())
def test_an_attainable_ceiling_is_the_lowest_of_its_certainty(paths):
    december = paths[:, -1]
    for sure, rate in attainable_rates(december, 1, at_most=True).items():
        assert target("at_most", rate).is_met(december, 1).mean() >= sure
        assert target("at_most", rate - 0.1).is_met(december, 1).mean() < sure


@given(growth_paths())
def test_more_certainty_asks_for_a_lower_rate(paths):
    found = attainable_rates(paths[:, -1], 1)
    assert [found[sure] for sure in SURE_OF] == sorted(found.values(), reverse=True)


# What the rest of the year needs ------------------------------------------------------------------


def test_required_growth_by_hand():
    """A quarter of the year grew by 5 %: to reach 7.1 % the rest has to grow by 7.8 %."""
    assert required_growth_pct(7.1, 0.25, 5.0) == pytest.approx(7.8)
    assert required_growth_pct(7.1, 0.0, np.nan) == 7.1


@given(shares(), st.integers(0, 11), rates(), rates(), st.sampled_from(["at_least", "about"]))
def test_required_growth_put_in_meets_the_threshold_exactly(weights, known, now, rate, comparison):
    announced = target(comparison, abs(rate) + 0.3)
    history = history_of([row(**{f"m{known}": now} if known else {})], shares=weights)
    growth = required(announced, history, np.array([0.0])).growth_pct
    settled = weights[:known].sum()
    december = settled * now + (1 - settled) * growth
    assert december == pytest.approx(announced.threshold_pct(1), abs=1e-9)
    assert announced.is_met(december + 1e-6, 1)
    assert not announced.is_met(december - 1e-6, 1)


def test_nothing_more_is_required_of_a_settled_year():
    assert required(target(), history_of([row(m12=7.0)]), np.array([7.0])) is None


def test_of_a_stock_nothing_is_settled_before_december():
    stock = history_of([row(m11=8.0)], entry=indicator(annual_rule="end_of_year"))
    needed = required(target("at_least", 8.5), stock, np.array([8.0]))
    assert (needed.settled_share, needed.growth_pct) == (0.0, pytest.approx(8.45))


PAST = [row(m6=6.0, m12=7.0), row(m6=8.0, m12=7.5), row(m6=5.0, m12=5.0), row(m6=6.0)]


def test_growth_of_the_rest_of_past_years():
    """A quarter by June at 6 %, the year at 7 %: the rest grew by 7 1/3 %."""
    history = history_of(PAST, shares=SEASONAL)
    found = rest_of_year_growth(history, 6)
    assert found == pytest.approx({2015: 22 / 3, 2016: 22 / 3, 2017: 5.0})


def test_past_years_without_a_figure_of_the_month_and_the_judged_year_are_left_out():
    rows = [row(m6=6.0, m12=7.0), row(m12=7.5), row(m6=8.0), row(m6=6.0, m12=7.0)]
    history = history_of(rows, shares=SEASONAL)
    assert rest_of_year_growth(history, 6) == pytest.approx({2015: 22 / 3})
    assert rest_of_year_growth(history, 0) == {2015: 7.0, 2016: 7.5}
    assert rest_of_year_growth(history, 12) == {}


def test_required_growth_has_its_place_among_past_years():
    history = history_of(PAST, shares=SEASONAL)
    needed = required(target("at_least", 7.0), history, np.array([7.0]))
    assert needed.growth_pct == pytest.approx(7.266667)  # 5.45 of three quarters
    assert needed.percentile == pytest.approx(1 / 3)  # 7.27: more than 5, less than 7.33 twice
    assert needed.n_past_years == 3
    assert needed.base_growth_pct == pytest.approx(5.0)
    assert needed.two_year_average_pct == pytest.approx(6.127282)  # 1.0726667 by 1.05, the root


def test_two_past_years_give_no_place():
    history = history_of(PAST[1:], shares=SEASONAL)
    assert required(target(), history, np.array([7.0])).percentile is None


def with_levels(entry: Indicator | None = None, growth_pct: float | None = 10.0) -> History:
    """Return 40 to June and 100 in 2017, and 55 to June 2018: so +10 % is on a base of 125."""
    said = [((6, 2017), 40.0), ((12, 2017), 100.0), ((6, 2018), 55.0)]
    made = [
        Release(
            span=Span.year_to_date(year, last),
            value=value,
            measure="level",
            unit="cny_100m",
            released_on=date(2018, 7, 15),
        )
        for (last, year), value in said
    ]
    if growth_pct is not None:
        half = Span.year_to_date(2018, 6)
        made.append(Release(span=half, value=growth_pct, released_on=date(2018, 7, 15)))
    snapshot = archive_of(made, entry or indicator()).as_of(date(2018, 9, 30))
    return build_history(snapshot, "made_up", "sales", 2018)


def test_levels_needed_are_on_todays_scope():
    needed = required(target("at_least", 12.0), with_levels(), np.array([9.0, 10.0, 15.0]))
    assert needed.annual_level == pytest.approx(139.9375)  # 125 grown by 11.95 %
    assert needed.monthly_level == pytest.approx(14.15625)  # 84.9375 in six months
    assert needed.shortfall_level == pytest.approx(2.4375)  # 137.5 at the median


def test_levels_add_up_over_a_year_and_means_do_not():
    for rule, annual_level in (("sum_of_months", 139.9375), ("mean_of_months", None)):
        history = replace(with_levels(), indicator=indicator(annual_rule=rule))
        needed = required(target("at_least", 12.0), history, np.array([10.0]))
        assert needed.annual_level == (annual_level and pytest.approx(annual_level))


def test_where_more_is_done_than_the_year_needs_each_month_needs_less_than_nothing():
    """A year at -60.05 % of 125 is 49.9375, and 55 are done by June."""
    needed = required(target("at_least", -60.0), with_levels(), np.array([-50.0]))
    assert needed.annual_level == pytest.approx(49.9375)
    assert needed.monthly_level == pytest.approx(-0.84375)


def test_a_year_that_is_expected_to_do_better_falls_short_by_less_than_nothing():
    history = with_levels()
    short = [
        required(target("at_least", rate), history, np.array([9.95])).shortfall_level
        for rate in (9.0, 10.0, 11.0)
    ]
    assert short == pytest.approx([-1.25, 0.0, 1.25])


@pytest.mark.parametrize(
    "entry", [indicator(price_basis="real"), indicator(levels_break=["2018-01"])]
)
def test_levels_say_nothing_at_constant_prices_or_across_a_break(entry: Indicator):
    needed = required(target(), with_levels(entry), np.array([7.0]))
    levels = (needed.annual_level, needed.monthly_level, needed.shortfall_level)
    assert levels == (None, None, None)


def test_a_ceiling_leaves_the_most_that_is_allowed():
    history = history_of([row(m6=2.0)], entry=indicator(annual_rule="mean_of_months"))
    allowed = required(target("at_most", 3.0), history, np.array([2.0])).growth_pct
    assert allowed == pytest.approx(2 * 3.05 - 2.0)


# Pace, as bureaux print it ------------------------------------------------------------------------


def test_progress_against_the_target_growth_on_todays_scope():
    """55 of 1.1 x 125 is 40 % of the plan after 50 % of the time: 10 points behind."""
    found = progress(target("at_least", 10.0), with_levels())
    assert found.time_pct == 50.0
    assert found.plan_done_pct == pytest.approx(40.0)
    assert found.ahead_of_time_pp == pytest.approx(-10.0)
    assert found.normal_pct is None


def test_progress_against_an_announced_level():
    announced = target("at_least", 10.0, plan_level=110.0, plan_unit="cny_100m")
    assert progress(announced, with_levels()).plan_done_pct == pytest.approx(50.0)


def test_a_plan_in_another_unit_is_not_compared():
    announced = target("at_least", 10.0, plan_level=110.0, plan_unit="usd_100m")
    assert progress(announced, with_levels()).plan_done_pct is None


def test_the_plan_of_a_range_is_its_lower_end():
    announced = target("within", None, lower_pct=10.0, upper_pct=20.0)
    assert progress(announced, with_levels()).plan_done_pct == pytest.approx(40.0)


def test_a_plan_at_constant_prices_needs_an_announced_level():
    history = with_levels(indicator(price_basis="real"))
    assert progress(target("at_least", 10.0), history).plan_done_pct is None
    announced = target("at_least", 10.0, plan_level=110.0)
    assert progress(announced, history).plan_done_pct == pytest.approx(50.0)


def test_without_a_target_time_passes_all_the_same():
    found = progress(None, with_levels())
    assert (found.time_pct, found.plan_done_pct) == (50.0, None)


def test_normal_progress_is_the_mean_share_of_past_years():
    found = progress(None, history_of(PAST, shares=SEASONAL))
    assert found.normal_pct == pytest.approx(25.0)


@given(growth_paths())
def test_quantiles_by_month_rise_with_their_level(paths):
    table = quantiles(paths, (0.1, 0.5, 0.9))
    assert table.shape == (3, paths.shape[1])
    assert (np.diff(table, axis=0) >= 0).all()
