"""What only a look at a whole folder finds: several units, days ahead, parts beyond their whole.

A report is still right with either, as it compares no levels in two units and knows nothing that is
not out yet. So these are faults for a person who checks a folder, not for a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.figures import STANDING
from forecast.base.errors import Fault
from forecast.base.months import Span

_SPAN = ["first", "last", "unit"]
_MOST_OF_WHOLE = 1.02  # levels are rounded, and may be of different vintages
_RULE = "allowed: one unit for a series, besides the same amounts in another currency"


def consistency_faults(archive: Archive, today: date) -> list[Fault]:
    """Return the faults of an archive that no single row shows, in the order of its files."""
    figures = archive.figures
    faults = [*_days_ahead(figures, today), *_several_units(figures), *_beyond_wholes(archive)]
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


def _beyond_wholes(archive: Archive) -> Iterator[Fault]:
    """Yield each indicator whose levels in the parts of an area exceed that of the area.

    The newest such span is named, at the figure of the largest part.
    """
    registry, figures = archive.registry, archive.figures
    settles = figures["status"].map(STANDING) == STANDING["final"]
    levels = figures[(figures["measure"] == "level") & settles].astype({"unit": "str"})
    levels = levels.drop_duplicates(["area", "indicator", *_SPAN], keep="last")
    for whole in dict.fromkeys(a.part_of for a in registry.areas.values() if a.part_of):
        parts = levels[levels["area"].isin(registry.part_areas_of(whole))]
        of_whole = levels[levels["area"] == whole].set_index(["indicator", *_SPAN])["value"]
        for indicator, rows in parts.groupby("indicator", observed=True):
            if registry.of(whole, str(indicator)).kind != "amount":
                continue
            for _, together in sorted(rows.groupby(_SPAN), key=itemgetter(0), reverse=True):
                largest = together.sort_values("value").iloc[-1]
                key = (indicator, *largest[_SPAN])
                total = together["value"].sum() / of_whole.get(key, np.inf)
                if total > _MOST_OF_WHOLE:
                    names = ", ".join(together["area"])
                    span = Span(int(largest["first"]), int(largest["last"]))
                    what = f"{indicator} over {span} of {names} is {100 * total:.1f} % of {whole}"
                    why = f"{what}, which its parts cannot exceed; allowed: up to 102 %"
                    yield Fault(str(largest["file"]), int(largest["line"]), why)
                    break
