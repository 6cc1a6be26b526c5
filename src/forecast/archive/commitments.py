"""Counted commitments, as a work report announces them (新增学位4000个以上), and their progress."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict

from forecast.archive.progress import (
    Days,
    ProgressEntry,
    ProgressWarning,
    contradictions,
    progress_files,
    read_progress_file,
)
from forecast.archive.schedule import end_of_month
from forecast.archive.toml import Day, Number, Year, area_faults, parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.files import is_named
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.notation import NOT_A_NAME, is_name
from forecast.base.series import Names

ANNOUNCED_FILE = "commitments.toml"
DEFAULT_TOLERANCE_PCT = 5.0
SHARE_UNIT = "%"


class CommitmentComparison(StrEnum):
    """How the progress is compared with the amount."""

    EXACTLY = "exactly"
    AT_LEAST = "at_least"
    ABOUT = "about"
    MORE_THAN = "more_than"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """Something that a government promised to do within a year, and how much of it.

    An amount in `%` is a share, in per cent; every other one is a count, which begins at zero
    with the year and never falls.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    area: str
    year: Year
    name_en: str
    name_zh: str
    amount: Number
    unit_en: str
    unit_zh: str
    comparison: CommitmentComparison
    wording: str
    source: str
    announced_on: Day
    announced_on_basis: Literal["published", "estimated", "uploaded"] = "published"
    amount_basis: Literal["stated", "named", "all"] = "stated"
    tolerance_pct: Number | None = None

    @property
    def names(self) -> Names:
        """The name in both languages."""
        return Names(self.name_en, self.name_zh)

    @property
    def units(self) -> Names:
        """The unit in both languages."""
        return Names(self.unit_en, self.unit_zh)

    @property
    def is_share(self) -> bool:
        """Whether the amount is a share in per cent, which may fall again."""
        return self.unit_en == SHARE_UNIT

    @property
    def bound(self) -> float:
        """The amount from which it is kept; with `more_than` it must be passed."""
        if self.comparison is not CommitmentComparison.ABOUT:
            return self.amount
        given = self.tolerance_pct
        return self.amount * (1 - (DEFAULT_TOLERANCE_PCT if given is None else given) / 100)

    def are_kept_by(self, done: ArrayLike) -> NDArray[np.bool_]:
        """Return whether so much keeps the commitment, amount by amount."""
        amounts, slack = np.asarray(done, dtype=float), 1e-9 * max(1.0, self.amount)
        if self.comparison is CommitmentComparison.MORE_THAN:
            return np.asarray(amounts > self.bound + slack)
        return np.asarray(amounts >= self.bound - slack)

    def is_kept_by(self, done: float) -> bool:
        """Return whether so much keeps the commitment."""
        return bool(self.are_kept_by(done))


def read_announced(
    folder: Path, faults: list[Fault], areas: Collection[str] | None = None
) -> tuple[list[Commitment], list[int]]:
    """Return the commitments of a data folder and the line of each; add every fault."""
    path = folder / ANNOUNCED_FILE
    if not is_named(path):
        return [], []
    entries, lines = read_entries(path, {"commitment"})
    own: list[Fault] = []
    commitments = parsed(Commitment, entries["commitment"], lines["commitment"], path.name, own)
    if not own:
        pairs = list(zip(commitments, lines["commitment"], strict=True))
        own = [Fault(path.name, line, text) for c, line in pairs for text in _problems(c)]
        own.extend(_contradictions(pairs, path.name))
        own.extend(area_faults(commitments, lines["commitment"], path.name, areas))
    faults.extend(own)
    return ([], []) if own else (commitments, lines["commitment"])


def _problems(commitment: Commitment) -> Iterator[str]:
    amount, tolerance = commitment.amount, commitment.tolerance_pct
    units = commitment.unit_en, commitment.unit_zh
    is_about = commitment.comparison is CommitmentComparison.ABOUT
    if not is_name(commitment.id):
        yield f"id {commitment.id!r} {NOT_A_NAME}"
    if amount <= 0:
        yield f"amount {amount:g}; allowed: more than zero"
    if units.count(SHARE_UNIT) == 1:
        yield f"unit_en {units[0]!r} and unit_zh {units[1]!r}; allowed: '%' in both or in neither"
    elif commitment.is_share and amount > 100:
        yield f"amount {amount:g} of a share; allowed: up to 100"
    if tolerance is not None and not (is_about and 0 <= tolerance < 100):
        rule = "zero or more and below 100, with comparison about"
        yield f"tolerance_pct {tolerance:g}; allowed: {rule}"


