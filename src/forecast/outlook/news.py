"""What moved a probability between two days: what was released, the day itself, and learning.

The change is split in a fixed order, each step on top of those before it, so that the items add
up to it. Where figures bear on one another the order matters, and is part of what an item means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive, BoolArray
from forecast.archive.figure_files import KEY
from forecast.archive.figures import STANDING, Figure
from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.errors import BeforeFirstRelease, ParameterError
from forecast.base.frames import markup_of
from forecast.base.series import Series
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import batch_error
from forecast.outlook.vintages import (
    Call,
    Question,
    Vintage,
    call_of,
    calls_on,
    learnt_from,
    vintage,
)

Kind = Literal["revisions", "local", "related", "time", "learning", "unpublished"]
FIGURES: tuple[Kind, ...] = ("revisions", "local", "related")
ORDER: tuple[Kind, ...] = (*FIGURES, "time", "learning", "unpublished")


@dataclass(frozen=True, slots=True)
class Item:
    """One reason of a change.

    `change` is that of the probability, from -1 to 1, with its Monte-Carlo error; `median_pp` that
    of the median outcome in percentage points of growth. `releases` are the figures behind it,
    with their series; `settles` says whether the year was settled by it.
    """

    kind: Kind
    change: float
    standard_error: float
    median_pp: float
    settles: bool
    releases: tuple[tuple[Series, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class TargetNews:
    """What was said of one target on the first and on the last day, and what lies between.

    The first call is of the target in force on its day, or else of the one announced next.
    Without items one of the two could not be made.
    """

    before: Target
    target: Target
    first: Call
    last: Call
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What moved between the end of `since` and the end of `day`, by indicator with a target."""

    since: date
    day: date
    targets: Mapping[str, TargetNews]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a target and reason: change of the probability, of the median in points.

        `releases` counts the figures behind it. The changes of a target add up to its whole change.
        """
        rows = [
            (name, i.kind, i.change, i.standard_error, i.median_pp, len(i.releases))
            for name, told in self.targets.items()
            for i in told.items
        ]
        columns = ["indicator", "kind", "change", "standard_error", "median_pp", "releases"]
        return pd.DataFrame(rows, columns=columns).set_index(["indicator", "kind"])

    def _repr_html_(self) -> str:
        """Return the reasons of each target's change, for notebooks."""
        ends = {"since": texts.day(self.since, "en"), "day": texts.day(self.day, "en")}
        return markup_of(self.to_frame(), texts.text("shown.news", "en", **ends))


def news_of(answer: Answer, since: date) -> News:
    """Return what moved the answer's probabilities since the end of a day.

    Raise ParameterError where the day does not lie before the answer's, BeforeFirstRelease where
    nothing of the area was known on it.
    """
    asked, told = Question.of(answer), answer.outlook
    first_day = asked.now.archive.first_release_of(asked.area)
    if since >= told.day:
        raise ParameterError([f"since: {since}; allowed: a day before {told.day}"])
    if since < first_day:
        raise BeforeFirstRelease(since, first_day, what=asked.area)
    released, published = _released(asked, since), answer.published or told
    vintages = _vintages(asked, since, released)
    if learnt_from(asked, since) == learnt_from(asked, told.day):
        vintages.pop()  # the answer's own call is the same
    targets = {name: one.target for name, one in told.indicators.items() if one.target is not None}
    said = iter(calls_on(asked, [(v, name) for name in targets for v in vintages]))
    found = {}
    for name, target in targets.items():
        steps = [next(said) for _ in vintages]
        steps += [call_of(published.indicators[name], told.n_paths)] * (len(ORDER) - len(steps))
        if answer.published is not None:
            steps.append(call_of(told.indicators[name], told.n_paths))
        items = _items(asked, name, steps, released)
        found[name] = TargetNews(vintages[0].targets[name], target, steps[0], steps[-1], items)
    return News(since, told.day, found)


def news_since(answer: Answer, since: date) -> News | None:
    """Return what moved since a day, or since the area's first release where that is later.

    None where no day lies between.
    """
    first = _first_day(answer, since)
    return None if first is None else news_of(answer, first)


