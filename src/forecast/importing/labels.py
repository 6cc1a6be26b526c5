"""What the labels of rows say: the words, years and months that stand beside the figures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR
from forecast.importing.grid import letters
from forecast.importing.numbers import Content, is_blank, is_stored_number, level_said
from forecast.importing.rows import Row, agree
from forecast.importing.spans import SpanSaid
from forecast.importing.spelling import plain
from forecast.importing.vocabulary import OF_GROWTH, ROLES, Said, Vocabulary

_MERGED = "allowed: one, or for merged cells in a text file fill = true"
_ROLES = ("label", "year", "month")


class Labels:
    """The labels of the rows of a grid."""

    def __init__(self, rows: Sequence[Row], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._kinds: dict[int, set[str]] = {}
        for row in rows:
            if row.figures and not row.is_one_text:
                for column, role in row.of_roles(*_ROLES):
                    with suppress(UnreadableCell):
                        said = self._of_cell(row, column, role)
                        self._kinds.setdefault(column, set()).update(said.kinds)

    def of(self, row: Row) -> Said:
        """Return what the words of a row say, its last label first; raise UnreadableCell."""
        said, texts = Said(), list[str]()
        for column, role in reversed(list(row.of_roles(*_ROLES))):
            head = row.head.columns[column].said
            new = self._of_cell(row, column, role).over(replace(head, unknown=()))
            agree(new, said, "one label", "another")
            if new.measure in OF_GROWTH:  # 比上年同期增减 beside 额 is no growth
                together = [f"{row.cells[column]}({text})" for text in texts]
                unknown = [w for text in together for w in self._vocabulary.said(text).unknown]
                said = said.over(Said(unknown=tuple(set(unknown) - set(said.unknown))))
            said = new.over(said)
            texts.append(str(row.cells[column]))
        return said

    def unknown_column(self, row: Row) -> int:
        """Return the first column in whose label a word is not understood."""
        labels = [column for column, _ in row.of_roles("label")]
        unknown = (c for c in labels if self._of_cell(row, c, "label").unknown)
        return next(unknown, row.label_column)

    def is_head(self, row: Row) -> bool:
        """Whether a row names columns, as that of another table does."""
        texts = [cell for cell in (row.cells[c] for c in row.figures) if isinstance(cell, str)]
        if plain(row.label_text) in ROLES and row.figures:
            return True
        return 0 < len(row.figures) == len(texts) and all(map(self._names_a_column, texts))

    def check_whole(self, row: Row, column: int, said: Said) -> None:
        """Raise UnreadableCell where a word is left out that tells rows or columns apart elsewhere.

        Neither a title nor the map may take its place.
        """
        for number, kinds in self._kinds.items():
            for what in sorted(self._told_apart_by(row, number, kinds) - said.kinds):
                why = f"no {what} is said in column {letters(number)}, where other rows say one"
                raise UnreadableCell(row.cells[column], f"{why}; {_MERGED}")
        for what in sorted(row.head.columns[column].lacks - said.kinds):
            why = f"no {what} is said above it, where other columns have one"
            raise UnreadableCell(row.cells[column], f"{why}; {_MERGED}")

    def _told_apart_by(self, row: Row, column: int, kinds: set[str]) -> set[str]:
        """Return what a row may not leave out: all where its cell is blank, else a half of time."""
        if is_blank(row.cells[column]):
            return kinds
        said = self._of_cell(row, column, row.head.columns[column].role)
        if said.kinds & {"year", "months"}:
            return kinds & {"year", "months"}
        return set()

    def _names_a_column(self, text: str) -> bool:
        with suppress(UnreadableCell):
            level_said(text)
            return False  # an amount, though it could be a year or a month
        with suppress(UnreadableCell):
            said = self._vocabulary.said(text)
            return not (said.says_nothing or said.unknown)
        return False

    def _of_cell(self, row: Row, column: int, role: str) -> Said:
        cell = row.cells[column]
        if isinstance(cell, date):
            return Said(time=_month_of(cell))
        if isinstance(cell, float):
            raise UnreadableCell(
                cell, "is a number where words should stand; 2019.1 may be October"
            )
        return _time_alone(cell, role) or self._words(cell)

    def _words(self, cell: Content) -> Said:
        said = self._vocabulary.said(str(cell))
        if is_stored_number(cell) and said.time == SpanSaid():
            raise UnreadableCell(cell, "is a number where words should stand")
        return said


def _month_of(day: date) -> SpanSaid:
    """Return the month for which its first or last day stands; raise UnreadableCell for others."""
    if day.day != 1 and (day + timedelta(days=1)).day != 1:
        why = "is a day; allowed: the first or the last of a month, or 1-9 as text"
        raise UnreadableCell(day, why)
    return SpanSaid(day.year, (day.month, day.month))


def _time_alone(cell: Content, role: str) -> Said | None:
    """Return the year or the month that a bare number is in a column of them."""
    text = plain(str(cell)).removesuffix({"year": "年", "month": "月"}.get(role, "|"))
    number = int(text) if text.isdecimal() and text.isascii() else 0
    if role == "year" and 1000 <= number <= 9999:
        return Said(time=SpanSaid(year=number))
    if role == "month" and 1 <= number <= MONTHS_A_YEAR:
        return Said(time=SpanSaid(months=(number, number)))
    return None
