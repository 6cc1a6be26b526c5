"""What stands beside an area's own line: the same indicator in the areas that it is part of."""

from __future__ import annotations

from forecast.archive.archive import Snapshot
from forecast.base.months import month_text
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import band
from forecast.outlook.value import IndicatorOutlook
from forecast.report.depth import none_if_nan
from forecast.report.indicator import attainment
from forecast.report.lights import light_of_target, settled_probability
from forecast.report.value import BesideLine


def lines_beside(answer: Answer) -> dict[str, list[BesideLine]]:
    """Return by indicator the lines of the areas that an area is part of, the nearest first.

    They are followed by those of other areas whose series of the indicator is related, as a
    nation's is. Each is forecast as for a report of its own. An area that is part of none has no
    lines.
    """
    outlook, snapshot = answer.outlook, answer.outlook.snapshot
    if snapshot.registry.whole_area_of(outlook.area) is None:
        return {}
    areas = {name: _areas(snapshot, outlook.area, name) for name in outlook.indicators}
    others = {
        area: annual_outlook(
            snapshot, area, outlook.year, record=answer.record, seed=answer.seed,
            n_paths=outlook.n_paths,
        )
        for area in dict.fromkeys(area for of_one in areas.values() for area in of_one)
    }  # fmt: skip
    return {
        name: [_line(others[area].indicators[name], snapshot) for area in of_one]
        for name, of_one in areas.items()
    }


def _areas(snapshot: Snapshot, area: str, indicator: str) -> list[str]:
    """Return the areas that stand beside an area, as far as they forecast the indicator."""
    registry = snapshot.registry
    related = registry.of(area, indicator).related_series
    informing = [s.area for s in related if s.indicator == indicator and s.area != area]
    every = dict.fromkeys([*registry.whole_areas_of(area), *informing])
    return [
        a
        for a in every
        if indicator in snapshot.indicators_of(a) and registry.of(a, indicator).annual_rule
    ]


def _line(own: IndicatorOutlook, snapshot: Snapshot) -> BesideLine:
    history, attained = own.history, attainment(own)
    light = light_of_target(attained, own.outturn)
    open_ = None if attained is None else attained.probability.value
    last = history.last_published
    is_of_year = bool(own.months_known) and last is not None
    return BesideLine(
        area=history.area,
        area_name=snapshot.registry.area_names(history.area),
        decimals=history.indicator.decimals,
        target=own.judged or own.target,
        last_month=month_text(last) if is_of_year and last is not None else None,
        growth_pct=none_if_nan(history.at(last)) if is_of_year and last is not None else None,
        probability=settled_probability(light, open_),
        word=None if own.outturn is not None or attained is None else attained.word,
        light=light,
        forecast=None if own.december is None else band(own.december),
        outturn_pct=None if own.outturn is None else own.outturn.growth_pct,
    )
