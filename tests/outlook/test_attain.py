"""Attainment for anybody's forecast: answers worked by hand, every shape, and what is refused.

All amounts are made up.
"""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forecast
from forecast.base.errors import ParameterError

# A quarter of 25 each: the base year is 100. One quarter of 27 is known, so three of together
# 79.95 or more make 106.95, which is published as 7.0.
BASE, KNOWN = [25.0, 25.0, 25.0, 25.0], [27.0]
QUARTERS = pd.period_range("2019Q1", periods=4, freq="Q")


def quarters(each: float, n: int = 100) -> np.ndarray:
    return np.full((n, 3), each)


def attained(paths: object, target: str = "at least 7 %", **more: object):
    return forecast.attain(paths, known=KNOWN, base=BASE, target=target, **more)


@pytest.mark.parametrize(("rest", "expected"), [(79.94, 0.0), (79.96, 1.0)])
def test_growth_is_that_of_the_sum_and_judged_as_it_is_published(rest: float, expected: float):
    one = attained(quarters(rest / 3))
    assert one.probability.value == expected
    assert one.growth_pct == pytest.approx(np.full(100, 27 + rest - 100))


def test_a_quarter_of_the_paths_and_its_error():
    paths = np.r_[quarters(27.0, 50), quarters(26.0, 150)]  # 108, and 105
    one = attained(paths)
    assert one.probability.value == 0.25
    assert one.probability.standard_error == pytest.approx(np.sqrt(0.25 * 0.75 / 200))


def test_what_the_rest_of_the_year_needs():
    """79.95 in place of 75: growth of 6.6 %."""
    assert attained(quarters(25.0)).required_growth_pct == pytest.approx(6.6)
    whole = forecast.attain(quarters(25.0)[:, :0], known=[27.0] * 4, base=BASE, target="7 %")
    assert whole.required_growth_pct is None
    assert whole.probability.value == 1.0


def test_the_rates_that_are_attained_with_50_80_and_90_per_cent():
    growth = np.arange(1.0, 101.0)
    one = forecast.attain(growth, target="at least 7 %", decimals=0)
    assert one.attainable_pct == {0.5: 51.0, 0.8: 21.0, 0.9: 11.0}
    assert one.probability.value == 0.94
    low = forecast.attain(growth, target="at most 7 %", decimals=0)
    assert low.attainable_pct == {0.5: 50.0, 0.8: 80.0, 0.9: 90.0}
    assert low.probability.value == 0.07


def test_a_stock_grows_by_its_last_period():
    paths = quarters(26.0)
    paths[:, -1] = 26.75
    one = attained(paths, annual_rule="end_of_year")
    assert one.growth_pct == pytest.approx(np.full(100, 7.0))
    assert one.required_growth_pct is None


def test_targets_together_are_counted_path_by_path():
    up, half = np.r_[np.full(60, 8.0), np.full(40, 6.0)], np.r_[np.full(50, 6.0), np.full(50, 8.0)]
    both = forecast.attain({"a": up, "b": half}, target={"a": "7 %", "b": 7})
    assert both.single["a"].probability.value == 0.6
    assert both.single["b"].probability.value == 0.5
    assert both.all_targets.value == pytest.approx(0.1)  # paths 50 to 59
    assert both.all_targets.standard_error == pytest.approx(0.03)
    assert both.joint.independence_product == pytest.approx(0.3)
    assert (both.joint.lower_bound, both.joint.upper_bound) == pytest.approx((0.1, 0.5))
    assert both.to_frame()["probability"].tolist() == [0.6, 0.5]


# The shapes in which libraries give paths ---------------------------------------------------------


@pytest.fixture
def paths() -> np.ndarray:
    return 26.5 + np.random.default_rng(1).standard_normal((400, 3))


@pytest.fixture
def expected(paths: np.ndarray) -> float:
    return float((27 + paths.sum(axis=1) >= 106.95).mean())


def test_frames_say_what_their_axes_are(paths: np.ndarray, expected: float):
    ahead = QUARTERS[1:]
    wide = pd.DataFrame(paths, columns=ahead)
    days = pd.DataFrame(paths.T, index=ahead.to_timestamp())
    long = days.rename_axis("ds").melt(ignore_index=False, var_name="sample_id", value_name="ETS")
    long = long.reset_index().assign(unique_id="retail").sample(frac=1, random_state=1)
    for given_frame in (wide, days, long):
        labelled = forecast.attain(
            given_frame,
            known=pd.Series(KNOWN, index=QUARTERS[:1]),
            base=pd.Series(BASE, index=QUARTERS - 4),
            target="7 %",
        )
        assert labelled.probability.value == expected


