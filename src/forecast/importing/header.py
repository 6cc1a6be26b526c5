"""What headings and the head of a grid say: of the rows below them, and of each column."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
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
from forecast.importing.import_map import ImportMap
from forecast.importing.times import PartialSpan, partial_span
from forecast.importing.titles import is_heading, names_columns, title_columns, titles_of
from forecast.importing.vocabulary import ROLES, Meaning, Role, Vocabulary, other_subject

_WORDS_ALLOWED = "allowed: a line under [words]"


@dataclass(frozen=True, slots=True)
class Section:
    """What the headings above a row say.

    `frame` holds for all rows below until another heading says otherwise; `subject` is the meaning
    of the newest heading that names an indicator. Below an `unknown` heading a row has to name its
    indicator; below an `unreadable` one, or another `table_head`, no figure can be placed.
    """

    frame: Meaning = field(default_factory=Meaning)
    subject: Meaning = field(default_factory=Meaning)
    unknown: str = ""
    unreadable: str = ""
    table_head: str = ""

    def below(self, heading: Meaning, text: str) -> Section:
        """Return the section below one more heading."""
        if heading.unknown:
            has_measure = self.frame.measure is not None or self.subject.measure is not None
            if has_measure or not heading.is_empty or any(map(other_subject, heading.unknown)):
                return replace(self, unreadable=text)
            return replace(self, unknown=text)
        if heading.is_skipped or heading.is_empty:
            return self
        if heading.indicator is not None:
            return replace(self, subject=heading, unknown="", unreadable="")
        return replace(self, frame=_nearer_over(heading, self.frame), unreadable="")

    def meaning_for(self, near: Meaning) -> Meaning:
        """Return what the headings say of a figure whose row and column say `near`.

        Raise UnreadableCell where that is uncertain.
        """
        if self.table_head:
            why = "stands above it and begins another table; allowed: one table in a sheet"
            raise UnreadableCell(self.table_head, why)
        if self.unreadable:
            why = f"stands above it and is not understood; {_WORDS_ALLOWED}"
            raise UnreadableCell(self.unreadable, why)
        if self.unknown and near.indicator is None:
            why = "stands above it and is not understood, and the row names no indicator"
            raise UnreadableCell(self.unknown, f"{why}; {_WORDS_ALLOWED}")
        if near.indicator in (None, self.subject.indicator):
            return _nearer_over(self.subject, self.frame)
        if fact := _fact_of_subject(self.subject, near):
            why = f"is said by the heading above it, which is about {self.subject.indicator}"
            raise UnreadableCell(fact, f"{why}; allowed: its own, at the row or the column")
        return self.frame


def _nearer_over(near: Meaning, far: Meaning) -> Meaning:
    """Return a nearer heading over a farther one; months that it names replace all others."""
    time = near.time.over(far.time)
    if near.time.names_months:
        time = PartialSpan(time.year, near.time.months, near.time.reach)
    return replace(near.over(far), time=time)


def _fact_of_subject(heading: Meaning, near: Meaning) -> str:
    """Return the first fact that a figure needs but only another indicator's heading gives."""
    has_unit = bool(near.unit) or near.is_per_cent or near.is_growth
    pairs = (
        (heading.area, near.area),
        (heading.time.year, near.time.year),
        (heading.time.months_text or heading.time.reach, near.time.names_months or None),
        (heading.measure, near.measure),
        (heading.unit or ("%" if heading.is_per_cent else None), has_unit or None),
    )
    return next((str(fact) for fact, own in pairs if fact is not None and own is None), "")


_DECIMAL = re.compile(r"\d\.\d")
_BROKEN_NUMBER = re.compile(r"[+-]?\d[\d\s.,]*\s[\d\s.,]*")
_QUARTERS_AND = re.compile(r"(?:quarters?|quarterly|当季|季度?)\s*(.*)")
_A_YEAR = re.compile(YEAR)
_DOTTED_TIME = re.compile(rf"(?:\d{{1,2}}\.)?(?:0?[1-9]|1[0-2])\.{YEAR}")
_MARKED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,'’ \u00a0]\d+)+%?")
_SIGNS = ("+", "∞", "?", "!", "*")
_YEAR_OR_MONTH = re.compile(rf"{YEAR}(?:0[1-9]|1[0-2])?")


EXPECTED = "expected "  # before the words of a column in a map: 预计全年


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
    is_of_quarters: bool = False  # by a header of the file such as 季度, whatever the map says
    names_quarters: bool = False  # because the map says so: each month stands for its quarter
    is_expected: bool = False  # because the map says so: what an office expects, not a figure


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

    def has_other_months(self, time: PartialSpan, *, with_skipped: bool) -> bool:
        """Whether a column of figures names months other than those of `time`.

        A column that the map skips says nothing of the months of rows, but one beside growth whose
        months only the title gives may say what the growth is of.
        """
        roles = ("value", "skip") if with_skipped else ("value",)
        own = [t for t, c in zip(self.times, self.columns, strict=True) if c.role in roles]
        times = (replace(t, year=None) for t in own if t.names_months)
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
    unread += _keys_with_two_meanings(grid, places, import_map)
    return Head(
        n_rows=n_rows,
        title=titles.meaning,
        has_sound_title=not titles.unread,
        columns=columns,
        unread=tuple(unread),
        times=_times(grid, columns, places, vocabulary),
        map_gives_reach=_gives_reach(grid, n_rows, import_map, vocabulary),
    )


