"""Past days replayed: members first, side by side; then pool, recalibration and scores in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import tee
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.targets import Comparison, Target, in_force
from forecast.backtest.evaluation import Call, scored
from forecast.backtest.past_errors import ErrorRow, errors_of
from forecast.base.months import month
from forecast.base.parallel import executor, spread
from forecast.base.randomness import generator
from forecast.combination.estimates import learning_day, what_is_shared
from forecast.history.growth import RESTATED_FROM
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history, sources_of
from forecast.models.registry import MODELS, Fitted, is_explosive
from forecast.models.shared import Shared
from forecast.verification.outturn import Outturn, expected_outturn, outturn_of
from forecast.verification.record import Record

N_QUANTILES, N_PATHS = 200, 1000
LEVELS = (np.arange(N_QUANTILES) + 0.5) / N_QUANTILES
Progress = Callable[[int, int], None]
Targets = Literal["official", "previous-year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is replayed: the years judged, how many months of them are known, against what.

    `official` targets are those in force on the day; `previous-year` asks whether growth will be
    at least last year's. `extra` targets stand in for those of the archive where given.
    """

    years: range
    months: Sequence[int]
    targets: Targets = "official"
    models: tuple[str, ...] = tuple(MODELS)
    extra: tuple[Target, ...] | None = None
    seed: int = 0


@dataclass(frozen=True)
class _Series:
    """One indicator of an area, and all that its replay needs, to be sent to a worker.

    The archive holds the series that its histories are built from, `learnt` the scales that are
    looked at: what is sent does not grow with the number of areas. `begun` is the day of the
    area's first release.
    """

    archive: Archive
    area: str
    indicator: str
    plan: Plan
    begun: date
    learnt: Mapping[int, Shared] = field(default_factory=dict)

    @property
    def scaled(self) -> list[str]:
        """The series whose scale a model may ask for: all that tell, and their lenders."""
        registry = self.archive.registry
        told = sources_of(registry, self.area, self.indicator)
        areas = [(one, *one.split("/", 1)) for one in told]
        lent = [r for _, area, name in areas for r in registry.of(area, name).lenders(area)]
        return [*told, *lent]


def replay(
    archive: Archive,
    areas: Sequence[str],
    plan: Plan,
    *,
    n_workers: int = 1,
    on_progress: Progress | None = None,
) -> pd.DataFrame:
    """Return density calls of every model, of the pool and of the references, scored.

    One row a call and model, in the columns of `record.DENSITY_COLUMNS`. What a call learns was
    settled before its day. Results do not depend on the number of workers.
    """
    judged = _judged(archive, archive.areas)
    # One by one: workers start with the first while the rest are cut from the archive.
    every, again = tee(_series(archive, plan, area, name) for area, name in judged)
    asked = set(areas)
    calls: list[Call] = []
    with executor(n_workers, len(judged)) as pool:
        shared = _learnt_by_year(archive, plan, spread(pool, _errors_by_year, every))
        tasks = [
            replace(one, learnt={year: s.of(one.scaled) for year, s in shared.items()})
            for one in again
            if one.area in asked
        ]
        for done, found in enumerate(spread(pool, _calls_of, tasks), start=1):
            calls.extend(found)
            if on_progress is not None:
                on_progress(done, len(tasks))
    return scored(calls)


def _judged(archive: Archive, areas: Sequence[str]) -> list[tuple[str, str]]:
    """Return each area and indicator with figures of a year that can be judged."""
    return [
        (area, indicator)
        for area in areas
        for indicator in archive.indicators_of(area)
        if archive.registry.of(area, indicator).annual_rule is not None
    ]


def _series(archive: Archive, plan: Plan, area: str, indicator: str) -> _Series:
    sources = sources_of(archive.registry, area, indicator)
    begun = archive.first_release_of(area)
    return _Series(archive.of(sources), area, indicator, plan, begun)


def _errors_by_year(series: _Series) -> dict[int, list[ErrorRow]]:
    """Return by year of the plan the rows of a series in the record of past errors until then."""
    found = {}
    for year in series.plan.years:
        day = learning_day(date(year, 12, 31))
        if day >= series.archive.first_release_on:
            found[year] = errors_of(series.archive.as_of(day), series.area, series.indicator)
    return found


def _learnt_by_year(
    archive: Archive, plan: Plan, errors: Iterable[Mapping[int, list[ErrorRow]]]
) -> dict[int, Shared]:
    """Return what models share in each year: learnt once, when the year before is out."""
    every = list(errors)
    found = {}
    for year in plan.years:
        rows = [row for of_series in every for row in of_series.get(year, [])]
        day = learning_day(date(year, 12, 31))
        found[year] = what_is_shared(archive.registry, Record.from_rows(rows), day)
    return found


