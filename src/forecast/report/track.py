"""The track record: scores of replayed forecasts, and of those that were published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot
from forecast.archive.registry import Registry
from forecast.base.randomness import generator
from forecast.base.series import Series, SeriesLabel
from forecast.verification.record import (
    POOL,
    RAW_POOL,
    REFERENCES,
    VerifiedForecast,
    settled_densities,
    verified_forecasts,
)
from forecast.verification.scores import (
    Interval,
    Reliability,
    coverage,
    ratio_by_year,
    reliability,
)

FEWEST_YEARS, FEWEST_FORECASTS = 3, 50
BAND, N_DRAWS = 0.9, 400
RIVALS = ("planner", "climatology", "prophet")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """Mean scores of a model, of the pool or of a reference over all settled forecasts."""

    model: str
    n_forecasts: int
    crps_pp: float
    brier: float | None
    log_score: float | None
    covers80: float
    covers90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthScore:
    """Mean scores of the pool when so many months were known, and those of its rivals."""

    months_known: int
    n_forecasts: int
    crps_pp: float
    brier: float | None
    covers80: float
    rivals_crps_pp: dict[str, float]
    rivals_brier: dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorScore:
    """Mean scores of the pool for one indicator of an area; None where no forecast counts.

    `n_expected` forecasts were of years for which the office has only an expected outturn.
    """

    label: SeriesLabel
    n_forecasts: int
    crps_pp: float | None
    brier: float | None
    covers80: float | None
    n_expected: int
    crps_expected_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How much lower the pool's scores are than a rival's, in per cent, with 90 % intervals."""

    rival: str
    n_forecasts: int
    crps_pct: Interval
    brier_pct: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """Scores of past forecasts, replayed from what was known then against last year's growth."""

    n_forecasts: int
    first_year: int
    last_year: int
    n_years: int
    is_thin: bool
    n_without_target: int
    models: list[ModelScore]
    months: list[MonthScore]
    indicators: list[IndicatorScore]
    reliability: Reliability | None
    skill: list[Skill]


def track_record(densities: pd.DataFrame, registry: Registry, seed: int) -> TrackRecord | None:
    """Return the scores of settled forecasts, those of expected outturns apart; None without any.

    Intervals resample years, because the forecasts of a year share its shocks.
    """
    forecasts = settled_densities(densities[densities["model"] != RAW_POOL])
    pool = forecasts[forecasts["model"] == POOL]
    every = densities[densities["model"] == POOL]
    if pool.empty:
        return None
    years = sorted(int(y) for y in pool["year"].unique())
    months = sorted(int(k) for k in pool["months_known"].unique())
    models = sorted(forecasts["model"].unique(), key=lambda m: (m != POOL, m in REFERENCES, m))
    return TrackRecord(
        n_forecasts=len(pool),
        first_year=years[0],
        last_year=years[-1],
        n_years=len(years),
        is_thin=len(years) < FEWEST_YEARS or len(pool) < FEWEST_FORECASTS,
        n_without_target=int(pool["probability"].isna().sum()),
        models=[_model(m, forecasts[forecasts["model"] == m]) for m in models],
        months=[_month(k, forecasts[forecasts["months_known"] == k]) for k in months],
        indicators=[
            _indicator(rows, registry)
            for _, rows in every.groupby(["area", "indicator"], observed=True)
        ],
        reliability=_reliability(pool.dropna(subset=["probability"]), seed),
        skill=[s for rival in RIVALS if (s := _skill(forecasts, rival, seed)) is not None],
    )


def _model(model: str, rows: pd.DataFrame) -> ModelScore:
    return ModelScore(
        model=model,
        n_forecasts=len(rows),
        crps_pp=float(rows["crps"].mean()),
        brier=float(rows["brier"].mean()),
        log_score=float(rows["log_score"].mean()),
        covers80=coverage(rows["pit"], 0.8),
        covers90=coverage(rows["pit"], 0.9),
    )


def _month(months_known: int, rows: pd.DataFrame) -> MonthScore:
    """Return the pool's scores at so many months known, and the rivals' CRPS and Brier."""
    pool = rows[rows["model"] == POOL]
    means = rows.groupby("model", observed=True)[["crps", "brier"]].mean()
    rivals = [r for r in RIVALS if r in means.index]
    return MonthScore(
        months_known=months_known,
        n_forecasts=len(pool),
        crps_pp=float(pool["crps"].mean()),
        brier=float(pool["brier"].mean()),
        covers80=coverage(pool["pit"], 0.8),
        rivals_crps_pp={r: float(means["crps"][r]) for r in rivals},
        rivals_brier={r: float(means["brier"][r]) for r in rivals},
    )


def _indicator(rows: pd.DataFrame, registry: Registry) -> IndicatorScore:
    series = Series(str(rows["area"].iloc[0]), str(rows["indicator"].iloc[0]))
    settled = settled_densities(rows)
    expected = rows.drop(settled.index)
    return IndicatorScore(
        label=registry.label(series),
        n_forecasts=len(settled),
        crps_pp=_mean(settled["crps"]),
        brier=_mean(settled["brier"]),
        covers80=coverage(settled["pit"], 0.8) if len(settled) else None,
        n_expected=len(expected),
        crps_expected_pp=_mean(expected["crps"]),
    )


def _reliability(pool: pd.DataFrame, seed: int) -> Reliability | None:
    """Return the reliability diagram; None where all targets were met, or none."""
    if pool["hit"].nunique() < 2:
        return None
    rng = generator(seed, "track/reliability")
    return reliability(pool["probability"], pool["hit"], level=BAND, n_draws=N_DRAWS, rng=rng)


def _skill(forecasts: pd.DataFrame, rival: str, seed: int) -> Skill | None:
    """Return one minus the ratio of the pool's scores to a rival's on the same forecasts.

    None where years are few, and where the rival never erred: then there is nothing to gain.
    """
    key = ["area", "indicator", "as_of"]
    both = forecasts[forecasts["model"] == POOL].merge(
        forecasts[forecasts["model"] == rival],
        on=key,
        suffixes=("", "_rival"),
        validate="one_to_one",
    )
    if both["year"].nunique() < FEWEST_YEARS:
        return None
    crps = _gain(both, "crps", generator(seed, f"track/{rival}/crps"))
    brier = _gain(both.dropna(subset=["brier"]), "brier", generator(seed, f"track/{rival}/brier"))
    if crps is None or brier is None:
        return None
    return Skill(
        rival=rival,
        n_forecasts=len(both),
        crps_pct=crps,
        brier_pct=brier,
    )


def _gain(both: pd.DataFrame, score: str, rng: np.random.Generator) -> Interval | None:
    ratio = ratio_by_year(
        both[score], both[f"{score}_rival"], both["year"], level=BAND, n_draws=N_DRAWS, rng=rng
    )
    if ratio is None:
        return None
    return Interval(100 * (1 - ratio.value), 100 * (1 - ratio.upper), 100 * (1 - ratio.lower))


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
