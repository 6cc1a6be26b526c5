"""What the head of a grid says: of the whole grid, and of each column."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from forecast.base.errors import UnreadableCell
from forecast.importing.grid import Grid, letters
from forecast.importing.mapping import Map
from forecast.importing.numbers import Content, growth_said, is_blank
from forecast.importing.spans import SpanSaid, span_said
from forecast.importing.spelling import plain
from forecast.importing.titles import is_heading, names_columns, title_places, titles_of
from forecast.importing.unread import Unread
from forecast.importing.vocabulary import OF_GROWTH, ROLES, Role, Said, Vocabulary

_DECIMAL = re.compile(r"\d\.\d")
_SPOILT = re.compile(r"[+-]?\d[\d\s.,]*\s[\d\s.,]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TIME = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds, and what its head says of the figures in it.

    It `lacks` what rows of the head in which nothing stands above it say of other columns.
    """

    role: Role
    said: Said
    is_headed: bool = True
    lacks: frozenset[str] = frozenset()


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
    times: tuple[SpanSaid, ...]  # that columns say, be they read or not
    is_reach_told: bool  # by the map: 累计 or 当月

    @property
    def has_growth(self) -> bool:
        """Whether a column of growth stands among those of figures."""
        return any(one.said.measure in OF_GROWTH for one in self.columns if one.role == "value")

    def is_astray(self, column: int) -> bool:
        """Whether nothing stands above a column, and something above others with figures."""
        others = [one for one in self.columns if one.role == "value" and one.is_headed]
        return bool(others) and not self.columns[column].is_headed

    def says_other_months(self, time: SpanSaid) -> bool:
        """Whether a column of figures says months, and others than those of a title."""
        others = (replace(one, year=None) for one in self.times if one.says_months)
        return any(replace(one.over(time), reach=one.reach).span() != time.span() for one in others)


def head_of(grid: Grid, told: Map, vocabulary: Vocabulary) -> Head:
    """Return what the head of a grid says, with what the map adds."""
    n_rows = told.header_rows if told.header_rows is not None else grid.header_rows
    n_rows = _head_rows(grid) if n_rows is None else min(n_rows, len(grid.rows))
    places = title_places(grid, n_rows)
    titles = titles_of(grid, places, told, vocabulary)
    unread = list(titles.unread)
    columns = tuple(
        _column(grid, column, places, told, vocabulary, unread) for column in range(grid.width)
    )
    columns = _with_what_they_lack(grid, columns, places, vocabulary)
    times = _times(grid, columns, places, vocabulary)
    is_reach_told = vocabulary.said(told.title).time.reach is not None
    is_sound = not titles.unread
    return Head(n_rows, titles.said, is_sound, columns, tuple(unread), times, is_reach_told)


def _times(
    grid: Grid, columns: tuple[Column, ...], places: list[set[int]], vocabulary: Vocabulary
) -> tuple[SpanSaid, ...]:
    """Return what columns of figures say of time, also those that are skipped or not understood."""
    found = [one.said.time if one.role == "value" else SpanSaid() for one in columns]
    of_figures = [n for n, one in enumerate(columns) if one.role in ("value", "skip")]
    for row, titles in zip(reversed(grid.rows[: len(places)]), reversed(places), strict=True):
        for number in set(of_figures) - titles:
            with suppress(UnreadableCell):
                said = vocabulary.said(str(row[number] or ""))
                found[number] = found[number].over(said.time)
    return tuple(found)


def _with_what_they_lack(
    grid: Grid, columns: tuple[Column, ...], places: list[set[int]], vocabulary: Vocabulary
) -> tuple[Column, ...]:
    """Return the columns of figures with what rows of the head say of others alone."""
    lacks: dict[int, frozenset[str]] = {}
    for cells, titles in zip(grid.rows, places, strict=False):
        values = [n for n, one in enumerate(columns) if one.role == "value" and n not in titles]
        blank = [n for n in values if is_blank(cells[n])]
        said: frozenset[str] = frozenset()
        for number in set(values) - set(blank) if blank else ():
            with suppress(UnreadableCell):
                said |= vocabulary.said(str(cells[number])).kinds
        lacks |= {n: lacks.get(n, frozenset()) | said for n in blank}
    own = {n: one.said.kinds for n, one in enumerate(columns) if one.role == "value"}
    if any("months" in said for said in own.values()):  # 2018年 beside 2019年1-9月 is a whole year
        of_years = (n for n, said in own.items() if "year" in said and "months" not in said)
        lacks |= {n: lacks.get(n, frozenset()) | {"months"} for n in of_years}
    return tuple(replace(one, lacks=lacks.get(n, one.lacks)) for n, one in enumerate(columns))


def _head_rows(grid: Grid) -> int:
    """Return how many rows stand before the first one with a figure in it.

    Headings between these and the row that names the columns are no part of the head.
    """
    named = next((n for n, row in enumerate(grid.rows) if names_columns(row)), len(grid.rows))
    rows = enumerate(grid.rows)
    found = (n for n, row in rows if _holds_figures(row, is_below_names=n > named))
    n_rows = next(found, len(grid.rows))
    while n_rows - 1 > named and is_heading(grid.rows[n_rows - 1]):
        n_rows -= 1
    return n_rows


def _holds_figures(row: tuple[Content, ...], *, is_below_names: bool) -> bool:
    """Whether a row holds a number, unless all are times and it names the columns itself.

    Below the row that names them years are times only if they follow each other.
    """
    if is_heading(row):
        return False
    numbers = [cell for cell in row if _is_number(cell) or _is_year(cell)]
    if not is_below_names:
        return not all(map(_is_time, numbers))
    years = [int(str(cell)) for cell in numbers if _is_year(cell)]
    steps = {abs(b - a) for a, b in pairwise(years)} - {0}  # 0 where they are merged
    return bool(numbers) and (len(years) < len(numbers) or steps != {1})


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


def _is_time(content: Content) -> bool:
    return _TIME.fullmatch(str(content)) is not None


def _holds_a_number(text: str) -> bool:
    """Whether a text holds an error of a spreadsheet, or a number that is no part of a span."""
    if _SPOILT.fullmatch(text):
        return True
    try:
        rest = span_said(plain(text))[1]
    except UnreadableCell:
        return False
    return rest.startswith("#") or _DECIMAL.search(rest) is not None


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
        return "label" if said == Said() else "value"
    texts = {str(cell) for cell in body if not is_blank(cell)}
    if said.unknown and any(_places(text, vocabulary) for text in texts):
        return "value"  # 更新时间, 对比期: of what the days and areas are, is not understood
    if said.says_nothing or all(_is_label(text, vocabulary) for text in texts):
        return "label"
    return "value"


def _places(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text says an area or a time."""
    with suppress(UnreadableCell):
        return bool(vocabulary.said(text).kinds - {"indicator"})
    return False


def _is_label(text: str, vocabulary: Vocabulary) -> bool:
    try:
        said = vocabulary.said(text)
    except UnreadableCell:
        return False
    return not said.unknown and not said.says_nothing
