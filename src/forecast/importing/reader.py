"""The rows of a grid read one by one, into figures and cells that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from forecast.archive.figure_files import TOO_FAST_PCT
from forecast.archive.registry import Indicator, Registry
from forecast.archive.schedule import end_of_month
from forecast.base.errors import UnreadableCell
from forecast.base.months import Span, month, month_of_year, year_of
from forecast.importing.cells import (
    Content,
    UnreadCell,
    growth_pct_of,
    growth_pct_of_index,
    is_blank,
    level_of,
    release_day_of,
    status_of,
)
from forecast.importing.doubts import doubts
from forecast.importing.figures import CellFigure, GridResult
from forecast.importing.grid import Grid
from forecast.importing.header import Head, Section, head_of
from forecast.importing.import_map import ImportMap
from forecast.importing.number_marks import NumberMarks, number_marks
from forecast.importing.release_days import ReleaseDays
from forecast.importing.rows import (
    Labels,
    Row,
    check_agreement,
    check_prices,
    measure_of,
    series_and_span,
    with_row_above,
)
from forecast.importing.times import DAY_INSIDE_A_MONTH, PartialSpan, iso_days
from forecast.importing.titles import names_columns
from forecast.importing.units import PER_CENT, unit_rule
from forecast.importing.vocabulary import Meaning, Measure, Vocabulary

_WORDS_ALLOWED = "allowed: a line under [words]"
# No price index grows as much, and no index with the value 100 a year earlier is smaller.
_LEAST_INDEX = 70
_MOST_NAMED = 20


class _Release(NamedTuple):
    """Status of a row's figures, and the day of release where the row itself gives one."""

    status: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Reader:
    """How the grids of one import are read."""

    import_map: ImportMap
    registry: Registry
    release_days: ReleaseDays
    vocabulary: Vocabulary
    is_national_export: bool = False  # of the National Bureau, with more rows than anybody wants

    def result(self, grid: Grid) -> GridResult:
        """Return the figures of a grid, the cells that could not be read, and the rows counted."""
        if grid.left_out is not None:
            return GridResult(rows=Counter({grid.left_out: len(grid.rows)}))
        head = head_of(grid, self.import_map, self.vocabulary)
        if self.import_map.fill:
            n_titles = next((n for n, row in enumerate(grid.rows) if names_columns(row)), 0)
            grid = grid.filled(n_titles, head.n_rows)
            head = head_of(grid, replace(self.import_map, header_rows=head.n_rows), self.vocabulary)
        result = GridResult(unread=list(head.unread), rows=Counter(head=head.n_rows))
        if not head.has_sound_title:
            result.rows["rejected"] += len(grid.rows) - head.n_rows
            return result
        rows = [Row(grid, number, head) for number in range(head.n_rows, len(grid.rows))]
        marks = self._number_marks(grid, head)
        table = _Table(self, Labels(rows, self.vocabulary), marks, result)
        kinds = [table.read(row) for row in rows]
        result.rows.update(kinds)
        if table.left_out:
            names = list(table.left_out)
            more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            shown = ", ".join(names[:_MOST_NAMED])
            result.remarks.append(f"not read, as it is not understood: {shown}{more}")
        if marks.is_unusual and marks.evidence:
            result.remarks.append(
                f"numbers have the decimal mark {marks.decimal!r}, as {marks.evidence}"
            )
        if any(DAY_INSIDE_A_MONTH in cell.why for cell in result.unread):
            result.refuse(_among_days(result.figures))
        result.refuse(doubts(result.figures))
        return result

    def _number_marks(self, grid: Grid, head: Head) -> NumberMarks:
        """Return the decimal and thousands marks of the numbers below the head of a grid."""
        columns = [n for n, column in enumerate(head.columns) if column.role == "value"]
        return number_marks(
            (row[column] for row in grid.rows[head.n_rows :] for column in columns),
            decimal=self.import_map.decimal,
            thousands=self.import_map.thousands,
            delimiter=grid.delimiter,
        )


def _rate_of(content: Content, *, is_share: bool) -> Decimal | None:
    """Return a rate in per cent, as a number or as a text with %; raise UnreadableCell."""
    text = content.strip().removesuffix("%") if isinstance(content, str) else content
    rate = level_of(text)
    return rate * 100 if is_share and rate is not None else rate


def _among_days(figures: Sequence[CellFigure]) -> dict[str, str]:
    """Return by address why months are refused where other rows are of days inside months."""
    why = "is a month by its day, but other days of the table are inside months"
    return {
        f.address: f"{why}; allowed: first or last days throughout"
        for f in figures
        if f.span.n_months == 1
    }


