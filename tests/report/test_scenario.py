"""Scenarios: probabilities where growth of a span is given. Numbers worked by hand or formula."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import norm

from forecast.archive.archive import Archive
from forecast.archive.targets import Target
from forecast.base.errors import ConditionError, OutsideSupport, TooFewPaths
from forecast.base.months import Span, month
from forecast.cli import main
from forecast.history.series import History, build_history
from forecast.models.shared import Scale
from forecast.outlook import answers as answers_module
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import N_BATCHES, joint_attainment, probability
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.pages.tables import scenario, scenario_terminal
from forecast.report.conditions import Condition, Scenario, read_conditions, span_growth
from forecast.report.result import json_of
from forecast.report.scenario import (
    effective_size,
    kernel_weights,
    scenario_of,
    weighted_paths,
    weighted_quantiles,
)
from forecast.verification.outturn import Outturn
from forecast.verification.record import Record, no_densities
from strategies import (
    Release,
    archive_of,
    growth_of_months,
    history_of,
    indicator,
    row,
    shares,
    target,
)

SCALE = Scale(1.0, 8.0, "own", 8)
BY_SEPTEMBER = np.array([0.2 / 3] * 3 + [0.5 / 6] * 6 + [0.3 / 3] * 3)  # W_3 = 0.2, W_9 = 0.7
N_PATHS = 40_000


def one_of(
    paths: NDArray[np.float64],
    known: Mapping[str, float],
    *,
    aims: Target | None = None,
    of_year: Any = None,
    **entry: Any,
) -> IndicatorOutlook:
    """Return an outlook of 2018 with such paths after what is known, by month (`m6=7.0`)."""
    history = history_of(row(**known), shares=of_year, entry=indicator(**entry))
    assert paths.shape[1] == len(history.ahead)
    return IndicatorOutlook(history, aims, "forecast", SCALE, paths=paths)


def answer_with(**ones: IndicatorOutlook) -> Answer:
    """Return an answer about 2018 that holds such indicators, whatever its archive."""
    said = Release(span=Span.year_to_date(2018, 6), value=7.0, released_on=date(2018, 7, 20))
    archive = archive_of([said], *(one.history.indicator for one in ones.values()), indicator())
    n_paths = next(len(one.paths) for one in ones.values() if one.paths is not None)
    outlook = Outlook("made_up", 2018, archive.as_of(date(2018, 8, 1)), ones, n_paths)
    return Answer(outlook, Record.empty(), {}, seed=1)


def alone(answer: Answer, conditions: Sequence[Condition | str], **more: Any) -> Scenario:
    """Return a scenario on the answer's own paths."""
    return scenario_of(answer, conditions, **({"most_paths": answer.outlook.n_paths} | more))


def halves(rest: NDArray[np.float64], first: float = 7.0) -> NDArray[np.float64]:
    """Return paths from July of a year of equal months whose first half grew so, and its rest so.

    S_m = (6 S_6 + (m - 6) r) / m.
    """
    months = np.arange(7, 13)
    return (6 * first + np.outer(rest, months - 6)) / months


@pytest.fixture(scope="module")
def two() -> Answer:
    """Return two indicators with jointly normal growth: N(6, 2) of the rest, N(5, 1.5) of the year.

    Their correlation is 0.6. Targets are at least 6.5 and at least 5.5 %.
    """
    rng = np.random.default_rng(5)
    first, second = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], N_PATHS).T
    output = 5 + 1.5 * second
    known = {"m6": 7.0}
    return answer_with(
        sales=one_of(halves(6 + 2 * first), known, aims=target(rate_pct=6.5)),
        output=one_of(halves((output - 3.5) / 0.5), known, aims=target(rate_pct=5.5), id="output"),
    )


# Growth of a span ---------------------------------------------------------------------------------


def test_growth_of_the_last_quarter_by_hand():
    """(1 x 6.6 - 0.7 x 6.0) / 0.3 = 8; where the year ends at 6.0, it is 6."""
    paths = np.array([[6.0, 6.2, 6.4, 6.6], [6.0, 6.0, 6.0, 6.0]])
    one = one_of(paths, {"m8": 6.0}, of_year=BY_SEPTEMBER)
    found = span_growth(one, Span(month(2018, 10), month(2018, 12)))
    assert found == pytest.approx([8.0, 6.0])


