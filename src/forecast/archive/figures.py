"""The contract that published figures keep, row by row and together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from forecast.base.errors import Fault
from forecast.base.frames import changed, texts
from forecast.base.months import MONTHS_ALLOWED, month_text, parse_month
from forecast.base.parameters import NAMES_ALLOWED, is_name

REQUIRED = ("area", "indicator", "first_month", "last_month", "measure", "value", "released_on")
OPTIONAL = ("unit", "status", "released_on_basis", "publisher", "source")
MEASURES = ("level", "growth_pct")
STATUSES = ("final", "preliminary", "expected", "lower_bound")
BASES = ("published", "estimated", "uploaded")
_TEXTS = ("area", "indicator", "measure", *OPTIONAL)
_DEFAULTS = {"status": "final", "released_on_basis": "published"}
KEY = ("area", "indicator", "first", "last", "measure", "unit")
MOST_MONTHS = 60  # five-year plans are the longest spans that are published
TOO_LARGE = 1e15  # beyond it a number of this kind is a slip, and sums lose their last digits
_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def checked(rows: pd.DataFrame, name: str, faults: list[Fault]) -> pd.DataFrame:
    """Return the rows as typed figures, texts in categories; add what is wrong to `faults`."""
    rows = _completed(rows)
    found = list(_row_faults(rows, name))
    faults.extend(found)
    sound = rows[~rows["line"].isin([fault.line for fault in found])]
    figures = sound[[*_TEXTS, "line"]].assign(
        first=changed(sound["first_month"], parse_month).astype("int64"),
        last=changed(sound["last_month"], parse_month).astype("int64"),
        value=_numbers(sound["value"]),
        released_on=changed(sound["released_on"], _day).astype("datetime64[us]"),
        file=pd.Categorical([name]).repeat(len(sound)),
    )
    growth = figures["measure"] == "growth_pct"
    units = sorted({"pct", *figures["unit"].cat.categories})
    figures["unit"] = figures["unit"].cat.set_categories(units).mask(growth, "pct")
    return figures


def _completed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with every column of text in categories, and what stands where none is."""
    missing = pd.Series("", index=rows.index)
    given = {name: rows.get(name, missing) for name in _TEXTS}
    return rows.assign(
        **{n: texts(c, partial(_or, _DEFAULTS.get(n, ""))) for n, c in given.items()}
    )


def _or(default: str, text: str) -> str:
    return text or default


def _numbers(column: pd.Series) -> pd.Series:
    """Return the finite numbers of a column of texts or numbers, NaN where one is none."""
    is_number = column.dtype == np.float64
    values = column if is_number else changed(column, _number).astype("float64")
    return values.where(np.isfinite(values))


def _row_faults(rows: pd.DataFrame, name: str) -> Iterator[Fault]:
    """Yield every fault in single rows."""
    first, last = (changed(rows[name], parse_month) for name in ("first_month", "last_month"))
    day, value = changed(rows["released_on"], _day), _numbers(rows["value"])
    early = day < changed(rows["first_month"], lambda month: _day(f"{month}-01"))
    growth = rows["measure"] == "growth_pct"
    bad_unit = growth & ~rows["unit"].isin(["", "pct"])
    checks = [
        ("area", _is_no_name(rows["area"]), f"is no name; allowed: {NAMES_ALLOWED}"),
        ("indicator", _is_no_name(rows["indicator"]), f"is no name; allowed: {NAMES_ALLOWED}"),
        ("first_month", first.isna(), f"is no month; allowed: {MONTHS_ALLOWED}"),
        ("last_month", last.isna(), f"is no month; allowed: {MONTHS_ALLOWED}"),
        (
            "last_month",
            last < first,
            "lies before first_month; allowed: the same month or a later one",
        ),
        (
            "last_month",
            last - first >= MOST_MONTHS,
            f"makes too long a span; allowed: up to {MOST_MONTHS} months",
        ),
        (
            "measure",
            ~rows["measure"].isin(MEASURES),
            f"is no measure; allowed: {', '.join(MEASURES)}",
        ),
        (
            "value",
            value.isna(),
            "is no number; allowed: a finite decimal number, no sign for thousands",
        ),
        ("value", value.abs() >= TOO_LARGE, f"is too large; allowed: below {TOO_LARGE:g} in size"),
        ("released_on", day.isna(), "is no day; allowed: YYYY-MM-DD"),
        (
            "released_on",
            early,
            "lies before the first month of its span; allowed: a day from then on",
        ),
        ("status", ~rows["status"].isin(STATUSES), f"is no status; allowed: {', '.join(STATUSES)}"),
        (
            "released_on_basis",
            ~rows["released_on_basis"].isin(BASES),
            f"is no basis; allowed: {', '.join(BASES)}",
        ),
        ("unit", bad_unit, "does not go with growth_pct; allowed: pct, or nothing"),
        (
            "value",
            growth & (value <= -100),
            "is no growth; allowed: above -100",
        ),
    ]
    for column, wrong, message in checks:
        faulty = rows[wrong.fillna(False).astype(bool)]
        for line, found in zip(faulty["line"], faulty[column], strict=True):
            yield Fault(name, int(line), f"{column} {found!r} {message}")


def _is_no_name(column: pd.Series) -> pd.Series:
    return ~changed(column, is_name).astype(bool)


def _number(text: str) -> float:
    """Return the number that a text spells, or NaN; thousands separators are refused."""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _day(text: str) -> pd.Timestamp | None:
    """Return the day that `YYYY-MM-DD` names, or None."""
    try:
        return pd.Timestamp(date.fromisoformat(text)) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def conflicts(figures: pd.DataFrame) -> Iterator[Fault]:
    """Yield keys that were released on one day with two values."""
    same = [*KEY, "released_on"]
    values = figures.groupby(same, sort=False)["value"].transform("nunique")
    for _, rows in figures[values > 1].groupby(same, sort=False):
        faulty = rows.to_dict("records")
        last = faulty[-1]
        where = ", ".join(f"{f['file']}:{f['line']}" for f in faulty)
        found = " and ".join(f"{f['value']:g}" for f in faulty)
        what = f"{last['area']} {last['indicator']} {month_text(last['first'])} to"
        yield Fault(
            last["file"],
            last["line"],
            f"{what} {month_text(last['last'])} has the values {found} on one day ({where}); "
            "allowed: one value a day, a revision carries a later released_on",
        )