def first_calls(
    answer: Answer, since: date, *, n_workers: int = 1
) -> tuple[date, dict[str, Call]] | None:
    """Return the first day of `news_since`, and what was said of each target on it: no reasons.

    None where no day lies between.
    """
    first = _first_day(answer, since)
    if first is None:
        return None
    asked, targets = Question.of(answer), answer.outlook.indicators
    then = replace(vintage(asked, first), targets=_targets_then(asked, first))
    names = [name for name, one in targets.items() if one.target is not None]
    said = calls_on(asked, [(then, name) for name in names], n_workers=n_workers)
    return first, dict(zip(names, said, strict=True))


def _first_day(answer: Answer, since: date) -> date | None:
    """Return a day, or the area's first release where that is later; None from its own day on."""
    told = answer.outlook
    first = max(since, told.snapshot.archive.first_release_of(told.area))
    return first if first < told.day else None


def _released(asked: Question, since: date) -> dict[Kind, BoolArray]:
    """Return which figures came out after a day, by kind.

    A revision replaces a figure known on the first day that counts for no less than it does: a
    published figure in the place of an expected one is new.
    """
    archive = asked.now.archive
    before = archive.released_on <= np.datetime64(since)
    between = (archive.released_on <= np.datetime64(asked.now.day)) & ~before
    revises = between & _replaces(archive, before)
    is_local = (archive.figures["area"] == asked.area).to_numpy(dtype=bool)
    new = between & ~revises
    return {"revisions": revises, "local": new & is_local, "related": new & ~is_local}


def _replaces(archive: Archive, before: BoolArray) -> BoolArray:
    """Return which figures are about the same as one of those `before` of at least their status."""
    key = list(KEY)
    standing = archive.figures["status"].map(STANDING).astype("int64")
    table = archive.figures[key].assign(standing=standing)
    known = table[before].groupby(key, as_index=False).max()
    held = table.merge(known, on=key, how="left", suffixes=("", "_known"))
    return (held["standing_known"] >= held["standing"]).to_numpy(dtype=bool)


def _vintages(asked: Question, since: date, released: Mapping[Kind, BoolArray]) -> list[Vintage]:
    """Return what counts as known at the start and after each kind of figures, then on the day.

    All learn from the record of the first day, and until the last one all ask for its targets.
    """
    archive, targets = asked.now.archive, _targets_then(asked, since)
    known = archive.released_on <= np.datetime64(since)
    found = [Vintage(archive, known, since, since, targets)]
    for kind in FIGURES:
        known = known | released[kind]
        found.append(Vintage(archive, known, since, since, targets))
    day = asked.now.day
    targets = asked.now.targets(asked.area, asked.year)
    return [*found, Vintage(archive, known, day, since, targets)]


def _targets_then(asked: Question, since: date) -> dict[str, Target]:
    """Return by indicator the target in force on a day, else the one announced next."""
    of_the_year = [
        t
        for t in asked.now.archive.targets
        if (t.area, t.year) == (asked.area, asked.year) and t.announced_on <= asked.now.day
    ]
    announced = sorted(of_the_year, key=lambda t: t.announced_on, reverse=True)
    next_ones = {t.indicator: t for t in announced if t.announced_on > since}
    return next_ones | asked.now.archive.as_of(since).targets(asked.area, asked.year)


def _items(
    asked: Question, name: str, steps: Sequence[Call], released: Mapping[Kind, BoolArray]
) -> tuple[Item, ...]:
    """Return the change at each step; none where a step says nothing."""
    if not all(call.is_made for call in steps):
        return ()
    archive = asked.now.archive
    is_source = archive.is_of(asked.sources(name))
    tells = is_source & (archive.figures["status"] != "lower_bound").to_numpy(dtype=bool)
    behind = {kind: archive.chosen_figures(rows & tells) for kind, rows in released.items()}
    return tuple(
        Item(
            kind,
            float(after.shares.mean() - before.shares.mean()),
            batch_error(after.shares - before.shares),
            after.median_pct - before.median_pct,
            after.is_settled and not before.is_settled,
            tuple(behind.get(kind, ())),
        )
        for kind, (before, after) in zip(ORDER, pairwise(steps), strict=False)
    )
