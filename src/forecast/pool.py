"""One set of paths from those of several models: the average of their quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.history import FloatArray

_POWER, _SHRINKAGE = 8, 0.25  # chosen on the nation's calls to 2014, docs/method.md
_NEAR_MONTHS, _FEWEST_YEARS = 2, 3


def quantile_average(
    members: Sequence[FloatArray], weight: Sequence[float] | FloatArray | None = None
) -> FloatArray:
    """Return paths whose every month has the weighted mean of the members' quantiles.

    Without weights all count alike. Paths of each member, of shape (n_paths, months), are ranked
    by their December and averaged rank by rank, which gives the pooled December exactly (Vincent
    1912; Lichtendahl, Grushka-Cockayne and Winkler 2013). Months before come out too narrow so:
    each is mapped back to the averaged quantiles of that month, in the order of the paths.
    """
    ranked = [paths[np.argsort(paths[:, -1], kind="stable")] for paths in members]
    averaged = np.average(ranked, axis=0, weights=weight)
    columns = [np.sort(paths, axis=0) for paths in members]
    quantiles = np.average(columns, axis=0, weights=weight)
    order = np.argsort(np.argsort(averaged, axis=0, kind="stable"), axis=0)
    pooled: FloatArray = np.take_along_axis(quantiles, order, axis=0)
    return pooled


def weights(densities: pd.DataFrame, models: Sequence[str], months_known: int) -> FloatArray:
    """Return the models' weights, from their past scores, shrunk by a quarter to equal.

    The mean CRPS of settled calls at about so many months known, each in units of its series'
    scale, to the power of -8; a model without past calls weighs as much as the mean.
    """
    near = densities[(densities["months_known"] - months_known).abs() <= _NEAR_MONTHS]
    scaled = near["crps"] / near["size_pp"]
    past = scaled.groupby(near["model"]).mean().reindex(list(models)).to_numpy(dtype=float)
    if near["year"].nunique() < _FEWEST_YEARS or np.isnan(past).all():
        return np.full(len(models), 1 / len(models))
    strength = past**-_POWER
    strength = np.where(np.isnan(strength), np.nanmean(strength), strength)
    learnt = strength / strength.sum()
    return np.asarray((1 - _SHRINKAGE) * learnt + _SHRINKAGE / len(models))
