"""Growth of a span on every path, and which spans a condition can be about."""

from __future__ import annotations

import numpy as np

from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, month_text
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.report.conditions import Condition


def span_of(condition: Condition, history: History) -> Span:
    """Return the months that a condition is about; of a stock's, the last one alone counts."""
    if condition.span is not None:
        return condition.span
    return Span(month(history.year, history.months_known + 1), month(history.year, MONTHS_A_YEAR))


def span_growth(one: IndicatorOutlook, span: Span) -> FloatArray:
    """Return growth of a span of the judged year on each path, in per cent.

    From the path of YTD growth and the shares of the base year,

        g(a..b) = (W_b S_b - W_(a-1) S_(a-1)) / (W_b - W_(a-1)),

    with published S where it is. For a stock it is growth of the last month.
    """
    history, last, before = one.history, month_of_year(span.last), month_of_year(span.first) - 1
    until = _year_to_date(one, last)
    if not before or history.indicator.is_stock:
        return until
    done, settled = (history.settled_share(history.year, k) for k in (last, before))
    return np.asarray((done * until - settled * _year_to_date(one, before)) / (done - settled))


def _year_to_date(one: IndicatorOutlook, month_number: int) -> FloatArray:
    """Return YTD growth of a month on each path, published growth where it is."""
    history, when = one.history, month(one.history.year, month_number)
    if one.paths is None:
        raise ValueError(f"{history.series} has no paths")
    if when in history.ahead:
        return one.paths[:, history.ahead.index(when)]
    return np.full(len(one.paths), history.at(when))


def problem_with(condition: Condition, outlook: Outlook) -> str | None:
    """Return why a condition cannot be held on an outlook's paths, and what can; None if it can."""
    one = outlook.indicators.get(condition.indicator)
    open_ones = ", ".join(n for n, i in outlook.indicators.items() if i.paths is not None)
    if one is None or one.paths is None:
        why = "is unknown here"
        if one is not None:
            why = "is settled" if one.outturn is not None else "cannot be assessed"
        return f"'{condition}': {condition.indicator!r} {why}; allowed: {open_ones or 'none'}"
    return _problem_of_span(condition, one.history)


def _problem_of_span(condition: Condition, history: History) -> str | None:
    span, known, year = span_of(condition, history), history.months_known, history.year
    if not span.is_within_a_year or span.year != year:
        return f"'{condition}': {span} lies outside the year; allowed: months of {year}"
    if month_of_year(span.last) <= known:
        published = month_text(month(year, known))
        return f"'{condition}': {span} is published; allowed: a span that ends after {published}"
    before = span.first - 1
    is_open = month_of_year(span.first) == 1 or before in history.ahead
    if history.indicator.is_stock or is_open or np.isfinite(history.at(before)):
        return None
    starts = [m for m in range(known) if not m or np.isfinite(history.at(month(year, m)))]
    firsts = ", ".join(month_text(month(year, m + 1)) for m in [*starts, known])
    return (
        f"'{condition}': growth up to {month_text(before)} is not published; "
        f"allowed: a first month of {firsts} or later"
    )
