"""`pace`: the planner's rule with its errors.

The planner says that the year will end where it stands. Here December is the last YTD growth plus
an error: the standardised errors of all indicators and areas at this month in past years, on this
series' own scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import MONTHS_A_YEAR, month_of_year, year_of
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.contract import QUANTITIES
from forecast.models.shared import Scale, Shared

_OLDEST_ANCHOR = 3  # years
_JITTER = 0.25  # bandwidth of the smoothing of the empirical errors, in units of the scale


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest YTD growth, from which the rest of the year goes on, in per cent."""

    month: int
    growth_pct: float
    is_expected: bool


def anchor_of(history: History) -> Anchor | None:
    """Return the newest settled point, or a newer one that the office expected; else None."""
    points = [Anchor(m, g, True) for m, g in history.expected.items()]
    last = history.last_published
    if last is not None:
        points.append(Anchor(last, history.at(last), False))
    return max(points, key=lambda p: p.month, default=None)


class Pace:
    """The last YTD growth and the empirical distribution of its move until December."""

    name = "pace"
    quantities = QUANTITIES

    def can_fit(self, history: History) -> bool:
        """Return whether there is a point to start from, at most three years old."""
        anchor = anchor_of(history)
        return anchor is not None and year_of(anchor.month) >= history.year - _OLDEST_ANCHOR

    def fit(self, history: History, shared: Shared) -> FittedPace:
        """Return the rule on a history; raise NotEnoughHistory where `can_fit` is false."""
        anchor = anchor_of(history)
        if anchor is None or not self.can_fit(history):
            raise NotEnoughHistory(f"pace has no point to start from in {history.series}")
        return FittedPace(history, shared, anchor, shared.scale_of(history))


@dataclass(frozen=True)
class FittedPace:
    """The rule with its anchor and scale."""

    history: History
    shared: Shared
    anchor: Anchor
    scale: Scale

    def update(self, history: History) -> FittedPace:
        """Return the rule with the same scale on newer figures."""
        return replace(self, history=history, anchor=anchor_of(history) or self.anchor)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of YTD growth, each on a straight course to its December."""
        year, months_known = year_of(self.anchor.month), month_of_year(self.anchor.month)
        spread = np.sqrt(
            self.scale.degrees_of_freedom / rng.chisquare(self.scale.degrees_of_freedom, n_paths)
        )
        start = np.full(n_paths, self.anchor.growth_pct)
        if self.anchor.is_expected:
            start = start + self._errors(MONTHS_A_YEAR - 1, spread, rng)
        december = {year: start}
        if months_known < MONTHS_A_YEAR:
            december[year] = start + self._errors(months_known, spread, rng)
        for later in range(year + 1, self.history.year + 1):
            december[later] = december[later - 1] + self._errors(0, spread, rng)
        paths = np.empty((n_paths, len(self.history.ahead)))
        for column, when in enumerate(self.history.ahead):
            paths[:, column] = self._month(when, start, december)
        return paths

    def _errors(
        self, months_known: int, spread: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Return errors until December in percentage points: the pool's shape on this scale.

        Both signs are equally likely: that growth fell in the past decade is not a rule.
        """
        pool = self.shared.standard_errors(self.history, months_known)
        drawn = rng.choice(np.concatenate([pool, -pool]), spread.size)
        smooth = (drawn + _JITTER * rng.standard_normal(spread.size)) / np.sqrt(1 + _JITTER**2)
        typical = self.scale.scale_pp * self.shared.typical_move(self.history, months_known)
        return np.asarray(typical * spread * smooth)

    def _month(self, when: int, start: FloatArray, december: dict[int, FloatArray]) -> FloatArray:
        """Return YTD growth of a month if the rest of its year grows at one rate.

        S_m = (W_k S_k + (W_m - W_k) r) / W_m, with r such that December comes out.
        """
        year, position = year_of(when), month_of_year(when)
        if when <= self.anchor.month:
            return start
        if year != year_of(self.anchor.month):
            return december[year]
        months_known = month_of_year(self.anchor.month)
        if self.history.indicator.is_stock:
            left = MONTHS_A_YEAR - months_known
            return start + (december[year] - start) * (position - months_known) / left
        settled = self.history.settled_share(year, months_known)
        done = self.history.settled_share(year, position)
        rest = start + (december[year] - start) / (1 - settled)
        return (settled * start + (done - settled) * rest) / done
