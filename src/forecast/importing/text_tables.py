"""The cells of a text file, whatever separates them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

from forecast.importing.file_kinds import text_of
from forecast.importing.grid import MOST_BYTES, MOST_ROWS, Grid, padded, refusal

# Its dimensions are joined by more commas than its columns by tabs.
_TSV_OF_EUROSTAT = re.compile(r"[\w,]+\\(?:TIME_PERIOD|time)\t")
_DELIMITERS = (",", "\t", ";", "|", "，")
_FIRST_LETTERS = 1_000_000


def text_grid(path: Path, delimiter: str | None) -> Grid:
    """Return the cells of a text file; raise ContractError for another kind, or one too large."""
    if path.stat().st_size > MOST_BYTES:
        raise refusal(path, f"larger than {MOST_BYTES:,} bytes")
    text = text_of(path)
    delimiter = delimiter or delimiter_of(text)
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
    return Grid("", padded([[*row] for row in rows]), delimiter=delimiter)


def delimiter_of(text: str) -> str:
    """Return what separates the cells of a text, by its first lines."""
    if _TSV_OF_EUROSTAT.match(text):
        return "\t"
    lines = [line for line in text[:_FIRST_LETTERS].splitlines()[:200] if line.strip()]
    for mark in ("\t", "|", ";"):  # which no number holds, other than a comma
        n_marks = {line.count(mark) for line in lines}
        if len(lines) > 1 and len(n_marks) == 1 and n_marks != {0}:
            return mark
    return max(_DELIMITERS, key=lambda d: _n_regular_cells(text, d))


def _swallows_rows(row: list[str], delimiter: str) -> bool:
    """Whether a cell of a row holds lines that look like rows."""
    return any(delimiter in line for cell in row for line in cell.splitlines()[1:])


def _n_regular_cells(text: str, delimiter: str) -> int:
    """Return how many cells of the first lines stand in rows of the commonest length above one."""
    lines = text[:_FIRST_LETTERS].splitlines()[:200]
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items() if width > 1), default=0)
