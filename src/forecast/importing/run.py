"""Reading a file or a database by a map, against what its data folder holds; then writing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from forecast.archive.figure_files import sound_figures
from forecast.archive.folder import with_units
from forecast.archive.registry import Registry, read_registry
from forecast.archive.schedule import read_schedule
from forecast.base.errors import Fault
from forecast.importing.database import database_grid, is_url
from forecast.importing.grid import Grid
from forecast.importing.mapping import Map, read_map
from forecast.importing.reader import Reader
from forecast.importing.result import Understood
from forecast.importing.revisions import Change, changes
from forecast.importing.text_files import delimited_grid
from forecast.importing.unread import Unread
from forecast.importing.workbook import workbook_grids
from forecast.importing.writing import append, data_folder_of, month_cells
from forecast.importing.zipped import refused

_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an import understood, before anything is written.

    `added` are the figures that the data folder does not hold, `n_known` how many it does,
    `unread` the cells that hold none or clash with it, `rows` what became of each row.
    """

    name: str
    out: Path
    told: Map
    added: tuple[Change, ...]
    n_known: int
    unread: tuple[Unread, ...]
    rows: Counter[str]

    @property
    def is_empty(self) -> bool:
        """Whether not a single figure was found: neither a new nor a known one."""
        return not (self.added or self.n_known or self.unread)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The cells that could not be read, as faults."""
        return tuple(Fault(f"{self.name} {u.address}", None, u.why) for u in self.unread)


def read(
    source: str | Path, told: Path, *, out: Path, released_on: date | str | None = None
) -> Reading:
    """Return what a file or database says by a map, against the data folder of `out`.

    `released_on` is a day or `usual`, by the lags of schedule.toml; else the map's or a column's.
    Raise ContractError where the map, the file as a whole or the folder's registry is at fault.
    """
    folder = data_folder_of(out)
    map_read, text = read_map(told)
    name, grids = grids_of(source, map_read)
    registry = read_registry(folder)
    reader = Reader(
        map_read,
        registry,
        read_schedule(folder),
        map_read.vocabulary(registry, told.name, text),
        released_on or map_read.released_on,
    )
    whole = Understood()
    for grid in grids:
        whole += reader.understood(grid)
    found = changes(whole.figures, _existing(folder, whole, registry))
    n_refused = len({u.row for u in found.refused} - {u.row for u in whole.unread})
    whole.rows += Counter(rejected=n_refused)
    whole.rows -= Counter(accepted=n_refused)
    return Reading(
        name=name,
        out=out,
        told=map_read,
        added=found.added,
        n_known=found.n_known,
        unread=(*whole.unread, *found.refused),
        rows=whole.rows,
    )


def write(reading: Reading) -> int:
    """Append what a reading adds to its file, once the folder is without fault; return how many."""
    if reading.added:
        append(reading.out, [_row(change, reading) for change in reading.added])
    return len(reading.added)


def grids_of(source: str | Path, told: Map) -> tuple[str, list[Grid]]:
    """Return the name of a source without its secrets, and its tables of cells.

    What a file is shows in its first bytes, since offices name files as they like.
    """
    if is_url(str(source)):
        name, grid = database_grid(str(source), told)
        return name, [grid]
    path = Path(source)
    if not path.is_file():
        raise refused(path, "no such file; a file or a database's URL is needed")
    with path.open("rb") as opened:
        begins = opened.read(512)
    if begins.startswith(_OLD_EXCEL):
        raise refused(path, "an .xls or encrypted workbook; allowed: .xlsx, saved without password")
    if begins.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise refused(path, "a web page or XML; allowed: .xlsx, .ods, .csv")
    if begins.startswith(b"PK"):
        return path.name, workbook_grids(path, told.sheets)
    return path.name, [delimited_grid(path, told.delimiter)]


def _existing(folder: Path, whole: Understood, registry: Registry) -> pd.DataFrame:
    """Return the folder's figures of the series that were understood."""
    figures = sound_figures(folder).figures
    if figures.empty:
        return figures
    is_of_them = figures["area"].isin({f.area for f in whole.figures})
    is_of_them &= figures["indicator"].isin({f.indicator for f in whole.figures})
    return with_units(figures[is_of_them], registry)[0]


def _row(change: Change, reading: Reading) -> dict[str, str]:
    figure, told = change.figure, reading.told
    return {
        "area": figure.area,
        "indicator": figure.indicator,
        **month_cells(figure.span.first, figure.span.last),
        "measure": figure.measure,
        "value": f"{figure.value.normalize():f}",
        "unit": figure.unit,
        "status": figure.status,
        "released_on": figure.released_on.isoformat(),
        "released_on_basis": figure.released_on_basis,
        "publisher": told.publisher,
        "source": " ".join((told.source or reading.name, figure.address)),
    }
