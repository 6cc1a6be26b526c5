"""Conditions: growth of an indicator taken as given on simulated paths, and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.errors import ConditionError
from forecast.base.frames import markup_of
from forecast.base.months import (
    MONTHS_A_YEAR,
    Span,
    month,
    month_of_year,
    month_text,
    parse_month,
    year_of,
)
from forecast.base.notation import parse_number
from forecast.base.series import Names
from forecast.base.texts import Caveat
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.outlook.attainment import Band, Joint, Probability
from forecast.report.overlay import OverlayReport
from forecast.verification.outturn import Outturn

if TYPE_CHECKING:
    from forecast.outlook.value import IndicatorOutlook, Outlook

MOST_CONDITIONS = 2
REST = "rest"
_YEAR_TO_DATE = "ytd"
_SPANS = f"{REST}, {_YEAR_TO_DATE} YYYY-MM, YYYY-MM or YYYY-MM..YYYY-MM"
_FORM = f"INDICATOR SPAN GROWTH, the span {_SPANS}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Growth in per cent, on the same months a year earlier, of one span of an indicator.

    Of a rate it is the mean of the span, of a balance its sum, in the unit of the figures.
    Without a span it is growth of the rest of the year, of all months not yet published together.
    `is_to_date` says that the span was named by its last month alone.
    """

    indicator: str
    growth_pct: float
    span: Span | None = None
    is_to_date: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        """Return the condition as it is written: `retail_sales rest 9`, `gdp ytd 2019-09 7.1`."""
        where = REST if self.span is None else str(self.span)
        if self.span is not None and self.span.is_year_to_date and self.span.n_months > 1:
            where = f"{_YEAR_TO_DATE} {month_text(self.span.last)}"
        return f"{self.indicator} {where} {self.growth_pct:g}"


def read_conditions(texts: Sequence[str]) -> list[Condition]:
    """Return the conditions that texts spell; raise ConditionError with every fault."""
    problems: list[str] = []
    conditions = [_parsed(text, problems) for text in texts]
    if problems:
        raise ConditionError(problems)
    return [condition for condition in conditions if condition is not None]


def _parsed(text: str, problems: list[str]) -> Condition | None:
    """Return the condition that a text spells; or None, with the fault added to `problems`."""
    words = text.split()
    n_words = 4 if words[1:2] == [_YEAR_TO_DATE] else 3
    if len(words) != n_words:
        problems.append(f"{text!r}: {len(words)} words; allowed: {_FORM}")
        return None
    span, growth = _span(words[1:-1]), parse_number(words[-1])
    if words[1] != REST and span is None:
        problems.append(f"{text!r}: {' '.join(words[1:-1])!r} is not a span (expected {_SPANS})")
    if growth is None:
        rule = "expected a plain number in per cent, of a rate or a balance its level"
        problems.append(f"{text!r}: {words[-1]!r} is not a growth rate ({rule})")
        return None
    return Condition(words[0], growth, span, is_to_date=words[1] == _YEAR_TO_DATE)


def _span(words: list[str]) -> Span | None:
    """Return the span that the middle of a condition names; None for the rest or a fault."""
    first, _, last = words[-1].partition("..")
    if words[0] == _YEAR_TO_DATE:
        end = parse_month(words[-1])
        return None if end is None else Span.parse(f"{year_of(end)}-01", words[-1])
    try:
        return Span.parse(first, last or first)
    except ValueError:
        return None


def in_year_of(condition: Condition, months_before: int) -> Condition:
    """Return a condition on calendar months by months of a year that begins later.

    So many months of a calendar year lie before it. What was asked of the year to date counts from
    its beginning.
    """
    span = condition.span
    if span is None or not months_before:
        return condition
    first, last = span.first - months_before, span.last - months_before
    if condition.is_to_date:
        first = month(year_of(last), 1)
    return replace(condition, span=Span(first, last))


