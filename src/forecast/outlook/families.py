"""Areas that add up: growth of a city on a path is that of its districts, weighted by shares.

The paths of a whole area are left as they are. Those of its parts are put in an order in which they
go with the whole and with each other as far as their sum has to move with it; that leaves the
distribution of each as it is. What then still lies between the sum and the whole, because the
forecasts were made apart, is taken up by the parts in proportion to how much each moves the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from forecast.archive.archive import Snapshot
from forecast.base.files import cache_tables, cached_table
from forecast.base.randomness import generator
from forecast.history.levels import FloatArray
from forecast.history.series import bare_history
from forecast.outlook.parts import (
    PartConstraint,
    bound_pp,
    constrained_paths,
    settled_growth,
    shares_by_year,
)

TOLERANCE = 0.02  # levels are rounded, and parts of one year may be of different vintages
_LEAST_REST = 0.002  # a smaller rest is rounding: with growth of 10 % it moves the whole by .02
_CLOSEST = 0.95  # two forecasts made apart are never taken for one
_AS_IT_IS = np.array([0.0, 1.0])  # December alone moves

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class AreaShares:
    """The shares of part areas in their whole's level of one indicator, which with `rest` are 1.

    `rest_pp` is how far growth of the rest may lie from that of the whole, in percentage points.
    Parts that exceed their whole have a rest below zero, and nothing follows from them.
    """

    parts: Mapping[str, float]
    rest: float
    rest_pp: float

    @property
    def is_possible(self) -> bool:
        """Whether the parts can be parts of the whole."""
        return self.rest >= 0 and min(self.parts.values()) > 0


@dataclass(frozen=True)
class Member:
    """An area's annual growth by indicator on each of its own joint paths, in per cent.

    Growth that is `settled` is the same on all of them. `constraints` hold its indicators to one
    another.
    """

    decembers: Mapping[str, FloatArray]
    settled: frozenset[str] = frozenset()
    constraints: tuple[PartConstraint, ...] = ()


@dataclass(frozen=True)
class Arrangement:
    """How an area's own paths stand beside those of its family.

    `orders` holds by indicator which of its own paths each joint path takes, `decembers` the annual
    growth on each of them in per cent, where it is another than that of the path itself. `shares`
    are those by which it adds up; `exceeding` the sums of shares that no parts can have.
    """

    orders: Mapping[str, IntArray] = field(default_factory=dict)
    decembers: Mapping[str, FloatArray] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    exceeding: Mapping[str, float] = field(default_factory=dict)


# Shares -------------------------------------------------------------------------------------------


def levels_of_parts(snapshot: Snapshot, whole: str, indicator: str, year: int) -> dict[str, float]:
    """Return the level of each part area over its whole's, where both are known.

    They are of the year nearest to the year before `year` in which all parts with levels have one;
    without such a year each is of the nearest that it has. Only an amount is a sum over areas, and
    only years that begin in one month can be added.
    """
    registry = snapshot.registry
    if registry.of(whole, indicator).kind != "amount":
        return {}
    of_whole = bare_history(snapshot, whole, indicator, year)
    ratios = {}
    for area in registry.part_areas_of(whole):
        if registry.months_before(area) == registry.months_before(whole):
            of_part = bare_history(snapshot, area, indicator, year)
            if found := shares_by_year(of_part, of_whole, year - 1):
                ratios[area] = found
    common = set.intersection(*map(set, ratios.values())) if ratios else set()
    nearest = min(common, key=lambda y: (abs(y - year + 1), -y), default=None)
    return {
        area: next(iter(found.values())) if nearest is None else found[nearest]
        for area, found in ratios.items()
    }


def area_shares(snapshot: Snapshot, whole: str, year: int) -> dict[str, AreaShares]:
    """Return the shares of a whole area's parts by indicator, where they are known.

    A rest of next to nothing, or little less than nothing, is rounding.
    """
    every = {}
    for name in snapshot.indicators_of(whole):
        if not snapshot.registry.of(whole, name).annual_rule:
            continue
        levels = levels_of_parts(snapshot, whole, name, year)
        total = sum(levels.values())
        if not levels:
            continue
        rest = 1 - total
        if -TOLERANCE <= rest < _LEAST_REST:
            levels, rest = {a: s / total for a, s in levels.items()}, 0.0
        gaps = _past_gaps(snapshot, whole, name, year, levels) if rest > 0 else ()
        every[name] = AreaShares(levels, rest, bound_pp([gap**2 for gap in gaps]))
    return every


def _past_gaps(
    snapshot: Snapshot, whole: str, name: str, year: int, shares: Mapping[str, float]
) -> Iterator[float]:
    """Yield growth of the rest less growth of the whole in past years of which all is known."""
    of_whole = bare_history(snapshot, whole, name, year)
    parts = [(bare_history(snapshot, area, name, year), s) for area, s in shares.items()]
    first = max(h.first_year for h in (of_whole, *(h for h, _ in parts)))
    for past_year in range(first, year):
        growth = settled_growth(of_whole, past_year)
        gaps = sum(s * (growth - settled_growth(h, past_year)) for h, s in parts)
        yield from (np.asarray(gaps)[np.isfinite(gaps)][-1:] / (1 - sum(shares.values()))).tolist()


# Paths --------------------------------------------------------------------------------------------


def arrangements(
    area: str,
    whole: Member,
    parts: Mapping[str, Member],
    shares: Mapping[str, AreaShares],
    *,
    seed: int,
    n_batches: int,
) -> dict[str, Arrangement]:
    """Return how the paths of each part stand beside those of the whole area.

    On each of them the growth of its parts, weighted by their shares, and that of a rest are growth
    of the whole. It depends on the names of areas, not on their order.
    """
    batches = _Batches(seed, n_batches)
    exceeding = {n: sum(s.parts.values()) for n, s in shares.items() if not s.is_possible}
    possible = {name: s for name, s in shares.items() if name not in exceeding}
    known = {name: _of_known(s, name, whole, parts) for name, s in possible.items()}
    known = {name: s for name, s in known.items() if s.parts}
    scores = {name: batches.scores(values) for name, values in whole.decembers.items()}
    own = {part: batches.shuffled_scores(part, parts[part]) for part in sorted(parts)}
    tied: dict[str, dict[str, FloatArray]] = {part: {} for part in own}
    for name, share in known.items():
        family = _Family.of(share, name, whole, parts)
        of_parts = {part: own[part][name] for part in family.sizes}
        for part, values in family.tied(batches, area, name, scores[name], of_parts).items():
            tied[part][name] = batches.scores(values)
    orders = {
        part: {
            name: batches.ordered(parts[part].decembers[name], values)
            for name, values in (tied[part] | _followers(own[part], tied[part])).items()
        }
        for part in own
    }
    decembers = {part: _constrained(parts[part], orders[part], n_batches) for part in sorted(parts)}
    for name, share in known.items():
        _Family.of(share, name, whole, parts).add_up(name, whole.decembers[name], decembers)
    return {
        part: Arrangement(
            orders[part],
            {n: values for n, values in decembers[part].items() if n in orders[part]},
            {name: share.parts[part] for name, share in known.items() if part in share.parts},
            {name: total for name, total in exceeding.items() if part in shares[name].parts},
        )
        for part in parts
    }


def _followers(
    own: Mapping[str, FloatArray], tied: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the scores of an area's other indicators, which follow those that were tied.

    They keep their regression on these.
    """
    others = {name: values for name, values in own.items() if name not in tied}
    if not tied or not others:
        return others
    before = np.column_stack([own[name] for name in tied])
    moved = np.column_stack(list(tied.values())) - before
    slopes = np.linalg.lstsq(before, np.column_stack(list(others.values())), rcond=None)[0]
    return {name: others[name] + moved @ slopes[:, i] for i, name in enumerate(others)}


