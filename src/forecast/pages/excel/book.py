"""An Excel file: built beside its place, moved in as a whole, and no text of it ever a formula."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.base.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def put_in_place(out: Path) -> Iterator[Path]:
    """Give a path beside `out` to write to, and move it in; raise OutputError where that fails."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}-", suffix=out.suffix, dir=out.parent)
        os.close(handle)
    except OSError as error:
        raise OutputError(f"{out} could not be written: {error.strerror}") from error
    try:
        yield Path(name)
        Path(name).chmod(0o644)
        os.replace(name, out)
    except OSError as error:
        raise OutputError(f"{out} could not be written: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def workbook(out: Path, made_on: date) -> Iterator[Workbook]:
    """Give a new workbook that is `out` once it is filled; the same content gives the same file."""
    from xlsxwriter import Workbook

    with put_in_place(out) as beside:
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
