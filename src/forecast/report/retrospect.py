"""What is learnt from settled targets: where forecasts of the year missed, and how targets did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from forecast.archive.targets import Comparison, Target
from forecast.base.months import month
from forecast.base.series import Names
from forecast.history.growth import Basis
from forecast.history.series import History, build_history
from forecast.outlook.movement import TimelinePoint
from forecast.verification.intervals import Interval, mean_by_year
from forecast.verification.outturn import Outturn, judged_target, outturn_of

if TYPE_CHECKING:
    from forecast.archive.archive import Snapshot
    from forecast.outlook.answers import Answer
    from forecast.outlook.value import IndicatorOutlook

_MIDDLE = 8  # months of the year: the newest forecast by their end stands for its middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """How far the outturn was from a forecast of the year, and by what, in percentage points.

    `miss_pp` is the outturn less the median forecast. It is the sum of what the months not yet
    known brought beyond growth so far (`unknown_pp`), the revision of growth so far
    (`revision_pp`), what a restated base did to it where it was the ratio of amounts (`base_pp`),
    and by how much less than growth so far the models expected (`model_pp`). Before the first
    figure of the year, growth so far is that of the newest month known.
    """

    as_of: date
    months_known: int
    probability: float
    forecast_pct: float
    miss_pp: float
    unknown_pp: float
    revision_pp: float
    base_pp: float
    model_pp: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortem:
    """A settled target: from which forecast on the side was right for good, and three misses.

    The side is right where the probability is 50 % or more and the target was attained, or below
    and it was missed; `right_since` is None where the last forecast was still wrong. The misses
    are those of the first forecast, of the newest by the end of August and of the last.
    """

    indicator: str
    name: Names
    outturn_pct: float
    attained: bool
    right_since: date | None
    probability_then: float | None
    n_forecasts: int
    misses: list[Miss]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTarget:
    """An announced target and its outturn, in per cent, or of a balance in its unit.

    The target is met from `bound_pct` on, `at_most` up to it; `gap_pp` is how far the outturn was
    on the good side of that, None where the target is not about growth.
    """

    year: int
    indicator: str
    name: Names
    comparison: str
    balance_unit: str
    bound_pct: float
    decimals: int
    outturn_pct: float
    attained: bool
    gap_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTargets:
    """How an area's announced targets compare with the outturns that are known.

    `gap_pp` is the mean distance of outturns from what was asked, in percentage points, above 0
    where they were better: the bias of targets taken for forecasts, with its 90 % interval by year.
    """

    n: int
    n_attained: int
    gap_pp: Interval | None
    targets: list[PastTarget]


# The miss of a settled target ---------------------------------------------------------------------


def post_mortems(answer: Answer, timeline: Sequence[TimelinePoint]) -> list[PostMortem]:
    """Return what became of the forecasts of each settled target that the timeline has."""
    found = []
    for name, own in answer.outlook.indicators.items():
        points = [p for p in timeline if p.indicator == name and not p.is_settled]
        if own.outturn is not None and own.outturn.attained is not None and points:
            found.append(_post_mortem(own, own.outturn, points, answer))
    return found


def _post_mortem(
    own: IndicatorOutlook, outturn: Outturn, points: Sequence[TimelinePoint], answer: Answer
) -> PostMortem:
    since = right_since(points, is_attained=bool(outturn.attained))
    entry = own.history.indicator
    return PostMortem(
        indicator=entry.id,
        name=entry.names,
        outturn_pct=outturn.growth_pct,
        attained=bool(outturn.attained),
        right_since=None if since is None else since.day,
        probability_then=None if since is None else since.probability.value,
        n_forecasts=len(points),
        misses=list(_misses(own.history, outturn, points, answer)),
    )


def right_since(points: Sequence[TimelinePoint], *, is_attained: bool) -> TimelinePoint | None:
    """Return the first of the points from which on all are on the side of the outcome."""
    first = None
    for point in reversed(points):
        if (point.probability.value >= 0.5) != is_attained:
            break
        first = point
    return first


def _misses(
    final: History, outturn: Outturn, points: Sequence[TimelinePoint], answer: Answer
) -> Iterator[Miss]:
    archive = answer.outlook.snapshot.archive.published
    middle = answer.outlook.snapshot.schedule.end_of(final.area, month(final.year, _MIDDLE))
    for point in _stages(points, middle):
        if point.median_pct is not None:
            then = build_history(
                archive.as_of(point.day), *final.series, final.year, with_related=False
            )
            yield miss_of(point, point.median_pct, then, final, outturn.growth_pct)


def _stages(points: Sequence[TimelinePoint], middle_on: date) -> list[TimelinePoint]:
    """Return the first point, the newest by the middle of the year, and the last; each once."""
    middle = [p for p in points if p.day <= middle_on]
    stages = [points[0], *middle[-1:], points[-1]]
    return list({point.day: point for point in stages}.values())


def miss_of(
    point: TimelinePoint, forecast_pct: float, then: History, final: History, outturn_pct: float
) -> Miss:
    """Return the parts of a miss, from what was known of the series then and is known now."""
    last = then.last_published
    before = np.nan if last is None else then.at(last)
    after = np.nan if last is None else final.at(last)
    if last is None or not np.isfinite(before + after):
        before = after = forecast_pct  # nothing was known: all of the miss was in unknown figures
        base = 0.0
    else:
        base = _base_effect(last, then, final)
    return Miss(
        as_of=point.day,
        months_known=then.months_known,
        probability=point.probability.value,
        forecast_pct=forecast_pct,
        miss_pp=outturn_pct - forecast_pct,
        unknown_pp=outturn_pct - after,
        revision_pp=after - before - base,
        base_pp=base,
        model_pp=before - forecast_pct,
    )


def _base_effect(last: int, then: History, final: History) -> float:
    """Return how much growth now published for a month exceeds the ratio of today's amounts.

    0 where it was published then too: it already stood on the restated base.
    """
    if _basis(then, last) is not Basis.LEVEL_RATIO or _basis(final, last) is not Basis.PUBLISHED:
        return 0.0
    revision = final.growth.base_revision[last // 12 - final.first_year]
    if not np.isfinite(revision):
        return 0.0
    growth = final.at(last)
    return float(growth - 100 * ((1 + growth / 100) * (1 + revision) - 1))


def _basis(history: History, last: int) -> Basis:
    return Basis(int(history.growth.basis[last // 12 - history.first_year, last % 12]))


# Announced targets and their outturns -------------------------------------------------------------


def past_targets(answer: Answer) -> PastTargets | None:
    """Return how the area's announced targets did; None where none is settled."""
    outlook = answer.outlook
    snapshot = outlook.snapshot.published
    years = {t.year for t in snapshot.archive.targets if t.area == outlook.area}
    rows = [row for year in sorted(years) for row in _of_year(snapshot, outlook.area, year)]
    return _summary(rows) if rows else None