def _calls_of(series: _Series) -> list[Call]:
    """Return the calls of one indicator over all years and months of the plan."""
    days = _call_days(series.archive, series.area, series.indicator)
    calls: list[Call] = []
    for year in series.plan.years:
        fitted: dict[str, Fitted] = {}
        judge = _Judge(series, year)
        for known in series.plan.months:
            as_of = days.get(month(year, known)) if known else None
            if as_of is None or as_of < series.begun:
                continue
            snapshot = series.archive.as_of(as_of)
            history = build_history(snapshot, series.area, series.indicator, year)
            if history.months_known <= known and history.ahead:
                call = _call(series, history, judge, fitted)
                calls += [] if call is None else [call]
    return calls


class _Judge:
    """What came of a year in the end, by the release that settles a target."""

    def __init__(self, series: _Series, year: int) -> None:
        self._final = series.archive.as_of(series.archive.last_release_on)
        self._history = build_history(self._final, series.area, series.indicator, year)
        self._found: dict[str | None, Outturn | None] = {}

    def outturn(self, target: Target | None) -> Outturn | None:
        """Return the year's outturn, else what the office expected of it; None without either."""
        rule = None if target is None else target.settles
        if rule not in self._found:
            settled = outturn_of(self._history, target, self._final)
            self._found[rule] = settled or expected_outturn(self._history, self._final)
        return self._found[rule]


def _call_days(archive: Archive, area: str, indicator: str) -> dict[int, date]:
    """Return per month the day of its call: that of the first settled figure up to the month.

    Where the series itself has none, it is the day of a related series' first one: a series that
    speaks four times a year is forecast in between, as its related ones move.
    """
    related = archive.registry.of(area, indicator).related
    known = [r.split("/") for r in reversed(related)]
    days: dict[int, date] = {}
    for one in [*known, [area, indicator]]:
        days |= _first_releases(archive, *one)
    return days


def _first_releases(archive: Archive, area: str, indicator: str) -> dict[int, date]:
    """Return per month the day on which a settled figure up to it first came out."""
    days: dict[int, date] = {}
    for figure in archive.releases(area, indicator):
        if figure.settles:
            last = figure.span.last
            days[last] = min(days.get(last, figure.released_on), figure.released_on)
    return days


def _call(
    series: _Series, history: History, judge: _Judge, fitted: dict[str, Fitted]
) -> Call | None:
    """Return what the members said on a day, with what came of it; None where nothing did."""
    target = _target(series, history)
    outturn = judge.outturn(target)
    if outturn is None or outturn.released_on is None or outturn.released_on <= history.as_of:
        return None
    shared = series.learnt[history.year]
    scale = shared.scale_of(history)
    members, seconds = {}, {}
    for name in series.plan.models:
        model = MODELS[name]
        if not model.can_fit(history):
            continue
        begun = time.perf_counter()
        one = fitted[name].update(history) if name in fitted else model.fit(history, shared)
        fitted[name] = one
        rng = generator(series.plan.seed, f"replay/{name}/{history.reference}/{history.as_of}")
        paths = one.simulate(N_PATHS, rng)
        if is_explosive(paths, scale):
            continue
        members[name] = np.quantile(paths[:, -1], LEVELS)
        seconds[name] = time.perf_counter() - begun
    if not members:
        return None
    return Call(
        area=series.area,
        indicator=series.indicator,
        year=history.year,
        as_of=history.as_of,
        months_known=history.months_known,
        decimals=history.indicator.decimals,
        target=target,
        outturn_pct=outturn.growth_pct,
        outturn_status=outturn.status,
        settled_on=outturn.released_on,
        restated_base=_is_restated(history),
        scale_pp=scale.scale_pp,
        is_own_scale=scale.basis == "own",
        members=members | _references(history),
        seconds=seconds,
    )


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
    chosen = series.archive.targets if series.plan.extra is None else series.plan.extra
    return in_force(chosen, series.area, history.year, history.as_of).get(series.indicator)


def _references(history: History) -> dict[str, FloatArray]:
    """Return what needs no model: the planner's rule, and growth of all years before."""
    found = {}
    if history.last_published is not None:
        found["planner"] = np.full(N_QUANTILES, history.at(history.last_published))
    past = [growth for year, growth in history.annual.items() if year < history.year]
    if len(past) >= 3:
        found["climatology"] = np.quantile(past, LEVELS)
    return found


def _is_restated(history: History) -> bool:
    """Whether published growth and the ratio of levels differ by more than rounding.

    At constant prices they always do, by the deflator.
    """
    revision = history.growth.base_revision[-1]
    is_nominal = history.indicator.price_basis == "nominal"
    return is_nominal and bool(np.isfinite(revision) and abs(revision) > RESTATED_FROM)
