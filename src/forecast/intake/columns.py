"""What the head of a grid says: of the whole grid, and of each column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from string import ascii_uppercase

from forecast.errors import UnreadableCell
from forecast.intake.grids import Grid, letters
from forecast.intake.mapping import Map
from forecast.intake.numbers_said import Content, growth_said, is_blank
from forecast.intake.spans_said import SpanSaid, span_said
from forecast.intake.spelling import plain
from forecast.intake.words import OF_GROWTH, ROLES, Role, Said, Vocabulary

_DECIMAL = re.compile(r"\d\.\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNIT_OF_ALL = re.compile(r"(?:计量)?单位[:;].+")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds, and what its head says of the figures in it."""

    role: Role
    said: Said
    is_headed: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be read: its sheet and address, what stands there, and why."""

    address: str
    content: Content
    why: str

    @property
    def row(self) -> str:
        """The row in which it stands: `Sheet!7` of `Sheet!C7`."""
        sheet, mark, cell = self.address.rpartition("!")
        return f"{sheet}{mark}{cell.lstrip(ascii_uppercase)}"


@dataclass(frozen=True, slots=True)
class Head:
    """What the first `n_rows` rows say; `unread` are those of their cells that say too much.

    Below a title that is not sound no figure can be placed.
    """

    n_rows: int
    title: Said
    has_sound_title: bool
    columns: tuple[Column, ...]
    unread: tuple[Unread, ...]

    def is_astray(self, column: int) -> bool:
        """Whether nothing stands above a column, and something above others with figures."""
        others = [one for one in self.columns if one.role == "value" and one.is_headed]
        return bool(others) and not self.columns[column].is_headed

    def says_other_months(self, time: SpanSaid) -> bool:
        """Whether a column of figures says months, and others than those of a title."""
        understood = (one.said for one in self.columns if one.role == "value")
        said = (one.time for one in understood if not one.unknown)
        return any(
            replace(one, year=None).over(time).span() != time.span()
            for one in said
            if one.says_months
        )


def head_of(grid: Grid, told: Map, vocabulary: Vocabulary) -> Head:
    """Return what the head of a grid says, with what the map adds."""
    n_rows = told.header_rows if told.header_rows is not None else grid.header_rows
    n_rows = _head_rows(grid) if n_rows is None else min(n_rows, len(grid.rows))
    unread: list[Unread] = []
    titles = [_titles(row) for row in grid.rows[:n_rows]]
    title = _title(grid, titles, told, vocabulary, unread)
    has_sound_title = not unread
    columns = tuple(
        _column(grid, column, titles, told, vocabulary, unread) for column in range(grid.width)
    )
    return Head(n_rows, title, has_sound_title, columns, tuple(unread))


def _head_rows(grid: Grid) -> int:
    """Return how many rows stand before the first one with a figure in it."""
    found = (n for n, row in enumerate(grid.rows) if _holds_figures(row))
    return next(found, len(grid.rows))


def _holds_figures(row: tuple[Content, ...]) -> bool:
    """Whether a row holds a number, unless all of them are years that follow each other."""
    if any(map(_is_number, row)):
        return True
    years = [int(str(cell)) for cell in row if _is_year(cell)]
    steps = {abs(b - a) for a, b in pairwise(years)}
    return bool(years) and steps != {1}


def _is_number(content: Content) -> bool:
    """Whether a cell holds a number that is no year, a mark for a missing one, or a spoilt one."""
    if is_blank(content):
        return isinstance(content, str) and bool(plain(content))
    try:
        return growth_said(content) is not None and not _is_year(content)
    except UnreadableCell:
        return isinstance(content, str) and _holds_a_number(content)


def _is_year(content: Content) -> bool:
    return _YEAR.fullmatch(str(content)) is not None


def _holds_a_number(text: str) -> bool:
    """Whether a text holds an error of a spreadsheet or a decimal that is no part of a span."""
    try:
        rest = span_said(plain(text))[1]
    except UnreadableCell:
        return False
    return rest.startswith("#") or _DECIMAL.search(rest) is not None


def _titles(row: tuple[Content, ...]) -> set[int]:
    """Return the columns of a row of the head in which something about the whole grid stands.

    That is a text alone in its row, however far it is merged, and 单位：亿元 wherever it stands.
    """
    texts = {n: plain(str(cell)) for n, cell in enumerate(row) if not is_blank(cell)}
    units = {n for n, text in texts.items() if _UNIT_OF_ALL.fullmatch(text)}
    others = {n: text for n, text in texts.items() if n not in units}
    is_alone = len(set(others.values())) <= 1 and len(row) > 1
    return units | (set(others) if is_alone else set())


def _title(
    grid: Grid, titles: list[set[int]], told: Map, vocabulary: Vocabulary, unread: list[Unread]
) -> Said:
    """Return what titles and the sheet's name say; a title says no measure, the map's does.

    What the map says must not contradict them.
    """
    said = Said()
    for row in reversed(range(len(titles))):
        texts = {grid.rows[row][column]: column for column in sorted(titles[row], reverse=True)}
        for content, column in texts.items():
            said = said.over(_aside(content, grid.address(row, column), vocabulary, unread))
    if grid.name:
        said = said.over(_aside(grid.name, grid.name, vocabulary, unread))
    added = vocabulary.said(told.title).over(Said(area=told.area))
    for what, one, other in _pairs(said, added):
        if None not in (one, other) and one != other:
            why = f"the sheet says {what} {one}, the map {other}; allowed: one of them"
            unread.append(Unread(grid.address(0, 0), grid.rows[0][0], why))
    return said.over(added)


def _aside(content: Content, address: str, vocabulary: Vocabulary, unread: list[Unread]) -> Said:
    """Return what a title says but for its measure, and for words that are none of ours."""
    try:
        return vocabulary.said_aside(str(content))
    except UnreadableCell as error:
        unread.append(Unread(address, content, str(error)))
        return Said()


def _pairs(one: Said, other: Said) -> Iterator[tuple[str, object, object]]:
    yield "area", one.area, other.area
    yield "year", one.time.year, other.time.year
    yield "months", one.time.months, other.time.months
    yield "unit", one.unit, other.unit
    yield "indicator", one.indicator, other.indicator


def _column(
    grid: Grid,
    column: int,
    titles: list[set[int]],
    told: Map,
    vocabulary: Vocabulary,
    unread: list[Unread],
) -> Column:
    """Return the role of a column and what its head says, the lowest row first."""
    n_rows = len(titles)
    texts = [(n, grid.rows[n][column]) for n in reversed(range(n_rows)) if column not in titles[n]]
    heads = [(row, str(cell)) for row, cell in texts if not is_blank(cell)]
    lowest = plain(heads[0][1]) if heads else ""
    declared = {plain(name): says for name, says in told.columns.items()}
    says = declared.get(plain(letters(column)), declared.get(lowest))
    if says is not None:
        heads, lowest = [(max(n_rows - 1, 0), says)], plain(says)
    if lowest in ROLES:
        return Column(ROLES[lowest], _said(heads[1:], grid, column, vocabulary, unread))
    said = _said(heads, grid, column, vocabulary, unread)
    if said.is_skipped:
        return Column("skip", said)
    body = [row[column] for row in grid.rows[n_rows:]]
    if any(map(_is_number, body)):
        return Column("value", said, bool(heads))
    return Column(_role_of_words(body, said, vocabulary), said)


def _said(
    heads: list[tuple[int, str]],
    grid: Grid,
    column: int,
    vocabulary: Vocabulary,
    unread: list[Unread],
) -> Said:
    """Return what the rows of a column's head say, the lowest one first.

    What stands below 增减 belongs to it: by 亿元 or 额 it is no growth.
    """
    said, below = Said(), list[str]()
    for row, text in heads:
        try:
            new = vocabulary.said(text)
            new.check_growth(text)
            if new.measure in OF_GROWTH:
                said = said.over(_with_what_is_below(text, below, vocabulary))
            said = said.over(new)
        except UnreadableCell as error:
            unread.append(Unread(grid.address(row, column), text, str(error)))
            said = said.over(Said(unknown=(text,)))
        below.append(text)
    return said


def _with_what_is_below(text: str, below: list[str], vocabulary: Vocabulary) -> Said:
    """Return what is not understood of growth by what stands below it; raise UnreadableCell."""
    unknown: tuple[str, ...] = ()
    for lower in below:
        together = f"{text}({lower})"
        read = vocabulary.said(together)
        read.check_growth(together)
        unknown += tuple(set(read.unknown) - set(vocabulary.said(lower).unknown))
    return Said(unknown=unknown)


def _role_of_words(body: list[Content], said: Said, vocabulary: Vocabulary) -> Role:
    """Return what a column of words or years is: labels, or figures, be they unreadable."""
    if any(map(_is_year, body)):
        return "label" if said.says_nothing else "value"
    texts = {str(cell) for cell in body if not is_blank(cell)}
    if said.says_nothing or all(_is_label(text, vocabulary) for text in texts):
        return "label"
    return "value"


def _is_label(text: str, vocabulary: Vocabulary) -> bool:
    try:
        said = vocabulary.said(text)
    except UnreadableCell:
        return False
    return not said.unknown and not said.says_nothing
