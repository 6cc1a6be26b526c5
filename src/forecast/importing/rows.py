"""One row of a grid, and what its column, its labels and the titles say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from forecast.archive.registry import Indicator
from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span
from forecast.importing.cells import (
    Content,
    is_blank,
    is_stored_number,
    level_of,
    plain,
)
from forecast.importing.grid import Grid, column_letters
from forecast.importing.header import Head
from forecast.importing.times import PartialSpan, quarter_of, span_of_day
from forecast.importing.titles import is_heading
from forecast.importing.vocabulary import ROLES, Meaning, Measure, Vocabulary

_FILL_ALLOWED = "allowed: one, or for merged cells in a text file fill = true"
_OF_QUARTERS = (
    "header of quarters: that quarter alone, or all since January; "
    'allowed in the map: "quarter" for the quarter, "累计" since January'
)
_LABEL_ROLES = ("label", "year", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grid below its head."""

    grid: Grid
    number: int
    head: Head

    @property
    def cells(self) -> tuple[Content, ...]:
        """The contents of the row."""
        return self.grid.rows[self.number]

    def of_roles(self, *roles: str) -> Iterator[tuple[int, str]]:
        """Yield the columns of these roles that are not blank in this row."""
        for number, column in enumerate(self.head.columns):
            if column.role in roles and not is_blank(self.cells[number]):
                yield number, column.role

    @property
    def figures(self) -> list[int]:
        """The columns with a figure in this row."""
        return [column for column, _ in self.of_roles("value")]

    @property
    def is_heading(self) -> bool:
        """Whether the row holds words alone, above the rows that they are about."""
        return is_heading(self.cells)

    @property
    def lone_text(self) -> str | None:
        """The only text of the row, wherever it stands; None if it has several or no letter."""
        texts = {str(cell).strip() for cell in self.cells if cell is not None} - {""}
        text = next(iter(texts)) if len(texts) == 1 else ""
        return text if any(c.isalpha() for c in text) and not is_blank(text) else None

    @property
    def repeats_head(self) -> bool:
        """Whether the row repeats a row of the head, as the next page of a print does."""
        heads = self.grid.rows[: self.head.n_rows]
        cells = [(n, cell) for n, cell in enumerate(self.cells) if not is_blank(cell)]
        return len(cells) > 1 and all(any(cell == row[n] for row in heads) for n, cell in cells)

    @property
    def has_stray_number(self) -> bool:
        """Whether a number stands where words should."""
        labels = self.of_roles(*_LABEL_ROLES)
        return any(is_stored_number(self.cells[column]) for column, _ in labels)

    @property
    def is_one_text(self) -> bool:
        """Whether a note or a heading is merged across the row, its labels included."""
        contents = {cell for cell in self.cells if not is_blank(cell)}
        has_label = next(self.of_roles("label"), None) is not None
        return len(contents) == 1 and isinstance(next(iter(contents)), str) and has_label

    @property
    def label_column(self) -> int:
        """The first column with a label in this row."""
        return next((column for column, _ in self.of_roles("label")), 0)

    @property
    def label_text(self) -> str:
        """The text of the first label; empty without one."""
        column = next((c for c, _ in self.of_roles(*_LABEL_ROLES)), None)
        return "" if column is None else str(self.cells[column])

    def address(self, column: int) -> str:
        """Return the address of the cell in a column."""
        return self.grid.address(self.number, column)

    def check_months(self, column: int, near: Meaning, whole: Meaning, content: Content) -> None:
        """Raise UnreadableCell where it is uncertain which months a figure is about.

        That is so where its column names none although others name other months, and where the
        title turns one month into several, or several into one.
        """
        rule = "allowed: its own under [columns]"
        is_silent = not self.head.columns[column].meaning.time.names_months
        with_skipped = not near.time.names_months
        if is_silent and self.head.has_other_months(whole.time, with_skipped=with_skipped):
            source = "its row's" if near.time.names_months else "the title's"
            why = f"has no months but {source}, {whole.time.span()}, beside columns"
            raise UnreadableCell(content, f"{why} that say others; {rule}")
        own = replace(whole.time, reach=near.time.reach)
        if near.time.months and not self.head.map_gives_reach and own.span() != whole.time.span():
            why = f"is of {own.span()}, or of {whole.time.span()} as the title says"
            raise UnreadableCell(content, f"{why}; {rule}")

    def unit_of_level(
        self, column: Meaning, label: Meaning, whole: Meaning, content: Content
    ) -> str:
        """Return the unit of an amount; raise UnreadableCell where there is none, or several."""
        if None not in (column.unit, label.unit) and column.unit != label.unit:
            why = f"is the unit of its column, {label.unit!r} that of its row"
            raise UnreadableCell(column.unit, f"{why}; allowed: one of them")
        if whole.unit is None:
            raise UnreadableCell(content, "is a level without a unit; allowed: one, or in the map")
        source = next(m for m in (column, label, self.head.title) if m.unit is not None)
        if source.is_per_cent and not self.head.has_growth:
            why = "are several units; allowed: one, at the row or the column"
            raise UnreadableCell(f"{source.unit}、%", why)
        return whole.unit


