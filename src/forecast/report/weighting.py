"""Paths weighed by how near they come to what is given, and what weighed paths say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.history.levels import FloatArray

BANDWIDTH_SHARE = 0.2  # of the aggregate's own standard deviation on the paths, docs/method.md


def kernel_weights(
    aggregates: Sequence[FloatArray], given_pct: Sequence[float], bandwidths_pp: Sequence[float]
) -> FloatArray:
    """Return the weight of each path: a Gaussian kernel of every aggregate about what is given.

    The largest weight is 1. The paths so weighed are those of a world in which each aggregate was
    read off as given, with a normal error of the size of its bandwidth.
    """
    away = [
        (growth - at) / wide
        for growth, at, wide in zip(aggregates, given_pct, bandwidths_pp, strict=True)
    ]
    log_weights = -0.5 * np.square(away).sum(axis=0)
    return np.asarray(np.exp(log_weights - log_weights.max()))


def effective_size(weights: FloatArray) -> float:
    """Return the effective number of weighed paths, (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def weighed_quantiles(
    values: FloatArray, weights: FloatArray, levels: Sequence[float]
) -> list[float]:
    """Return quantiles of weighed values, on a line between the middles of their weights.

    With equal weights they are those of `numpy.quantile`.
    """
    order = np.argsort(values, kind="stable")
    ordered, heavy = values[order], weights[order]
    middle = np.cumsum(heavy) - heavy / 2
    rank = (middle - middle[0]) / (middle[-1] - middle[0])
    return [float(value) for value in np.interp(levels, rank, ordered)]
