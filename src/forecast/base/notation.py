"""How names, days and plain numbers are written, in files as in options."""

from __future__ import annotations

import math
import re
from datetime import date

NAMES_ALLOWED = "letters, digits, - and _, at most 64 of them, not a device such as con"
NOT_A_NAME = f"is not a name (expected {NAMES_ALLOWED})"
NOT_A_DATE = "is not a date (expected YYYY-MM-DD, 1900 to 2199)"
NOT_A_MONTH = "is not a month (expected YYYY-MM, 1900-01 to 2199-12)"
# Windows opens a device in place of a file of such a name, whatever ending it has.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def is_name(text: str) -> bool:
    """Return whether a text can name an area or an indicator: it becomes part of a path."""
    spelt = 0 < len(text) <= 64 and all(c.isalnum() or c in "-_" for c in text)
    return spelt and text.lower() not in _DEVICES


def parse_day(text: str) -> date | None:
    """Return the day that `YYYY-MM-DD` names, or None where the text names none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_number(text: str) -> float | None:
    """Return the finite number that a text spells, or None; thousands separators are refused."""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
