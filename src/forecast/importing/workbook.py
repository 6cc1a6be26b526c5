"""Excel and OpenDocument workbooks, read within limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from forecast.base.errors import UnreadableCell
from forecast.importing.cell_marks import Marks, marks_of_excel, marks_of_ods
from forecast.importing.grid import MOST_CELLS, MOST_ROWS, Grid, Place, squared
from forecast.importing.numbers import Content, Spoilt, growth_said, level_said
from forecast.importing.raised import without_raised
from forecast.importing.zipped import MOST_UNPACKED, no_workbook, refused, repacked, unpacked

_YEAR = re.compile(r"(?:19|2[01])\d\d")


def workbook_grids(path: Path, sheets: Iterable[str]) -> list[Grid]:
    """Return the sheets of a workbook; raise ContractError for one beyond the limits, or none.

    `sheets` are patterns of names such as `2019*`; without one every sheet that is not hidden is
    read. The others come as grids that are left.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    parts = unpacked(path)
    with _named(path):
        content = parts.get("content.xml")
        marks = marks_of_excel(parts) if content is None else marks_of_ods(content)
    _check_reach(path, marks)
    with _named(path):
        book = CalamineWorkbook.from_filelike(repacked(without_raised(parts)))
        return [
            _grid(book.get_sheet_by_name(sheet.name), _marks_of(path, sheet.name, marks), left)
            for sheet, left in _chosen(path, book, list(sheets))
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file of what the readers raise; a panic of the one in Rust is no Exception."""
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError, ValueError, KeyError, IndexError) as error:
        raise no_workbook(path, error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise no_workbook(path, error) from error
        raise


def _check_reach(path: Path, marks: dict[str, Marks]) -> None:
    """Raise ContractError where values reach too far, for all between them takes memory."""
    for name, one in marks.items():
        if one.n_rows > MOST_ROWS:
            raise refused(path, f"{name}: {one.n_rows:,} rows; allowed: up to {MOST_ROWS:,}")
    n_cells = sum(one.n_rows * one.n_columns for one in marks.values())
    if n_cells > MOST_CELLS:
        raise refused(path, f"{n_cells:,} cells; allowed: up to {MOST_CELLS:,}")
    n_letters = sum(one.n_letters for one in marks.values())
    if n_letters > MOST_UNPACKED:
        raise refused(path, f"{n_letters:,} letters; allowed: up to {MOST_UNPACKED:,}")


def _marks_of(path: Path, sheet: str, marks: dict[str, Marks]) -> Marks:
    """Return the marks of a sheet; raise ContractError where its part was not found."""
    if sheet not in marks:
        raise refused(path, f"{sheet}: its XML was not found; allowed: workbooks as saved")
    return marks[sheet]


def _chosen(path: Path, book: Any, patterns: list[str]) -> list[tuple[Any, str | None]]:
    """Return each sheet with the reason to leave it, or None."""
    from python_calamine import SheetVisibleEnum

    names = book.sheet_names
    without = [p for p in patterns if not any(fnmatchcase(name, p) for name in names)]
    if without:
        raise refused(path, f"no sheet {', '.join(map(repr, without))}; it has {', '.join(names)}")
    made = []
    for sheet in book.sheets_metadata:
        is_visible = sheet.visible == SheetVisibleEnum.Visible
        is_asked = any(fnmatchcase(sheet.name, p) for p in patterns)
        left = "hidden" if not is_visible else "skipped"
        made.append((sheet, None if is_asked or (is_visible and not patterns) else left))
    return made


def _grid(sheet: Any, marks: Marks, left: str | None) -> Grid:
    rows = [[_content(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), error in marks.errors.items():
        _reach(rows, row, column)
        rows[row][column] = error
    cells = [list(row) for row in squared(rows)]
    for first, last in [*(sheet.merged_cell_ranges or ()), *marks.spans]:
        _fill(cells, first, last)
    made = tuple(tuple(row) for row in cells)
    return Grid(sheet.name, made, frozenset(marks.shares), left=left)


def _content(cell: Any) -> Content:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, time | timedelta):
        return str(cell)
    known: str | int | float | bool | date = cell
    return known


def _reach(rows: list[list[Content]], row: int, column: int) -> None:
    """Make the rows long enough for a cell that the reader left out at their end."""
    rows.extend([] for _ in range(row + 1 - len(rows)))
    rows[row].extend([None] * (column + 1 - len(rows[row])))


def _fill(cells: list[list[Content]], first: Place, last: Place) -> None:
    """Repeat words and days over the cells that they are merged across.

    A number stays where it stands, for those below it are of other indicators; a year is repeated
    over the columns that it heads, in the first column over the rows that it labels.
    """
    if first[0] >= len(cells) or first[1] >= len(cells[0]):
        return
    content = cells[first[0]][first[1]]
    is_year = _YEAR.fullmatch(str(content)) is not None
    if not (is_year or isinstance(content, date) or _is_words(content)):
        return
    last_row = first[0] if is_year and first[1] > 0 else last[0]
    for row in range(first[0], min(last_row + 1, len(cells))):
        for column in range(first[1], min(last[1] + 1, len(cells[0]))):
            cells[row][column] = content


def _is_words(content: Content) -> bool:
    """Whether a cell holds a text that is no number."""
    if not isinstance(content, str) or isinstance(content, Spoilt):
        return False
    for said in (level_said, growth_said):
        with suppress(UnreadableCell):
            return said(content) is None
    return True
