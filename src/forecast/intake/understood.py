"""Figures understood in a grid, cells that were not, and what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from forecast.errors import UnreadableCell
from forecast.figures import STATUSES
from forecast.indicators import Registry
from forecast.intake.columns import Head, Unread, head_of
from forecast.intake.grids import Grid
from forecast.intake.mapping import USUAL, Map
from forecast.intake.numbers_said import (
    Content,
    growth_said,
    is_blank,
    is_stored_number,
    level_said,
)
from forecast.intake.spans_said import SpanSaid
from forecast.intake.spelling import plain
from forecast.intake.units import PER_CENT, rule_of
from forecast.intake.words import Measure, Said, Vocabulary
from forecast.schedule import Schedule
from forecast.spans import MONTHS_A_YEAR, Span, month_of_year, year_of

ROW_KINDS = (
    "accepted", "rejected", "head", "words", "without_figures", "skipped", "hidden", "empty"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRead:
    """A figure and the cell that it was read from."""

    area: str
    indicator: str
    span: Span
    measure: Measure
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
        named: Said = Said()
        for number in range(head.n_rows, len(grid.rows)):
            row = _Row(grid, number, head)
            kind, named = self._row(row, named, made)
            made.rows[kind] += 1
        return made

    def _row(self, row: _Row, named: Said, made: Understood) -> tuple[str, Said]:
        """Read one row into `made`; return its kind, and what rows below it may lean on."""
        if all(is_blank(cell) for cell in row.cells):
            return "empty", named
        try:
            label = self._label(row)
        except UnreadableCell as error:
            return self._unlabelled(row, str(error), made), Said()
        label, named = _leaning(label, named)
        if label.is_skipped:
            return "skipped", named
        if not row.figures or row.is_one_text:
            return "without_figures" if label.indicator and not label.unknown else "words", named
        if label.unknown:
            why = f"is not understood: {', '.join(label.unknown)}; allowed: a line under [words]"
            return self._unlabelled(row, f"{row.label_text!r} {why}", made), named
        n_unread = len(made.unread)
        for column in row.figures:
            try:
                made.figures.append(self._figure(row, column, label))
            except UnreadableCell as error:
                content = row.cells[column]
                made.unread.append(Unread(row.address(column), content, str(error)))
        return "rejected" if len(made.unread) > n_unread else "accepted", named

    def _unlabelled(self, row: _Row, why: str, made: Understood) -> str:
        if (not row.figures or row.is_one_text) and not row.has_stray_number:
            return "words"
        made.unread.append(Unread(row.address(row.label_column), row.label_text, why))
        return "rejected"

    def _label(self, row: _Row) -> Said:
        """Return what the words of a row say, its last label first."""
        said = Said()
        for column, role in reversed(list(row.of_roles("label", "year", "month"))):
            cell = row.cells[column]
            head = row.head.columns[column].said
            new = self._of_cell(cell, role).over(replace(head, unknown=()))
            _agree(new, said, "one label", "another")
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

    def _figure(self, row: _Row, column: int, label: Said) -> FigureRead:
        """Return the figure in a cell; raise UnreadableCell."""
        said, content = row.head.columns[column].said, row.cells[column]
        if said.unknown:
            rule = "allowed: a line under [words] or [columns]"
            raise UnreadableCell(content, f"stands under {', '.join(said.unknown)!r}; {rule}")
        whole = _nearest(said, label).over(row.head.title)
        indicator, area, span = _needed(whole, content)
        measure = _measure(said, label, row.head.title, content)
        entry = self.registry.of(area, indicator)
        if measure == "growth_pct":
            is_share = (row.number, column) in row.grid.shares
            value, unit = growth_said(content, is_share=is_share), PER_CENT
        else:
            value, unit = self._level(row, column, whole.unit, entry.unit)
        assert value is not None  # blanks were left before
        on, basis = self._released_on(row, area, indicator, span)
        return FigureRead(
            area=area,
            indicator=indicator,
            span=span,
            measure=measure,
            value=value,
            unit=unit,
            status=self._status(row),
            released_on=on,
            released_on_basis=basis,
            address=row.address(column),
        )

    def _level(
        self, row: _Row, column: int, said: str | None, unit: str
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

    def _status(self, row: _Row) -> str:
        column = next((c for c, _ in row.of_roles("status")), None)
        status = self.told.status if column is None else plain(str(row.cells[column]))
        if status not in STATUSES:
            raise UnreadableCell(status, f"is no status; allowed: {', '.join(STATUSES)}")
        return status

    def _released_on(self, row: _Row, area: str, indicator: str, span: Span) -> tuple[date, str]:
        """Return the day of release and what it rests on: a column's, the one told, the usual."""
        column = next((c for c, _ in row.of_roles("released_on")), None)
        said = self.released_on if column is None else _day(row.cells[column])
        basis = self.told.released_on_basis or "published"
        if said == USUAL:
            said = self.schedule.usual_release_on(area, indicator, span.last)
            basis = self.told.released_on_basis or "estimated"
        if not isinstance(said, date):
            raise UnreadableCell(str(span), "has no day of release; allowed: --released-on DAY")
        begun = date(year_of(span.last), month_of_year(span.last), 1)
        if said < begun and self.told.status != "expected":
            raise UnreadableCell(said, f"is a day of release before the last month of {span}")
        return said, basis


