"""What titles and the name of a sheet say of all its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import Content, UnreadCell, is_blank, plain
from forecast.importing.grid import Grid
from forecast.importing.import_map import ImportMap
from forecast.importing.vocabulary import Meaning, Vocabulary

_UNIT_OF_TABLE = re.compile(r"(?:计量)?单位[:;].+")
_LINE_OF_FORM = re.compile(r"(?:编制|编报|填报|制表|报送)(?:单位|机构|部门|时间|日期|人)[:;]")
_ONE_TITLE = "allowed: one of them, for the other a line under [words]"


def names_columns(row: tuple[Content, ...]) -> bool:
    """Whether a row holds several texts besides those that give a unit, and no line of a form."""
    others = set(_texts(row)[1].values())
    return len(others) > 1 and not any(map(_LINE_OF_FORM.match, others))


def is_heading(row: tuple[Content, ...]) -> bool:
    """Whether one text stands in a row, in its first column, however far it is merged.

    A dash beside the text says that a figure is missing, so the text is the label of one.
    """
    texts = [plain(str(cell)) for cell in row if cell is not None]
    first = texts[0] if len(row) > 1 and isinstance(row[0], str) else ""
    return bool(first) and not is_blank(first) and set(texts) <= {first, ""}


def title_columns(grid: Grid, n_rows: int) -> list[set[int]]:
    """Return, for each row of the head, the columns with a text about the whole grid.

    That is a text alone in its row, however far it is merged, and 单位：亿元 wherever it stands.
    Below the row that names the columns it is a text alone in the first column.
    """
    columns: list[set[int]] = []
    is_below_names = False
    for row in grid.rows[:n_rows]:
        units, others = _texts(row)
        if is_below_names:
            columns.append(set(others) if is_heading(row) else set())
        else:
            is_alone = not names_columns(row) and len(row) > 1
            columns.append(set(units) | (set(others) if is_alone else set()))
            is_below_names = names_columns(row)
    return columns


def _texts(row: tuple[Content, ...]) -> tuple[dict[int, str], dict[int, str]]:
    """Return by column the texts of a row that give a unit for the whole table, and the others.

    Where a row gives several units, they are those of columns.
    """
    texts = {n: plain(str(cell)) for n, cell in enumerate(row) if not is_blank(cell)}
    units = {n: text for n, text in texts.items() if _UNIT_OF_TABLE.fullmatch(text)}
    if len(set(units.values())) > 1:
        units = {}
    return units, {n: text for n, text in texts.items() if n not in units}


@dataclass(slots=True)
class Titles:
    """What titles say of a whole grid, their contradictions, and where each fact stands."""

    meaning: Meaning = field(default_factory=Meaning)
    unread: list[UnreadCell] = field(default_factory=list)
    sources: dict[str, tuple[str, Content]] = field(default_factory=dict)

    def add(self, new: Meaning, content: Content, address: str) -> None:
        """Add the meaning of one more title, which stands farther from the figures.

        Where titles name several indicators, none of them counts.
        """
        for kind, before, now in self._clashes(new):
            if kind == "indicator":
                new = replace(new, indicator=None)
                self.meaning = replace(self.meaning, indicator=None)
            else:
                why = f"{str(content)!r} says {kind} {now}, {self.sources[kind][0]} {before}"
                self.unread.append(UnreadCell(address, content, f"{why}; {_ONE_TITLE}"))
        for kind, now in _facts(new).items():
            if now is not None:
                self.sources.setdefault(kind, (address, content))
        self.meaning = self.meaning.over(new)

    def add_map(self, new: Meaning) -> None:
        """Add what the map says."""
        for kind, before, now in self._clashes(new):
            why = f"the sheet says {kind} {before}, the map {now}; allowed: one of them"
            self.unread.append(UnreadCell(*self.sources[kind], why))
        self.meaning = self.meaning.over(new)

    def add_text(self, content: Content, address: str, vocabulary: Vocabulary) -> None:
        """Add a title as it stands in a cell, or note that it cannot be read."""
        try:
            self.add(vocabulary.title_meaning(str(content)), content, address)
        except UnreadableCell as error:
            self.unread.append(UnreadCell(address, content, str(error)))

    def _clashes(self, new: Meaning) -> Iterator[tuple[str, object, object]]:
        before = _facts(self.meaning)
        for kind, now in _facts(new).items():
            if now is not None and kind in self.sources and before[kind] != now:
                yield kind, before[kind], now


def titles_of(
    grid: Grid, columns: list[set[int]], import_map: ImportMap, vocabulary: Vocabulary
) -> Titles:
    """Return what the titles in the given columns, the sheet's name and the map say.

    The lowest title is the nearest. Titles must contradict neither each other nor the map.
    """
    titles = Titles()
    for row in reversed(range(len(columns))):
        texts = {grid.rows[row][column]: column for column in sorted(columns[row], reverse=True)}
        for content, column in texts.items():
            titles.add_text(content, grid.address(row, column), vocabulary)
    if grid.name:
        titles.add_text(grid.name, grid.name, vocabulary)
    titles.add_map(vocabulary.meaning(import_map.title).over(Meaning(area=import_map.area)))
    return titles


def _facts(meaning: Meaning) -> Mapping[str, object]:
    """Return what titles must agree on; of their months only the last ones must be the same."""
    months = meaning.time.months
    return {
        "area": meaning.area,
        "year": meaning.time.year,
        "last month": months[1] if months else None,
        "unit": meaning.unit,
        "indicator": meaning.indicator,
    }
