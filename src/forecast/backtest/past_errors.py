"""Errors of simple rules in past years: the planner's rule, and growth of related series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.history.series import History, build_history
from forecast.models.shared import rule_of
from forecast.verification.record import Record

ErrorRow = tuple[object, ...]


def past_errors(snapshot: Snapshot) -> Record:
    """Return the point forecasts of the planner's rule, and of related series, until the day.

    The figures are those known on the snapshot's day. National series are final vintages, so
    these errors are slightly smaller than those of forecasts from first releases.
    """
    archive = snapshot.archive
    series = [(area, name) for area in archive.areas for name in archive.indicators_of(area)]
    return Record.from_rows([row for key in series for row in errors_of(snapshot, *key)])


def errors_of(snapshot: Snapshot, area: str, indicator: str) -> list[ErrorRow]:
    """Return the rows of one series in the record of past errors."""
    has_figures = bool(snapshot.figures_of(area, indicator))
    if not has_figures or snapshot.registry.of(area, indicator).annual_rule is None:
        return []
    history = build_history(snapshot, area, indicator, snapshot.day.year)
    return [*_pace_errors(history), *_borrowed_errors(history)]


def _pace_errors(history: History) -> Iterator[ErrorRow]:
    """Yield, within each year, the moves between neighbouring points and until December.

    Months known 0 stand for the year before, whose growth the planner would repeat.
    """
    rule = rule_of(history.indicator.annual_rule)
    released = _release_days(history)
    settled = history.settled
    for row, growth in enumerate(settled):
        year = history.first_year + row
        months = np.flatnonzero(np.isfinite(growth)) + 1
        moves = {(int(k), int(j)) for k, j in pairwise(months)}
        moves |= {
            (int(k), MONTHS_A_YEAR)
            for k in months
            if months[-1] == MONTHS_A_YEAR and k < MONTHS_A_YEAR
        }
        for k, j in sorted(moves):
            yield _row(
                history, rule, year, "pace", (k, j), (growth[k - 1], growth[j - 1]), released
            )
        before = settled[row - 1, -1] if row else np.nan
        if np.isfinite(before) and np.isfinite(growth[-1]):
            yield _row(
                history, rule, year, "pace", (0, MONTHS_A_YEAR), (before, growth[-1]), released
            )


def _borrowed_errors(history: History) -> Iterator[ErrorRow]:
    """Yield, for every settled month, the mean growth of the series that would stand in for it."""
    rule = rule_of(history.indicator.annual_rule)
    released = _release_days(history)
    substitutes = [history.related[s] for s in history.indicator.substitute_series(history.area)]
    for row, growth in enumerate(history.settled):
        year = history.first_year + row
        for k in np.flatnonzero(np.isfinite(growth)) + 1:
            values = [v for h in substitutes if np.isfinite(v := h.at(month(year, int(k))))]
            if values:
                growths = (float(np.mean(values)), growth[k - 1])
                yield _row(history, rule, year, "borrowed", (int(k), int(k)), growths, released)


def _row(
    history: History,
    rule: str,
    year: int,
    model: str,
    months: tuple[int, int],
    growths: tuple[float, float],
    released: dict[int, date],
) -> ErrorRow:
    """Return a row of the record; `growths` are forecast and outturn in per cent."""
    months_known, until = months
    settled_on = released.get(month(year, until), history.as_of)
    return (
        history.area,
        history.indicator.id,
        rule,
        year,
        model,
        months_known,
        until,
        *map(float, growths),
        settled_on,
    )


def _release_days(history: History) -> dict[int, date]:
    """Return per month the day on which its year-to-date growth was known."""
    days: dict[int, date] = {}
    for figure in history.figures:
        if figure.settles and figure.span.is_within_a_year:
            last = figure.span.last
            days[last] = max(days.get(last, figure.released_on), figure.released_on)
    return days
