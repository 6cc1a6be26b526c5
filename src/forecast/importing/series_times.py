"""The months that the times of a series stand for, found from the whole column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from forecast.archive.registry import Indicator
from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, year_of
from forecast.importing.cells import is_blank, plain
from forecast.importing.series import FileSeries, Observation
from forecast.importing.times import (
    DAY_INSIDE_A_MONTH,
    DateOrder,
    OtherReading,
    PartialSpan,
    Reach,
    iso_days,
    partial_span,
)

SAY = "--title, or title in the map"
_LENGTHS = {"M": 1, "Q": 3, "H": 6, "A": MONTHS_A_YEAR}
_NAMED_MONTH = re.compile(r"[^\W\d_t]|m\d")
_LEAST_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class SeriesTimes:
    """The times of a series, by the name that messages give it."""

    series: FileSeries
    name: str
    date_order: DateOrder | None

    @property
    def is_sparse(self) -> bool:
        """Whether it is known that each time is a month, however far they lie apart."""
        return self.series.frequency == "M" or any(
            _NAMED_MONTH.search(plain(o.time).partition("t0")[0])
            for o in self.series.observations
            if not is_blank(o.content)
        )

    def other_reading(self, observation: Observation) -> OtherReading:
        """Return what the text of a time may mean instead, empty where the frequency is named."""
        return "" if self.series.frequency else self._partial(observation.time)[0].other_reading

    def spans(
        self, reach: Reach | None, entry: Indicator
    ) -> tuple[dict[Observation, Span], dict[Observation, str]]:
        """Return the span of each observation, and why some have none.

        `reach` is what words say of all: one month, a quarter, since January. Raise UnreadableCell
        where no time can be told.
        """
        times: dict[Observation, Span] = {}
        faults: dict[Observation, str] = {}
        for observation in self.series.observations:
            if observation.fault:
                faults[observation] = f"{observation.content} {observation.fault}"
                continue
            try:
                times[observation] = self._span_of(observation.time)
            except UnreadableCell as error:
                if DAY_INSIDE_A_MONTH in str(error):
                    raise  # then its first and last days are no months either
                if not is_blank(observation.content):
                    faults[observation] = str(error)
        length = self._length(times, reach, entry)
        spans = {}
        for observation, span in times.items():
            if is_blank(observation.content):
                continue  # its time tells the frequency of the others
            try:
                spans[observation] = _lengthened(span, length, reach)
            except UnreadableCell as error:
                faults[observation] = str(error)
        return spans, faults

    def _partial(self, time: str) -> tuple[PartialSpan, str]:
        return partial_span(plain(iso_days(time, self.date_order)))

    def _span_of(self, time: str) -> Span:
        """Return the span that the text of a time names; raise UnreadableCell."""
        found, rest = self._partial(time)
        if rest.replace("|", "") or found.year is None or found.reach is not None:
            rule = "allowed: 2019-09, 2019-Q3, Sep 2019, 2019 and the like"
            raise UnreadableCell(time, f"is not a span of months; {rule}")
        if found.other_reading == "fiscal year" and self.series.frequency not in ("M", ""):
            raise UnreadableCell(time, "may be a fiscal year; allowed: months, quarters, years")
        first, last = found.months or (1, MONTHS_A_YEAR)
        return Span(month(found.year, first), month(found.year, last))

    def _length(
        self, times: Mapping[Observation, Span], reach: Reach | None, entry: Indicator
    ) -> int:
        """Return how many months each single time stands for; raise UnreadableCell where open."""
        if self.series.frequency in _LENGTHS:
            return _LENGTHS[self.series.frequency]
        if self.series.frequency:
            why = "is a frequency that figures do not have; allowed: M, Q, H, A"
            raise UnreadableCell(self.series.frequency, why)
        if reach in ("month", "quarter"):
            return 1 if reach == "month" else 3
        months = _single_months(times)
        if not months or self.is_sparse or any(s.n_months > 1 for s in times.values()):
            return 1
        gaps = [b - a for a, b in pairwise(months)]
        if not gaps:
            why = "is the only time of its series, so it may be a month, a quarter or a year"
            raise UnreadableCell(
                str(next(iter(times.values()))), f"{why}; allowed: 当月 or quarter in {SAY}"
            )
        step = gcd(*gaps)
        is_mixed = step == 1 and 1 in gaps and gaps.count(3) >= 3
        if is_mixed or step not in (1, 3, 6, 12):
            why = "has times that are neither months nor quarters nor years throughout"
            raise UnreadableCell(self.name, f"{why}; allowed: one frequency a series")
        if entry.kind in ("stock", "rate") and step > 1 and month_of_year(months[0]) % 3 == 0:
            return 1  # the state at the end of a quarter or of a year
        return step


def _single_months(times: Mapping[Observation, Span]) -> list[int]:
    """Return the single months of a series that tell its frequency.

    A blank one tells as well, unless the filled ones are the first months of quarters: then their
    column shares its dates with a monthly one.
    """
    single = {o: s.last for o, s in times.items() if s.n_months == 1}
    filled = sorted({m for o, m in single.items() if not is_blank(o.content)})
    are_quarters = len(filled) >= _LEAST_QUARTERS and all(
        b - a == 3 and month_of_year(a) % 3 == 1 for a, b in pairwise(filled)
    )
    return filled if are_quarters else sorted(set(single.values()))


def _lengthened(span: Span, length: int, reach: Reach | None) -> Span:
    """Return the span that a month stands for, since January where `reach` says so."""
    if span.n_months == 1 and length > 1:
        position = month_of_year(span.last)
        begins = position if position % length == 1 else position - length + 1
        if begins < 1 or (begins - 1) % length:
            why = f"is neither the first nor the last of {length} months"
            raise UnreadableCell(str(span), f"{why}; allowed: one of them")
        first = month(year_of(span.last), begins)
        span = Span(first, first + length - 1)
    elif reach == "month" and span.n_months > 1:
        raise UnreadableCell(str(span), "is not one month; allowed: a month")
    return Span.year_to_date(span.year, month_of_year(span.last)) if reach == "to_date" else span
