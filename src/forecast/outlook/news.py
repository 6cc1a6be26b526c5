"""What moved a probability between two days, and its timeline over the days of a year.

A change comes from releases, the day itself, and new estimates. It is split in a fixed order, each
step on top of those before it, so that the items add up to it. Where figures bear on one another
the order matters, and is part of what an item means. Each point of a timeline is the outlook of its
day, computed as for a report from what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise

import numpy as np

from forecast.archive.archive import Archive, BoolArray
from forecast.archive.figure_files import KEY
from forecast.archive.figures import STANDING, Figure
from forecast.archive.targets import Target
from forecast.backtest.replay import Progress
from forecast.base.errors import BeforeFirstRelease, ParameterError
from forecast.base.months import Span
from forecast.base.parameters import day_from
from forecast.base.series import Series
from forecast.history.series import build_history
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import batch_error
from forecast.outlook.movement import (
    FIGURES,
    ORDER,
    Item,
    Kind,
    News,
    Release,
    ReleaseKind,
    TargetNews,
    TimelinePoint,
)
from forecast.outlook.vintages import (
    BatchForecast,
    Question,
    Vintage,
    batch_forecast,
    estimation_hash,
    forecasts_on,
    vintage,
)
from forecast.verification.outturn import outturn_of


def news_of(answer: Answer, since: date | str) -> News:
    """Return what moved the answer's probabilities since the end of a day, a date or its text.

    Raise ParameterError where the day does not lie before the answer's, BeforeFirstRelease where
    nothing of the area was known on it.
    """
    question, outlook, since = Question.of(answer), answer.outlook, day_from(since)
    first_day = question.now.archive.first_release_of(question.area)
    if since >= outlook.day:
        raise ParameterError([f"since: {since}; allowed: a day before {outlook.day}"])
    if since < first_day:
        raise BeforeFirstRelease(since, first_day, what=question.area)
    change = _Change(question, since, _released(question, since), _targets_then(question, since))
    targets = {n: own.target for n, own in outlook.indicators.items() if own.target is not None}
    steps = _steps(answer, change, list(targets))
    return News(
        since=since,
        until=outlook.day,
        targets=tuple(_target_news(change, targets[name], steps[name]) for name in targets),
    )


def news_since(answer: Answer, since: date) -> News | None:
    """Return what moved since a day, or since the area's first release where that is later.

    Return None where no day lies between.
    """
    first = _first_day(answer, since)
    return None if first is None else news_of(answer, first)


def first_forecasts(
    answer: Answer, since: date, *, n_workers: int = 1
) -> tuple[date, dict[str, BatchForecast]] | None:
    """Return the first day of `news_since`, and the forecast of each target on it, without reasons.

    Return None where no day lies between.
    """
    first = _first_day(answer, since)
    if first is None:
        return None
    question, indicators = Question.of(answer), answer.outlook.indicators
    then = replace(vintage(question, first), targets=_targets_then(question, first))
    names = [name for name, own in indicators.items() if own.target is not None]
    forecasts = forecasts_on(question, [(then, name) for name in names], n_workers=n_workers)
    return first, dict(zip(names, forecasts, strict=True))


def _first_day(answer: Answer, since: date) -> date | None:
    """Return a day, or the area's first release where that is later; None from its own day on."""
    outlook = answer.outlook
    first = max(since, outlook.snapshot.archive.first_release_of(outlook.area))
    return first if first < outlook.day else None


@dataclass(frozen=True)
class _Change:
    """The question, the first day, which rows of the figures came out since, and targets then."""

    question: Question
    since: date
    released: Mapping[Kind, BoolArray]
    targets_then: Mapping[str, Target]

    def vintages(self) -> list[Vintage]:
        """Return what counts as known at the start, after each kind of figures, and on the day.

        All rest on the record of the first day, and all but the last on its targets.
        """
        question, since = self.question, self.since
        archive, targets = question.now.archive, self.targets_then
        is_known = archive.released_on <= np.datetime64(since)
        steps = [Vintage(archive, is_known, since, since, targets)]
        for kind in FIGURES:
            is_known = is_known | self.released[kind]
            steps.append(Vintage(archive, is_known, since, since, targets))
        targets = question.now.targets(question.area, question.year)
        return [*steps, Vintage(archive, is_known, question.now.day, since, targets)]


