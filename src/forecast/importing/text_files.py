"""Text files: UTF-8 or GBK, with whatever stands between their cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from forecast.archive.csv_files import decoded
from forecast.importing.grid import MOST_BYTES, MOST_ROWS, Grid, squared
from forecast.importing.zipped import refused

_DELIMITERS = (",", "\t", ";", "|", "，")


def delimited_grid(path: Path, delimiter: str | None) -> Grid:
    """Return the cells of a text file; raise ContractError for one that is none, or too large."""
    if path.stat().st_size > MOST_BYTES:
        raise refused(path, f"larger than {MOST_BYTES:,} bytes")
    text = decoded(path, path.name)
    found = delimiter or max(_DELIMITERS, key=lambda d: _regularity(text, d))
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=found)]
    except csv.Error as error:
        raise refused(path, f"no table of text: {error}") from error
    if len(rows) > MOST_ROWS:
        raise refused(path, f"{len(rows):,} rows; allowed: up to {MOST_ROWS:,}")
    if swallowed := next((n for n, row in enumerate(rows, 1) if _swallows(row, found)), None):
        why = "holds other rows, a quote before them is not closed; allowed: quotes in pairs"
        raise refused(path, f"row {swallowed}: a cell {why}")
    return Grid("", squared([[*row] for row in rows]))


def _swallows(row: list[str], delimiter: str) -> bool:
    """Whether a cell of a row holds lines that look like rows."""
    return any(delimiter in line for cell in row for line in cell.splitlines()[1:])


def _regularity(text: str, delimiter: str) -> int:
    """Return how many cells of the first lines stand in rows of the commonest length above one."""
    lines = text.splitlines()[:200]
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items() if width > 1), default=0)
