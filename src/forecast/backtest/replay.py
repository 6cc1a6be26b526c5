"""Past days replayed: members first, in parallel; then pool, recalibration and scores in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import tee
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.targets import Comparison, Target, in_force
from forecast.backtest.evaluation import ErrorRow, ReplayedForecast, errors_of, score_table
from forecast.base.errors import BrokenModel
from forecast.base.months import MONTHS_A_YEAR, month, month_of_year
from forecast.base.parallel import executor, spread
from forecast.base.randomness import generator
from forecast.base.series import Series
from forecast.combination.estimates import estimation_day, shared_estimates
from forecast.history.growth import RESTATED_FROM
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history, sources_of
from forecast.models.adjustment import series_class
from forecast.models.contract import Fitted, is_explosive
from forecast.models.registry import MODELS
from forecast.models.shared import Shared
from forecast.verification.outturn import (
    Outturn,
    expected_outturn,
    is_attained,
    judged_target,
    outturn_of,
)
from forecast.verification.record import Record

N_QUANTILES, N_PATHS = 200, 1000
LEVELS = (np.arange(N_QUANTILES) + 0.5) / N_QUANTILES
Progress = Callable[[int, int], None]
Targets = Literal["official", "previous-year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The forecasts to replay: of which years, with how many months known, of which targets.

    `official` targets are those in force on the day; with `previous-year` the target is growth of
    at least last year's. `extra` targets replace those of the archive where given.
    """

    years: range
    months: Sequence[int]
    targets: Targets = "official"
    models: tuple[str, ...] = tuple(MODELS)
    extra: tuple[Target, ...] | None = None
    seed: int = 0


@dataclass(frozen=True)
class _Series:
    """One indicator of an area, with all that a worker needs to replay it.

    The archive holds only the series that its histories are built from, and `estimates`, by year,
    only the scales that models look up: a task does not grow with the number of areas. `begins_on`
    is the day of the area's first release.
    """

    archive: Archive
    area: str
    indicator: str
    plan: Plan
    begins_on: date
    estimates: Mapping[int, Shared] = field(default_factory=dict)

    @property
    def targets(self) -> Sequence[Target]:
        """The announced targets: those of the plan, else those of the archive."""
        return self.archive.targets if self.plan.extra is None else self.plan.extra

    @property
    def scaled(self) -> list[Series]:
        """The series whose scale a model may look up: its sources, and their donor series."""
        registry = self.archive.registry
        sources = sources_of(registry, self.area, self.indicator)
        donors = [d for source in sources for d in registry.of(*source).donor_series(source.area)]
        return [*sources, *donors]


