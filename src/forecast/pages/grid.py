"""A table in words as a plain value, which draws itself and can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

LAMPS = {
    "green": ("●", "green"), "yellow": ("▲", "yellow"), "red": ("◆", "red"),
    "attained": ("●", "green"), "missed": ("◆", "red"), "none": ("○", ""), "blind": ("△", "yellow"),
}  # fmt: skip
Cell = tuple[str, str]  # the words, and the name of their colour


@dataclass(frozen=True, slots=True)
class Grid:
    """Title and caption, columns as `rich` takes them, and rows of cells."""

    title: str
    caption: str
    columns: tuple[Mapping[str, Any], ...]
    rows: tuple[tuple[Cell, ...], ...]

    def with_column(self, column: Mapping[str, Any], cells: Sequence[str], *, at: int) -> Grid:
        """Return the table with one more column of plain cells, before that of a number."""
        columns = (*self.columns[:at], column, *self.columns[at:])
        rows = zip(self.rows, cells, strict=True)
        return Grid(
            self.title,
            self.caption,
            columns,
            tuple((*row[:at], (cell, ""), *row[at:]) for row, cell in rows),
        )

    def drawn(self) -> Table:
        """Return the table for a terminal; what stands in a cell is text, not markup."""
        from rich import box
        from rich.markup import escape
        from rich.table import Table
        from rich.text import Text

        made = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
        made.title, made.caption = escape(self.title), escape(self.caption)
        for column in self.columns:
            made.add_column(**(dict(column) | {"overflow": "fold"}))  # no word is cut off
        for row in self.rows:
            made.add_row(*(Text(words, style=colour) for words, colour in row))
        return made


_KEPT = ("header", "justify", "no_wrap")


def grid_of(table: Table) -> Grid:
    """Return a table of a terminal as a value."""
    rows = zip(*(list(column.cells) for column in table.columns), strict=True)
    return Grid(
        str(table.title or ""),
        str(table.caption or ""),
        tuple({name: getattr(column, name) for name in _KEPT} for column in table.columns),
        tuple(tuple(_cell(cell) for cell in row) for row in rows),
    )


def _cell(cell: Any) -> Cell:
    return str(cell), "" if isinstance(cell, str) else str(cell.style)


def grid_from(told: dict[str, Any]) -> Grid:
    """Return a table from what `asdict` made of it."""
    rows = tuple(tuple((words, colour) for words, colour in row) for row in told["rows"])
    return Grid(told["title"], told["caption"], tuple(told["columns"]), rows)