def test_draws_by_chain_have_the_error_of_their_chains(paths: np.ndarray, expected: float):
    one = attained(paths.reshape(4, 100, 3))
    assert one.probability.value == pytest.approx(expected)
    shares = (27 + paths.sum(axis=1) >= 106.95).reshape(4, 100).mean(axis=1)
    assert one.probability.standard_error == pytest.approx(shares.std(ddof=1) / 2)


def test_quantiles_of_growth_are_read_between_their_levels():
    """Of an even spread from 5 at 0.1 to 9 at 0.9 the part above 6.95 is 0.9 - 0.39."""
    quantiles = {0.1: 5.0, 0.9: 9.0}
    for values in (quantiles, pd.Series(quantiles), pd.DataFrame([quantiles])):
        one = forecast.attain(values, target="at least 7 %")
        assert one.probability.value == pytest.approx(0.51, abs=1e-4)
        assert np.isnan(one.probability.standard_error)


def test_quantiles_of_periods_need_to_be_told_how_these_go_together():
    by_quarter = {0.05: [25.0] * 3, 0.5: [26.0] * 3, 0.95: [27.0] * 3}
    with pytest.raises(ParameterError, match="quantiles of 3 periods do not say how these go"):
        attained(by_quarter)
    apart, alike = (attained(by_quarter, correlation=c, seed=1).distribution for c in (0.0, 1.0))
    assert alike.upper80_pct - alike.lower80_pct == pytest.approx(3 * 1.0 * 0.8 / 0.45, abs=0.01)
    assert apart.upper80_pct - apart.lower80_pct < 0.7 * (alike.upper80_pct - alike.lower80_pct)


@given(st.floats(-20, 20), st.floats(0, 10))
def test_a_higher_target_is_never_more_probable(rate: float, more: float):
    growth = np.linspace(-15, 15, 301)
    low, high = (forecast.attain(growth, target=t).probability.value for t in (rate, rate + more))
    assert high <= low


# What is refused ----------------------------------------------------------------------------------

LABELLED = {
    "known": pd.Series(KNOWN, index=QUARTERS[:1]),
    "base": pd.Series(BASE, index=QUARTERS - 4),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paths": quarters(26).T}, "100 periods in each path; expected 3, since `base` has 4 and "
         "`known` 1; rows are paths, perhaps it is to be transposed"),
        ({"paths": quarters(26)[:, :2]}, "2 periods in each path; expected 3"),
        ({"paths": quarters(26)[:99]}, "paths: 99 paths; allowed: 100 or more, one a row"),
        ({"paths": np.where(np.eye(100, 3, 1), np.nan, 26)},
         "2 of 300 numbers are missing, first in period 2"),
        ({"paths": "many"}, "does not consist of real numbers"),
        ({"paths": 7.0}, r"an array of shape \(\)"),
        ({"target": "a lot"}, "'a lot' is not a target"),
        ({"decimals": 1.5}, "decimals: 1.5; allowed: 0 to 6"),
        ({"base": [0.0] * 4}, "base: 0; allowed: above 0"),
        ({"base": None}, "known: given without `base`"),
        ({"known": [27.0] * 5}, "known: 5 periods; allowed: as many as `base` has, 4"),
        ({"known": [np.nan]}, "known: 1 of 1 numbers are missing"),
        ({"annual_rule": "median"}, "annual_rule: 'median'; allowed: sum_of_months"),
        ({"paths": {0.5: 7.0}}, "quantiles at 0.5; allowed: two or more between 0 and 1"),
        ({"paths": {0.1: 7.0, 0.9: 5.0}}, "the quantile at 0.1 lies above that at 0.9"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_is_allowed(change: dict, message: str):
    given_values = {"paths": quarters(26), "known": KNOWN, "base": BASE, "target": "7 %"} | change
    with pytest.raises(ParameterError, match=message):
        forecast.attain(given_values.pop("paths"), **given_values)


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        (QUARTERS[1:] + 4, "periods 2020Q2 to 2020Q4; expected 2019Q2 to 2019Q4"),
        (QUARTERS[[1, 3]], "paths: nothing for 2019Q3"),
        (QUARTERS[[2, 1, 3]], "expected 2019Q2 to 2019Q4, in this order"),
        (pd.period_range("2019-04", periods=3, freq="M"), "periods of the frequency 'M' in place"),
    ],
)
def test_paths_of_another_year_or_with_gaps(periods: pd.PeriodIndex, message: str):
    frame = pd.DataFrame(np.full((100, len(periods)), 26.0), columns=periods)
    with pytest.raises(ParameterError, match=message):
        forecast.attain(frame, target="7 %", **LABELLED)


