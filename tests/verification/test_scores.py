"""Scores of forecasts: known answers, another program's numbers, and identities."""

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from forecast.verification.scores import (
    Reliability,
    brier,
    consistency_band,
    coverage,
    crps,
    energy_score,
    isotonic_frequencies,
    log_score,
    pit,
    reliability,
    variogram_score,
)


@st.composite
def judged_forecasts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities in tenths, so that many are equal, and whether each came true."""
    n = draw(st.integers(1, 40))
    tenths = draw(arrays(int, n, elements=st.integers(0, 10)))
    return tenths / 10, draw(arrays(int, n, elements=st.integers(0, 1))).astype(float)


@st.composite
def ensembles(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Sorted, equally likely values of some forecasts, and their outturns; ties among them."""
    n_forecasts, n_values = draw(st.integers(1, 5)), draw(st.integers(1, 30))
    values = st.integers(-30, 60).map(float) | st.floats(-30, 60)
    quantiles = draw(arrays(float, (n_forecasts, n_values), elements=values))
    return np.sort(quantiles, axis=1), draw(arrays(float, n_forecasts, elements=values))


# Probabilities ------------------------------------------------------------------------------------


def test_the_brier_score_is_the_squared_distance_to_what_happened():
    assert brier([0.7, 0.7, 1.0], [1, 0, 1]) == pytest.approx([0.09, 0.49, 0.0])


def test_the_log_score_counts_what_was_given_to_what_happened():
    assert log_score([0.7, 0.7], [1, 0], 100) == pytest.approx([-np.log(0.7), -np.log(0.3)])


@pytest.mark.parametrize("hit", [0, 1])
def test_no_path_of_a_hundred_means_less_than_half_a_path_and_not_never(hit: int):
    wrong, right = 1.0 - hit, float(hit)
    assert log_score(wrong, hit, 100) == pytest.approx(-np.log(0.005))
    assert log_score(right, hit, 100) == pytest.approx(-np.log(0.995))


@given(judged_forecasts())
def test_scores_of_probabilities_are_those_of_another_program(forecasts):
    p, hit = forecasts
    assert brier(p, hit) == pytest.approx(scoringrules.brier_score(hit, p))
    inner = np.clip(p, 0.005, 0.995)
    assert log_score(p, hit, 100) == pytest.approx(scoringrules.log_score(hit, inner))


# Distributions ------------------------------------------------------------------------------------


def test_the_crps_of_two_values_worked_by_hand():
    """|X - y| is 1 and 3 on average 2; |X - X'| is 0, 2, 2, 0, so 1 on average: 2 - 1 / 2."""
    assert crps(np.array([[1.0, 3.0]]), [0.0]) == pytest.approx([1.5])


def test_the_crps_of_one_value_is_its_distance():
    assert crps(np.array([[6.5], [6.5]]), [8.0, 6.5]) == pytest.approx([1.5, 0.0])


def test_the_crps_of_many_quantiles_is_that_of_the_normal_distribution():
    levels = (np.arange(2000) + 0.5) / 2000
    values = norm.ppf(levels, 7.0, 2.0)
    expected = scoringrules.crps_normal(np.array([4.0, 7.0, 9.5]), 7.0, 2.0)
    assert crps(np.tile(values, (3, 1)), [4.0, 7.0, 9.5]) == pytest.approx(expected, rel=2e-3)


@given(ensembles())
def test_the_crps_is_that_of_another_program(forecasts):
    quantiles, outturn = forecasts
    expected = scoringrules.crps_ensemble(outturn, quantiles, estimator="nrg")
    assert crps(quantiles, outturn) == pytest.approx(expected, abs=1e-9)


@given(ensembles(), st.floats(-10, 10), st.floats(0.1, 5))
def test_the_crps_moves_with_the_unit_and_not_with_the_place(forecasts, shift, unit):
    quantiles, outturn = forecasts
    changed = crps(shift + unit * quantiles, shift + unit * outturn)
    assert changed == pytest.approx(unit * crps(quantiles, outturn), abs=1e-8)


