"""What models learn from all indicators and areas together: sizes and shapes of past errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from forecast.history import FloatArray, History
from forecast.record import Record
from forecast.spans import MONTHS_A_YEAR

PRIOR_YEARS = 4.0  # weight of the pool against a series' own years
SIGNAL_TO_NOISE = 0.2  # of `drift`: one for all series, see docs/method.md
ASSUMED_SIZE_PP = 5.0  # where no past year of any series tells: wide, and said so
ASSUMED_DIFFERENCE = 1.0
_FEWEST_ERRORS = 5
_MEDIAN_OF_ABSOLUTE_NORMAL = 0.6745

Rule = Literal["accumulates", "end_of_year"]
Basis = Literal["own", "borrowed", "assumed"]


@dataclass(frozen=True, slots=True)
class Scale:
    """The typical size of a series' moves in percentage points, and what it rests on.

    `freedom` counts the years behind it, those lent by the pool included; `basis` is `own` where
    the series' own years outweigh the pool, `borrowed` where the pool does, `assumed` without.
    """

    size_pp: float
    freedom: float
    basis: Basis
    own_years: int


def assumed_profile() -> FloatArray:
    """Return the typical move between months if growth were half noise, half random walk.

    White noise in growth gives a variance of (1 - k/j) k/j for S_j - S_k, in units of the
    variance of a month; both ends are scaled to 1 at k = 0 (docs/method.md, spread).
    """
    months = np.arange(MONTHS_A_YEAR + 1)
    known, until = np.meshgrid(months, months, indexing="ij")
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(until > known, 1 - known / until, np.nan)
    noise, walk = left, left**3
    table: FloatArray = np.sqrt((noise + walk) / 2)
    return table


@dataclass(frozen=True)
class Shared:
    """Error pools over all indicators and areas, settled before the day of the call.

    `profile[rule][k, j]` is the root mean square of S_j - S_k within a year, in units of the
    series' scale, for months known k < j (k = 0: a whole year against the year before);
    `errors[rule][k]` holds the standardised errors of the planner's rule until December.
    `difference` is the typical distance between an area's growth and that of its related
    series, in units of the area's scale. Without a record all are assumed, and wide.
    """

    profile: Mapping[str, FloatArray] = field(default_factory=dict)
    errors: Mapping[str, Mapping[int, FloatArray]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    typical_size_pp: float = ASSUMED_SIZE_PP
    area_factor: float = 1.0
    difference: float = ASSUMED_DIFFERENCE
    signal_to_noise: float = SIGNAL_TO_NOISE

    def size(self, history: History, months_known: int, until: int = MONTHS_A_YEAR) -> float:
        """Return the typical |S_until - S_known| in units of the series' scale."""
        profile = self.profile.get(rule_of(history.indicator.annual_rule))
        learnt = np.nan if profile is None else float(profile[months_known, until])
        return learnt if np.isfinite(learnt) else float(assumed_profile()[months_known, until])

    def standard_errors(self, history: History, months_known: int) -> FloatArray:
        """Return standardised errors until December; normal quantiles where no past year tells."""
        pool = self.errors.get(rule_of(history.indicator.annual_rule), {}).get(months_known)
        return np.asarray(norm.ppf((np.arange(100) + 0.5) / 100)) if pool is None else pool

    def scale_of(self, history: History) -> Scale:
        """Return a series' scale, shrunk in logarithms to that of its lenders, or of all."""
        own, n_years = self.scales.get(history.reference, (1.0, 0))
        lent = [self.scales[r][0] for r in lenders(history.area, history.related) if r in self.scales]
        prior = self.area_factor * float(np.mean(lent)) if lent else self.typical_size_pp
        log_size = (PRIOR_YEARS * np.log(prior) + n_years * np.log(own)) / (PRIOR_YEARS + n_years)
        basis: Basis = "own" if n_years > PRIOR_YEARS else "borrowed" if self.scales else "assumed"
        return Scale(float(np.exp(log_size)), PRIOR_YEARS + n_years, basis, n_years)


def lenders(area: str, related: Iterable[str]) -> list[str]:
    """Return the related series of other areas: what an area's growth is held against."""
    return [r for r in related if r.partition("/")[0] != area]


def rule_of(annual_rule: str | None) -> Rule:
    """Return how growth by an annual rule runs through the year."""
    return "end_of_year" if annual_rule == "end_of_year" else "accumulates"