def test_growth_from_a_published_month_by_hand():
    """(0.7 x 6.0 - 0.2 x 5.0) / 0.5 = 6.4, of which March is published."""
    one = one_of(np.array([[6.0, 6.0, 6.0, 6.0]]), {"m3": 5.0, "m8": 6.5}, of_year=BY_SEPTEMBER)
    assert span_growth(one, Span(month(2018, 4), month(2018, 9))) == pytest.approx([6.4])


def test_growth_since_january_is_the_path_itself():
    paths = np.array([[6.0, 6.2, 6.4, 6.6]])
    one = one_of(paths, {"m8": 6.0}, of_year=BY_SEPTEMBER)
    assert span_growth(one, Span.year_to_date(2018, 10)) == pytest.approx([6.2])


def test_of_a_stock_the_last_month_alone_counts():
    one = one_of(np.array([[6.0, 6.2, 6.4, 6.6]]), {"m8": 6.0}, annual_rule="end_of_year")
    for first in (1, 10, 12):
        assert span_growth(one, Span(month(2018, first), month(2018, 12))) == pytest.approx([6.6])


def test_of_prices_it_is_the_mean_of_the_months():
    """2.0 by August, then 2, 2, 3 and 7: the mean of the last three is 4."""
    running = (np.cumsum([2.0, 2, 3, 7]) + 16) / np.arange(9, 13)
    one = one_of(running[None, :], {"m8": 2.0}, annual_rule="mean_of_months")
    assert span_growth(one, Span(month(2018, 10), month(2018, 12))) == pytest.approx([4.0])


@given(growth_of_months(), shares(), st.integers(1, 11), st.integers(1, 12), st.integers(0, 11))
def test_growth_of_a_span_is_the_weighted_mean_of_its_months(
    months, of_year, n_known, first, further
):
    first, last = min(n_known + 1, first), min(first + further, 12)
    last = max(first, last, n_known + 1)
    running = np.cumsum(of_year * months) / np.cumsum(of_year)
    known = {f"m{k + 1}": running[k] for k in range(n_known)}
    one = one_of(running[None, n_known:], known, of_year=of_year)
    found = span_growth(one, Span(month(2018, first), month(2018, last)))
    chosen = slice(first - 1, last)
    expected = np.average(months[chosen], weights=of_year[chosen])
    assert found == pytest.approx([expected], abs=1e-6)


def test_the_rest_is_what_is_not_yet_published(two: Answer):
    found = weighted_paths(two.outlook, read_conditions(["sales rest 6"]))
    assert [str(span) for span in found.spans] == ["2018-07..2018-12"]
    assert found.aggregates[0].mean() == pytest.approx(6, abs=0.05)


# Weights ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "size"),
    [([1, 1, 1, 1], 4), ([1, 0, 0], 1), ([1, 0.5], 2.25 / 1.25), ([2, 1, 1], 16 / 6)],
)
def test_the_effective_size_by_hand(weights, size):
    assert effective_size(np.array(weights, dtype=float)) == pytest.approx(size)


def test_the_kernel_by_hand():
    """At the value 1, one bandwidth off e^(-1/2), and both together their product."""
    one, other = np.array([9.0, 9.5, 9.5]), np.array([4.0, 4.0, 6.0])
    found = kernel_weights([one, other], [9.0, 4.0], [0.5, 2.0])
    assert found == pytest.approx([1, np.exp(-0.5), np.exp(-1)])


def test_far_from_all_paths_weights_do_not_vanish():
    assert kernel_weights([np.array([0.0, 1.0])], [500.0], [1.0])[1] == 1


@given(arrays(bool, 60), st.sampled_from([1, 2, 6]))
def test_equal_weights_give_the_plain_share_and_its_error(met, n_batches):
    found = probability(met, n_batches, np.full(60, 0.3))
    plain = probability(met, n_batches)
    assert found.value == pytest.approx(plain.value)
    assert found.standard_error == pytest.approx(plain.standard_error, abs=1e-12, nan_ok=True)


