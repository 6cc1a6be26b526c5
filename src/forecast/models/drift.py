"""`drift`: monthly growth as a local level, observed only through what accumulates of it.

Growth of a month is g_t = mu_t + e_t with mu_t = mu_(t-1) + h_t. The office publishes YTD growth,
S_t = (W_(t-1) / W_t) S_(t-1) + (w_t / W_t) g_t with base-year shares w, and now and then growth of
a span that does not start in January, which a second accumulator follows. The ratio of the
variances of h and e is shared by all series; the size of e is the series' own, shrunk to the pool.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from statsmodels.tsa.statespace.mlemodel import MLEModel

from forecast.errors import NotEnoughHistory
from forecast.history import FloatArray, History
from forecast.models.shared import Shared
from forecast.spans import MONTHS_A_YEAR, month

_FEWEST_POINTS = 3
_LONGEST_SILENCE = 18  # months without a settled point after which the model has nothing to say
_DIFFUSE = 1e4


@dataclass(frozen=True, slots=True)
class Grid:
    """The cumulators, observations and their variances on the months of a history.

    Arrays have one entry a month; `carry` and `gain` have two columns: YTD and part of the year.
    """

    start: int
    carry: FloatArray
    gain: FloatArray
    observed: FloatArray
    noise: FloatArray

    def until(self, n_months: int) -> Grid:
        """Return the first months alone."""
        arrays = (a[:n_months] for a in (self.carry, self.gain, self.observed, self.noise))
        return Grid(self.start, *arrays)

    def since(self, n_months: int) -> Grid:
        """Return the months after the first ones."""
        arrays = (a[n_months:] for a in (self.carry, self.gain, self.observed, self.noise))
        return Grid(self.start + n_months, *arrays)


def grid_of(history: History, expected_sd: float) -> Grid:
    """Return what the model observes; expected figures carry the given extra deviation."""
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
    return Grid(start, np.c_[carry, part_carry], np.c_[gain, part_gain], observed, noise)


class CumulatedLevel(MLEModel):  # type: ignore[misc]  # statsmodels has no types
    """The state space form: states are mu and the two accumulators."""

    def __init__(self, grid: Grid, signal_to_noise: float) -> None:
        super().__init__(grid.observed, k_states=3, k_posdef=2)
        n = len(grid.observed)
        transition, selection = np.zeros((3, 3, n)), np.zeros((3, 2, n))
        transition[0, 0], selection[0, 0] = 1.0, 1.0
        # statsmodels moves from t to t + 1 with the matrices of t, so months are shifted by one
        for column in (0, 1):
            carry, gain = np.roll(grid.carry[:, column], -1), np.roll(grid.gain[:, column], -1)
            transition[1 + column, 1 + column], transition[1 + column, 0] = carry, gain
            selection[1 + column, 0], selection[1 + column, 1] = gain, gain
        self["design"] = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        self["transition"], self["selection"] = transition, selection
        noise = np.zeros((2, 2, n))
        noise[[0, 1], [0, 1]] = grid.noise.T
        self["obs_cov"] = noise
        self.ssm.filter_univariate = True  # one observation at a time is faster, and the same
        self.signal_to_noise = signal_to_noise
        self._first_gain = grid.gain[0]

    def with_size(self, variance: float) -> CumulatedLevel:
        """Set the variance of a month's noise; return the model itself."""
        self["state_cov"] = variance * np.diag([self.signal_to_noise, 1.0])
        b = np.r_[1.0, self._first_gain]
        start = _DIFFUSE * np.outer(b, b)
        start[1:, 1:] += variance * np.outer(b[1:], b[1:])
        self.ssm.initialize_known(np.zeros(3), start)
        return self


def months_size(shared: Shared, history: History) -> float:
    """Return the deviation of a month's noise that the series' scale stands for.

    The move of YTD growth from month k to December has a known variance under the model with
    equal shares; the scale times the profile is that move's size.
    """
    months = np.arange(1, MONTHS_A_YEAR)
    sizes = np.array([shared.size(history, int(k)) for k in months])
    unit = np.array([_unit_move(int(k), shared.signal_to_noise) for k in months])
    return shared.scale_of(history).size_pp * float(np.mean(sizes / unit))


def _unit_move(months_known: int, signal_to_noise: float) -> float:
    """Return the deviation of S_12 - S_k where a month's noise is 1 and shares are equal."""
    weights = np.full(MONTHS_A_YEAR, 1 / MONTHS_A_YEAR)
    weights[:months_known] -= 1 / months_known
    level = np.cumsum(weights[::-1])[::-1]
    return float(np.sqrt((weights**2).sum() + signal_to_noise * (level[1:] ** 2).sum()))


