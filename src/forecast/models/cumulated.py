"""Monthly growth behind year-to-date growth: the state space form of `drift` and `nowcast`.

Growth of a month on a year earlier is a local level, plus what loads on related series:

    g_t = mu_t + sum_k l_k f_kt + e_t,    mu_t = mu_(t-1) + h_t
    f_kt = nu_kt + u_kt,                  nu_kt = phi nu_k(t-1) + n_kt

f_k is the growth of a related series in units of its own noise, known up to that series' last
month. The office publishes YTD growth, S_t = (W_(t-1) / W_t) S_(t-1) + (w_t / W_t) g_t with
base-year shares w, and now and then growth of a span that does not start in January, which a
second accumulator follows. So any mixture of spans and any ragged edge is observed exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from statsmodels.tsa.statespace.mlemodel import MLEModel

from forecast.base.months import MONTHS_A_YEAR, month
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.shared import Shared
from forecast.models.statespace import filter_pass

_DIFFUSE = 1e4
_LARGE_VARIANCE = 1e4
_PERSISTENCE = 0.982  # of a related series' growth about its mean, as in `sarima`
_ROUNDED = 1e-4  # variance of a related series' growth about its published value


@dataclass(frozen=True, slots=True)
class Grid:
    """The cumulators, observations and their variances on the months of a history.

    Arrays have one row a month; `carry` and `gain` have two columns, YTD and part of the year,
    and `observed` and `noise` one more for each related series.
    """

    carry: FloatArray
    gain: FloatArray
    observed: FloatArray
    noise: FloatArray

    def until(self, n_months: int) -> Grid:
        """Return the first months alone."""
        return Grid(*(a[:n_months] for a in self._arrays()))

    def since(self, n_months: int) -> Grid:
        """Return the months after the first ones."""
        return Grid(*(a[n_months:] for a in self._arrays()))

    def _arrays(self) -> tuple[FloatArray, ...]:
        return self.carry, self.gain, self.observed, self.noise


@dataclass(frozen=True, slots=True)
class Motion:
    """How growth moves: variance of a month's noise, of the level in units of it, and loadings.

    The level of a related series moves by as much in units of its noise.
    """

    variance: float
    signal_to_noise: float
    loadings: tuple[float, ...] = ()


def grid_of(history: History, expected_sd: float, related: Mapping[Series, float]) -> Grid:
    """Return what is observed; expected figures carry the given extra standard deviation.

    `related` holds the standard deviation of the monthly noise of each related series in use.
    """
    start = month(history.first_year, 1)
    carry, gain = history.cumulator()
    n = carry.size
    rounding = (10.0**-history.indicator.decimals) ** 2 / 12
    observed, noise = np.full((n, 2), np.nan), np.full((n, 2), rounding)
    observed[:, 0] = history.growth.year_to_date.ravel()
    for when in history.expected:
        noise[when - start, 0] += expected_sd**2
    part_carry, part_gain = np.zeros(n), np.ones(n)
    taken: set[int] = set()
    for part in history.growth.parts:
        months = range(part.span.first - start, part.span.last - start + 1)
        if taken.isdisjoint(months) and months[0] >= 0:
            taken.update(months)
            shares = history.shares.ravel()[months[0] : months[-1] + 1]
            running = np.cumsum(shares)
            part_carry[months[0] : months[-1] + 1] = np.r_[0.0, running[:-1]] / running
            part_gain[months[0] : months[-1] + 1] = shares / running
            observed[months[-1], 1] = part.growth_pct
    factors = _factors(history, related)
    observed = np.c_[observed, factors]
    noise = np.c_[noise, np.full(factors.shape, _ROUNDED)]
    return Grid(np.c_[carry, part_carry], np.c_[gain, part_gain], observed, noise)


def monthly_growth(history: History) -> FloatArray:
    """Return growth of each month in per cent, from YTD growth and base-year shares.

    The months since the point before have g = (W_t S_t - W_k S_k) / (W_t - W_k) together; it stands
    in the last of them, and NaN elsewhere.
    """
    settled = history.settled
    if history.indicator.is_stock:
        return np.asarray(settled.ravel())
    growth = np.full(settled.shape, np.nan)
    for row, (values, shares) in enumerate(zip(settled, history.shares, strict=True)):
        done = np.r_[0.0, np.cumsum(shares)]
        before, total = 0, 0.0
        for m in np.flatnonzero(np.isfinite(values)) + 1:
            now = done[m] * values[m - 1]
            growth[row, m - 1] = (now - total) / (done[m] - done[before])
            before, total = int(m), float(now)
    return growth.ravel()


def _factors(history: History, noise_pp: Mapping[Series, float]) -> FloatArray:
    """Return the related series' monthly growth on the history's months, in units of their noise.

    Each is centred on its mean, which the level of the series itself takes up.
    """
    start = month(history.first_year, 1)
    factors = np.full((history.shares.size, len(noise_pp)), np.nan)
    for column, (series, noise) in enumerate(noise_pp.items()):
        related = history.related[series]
        growth = monthly_growth(related) / noise
        shift = month(related.first_year, 1) - start
        at = np.arange(growth.size) + shift
        inside = (at >= 0) & (at < len(factors))
        factors[at[inside], column] = growth[inside] - np.nanmean(growth)
    return factors


class CumulatedLevel(MLEModel):  # type: ignore[misc]  # statsmodels has no types
    """The state space form: states are mu, the two accumulators, and nu and u of each series."""

    def __init__(self, grid: Grid) -> None:
        n_factors = grid.observed.shape[1] - 2
        n_states = 3 + 2 * n_factors
        super().__init__(grid.observed, k_states=n_states, k_posdef=2 + 2 * n_factors)
        self.grid = grid
        self._loadings: tuple[float, ...] | None = None
        design = np.zeros((2 + n_factors, n_states))
        design[0, 1] = design[1, 2] = 1.0
        for k in range(n_factors):
            design[2 + k, [3 + k, 3 + n_factors + k]] = 1.0
        self["design"] = design
        noise = np.zeros((2 + n_factors, 2 + n_factors, len(grid.observed)))
        noise[range(2 + n_factors), range(2 + n_factors)] = grid.noise.T
        self["obs_cov"] = noise
        self.ssm.filter_univariate = True  # one observation at a time is faster, and the same

    def moving(self, motion: Motion) -> CumulatedLevel:
        """Set the motion; return the model itself."""
        if motion.loadings != self._loadings:
            # statsmodels moves from t to t + 1 with the matrices of t, so months are shifted by one
            carry, gain = np.roll(self.grid.carry, -1, axis=0), np.roll(self.grid.gain, -1, axis=0)
            self["transition"], self["selection"] = steps(carry, gain, motion.loadings)
            self._loadings = motion.loadings
        shocks = np.diag(_shock_variances(motion))
        self["state_cov"] = shocks
        first = steps(np.zeros((1, 2)), self.grid.gain[:1], motion.loadings)
        transition, selection = (matrix[:, :, 0] for matrix in first)
        levels = np.zeros(len(transition))
        levels[[0, *range(3, 3 + len(motion.loadings))]] = _DIFFUSE
        if motion.variance > _LARGE_VARIANCE:  # of a balance in a large unit
            levels[0] = _DIFFUSE * motion.variance
        start = transition @ np.diag(levels) @ transition.T + selection @ shocks @ selection.T
        self.ssm.initialize_known(np.zeros(len(levels)), start)
        return self


def steps(
    carry: FloatArray, gain: FloatArray, loadings: tuple[float, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return transition and selection of every month, months last.

    Shocks are h and e, then n and u of each series.
    """
    n, k = len(carry), len(loadings)
    transition, selection = np.zeros((3 + 2 * k, 3 + 2 * k, n)), np.zeros((3 + 2 * k, 2 + 2 * k, n))
    levels, noises = range(3, 3 + k), range(3 + k, 3 + 2 * k)
    transition[0, 0] = selection[0, 0] = 1.0
    transition[levels, levels] = _PERSISTENCE
    selection[levels, range(2, 2 + k)] = 1.0
    selection[noises, range(2 + k, 2 + 2 * k)] = 1.0
    growth_of_states = np.r_[1.0, 0.0, 0.0, _PERSISTENCE * np.array(loadings), np.zeros(k)]
    growth_of_shocks = np.r_[1.0, 1.0, loadings, loadings]
    for column in (0, 1):
        transition[1 + column] = np.outer(growth_of_states, gain[:, column])
        transition[1 + column, 1 + column] += carry[:, column]
        selection[1 + column] = np.outer(growth_of_shocks, gain[:, column])
    return transition, selection


