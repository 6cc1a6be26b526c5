"""What the head of a grid says: of the whole grid, and of each column."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import (
    YEAR,
    Content,
    UnreadCell,
    growth_pct_of,
    is_blank,
    is_year,
    plain,
)
from forecast.importing.grid import Grid, column_letters
from forecast.importing.headings import is_heading, names_columns, title_columns, titles_of
from forecast.importing.import_map import ImportMap
from forecast.importing.spans import PartialSpan, partial_span
from forecast.importing.vocabulary import ROLES, Meaning, Role, Vocabulary

_DECIMAL = re.compile(r"\d\.\d")
_BROKEN_NUMBER = re.compile(r"[+-]?\d[\d\s.,]*\s[\d\s.,]*")
_YEAR_OR_MONTH = re.compile(rf"{YEAR}(?:0[1-9]|1[0-2])?")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds, and what its head says of the figures in it.

    `missing` lists the facts that header rows give for other columns but leave empty above this
    one.
    """

    role: Role
    meaning: Meaning
    is_headed: bool = True
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Head:
    """What the first `n_rows` rows say; `unread` are those of their cells that cannot be read.

    Below a title that is not sound no figure can be placed.
    """

    n_rows: int
    title: Meaning
    has_sound_title: bool
    columns: tuple[Column, ...]
    unread: tuple[UnreadCell, ...]
    times: tuple[PartialSpan, ...]  # by column, also of those that are not read
    map_gives_reach: bool  # 累计 or 当月

    @property
    def has_growth(self) -> bool:
        """Whether one of the columns of figures holds growth."""
        return any(c.meaning.is_growth for c in self.columns if c.role == "value")

    def lacks_header(self, column: int) -> bool:
        """Whether nothing stands above a column, although other columns of figures have a head."""
        others = [c for c in self.columns if c.role == "value" and c.is_headed]
        return bool(others) and not self.columns[column].is_headed

    def has_other_months(self, time: PartialSpan) -> bool:
        """Whether a column of figures names months other than those of `time`."""
        times = (replace(t, year=None) for t in self.times if t.names_months)
        return any(replace(t.over(time), reach=t.reach).span() != time.span() for t in times)


def head_of(grid: Grid, import_map: ImportMap, vocabulary: Vocabulary) -> Head:
    """Return what the head of a grid says, with what the map adds."""
    n_rows = import_map.header_rows if import_map.header_rows is not None else grid.header_rows
    n_rows = _n_head_rows(grid) if n_rows is None else min(n_rows, len(grid.rows))
    places = title_columns(grid, n_rows)
    titles = titles_of(grid, places, import_map, vocabulary)
    unread = list(titles.unread)
    columns = tuple(
        _column(grid, column, places, import_map, vocabulary, unread)
        for column in range(grid.width)
    )
    columns = _with_missing_facts(grid, columns, places, vocabulary)
    return Head(
        n_rows=n_rows,
        title=titles.meaning,
        has_sound_title=not titles.unread,
        columns=columns,
        unread=tuple(unread),
        times=_times(grid, columns, places, vocabulary),
        map_gives_reach=vocabulary.meaning(import_map.title).time.reach is not None,
    )


def _times(
    grid: Grid, columns: tuple[Column, ...], titles: list[set[int]], vocabulary: Vocabulary
) -> tuple[PartialSpan, ...]:
    """Return what columns of figures say of time, also those that are skipped or not understood."""
    times = [c.meaning.time if c.role == "value" else PartialSpan() for c in columns]
    of_figures = [n for n, c in enumerate(columns) if c.role in ("value", "skip")]
    for row, in_titles in zip(reversed(grid.rows[: len(titles)]), reversed(titles), strict=True):
        for number in set(of_figures) - in_titles:
            with suppress(UnreadableCell):
                meaning = vocabulary.meaning(str(row[number] or ""))
                times[number] = times[number].over(meaning.time)
    return tuple(times)


def _with_missing_facts(
    grid: Grid, columns: tuple[Column, ...], titles: list[set[int]], vocabulary: Vocabulary
) -> tuple[Column, ...]:
    """Return the columns of figures with the facts that rows of the head give for others alone."""
    missing: dict[int, frozenset[str]] = {}
    for cells, in_titles in zip(grid.rows, titles, strict=False):
        values = [n for n, c in enumerate(columns) if c.role == "value" and n not in in_titles]
        blank = [n for n in values if is_blank(cells[n])]
        kinds: frozenset[str] = frozenset()
        for number in set(values) - set(blank) if blank else ():
            with suppress(UnreadableCell):
                kinds |= vocabulary.meaning(str(cells[number])).kinds
        missing |= {n: missing.get(n, frozenset()) | kinds for n in blank}
    own = {n: c.meaning.kinds for n, c in enumerate(columns) if c.role == "value"}
    if any(
        "months" in kinds for kinds in own.values()
    ):  # 2018年 beside 2019年1-9月 is a whole year
        of_years = (n for n, kinds in own.items() if "year" in kinds and "months" not in kinds)
        missing |= {n: missing.get(n, frozenset()) | {"months"} for n in of_years}
    return tuple(replace(c, missing=missing.get(n, c.missing)) for n, c in enumerate(columns))


