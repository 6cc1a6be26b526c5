"""What changed of the data that published reports rest on, and which areas it bears on.

Each run keeps the rows of the data folder. A row that changed or vanished since then is a change
until a person accepts it; the runs in between keep the row as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from forecast.archive.archive import Archive
from forecast.archive.data_rows import (
    FIGURE,
    DataRow,
    RowChange,
    changes,
    data_rows,
    dependent_areas,
    standing_table,
    unpacked,
)
from forecast.base.errors import Fault
from forecast.publishing.ledger import Ledger
from forecast.publishing.places import RESULT, ROWS, stored

_MOST_RUNS = 50  # are looked at in search of one from this data folder
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DataChanges:
    """The rows that changed, the faults of files that cannot be read, and the areas that stop.

    `before` are the rows as published reports had them; the figures of `frozen` areas changed.
    """

    changes: Sequence[RowChange] = ()
    faults: Sequence[Fault] = ()
    areas: frozenset[str] = frozenset()
    before: Mapping[str, DataRow] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()

    @property
    def is_of_commitments(self) -> bool:
        """Whether something other than figures and targets changed, which all areas know."""
        return any(change.before.kind in ("commitment", "progress") for change in self.changes)

    @property
    def items(self) -> dict[str, str]:
        """What a person accepts: the keys of the rows, and the hash of what each says now."""
        return {change.before.key: change.digest for change in self.changes}

    def message(self, area: str, archive: Archive) -> str:
        """Return what stops an area: the rows and faults that bear on it, and what to do."""
        rows = [c for c in self.changes if area in _areas_of(c, archive)]
        shown = [str(c) for c in rows[:_MOST_SHOWN]]
        if len(rows) > _MOST_SHOWN:
            shown.append(f"and {len(rows) - _MOST_SHOWN} more")
        advice = "put the rows back, or accept this with `forecast run-due --accept-changes REASON`"
        parts = [f"published data changed: {'; '.join(shown)}; {advice}"] if rows else []
        return "; ".join([*map(str, self.faults), *parts])


def data_changes(
    reports: Path,
    ledger: Ledger,
    archive: Archive,
    faults: Sequence[Fault] = (),
    areas_of_faults: frozenset[str] = frozenset(),
) -> DataChanges:
    """Return what nobody accepted of what changed since the last published report."""
    now = data_rows(archive)
    before = rows_before(reports, ledger, now)
    pending = _pending(before, now, ledger)
    frozen = {c.before.area for c in pending if c.before.kind == FIGURE} | areas_of_faults
    stopped = {area for change in pending for area in _areas_of(change, archive)}
    stopped |= dependent_areas(archive, areas_of_faults)
    return DataChanges(pending, faults, frozenset(stopped), before, frozenset(frozen))


def _areas_of(change: RowChange, archive: Archive) -> set[str]:
    """Return the areas on which a change bears; all, where nothing tells of which area it is."""
    if not change.before.area:
        return set(archive.areas)
    own = {change.before.area}
    return dependent_areas(archive, own) if change.before.kind == FIGURE else own


@contextmanager
def standing_folder(folder: Path, archive: Archive, data: DataChanges) -> Iterator[Path]:
    """Yield a copy of a data folder in which areas that changed have the figures they had before.

    Files with faults are left out. Without a change the folder itself is yielded.
    """
    if not (data.changes or data.faults):
        yield folder
        return
    faulty = {fault.file for fault in data.faults}
    with TemporaryDirectory(prefix="forecast-data-") as name:
        copy = Path(name, "data")
        (copy / "figures").mkdir(parents=True)
        for path in (folder / file for file in archive.file_hashes):
            relative = path.relative_to(folder)
            if relative.parts[0] != "figures" and relative.as_posix() not in faulty:
                (copy / relative).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, copy / relative)
        table = standing_table(archive, data.before, data.frozen)
        table.to_csv(copy / "figures" / "standing.csv", index=False)
        yield copy


def rows_for_run(reports: Path, ledger: Ledger, archive: Archive) -> dict[str, DataRow]:
    """Return the rows that a run keeps: those of now, and as they were what nobody accepted."""
    now = data_rows(archive)
    return _merged(_pending(rows_before(reports, ledger, now), now, ledger), now)


def _pending(
    before: Mapping[str, DataRow], now: Mapping[str, DataRow], ledger: Ledger
) -> list[RowChange]:
    accepted: dict[str, str] = {}
    for line in ledger.acceptances.values():
        if line.accepted == "changes":
            accepted |= line.items
    found = changes(before, now)
    return [change for change in found if accepted.get(change.before.key) != change.digest]


def _merged(pending: Sequence[RowChange], now: Mapping[str, DataRow]) -> dict[str, DataRow]:
    return {**now, **{change.before.key: change.before for change in pending}}


def rows_before(reports: Path, ledger: Ledger, now: Mapping[str, DataRow]) -> dict[str, DataRow]:
    """Return the rows that the newest listed run kept which shares a row with those of now.

    Runs of older versions, and runs from another data folder, are passed over.
    """
    for entry in islice(reversed(ledger.numbered.values()), _MOST_RUNS):
        path = stored(reports, entry.path.removesuffix(RESULT) + ROWS)
        try:
            rows = unpacked(path.read_bytes())
        except (OSError, ValueError):
            continue
        if rows.keys() & now.keys():
            return rows
    return {}
