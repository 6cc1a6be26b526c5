"""What a sheet's XML holds besides values: its size, cells shown as per cent, errors, merges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from posixpath import dirname, join, normpath
from xml.etree import ElementTree
from xml.parsers import expat

from forecast.importing.cells import SpoiltNumber
from forecast.importing.grid import Position

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_LITERAL = re.compile(r'"[^"]*"|[\\!_*].|\[[^\]]*\]')  # Excel in Chinese writes !. for \.
_SCALES = re.compile(r"[0#?],+(?![0#?,])")
_LITERAL_POINT = re.compile(r'[0#?](?:[\\!]\.|"\.")[0#?]')
_MOST_DIGITS = 10  # of the number of a shared text
_MOST_LETTERS = 1000  # of errors and numbers; texts may be longer, but are not needed here
_MOST_REPEATED = 100_000  # beyond it the sheet is over its limit of cells, or close
_BUILT_IN = {9: "0%", 10: "0.00%"}
_RELATED = re.compile(r"\{.*/relationships\}id")
_NO_VALUE = SpoiltNumber(
    "formula without a value",
    "is not a number; allowed: a workbook that was calculated before it was saved",
)
_AS_STORED = "allowed: a format that shows the number as it is stored"
_LITERAL_SIGN = re.compile(r"""[降减跌约‰▲△▼▽]|^["\\]*[-−(]""")
_BRACKETS = re.compile(r"\[[^\]]*\]|_.|\*.")


@dataclass(slots=True)
class Marks:
    """How far the values of a sheet reach, and the positions that need care.

    `n_letters` counts a text as often as it stands in the sheet, because each copy uses memory.
    """

    n_rows: int = 0
    n_columns: int = 0
    n_letters: int = 0
    shares: set[Position] = field(default_factory=set)
    errors: dict[Position, str] = field(default_factory=dict)
    spans: list[tuple[Position, Position]] = field(default_factory=list)

    def extend_to(self, row: int, column: int) -> None:
        """Note that a value stands in a row and a column, counted from 1."""
        self.n_rows, self.n_columns = max(self.n_rows, row), max(self.n_columns, column)


def marks_of_excel(parts: Mapping[str, bytes]) -> dict[str, Marks]:
    """Return the marks of each sheet of an Excel workbook, by the sheet's name."""
    formats = _formats(parts.get("xl/styles.xml", b""))
    lengths = _lengths(parts.get("xl/sharedStrings.xml", b""))
    return {
        name: _Sheet(formats, lengths).scan(parts[part])
        for name, part in _sheet_parts(parts)
        if part in parts
    }


