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
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

import pandas as pd

from forecast.archive.csv_files import decoded
from forecast.archive.figure_files import OPTIONAL, REQUIRED, sound_figures
from forecast.archive.folder import read_archive, with_units
from forecast.archive.registry import Registry, read_registry
from forecast.archive.schedule import read_schedule
from forecast.archive.span_sums import sum_contradictions
from forecast.base.errors import ContractError, Fault, OutputError, grouped
from forecast.base.files import locked, write_bytes
from forecast.base.months import Span, month_text
from forecast.base.package import data_folder
from forecast.importing.cells import UnreadCell, plain
from forecast.importing.chinese_layouts import is_national_export
from forecast.importing.draft import draft_map
from forecast.importing.figures import CellFigure, Change, GridResult, changes
from forecast.importing.grid import Grid
from forecast.importing.import_map import ImportMap, read_map
from forecast.importing.large_files import OnProgress, is_large_text, large_file
from forecast.importing.layouts import LAYOUTS
from forecast.importing.reader import Reader
from forecast.importing.release_days import ReleaseDays, read_calendar
from forecast.importing.series import SeriesFile
from forecast.importing.series_reader import SeriesReader
from forecast.importing.sources import frame_grid, is_url, source_grids
from forecast.importing.vocabulary import nation_of

