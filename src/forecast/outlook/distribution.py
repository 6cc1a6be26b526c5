"""The distribution of annual growth over paths: its median, bands and quantiles, in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.archive.targets import round_half_up
from forecast.history.levels import FloatArray

EQUALLY_LIKELY = (np.arange(100) + 0.5) / 100
SURE_OF = (0.5, 0.8, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A median, and the ends of the band in which growth lies with 80 %."""

    median_pct: float
    lower80_pct: float
    upper80_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Band):
    """Growth of the year: mean, median and the bands in which it lies with 80 and 90 %.

    `quantiles_pct` are 100 equally likely values, the quantiles at 0.5 %, 1.5 % and so on.
    """

    mean_pct: float
    lower90_pct: float
    upper90_pct: float
    quantiles_pct: list[float]


def distribution(december: FloatArray) -> Distribution:
    """Return the distribution of annual growth over paths."""
    lower90, lower80, median, upper80, upper90 = np.quantile(december, (0.05, 0.1, 0.5, 0.9, 0.95))
    return Distribution(
        mean_pct=float(december.mean()),
        median_pct=float(median),
        lower80_pct=float(lower80),
        upper80_pct=float(upper80),
        lower90_pct=float(lower90),
        upper90_pct=float(upper90),
        quantiles_pct=np.quantile(december, EQUALLY_LIKELY).tolist(),
    )


def band(december: FloatArray) -> Band:
    """Return the median and the 80 % band of annual growth over paths."""
    lower, median, upper = np.quantile(december, (0.1, 0.5, 0.9)).tolist()
    return Band(median_pct=median, lower80_pct=lower, upper80_pct=upper)


def attainable_rates(
    december: FloatArray, decimals: int, *, at_most: bool = False
) -> dict[float, float]:
    """Return the growth in per cent, as published, that is attained with 50, 80 and 90 %.

    The highest rate whose `at_least` probability is so large; for `at_most` the lowest.
    """
    published = np.sort(round_half_up(december, decimals))
    n = len(published)
    rates = {}
    for sure in SURE_OF:
        index = int(np.ceil(sure * n)) - 1
        rates[sure] = float(published[index] if at_most else published[n - 1 - index])
    return rates


def quantiles(paths: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Return quantiles of paths by month, of shape (levels, months), in per cent."""
    return np.asarray(np.quantile(paths, levels, axis=0))