def _steps(answer: Answer, change: _Change, names: Sequence[str]) -> dict[str, list[BatchForecast]]:
    """Return by target its forecast at the start and after each step of `ORDER`."""
    question, outlook, vintages = change.question, answer.outlook, change.vintages()
    published = answer.published or outlook
    if estimation_hash(question, change.since) == estimation_hash(question, outlook.day):
        vintages.pop()  # the answer's own forecast is the same
    forecasts = iter(forecasts_on(question, [(v, name) for name in names for v in vintages]))
    by_target = {}
    for name in names:
        steps = [next(forecasts) for _ in vintages]
        last = batch_forecast(published.indicators[name], outlook.n_paths)
        steps += [last] * (len(ORDER) - len(steps))
        if answer.published is not None:
            steps.append(batch_forecast(outlook.indicators[name], outlook.n_paths))
        by_target[name] = steps
    return by_target


def _target_news(change: _Change, target: Target, steps: Sequence[BatchForecast]) -> TargetNews:
    """Return what moved the forecast of one target."""
    question, last = change.question, steps[-1]
    before = change.targets_then[target.indicator]
    entry = question.now.registry.of(target.area, target.indicator)
    return TargetNews(
        area=target.area,
        indicator=target.indicator,
        name=entry.names,
        decimals=entry.decimals,
        unit=entry.balance_unit,
        since=change.since,
        until=question.now.day,
        announced_since=before.announced_on > change.since and not before.is_assumed,
        changed_since=before != target,
        attained=bool(last.shares.all()) if last.is_settled else None,
        first=steps[0].as_target_forecast,
        last=last.as_target_forecast,
        items=tuple(_items(change, target.indicator, steps)),
    )


def _items(change: _Change, name: str, steps: Sequence[BatchForecast]) -> Iterator[Item]:
    """Yield the change at each step; nothing where a step could not be assessed."""
    if not all(forecast.is_assessed for forecast in steps):
        return
    releases = _releases(change, name)
    for kind, (before, after) in zip(ORDER, pairwise(steps), strict=False):
        yield Item(
            kind=kind,
            change=float(after.shares.mean() - before.shares.mean()),
            standard_error=batch_error(after.shares - before.shares),
            median_pp=after.median_pct - before.median_pct,
            settles=after.is_settled and not before.is_settled,
            releases=releases.get(kind, ()),
        )


def _releases(change: _Change, name: str) -> dict[Kind, tuple[Release, ...]]:
    """Return by kind the figures that bear on an indicator and came out since, by day."""
    archive, registry = change.question.now.archive, change.question.now.registry
    is_source = archive.is_of(change.question.sources(name))
    bears = is_source & (archive.figures["status"] != "lower_bound").to_numpy(dtype=bool)
    releases = {}
    for kind, rows in change.released.items():
        releases[kind] = tuple(
            Release(
                label=registry.label(series),
                decimals=registry.of(*series).decimals,
                figure=_in_year_of(change.question, series, figure),
            )
            for series, figure in archive.chosen_figures(rows & bears)
        )
    return releases


def _in_year_of(question: Question, series: Series, figure: Figure) -> Figure:
    """Return a figure by months of the year of the area that is asked about."""
    registry = question.now.registry
    apart = registry.months_before(series.area) - registry.months_before(question.area)
    if not apart:
        return figure
    return replace(figure, span=Span(figure.span.first + apart, figure.span.last + apart))


def _released(question: Question, since: date) -> dict[Kind, BoolArray]:
    """Return which figures came out after a day, by kind.

    A revision replaces a figure known on the first day that counts for no less than it does: a
    published figure in the place of an expected one is new.
    """
    archive = question.now.archive
    before = archive.released_on <= np.datetime64(since)
    between = (archive.released_on <= np.datetime64(question.now.day)) & ~before
    revises = between & _replaces(archive, before)
    is_local = (archive.figures["area"] == question.area).to_numpy(dtype=bool)
    new = between & ~revises
    return {"revisions": revises, "local": new & is_local, "related": new & ~is_local}


def _replaces(archive: Archive, before: BoolArray) -> BoolArray:
    """Return which figures are about the same as one of those `before` of at least their status."""
    key = list(KEY)
    standing = archive.figures["status"].map(STANDING).astype("int64")
    table = archive.figures[key].assign(standing=standing)
    earlier = table[before].groupby(key, as_index=False, observed=True).max()
    matched = table.merge(earlier, on=key, how="left", suffixes=("", "_known"))
    return (matched["standing_known"] >= matched["standing"]).to_numpy(dtype=bool)


def _targets_then(question: Question, since: date) -> dict[str, Target]:
    """Return by indicator the target in force on a day, else the one announced next."""
    archive, now = question.now.archive, question.now
    of_the_year = [
        t
        for t in archive.targets
        if (t.area, t.year) == (question.area, question.year) and t.announced_on <= now.day
    ]
    announced = sorted(of_the_year, key=lambda t: t.announced_on, reverse=True)
    next_ones = {t.indicator: t for t in announced if t.announced_on > since}
    return next_ones | archive.as_of(since).targets(question.area, question.year)


