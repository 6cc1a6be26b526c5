"""The tables of cells in a source: a workbook, a text file or a database."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from forecast.archive.csv_files import decoded
from forecast.importing.database import database_grid, is_url
from forecast.importing.grid import MOST_BYTES, MOST_ROWS, Grid, padded, refusal
from forecast.importing.import_map import ImportMap
from forecast.importing.workbook import workbook_grids

_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_DELIMITERS = (",", "\t", ";", "|", "，")


def source_grids(source: str | Path, import_map: ImportMap) -> tuple[str, list[Grid]]:
    """Return the name of a source without its secrets, and its tables of cells.

    The first bytes of a file tell its format, because offices name files as they like. Raise
    ContractError for a source that cannot be read.
    """
    if is_url(str(source)):
        name, grid = database_grid(str(source), import_map)
        return name, [grid]
    path = Path(source)
    if not path.is_file():
        raise refusal(path, "no such file; a file or a database's URL is needed")
    with path.open("rb") as file:
        begins = file.read(512)
    if begins.startswith(_OLD_EXCEL):
        raise refusal(path, "an .xls or encrypted workbook; allowed: .xlsx, saved without password")
    if begins.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise refusal(path, "a web page or XML; allowed: .xlsx, .ods, .csv")
    if begins.startswith(b"PK"):
        return path.name, workbook_grids(path, import_map.sheets)
    return path.name, [_text_grid(path, import_map.delimiter)]


def _text_grid(path: Path, delimiter: str | None) -> Grid:
    """Return the cells of a text file; raise ContractError where it is no table, or too large."""
    if path.stat().st_size > MOST_BYTES:
        raise refusal(path, f"larger than {MOST_BYTES:,} bytes")
    text = decoded(path, path.name)
    delimiter = delimiter or max(_DELIMITERS, key=lambda d: _n_regular_cells(text, d))
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise refusal(path, f"not a table of text: {error}") from error
    if len(rows) > MOST_ROWS:
        raise refusal(path, f"{len(rows):,} rows; allowed: up to {MOST_ROWS:,}")
    swallowing = (n for n, row in enumerate(rows, 1) if _swallows_rows(row, delimiter))
    if number := next(swallowing, None):
        why = "holds other rows because a quote before them is not closed; allowed: quotes in pairs"
        raise refusal(path, f"row {number}: a cell {why}")
    return Grid("", padded([[*row] for row in rows]))


def _swallows_rows(row: list[str], delimiter: str) -> bool:
    """Whether a cell of a row holds lines that look like rows."""
    return any(delimiter in line for cell in row for line in cell.splitlines()[1:])


def _n_regular_cells(text: str, delimiter: str) -> int:
    """Return how many cells of the first lines stand in rows of the commonest length above one."""
    lines = text.splitlines()[:200]
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items() if width > 1), default=0)
