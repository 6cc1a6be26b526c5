"""What an import understood: each figure with its cell, and what became of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.months import Span, month_text
from forecast.base.texts import text
from forecast.importing import ROW_KINDS, Change, ImportPlan

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("cell", "series", "span", "measure", "value", "released", "change")
_MOST = 1_000


def imported_terminal(plan: ImportPlan, lang: str) -> Table:
    """Return a table for the terminal: the figures that would be added, each with its cell."""
    from rich import box
    from rich.table import Table

    table = Table(title=text("import.title", lang, name=plan.name), box=box.SIMPLE_HEAD)
    for column in _COLUMNS:
        table.add_column(text(f"import.{column}", lang), overflow="fold")
    for change in plan.added[:_MOST]:
        table.add_row(*_cells(change, lang))
    if len(plan.added) > _MOST:
        table.caption = text("import.more", lang, n=len(plan.added) - _MOST)
    return table


def imported_lines(plan: ImportPlan, lang: str) -> list[str]:
    """Return sentences that say what became of the figures and of every row."""
    revised = sum(change.before is not None for change in plan.added)
    kinds = [
        text(f"import.rows_{kind}", lang, n=plan.rows[kind])
        for kind in ROW_KINDS
        if plan.rows[kind]
    ]
    rows = text("form.list", lang).join(kinds)
    return [
        text("import.figures", lang, new=len(plan.added) - revised, revised=revised,
             unchanged=plan.n_unchanged, unread=len(plan.unread)),
        text("import.rows", lang, n=plan.rows.total(), kinds=rows),
    ]  # fmt: skip


def _cells(change: Change, lang: str) -> tuple[str, ...]:
    figure = change.figure
    before = change.before
    return (
        figure.address,
        f"{figure.area}/{figure.indicator}",
        _span(figure.span, lang),
        text(f"import.{figure.measure}", lang),
        f"{figure.value_text} {figure.unit}",
        figure.released_on.isoformat(),
        text("import.new", lang)
        if before is None
        else text("import.was", lang, value=f"{before:.15g}"),
    )


def _span(span: Span, lang: str) -> str:
    return texts.span(month_text(span.first), month_text(span.last), lang)
