"""A table in words as a plain value: pages and terminals draw it, and it can be kept as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from forecast.base.texts import text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text

Cell = str | tuple[str, str]  # words, or words and the name of their colour

_LAMPS = {
    "green": ("●", "green"), "yellow": ("▲", "yellow"), "red": ("◆", "red"),
    "attained": ("●", "green"), "missed": ("◆", "red"), "none": ("○", ""), "blind": ("△", "yellow"),
    "green_blind": ("○", "green"), "red_blind": ("◇", "red"),
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

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what a terminal of this width shows of the table."""
        yield from Printed(self).__rich_console__(console, options)


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


_CLOSING = "，。、；：！？）》」』”’％"  # does not begin a line
_TOKENS = re.compile(rf" +|[^ \n\u2e80-\uffff]+[{_CLOSING}]*|[\u2e80-\uffff][{_CLOSING}]*")
_MOST_LINES = 3  # of a cell; where it would need more, the table is too wide


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as a terminal shows it: no cell is cut, and no name broken into single letters.

    Where the columns are too many for its width, each row is a paragraph: the name, and below it
    the head and the content of each other cell.
    """

    grid: Grid
    is_compact: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or its rows as paragraphs where it does not fit."""
        from rich.measure import Measurement

        widths = [max(map(_width, cells)) for cells in self._columns()]
        wide = self._table(widths)
        unlimited = options.update(width=_UNLIMITED)
        excess = Measurement.get(console, unlimited, wide).maximum - options.max_width
        fitted = widths if excess <= 0 else self._narrowed(widths, excess)
        if fitted is not None:
            yield self._table(fitted, caption_width=options.max_width)
        else:
            yield from self._paragraphs(options.max_width)

    def _columns(self) -> list[list[str]]:
        """Return the words of each column, from its head on."""
        rows = [[_words(cell) for cell in row] for row in self.grid.rows]
        heads = [column.head for column in self.grid.columns]
        return [list(cells) for cells in zip(heads, *rows, strict=True)]

    def _narrowed(self, widths: Sequence[int], excess: int) -> list[int] | None:
        """Return widths that are less by the excess, taken from the widest; None if too little."""
        pairs = zip(self.grid.columns, self._columns(), widths, strict=True)
        least = [w if c.no_wrap else _least_of(c, *cells) for c, cells, w in pairs]
        narrowed = list(widths)
        for _ in range(excess):
            slack = [n for n, width in enumerate(narrowed) if width > least[n]]
            if not slack:
                return None
            narrowed[max(slack, key=narrowed.__getitem__)] -= 1
        return narrowed

    def _table(self, widths: Sequence[int], *, caption_width: int | None = None) -> Table:
        """Return the table with columns of these widths; what stands in a cell is no markup."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        compact = self.is_compact
        table = Table(box=box.SIMPLE_HEAD, collapse_padding=compact, pad_edge=not compact)
        table.title = Text(self.grid.title)
        if self.grid.caption and caption_width is not None:
            table.caption = Text("\n".join(lines_of(self.grid.caption, caption_width)))
        table.caption_justify = self.grid.caption_justify
        for column, width in zip(self.grid.columns, widths, strict=True):
            head = Text("\n".join(lines_of(column.head, width)))
            table.add_column(head, justify=column.justify, width=width, overflow="fold")
        for row in self.grid.rows:
            pairs = zip(row, widths, strict=True)
            table.add_row(*(_styled(cell, lines_of(_words(cell), width)) for cell, width in pairs))
        return table

    def _paragraphs(self, width: int) -> Iterator[Text]:
        from rich.text import Text

        yield from (Text(line) for line in lines_of(self.grid.title, width))
        for name, *cells in self.grid.rows:
            yield Text("")
            yield from (_styled(name, [line]) for line in lines_of(_words(name), width))
            heads = [column.head for column in self.grid.columns[1:]]
            pieces = [
                _styled(cell, [_headed(head, _words(cell))])
                for head, cell in zip(heads, cells, strict=True)
                if _words(cell)
            ]
            yield from _flowing(pieces, width)
        yield Text("")
        yield from (Text(line) for line in lines_of(self.grid.caption, width) if line)


_UNLIMITED = 100_000
_INDENT, _BETWEEN = "  ", " · "


def lines_of(words: str, width: int) -> list[str]:
    """Return a text in lines of a width in cells; a number stays with its unit.

    Chinese is broken between signs, other words only where one is wider than a line.
    """
    return [line for part in words.split("\n") for line in _lines_of(part, width)]


def _lines_of(words: str, width: int) -> list[str]:
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for token in _TOKENS.findall(words):
        if cell_len(lines[-1] + token.rstrip(" ")) <= width:
            lines[-1] += token
            continue
        first, *others = chop_cells(token.strip(" "), width) or [""]
        lines = [*lines, first, *others] if lines[-1] else [*lines[:-1], first, *others]
    return [line.rstrip(" ") for line in lines]


def _flowing(pieces: Sequence[Text], width: int) -> Iterator[Text]:
    """Yield indented lines of as many pieces as each has room for; no piece is cut."""
    from rich.text import Text

    line = Text(_INDENT)
    for piece in pieces:
        is_first = len(line) == len(_INDENT)
        if not is_first and line.cell_len + len(_BETWEEN) + piece.cell_len > width:
            yield line
            line, is_first = Text(_INDENT), True
        line.append(piece if is_first else Text.assemble(_BETWEEN, piece))
    if len(line) > len(_INDENT):
        yield line


def _headed(head: str, words: str) -> str:
    between = "：" if _width(head) > len(head) else ": "
    return f"{head}{between}{words}".replace("\n", " ") if head else words


def _words(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _styled(cell: Cell, lines: Sequence[str]) -> Text:
    """Return lines in the colour of a cell."""
    from rich.text import Text

    return Text("\n".join(lines), style="" if isinstance(cell, str) else cell[1])


def _width(words: str) -> int:
    """Return the width of the longest line, in cells."""
    from rich.cells import cell_len

    return max(map(cell_len, words.split("\n")))


def _least_of(column: Column, head: str, *cells: str) -> int:
    """Return the least width of a column; numbers, which stand to the right, stay on one line."""
    of_cell = _least_width if column.justify == "left" else _width
    return max([_widest_word(head), *map(of_cell, cells)])


def _widest_word(words: str) -> int:
    return max(map(_width, _TOKENS.findall(words)), default=0)


def _least_width(words: str) -> int:
    """Return the narrowest width at which no word is broken and the lines are not too many."""
    least = _widest_word(words)
    while len(lines_of(words, max(least, 1))) > _MOST_LINES:
        least += 1
    return least
