"""The rows of a grid read one by one, into figures and cells that could not be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forecast.archive.registry import Indicator, Registry
from forecast.archive.schedule import Schedule
from forecast.base.errors import UnreadableCell
from forecast.base.months import Span, month_of_year, year_of
from forecast.importing.grid import Grid
from forecast.importing.header import head_of
from forecast.importing.labels import Labels
from forecast.importing.mapping import USUAL, Map
from forecast.importing.numbers import growth_of_index, growth_said, is_blank, level_said
from forecast.importing.release_columns import Issued, day_said, status_said
from forecast.importing.result import FigureRead, Understood
from forecast.importing.rows import Row, agree, leaning, measure_of, needed
from forecast.importing.sections import Section
from forecast.importing.titles import names_columns
from forecast.importing.units import PER_CENT, rule_of
from forecast.importing.unread import Unread
from forecast.importing.vocabulary import Measure, Said, Vocabulary

_WORDS = "allowed: a line under [words]"
_LEAST_INDEX = 70  # no growth of prices is as large, and no index of last year's 100 smaller


@dataclass(frozen=True, slots=True)
class Reader:
    """How the grids of one import are read."""

    told: Map
    registry: Registry
    schedule: Schedule
    vocabulary: Vocabulary
    released_on: date | str | None

    def understood(self, grid: Grid) -> Understood:
        """Return the figures of a grid, the cells that could not be read, the rows counted."""
        if grid.left is not None:
            return Understood(rows=Counter({grid.left: len(grid.rows)}))
        head = head_of(grid, self.told, self.vocabulary)
        if self.told.fill:
            n_titles = next((n for n, row in enumerate(grid.rows) if names_columns(row)), 0)
            grid = grid.filled(n_titles, head.n_rows)
            head = head_of(grid, replace(self.told, header_rows=head.n_rows), self.vocabulary)
        made = Understood(unread=list(head.unread), rows=Counter(head=head.n_rows))
        if not head.has_sound_title:
            made.rows["rejected"] += len(grid.rows) - head.n_rows
            return made
        rows = [Row(grid, number, head) for number in range(head.n_rows, len(grid.rows))]
        _Table(self, Labels(rows, self.vocabulary), made).read(rows)
        return made


class _Table:
    """A table being read: what the rows above the next one say of it."""

    def __init__(self, reader: Reader, labels: Labels, made: Understood) -> None:
        self._reader, self._labels, self._made = reader, labels, made
        self._above = Said()  # the label that a row of growth alone leans on
        self._section = Section()

    def read(self, rows: list[Row]) -> None:
        for row in rows:
            self._made.rows[self._row(row)] += 1

    def _row(self, row: Row) -> str:
        """Read one row; return its kind."""
        if all(is_blank(cell) for cell in row.cells):
            return "empty"
        if row.repeats_head:
            return "head"
        if row.stands_alone is not None and row.label_text == "":
            return self._heading(row.stands_alone)
        if self._labels.is_head(row):
            self._section = replace(self._section, other_head=row.label_text)
        above, self._above = self._above, Said(unknown=(row.label_text,))
        try:
            own = self._labels.of(row)
            label, self._above = leaning(own, above)
            label.check_growth(row.label_text)
        except UnreadableCell as error:
            return self._unlabelled(row, str(error))
        if label.is_skipped:
            return "skipped"
        if not row.figures or row.is_one_text:
            if row.is_heading:
                self._section = self._section.below(own, row.label_text)
                self._above = own
            return "without_figures" if label.indicator and not label.unknown else "words"
        if label.unknown:
            column = self._labels.unknown_column(row)
            why = f"is not understood: {', '.join(label.unknown)}; {_WORDS}, for a unit [units]"
            return self._refused(row, column, f"{str(row.cells[column])!r} {why}")
        return self._figures(row, label)

    def _heading(self, text: str) -> str:
        """Read words that stand alone in a row, and in no column of labels; return its kind."""
        try:
            self._section = self._section.below(self._reader.vocabulary.said(text), text)
        except UnreadableCell:
            self._section = replace(self._section, lost=text)
        return "words"

    def _unlabelled(self, row: Row, why: str) -> str:
        """Note a row whose label cannot be read; return its kind."""
        if (not row.figures or row.is_one_text) and not row.has_stray_number:
            if row.is_heading:
                self._section = replace(self._section, lost=row.label_text)
            return "words"
        return self._refused(row, row.label_column, why)

    def _refused(self, row: Row, column: int, why: str) -> str:
        self._made.unread.append(Unread(row.address(column), row.cells[column], why))
        return "rejected"

    def _figures(self, row: Row, label: Said) -> str:
        """Read the figures of a row; return its kind."""
        n_unread = len(self._made.unread)
        issued = self._issued(row)
        if issued is None:
            return "rejected"
        for column in row.figures:
            try:
                self._made.figures.append(self._figure(row, column, label, issued))
            except UnreadableCell as error:
                self._refused(row, column, str(error))
        return "rejected" if len(self._made.unread) > n_unread else "accepted"

    def _issued(self, row: Row) -> Issued | None:
        """Return how a row was issued, by its columns or as told; None where they are unread."""
        issued = Issued(self._reader.told.status, self._reader.released_on)
        for column, role in row.of_roles("status", "released_on"):
            try:
                if role == "status":
                    issued = issued._replace(status=status_said(row.cells[column]))
                else:
                    issued = issued._replace(released_on=day_said(row.cells[column]))
            except UnreadableCell as error:
                self._refused(row, column, str(error))
                return None
        return issued

    def _figure(self, row: Row, column: int, label: Said, issued: Issued) -> FigureRead:
        """Return the figure in a cell; raise UnreadableCell."""
        said, content = row.head.columns[column].said, row.cells[column]
        if said.unknown:
            rule = f"{_WORDS} or [columns], for a unit [units]"
            raise UnreadableCell(content, f"stands under {', '.join(said.unknown)!r}; {rule}")
        if row.head.is_astray(column):
            raise UnreadableCell(content, "stands under no header; allowed: one, or [columns]")
        agree(said, label, "its column", "its row")
        near = said.over(label)
        section = self._section.of(near)
        agree(said, section, "its column", "the heading above it")
        self._labels.check_whole(row, column, near.over(section))
        if near.measure is None:
            replace(near, measure=section.measure).check_growth(row.label_text)
        whole = near.over(section).over(row.head.title)
        indicator, area, span = needed(whole, content)
        row.check_months(column, near.over(section), whole, content)
        measure = measure_of(said, label.over(section), row.head.title, content)
        entry = self._reader.registry.of(area, indicator)
        row.check_prices(whole, measure, entry, content)
        value, unit = self._value(row, column, (said, label.over(section), whole), measure, entry)
        assert value is not None  # blanks were left before
        on, basis = self._released_on(issued, area, indicator, span)
        return FigureRead(
            area=area,
            indicator=indicator,
            span=span,
            measure="level" if measure == "level" else "growth_pct",
            value=value,
            unit=unit,
            status=issued.status,
            released_on=on,
            released_on_basis=basis,
            address=row.address(column),
        )

    def _value(
        self,
        row: Row,
        column: int,
        said: tuple[Said, Said, Said],
        measure: Measure,
        entry: Indicator,
    ) -> tuple[Decimal | None, str]:
        """Return a number in the figures' unit, and that unit; raise UnreadableCell."""
        content, is_share = row.cells[column], (row.number, column) in row.grid.shares
        if measure == "growth_pct":
            growth = growth_said(content, is_share=is_share)
            if entry.name_zh.endswith("指数") and growth is not None and growth >= _LEAST_INDEX:
                raise UnreadableCell(content, "may be an index; allowed: 上年同期=100 or growth")
            return growth, PER_CENT
        if measure == "index":
            return growth_of_index(content, is_share=is_share), PER_CENT
        unit = row.unit_of_level(*said, content)
        if is_share:
            raise UnreadableCell(content, "is shown as per cent, and is a level")
        rule = rule_of(unit, entry.unit, self._reader.told.rules)
        value = level_said(content)
        return None if value is None else value * rule.times, rule.unit

    def _released_on(
        self, issued: Issued, area: str, indicator: str, span: Span
    ) -> tuple[date, str]:
        """Return the day of release and what it rests on: a column's, the one told, the usual."""
        told, said = self._reader.told, issued.released_on
        basis = told.released_on_basis or "published"
        if said == USUAL:
            said = self._reader.schedule.usual_release_on(area, indicator, span.last)
            basis = told.released_on_basis or "estimated"
        if not isinstance(said, date):
            raise UnreadableCell(str(span), "has no day of release; allowed: --released-on DAY")
        begun = date(year_of(span.last), month_of_year(span.last), 1)
        if said < begun and issued.status != "expected":
            why = f"is a day of release before the last month of {span}; allowed: from then on"
            raise UnreadableCell(said, why)
        return said, basis
