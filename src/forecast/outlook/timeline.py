"""The timeline of a year: the forecast of each target on every day that brought figures.

Each point is the outlook of its day, computed as for a report from what was known then.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby

import numpy as np

from forecast.archive.targets import Target
from forecast.backtest.replay import Progress
from forecast.base.series import Series
from forecast.history.series import build_history
from forecast.outlook.answers import Answer
from forecast.outlook.movement import ReleaseKind, TimelinePoint
from forecast.outlook.vintages import (
    Question,
    Vintage,
    batch_forecast,
    forecasts_on,
    vintage,
)
from forecast.verification.outturn import outturn_of

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
    first, last = date(question.year, 1, 1), _last_day(question, name, target)
    announced = [
        t.announced_on
        for t in question.now.archive.targets
        if (t.area, t.year, t.indicator) == (question.area, question.year, name)
    ]
    begun = question.now.archive.first_release_of(question.area)
    first = max(first, min(announced), begun)
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