def replay(
    archive: Archive,
    areas: Sequence[str],
    plan: Plan,
    *,
    n_workers: int = 1,
    on_progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the density forecasts of every model, of the pool and of the references, with scores.

    One row a forecast and model, in the columns of `record.DENSITY_COLUMNS`. Its estimates rest on
    what was settled before its day. Results do not depend on the number of workers.
    """
    keys = _judged(archive, archive.areas)
    # One by one: workers start with the first while the rest are cut from the archive.
    every, again = tee(_series(archive, plan, area, name) for area, name in keys)
    chosen = set(areas)
    forecasts: list[ReplayedForecast] = []
    with executor(n_workers, len(keys)) as pool:
        shared = _estimates_by_year(archive, plan, spread(pool, _errors_by_year, every))
        tasks = [
            replace(series, estimates={year: s.of(series.scaled) for year, s in shared.items()})
            for series in again
            if series.area in chosen
        ]
        for done, of_series in enumerate(spread(pool, _forecasts_of, tasks), start=1):
            forecasts.extend(of_series)
            if on_progress is not None:
                on_progress(done, len(tasks))
    return score_table(forecasts)


def _judged(archive: Archive, areas: Sequence[str]) -> list[tuple[str, str]]:
    """Return each area and indicator that has figures, and growth of a year."""
    return [
        (area, indicator)
        for area in areas
        for indicator in archive.indicators_of(area)
        if archive.registry.of(area, indicator).annual_rule is not None
    ]


def _series(archive: Archive, plan: Plan, area: str, indicator: str) -> _Series:
    sources = sources_of(archive.registry, area, indicator)
    begins_on = archive.first_release_of(area)
    return _Series(archive.of(sources), area, indicator, plan, begins_on)


def _errors_by_year(series: _Series) -> dict[int, list[ErrorRow]]:
    """Return a series' rows in the record of past errors, as of the estimation day of each year."""
    rows = {}
    for year in series.plan.years:
        day = estimation_day(date(year, 12, 31))
        if day >= series.archive.first_release_on:
            rows[year] = errors_of(series.archive.as_of(day), series.area, series.indicator)
    return rows


def _estimates_by_year(
    archive: Archive, plan: Plan, errors: Iterable[Mapping[int, list[ErrorRow]]]
) -> dict[int, Shared]:
    """Return the estimates that models share in each year of the plan."""
    every = list(errors)
    estimates = {}
    for year in plan.years:
        rows = [row for of_series in every for row in of_series.get(year, [])]
        day = estimation_day(date(year, 12, 31))
        estimates[year] = shared_estimates(archive.registry, Record.from_rows(rows), day)
    return estimates


def _forecasts_of(series: _Series) -> list[ReplayedForecast]:
    """Return the forecasts of one indicator over all years and months of the plan."""
    days = _forecast_days(series.archive, series.area, series.indicator)
    forecasts: list[ReplayedForecast] = []
    for year in series.plan.years:
        fitted: dict[str, Fitted] = {}
        outturns = _Outturns(series, year)
        for months_known in series.plan.months:
            as_of = days.get(month(year, months_known))
            if as_of is not None and not months_known:
                as_of = _after_announcement(series, year, as_of)
            if as_of is None or as_of < series.begins_on:
                continue
            snapshot = series.archive.as_of(as_of)
            history = build_history(snapshot, series.area, series.indicator, year)
            if history.months_known <= months_known and history.ahead:
                forecast = _forecast(series, history, outturns, fitted)
                forecasts += [] if forecast is None else [forecast]
    return forecasts


class _Outturns:
    """The outturn of a series' year, by the release that settles a target."""

    def __init__(self, series: _Series, year: int) -> None:
        self._final = series.archive.as_of(series.archive.last_release_on)
        self._history = build_history(self._final, series.area, series.indicator, year)
        self._by_rule: dict[str | None, Outturn | None] = {}

    def outturn(self, target: Target | None) -> Outturn | None:
        """Return the year's outturn, else the office's expectation; None without either."""
        rule = None if target is None else target.settles
        if rule not in self._by_rule:
            settled = outturn_of(self._history, target, self._final)
            self._by_rule[rule] = settled or expected_outturn(self._history, self._final)
        return self._by_rule[rule]

    def growth_at(self, when: int) -> float:
        """Return growth up to a month within the year as it is known now; NaN of the year's."""
        is_of_year = month_of_year(when) == MONTHS_A_YEAR
        return np.nan if is_of_year else float(self._history.at(when))

    def is_met(self, target: Target) -> bool | None:
        """Return whether the year met a target; None without an outturn."""
        outturn = self.outturn(target)
        return None if outturn is None else is_attained(target, outturn, self._history)


def _after_announcement(series: _Series, year: int, day: date) -> date:
    """Return the day after the year's target was announced; the day itself where that is later.

    Of last year's growth as a target nothing is announced: it is known on the day.
    """
    if series.plan.targets == "previous-year":
        return day
    key = (series.area, year, series.indicator)
    announced = [t.announced_on for t in series.targets if (t.area, t.year, t.indicator) == key]
    return max(day, min(announced) + timedelta(days=1)) if announced else day


def _forecast_days(archive: Archive, area: str, indicator: str) -> dict[int, date]:
    """Return the day of each month's forecast: that of the first settled figure up to the month.

    Where the series itself has none, it is the day of a related series' first one: a series that
    is published four times a year is forecast in between, as its related ones move.
    """
    related = archive.registry.of(area, indicator).related_series
    days: dict[int, date] = {}
    for series in [*reversed(related), Series(area, indicator)]:
        days |= _first_releases(archive, *series)
    return days


def _first_releases(archive: Archive, area: str, indicator: str) -> dict[int, date]:
    """Return by month the day on which a settled figure up to it first came out."""
    days: dict[int, date] = {}
    for figure in archive.releases(area, indicator):
        if figure.settles:
            last = figure.span.last
            days[last] = min(days.get(last, figure.released_on), figure.released_on)
    return days


def _forecast(
    series: _Series, history: History, outturns: _Outturns, fitted: dict[str, Fitted]
) -> ReplayedForecast | None:
    """Return the members' forecasts as of a day with the outturn; None without either.

    `fitted` holds the models fitted earlier in the year, and takes new ones in.
    """
    target = judged_target(_target(series, history), history)
    outturn = outturns.outturn(target)
    if history.newest_without_growth is not None:
        return None
    if outturn is None or outturn.released_on is None or outturn.released_on <= history.as_of:
        return None
    shared = series.estimates[history.year]
    scale = shared.scale_of(history)
    members, following, seconds = {}, {}, {}
    place = history.place_of_next
    next_pct = outturns.growth_at(history.ahead[place])
    for name in series.plan.models:
        started = time.perf_counter()
        rng = generator(series.plan.seed, f"replay/{name}/{history.series}/{history.as_of}")
        try:
            paths = _paths(name, history, shared, fitted, rng)
        except BrokenModel:  # its forecast is missing; outlooks say why
            continue
        if paths is None:
            continue
        if is_explosive(paths, scale):
            continue
        members[name] = np.quantile(paths[:, -1], LEVELS)
        following[name] = np.quantile(paths[:, place], LEVELS)
        seconds[name] = time.perf_counter() - started
    if not members:
        return None
    announced = judged_target(_announced(series, history), history)
    return ReplayedForecast(
        area=series.area,
        indicator=series.indicator,
        year=history.year,
        as_of=history.as_of,
        months_known=history.months_known,
        decimals=history.indicator.decimals,
        target=target,
        outturn_pct=outturn.growth_pct,
        outturn_status=outturn.status,
        attained=None if target is None else outturns.is_met(target),
        settled_on=outturn.released_on,
        restated_base=_is_restated(history),
        scale_pp=scale.scale_pp,
        is_own_scale=scale.basis == "own",
        members=members | _references(history),
        seconds=seconds,
        series_class=series_class(history),
        announced=announced,
        announced_hit=None if announced is None else outturns.is_met(announced),
        following=following,
        next_pct=next_pct,
    )


def _paths(
    name: str, history: History, shared: Shared, fitted: dict[str, Fitted], rng: np.random.Generator
) -> FloatArray | None:
    """Return a model's paths, by its earlier fit where it has one; None where it cannot be fitted.

    Raise BrokenModel for a model of another package that fails.
    """
    model = MODELS[name]
    if not model.can_fit(history):
        return None
    fit = fitted[name].update(history) if name in fitted else model.fit(history, shared)
    fitted[name] = fit
    return history.within_bounds(fit.simulate(N_PATHS, rng))


def _target(series: _Series, history: History) -> Target | None:
    if series.plan.targets == "previous-year":
        before = history.annual.get(history.year - 1)
        if before is None:
            return None
        rate = float(np.round(before, history.indicator.decimals))
        return Target(
            area=series.area,
            year=history.year,
            indicator=series.indicator,
            rate_pct=rate,
            comparison=Comparison.AT_LEAST,
            announced_on=history.as_of,
            wording="",
            source="",
        )
    return _announced(series, history)


def _announced(series: _Series, history: History) -> Target | None:
    """Return the target in force on the day; None where there is none."""
    return in_force(series.targets, series.area, history.year, history.as_of).get(series.indicator)


def _references(history: History) -> dict[str, FloatArray]:
    """Return forecasts that need no model: the planner's rule, and growth of all years before."""
    references = {}
    if history.last_published is not None:
        references["planner"] = np.full(N_QUANTILES, history.at(history.last_published))
    past = [growth for year, growth in history.annual.items() if year < history.year]
    if len(past) >= 3:
        references["climatology"] = np.quantile(past, LEVELS)
    return references


def _is_restated(history: History) -> bool:
    """Whether published growth and the ratio of levels differ by more than rounding.

    At constant prices they always do, by the deflator.
    """
    revision = history.growth.base_revision[-1]
    is_nominal = history.indicator.price_basis == "nominal"
    return is_nominal and bool(np.isfinite(revision) and abs(revision) > RESTATED_FROM)
