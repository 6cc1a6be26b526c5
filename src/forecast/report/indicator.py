"""The report of one indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from forecast.archive.archive import next_release
from forecast.archive.judgements import Judgements
from forecast.archive.registry import Registry
from forecast.archive.targets import Comparison, Target
from forecast.base.months import MONTHS_A_YEAR, month, month_of_year, month_text, year_of
from forecast.base.series import Series
from forecast.base.texts import Caveat
from forecast.base.texts import day as day_text
from forecast.history.growth import Basis
from forecast.history.levels import FloatArray
from forecast.history.seasons import Seasons, seasons_of
from forecast.history.series import History
from forecast.models.shared import rule_of
from forecast.outlook.attainment import (
    N_BATCHES,
    Attainment,
    Required,
    attainable_rates,
    band,
    distribution,
    parts_of_range,
    probability,
    probability_by_tolerance,
    progress,
    quantiles,
    required,
)
from forecast.outlook.effort import effort
from forecast.report.depth import PastForecast, depth_of, none_if_nan
from forecast.report.lights import light, word
from forecast.report.overlay import unpublished_of
from forecast.report.track import SimilarForecasts, similar_forecasts
from forecast.report.value import Fan, IndicatorReport, LastFigure, Member, PublishedAlone

if TYPE_CHECKING:
    from forecast.outlook.answers import Answer
    from forecast.outlook.next_figure import NextFigure
    from forecast.outlook.value import IndicatorOutlook, Outlook

FAN_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def indicator_report(
    name: str, outlook: IndicatorOutlook, answer: Answer, next_figure: NextFigure | None = None
) -> IndicatorReport:
    """Return the report of one indicator of an answer, with its next figure where it is given."""
    history, entry = outlook.history, outlook.history.indicator
    december, seasons = outlook.december, seasons_of(history)
    attained = attainment(outlook)
    return IndicatorReport(
        id=name,
        name=entry.names,
        decimals=entry.decimals,
        group=entry.group,
        unit=history.levels.unit if history.levels is not None else entry.unit,
        annual_rule=str(entry.annual_rule),
        price_basis=entry.price_basis,
        status=outlook.status,
        months_known=outlook.months_known,
        last_figure=_last_figure(history, answer),
        target=outlook.judged or outlook.target,
        attainment=attained,
        similar=None if attained is None else _similar(attained, outlook, answer),
        outturn=outlook.outturn,
        last_forecast=_last_forecast(name, outlook, answer),
        forecast=None if december is None else distribution(december),
        attainable_pct=None if december is None else _attainable(outlook, december),
        required=_required(outlook),
        ratio_need=None if outlook.ratio is None else outlook.ratio.need,
        effort=effort(answer.outlook, name),
        pace=progress(outlook.target, history),
        fan=_fan(outlook, _published(name, answer)),
        past_years_pct=_past_years(outlook),
        members=_members(outlook),
        calibration_scale=outlook.calibration.scale,
        calibration_years=outlook.calibration.n_years,
        calibration_effective_years=outlook.calibration.effective_years,
        base_revision_pct=_base_revision(history),
        scale_basis=outlook.scale.basis,
        published_alone=_published_alone(name, answer),
        depth=depth_of(outlook, answer),
        seasons=seasons,
        quantity=entry.kind,
        next_figure=next_figure,
        caveats=[
            *judgement_caveats(outlook, answer.outlook.snapshot.archive.judgements),
            *season_caveats(seasons),
            *_caveats(outlook, answer.outlook.snapshot.registry),
        ],
    )


def _similar(
    attained: Attainment, outlook: IndicatorOutlook, answer: Answer
) -> SimilarForecasts | None:
    return similar_forecasts(
        answer.record.pools,
        answer.outlook.snapshot.registry,
        attained.probability.value,
        months_known=outlook.months_known,
        rule=rule_of(outlook.history.indicator),
    )


def attainment(outlook: IndicatorOutlook) -> Attainment | None:
    """Return the probability of the target and its lights; None without a target or paths."""
    target, december = outlook.judged, outlook.december
    if target is None or december is None:
        return None
    decimals = outlook.history.indicator.decimals
    attained = probability(target.is_met(december, decimals), N_BATCHES)
    return Attainment(
        probability=attained,
        word=word(attained.value),
        light=light(attained.value),
        planner_light=_planner_light(target, outlook.history),
        **parts_of_range(target, december, decimals, N_BATCHES),
        by_tolerance=probability_by_tolerance(target, december, decimals, N_BATCHES),
    )


def _planner_light(target: Target, history: History) -> str | None:
    last = history.last_published
    if not history.months_known or last is None:
        return None
    growth = history.at(last)
    if bool(target.is_met(growth, history.indicator.decimals)):
        return "green"
    is_between = growth > 0 or target.comparison is Comparison.AT_MOST
    return "yellow" if is_between or target.measure != "growth" else "red"


def _last_forecast(name: str, outlook: IndicatorOutlook, answer: Answer) -> PastForecast | None:
    """Return the last forecast before the outturn; None without an outturn or a forecast."""
    if outlook.outturn is None or name not in answer.last_forecasts:
        return None
    day, before = answer.last_forecasts[name]
    attained = attainment(before)
    ends = None if before.december is None else band(before.december)
    return PastForecast(
        year=before.history.year,
        as_of=day,
        months_known=before.history.months_known,
        target_pct=None if before.target is None else before.target.bound_pct,
        probability=None if attained is None else attained.probability.value,
        median_pct=None if ends is None else ends.median_pct,
        lower80_pct=None if ends is None else ends.lower80_pct,
        upper80_pct=None if ends is None else ends.upper80_pct,
        outturn_pct=outlook.outturn.growth_pct,
    )


def _attainable(outlook: IndicatorOutlook, december: FloatArray) -> dict[float, float]:
    """Return the attainable rates by their probability."""
    at_most = outlook.target is not None and outlook.target.comparison is Comparison.AT_MOST
    return attainable_rates(december, outlook.history.indicator.decimals, at_most=at_most)


def _caveats(outlook: IndicatorOutlook, registry: Registry) -> list[Caveat]:
    """Return what limits an indicator's forecast, with unpublished figures named as such.

    An unpublished expected figure does not say what the office expects.
    """
    unpublished = unpublished_of(outlook.history)
    own = {month_text(f.span.last) for f in unpublished if f.status == "expected"}
    caveats = [
        Caveat(c.code, _with_names(c.values, registry))
        for c in outlook.caveats
        if c.code != "rests_on_expected" or c.values["month"] not in own
    ]
    if unpublished:
        caveats.append(Caveat("rests_on_unpublished", {"n": str(len(unpublished))}))
    return caveats


def judgement_caveats(outlook: IndicatorOutlook, judgements: Judgements) -> Iterator[Caveat]:
    """Yield what a person's expectation did to the forecast, and what that would be without it."""
    counted, december = outlook.judgement, outlook.december
    if counted is None or december is None:
        return
    one = counted.judgement
    author = (judgements.authors or {}).get(one.author)
    met = outlook.met_without_judgement()
    decimals = outlook.history.indicator.decimals
    values = {
        "author_en": one.author if author is None else author.name_en,
        "author_zh": one.author if author is None else author.name_zh,
        "day_en": day_text(one.entered_on, "en"),
        "day_zh": day_text(one.entered_on, "zh"),
        "growth": f"{one.growth_pct:.{decimals}f}",
        "weight": f"{100 * counted.weight:.0f}",
        "years": str(counted.n_years),
        "without": f"{np.median(counted.without(december)):.{decimals}f}",
        "probability": "–" if met is None else f"{100 * met.mean():.0f} %",
    }
    yield Caveat("judgement_counts", values)


