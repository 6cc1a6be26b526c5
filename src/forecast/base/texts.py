"""Texts and numbers in English and Chinese: the words of `catalogue.toml`, read once, and forms.

Halves are rounded up, as statistics offices do; a minus is a real minus sign. English sets a
no-break space before the per cent sign, Chinese none.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, wraps
from importlib.resources import files
from string import Formatter
from typing import ParamSpec, TypeVar

LANGUAGES = ("en", "zh")
_NO_LEAP_YEAR = 2019
P = ParamSpec("P")
R = TypeVar("R")


def text(key: str, lang: str, **values: object) -> str:
    """Return the text of a key in `en` or `zh`, with the values put in; KeyError if unknown.

    Where outcomes are not all growth, the text of the key with `_any` stands in its place if there
    is one: it does not speak of growth.
    """
    if _OF_LEVELS.get() and f"{key}_any" in entries():
        key = f"{key}_any"
    begins = _YEAR_BEGINS.get()
    if begins != 1 and "year" in values and not key.startswith(("form.", "span.")):
        values = {**values, "year": year_name(values["year"])}
    return entries()[key][lang].format(**{**_ends_of_year(begins, lang), **values})


_YEAR_BEGINS: ContextVar[int] = ContextVar("year_begins", default=1)
_OF_LEVELS: ContextVar[bool] = ContextVar("of_levels", default=False)


@contextmanager
def of_levels(are_levels: bool, /) -> Iterator[None]:
    """Speak of outcomes that are not all growth, where they are levels."""
    token = _OF_LEVELS.set(are_levels)
    try:
        yield
    finally:
        _OF_LEVELS.reset(token)


@contextmanager
def calendar(year_begins: int) -> Iterator[None]:
    """Name the months and years of an area whose year begins with a month, 1 for January.

    Within it a month of a year is counted from that month: the first of twelve is April where the
    year begins in April, and the year is named by both years that it lies in.
    """
    token = _YEAR_BEGINS.set(year_begins)
    try:
        yield
    finally:
        _YEAR_BEGINS.reset(token)


def in_calendar(draw: Callable[P, R]) -> Callable[P, R]:
    """Return what draws a report so that it names months by the calendar of the report's area.

    It does not speak of growth where the report's outcomes are not all growth.
    """

    @wraps(draw)
    def drawn(*args: P.args, **named: P.kwargs) -> R:
        every = (*args, *named.values())
        report = next((a for a in every if isinstance(getattr(a, "year_begins", None), int)), None)
        if report is None:
            return draw(*args, **named)
        with calendar(report.year_begins), of_levels(not getattr(report, "is_all_growth", True)):  # type: ignore[attr-defined]
            return draw(*args, **named)

    return drawn


@cache
def _ends_of_year(begins: int, lang: str) -> Mapping[str, object]:
    """Return the names of a year's first and last month and of its last day, for texts."""
    last = (begins - 2) % 12 + 1
    named = entries()[f"month_long.m{last}"][lang]
    day = {"day": monthrange(_NO_LEAP_YEAR, last)[1]}
    return {
        "year_start": entries()[f"month_long.m{begins}"][lang],
        "year_end": named,
        "last_day": entries()["form.day_here"][lang].format(month=named, **day),
        "last_day_short": entries()["form.day_here"][lang].format(
            month=entries()[f"month.m{last}"][lang], **day
        ),
    }


def year_name(year: object) -> str:
    """Return how a year is named: 2018, or 2018/19 where it lies in two calendar years."""
    if _YEAR_BEGINS.get() == 1 or not str(year).isdigit():
        return str(year)
    return f"{year}/{(int(str(year)) + 1) % 100:02d}"


def month_name(position: int, lang: str) -> str:
    """Return the name of a year's month in short, counted from 1 for its first one."""
    return text(f"month.m{(position + _YEAR_BEGINS.get() - 2) % 12 + 1}", lang)


