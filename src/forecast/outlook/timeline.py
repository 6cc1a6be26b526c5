"""The year as a film: what would have been said of each target on every day that brought figures.

Each frame is the outlook of its day, made by the parts that make a report, of what was known then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

import numpy as np

from forecast.archive.targets import Target
from forecast.backtest.replay import Progress
from forecast.base.series import Series
from forecast.history.series import build_history
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import Probability
from forecast.outlook.vintages import Question, Vintage, call_of, calls_on, vintage
from forecast.verification.outturn import outturn_of

MOST_FRAMES = 24  # of one target
Release = Literal["own", "related", "none"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What was said of a target at the end of a day.

    `release` is `own` where a figure of the indicator came out on the day, `related` where only
    figures of series that bear on it did. Once it `is_settled` the probability is 0 or 1.
    """

    day: date
    indicator: str
    probability: Probability
    is_settled: bool
    release: Release


def film_of(answer: Answer) -> tuple[Frame, ...]:
    """Return the frames of every target in force, those of one target in the order of days.

    The last one is what the answer itself says, on its day or on that of the outturn.
    """
    asked, told = Question.of(answer), answer.outlook
    days = _days(asked)
    wanted = _wanted(asked, days)
    said = iter(calls_on(asked, wanted))
    frames = []
    for name, of_target in days.items():
        calls = [next(said) for _ in range(len(of_target) - 1)]
        calls.append(call_of(told.indicators[name], told.n_paths))
        frames += [
            Frame(day, name, call.probability, call.is_settled, release)
            for (day, release), call in zip(of_target.items(), calls, strict=True)
            if call.is_made
        ]
    return tuple(frames)


def rehearse(
    asked: Question, *, n_workers: int, on_progress: Progress, on_replay: Progress
) -> None:
    """Make those frames of a film that no earlier report has kept, all but the last ones."""
    calls_on(
        asked,
        _wanted(asked, _days(asked)),
        n_workers=n_workers,
        on_progress=on_progress,
        on_replay=on_replay,
    )


def _wanted(asked: Question, days: dict[str, dict[date, Release]]) -> list[tuple[Vintage, str]]:
    """Return what has to be said on past days: all but each target's last day."""
    past = [(day, name) for name, of_target in days.items() for day in list(of_target)[:-1]]
    vintages = {day: vintage(asked, day) for day, _ in past}
    return [(vintages[day], name) for day, name in past]


def _days(asked: Question) -> dict[str, dict[date, Release]]:
    """Return by indicator with a target the days of its frames, with what came out on each.

    A target that was announced after the outturn has none.
    """
    targets = asked.now.targets(asked.area, asked.year)
    found = {name: _days_of(asked, name, target) for name, target in targets.items()}
    return {name: days for name, days in found.items() if days}


def _days_of(asked: Question, name: str, target: Target) -> dict[date, Release]:
    """Return the days from the target's first announcement to its outturn, and no later than now.

    They are those of releases and of announcements from the beginning of the year on, and the last
    day of all.
    """
    first, last = date(asked.year, 1, 1), _last_day(asked, name, target)
    announced = [
        t.announced_on
        for t in asked.now.archive.targets
        if (t.area, t.year, t.indicator) == (asked.area, asked.year, name)
    ]
    begun = asked.now.archive.first_release_of(asked.area)
    first = max(first, min(announced), begun)
    own, *others = asked.sources(name)
    released: dict[date, Release] = dict.fromkeys(_release_days(asked, others), "related")
    released |= dict.fromkeys(_release_days(asked, [own]), "own")
    every = {day: released.get(day, "none") for day in {*released, *announced, last}}
    within = {day: every[day] for day in sorted(every) if first <= day <= last}
    return _thinned(within)


def _last_day(asked: Question, name: str, target: Target) -> date:
    """Return the day of the indicator's outturn, else the newest day of all."""
    history = build_history(asked.now, asked.area, name, asked.year)
    outturn = outturn_of(history, target, asked.now)
    return asked.now.day if outturn is None else outturn.released_on or asked.now.day


def _release_days(asked: Question, keys: list[Series]) -> list[date]:
    """Return the days on which figures of the series came out."""
    archive = asked.now.archive
    days: list[date] = np.unique(archive.released_on[archive.is_of(keys)]).tolist()
    return days


def _thinned(days: dict[date, Release]) -> dict[date, Release]:
    """Return no more days than a film has frames.

    Of more they are those of own figures and the last of each month; of too many of these, some
    at even distances.
    """
    if len(days) <= MOST_FRAMES:
        return days
    ends = {max(group) for _, group in groupby(days, key=lambda day: (day.year, day.month))}
    ordered = list(days)
    chosen = {day for day in days if days[day] == "own" or day in ends} | {ordered[0], ordered[-1]}
    kept = sorted(chosen)
    if len(kept) > MOST_FRAMES:
        at = np.linspace(0, len(kept) - 1, MOST_FRAMES).round().astype(int)
        kept = [kept[index] for index in at]
    return {day: days[day] for day in kept}
