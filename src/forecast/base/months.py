"""Months, and the spans of months that every published figure is about.

A month is an integer, `12 * year + month - 1`, so that months are subtracted and compared as
numbers and a year earlier is `month - 12`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS_A_YEAR = 12
_MONTH = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])")


def month(year: int, month_of_year: int) -> int:
    """Return the month as an integer; `month_of_year` counts from 1."""
    return MONTHS_A_YEAR * year + month_of_year - 1


def year_of(month: int) -> int:
    """Return the calendar year of a month."""
    return month // MONTHS_A_YEAR


def month_of_year(month: int) -> int:
    """Return 1 for January to 12 for December."""
    return month % MONTHS_A_YEAR + 1


def parse_month(text: str) -> int | None:
    """Return the month that `YYYY-MM` names, or None where the text names none."""
    parts = _MONTH.fullmatch(text)
    return month(int(parts[1]), int(parts[2])) if parts else None


def month_text(month: int) -> str:
    """Return `YYYY-MM`."""
    return f"{year_of(month):04d}-{month_of_year(month):02d}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The months from `first` to `last`, both included."""

    first: int
    last: int

    @classmethod
    def year_to_date(cls, year: int, last_month_of_year: int) -> Span:
        """Return January to the given month of a year."""
        return cls(month(year, 1), month(year, last_month_of_year))

    @classmethod
    def parse(cls, first: str, last: str) -> Span:
        """Return the span between two `YYYY-MM`; raise ValueError for any other text."""
        ends = parse_month(first), parse_month(last)
        if ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            raise ValueError(f"not a span: {first} to {last}")
        return cls(ends[0], ends[1])

    def later(self, n_months: int) -> Span:
        """Return the span so many months later."""
        return Span(self.first + n_months, self.last + n_months)

    @property
    def texts(self) -> tuple[str, str]:
        """First and last month as `YYYY-MM`."""
        return month_text(self.first), month_text(self.last)

    @property
    def n_months(self) -> int:
        """Number of months, at least one."""
        return self.last - self.first + 1

    @property
    def year(self) -> int:
        """Calendar year of the last month."""
        return year_of(self.last)

    @property
    def is_within_a_year(self) -> bool:
        """Whether first and last month lie in one calendar year."""
        return year_of(self.first) == self.year

    @property
    def is_year_to_date(self) -> bool:
        """Whether the span runs from a January to a month of the same year."""
        return month_of_year(self.first) == 1 and self.is_within_a_year

    @property
    def is_whole_year(self) -> bool:
        """Whether the span is one calendar year."""
        return self.is_year_to_date and month_of_year(self.last) == MONTHS_A_YEAR

    def __str__(self) -> str:
        """Return `YYYY-MM` for one month, else `YYYY-MM..YYYY-MM`."""
        if self.n_months == 1:
            return month_text(self.first)
        return f"{month_text(self.first)}..{month_text(self.last)}"
