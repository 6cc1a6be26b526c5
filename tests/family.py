"""A city and its districts, simulated: levels add up, and growth follows from them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from forecast.archive.archive import Archive
from forecast.archive.registry import Area, Registry
from forecast.base.months import Span, month_text
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


def write_family(folder: Path, archive: Archive, target_pct: float) -> Path:
    """Write a family as a data folder, with a target of 2018 for each area."""
    registry, table = archive.registry, archive.figures
    (folder / "figures").mkdir(parents=True)
    entries = [
        f'[[area]]\nid = "{a.id}"\nname_en = "{a.name_en}"\nname_zh = "{a.name_zh}"\n'
        + (f'part_of = "{a.part_of}"\n' if a.part_of else "")
        for a in registry.areas.values()
    ]
    sales = registry.indicators["sales"]
    entries.append(
        f'[[indicator]]\nid = "sales"\nname_en = "{sales.name_en}"\nname_zh = "销售额"\n'
        'unit = "cny_100m"\nannual_rule = "published_ytd"\n'
    )
    (folder / "indicators.toml").write_text("\n".join(entries), encoding="utf-8")
    targets = [
        f'[[target]]\narea = "{a}"\nyear = 2018\nindicator = "sales"\n'
        f'comparison = "at_least"\nrate_pct = {target_pct}\nannounced_on = 2018-02-01\n'
        'wording = "增长"\nsource = "simulated"\n'
        for a in registry.areas
    ]
    (folder / "targets.toml").write_text("\n".join(targets), encoding="utf-8")
    months = {f"{end}_month": table[end].map(month_text) for end in ("first", "last")}
    columns = ["area", "indicator", "first_month", "last_month", "measure", "value", "unit"]
    rows = table.assign(**months)[[*columns, "released_on"]]
    rows.to_csv(folder / "figures" / "simulated.csv", index=False)
    return folder
