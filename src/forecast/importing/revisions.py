"""What an import adds to a data folder: new figures and revisions, and nothing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecast.base.months import Span
from forecast.importing.result import FigureRead
from forecast.importing.unread import Unread

Key = tuple[str, str, Span, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that the folder does not hold; `before` is what it revises, None where nothing."""

    figure: FigureRead
    before: float | None


@dataclass(frozen=True, slots=True)
class _Known:
    value: float
    status: str
    released_on: date
    where: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is added, how many figures the folder held already, and what cannot be added."""

    added: tuple[Change, ...]
    n_known: int
    refused: tuple[Unread, ...]


def changes(figures: Iterable[FigureRead], existing: pd.DataFrame) -> Changes:
    """Return what figures add to existing ones, by the rule that a revision comes later."""
    known = _known(existing)
    added, refused, n_known = [], [], 0
    figures = list(figures)
    contested = _contested(figures)
    for figure in sorted(figures, key=lambda f: f.released_on):
        if figure.address in contested:
            refused.append(Unread(figure.address, f"{figure.value:f}", contested[figure.address]))
            continue
        before = known[figure.key]
        where = f"cell {figure.address}"
        new = _Known(float(figure.value), figure.status, figure.released_on, where)
        if _is_held(new, before):
            n_known += 1
        elif (clash := _clash(new, before)) is not None:
            refused.append(Unread(figure.address, f"{figure.value:f}", _why(figure, clash)))
        else:
            latest = max(before, key=lambda k: k.released_on, default=None)
            added.append(Change(figure, None if latest is None else latest.value))
            before.append(new)
    return Changes(tuple(added), n_known, tuple(refused))


def _contested(figures: Sequence[FigureRead]) -> dict[str, str]:
    """Return why cells are refused that say different things of one figure of one day."""
    by_figure: defaultdict[object, list[FigureRead]] = defaultdict(list)
    for figure in figures:
        by_figure[figure.key, figure.status, figure.released_on].append(figure)
    found = {}
    for same in by_figure.values():
        for one in same:
            other = next((o for o in same if o.value != one.value), None)
            if other is not None:
                why = f"{_what(one)} and {_value(other)} in cell {other.address}"
                found[one.address] = f"{why}; allowed: one value"
    return found


def _what(figure: FigureRead) -> str:
    return (
        f"{figure.area} {figure.indicator} {figure.span} {figure.measure} is {_value(figure)} here"
    )


def _value(figure: FigureRead) -> str:
    return f"{figure.value.normalize():f}"


def _why(figure: FigureRead, clash: _Known) -> str:
    before = f"{clash.value:.15g} on {clash.released_on} ({clash.where})"
    return (
        f"{_what(figure)}, and was published as {before}; "
        f"allowed: a day of release after that, not {figure.released_on}"
    )


def _known(existing: pd.DataFrame) -> defaultdict[Key, list[_Known]]:
    found: defaultdict[Key, list[_Known]] = defaultdict(list)
    for row in existing.to_dict("records"):
        span = Span(row["first"], row["last"])
        key = (row["area"], row["indicator"], span, row["measure"], row["unit"])
        where = f"{row['file']}:{row['line']}"
        on = row["released_on"].date()
        found[key].append(_Known(row["value"], row["status"], on, where))
    return found


def _is_held(new: _Known, known: list[_Known]) -> bool:
    """Whether a figure is known: from that very day, or as the latest of its status."""
    same = [k for k in known if k.status == new.status]
    latest = max((k.released_on for k in same), default=None)
    return any(k.value == new.value and k.released_on in (new.released_on, latest) for k in same)


def _clash(new: _Known, known: list[_Known]) -> _Known | None:
    """Return a figure that was known on that day or later, and is another."""
    for other in known:
        is_later = other.released_on > new.released_on and other.status == new.status
        is_other = other.released_on == new.released_on and other.value != new.value
        if is_later or is_other:
            return other
    return None
