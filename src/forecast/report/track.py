"""The track record: scores of replayed forecasts, with intervals by year."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from forecast.archive.registry import Registry
from forecast.base.files import cache_folder, cache_text, cached_text
from forecast.base.package import code_hash
from forecast.base.randomness import generator
from forecast.base.series import Series, SeriesLabel
from forecast.report.lights import RANGES, ends_of_range, range_of, word
from forecast.verification.comparison import (
    compared,
    compared_on,
    revision_slope,
    shared_forecasts,
)
from forecast.verification.intervals import (
    Interval,
    effective_years,
    p_of_share,
    score_by_year,
    share_by_year,
)
from forecast.verification.record import (
    POOL,
    RAW_POOL,
    REFERENCES,
    announced_forecasts,
    settled_densities,
)
from forecast.verification.scores import Reliability, brier_parts, coverage, reliability

FEWEST_YEARS, FEWEST_FORECASTS = 3, 50
BAND, N_DRAWS, COVERED = 0.9, 400, 0.8
FEWEST_SIMILAR = 10
MONTH_RANGES = ((0, 0), (1, 3), (4, 6), (7, 9), (10, 12))
PLANNER = "planner"
RIVALS = (PLANNER, "climatology", "prophet")
_NAMES = ("area", "indicator", "model", "outturn_status")
_VALUES = (
    "year", "as_of", "months_known", "target_pct", "announced_pct",
    "probability", "hit", "announced_probability", "announced_hit",
    "brier", "log_score", "crps", "pit",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What forecasts came to: mean scores, with 90 % intervals by year; None where none counts.

    `effective_years` counts years by their weight. Calibration: `covers80` is the share of outturns
    in the 80 % band, `covers80_p` how probable one as far from 80 % is by years alone, `below80`
    and `above80` the shares on either side, `pit_counts` the probability integral transforms in ten
    equal bins, `stated` the mean probability and `attained` the share that came true,
    `miscalibration` and `discrimination` parts of the Brier score (CORP): how much worse it is than
    that of the frequencies observed, and how much better these are than one frequency for all.
    """

    n_forecasts: int
    effective_years: float | None
    crps: Interval | None
    brier: Interval | None
    covers80: Interval | None
    covers80_p: float | None
    below80: float | None
    above80: float | None
    pit_counts: list[int]
    stated: float | None
    attained: float | None
    miscalibration: float | None
    discrimination: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore(Scores):
    """Scores of a model, of the pool or of a reference over all settled forecasts that it made.

    Other models made others: `crps_to_pool` is the ratio on the `n_shared` forecasts that both
    made, None for the pool itself.
    """

    model: str
    log_score: float | None
    covers90: float | None
    n_shared: int | None
    crps_to_pool: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthScore(Scores):
    """Scores of the pool when so many months were known, and mean scores of its rivals."""

    months_known: int
    rivals_crps_pp: dict[str, float]
    rivals_brier: dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorScore(Scores):
    """Scores of the pool for one indicator of an area, beside the planner's rule.

    `planner_crps_pp` and `planner_brier` are the rule's, and `crps_to_planner` the ratio of the
    pool's to it, on the forecasts that both made. `n_expected` forecasts were of years for which
    the office has only an expected outturn.
    """

    label: SeriesLabel
    planner_crps_pp: float | None
    planner_brier: float | None
    crps_to_planner: Interval | None
    n_expected: int
    crps_expected_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeScore:
    """What came of the forecasts in one range: of printed probabilities from `least` to `most`.

    `stated` is their mean and `word` the word for it, `attained` the share that came true, with its
    interval by year.
    """

    word: str
    least: float
    most: float
    n_forecasts: int
    effective_years: float
    stated: float
    attained: Interval

    @property
    def deviation(self) -> str:
        """`less` or `more` often than stated, by more than years differ; else `none`."""
        if self.attained.lower is None or self.attained.upper is None:
            return "none"
        if self.attained.upper < self.stated:
            return "less"
        return "more" if self.attained.lower > self.stated else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarForecasts(RangeScore):
    """What came of past forecasts like one: of probabilities in the same range.

    Where the record has enough of them, they also had about as many months known, `first_month` to
    `last_month`, and are of series whose growth runs through the year alike (`rule`); None where
    they are of any.
    """

    first_month: int | None
    last_month: int | None
    rule: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How much lower the pool's scores are than a rival's, in per cent, with 90 % intervals.

    None where the rival never erred.
    """

    rival: str
    n_forecasts: int
    crps_pct: Interval | None
    brier_pct: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """Scores of past forecasts of one kind of target.

    `ranges` tells by stated probability how often forecasts came true, the highest first.
    `revision_slope` is the slope of a change of a target's probability on the change before it: 0
    where each forecast took in all that was known, above 0 where they were sluggish.
    """

    n_forecasts: int
    first_year: int
    last_year: int
    n_years: int
    is_thin: bool
    months: list[MonthScore]
    indicators: list[IndicatorScore]
    ranges: list[RangeScore]
    reliability: Reliability | None
    skill: list[Skill]
    revision_slope: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord(TargetRecord):
    """Scores of past forecasts, replayed from what was known then against last year's growth.

    `announced` holds those of the targets that were announced by each day, None without any.
    """

    n_without_target: int
    models: list[ModelScore]
    announced: TargetRecord | None


def kept_track_record(densities: pd.DataFrame, registry: Registry, seed: int) -> TrackRecord | None:
    """Return the track record, from the cache where the report of another day or area left it.

    The record of past forecasts stays as it is for a year.
    """
    labels = [registry.label(series) for series in _series_of(densities)]
    key = hashlib.sha256(repr((labels, seed, code_hash())).encode())
    key.update(pd.util.hash_pandas_object(_slim(densities)).to_numpy().tobytes())
    path = cache_folder() / f"track-{key.hexdigest()[:32]}.json"
    text = cached_text(path)
    if text is not None:
        return _adapter().validate_json(text)
    track = track_record(densities, registry, seed)
    cache_text(path, _adapter().dump_json(track).decode())
    return track


@cache
def _adapter() -> TypeAdapter[TrackRecord | None]:
    return TypeAdapter(TrackRecord | None)


def track_record(densities: pd.DataFrame, registry: Registry, seed: int) -> TrackRecord | None:
    """Return the scores of settled forecasts, those of expected outturns apart; None without any.

    Intervals rest on years, because the forecasts of a year share its shocks.
    """
    densities = _slim(densities)
    forecasts = settled_densities(densities)
    pool = forecasts[forecasts["model"] == POOL]
    if pool.empty:
        return None
    announced = announced_forecasts(densities)
    is_other = not announced["announced_pct"].equals(
        densities.loc[announced.index, "target_pct"].rename("announced_pct")
    )
    return TrackRecord(
        **_target_record(densities, registry, generator(seed, "track/reliability")),
        n_without_target=int(pool["probability"].isna().sum()),
        models=[_model(m, forecasts) for m in sorted(forecasts["model"].unique(), key=_rank)],
        announced=announced_record(announced, registry, seed) if is_other else None,
    )


def announced_record(announced: pd.DataFrame, registry: Registry, seed: int) -> TargetRecord | None:
    """Return the scores of forecasts of announced targets; None without a settled one."""
    pools = announced[announced["model"] == POOL]
    if settled_densities(pools).empty:
        return None
    return TargetRecord(**_target_record(announced, registry, generator(seed, "track/announced")))


def _series_of(densities: pd.DataFrame) -> list[Series]:
    pairs = densities[["area", "indicator"]].drop_duplicates().astype(str)
    return sorted(Series(*pair) for pair in pairs.itertuples(index=False))


def _slim(densities: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts that are scored, with what scores need, in a form that is fast to sift.

    Rows are picked hundreds of times: names are compared by their number, and numbers of a kind
    lie in one block.
    """
    rows = densities.loc[densities["model"] != RAW_POOL, [*_NAMES, *_VALUES]]
    return rows.astype(dict.fromkeys(_NAMES, "category")).copy()


