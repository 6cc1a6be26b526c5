"""What only a look at a whole folder finds: one series in several units, days that lie ahead.

A report is still right with either, as it compares no levels in two units and knows nothing that is
not out yet. So these are faults for a person who checks a folder, not for a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from forecast.archive.archive import Archive
from forecast.base.errors import Fault

_RULE = "allowed: one unit for a series, besides the same amounts in another currency"


def consistency_faults(archive: Archive, today: date) -> list[Fault]:
    """Return the faults of an archive that no single row shows, in the order of its files."""
    faults = [*_days_ahead(archive.figures, today), *_several_units(archive.figures)]
    return sorted(faults, key=lambda fault: (fault.file, fault.line or 0))


def _days_ahead(figures: pd.DataFrame, today: date) -> Iterator[Fault]:
    """Yield the figures that are said to be released after today."""
    ahead = figures[figures["released_on"] > pd.Timestamp(today)]
    for day, file, line in zip(ahead["released_on"], ahead["file"], ahead["line"], strict=True):
        why = f"released_on '{day.date()}' lies ahead; allowed: until today, {today}"
        yield Fault(str(file), int(line), why)


def _several_units(figures: pd.DataFrame) -> Iterator[Fault]:
    """Yield the levels of series in units that the same amounts cannot all be in.

    The fewer are named, as the slip is more likely there than in the many.
    """
    levels = figures[figures["measure"] == "level"].astype({"unit": "str"})
    for (area, indicator), rows in levels.groupby(["area", "indicator"], observed=True):
        counts = rows["unit"].value_counts()
        usual, *others = counts.index
        for unit in others:
            if _is_other_currency(unit, usual):
                continue
            both = f"{counts[unit]} in {unit!r}, {counts[usual]} in {usual!r}"
            for file, line in rows.loc[rows["unit"] == unit, ["file", "line"]].itertuples(
                index=False
            ):
                why = f"{area} {indicator} has levels in two units: {both}; {_RULE}"
                yield Fault(str(file), int(line), why)


def _is_other_currency(unit: str, usual: str) -> bool:
    """Whether two units such as usd_100m and cny_100m are of different currencies."""
    one, other = (text.split("_", 1) for text in (unit, usual))
    are_money = len(one) == len(other) == 2 and len(one[0]) == len(other[0]) == 3
    return are_money and one[0] != other[0]
