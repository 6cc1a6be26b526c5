"""Figures understood in a grid, cells that were not, and what became of each row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from forecast.errors import UnreadableCell
from forecast.figures import STATUSES
from forecast.indicators import Registry
from forecast.intake.columns import Unread, head_of
from forecast.intake.grids import Grid
from forecast.intake.mapping import USUAL, Map
from forecast.intake.numbers_said import (
    Content,
    growth_of_index,
    growth_said,
    is_blank,
    is_stored_number,
    level_said,
)
from forecast.intake.rows import Row, agree, leaning, measure_of, nearest, needed
from forecast.intake.spans_said import SpanSaid
from forecast.intake.spelling import plain
from forecast.intake.units import PER_CENT, rule_of
from forecast.intake.words import Said, Vocabulary
from forecast.schedule import Schedule
from forecast.spans import MONTHS_A_YEAR, Span, month_of_year, year_of

_WORDS = "allowed: a line under [words]"
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
ROW_KINDS = (
    "accepted", "rejected", "head", "words", "without_figures", "skipped", "hidden", "empty"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRead:
    """A figure and the cell that it was read from."""

    area: str
    indicator: str
    span: Span
    measure: Literal["level", "growth_pct"]
    value: Decimal
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    address: str

    @property
    def key(self) -> tuple[str, str, Span, str, str]:
        """What tells it from other figures."""
        return self.area, self.indicator, self.span, self.measure, self.unit


@dataclass(slots=True)
class Understood:
    """What a grid gave. Every row is of one of `ROW_KINDS`, so that none is lost."""

    figures: list[FigureRead] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Understood) -> Understood:
        """Add what another grid gave."""
        self.figures += other.figures
        self.unread += other.unread
        self.rows += other.rows
        return self


class Issued(NamedTuple):
    """Status and day of release of the figures of a row; the day is `usual` where lags tell it."""

    status: str
    released_on: date | str | None


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
            grid = grid.filled(head.n_rows)
            head = head_of(grid, replace(self.told, header_rows=head.n_rows), self.vocabulary)
        made = Understood(unread=list(head.unread), rows=Counter(head=head.n_rows))
        if not head.has_sound_title:
            made.rows["rejected"] += len(grid.rows) - head.n_rows
            return made
        named: Said = Said()
        for number in range(head.n_rows, len(grid.rows)):
            row = Row(grid, number, head)
            kind, named = self._row(row, named, made)
            made.rows[kind] += 1
        return made

    def _row(self, row: Row, named: Said, made: Understood) -> tuple[str, Said]:
        """Read one row into `made`; return its kind, and what rows below it may lean on."""
        if all(is_blank(cell) for cell in row.cells):
            return "empty", named
        leans_on: Said = Said()
        try:
            label, leans_on = leaning(self._label(row), named)
            label.check_growth(row.label_text)
        except UnreadableCell as error:
            return self._unlabelled(row, row.label_column, str(error), made), leans_on
        named = leans_on
        if label.is_skipped:
            return "skipped", named
        if not row.figures or row.is_one_text:
            return "without_figures" if label.indicator and not label.unknown else "words", named
        if label.unknown:
            column = self._unknown_label(row)
            why = f"is not understood: {', '.join(label.unknown)}; {_WORDS}, for a unit [units]"
            return self._unlabelled(row, column, f"{str(row.cells[column])!r} {why}", made), named
        n_unread = len(made.unread)
        issued = self._issued(row, made)
        if issued is None:
            return "rejected", named
        for column in row.figures:
            try:
                made.figures.append(self._figure(row, column, label, issued))
            except UnreadableCell as error:
                content = row.cells[column]
                made.unread.append(Unread(row.address(column), content, str(error)))
        return "rejected" if len(made.unread) > n_unread else "accepted", named

    def _unknown_label(self, row: Row) -> int:
        """Return the first column in whose label a word is not understood."""
        labels = [column for column, _ in row.of_roles("label")]
        said = {column: self._of_cell(row.cells[column], "label") for column in labels}
        return next((c for c in labels if said[c].unknown), row.label_column)

    def _unlabelled(self, row: Row, column: int, why: str, made: Understood) -> str:
        if (not row.figures or row.is_one_text) and not row.has_stray_number:
            return "words"
        made.unread.append(Unread(row.address(column), row.cells[column], why))
        return "rejected"

    def _label(self, row: Row) -> Said:
        """Return what the words of a row say, its last label first."""
        said = Said()
        for column, role in reversed(list(row.of_roles("label", "year", "month"))):
            cell = row.cells[column]
            head = row.head.columns[column].said
            new = self._of_cell(cell, role).over(replace(head, unknown=()))
            agree(new, said, "one label", "another")
            said = new.over(said)
        return said

    def _of_cell(self, cell: Content, role: str) -> Said:
        if isinstance(cell, date):
            return Said(time=SpanSaid(cell.year, (cell.month, cell.month)))
        text = plain(str(cell))
        bare = text.removesuffix({"year": "年", "month": "月"}.get(role, "|"))
        number = int(bare) if bare.isdecimal() and bare.isascii() else 0
        if role == "year" and 1000 <= number <= 9999:
            return Said(time=SpanSaid(year=number))
        if role == "month" and 1 <= number <= MONTHS_A_YEAR:
            return Said(time=SpanSaid(months=(number, number)))
        said = self.vocabulary.said(str(cell))
        if is_stored_number(cell) and said.time == SpanSaid():
            raise UnreadableCell(cell, "is a number where words should stand")
        return said

    def _figure(self, row: Row, column: int, label: Said, issued: Issued) -> FigureRead:
        """Return the figure in a cell; raise UnreadableCell."""
        said, content = row.head.columns[column].said, row.cells[column]
        if said.unknown:
            rule = f"{_WORDS} or [columns], for a unit [units]"
            raise UnreadableCell(content, f"stands under {', '.join(said.unknown)!r}; {rule}")
        if row.head.is_astray(column):
            raise UnreadableCell(content, "stands under no header; allowed: one, or [columns]")
        whole = nearest(said, label).over(row.head.title)
        indicator, area, span = needed(whole, content)
        is_of_title = not (said.time.says_months or label.time.says_months)
        if is_of_title and row.head.says_other_months(whole.time):
            why = f"has no months but the title's, {span}, beside columns that say others"
            raise UnreadableCell(content, f"{why}; allowed: its own under [columns]")
        measure = measure_of(said, label, row.head.title, content)
        entry = self.registry.of(area, indicator)
        is_share = (row.number, column) in row.grid.shares
        if measure == "growth_pct":
            value, unit = growth_said(content, is_share=is_share), PER_CENT
        elif measure == "index":
            value, unit = growth_of_index(content, is_share=is_share), PER_CENT
        else:
            value, unit = self._level(row, column, whole.unit, entry.unit)
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

    def _level(
        self, row: Row, column: int, said: str | None, unit: str
    ) -> tuple[Decimal | None, str]:
        """Return an amount in the figures' unit, and that unit; raise UnreadableCell."""
        content = row.cells[column]
        if said is None:
            raise UnreadableCell(content, "is a level of which no unit is said")
        if (row.number, column) in row.grid.shares:
            raise UnreadableCell(content, "is shown as per cent, and is a level")
        rule = rule_of(said, unit, self.told.rules)
        value = level_said(content)
        return None if value is None else value * rule.times, rule.unit

    def _issued(self, row: Row, made: Understood) -> Issued | None:
        """Return how a row was issued, by its columns or as told; None where they are unread."""
        status: str = self.told.status
        released_on = self.released_on
        try:
            for column, role in row.of_roles("status", "released_on"):
                if role == "status":
                    status = _status(row.cells[column])
                else:
                    released_on = _day(row.cells[column])
        except UnreadableCell as error:
            made.unread.append(Unread(row.address(column), row.cells[column], str(error)))
            return None
        return Issued(status, released_on)

    def _released_on(
        self, issued: Issued, area: str, indicator: str, span: Span
    ) -> tuple[date, str]:
        """Return the day of release and what it rests on: a column's, the one told, the usual."""
        said = issued.released_on
        basis = self.told.released_on_basis or "published"
        if said == USUAL:
            said = self.schedule.usual_release_on(area, indicator, span.last)
            basis = self.told.released_on_basis or "estimated"
        if not isinstance(said, date):
            raise UnreadableCell(str(span), "has no day of release; allowed: --released-on DAY")
        begun = date(year_of(span.last), month_of_year(span.last), 1)
        if said < begun and issued.status != "expected":
            why = f"is a day of release before the last month of {span}; allowed: from then on"
            raise UnreadableCell(said, why)
        return said, basis


def _status(content: Content) -> str:
    status = plain(str(content))
    if status not in STATUSES:
        raise UnreadableCell(content, f"is no status; allowed: {', '.join(STATUSES)}")
    return status


def _day(content: Content) -> date:
    if isinstance(content, datetime):
        return content.date()
    if isinstance(content, date):
        return content
    text = plain(str(content))
    try:
        found = _DAY.fullmatch(text)
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError as error:
        rule = "allowed: 2019-10-25, 2019/10/25, 2019年10月25日"
        raise UnreadableCell(content, f"is no day; {rule}") from error
