"""The series of a file in a format that is recognised: what names each, and its observations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from forecast.base.notation import parse_day
from forecast.importing.cells import Content, is_blank
from forecast.importing.grid import Grid
from forecast.importing.times import DateOrder, iso_days

Frequency = str  # M, Q, H or A; empty where the times themselves have to tell
_MISSING = frozenset((".", "..", ":", "x", "nd", "#n/a", "nan", "none", "m", "c", "nat"))
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE][+-]?\d{1,2}")
_STATUSES = {
    "": "final", "a": "final", "b": "final", "r": "final", "d": "final", "u": "final",
    "p": "preliminary", "e": "preliminary", "s": "preliminary", "f": "expected",
    "n": "final", "br": "final", "bp": "preliminary", "ep": "preliminary",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observation:
    """One cell of a series: its place, the text of its time, its content and its vintage."""

    row: int
    column: int
    time: str
    content: Content
    status: str = ""
    vintage: date | None = None
    fault: str = ""  # why it cannot be read, whatever its content


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeries:
    """A series as its file names it, by code, title or the words of a dimension.

    `area` and `unit` are texts of the file, empty where it gives none; `words` are what the format
    itself says: 累计, growth.
    """

    names: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    unit: str = ""
    words: str = ""
    transformations: tuple[str, ...] = ()  # codes and labels that may say growth: G1, PCH_SM
    frequency: Frequency = ""
    is_national: bool = False  # of China, where neither file nor person names another area
    is_optional: bool = False  # not missed where the folder has no such indicator
    observations: list[Observation] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """What a recognised file holds: its series, and the day on which the whole file came out."""

    format: str
    series: list[FileSeries]
    n_head_rows: int
    released_on: date | None = None
    publisher: str = ""
    left_out: tuple[str, ...] = ()


def observations_down(
    grid: Grid,
    column: int,
    start: int,
    *,
    time_column: int = 0,
    vintage: date | None = None,
) -> Iterator[Observation]:
    """Yield the observations of a column, with the times of another one beside them."""
    for number in range(start, len(grid.rows)):
        row = grid.rows[number]
        content = number_content(row[column])
        time = time_text(row[time_column])
        if time or not is_blank(content):
            yield Observation(number, column, time, content, "", vintage)


def header_names(grid: Grid) -> list[str]:
    """Return the first row in small letters."""
    return [str(cell or "").strip().casefold() for cell in grid.rows[0]] if grid.rows else []


def number_content(cell: Content) -> Content:
    """Return a cell, None where it holds a service's mark of a missing value.

    Programs write 2.7E+12 in full, so nothing is lost in reading it.
    """
    is_missing = isinstance(cell, str) and cell.strip().casefold() in _MISSING
    is_not_a_number = isinstance(cell, float) and cell != cell
    if isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell.strip()):
        return Decimal(cell.strip())
    return None if is_missing or is_not_a_number else cell


def time_text(cell: Content) -> str:
    """Return the text of a time: a day as in ISO, a year without decimals."""
    return "" if cell is None else str(cell).strip().removesuffix(".0")


def is_day(cell: Content) -> bool:
    """Whether a cell holds a day, the year first."""
    return isinstance(cell, date) or re.match(r"\d{4}[-/年]", str(cell or "")) is not None


def written_day(cell: Content, order: DateOrder | None = None) -> date | None:
    """Return a day written as 2019-10-25, or in a declared order, None for other texts."""
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    return parse_day(iso_days(str(cell or "").strip()[:10], order).replace("/", "-"))


def vintage_and_fault(cell: Content) -> tuple[date | None, str]:
    """Return the day of release in a cell, or why it is none."""
    day = None if is_blank(cell) else written_day(cell)
    why = f"has the day of release {cell}, which is not a date (expected YYYY-MM-DD)"
    return day, "" if day is not None or is_blank(cell) else why


def status_of_flag(flag: str) -> str | None:
    """Return the status that a flag of SDMX or a status of ours means, None where unknown."""
    flag = flag.strip().casefold()
    if flag in ("final", "preliminary", "expected", "lower_bound"):
        return flag
    return _STATUSES.get(flag)
