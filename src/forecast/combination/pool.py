"""One set of paths from those of several models: the average of their quantiles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.history.levels import FloatArray

_CLASS_YEARS = 3.0
_POWER, _SHRINKAGE = 10, 0.25  # in a flat region, see docs/method.md
_PRIOR_YEARS, _PRIOR_YEARS_OF_CLASS, _HALF_LIFE_YEARS = 2.0, 8.0, 5.0
_NEAR_MONTHS, _FEWEST_YEARS = 2, 3


def quantile_average(
    members: Sequence[FloatArray], weight: Sequence[float] | FloatArray | None = None
) -> FloatArray:
    """Return paths whose every month has the weighted mean of the members' quantiles.

    Without weights all count alike. Paths of each member, of shape (n_paths, months), are ranked
    by their December and averaged rank by rank, which gives the pooled December exactly (Vincent
    1912; Lichtendahl, Grushka-Cockayne and Winkler 2013). Averaging by rank makes the earlier
    months too narrow, so each is mapped back to the averaged quantiles of that month, in the order
    of the paths.
    """
    ranked = [paths[np.argsort(paths[:, -1], kind="stable")] for paths in members]
    averaged = np.average(ranked, axis=0, weights=weight)
    quantiles = np.average(np.sort(members, axis=1), axis=0, weights=weight)
    pooled = np.empty_like(quantiles)
    np.put_along_axis(pooled, np.argsort(averaged, axis=0, kind="stable"), quantiles, axis=0)
    return pooled


def past_scores(densities: pd.DataFrame) -> pd.DataFrame:
    """Return one row a forecast and one column a model: CRPS in units of the series' scale.

    Rows are in the order of settlement, with `settled_on`, `reference` (area/indicator),
    `series_class`, `year` and `months_known` in the index; NaN where a model did not take part.
    """
    named = densities.assign(
        scaled=densities["crps"] / densities["scale_pp"],
        reference=densities["area"] + "/" + densities["indicator"],
    )
    return named.pivot_table(
        values="scaled",
        index=["settled_on", "reference", "series_class", "year", "months_known"],
        columns="model",
        observed=True,
    )


@dataclass(frozen=True)
class Standing:
    """Scores of models over all series of a class, with about so many months known.

    `logs` holds the logarithms of the mean scores up to `last_year`; None with fewer than three
    years.
    """

    models: Sequence[str]
    months_known: int
    logs: FloatArray | None
    last_year: int = 0
    n_years: int = 0

    def weights(self, own: pd.DataFrame, prior: FloatArray | None = None) -> FloatArray:
        """Return the models' weights in a series, by the rows of `past_scores` that are its own.

        A weight is the weighted geometric mean of the model's score over all series and over the
        series' own forecasts, to the power of -10, shrunk by a quarter to equal weights. From two
        years on the own score counts more. A model without past forecasts gets the mean weight.

        `prior` holds logarithms of the models' scores in series of the class elsewhere. They count
        as much as three years of the record, and weights are shrunk to those that they give.
        Series of a class resemble each other: their own score counts more from eight years on.
        """
        equal = np.full(len(self.models), 1 / len(self.models))
        base = equal if prior is None else _shares(prior)
        if self.logs is None:
            return base
        logs = self.logs
        if prior is not None:
            centred = _shifted(logs, prior)
            mixed = (_CLASS_YEARS * prior + self.n_years * centred) / (_CLASS_YEARS + self.n_years)
            logs = np.where(np.isnan(centred), prior, np.where(np.isnan(prior), centred, mixed))
        scores, years = _near(own, self.models, self.months_known)
        n_own = np.unique(years).size
        of_own = _mean_logs(scores, _recency(years, self.last_year))
        if prior is not None:
            of_own = _shifted(of_own, logs)
        of_own = np.where(np.isnan(of_own), logs, of_own)
        others = _PRIOR_YEARS if prior is None else _PRIOR_YEARS_OF_CLASS
        logs = (others * logs + n_own * of_own) / (others + n_own)
        if np.isnan(logs).all():
            return equal
        return np.asarray((1 - _SHRINKAGE) * _shares(logs) + _SHRINKAGE * base)


def standing(
    past: pd.DataFrame, models: Sequence[str], months_known: int, series_class: str = ""
) -> Standing:
    """Return the models' scores over all series of a class, with about so many months known.

    Which model is good depends on the class: of a stock, growth so far says little. Series of all
    classes count where the class has fewer than three years of a record.
    """
    of_class = past[past.index.get_level_values("series_class") == series_class]
    if of_class.index.get_level_values("year").nunique() >= _FEWEST_YEARS:
        past = of_class
    scores, years = _near(past, models, months_known)
    if np.unique(years).size < _FEWEST_YEARS:
        return Standing(models, months_known, None)
    last = int(years.max())
    logs = _mean_logs(scores, _recency(years, last))
    return Standing(models, months_known, logs, last, np.unique(years).size)


def _shares(logs: FloatArray) -> FloatArray:
    """Return weights by logarithms of scores; where one is missing the model has the mean."""
    strength = np.exp(-_POWER * (logs - np.nanmin(logs)))
    strength = np.where(np.isnan(strength), np.nanmean(strength), strength)
    return np.asarray(strength / strength.sum())


def _shifted(logs: FloatArray, others: FloatArray) -> FloatArray:
    """Return logs with the mean of others over the models that both have; NaN where none is."""
    both = np.isfinite(logs) & np.isfinite(others)
    if not both.any():
        return np.full_like(logs, np.nan)
    return np.asarray(logs - logs[both].mean() + others[both].mean())


PRIOR = "prior.csv"
_CHECKSUM = "# SHA-256 of the lines below: "


@dataclass(frozen=True, slots=True, eq=False)
class PriorTable:
    """The logarithms of models' scores in series of a class, learnt on open series.

    One row a class and number of months known, one column a model. Without rows `fault` says
    whether the file is missing or was altered: then models begin with equal weights.
    """

    rows: pd.DataFrame
    fault: Literal["missing", "altered"] | None = None


@cache
def prior_table() -> PriorTable:
    """Return the table of the package, which `benchmarks/prior.py` writes."""
    return read_prior(files("forecast.combination").joinpath(PRIOR))


def read_prior(path: Traversable) -> PriorTable:
    """Return the table in a file; without rows where the file is missing or was altered."""
    columns = ["class", "months_known"]
    none = pd.DataFrame(columns=columns).set_index(columns)
    try:
        source = path.read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return PriorTable(none, "missing")
    head, _, body = source.partition(b"\n")
    if head.decode(errors="replace") != _CHECKSUM + hashlib.sha256(body).hexdigest():
        return PriorTable(none, "altered")
    return PriorTable(pd.read_csv(BytesIO(body), comment="#").set_index(columns))


def text_of_prior(body: str) -> str:
    """Return a table's file, its comments and rows below a line that holds their hash."""
    return f"{_CHECKSUM}{hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def prior_scores(series_class: str, models: Sequence[str], months_known: int) -> FloatArray | None:
    """Return the logarithms of models' scores in a class; None where it has none."""
    table = prior_table().rows
    if series_class not in table.index.get_level_values(0):
        return None
    of_class = table.loc[series_class]
    nearest = int(np.argmin(np.abs(of_class.index.to_numpy() - months_known)))
    found = of_class.iloc[nearest].reindex(list(models)).to_numpy(dtype=float)
    return None if np.isnan(found).all() else found


def _near(
    past: pd.DataFrame, models: Sequence[str], months_known: int
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the models' scores with about so many months known, and the years of the rows."""
    level = past.index.get_level_values
    near = np.abs(level("months_known").to_numpy() - months_known) <= _NEAR_MONTHS
    scores = past.reindex(columns=list(models)).to_numpy(dtype=float)[near]
    return scores, level("year").to_numpy()[near]


def _recency(years: NDArray[np.int64], last: int) -> FloatArray:
    return np.asarray(0.5 ** ((last - years) / _HALF_LIFE_YEARS))


def _mean_logs(scores: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the logarithm of each column's weighted mean, without NaN."""
    counted = np.where(np.isnan(scores), 0.0, weight[:, None])
    total = (counted * np.nan_to_num(scores)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(total / counted.sum(axis=0)))
