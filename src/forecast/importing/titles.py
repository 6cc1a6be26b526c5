"""What titles, the sheet's name and the map say of a whole grid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from forecast.base.errors import UnreadableCell
from forecast.importing.grid import Grid
from forecast.importing.mapping import Map
from forecast.importing.numbers import Content, is_blank
from forecast.importing.spelling import plain
from forecast.importing.unread import Unread
from forecast.importing.vocabulary import Said, Vocabulary

_UNIT_OF_ALL = re.compile(r"(?:计量)?单位[:;].+")
_OF_A_FORM = re.compile(r"(?:编制|编报|填报|制表|报送)(?:单位|机构|部门|时间|日期|人)[:;]")
_ONE_TITLE = "allowed: one of them, for the other a line under [words]"


def names_columns(row: tuple[Content, ...]) -> bool:
    """Whether a row holds several texts, those aside that give a unit, and is no line of a form."""
    others = set(_texts(row)[1].values())
    return len(others) > 1 and not any(map(_OF_A_FORM.match, others))


def is_heading(row: tuple[Content, ...]) -> bool:
    """Whether one text stands in a row, in its first column, however far it is merged.

    A dash beside it says that a figure is missing, and so that it is the label of one.
    """
    texts = [plain(str(cell)) for cell in row if cell is not None]
    first = texts[0] if len(row) > 1 and isinstance(row[0], str) else ""
    return bool(first) and not is_blank(first) and set(texts) <= {first, ""}


def title_places(grid: Grid, n_rows: int) -> list[set[int]]:
    """Return by row of the head the columns in which something about the whole grid stands.

    That is a text alone in its row, however far it is merged, and 单位：亿元 wherever it stands.
    Below the row that names the columns it is a text alone in the first column.
    """
    found: list[set[int]] = []
    is_below_names = False
    for row in grid.rows[:n_rows]:
        units, others = _texts(row)
        if is_below_names:
            found.append(set(others) if is_heading(row) else set())
        else:
            is_alone = not names_columns(row) and len(row) > 1
            found.append(set(units) | (set(others) if is_alone else set()))
            is_below_names = names_columns(row)
    return found


def _texts(row: tuple[Content, ...]) -> tuple[dict[int, str], dict[int, str]]:
    """Return by column the texts of a row that give a unit for all, and the others.

    Where several units are given they are those of columns.
    """
    texts = {n: plain(str(cell)) for n, cell in enumerate(row) if not is_blank(cell)}
    units = {n: text for n, text in texts.items() if _UNIT_OF_ALL.fullmatch(text)}
    if len(set(units.values())) > 1:
        units = {}
    return units, {n: text for n, text in texts.items() if n not in units}


@dataclass(slots=True)
class Titles:
    """What is said so far of a whole grid, what contradicts it, and where each kind was said."""

    said: Said = field(default_factory=Said)
    unread: list[Unread] = field(default_factory=list)
    places: dict[str, tuple[str, Content]] = field(default_factory=dict)

    def add(self, new: Said, content: Content, address: str) -> None:
        """Add what one more title says, farther from the figures than those before.

        Titles of several indicators name none.
        """
        for what, before, now in self._clashes(new):
            if what == "indicator":
                new, self.said = replace(new, indicator=None), replace(self.said, indicator=None)
            else:
                why = f"{str(content)!r} says {what} {now}, {self.places[what][0]} {before}"
                self.unread.append(Unread(address, content, f"{why}; {_ONE_TITLE}"))
        for what, now in _kinds(new).items():
            if now is not None:
                self.places.setdefault(what, (address, content))
        self.said = self.said.over(new)

    def add_map(self, new: Said) -> None:
        """Add what the map says."""
        for what, before, now in self._clashes(new):
            why = f"the sheet says {what} {before}, the map {now}; allowed: one of them"
            self.unread.append(Unread(*self.places[what], why))
        self.said = self.said.over(new)

    def _clashes(self, new: Said) -> Iterator[tuple[str, object, object]]:
        before = _kinds(self.said)
        for what, now in _kinds(new).items():
            if now is not None and what in self.places and before[what] != now:
                yield what, before[what], now


def titles_of(grid: Grid, places: list[set[int]], told: Map, vocabulary: Vocabulary) -> Titles:
    """Return what titles and the sheet's name say, with what the map adds.

    The lowest title is the nearest. Titles must not contradict each other, nor the map them.
    """
    made = Titles()
    for row in reversed(range(len(places))):
        texts = {grid.rows[row][column]: column for column in sorted(places[row], reverse=True)}
        for content, column in texts.items():
            _add(made, content, grid.address(row, column), vocabulary)
    if grid.name:
        _add(made, grid.name, grid.name, vocabulary)
    added = vocabulary.said(told.title).over(Said(area=told.area))
    made.add_map(added)
    return made


def _add(made: Titles, content: Content, address: str, vocabulary: Vocabulary) -> None:
    try:
        made.add(vocabulary.said_aside(str(content)), content, address)
    except UnreadableCell as error:
        made.unread.append(Unread(address, content, str(error)))


def _kinds(said: Said) -> Mapping[str, object]:
    """Return what is said of each kind; months are those of one table if they end alike."""
    months = said.time.months
    return {
        "area": said.area,
        "year": said.time.year,
        "last month": months[1] if months else None,
        "unit": said.unit,
        "indicator": said.indicator,
    }