def season_caveats(seasons: Seasons) -> Iterator[Caveat]:
    """Yield where figures turn from one kind to the other, or contradict what is declared."""
    if seasons.changes_in is not None:
        yield Caveat(f"seasons_turn_{seasons.turns}", {"from": seasons.changes_in})
    elif seasons.is_contradicted:
        ratio = "" if seasons.f_ratio is None else f"{seasons.f_ratio:.1f}"
        yield Caveat(f"declared_{seasons.declared}", {"ratio": ratio or "∞"})


def _with_names(values: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """Return the values of a caveat, series by their names in both languages."""
    named = {key: value for key, value in values.items() if key != "related"}
    if "related" in values:
        series = values["related"].split(", ")
        for lang, comma in (("en", ", "), ("zh", "、")):
            named[f"related_{lang}"] = comma.join(
                registry.series_name(Series.parse(s), lang) for s in series
            )
    return named


def _published(name: str, answer: Answer) -> IndicatorOutlook | None:
    """Return the outlook by published figures alone, if the answer rests on others too."""
    return None if answer.published is None else answer.published.indicators.get(name)


def _published_alone(name: str, answer: Answer) -> PublishedAlone | None:
    if answer.published is None:
        return None
    outlook = _published(name, answer)
    december = None if outlook is None else outlook.december
    return PublishedAlone(
        attainment=None if outlook is None else attainment(outlook),
        forecast=None if december is None else distribution(december),
    )


def _last_figure(history: History, answer: Answer) -> LastFigure | None:
    settled = [f for f in history.figures if f.settles]
    if not settled:
        return None
    newest = max(settled, key=lambda f: (f.span.last, f.measure == "growth_pct", -f.span.first))
    same = [f for f in settled if f.span == newest.span]
    level = next((f for f in same if f.measure == "level"), None)
    last = newest.span.last
    basis = history.growth.basis[year_of(last) - history.first_year, month_of_year(last) - 1]
    released = max(f.released_on for f in same)
    return LastFigure(
        span=newest.span,
        growth_pct=none_if_nan(history.to_date(history.at(last), last)),
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
    following = next_release(history.figures, history.area, history.indicator.id, schedule)
    return following is not None and following.usually_on < outlook.day


def _required(outlook: IndicatorOutlook) -> Required | None:
    target = outlook.judged
    if target is None or outlook.december is None or outlook.history.indicator.ratio_of:
        return None
    return required(target, outlook.history, outlook.december)


def _fan(outlook: IndicatorOutlook, published: IndicatorOutlook | None) -> Fan:
    history = outlook.history
    months = [month(history.year, m) for m in range(1, MONTHS_A_YEAR + 1)]
    growth_so_far = [none_if_nan(history.to_date(history.at(m), m)) for m in months]
    bands: dict[float, list[float | None]] = {}
    if outlook.paths is not None:
        columns = {when: j for j, when in enumerate(history.ahead)}
        part = np.array([history.to_date(1.0, m) for m in history.ahead])
        table = quantiles(outlook.paths, FAN_LEVELS) * part
        for level, row in zip(FAN_LEVELS, table, strict=True):
            bands[level] = [none_if_nan(row[columns[m]]) if m in columns else None for m in months]
    alone = history if published is None else published.history
    unpublished = [
        month_text(m)
        for m, growth in zip(months, growth_so_far, strict=True)
        if growth is not None and growth != alone.to_date(alone.at(m), m)
    ]
    return Fan(
        months=[month_text(m) for m in months],
        known_pct=growth_so_far,
        quantiles_pct=bands,
        unpublished=unpublished,
    )


def _past_years(outlook: IndicatorOutlook) -> dict[int, list[float | None]]:
    """Return settled YTD growth of earlier years that have any; of a ratio whole years."""
    history, ratio = outlook.history, outlook.ratio
    if ratio is not None:
        return {y: [None] * (MONTHS_A_YEAR - 1) + [v] for y, v in ratio.past_years.items()}
    part = np.array([history.to_date(1.0, m) for m in range(MONTHS_A_YEAR)])
    rows = {history.first_year + i: row * part for i, row in enumerate(history.settled[:-1])}
    return {y: [none_if_nan(v) for v in row] for y, row in rows.items() if np.isfinite(row).any()}


def _members(outlook: IndicatorOutlook) -> list[Member]:
    ends = {name: band(paths[:, -1]) for name, paths in outlook.members.items()}
    return [
        Member(
            model=name,
            median_pct=own.median_pct,
            lower80_pct=own.lower80_pct,
            upper80_pct=own.upper80_pct,
            weight=outlook.weights[name],
        )
        for name, own in ends.items()
    ]


def _base_revision(history: History) -> dict[int, float]:
    """Return the implied base revision in per cent by year; it holds the deflator of a real one."""
    years = range(history.first_year, history.year + 1)
    pairs = zip(years, history.growth.base_revision, strict=True)
    return {year: 100 * float(r) for year, r in pairs if np.isfinite(r)}
