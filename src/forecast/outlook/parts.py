"""Parts and their whole: on no path may the rest of the whole do what it has never done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from forecast.archive.archive import Snapshot
from forecast.history.levels import FloatArray, Levels
from forecast.history.series import History, bare_history

_FEWEST_YEARS = 3
_ASSUMED_GAP_PP, _ASSUMED_FREEDOM = 5.0, 4.0  # where no past year tells: wide
_SURE = 0.995  # on each side
_SLACK = 1e-9

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the growth of a whole allows the growth of one of its parts.

    `share` is the part's share of the whole's level. `rest_pp` is how far growth of the rest,
    (whole - share part) / (1 - share), may lie from growth of the whole, in percentage points.
    """

    part: str
    whole: str
    share: float
    rest_pp: float

    @property
    def apart_pp(self) -> float:
        """How far growth of the part may lie from growth of the whole, in percentage points."""
        return self.rest_pp * (1 - self.share) / self.share


def allowances(snapshot: Snapshot, histories: Mapping[str, History]) -> tuple[Allowance, ...]:
    """Return what the wholes of an area allow their parts, a whole before the parts of its parts.

    `histories` are the area's, by indicator. Where the share is not known, or growth of the two
    is not on one footing, nothing is held.
    """
    found: list[tuple[int, Allowance]] = []
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
            found.append((len(wholes), Allowance(name, whole, share, bounds[whole])))
    return tuple(allowance for _, allowance in sorted(found, key=lambda one: one[0]))


def share_of(part: History, whole: History, base_year: int) -> float | None:
    """Return the part's share of the whole's level; None where no year tells.

    Of the year nearest to the base year in which both have a level since January, the later of
    two as near, and of its longest such span.
    """
    if part.levels is None or whole.levels is None or not _on_one_footing(part, whole):
        return None
    years = range(max(part.first_year, whole.first_year), part.year + 1)
    for year in sorted(years, key=lambda y: (abs(y - base_year), -y)):
        both = part.levels.of_year(year) / whole.levels.of_year(year)
        known = both[np.isfinite(both)]
        if known.size and 0 < known[-1] < 1:
            return float(known[-1])
    return None


def _on_one_footing(part: History, whole: History) -> bool:
    """Whether growth of the whole is that of its parts, weighed by their shares."""
    accumulate = all(
        h.indicator.annual_rule in ("published_ytd", "sum_of_months") for h in (part, whole)
    )
    is_same_basis = part.indicator.price_basis == whole.indicator.price_basis
    return accumulate and is_same_basis and _unit(part.levels) == _unit(whole.levels)


def _unit(levels: Levels | None) -> str | None:
    return None if levels is None else levels.unit


def rest_bound_pp(snapshot: Snapshot, whole: str, year: int) -> float:
    """Return how far growth of the rest may lie from growth of a whole, in percentage points.

    The root mean square of what past years had, over all parts and areas, times the 99.5 %
    quantile of Student's t with as many degrees of freedom as there were years of areas. Fewer
    than three years give an assumed size.
    """
    squares: dict[tuple[str, int], list[float]] = {}
    for area in snapshot.archive.areas:
        for past_year, gap in _past_gaps(snapshot.published, area, whole, year):
            squares.setdefault((area, past_year), []).append(gap**2)
    size, freedom = _ASSUMED_GAP_PP, _ASSUMED_FREEDOM
    if len(squares) >= _FEWEST_YEARS:
        size = float(np.sqrt(np.mean([np.mean(found) for found in squares.values()])))
        freedom = float(len(squares))
    return size * float(student.ppf(_SURE, freedom))


def _past_gaps(snapshot: Snapshot, area: str, whole: str, year: int) -> Iterator[tuple[int, float]]:
    """Yield growth of the rest less growth of the whole in past years, part by part, with years.

    Growth is of the longest span since January that both have in a year.
    """
    known = snapshot.indicators_of(area)
    parts = [name for name in known if snapshot.registry.of(area, name).part_of == whole]
    if whole not in known or not parts:
        return
    of_whole = bare_history(snapshot, area, whole, year)
    for name in parts:
        of_part = bare_history(snapshot, area, name, year)
        for past_year in range(max(of_part.first_year, of_whole.first_year), year):
            apart = _growth_of(of_whole, past_year) - _growth_of(of_part, past_year)
            both = apart[np.isfinite(apart)]
            share = share_of(of_part, of_whole, past_year - 1) if both.size else None
            if share is not None:
                yield past_year, share / (1 - share) * float(both[-1])


def _growth_of(history: History, year: int) -> FloatArray:
    """Return settled YTD growth of the twelve months of a year, in per cent."""
    growth: FloatArray = history.settled[year - history.first_year]
    return growth


def held(
    part: FloatArray,
    whole: FloatArray,
    apart_pp: float,
    settled_shares: FloatArray,
    n_batches: int,
) -> tuple[FloatArray, int]:
    """Return the part's paths, none further from the whole than allowed, and how many were moved.

    `whole` is the December of the whole on each path. Within a batch the part's paths are paired
    anew, which leaves their set as it is. What no pairing repairs is moved to the bound, months
    before December by as much of it as is still open: `settled_shares` holds W of the months
    ahead, the share at the last published month first.
    """
    batches = zip(np.split(part, n_batches), np.split(whole, n_batches), strict=True)
    paths = np.concatenate([p[_pairing(p[:, -1], w, apart_pp)] for p, w in batches])
    shift = np.clip(paths[:, -1], whole - apart_pp, whole + apart_pp) - paths[:, -1]
    is_moved = np.abs(shift) > _SLACK
    done, ahead = settled_shares[0], settled_shares[1:]
    fade = np.clip((ahead - done) / (1 - done), 0.0, 1.0)  # as in recalibration
    return paths + np.where(is_moved, shift, 0.0)[:, None] * fade, int(is_moved.sum())


def _pairing(part: FloatArray, whole: FloatArray, apart_pp: float) -> IntArray:
    """Return which value of the part each path takes, so that as few as can be lie too far.

    Each value that lies too far changes places with the nearest value with which both fit. If that
    does not repair all, though the two sets would fit rank by rank, they are paired so: where any
    pairing fits everywhere, that by ranks does.
    """
    order = np.arange(len(part))
    fits = np.abs(part - whole) <= apart_pp + _SLACK
    excess = np.where(fits, 0.0, np.abs(part - whole))
    for i in np.argsort(-excess, kind="stable")[: int((~fits).sum())]:
        now = part[order]
        if abs(now[i] - whole[i]) <= apart_pp + _SLACK:
            continue  # repaired as another's partner
        is_partner = (np.abs(now - whole[i]) <= apart_pp) & (np.abs(now[i] - whole) <= apart_pp)
        if is_partner.any():
            j = int(np.argmin(np.where(is_partner, np.abs(now - now[i]), np.inf)))
            order[i], order[j] = order[j], order[i]
    if (np.abs(part[order] - whole) <= apart_pp + _SLACK).all():
        return order
    by_rank = np.empty_like(order)
    by_rank[np.argsort(whole, kind="stable")] = np.argsort(part, kind="stable")
    return by_rank if (np.abs(part[by_rank] - whole) <= apart_pp + _SLACK).all() else order