def _sheet_parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and of the part that holds it."""
    book = "xl/workbook.xml"
    relations = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    # In any namespace, because Excel saves in two of them.
    for sheet in ElementTree.fromstring(parts.get(book, b"<none/>")).findall(".//{*}sheet"):
        related = next((value for key, value in sheet.items() if _RELATED.fullmatch(key)), None)
        target = targets.get(related, "")
        path = target.lstrip("/") if target.startswith("/") else join(dirname(book), target)
        yield sheet.get("name", ""), normpath(path)


def _formats(content: bytes) -> list[str]:
    """Return the number format of each style of cells, empty for one without a format."""
    if not content:
        return []
    styles = ElementTree.fromstring(content)
    formats = styles.findall("{*}numFmts/{*}numFmt")
    own = {int(f.get("numFmtId", 0)): f.get("formatCode", "") for f in formats}
    cells = styles.find("{*}cellXfs")
    ids = [int(style.get("numFmtId", 0)) for style in (() if cells is None else cells)]
    return [(_BUILT_IN | own).get(number, "") for number in ids]


def _is_per_cent(code: str) -> bool:
    """Whether a format shows a share of one as per cent."""
    return "%" in _LITERAL.sub("", code)


def _has_sign(code: str) -> bool:
    """Whether a format puts a word or a sign before positive numbers that changes their meaning."""
    return _LITERAL_SIGN.search(_BRACKETS.sub("", code.split(";")[0])) is not None


def _is_scaled(code: str) -> bool:
    """Whether a format shows thousandths of a number, or inserts a point between its digits."""
    return bool(_SCALES.search(_LITERAL.sub("", code)) or _LITERAL_POINT.search(code))


def _lengths(content: bytes) -> list[int]:
    """Return the length of each text that cells share."""
    items = ElementTree.fromstring(content).findall("{*}si") if content else ()
    return [sum(map(len, item.itertext())) for item in items]


class _Sheet:
    """A sheet of an Excel workbook, whose XML is read once from beginning to end."""

    def __init__(self, formats: list[str], lengths: list[int]) -> None:
        self.marks, self.formats, self.lengths = Marks(), formats, lengths
        self.shares = {n for n, code in enumerate(formats) if _is_per_cent(code)}
        self.altered = {n for n, code in enumerate(formats) if _is_scaled(code) or _has_sign(code)}
        self.row = self.column = self.style = 0
        self.kind, self.text, self.has_formula, self.has_value = "n", "", False, False

    def scan(self, content: bytes) -> Marks:
        """Return the marks of the sheet."""
        _parse(content, self._begin, self._end, self._characters)
        return self.marks

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            number = attributes.get("r", str(self.row + 1))
            if not _ROW.fullmatch(number):
                raise ValueError(f"a row named {number[:20]!r}")
            self.row, self.column = int(number), 0
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "f":
            self.has_formula = True
        elif tag in ("v", "is"):
            self.text = ""
            self.has_value = tag == "is" or self.kind == "str"  # a formula may give an empty text
            self.marks.extend_to(self.row, self.column)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.row, self.column = self._row_and_column(attributes.get("r"))
        self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
        self.text, self.has_formula, self.has_value = "", False, False
        if self.kind == "n" and self.style in self.shares:
            self.marks.shares.add(self.position)

    def _row_and_column(self, reference: str | None) -> tuple[int, int]:
        """Return row and column of a cell; raise ValueError for a name that no cell has.

        The library takes such a name for a cell far out, and makes cells of all that lies between.
        """
        if reference is None:
            return self.row, self.column + 1
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError(f"a cell named {reference[:20]!r}")
        return int(match[2]), _column_number(match[1])

    @property
    def position(self) -> Position:
        """The position of the cell, counted from 0."""
        return self.row - 1, self.column - 1

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "v":
            self._end_value()
        elif tag == "c" and self.has_formula and not self.has_value:
            self.marks.extend_to(self.row, self.column)
            self.marks.errors[self.position] = _NO_VALUE

    def _end_value(self) -> None:
        text = self.text
        self.has_value = self.has_value or text != ""
        if self.kind == "e":
            self.marks.errors[self.position] = text
        elif self.kind == "n" and self.style in self.altered and text:
            why = f"is altered by the format {self.formats[self.style]!r}; {_AS_STORED}"
            self.marks.errors[self.position] = SpoiltNumber(text, why)
        elif self.kind == "s" and text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS:
            n_letters = self.lengths[int(text)] if int(text) < len(self.lengths) else 0
            self.marks.n_letters += n_letters

    def _characters(self, content: str) -> None:
        if self.kind not in ("str", "inlineStr") and len(self.text) < _MOST_LETTERS:
            self.text += content


def marks_of_ods(content: bytes) -> dict[str, Marks]:
    """Return the marks of each sheet of an OpenDocument workbook, by the sheet's name."""
    sheets: dict[str, Marks] = {}
    marks = Marks()
    row = column = n_rows = n_columns = 0
    is_filled = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal marks, row, column, n_rows, n_columns, is_filled
        if name == "table:table":
            marks = sheets.setdefault(attributes.get("table:name", ""), Marks())
            row = n_rows = 0
        elif name == "table:table-row":
            row, column, n_columns = row + n_rows, 0, 0
            n_rows = int(attributes.get("table:number-rows-repeated", 1))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            column += n_columns
            n_columns = int(attributes.get("table:number-columns-repeated", 1))
            is_filled = "office:value-type" in attributes
            _note(marks, attributes, (row, column), (n_rows, n_columns))

    def characters(text: str) -> None:
        marks.n_letters += len(text) * n_rows * n_columns if is_filled else 0

    _parse(content, begin, lambda _: None, characters)
    return sheets


def _note(
    marks: Marks, attributes: dict[str, str], position: Position, repeats: tuple[int, int]
) -> None:
    """Note a cell of an OpenDocument sheet, as often as its rows and columns are repeated."""
    (row, column), (n_rows, n_columns) = position, repeats
    kind = attributes.get("office:value-type")
    spanned = [int(attributes.get(f"table:number-{k}-spanned", 1)) for k in ("rows", "columns")]
    if spanned != [1, 1]:
        marks.spans.append((position, (row + spanned[0] - 1, column + spanned[1] - 1)))
    has_no_value = kind is None and "table:formula" in attributes
    if kind is None and not has_no_value:
        return
    marks.extend_to(row + n_rows, column + n_columns)
    is_error = has_no_value or attributes.get("calcext:value-type") == "error"
    if (not is_error and kind != "percentage") or n_rows * n_columns > _MOST_REPEATED:
        return
    error = _NO_VALUE if has_no_value else "#error!"
    for cell in product(range(row, row + n_rows), range(column, column + n_columns)):
        if is_error:
            marks.errors[cell] = error
        else:
            marks.shares.add(cell)


def _parse(
    content: bytes,
    begin: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = characters
    parser.Parse(content, True)


def _column_number(letters: str) -> int:
    """Return the number of a column, A being 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
