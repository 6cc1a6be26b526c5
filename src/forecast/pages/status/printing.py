"""A status as what a terminal prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.status.grid import Grid
from forecast.pages.status.value import Line, Status

if TYPE_CHECKING:
    from rich.table import Table


def printed(status: Status) -> Iterator[Table | str]:
    """Yield what is printed of an area, one thing after the other."""
    yield _targets(status).drawn()
    yield from (grid.drawn() for grid in status.more)
    yield from status.notes


def _targets(status: Status) -> Grid:
    """Return the table of targets, with what moved before the light."""
    judged = any(line.comparison is not None for line in status.lines)
    if status.since is None or not judged:
        return status.targets
    on = texts.day(date.fromisoformat(status.since), status.lang, year=status.lines[0].year)
    head = {"header": text("column.change_since", status.lang, day=on), "justify": "right"}
    cells = [_change(line, status.lang) for line in status.lines]
    return status.targets.with_column(head, cells, at=-1)


def _change(line: Line, lang: str) -> str:
    """Return by how many percentage points a probability moved, a dash where it is not known."""
    first, last = line.probability_since, line.probability_now
    if first is None or last is None:
        return text("form.none", lang)
    return texts.signed_number(texts.percent_points(first, last), 0)