class Drift:
    """A local level of monthly growth behind the cumulator."""

    name = "drift"

    def can_fit(self, history: History) -> bool:
        """Return whether there are three points, one of them recent."""
        last = history.last_published
        if (
            last is None
            or not history.ahead
            or history.ahead.stop - 1 - last > _LONGEST_SILENCE + MONTHS_A_YEAR
        ):
            return False
        points = np.isfinite(history.settled).sum() + len(history.growth.parts)
        return bool(points >= _FEWEST_POINTS) and last >= month(history.year, 1) - _LONGEST_SILENCE

    def fit(self, history: History, shared: Shared) -> FittedDrift:
        """Return the model with the size of its noise at the posterior mode.

        The prior of the variance is inverse gamma with the pool's size and freedom.
        """
        if not self.can_fit(history):
            raise NotEnoughHistory(f"drift needs three points, one recent, in {history.reference}")
        prior, freedom = months_size(shared, history), shared.scale_of(history).freedom
        expected_sd = shared.scale_of(history).size_pp * shared.size(history, MONTHS_A_YEAR - 1)
        known = _n_settled_months(history)
        model = CumulatedLevel(grid_of(history, expected_sd).until(known), shared.signal_to_noise)

        def objective(log_variance: float) -> float:
            variance = float(np.exp(log_variance))
            penalty = (freedom / 2) * (prior**2 / variance + log_variance)
            return penalty - float(model.with_size(variance).loglike([]))

        centre = 2 * np.log(prior)
        found = minimize_scalar(
            objective, bounds=(centre - 5, centre + 5), method="bounded", options={"xatol": 0.02}
        )
        n_points = int(np.isfinite(model.endog).sum())
        return FittedDrift(
            history, shared.signal_to_noise, float(np.exp(found.x)), freedom + n_points, expected_sd
        )


def _n_settled_months(history: History) -> int:
    """Return how many months of the grid end with the last published one."""
    last = history.last_published
    return 0 if last is None else last + 1 - month(history.first_year, 1)


@dataclass(frozen=True)
class FittedDrift:
    """The model with its parameters: noise variance of a month, and the freedom it rests on."""

    history: History
    signal_to_noise: float
    variance: float
    freedom: float
    expected_sd: float

    def update(self, history: History) -> FittedDrift:
        """Return the same parameters on newer figures."""
        return replace(self, history=history)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return draws of YTD growth ahead from its joint distribution, heavy-tailed in size."""
        mean, covariance = self.distribution()
        lower = np.linalg.cholesky(covariance + 1e-10 * np.trace(covariance) * np.eye(len(mean)))
        spread = np.sqrt(self.freedom / rng.chisquare(self.freedom, n_paths))
        return mean + spread[:, None] * (rng.standard_normal((n_paths, len(mean))) @ lower.T)

    def distribution(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of YTD growth in the months ahead, in closed form.

        What is known of these months already (expected figures, single months) is conditioned on.
        """
        known = _n_settled_months(self.history)
        grid = grid_of(self.history, self.expected_sd)
        model = CumulatedLevel(grid.until(known), self.signal_to_noise).with_size(self.variance)
        filtered = model.ssm.filter()
        ahead = grid.since(known)
        maps = _maps(ahead)
        n = len(ahead.carry)
        shocks = np.r_[np.full(n, self.signal_to_noise), np.ones(n)] * self.variance
        source = np.zeros((3 + 2 * n, 3 + 2 * n))
        source[:3, :3] = filtered.filtered_state_cov[:, :, -1]
        source[range(3, 3 + 2 * n), range(3, 3 + 2 * n)] = shocks
        start = np.r_[filtered.filtered_state[:, -1], np.zeros(2 * n)]
        mean, covariance = maps @ start, maps @ source @ maps.T
        return _conditioned(mean, covariance, ahead)


def _maps(ahead: Grid) -> FloatArray:
    """Return YTD growth and part growth of each month ahead as linear maps.

    Columns are the three states at the last published month, then h and e of each month ahead;
    rows are the n months of YTD growth, then the n months of the part accumulator.
    """
    n = len(ahead.carry)
    level, running = np.eye(3, 3 + 2 * n)[0], np.eye(3, 3 + 2 * n)[1:]
    rows = np.empty((2, n, 3 + 2 * n))
    for j in range(n):
        level = level.copy()
        level[3 + j] = 1.0
        growth = level.copy()
        growth[3 + n + j] = 1.0
        running = ahead.carry[j][:, None] * running + ahead.gain[j][:, None] * growth
        rows[:, j] = running
    return rows.reshape(2 * n, -1)


def _conditioned(
    mean: FloatArray, covariance: FloatArray, ahead: Grid
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution of YTD growth given what is known of the months ahead."""
    n = len(ahead.carry)
    observed = ahead.observed.T.ravel()
    seen = np.flatnonzero(np.isfinite(observed))
    if seen.size:
        noisy = covariance[np.ix_(seen, seen)] + np.diag(ahead.noise.T.ravel()[seen])
        gain = np.linalg.solve(noisy, covariance[seen]).T
        mean = mean + gain @ (observed[seen] - mean[seen])
        covariance = covariance - gain @ covariance[seen]
    return mean[:n], (covariance[:n, :n] + covariance[:n, :n].T) / 2
