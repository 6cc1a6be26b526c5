"""CSV files in the encodings that offices use, and the columns that a header may name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.base.errors import ContractError, Fault
from forecast.base.files import content_of

_ENCODINGS = ("utf-8-sig", "gb18030")


def csv_table(
    path: Path,
    name: str,
    faults: list[Fault],
    required: Sequence[str],
    optional: Sequence[str],
) -> pd.DataFrame:
    """Return the cells of a CSV file as text, and the line of each row; add a fault per bad row."""
    reader = csv.reader(io.StringIO(decoded(path, name), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    header = _header(reader, name)
    check_header(header, name, required, optional)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if (wrong := _row_fault(cells, header)) is not None:
                faults.append(Fault(name, reader.line_num, wrong))
                continue
            rows.append([cell.strip() for cell in cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.append(Fault(name, reader.line_num, f"not valid CSV: {error}"))
    table = pd.DataFrame(rows, columns=header, dtype="str")
    return table.assign(line=np.array(lines, dtype=np.int64))


def _header(reader: Iterator[list[str]], name: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise ContractError([Fault(name, 1, f"not valid CSV: {error}")]) from error


def _row_fault(cells: list[str], header: list[str]) -> str | None:
    """Return what is wrong with a row; a quote that is never closed would swallow other rows."""
    if any("\n" in cell or "\r" in cell for cell in cells):
        return "a quoted cell runs on to this line from an earlier one; allowed: one row per line"
    same = len(cells) == len(header)
    return None if same else f"{len(cells)} cells; the header has {len(header)}"


def files_in(folder: Path, *suffixes: str) -> list[Path]:
    """Return what a folder holds under names with these endings, sorted by name.

    What editors, office programs and systems leave beside a file is left out: `.#figures.csv`,
    `._figures.csv`, `~$figures.csv`.
    """
    return sorted(
        path
        for path in folder.glob("*")
        if path.suffix.lower() in suffixes and not path.name.startswith((".", "~$"))
    )


def decoded(path: Path, name: str) -> str:
    """Return the text of a file in UTF-8, with or without a byte-order mark, or in GBK."""
    raw = content_of(path, name)
    if not raw.strip():
        raise ContractError([Fault(name, None, "the file is empty; a header and rows are needed")])
    if b"\0" not in raw:
        for encoding in _ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                _refuse_damaged(raw, name)
    raise ContractError([Fault(name, None, "not text; allowed encodings: UTF-8, GBK, GB18030")])


def _refuse_damaged(raw: bytes, name: str) -> None:
    """Raise ContractError for UTF-8 with damaged bytes, which GB18030 would read as other signs."""
    lines = raw.decode("utf-8", errors="replace").split("\n")
    n_bad = sum(line.count("\ufffd") for line in lines)
    if sum(sign >= "\u0800" for line in lines for sign in line) > 2 * n_bad:
        where = next(n for n, line in enumerate(lines, start=1) if "\ufffd" in line)
        message = "bytes that are not UTF-8, as others are; allowed: one encoding per file"
        raise ContractError([Fault(name, where, message)])


def check_header(
    header: list[str],
    name: str,
    required: Sequence[str],
    optional: Sequence[str],
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
