"""Figures that contradict what the registry says of their series, or the calendar of their area."""

from __future__ import annotations

import re

import pandas as pd

from forecast.archive.registry import LARGEST_RATE, Registry
from forecast.base.errors import Fault
from forecast.base.months import MONTHS_A_YEAR, Span

COUNTED_UNITS = ("cny_100m", "usd_100m", "kwh_100m")
_CURRENCY = re.compile(r"cny|rmb|usd|eur|gbp|jpy|yuan|yen|dollar|pound|元|镑", re.IGNORECASE)


def contradictions_of(figures: pd.DataFrame, registry: Registry) -> list[Fault]:
    """Return a fault for each series whose figures contradict what its entry says it is.

    The mean of the ratios of levels is not the growth of their mean, which offices publish of an
    index. Levels of a rate, as of unemployment, have a mean of their own.
    """
    faults: list[Fault] = []
    entries = [*registry.indicators.values(), *registry.overrides.values()]
    declared = {e.id for e in entries if e.quantity or e.is_mean_of_rates or e.ratio_of}
    restricted = figures[figures["indicator"].isin(list(declared))]
    for key, own in restricted.groupby(["area", "indicator"], observed=True, sort=False):
        area, indicator = map(str, key)
        entry = registry.of(area, indicator)
        levels, growth = (own[own["measure"] == m] for m in ("level", "growth_pct"))
        series = f"{indicator!r} in {area!r}"
        if entry.ratio_of:
            rule = f"the ratio of {' and '.join(entry.ratio_of)}; allowed: figures of these alone"
            faults += _first_fault(own, f"figure {{value:g}} of {series}, {rule}")
        if entry.has_no_growth:
            rule = f"a {entry.kind}; allowed: level"
            faults += _first_fault(growth, f"growth_pct of {series}, {rule}")
        if entry.kind == "rate":
            beyond = levels[levels["value"].abs() > LARGEST_RATE]
            rule = f"allowed: -{LARGEST_RATE} to {LARGEST_RATE} per cent"
            what = f"level {{value:g}} beyond the bounds of {series}, a rate"
            faults += _first_fault(beyond, f"{what}; {rule}")
        if entry.quantity in ("index", "stock"):
            rule = 'allowed: more than zero, or quantity "balance"'
            what = f"level {{value:g}} of {series}, declared as quantity {entry.kind!r}"
            faults += _first_fault(levels[levels["value"] <= 0], f"{what}; {rule}")
        if entry.is_mean_of_rates and not entry.has_no_growth:
            rule = (
                "allowed: growth_pct, since it is the mean of published rates; levels of an index "
                'with annual_rule growth_of_mean; levels of a rate with quantity "rate"'
            )
            what = f"level of {series}, whose annual_rule is mean_of_months"
            faults += _first_fault(levels, f"{what}; {rule}")
        if entry.quantity in ("index", "rate"):
            units = levels["unit"].astype(str)
            counted = levels[units.isin(COUNTED_UNITS) | units.str.contains(_CURRENCY)]
            what = (
                f"level of {series}, which is declared as quantity {entry.kind!r}, in {{unit}}, a"
            )
            rule = "allowed: index, pct or another unit"
            faults += _first_fault(counted, f"{what} unit of amounts; {rule}")
    return faults


def _first_fault(rows: pd.DataFrame, message: str) -> list[Fault]:
    """Return one fault at the first of the rows, its cells put in; nothing without rows."""
    first = rows.head(1).to_dict("records")
    return [
        Fault(str(row["file"]), int(row["line"]), message.format(**{str(k): row[k] for k in row}))
        for row in first
    ]


def calendar_faults(figures: pd.DataFrame, registry: Registry) -> list[Fault]:
    """Return a fault for each series of a year of its own that has a span across its beginning.

    An area whose year begins in April counts since April. Figures since January are of another
    calendar, and what they say of April to December alone is not known.
    """
    faults: list[Fault] = []
    for area in (a for a in registry.areas.values() if a.year_begins != "01"):
        begins = int(area.year_begins) - 1
        own = figures[figures["area"] == area.id]
        years = [(own[end] - begins) // MONTHS_A_YEAR for end in ("first", "last")]
        across = own[years[0] != years[1]]
        for indicator, rows in across.groupby("indicator", observed=True, sort=False):
            span = Span(int(rows["first"].iloc[0]), int(rows["last"].iloc[0]))
            what = f"{indicator!r} of {area.id!r} over {span}, across the beginning of its year"
            rule = f"allowed: spans within a year since month {area.year_begins}, its year_begins"
            faults += _first_fault(rows, f'{what}; {rule}, or year_begins "01"')
    return faults


def by_years_of_areas(figures: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Return figures by months of their area's year, where it begins in another than January."""
    shifts = figures["area"].astype(str).map(registry.months_before).astype("int64")
    if not shifts.any():
        return figures
    return figures.assign(first=figures["first"] - shifts, last=figures["last"] - shifts)
