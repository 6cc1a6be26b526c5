"""An Excel file, its cells and their formats; no text of it is ever a formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.base.errors import ParameterError
from forecast.base.files import replaced
from forecast.base.texts import text
from forecast.report.lights import GREEN_FROM, RED_BELOW

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def workbook(out: Path, day: date) -> Iterator[Workbook]:
    """Give a new workbook that is `out` once it is filled; the same content gives the same file."""
    from xlsxwriter import Workbook

    with replaced(out) as beside:
        book = Workbook(str(beside), _AS_TEXT)
        book.set_properties({"created": datetime.combine(day, time(), UTC)})
        yield book
        book.close()


def checked_suffix(out: Path, *allowed: str) -> None:
    """Raise ParameterError for a file of a kind that is not made here."""
    if out.suffix not in allowed:
        raise ParameterError([f"--out: {str(out)!r}; allowed: a name that ends in {_or(allowed)}"])


def safe_in_csv(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text


def _or(allowed: tuple[str, ...]) -> str:
    return " or ".join(allowed)


TEXT, LABEL, DAY = "@", "General", "yyyy-mm-dd"
SHARE, POINTS = "0.0%", "+0.0;-0.0;0.0"
PROBABILITY = '[<0.01]"< 1%";[>0.99]"> 99%";0%'
_COLOURS = {"green": "#C6E7DC", "yellow": "#FBE3AE", "red": "#F6CDBB"}
_DIGITS = 12  # a share in per cent, divided by 100, is the decimal number that it stands for


@dataclass(frozen=True, slots=True)
class Formula:
    """What a cell computes, with `{column}` for cells of its row, and its value now."""

    text: str
    value: float | str | None


Cell = float | str | Formula | None


def write(
    sheet: Worksheet, row: int, column: int, cell: Cell, form: Any, keys: Sequence[str]
) -> None:
    """Write a cell as what it is: a text never becomes a formula or a number."""
    if isinstance(cell, Formula):
        places = {key: f"{_letter(i)}{row + 1}" for i, key in enumerate(keys)}
        value = "" if cell.value is None else cell.value
        sheet.write_formula(row, column, f"={cell.text.format(**places)}", form, value)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, form)
    elif cell is None:
        sheet.write_blank(row, column, None, form)
    else:
        sheet.write_number(row, column, cell, form)


def where(formula: str, needed: Sequence[str], value: float | None) -> Formula:
    """Return a formula that stays empty while a cell that it needs is empty."""
    empty = ",".join(f'{{{key}}}=""' for key in needed)
    return Formula(f'IF(OR({empty}),"",{formula})', value)


def light_formula(now: str, lang: str) -> Formula:
    """Return the formula of a light, from the printed probability in the column `chance`."""
    green, yellow, red = (text(f"light.{name}", lang) for name in ("green", "yellow", "red"))
    below = f'IF(ROUND({{chance}},2)<{RED_BELOW},"{red}","{yellow}")'
    return Formula(f'IF(ROUND({{chance}},2)>={GREEN_FROM},"{green}",{below})', now)


def share_or_none(value_pct: float | None) -> float | None:
    """Return per cent as the share that Excel shows as per cent."""
    return None if value_pct is None else round(value_pct / 100, _DIGITS)


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format()
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center"}
            | {"border": 1, "bg_color": "#EDEFF2"}
        )

    def numbers(self, form: str) -> Any:
        """Return the format of a table's cells with a number format."""
        if form not in self._numbers:
            wraps = {"text_wrap": True} if form in (TEXT, LABEL) else {}
            look = {"num_format": form, "border": 1, "valign": "vcenter"} | wraps
            self._numbers[form] = self._book.add_format(look)
        return self._numbers[form]

    def light_up(self, sheet: Worksheet, rows: tuple[int, int], column: int, lang: str) -> None:
        """Colour the lights of a column by what they say."""
        for name, colour in _COLOURS.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{text(f"light.{name}", lang)}"'}
            rule["format"] = self._book.add_format({"bg_color": colour})
            sheet.conditional_format(rows[0], column, rows[1], column, rule)


def lay_out(sheet: Worksheet, first_row: int) -> None:
    """Lay a table out for paper, heads and names in sight."""
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first_row - 1)
    sheet.freeze_panes(first_row, 1)


def _letter(column: int) -> str:
    return chr(ord("A") + column)  # tables have fewer than 26 columns
