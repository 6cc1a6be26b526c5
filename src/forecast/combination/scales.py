"""Scales and shapes of past errors, pooled over indicators and areas."""

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
from forecast.models.shared import (
    ASSUMED_DIFFERENCE,
    ASSUMED_ELASTICITY,
    ASSUMED_SCALE_PP,
    Shared,
    assumed_profile,
)
from forecast.verification.record import Record

_FEWEST_ERRORS = 5
_MOST_ERRORS = 1000  # more add nothing, and every task of a replay carries them
_ROUNDS = 2
_PRIOR_MOVES = 20.0  # weight of the assumed elasticity
_HALF_LIFE_YEARS = 2.5
_MEDIAN_OF_ABSOLUTE_NORMAL = 0.6745

References = Mapping[str, Sequence[str]]  # by series, the other series that belong to it
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """Moves of YTD growth within a year: arrays with one entry a move.

    `series` holds positions in `names`, which are sorted.
    """

    names: NDArray[np.str_]
    series: IntArray
    rule: NDArray[np.str_]
    year: IntArray
    months_known: IntArray
    until: IntArray
    error_pp: FloatArray

    def of(self, chosen: NDArray[np.bool_]) -> Moves:
        """Return the chosen moves alone."""
        columns = ("series", "rule", "year", "months_known", "until", "error_pp")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


def pooled_estimates(
    record: Record, donors: References, day: date, related: References = MappingProxyType({})
) -> Shared:
    """Return the estimates from the forecasts that were settled by a day.

    By series, `donors` names those of other areas that measure the same, `related` all of them.
    """
    settled = record.settled_by(day)
    moves = _moves(settled, "pace")
    if not (moves.until == MONTHS_A_YEAR).any():
        return Shared()
    scales = _scales(moves.of(moves.until == MONTHS_A_YEAR), {})
    profile: dict[str, FloatArray] = {}
    for _ in range(_ROUNDS):
        profile = {r: _profile(moves.of(moves.rule == r), scales) for r in np.unique(moves.rule)}
        scales = _scales(moves, profile)
    n_years = {name: int(np.unique(moves.year[rows]).size) for name, rows in _places(moves)}
    in_points = {n: s for n, s in scales.items() if n not in _in_own_units(moves)}
    leading = [scale for name, scale in in_points.items() if not donors.get(name)]
    errors = {r: _errors(moves.of(moves.rule == r), scales, profile[r]) for r in profile}
    shared = Shared(
        profile=profile,
        errors=errors,
        scales={name: (scale, n_years[name]) for name, scale in scales.items()},
        typical_scale_pp=_typical_scale(leading or list(in_points.values())),
        area_factor=_area_factor(moves, scales, profile, donors),
    )
    elasticity, unexplained = _elasticity(moves, shared, related)
    return replace(
        shared,
        difference=_difference(settled, shared, donors),
        elasticity=elasticity,
        unexplained=unexplained,
    )


def _moves(record: Record, model: str) -> Moves:
    """Return the errors of one rule as arrays."""
    points = record.of_model(model)
    series, names = pd.factorize(points["area"] + "/" + points["indicator"], sort=True)
    year, months_known, until = (
        points[c].to_numpy(dtype=np.int64) for c in ("year", "months_known", "until")
    )
    rule, error = points["rule"].to_numpy(dtype=str), points["error_pp"].to_numpy(dtype=float)
    return Moves(names.to_numpy(dtype=str), series, rule, year, months_known, until, error)


def _places(moves: Moves) -> Iterator[tuple[str, IntArray]]:
    """Yield each series in the order of names, with the positions of its moves."""
    order = np.argsort(moves.series, kind="stable")
    ends = np.cumsum(np.bincount(moves.series, minlength=len(moves.names)))
    places = zip(map(str, moves.names), np.split(order, ends[:-1]), strict=False)
    yield from ((name, rows) for name, rows in places if rows.size)


def _typical_scale(scales: Sequence[float]) -> float:
    """Return the geometric mean of scales; an assumed one without any."""
    return float(np.exp(np.mean(np.log(scales)))) if len(scales) else ASSUMED_SCALE_PP


def _in_own_units(moves: Moves) -> set[str]:
    """Return the balances, whose moves are not in percentage points."""
    return set(moves.names[moves.series[moves.rule == "balance"]])


def _units(moves: Moves, scales: Mapping[str, float]) -> FloatArray:
    """Return the scale of each move's series, NaN where it has none."""
    by_name = np.array([scales.get(str(name), np.nan) for name in moves.names])
    return by_name[moves.series]


def _scales(moves: Moves, profile: Mapping[str, FloatArray]) -> dict[str, float]:
    """Return per series the root mean square of its moves, each in units of the profile.

    A year counts half as much as one thirty months later: series grow calmer, or wilder.
    """
    scaled = moves.error_pp / _typical(moves, profile) if profile else moves.error_pp
    weight = 0.5 ** ((moves.year.max() - moves.year) / _HALF_LIFE_YEARS)
    scales = {}
    for name, rows in _places(moves):
        own = rows[np.isfinite(scaled[rows])]
        if own.size:
            scales[name] = float(np.sqrt(np.average(scaled[own] ** 2, weights=weight[own])))
    return {name: scale for name, scale in scales.items() if scale > 0}


def _typical(moves: Moves, profile: Mapping[str, FloatArray]) -> FloatArray:
    """Return the typical move between the months of each, in units of its series' scale."""
    typical = np.full(moves.months_known.size, np.nan)
    for rule, table in profile.items():
        own = moves.rule == rule
        typical[own] = table[moves.months_known[own], moves.until[own]]
    return typical


