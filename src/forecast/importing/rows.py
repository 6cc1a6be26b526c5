"""One row of a grid, and what its column, its labels and the titles say together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from forecast.archive.registry import Indicator
from forecast.base.errors import UnreadableCell
from forecast.base.months import Span
from forecast.importing.grid import Grid
from forecast.importing.header import Head
from forecast.importing.numbers import Content, is_blank, is_stored_number
from forecast.importing.titles import is_heading
from forecast.importing.vocabulary import OF_GROWTH, Measure, Said


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
    def is_heading(self) -> bool:
        """Whether words stand here alone, above the rows that they are about."""
        return is_heading(self.cells)

    @property
    def stands_alone(self) -> str | None:
        """The text that stands alone here, wherever, unless a number is in it and no word."""
        told = {str(cell).strip() for cell in self.cells if cell is not None} - {""}
        text = next(iter(told)) if len(told) == 1 else ""
        return text if any(c.isalpha() for c in text) and not is_blank(text) else None

    @property
    def repeats_head(self) -> bool:
        """Whether the head stands here again, as on the next page of a print."""
        heads = self.grid.rows[: self.head.n_rows]
        told = [(n, cell) for n, cell in enumerate(self.cells) if not is_blank(cell)]
        return len(told) > 1 and all(any(cell == row[n] for row in heads) for n, cell in told)

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

    def check_months(self, column: int, near: Said, whole: Said, content: Content) -> None:
        """Raise UnreadableCell where the months of a figure are said too far from it.

        That is where its column says none and others say other ones, or where a title makes one
        month of several, or several of one.
        """
        rule = "allowed: its own under [columns]"
        is_silent = not self.head.columns[column].said.time.says_months
        if is_silent and self.head.says_other_months(whole.time):
            where = "its row's" if near.time.says_months else "the title's"
            why = f"has no months but {where}, {whole.time.span()}, beside columns"
            raise UnreadableCell(content, f"{why} that say others; {rule}")
        own = replace(whole.time, reach=near.time.reach)
        if near.time.months and not self.head.is_reach_told and own.span() != whole.time.span():
            why = f"is of {own.span()}, or of {whole.time.span()} as the title says"
            raise UnreadableCell(content, f"{why}; {rule}")

    def check_prices(
        self, whole: Said, measure: Measure, entry: Indicator, content: Content
    ) -> None:
        """Raise UnreadableCell at the prices of another year where figures are at current ones."""
        if whole.is_real and measure == "level":
            raise UnreadableCell(content, "is at constant prices; allowed: levels at current ones")
        if whole.is_real and entry.price_basis == "nominal":
            why = f"is growth at constant prices; allowed: as {entry.id} is, at current ones"
            raise UnreadableCell(content, why)

    def unit_of_level(self, column: Said, label: Said, whole: Said, content: Content) -> str:
        """Return the unit of an amount; raise UnreadableCell where none is said, or several."""
        if None not in (column.unit, label.unit) and column.unit != label.unit:
            why = f"is the unit of its column, {label.unit!r} that of its row"
            raise UnreadableCell(column.unit, f"{why}; allowed: one of them")
        if whole.unit is None:
            raise UnreadableCell(content, "is a level of which no unit is said")
        said_at = next(s for s in (column, label, self.head.title) if s.unit is not None)
        if said_at.is_per_cent and not self.head.has_growth:
            several = f"{said_at.unit}、%"
            raise UnreadableCell(
                several, "are several units; allowed: one, at the row or the column"
            )
        return whole.unit

    @property
    def label_column(self) -> int:
        """The first column in which a label stands here."""
        return next((column for column, _ in self.of_roles("label")), 0)

    @property
    def label_text(self) -> str:
        """What stands in the first label; empty without one."""
        column = next((c for c, _ in self.of_roles("label", "year", "month")), None)
        return "" if column is None else str(self.cells[column])

    def address(self, column: int) -> str:
        """Return the address of the cell in a column."""
        return self.grid.address(self.number, column)


def leaning(label: Said, above: Said) -> tuple[Said, Said]:
    """Return a label with what it leans on, and what the next one may lean on.

    A row that only says growth is about the indicator, area and months of the row above it. Where
    that row is not understood, this one is not.
    """
    if label.indicator is None and label.measure in OF_GROWTH and not label.unknown:
        lent = Said(above.indicator, above.area, above.time, unknown=above.unknown)
        return replace(label.over(lent), is_skipped=above.is_skipped), above
    return label, label


def agree(one: Said, other: Said, first: str, second: str) -> None:
    """Raise UnreadableCell where two places say different things of one kind."""
    pairs: dict[str, tuple[object, object]] = {
        "indicator": (one.indicator, other.indicator),
        "area": (one.area, other.area),
        "year": (one.time.year, other.time.year),
        "months": (one.time.months_text, other.time.months_text),
        "reach": (one.time.reach, other.time.reach),
        "measure": (one.measure, other.measure),
    }
    if {one.measure, other.measure} == {"growth_pct", "index"}:
        del pairs["measure"]  # a column of growth beside that of indices: the nearer says which
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
    unit = column.unit or label.unit
    said = column.measure or label.measure or (None if unit else title.measure)
    if said == "change" and not (column.is_per_cent or label.is_per_cent):
        why = "is a change of which % is not said; allowed: 增减%, 增减（%）, or in the map"
        raise UnreadableCell(content, why)
    if said == "change":
        return "growth_pct"
    if said is not None:
        return said
    for one in (column, label):
        if one.is_per_cent and one.unit is None:
            why = "is in per cent, but growth is not said; allowed: 同比增长, where it is growth"
            raise UnreadableCell(content, why)
    if unit or title.unit:
        return "level"
    raise UnreadableCell(
        content, "has no measure; allowed: 同比增长 or a unit at it, or in the map"
    )