@given(arrays(float, st.integers(2, 40), elements=st.floats(-50, 50)))
def test_equal_weights_give_plain_quantiles(values):
    levels = (0, 0.1, 0.5, 0.9, 1)
    found = weighted_quantiles(values, np.full(len(values), 2.0), levels)
    assert found == pytest.approx(np.quantile(values, levels), abs=1e-9)


def test_a_value_of_weight_three_counts_as_three():
    weights = np.array([1.0, 3.0, 1.0, 3.0, 1.0])
    repeated = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], weights.astype(int))
    found = weighted_quantiles(np.arange(1.0, 6), weights, [0.5])
    assert found == pytest.approx([np.quantile(repeated, 0.5)])


def test_the_error_of_a_weighed_share_is_that_of_repeated_draws():
    """400 simulated scenarios: the mean squared error stated is their own variance."""
    rng = np.random.default_rng(6)
    stated, found = [], []
    for _ in range(400):
        growth = rng.standard_normal(2000)
        weights = kernel_weights([growth], [0.5], [0.4])
        other = 0.5 * growth + rng.standard_normal(2000) > 0.3
        one = probability(other, N_BATCHES, weights)
        stated.append(one.standard_error**2)
        found.append(one.value)
    assert np.mean(stated) == pytest.approx(np.var(found), rel=0.15)


# Known answers ------------------------------------------------------------------------------------


def conditional(at: float, bandwidth: float) -> tuple[float, float]:
    """Return mean and deviation of the output if sales of the rest were read off as `at`.

    The reading has a normal error of the size of the bandwidth: sales move by the share
    s^2 / (s^2 + h^2) of the way, the output by 0.6 x 1.5 / 2 of that.
    """
    kept = 2.0**2 / (2.0**2 + bandwidth**2)
    slope = 0.6 * 1.5 / 2.0
    variance = 1.5**2 * (1 - 0.6**2) + slope**2 * 2.0**2 * (1 - kept)
    return 5 + slope * kept * (at - 6), float(np.sqrt(variance))


@pytest.mark.parametrize(("at", "bandwidth"), [(8.0, 0.4), (8.0, 0.1), (3.5, 0.2), (6.0, 1.0)])
def test_two_jointly_normal_indicators_by_the_formula(two: Answer, at: float, bandwidth: float):
    said = alone(two, [f"sales rest {at}"], bandwidths_pp=[bandwidth])
    mean, deviation = conditional(at, bandwidth)
    output = said.indicators[1].under
    assert output is not None
    noise = 1.5 / np.sqrt(said.effective_size)
    assert output.median_pct == pytest.approx(mean, abs=4 * 1.25 * noise)
    ends = norm.ppf([0.1, 0.9], mean, deviation)
    assert [output.lower80_pct, output.upper80_pct] == pytest.approx(ends, abs=4 * 1.7 * noise)
    expected = float(norm.sf(5.45, mean, deviation))
    assert output.probability.value == pytest.approx(
        expected, abs=4 * output.probability.standard_error + 0.002
    )


def test_the_stated_rule_is_a_fifth_of_the_deviation(two: Answer):
    said = alone(two, ["sales rest 8"])
    (held,) = said.given
    assert held.standard_deviation_pp == pytest.approx(2, rel=0.02)
    assert held.bandwidth_pp == pytest.approx(held.standard_deviation_pp / 5)
    assert held.mean_pct == pytest.approx(6 + 2 * 25 / 26, abs=0.03)
    # (E w)^2 / E w^2 of a kernel of 0.2 about the value one deviation off a standard normal
    one, square = 0.2 / 1.04**0.5 * np.exp(-1 / 2.08), 0.02**0.5 / 1.02**0.5 * np.exp(-1 / 2.04)
    assert said.effective_size / N_PATHS == pytest.approx(one**2 / square, rel=0.05)


def test_two_conditions_leave_what_both_leave(two: Answer):
    said = alone(two, ["sales rest 8", "output ytd 2018-12 5"], bandwidths_pp=[0.3, 0.3])
    sales, output = (line.under for line in said.indicators)
    assert sales is not None
    assert output is not None
    assert sales.median_pct == pytest.approx(7.5, abs=0.1)
    assert output.median_pct == pytest.approx(5, abs=0.1)
    assert said.effective_size < alone(two, ["sales rest 8"], bandwidths_pp=[0.3]).effective_size


