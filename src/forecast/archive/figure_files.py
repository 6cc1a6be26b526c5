"""Files of figures: their contract, row by row and together, and how they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.archive.csv_files import check_header, csv_table, files_in
from forecast.base.errors import ContractError, Fault
from forecast.base.files import content_of
from forecast.base.frames import changed, joined, texts
from forecast.base.months import month_text, parse_month
from forecast.base.notation import (
    NOT_A_DATE,
    NOT_A_MONTH,
    NOT_A_NAME,
    is_name,
    parse_day,
    parse_number,
)

REQUIRED = ("area", "indicator", "first_month", "last_month", "measure", "value", "released_on")
OPTIONAL = ("unit", "status", "released_on_basis", "publisher", "source")
MEASURES = ("level", "growth_pct")
STATUSES = ("final", "preliminary", "expected", "lower_bound")
BASES = ("published", "estimated", "uploaded")
_TEXTS = ("area", "indicator", "measure", *OPTIONAL)
_DEFAULTS = {"status": "final", "released_on_basis": "published"}
KEY = ("area", "indicator", "first", "last", "measure", "unit")
MOST_MONTHS = 60  # five-year plans are the longest spans that are published
TOO_LARGE = 1e15  # beyond it a number of this kind is a slip, and sums lose their last digits
TOO_FAST_PCT = 1_000  # growth in the thousands of per cent has lost its decimal mark
_ALLOWED = (*REQUIRED, *OPTIONAL)
_INDEX_OF_PANDAS = "__index_level_"


def read_figures(folder: Path) -> pd.DataFrame:
    """Return every figure below `folder/figures`, one row each, in the order of the files.

    Columns: area, indicator, first and last (months as integers), measure, value, unit, status,
    released_on (datetime64), released_on_basis, publisher, source, file, line. Raise
    `ContractError` with every fault of every file.
    """
    figures, faults, _ = sound_figures(folder)
    if faults:
        raise ContractError(faults)
    return figures


class SoundFigures(NamedTuple):
    """The figures without a fault, every fault, and the number of rows without a fault.

    There are more such rows than figures where rows are repeated.
    """

    figures: pd.DataFrame
    faults: list[Fault]
    n_rows: int


def sound_figures(folder: Path, without: Collection[str] = ()) -> SoundFigures:
    """Return the figures and faults of all files of figures of a data folder but some."""
    paths = [p for p in figure_files(folder) if p.relative_to(folder).as_posix() not in without]
    faults: list[Fault] = []
    tables = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            is_parquet = path.suffix.lower() == ".parquet"
            rows = (
                _parquet_rows(path, name)
                if is_parquet
                else csv_table(path, name, faults, REQUIRED, _ALLOWED)
            )
            tables.append(checked(rows, name, faults))
        except ContractError as error:
            faults.extend(error.faults)
    if not faults and not any(map(len, tables)):
        faults.append(_none_fault(folder, paths))
    figures = joined(tables) if tables else pd.DataFrame(columns=[*KEY, "file", "line"])
    if len(figures) and (again := figures.duplicated([*KEY, "released_on"], keep=False)).any():
        faults.extend(conflicts(figures[again]))
        faults.extend(_changed_copies(figures[again]))
        figures = figures.drop_duplicates([*KEY, "released_on", "status"], ignore_index=True)
    faults.sort(key=lambda f: (f.file, f.line or 0))
    return SoundFigures(figures, faults, sum(map(len, tables)))


_FEWEST_REPEATED = 2


def _changed_copies(repeated: pd.DataFrame) -> Iterator[Fault]:
    """Yield pairs of files of which one repeats rows of the other and changes some of them."""
    same = [*KEY, "released_on"]
    rows = repeated[[*same, "file", "value"]].astype({"file": "str"})
    pairs = rows.merge(rows, on=same, suffixes=("", "_again"))
    pairs = pairs[pairs["file"] < pairs["file_again"]]
    for (first, second), rows_of in pairs.groupby(["file", "file_again"]):
        n_changed = int((rows_of["value"] != rows_of["value_again"]).sum())
        if n_changed and len(rows_of) >= _FEWEST_REPEATED:
            message = (
                f"repeats {len(rows_of)} rows of {first} and changes {n_changed} of them, as the "
                "copies do that sync clients leave after a conflict; allowed: each row in one file"
            )
            yield Fault(str(second), None, message)


def _none_fault(folder: Path, paths: Sequence[Path]) -> Fault:
    """Return the fault of a folder that has no figure, not even a faulty one."""
    if not paths:
        where = f"{folder.name}/figures"
        return Fault(where, None, "no file; at least one *.csv or *.parquet is needed")
    where = ", ".join(path.relative_to(folder).as_posix() for path in paths)
    return Fault(where, None, "a header without rows; at least one figure is needed")


def figure_files(folder: Path) -> list[Path]:
    """Return the files that hold figures, sorted by name."""
    return files_in(folder / "figures", ".csv", ".parquet")


def csv_rows(
    path: Path, name: str, faults: list[Fault], required: Sequence[str] = REQUIRED
) -> pd.DataFrame:
    """Return the cells of a file of figures as text, with the line of each; add faulty rows."""
    rows = csv_table(path, name, faults, required, _ALLOWED)
    if rows.empty and not any(fault.file == name for fault in faults):
        message = "a header without rows; at least one figure is needed"
        raise ContractError([Fault(name, None, message)])
    return rows


def _parquet_rows(path: Path, name: str) -> pd.DataFrame:
    """Return the cells of a Parquet file as text, except the values; rows count from 1."""
    file = pa.BufferReader(content_of(path, name))
    try:
        _refuse_inflated(pq.read_metadata(file), file.size(), name)
        named = [n for n in pq.read_schema(file).names if not n.startswith(_INDEX_OF_PANDAS)]
        in_words = [n for n in named if n != "value"]
        table = pq.read_table(file, columns=named, read_dictionary=in_words)
        # The columns' pandas metadata may be damaged, and are not needed.
        cells: pd.DataFrame = table.to_pandas(self_destruct=True, ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        message = "not a Parquet file, or one that is damaged or cut short"
        raise ContractError([Fault(name, None, message)]) from error
    check_header([str(c) for c in cells.columns], name, REQUIRED, _ALLOWED)
    for column in cells.columns.drop("value"):
        cells[column] = texts(cells[column], str.strip)
    cells["released_on"] = texts(cells["released_on"], lambda day: day[:10])
    if cells["value"].dtype != np.float64:
        cells["value"] = texts(cells["value"])
    return cells.assign(line=np.arange(1, len(cells) + 1))


MOST_ROWS = 10_000_000
_ROWS_A_BYTE, _EXPANSION = 2, 100  # beyond what figures that differ are compressed to
_ROWS_OF_ANY, _BYTES_OF_ANY = 1_000_000, 128_000_000  # up to which nothing is compared


def _refuse_inflated(metadata: pq.FileMetaData, n_bytes: int, name: str) -> None:
    """Raise ContractError for a file that would fill the memory with repetitions."""
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    unpacked, rows = sum(group.total_byte_size for group in groups), metadata.num_rows
    most_rows = min(MOST_ROWS, max(_ROWS_OF_ANY, _ROWS_A_BYTE * n_bytes))
    most_bytes = max(_BYTES_OF_ANY, _EXPANSION * n_bytes)
    faults = []
    if rows > most_rows:
        faults.append(f"{rows:,} rows in {n_bytes:,} bytes; allowed: {most_rows:,} rows")
    if unpacked > most_bytes:
        size = f"{unpacked:,} bytes once it is unpacked from {n_bytes:,}"
        faults.append(f"{size}; allowed: {most_bytes:,}")
    if faults:
        raise ContractError(Fault(name, None, message) for message in faults)


def checked(
    rows: pd.DataFrame, name: str, faults: list[Fault], *, may_be_unfinished: bool = False
) -> pd.DataFrame:
    """Return the rows as typed figures, with texts in categories; add every fault to `faults`.

    Only what is expected comes out before its span is over, unless all rows `may_be_unfinished`.
    """
    rows = _completed(rows)
    own = list(_row_faults(rows, name, may_be_unfinished=may_be_unfinished))
    faults.extend(own)
    sound = rows[~rows["line"].isin([fault.line for fault in own])]
    figures = sound[[*_TEXTS, "line"]].assign(
        first=changed(sound["first_month"], parse_month).astype("int64"),
        last=changed(sound["last_month"], parse_month).astype("int64"),
        value=_numbers(sound["value"]),
        released_on=changed(sound["released_on"], _timestamp).astype("datetime64[us]"),
        file=pd.Categorical([name]).repeat(len(sound)),
    )
    growth = figures["measure"] == "growth_pct"
    units = sorted({"pct", *figures["unit"].cat.categories})
    figures["unit"] = figures["unit"].cat.set_categories(units).mask(growth, "pct")
    return figures


def _completed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with every text column in categories, and defaults in empty cells."""
    missing = pd.Series("", index=rows.index)
    given = {name: rows.get(name, missing) for name in _TEXTS}
    return rows.assign(
        **{n: texts(c, partial(_or, _DEFAULTS.get(n, ""))) for n, c in given.items()}
    )


