"""What an import understood: each figure with its cell, and what became of the rows."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.months import Span, month_text
from forecast.base.texts import text
from forecast.importing import ROW_KINDS, Change, ImportPlan
from forecast.pages.grid import Column, Grid

_COLUMNS = ("cell", "series", "span", "measure", "value", "released", "change")
_MOST = 1_000


def imported_terminal(plan: ImportPlan, lang: str) -> Grid:
    """Return a table for the terminal: the figures that would be added, each with its cell."""
    n_more = len(plan.added) - _MOST
    return Grid(
        text("import.title", lang, name=plan.name),
        [Column(text(f"import.{column}", lang)) for column in _COLUMNS],
        [_cells(change, lang) for change in plan.added[:_MOST]],
        caption=text("import.more", lang, n=n_more) if n_more > 0 else "",
    )


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