def test_joint_probabilities_are_counted_on_the_weighed_paths(two: Answer):
    """With sales all but given, all are attained as often as the output is: where sales are."""
    said = alone(two, ["sales rest 8"], bandwidths_pp=[0.05])
    assert said.under is not None
    output = said.indicators[1].under
    assert output is not None
    assert said.under.all_targets.value == pytest.approx(output.probability.value, abs=1e-9)
    assert sum(said.under.exactly) == pytest.approx(1)
    assert said.under.exactly[0] == pytest.approx(0, abs=1e-9)
    assert said.under.exactly[2] == pytest.approx(said.under.all_targets.value)


def test_without_conditions_it_says_what_the_outlook_says(two: Answer):
    said, outlook = alone(two, ["sales rest 8"]), two.outlook
    met = {name: one.met(N_PATHS) for name, one in outlook.indicators.items()}
    joint = joint_attainment({n: m for n, m in met.items() if m is not None}, N_BATCHES)
    assert joint is not None
    assert said.without is not None
    assert said.without.all_targets.value == pytest.approx(joint.all_targets.value)
    error = joint.all_targets.standard_error
    assert said.without.all_targets.standard_error == pytest.approx(error)
    tails = [sum(said.without.exactly[k:]) for k in range(3)]
    assert tails == pytest.approx(joint.at_least)
    for line in said.indicators:
        one = outlook.indicators[line.id]
        plain = probability(one.met(N_PATHS), N_BATCHES)
        assert line.without is not None
        assert line.without.probability.value == pytest.approx(plain.value)
        error = line.without.probability.standard_error
        assert error == pytest.approx(plain.standard_error)
        lower, median, upper = np.quantile(one.december, (0.1, 0.5, 0.9))
        assert line.without.median_pct == pytest.approx(median)
        assert [line.without.lower80_pct, line.without.upper80_pct] == pytest.approx([lower, upper])


def test_a_kernel_that_lets_everything_through_changes_nothing(two: Answer):
    said = alone(two, ["sales rest 8"], bandwidths_pp=[1e9])
    assert said.effective_size == pytest.approx(N_PATHS)
    assert said.under is not None
    assert said.without is not None
    assert said.under.exactly == pytest.approx(said.without.exactly)
    frame = said.to_frame()
    for name in ("probability", "standard_error", "median_pct", "lower80_pct", "upper80_pct"):
        assert frame[f"{name}_under"].to_numpy() == pytest.approx(frame[name].to_numpy(), abs=1e-6)


@st.composite
def rests(draw: st.DrawFn) -> tuple[NDArray[np.float64], float, float]:
    """Growth of the rest on 400 paths, and two values within it, the lower one first."""
    seed = draw(st.integers(0, 10_000))
    rest = 6 + 3 * np.random.default_rng(seed).standard_t(draw(st.sampled_from([3, 30])), 400)
    low, high = sorted(draw(st.tuples(*[st.floats(0.1, 0.9)] * 2)))
    return rest, *(float(np.quantile(rest, level)) for level in (low, high))


@given(rests(), st.integers(1, 19), st.sampled_from(["rest", "ytd 2018-12"]))
def test_more_growth_given_never_lowers_its_own_chance(drawn, rate, where):
    """For `rest` and the year itself this holds on any paths: the kernel's ratio is monotone."""
    rest, low, high = drawn
    sales = one_of(halves(rest), {"m6": 7.0}, aims=target(rate_pct=float(rate)))
    answer = answer_with(sales=sales)
    values = [low, high] if where == "rest" else [3.5 + low / 2, 3.5 + high / 2]
    chances = [chance_of(answer, Condition("sales", v, _span(where))) for v in values]
    assert chances[1] >= chances[0] - 1e-9


def _span(where: str) -> Span | None:
    return None if where == "rest" else Span.year_to_date(2018, 12)


def chance_of(answer: Answer, condition: Condition) -> float:
    """Return the chance of the first target under a condition, however few paths it leaves."""
    found = weighted_paths(answer.outlook, [condition])
    met = answer.outlook.indicators["sales"].met(answer.outlook.n_paths)
    return probability(met, N_BATCHES, found.weights).value