def test_an_outturn_equal_to_a_value_counts_it_half():
    values = np.array([[1.0, 2.0, 3.0, 4.0]] * 4)
    assert pit(values, [2.0, 2.5, 0.0, 9.0]) == pytest.approx([0.375, 0.5, 0.0, 1.0])


@given(ensembles())
def test_seen_in_a_mirror_the_pit_is_one_less_itself(forecasts):
    quantiles, outturn = forecasts
    mirrored = pit(-quantiles[:, ::-1], -outturn)
    assert mirrored == pytest.approx(1 - pit(quantiles, outturn))


def test_outturns_drawn_from_the_forecast_fall_evenly():
    rng = np.random.default_rng(11)
    values = np.sort(rng.standard_normal((4000, 99)), axis=1)
    found = pit(values, rng.standard_normal(4000))
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.03)
    assert coverage(found, 0.8) == pytest.approx(0.8, abs=0.03)


def test_coverage_counts_both_ends_of_the_band():
    assert coverage([0.05, 0.1, 0.5, 0.9, 0.95], 0.8) == pytest.approx(0.6)
    assert coverage([0.05, 0.1, 0.5, 0.9, 0.95], 0.9) == pytest.approx(1.0)


# Reliability --------------------------------------------------------------------------------------


def diagram(probability, hit) -> Reliability:
    rng = np.random.default_rng(18)
    return reliability(probability, hit, level=0.9, n_draws=5, rng=rng)


def test_a_reliability_diagram_worked_by_hand():
    """At .2 none of two came true, at .6 one of two, at .8 one of two: the last two agree.

    Brier is (.04 + .04 + .16 + .36 + .04 + .64) / 6 = 1.28 / 6; with 0, 0 and four times .5 it
    would be 1 / 6; a third came true, so the uncertainty is 2 / 9. The grid has steps of .025.
    """
    probability, hit = [0.8, 0.2, 0.6, 0.2, 0.8, 0.6], [1, 0, 1, 0, 0, 0]
    frequencies = isotonic_frequencies(probability, hit)
    assert frequencies == pytest.approx([0.5, 0, 0.5, 0, 0.5, 0.5])
    shown = diagram(probability, hit)
    assert len(shown.stated) == len(shown.lower) == len(shown.upper) == 25
    assert (shown.stated[0], shown.stated[-1]) == pytest.approx((0.2, 0.8))
    at = dict(zip(np.round(shown.stated, 3).tolist(), shown.observed, strict=True))
    assert [at[0.2], at[0.4], at[0.6], at[0.7], at[0.8]] == pytest.approx([0, 0.25, 0.5, 0.5, 0.5])
    assert shown.miscalibration == pytest.approx(1.28 / 6 - 1 / 6)
    assert shown.uncertainty == pytest.approx(2 / 9)
    assert shown.resolution == pytest.approx(2 / 9 - 1 / 6)


def test_the_histogram_counts_probabilities_by_tenths():
    """Nought is in the first tenth, and one in the last."""
    shown = diagram([0.0, 0.05, 0.35, 0.36, 0.95, 1.0], [0, 0, 1, 0, 1, 1])
    assert shown.histogram == [2, 0, 0, 2, 0, 0, 0, 0, 0, 2]


def test_frequencies_that_fall_are_pooled():
    assert isotonic_frequencies([0.1, 0.4, 0.7], [0, 1, 0]) == pytest.approx([0.0, 0.5, 0.5])


@given(judged_forecasts())
def test_the_parts_make_up_the_brier_score(forecasts):
    p, hit = forecasts
    found = diagram(p, hit)
    total = found.miscalibration - found.resolution + found.uncertainty
    assert total == pytest.approx(brier(p, hit).mean(), abs=1e-12)
    assert found.miscalibration >= -1e-12
    assert found.resolution >= -1e-12