def _contradictions(pairs: Sequence[tuple[Commitment, int]], file: str) -> Iterator[Fault]:
    """Yield ids that two areas use, and commitments announced twice on the same day."""
    areas: dict[str, tuple[str, int]] = {}
    lines: dict[tuple[str, int, date], int] = {}
    for commitment, line in pairs:
        name, own = commitment.id, commitment.area
        area, first = areas.setdefault(name, (own, line))
        if area != own:
            what = f"id {name!r} is of {area} on line {first}, and of {own} here"
            yield Fault(file, line, f"{what}; allowed: an id of one area only")
        key = (name, commitment.year, commitment.announced_on)
        if (first := lines.setdefault(key, line)) != line:
            what = f"{name} {commitment.year} was announced on this day on line {first} already"
            yield Fault(file, line, f"{what}; allowed: a later announced_on")


@dataclass(frozen=True, slots=True)
class Commitments:
    """Commitments, the line of each in its file, and every progress entry.

    `months_before` holds by area how many months of a calendar year lie before its own year.
    """

    announced: tuple[Commitment, ...] = ()
    lines: tuple[int, ...] = ()
    entries: tuple[ProgressEntry, ...] = ()
    months_before: Mapping[str, int] = field(default_factory=dict)

    @property
    def days(self) -> dict[str, Days]:
        """The first and the last day of each year of a commitment, by its id."""
        return {
            c.id: {o.year: self.days_of(o) for o in self.announced if o.id == c.id}
            for c in self.announced
        }

    def days_of(self, commitment: Commitment) -> tuple[date, date]:
        """Return the first and the last day of the year of a commitment, by its area's calendar."""
        before = self.months_before.get(commitment.area, 0)
        first = MONTHS_A_YEAR * commitment.year + before
        begins = end_of_month(first - 1) + timedelta(days=1)
        return begins, end_of_month(first + MONTHS_A_YEAR - 1)

    def in_force(self, area: str, year: int, day: date) -> list[Commitment]:
        """Return the latest form of each commitment announced by a day, in the file's order."""
        of_area = [c for c in self.announced if (c.area, c.year) == (area, year)]
        announced = [c for c in of_area if c.announced_on <= day]
        latest = {c.id: c for c in sorted(announced, key=lambda c: c.announced_on)}
        return [c for c in announced if latest[c.id] is c]

    def progress(self, commitment: Commitment, day: date) -> list[ProgressEntry]:
        """Return the progress entries that were known on a day, in the order of their days.

        Of several entries about one day the one released last counts.
        """
        first, last = self.days_of(commitment)
        own = [e for e in self.entries if e.id == commitment.id and first <= e.day <= last]
        entries = [e for e in own if e.released_on <= day]
        latest = {e.day: e for e in sorted(entries, key=lambda e: e.released_on)}
        return [latest[d] for d in sorted(latest)]

    def all_in_force(self, day: date) -> list[Commitment]:
        """Return every commitment of every area and year as it stood on a day."""
        keys = dict.fromkeys((c.area, c.year) for c in self.announced)
        return [c for area, year in keys for c in self.in_force(area, year, day)]

    def warnings(self, day: date = date.max) -> list[ProgressWarning]:
        """Return entries known on a day that pass the amount, or fall below an earlier one.

        They are not faults: more than promised may be done, and a count may be corrected. But
        either may be a typing error.
        """
        return [
            w for commitment in self.all_in_force(day) for w in self.warnings_of(commitment, day)
        ]

    def warnings_of(self, commitment: Commitment, day: date) -> list[ProgressWarning]:
        """Return the warnings about the entries of a commitment."""
        entries = self.progress(commitment, day)
        where = f"{ANNOUNCED_FILE}:{self.lines[self.announced.index(commitment)]}"
        above = [
            ProgressWarning("progress_above", entry, commitment.amount, where)
            for entry in entries
            if entry.done > commitment.amount
        ]
        return [*above, *_falls(commitment, entries)]


def _falls(commitment: Commitment, entries: Sequence[ProgressEntry]) -> Iterator[ProgressWarning]:
    """Yield entries of a count below the highest one before them; a share may fall."""
    highest: ProgressEntry | None = None
    for entry in () if commitment.is_share else entries:
        if highest is not None and entry.done < highest.done:
            yield ProgressWarning("progress_falls", entry, highest.done, highest.place, highest)
        else:
            highest = entry


def read_commitments(
    folder: Path,
    areas: Collection[str] | None = None,
    months_before: Mapping[str, int] | None = None,
) -> Commitments:
    """Return a data folder's commitments, none where it has none; raise ContractError.

    `months_before` holds by area how many months of a calendar year lie before its own year.
    """
    faults: list[Fault] = []
    announced, lines = read_announced(folder, faults, areas)
    if faults:
        raise ContractError(faults)
    book = Commitments(tuple(announced), tuple(lines), months_before=months_before or {})
    days = book.days
    entries: list[ProgressEntry] = []
    for path in progress_files(folder):
        name = path.relative_to(folder).as_posix()
        entries.extend(read_progress_file(path, name, days, faults))
    faults.extend(contradictions(entries))
    if faults:
        raise ContractError(sorted(faults, key=lambda f: (f.file, f.line or 0)))
    return replace(book, entries=tuple(dict.fromkeys(entries)))