def _of_known(
    shares: AreaShares, name: str, whole: Member, parts: Mapping[str, Member]
) -> AreaShares:
    """Return the shares of the parts with paths or an outturn; all others are of the rest.

    There are none where nothing of the whole, or of no part, is open.
    """
    if name not in whole.decembers:
        return AreaShares({}, 1.0, shares.rest_pp)
    known = {p: s for p, s in sorted(shares.parts.items()) if p in parts}
    known = {p: s for p, s in known.items() if name in parts[p].decembers}
    if all(name in parts[p].settled for p in known):
        return AreaShares({}, 1.0, shares.rest_pp)
    missing = sum(s for p, s in shares.parts.items() if p not in known)
    return AreaShares(known, shares.rest + missing, shares.rest_pp)


@dataclass(frozen=True)
class _Family:
    """One indicator of a whole area: what each part can move it by, and how parts go together.

    `sizes` are standard deviations of the parts' contributions, in percentage points of the whole;
    `correlation` is the one that gives their sum the standard deviation of the whole, if any does.
    """

    shares: AreaShares
    sizes: Mapping[str, float]
    rest_size: float
    whole_size: float
    correlation: float

    @classmethod
    def of(
        cls, shares: AreaShares, name: str, whole: Member, parts: Mapping[str, Member]
    ) -> _Family:
        """Return the family of an indicator.

        The rest is as uncertain as its parts on average, or as little as the whole leaves to it.
        """
        spread = {p: float(np.std(parts[p].decembers[name])) for p in shares.parts}
        sizes = {p: s * spread[p] for p, s in shares.parts.items() if name not in parts[p].settled}
        whole_size = float(np.std(whole.decembers[name]))
        left = whole_size**2 - sum(s**2 for s in sizes.values())
        alike = shares.rest * sum(sizes.values()) / sum(shares.parts[p] for p in sizes)
        rest = min(alike, float(np.sqrt(max(0.0, left))))
        every = np.array([*sizes.values(), rest])
        squares, square = float((every**2).sum()), float(every.sum() ** 2)
        apart = square - squares
        wanted = (whole_size**2 - squares) / apart if apart > 0 else 0.0
        return cls(shares, sizes, rest, whole_size, float(np.clip(wanted, 0.0, _CLOSEST)))

    def tied(
        self,
        batches: _Batches,
        area: str,
        name: str,
        whole: FloatArray,
        own: Mapping[str, FloatArray],
    ) -> dict[str, FloatArray]:
        """Return normal scores of the open parts whose sum goes with the scores of the whole.

        They are draws of a common factor and of the parts' own scores, given their sum: each draw
        takes up what lies between the sum of all and that of the whole, by its covariance with the
        sum. Where sizes fit, a draw keeps its variance.
        """
        q, sizes = self.correlation, self.sizes
        common = np.sqrt(q) * whole[batches.shuffle(f"{area}/common", len(whole))]
        draws = {p: common + np.sqrt(1 - q) * values for p, values in own.items()}
        rest = common + np.sqrt(1 - q) * batches.normal(f"{area}/rest/{name}", len(whole))
        total = sum(sizes[p] * values for p, values in draws.items()) + self.rest_size * rest
        size = sum(sizes.values()) + self.rest_size
        squares = sum(s**2 for s in sizes.values()) + self.rest_size**2
        variance = q * size**2 + (1 - q) * squares
        if variance <= 0:
            return draws
        gap = (self.whole_size * whole - total) / variance
        return {p: values + (q * size + (1 - q) * sizes[p]) * gap for p, values in draws.items()}

    def add_up(
        self, name: str, whole: FloatArray, decembers: Mapping[str, dict[str, FloatArray]]
    ) -> None:
        """Move the open parts so that on each path the whole is the sum of parts and a rest.

        The rest may do what it likes within its bound.
        """
        shares = self.shares
        gap = whole - sum(s * decembers[p][name] for p, s in shares.parts.items())
        if shares.rest > 0:
            bounded = np.clip(gap / shares.rest, whole - shares.rest_pp, whole + shares.rest_pp)
            gap = gap - shares.rest * bounded
        size = sum(self.sizes.values()) + self.rest_size
        pull = {
            p: (self.correlation * size * s + (1 - self.correlation) * s**2) / shares.parts[p]
            for p, s in self.sizes.items()
        }
        moved = sum(shares.parts[p] * pull[p] for p in pull)
        if moved <= 0:  # none of them is uncertain
            pull = dict.fromkeys(self.sizes, 1.0)
            moved = sum(shares.parts[p] for p in pull)
        for p in pull:
            decembers[p][name] = decembers[p][name] + pull[p] / moved * gap


