"""Paths and quantiles that other models made, in the shapes that libraries give them.

What is read is an array of shape (paths, periods ahead). Labels decide what an axis means, never
its length; without labels rows are paths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.base.errors import ParameterError
from forecast.base.randomness import coupled_quantiles

if TYPE_CHECKING:
    from forecast.history.levels import FloatArray
FEWEST_PATHS = 100
N_RANKS = 10_000
_FARTHEST = 0.05  # quantiles of several periods reach at least so far out: their tails are summed
_FREQUENCIES = {12: "M", 4: "Q", 1: "Y"}
_LONG_KEYS = ("unique_id", "ds", "sample_id")
_CHAINS = ("chain", "draw")


@dataclass(frozen=True, slots=True)
class GivenPaths:
    """Paths of shape (n_paths, periods), in chains of equal length, each simulated on its own.

    `n_chains` is 0 where the paths are ranks of quantiles: nothing was simulated.
    """

    array: FloatArray
    periods: pd.PeriodIndex | None = None
    n_chains: int = 1


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Quantiles by probability, of shape (levels, periods); levels rise from 0 to 1."""

    levels: FloatArray
    array: FloatArray
    periods: pd.PeriodIndex | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of a base year, and which of them lie ahead; labels only where they are known."""

    n_periods: int
    n_known: int
    ahead: pd.PeriodIndex | None

    @classmethod
    def of(cls, base: Any, known: Any) -> Calendar:
        """Return the calendar of a base year and the known periods of the year after it.

        Raise ParameterError where labels leave a gap or are of another year.
        """
        n, k = len(base), len(known)
        if n == 0 or k > n:
            raise ParameterError([f"known: {k} periods; allowed: as many as `base` has, {n}"])
        years, labels = periods_of(base, n), periods_of(known, n)
        if years is None:
            after = (
                None if labels is None or k == 0 else pd.period_range(labels[-1] + 1, periods=n - k)
            )
            return cls(n, k, after)
        _check_order("base", years, pd.period_range(years[0], periods=n))
        following = years + n
        if labels is not None:
            _check_order("known", labels, following[:k])
        return cls(n, k, following[k:])

    def checked(self, paths: GivenPaths, name: str) -> FloatArray:
        """Return the values of paths that are those of the periods ahead; raise ParameterError."""
        n_ahead = self.n_periods - self.n_known
        if paths.periods is not None and self.ahead is not None:
            _check_order(name, paths.periods, self.ahead)
        n_paths, n_given = paths.array.shape
        if n_given != n_ahead:
            hint = "; rows are paths, perhaps it is to be transposed" if n_paths == n_ahead else ""
            raise ParameterError(
                [
                    f"{name}: {n_given} periods in each path; expected {n_ahead}, since `base` has "
                    f"{self.n_periods} and `known` {self.n_known}{hint}"
                ]
            )
        return paths.array


def _check_order(name: str, given: pd.PeriodIndex, expected: pd.PeriodIndex) -> None:
    if given.freq != expected.freq:
        kinds = f"{given.freqstr!r} in place of {expected.freqstr!r}"
        raise ParameterError([f"{name}: periods of the frequency {kinds}"])
    if list(given) == list(expected):
        return
    missing = [str(p) for p in expected if p not in given]
    if missing and len(missing) < len(expected):
        raise ParameterError([f"{name}: nothing for {', '.join(missing)}"])
    wanted = f"{expected[0]} to {expected[-1]}" if len(expected) else "no period"
    got = f"{given[0]} to {given[-1]}" if len(given) else "no period"
    raise ParameterError([f"{name}: periods {got}; expected {wanted}, in this order"])


def periods_of(values: Any, n_periods: int) -> pd.PeriodIndex | None:
    """Return the labels of a series with as many periods a year; None where it has none."""
    return _labels(values.index, n_periods) if isinstance(values, pd.Series) else None


def _labels(index: pd.Index, n_periods: int) -> pd.PeriodIndex | None:
    if isinstance(index, pd.PeriodIndex):
        return index
    if isinstance(index, pd.DatetimeIndex) and n_periods in _FREQUENCIES:
        return index.to_period(_FREQUENCIES[n_periods])
    return None


def numbers(name: str, values: Any) -> FloatArray:
    """Return a row of finite numbers; raise ParameterError where there is another thing."""
    array = _floats(values, name)
    if array.ndim != 1:
        raise ParameterError([f"{name}: {array.ndim} dimensions; allowed: one number a period"])
    _check_finite(name, array[None])
    return array


def _floats(values: Any, name: str) -> FloatArray:
    """Return an array of real numbers; raise ParameterError where there is another thing."""
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex numbers")
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        kind = type(values).__name__
        raise ParameterError(
            [f"{name}: {kind} does not consist of real numbers: {error}"]
        ) from error


def read_paths(
    values: Any, n_periods: int, name: str, correlation: float | None, seed: int | None
) -> GivenPaths:
    """Return paths as they are given, or such as have the quantiles that are given.

    Raise ParameterError for what is neither.
    """
    quantiles = given_quantiles(values, n_periods, name)
    if quantiles is None:
        return given_paths(values, n_periods, name)
    levels, table = quantiles.levels, quantiles.array
    if table.shape[1] == 1:
        ranks = (np.arange(N_RANKS) + 0.5) / N_RANKS
        at_ranks = np.interp(ranks, levels, table[:, 0])[:, None]
        return GivenPaths(at_ranks, quantiles.periods, n_chains=0)
    if correlation is None or seed is None or not _can_couple(correlation, seed):
        raise ParameterError(
            [
                f"{name}: quantiles of {table.shape[1]} periods do not say how these go together; "
                "give their rank `correlation`, 0 to 1, and a `seed`, a whole number from 0 on, "
                f"or paths; found {correlation!r} and {seed!r}"
            ]
        )
    if levels[0] > _FARTHEST or levels[-1] < 1 - _FARTHEST:
        ends = f"{levels[0]:g} to {levels[-1]:g}"
        raise ParameterError([f"{name}: quantiles from {ends}; a sum needs 0.05 to 0.95 or wider"])
    rng = np.random.default_rng(seed)
    return GivenPaths(
        coupled_quantiles(levels, table, correlation, N_RANKS, rng), quantiles.periods
    )


def _can_couple(correlation: Any, seed: Any) -> bool:
    is_share = isinstance(correlation, int | float | np.number) and 0 <= correlation <= 1
    return bool(is_share and isinstance(seed, int | np.integer) and seed >= 0)


def given_paths(values: Any, n_periods: int, name: str) -> GivenPaths:
    """Return paths from an array, a wide or long frame, or draws by chain; raise ParameterError.

    A frame has its periods in the columns, in the index, or, in long form, in `ds`.
    """
    if isinstance(values, pd.DataFrame):
        paths = _of_frame(values, n_periods, name)
    else:
        paths = _of_array(values, name)
    _check_finite(name, paths.array, paths.periods)
    return paths


def check_number(paths: FloatArray, name: str) -> None:
    """Raise ParameterError for fewer paths than say something of a probability."""
    if len(paths) < FEWEST_PATHS:
        found = f"{name}: {len(paths)} paths"
        raise ParameterError([f"{found}; allowed: {FEWEST_PATHS} or more, one a row"])


def _of_array(values: Any, name: str) -> GivenPaths:
    dims = getattr(values, "dims", ())
    if set(_CHAINS) <= set(dims):
        values = values.transpose(*_CHAINS, ...)
    array = _floats(values, name)
    if array.ndim == 1 or (array.ndim == 2 and tuple(dims) == _CHAINS):
        array = array[..., None]
    if array.ndim not in (2, 3):
        shape = "(paths, periods) or (chains, draws, periods)"
        raise ParameterError([f"{name}: an array of shape {array.shape}; allowed: {shape}"])
    if array.ndim == 2:
        return GivenPaths(array)
    return GivenPaths(np.concatenate(array), n_chains=len(array))


def _of_frame(frame: pd.DataFrame, n_periods: int, name: str) -> GivenPaths:
    if {"ds", "sample_id"} <= set(frame.columns):
        frame = _wide(frame, name)
    columns, rows = (_labels(axis, n_periods) for axis in (frame.columns, frame.index))
    values = _floats(frame, name)
    if columns is not None:
        return GivenPaths(values, columns)
    return GivenPaths(values) if rows is None else GivenPaths(values.T, rows)


def _wide(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a long frame of one series and one model with a row for each path."""
    models = [c for c in frame.columns if c not in (*_LONG_KEYS, "cutoff", "y")]
    series = frame["unique_id"].nunique() if "unique_id" in frame else 1
    if len(models) != 1 or series != 1:
        counts = f"{series} series and {len(models)} columns of models"
        raise ParameterError([f"{name}: {counts}; allowed: one of each, chosen before"])
    if frame.duplicated(["sample_id", "ds"]).any():
        raise ParameterError([f"{name}: a period stands twice in a path"])
    if frame["ds"].dtype == object or isinstance(frame["ds"].dtype, pd.StringDtype):
        try:
            frame = frame.assign(ds=pd.to_datetime(frame["ds"], format="ISO8601"))
        except (TypeError, ValueError) as error:
            raise ParameterError([f"{name}: ds: {error}"]) from error
    return frame.set_index(["sample_id", "ds"])[models[0]].unstack("ds")  # noqa: PD010  # exact