MOST_POINTS = 24  # of one target


def timeline_of(answer: Answer) -> tuple[TimelinePoint, ...]:
    """Return the points of every target in force, those of one target in the order of days.

    The last one is the answer's own forecast, on its day or on that of the outturn.
    """
    question, outlook = Question.of(answer), answer.outlook
    days = _days(question)
    forecasts = iter(forecasts_on(question, _past_points(question, days)))
    points: list[TimelinePoint] = []
    for name, of_target in days.items():
        steps = [next(forecasts) for _ in range(len(of_target) - 1)]
        steps.append(batch_forecast(outlook.indicators[name], outlook.n_paths))
        points += [
            TimelinePoint(
                day=day,
                indicator=name,
                probability=forecast.probability,
                is_settled=forecast.is_settled,
                release=release,
                median_pct=forecast.median_pct,
            )
            for (day, release), forecast in zip(of_target.items(), steps, strict=True)
            if forecast.is_assessed
        ]
    return tuple(points)


def prepare_timeline(
    question: Question, *, n_workers: int, on_progress: Progress, on_replay: Progress
) -> None:
    """Compute those points of a timeline that no earlier report has cached, all but the last."""
    forecasts_on(
        question,
        _past_points(question, _days(question)),
        n_workers=n_workers,
        on_progress=on_progress,
        on_replay=on_replay,
    )


def _past_points(
    question: Question, days: dict[str, dict[date, ReleaseKind]]
) -> list[tuple[Vintage, str]]:
    """Return the forecasts needed on past days: all but each target's last day."""
    past = [(day, name) for name, of_target in days.items() for day in list(of_target)[:-1]]
    vintages = {day: vintage(question, day) for day, _ in past}
    return [(vintages[day], name) for day, name in past]


def _days(question: Question) -> dict[str, dict[date, ReleaseKind]]:
    """Return by indicator with a target the days of its points, with what came out on each.

    A target that was announced after the outturn has none.
    """
    targets = question.now.targets(question.area, question.year)
    by_name = {name: _days_of(question, name, target) for name, target in targets.items()}
    return {name: days for name, days in by_name.items() if days}


def _days_of(question: Question, name: str, target: Target) -> dict[date, ReleaseKind]:
    """Return the days from the target's first announcement to its outturn, and no later than now.

    They are the days of releases and of announcements from the beginning of the year on, and the
    last day of all.
    """
    first = question.now.schedule.year_begins_on(question.area, question.year)
    last = _last_day(question, name, target)
    announced = [
        t.announced_on
        for t in question.now.archive.targets
        if (t.area, t.year, t.indicator) == (question.area, question.year, name)
    ]
    begun = question.now.archive.first_release_of(question.area)
    first = max(first, min([*announced, target.announced_on]), begun)
    own, *others = question.sources(name)
    released: dict[date, ReleaseKind] = dict.fromkeys(_release_days(question, others), "related")
    released |= dict.fromkeys(_release_days(question, [own]), "own")
    every = {day: released.get(day, "none") for day in {*released, *announced, last}}
    within = {day: every[day] for day in sorted(every) if first <= day <= last}
    return _thinned(within)


def _last_day(question: Question, name: str, target: Target) -> date:
    """Return the day of the indicator's outturn, else the newest day of all."""
    history = build_history(question.now, question.area, name, question.year)
    outturn = outturn_of(history, target, question.now)
    return question.now.day if outturn is None else outturn.released_on or question.now.day


def _release_days(question: Question, keys: list[Series]) -> list[date]:
    """Return the days on which figures of the series came out."""
    archive = question.now.archive
    days: list[date] = np.unique(archive.released_on[archive.is_of(keys)]).tolist()
    return days


def _thinned(days: dict[date, ReleaseKind]) -> dict[date, ReleaseKind]:
    """Return no more days than a timeline has points.

    If there are more, those of own figures and the last of each month are kept; if these are still
    too many, some at even distances.
    """
    if len(days) <= MOST_POINTS:
        return days
    ends = {max(group) for _, group in groupby(days, key=lambda day: (day.year, day.month))}
    ordered = list(days)
    chosen = {day for day in days if days[day] == "own" or day in ends} | {ordered[0], ordered[-1]}
    shown = sorted(chosen)
    if len(shown) > MOST_POINTS:
        at = np.linspace(0, len(shown) - 1, MOST_POINTS).round().astype(int)
        shown = [shown[index] for index in at]
    return {day: days[day] for day in shown}
