"""Progress of commitments: reading `commitments/*.csv`, and the contract that the rows keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from forecast.archive.csv_files import csv_table, files_in
from forecast.archive.figure_files import TOO_LARGE
from forecast.base.errors import ContractError, Fault
from forecast.base.notation import NOT_A_DATE, parse_day, parse_number

PROGRESS_FOLDER = "commitments"
PROGRESS_COLUMNS = ("id", "day", "done", "source")
Days = Mapping[int, tuple[date, date]]  # the first and the last day, by year
OPTIONAL_COLUMNS = ("released_on", "name")  # the name is for the eye


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEntry:
    """How much of a commitment was done in its year until the end of a day, and the source.

    `decimals` is the number of digits after the point in the file. The entry is known from
    `released_on` on; `file` and `line` say where it is written.
    """

    id: str
    day: date
    done: float
    source: str
    released_on: date
    decimals: int = 0
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """The place of the entry: `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class ProgressWarning:
    """An entry above the amount or below an earlier entry: `limit`, with its place."""

    code: str
    entry: ProgressEntry
    limit: float
    limit_place: str
    limit_entry: ProgressEntry | None = None

    @property
    def values(self) -> dict[str, str]:
        """The values of a sentence about it."""
        return {
            "id": self.entry.id,
            "done": f"{self.entry.done:.10g}",
            "place": self.entry.place,
            "limit": f"{self.limit:.10g}",
            "limit_place": self.limit_place,
        }

    def __str__(self) -> str:
        """Return both lines and both numbers."""
        above = self.code == "progress_above"
        problem = "is more than the amount" if above else "is less than an earlier entry's"
        rule = "" if above else "; counts never fall"
        return "{place}: {id}: done {done} {problem} {limit} ({limit_place}){rule}".format(
            **self.values, problem=problem, rule=rule
        )


def progress_files(folder: Path) -> list[Path]:
    """Return the files that hold progress entries, sorted by name."""
    return files_in(folder / PROGRESS_FOLDER, ".csv")


def read_progress_file(
    path: Path, name: str, days: Mapping[str, Days], faults: list[Fault]
) -> list[ProgressEntry]:
    """Return the sound entries of a file; add every fault. `days` holds the years of each id."""
    try:
        rows = csv_table(path, name, faults, PROGRESS_COLUMNS, OPTIONAL_COLUMNS)
    except ContractError as error:
        faults.extend(error.faults)
        return []
    entries = []
    for row in rows.to_dict("records"):
        cells = {str(column): str(value) for column, value in row.items()}
        entry = checked_entry(cells, name, int(cells["line"]), days, faults)
        if entry is not None:
            entries.append(entry)
    return entries


def checked_entry(
    cells: Mapping[str, str],
    name: str,
    line: int,
    days: Mapping[str, Days],
    faults: list[Fault],
) -> ProgressEntry | None:
    """Return the entry in the cells of a row; None where it is faulty or not filled in.

    A row with an id alone is a line of the template that has not been filled in yet.
    """
    problems = [] if _is_blank(cells) else list(_problems(cells, days))
    faults.extend(Fault(name, line, text) for text in problems)
    return None if problems or _is_blank(cells) else _entry(cells, name, line)


def _year_named(year: int, first: date, last: date) -> str:
    return str(year) if first.year == last.year else f"{year} ({first} to {last})"


def _is_blank(cells: Mapping[str, str]) -> bool:
    return cells["id"] != "" and not any(cells[c] for c in ("day", "done", "source"))


def _problems(cells: Mapping[str, str], days: Mapping[str, Days]) -> Iterator[str]:
    """Yield what is wrong with a row."""
    own, when = days.get(cells["id"]), parse_day(cells["day"])
    if own is None:
        ids = ", ".join(sorted(days)) or "none"
        yield f"id {cells['id']!r} is not a commitment (known in commitments.toml: {ids})"
    if when is None:
        yield f"day {cells['day']!r} {NOT_A_DATE}"
    elif own is not None and not any(first <= when <= last for first, last in own.values()):
        allowed = ", ".join(_year_named(year, *own[year]) for year in sorted(own))
        yield f"day {cells['day']!r} lies in no year of {cells['id']}; allowed: {allowed}"
    done = parse_number(cells["done"])
    if done is None or not 0 <= done < TOO_LARGE:
        rule = "a plain number from zero on, without thousands separators"
        yield f"done {cells['done']!r} is not an amount (expected {rule})"
    if not cells["source"]:
        yield "source is empty; allowed: where it was read"
    cell = cells.get("released_on", "")
    released = parse_day(cell) if cell else when
    if cell and released is None:
        yield f"released_on {cell!r} {NOT_A_DATE}; an empty cell stands for the day itself"
    elif released is not None and when is not None and released < when:
        yield f"released_on {cell!r} lies before its day {cells['day']}; allowed: from then on"


def _entry(cells: Mapping[str, str], name: str, line: int) -> ProgressEntry:
    when = date.fromisoformat(cells["day"])
    cell = cells.get("released_on", "")
    return ProgressEntry(
        id=cells["id"],
        day=when,
        done=float(cells["done"]),
        source=cells["source"],
        released_on=date.fromisoformat(cell) if cell else when,
        decimals=max(0, -int(Decimal(cells["done"]).normalize().as_tuple().exponent)),
        file=name,
        line=line,
    )


def contradictions(entries: Sequence[ProgressEntry]) -> Iterator[Fault]:
    """Yield entries with two values for the same day and day of release."""
    seen: dict[tuple[str, date, date], ProgressEntry] = {}
    for entry in entries:
        first = seen.setdefault((entry.id, entry.day, entry.released_on), entry)
        if first.done != entry.done:
            conflict = (
                f"{entry.id} on {entry.day} is {first.done:g} ({first.place}) and {entry.done:g}"
            )
            rule = "one value a day, a correction carries a later released_on"
            yield Fault(entry.file, entry.line, f"{conflict}; allowed: {rule}")
