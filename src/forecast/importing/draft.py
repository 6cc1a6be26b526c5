"""A map written for a person: what an import believes of a file, and what it asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import is_blank, plain
from forecast.importing.grid import Grid
from forecast.importing.header import Column, Head, head_of
from forecast.importing.reader import Reader
from forecast.importing.series import SeriesFile
from forecast.importing.vocabulary import ROLES

_MOST_WORDS = 60


def draft_map(
    name: str,
    files: Sequence[tuple[Grid, SeriesFile | None]],
    reader: Reader,
    reasons: Iterable[str],
) -> str:
    """Return the text of a map for the grids of a file; questions stand in it as comments.

    `reasons` are why cells could not be read without it, each kind once.
    """
    lines = [f"# What {name} does not say itself, as far as it was understood.", ""]
    lines += [*_area(reader), *_days(reader)]
    if reader.import_map.title:
        lines.append(f"title = {_quoted(reader.import_map.title)}")
    words: dict[str, str] = {}
    columns: list[str] = []
    for grid, file in files:
        if file is not None:
            lines.append(
                f"# {grid.name or name} is recognised as {file.format}; no column needs a word."
            )
            words |= _unknown_series(file, reader)
        elif grid.left_out is None:
            head = head_of(grid, reader.import_map, reader.vocabulary)
            columns += _columns(grid, head)
            words |= _unknown_labels(grid, head, reader)
    lines += [f"# not yet read: {reason}" for reason in reasons]
    if words:
        lines += ["", "[words]  # what the file calls it = ids and words that are understood"]
        shown = list(words.items())[:_MOST_WORDS]
        lines += [f'# {_quoted(word)} = "skip"  # {where}' for word, where in shown]
    if columns:
        lines += ["", "[columns]  # what a header would say, where it does not say it itself"]
        lines += columns
    return "\n".join(lines) + "\n"


def _area(reader: Reader) -> Iterator[str]:
    areas = list(reader.registry.areas)
    if reader.import_map.area or len(areas) == 1:
        yield f"area = {_quoted(reader.import_map.area or areas[0])}"
    else:
        known = ", ".join(areas) or "none yet: an [[area]] in indicators.toml"
        yield f'# area = ""  # whose figures are they? known: {known}'


def _days(reader: Reader) -> Iterator[str]:
    declared = reader.release_days.declared
    if isinstance(declared, date):
        yield f"released_on = {declared.isoformat()}"
    elif declared:
        yield f"released_on = {_quoted(declared)}"
    else:
        yield '# released_on = "usual"  # when did they come out? a day, or by schedule.toml'


def _columns(grid: Grid, head: Head) -> Iterator[str]:
    """Yield a line for each column with a header: what is believed, as a comment, or a question."""
    for number, column in enumerate(head.columns):
        texts = [str(row[number]) for row in grid.rows[: head.n_rows] if not is_blank(row[number])]
        if texts:
            yield f"# {_quoted(texts[-1])} = {_quoted(_belief(column, texts[-1]))}"


def _belief(column: Column, text: str) -> str:
    """Return in words of a map what a column is believed to be."""
    if plain(text) in ROLES:
        return plain(text)
    if column.role != "value":
        return "月份" if column.role == "label" else column.role
    if column.meaning.unknown:
        return "skip"
    meaning = column.meaning
    reach = {"to_date": "累计", "month": "当月", "quarter": "当季"}.get(
        meaning.time.reach or "", ""
    )
    months = meaning.time.months_text or ""
    year = f"{meaning.time.year}年" if meaning.time.year else ""
    measure = {"growth_pct": "同比增长", "index": "上年同期=100"}.get(meaning.measure or "", "")
    parts = (meaning.area, meaning.indicator, f"{year}{months}", reach, measure, meaning.unit)
    return " ".join(part for part in parts if part) or "skip"


def _unknown_labels(grid: Grid, head: Head, reader: Reader) -> dict[str, str]:
    """Return the labels of rows that are not understood, with the place of the first."""
    unknown: dict[str, str] = {}
    labels = [n for n, column in enumerate(head.columns) if column.role == "label"]
    for row in range(head.n_rows, len(grid.rows)):
        for column in labels:
            text = grid.rows[row][column]
            if isinstance(text, str) and not is_blank(text) and text.strip() not in unknown:
                with suppress(UnreadableCell):
                    if reader.vocabulary.meaning(text).unknown:
                        unknown[text.strip()] = f"{grid.address(row, column)}, not understood"
    return unknown


def _unknown_series(file: SeriesFile, reader: Reader) -> dict[str, str]:
    """Return the names of series that the folder does not know."""
    unknown: dict[str, str] = {}
    for series in file.series:
        meanings = []
        for name in series.names:
            with suppress(UnreadableCell):
                meanings.append(reader.vocabulary.meaning(name))
        if series.names and not any(m.indicator and not m.unknown for m in meanings):
            unknown[series.names[0]] = "; ".join(series.names[1:]) or "which indicator is it?"
    return unknown


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