def _or(default: str, text: str) -> str:
    return text or default


def _numbers(column: pd.Series) -> pd.Series:
    """Return the finite numbers of a column of texts or numbers, NaN elsewhere."""
    is_number = column.dtype == np.float64
    values = column if is_number else changed(column, parse_number).astype("float64")
    return values.where(np.isfinite(values))


def _row_faults(rows: pd.DataFrame, name: str, *, may_be_unfinished: bool) -> Iterator[Fault]:
    """Yield every fault in single rows."""
    first, last = (changed(rows[name], parse_month) for name in ("first_month", "last_month"))
    day, value = changed(rows["released_on"], _timestamp), _numbers(rows["value"])
    early = day < changed(rows["first_month"], lambda month: _timestamp(f"{month}-01"))
    ends = changed(rows["last_month"], _last_day)
    unfinished = ~early.fillna(False).astype(bool) & (day < ends) & (rows["status"] != "expected")
    unfinished &= not may_be_unfinished
    growth = rows["measure"] == "growth_pct"
    bad_unit = growth & ~rows["unit"].isin(["", "pct"])
    checks = [
        ("area", _is_no_name(rows["area"]), NOT_A_NAME),
        ("indicator", _is_no_name(rows["indicator"]), NOT_A_NAME),
        ("first_month", first.isna(), NOT_A_MONTH),
        ("last_month", last.isna(), NOT_A_MONTH),
        (
            "last_month",
            last < first,
            "lies before first_month; allowed: the same month or a later one",
        ),
        (
            "last_month",
            last - first >= MOST_MONTHS,
            f"makes too long a span; allowed: up to {MOST_MONTHS} months",
        ),
        ("measure", ~rows["measure"].isin(MEASURES), _not("a measure", MEASURES)),
        (
            "value",
            value.isna(),
            "is not a number (expected a finite decimal number without thousands separators)",
        ),
        ("value", value.abs() >= TOO_LARGE, f"is too large; allowed: below {TOO_LARGE:g}"),
        ("released_on", day.isna(), NOT_A_DATE),
        (
            "released_on",
            early,
            "lies before the first month of its span; allowed: a day from then on",
        ),
        (
            "released_on",
            unfinished,
            "lies before the end of its span; allowed: a day from then on, or status expected",
        ),
        ("status", ~rows["status"].isin(STATUSES), _not("a status", STATUSES)),
        ("released_on_basis", ~rows["released_on_basis"].isin(BASES), _not("a basis", BASES)),
        ("unit", bad_unit, "does not go with growth_pct; allowed: pct, or nothing"),
        ("value", growth & (value <= -100), "is not a growth rate (expected a number above -100)"),
        (
            "value",
            growth & (value >= TOO_FAST_PCT),
            f"is not a growth rate (expected per cent below {TOO_FAST_PCT:,})",
        ),
    ]
    for column, wrong, message in checks:
        faulty = rows[wrong.fillna(False).astype(bool)]
        for line, cell in zip(faulty["line"], faulty[column], strict=True):
            yield Fault(name, int(line), f"{column} {cell!r} {message}")