def _profile(moves: Moves, scales: Mapping[str, float]) -> FloatArray:
    """Return the typical move from each month to each later one, in units of the scale.

    It is assumed where there are too few moves, or nothing ever moved.
    """
    square = (moves.error_pp / _units(moves, scales)) ** 2
    table = np.full((MONTHS_A_YEAR + 1, MONTHS_A_YEAR + 1), np.nan)
    for months_known in range(MONTHS_A_YEAR):
        for until in range(months_known + 1, MONTHS_A_YEAR + 1):
            values = square[
                (moves.months_known == months_known) & (moves.until == until) & np.isfinite(square)
            ]
            if values.size >= _FEWEST_ERRORS and values.any():
                table[months_known, until] = np.sqrt(values.mean())
    for until in range(1, MONTHS_A_YEAR + 1):
        _interpolate(table[:until, until])
    return np.where(np.isnan(table), assumed_profile(), table)


def _interpolate(column: FloatArray) -> None:
    """Fill the gaps of a column from month 1 on; the move from its last month is zero."""
    observed = np.flatnonzero(np.isfinite(column[1:])) + 1
    if observed.size:
        months = np.arange(1, len(column))
        column[1:] = np.interp(months, np.r_[observed, len(column)], np.r_[column[observed], 0.0])
        if not np.isfinite(column[0]):
            column[0] = column[1]


def _errors(
    moves: Moves, scales: Mapping[str, float], profile: FloatArray
) -> dict[int, FloatArray]:
    """Return the standardised errors until December by months known."""
    final = moves.of(moves.until == MONTHS_A_YEAR)
    scaled = final.error_pp / _units(final, scales)
    pools = {}
    for months_known in range(MONTHS_A_YEAR):
        values = scaled[(final.months_known == months_known) & np.isfinite(scaled)]
        if values.size >= _FEWEST_ERRORS:
            pools[months_known] = _thinned(values) / profile[months_known, MONTHS_A_YEAR]
    return pools


def _thinned(errors: FloatArray) -> FloatArray:
    """Return the errors, or a thousand evenly spaced quantiles where there are more."""
    if errors.size <= _MOST_ERRORS:
        return errors
    levels = (np.arange(_MOST_ERRORS) + 0.5) / _MOST_ERRORS
    return np.asarray(np.quantile(errors, levels, method="hazen"))


def _donor_scales(donors: References, scales: Mapping[str, float]) -> dict[str, float]:
    """Return the mean scale of each series' donors."""
    by_series = {name: [scales[r] for r in refs if r in scales] for name, refs in donors.items()}
    return {name: float(np.mean(values)) for name, values in by_series.items() if values}


def _area_factor(
    moves: Moves,
    scales: Mapping[str, float],
    profile: Mapping[str, FloatArray],
    donors: References,
) -> float:
    """Return the typical ratio of moves in an area to those of its donor series.

    It is the median of absolute moves over all series with donors, in units of the donors' scale,
    shrunk in logarithms to 1 by the weight of five moves.
    """
    units = _units(moves, _donor_scales(donors, scales)) * _typical(moves, profile)
    ratios = np.abs(moves.error_pp / units)
    ratios = ratios[np.isfinite(ratios)]
    if not ratios.size or not np.median(ratios):
        return 1.0
    factor = float(np.median(ratios)) / _MEDIAN_OF_ABSOLUTE_NORMAL
    return float(np.exp(np.log(factor) * ratios.size / (ratios.size + 5)))


def _difference(settled: Record, shared: Shared, donors: References) -> float:
    """Return the root mean square of own less donors' growth, in units of the area's scale.

    A year counts once, however many of its months are compared.
    """
    pairs = _moves(settled, "borrowed")
    scales = {name: scale for name, (scale, _) in shared.scales.items()}
    unit = shared.area_factor * _units(pairs, _donor_scales(donors, scales))
    square = (pairs.error_pp / unit) ** 2
    mean = [
        np.mean(square[rows[pairs.year[rows] == year]])
        for _, rows in _places(pairs)
        for year in np.unique(pairs.year[rows])
    ]
    by_year = np.array(mean, dtype=float)
    by_year = by_year[np.isfinite(by_year)]
    return float(np.sqrt(by_year.mean())) if by_year.size >= _FEWEST_ERRORS else ASSUMED_DIFFERENCE


def _elasticity(moves: Moves, shared: Shared, related: References) -> tuple[float, float]:
    """Return the elasticity to the mean of related series, and the share of unexplained variance.

    Both are in units of each series' scale, over moves until December of the same year from the
    same month. By the weight of twenty moves, the slope is shrunk to the assumed one and the share
    to 1.
    """
    final = moves.of(moves.until == MONTHS_A_YEAR)
    scales = {name: scale for name, (scale, _) in shared.scales.items()}
    unit = final.error_pp / (_units(final, scales) * _typical(final, shared.profile))
    names = final.names[final.series].tolist()
    keys = zip(names, final.year.tolist(), final.months_known.tolist(), strict=True)
    by_key = {
        key: value for key, value in zip(keys, unit.tolist(), strict=True) if np.isfinite(value)
    }
    pairs = []
    for (name, year, months_known), own in by_key.items():
        others = [
            by_key[key] for r in related.get(name, ()) if (key := (r, year, months_known)) in by_key
        ]
        if others:
            pairs.append((fmean(others), own))
    x, y = np.array(pairs).reshape(-1, 2).T
    slope = (x @ y + _PRIOR_MOVES * ASSUMED_ELASTICITY) / (x @ x + _PRIOR_MOVES)
    left = ((y - slope * x) ** 2).sum() + _PRIOR_MOVES
    return float(slope), float(min(1.0, left / (y @ y + _PRIOR_MOVES)))
