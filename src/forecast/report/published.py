"""Scores of the forecasts that reports published, by what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.registry import Registry
from forecast.base.series import Series, SeriesLabel
from forecast.verification.record import VerifiedForecast, verified_forecasts
from forecast.verification.scores import coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastScore:
    """Mean scores of forecasts; None where none of them has such a score.

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
    """Scores of published forecasts: of all, and by indicator.

    `n_open` forecasts are not settled yet. `late` are those that were published only after the
    outturn: they prove nothing, and no other number includes them.
    """

    n_open: int
    overall: ForecastScore
    indicators: list[IndicatorForecastScore]
    late: ForecastScore


def published_scores(snapshot: Snapshot) -> PublishedScores:
    """Return the scores of the data folder's forecasts of earlier days."""
    day = snapshot.day
    forecasts = [
        f for f in snapshot.archive.published_forecasts if f.day < day and f.listed_on <= day
    ]
    return scores_of(*verified_forecasts(forecasts, snapshot), snapshot.registry)


def scores_of(
    verified: Sequence[VerifiedForecast], still_open: Sequence[object], registry: Registry
) -> PublishedScores:
    """Return the scores of verified forecasts, with those published too late apart."""
    in_time = [f for f in verified if f.is_live]
    by_series: dict[Series, list[VerifiedForecast]] = {}
    for f in in_time:
        by_series.setdefault(Series(f.forecast.area, f.forecast.indicator), []).append(f)
    return PublishedScores(
        n_open=len(still_open),
        overall=_score(in_time),
        indicators=[
            IndicatorForecastScore(label=registry.label(series), score=_score(by_series[series]))
            for series in sorted(by_series)
        ],
        late=_score([f for f in verified if not f.is_live]),
    )


def _score(forecasts: Sequence[VerifiedForecast]) -> ForecastScore:
    pits = [f.pit for f in forecasts if f.pit is not None]
    judged = [f for f in forecasts if f.brier is not None]
    return ForecastScore(
        n_forecasts=len(forecasts),
        n_hits=sum(bool(f.hit) for f in judged),
        mean_probability=_mean(f.forecast.probability for f in judged),
        brier=_mean(f.brier for f in judged),
        crps_pp=_mean(f.crps_pp for f in forecasts),
        mean_pit=_mean(pits),
        covers80=coverage(pits, 0.8) if pits else None,
        pit_counts=np.histogram(pits, bins=10, range=(0, 1))[0].tolist(),
    )


def _mean(scores: Iterable[float | None]) -> float | None:
    present = [score for score in scores if score is not None and not np.isnan(score)]
    return float(np.mean(present)) if present else None
