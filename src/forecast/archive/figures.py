"""Figures by series, made from rows of a table when a series is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.base.frames import texts
from forecast.base.months import Span
from forecast.base.series import Series

STANDING = {"final": 2, "preliminary": 2, "expected": 1, "lower_bound": 0}
SETTLING = ("final", "preliminary")
_COLUMNS = (
    "first", "last", "measure", "value", "unit", "status",
    "released_on", "released_on_basis", "source", "is_published",
)  # fmt: skip
_ORDER = ("first", "last", "measure", "unit", "standing", "released_on", "is_published")


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number about a span; growth in per cent, a level in `unit`."""

    span: Span
    measure: str
    value: float
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    source: str = ""
    is_published: bool = True

    @property
    def settles(self) -> bool:
        """Whether the figure is an outcome, not an expectation or a bound."""
        return self.status in SETTLING


class SeriesTable:
    """The figures of a table by series.

    Of two figures for one key the later one counts. A published figure comes after an unpublished
    one of the same day.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        self._figures: dict[Series, list[Figure]] = {}

    @property
    def keys(self) -> list[Series]:
        """Every series that has figures."""
        return list(self._places)

    def rows(self, keys: Iterable[Series]) -> NDArray[np.intp]:
        """Return where in the table the figures of some series are, in its order."""
        places = [self._places[key] for key in dict.fromkeys(keys) if key in self._places]
        return np.sort(np.concatenate(places)) if places else np.arange(0)

    def is_begun(self, series: Series, day: date) -> bool:
        """Whether a figure of a series was released by a day."""
        released = self._sort_columns["released_on"][self._places[series]]
        return bool((released <= np.datetime64(day)).any())

    def figures(self, area: str, indicator: str) -> list[Figure]:
        """Return the figures of a series, none where it has none."""
        series = Series(area, indicator)
        if series not in self._figures and series in self._places:
            rows = self._places[series]
            order = np.lexsort([self._sort_columns[name][rows] for name in reversed(_ORDER)])
            self._figures[series] = figures_at(self._rows, rows[order])
        return self._figures.get(series, [])

    def with_figures(self, series: Series, figures: Iterable[Figure]) -> SeriesTable:
        """Return the table as if it had these figures of one of its series too, as the newest ones.

        What is known of all other series is shared with it.
        """
        other = SeriesTable(self._rows)
        vars(other).update({name: getattr(self, name) for name in ("_places", "_sort_columns")})
        other._figures = self._figures | {series: [*self.figures(*series), *figures]}
        return other

    @cached_property
    def _places(self) -> Mapping[Series, NDArray[np.intp]]:
        """The rows of each series, in the order of the table."""
        areas, indicators = (texts(self._rows[name]).cat for name in ("area", "indicator"))
        n = len(indicators.categories)
        codes = areas.codes.to_numpy(dtype=np.int64) * n + indicators.codes.to_numpy()
        order = np.argsort(codes, kind="stable")
        distinct, starts = np.unique(codes[order], return_index=True)
        keys = [Series(areas.categories[c // n], indicators.categories[c % n]) for c in distinct]
        return dict(zip(keys, np.split(order, starts[1:]), strict=True))

    @cached_property
    def _sort_columns(self) -> Mapping[str, NDArray[Any]]:
        """The columns by which the figures of one series are ordered, as numbers."""
        rows = self._rows
        standing = rows["status"].map(STANDING).to_numpy(dtype=np.int8)
        coded = {name: texts(rows[name]).cat.codes.to_numpy() for name in ("measure", "unit")}
        plain = ("first", "last", "released_on", "is_published")
        return {"standing": standing, **coded, **{name: rows[name].to_numpy() for name in plain}}


def figures_at(rows: pd.DataFrame, places: NDArray[np.intp] | slice) -> list[Figure]:
    """Return the figures in some places of a table."""
    chosen = rows[list(_COLUMNS)].iloc[places]
    columns = (chosen[name].tolist() for name in _COLUMNS)
    return [
        Figure(Span(first, last), measure, value, unit, status, day.date(), *rest)
        for first, last, measure, value, unit, status, day, *rest in zip(*columns, strict=True)
    ]
