"""Proper scores of density and probability forecasts; lower is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecast.history.levels import FloatArray

_EDGE = 1 / 400
_GRID = np.linspace(0, 1, 41)


def brier(probability: ArrayLike, hit: ArrayLike) -> FloatArray:
    """Return (p - hit)^2 of each forecast (Brier 1950)."""
    return np.asarray((np.asarray(probability, float) - np.asarray(hit, float)) ** 2)


def log_score(probability: ArrayLike, hit: ArrayLike, n_paths: int) -> FloatArray:
    """Return -log of the probability of what happened, in nats.

    A share of n paths cannot tell 0 from less than half a path; it counts as half a path.
    """
    edge = 0.5 / n_paths
    p = np.clip(np.asarray(probability, float), edge, 1 - edge)
    return np.asarray(-np.log(np.where(np.asarray(hit, bool), p, 1 - p)))


def crps(quantiles: FloatArray, outturn: ArrayLike) -> FloatArray:
    """Return the continuous ranked probability score of equally likely values, in their unit.

    E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007, eq. 21); `quantiles` has shape
    (forecasts, values), sorted along the second axis.
    """
    n = quantiles.shape[1]
    distance = np.abs(quantiles - np.asarray(outturn, float)[:, None]).mean(axis=1)
    weights = (2 * np.arange(1, n + 1) - n - 1) / n**2
    return np.asarray(distance - quantiles @ weights)


def pit(quantiles: FloatArray, outturn: ArrayLike) -> FloatArray:
    """Return the probability integral transform: the share of values up to the outturn.

    A value equal to the outturn counts half, so that 0 and 1 are as far from the middle.
    """
    y = np.asarray(outturn, float)[:, None]
    return np.asarray(((quantiles < y).mean(axis=1) + (quantiles <= y).mean(axis=1)) / 2)


def normal_scores(pit_values: ArrayLike) -> FloatArray:
    """Return the standard normal quantiles of PITs.

    A past forecast is kept as 200 quantiles: outturns beyond them count as 1/400 or 399/400.
    """
    inside = np.clip(np.asarray(pit_values, dtype=float), _EDGE, 1 - _EDGE)
    from scipy.stats import norm  # late: readers of results score nothing and start fast

    return np.asarray(norm.ppf(inside))


def coverage(pit_values: ArrayLike, level: float) -> float:
    """Return the share of outturns inside the central band of a level such as 0.8."""
    tail = (1 - level) / 2
    values = np.asarray(pit_values, float)
    return float(((values >= tail) & (values <= 1 - tail)).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """The CORP reliability diagram on a grid of stated probabilities, and the Brier score's parts.

    `observed` are the isotonic frequencies at the stated probabilities, `lower` and `upper` the
    band in which they lie if every probability is true. The mean Brier score is miscalibration -
    resolution + uncertainty, exactly (Dimitriadis, Gneiting and Jordan 2021). `histogram` counts
    the forecasts' probabilities in ten equal bins.
    """

    stated: list[float]
    observed: list[float]
    lower: list[float]
    upper: list[float]
    histogram: list[int]
    miscalibration: float
    resolution: float
    uncertainty: float


def reliability(
    probability: ArrayLike, hit: ArrayLike, *, level: float, n_draws: int, rng: np.random.Generator
) -> Reliability:
    """Return the reliability diagram by isotonic regression of hits on probabilities.

    The grid keeps to the range of the probabilities. The consistency band of a level such as 0.9
    rests on `n_draws` simulated sets of hits.
    """
    p, y = np.asarray(probability, float), np.asarray(hit, float)
    fitted, order = isotonic_frequencies(p, y), np.argsort(p)
    stated, observed = p[order], fitted[order]
    lower, upper = consistency_band(p, level, n_draws=n_draws, rng=rng)
    grid = _GRID[(stated[0] <= _GRID) & (stated[-1] >= _GRID)]
    parts = brier_parts(p, y)
    return Reliability(
        stated=grid.tolist(),
        observed=np.interp(grid, stated, observed).tolist(),
        lower=np.interp(grid, stated, lower).tolist(),
        upper=np.interp(grid, stated, upper).tolist(),
        histogram=np.histogram(p, bins=10, range=(0, 1))[0].tolist(),
        miscalibration=parts.miscalibration,
        resolution=parts.discrimination,
        uncertainty=parts.uncertainty,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierParts:
    """The mean Brier score as miscalibration - discrimination + uncertainty, exactly (CORP).

    Discrimination, also called resolution, is how far the probabilities told hits from misses.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float


def brier_parts(probability: ArrayLike, hit: ArrayLike) -> BrierParts:
    """Return the parts of the mean Brier score of one or more forecasts."""
    p, y = np.asarray(probability, float), np.asarray(hit, float)
    recalibrated = float(brier(isotonic_frequencies(p, y), y).mean())
    uncertainty = float(y.mean() * (1 - y.mean()))
    return BrierParts(
        miscalibration=float(brier(p, y).mean()) - recalibrated,
        discrimination=uncertainty - recalibrated,
        uncertainty=uncertainty,
    )


def isotonic_frequencies(probability: ArrayLike, hit: ArrayLike) -> FloatArray:
    """Return the isotonic frequency of hits at each probability, equal at equal probabilities."""
    _, index, counts = np.unique(probability, return_inverse=True, return_counts=True)
    mean = np.bincount(index, weights=np.asarray(hit, float)) / counts
    from scipy.optimize import isotonic_regression  # late, for the same reason

    fitted: FloatArray = isotonic_regression(mean, weights=counts).x[index]
    return fitted


def consistency_band(
    probability: ArrayLike, level: float, *, n_draws: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return where the diagram lies if every probability is true, at sorted probabilities."""
    p = np.sort(np.asarray(probability, float))
    draws = np.stack([isotonic_frequencies(p, rng.random(p.size) < p) for _ in range(n_draws)])
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return lower, upper


def energy_score(paths: FloatArray, outturn: ArrayLike) -> float:
    """Return the energy score of a joint forecast: the CRPS of several quantities at once.

    E|X - y| - E|X - X'| / 2 with Euclidean distances (Gneiting and Raftery 2007, eq. 22); `paths`
    has shape (paths, quantities). Bring quantities to one scale first.
    """
    y = np.asarray(outturn, float)
    near = float(np.linalg.norm(paths - y, axis=1).mean())
    apart = sum(float(np.linalg.norm(paths - path, axis=1).sum()) for path in paths)
    return near - apart / (2 * len(paths) ** 2)


def variogram_score(paths: FloatArray, outturn: ArrayLike, *, power: float = 0.5) -> float:
    """Return the variogram score of a joint forecast, which tells right from wrong dependence.

    The sum over pairs, each way round, of (|y_i - y_j|^p - E|X_i - X_j|^p)^2 (Scheuerer and Hamill
    2015, eq. 12, equal weights); `paths` has shape (paths, quantities).
    """
    y = np.asarray(outturn, float)
    score = 0.0
    for i in range(paths.shape[1]):
        expected = (np.abs(paths - paths[:, [i]]) ** power).mean(axis=0)
        score += float(((np.abs(y - y[i]) ** power - expected) ** 2).sum())
    return score
