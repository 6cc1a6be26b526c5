"""What changed of the data that published reports rest on, and which areas it bears on.

Each run keeps the rows of the data folder. A row that changed or vanished since then is a change
until a person accepts it; the runs in between keep the row as it was.
"""

from __future__ import annotations

import hashlib
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
    lost_list,
    packed,
    standing_table,
    unpacked,
)
from forecast.base.errors import Fault
from forecast.base.files import sha256_of
from forecast.publishing.ledger import Entry, Ledger
from forecast.publishing.places import MANIFEST, ROWS, listed_path, stored
from forecast.publishing.runs import SOUND, Manifest, read_manifest, state_of

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

    Runs of older versions, from another data folder, and those that no manifest proves any more
    are passed over. A list that is no more what was published stands as a row that is gone among
    those of the list before it.
    """
    lost: dict[str, DataRow] = {}
    for entry in islice(_newest_first(ledger), _MOST_RUNS):
        home = stored(reports, entry.path).parent
        manifest = _manifest(home, entry)
        if manifest is None or ROWS not in manifest.files:
            continue
        content = list_of_rows(reports, ledger, manifest.files[ROWS], now)
        if content is None:
            row = lost_list(listed_path(reports, home / ROWS))
            lost[row.key] = row
        elif (rows := unpacked(content)).keys() & now.keys():
            return rows | lost
    return lost


def list_of_rows(
    reports: Path, ledger: Ledger, digest: str, now: Mapping[str, DataRow]
) -> bytes | None:
    """Return the list of rows with a hash: that of a newer run, or of now; None where none has it.

    Runs from the same data have the same list.
    """
    for entry in islice(_newest_first(ledger), _MOST_RUNS):
        path = stored(reports, entry.path).with_name(ROWS)
        if path.is_file() and sha256_of(path) == digest:
            return path.read_bytes()
    content = packed(now)
    return content if hashlib.sha256(content).hexdigest() == digest else None


def _newest_first(ledger: Ledger) -> Iterator[Entry]:
    entries = reversed(ledger.numbered.values())
    return (entry for entry in entries if ledger.newest[entry.path] is entry)


def _manifest(home: Path, entry: Entry) -> Manifest | None:
    """Return the manifest of a listed run, from its place where the run's is another; else None.

    Lines of older versions list none: there the run's own counts.
    """
    if not entry.manifest:
        return read_manifest(home)
    for folder in (home, home.parents[1]):
        if state_of(folder / MANIFEST, entry.manifest) == SOUND:
            return read_manifest(folder)
    return None
