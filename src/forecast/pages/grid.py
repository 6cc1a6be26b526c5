"""A table in words as a plain value: pages and terminals draw it, and it can be kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from forecast.base.texts import text

if TYPE_CHECKING:
    from rich.table import Table

Cell = str | tuple[str, str]  # words, or words and the name of their colour

_LAMPS = {
    "green": ("●", "green"), "yellow": ("▲", "yellow"), "red": ("◆", "red"),
    "attained": ("●", "green"), "missed": ("◆", "red"), "none": ("○", ""), "blind": ("△", "yellow"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, and how a terminal sets its cells."""

    head: str
    justify: Literal["left", "right"] = "left"
    no_wrap: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: title, columns, rows of which the first cell is a name, and a caption below.

    The macro `grid` of the templates draws it on a page, `rich` in a terminal.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    caption_justify: Literal["center", "left"] = "center"

    def with_column(self, column: Column, cells: Sequence[str], *, at: int) -> Grid:
        """Return the table with one more column of plain cells, before that of a number."""
        columns = (*self.columns[:at], column, *self.columns[at:])
        pairs = zip(self.rows, cells, strict=True)
        return replace(self, columns=columns, rows=[[*r[:at], c, *r[at:]] for r, c in pairs])

    def table(self, *, is_compact: bool = False) -> Table:
        """Return the table for a terminal; what stands in a cell is text, not markup."""
        from rich import box
        from rich.markup import escape
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, collapse_padding=is_compact, pad_edge=not is_compact)
        table.title, table.caption = escape(self.title), escape(self.caption)
        table.caption_justify = self.caption_justify
        for column in self.columns:
            is_cut = column.no_wrap and not is_compact  # elsewhere no word is cut off
            table.add_column(
                column.head, justify=column.justify, no_wrap=column.no_wrap,
                overflow="ellipsis" if is_cut else "fold",
            )  # fmt: skip
        for row in self.rows:
            pairs = ((cell, "") if isinstance(cell, str) else cell for cell in row)
            table.add_row(*(Text(words, style=colour) for words, colour in pairs))
        return table

    def __rich__(self) -> Table:
        """Return the table for a terminal, so that `rich` prints a grid."""
        return self.table()


def columns_of(heads: Iterable[str]) -> list[Column]:
    """Return columns of names, the first, and of numbers, all others."""
    return [Column(head, "right" if place else "left") for place, head in enumerate(heads)]


def grid_from(values: dict[str, Any]) -> Grid:
    """Return a table from what `asdict` made of it, also after a way through JSON."""
    columns = [Column(**column) for column in values["columns"]]
    rows = [[c if isinstance(c, str) else tuple(c) for c in row] for row in values["rows"]]
    return Grid(**(values | {"columns": columns, "rows": rows}))


def lamp(light: str, lang: str) -> Cell:
    """Return the symbol and the word of a light, in its colour."""
    symbol, colour = _LAMPS[light]
    return f"{symbol} {text(f'light.{light}', lang)}", colour