def span_of(condition: Condition, history: History) -> Span:
    """Return the months that a condition is about; for a stock the last one alone counts."""
    if condition.span is not None:
        return condition.span
    return Span(month(history.year, history.months_known + 1), month(history.year, MONTHS_A_YEAR))


def span_growth(outlook: IndicatorOutlook, span: Span) -> FloatArray:
    """Return growth of a span of the judged year on each path, in per cent.

    From the path of YTD growth and the shares of the base year,

        g(a..b) = (W_b S_b - W_(a-1) S_(a-1)) / (W_b - W_(a-1)),

    where S is published growth as far as there is any. For a stock it is growth of the last month,
    of a rate the mean of the span, of a balance its sum.
    """
    history, last, before = outlook.history, month_of_year(span.last), month_of_year(span.first) - 1
    until = _year_to_date(outlook, last)
    if not before or history.indicator.is_stock:
        return history.to_date(1.0, span.last) * until
    done, settled = (history.settled_share(history.year, k) for k in (last, before))
    growth = (done * until - settled * _year_to_date(outlook, before)) / (done - settled)
    is_sum = history.indicator.kind == "balance"
    return np.asarray(growth * (last - before) / MONTHS_A_YEAR if is_sum else growth)


def _year_to_date(outlook: IndicatorOutlook, month_number: int) -> FloatArray:
    """Return YTD growth of a month on each path: published growth if there is any."""
    history, when = outlook.history, month(outlook.history.year, month_number)
    if outlook.paths is None:
        raise ValueError(f"{history.series} has no paths")
    if when in history.ahead:
        return outlook.paths[:, history.ahead.index(when)]
    return np.full(len(outlook.paths), history.at(when))


def problem_of(condition: Condition, outlook: Outlook) -> str | None:
    """Return why a condition does not fit an outlook, and what is allowed; None if it fits."""
    own = outlook.indicators.get(condition.indicator)
    with_paths = ", ".join(n for n, i in outlook.indicators.items() if i.paths is not None)
    if own is None or own.paths is None:
        why = "is unknown here"
        if own is not None:
            why = "is settled" if own.outturn is not None else "cannot be assessed"
        return f"'{condition}': {condition.indicator!r} {why}; allowed: {with_paths or 'none'}"
    if condition.growth_pct <= -100 and not own.history.indicator.has_no_growth:
        number = f"{condition.growth_pct:g}"
        return f"'{condition}': {number} is not a growth rate (expected per cent, above -100)"
    return _problem_of_span(condition, own.history)