def _gives_reach(grid: Grid, n_rows: int, import_map: ImportMap, vocabulary: Vocabulary) -> bool:
    """Whether the map, or a title that begins with 指标：, says 累计 or 当月 of all figures."""
    titles = [str(row[0]) for row in grid.rows[:n_rows] if row and isinstance(row[0], str)]
    own = [text for text in titles if plain(text).startswith("指标:")]
    for text in (import_map.title, *own):
        with suppress(UnreadableCell):
            if vocabulary.meaning(text).time.reach is not None:
                return True
    return False


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
    if _is_of_a_time(row):
        return True
    numbers = [cell for cell in row if _is_number(cell) or is_year(cell)]
    if not is_below_names:
        return not all(_YEAR_OR_MONTH.fullmatch(str(cell)) for cell in numbers)
    years = [int(str(cell)) for cell in numbers if is_year(cell)]
    steps = {abs(b - a) for a, b in pairwise(years)} - {0}  # 0 where they are merged
    return bool(numbers) and (len(years) < len(numbers) or steps != {1})


def _is_of_a_time(row: tuple[Content, ...]) -> bool:
    """Whether a row is that of one month, and holds a number beside it, however it is spoilt."""
    try:
        time, rest = partial_span(plain(str(row[0] or "")))
        if time.year is None or time.months is None or rest.strip("|"):
            return False
        rests = [partial_span(plain(str(cell)))[1] for cell in row[1:] if not is_blank(cell)]
    except UnreadableCell:
        return False
    return any(rest in _SIGNS or any(c.isdecimal() for c in rest) for rest in rests)


def _is_number(content: Content) -> bool:
    """Whether a cell holds a number but not a year, the mark of a missing one, or a broken one."""
    if is_blank(content):
        return isinstance(content, str) and bool(plain(content))
    try:
        return growth_pct_of(content) is not None and not is_year(content)
    except UnreadableCell:
        is_marked = isinstance(content, str) and _MARKED_NUMBER.fullmatch(content.strip())
        if is_marked and not _DOTTED_TIME.fullmatch(str(content).strip()):
            return True
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
    if text is not None and text.casefold().startswith(EXPECTED):
        heads = [(max(n_rows - 1, 0), text[len(EXPECTED) :])]
        meaning = _meaning(heads, grid, column, vocabulary, unread)
        return Column("value", meaning, is_expected=True)
    is_of_quarters = ROLES.get(lowest) == "quarter"
    body = [row[column] for row in grid.rows[n_rows:]]
    is_of_labels = _holds_times_alone(body) or not any(map(_is_number, body))
    if text is not None:
        heads, lowest = [(max(n_rows - 1, 0), text)], plain(text)
        quarters = _QUARTERS_AND.fullmatch(text.strip().casefold())
        if quarters and (is_of_labels or not quarters[1]):
            meaning = vocabulary.meaning(quarters[1])
            return Column("quarter", meaning, names_quarters=True)
    if lowest in ROLES:
        meaning = _meaning(heads[1:], grid, column, vocabulary, unread)
        meaning = replace(meaning, is_skipped=False)
        return Column(ROLES[lowest], meaning, is_of_quarters=is_of_quarters)
    meaning = _meaning(heads, grid, column, vocabulary, unread)
    if meaning.is_skipped and (not is_of_labels or _is_skipped(heads[0][1], vocabulary)):
        return Column("skip", meaning)
    if not is_of_labels:
        return Column("value", meaning, bool(heads))
    meaning = replace(meaning, is_skipped=False)
    role = _role_without_numbers(body, meaning, vocabulary)
    return Column(role, meaning, is_of_quarters=is_of_quarters)


def _is_skipped(text: str, vocabulary: Vocabulary) -> bool:
    with suppress(UnreadableCell):
        return vocabulary.meaning(text).is_skipped
    return False


def _holds_times_alone(body: list[Content]) -> bool:
    """Whether every cell is a month or a day that could be taken for a number: 04.2019."""
    texts = [cell for cell in body if not is_blank(cell)]
    return bool(texts) and all(
        isinstance(cell, str) and _DOTTED_TIME.fullmatch(cell.strip()) for cell in texts
    )


def _keys_with_two_meanings(
    grid: Grid, titles: list[set[int]], import_map: ImportMap
) -> list[UnreadCell]:
    """Return the headers that equal a key of [columns] which is the letter of another column."""
    keys, letters = set(map(plain, import_map.columns)), {}
    for column in range(grid.width):
        letters[plain(column_letters(column))] = column
    unread = []
    for row, in_titles in enumerate(titles):
        for column in set(range(grid.width)) - in_titles:
            content = grid.rows[row][column]
            key = plain(str(content or ""))
            if key in keys and letters.get(key, column) != column:
                why = f"is a header, and the letter of another column, so the key {key!r} is both"
                why = f"{str(content)!r} {why}; allowed: the letter of the column, {{}}"
                letter = column_letters(column)
                unread.append(UnreadCell(grid.address(row, column), content, why.format(letter)))
    return unread


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
    try:
        return bool(vocabulary.meaning(text).kinds - {"indicator"})
    except UnreadableCell:
        return _A_YEAR.search(text) is not None  # a day inside a month, or several spans


def _is_label(text: str, vocabulary: Vocabulary) -> bool:
    with suppress(UnreadableCell):
        meaning = vocabulary.meaning(text)
        return not meaning.unknown and not meaning.is_empty
    return False
