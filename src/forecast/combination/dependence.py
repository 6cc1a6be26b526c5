"""How the errors of an area's indicators go together, and paths put in such an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.archive import BoolArray
from forecast.base.randomness import generator
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.verification.scores import normal_scores

_NEAR_MONTHS = 2.0  # calls with as many months more or less known count by half or less
_HALF_LIFE_YEARS = 5.0  # as for weights of models
_PRIOR_YEARS = 10.0  # by then a correlation's own error is no more than pairs differ
_LEAST_EIGENVALUE = 1e-3


@dataclass(frozen=True)
class Dependence:
    """Correlations of the normal scores of errors, and the settled years behind them.

    Without any year errors are taken as independent.
    """

    correlation: FloatArray
    n_years: int


@dataclass(frozen=True)
class _Shown:
    """What past calls show of pairs: correlations, and how many years of now each is worth."""

    correlation: FloatArray
    n_years: FloatArray


def error_scores(pools: pd.DataFrame) -> pd.DataFrame:
    """Return normal scores of past errors, a row a call's year and months known, a column a series.

    `pools` holds one row a settled pooled call with `area`, `indicator`, `year`, `months_known`
    and `pit`.
    """
    named = pools[pools["pit"].notna()]
    named = named.assign(
        reference=named["area"] + "/" + named["indicator"], score=normal_scores(named["pit"])
    )
    return named.pivot_table(values="score", index=["year", "months_known"], columns="reference")


def dependence(histories: Sequence[History], errors: pd.DataFrame) -> Dependence:
    """Return how the errors of an area's indicators go together, in the order of the histories.

    `errors` holds those of settled calls, as from `error_scores`. A pair's correlation is shrunk,
    by its number of years, to that of the same pair in the area that both borrow from, that to the
    mean of all pairs, and the mean to none. An indicator without any record, its own or lent, stays
    independent of all others.
    """
    n = len(histories)
    listed = [(i, h.reference) for i, h in enumerate(histories)]
    listed += [(i, r) for i, h in enumerate(histories) for r in h.indicator.lenders(h.area)]
    known = np.array([histories[i].months_known for i, _ in listed], dtype=float)
    scores = errors.reindex(columns=[reference for _, reference in listed]).dropna(how="all")
    years = scores.index.get_level_values("year").to_numpy(dtype=np.int64)
    every = _pairs(scores, years, known)
    own = _Shown(every.correlation[:n, :n], every.n_years[:n, :n])
    has_record = np.zeros(n, dtype=bool)
    for column, (i, _) in enumerate(listed):
        has_record[i] |= bool(scores.iloc[:, column].notna().any())
    correlation = _shrunk(own, _lent(every, listed, n), has_record)
    is_learnt = bool((correlation != np.eye(n)).any())
    return Dependence(_positive_definite(correlation), np.unique(years).size if is_learnt else 0)


def _pairs(scores: pd.DataFrame, years: NDArray[np.int64], months_known: FloatArray) -> _Shown:
    """Return the correlation about zero of each two columns over rows that have both.

    About zero, since the scores of a calibrated forecast have no mean to be taken off. A row
    weighs less the further its months known are from those of the columns' indicators, and half
    as much as one five years later.
    """
    values = scores.to_numpy(dtype=float)
    there = np.isfinite(values)
    months = scores.index.get_level_values("months_known").to_numpy(dtype=float)
    recency = 0.5 ** ((years.max(initial=0) - years) / _HALF_LIFE_YEARS)
    apart = np.abs(months[:, None] - months_known)
    weight = recency[:, None] * 0.5 ** (apart / _NEAR_MONTHS)
    weighed = np.where(there, values, 0.0) * np.sqrt(weight)
    square = (weighed**2).T @ there  # of the first of a pair, where the second is there too
    size = np.sqrt(square * square.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(size > 0, weighed.T @ weighed / size, 0.0)
    total, squares = np.zeros_like(size), np.zeros_like(size)
    for year in np.unique(years):
        counted = there[years == year].astype(float)
        worth = recency[years == year][0] * (counted.T @ counted > 0)
        total, squares = total + worth, squares + worth**2
    n_years = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    return _Shown(correlation, n_years)


def _lent(every: _Shown, listed: Sequence[tuple[int, str]], n: int) -> _Shown:
    """Return what pairs show where they are borrowed from, the mean where there are several.

    Two indicators that borrow from one series have no pair there.
    """
    correlation, n_years = np.zeros((n, n)), np.zeros((n, n))
    count = np.zeros((n, n))
    lenders = list(enumerate(listed))[n:]
    for a, (i, one) in lenders:
        for b, (j, other) in lenders:
            is_pair = one != other and one.partition("/")[0] == other.partition("/")[0]
            if i != j and is_pair and every.n_years[a, b]:
                correlation[i, j] += every.correlation[a, b]
                n_years[i, j] += every.n_years[a, b]
                count[i, j] += 1
    return _Shown(correlation / np.maximum(count, 1), n_years / np.maximum(count, 1))


def _shrunk(own: _Shown, lent: _Shown, has_record: BoolArray) -> FloatArray:
    """Return the correlations of pairs shrunk to those lent, these to the mean, that to none."""
    pairs = np.triu(np.ones_like(own.correlation, dtype=bool), 1)
    shown = np.where(lent.n_years > 0, lent.correlation, own.correlation)
    n_shown = np.where(lent.n_years > 0, lent.n_years, own.n_years)
    is_shown = pairs & (n_shown > 0)
    if not is_shown.any():
        return np.eye(len(own.correlation))
    most = n_shown[is_shown].max()
    common = shown[is_shown].mean() * most / (most + _PRIOR_YEARS)
    borrowed = _towards(lent, np.full_like(shown, common))
    correlation = np.where(np.outer(has_record, has_record), _towards(own, borrowed), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _towards(shown: _Shown, prior: FloatArray) -> FloatArray:
    """Return correlations shrunk to a prior by the weight of ten years."""
    total = shown.n_years + _PRIOR_YEARS
    return np.asarray((shown.n_years * shown.correlation + _PRIOR_YEARS * prior) / total)


def _positive_definite(correlation: FloatArray) -> FloatArray:
    """Return the correlations, all shrunk to none by as little as makes them possible together."""
    least = float(np.linalg.eigvalsh(correlation)[0]) if len(correlation) else 1.0
    part = max(0.0, (_LEAST_EIGENVALUE - least) / (1 - least)) if least < 1 else 0.0
    return np.asarray((1 - part) * correlation + part * np.eye(len(correlation)))


def coupled(
    paths: Mapping[str, FloatArray], correlation: FloatArray, seed: int, stream: str
) -> dict[str, FloatArray]:
    """Return the paths in a joint order: a Gaussian copula between their Decembers.

    `correlation` is in the order of `paths`. Each indicator keeps its own set of paths; the ranks
    of their last month follow correlated normal draws. Neither the order of the indicators nor
    one that is independent of the others changes the joint paths of those.
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
    """Return the symmetric square root of a correlation matrix, of a singular one too."""
    values, vectors = np.linalg.eigh(correlation)
    values = np.where(values > 1e-12, values, 0.0)  # what is rounding would part equal ranks
    return np.asarray((vectors * np.sqrt(values)) @ vectors.T)