_MOST_TIMES = 20.0  # no series of flows or stocks grows so much between two imports
TABLE = "table"  # the layout of tables whose words are read, in place of a recognised one
_COLUMNS = (*REQUIRED[:6], "unit", "status", *REQUIRED[6:], *OPTIONAL[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do, before anything is written.

    `added` are the figures that the data folder does not hold and `n_unchanged` counts those that
    it does. `unread` are the cells that hold no figure or clash with one of the folder; `rows`
    counts the rows by kind. `remarks` say what was recognised.
    """

    name: str
    out: Path
    import_map: ImportMap
    added: tuple[Change, ...]
    n_unchanged: int
    unread: tuple[UnreadCell, ...]
    rows: Counter[str]
    remarks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the source holds not a single figure, neither a new nor an unchanged one."""
        return not (self.added or self.n_unchanged or self.unread)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The cells that could not be read, as faults."""
        return tuple(Fault(f"{self.name} {cell.address}", None, cell.why) for cell in self.unread)


def read(
    source: str | Path,
    map_file: Path | None = None,
    *,
    out: Path,
    released_on: date | str | None = None,
    layout: str | None = None,
    area: str | None = None,
    title: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportPlan:
    """Return what importing a file or database would add to the data folder of `out`.

    `released_on` is a day, or `usual` for the lags of schedule.toml; without it the map's day or a
    column's holds. `layout` is one of `LAYOUTS` or `table`; without it the layout is recognised,
    unless the map explains columns. `area` and `title` take the place of the map's. Of a text file
    beyond 50 MB the rows of the folder's series alone are kept, and `on_progress` is told how many
    bytes of how many were read. Raise ContractError where the map, the source as a whole or the
    folder's registry is at fault.
    """
    folder = _data_folder(out)
    import_map, text = (ImportMap(), "") if map_file is None else read_map(map_file)
    import_map = replace(import_map, area=area or import_map.area, title=title or import_map.title)
    reader = _reader(folder, import_map, released_on, map_file, text)
    registry, result = reader.registry, GridResult()
    if not is_url(str(source)) and is_large_text(Path(source)):
        name = Path(source).name
        result += _result_of_large(Path(source), reader, layout, on_progress)
    else:
        name, grids = source_grids(source, import_map)
        for grid in grids:
            result += _result(grid, reader, layout)
    existing = _existing_figures(folder, result.figures, registry)
    result.refuse(_means_of_indices(result.figures, registry, existing))
    result.refuse(_contradicted_sums(result.figures, existing))
    result.refuse(_out_of_scale(result.figures, existing))
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
        remarks=tuple(result.remarks),
    )


def figures_from(
    frame: pd.DataFrame | pd.Series,
    data: str | Path = "",
    *,
    released_on: date | str | None = None,
    area: str | None = None,
    title: str | None = None,
    layout: str | None = None,
    map_file: Path | None = None,
) -> pd.DataFrame:
    """Return the figures of a data frame, in the columns of a figures file.

    Ids and units are those of the data folder `data`, by default the project's own. The frame is
    long with `unique_id`, `ds` and `y`, or of any layout that `read` recognises. `released_on` is a
    day or `usual`, unless a column of that name gives it. `title` says what the frame does not:
    "growth", an indicator, a unit. Raise ContractError with every cell that cannot be read.
    """
    folder = data_folder(data)
    import_map, text = (ImportMap(), "") if map_file is None else read_map(map_file)
    import_map = replace(import_map, area=area or import_map.area, title=title or import_map.title)
    reader = _reader(folder, import_map, released_on, map_file, text)
    result = _result(frame_grid(frame), reader, layout)
    result.refuse(_means_of_indices(result.figures, reader.registry, pd.DataFrame()))
    result.refuse(_contradicted_sums(result.figures, pd.DataFrame()))
    found = changes(result.figures, pd.DataFrame())
    unread = (*result.unread, *found.refused)
    if unread or not result.figures:
        none = UnreadCell("", None, "no figure; allowed: at least one row with a value")
        raise ContractError(
            [Fault(f"the frame {cell.address}", None, cell.why) for cell in unread or (none,)]
        )
    rows = [_row(change.figure, import_map, "data frame") for change in found.added]
    figures = pd.DataFrame(rows, columns=list(_COLUMNS))
    return figures.assign(value=figures["value"].astype(float))


def _reader(
    folder: Path,
    import_map: ImportMap,
    released_on: date | str | None,
    map_file: Path | None,
    text: str,
) -> Reader:
    registry = read_registry(folder)
    map_name = "the map" if map_file is None else map_file.name
    days = ReleaseDays(
        released_on or import_map.released_on,
        replace(read_schedule(folder), months_before=registry.shifted),
        import_map.publisher,
        read_calendar(import_map, Path() if map_file is None else map_file.parent),
    )
    vocabulary = import_map.vocabulary(registry, map_name, text)
    return Reader(import_map, registry, days, vocabulary)


def _result(grid: Grid, reader: Reader, layout: str | None) -> GridResult:
    """Return what is read from a grid, as series where its layout is recognised or named."""
    explains_columns = reader.import_map.columns or reader.import_map.header_rows is not None
    if layout == TABLE or (layout is None and explains_columns) or grid.left_out is not None:
        return reader.result(grid)
    file = _series_file(grid, layout)
    if file is None:
        usual = replace(reader.import_map, area=_usual_area(grid, reader))
        is_national = is_national_export(grid)
        return replace(reader, import_map=usual, is_national_export=is_national).result(grid)
    return _series_reader(reader).result(grid, file)


def _series_reader(reader: Reader) -> SeriesReader:
    own = (reader.import_map, reader.registry, reader.release_days, reader.vocabulary)
    return SeriesReader(*own)


def _result_of_large(
    path: Path, reader: Reader, layout: str | None, on_progress: OnProgress | None
) -> GridResult:
    """Return what is read from a file of which the rows of wanted series alone are held."""
    large = large_file(
        path,
        _series_reader(reader).wants,
        layout=layout,
        delimiter=reader.import_map.delimiter,
        on_progress=on_progress,
    )
    result = _result(large.grid, reader, large.layout)
    result.rows["skipped"] += large.n_left_out
    result.remarks.append(f"not read: {large.n_left_out:,} rows of series of no wanted indicator")
    return result


def _series_file(grid: Grid, layout: str | None) -> SeriesFile | None:
    """Return the series of a grid in a layout that is named or recognised; raise ContractError."""
    names = [layout] if layout is not None else list(LAYOUTS)
    file = next((f for f in (LAYOUTS[name](grid) for name in names) if f is not None), None)
    if file is None and layout is not None:
        where = grid.name or "the file"
        why = f"{where} is not in the layout {layout!r}; allowed: another --format, or none"
        raise ContractError([Fault(where, None, why)])
    return file


def drafted_map(
    source: str | Path,
    *,
    out: Path,
    released_on: date | str | None = None,
    area: str | None = None,
    title: str | None = None,
) -> str:
    """Return the map that importing a source is believed to need, with questions as comments.

    Raise ContractError where the source as a whole or the folder's registry is at fault.
    """
    folder = _data_folder(out)
    import_map = ImportMap(area=area, title=title or "")
    name, grids = source_grids(source, import_map)
    reader = _reader(folder, import_map, released_on, None, "")
    files = [(g, None if g.left_out is not None else _series_file(g, None)) for g in grids]
    plan = read(source, out=out, released_on=released_on, area=area, title=title)
    return draft_map(name, files, reader, grouped(plan.faults))


def _usual_area(grid: Grid, reader: Reader) -> str | None:
    """Return the map's area, else the nation in an export of its bureau, else the only area."""
    areas = reader.registry.areas
    if reader.import_map.area is not None:
        return reader.import_map.area
    if is_national_export(grid):
        if any(plain(str(row[0] or "")).startswith("地区:") for row in grid.rows[:6]):
            return None  # an export of one province names it
        return nation_of(reader.registry)
    return next(iter(areas)) if len(areas) == 1 else None


def _means_of_indices(
    figures: Sequence[CellFigure], registry: Registry, existing: pd.DataFrame
) -> dict[str, str]:
    """Return by address why levels of an index are refused: sums, and means of known months."""
    levels = [f for f in figures if f.measure == "level"]
    indices = [f for f in levels if registry.of(f.area, f.indicator).kind in ("index", "rate")]
    monthly = {(f.area, f.indicator) for f in indices if f.span.n_months == 1}
    if not existing.empty:
        own = existing[(existing["measure"] == "level") & (existing["first"] == existing["last"])]
        monthly |= set(own[["area", "indicator"]].itertuples(index=False, name=None))
    mean = "is a mean of months, which stand beside it; allowed: the months alone"
    total = "is of several months, but an index or a rate is not summed; allowed: single months"
    reasons = {}
    for figure in indices:
        n_months = figure.span.n_months
        if n_months > 1 and (figure.reach == "to_date" or n_months not in (3, 6, 12)):
            reasons[figure.address] = f"{figure.value_text} {total}"
        elif n_months > 1 and (figure.area, figure.indicator) in monthly:
            reasons[figure.address] = f"{figure.value_text} {mean}"
    return reasons


def _out_of_scale(figures: Sequence[CellFigure], existing: pd.DataFrame) -> dict[str, str]:
    """Return by address why levels are refused: those of the folder are of another size.

    A lost decimal mark, another unit or growth taken for levels shows so.
    """
    if existing.empty:
        return {}
    levels = existing[(existing["measure"] == "level") & (existing["value"] > 0)]
    lengths = levels["last"] - levels["first"] + 1
    keys = [levels["area"], levels["indicator"], levels["unit"], lengths]
    usual = levels.groupby(keys, observed=True)["value"].median()
    own: defaultdict[tuple[str, str, str, int], list[CellFigure]] = defaultdict(list)
    for figure in figures:
        if figure.measure == "level" and figure.value > 0:
            key = (figure.area, figure.indicator, figure.unit, figure.span.n_months)
            own[key].append(figure)
    reasons: dict[str, str] = {}
    for key, group in own.items():
        before = usual.get(key)
        middle = median(float(f.value) for f in group)
        if before is None or 1 / _MOST_TIMES < middle / before < _MOST_TIMES:
            continue
        why = f"levels around {middle:.3g} {key[2]} are far from the folder's, {before:.3g}"
        rule = "allowed: the unit, decimal mark or measure that explains it, in the map"
        reasons |= {f.address: f"{why}; {rule}" for f in group}
    return reasons


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
        rows = [_row(change.figure, plan.import_map, plan.name) for change in plan.added]
        folder = _data_folder(plan.out)
        try:
            with locked(plan.out.with_name(f".{plan.out.name}.lock"), seconds=60.0):
                _append(folder, plan.out, rows)
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"{plan.out} could not be written: {why}") from error
    return len(plan.added)


def _row(figure: CellFigure, import_map: ImportMap, name: str) -> dict[str, str]:
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
        "publisher": import_map.publisher,
        "source": f"{import_map.source or name} {figure.address}",
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
