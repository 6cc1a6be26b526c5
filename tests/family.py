"""A city and its districts, simulated: levels add up, and growth follows from them."""

from dataclasses import replace
from datetime import date

import numpy as np

from forecast.archive.archive import Archive
from forecast.archive.registry import Area, Registry
from forecast.base.months import Span
from strategies import Release, archive_of

DAY = date(2018, 8, 31)
LEVELS = {"east": 40.0, "west": 60.0}
QUARTERS = [(year, last) for year in range(2012, 2019) for last in (3, 6, 9, 12)][:-2]


def yearly(level: float, growth_pct: float) -> dict[int, float]:
    """Return the level of each year of an area, from 2012 to 2018."""
    rng = np.random.default_rng(int(level))
    growth = 1 + (growth_pct + rng.normal(0, 0.8, 7)) / 100
    return dict(zip(range(2012, 2019), level * np.cumprod(growth), strict=True))


def releases(area: str, levels: dict[int, float]) -> list[Release]:
    """Return the level and growth of an area since January, to June 2018; months are even."""
    made = []
    for year, last in QUARTERS:
        on = date(year + (last == 12), last % 12 + 1, 20)
        key = {"span": Span.year_to_date(year, last), "released_on": on, "area": area}
        value = round(levels[year] * last / 12, 4)
        made.append(Release(**key, value=value, measure="level", unit="cny_100m"))
        if year > 2012:
            growth = 100 * (levels[year] / levels[year - 1] - 1)
            made.append(Release(**key, value=round(growth, 4)))
    return made


def family(city: float = 1.0, **more: float) -> Archive:
    """Return an archive of districts and of a city with so many times their sum."""
    growth = {"east": 8.0}
    every = {a: yearly(v, growth.get(a, 5.0)) for a, v in (LEVELS | more).items()}
    total = {year: city * sum(one[year] for one in every.values()) for year in every["east"]}
    archive = archive_of(r for a, v in {**every, "city": total}.items() for r in releases(a, v))
    areas = {a: Area(id=a, name_en=a.title(), name_zh=a, part_of="city") for a in every}
    areas["city"] = Area(id="city", name_en="City", name_zh="city")
    return replace(archive, registry=Registry(archive.registry.indicators, {}, areas))