@given(st.integers(0, 500), st.floats(0.15, 0.8), st.floats(0.02, 0.1))
def test_more_growth_to_date_does_not_lower_the_years_chance_beyond_its_error(seed, level, step):
    """Growth to September tells of the year, path by path; where months differ it is no proof."""
    rng = np.random.default_rng(seed)
    months = 6 + 0.8 * np.cumsum(rng.standard_normal((4000, 6)), axis=1)
    paths = (42 + np.cumsum(months, axis=1)) / np.arange(7, 13)
    answer = answer_with(sales=one_of(paths, {"m6": 7.0}, aims=target(rate_pct=6.8)))
    values = np.quantile(paths[:, 2], [level, level + step])
    span = Span.year_to_date(2018, 9)
    found = [alone(answer, [Condition("sales", float(v), span)]) for v in values]
    low, high = (said.indicators[0].under for said in found)
    higher, lower = high.probability, low.probability
    error = higher.standard_error + lower.standard_error
    assert higher.value >= lower.value - 3 * error


# What is refused ----------------------------------------------------------------------------------


def test_too_few_effective_paths_are_refused_with_all_that_helps(two: Answer):
    with pytest.raises(TooFewPaths, match=r"leave \d+ effective paths of 40,000") as caught:
        alone(two, ["sales rest 8"], bandwidths_pp=[0.002])
    assert caught.value.effective_size < 200
    message = str(caught.value)
    assert "allowed: 200 or more" in message
    assert "'sales rest 8', bandwidth 0.002 pp" in message
    lowest, lower, upper, highest = np.quantile(
        weighted_paths(two.outlook, [Condition("sales", 8.0)]).aggregates[0], (0, 0.05, 0.95, 1)
    )
    assert f"between {lower:.1f} and {upper:.1f} % on 90 % of paths" in message
    assert f"between {lowest:.1f} and {highest:.1f} % on all" in message


def test_growth_that_no_path_reaches_is_an_error_that_names_the_support(two: Answer):
    message = re.escape("'sales rest 40', bandwidth 0.4 pp: simulated growth lies between")
    with pytest.raises(OutsideSupport, match=message) as caught:
        alone(two, ["sales rest 40", "output rest -30"])
    assert len(caught.value.supports) == 2


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        (["sales rest 9%"], ["'9%' is not a growth rate (expected a plain number"]),
        (["sales rest nan"], ["'nan' is not a growth rate"]),
        (["sales rest 1_0"], ["'1_0' is not a growth rate"]),
        (["sales 9"], ["'sales 9': 2 words; allowed: INDICATOR SPAN GROWTH"]),
        ([""], ["'': 0 words"]),
        (["sales ytd 9"], ["'sales ytd 9': 3 words"]),
        (["sales ytd 2018-13 9"], ["'ytd 2018-13' is not a span (expected rest, ytd YYYY-MM"]),
        (["sales 2018-09..2018-07 9"], ["'2018-09..2018-07' is not a span"]),
        (["a rest x", "b 2018-00 1"], ["'x' is not a growth rate", "'2018-00' is not a span"]),
    ],
)
def test_a_condition_that_cannot_be_read_is_named(texts: list[str], problems: list[str]):
    with pytest.raises(ConditionError, match=r"^wrong conditions\n") as caught:
        read_conditions(texts)
    assert len(caught.value.problems) == len(problems)
    for said, expected in zip(caught.value.problems, problems, strict=True):
        assert expected in said


@pytest.mark.parametrize(
    "text",
    ["sales rest 9", "sales ytd 2018-09 7.1", "sales 2018-10..2018-12 -5", "sales 2018-11 0.25"],
)
def test_a_condition_is_written_as_it_is_read(text: str):
    (condition,) = read_conditions([text])
    assert str(condition) == text
    assert read_conditions([str(condition)]) == [condition]