def _constrained(
    member: Member, orders: Mapping[str, IntArray], n_batches: int
) -> dict[str, FloatArray]:
    """Return an area's Decembers in their orders, its indicators held to one another as before."""
    decembers = {n: v[orders[n]] if n in orders else v for n, v in member.decembers.items()}
    for held in member.constraints:
        if held.part in orders and held.whole in decembers:
            december, _ = constrained_paths(
                decembers[held.part][:, None], decembers[held.whole], held.most_apart_pp,
                _AS_IT_IS, n_batches,
            )  # fmt: skip
            decembers[held.part] = december[:, 0]
    return decembers


# The cache ----------------------------------------------------------------------------------------

_ORDER, _DECEMBER, _SHARE, _EXCEEDING = "order", "december", "share", "exceeding"


def cache_arrangements(every: Mapping[Path, Arrangement]) -> None:
    """Cache arrangements by path."""
    cache_tables({path: _table(own) for path, own in every.items()})


def cached_arrangement(path: Path) -> Arrangement | None:
    """Return a cached arrangement; None where there is none."""
    table = cached_table(path, {})
    if table is None:
        return None
    columns: dict[str, dict[str, NDArray[np.generic]]]
    columns = {kind: {} for kind in (_ORDER, _DECEMBER, _SHARE, _EXCEEDING)}
    for column in table.columns:
        kind, _, name = str(column).partition("/")
        columns[kind][name] = table[column].to_numpy()
    return Arrangement(
        {n: v.astype(np.intp) for n, v in columns[_ORDER].items()},
        {n: v.astype(np.float64) for n, v in columns[_DECEMBER].items()},
        {n: float(v[0]) for n, v in columns[_SHARE].items()},
        {n: float(v[0]) for n, v in columns[_EXCEEDING].items()},
    )


