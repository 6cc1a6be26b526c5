"""`drift` against the Gaussian law that its equations state, and on data it simulated itself."""

from dataclasses import dataclass

import numpy as np
import pytest

from forecast.archive.registry import Indicator
from forecast.base.months import Span, month, year_of
from forecast.history.growth import Part
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.cumulated import FittedGrowth, Motion, monthly_noise_pp
from forecast.models.drift import Drift
from forecast.models.shared import Shared
from strategies import history_of, indicator, row

RATIO, VARIANCE = 0.2, 4.0
ROUNDING = 0.1**2 / 12
DIFFUSE = 1e4
SEASONAL = np.r_[0.05, 0.07, np.full(8, 0.08), 0.11, 0.13]


@dataclass(frozen=True)
class Seen:
    """Something published: growth of a span, and the variance of its error."""

    span: Span
    growth_pct: float
    noise: float


def by_brute_force(
    seen: list[Seen], ahead: range, start: int, shares: FloatArray, variance: float = VARIANCE
) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of YTD growth ahead, by conditioning one large normal law.

    Months have growth g_t = mu_t + e_t with mu_t a random walk from a diffuse start; a span grows
    by the share-weighted mean of its months. Nothing is filtered and nothing cumulated.
    """
    n = ahead.stop - start
    levels = DIFFUSE + RATIO * variance * np.minimum.outer(np.arange(n), np.arange(n))
    law = levels + variance * np.eye(n)
    weights = np.tile(shares, n // 12 + 1)[:n]

    def span_mean(span: Span) -> FloatArray:
        chosen = np.zeros(n)
        months = slice(span.first - start, span.last - start + 1)
        chosen[months] = weights[months] / weights[months].sum()
        return chosen

    given = np.array([span_mean(s.span) for s in seen])
    asked = np.array([span_mean(Span.year_to_date(year_of(m), m % 12 + 1)) for m in ahead])
    noisy = given @ law @ given.T + np.diag([s.noise for s in seen])
    gain = np.linalg.solve(noisy, given @ law @ asked.T).T
    mean = gain @ np.array([s.growth_pct for s in seen])
    return mean, asked @ law @ asked.T - gain @ given @ law @ asked.T


def settled(history: History) -> list[Seen]:
    """Return the published YTD growth of a history."""
    found = []
    for i, year in enumerate(history.settled):
        for m in np.flatnonzero(np.isfinite(year)):
            span = Span.year_to_date(history.first_year + i, int(m) + 1)
            found.append(Seen(span, float(year[m]), ROUNDING))
    return found


def fitted(history: History, expected_sd: float = 0.5) -> FittedGrowth:
    return FittedGrowth(history, Motion(VARIANCE, RATIO), 30.0, expected_sd)


def check(history: History, more: list[Seen], shares: FloatArray) -> None:
    """Compare the closed form with brute force."""
    start = month(history.first_year, 1)
    expected = by_brute_force([*settled(history), *more], history.ahead, start, shares)
    mean, covariance = fitted(history).distribution()
    assert mean == pytest.approx(expected[0], abs=1e-4)
    assert covariance == pytest.approx(expected[1], rel=1e-5, abs=1e-5)


MONTHLY = [
    row(m2=7.9, m3=8.1, m4=8.0, m5=8.3, m6=8.4, m7=8.2, m8=8.2, m9=8.1, m10=8.0, m11=8.0, m12=7.9),
    row(m2=6.9, m3=7.4, m4=7.5, m5=7.5),
]
QUARTERS = [row(m3=7.0, m6=6.8, m9=6.9, m12=6.9), row(m12=6.4), row(m6=7.2)]


@pytest.mark.parametrize("shares", [np.full(12, 1 / 12), SEASONAL], ids=["equal", "seasonal"])
@pytest.mark.parametrize("growth", [MONTHLY, QUARTERS], ids=["monthly", "quarterly"])
def test_the_distribution_is_the_law_of_its_equations(growth, shares):
    check(history_of(growth, shares=shares), [], shares)


def test_nothing_of_the_year_being_known_both_years_lie_ahead():
    history = history_of([*QUARTERS[:1], row(m3=7.0), row()], shares=SEASONAL)
    assert len(history.ahead) == 21
    check(history, [], SEASONAL)


def test_growth_of_a_part_of_the_year_is_conditioned_on():
    """April to June grew by 9 %, but nothing is known to March."""
    part = Part(Span(month(2018, 4), month(2018, 6)), 9.0)
    history = history_of([*QUARTERS[:1], row()], shares=SEASONAL, parts=[part])
    check(history, [Seen(part.span, 9.0, ROUNDING)], SEASONAL)


def test_growth_of_parts_of_past_years_is_conditioned_on():
    parts = [
        Part(Span(month(2016, 4), month(2016, 9)), 9.0),
        Part(Span(month(2017, 3), month(2017, 3)), 5.0),
        Part(Span(month(2017, 4), month(2017, 4)), 6.0),
    ]
    history = history_of([row(), row(), row(m6=7.0)], shares=SEASONAL, parts=parts)
    check(history, [Seen(p.span, p.growth_pct, ROUNDING) for p in parts], SEASONAL)


def test_single_months_ahead_are_conditioned_on():
    """Industry in 2019: every month since March, but no January and February."""
    parts = [Part(Span(month(2018, m), month(2018, m)), 5.0 + m / 10) for m in (3, 4, 5)]
    history = history_of([MONTHLY[0], row()], parts=parts)
    check(history, [Seen(p.span, p.growth_pct, ROUNDING) for p in parts], np.full(12, 1 / 12))


def test_an_expected_figure_has_the_extra_variance_it_is_given():
    when = month(2018, 12)
    history = history_of(QUARTERS, expected={when: 7.5}, shares=SEASONAL)
    more = [Seen(Span.year_to_date(2018, 12), 7.5, ROUNDING + 0.5**2)]
    check(history, more, SEASONAL)


def test_a_stock_is_seen_month_by_month():
    stock = indicator(annual_rule="end_of_year")
    growth = [row(**{f"m{m}": 8.0 + 0.1 * m for m in range(1, 13)}), row(m1=8.4, m2=8.0)]
    mean, covariance = fitted(history_of(growth, entry=stock)).distribution()
    steps = np.arange(1, 11)
    differences = np.diff(covariance[-1])
    assert np.ptp(mean) == pytest.approx(0, abs=1e-9)  # a random walk is expected to stay
    assert differences[:-1] == pytest.approx(np.full(8, RATIO * VARIANCE), rel=1e-6)
    assert np.diag(covariance) - covariance[0, 0] == pytest.approx(
        RATIO * VARIANCE * (steps - 1), rel=1e-6, abs=1e-8
    )


def variance_of_december(history: History, expected_sd: float = 0.5) -> float:
    return float(fitted(history, expected_sd).distribution()[1][-1, -1])


def test_an_expected_figure_tells_less_than_a_settled_one_and_more_than_none():
    september = month(2018, 9)
    none = history_of(QUARTERS)
    expected = history_of(QUARTERS, expected={september: 7.1})
    known = history_of([*QUARTERS[:2], row(m6=7.2, m9=7.1)])
    variances = [variance_of_december(h) for h in (known, expected, none)]
    assert variances == sorted(variances)
    assert np.diff(variances).min() > 0.01


def test_an_expected_december_leaves_what_it_may_be_off_by():
    history = history_of(QUARTERS, expected={month(2018, 12): 7.5})
    tight, wide = (variance_of_december(history, sd) for sd in (0.1, 1.0))
    assert tight == pytest.approx(0.1**2 + ROUNDING, rel=0.05)
    assert tight < wide < 1.0 + ROUNDING


def test_the_more_is_known_of_the_year_the_less_december_varies():
    year = MONTHLY[0]
    variances = [
        variance_of_december(history_of([MONTHLY[0], [*year[:k], *(12 - k) * [np.nan]]]))
        for k in range(2, 12)
    ]
    assert (np.diff(variances) < 0).all()


def test_paths_have_the_mean_and_spread_of_the_distribution():
    model = fitted(history_of(MONTHLY, shares=SEASONAL))
    mean, covariance = model.distribution()
    n = 40_000
    paths = model.simulate(n, np.random.default_rng(5))
    error = np.sqrt(np.diag(covariance) / n)
    assert (np.abs(paths.mean(axis=0) - mean) < 4 * error).all()
    degrees = model.degrees_of_freedom
    heavy = degrees / (degrees - 2)  # variance of a t distribution
    assert np.cov(paths.T) == pytest.approx(heavy * covariance, rel=0.05)


def test_more_silence_than_a_year_and_a_half_cannot_be_bridged():
    def said_until(year: int) -> History:
        return history_of([MONTHLY[0] if y == year else row() for y in range(2013, 2019)])

    assert Drift().can_fit(said_until(2016))
    assert not Drift().can_fit(said_until(2015))


def test_two_points_are_too_few():
    assert not Drift().can_fit(history_of([row(m12=7.0), row(m6=7.0)]))
    assert Drift().can_fit(history_of([row(m12=7.0), row(m3=7.1, m6=7.0)]))


# Recovery: simulated by the model itself ---------------------------------------------------------


def simulated(rng: np.random.Generator, n_years: int, size: float) -> FloatArray:
    """Return published YTD growth of years of a local level, without January."""
    n = 12 * n_years
    mu = 8 + np.cumsum(np.sqrt(RATIO) * size * rng.standard_normal(n))
    growth = (mu + size * rng.standard_normal(n)).reshape(n_years, 12)
    to_date = np.cumsum(growth * SEASONAL, axis=1) / np.cumsum(SEASONAL)
    to_date = np.round(to_date, 1)
    to_date[:, 0] = np.nan
    return to_date


def prior_for(size: float, entry: Indicator | None = None) -> Shared:
    """Return what would be shared if months of all series had noise of that size."""
    plain = history_of([row()], entry=entry)
    of_one = monthly_noise_pp(Shared(typical_scale_pp=1.0), plain)
    return Shared(typical_scale_pp=size / of_one)


def test_the_prior_is_the_size_that_it_is_given():
    assert monthly_noise_pp(prior_for(3.0), history_of([row()])) == pytest.approx(3.0)


@pytest.mark.parametrize("prior", [1.0, 2.0, 4.0])
def test_ten_years_of_months_say_how_large_the_noise_is(prior: float):
    rng, shared = np.random.default_rng(11), prior_for(prior)
    found = [
        Drift()
        .fit(history_of([*simulated(rng, 10, 2.0), row()], shares=SEASONAL), shared)
        .motion.variance
        for _ in range(20)
    ]
    assert np.sqrt(np.mean(found)) == pytest.approx(2.0, rel=0.08)


def test_a_single_year_leans_on_the_pool():
    history = history_of([row(m3=7.0, m6=7.1, m9=7.0), row()])
    sizes = [np.sqrt(Drift().fit(history, prior_for(p)).motion.variance) for p in (0.5, 2.0)]
    assert sizes[0] < 0.7 * sizes[1]


def share_within_the_band(known: int, n_years: int) -> float:
    """Return the share of simulated years that end within the band of four fifths."""
    rng = np.random.default_rng(17 + known)
    shared, inside = prior_for(2.0), []
    for _ in range(n_years):
        growth = simulated(rng, 5, 2.0)
        outturn = growth[-1, -1]
        growth[-1, known:] = np.nan
        history = history_of(growth, shares=SEASONAL)
        paths = Drift().fit(history, shared).simulate(300, rng)
        low, high = np.quantile(paths[:, -1], (0.1, 0.9))
        inside.append(low <= outturn <= high)
    return float(np.mean(inside))


@pytest.mark.parametrize("known", [0, 6, 9])
def test_four_fifths_of_simulated_years_end_within_the_band_of_four_fifths(known: int):
    """Of 400 years; of 4,000 in `make soak`."""
    assert abs(share_within_the_band(known, 400) - 0.8) < 0.05
