"""Published figures: reading `figures/*.csv` and `*.parquet`, and the contract that they keep."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from forecast.columns import changed, joined, texts
from forecast.errors import ContractError, Fault
from forecast.spans import month_text, parse_month

REQUIRED = ("area", "indicator", "first_month", "last_month", "measure", "value", "released_on")
OPTIONAL = ("unit", "status", "released_on_basis", "publisher", "source")
MEASURES = ("level", "growth_pct")
STATUSES = ("final", "preliminary", "expected", "lower_bound")
BASES = ("published", "estimated", "uploaded")
_TEXTS = ("area", "indicator", "measure", *OPTIONAL)
_DEFAULTS = {"status": "final", "released_on_basis": "published"}
KEY = ("area", "indicator", "first", "last", "measure", "unit")
_ENCODINGS = ("utf-8-sig", "gb18030")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_figures(folder: Path) -> pd.DataFrame:
    """Return every figure below `folder/figures`, one row each, in the order of the files.

    Columns: area, indicator, first and last (months as integers), measure, value, unit, status,
    released_on (datetime64), released_on_basis, publisher, source, file, line. Raise
    `ContractError` with every fault of every file.
    """
    figures, faults = sound_figures(folder)
    if faults:
        raise ContractError(faults)
    return figures


def sound_figures(folder: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the figures without fault, and every fault of every file."""
    paths = figure_files(folder)
    faults: list[Fault] = []
    tables = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            rows = (
                _parquet_rows(path, name)
                if path.suffix == ".parquet"
                else csv_rows(path, name, faults)
            )
            tables.append(checked(rows, name, faults))
        except ContractError as error:
            faults.extend(error.faults)
    if not paths:
        where = f"{folder.name}/figures"
        faults.append(Fault(where, None, "no file; at least one *.csv or *.parquet is needed"))
    figures = joined(tables) if tables else pd.DataFrame(columns=[*KEY, "file", "line"])
    if len(figures) and (again := figures.duplicated([*KEY, "released_on"], keep=False)).any():
        faults.extend(conflicts(figures[again]))
        figures = figures.drop_duplicates([*KEY, "released_on", "status"], ignore_index=True)
    return figures, sorted(faults, key=lambda f: (f.file, f.line or 0))


def figure_files(folder: Path) -> list[Path]:
    """Return the files that hold figures, sorted by name."""
    return sorted(p for p in (folder / "figures").glob("*") if p.suffix in (".csv", ".parquet"))


def csv_rows(
    path: Path, name: str, faults: list[Fault], required: Sequence[str] = REQUIRED
) -> pd.DataFrame:
    """Return the cells of a file of figures as text, with the line of each; add faulty rows."""
    rows = csv_table(path, name, faults, required)
    if rows.empty and not any(fault.file == name for fault in faults):
        message = "a header without rows; at least one figure is needed"
        raise ContractError([Fault(name, None, message)])
    return rows