def _check_finite(name: str, values: FloatArray, periods: pd.PeriodIndex | None = None) -> None:
    absent = ~np.isfinite(values)
    if absent.any():
        first = int(np.argmax(absent.any(axis=0)))
        where = f"period {first + 1}" if periods is None else str(periods[first])
        raise ParameterError(
            [f"{name}: {absent.sum()} of {absent.size} numbers are missing, first in {where}"]
        )


def given_quantiles(values: Any, n_periods: int, name: str) -> Quantiles | None:
    """Return quantiles from a mapping, a series or a frame by probability; None for paths.

    Raise ParameterError for levels outside 0 to 1, and for quantiles that cross.
    """
    table = _by_level(values)
    if table is None:
        return None
    table = dict(sorted(table.items()))
    if len(table) < 2 or min(table) <= 0 or max(table) >= 1:
        levels = ", ".join(f"{level:g}" for level in table)
        raise ParameterError(
            [f"{name}: quantiles at {levels}; allowed: two or more between 0 and 1"]
        )
    rows = [np.atleast_1d(_floats(row, name)) for row in table.values()]
    if len({len(row) for row in rows}) > 1:
        raise ParameterError([f"{name}: quantiles of unlike numbers of periods"])
    array = np.stack(rows)
    _check_finite(name, array)
    for (low, lower), (high, higher) in pairwise(zip(table, array, strict=True)):
        if (lower > higher).any():
            raise ParameterError([f"{name}: the quantile at {low:g} lies above that at {high:g}"])
    index = values.index if isinstance(values, pd.DataFrame) else pd.RangeIndex(0)
    return Quantiles(np.array(list(table)), array, _labels(index, n_periods))


def _by_level(values: Any) -> Mapping[float, Any] | None:
    if isinstance(values, pd.DataFrame):
        return _by_column(values)
    if isinstance(values, pd.Series) and values.index.dtype.kind == "f":
        return dict(zip(values.index.tolist(), values.tolist(), strict=True))
    if isinstance(values, Mapping) and all(isinstance(key, float) for key in values):
        return dict(values)
    return None


def _by_column(frame: pd.DataFrame) -> Mapping[float, Any] | None:
    """Return the columns of a frame by level: floats, the last of several keys, or `q_0.1`."""
    columns: list[Any] = list(frame.columns)
    names = [c[-1] if isinstance(c, tuple) else c for c in columns]
    texts = [re.fullmatch(r"q_?(0?\.\d+)", c) if isinstance(c, str) else None for c in names]
    levels = [float(t[1]) if t else n for t, n in zip(texts, names, strict=True)]
    if not levels or not all(isinstance(level, float) for level in levels):
        return None
    return {level: frame.iloc[:, i].to_numpy() for i, level in enumerate(levels)}
