"""`nowcast` against the Gaussian law that its equations state, and on data simulated from it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.cumulated import FittedGrowth, Motion, monthly_growth
from forecast.models.nowcast import Nowcast
from forecast.models.shared import Shared
from strategies import history_of, indicator, row

NATION = Series("nation", "sales")
RATIO, VARIANCE, LOADING, SIZE = 0.05, 4.0, 1.5, 2.0
PERSISTENCE, DIFFUSE, ROUNDED = 0.982, 1e4, 1e-4
ROUNDING = 0.1**2 / 12
QUARTERS = [row(m3=7.0, m6=6.8, m9=6.9, m12=6.9), row(m3=6.1, m6=6.4, m12=6.5), row(m3=7.2)]


def running(monthly: FloatArray) -> FloatArray:
    """Return YTD growth of years of equal months."""
    return np.cumsum(monthly, axis=1) / np.arange(1, MONTHS_A_YEAR + 1)


def nation(monthly: FloatArray) -> History:
    return history_of(running(monthly), area="nation")


def district(own: list[list[float]], monthly: FloatArray) -> History:
    return history_of(own, area="district", related={NATION: nation(monthly)})


@pytest.fixture
def wandering() -> FloatArray:
    """Return simulated monthly growth of three years, known to August of the last."""
    rng = np.random.default_rng(6)
    growth = 8 + np.cumsum(0.6 * rng.standard_normal((3, 12)).ravel()).reshape(3, 12)
    growth[-1, 8:] = np.nan
    return growth


def by_brute_force(history: History, monthly: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of YTD growth ahead, by conditioning one large normal law.

    All shocks of all months are laid side by side; growth, the related series and every span are
    linear in them. Nothing is filtered and nothing cumulated.
    """
    n = monthly.size
    steps = np.arange(n)
    walk = np.tril(np.ones((n, n)))
    fading = np.tril(PERSISTENCE ** np.maximum(np.subtract.outer(steps, steps), 0))
    none = np.zeros((n, n))
    start, faded = np.ones((n, 1)), PERSISTENCE ** (1 + steps[:, None])
    # columns: first mu, h, e; first nu, n, u
    factor = np.hstack([0 * start, none, none, faded, fading, np.eye(n)])
    own = np.hstack([start, walk, np.eye(n), 0 * start, none, none]) + LOADING * factor
    sizes = [[DIFFUSE], [RATIO * VARIANCE] * n, [VARIANCE] * n, [DIFFUSE], [RATIO] * n, [1.0] * n]
    law = np.diag(np.concatenate(sizes))
    years = np.kron(np.eye(n // 12), np.tril(np.ones((12, 12))) / np.arange(1, 13)[:, None])
    to_date = years @ own

    settled, said = history.settled.ravel(), monthly.ravel()
    known, heard = np.isfinite(settled), np.isfinite(said)
    given = np.vstack([to_date[known], factor[heard]])
    values = np.r_[settled[known], (said[heard] - np.nanmean(said)) / SIZE]
    noise = np.r_[np.full(known.sum(), ROUNDING), np.full(heard.sum(), ROUNDED)]
    asked = to_date[len(to_date) - len(history.ahead) :]
    gain = np.linalg.solve(given @ law @ given.T + np.diag(noise), given @ law @ asked.T).T
    return gain @ values, asked @ law @ asked.T - gain @ given @ law @ asked.T


def fitted(history: History, loading: float = LOADING) -> FittedGrowth:
    motion = Motion(VARIANCE, RATIO, (loading,))
    return FittedGrowth(history, motion, 30.0, 0.5, {NATION: SIZE})


def test_the_distribution_is_the_law_of_its_equations(wandering: FloatArray):
    """The district speaks by quarters with one left out; the nation is five months ahead."""
    history = district(QUARTERS, wandering)
    expected = by_brute_force(history, wandering)
    mean, covariance = fitted(history).distribution()
    assert mean == pytest.approx(expected[0], abs=1e-4)
    assert covariance == pytest.approx(expected[1], rel=2e-3, abs=1e-4)


def test_without_a_loading_it_is_drift(wandering: FloatArray):
    history = district(QUARTERS, wandering)
    mean, covariance = fitted(history, loading=0.0).distribution()
    plain = FittedGrowth(history, Motion(VARIANCE, RATIO), 30.0, 0.5).distribution()
    assert mean == pytest.approx(plain[0], abs=1e-6)
    assert covariance == pytest.approx(plain[1], abs=1e-6)


def test_what_the_nation_says_after_the_district_moves_the_forecast(wandering: FloatArray):
    better = wandering.copy()
    better[-1, 3:8] += 2.0
    plain, lifted = (fitted(district(QUARTERS, m)).distribution() for m in (wandering, better))
    assert lifted[0][-1] > plain[0][-1] + 0.1
    assert lifted[1] == pytest.approx(plain[1])


def test_newer_months_of_the_nation_narrow_the_forecast(wandering: FloatArray):
    earlier = wandering.copy()
    earlier[-1, 4:] = np.nan
    more, less = (fitted(district(QUARTERS, m)).distribution()[1] for m in (wandering, earlier))
    assert more[-1, -1] < 0.95 * less[-1, -1]


def test_a_nation_that_is_not_ahead_is_no_help(wandering: FloatArray):
    same = wandering.copy()
    same[-1, 3:] = np.nan
    history = district(QUARTERS, same)
    assert not Nowcast().can_fit(history)
    with pytest.raises(NotEnoughHistory, match="no newer related series for district/sales"):
        Nowcast().fit(history, Shared())


def test_growth_of_months_undoes_what_accumulates(wandering: FloatArray):
    found = monthly_growth(nation(wandering))
    assert found[:32] == pytest.approx(wandering.ravel()[:32])
    assert np.isnan(found[32:]).all()


def test_months_published_as_one_stand_in_their_last_month():
    """January and February grew by 6 % together, March by 9 %: to March by 7 %."""
    found = monthly_growth(history_of([row(m2=6.0, m3=7.0)]))
    assert found[1:3] == pytest.approx([6.0, 9.0])
    assert np.isnan(found[[0, *range(3, 12)]]).all()


def test_a_stock_is_its_own_monthly_growth():
    stock = history_of([row(m1=5.0, m2=7.0)], entry=indicator(annual_rule="end_of_year"))
    assert monthly_growth(stock)[:2].tolist() == [5.0, 7.0]


def simulated(
    rng: np.random.Generator, n_years: int, loading: float, spoken: Sequence[int] = (3, 6, 9, 12)
) -> tuple[History, float]:
    """Return a simulated district, a nation by months, and the true last December.

    The district speaks after the months given, in the last year to March.
    """
    n = 12 * n_years
    factor = np.zeros(n)
    level = 0.0
    for t in range(n):
        level = PERSISTENCE * level + np.sqrt(RATIO) * rng.standard_normal()
        factor[t] = level + rng.standard_normal()
    mu = 8 + np.cumsum(np.sqrt(RATIO * VARIANCE) * rng.standard_normal(n))
    own = mu + loading * factor + np.sqrt(VARIANCE) * rng.standard_normal(n)
    growth = running(own.reshape(-1, 12))
    told = np.full(growth.shape, np.nan)
    for last in spoken:
        years = slice(None if last <= 3 else -1)
        told[years, last - 1] = growth[years, last - 1]
    said = 8 + SIZE * factor.reshape(-1, 12)
    said[-1, 8:] = np.nan
    return district(told.round(1).tolist(), said), float(growth[-1, -1])


@pytest.mark.parametrize("spoken", [range(1, 13), (3, 6, 9, 12), (6, 12), (12,)])
def test_bands_cover_as_often_as_they_say_however_rarely_a_district_speaks(spoken: Sequence[int]):
    """Known parameters, 300 districts: 80 % bands hold 80 % of Decembers, give or take 3 errors."""
    rng = np.random.default_rng(8)
    hits = []
    for _ in range(300):
        history, december = simulated(rng, 4, LOADING, spoken)
        one = replace(fitted(history), degrees_of_freedom=1e6)
        paths = one.simulate(400, rng)[:, -1]
        low, high = np.quantile(paths, [0.1, 0.9])
        hits.append(low <= december <= high)
    assert np.mean(hits) == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 300))


def test_a_loading_is_found_as_far_as_the_years_carry():
    """The prior stands at half; series that load by nothing and by much are told apart."""
    rng = np.random.default_rng(9)
    shared = Shared(typical_scale_pp=2.0)

    def found(loading: float) -> float:
        fits = [Nowcast().fit(simulated(rng, 15, loading)[0], shared) for _ in range(10)]
        return float(np.mean([fit.motion.loadings[0] for fit in fits]))

    none, much = found(0.0), found(4.0)
    assert much > none + 0.3
