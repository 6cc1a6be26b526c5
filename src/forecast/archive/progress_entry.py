"""A progress entry added to a data folder: checked, then appended as a whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.archive.commitments import Commitments, read_commitments
from forecast.archive.progress import (
    PROGRESS_COLUMNS,
    PROGRESS_FOLDER,
    ProgressEntry,
    ProgressWarning,
    checked_entry,
    contradictions,
)
from forecast.archive.schedule import read_schedule
from forecast.base.errors import ContractError, DayAhead, Fault, OutputError, ParameterError
from forecast.base.files import write_bytes
from forecast.base.notation import NOT_A_DATE, parse_day

_COLUMNS = (*PROGRESS_COLUMNS, "released_on")
_SECONDS_TO_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class Added:
    """The entry as it stands in its file, the warnings about it, and whether it is new there."""

    entry: ProgressEntry
    warnings: tuple[ProgressWarning, ...]
    is_new: bool


def add_progress(folder: Path, row: Mapping[str, str]) -> Added:
    """Append a row to `commitments/AREA-YEAR.csv` and return it; a repeated row is not added.

    Raise ContractError for faults of the folder or of the row, ParameterError for an unknown id
    or an invalid day, DayAhead for a future day, OutputError where it cannot be written.
    """
    from filelock import FileLock, Timeout

    cells = {name: " ".join(row.get(name, "").split()) for name in _COLUMNS}
    path = _file_of(folder, cells)
    try:
        path.parent.mkdir(exist_ok=True)
        with FileLock(path.parent / ".lock", timeout=_SECONDS_TO_WAIT):
            return _added(folder, path, cells)
    except Timeout as error:
        raise OutputError(f"{path} is being written by another process; try again") from error
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror}") from error


def _file_of(folder: Path, cells: Mapping[str, str]) -> Path:
    """Return the file in which an entry belongs."""
    areas = {c.id: c.area for c in read_commitments(folder).announced}
    problems, day = [], parse_day(cells["day"])
    if cells["id"] not in areas:
        known = ", ".join(sorted(areas)) or "none, commitments.toml is missing or empty"
        problems.append(f"id: {cells['id']!r} is not a commitment (known: {known})")
    if day is None:
        problems.append(f"day: {cells['day']!r} {NOT_A_DATE}")
    if problems or day is None:
        raise ParameterError(problems)
    today = read_schedule(folder).today()
    if day > today:
        raise DayAhead(day, today)
    return folder / PROGRESS_FOLDER / f"{areas[cells['id']]}-{day.year}.csv"


def _added(folder: Path, path: Path, cells: Mapping[str, str]) -> Added:
    """Check a row against the folder as it is now, and put the file with it in place."""
    before, raw = read_commitments(folder), path.read_bytes() if path.is_file() else b""
    text, encoding = _decoded(raw)
    header = next(csv.reader(io.StringIO(text)), None) or list(_COLUMNS)
    entry = _checked(before, cells, f"{PROGRESS_FOLDER}/{path.name}", len(text.splitlines()) + 1)
    standing = [e for e in before.entries if _content(e) == _content(entry)]
    if standing:
        return Added(standing[0], (), is_new=False)
    lacking = [n for n in _COLUMNS if cells[n] and n not in [c.strip() for c in header]]
    if lacking:
        raise ParameterError([f"{path} has no column {name!r}; add it first" for name in lacking])
    rows = [[cells.get(name.strip(), "") for name in header]]
    between = "" if not text or text.endswith("\n") else "\n"
    added = between + _csv(rows if text.strip() else [header, *rows])
    write_bytes(path, raw + added.encode(encoding))
    after = read_commitments(folder)
    (added_entry,) = (e for e in after.entries if _content(e) == _content(entry))
    warnings = [w for w in after.warnings() if added_entry in (w.entry, w.limit_entry)]
    return Added(added_entry, tuple(warnings), is_new=True)


def _checked(
    commitments: Commitments, cells: Mapping[str, str], name: str, line: int
) -> ProgressEntry:
    """Return the row as an entry; raise ContractError where it is faulty or contradicts another."""
    faults: list[Fault] = []
    entry = checked_entry(cells, name, line, commitments.years, faults)
    if entry is None:
        raise ContractError(faults or [Fault(name, line, "done and source are empty")])
    if against := list(contradictions([*commitments.entries, entry])):
        raise ContractError(against)
    return entry


def _content(entry: ProgressEntry) -> tuple[object, ...]:
    return entry.id, entry.day, entry.done, entry.source, entry.released_on


def _decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding in which a row is added to it."""
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("gb18030"), "gb18030"


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
