"""All commitments of a data folder with their progress, and what of it was known on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.archive.commitments import ANNOUNCED_FILE, Commitment, read_announced
from forecast.archive.progress import ProgressEntry, progress_files, read_progress_file
from forecast.base.errors import ContractError, Fault


@dataclass(frozen=True, slots=True)
class Commitments:
    """Commitments, the line of each in its file, and every progress entry."""

    announced: tuple[Commitment, ...] = ()
    lines: tuple[int, ...] = ()
    entries: tuple[ProgressEntry, ...] = ()

    @property
    def years(self) -> dict[str, set[int]]:
        """The years of each commitment by its id."""
        return {c.id: {o.year for o in self.announced if o.id == c.id} for c in self.announced}

    def in_force(self, area: str, year: int, day: date) -> list[Commitment]:
        """Return the latest form of each commitment announced by a day, in the file's order."""
        known = [c for c in self.announced if (c.area, c.year) == (area, year)]
        known = [c for c in known if c.announced_on <= day]
        latest = {c.id: c for c in sorted(known, key=lambda c: c.announced_on)}
        return [c for c in known if latest[c.id] is c]

    def progress(self, one: Commitment, day: date) -> list[ProgressEntry]:
        """Return what was known on a day of a commitment's progress, in the order of its days.

        Of several entries about one day the one released last counts.
        """
        known = [e for e in self.entries if e.id == one.id and e.day.year == one.year]
        known = [e for e in known if e.released_on <= day]
        latest = {e.day: e for e in sorted(known, key=lambda e: e.released_on)}
        return [latest[d] for d in sorted(latest)]

    def known_years(self, day: date) -> list[Commitment]:
        """Return every commitment of every area and year as it stood on a day."""
        keys = dict.fromkeys((c.area, c.year) for c in self.announced)
        return [c for area, year in keys for c in self.in_force(area, year, day)]

    def warnings(self, day: date = date.max) -> list[ProgressWarning]:
        """Return entries known on a day that pass the amount, or fall below an earlier one.

        They are no faults: more than promised may be done, and a count may be corrected; but
        either may be a slip of the pen.
        """
        return [w for one in self.known_years(day) for w in self.warnings_of(one, day)]

    def warnings_of(self, one: Commitment, day: date) -> list[ProgressWarning]:
        """Return the warnings about the entries of one commitment."""
        entries = self.progress(one, day)
        where = f"{ANNOUNCED_FILE}:{self.lines[self.announced.index(one)]}"
        above = [
            ProgressWarning("progress_above", entry, one.amount, where)
            for entry in entries
            if entry.done > one.amount
        ]
        return [*above, *_falls(one, entries)]


@dataclass(frozen=True, slots=True)
class ProgressWarning:
    """An entry that passes the amount or falls below an earlier entry: `limit`, and its line."""

    code: str
    entry: ProgressEntry
    limit: float
    limit_place: str
    limit_entry: ProgressEntry | None = None

    @property
    def values(self) -> dict[str, str]:
        """What a sentence about it needs."""
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
        said = "is more than the amount" if above else "is less than an earlier entry's"
        rule = "" if above else "; counts never fall"
        told = self.values
        return (
            f"{told['place']}: {told['id']}: done {told['done']} {said} {told['limit']} "
            f"({told['limit_place']}){rule}"
        )


def _falls(one: Commitment, entries: Sequence[ProgressEntry]) -> Iterator[ProgressWarning]:
    """Yield entries of a count below the highest one before them; a share may fall."""
    highest: ProgressEntry | None = None
    for entry in () if one.is_share else entries:
        if highest is not None and entry.done < highest.done:
            yield ProgressWarning("progress_falls", entry, highest.done, highest.place, highest)
        else:
            highest = entry


def read_commitments(folder: Path, areas: Collection[str] | None = None) -> Commitments:
    """Return a data folder's commitments, none where it has none; raise ContractError."""
    faults: list[Fault] = []
    announced, lines = read_announced(folder, faults, areas)
    if faults:
        raise ContractError(faults)
    years = Commitments(tuple(announced), tuple(lines)).years
    entries: list[ProgressEntry] = []
    for path in progress_files(folder):
        name = path.relative_to(folder).as_posix()
        entries.extend(read_progress_file(path, name, years, faults))
    faults.extend(contradictions(entries))
    if faults:
        raise ContractError(sorted(faults, key=lambda f: (f.file, f.line or 0)))
    return Commitments(tuple(announced), tuple(lines), tuple(dict.fromkeys(entries)))


def contradictions(entries: Sequence[ProgressEntry]) -> Iterator[Fault]:
    """Yield entries that say two things of one day, known on one day."""
    seen: dict[tuple[str, date, date], ProgressEntry] = {}
    for entry in entries:
        first = seen.setdefault((entry.id, entry.day, entry.released_on), entry)
        if first.done != entry.done:
            said = f"{entry.id} on {entry.day} is {first.done:g} ({first.place}) and {entry.done:g}"
            rule = "one value a day, a correction carries a later released_on"
            yield Fault(entry.file, entry.line, f"{said}; allowed: {rule}")