@cache
def entries() -> Mapping[str, Mapping[str, str]]:
    """Return every key with its text by language."""
    source = files("forecast.base").joinpath("catalogue.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(source).items()
    return {f"{table}.{name}": words for table, names in tables for name, words in names.items()}


def placeholders_of(template: str) -> set[str]:
    """Return the names of the values that a text asks for, except the ends of a year."""
    names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    return names - {"year_start", "year_end", "last_day", "last_day_short"}


def model_name(model: str, lang: str) -> str:
    """Return the name of a model; one of another package is named by its id."""
    return text(f"model.{model}", lang) if f"model.{model}" in entries() else model


def model_says(model: str, lang: str) -> str:
    """Return in a phrase what a model is."""
    known = f"model_says.{model}" in entries()
    return text(f"model_says.{model}" if known else "form.foreign_model", lang)


NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
LEVEL_UNITS = ("cny_100m", "usd_100m", "kwh_100m", "pct", "index")
_HUGE, _MANY, _TEN_THOUSAND = 1e12, 1000, 10_000
_DIGITS = 9  # a binary fraction counts as the decimal number that it stands for


def number(value: float, decimals: int) -> str:
    """Return a number with thousands apart and a real minus sign; no minus before zero.

    From a thousand billions on, as in an interval of a ratio by two years, its size alone is given.
    """
    if abs(value) >= _HUGE:
        return f"{value:.0e}".replace("-", MINUS)
    exact = Decimal(repr(round(float(value), _DIGITS)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,}".replace("-", MINUS)


def digits(value: float) -> int:
    """Return how many digits after the point a number has, up to nine."""
    return len(f"{value:.{_DIGITS}f}".rstrip("0").partition(".")[2])


def percent(probability: float, lang: str) -> str:
    """Return a probability in whole per cents, never 0 or 100."""
    gap = _gap(lang)
    if probability < 0.01:
        return f"<{gap}1{gap}%"
    if probability > 0.99:
        return f">{gap}99{gap}%"
    return f"{whole_percent(probability)}{gap}%"


def whole_percent(probability: float) -> int:
    """Return a probability in whole per cents, as it is printed between 1 and 99."""
    return int(number(100 * probability, 0))


def percent_points(first: float, last: float) -> int:
    """Return by how many points a probability moved: the change between both as printed."""
    return whole_percent(last) - whole_percent(first)


def rate(value: float, decimals: int, lang: str) -> str:
    """Return a rate in per cent."""
    return f"{number(value, decimals)}{_gap(lang)}%"


def signed(value: float, decimals: int, lang: str) -> str:
    """Return a rate in per cent with its sign, none for zero."""
    plain = rate(value, decimals, lang)
    return plain if plain[0] == MINUS or not plain.strip("0.% " + NO_BREAK) else f"+{plain}"


def signed_number(value: float, decimals: int) -> str:
    """Return a number with its sign, none for zero."""
    plain = number(value, decimals)
    return plain if plain[0] == MINUS or not plain.strip("0.") else f"+{plain}"


def points(value: float, decimals: int, lang: str) -> str:
    """Return percentage points."""
    return text("form.points", lang, number=number(value, decimals))


def interval(lower: float, upper: float, decimals: int) -> str:
    """Return `[lower, upper]`."""
    return f"[{number(lower, decimals)},{NO_BREAK}{number(upper, decimals)}]"


def level(value: float, unit: str, lang: str) -> str:
    """Return a level in its unit, with one decimal, or two where it is small.

    English counts hundreds of millions in billions, and has a decimal more for them.
    """
    decimals = 1 if abs(value) >= 10 else 2
    if abs(value) >= _MANY and _is_count(unit):
        return _with_unit(_counted(value, lang), unit, lang)
    if lang == "en" and unit.endswith("_100m"):
        value, decimals = value / 10, decimals + 1
    return _with_unit(number(value, decimals if value else 0), unit, lang)


def _is_count(unit: str) -> bool:
    return unit_alone(unit, "en") == unit.replace("_", " ")


def _counted(value: float, lang: str) -> str:
    """Return a count, in Chinese in units of 10,000 where no digit is lost by it."""
    shown = value / _TEN_THOUSAND
    if lang == "zh" and shown >= 1 and round(shown, 1) == shown:
        return f"{number(shown, 0 if shown.is_integer() else 1)}万"
    return number(value, 0)


def _with_unit(figure: str, unit: str, lang: str) -> str:
    if unit in LEVEL_UNITS:
        return text(f"unit.{unit}", lang, number=figure)
    key = "counted" if f"counted.{unit.casefold()}" in entries() else "other"
    return text(f"unit.{key}", lang, number=figure, unit=unit_alone(unit, lang))


def unit_after(unit: str, lang: str) -> str:
    """Return what stands after the number of an amount in a unit."""
    return _with_unit("", unit, lang)


def unit_alone(unit: str, lang: str) -> str:
    """Return a unit in words: `usd_million` is million US dollars, and others lose underscores."""
    if unit in LEVEL_UNITS:
        return text(f"unit_alone.{unit}", lang)
    if f"counted.{unit.casefold()}" in entries():
        return text(f"counted.{unit.casefold()}", lang)
    words = unit.casefold().replace("_", " ").split()
    currency = next((word for word in words if f"currency.{word}" in entries()), None)
    scale = next((word for word in words if f"scale.{word}" in entries()), None)
    if currency is None or set(words) != {currency, scale or currency}:
        return unit.replace("_", " ")
    name = text(f"currency.{currency}", lang)
    if scale is None:
        return name
    return text("unit.money", lang, scale=text(f"scale.{scale}", lang), currency=name)


def amount(value: float, unit: str, lang: str, decimals: int) -> str:
    """Return an amount in its unit with so many decimals, a per cent where the unit is that."""
    if unit == "pct":
        return rate(value, decimals, lang)
    if unit in LEVEL_UNITS:
        return level(value, unit, lang)
    if decimals == 0 and _is_count(unit):
        return _with_unit(_counted(value, lang), unit, lang)
    return _with_unit(number(value, decimals), unit, lang)


def day(when: date, lang: str, *, year: int | None = None) -> str:
    """Return a day; its year is left out where it is `year`."""
    month = text(f"month.m{when.month}", lang)
    if when.year == year:
        return text("form.day_here", lang, month=month, day=when.day)
    return text("form.day", lang, year=when.year, month=month, day=when.day)


def span(first: str, last: str, lang: str, *, year: int | None = None) -> str:
    """Return the span between two `YYYY-MM`; its year is left out where it is `year`."""
    ends = int(first[5:]), int(last[5:])
    form = "year" if ends == (1, 12) else "month" if first == last else "months"
    place = "here" if int(last[:4]) == year else "there"
    named = year_name(last[:4])
    if form == "month":  # which lies in one calendar year
        named = str(int(last[:4]) + (ends[1] + _YEAR_BEGINS.get() - 2) // 12)
    return text(f"span.{form}_{place}", lang, year=named, **_month_names(*ends, lang))


def months(first: int, last: int, lang: str) -> str:
    """Return a year's months from one to another by name, all twelve too."""
    form = "month" if first == last else "months"
    return text(f"span.{form}_here", lang, **_month_names(first, last, lang))


def _month_names(first: int, last: int, lang: str) -> dict[str, str]:
    ends = {"first": first, "last": last}
    names = {end: month_name(number, lang) for end, number in ends.items()}
    return names | {"first_number": str((first + _YEAR_BEGINS.get() - 2) % 12 + 1)}


def _gap(lang: str) -> str:
    return "" if lang == "zh" else NO_BREAK


@dataclass(frozen=True, slots=True)
class Caveat:
    """A key of the texts under `caveat`, and the values of its sentence."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