def _rank(model: str) -> tuple[bool, bool, str]:
    return model != POOL, model in REFERENCES, model


def _target_record(
    densities: pd.DataFrame, registry: Registry, rng: np.random.Generator
) -> dict[str, Any]:
    forecasts = settled_densities(densities)
    pool, every = (table[table["model"] == POOL] for table in (forecasts, densities))
    months = sorted(int(k) for k in pool["months_known"].unique())
    n_years = pool["year"].nunique()
    return {
        "n_forecasts": len(pool),
        "first_year": int(pool["year"].min()),
        "last_year": int(pool["year"].max()),
        "n_years": n_years,
        "is_thin": n_years < FEWEST_YEARS or len(pool) < FEWEST_FORECASTS,
        "months": [_month(k, forecasts[forecasts["months_known"] == k]) for k in months],
        "indicators": [_indicator(series, densities, registry) for series in _series_of(every)],
        "ranges": _ranges(pool.dropna(subset=["probability"])),
        "reliability": _reliability(pool.dropna(subset=["probability"]), rng),
        "skill": [s for rival in RIVALS if (s := _skill(forecasts, rival)) is not None],
        "revision_slope": revision_slope(pool),
    }


def _scores(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the values of `Scores` for one model's forecasts."""
    asked, year, pit = rows.dropna(subset=["probability"]), rows["year"], rows["pit"]
    tail = (1 - COVERED) / 2
    is_inside = ((pit >= tail) & (pit <= 1 - tail)).astype(float)
    has_both = 0 < asked["hit"].sum() < len(asked)
    parts = brier_parts(asked["probability"], asked["hit"]) if has_both else None
    return {
        "n_forecasts": len(rows),
        "effective_years": effective_years(year) if len(rows) else None,
        "crps": score_by_year(rows["crps"], year),
        "brier": score_by_year(rows["brier"], year),
        "covers80": share_by_year(is_inside, year),
        "covers80_p": p_of_share(is_inside, year, COVERED),
        "below80": _mean(pit < tail),
        "above80": _mean(pit > 1 - tail),
        "pit_counts": np.histogram(pit, bins=10, range=(0, 1))[0].tolist(),
        "stated": _mean(asked["probability"]),
        "attained": _mean(asked["hit"]),
        "miscalibration": None if parts is None else parts.miscalibration,
        "discrimination": None if parts is None else parts.discrimination,
    }


def _model(model: str, forecasts: pd.DataFrame) -> ModelScore:
    rows = forecasts[forecasts["model"] == model]
    shared = None if model == POOL else compared(forecasts, model, POOL)
    return ModelScore(
        **_scores(rows),
        model=model,
        log_score=_mean(rows["log_score"]),
        covers90=coverage(rows["pit"], 0.9),
        n_shared=None if shared is None else shared.n_forecasts,
        crps_to_pool=None if shared is None else shared.crps,
    )


def _month(months_known: int, rows: pd.DataFrame) -> MonthScore:
    """Return the pool's scores at so many months known, and the rivals' CRPS and Brier."""
    means = rows.groupby("model", observed=True)[["crps", "brier"]].mean()
    rivals = [r for r in RIVALS if r in means.index]
    return MonthScore(
        **_scores(rows[rows["model"] == POOL]),
        months_known=months_known,
        rivals_crps_pp={r: float(means["crps"][r]) for r in rivals},
        rivals_brier={r: float(means["brier"][r]) for r in rivals},
    )


def _indicator(series: Series, densities: pd.DataFrame, registry: Registry) -> IndicatorScore:
    own = densities[
        (densities["area"] == series.area) & (densities["indicator"] == series.indicator)
    ]
    pool = own[own["model"] == POOL]
    settled = settled_densities(pool)
    forecasts = settled_densities(own)
    shared = shared_forecasts(forecasts, POOL, PLANNER)
    expected = pool.drop(settled.index)
    return IndicatorScore(
        **_scores(settled),
        label=registry.label(series),
        planner_crps_pp=_mean(shared["crps_rival"]),
        planner_brier=_mean(shared["brier_rival"]),
        crps_to_planner=compared_on(shared).crps,
        n_expected=len(expected),
        crps_expected_pp=_mean(expected["crps"]),
    )


def _ranges(asked: pd.DataFrame) -> list[RangeScore]:
    """Return how often forecasts came true, by the range of their probability."""
    places = asked["probability"].map(range_of)
    found = (_range(asked[places == place], place) for place in range(len(RANGES)))
    return [score for score in found if score is not None]


def _range(rows: pd.DataFrame, place: int) -> RangeScore | None:
    """Return how often forecasts of one range, by its place, came true."""
    attained = share_by_year(rows["hit"], rows["year"])
    if attained is None:
        return None
    least, most = ends_of_range(place)
    stated = float(rows["probability"].mean())
    return RangeScore(
        word=word(stated),
        least=least,
        most=most,
        n_forecasts=len(rows),
        effective_years=effective_years(rows["year"]),
        stated=stated,
        attained=attained,
    )


def similar_forecasts(
    pools: pd.DataFrame,
    registry: Registry,
    probability: float,
    *,
    months_known: int,
    rule: str,
) -> SimilarForecasts | None:
    """Return what came of past forecasts like one; None where there are too few of them.

    `pools` are those of a record, as `Record.pools` has them.
    """
    from forecast.models.shared import rule_of  # late: readers of results load no model

    pool = pools[["area", "indicator", "year", "months_known", "probability", "hit"]]
    pool = pool[pool["probability"].notna()]
    place = range_of(probability)
    pool = pool[pool["probability"].map(range_of) == place]
    first, last = next(m for m in MONTH_RANGES if months_known <= m[1])
    series = list(zip(pool["area"].map(str), pool["indicator"].map(str), strict=True))
    rules = {key: rule_of(registry.of(*key)) for key in set(series)}
    is_of_rule = np.array([rules[key] == rule for key in series], dtype=bool)
    is_of_months = pool["months_known"].between(first, last).to_numpy()
    every = np.ones(len(pool), dtype=bool)
    for chosen, has_months, has_rule in (
        (is_of_months & is_of_rule, True, True),
        (is_of_months, True, False),
        (every, False, False),
    ):
        found = _range(pool[chosen], place)
        if found is None or found.n_forecasts < FEWEST_SIMILAR:
            continue
        if found.effective_years >= FEWEST_YEARS:
            return SimilarForecasts(
                **{f.name: getattr(found, f.name) for f in fields(RangeScore)},
                first_month=first if has_months else None,
                last_month=last if has_months else None,
                rule=rule if has_rule else None,
            )
    return None


def _reliability(pool: pd.DataFrame, rng: np.random.Generator) -> Reliability | None:
    """Return the reliability diagram; None where all targets were met, or none."""
    if pool["hit"].nunique() < 2:
        return None
    return reliability(pool["probability"], pool["hit"], level=BAND, n_draws=N_DRAWS, rng=rng)


def _skill(forecasts: pd.DataFrame, rival: str) -> Skill | None:
    """Return one minus the ratio of the pool's scores to a rival's on the same forecasts.

    None where years are few.
    """
    shared = compared(forecasts, POOL, rival)
    if shared.n_years < FEWEST_YEARS:
        return None
    return Skill(
        rival=rival,
        n_forecasts=shared.n_forecasts,
        crps_pct=_gain_pct(shared.crps),
        brier_pct=_gain_pct(shared.brier),
    )


def _gain_pct(ratio: Interval | None) -> Interval | None:
    return None if ratio is None else ratio.mapped(lambda value: 100 * (1 - value))


def _mean(scores: Iterable[float]) -> float | None:
    present = [score for score in scores if not np.isnan(score)]
    return float(np.mean(present)) if present else None
