"""What a report says of one indicator."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.archive.overdue import next_release
from forecast.archive.registry import Registry
from forecast.base.months import MONTHS_A_YEAR, month, month_of_year, month_text, year_of
from forecast.base.series import Series
from forecast.history.growth import Basis
from forecast.history.series import History
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import Required, progress, quantiles, required
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.report.call import (
    PublishedCall,
    attainable,
    attained_of,
    distribution,
    settled_of,
    target_said,
)
from forecast.report.depth import depth_of
from forecast.report.overlay import unpublished_of
from forecast.report.value import CaveatSaid, Fan, IndicatorReport, LastFigure, Member

FAN_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def indicator_report(name: str, one: IndicatorOutlook, answer: Answer) -> IndicatorReport:
    """Return all that an answer says of one indicator."""
    history, entry = one.history, one.history.indicator
    december = one.december
    return IndicatorReport(
        id=name,
        name_en=entry.name_en,
        name_zh=entry.name_zh,
        decimals=entry.decimals,
        group=entry.group,
        unit=history.levels.unit if history.levels is not None else entry.unit,
        annual_rule=str(entry.annual_rule),
        price_basis=entry.price_basis,
        status=one.status,
        months_known=history.months_known,
        last_figure=_last_figure(history, answer),
        target=None if one.target is None else target_said(one.target),
        attained=attained_of(one),
        settled=settled_of(name, one, answer),
        forecast=None if december is None else distribution(december),
        attainable_pct=None if december is None else attainable(one, december),
        required=_required(one),
        pace=progress(one.target, history),
        fan=_fan(one, _published(name, answer)),
        past_years_pct=_past_years(history),
        members=_members(one),
        calibration_size=one.calibration.scale,
        calibration_years=one.calibration.n_years,
        base_revision_pct=_base_revision(history),
        error_size_basis=one.scale.basis,
        published=_published_call(name, answer),
        depth=depth_of(name, one, answer),
        caveats=_caveats(one, answer.outlook.snapshot.registry),
    )


def _caveats(one: IndicatorOutlook, registry: Registry) -> list[CaveatSaid]:
    """Return what limits an indicator's forecast; unpublished figures are named as such.

    What one of them expects is not what the office expects.
    """
    unpublished = unpublished_of(one.history)
    own = {month_text(f.span.last) for f in unpublished if f.status == "expected"}
    found = [
        CaveatSaid(code=c.code, values=_named(c.values, registry))
        for c in one.caveats
        if c.code != "rests_on_expected" or c.values["month"] not in own
    ]
    if unpublished:
        found.append(CaveatSaid(code="rests_on_unpublished", values={"n": str(len(unpublished))}))
    return found


def _named(values: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """Return what fills a caveat, series by their names in both languages."""
    named = {what: value for what, value in values.items() if what != "related"}
    if "related" in values:
        series = values["related"].split(", ")
        for lang, comma in (("en", ", "), ("zh", "、")):
            named[f"related_{lang}"] = comma.join(
                registry.series_name(Series.parse(s), lang) for s in series
            )
    return named


def _published(name: str, answer: Answer) -> IndicatorOutlook | None:
    """Return the outlook by published figures alone, where the answer rests on others too."""
    return None if answer.published is None else answer.published.indicators.get(name)


def _published_call(name: str, answer: Answer) -> PublishedCall | None:
    if answer.published is None:
        return None
    one = _published(name, answer)
    december = None if one is None else one.december
    return PublishedCall(
        attained=None if one is None else attained_of(one),
        forecast=None if december is None else distribution(december),
    )


def _last_figure(history: History, answer: Answer) -> LastFigure | None:
    settled = [f for f in history.figures if f.settles]
    if not settled:
        return None
    newest = max(settled, key=lambda f: (f.span.last, f.measure == "growth_pct", -f.span.first))
    same = [f for f in settled if f.span == newest.span]
    level = next((f for f in same if f.measure == "level"), None)
    growth = history.at(newest.span.last)
    basis = history.growth.basis[
        year_of(newest.span.last) - history.first_year, month_of_year(newest.span.last) - 1
    ]
    released = max(f.released_on for f in same)
    return LastFigure(
        first_month=month_text(newest.span.first),
        last_month=month_text(newest.span.last),
        growth_pct=None if np.isnan(growth) else growth,
        growth_basis=Basis(int(basis)).name.lower(),
        level=None if level is None else level.value,
        unit="" if level is None else level.unit,
        status=newest.status,
        released_on=released,
        released_on_basis=newest.released_on_basis,
        age_days=(answer.outlook.day - released).days,
        is_overdue=_is_overdue(history, answer.outlook),
        is_published=all(f.is_published for f in same),
    )


def _is_overdue(history: History, outlook: Outlook) -> bool:
    """Whether the next published span should be out by the schedule."""
    schedule = outlook.snapshot.schedule
    found = next_release(history.figures, history.area, history.indicator.id, schedule)
    return found is not None and found.usually_on < outlook.day


def _required(one: IndicatorOutlook) -> Required | None:
    if one.target is None or one.december is None:
        return None
    return required(one.target, one.history, one.december)


def _fan(one: IndicatorOutlook, published: IndicatorOutlook | None) -> Fan:
    history = one.history
    months = [month(history.year, m) for m in range(1, MONTHS_A_YEAR + 1)]
    known = [_or_none(history.at(m)) for m in months]
    bands: dict[str, list[float | None]] = {}
    if one.paths is not None:
        columns = {when: j for j, when in enumerate(history.ahead)}
        table = quantiles(one.paths, FAN_LEVELS)
        for level, row in zip(FAN_LEVELS, table, strict=True):
            bands[f"{100 * level:g}"] = [
                float(row[columns[m]]) if m in columns else None for m in months
            ]
    alone = history if published is None else published.history
    unpublished = [
        month_text(m)
        for m, growth in zip(months, known, strict=True)
        if growth is not None and growth != alone.at(m)
    ]
    return Fan(
        months=[month_text(m) for m in months],
        known_pct=known,
        quantiles_pct=bands,
        unpublished=unpublished,
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _past_years(history: History) -> dict[str, list[float | None]]:
    """Return settled YTD growth of earlier years that have any."""
    rows = {history.first_year + i: row for i, row in enumerate(history.settled[:-1])}
    return {str(y): [_or_none(v) for v in row] for y, row in rows.items() if np.isfinite(row).any()}


def _members(one: IndicatorOutlook) -> list[Member]:
    rows = []
    for name, paths in one.members.items():
        lower, median, upper = np.quantile(paths[:, -1], (0.1, 0.5, 0.9)).tolist()
        weight = one.weights[name]
        rows.append(
            Member(
                model=name, median_pct=median, lower80_pct=lower, upper80_pct=upper, weight=weight
            )
        )
    return rows


def _base_revision(history: History) -> dict[str, float]:
    """Return the implied base revision in per cent by year; it holds the deflator of a real one."""
    years = range(history.first_year, history.year + 1)
    pairs = zip(years, history.growth.base_revision, strict=True)
    return {str(year): 100 * float(r) for year, r in pairs if np.isfinite(r)}
