"""A table of cells, wherever it comes from, with the addresses that people know them by."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forecast.importing.numbers import Content

Place = tuple[int, int]
MOST_ROWS = 200_000
MOST_CELLS = 5_000_000
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet, a file or a query, row by row, each row of the same length.

    `shares` are the cells that are shown as per cent though they hold a share of one; `name` is
    the sheet's, empty where there is none. `header_rows` is known where a query made the rows;
    `left` says why the grid is not read: `hidden` or `skipped`.
    """

    name: str
    rows: tuple[tuple[Content, ...], ...]
    shares: frozenset[Place] = frozenset()
    header_rows: int | None = None
    left: str | None = None

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def address(self, row: int, column: int) -> str:
        """Return `Sheet!C7` for the cell in the row and column counted from 0."""
        cell = f"{letters(column)}{row + 1}"
        return f"{self.name}!{cell}" if self.name else cell

    def filled(self, title_rows: int, header_rows: int) -> Grid:
        """Return the grid with what merged cells lose in CSV.

        Header cells are repeated to the right, as far as what stands above them is, texts of the
        first column downwards.
        """
        head: list[tuple[Content, ...]] = []
        for number, row in enumerate(self.rows[:header_rows]):
            head.append(_carried(row, head[-1] if number > title_rows else None))
        below = self.rows[header_rows:]
        first = _carried(tuple(row[0] if row else None for row in below))
        body = [(label, *row[1:]) for label, row in zip(first, below, strict=True)]
        return replace(self, rows=(*head, *body))


def squared(rows: list[list[Content]]) -> tuple[tuple[Content, ...], ...]:
    """Return rows of different lengths as rows of one length."""
    width = max(map(len, rows), default=0)
    return tuple((*row, *[None] * (width - len(row))) for row in rows)


def letters(column: int) -> str:
    """Return the letters of a column counted from 0: A to Z, AA, ..."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _carried(
    cells: tuple[Content, ...], above: tuple[Content, ...] | None = None
) -> tuple[Content, ...]:
    made: list[Content] = []
    for number, cell in enumerate(cells):
        is_below_one = above is None or above[number] == above[number - 1]
        made.append(made[-1] if made and is_below_one and cell in (None, "") else cell)
    return tuple(made)
