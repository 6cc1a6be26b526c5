"""One set of paths from those of several models: the average of their quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.history import FloatArray


def quantile_average(members: Sequence[FloatArray]) -> FloatArray:
    """Return paths whose every month has the mean of the members' quantiles, equally weighted.

    Paths of each member, of shape (n_paths, months), are ranked by their December and averaged
    rank by rank, which gives the pooled December exactly (Vincent 1912; Lichtendahl, Grushka-
    Cockayne and Winkler 2013). Months before come out too narrow so: each is mapped back to the
    averaged quantiles of that month, in the order of the averaged paths.
    """
    ranked = [paths[np.argsort(paths[:, -1], kind="stable")] for paths in members]
    averaged = np.mean(ranked, axis=0)
    quantiles = np.mean([np.sort(paths, axis=0) for paths in members], axis=0)
    order = np.argsort(np.argsort(averaged, axis=0, kind="stable"), axis=0)
    pooled: FloatArray = np.take_along_axis(quantiles, order, axis=0)
    return pooled
