"""The scoreboard of live calls: what reports said before the outturn was out, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.registry import Registry
from forecast.report.naming import series_names
from forecast.verification.forecasts import VerifiedForecast, verified_forecasts
from forecast.verification.scores import coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveScore:
    """Mean scores of calls; None where none of them has such a score.

    `pit_counts` counts the probability integral transforms in ten equal bins.
    """

    n_calls: int
    n_hits: int
    mean_probability: float | None
    brier: float | None
    crps_pp: float | None
    mean_pit: float | None
    covers80: float | None
    pit_counts: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIndicator:
    """The score of one indicator of an area."""

    area: str
    area_name_en: str
    area_name_zh: str
    indicator: str
    name_en: str
    name_zh: str
    score: LiveScore


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReport:
    """What live calls came to: all of them, and by indicator.

    `n_open` calls are not settled yet. `late` are those that were published only once the outturn
    was out: they prove nothing, and are in no other number.
    """

    n_open: int
    overall: LiveScore
    indicators: list[LiveIndicator]
    late: LiveScore


def live_report(snapshot: Snapshot) -> LiveReport:
    """Return the scoreboard of the calls that the data folder holds and earlier days made."""
    day = snapshot.day
    calls = [c for c in snapshot.archive.published_forecasts if c.day < day and c.listed_on <= day]
    return scoreboard_of(*verified_forecasts(calls, snapshot), snapshot.registry)


def scoreboard_of(
    settled: Sequence[VerifiedForecast], still_open: Sequence[object], registry: Registry
) -> LiveReport:
    """Return the scoreboard of calls."""
    live = [one for one in settled if one.is_live]
    keys = sorted({(one.forecast.area, one.forecast.indicator) for one in live})
    return LiveReport(
        n_open=len(still_open),
        overall=_score(live),
        indicators=[_indicator(area, name, live, registry) for area, name in keys],
        late=_score([one for one in settled if not one.is_live]),
    )


def _indicator(
    area: str, name: str, live: Iterable[VerifiedForecast], registry: Registry
) -> LiveIndicator:
    return LiveIndicator(
        **series_names(registry, area, name),
        score=_score(
            [one for one in live if (one.forecast.area, one.forecast.indicator) == (area, name)]
        ),
    )


def _score(calls: Sequence[VerifiedForecast]) -> LiveScore:
    pits = [one.pit for one in calls if one.pit is not None]
    judged = [one for one in calls if one.brier is not None]
    return LiveScore(
        n_calls=len(calls),
        n_hits=sum(bool(one.hit) for one in judged),
        mean_probability=_mean(one.forecast.probability for one in judged),
        brier=_mean(one.brier for one in judged),
        crps_pp=_mean(one.crps_pp for one in calls),
        mean_pit=_mean(pits),
        covers80=coverage(pits, 0.8) if pits else None,
        pit_counts=np.histogram(pits, bins=10, range=(0, 1))[0].tolist(),
    )


def _mean(scores: Iterable[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return float(np.mean(known)) if known else None
