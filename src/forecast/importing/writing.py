"""Appending figures to a file of a data folder, which stays as it was where a fault appears."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from filelock import FileLock

from forecast.archive.csv_files import decoded
from forecast.archive.figures import OPTIONAL, REQUIRED
from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError, Fault, OutputError
from forecast.base.files import write_bytes
from forecast.base.months import month_text

_COLUMNS = (*REQUIRED[:6], "unit", "status", *REQUIRED[6:], *OPTIONAL[2:])
Row = Mapping[str, str]


def data_folder_of(out: Path) -> Path:
    """Return the data folder of a figures file; raise ContractError where it is in none."""
    folder = out.resolve().parent.parent
    if out.resolve().parent.name != "figures" or not (folder / "indicators.toml").is_file():
        allowed = "DIR/figures/NAME.csv, DIR with an indicators.toml (forecast init DIR)"
        raise ContractError([Fault(str(out), None, f"lies in no data folder; allowed: {allowed}")])
    if out.suffix != ".csv" or out.name.startswith("."):
        raise ContractError([Fault(str(out), None, "is no CSV file; allowed: NAME.csv")])
    return folder


def append(out: Path, rows: Iterable[Row]) -> None:
    """Append rows to a figures file once its folder is without fault with them.

    Raise ContractError with every fault that the folder would have, OutputError where the file
    cannot be written; either way it stays as it was.
    """
    folder = data_folder_of(out)
    try:
        with FileLock(out.with_name(f".{out.name}.lock"), timeout=60):
            _append(folder, out, list(rows))
    except OSError as error:
        raise OutputError(f"{out} could not be written: {error.strerror or error}") from error


def _append(folder: Path, out: Path, rows: list[Row]) -> None:
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


def _link(path: Path, at: Path) -> None:
    try:
        os.link(path, at)
    except OSError:
        shutil.copy2(path, at)


def _with_rows(out: Path, rows: list[Row]) -> bytes:
    """Return the bytes of the file with rows at its end, in its own encoding and columns.

    Columns that it lacks are added at the right; no cell that stands there is changed.
    """
    text, encoding = _text(out)
    old = list(csv.reader(io.StringIO(text, newline=""))) if text.strip() else []
    header = [cell.strip() for cell in old[0]] if old else list(_COLUMNS)
    lacking = [c for c in _COLUMNS if c not in header and any(row[c] for row in rows)]
    head = header + lacking
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    if lacking or not old:
        writer.writerow(head)
        padding = [""] * len(lacking)
        writer.writerows([*cells, *padding] if any(cells) else [] for cells in old[1:])
    else:
        made.write(text if text.endswith("\n") else text + "\n")
    writer.writerows([row.get(column, "") for column in head] for row in rows)
    return made.getvalue().encode(encoding)


def _text(out: Path) -> tuple[str, str]:
    if not out.exists() or not out.read_bytes().strip():
        return "", "utf-8"
    text, raw = decoded(out, out.name), out.read_bytes()
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        try:
            if raw.decode(encoding) == text:
                return text, encoding
        except UnicodeDecodeError:
            continue
    return text, "gb18030"


def month_cells(first: int, last: int) -> dict[str, str]:
    """Return the cells of a span."""
    return {"first_month": month_text(first), "last_month": month_text(last)}
