"""Text files too large to hold: their rows pass by, and those of wanted series alone are kept.

That needs a layout in which each row names its series: a bulk download of a statistical office.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import Content
from forecast.importing.file_kinds import check_kind, encoding_of, is_json
from forecast.importing.grid import MOST_BYTES, MOST_ROWS, Grid, padded, refusal
from forecast.importing.layouts import LAYOUTS, sdmx_dimensions
from forecast.importing.series import SeriesFile, header_names
from forecast.importing.text_tables import delimiter_of

MOST_BYTES_OF_LISTS = 1_100_000_000
_SAMPLE_BYTES = 200_000
_SAMPLE_ROWS = 100
_ROWS_A_STEP = 50_000
_MOST_SERIES = 2_000_000  # whose names are remembered; beyond them memory would grow with the file
Wanted = Callable[[Grid, SeriesFile], bool]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LargeFile:
    """The rows of wanted series in a large file, and how many rows are of others."""

    grid: Grid
    layout: str
    n_left_out: int


def is_large_text(path: Path) -> bool:
    """Whether a file is text beyond what is held in memory; raise ContractError beyond all."""
    is_large = path.is_file() and path.stat().st_size > MOST_BYTES
    if not is_large or check_kind(path) or is_json(path):
        return False
    if path.stat().st_size > MOST_BYTES_OF_LISTS:
        raise refusal(path, f"larger than {MOST_BYTES_OF_LISTS:,} bytes")
    return True


def large_file(
    path: Path,
    wanted: Wanted,
    *,
    layout: str | None = None,
    delimiter: str | None = None,
    on_progress: OnProgress | None = None,
) -> LargeFile:
    """Return the rows of a large file whose series are `wanted`, with their numbers in the file.

    `on_progress` is told the bytes read and those of the file. Raise ContractError where rows do
    not name their series, or more rows are wanted than a file may have.
    """
    with path.open("rb") as binary:
        sample = binary.read(_SAMPLE_BYTES)
    encoding = encoding_of(path, sample)
    text = sample.decode(encoding, errors="ignore")
    delimiter = delimiter or delimiter_of(text)
    head = list(csv.reader(text.splitlines()[: _SAMPLE_ROWS + 1], delimiter=delimiter))
    name, keys = _layout(path, Grid("", padded([[*row] for row in head])), layout)
    rows: list[list[Content]] = [[*head[0]]]
    numbers, n_left_out = [0], 0
    is_wanted: dict[int, bool] = {}
    with path.open(encoding=encoding, newline="") as file:
        for number, row in _rows(path, file, delimiter, on_progress):
            key = hash(tuple(row[n] for n in keys if n < len(row)))
            known = is_wanted.get(key)
            if known is None:
                known = _is_wanted(head[0], row, name, wanted)
                if len(is_wanted) < _MOST_SERIES:
                    is_wanted[key] = known
            if not known:
                n_left_out += 1
                continue
            if len(rows) > MOST_ROWS:
                rule = f"allowed: up to {MOST_ROWS:,}; --area leaves out others"
                raise refusal(path, f"more than {MOST_ROWS:,} rows of the folder's series; {rule}")
            rows.append([*row])
            numbers.append(number)
    grid = Grid("", padded(rows), delimiter=delimiter, numbers=tuple(numbers))
    return LargeFile(grid, name, n_left_out)


def _layout(path: Path, sample: Grid, layout: str | None) -> tuple[str, list[int]]:
    """Return the layout of a sample of rows, and the columns that name the series of a row."""
    names = header_names(sample)
    for name in _KEYS if layout is None else [layout]:
        if name in _KEYS and LAYOUTS[name](sample) is not None:
            return name, _KEYS[name](names)
    what = "and not a list in which each row names its series"
    rule = f"allowed: {', '.join(_KEYS)}"
    raise refusal(path, f"larger than {MOST_BYTES:,} bytes {what}; {rule}")


_KEYS: dict[str, Callable[[Sequence[str]], list[int]]] = {
    "long": lambda names: [
        n
        for n, name in enumerate(names)
        if name in ("unique_id", "measure", "unit", "area", "freq")
    ],
    "alfred": lambda names: [
        n for n, name in enumerate(names) if name in ("series_id", "id", "series")
    ],
    "sdmx": lambda names: _sdmx_keys([name.partition(":")[0].strip() for name in names]),
    "eurostat": lambda names: [0],
    "bls": lambda names: [names.index("series id") if "series id" in names else 0],
}


def _sdmx_keys(names: Sequence[str]) -> list[int]:
    kept = {*sdmx_dimensions(names), "unit_measure", "unit", "unit_mult"}
    return [n for n, name in enumerate(names) if name in kept]


def _is_wanted(head: Sequence[str], row: Sequence[str], layout: str, wanted: Wanted) -> bool:
    """Whether the series of one row is wanted; one that cannot be told is, so that it is named."""
    grid = Grid("", padded([[*head], [*row]]))
    file = LAYOUTS[layout](grid)
    if file is None:
        return True
    try:
        return wanted(grid, file)
    except UnreadableCell:
        return True


def _rows(
    path: Path, file: TextIO, delimiter: str, on_progress: OnProgress | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header with their numbers from 1; raise ContractError."""
    size = path.stat().st_size
    reader = csv.reader(file, delimiter=delimiter)
    try:
        next(reader)
        for number, row in enumerate(reader, 1):
            if on_progress is not None and number % _ROWS_A_STEP == 0:
                on_progress(min(file.buffer.tell(), size - 1), size)
            if any("\n" in cell for cell in row):
                why = "a quoted cell holds several lines; allowed: one row a line"
                raise refusal(path, f"row {number + 1}: {why}")
            yield number, row
    except (csv.Error, UnicodeDecodeError) as error:
        raise refusal(path, f"not a table of text in {file.encoding}: {error}") from error
    if on_progress is not None:
        on_progress(size, size)
