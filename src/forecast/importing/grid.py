"""A table of cells, wherever it comes from, with the addresses by which people know them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from forecast.base.errors import ContractError, Fault
from forecast.importing.cells import Content

Position = tuple[int, int]  # row and column, counted from 0
MOST_ROWS = 200_000
MOST_CELLS = 5_000_000
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet, a file or a query, row by row, each row of the same length.

    `name` is the sheet's, empty where there is none. `shares` are the cells that hold a share of
    one but are shown as per cent. `header_rows` is set where a query made the rows. `left_out`
    says why a sheet is not read, `hidden` or `skipped`; None where it is read. `delimiter` is that
    of a text file. `numbers` are those of its rows in the file, from 0, where some were left out.
    """

    name: str
    rows: tuple[tuple[Content, ...], ...]
    shares: frozenset[Position] = frozenset()
    header_rows: int | None = None
    left_out: str | None = None
    delimiter: str = ""
    numbers: tuple[int, ...] | None = None

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def address(self, row: int, column: int) -> str:
        """Return `Sheet!C7` for the cell in the row and column counted from 0."""
        number = row if self.numbers is None else self.numbers[row]
        cell = f"{column_letters(column)}{number + 1}"
        return f"{self.name}!{cell}" if self.name else cell

    def filled(self, title_rows: int, header_rows: int) -> Grid:
        """Return the grid with the contents that merged cells lose in a CSV file.

        Header cells are repeated to the right as far as the cell above them is, and the texts of
        the first column downwards.
        """
        head: list[tuple[Content, ...]] = []
        for number, row in enumerate(self.rows[:header_rows]):
            head.append(_carried_on(row, head[-1] if number > title_rows else None))
        below = self.rows[header_rows:]
        labels = _carried_on(tuple(row[0] if row else None for row in below))
        body = [(label, *row[1:]) for label, row in zip(labels, below, strict=True)]
        return replace(self, rows=(*head, *body))


def padded(rows: list[list[Content]]) -> tuple[tuple[Content, ...], ...]:
    """Return rows of different lengths as rows of one length."""
    width = max(map(len, rows), default=0)
    return tuple((*row, *[None] * (width - len(row))) for row in rows)


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0: A to Z, AA, ..."""
    before, last = divmod(column, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def refusal(path: Path, why: str) -> ContractError:
    """Return the error of a file that is refused as a whole."""
    return ContractError([Fault(path.name, None, why)])


def _carried_on(
    cells: tuple[Content, ...], above: tuple[Content, ...] | None = None
) -> tuple[Content, ...]:
    """Return cells with each empty one filled from the cell before it, below one merged cell."""
    filled: list[Content] = []
    for number, cell in enumerate(cells):
        is_below_same = above is None or above[number] == above[number - 1]
        filled.append(filled[-1] if filled and is_below_same and cell in (None, "") else cell)
    return tuple(filled)
