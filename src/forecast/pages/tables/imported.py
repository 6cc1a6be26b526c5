"""What an import understood: each figure with its cell, and what became of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.months import Span, month_text
from forecast.base.texts import text
from forecast.importing import ROW_KINDS, Change, Reading

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("cell", "series", "span", "measure", "value", "released", "change")
_MOST = 1_000


def imported_terminal(reading: Reading, lang: str) -> Table:
    """Return the table of a terminal: the figures that would be added, and whence each is."""
    from rich import box
    from rich.table import Table

    made = Table(title=text("import.title", lang, name=reading.name), box=box.SIMPLE_HEAD)
    for column in _COLUMNS:
        made.add_column(text(f"import.{column}", lang), overflow="fold")
    for change in reading.added[:_MOST]:
        made.add_row(*_cells(change, lang))
    if len(reading.added) > _MOST:
        made.caption = text("import.more", lang, n=len(reading.added) - _MOST)
    return made


def imported_lines(reading: Reading, lang: str) -> list[str]:
    """Return what became of the figures and of every row, in sentences."""
    revised = sum(change.before is not None for change in reading.added)
    kinds = [
        text(f"import.rows_{kind}", lang, n=reading.rows[kind])
        for kind in ROW_KINDS
        if reading.rows[kind]
    ]
    rows = text("form.list", lang).join(kinds)
    return [
        text("import.figures", lang, new=len(reading.added) - revised, revised=revised,
             known=reading.n_known, unread=len(reading.unread)),
        text("import.rows", lang, n=reading.rows.total(), kinds=rows),
    ]  # fmt: skip


def _cells(change: Change, lang: str) -> tuple[str, ...]:
    figure = change.figure
    before = change.before
    return (
        figure.address,
        f"{figure.area}/{figure.indicator}",
        _span(figure.span, lang),
        text(f"import.{figure.measure}", lang),
        f"{figure.value.normalize():f} {figure.unit}",
        figure.released_on.isoformat(),
        text("import.new", lang)
        if before is None
        else text("import.was", lang, value=f"{before:.15g}"),
    )


def _span(span: Span, lang: str) -> str:
    return texts.span(month_text(span.first), month_text(span.last), lang)
