"""Figures read from cells, and which of them are new to a data folder or revise what it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import pandas as pd

from forecast.base.months import Span
from forecast.importing.cells import UnreadCell

ROW_KINDS = (
    "accepted", "rejected", "head", "words", "without_figures", "skipped", "hidden", "empty"
)  # fmt: skip
Key = tuple[str, str, Span, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigure:
    """A figure and the address of the cell that it was read from."""

    area: str
    indicator: str
    span: Span
    measure: Literal["level", "growth_pct"]
    value: Decimal
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    address: str
    reach: str | None = None  # month, quarter or to_date, where words say it
    other_reading: str = ""  # of its time: fiscal year, day or quarter
    is_of_months: bool = False  # by the frequency that a file names

    @property
    def key(self) -> Key:
        """What distinguishes it from other figures: all but value, status and release."""
        return self.area, self.indicator, self.span, self.measure, self.unit

    @property
    def value_text(self) -> str:
        """The value without exponent and trailing zeros."""
        return f"{self.value.normalize():f}"

    def __str__(self) -> str:
        """Return `futian gdp 2019-01..2019-09 level`."""
        return f"{self.area} {self.indicator} {self.span} {self.measure}"


@dataclass(slots=True)
class GridResult:
    """What was read from grids. Each row counts as one of `ROW_KINDS`, so none is lost."""

    figures: list[CellFigure] = field(default_factory=list)
    unread: list[UnreadCell] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Turn the figures at some addresses into cells that could not be read."""
        refused = [f for f in self.figures if f.address in reasons]
        cells = [UnreadCell(f.address, f.value_text, reasons[f.address]) for f in refused]
        self.count_rejected(cells)
        self.unread += cells
        self.figures = [f for f in self.figures if f.address not in reasons]

    def count_rejected(self, cells: Iterable[UnreadCell]) -> None:
        """Count the rows of some cells as rejected, each row once."""
        n_rows = len({cell.row for cell in cells} - {cell.row for cell in self.unread})
        self.rows += Counter(rejected=n_rows)
        self.rows -= Counter(accepted=n_rows)

    def __iadd__(self, other: GridResult) -> GridResult:
        """Add the result of another grid."""
        self.figures += other.figures
        self.unread += other.unread
        self.rows += other.rows
        self.remarks += other.remarks
        return self


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that the folder does not hold; `before` is the value that it revises, or None."""

    figure: CellFigure
    before: float | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The figures to add, how many the folder holds already, and the cells that are refused."""

    added: tuple[Change, ...]
    n_unchanged: int
    refused: tuple[UnreadCell, ...]


@dataclass(frozen=True, slots=True)
class _Vintage:
    """A value of a figure as released on one day, and the place where it stands."""

    value: float
    status: str
    released_on: date
    place: str


def changes(figures: Sequence[CellFigure], existing: pd.DataFrame) -> Changes:
    """Return what figures add to existing ones, where a revision has to be released later."""
    vintages = _vintages(existing)
    conflicts = _conflicts(figures)
    added, refused, n_unchanged = [], [], 0
    for figure in sorted(figures, key=lambda f: f.released_on):
        before = vintages[figure.key]
        place = f"cell {figure.address}"
        new = _Vintage(float(figure.value), figure.status, figure.released_on, place)
        if (why := conflicts.get(figure.address)) is not None:
            refused.append(UnreadCell(figure.address, f"{figure.value:f}", why))
        elif _is_contained(new, before):
            n_unchanged += 1
        elif (clash := _clash(new, before)) is not None:
            why = (
                f"{figure} is {figure.value_text} here, and was published as {clash.value:.15g} "
                f"on {clash.released_on} ({clash.place}); "
                f"allowed: a day of release after that, not {figure.released_on}"
            )
            refused.append(UnreadCell(figure.address, f"{figure.value:f}", why))
        else:
            latest = max(before, key=lambda vintage: vintage.released_on, default=None)
            added.append(Change(figure, None if latest is None else latest.value))
            before.append(new)
    return Changes(tuple(added), n_unchanged, tuple(refused))


def _conflicts(figures: Iterable[CellFigure]) -> dict[str, str]:
    """Return by address why cells are refused that give one figure of one day several values."""
    groups: defaultdict[object, list[CellFigure]] = defaultdict(list)
    for figure in figures:
        groups[figure.key, figure.status, figure.released_on].append(figure)
    conflicts = {}
    for group in groups.values():
        firsts = {figure.value: figure for figure in reversed(group)}  # of each value
        if len(firsts) < 2:
            continue
        *_, second, first = firsts.values()  # the last of a reversed order
        for figure in group:
            other = second if figure.value == first.value else first
            both = f"{figure.value_text} here and {other.value_text} in cell {other.address}"
            conflicts[figure.address] = f"{figure} is {both}; allowed: one value"
    return conflicts


def _vintages(existing: pd.DataFrame) -> defaultdict[Key, list[_Vintage]]:
    """Return the vintages of each figure of a folder."""
    vintages: defaultdict[Key, list[_Vintage]] = defaultdict(list)
    for row in existing.to_dict("records"):
        span = Span(row["first"], row["last"])
        key = (row["area"], row["indicator"], span, row["measure"], row["unit"])
        place, day = f"{row['file']}:{row['line']}", row["released_on"].date()
        vintages[key].append(_Vintage(row["value"], row["status"], day, place))
    return vintages


def _is_contained(new: _Vintage, before: list[_Vintage]) -> bool:
    """Whether the same value stands there, of that very day or as the latest one of its status."""
    same = [v for v in before if v.status == new.status]
    latest = max((v.released_on for v in same), default=None)
    return any(v.value == new.value and v.released_on in (new.released_on, latest) for v in same)


def _clash(new: _Vintage, before: list[_Vintage]) -> _Vintage | None:
    """Return a vintage of the same day with another value, or a later one of the same status."""
    for other in before:
        is_later = other.released_on > new.released_on and other.status == new.status
        is_other = other.released_on == new.released_on and other.value != new.value
        if is_later or is_other:
            return other
    return None
