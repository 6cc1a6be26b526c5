"""What a sheet's XML tells beyond the values: its size, cells shown as per cent, errors, merges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from posixpath import dirname, join, normpath
from xml.etree import ElementTree
from xml.parsers import expat

from forecast.intake.grids import Place

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DIGITS = 10
_PER_CENT_FORMATS = {9, 10}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class Marks:
    """Of one sheet: how far its values reach, and the places that need care.

    `n_letters` counts a text as often as it stands in the sheet, for so often it is kept.
    """

    n_rows: int = 0
    n_columns: int = 0
    n_letters: int = 0
    shares: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    spans: list[tuple[Place, tuple[int, int]]] = field(default_factory=list)

    def reaches(self, row: int, column: int) -> None:
        """Note that a value stands in a row and a column, counted from 1."""
        self.n_rows, self.n_columns = max(self.n_rows, row), max(self.n_columns, column)


def marks_of_excel(parts: Mapping[str, bytes]) -> dict[str, Marks]:
    """Return the marks of each sheet of an Excel workbook, by the sheet's name."""
    styles = _per_cent_styles(parts.get("xl/styles.xml", b""))
    lengths = _lengths(parts.get("xl/sharedStrings.xml", b""))
    return {
        name: _scanned(parts[part], styles, lengths)
        for name, part in _sheet_parts(parts)
        if part in parts
    }


def _sheet_parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and of the part that holds it."""
    book = "xl/workbook.xml"
    relations = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    for sheet in ElementTree.fromstring(parts.get(book, b"<none/>")).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATED), "")
        inside = target.lstrip("/") if target.startswith("/") else join(dirname(book), target)
        yield sheet.get("name", ""), normpath(inside)


def _per_cent_styles(content: bytes) -> set[int]:
    """Return the numbers of the styles that show a share of one as per cent."""
    if not content:
        return set()
    styles = ElementTree.fromstring(content)
    formats = {
        int(f.get("numFmtId", 0))
        for f in styles.iter(f"{_MAIN}numFmt")
        if "%" in _LITERAL.sub("", f.get("formatCode", ""))
    } | _PER_CENT_FORMATS
    cells = styles.find(f"{_MAIN}cellXfs")
    found = enumerate(() if cells is None else cells)
    return {n for n, style in found if int(style.get("numFmtId", 0)) in formats}


def _lengths(content: bytes) -> list[int]:
    """Return how long each of the texts is that cells share."""
    items = ElementTree.fromstring(content).iter(f"{_MAIN}si") if content else ()
    return [sum(map(len, item.itertext())) for item in items]


def _scanned(content: bytes, per_cent: set[int], lengths: list[int]) -> Marks:
    """Return the marks of a sheet's XML, read once from its beginning to its end."""
    made = Marks()
    row, column, kind, text = 0, 0, "n", ""

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, text
        tag = name.rpartition(":")[2]
        if tag == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif tag == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            row, column = (int(place[2]), _number(place[1])) if place else (row, column + 1)
            kind = attributes.get("t", "n")
            if kind == "n" and int(attributes.get("s", 0)) in per_cent:
                made.shares.add((row - 1, column - 1))
        elif tag in ("v", "is"):
            text = ""
            made.reaches(row, column)

    def end(name: str) -> None:
        if name.rpartition(":")[2] != "v":
            return
        if kind == "e":
            made.errors[row - 1, column - 1] = text
        elif kind == "s" and text.isascii() and text.isdigit() and len(text) < _DIGITS:
            made.n_letters += lengths[int(text)] if int(text) < len(lengths) else 0

    def said(content: str) -> None:
        nonlocal text
        text += content if kind in ("e", "s") else ""

    _parse(content, begin, end, said)
    return made


def marks_of_ods(content: bytes) -> dict[str, Marks]:
    """Return the marks of each sheet of an OpenDocument workbook, by the sheet's name."""
    found: dict[str, Marks] = {}
    made = Marks()
    row = column = n_rows = n_columns = 0
    is_filled = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal made, row, column, n_rows, n_columns, is_filled
        if name == "table:table":
            made = found.setdefault(attributes.get("table:name", ""), Marks())
            row = n_rows = 0
        elif name == "table:table-row":
            row, column, n_columns = row + n_rows, 0, 0
            n_rows = int(attributes.get("table:number-rows-repeated", 1))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            column += n_columns
            n_columns = int(attributes.get("table:number-columns-repeated", 1))
            is_filled = "office:value-type" in attributes
            _note(made, attributes, (row, column), (n_rows, n_columns))

    def said(text: str) -> None:
        made.n_letters += len(text) * n_rows * n_columns if is_filled else 0

    _parse(content, begin, lambda _: None, said)
    return found


def _note(made: Marks, attributes: dict[str, str], at: Place, times: Place) -> None:
    """Note a cell of an OpenDocument sheet, as often as it is repeated."""
    (row, column), (n_rows, n_columns) = at, times
    kind = attributes.get("office:value-type")
    spanned = [int(attributes.get(f"table:number-{k}-spanned", 1)) for k in ("rows", "columns")]
    if spanned != [1, 1]:
        made.spans.append((at, (row + spanned[0] - 1, column + spanned[1] - 1)))
    if kind is None:
        return
    made.reaches(row + n_rows, column + n_columns)
    is_error = attributes.get("calcext:value-type") == "error"
    if (not is_error and kind != "percentage") or n_rows * n_columns > _MOST_REPEATED:
        return
    for place in product(range(row, row + n_rows), range(column, column + n_columns)):
        if is_error:
            made.errors[place] = "#error!"
        else:
            made.shares.add(place)


_MOST_REPEATED = 100_000  # beyond it the sheet is over its limit of cells, or close


def _parse(
    content: bytes,
    begin: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    said: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = said
    parser.Parse(content, True)


def _number(letters: str) -> int:
    """Return the number of a column, A being 1."""
    made = 0
    for letter in letters:
        made = 26 * made + ord(letter) - ord("A") + 1
    return made
