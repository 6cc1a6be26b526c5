"""How far the work of a usual year has come by a day: a straight line, or the past years' curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast.archive.commitments import Commitment, Commitments
from forecast.archive.progress import ProgressEntry
from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray

_SETTLED_FROM = (12, 1)  # a year whose last entry is earlier than this says nothing of its end


@dataclass(frozen=True, slots=True)
class Clock:
    """Share of a usual year's work done by the end of each day of a year.

    `n_years` past years of the same commitment shaped it; without any it is a straight line.
    """

    year: int
    shares: FloatArray
    n_years: int

    def at(self, day: date) -> float:
        """Return the share at the end of a day; 1 from 31 December on, 0 before January."""
        index = (day - date(self.year, 1, 1)).days
        return 0.0 if index < 0 else float(self.shares[min(index, len(self.shares) - 1)])

    def month_ends_after(self, day: date) -> list[date]:
        """Return the last days of the year's months after a day, 31 December last."""
        first_days = [date(self.year, m, 1) for m in range(2, MONTHS_A_YEAR + 1)]
        ends = [d - timedelta(days=1) for d in [*first_days, date(self.year + 1, 1, 1)]]
        return [end for end in ends if end > day]


def clock_of(book: Commitments, one: Commitment, day: date) -> Clock:
    """Return the clock of a commitment as what was known on a day draws it.

    The curve is the mean of the same commitment's past years and one straight line.
    """
    n_days = (date(one.year + 1, 1, 1) - date(one.year, 1, 1)).days
    straight = np.arange(1, n_days + 1) / n_days
    past = [] if one.is_share else _past_years(book, one, day)
    curves = [_curve(entries, straight) for entries in past]
    return Clock(one.year, np.mean([straight, *curves], axis=0), len(curves))


def _past_years(book: Commitments, one: Commitment, day: date) -> list[list[ProgressEntry]]:
    """Return the progress of earlier years of a commitment that was reported to the end."""
    earlier = [c for c in book.all_in_force(day) if c.id == one.id and c.year < one.year]
    found = [book.progress(c, day) for c in earlier]
    return [
        entries
        for entries in found
        if entries
        and entries[-1].done > 0
        and (entries[-1].day.month, entries[-1].day.day) >= _SETTLED_FROM
    ]


def _curve(entries: list[ProgressEntry], straight: FloatArray) -> FloatArray:
    """Return a year's share of its own total by day, straight between its entries."""
    done = np.minimum.accumulate([e.done for e in entries][::-1])[::-1]
    start = date(entries[0].day.year, 1, 1)
    n_days = (date(start.year + 1, 1, 1) - start).days
    when = [((e.day - start).days + 1) / n_days for e in entries]
    told = [0.0, *(done / done[-1]).tolist()]
    return np.asarray(np.interp(straight, [0.0, *when], told), dtype=float)
