"""The named streams of random numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray


def generator(seed: int, stream: str) -> np.random.Generator:
    """Return the stream of random numbers of that name.

    Each use of randomness has its own name, so that a new use does not change the other draws.
    """
    return np.random.default_rng([seed, zlib.crc32(stream.encode())])


@contextmanager
def own_global_state(seed: int) -> Iterator[None]:
    """Seed numpy's global generator for what knows no other, and restore it afterwards."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def coupled_quantiles(
    levels: NDArray[np.float64],
    quantiles: NDArray[np.float64],
    correlation: float,
    n_paths: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return paths with these quantiles by period and one rank correlation between periods.

    `quantiles` has shape (levels, periods), the paths have (n_paths, periods). Beyond the outermost
    levels the outermost quantile is repeated.
    """
    common, own = (
        rng.standard_normal((n_paths, 1)),
        rng.standard_normal((n_paths, quantiles.shape[1])),
    )
    normal = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    ranks = (normal.argsort(axis=0).argsort(axis=0) + 0.5) / n_paths
    by_period = zip(ranks.T, quantiles.T, strict=True)
    return np.stack([np.interp(rank, levels, values) for rank, values in by_period], axis=1)