def csv_table(
    path: Path,
    name: str,
    faults: list[Fault],
    required: Sequence[str],
    optional: Sequence[str] = (*REQUIRED, *OPTIONAL),
) -> pd.DataFrame:
    """Return the cells of any CSV file as text, with the line of each row; add faulty rows."""
    reader = csv.reader(io.StringIO(decoded(path, name), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, name, required, optional)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        name, reader.line_num, f"{len(cells)} cells; the header has {len(header)}"
                    )
                )
                continue
            rows.append([cell.strip() for cell in cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.append(Fault(name, reader.line_num, f"no CSV: {error}"))
    return pd.DataFrame(rows, columns=header, dtype="str").assign(line=lines)


def decoded(path: Path, name: str) -> str:
    """Return the text of a file in UTF-8, with or without a byte-order mark, or in GBK."""
    raw = path.read_bytes()
    if not raw.strip():
        raise ContractError([Fault(name, None, "the file is empty; a header and rows are needed")])
    for encoding in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ContractError([Fault(name, None, "not text; allowed encodings: UTF-8, GBK, GB18030")])


def _parquet_rows(path: Path, name: str) -> pd.DataFrame:
    """Return the cells of a Parquet file as text, but for the values; rows count from 1."""
    try:
        named = pq.read_schema(path).names
        table = pq.read_table(path, read_dictionary=[n for n in named if n != "value"])
    except (OSError, ValueError) as error:
        raise ContractError([Fault(name, None, f"no Parquet file: {error}")]) from error
    cells: pd.DataFrame = table.to_pandas(self_destruct=True).reset_index(drop=True)
    _check_header([str(c) for c in cells.columns], name, REQUIRED, (*REQUIRED, *OPTIONAL))
    for column in cells.columns.drop("value"):
        cells[column] = texts(cells[column], str.strip)
    cells["released_on"] = texts(cells["released_on"], lambda day: day[:10])
    if cells["value"].dtype != np.float64:
        cells["value"] = texts(cells["value"])
    return cells.assign(line=np.arange(1, len(cells) + 1))


def _check_header(
    header: list[str],
    name: str,
    required: Sequence[str] = REQUIRED,
    optional: Sequence[str] = (*REQUIRED, *OPTIONAL),
) -> None:
    """Raise ContractError where columns are missing, unknown or repeated."""
    known = list(dict.fromkeys([*required, *optional]))
    allowed = ", ".join(known)
    faults = [
        *(
            f"column {c!r} is missing; required: {', '.join(required)}"
            for c in required
            if c not in header
        ),
        *(f"unknown column {c!r}; allowed: {allowed}" for c in header if c not in known),
        *(f"column {c!r} stands twice" for c in sorted(set(header)) if header.count(c) > 1),
    ]
    if faults:
        raise ContractError(Fault(name, 1, text) for text in faults)


def checked(rows: pd.DataFrame, name: str, faults: list[Fault]) -> pd.DataFrame:
    """Return the rows as typed figures, texts in categories; add what is wrong to `faults`."""
    rows = _completed(rows)
    found = list(_row_faults(rows, name))
    faults.extend(found)
    sound = rows[~rows["line"].isin([fault.line for fault in found])]
    figures = sound[[*_TEXTS, "line"]].assign(
        first=changed(sound["first_month"], parse_month).astype("int64"),
        last=changed(sound["last_month"], parse_month).astype("int64"),
        value=_numbers(sound["value"]),
        released_on=changed(sound["released_on"], _day).astype("datetime64[us]"),
        file=pd.Categorical([name]).repeat(len(sound)),
    )
    growth = figures["measure"] == "growth_pct"
    units = sorted({"pct", *figures["unit"].cat.categories})
    figures["unit"] = figures["unit"].cat.set_categories(units).mask(growth, "pct")
    return figures


def _completed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with every column of text in categories, and what stands where none is."""
    missing = pd.Series("", index=rows.index)
    given = {name: rows.get(name, missing) for name in _TEXTS}
    return rows.assign(
        **{n: texts(c, partial(_or, _DEFAULTS.get(n, ""))) for n, c in given.items()}
    )


def _or(default: str, text: str) -> str:
    return text or default


def _numbers(column: pd.Series) -> pd.Series:
    """Return the finite numbers of a column of texts or numbers, NaN where one is none."""
    is_number = column.dtype == np.float64
    values = column if is_number else changed(column, _number).astype("float64")
    return values.where(np.isfinite(values))


def _row_faults(rows: pd.DataFrame, name: str) -> Iterator[Fault]:
    """Yield every fault in single rows."""
    first, last = (changed(rows[name], parse_month) for name in ("first_month", "last_month"))
    day, value = changed(rows["released_on"], _day), _numbers(rows["value"])
    early = day < changed(rows["first_month"], lambda month: _day(f"{month}-01"))
    growth = rows["measure"] == "growth_pct"
    bad_unit = growth & ~rows["unit"].isin(["", "pct"])
    checks = [
        ("area", rows["area"] == "", "a name is needed"),
        ("indicator", rows["indicator"] == "", "a name is needed"),
        ("first_month", first.isna(), "is no month; allowed: YYYY-MM, 01 to 12"),
        ("last_month", last.isna(), "is no month; allowed: YYYY-MM, 01 to 12"),
        (
            "last_month",
            last < first,
            "lies before first_month; allowed: the same month or a later one",
        ),
        (
            "measure",
            ~rows["measure"].isin(MEASURES),
            f"is no measure; allowed: {', '.join(MEASURES)}",
        ),
        (
            "value",
            value.isna(),
            "is no number; allowed: a finite decimal number, no sign for thousands",
        ),
        ("released_on", day.isna(), "is no day; allowed: YYYY-MM-DD"),
        (
            "released_on",
            early,
            "lies before the first month of its span; allowed: a day from then on",
        ),
        ("status", ~rows["status"].isin(STATUSES), f"is no status; allowed: {', '.join(STATUSES)}"),
        (
            "released_on_basis",
            ~rows["released_on_basis"].isin(BASES),
            f"is no basis; allowed: {', '.join(BASES)}",
        ),
        ("unit", bad_unit, "does not go with growth_pct; allowed: pct, or nothing"),
        (
            "value",
            growth & (value <= -100),
            "is no growth; allowed: above -100",
        ),
    ]
    for column, wrong, message in checks:
        faulty = rows[wrong.fillna(False).astype(bool)]
        for line, found in zip(faulty["line"], faulty[column], strict=True):
            yield Fault(name, int(line), f"{column} {found!r} {message}")


def _number(text: str) -> float:
    """Return the number that a text spells, or NaN; thousands separators are refused."""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _day(text: str) -> pd.Timestamp | None:
    """Return the day that `YYYY-MM-DD` names, or None."""
    try:
        return pd.Timestamp(date.fromisoformat(text)) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def conflicts(figures: pd.DataFrame) -> Iterator[Fault]:
    """Yield keys that were released on one day with two values."""
    same = [*KEY, "released_on"]
    values = figures.groupby(same, sort=False)["value"].transform("nunique")
    for _, rows in figures[values > 1].groupby(same, sort=False):
        faulty = rows.to_dict("records")
        last = faulty[-1]
        where = ", ".join(f"{f['file']}:{f['line']}" for f in faulty)
        found = " and ".join(f"{f['value']:g}" for f in faulty)
        what = f"{last['area']} {last['indicator']} {month_text(last['first'])} to"
        yield Fault(
            last["file"],
            last["line"],
            f"{what} {month_text(last['last'])} has the values {found} on one day ({where}); "
            "allowed: one value a day, a revision carries a later released_on",
        )