def _shock_variances(motion: Motion) -> FloatArray:
    n = len(motion.loadings)
    own = [motion.signal_to_noise * motion.variance, motion.variance]
    return np.array([*own, *[motion.signal_to_noise] * n, *[1.0] * n])


def distribution_ahead(grid: Grid, n_known: int, motion: Motion) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of YTD growth in the months after the first `n_known`.

    They are conditional on what is out of these months already: expected figures, single months,
    related series.
    """
    filtered = filter_pass(CumulatedLevel(grid.until(n_known)).moving(motion))
    ahead, k = grid.since(n_known), len(motion.loadings)
    n, n_states, n_shocks = len(ahead.carry), 3 + 2 * k, 2 + 2 * k
    variances = _shock_variances(motion)
    n_sources = n_states + n * n_shocks
    source = np.diag(np.r_[np.zeros(n_states), np.tile(variances, n)])
    source[:n_states, :n_states] = filtered.filtered_state_cov[:, :, -1]
    centre = np.r_[filtered.filtered_state[:, -1], np.zeros(n * n_shocks)]
    transition, selection = steps(ahead.carry, ahead.gain, motion.loadings)
    state, rows = np.eye(n_states, n_sources), []
    for j in range(n):
        state = transition[:, :, j] @ state
        state[:, n_states + j * n_shocks : n_states + (j + 1) * n_shocks] = selection[:, :, j]
        rows.append(np.concatenate([state[1:3], state[3 : 3 + k] + state[3 + k :]]))
    maps = np.stack(rows, axis=1).reshape(-1, n_sources)  # S of n months, then P, then each f
    return _conditioned(maps @ centre, maps @ source @ maps.T, ahead)


def _conditioned(
    mean: FloatArray, covariance: FloatArray, ahead: Grid
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution of YTD growth given what is observed of the months ahead."""
    n = len(ahead.carry)
    observed = ahead.observed.T.ravel()
    seen = np.flatnonzero(np.isfinite(observed))
    if seen.size:
        noisy = covariance[np.ix_(seen, seen)] + np.diag(ahead.noise.T.ravel()[seen])
        gain = np.linalg.solve(noisy, covariance[seen]).T
        mean = mean + gain @ (observed[seen] - mean[seen])
        covariance = covariance - gain @ covariance[seen]
    return mean[:n], (covariance[:n, :n] + covariance[:n, :n].T) / 2


