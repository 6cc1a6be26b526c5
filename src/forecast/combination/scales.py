"""What a record teaches: the sizes and shapes of past errors, pooled over indicators and areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray
from forecast.models.shared import ASSUMED_DIFFERENCE, ASSUMED_ELASTICITY, Shared, assumed_profile
from forecast.verification.record import Record

_FEWEST_ERRORS = 5
_MOST_ERRORS = 1000  # more of them say no more, and every task of a replay carries them
_ROUNDS = 2
_PRIOR_MOVES = 20.0  # weight of the assumed elasticity
_HALF_LIFE_YEARS = 5.0
_MEDIAN_OF_ABSOLUTE_NORMAL = 0.6745

Lenders = Mapping[str, Sequence[str]]

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """Moves of YTD growth within a year: arrays of one entry a move.

    `series` holds places in `names`, which are sorted.
    """

    names: NDArray[np.str_]
    series: IntArray
    rule: NDArray[np.str_]
    year: IntArray
    known: IntArray
    until: IntArray
    error_pp: FloatArray

    def of(self, chosen: NDArray[np.bool_]) -> Moves:
        """Return the chosen moves alone."""
        columns = ("series", "rule", "year", "known", "until", "error_pp")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


def learnt(
    record: Record, lenders: Lenders, day: date, related: Lenders = MappingProxyType({})
) -> Shared:
    """Return what the calls settled by a day teach.

    By series, `lenders` names those of other areas that measure the same, `related` all of them.
    """
    settled = record.settled_by(day)
    moves = _moves(settled, "pace")
    if not (moves.until == MONTHS_A_YEAR).any():
        return Shared()
    sizes = _sizes(moves.of(moves.until == MONTHS_A_YEAR), {})
    profile: dict[str, FloatArray] = {}
    for _ in range(_ROUNDS):
        profile = {r: _profile(moves.of(moves.rule == r), sizes) for r in np.unique(moves.rule)}
        sizes = _sizes(moves, profile)
    n_years = {name: int(np.unique(moves.year[rows]).size) for name, rows in _places(moves)}
    scales = {name: (size, n_years[name]) for name, size in sizes.items()}
    leading = [size for name, size in sizes.items() if not lenders.get(name)] or list(
        sizes.values()
    )
    errors = {r: _errors(moves.of(moves.rule == r), sizes, profile[r]) for r in profile}
    shared = Shared(
        profile=profile,
        errors=errors,
        scales=scales,
        typical_scale_pp=float(np.exp(np.mean(np.log(leading)))),
        area_factor=_area_factor(moves, sizes, profile, lenders),
    )
    elasticity, unexplained = _elasticity(moves, shared, related)
    return replace(
        shared,
        difference=_difference(settled, shared, lenders),
        elasticity=elasticity,
        unexplained=unexplained,
    )


def _moves(record: Record, model: str) -> Moves:
    """Return the errors of one rule as arrays."""
    calls = record.of_model(model)
    series, names = pd.factorize(calls["area"] + "/" + calls["indicator"], sort=True)
    year, known, until = (
        calls[c].to_numpy(dtype=np.int64) for c in ("year", "months_known", "until")
    )
    rule, error = calls["rule"].to_numpy(dtype=str), calls["error_pp"].to_numpy(dtype=float)
    return Moves(names.to_numpy(dtype=str), series, rule, year, known, until, error)


def _places(moves: Moves) -> Iterator[tuple[str, IntArray]]:
    """Yield each series in the order of names, with the places of its moves."""
    order = np.argsort(moves.series, kind="stable")
    ends = np.cumsum(np.bincount(moves.series, minlength=len(moves.names)))
    places = zip(map(str, moves.names), np.split(order, ends[:-1]), strict=False)
    yield from ((name, rows) for name, rows in places if rows.size)


def _units(moves: Moves, sizes: Mapping[str, float]) -> FloatArray:
    """Return the size of each move's series, NaN where it has none."""
    by_name = np.array([sizes.get(str(name), np.nan) for name in moves.names])
    return by_name[moves.series]


def _sizes(moves: Moves, profile: Mapping[str, FloatArray]) -> dict[str, float]:
    """Return per series the root mean square of its moves, each in units of the profile.

    A year counts half as much as one five years later: series grow calmer, or wilder.
    """
    scaled = moves.error_pp / _profiled(moves, profile) if profile else moves.error_pp
    weight = 0.5 ** ((moves.year.max() - moves.year) / _HALF_LIFE_YEARS)
    sizes = {}
    for name, rows in _places(moves):
        own = rows[np.isfinite(scaled[rows])]
        if own.size:
            sizes[name] = float(np.sqrt(np.average(scaled[own] ** 2, weights=weight[own])))
    return {name: size for name, size in sizes.items() if size > 0}


def _profiled(moves: Moves, profile: Mapping[str, FloatArray]) -> FloatArray:
    """Return the typical size of each move in units of its series' scale."""
    sizes = np.full(moves.known.size, np.nan)
    for rule, table in profile.items():
        own = moves.rule == rule
        sizes[own] = table[moves.known[own], moves.until[own]]
    return sizes


