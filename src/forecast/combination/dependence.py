"""Dependence between the errors of an area's indicators, and joint paths that have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np
import pandas as pd

from forecast.archive.registry import Registry
from forecast.base.randomness import generator
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.verification.scores import normal_scores

_NEAR_MONTHS = 2.0  # forecasts with that many more or fewer months known count half or less
_HALF_LIFE_YEARS = 5.0  # as for weights of models
_PRIOR_YEARS = 40.0  # pairs differ no more than ten years make them: a spread of 0.16 at most
_PRIOR_YEARS_OF_MEAN = 10.0  # all pairs share their years, so that their mean is not sure either
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


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Normal scores of past errors, and how those of two indicators of an area go together."""

    scores: pd.DataFrame
    registry: Registry

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The sample correlation of each two indicators of one area, a row for each area.

        `kind` is "parts" where one of the two is a part of the other, "apart" where neither is a
        part of anything, else "mixed"; `n_years` is the effective number of years.
        """
        rows: list[tuple[str, str, str, str, float, float]] = []
        series = [Series.parse(reference) for reference in self.scores.columns]
        for area in dict.fromkeys(s.area for s in series):
            own = [s for s in series if s.area == area]
            scores = self.scores[[str(s) for s in own]].dropna(how="all")
            sample = _pairs(scores)
            for a, b in zip(*np.triu_indices(len(own), 1), strict=True):
                if n_years := sample.n_years[a, b]:
                    first, second = sorted((own[a].indicator, own[b].indicator))
                    kind = _kind(self.registry, area, first, second)
                    correlation = sample.correlation[a, b]
                    rows.append((area, first, second, kind, correlation, n_years))
        columns = ["area", "first", "second", "kind", "correlation", "n_years"]
        return pd.DataFrame(rows, columns=columns)

    def mean(self, *, of_parts: bool) -> float:
        """Return the mean correlation over all areas of parts with wholes, or of pairs apart.

        It is shrunk to 0 by the weight of ten years. Without any pair of the kind it is that of
        all pairs; without any pair it is 0.
        """
        pairs = self.pairs[self.pairs["kind"] == ("parts" if of_parts else "apart")]
        pairs = pairs if len(pairs) else self.pairs
        if not len(pairs):
            return 0.0
        n_years = pairs["n_years"]
        shrinkage = n_years.max() / (n_years.max() + _PRIOR_YEARS_OF_MEAN)
        return float(np.average(pairs["correlation"], weights=n_years) * shrinkage)

    @property
    def n_years(self) -> int:
        """The number of settled years."""
        years = self.scores.dropna(how="all").index.get_level_values("year")
        return int(years.nunique()) if len(self.pairs) else 0


def is_part_of_other(registry: Registry, area: str, first: str, second: str) -> bool:
    """Return whether one of two indicators of an area is a part of the other."""
    return second in registry.wholes_of(area, first) or first in registry.wholes_of(area, second)


def _kind(registry: Registry, area: str, first: str, second: str) -> str:
    if is_part_of_other(registry, area, first, second):
        return "parts"
    has_whole = any(registry.wholes_of(area, name) for name in (first, second))
    return "mixed" if has_whole else "apart"


def dependence(histories: Sequence[History], errors: PastErrors) -> Dependence:
    """Return the dependence between an area's indicators, in the order of the histories.

    By its number of years, a pair's correlation is shrunk to that of the same pair among the donor
    series or else in other areas, and that one to the mean over all areas of such pairs: of parts
    with their wholes, or of others. A pair without a record has that mean.
    """
    n = len(histories)
    if not n or not len(errors.pairs):
        return Dependence(np.eye(n), 0)
    listed = [(i, h.series) for i, h in enumerate(histories)]
    listed += [(i, s) for i, h in enumerate(histories) for s in h.indicator.donor_series(h.area)]
    months_known = np.array([histories[i].months_known for i, _ in listed], dtype=float)
    names = [str(series) for _, series in listed]
    every = _pairs(errors.scores.reindex(columns=names).dropna(how="all"), months_known)
    own = _Sample(every.correlation[:n, :n], every.n_years[:n, :n])
    elsewhere = _elsewhere(_donor_pairs(every, listed, n), histories, errors)
    correlation = _towards(own, _towards(elsewhere, _means(histories, errors)))
    np.fill_diagonal(correlation, 1.0)
    is_dependent = bool((correlation != np.eye(n)).any())
    return Dependence(positive_definite(correlation), errors.n_years if is_dependent else 0)


def _means(histories: Sequence[History], errors: PastErrors) -> FloatArray:
    """Return the mean correlation of pairs like each pair of the histories."""
    of_parts, of_others = errors.mean(of_parts=True), errors.mean(of_parts=False)
    means = np.full((len(histories), len(histories)), of_others)
    for (i, a), (j, b) in permutations(enumerate(histories), 2):
        if is_part_of_other(errors.registry, a.area, a.indicator.id, b.indicator.id):
            means[i, j] = of_parts
    return means


def _elsewhere(donors: _Sample, histories: Sequence[History], errors: PastErrors) -> _Sample:
    """Return the donors' correlations; of a pair without any, the mean of it in other areas."""
    correlation, n_years = donors.correlation.copy(), donors.n_years.copy()
    area = histories[0].area
    others = errors.pairs[errors.pairs["area"] != area]
    means = others.groupby(["first", "second"])[["correlation", "n_years"]].mean()
    places = {h.indicator.id: i for i, h in enumerate(histories)}
    for (first, second), (mean, years) in zip(means.index, means.to_numpy(), strict=True):
        if first in places and second in places:
            i, j = places[first], places[second]
            if not donors.n_years[i, j]:
                correlation[[i, j], [j, i]], n_years[[i, j], [j, i]] = mean, years
    return _Sample(correlation, n_years)