def _n_head_rows(grid: Grid) -> int:
    """Return how many rows stand before the first row with a figure.

    Headings between these and the row that names the columns do not belong to the head.
    """
    named = next((n for n, row in enumerate(grid.rows) if names_columns(row)), len(grid.rows))
    rows = enumerate(grid.rows)
    with_figures = (n for n, row in rows if _holds_figures(row, is_below_names=n > named))
    n_rows = next(with_figures, len(grid.rows))
    while n_rows - 1 > named and is_heading(grid.rows[n_rows - 1]):
        n_rows -= 1
    return n_rows


def _holds_figures(row: tuple[Content, ...], *, is_below_names: bool) -> bool:
    """Whether a row holds a number, unless all are times and the row itself names the columns.

    Below the row that names the columns, years are times only if they are consecutive.
    """
    if is_heading(row):
        return False
    numbers = [cell for cell in row if _is_number(cell) or is_year(cell)]
    if not is_below_names:
        return not all(_YEAR_OR_MONTH.fullmatch(str(cell)) for cell in numbers)
    years = [int(str(cell)) for cell in numbers if is_year(cell)]
    steps = {abs(b - a) for a, b in pairwise(years)} - {0}  # 0 where they are merged
    return bool(numbers) and (len(years) < len(numbers) or steps != {1})


def _is_number(content: Content) -> bool:
    """Whether a cell holds a number but not a year, the mark of a missing one, or a broken one."""
    if is_blank(content):
        return isinstance(content, str) and bool(plain(content))
    try:
        return growth_pct_of(content) is not None and not is_year(content)
    except UnreadableCell:
        return isinstance(content, str) and _holds_a_number(content)


def _holds_a_number(text: str) -> bool:
    """Whether a text holds an error of a spreadsheet, or a number outside its spans of months."""
    if _BROKEN_NUMBER.fullmatch(text):
        return True
    try:
        rest = partial_span(plain(text))[1]
    except UnreadableCell:
        return False
    return rest.startswith("#") or _DECIMAL.search(rest) is not None


def _column(
    grid: Grid,
    column: int,
    titles: list[set[int]],
    import_map: ImportMap,
    vocabulary: Vocabulary,
    unread: list[UnreadCell],
) -> Column:
    """Return the role of a column and what its head says, the lowest row first."""
    n_rows = len(titles)
    texts = [(n, grid.rows[n][column]) for n in reversed(range(n_rows)) if column not in titles[n]]
    heads = [(row, str(cell)) for row, cell in texts if not is_blank(cell)]
    lowest = plain(heads[0][1]) if heads else ""
    declared = {plain(name): text for name, text in import_map.columns.items()}
    text = declared.get(plain(column_letters(column)), declared.get(lowest))
    if text is not None:
        heads, lowest = [(max(n_rows - 1, 0), text)], plain(text)
    if lowest in ROLES:
        return Column(ROLES[lowest], _meaning(heads[1:], grid, column, vocabulary, unread))
    meaning = _meaning(heads, grid, column, vocabulary, unread)
    if meaning.is_skipped:
        return Column("skip", meaning)
    body = [row[column] for row in grid.rows[n_rows:]]
    if any(map(_is_number, body)):
        return Column("value", meaning, bool(heads))
    return Column(_role_without_numbers(body, meaning, vocabulary), meaning)


def _meaning(
    heads: list[tuple[int, str]],
    grid: Grid,
    column: int,
    vocabulary: Vocabulary,
    unread: list[UnreadCell],
) -> Meaning:
    """Return what the rows of a column's head say, the lowest one first.

    What stands below 增减 belongs to it: with 亿元 or 额 it is not growth.
    """
    meaning, below = Meaning(), list[str]()
    for row, text in heads:
        try:
            new = vocabulary.meaning(text)
            new.check_growth(text)
            if new.is_growth:
                meaning = meaning.over(_with_texts_below(text, below, vocabulary))
            meaning = meaning.over(new)
        except UnreadableCell as error:
            unread.append(UnreadCell(grid.address(row, column), text, str(error)))
            meaning = meaning.over(Meaning(unknown=(text,)))
        below.append(text)
    return meaning


def _with_texts_below(text: str, below: list[str], vocabulary: Vocabulary) -> Meaning:
    """Return the words of growth that are unknown with the texts below; raise UnreadableCell."""
    unknown: tuple[str, ...] = ()
    for lower in below:
        together = f"{text}({lower})"
        meaning = vocabulary.meaning(together)
        meaning.check_growth(together)
        unknown += tuple(set(meaning.unknown) - set(vocabulary.meaning(lower).unknown))
    return Meaning(unknown=unknown)


def _role_without_numbers(body: list[Content], meaning: Meaning, vocabulary: Vocabulary) -> Role:
    """Return the role of a column of words or years: labels, or figures that cannot be read."""
    if any(map(is_year, body)):
        return "label" if meaning == Meaning() else "value"
    texts = {str(cell) for cell in body if not is_blank(cell)}
    if meaning.unknown and any(_gives_area_or_time(text, vocabulary) for text in texts):
        return "value"  # 更新时间, 对比期: it is not understood what the days or areas are of
    if meaning.is_empty or all(_is_label(text, vocabulary) for text in texts):
        return "label"
    return "value"


def _gives_area_or_time(text: str, vocabulary: Vocabulary) -> bool:
    with suppress(UnreadableCell):
        return bool(vocabulary.meaning(text).kinds - {"indicator"})
    return False


def _is_label(text: str, vocabulary: Vocabulary) -> bool:
    with suppress(UnreadableCell):
        meaning = vocabulary.meaning(text)
        return not meaning.unknown and not meaning.is_empty
    return False