def n_settled_months(history: History) -> int:
    """Return how many months of the grid end with the last published one."""
    last = history.last_published
    return 0 if last is None else last + 1 - month(history.first_year, 1)


def monthly_noise_pp(shared: Shared, history: History) -> float:
    """Return the standard deviation of a month's noise that the series' scale stands for.

    The move of YTD growth from month k to December has a variance in closed form under the model
    with equal shares; the scale times the profile is the typical size of that move.
    """
    months = np.arange(1, MONTHS_A_YEAR)
    moves = np.array([shared.typical_move(history, int(k)) for k in months])
    unit = np.array([_unit_move(int(k), shared.signal_to_noise) for k in months])
    return shared.scale_of(history).scale_pp * float(np.mean(moves / unit))


def _unit_move(months_known: int, signal_to_noise: float) -> float:
    """Return the standard deviation of S_12 - S_k where noise is 1 and shares are equal."""
    weights = np.full(MONTHS_A_YEAR, 1 / MONTHS_A_YEAR)
    weights[:months_known] -= 1 / months_known
    level = np.cumsum(weights[::-1])[::-1]
    return float(np.sqrt((weights**2).sum() + signal_to_noise * (level[1:] ** 2).sum()))


def expected_error_pp(shared: Shared, history: History) -> float:
    """Return the typical distance of growth from what an office expected, in percentage points."""
    return shared.scale_of(history).scale_pp * shared.typical_move(history, MONTHS_A_YEAR - 1)


@dataclass(frozen=True)
class FittedGrowth:
    """The model with its parameters: how growth moves, and with how many degrees of freedom.

    `related` holds the standard deviation of the monthly noise of each related series in use.
    """

    history: History
    motion: Motion
    degrees_of_freedom: float
    expected_sd: float
    related: Mapping[Series, float] = field(default_factory=dict)

    def update(self, history: History) -> FittedGrowth:
        """Return the same parameters on newer figures."""
        return replace(self, history=history)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return draws of YTD growth ahead from its joint distribution, a multivariate t."""
        mean, covariance = self.distribution()
        lower = np.linalg.cholesky(covariance + 1e-10 * np.trace(covariance) * np.eye(len(mean)))
        degrees = self.degrees_of_freedom
        spread = np.sqrt(degrees / rng.chisquare(degrees, n_paths))
        normal = rng.standard_normal((n_paths, len(mean)))
        return np.asarray(mean + spread[:, None] * (normal @ lower.T))

    def distribution(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of YTD growth in the months ahead, in closed form."""
        grid = grid_of(self.history, self.expected_sd, self.related)
        return distribution_ahead(grid, n_settled_months(self.history), self.motion)