@dataclass(frozen=True, slots=True)
class _Row:
    grid: Grid
    number: int
    head: Head

    @property
    def cells(self) -> tuple[Content, ...]:
        return self.grid.rows[self.number]

    def of_roles(self, *roles: str) -> Iterator[tuple[int, str]]:
        """Yield the columns of the roles that are not blank here."""
        for number, column in enumerate(self.head.columns):
            if column.role in roles and not is_blank(self.cells[number]):
                yield number, column.role

    @property
    def figures(self) -> list[int]:
        return [column for column, _ in self.of_roles("value")]

    @property
    def has_stray_number(self) -> bool:
        """Whether a number stands where words should."""
        places = self.of_roles("label", "year", "month")
        return any(is_stored_number(self.cells[column]) for column, _ in places)

    @property
    def is_one_text(self) -> bool:
        """Whether a note or a heading is merged across the row, its labels among it."""
        said = {cell for cell in self.cells if not is_blank(cell)}
        has_label = next(self.of_roles("label"), None) is not None
        return len(said) == 1 and isinstance(next(iter(said)), str) and has_label

    @property
    def label_column(self) -> int:
        return next((column for column, _ in self.of_roles("label")), 0)

    @property
    def label_text(self) -> str:
        return str(self.cells[self.label_column])

    def address(self, column: int) -> str:
        return self.grid.address(self.number, column)


def _leaning(label: Said, named: Said) -> tuple[Said, Said]:
    """Return a label with what it leans on, and what the next one may lean on.

    A row that only says growth is about the indicator of the row above it.
    """
    if label.indicator is None and label.measure == "growth_pct" and not label.unknown:
        return replace(label, indicator=named.indicator, is_skipped=named.is_skipped), named
    return label, label


def _nearest(column: Said, label: Said) -> Said:
    """Return what a column and a row say together; raise UnreadableCell where they disagree."""
    _agree(column, label, "its column", "its row")
    return column.over(label)


def _agree(one: Said, other: Said, first: str, second: str) -> None:
    pairs: Mapping[str, tuple[object, object]] = {
        "indicator": (one.indicator, other.indicator),
        "area": (one.area, other.area),
        "year": (one.time.year, other.time.year),
        "months": (one.time.months_text, other.time.months_text),
        "measure": (one.measure, other.measure),
    }
    for what, (a, b) in pairs.items():
        if None not in (a, b) and a != b:
            raise UnreadableCell(a, f"is the {what} of {first}, {str(b)!r} that of {second}")


def _needed(said: Said, content: Content) -> tuple[str, str, Span]:
    """Return indicator, area and span; raise UnreadableCell where one is not said."""
    span = said.time.span()
    if said.indicator and said.area and isinstance(span, Span):
        return said.indicator, said.area, span
    missing = [
        *([] if said.indicator else ["no indicator is said"]),
        *([] if said.area else ["no area is said"]),
        *([span] if isinstance(span, str) else []),
    ]
    raise UnreadableCell(content, f"has no place: {', '.join(missing)}")


def _measure(column: Said, label: Said, title: Said, content: Content) -> Measure:
    """Return what is measured, from words or from the unit; raise UnreadableCell."""
    said = column.measure or label.measure or title.measure
    if said is not None:
        return said
    unit = column.unit or label.unit
    if (column.is_per_cent and column.unit is None) or (label.is_per_cent and unit is None):
        raise UnreadableCell(content, "is in per cent, but growth is not said; allowed: 同比增长")
    if unit or title.unit:
        return "level"
    raise UnreadableCell(content, "has no measure: neither 同比增长 nor a unit is said")


def _day(content: Content) -> date:
    if isinstance(content, datetime):
        return content.date()
    if isinstance(content, date):
        return content
    try:
        return date.fromisoformat(str(content).strip())
    except ValueError as error:
        raise UnreadableCell(content, "is no day; allowed: YYYY-MM-DD") from error