def _problem_of_span(condition: Condition, history: History) -> str | None:
    span, n_known, year = span_of(condition, history), history.months_known, history.year
    if not span.is_within_a_year or span.year != year:
        return f"'{condition}': {span} lies outside the year; allowed: months of {year}"
    if month_of_year(span.last) <= n_known:
        published = month_text(month(year, n_known))
        return f"'{condition}': {span} is published; allowed: a span that ends after {published}"
    before = span.first - 1
    is_open = month_of_year(span.first) == 1 or before in history.ahead
    if history.indicator.is_stock or is_open or np.isfinite(history.at(before)):
        return None
    starts = [m for m in range(n_known) if not m or np.isfinite(history.at(month(year, m)))]
    firsts = ", ".join(month_text(month(year, m + 1)) for m in [*starts, n_known])
    return (
        f"'{condition}': growth up to {month_text(before)} is not published; "
        f"allowed: a first month of {firsts} or later"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A condition as it was applied: its months, its kernel, and where the paths lie.

    `bandwidth_pp` is the standard deviation of the kernel, `standard_deviation_pp` that of the
    aggregate on the paths. `unit` is that of a level, empty of growth. 90 % of paths lie between
    `lower90_pct` and `upper90_pct`, all between `lowest_pct` and `highest_pct`. `mean_pct` is the
    mean of the weighted paths.
    """

    condition: str
    indicator: str
    name: Names
    decimals: int
    unit: str
    span: Span
    growth_pct: float
    bandwidth_pp: float
    standard_deviation_pp: float
    lowest_pct: float
    lower90_pct: float
    upper90_pct: float
    highest_pct: float
    mean_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Band):
    """Annual growth of an indicator on paths; without a target there is no probability."""

    probability: Probability | None


class OfQuantity:
    """An indicator of a report as far as its quantity goes: what the year's outcome is, and where.

    A rate's is a level in per cent, a balance's one in its unit, that of all others growth.
    """

    __slots__ = ()
    quantity: str | None
    unit: str

    @property
    def is_growth(self) -> bool:
        """Whether the year's outcome is growth; of a rate and a balance it is a level."""
        return self.quantity not in ("rate", "balance")

    @property
    def balance_unit(self) -> str:
        """The unit of the outcome of a balance; empty where it is in per cent."""
        return self.unit if self.quantity == "balance" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(OfQuantity):
    """One indicator without and under the conditions; None where it cannot be assessed.

    No condition changes the outturn of a settled year.
    """

    id: str
    name: Names
    decimals: int
    unit: str
    quantity: str | None
    target: Target | None
    outturn: Outturn | None
    without: Outcome | None
    under: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPart:
    """A part that is given, and what its change adds to the year's growth of its whole, in points.

    Without a known share both are None.
    """

    id: str
    name: Names
    share_pct: float | None
    contribution_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """How the change of a whole's mean growth under conditions on its parts divides, in points.

    `change_pp` is the sum of the parts' contributions, which is accounting, and of `rest_pp`: what
    the rest does beside them, which is association.
    """

    id: str
    name: Names
    parts: list[GivenPart]
    rest_pp: float
    change_pp: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scenario:
    """Probabilities without and under conditions, from the same joint paths.

    `effective_size` is that of the weighted paths; `n_paths` were simulated where
    `n_paths_asked` were too few. `accounting` holds each whole of which a part is given; whatever
    else moves does so by association.
    """

    area: str
    area_name: Names
    year: int
    year_begins: int
    as_of: date
    seed: int
    version: str
    package_hash: str
    n_paths: int
    n_paths_asked: int
    effective_size: float
    given: list[Given]
    accounting: list[Accounting]
    indicators: list[Line]
    targets: list[str]
    without: Joint | None
    under: Joint | None
    overlay: OverlayReport | None
    caveats: list[Caveat]

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator: its forecast without, and `_under` the conditions.

        What is missing is NaN.
        """
        rows = {}
        for line in self.indicators:
            without, under = (_columns(outcome) for outcome in (line.without, line.under))
            pairs = {name: (without[name], under[name]) for name in without}
            rows[line.id] = {
                key: value
                for name, (before, after) in pairs.items()
                for key, value in ((name, before), (f"{name}_under", after))
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def __repr__(self) -> str:
        """Return in a line what is given."""
        given = ", ".join(g.condition for g in self.given)
        return f"<Scenario {self.area} {self.year} as of {self.as_of}: {given}>"

    def _repr_html_(self) -> str:
        """Return a row for each indicator, without and under what is given, for notebooks."""
        given = texts.text("form.semicolon", "en").join(g.condition for g in self.given)
        names = {"area": self.area_name.en, "year": self.year, "given": given}
        return markup_of(self.to_frame(), texts.text("scenario.title", "en", **names))


def _columns(outcome: Outcome | None) -> dict[str, float]:
    attained = None if outcome is None else outcome.probability
    missing = float("nan")
    return {
        "probability": missing if attained is None else attained.value,
        "standard_error": missing if attained is None else attained.standard_error,
        "median_pct": missing if outcome is None else outcome.median_pct,
        "lower80_pct": missing if outcome is None else outcome.lower80_pct,
        "upper80_pct": missing if outcome is None else outcome.upper80_pct,
    }