def _table(own: Arrangement) -> pd.DataFrame:
    """Return a column for each order, each indicator's Decembers, and each share."""
    tables = {
        _ORDER: {n: v.astype(np.int32) for n, v in own.orders.items()},
        _DECEMBER: own.decembers,
        _SHARE: {n: [s] for n, s in own.shares.items()},
        _EXCEEDING: {n: [s] for n, s in own.exceeding.items()},
    }
    columns = {f"{kind}/{n}": v for kind, of_kind in tables.items() for n, v in of_kind.items()}
    return pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})


@dataclass(frozen=True, slots=True)
class _Batches:
    """Orders within batches of paths, from streams that are named after areas."""

    seed: int
    n: int

    def scores(self, values: FloatArray) -> FloatArray:
        """Return the normal scores of values among those of their batch."""
        table = values.reshape(self.n, -1)
        ranks = np.argsort(np.argsort(table, axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(norm.ppf((ranks + 0.5) / table.shape[1])).ravel()

    def ordered(self, values: FloatArray, scores: FloatArray) -> IntArray:
        """Return the places of values in the order in which their ranks are those of scores."""
        table, wanted = values.reshape(self.n, -1), scores.reshape(self.n, -1)
        by_value = np.argsort(table, axis=1, kind="stable")
        ranks = np.argsort(np.argsort(wanted, axis=1, kind="stable"), axis=1, kind="stable")
        size = table.shape[1]
        places = np.take_along_axis(by_value, ranks, axis=1)
        return (places + size * np.arange(self.n)[:, None]).ravel()

    def normal(self, name: str, n_paths: int) -> FloatArray:
        """Return normal draws from a stream of this name."""
        return generator(self.seed, f"areas/{name}").standard_normal(n_paths)

    def shuffle(self, name: str, n_paths: int) -> IntArray:
        """Return the places of paths in another order within each batch, one for each name."""
        return self.ordered(self.normal(name, n_paths), np.arange(n_paths, dtype=float))

    def shuffled_scores(self, area: str, member: Member) -> dict[str, FloatArray]:
        """Return the scores of an area's open indicators, all in one other order of its paths.

        Areas are coupled from the same streams, and their own part is to be their own.
        """
        open_ones = {n: v for n, v in member.decembers.items() if n not in member.settled}
        if not open_ones:
            return {}
        n_paths = len(next(iter(open_ones.values())))
        order = self.shuffle(area, n_paths)
        return {name: self.scores(values)[order] for name, values in open_ones.items()}
