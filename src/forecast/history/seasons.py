"""Whether a series has seasons: what its entry declares, and what its figures show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.base.months import month, month_text
from forecast.history.levels import (
    IDENTIFIABLE,
    FloatArray,
    Flows,
    distances,
    filled,
    seasonal_factors,
    stable_factors,
)
from forecast.history.series import History

YEARS_TESTED, FEWEST_YEARS = 8, 5
_FEWEST_YEARS_A_SIDE = 2
_LEAST_CONTRAST = 9.0  # of the variances of the factors before and after a change

Kind = Literal["adjusted", "unadjusted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasons:
    """What is declared of a series' seasons, and what a test of its figures found.

    `declared` is what the entry says. `found` is what the test of X-11 for stable seasons says of
    the whole years before the one that is forecast: `unadjusted` where its F, `f_ratio`, is seven
    or more; None with fewer than five years. `changes_in` is the month from which the figures are
    of the other kind, `turns`; both None where they are of one kind.
    """

    declared: Kind | None
    found: Kind | None
    f_ratio: float | None
    n_years: int
    changes_in: str | None
    turns: Kind | None

    @property
    def is_contradicted(self) -> bool:
        """Whether figures of one kind show the other kind than was declared."""
        both_known = self.declared is not None and self.found is not None
        return both_known and self.declared != self.found and self.turns is None


def seasons_of(history: History) -> Seasons:
    """Return what is known of a series' seasons; nothing is found without regular levels.

    The test is that of Shiskin, Young and Musgrave (1967), with the limit of Lothian and Morry
    (1978). It uses whole years before the forecast year, so it is the same all through the year.
    """
    flows, adjusted = history.flows, history.indicator.adjusted
    declared: Kind | None = None if adjusted is None else _kind(is_adjusted=adjusted)
    logs = np.empty(0) if flows is None else logs_before(flows, history.year)
    n_years = 0 if flows is None else len(logs) // flows.season
    if flows is None or flows.is_chained or n_years < FEWEST_YEARS or np.isnan(logs).any():
        return Seasons(
            declared=declared, found=None, f_ratio=None, n_years=n_years, changes_in=None,
            turns=None,
        )  # fmt: skip
    ratio = seasonal_factors(logs, flows.season)[1]
    place, turns = _change(flows)
    return Seasons(
        declared=declared,
        found=_kind(is_adjusted=ratio < IDENTIFIABLE),
        f_ratio=float(ratio) if np.isfinite(ratio) else None,
        n_years=n_years,
        changes_in=None if place is None else _month_of(flows, place),
        turns=turns,
    )


def logs_before(flows: Flows, year: int) -> FloatArray:
    """Return the logarithms of flows a month in the eight years before a year, of whole years."""
    first, last = flows.period_index(year - YEARS_TESTED), flows.period_index(year)
    logs = _logs(flows)[max(0, first) : max(0, last)]
    return logs[: len(logs) // flows.season * flows.season]


def _logs(flows: Flows) -> FloatArray:
    """Return the logarithms of all flows, those of longer periods a month."""
    n = len(flows.amounts)
    months = np.resize(np.ones(1) if flows.is_stock else flows.months_in_period, n)
    return flows.scaled(filled(flows) / months)


def _kind(*, is_adjusted: bool) -> Kind:
    return "adjusted" if is_adjusted else "unadjusted"


def _change(flows: Flows) -> tuple[int | None, Kind | None]:
    """Return the flow from which the figures are of the other kind, and which; else None twice.

    The place is that at which seasonal factors on one side and none on the other leave the smallest
    squares. It counts where the sides, of two years or more, are of different kinds by the test and
    the factors of one are at least three times as large as those of the other.
    """
    season, logs = flows.season, _logs(flows)
    apart = distances(logs, season)
    least = _FEWEST_YEARS_A_SIDE * season
    if np.isnan(apart).any() or len(apart) < 2 * least:
        return None, None
    period = (np.arange(len(apart)) + season // 2) % season
    gain = _explained(apart, period, season)  # of the flows before each place
    gain_after = _explained(apart[::-1], period[::-1], season)[::-1]
    places = np.arange(least, len(apart) - least + 1)
    best = int(places[np.argmax(np.maximum(gain[places], gain_after[places]))])
    sides = [stable_factors(apart[s], period[s], season) for s in (slice(best), slice(best, None))]
    seasonal = [ratio >= IDENTIFIABLE for _, ratio in sides]
    sizes = [float(np.square(factors).sum()) for factors, _ in sides]
    if seasonal[0] == seasonal[1] or max(sizes) < _LEAST_CONTRAST * min(sizes):
        return None, None
    return best + season // 2, _kind(is_adjusted=seasonal[0])


def _explained(apart: FloatArray, period: NDArray[np.intp], season: int) -> FloatArray:
    """Return by number of flows, from none on, the squares that their seasonal means explain."""
    member = period[:, None] == np.arange(season)
    sums = np.cumsum(member * apart[:, None], axis=0)
    counts = np.maximum(1, np.cumsum(member, axis=0))
    return np.asarray(np.r_[0.0, (sums**2 / counts).sum(axis=1)])


def _month_of(flows: Flows, place: int) -> str:
    """Return the first month of a flow's period, of a stock the month of its level."""
    row, period = divmod(place, flows.season)
    ends = (0, *flows.period_ends)
    number = ends[period + 1] if flows.is_stock else ends[period] + 1
    return month_text(month(flows.first_year + row, number))
