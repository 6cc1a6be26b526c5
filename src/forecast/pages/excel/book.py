"""An Excel file: built beside its place, moved in as a whole, and no text of it ever a formula."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.base.errors import ParameterError
from forecast.base.files import replaced

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def workbook(out: Path, made_on: date) -> Iterator[Workbook]:
    """Give a new workbook that is `out` once it is filled; the same content gives the same file."""
    from xlsxwriter import Workbook

    with replaced(out) as beside:
        book = Workbook(str(beside), _AS_TEXT)
        book.set_properties({"created": datetime.combine(made_on, time(), UTC)})
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
