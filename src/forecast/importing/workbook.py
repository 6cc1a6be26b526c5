"""Excel and OpenDocument workbooks, their XML parts unpacked and read within limits."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from xml.parsers import expat

from forecast.base.errors import ContractError, UnreadableCell
from forecast.importing.cell_marks import Marks, marks_of_excel, marks_of_ods
from forecast.importing.cells import Content, SpoiltNumber, growth_pct_of, is_year, level_of
from forecast.importing.grid import (
    MOST_BYTES,
    MOST_CELLS,
    MOST_ROWS,
    Grid,
    Position,
    padded,
    refusal,
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


MOST_PARTS = 5_000
MOST_UNPACKED = 200_000_000
MOST_RATIO = 200  # real sheets pack to a tenth of their size; a bomb of zeros to a thousandth
_FREE_OF_RATIO = 1_000_000  # bytes; a part up to this size does no harm, however it is packed
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
)
_WITH_RAISED = re.compile(rb"superscript|subscript|text-position")
_TEXT_TAGS = ("si", "is", "table-cell")
_RAISED = re.compile(r"super|\+?[1-9]")
_LOWERED = re.compile(r"sub|-")
# Our own footnote mark: it separates the digits on both sides and is dropped from words.
_MARK = "※".encode("ascii", "xmlcharrefreplace")
_Shift = Literal["raised", "lowered"]


def unpacked(path: Path) -> Mapping[str, bytes]:
    """Return the XML parts of a workbook by name; raise ContractError beyond the limits."""
    if path.stat().st_size > MOST_BYTES:
        raise refusal(path, f"larger than {MOST_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(path) as packed:
            _check_sizes(path, packed)
            parts = {i.filename: packed.read(i) for i in packed.infolist() if _is_read(i.filename)}
    except _ZIP_ERRORS as error:
        raise damage(path, error) from error
    for name, content in parts.items():
        _check_xml(path, name, content)
    return parts


def repacked(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return a workbook of exactly the parts that were checked, whatever else the file holds."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    file.seek(0)
    return file


def damage(path: Path, error: BaseException) -> ContractError:
    """Return the error of a file that begins like a workbook but cannot be read as one."""
    return refusal(
        path, f"not a workbook: {error}; allowed: .xlsx, .xlsm, .ods, as they were saved"
    )


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) or name == "mimetype"


def _check_sizes(path: Path, packed: zipfile.ZipFile) -> None:
    """Raise ContractError where the parts are too many or too large by the sizes that they claim.

    The claims can be relied on: `ZipFile.read` gives no more bytes than a part claims to hold.
    """
    parts = packed.infolist()
    if len(parts) > MOST_PARTS:
        raise refusal(path, f"{len(parts):,} parts; allowed: up to {MOST_PARTS:,}")
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED:
        raise refusal(path, f"{size:,} bytes unpacked; allowed: up to {MOST_UNPACKED:,}")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _FREE_OF_RATIO and ratio > MOST_RATIO:
            raise refusal(path, f"{part.filename} is packed {ratio:.0f}:1; allowed: {MOST_RATIO}:1")


def _check_xml(path: Path, name: str, content: bytes) -> None:
    if name == "mimetype":
        return
    parser = expat.ParserCreate()

    def _refuse(*_: object) -> None:
        why = f"{name} has a document type; allowed: none, because it can hold entities"
        raise refusal(path, why)

    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # also an unknown encoding
        raise refusal(path, f"{name} is not XML: {error}") from error


def without_raised(parts: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the parts of a workbook without raised texts, and with a mark before lowered ones.

    A number with a raised 1 would be read with one digit more, and PM2.5 without its lowered 2.5
    as another word. A text that is raised as a whole stays.
    """
    return {
        name: _TextPart(content).edited() if _WITH_RAISED.search(content) else content
        for name, content in parts.items()
    }


class _TextPart:
    """An XML part of a workbook, with the places of raised and lowered texts in its bytes."""

    def __init__(self, content: bytes) -> None:
        self.content, self.parser = content, expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler = self._characters
        self.edits: list[tuple[int, int, bytes]] = []  # from, to, replacement
        self.edits_of_text: list[tuple[int, int, bytes]] = []
        self.styles: dict[str, _Shift] = {}
        self.style = ""
        self.shifts: list[_Shift | None] = []  # of the runs that are open
        self.start: int | None = None
        self.has_plain_text = False

    def edited(self) -> bytes:
        """Return the part with its edits applied."""
        self.parser.Parse(self.content, True)
        pieces, at = [], 0
        for start, end, replacement in self.edits:
            pieces += [self.content[at:start], replacement]
            at = end
        return b"".join([*pieces, self.content[at:]])

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._close()
        tag = name.rpartition(":")[2]
        if tag in _TEXT_TAGS:
            self.edits_of_text, self.has_plain_text = [], False
        elif tag == "r":
            self.shifts.append(None)
        elif tag == "vertAlign" and self.shifts:
            self.shifts[-1] = _shift(attributes.get("val", ""))
        elif tag == "style":
            self.style = attributes.get("style:name", "")
        elif tag == "text-properties":
            if shift := _shift(attributes.get("style:text-position", "")):
                self.styles[self.style] = shift
        elif tag == "span":
            outer = self.shifts[-1] if self.shifts else None
            self.shifts.append(self.styles.get(attributes.get("text:style-name", ""), outer))

    def _end(self, name: str) -> None:
        self._close()
        tag = name.rpartition(":")[2]
        if tag in ("r", "span") and self.shifts:
            self.shifts.pop()
        elif tag in _TEXT_TAGS:
            self.edits += self.edits_of_text if self.has_plain_text else []
            self.edits_of_text = []

    def _characters(self, content: str) -> None:
        if not (self.shifts and self.shifts[-1]):
            self.has_plain_text = self.has_plain_text or content.strip() != ""
        elif self.start is None:
            self.start = self.parser.CurrentByteIndex

    def _close(self) -> None:
        """Note the raised or lowered text that ends where another element begins or ends."""
        if self.start is None:
            return
        if self.shifts[-1] == "raised":
            self.edits_of_text.append((self.start, self.parser.CurrentByteIndex, b""))
        else:
            self.edits_of_text.append((self.start, self.start, _MARK))
        self.start = None


def _shift(attribute: str) -> _Shift | None:
    """Return how a text is shifted, by the words of Excel or the per cents of OpenDocument."""
    if _RAISED.match(attribute):
        return "raised"
    return "lowered" if _LOWERED.match(attribute) else None