class Labels:
    """The labels of the rows of a grid: words, years and months that stand beside the figures."""

    def __init__(self, rows: Sequence[Row], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._kinds: dict[int, set[str]] = {}
        for row in rows:
            if row.figures and not row.is_one_text:
                for column, role in row.of_roles(*_LABEL_ROLES):
                    with suppress(UnreadableCell):
                        kinds = self._cell_meaning(row, column, role).kinds
                        self._kinds.setdefault(column, set()).update(kinds)

    def meaning(self, row: Row) -> Meaning:
        """Return what the labels of a row say, the last one first; raise UnreadableCell."""
        meaning, texts = Meaning(), list[str]()
        for column, role in reversed(list(row.of_roles(*_LABEL_ROLES))):
            head = replace(row.head.columns[column].meaning, unknown=())
            new = self._cell_meaning(row, column, role).over(head)
            check_agreement(new, meaning, "one label", "another")
            if new.is_growth:  # 比上年同期增减 beside 额 is not growth
                together = [f"{row.cells[column]}({text})" for text in texts]
                words = {w for text in together for w in self._vocabulary.meaning(text).unknown}
                meaning = meaning.over(Meaning(unknown=tuple(sorted(words - set(meaning.unknown)))))
            meaning = new.over(meaning)
            texts.append(str(row.cells[column]))
        return meaning

    def check_quarters(self, row: Row, whole: Meaning) -> None:
        """Raise UnreadableCell where one month stands under a header of quarters.

        Office files write so for a quarter as well as for all months since January.
        """
        for column, _ in row.of_roles(*_LABEL_ROLES):
            if row.head.columns[column].is_of_quarters and whole.is_single_month:
                raise UnreadableCell(row.cells[column], f"is a month under a {_OF_QUARTERS}")

    def unknown_column(self, row: Row) -> int:
        """Return the first column whose label has a word that is not understood."""
        columns = [column for column, _ in row.of_roles("label")]
        unknown = (c for c in columns if self._cell_meaning(row, c, "label").unknown)
        return next(unknown, row.label_column)

    def is_head(self, row: Row) -> bool:
        """Whether a row names columns, as the head of another table does."""
        texts = [cell for cell in (row.cells[c] for c in row.figures) if isinstance(cell, str)]
        if plain(row.label_text) in ROLES and row.figures:
            return True
        return 0 < len(row.figures) == len(texts) and all(map(self._names_a_column, texts))

    def check_completeness(self, row: Row, column: int, meaning: Meaning) -> None:
        """Raise UnreadableCell where a fact is left out that other rows or columns give.

        Neither a title nor the map may take its place.
        """
        for number, kinds in self._kinds.items():
            for kind in sorted(self._required_kinds(row, number, kinds) - meaning.kinds):
                why = f"has no {kind} in column {column_letters(number)}, where other rows have one"
                raise UnreadableCell(row.cells[column], f"{why}; {_FILL_ALLOWED}")
        for kind in sorted(row.head.columns[column].missing - meaning.kinds):
            why = f"has no {kind} above it, where other columns have one"
            raise UnreadableCell(row.cells[column], f"{why}; {_FILL_ALLOWED}")

    def _required_kinds(self, row: Row, column: int, kinds: set[str]) -> set[str]:
        """Return which facts a row must give, out of those that a column gives in other rows.

        They are all where its cell is blank; a cell with a year or months must not leave out the
        other of the two.
        """
        if is_blank(row.cells[column]):
            return kinds
        meaning = self._cell_meaning(row, column, row.head.columns[column].role)
        if meaning.kinds & {"year", "months"}:
            return kinds & {"year", "months"}
        return set()

    def _names_a_column(self, text: str) -> bool:
        with suppress(UnreadableCell):
            level_of(text)
            return False  # an amount, though it could be a year or a month
        with suppress(UnreadableCell):
            meaning = self._vocabulary.meaning(text)
            return not (meaning.is_empty or meaning.unknown)
        return False

    def _cell_meaning(self, row: Row, column: int, role: str) -> Meaning:
        cell = row.cells[column]
        if isinstance(cell, date) and role != "quarter":
            return Meaning(time=span_of_day(cell))
        if isinstance(cell, float):
            why = "is a number where words should stand; 2019.1 may be October"
            raise UnreadableCell(cell, why)
        if time := _year_or_month(cell, role):
            return Meaning(time=time)
        meaning = self._vocabulary.meaning(str(cell))
        months = meaning.time.months
        if role == "quarter" and months is not None and months[0] == months[1]:
            is_first = (months[0] - 1) % 3 == 0  # then no other reading is possible
            if is_first or row.head.columns[column].names_quarters:
                quarter = quarter_of(*months)
                if quarter is None:
                    why = "is the second month of a quarter; allowed: its first or its last"
                    raise UnreadableCell(cell, why)
                meaning = replace(meaning, time=replace(meaning.time, months=quarter))
        if is_stored_number(cell) and meaning.time == PartialSpan():
            raise UnreadableCell(cell, "is a number where words should stand")
        return meaning


def _year_or_month(cell: Content, role: str) -> PartialSpan | None:
    """Return the year or month that a bare number means in a column of years or months."""
    text = plain(str(cell)).removesuffix({"year": "年", "month": "月"}.get(role, "|"))
    number = int(text) if text.isdecimal() and text.isascii() else 0
    if role == "year" and 1000 <= number <= 9999:
        return PartialSpan(year=number)
    if role == "month" and 1 <= number <= MONTHS_A_YEAR:
        return PartialSpan(months=(number, number))
    if role == "quarter" and 1 <= number <= 4:
        return PartialSpan(months=(3 * number - 2, 3 * number))
    return None


def with_row_above(label: Meaning, above: Meaning) -> tuple[Meaning, Meaning]:
    """Return a label completed by the row above, and what may complete the next label.

    A row that only says growth is about the indicator, area and months of the row above it. Where
    that row is not understood, neither is this one.
    """
    if label.indicator is None and label.is_growth and not label.unknown:
        series = Meaning(above.indicator, above.area, above.time, unknown=above.unknown)
        return replace(label.over(series), is_skipped=above.is_skipped), above
    return label, label


def check_agreement(near: Meaning, far: Meaning, near_place: str, far_place: str) -> None:
    """Raise UnreadableCell where the meanings of two places contradict each other."""
    pairs: dict[str, tuple[object, object]] = {
        "indicator": (near.indicator, far.indicator),
        "area": (near.area, far.area),
        "year": (near.time.year, far.time.year),
        "months": (near.time.months_text, far.time.months_text),
        "reach": (near.time.reach, far.time.reach),
        "measure": (near.measure, far.measure),
    }
    if {near.measure, far.measure} == {"growth_pct", "index"}:
        del pairs["measure"]  # a column of growth beside one of indices: the nearer word decides
    for kind, (own, other) in pairs.items():
        if None not in (own, other) and own != other:
            why = f"is the {kind} of {near_place}, {str(other)!r} that of {far_place}"
            raise UnreadableCell(own, f"{why}; allowed: one of them")


def check_prices(meaning: Meaning, measure: Measure, entry: Indicator, content: Content) -> None:
    """Raise UnreadableCell for a figure at constant prices where figures are at current ones."""
    if meaning.is_real and measure == "level":
        raise UnreadableCell(content, "is at constant prices; allowed: levels at current ones")
    if meaning.is_real and entry.price_basis == "nominal":
        why = f"is growth at constant prices; allowed: as {entry.id} is, at current ones"
        raise UnreadableCell(content, why)


def series_and_span(meaning: Meaning, content: Content) -> tuple[str, str, Span]:
    """Return indicator, area and span; raise UnreadableCell where one is missing."""
    span = meaning.time.span()
    if meaning.indicator and meaning.area and isinstance(span, Span):
        return meaning.indicator, meaning.area, span
    missing = [
        *([] if meaning.indicator else ["no indicator is given"]),
        *([] if meaning.area else ["no area is given"]),
        *([span] if isinstance(span, str) else []),
    ]
    rule = "allowed: words for it in the file, or under title or [columns] in the map"
    raise UnreadableCell(content, f"cannot be placed: {', '.join(missing)}; {rule}")


def measure_of(column: Meaning, label: Meaning, title: Meaning, content: Content) -> Measure:
    """Return what is measured, from words or from the unit; raise UnreadableCell."""
    unit = column.unit or label.unit
    measure = column.measure or label.measure or (None if unit else title.measure)
    if measure == "change" and not (column.is_per_cent or label.is_per_cent):
        why = "is a change without %; allowed: 增减%, 增减（%）, or in the map"
        raise UnreadableCell(content, why)
    if measure == "change":
        return "growth_pct"
    if measure is not None:
        return measure
    if any(m.is_per_cent and m.unit is None for m in (column, label)):
        why = "is in per cent, but growth is not said; allowed: 同比增长, where it is growth"
        raise UnreadableCell(content, why)
    if unit or title.unit:
        return "level"
    raise UnreadableCell(
        content, "has no measure; allowed: 同比增长 or a unit beside it, or in the map"
    )