def _not(kind: str, allowed: Sequence[str]) -> str:
    return f"is not {kind} (expected {', '.join(allowed)})"


def _is_no_name(column: pd.Series) -> pd.Series:
    return ~changed(column, is_name).astype(bool)


def _timestamp(text: str) -> pd.Timestamp | None:
    """Return the day that `YYYY-MM-DD` names, or None."""
    day = parse_day(text)
    return None if day is None else pd.Timestamp(day)


def _last_day(text: str) -> pd.Timestamp | None:
    """Return the last day of the month that `YYYY-MM` names, or None."""
    parsed = parse_month(text)
    return None if parsed is None else pd.Timestamp(f"{text}-01") + pd.offsets.MonthEnd(0)


def conflicts(figures: pd.DataFrame) -> Iterator[Fault]:
    """Yield keys that were released on the same day with two values."""
    same = [*KEY, "released_on"]
    values = figures.groupby(same, sort=False, observed=True)["value"].transform("nunique")
    for _, rows in figures[values > 1].groupby(same, sort=False, observed=True):
        faulty = rows.to_dict("records")
        last = faulty[-1]
        where = ", ".join(f"{f['file']}:{f['line']}" for f in faulty)
        values_text = " and ".join(f"{f['value']:g}" for f in faulty)
        what = f"{last['area']} {last['indicator']} {month_text(last['first'])} to"
        yield Fault(
            last["file"],
            last["line"],
            f"{what} {month_text(last['last'])} has the values {values_text} on one day ({where}); "
            "allowed: one value a day, a revision carries a later released_on",
        )