def learnt(record: Record, related: Mapping[str, tuple[str, ...]], day: date) -> Shared:
    """Return what the calls settled by a day teach; `related` names each series' lenders."""
    settled = record.settled_by(day)
    moves = settled.of_model("pace")
    if moves.empty:
        return Shared()
    moves = moves.assign(series=moves["area"] + "/" + moves["indicator"])
    sizes = _sizes(moves)
    profile = {rule: _profile(rows, sizes) for rule, rows in moves.groupby("rule")}
    sizes = _sizes(moves, profile)
    profile = {rule: _profile(rows, sizes) for rule, rows in moves.groupby("rule")}
    years = moves.groupby("series")["year"].nunique()
    scales = {name: (float(size), int(years[name])) for name, size in sizes.items()}
    leading = [size for name, (size, _) in scales.items() if not related.get(name)] or list(sizes)
    shared = Shared(
        profile={str(rule): p for rule, p in profile.items()},
        errors={str(rule): _errors(rows, sizes, profile[rule]) for rule, rows in moves.groupby("rule")},
        scales=scales,
        typical_size_pp=float(np.exp(np.mean(np.log(leading)))),
        area_factor=_area_factor(moves, sizes, profile, related),
    )
    return replace(shared, difference=_difference(settled, shared, related))


def _sizes(moves: pd.DataFrame, profile: Mapping[object, FloatArray] | None = None) -> pd.Series:
    """Return per series the root mean square of its moves, each in units of the profile."""
    unit = np.ones(len(moves)) if profile is None else _units(moves, profile)
    squares = (moves["error_pp"] / unit) ** 2
    if profile is None:
        squares = squares[moves["until"] == MONTHS_A_YEAR]
    mean = squares.groupby(moves["series"]).mean()
    return np.sqrt(mean[mean > 0])


def _units(moves: pd.DataFrame, profile: Mapping[object, FloatArray]) -> FloatArray:
    columns = zip(moves["rule"], moves["months_known"], moves["until"], strict=True)
    return np.array([profile[rule][known, until] for rule, known, until in columns])


def _profile(moves: pd.DataFrame, sizes: pd.Series) -> FloatArray:
    """Return the typical size of a move from each month to each later one, in scale units."""
    size = moves["series"].map(sizes)
    square = ((moves["error_pp"] / size) ** 2).where(size.notna())
    table = np.full((MONTHS_A_YEAR + 1, MONTHS_A_YEAR + 1), np.nan)
    for (known, until), values in square.groupby([moves["months_known"], moves["until"]]):
        if values.count() >= _FEWEST_ERRORS:
            table[known, until] = np.sqrt(values.mean())
    for until in range(1, MONTHS_A_YEAR + 1):
        known = np.flatnonzero(~np.isnan(table[1:until, until])) + 1
        if known.size:
            months = np.arange(1, until)
            table[months, until] = np.interp(months, np.r_[known, until], np.r_[table[known, until], 0.0])
    if np.isnan(table[0, -1]) and not np.isnan(table[1, -1]):
        table[0, -1] = table[1, -1]
    return table


def _errors(moves: pd.DataFrame, sizes: pd.Series, profile: FloatArray) -> dict[int, FloatArray]:
    """Return the standardised errors until December by months known."""
    final = moves[moves["until"] == MONTHS_A_YEAR]
    scaled = final["error_pp"] / final["series"].map(sizes)
    pools = {}
    for known, values in scaled.dropna().groupby(final["months_known"]):
        if len(values) >= _FEWEST_ERRORS:
            pools[int(known)] = values.to_numpy() / profile[int(known), -1]
    return pools


def _area_factor(
    moves: pd.DataFrame, sizes: pd.Series, profile: Mapping[object, FloatArray],
    related: Mapping[str, tuple[str, ...]],
) -> float:
    """Return how much larger moves are in an area than in its related series, typically.

    The median of absolute moves over all series that have a related one, in units of the latter's
    scale; shrunk in logarithms to 1, by as much as five moves weigh.
    """
    lender = {name: [sizes[r] for r in related.get(name, ()) if r in sizes] for name in moves["series"].unique()}
    unit = moves["series"].map({n: float(np.mean(s)) for n, s in lender.items() if s})
    sparse = moves[unit.notna()]
    if sparse.empty:
        return 1.0
    moved = (sparse["error_pp"].abs() / unit[unit.notna()] / _units(sparse, profile)).dropna()
    if moved.empty or moved.median() == 0:
        return 1.0
    factor = float(moved.median()) / _MEDIAN_OF_ABSOLUTE_NORMAL
    return float(np.exp(np.log(factor) * len(moved) / (len(moved) + 5)))


def _difference(settled: Record, shared: Shared, related: Mapping[str, tuple[str, ...]]) -> float:
    """Return the root mean square of own less related growth, in units of the area's scale."""
    pairs = settled.of_model("borrowed")
    scaled = []
    for (area, indicator), rows in pairs.groupby(["area", "indicator"]):
        name = f"{area}/{indicator}"
        lent = [shared.scales[r][0] for r in related.get(name, ()) if r in shared.scales]
        if lent:
            by_year = rows.groupby("year")["error_pp"].apply(lambda e: (e**2).mean())
            scaled.extend(by_year / (shared.area_factor * float(np.mean(lent))) ** 2)
    return float(np.sqrt(np.mean(scaled))) if len(scaled) >= _FEWEST_ERRORS else ASSUMED_DIFFERENCE
