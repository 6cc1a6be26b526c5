"""The rows of a data folder as each run keeps them, and what changed of them since.

A data folder is append-only: a figure that changes is a new row with a later day of release.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecast.archive.archive import FINGERPRINT_COLUMNS, Archive, text_of
from forecast.base.months import month_text

FIGURE, LIST = "figure", "list"
_NUMBERS = {"first": int, "last": int, "value": float}
_CONVERT = [_NUMBERS.get(name, str) for name in (*FINGERPRINT_COLUMNS, "released_on")]
_VALUE = FINGERPRINT_COLUMNS.index("value")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRow:
    """A figure, target, commitment or progress entry: its key, the day it was known, its content.

    Also the list of them that a run kept, where it is lost.
    The content of a figure is that of its columns, of others their JSON.
    """

    kind: str
    area: str
    key: str
    known_on: str
    content: tuple[str | int | float, ...]

    @property
    def digest(self) -> str:
        """The hash of the content, in hexadecimal."""
        return hashlib.blake2b(repr(self.content).encode(), digest_size=16).hexdigest()

    @property
    def value(self) -> str:
        """What a person compares: the value of a figure, else nothing."""
        return f"{self.content[_VALUE]:.10g}" if self.kind == FIGURE else ""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was there and says something else now, or is gone."""

    before: DataRow
    now: DataRow | None

    def __str__(self) -> str:
        """Return the row and what became of it."""
        old = f" (it was {self.before.value})" if self.before.value else ""
        if self.now is None:
            return f"{self.before.key} is gone{old}"
        if self.before.value != self.now.value:
            return f"{self.before.key} was {self.before.value} and is {self.now.value}"
        return f"{self.before.key} was changed"

    @property
    def digest(self) -> str:
        """The hash of what the row says now; empty where it is gone."""
        return "" if self.now is None else self.now.digest


Rows = Mapping[str, DataRow]


def data_rows(archive: Archive) -> dict[str, DataRow]:
    """Return every row of an archive by its key; of rows with one key the first one counts."""
    rows: dict[str, DataRow] = {}
    for row in (*_figures(archive), *_entries(archive)):
        rows.setdefault(row.key, row)
    return rows


def _figures(archive: Archive) -> Iterator[DataRow]:
    columns = [archive.figures[name].tolist() for name in FINGERPRINT_COLUMNS]
    days = np.datetime_as_string(archive.released_on).tolist()
    for content in zip(*columns, days, strict=True):
        area, indicator, first, last, measure, unit, _, status, *_, day = content
        span = f"{month_text(first)} to {month_text(last)}"
        named = " ".join(filter(None, (measure, unit, status)))
        key = f"{area} {indicator} {span} {named} released {day}"
        yield DataRow(kind=FIGURE, area=area, key=key, known_on=day, content=content)


def _entries(archive: Archive) -> Iterator[DataRow]:
    commitments = archive.commitments
    areas = {c.id: c.area for c in commitments.announced}
    for t in archive.targets:
        key = f"target of {t.area} {t.year} for {t.indicator} announced {t.announced_on}"
        yield _entry("target", t.area, key, t.announced_on, text_of(t))
    for c in commitments.announced:
        key = f"commitment {c.id} of {c.area} announced {c.announced_on}"
        yield _entry("commitment", c.area, key, c.announced_on, text_of(c))
    for e in commitments.entries:
        key = f"progress of {e.id} by {e.day} released {e.released_on}"
        yield _entry("progress", areas.get(e.id, ""), key, e.released_on, text_of(e))


def _entry(kind: str, area: str, key: str, known_on: date, content: str) -> DataRow:
    return DataRow(kind=kind, area=area, key=key, known_on=known_on.isoformat(), content=(content,))


def lost_list(path: str) -> DataRow:
    """Return what stands for the list of rows of a run that is not as it was published.

    Nobody can say which rows it held, so it counts as a row of every area that is gone.
    """
    key = f"the list of rows in {path}"
    return DataRow(kind=LIST, area="", key=key, known_on="", content=())


def changes(before: Rows, now: Rows) -> list[RowChange]:
    """Return the rows that changed or are gone, by key; new rows do not count."""
    return [
        RowChange(row, now.get(key))
        for key, row in sorted(before.items())
        if key not in now or now[key].content != row.content
    ]


def packed(rows: Rows) -> bytes:
    """Return rows as a compressed CSV file, the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (rows[key] for key in sorted(rows)):
        content = [repr(v) if isinstance(v, float) else v for v in row.content]
        writer.writerow([row.kind, row.area, row.key, row.known_on, *content])
    return gzip.compress(text.getvalue().encode(), mtime=0)


def unpacked(raw: bytes) -> dict[str, DataRow]:
    """Return the rows of a compressed file; raise ValueError where it is not one."""
    try:
        text = gzip.decompress(raw).decode()
        return {row.key: row for row in map(_row, csv.reader(io.StringIO(text), strict=True))}
    except (OSError, EOFError, zlib.error, csv.Error, IndexError) as error:
        raise ValueError("not a list of rows of a data folder") from error


def _row(cells: list[str]) -> DataRow:
    kind, area, key, known_on, *content = cells
    values = (
        tuple(convert(cell) for convert, cell in zip(_CONVERT, content, strict=True))
        if kind == FIGURE
        else tuple(content)
    )
    return DataRow(kind=kind, area=area, key=key, known_on=known_on, content=values)


def standing_table(archive: Archive, before: Rows, areas: Collection[str]) -> pd.DataFrame:
    """Return the figures of an archive, those of some areas as they were before."""
    kept = archive.figures[~archive.figures["area"].isin(list(areas))]
    days = pd.Series(archive.released_on, index=archive.figures.index).astype("str")
    now = kept[list(FINGERPRINT_COLUMNS)].assign(
        released_on=days[kept.index], publisher=kept["publisher"]
    )
    rows = [r.content for r in before.values() if r.kind == FIGURE and r.area in areas]
    old = pd.DataFrame(rows, columns=[*FINGERPRINT_COLUMNS, "released_on"])
    table = pd.concat([now.astype("object"), old.astype("object")], ignore_index=True)
    for name in ("first", "last"):
        table[f"{name}_month"] = table.pop(name).map(month_text)
    table["value"] = table["value"].map(repr)
    return table


def dependent_areas(archive: Archive, areas: Iterable[str]) -> set[str]:
    """Return areas and those that use figures of them: that name them as related, or for shares."""
    changed = set(areas)
    registry = archive.registry
    using = {
        area
        for area in archive.areas
        for indicator in archive.indicators_of(area)
        for used in registry.of(area, indicator).series_used
        if used.area in changed
    }
    return changed | using