def _pairs(scores: pd.DataFrame, months_known: FloatArray | None = None) -> _Sample:
    """Return the correlation of each pair of columns about their means, over rows that have both.

    About their means, because two lasting biases are no dependence. A row weighs half as much as
    one five years later, and less the further its months known are from those of the columns'
    indicators, where these are given.
    """
    years = scores.index.get_level_values("year").to_numpy(dtype=np.int64)
    values = scores.to_numpy(dtype=float)
    is_observed = np.isfinite(values)
    months = scores.index.get_level_values("months_known").to_numpy(dtype=float)
    recency = 0.5 ** ((years.max(initial=0) - years) / _HALF_LIFE_YEARS)
    wanted = months[:, None] if months_known is None else months_known
    apart = np.abs(months[:, None] - wanted)
    weight = recency[:, None] * 0.5 ** (apart / _NEAR_MONTHS)
    sums = recency @ np.where(is_observed, values, 0.0)
    means = sums / np.maximum(recency @ is_observed, np.finfo(float).tiny)
    weighed = np.where(is_observed, values - means, 0.0) * np.sqrt(weight)
    square = (weighed**2).T @ is_observed  # of the first of a pair, where the second is observed
    norms = np.sqrt(square * square.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(norms > 0, weighed.T @ weighed / norms, 0.0)
    total, squares = np.zeros_like(norms), np.zeros_like(norms)
    for year in np.unique(years):
        counted = is_observed[years == year].astype(float)
        weights = recency[years == year][0] * (counted.T @ counted > 0)
        total, squares = total + weights, squares + weights**2
    n_years = np.divide(total**2, squares, out=np.ones_like(total), where=squares > 0)
    return _Sample(correlation, np.maximum(0.0, n_years - 1))  # the means cost a year


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


def _towards(sample: _Sample, prior: FloatArray) -> FloatArray:
    """Return correlations shrunk to a prior by the weight of `_PRIOR_YEARS`."""
    total = sample.n_years + _PRIOR_YEARS
    return np.asarray((sample.n_years * sample.correlation + _PRIOR_YEARS * prior) / total)


def positive_definite(correlation: FloatArray) -> FloatArray:
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