def _profile(moves: Moves, sizes: Mapping[str, float]) -> FloatArray:
    """Return the typical size of a move from each month to each later one, in scale units.

    What too few moves tell is assumed.
    """
    square = (moves.error_pp / _units(moves, sizes)) ** 2
    table = np.full((MONTHS_A_YEAR + 1, MONTHS_A_YEAR + 1), np.nan)
    for known in range(MONTHS_A_YEAR):
        for until in range(known + 1, MONTHS_A_YEAR + 1):
            values = square[(moves.known == known) & (moves.until == until) & np.isfinite(square)]
            if values.size >= _FEWEST_ERRORS:
                table[known, until] = np.sqrt(values.mean())
    for until in range(1, MONTHS_A_YEAR + 1):
        _interpolate(table[:until, until])
    return np.where(np.isnan(table), assumed_profile(), table)


def _interpolate(column: FloatArray) -> None:
    """Fill the gaps of a column from month 1 on; a move from its own end is none."""
    known = np.flatnonzero(np.isfinite(column[1:])) + 1
    if known.size:
        months = np.arange(1, len(column))
        column[1:] = np.interp(months, np.r_[known, len(column)], np.r_[column[known], 0.0])
        if not np.isfinite(column[0]):
            column[0] = column[1]


def _errors(moves: Moves, sizes: Mapping[str, float], profile: FloatArray) -> dict[int, FloatArray]:
    """Return the standardised errors until December by months known."""
    final = moves.of(moves.until == MONTHS_A_YEAR)
    scaled = final.error_pp / _units(final, sizes)
    pools = {}
    for known in range(MONTHS_A_YEAR):
        values = scaled[(final.known == known) & np.isfinite(scaled)]
        if values.size >= _FEWEST_ERRORS:
            pools[known] = _thinned(values) / profile[known, MONTHS_A_YEAR]
    return pools


def _thinned(errors: FloatArray) -> FloatArray:
    """Return the errors, or as many evenly spaced quantiles of them as are kept at most."""
    if errors.size <= _MOST_ERRORS:
        return errors
    levels = (np.arange(_MOST_ERRORS) + 0.5) / _MOST_ERRORS
    return np.asarray(np.quantile(errors, levels, method="hazen"))


def _lent_sizes(lenders: Lenders, sizes: Mapping[str, float]) -> dict[str, float]:
    """Return per series the mean size of those that it is held against."""
    lent = {name: [sizes[r] for r in refs if r in sizes] for name, refs in lenders.items()}
    return {name: float(np.mean(found)) for name, found in lent.items() if found}


def _area_factor(
    moves: Moves, sizes: Mapping[str, float], profile: Mapping[str, FloatArray], lenders: Lenders
) -> float:
    """Return how much larger moves are in an area than in its lender's series, typically.

    The median of absolute moves over all series that have a lender, in units of the latter's
    scale; shrunk in logarithms to 1, by as much as five moves weigh.
    """
    units = _units(moves, _lent_sizes(lenders, sizes)) * _profiled(moves, profile)
    moved = np.abs(moves.error_pp / units)
    moved = moved[np.isfinite(moved)]
    if not moved.size or not np.median(moved):
        return 1.0
    factor = float(np.median(moved)) / _MEDIAN_OF_ABSOLUTE_NORMAL
    return float(np.exp(np.log(factor) * moved.size / (moved.size + 5)))


def _difference(settled: Record, shared: Shared, lenders: Lenders) -> float:
    """Return the root mean square of own less lent growth, in units of the area's scale.

    A year counts once, however many of its months were compared.
    """
    pairs = _moves(settled, "borrowed")
    sizes = {name: size for name, (size, _) in shared.scales.items()}
    unit = shared.area_factor * _units(pairs, _lent_sizes(lenders, sizes))
    square = (pairs.error_pp / unit) ** 2
    mean = [
        np.mean(square[rows[pairs.year[rows] == year]])
        for _, rows in _places(pairs)
        for year in np.unique(pairs.year[rows])
    ]
    known = np.array(mean, dtype=float)
    known = known[np.isfinite(known)]
    return float(np.sqrt(known.mean())) if known.size >= _FEWEST_ERRORS else ASSUMED_DIFFERENCE


def _elasticity(moves: Moves, shared: Shared, related: Lenders) -> tuple[float, float]:
    """Return how far series move with the mean of their related ones, and what that leaves.

    Both in units of each series' scale, over moves until December of the same year from the same
    month; the slope is shrunk to the assumed one, and the share of variance left to all of it, by
    the weight of twenty moves.
    """
    final = moves.of(moves.until == MONTHS_A_YEAR)
    sizes = {name: size for name, (size, _) in shared.scales.items()}
    unit = final.error_pp / (_units(final, sizes) * _profiled(final, shared.profile))
    names = final.names[final.series].tolist()
    calls = zip(names, final.year.tolist(), final.known.tolist(), strict=True)
    by_call = {
        call: value for call, value in zip(calls, unit.tolist(), strict=True) if np.isfinite(value)
    }
    pairs = []
    for (name, year, known), own in by_call.items():
        asked = [(r, year, known) for r in related.get(name, ())]
        others = [by_call[call] for call in asked if call in by_call]
        if others:
            pairs.append((fmean(others), own))
    x, y = np.array(pairs).reshape(-1, 2).T
    slope = (x @ y + _PRIOR_MOVES * ASSUMED_ELASTICITY) / (x @ x + _PRIOR_MOVES)
    left = ((y - slope * x) ** 2).sum() + _PRIOR_MOVES
    return float(slope), float(min(1.0, left / (y @ y + _PRIOR_MOVES)))
