"""Dependence between the errors of an area's indicators, and joint paths that have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.archive import BoolArray
from forecast.base.randomness import generator
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.verification.scores import normal_scores

_NEAR_MONTHS = 2.0  # forecasts with that many more or fewer months known count half or less
_HALF_LIFE_YEARS = 5.0  # as for weights of models
_PRIOR_YEARS = 10.0  # the standard error of a correlation is then the spread between pairs
_LEAST_EIGENVALUE = 1e-3


@dataclass(frozen=True)
class Dependence:
    """Correlations of the normal scores of errors, and the settled years behind them.

    Without a settled year, errors are taken as independent.
    """

    correlation: FloatArray
    n_years: int


@dataclass(frozen=True)
class _Sample:
    """Sample correlations of pairs, and the effective number of years behind each."""

    correlation: FloatArray
    n_years: FloatArray


def error_scores(pools: pd.DataFrame) -> pd.DataFrame:
    """Return normal scores of past errors: a row a year and months known, a column a series.

    `pools` holds one row a settled pooled forecast with `area`, `indicator`, `year`,
    `months_known` and `pit`.
    """
    named = pools[pools["pit"].notna()]
    named = named.assign(
        reference=named["area"] + "/" + named["indicator"], score=normal_scores(named["pit"])
    )
    return named.pivot_table(values="score", index=["year", "months_known"], columns="reference")


def dependence(histories: Sequence[History], errors: pd.DataFrame) -> Dependence:
    """Return the dependence between an area's indicators, in the order of the histories.

    `errors` holds those of settled forecasts, as from `error_scores`. By its number of years, a
    pair's correlation is shrunk to that of the same pair among the donor series, that one to the
    mean of all pairs, and the mean to 0. An indicator without a record, its own or a donor's, stays
    independent of all others.
    """
    n = len(histories)
    listed = [(i, h.series) for i, h in enumerate(histories)]
    listed += [(i, s) for i, h in enumerate(histories) for s in h.indicator.donor_series(h.area)]
    months_known = np.array([histories[i].months_known for i, _ in listed], dtype=float)
    scores = errors.reindex(columns=[str(series) for _, series in listed]).dropna(how="all")
    years = scores.index.get_level_values("year").to_numpy(dtype=np.int64)
    every = _pairs(scores, years, months_known)
    own = _Sample(every.correlation[:n, :n], every.n_years[:n, :n])
    has_record = np.zeros(n, dtype=bool)
    for column, (i, _) in enumerate(listed):
        has_record[i] |= bool(scores.iloc[:, column].notna().any())
    correlation = _shrunk(own, _donor_pairs(every, listed, n), has_record)
    is_dependent = bool((correlation != np.eye(n)).any())
    return Dependence(_positive_definite(correlation), np.unique(years).size if is_dependent else 0)


def _pairs(scores: pd.DataFrame, years: NDArray[np.int64], months_known: FloatArray) -> _Sample:
    """Return the correlation about zero of each pair of columns, over rows that have both.

    About zero, because the scores of a calibrated forecast have mean zero. A row weighs less the
    further its months known are from those of the columns' indicators, and half as much as one
    five years later.
    """
    values = scores.to_numpy(dtype=float)
    is_observed = np.isfinite(values)
    months = scores.index.get_level_values("months_known").to_numpy(dtype=float)
    recency = 0.5 ** ((years.max(initial=0) - years) / _HALF_LIFE_YEARS)
    apart = np.abs(months[:, None] - months_known)
    weight = recency[:, None] * 0.5 ** (apart / _NEAR_MONTHS)
    weighed = np.where(is_observed, values, 0.0) * np.sqrt(weight)
    square = (weighed**2).T @ is_observed  # of the first of a pair, where the second is observed
    norms = np.sqrt(square * square.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(norms > 0, weighed.T @ weighed / norms, 0.0)
    total, squares = np.zeros_like(norms), np.zeros_like(norms)
    for year in np.unique(years):
        counted = is_observed[years == year].astype(float)
        weights = recency[years == year][0] * (counted.T @ counted > 0)
        total, squares = total + weights, squares + weights**2
    n_years = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    return _Sample(correlation, n_years)


def _donor_pairs(every: _Sample, listed: Sequence[tuple[int, Series]], n: int) -> _Sample:
    """Return the correlations of each pair's donors, the mean where there are several.

    Two indicators with one donor in common have no pair there.
    """
    correlation, n_years = np.zeros((n, n)), np.zeros((n, n))
    count = np.zeros((n, n))
    donors = list(enumerate(listed))[n:]
    for a, (i, first) in donors:
        for b, (j, second) in donors:
            is_pair = first != second and first.area == second.area
            if i != j and is_pair and every.n_years[a, b]:
                correlation[i, j] += every.correlation[a, b]
                n_years[i, j] += every.n_years[a, b]
                count[i, j] += 1
    return _Sample(correlation / np.maximum(count, 1), n_years / np.maximum(count, 1))


def _shrunk(own: _Sample, donors: _Sample, has_record: BoolArray) -> FloatArray:
    """Return the pairs' correlations shrunk to the donors', these to the mean, that to 0."""
    pairs = np.triu(np.ones_like(own.correlation, dtype=bool), 1)
    sample = np.where(donors.n_years > 0, donors.correlation, own.correlation)
    n_years = np.where(donors.n_years > 0, donors.n_years, own.n_years)
    is_sampled = pairs & (n_years > 0)
    if not is_sampled.any():
        return np.eye(len(own.correlation))
    most = n_years[is_sampled].max()
    common = sample[is_sampled].mean() * most / (most + _PRIOR_YEARS)
    borrowed = _towards(donors, np.full_like(sample, common))
    correlation = np.where(np.outer(has_record, has_record), _towards(own, borrowed), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _towards(sample: _Sample, prior: FloatArray) -> FloatArray:
    """Return correlations shrunk to a prior by the weight of ten years."""
    total = sample.n_years + _PRIOR_YEARS
    return np.asarray((sample.n_years * sample.correlation + _PRIOR_YEARS * prior) / total)


def _positive_definite(correlation: FloatArray) -> FloatArray:
    """Return the correlations, shrunk to 0 by as little as makes the matrix positive definite."""
    least = float(np.linalg.eigvalsh(correlation)[0]) if len(correlation) else 1.0
    shrinkage = max(0.0, (_LEAST_EIGENVALUE - least) / (1 - least)) if least < 1 else 0.0
    return np.asarray((1 - shrinkage) * correlation + shrinkage * np.eye(len(correlation)))


def coupled_paths(
    paths: Mapping[str, FloatArray], correlation: FloatArray, seed: int, stream: str
) -> dict[str, FloatArray]:
    """Return the paths in a joint order: a Gaussian copula between their Decembers.

    `correlation` is in the order of `paths`. Each indicator keeps its own set of paths; the ranks
    of their last month follow correlated normal draws. Joint paths depend neither on the order of
    the indicators nor on an indicator that is independent of them.
    """
    if not paths:
        return {}
    given = list(paths)
    names = sorted(given)
    place = [given.index(name) for name in names]
    draws = np.stack(
        [generator(seed, f"{stream}/{n}").standard_normal(len(paths[n])) for n in names]
    )
    scores = dict(zip(names, _root(correlation[np.ix_(place, place)]) @ draws, strict=True))
    joint = {}
    for name, values in paths.items():
        joint[name] = np.empty_like(values)
        by_december = np.argsort(values[:, -1], kind="stable")
        joint[name][np.argsort(scores[name], kind="stable")] = values[by_december]
    return joint


def _root(correlation: FloatArray) -> FloatArray:
    """Return the symmetric square root of a correlation matrix, which may be singular."""
    values, vectors = np.linalg.eigh(correlation)
    values = np.where(values > 1e-12, values, 0.0)  # rounding errors would break ties
    return np.asarray((vectors * np.sqrt(values)) @ vectors.T)
