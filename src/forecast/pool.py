"""One set of paths from those of several models: the average of their quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.history import FloatArray

_POWER, _SHRINKAGE = 6, 0.25  # in a flat region, see docs/method.md
_PRIOR_YEARS, _HALF_LIFE_YEARS = 2.0, 5.0
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


def past_scores(densities: pd.DataFrame) -> pd.DataFrame:
    """Return one row a call and one column a model: CRPS in units of the series' scale.

    Rows are in the order of settling, with `settled_on`, `reference` (area/indicator), `year` and
    `months_known` in the index; NaN where a model did not take part.
    """
    named = densities.assign(
        scaled=densities["crps"] / densities["size_pp"],
        reference=densities["area"] + "/" + densities["indicator"],
    )
    return named.pivot_table(
        values="scaled",
        index=["settled_on", "reference", "year", "months_known"],
        columns="model",
        observed=True,
    )


def weights(
    past: pd.DataFrame, models: Sequence[str], months_known: int, reference: str
) -> FloatArray:
    """Return the models' weights in one series, from their past scores.

    `past` holds settled calls as from `past_scores`. The mean score of calls at about so many
    months known, over all series, and over the series' own, which outweighs that of all from two
    years on; their weighted geometric mean to the power of -6, shrunk by a quarter to equal. A
    model without past calls weighs as much as the mean.
    """
    level = past.index.get_level_values
    near = np.abs(level("months_known").to_numpy() - months_known) <= _NEAR_MONTHS
    years = level("year").to_numpy()[near]
    if np.unique(years).size < _FEWEST_YEARS:
        return np.full(len(models), 1 / len(models))
    scores = past.reindex(columns=list(models)).to_numpy(dtype=float)[near]
    recency = 0.5 ** ((years.max() - years) / _HALF_LIFE_YEARS)
    is_own = (level("reference") == reference)[near]
    n_own = np.unique(years[is_own]).size
    of_all, own = _mean_logs(scores, recency), _mean_logs(scores[is_own], recency[is_own])
    own = np.where(np.isnan(own), of_all, own)
    logs = (_PRIOR_YEARS * of_all + n_own * own) / (_PRIOR_YEARS + n_own)
    if np.isnan(logs).all():
        return np.full(len(models), 1 / len(models))
    strength = np.exp(-_POWER * (logs - np.nanmin(logs)))
    strength = np.where(np.isnan(strength), np.nanmean(strength), strength)
    learnt = strength / strength.sum()
    return np.asarray((1 - _SHRINKAGE) * learnt + _SHRINKAGE / len(models))


def _mean_logs(scores: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the logarithm of each column's weighted mean over what is there."""
    counted = np.where(np.isnan(scores), 0.0, weight[:, None])
    total = (counted * np.nan_to_num(scores)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(total / counted.sum(axis=0)))