def _of_year(snapshot: Snapshot, area: str, year: int) -> Iterator[PastTarget]:
    for name, target in snapshot.targets(area, year).items():
        history = build_history(snapshot, area, name, year, with_related=False)
        outturn = outturn_of(history, target, snapshot)
        judged = judged_target(target, history)
        if outturn is not None and judged is not None and not target.is_assumed:
            yield PastTarget(
                year=year,
                indicator=name,
                name=history.indicator.names,
                comparison=str(judged.comparison),
                balance_unit=history.indicator.balance_unit,
                bound_pct=judged.bound_pct,
                decimals=history.indicator.decimals,
                outturn_pct=outturn.growth_pct,
                attained=bool(outturn.attained),
                gap_pp=_gap(target, outturn.growth_pct),
            )


def _gap(target: Target, outturn_pct: float) -> float | None:
    """Return how far an outturn is on the good side of a growth target's bound."""
    if target.measure != "growth":
        return None
    gap = outturn_pct - target.bound_pct
    upper = target.ends[1]
    if target.has_two_ends and upper is not None:
        return min(gap, target.as_outcome(upper) - outturn_pct)
    return -gap if target.comparison is Comparison.AT_MOST else gap


def _summary(rows: Iterable[PastTarget]) -> PastTargets:
    ordered = sorted(rows, key=lambda row: (-row.year, row.indicator))
    gaps = [(row.year, row.gap_pp) for row in ordered if row.gap_pp is not None]
    return PastTargets(
        n=len(ordered),
        n_attained=sum(row.attained for row in ordered),
        gap_pp=mean_by_year([g for _, g in gaps], [y for y, _ in gaps]) if gaps else None,
        targets=ordered,
    )
