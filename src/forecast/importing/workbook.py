"""Excel and OpenDocument workbooks, read within limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from forecast.base.errors import UnreadableCell
from forecast.importing.cell_marks import Marks, marks_of_excel, marks_of_ods
from forecast.importing.cells import Content, SpoiltNumber, growth_pct_of, is_year, level_of
from forecast.importing.grid import MOST_CELLS, MOST_ROWS, Grid, Position, padded, refusal
from forecast.importing.workbook_parts import (
    MOST_UNPACKED,
    damage,
    repacked,
    unpacked,
    without_raised,
)


def workbook_grids(path: Path, sheets: Iterable[str]) -> list[Grid]:
    """Return the sheets of a workbook; raise ContractError where it cannot be read or is too large.

    `sheets` are patterns of names such as `2019*`; without one every sheet that is not hidden is
    read. The others come as grids that are left out.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    parts = unpacked(path)
    with _errors_of(path):
        content = parts.get("content.xml")
        marks = marks_of_excel(parts) if content is None else marks_of_ods(content)
    _check_limits(path, marks)
    with _errors_of(path):
        book = CalamineWorkbook.from_filelike(repacked(without_raised(parts)))
        return [
            _grid(book.get_sheet_by_name(sheet.name), _sheet_marks(path, sheet.name, marks), left)
            for sheet, left in _selection(path, book, list(sheets))
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Raise the errors of the libraries as ContractError with the file's name.

    A panic of the library in Rust is not an Exception.
    """
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError, ValueError, KeyError, IndexError) as error:
        raise damage(path, error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damage(path, error) from error
        raise


def _check_limits(path: Path, marks: dict[str, Marks]) -> None:
    """Raise ContractError where values lie too far out, because all cells up to them use memory."""
    for name, sheet in marks.items():
        if sheet.n_rows > MOST_ROWS:
            raise refusal(path, f"{name}: {sheet.n_rows:,} rows; allowed: up to {MOST_ROWS:,}")
    n_cells = sum(sheet.n_rows * sheet.n_columns for sheet in marks.values())
    if n_cells > MOST_CELLS:
        raise refusal(path, f"{n_cells:,} cells; allowed: up to {MOST_CELLS:,}")
    n_letters = sum(sheet.n_letters for sheet in marks.values())
    if n_letters > MOST_UNPACKED:
        raise refusal(path, f"{n_letters:,} letters; allowed: up to {MOST_UNPACKED:,}")


def _sheet_marks(path: Path, sheet: str, marks: dict[str, Marks]) -> Marks:
    """Return the marks of a sheet; raise ContractError where its part was not found."""
    if sheet not in marks:
        raise refusal(path, f"{sheet}: its XML was not found; allowed: workbooks as saved")
    return marks[sheet]


def _selection(path: Path, book: Any, patterns: list[str]) -> list[tuple[Any, str | None]]:
    """Return each sheet with the reason why it is left out, or None."""
    from python_calamine import SheetVisibleEnum

    names = book.sheet_names
    without = [p for p in patterns if not any(fnmatchcase(name, p) for name in names)]
    if without:
        raise refusal(path, f"no sheet {', '.join(map(repr, without))}; it has {', '.join(names)}")
    sheets = []
    for sheet in book.sheets_metadata:
        is_visible = sheet.visible == SheetVisibleEnum.Visible
        is_selected = any(fnmatchcase(sheet.name, p) for p in patterns)
        left_out = "hidden" if not is_visible else "skipped"
        is_read = is_selected or (is_visible and not patterns)
        sheets.append((sheet, None if is_read else left_out))
    return sheets


def _grid(sheet: Any, marks: Marks, left_out: str | None) -> Grid:
    rows = [[_content(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), error in marks.errors.items():
        _extend(rows, row, column)
        rows[row][column] = error
    cells = [list(row) for row in padded(rows)]
    for first, last in [*(sheet.merged_cell_ranges or ()), *marks.spans]:
        _fill(cells, first, last)
    contents = tuple(tuple(row) for row in cells)
    return Grid(sheet.name, contents, frozenset(marks.shares), left_out=left_out)


def _content(cell: Any) -> Content:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, time | timedelta):
        return str(cell)
    content: str | int | float | bool | date = cell
    return content


def _extend(rows: list[list[Content]], row: int, column: int) -> None:
    """Make the rows long enough for a cell that the library left out at their end."""
    rows.extend([] for _ in range(row + 1 - len(rows)))
    rows[row].extend([None] * (column + 1 - len(rows[row])))


def _fill(cells: list[list[Content]], first: Position, last: Position) -> None:
    """Repeat words and days over the cells that they are merged across.

    A number stays where it stands because the cells below it belong to other indicators. A year is
    repeated over the columns that it heads, and in the first column over the rows that it labels.
    """
    if first[0] >= len(cells) or first[1] >= len(cells[0]):
        return
    content = cells[first[0]][first[1]]
    if not (is_year(content) or isinstance(content, date) or _is_words(content)):
        return
    last_row = first[0] if is_year(content) and first[1] > 0 else last[0]
    for row in range(first[0], min(last_row + 1, len(cells))):
        for column in range(first[1], min(last[1] + 1, len(cells[0]))):
            cells[row][column] = content


def _is_words(content: Content) -> bool:
    """Whether a cell holds a text that is not a number."""
    if not isinstance(content, str) or isinstance(content, SpoiltNumber):
        return False
    for number in (level_of, growth_pct_of):
        with suppress(UnreadableCell):
            return number(content) is None
    return True