@pytest.mark.parametrize(
    ("texts", "bandwidths", "problems"),
    [
        (["profits rest 9"], [], ["'profits' is unknown here; allowed: sales, output"]),
        (["settled rest 9"], [], ["'settled' is settled; allowed: sales, output"]),
        (["silent rest 9"], [], ["'silent' cannot be assessed; allowed: sales, output"]),
        (["sales 2019-01 9"], [], ["2019-01 lies outside the year; allowed: months of 2018"]),
        (["sales 2017-12..2018-12 9"], [], ["lies outside the year"]),
        (["sales ytd 2018-06 9"], [], ["is published; allowed: a span that ends after 2018-06"]),
        (
            ["sales 2018-04..2018-09 9"],
            [],
            ["growth up to 2018-03 is not published; allowed: a first month of 2018-01, 2018-07"],
        ),
        (["sales rest 9", "sales rest 8"], [], ["a second condition on the same months"]),
        ([], [], ["0 conditions; allowed: 1 to 2"]),
        (["sales rest 6"] * 3, [], ["3 conditions; allowed: 1 to 2", "second", "second"]),
        (["sales rest 6"], [0.0], ["bandwidth 0; allowed: above 0"]),
        (["sales rest 6"], [0.5, 0.5], ["2 bandwidths for 1 conditions; allowed: none, one"]),
        (["profits rest 9"], [-1.0, 1.0, 1.0], ["'profits'", "bandwidth -1", "3 bandwidths"]),
    ],
)
def test_what_cannot_be_held_is_refused_all_at_once(
    two: Answer, texts: list[str], bandwidths: list[float], problems: list[str]
):
    known = history_of(row(m12=7.0), entry=indicator(id="settled"))
    settled = IndicatorOutlook(
        known, None, "settled", SCALE, outturn=Outturn(7.0, date(2018, 8, 1), "final", "")
    )
    silent = IndicatorOutlook(
        history_of(row(), entry=indicator(id="silent")), None, "cannot_be_assessed", SCALE
    )
    more = {"settled": settled, "silent": silent}
    outlook = replace(two.outlook, indicators={**two.outlook.indicators, **more})
    with pytest.raises(ConditionError, match=r"^wrong conditions\n") as caught:
        weighted_paths(outlook, read_conditions(texts), bandwidths)
    assert len(caught.value.problems) == len(problems)
    for said, expected in zip(caught.value.problems, problems, strict=True):
        assert expected in said


def test_what_is_certain_may_be_given():
    """Where all paths agree any width does, and nothing but their growth lies on a path."""
    sales = one_of(np.full((400, 6), 7.0), {"m6": 7.0}, aims=target(rate_pct=6.5))
    answer = answer_with(sales=sales)
    assert alone(answer, ["sales ytd 2018-12 7"]).effective_size == 400
    with pytest.raises(OutsideSupport, match=r"'sales ytd 2018-12 7\.1'"):
        alone(answer, ["sales ytd 2018-12 7.1"])


# From figures to a scenario -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def district(archive: Archive) -> Answer:
    """Return the district's answer of August, on few paths and without past calls."""
    snapshot, record = archive.as_of(date(2018, 8, 31)), Record.empty()
    outlook = annual_outlook(snapshot, "district", 2018, record=record, seed=1, n_paths=200)
    return Answer(outlook, record, {}, seed=1)


def test_more_paths_are_simulated_where_too_few_come_near(district: Answer):
    said = scenario_of(district, ["gdp rest 6.5"])
    assert said.n_paths_asked == 200
    assert 200 < said.n_paths <= 40_000
    assert said.effective_size >= 200
    assert "patents" not in said.targets
    words = text_of(said)
    assert "More were simulated than the 200 asked for" in words


def test_the_same_question_gives_the_same_scenario(district: Answer):
    assert scenario_of(district, ["gdp rest 6.5"]) == scenario_of(district, ["gdp rest 6.5"])


def test_settled_targets_stay_facts(two: Answer):
    known = history_of(row(m12=7.0), entry=indicator(id="done"))
    done = IndicatorOutlook(
        known,
        target(rate_pct=6.0),
        "settled",
        SCALE,
        outturn=Outturn(7.0, date(2018, 8, 1), "final", "", attained=True),
    )
    outlook = replace(two.outlook, indicators={**two.outlook.indicators, "done": done})
    said = alone(replace(two, outlook=outlook), ["sales rest 8"])
    line = said.indicators[2]
    assert (line.outturn.growth_pct, line.outturn.attained, line.under) == (7.0, True, None)
    assert said.targets == ["sales", "output", "done"]
    assert said.under is not None
    assert said.under.exactly[0] == 0
    assert np.isnan(said.to_frame().loc["done", "probability_under"])


