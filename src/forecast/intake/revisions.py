"""What an import adds to a data folder: new figures and revisions, and nothing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecast.intake.understood import FigureRead
from forecast.intake.unread import Unread
from forecast.spans import Span

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
    is_of_import: bool = False


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
    for figure in sorted(figures, key=lambda f: f.released_on):
        before = known[figure.key]
        where = f"cell {figure.address}"
        new = _Known(float(figure.value), figure.status, figure.released_on, where, True)
        if _is_held(new, before):
            n_known += 1
        elif (clash := _clash(new, before)) is not None:
            refused.append(Unread(figure.address, f"{figure.value:f}", _why(figure, clash)))
        else:
            latest = max(before, key=lambda k: k.released_on, default=None)
            added.append(Change(figure, None if latest is None else latest.value))
            before.append(new)
    return Changes(tuple(added), n_known, tuple(refused))


def _why(figure: FigureRead, clash: _Known) -> str:
    value = f"{figure.value.normalize():f}"
    what = f"{figure.area} {figure.indicator} {figure.span} {figure.measure} is {value} here"
    if clash.is_of_import and clash.released_on == figure.released_on:
        return f"{what} and {clash.value:.15g} in {clash.where}; allowed: one value"
    return (
        f"{what}, and was published as {clash.value:.15g} on {clash.released_on} ({clash.where}); "
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