def test_a_base_of_the_wrong_year():
    with pytest.raises(ParameterError, match="known: periods 2019Q1 to 2019Q1; expected 2018Q1"):
        forecast.attain(
            quarters(26),
            known=LABELLED["known"],
            base=pd.Series(BASE, index=QUARTERS - 8),
            target="7 %",
        )


def test_a_target_beyond_the_quantiles_is_not_guessed():
    with pytest.raises(ParameterError, match="lies beyond the quantiles given, 5 to 9 %"):
        forecast.attain({0.1: 5.0, 0.9: 9.0}, target="at least 10 %")


def test_targets_and_paths_by_name_belong_together():
    growth = np.full(100, 7.0)
    with pytest.raises(ParameterError, match="paths: a; expected those of the targets: a, b"):
        forecast.attain({"a": growth}, target={"a": "7 %", "b": "6 %"})
    with pytest.raises(ParameterError, match="a: 100 paths, b: 200 paths; expected as many"):
        forecast.attain({"a": growth, "b": np.full(200, 7.0)}, target={"a": 7, "b": 7})


def test_it_loads_neither_models_nor_pictures_and_takes_less_than_a_second():
    """Of processor time: the clock also counts what a busy machine does besides."""
    heavy = "{'statsmodels', 'scipy', 'prophet', 'matplotlib', 'IPython', 'click', 'xlsxwriter'}"
    query = f"from forecast import attain; import sys; assert not {heavy} & set(sys.modules)"
    query += "; import time; print(time.process_time())"
    seconds = []
    while not seconds or (seconds[-1] >= 1 and len(seconds) < 3):  # the first may compile modules
        done = subprocess.run([sys.executable, "-c", query], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        seconds.append(float(done.stdout))
    assert min(seconds) < 1


def test_it_shows_itself_in_a_line_and_as_a_table():
    one = attained(quarters(27.0))
    assert re.fullmatch(r"<at least 7 %: >\s99\s%>|<at least 7 %: > 99 %>", repr(one))
    assert "<table" in one._repr_html_()
    assert list(one.to_frame().columns)[:2] == ["probability", "standard_error"]


def test_a_band_has_two_sides():
    growth = np.repeat([1.0, 1.94, 1.96, 3.0, 4.04, 4.06, 6.0, 3.3], 25)
    one = forecast.attain(growth, target="between 2 and 4 %")
    assert one.probability.value == 4 / 8
    sides = {side: share.value for side, share in one.parts.items()}
    assert sides == {"below": 2 / 8, "within": 4 / 8, "above": 2 / 8}
    ranged = forecast.attain(growth, target="2 ~ 4 %")
    assert ranged.probability.value == 6 / 8  # above a range is more than was asked
    assert set(ranged.parts) == {"within", "above"}


def test_the_rest_of_the_year_may_lie_between_two_ends_of_a_band():
    one = forecast.attain(
        np.full((100, 1), 27.0), known=[26.0] * 3, base=[25.0] * 4, target="between 2 and 4 %"
    )
    assert one.required_growth_pct == pytest.approx(4 * 1.95 - 3 * 4.0)
    assert one.most_growth_pct == pytest.approx(4 * 4.05 - 3 * 4.0)


MONTHS_AHEAD = {0.05: [100.0] * 8, 0.5: [107.0] * 8, 0.95: [110.0] * 8}


@pytest.mark.parametrize(
    ("given", "asked", "fault"),
    [
        (pd.DataFrame({"a": ["x"] * 200}), {}, "could not convert string to float: 'x'"),
        ({0.1: "a", 0.9: "b"}, {}, "paths: str does not consist of real numbers"),
        (np.full(200, 7 + 1j), {}, "paths: ndarray .* real numbers: complex numbers"),
        (np.full((200, 4), 7.0), {}, "paths: 4 numbers in each path; allowed without `base`"),
        (np.full(200, 7.0), {"target": True}, "target: 'True' is not a target"),
        ({"a": np.full(200, 7.0)}, {}, "target: one for all; expected a mapping by name"),
        (MONTHS_AHEAD, {"correlation": "x", "seed": 1}, "found 'x' and 1"),
        (MONTHS_AHEAD, {"correlation": 0.3, "seed": -1}, "a whole number from 0 on.*0.3 and -1"),
        (
            pd.DataFrame({"ds": ["May"] * 200, "sample_id": range(200), "m": 1.0}),
            {"correlation": None},
            "paths: ds: ",
        ),
    ],
)
def test_what_is_no_forecast_is_named(given: object, asked: dict[str, object], fault: str):
    if given is MONTHS_AHEAD or "correlation" in asked:
        asked = asked | {"known": [100.0] * 4, "base": [100.0] * 12}
    with pytest.raises(ParameterError, match=fault):
        forecast.attain(given, **({"target": "7 %"} | asked))