def test_without_targets_there_are_growth_rates_and_no_probability(two: Answer):
    ones = {n: replace(one, target=None) for n, one in two.outlook.indicators.items()}
    said = alone(replace(two, outlook=replace(two.outlook, indicators=ones)), ["sales rest 8"])
    assert (said.without, said.under, said.targets) == (None, None, [])
    line = said.indicators[1]
    assert line.under is not None
    assert line.under.probability is None
    assert line.under.median_pct > line.without.median_pct


def text_of(said: Scenario, lang: str = "en") -> str:
    markup = scenario(said, lang).markup
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(plain.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_scenario_is_drawn_in_both_languages(two: Answer, lang: str):
    for texts in (["sales rest 8"], ["sales rest 8", "output 2018-10..2018-12 4.25"]):
        words = text_of(alone(two, texts), lang)
        assert not re.search(r"\bNone\b|\bnan\b|[{}]", words)
        assert ("Jul–Dec" if lang == "en" else "7-12月") in words
    assert "4.25" in words
    assert len(scenario_terminal(alone(two, ["sales rest 8"]), lang).rows) == 4


def test_a_notebook_shows_a_row_for_each_target(two: Answer):
    markup = alone(two, ["sales rest 8"])._repr_html_()
    assert "if sales rest 8" in markup
    assert "<th>sales</th>" in markup


def test_as_a_table_it_has_a_row_an_indicator(two: Answer):
    said = alone(two, ["sales rest 8"])
    frame = said.to_frame()
    assert list(frame.index) == ["sales", "output"]
    assert list(frame.columns[:2]) == ["probability", "probability_under"]
    assert frame.loc["sales", "probability_under"] == said.indicators[0].under.probability.value


def test_as_json_it_holds_every_number(two: Answer):
    said = json.loads(json_of(alone(two, ["sales rest 8"])))
    assert said["given"][0]["condition"] == "sales rest 8"
    assert said["n_paths"] == N_PATHS
    assert sum(said["under"]["exactly"]) == pytest.approx(1, abs=1e-5)
    assert list(said) == sorted(said)


def test_years_that_nothing_is_known_of_can_be_given_whole():
    """Where no month is published, the rest of the year is the year."""
    rng = np.random.default_rng(7)
    paths = np.repeat(5 + rng.standard_normal(2000)[:, None], 12, axis=1)
    history: History = history_of([row(m12=6.0), row()])
    assert list(history.ahead) == list(range(month(2018, 1), month(2019, 1)))
    one = IndicatorOutlook(history, target(rate_pct=5.0), "forecast", SCALE, paths=paths)
    said = alone(answer_with(sales=one), ["sales rest 6"])
    assert said.given[0].span == Span.year_to_date(2018, 12)


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the replay of the models' past calls out of the record, and the record to ourselves."""
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())


def run(folder: Path, *arguments: str) -> Result:
    question = ("--area", "district", "--as-of", "2018-08-31", "--data", str(folder))
    return CliRunner().invoke(main, ["scenario", *question, "--paths", "400", *arguments])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("lang", "said"), [("en", "Chance if so"), ("zh", "达标概率（假设下）")])
def test_the_command_prints_every_target_without_and_under(data_folder: Path, lang: str, said: str):
    found = run(data_folder, "--given", "gdp rest 6.5", "--lang", lang)
    assert found.exit_code == 0, found.output
    assert said in found.output
    assert ("GDP" if lang == "en" else "地区生产总值") in found.output


