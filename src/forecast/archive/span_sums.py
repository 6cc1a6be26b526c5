"""Levels of longer spans beside the levels of their months and quarters, whose sum they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from forecast.base.errors import Fault
from forecast.base.months import MONTHS_A_YEAR, Span

_PARTS = (1, 3)  # months and quarters
_MOST_APART = 2.0  # revisions and rounding move a sum by far less
_RULE = "allowed: the sum, in one unit; of an index or a rate its months alone, never a mean"


@dataclass(frozen=True, slots=True)
class SumContradiction:
    """A span whose level is not nearly the sum of its parts, of `n_months` months each."""

    span: Span
    level: float
    n_months: int
    total: float

    def __str__(self) -> str:
        """Return both numbers, and what is allowed."""
        parts = "months" if self.n_months == 1 else "quarters"
        return (
            f"level {self.level:g} of {self.span} is {self.level / self.total:.2g} times the sum "
            f"of its {parts}, {self.total:g}; {_RULE}"
        )


def sum_contradictions(levels: Mapping[Span, float]) -> Iterator[SumContradiction]:
    """Yield the spans of a series whose level is half or less, or twice or more, of its parts."""
    for span, level in levels.items():
        if not 1 < span.n_months <= MONTHS_A_YEAR or level <= 0:
            continue
        for n_months in _PARTS:
            if n_months >= span.n_months or span.n_months % n_months:
                continue
            firsts = range(span.first, span.last + 1, n_months)
            parts = [levels.get(Span(first, first + n_months - 1)) for first in firsts]
            known = [part for part in parts if part is not None and part > 0]
            total = sum(known)
            is_apart = total > 0 and not 1 / _MOST_APART < level / total < _MOST_APART
            if len(known) == len(parts) and is_apart:
                yield SumContradiction(span, level, n_months, total)
                break


def sum_faults(figures: pd.DataFrame) -> list[Fault]:
    """Return a fault for each level of a table of figures that its parts contradict.

    Of several vintages the latest counts.
    """
    rows = figures[(figures["measure"] == "level") & (figures["last"] - figures["first"] < 12)]
    is_longer = rows["last"] > rows["first"]
    keys = ["area", "indicator", "unit"]
    both = rows[is_longer].merge(rows[~is_longer][keys].drop_duplicates(), on=keys)[keys]
    quarters = rows[is_longer & (rows["last"] - rows["first"] > 2)][keys]
    wanted = set(pd.concat([both, quarters]).drop_duplicates().itertuples(index=False, name=None))
    if not wanted:
        return []
    latest = rows.sort_values("released_on", kind="stable")
    levels: defaultdict[tuple[str, ...], dict[Span, float]] = defaultdict(dict)
    places: dict[tuple[object, ...], tuple[str, int]] = {}
    columns = latest[[*keys, "first", "last", "value", "file", "line"]]
    for *key, first, last, value, file, line in columns.itertuples(index=False, name=None):
        series = tuple(key)
        if series in wanted:
            levels[series][Span(first, last)] = value
            places[series, Span(first, last)] = (file, line)
    faults = []
    for series, own in levels.items():
        for found in sum_contradictions(own):
            file, line = places[series, found.span]
            faults.append(Fault(file, int(line), f"{series[0]} {series[1]}: {found}"))
    return faults