class _Table:
    """A table being read: what the rows above the next one say of it."""

    def __init__(
        self, reader: Reader, labels: Labels, marks: NumberMarks, result: GridResult
    ) -> None:
        self._reader, self._labels, self._marks = reader, labels, marks
        self._result = result
        self._above = Meaning()  # the label that completes a row that only says growth
        self._section = Section()
        self.left_out: dict[str, None] = {}  # labels of a national export, in order

    def read(self, row: Row) -> str:
        """Add the figures and unread cells of one row to the result; return the row's kind."""
        if all(is_blank(cell) for cell in row.cells):
            return "empty"
        if row.repeats_head:
            return "head"
        if row.lone_text is not None and row.label_text == "":
            return self._lone_heading(row.lone_text)
        if self._labels.is_head(row):
            self._section = replace(self._section, table_head=row.label_text)
        above, self._above = self._above, Meaning(unknown=(row.label_text,))
        try:
            own = self._labels.meaning(row)
            label, self._above = with_row_above(own, above)
            label.check_growth(row.label_text)
        except UnreadableCell as error:
            return self._unreadable_label(row, str(error))
        if label.is_skipped:
            return "skipped"
        if not row.figures or row.is_one_text:
            if row.is_heading:
                self._section = self._section.below(own, row.label_text)
                self._above = own
            return "without_figures" if label.indicator and not label.unknown else "words"
        if label.unknown and self._reader.is_national_export:
            self.left_out[row.label_text] = None
            return "skipped"
        if label.unknown:
            column = self._labels.unknown_column(row)
            why = f"is not understood: {', '.join(label.unknown)}"
            why = f"{str(row.cells[column])!r} {why}; {_WORDS_ALLOWED}, for a unit [units]"
            return self._rejected(row, column, why)
        return self._figures(row, label)

    def _lone_heading(self, text: str) -> str:
        """Read words that stand alone in a row, but in no column of labels; return its kind."""
        try:
            self._section = self._section.below(self._reader.vocabulary.meaning(text), text)
        except UnreadableCell:
            self._section = replace(self._section, unreadable=text)
        return "words"

    def _unreadable_label(self, row: Row, why: str) -> str:
        """Note a row whose label cannot be read; return its kind."""
        if (not row.figures or row.is_one_text) and not row.has_stray_number:
            if row.is_heading:
                self._section = replace(self._section, unreadable=row.label_text)
            return "words"
        return self._rejected(row, row.label_column, why)

    def _rejected(self, row: Row, column: int, why: str) -> str:
        self._result.unread.append(UnreadCell(row.address(column), row.cells[column], why))
        return "rejected"

    def _figures(self, row: Row, label: Meaning) -> str:
        """Read the figures of a row; return its kind."""
        n_unread = len(self._result.unread)
        release = self._release(row)
        if release is None:
            return "rejected"
        before = self._reader.import_map.months_before_release
        if before is not None and release.day is not None and label.time == PartialSpan():
            last = month(release.day.year, release.day.month) - before
            position = month_of_year(last)
            label = replace(label, time=PartialSpan(year_of(last), (position, position)))
        figures: list[tuple[int, CellFigure]] = []
        is_shifted = any(row.head.lacks_header(column) for column in row.figures)
        for column in row.figures:
            head = row.head.columns[column].meaning
            if head.unknown and self._reader.is_national_export:
                self.left_out[", ".join(head.unknown)] = None
                continue
            try:
                figures.append((column, self._figure(row, column, label, release)))
            except UnreadableCell as error:
                self._rejected(row, column, str(error))
        for column, figure in figures:
            if is_shifted:
                why = "has cells under no header beside it; allowed: numbers with commas in quotes"
                self._rejected(row, column, f"{figure.value_text} {why}")
            else:
                self._result.figures.append(figure)
        return "rejected" if len(self._result.unread) > n_unread else "accepted"

    def _release(self, row: Row) -> _Release | None:
        """Return status and day by the row's columns, else by the map; None where unreadable."""
        release = _Release(self._reader.import_map.status, None)
        for column, role in row.of_roles("status", "released_on"):
            try:
                if role == "status":
                    release = release._replace(status=status_of(row.cells[column]))
                else:
                    release = release._replace(day=self._day_of(row.cells[column]))
            except UnreadableCell as error:
                self._rejected(row, column, str(error))
                return None
        return release

    def _day_of(self, content: Content) -> date:
        order = self._reader.import_map.date_order
        return release_day_of(iso_days(content, order) if isinstance(content, str) else content)

    def _figure(self, row: Row, column: int, label: Meaning, release: _Release) -> CellFigure:
        """Return the figure in a cell; raise UnreadableCell."""
        head, content = row.head.columns[column].meaning, row.cells[column]
        if row.head.columns[column].is_expected:
            release = release._replace(status="expected")
        if head.unknown:
            rule = f"{_WORDS_ALLOWED} or [columns], for a unit [units]"
            raise UnreadableCell(content, f"stands under {', '.join(head.unknown)!r}; {rule}")
        if row.head.lacks_header(column):
            raise UnreadableCell(content, "stands under no header; allowed: one, or [columns]")
        check_agreement(head, label, "its column", "its row")
        near = head.over(label)
        section = self._section.meaning_for(near)
        check_agreement(head, section, "its column", "the heading above it")
        self._labels.check_completeness(row, column, near.over(section))
        if near.measure is None:
            replace(near, measure=section.measure).check_growth(row.label_text)
        whole = near.over(section).over(row.head.title)
        indicator, area, span = series_and_span(whole, content)
        row.check_months(column, near.over(section), whole, content)
        whole = self._with_same_period(whole, content)
        span = series_and_span(whole, content)[2]
        self._labels.check_quarters(row, whole)
        entry = self._reader.registry.of(area, indicator)
        is_rate = entry.kind == "rate" and (whole.is_per_cent or whole.measure == "level")
        if is_rate and not whole.is_growth:
            measure: Measure = "level"
        else:
            measure = measure_of(head, label.over(section), row.head.title, content)
        check_prices(whole, measure, entry, content)
        meanings = (head, label.over(section), whole)
        value, unit = self._value(row, column, meanings, measure, entry)
        assert value is not None  # blank cells are no figures of a row
        released_on, basis = self._release_day(release, area, indicator, span)
        return CellFigure(
            area=area,
            indicator=indicator,
            span=span,
            measure="level" if measure == "level" else "growth_pct",
            value=value,
            unit=unit,
            status=release.status,
            released_on=released_on,
            released_on_basis=basis,
            address=row.address(column),
            reach=whole.time.reach,
            other_reading=whole.time.other_reading,
        )

    def _with_same_period(self, whole: Meaning, content: Content) -> Meaning:
        """Return a meaning whose months are told; raise UnreadableCell where they are open.

        An index with 上年同期=100 is since January in the exports of the National Bureau, where
        上年同月=100 is of the month. Others use it for either.
        """
        if not (whole.is_of_same_period and whole.measure == "index" and whole.is_single_month):
            return whole
        if not self._reader.is_national_export:
            why = "is an index with 上年同期=100, of one month or of all since January"
            raise UnreadableCell(content, f"{why}; allowed: 当月 or 累计, in the file or the map")
        return replace(whole, time=replace(whole.time, reach="to_date"))

    def _value(
        self,
        row: Row,
        column: int,
        meanings: tuple[Meaning, Meaning, Meaning],
        measure: Measure,
        entry: Indicator,
    ) -> tuple[Decimal | None, str]:
        """Return a number in the figures' unit, and that unit; raise UnreadableCell.

        `meanings` are those of the column, of the row, and of all places together.
        """
        content: Content = self._marks.normal(row.cells[column])
        is_share = (row.number, column) in row.grid.shares
        if measure == "growth_pct":
            growth_pct = growth_pct_of(content, is_share=is_share)
            if growth_pct is not None and growth_pct >= TOO_FAST_PCT:
                why = (
                    f"is growth of {TOO_FAST_PCT:,} % or more; allowed: less, or decimal in the map"
                )
                raise UnreadableCell(content, why)
            is_index = entry.name_zh.endswith("指数")
            if is_index and growth_pct is not None and growth_pct >= _LEAST_INDEX:
                raise UnreadableCell(content, "may be an index; allowed: 上年同期=100 or growth")
            return growth_pct, PER_CENT
        if measure == "index":
            return growth_pct_of_index(content, is_share=is_share), PER_CENT
        if entry.kind == "rate":
            return _rate_of(content, is_share=is_share), entry.unit
        unit = row.unit_of_level(*meanings, content)
        if is_share:
            raise UnreadableCell(content, "is shown as per cent, but is a level")
        rule = unit_rule(unit, entry.unit, self._reader.import_map.unit_rules)
        level = level_of(content)
        return None if level is None else level * rule.times, rule.unit

    def _release_day(
        self, release: _Release, area: str, indicator: str, span: Span
    ) -> tuple[date, str]:
        """Return the day of release and its basis: a column's day, the map's, or the usual one."""
        day, basis = release.day, "published"
        if day is None:
            day, basis = self._reader.release_days.day_of(area, indicator, span)
        if day is None:
            raise UnreadableCell(str(span), "has no day of release; allowed: --released-on DAY")
        if day < (end := end_of_month(span.last)) and release.status != "expected":
            why = (
                f"is a day of release before the end of {span}; allowed: from {end} on, or expected"
            )
            raise UnreadableCell(day, why)
        return day, self._reader.import_map.released_on_basis or basis