@given(judged_forecasts())
def test_observed_frequencies_rise_and_are_one_for_each_probability(forecasts):
    p, hit = forecasts
    observed = isotonic_frequencies(p, hit)
    assert (np.diff(observed[np.argsort(p)]) >= -1e-12).all()
    for value in np.unique(p):
        assert np.ptp(observed[p == value]) == pytest.approx(0, abs=1e-12)
    assert observed.mean() == pytest.approx(hit.mean())


@given(judged_forecasts(), st.randoms(use_true_random=False))
def test_the_order_of_the_forecasts_changes_no_diagram(forecasts, random):
    p, hit = forecasts
    order = list(range(len(p)))
    random.shuffle(order)
    one, other = diagram(p, hit), diagram(p[order], hit[order])
    assert one.observed == pytest.approx(other.observed)
    assert (one.lower, one.upper) == (other.lower, other.upper)
    assert one.miscalibration == pytest.approx(other.miscalibration, abs=1e-12)


def test_probabilities_that_are_true_to_the_letter_are_not_miscalibrated():
    found = diagram(np.repeat([0.25, 0.75], 4), [0, 0, 0, 1, 0, 1, 1, 1])
    assert found.miscalibration == pytest.approx(0)


def test_the_band_covers_the_diagram_of_calibrated_forecasts():
    rng = np.random.default_rng(12)
    p = np.sort(rng.random(300))
    lower, upper = consistency_band(p, 0.9, n_draws=200, rng=rng)
    assert (lower <= upper).all()
    within = (p > 0.05) & (p < 0.95)  # at the ends the isotonic fit is 0 and 1
    assert ((lower <= p) & (p <= upper))[within].all()
    hits = rng.random((20, 300)) < p
    inside = [(lower <= o) & (o <= upper) for o in (isotonic_frequencies(p, y) for y in hits)]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)


def test_the_band_shows_where_forecasts_were_too_bold():
    rng = np.random.default_rng(13)
    p = np.sort(rng.random(400))
    lower, upper = consistency_band(p, 0.9, n_draws=200, rng=rng)
    hits = rng.random(400) < 0.5
    observed = isotonic_frequencies(p, hits)
    assert ((observed < lower) | (observed > upper)).mean() > 0.4


# Joint forecasts ----------------------------------------------------------------------------------


@st.composite
def joint_forecasts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Paths of some quantities at once, and what came; ties among them."""
    n_paths, n = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    values = st.integers(-30, 60).map(float) | st.floats(-30, 60)
    paths = draw(arrays(float, (n_paths, n), elements=values))
    return paths, draw(arrays(float, n, elements=values))


def test_the_energy_score_of_two_paths_worked_by_hand():
    """(0, 0) and (3, 4) are 5 apart; to (3, 0) it is 3 and 4: 3.5 less 5 x 2 / 4 / 2."""
    assert energy_score(np.array([[0.0, 0.0], [3.0, 4.0]]), [3.0, 0.0]) == pytest.approx(2.25)


def test_the_energy_score_of_one_quantity_is_its_crps():
    values = np.array([1.0, 2.0, 6.0])
    assert energy_score(values[:, None], [3.0]) == pytest.approx(crps(values[None], [3.0])[0])


def test_the_variogram_score_of_two_paths_worked_by_hand():
    """The quantities are 1 and 9 apart, so sqrt 1 and 3, 2 on average; they came 4 apart, so 2.

    Where they come 16 apart it is 4, and (4 - 2)^2 counts each way round.
    """
    paths = np.array([[0.0, 1.0], [0.0, 9.0]])
    assert variogram_score(paths, [5.0, 9.0]) == pytest.approx(0.0)
    assert variogram_score(paths, [5.0, 21.0]) == pytest.approx(8.0)


@given(joint_forecasts())
def test_scores_of_joint_forecasts_are_those_of_another_program(forecast):
    paths, outturn = forecast
    expected = scoringrules.es_ensemble(outturn, paths, estimator="nrg")
    assert energy_score(paths, outturn) == pytest.approx(expected, abs=1e-9)
    expected = scoringrules.vs_ensemble(outturn, paths, p=0.5)
    assert variogram_score(paths, outturn) == pytest.approx(expected, abs=1e-7)
