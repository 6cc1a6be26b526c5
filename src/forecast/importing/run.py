"""One import: a source read by a map against what its data folder holds, then written there."""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from forecast.archive.csv_files import decoded
from forecast.archive.figure_files import OPTIONAL, REQUIRED, sound_figures
from forecast.archive.folder import read_archive, with_units
from forecast.archive.registry import Registry, read_registry
from forecast.archive.schedule import read_schedule
from forecast.archive.span_sums import sum_contradictions
from forecast.base.errors import ContractError, Fault, OutputError
from forecast.base.files import locked, write_bytes
from forecast.base.months import Span, month_text
from forecast.importing.cells import UnreadCell
from forecast.importing.figures import CellFigure, Change, GridResult, changes
from forecast.importing.import_map import ImportMap, read_map
from forecast.importing.reader import Reader
from forecast.importing.sources import source_grids

_COLUMNS = (*REQUIRED[:6], "unit", "status", *REQUIRED[6:], *OPTIONAL[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do, before anything is written.

    `added` are the figures that the data folder does not hold and `n_unchanged` counts those that
    it does. `unread` are the cells that hold no figure or clash with one of the folder; `rows`
    counts the rows by kind.
    """

    name: str
    out: Path
    import_map: ImportMap
    added: tuple[Change, ...]
    n_unchanged: int
    unread: tuple[UnreadCell, ...]
    rows: Counter[str]

    @property
    def is_empty(self) -> bool:
        """Whether the source holds not a single figure, neither a new nor an unchanged one."""
        return not (self.added or self.n_unchanged or self.unread)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The cells that could not be read, as faults."""
        return tuple(Fault(f"{self.name} {cell.address}", None, cell.why) for cell in self.unread)


def read(
    source: str | Path, map_file: Path, *, out: Path, released_on: date | str | None = None
) -> ImportPlan:
    """Return what importing a file or database by a map would add to the data folder of `out`.

    `released_on` is a day, or `usual` for the lags of schedule.toml; without it the map's day or a
    column's holds. Raise ContractError where the map, the source as a whole or the folder's
    registry is at fault.
    """
    folder = _data_folder(out)
    import_map, text = read_map(map_file)
    name, grids = source_grids(source, import_map)
    registry = read_registry(folder)
    reader = Reader(
        import_map,
        registry,
        read_schedule(folder),
        import_map.vocabulary(registry, map_file.name, text),
        released_on or import_map.released_on,
    )
    result = GridResult()
    for grid in grids:
        result += reader.result(grid)
    existing = _existing_figures(folder, result.figures, registry)
    result.refuse(_contradicted_sums(result.figures, existing))
    found = changes(result.figures, existing)
    result.count_rejected(found.refused)
    return ImportPlan(
        name=name,
        out=out,
        import_map=import_map,
        added=found.added,
        n_unchanged=found.n_unchanged,
        unread=(*result.unread, *found.refused),
        rows=result.rows,
    )


def _contradicted_sums(figures: Sequence[CellFigure], existing: pd.DataFrame) -> dict[str, str]:
    """Return by address why levels are refused that their months or quarters contradict."""
    levels: defaultdict[tuple[str, str, str], dict[Span, float]] = defaultdict(dict)
    if not existing.empty:
        for row in existing[existing["measure"] == "level"].to_dict("records"):
            series = (row["area"], row["indicator"], row["unit"])
            levels[series][Span(row["first"], row["last"])] = row["value"]
    own: defaultdict[tuple[str, str, str], dict[Span, str]] = defaultdict(dict)
    for figure in figures:
        if figure.measure == "level":
            series = (figure.area, figure.indicator, figure.unit)
            levels[series][figure.span] = float(figure.value)
            own[series][figure.span] = figure.address
    reasons: dict[str, str] = {}
    for series, addresses in own.items():
        for found in sum_contradictions(levels[series]):
            inside = [
                s for s in addresses if found.span.first <= s.first <= s.last <= found.span.last
            ]
            reasons |= {addresses[span]: str(found) for span in inside}
    return reasons


def _data_folder(out: Path) -> Path:
    """Return the data folder of a figures file; raise ContractError where it is in none."""
    folder = out.resolve().parent.parent
    if out.resolve().parent.name != "figures" or not (folder / "indicators.toml").is_file():
        allowed = "DIR/figures/NAME.csv, DIR with an indicators.toml (forecast init DIR)"
        raise ContractError([Fault(str(out), None, f"is not in a data folder; allowed: {allowed}")])
    if out.suffix != ".csv" or out.name.startswith("."):
        raise ContractError([Fault(str(out), None, "is not a CSV file; allowed: NAME.csv")])
    return folder


def _existing_figures(
    folder: Path, figures: Sequence[CellFigure], registry: Registry
) -> pd.DataFrame:
    """Return the folder's figures of the areas and indicators that were read."""
    existing = sound_figures(folder).figures
    if existing.empty:
        return existing
    is_relevant = existing["area"].isin({f.area for f in figures})
    is_relevant &= existing["indicator"].isin({f.indicator for f in figures})
    return with_units(existing[is_relevant], registry)[0]


def write(plan: ImportPlan) -> int:
    """Append the figures that a plan adds to its file; return how many.

    Raise ContractError with every fault that the folder would have, OutputError where the file
    cannot be written; either way it stays as it was.
    """
    if plan.added:
        rows = [_row(change.figure, plan) for change in plan.added]
        folder = _data_folder(plan.out)
        try:
            with locked(plan.out.with_name(f".{plan.out.name}.lock"), seconds=60.0):
                _append(folder, plan.out, rows)
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"{plan.out} could not be written: {why}") from error
    return len(plan.added)


def _row(figure: CellFigure, plan: ImportPlan) -> dict[str, str]:
    return {
        "area": figure.area,
        "indicator": figure.indicator,
        "first_month": month_text(figure.span.first),
        "last_month": month_text(figure.span.last),
        "measure": figure.measure,
        "value": figure.value_text,
        "unit": figure.unit,
        "status": figure.status,
        "released_on": figure.released_on.isoformat(),
        "released_on_basis": figure.released_on_basis,
        "publisher": plan.import_map.publisher,
        "source": f"{plan.import_map.source or plan.name} {figure.address}",
    }


def _append(folder: Path, out: Path, rows: list[dict[str, str]]) -> None:
    """Replace a figures file by one with more rows, once a copy of its folder has no fault."""
    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as scratch:
        copy = Path(scratch) / folder.name
        (copy / "figures").mkdir(parents=True)
        for path in (*folder.glob("*.toml"), *(folder / "figures").iterdir()):
            if path.is_file() and path.name != out.name:
                _link(path, copy / path.relative_to(folder))
        content = _with_rows(out, rows)
        (copy / "figures" / out.name).write_bytes(content)
        read_archive(copy)
        write_bytes(out, content)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)


def _with_rows(out: Path, rows: list[dict[str, str]]) -> bytes:
    """Return the bytes of the file with rows at its end, in its own encoding and columns.

    Columns that it lacks are added at the right; no existing cell is changed.
    """
    raw = out.read_bytes() if out.exists() else b""
    text = decoded(out, out.name) if raw.strip() else ""
    old = list(csv.reader(io.StringIO(text, newline=""))) if text.strip() else []
    header = [cell.strip() for cell in old[0]] if old else list(_COLUMNS)
    lacking = [c for c in _COLUMNS if c not in header and any(row[c] for row in rows)]
    columns = header + lacking
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    if lacking or not old:
        writer.writerow(columns)
        padding = [""] * len(lacking)
        writer.writerows([*cells, *padding] if any(cells) else [] for cells in old[1:])
    else:
        file.write(text if text.endswith("\n") else text + "\n")
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue().encode(_encoding(raw))


def _encoding(raw: bytes) -> str:
    """Return the encoding of a figures file."""
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