@pytest.mark.usefixtures("quick")
def test_the_command_prints_json(data_folder: Path):
    given = ("--given", "gdp ytd 2018-09 6.7", "--given", "retail_sales 2018-10..2018-12 9")
    found = run(data_folder, *given, "--bandwidth", "0.8", "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.output)
    assert [g["bandwidth_pp"] for g in said["given"]] == [0.8, 0.8]
    assert [g["last_month"] for g in said["given"]] == ["2018-09", "2018-12"]
    assert said["n_paths_asked"] == 400


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--given", "gdp rest much"),
            "'much' is not a growth rate (expected a plain number in per cent",
        ),
        (("--given", "gdp rest -100"), "-100 is not a growth rate (expected per cent, above -100)"),
        (("--given", "pearls rest 7"), "'pearls' is unknown here; allowed: gdp, retail_sales"),
        (("--given", "gdp rest 99"), "no path comes to what is given"),
        (("--given", "gdp rest 6.5", "--bandwidth", "0.00001"), "effective paths of 400"),
        (("--given", "gdp rest 6.5", "--bandwidth", "-1"), "bandwidth -1; allowed: above 0"),
        ((), "Missing option '--given'"),
    ],
)
def test_a_scenario_that_cannot_be_is_bad_input(
    data_folder: Path, arguments: tuple[str, ...], message: str
):
    found = run(data_folder, *arguments)
    assert found.exit_code == 2
    assert message in found.output


# Accounting and association -----------------------------------------------------------------------


def with_part(share: float | None, *, slope: float) -> Answer:
    """Return output, and finance as a part of it, whose points move output by so many.

    The share is that of the levels of 2017.
    """
    rng = np.random.default_rng(8)
    finance = 6 + 2 * rng.standard_normal(N_PATHS)
    output = 5 + slope * (finance - 6) + 0.5 * rng.standard_normal(N_PATHS)
    on = {"span": Span.year_to_date(2017, 12), "released_on": date(2018, 1, 20)}
    level = on | {"measure": "level", "unit": "cny_100m"}
    amounts = {"output": 100.0} | ({} if share is None else {"finance": 100 * share})
    said = [Release(**level, value=v, indicator=n) for n, v in amounts.items()]
    said += [
        Release(
            span=Span.year_to_date(2018, 6), value=7.0, indicator=n, released_on=date(2018, 7, 20)
        )
        for n in ("output", "finance")
    ]
    entries = [indicator(id="output"), indicator(id="finance", part_of="output")]
    snapshot = archive_of(said, *entries).as_of(date(2018, 8, 1))
    paths = {"output": output, "finance": finance}
    indicators = {
        name: IndicatorOutlook(
            build_history(snapshot, "made_up", name, 2018),
            None,
            "forecast",
            SCALE,
            paths=halves((december - 3.5) / 0.5),
        )
        for name, december in paths.items()
    }
    outlook = Outlook("made_up", 2018, snapshot, indicators, N_PATHS)
    return Answer(outlook, Record.empty(), {}, seed=1)


def test_a_scenario_splits_the_change_of_a_whole_into_accounting_and_association():
    """Finance two points higher adds 0.3 x 2 of a slope of 0.5; the rest is association."""
    found = alone(with_part(0.3, slope=0.5), ["finance ytd 2018-12 8"])
    (one,) = found.accounting
    (part,) = one.parts
    moved = found.given[0].mean_pct - 6
    assert (one.id, part.id, part.share_pct) == ("output", "finance", pytest.approx(30.0))
    assert part.contribution_pp == pytest.approx(0.3 * moved, abs=0.01)
    assert one.change_pp == pytest.approx(0.5 * moved, abs=0.02)
    assert one.rest_pp == pytest.approx(one.change_pp - part.contribution_pp)


def test_without_a_share_all_that_moves_a_whole_is_association():
    (one,) = alone(with_part(None, slope=0.5), ["finance ytd 2018-12 8"]).accounting
    assert one.parts[0].contribution_pp is one.parts[0].share_pct is None
    assert one.rest_pp == one.change_pp


def test_where_no_part_is_given_nothing_is_accounting():
    assert alone(with_part(0.3, slope=0.5), ["output rest 8"]).accounting == []


@pytest.mark.parametrize(
    ("lang", "accounting", "association"),
    [
        (
            "en",
            "Sales changes by +0.9",
            "Association, in what the rest does beside that: +0.38",
        ),
        ("zh", "核算关系：销售额占30.0%，拉动+0.58个百分点", "关联（其余部分随之变动）：+0.38"),
    ],
)
def test_the_page_says_what_is_accounting_and_what_is_association(
    lang: str, accounting: str, association: str
):
    found = alone(with_part(0.3, slope=0.5), ["finance ytd 2018-12 8"])
    page = scenario(found, lang).markup
    caption = scenario_terminal(found, lang).caption
    for words in (page, caption):
        assert accounting in words
        assert association in words
