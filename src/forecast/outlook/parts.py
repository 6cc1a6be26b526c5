"""Parts and their whole: on no path may the rest of a whole do what it has never done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from forecast.archive.archive import Snapshot
from forecast.history.levels import FloatArray, Levels
from forecast.history.series import History, bare_history

_FEWEST_YEARS = 3
_ASSUMED_GAP_PP, _ASSUMED_DEGREES = 5.0, 4.0  # wide, where there are too few past years
_SURE = 0.995  # on each side
_SLACK = 1e-9

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class PartConstraint:
    """How far growth of a part may lie from growth of the whole that it belongs to.

    `share` is the part's share of the whole's level. `rest_pp` is how far growth of the rest,
    (whole - share part) / (1 - share), may lie from growth of the whole, in percentage points.
    """

    part: str
    whole: str
    share: float
    rest_pp: float

    @property
    def most_apart_pp(self) -> float:
        """How far growth of the part may lie from growth of the whole, in percentage points."""
        return self.rest_pp * (1 - self.share) / self.share


def part_constraints(
    snapshot: Snapshot, histories: Mapping[str, History]
) -> tuple[PartConstraint, ...]:
    """Return the constraints of an area's parts, those of a whole before those of its parts' parts.

    `histories` are the area's, by indicator. There is no constraint where the share is not known,
    or where growth of the two is not comparable.
    """
    constraints: list[tuple[int, PartConstraint]] = []
    bounds: dict[str, float] = {}
    for name, history in histories.items():
        wholes = snapshot.registry.wholes_of(history.area, name)
        if not wholes or wholes[0] not in histories:
            continue
        whole = wholes[0]
        share = share_of(history, histories[whole], history.year - 1)
        if share is not None:
            if whole not in bounds:
                bounds[whole] = rest_bound_pp(snapshot, whole, history.year)
            constraints.append((len(wholes), PartConstraint(name, whole, share, bounds[whole])))
    return tuple(constraint for _, constraint in sorted(constraints, key=itemgetter(0)))


def share_of(part: History, whole: History, base_year: int) -> float | None:
    """Return the part's share of the whole's level; None where no year has both.

    It is that of the year nearest to the base year in which both have a level since January, the
    later of two that are equally near, and of the longest such span in it. A share lies between 0
    and 1: a year in which the part is negative or exceeds the whole gives none.
    """
    return next((s for s in raw_shares(part, whole, base_year) if 0 < s < 1), None)


def raw_shares(part: History, whole: History, base_year: int) -> list[float]:
    """Return the part's level over the whole's in each year that has both, the nearest first."""
    return list(shares_by_year(part, whole, base_year).values())


def shares_by_year(part: History, whole: History, base_year: int) -> dict[int, float]:
    """Return the part's level over the whole's by year, the year nearest to the base year first."""
    if part.levels is None or whole.levels is None or not _is_comparable(part, whole):
        return {}
    years = range(max(part.first_year, whole.first_year), part.year + 1)
    ratios: dict[int, float] = {}
    for year in sorted(years, key=lambda y: (abs(y - base_year), -y)):
        of_whole = whole.levels.of_year(year)
        both = part.levels.of_year(year) / np.where(of_whole == 0, np.nan, of_whole)
        if (known := both[np.isfinite(both)]).size:
            ratios[year] = float(known[-1])
    return ratios


def _is_comparable(part: History, whole: History) -> bool:
    """Whether growth of the whole is that of its parts, weighted by their shares."""
    accumulate = part.indicator.accumulates and whole.indicator.accumulates
    is_same_basis = part.indicator.price_basis == whole.indicator.price_basis
    return accumulate and is_same_basis and _unit(part.levels) == _unit(whole.levels)


def _unit(levels: Levels | None) -> str | None:
    return None if levels is None else levels.unit


def rest_bound_pp(snapshot: Snapshot, whole: str, year: int) -> float:
    """Return how far growth of the rest may lie from growth of a whole, in percentage points.

    It is the root mean square of the gaps of past years, over all parts and areas, times the
    99.5 % quantile of Student's t with as many degrees of freedom as there are years of areas.
    With fewer than three years it is assumed.
    """
    squares: dict[tuple[str, int], list[float]] = {}
    for area in snapshot.archive.areas:
        for past_year, gap in _past_gaps(snapshot.published, area, whole, year):
            squares.setdefault((area, past_year), []).append(gap**2)
    return bound_pp([float(np.mean(gaps)) for gaps in squares.values()])


def bound_pp(squares: Sequence[float]) -> float:
    """Return how far growth of a rest may lie from that of its whole, from squared past gaps.

    There is one for each year of an area; of fewer than three nothing is learnt.
    """
    scale, degrees = _ASSUMED_GAP_PP, _ASSUMED_DEGREES
    if len(squares) >= _FEWEST_YEARS:
        scale, degrees = float(np.sqrt(np.mean(squares))), float(len(squares))
    return scale * float(student.ppf(_SURE, degrees))


def _past_gaps(snapshot: Snapshot, area: str, whole: str, year: int) -> Iterator[tuple[int, float]]:
    """Yield growth of the rest less growth of the whole in past years, part by part, with years.

    Growth is that of the longest span since January that both have in a year.
    """
    indicators = snapshot.indicators_of(area)
    parts = [name for name in indicators if snapshot.registry.of(area, name).part_of == whole]
    if whole not in indicators or not parts:
        return
    of_whole = bare_history(snapshot, area, whole, year)
    for name in parts:
        of_part = bare_history(snapshot, area, name, year)
        for past_year in range(max(of_part.first_year, of_whole.first_year), year):
            apart = settled_growth(of_whole, past_year) - settled_growth(of_part, past_year)
            both = apart[np.isfinite(apart)]
            share = share_of(of_part, of_whole, past_year - 1) if both.size else None
            if share is not None:
                yield past_year, share / (1 - share) * float(both[-1])


def settled_growth(history: History, year: int) -> FloatArray:
    """Return settled YTD growth of the twelve months of a year, in per cent."""
    growth: FloatArray = history.settled[year - history.first_year]
    return growth


def constrained_paths(
    part: FloatArray,
    whole: FloatArray,
    most_apart_pp: float,
    settled_shares: FloatArray,
    n_batches: int,
) -> tuple[FloatArray, int]:
    """Return the part's paths, none further from the whole than allowed, and how many were moved.

    `whole` is the December of the whole on each path. Within a batch the part's paths are paired
    anew, which leaves their set as it is. A path that no pairing repairs is moved to the bound;
    months before December move by the part of it that is still open. `settled_shares` holds W of
    the months ahead, after the share at the last published month.
    """
    batches = zip(np.split(part, n_batches), np.split(whole, n_batches), strict=True)
    paths = np.concatenate([p[_pairing(p[:, -1], w, most_apart_pp)] for p, w in batches])
    shift = np.clip(paths[:, -1], whole - most_apart_pp, whole + most_apart_pp) - paths[:, -1]
    is_moved = np.abs(shift) > _SLACK
    done, ahead = settled_shares[0], settled_shares[1:]
    fade = np.clip((ahead - done) / (1 - done), 0.0, 1.0)  # as in recalibration
    return paths + np.where(is_moved, shift, 0.0)[:, None] * fade, int(is_moved.sum())


def _pairing(part: FloatArray, whole: FloatArray, most_apart_pp: float) -> IntArray:
    """Return which value of the part each path takes, so that as few as can be lie too far.

    Each value that lies too far changes places with the nearest value with which both fit. If this
    does not repair all of them, although the two sets would fit rank by rank, they are paired by
    rank: where any pairing fits everywhere, that by ranks does.
    """
    order = np.arange(len(part))
    fits = np.abs(part - whole) <= most_apart_pp + _SLACK
    excess = np.where(fits, 0.0, np.abs(part - whole))
    for i in np.argsort(-excess, kind="stable")[: int((~fits).sum())]:
        now = part[order]
        if abs(now[i] - whole[i]) <= most_apart_pp + _SLACK:
            continue  # repaired as another's partner
        is_partner = (np.abs(now - whole[i]) <= most_apart_pp) & (
            np.abs(now[i] - whole) <= most_apart_pp
        )
        if is_partner.any():
            j = int(np.argmin(np.where(is_partner, np.abs(now - now[i]), np.inf)))
            order[i], order[j] = order[j], order[i]
    if (np.abs(part[order] - whole) <= most_apart_pp + _SLACK).all():
        return order
    by_rank = np.empty_like(order)
    by_rank[np.argsort(whole, kind="stable")] = np.argsort(part, kind="stable")
    return by_rank if (np.abs(part[by_rank] - whole) <= most_apart_pp + _SLACK).all() else order
