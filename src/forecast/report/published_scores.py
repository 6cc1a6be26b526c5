"""Scores of published forecasts: what reports said before the outturn was out, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.registry import Registry
from forecast.base.series import Series, SeriesLabel
from forecast.verification.forecasts import VerifiedForecast, verified_forecasts
from forecast.verification.scores import coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastScore:
    """Mean scores of calls; None where none of them has such a score.

    `pit_counts` counts the probability integral transforms in ten equal bins.
    """

    n_forecasts: int
    n_hits: int
    mean_probability: float | None
    brier: float | None
    crps_pp: float | None
    mean_pit: float | None
    covers80: float | None
    pit_counts: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorForecastScore:
    """The score of one indicator of an area."""

    label: SeriesLabel
    score: ForecastScore


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedScores:
    """What live calls came to: all of them, and by indicator.

    `n_open` calls are not settled yet. `late` are those that were published only once the outturn
    was out: they prove nothing, and are in no other number.
    """

    n_open: int
    overall: ForecastScore
    indicators: list[IndicatorForecastScore]
    late: ForecastScore


def published_scores(snapshot: Snapshot) -> PublishedScores:
    """Return the scores of the forecasts that the data folder holds and earlier days made."""
    day = snapshot.day
    forecasts = [
        f for f in snapshot.archive.published_forecasts if f.day < day and f.listed_on <= day
    ]
    return scores_of(*verified_forecasts(forecasts, snapshot), snapshot.registry)


def scores_of(
    verified: Sequence[VerifiedForecast], still_open: Sequence[object], registry: Registry
) -> PublishedScores:
    """Return the scores of verified forecasts, those published too late apart."""
    in_time = [one for one in verified if one.is_live]
    by_series: dict[Series, list[VerifiedForecast]] = {}
    for one in in_time:
        by_series.setdefault(Series(one.forecast.area, one.forecast.indicator), []).append(one)
    return PublishedScores(
        n_open=len(still_open),
        overall=_score(in_time),
        indicators=[
            IndicatorForecastScore(label=registry.label(series), score=_score(by_series[series]))
            for series in sorted(by_series)
        ],
        late=_score([one for one in verified if not one.is_live]),
    )


def _score(forecasts: Sequence[VerifiedForecast]) -> ForecastScore:
    pits = [one.pit for one in forecasts if one.pit is not None]
    judged = [one for one in forecasts if one.brier is not None]
    return ForecastScore(
        n_forecasts=len(forecasts),
        n_hits=sum(bool(one.hit) for one in judged),
        mean_probability=_mean(one.forecast.probability for one in judged),
        brier=_mean(one.brier for one in judged),
        crps_pp=_mean(one.crps_pp for one in forecasts),
        mean_pit=_mean(pits),
        covers80=coverage(pits, 0.8) if pits else None,
        pit_counts=np.histogram(pits, bins=10, range=(0, 1))[0].tolist(),
    )


def _mean(scores: Iterable[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return float(np.mean(known)) if known else None
