"""Figures read from the files of a data folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.archive.csv_files import check_header, csv_table
from forecast.archive.figures import KEY, OPTIONAL, REQUIRED, checked, conflicts
from forecast.base.errors import ContractError, Fault
from forecast.base.frames import joined, texts

_ALLOWED = (*REQUIRED, *OPTIONAL)
_INDEX_OF_PANDAS = "__index_level_"


def read_figures(folder: Path) -> pd.DataFrame:
    """Return every figure below `folder/figures`, one row each, in the order of the files.

    Columns: area, indicator, first and last (months as integers), measure, value, unit, status,
    released_on (datetime64), released_on_basis, publisher, source, file, line. Raise
    `ContractError` with every fault of every file.
    """
    found = sound_figures(folder)
    if found.faults:
        raise ContractError(found.faults)
    return found.figures


class Found(NamedTuple):
    """The figures without fault, every fault, and the number of rows without fault.

    There are more such rows than figures where a row says again what another says.
    """

    figures: pd.DataFrame
    faults: list[Fault]
    n_rows: int


def sound_figures(folder: Path) -> Found:
    """Return what stands in all files of figures of a data folder."""
    paths = figure_files(folder)
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
        figures = figures.drop_duplicates([*KEY, "released_on", "status"], ignore_index=True)
    faults.sort(key=lambda f: (f.file, f.line or 0))
    return Found(figures, faults, sum(map(len, tables)))


def _none_fault(folder: Path, paths: Sequence[Path]) -> Fault:
    """Return the fault of a folder without a single figure, though without a faulty one."""
    if not paths:
        where = f"{folder.name}/figures"
        return Fault(where, None, "no file; at least one *.csv or *.parquet is needed")
    where = ", ".join(path.relative_to(folder).as_posix() for path in paths)
    return Fault(where, None, "a header without rows; at least one figure is needed")


def figure_files(folder: Path) -> list[Path]:
    """Return the files that hold figures, sorted by name."""
    paths = (folder / "figures").glob("*")
    return sorted(p for p in paths if p.suffix.lower() in (".csv", ".parquet"))


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
    """Return the cells of a Parquet file as text, but for the values; rows count from 1."""
    try:
        named = [n for n in pq.read_schema(path).names if not n.startswith(_INDEX_OF_PANDAS)]
        in_words = [n for n in named if n != "value"]
        table = pq.read_table(path, columns=named, read_dictionary=in_words)
        # What pandas noted of the columns may be damaged, and is not needed.
        cells: pd.DataFrame = table.to_pandas(self_destruct=True, ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        message = "no Parquet file, or one that is damaged or cut short"
        raise ContractError([Fault(name, None, message)]) from error
    check_header([str(c) for c in cells.columns], name, REQUIRED, _ALLOWED)
    for column in cells.columns.drop("value"):
        cells[column] = texts(cells[column], str.strip)
    cells["released_on"] = texts(cells["released_on"], lambda day: day[:10])
    if cells["value"].dtype != np.float64:
        cells["value"] = texts(cells["value"])
    return cells.assign(line=np.arange(1, len(cells) + 1))
