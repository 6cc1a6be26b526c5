"""One row of a grid, and what its column, its labels and the titles say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forecast.errors import UnreadableCell
from forecast.intake.columns import Head
from forecast.intake.grids import Grid
from forecast.intake.numbers_said import Content, is_blank, is_stored_number
from forecast.intake.words import OF_GROWTH, Measure, Said
from forecast.spans import Span


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
        """Yield the columns of the roles that are not blank here."""
        for number, column in enumerate(self.head.columns):
            if column.role in roles and not is_blank(self.cells[number]):
                yield number, column.role

    @property
    def figures(self) -> list[int]:
        """The columns in which figures stand here."""
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
        """The first column in which a label stands here."""
        return next((column for column, _ in self.of_roles("label")), 0)

    @property
    def label_text(self) -> str:
        """What stands in the first label."""
        return str(self.cells[self.label_column])

    def address(self, column: int) -> str:
        """Return the address of the cell in a column."""
        return self.grid.address(self.number, column)


def leaning(label: Said, named: Said) -> tuple[Said, Said]:
    """Return a label with what it leans on, and what the next one may lean on.

    A row that only says growth is about the indicator of the row above it.
    """
    if label.indicator is None and label.measure in OF_GROWTH and not label.unknown:
        return replace(label, indicator=named.indicator, is_skipped=named.is_skipped), named
    return label, label


def nearest(column: Said, label: Said) -> Said:
    """Return what a column and a row say together; raise UnreadableCell where they disagree."""
    agree(column, label, "its column", "its row")
    return column.over(label)


def agree(one: Said, other: Said, first: str, second: str) -> None:
    """Raise UnreadableCell where two places say different things of one kind."""
    pairs: Mapping[str, tuple[object, object]] = {
        "indicator": (one.indicator, other.indicator),
        "area": (one.area, other.area),
        "year": (one.time.year, other.time.year),
        "months": (one.time.months_text, other.time.months_text),
        "measure": (one.measure, other.measure),
    }
    rule = "allowed: one of them"
    for what, (a, b) in pairs.items():
        if None not in (a, b) and a != b:
            raise UnreadableCell(
                a, f"is the {what} of {first}, {str(b)!r} that of {second}; {rule}"
            )


def needed(said: Said, content: Content) -> tuple[str, str, Span]:
    """Return indicator, area and span; raise UnreadableCell where one is not said."""
    span = said.time.span()
    if said.indicator and said.area and isinstance(span, Span):
        return said.indicator, said.area, span
    missing = [
        *([] if said.indicator else ["no indicator is said"]),
        *([] if said.area else ["no area is said"]),
        *([span] if isinstance(span, str) else []),
    ]
    rule = "allowed: words for it in the file, or under title or [columns] in the map"
    raise UnreadableCell(content, f"has no place: {', '.join(missing)}; {rule}")


def measure_of(column: Said, label: Said, title: Said, content: Content) -> Measure:
    """Return what is measured, from words or from the unit; raise UnreadableCell."""
    said = column.measure or label.measure or title.measure
    if said == "change" and not any(one.is_per_cent for one in (column, label, title)):
        why = "is a change of which % is not said; allowed: 增减%, 增减（%）, or in the map"
        raise UnreadableCell(content, why)
    if said == "change":
        return "growth_pct"
    if said is not None:
        return said
    unit = column.unit or label.unit
    if (column.is_per_cent and column.unit is None) or (label.is_per_cent and unit is None):
        raise UnreadableCell(content, "is in per cent, but growth is not said; allowed: 同比增长")
    if unit or title.unit:
        return "level"
    raise UnreadableCell(
        content, "has no measure; allowed: 同比增长 or a unit at it, or in the map"
    )
