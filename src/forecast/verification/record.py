"""The record of past forecasts as a type, and published forecasts with what came of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot
from forecast.archive.published_forecasts import PublishedForecast
from forecast.base.frames import markup_of
from forecast.base.texts import text
from forecast.history.series import build_history
from forecast.verification.comparison import compared, shared_forecasts
from forecast.verification.outturn import Outturn, outturn_of
from forecast.verification.scores import brier, crps, pit

COLUMNS = {
    "area": "str",
    "indicator": "str",
    "rule": "str",
    "year": "int64",
    "model": "str",
    "months_known": "int64",
    "until": "int64",
    "forecast_pct": "float64",
    "outturn_pct": "float64",
    "settled_on": "datetime64[us]",
}

POOL, RAW_POOL = "pool", "pool_raw"
EXPECTED = "expected"
REFERENCES = ("planner", "climatology")
DENSITY_COLUMNS = {
    "area": "str",
    "indicator": "str",
    "year": "int64",
    "as_of": "datetime64[us]",
    "months_known": "int64",
    "series_class": "str",
    "model": "str",
    "target_pct": "float64",
    "outturn_pct": "float64",
    "outturn_status": "str",
    "settled_on": "datetime64[us]",
    "restated_base": "bool",
    "probability": "float64",
    "hit": "float64",
    "announced_pct": "float64",
    "announced_probability": "float64",
    "announced_hit": "float64",
    "brier": "float64",
    "log_score": "float64",
    "crps": "float64",
    "pit": "float64",
    "mean_pct": "float64",
    "lower80_pct": "float64",
    "upper80_pct": "float64",
    "scale_pp": "float64",
    "seconds": "float64",
    "next_pit": "float64",
}


def no_densities() -> pd.DataFrame:
    """Return a table of density forecasts without rows."""
    return pd.DataFrame(columns=list(DENSITY_COLUMNS)).astype(DENSITY_COLUMNS)


def settled_densities(densities: pd.DataFrame) -> pd.DataFrame:
    """Return the density forecasts of settled years, without those that were only expected."""
    return densities[densities["outturn_status"] != EXPECTED]


def announced_forecasts(densities: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts on whose day a target was announced, with what they said of it."""
    known = densities.dropna(subset=["announced_probability"])
    probability, hit = known["announced_probability"], known["announced_hit"]
    return known.assign(
        target_pct=known["announced_pct"],
        probability=probability,
        hit=hit,
        brier=brier(probability, hit),
        log_score=np.nan,
    )


@dataclass(frozen=True, eq=False)
class Record:
    """Past forecasts, each with its outturn: settled, or only expected by the office.

    `points` holds the point forecasts of simple rules, one row each: `forecast_pct` is the growth
    of January to month `until` that a rule forecast with `months_known` months of `year` known;
    `outturn_pct` was published on `settled_on`. `rule` tells how growth runs through the year:
    `accumulates`, or `end_of_year`.

    `densities` holds the density forecasts of annual growth by models and pools, with their scores;
    probability, hit and what follows from them are NaN where no target was in force. A forecast
    of a year whose outturn the office only expected (`outturn_status`) enters no estimate. What
    begins with `announced_` is of the target that was announced by the day, NaN where none was.
    `next_pit` is where the next figure of the year fell in what a pool said of it, NaN of a model
    alone, and where none came out before that of the whole year.
    """

    points: pd.DataFrame
    densities: pd.DataFrame = field(default_factory=no_densities)

    @classmethod
    def empty(cls) -> Record:
        """Return a record without forecasts."""
        return cls.from_rows([])

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[object, ...]]) -> Record:
        """Return a record of point forecasts, with values in the order of `COLUMNS`."""
        return cls(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))

    @cached_property
    def pools(self) -> pd.DataFrame:
        """The pool's density forecasts of settled years, without those that were only expected."""
        return settled_densities(self.densities[self.densities["model"] == POOL])

    def settled_by(self, day: date) -> Record:
        """Return the forecasts whose outturn was out on a day."""
        return Record(_settled(self.points, day), _settled(self.densities, day))

    def of_model(self, model: str) -> pd.DataFrame:
        """Return one rule's point forecasts with `error_pp`, the outturn less the forecast."""
        points = self.points[self.points["model"] == model]
        return points.assign(error_pp=points["outturn_pct"] - points["forecast_pct"])

    def by_model(self) -> pd.DataFrame:
        """Return each model's mean scores and the pool's, on the settled forecasts that both made.

        `crps_ratio` is the first over the second, from `lower` to `upper` a 90 % interval by year,
        NaN where there is none. Models that made other forecasts compare by it, not by their means.
        """
        forecasts = settled_densities(self.densities)
        models = sorted(
            set(forecasts["model"]) - {POOL, RAW_POOL}, key=lambda m: (m in REFERENCES, m)
        )
        rows = {model: _beside_pool(forecasts, model) for model in models}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(_BESIDE_POOL))

    def to_frame(self) -> pd.DataFrame:
        """Return the density forecasts, one a row, with their scores."""
        return self.densities.copy()

    def long_frame(self) -> pd.DataFrame:
        """Return the density forecasts as cross-validation gives them, growth in per cent.

        A row has `unique_id` (area/indicator), `ds` (the end of the year), `cutoff` (the day of the
        forecast), `y` (the outturn) and `model`; then its mean, its 80 % band, its probability.
        """
        table = self.densities
        keys = {
            "unique_id": table["area"].astype(str) + "/" + table["indicator"].astype(str),
            "ds": pd.to_datetime({"year": table["year"], "month": 12, "day": 31}),
            "cutoff": table["as_of"],
            "y": table["outturn_pct"],
        }
        rest = ["model", "mean_pct", "lower80_pct", "upper80_pct", "probability"]
        return pd.DataFrame(keys).join(table[rest])

    def _repr_html_(self) -> str:
        """Return each model's scores beside the pool's on the forecasts of both, for notebooks."""
        return markup_of(
            self.by_model(),
            text("shown.record", "en", n=int((self.densities["model"] == POOL).sum())),
        )

    def __repr__(self) -> str:
        """Return in a line how many forecasts it holds."""
        return f"<Record: {len(self.points)} point forecasts, {len(self.densities)} densities>"

    def __len__(self) -> int:
        """Return the number of point forecasts."""
        return len(self.points)


_BESIDE_POOL = (
    "forecasts", "crps", "pool_crps", "crps_ratio", "lower", "upper", "brier", "pool_brier",
)  # fmt: skip


def _beside_pool(forecasts: pd.DataFrame, model: str) -> tuple[float, ...]:
    both, ratio = shared_forecasts(forecasts, model, POOL), compared(forecasts, model, POOL).crps
    ends = (np.nan, None, None) if ratio is None else (ratio.value, ratio.lower, ratio.upper)
    means = both[["crps", "crps_rival", "brier", "brier_rival"]].mean()
    return (
        len(both), means["crps"], means["crps_rival"],
        *(np.nan if end is None else end for end in ends), means["brier"], means["brier_rival"],
    )  # fmt: skip


@lru_cache(maxsize=4)
def content_hash(record: Record) -> str:
    """Return a SHA-256 of all forecasts of a record, whatever their order."""
    tables = (record.points, record.densities.drop(columns="seconds"))
    rows = [pd.util.hash_pandas_object(t, index=False).to_numpy(np.uint64) for t in tables]
    return hashlib.sha256(b"".join(np.sort(r).tobytes() for r in rows)).hexdigest()


def _settled(table: pd.DataFrame, day: date) -> pd.DataFrame:
    return table[table["settled_on"] <= pd.Timestamp(day)].reset_index(drop=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedForecast:
    """A forecast, its outturn and its scores; growth in per cent, `crps_pp` in percentage points.

    `is_live` tells whether it is proven that the forecast was listed before the day on which the
    outturn came out: a program that lists it later could have used the outturn. `hit` and `brier`
    are None without a target, `crps_pp` and `pit` where no distribution was published.
    """

    forecast: PublishedForecast
    outturn_pct: float
    outturn_status: str
    settled_on: date | None
    is_live: bool
    hit: bool | None
    brier: float | None
    crps_pp: float | None
    pit: float | None


def verified_forecasts(
    forecasts: Iterable[PublishedForecast], snapshot: Snapshot
) -> tuple[list[VerifiedForecast], list[PublishedForecast]]:
    """Return the forecasts whose year is settled on the snapshot's day, and the open ones.

    Unpublished figures settle nothing.
    """
    published, verified, still_open = snapshot.published, [], []
    for forecast in forecasts:
        outturn = _outturn(forecast, published)
        if outturn is None:
            still_open.append(forecast)
        else:
            verified.append(_verified(forecast, outturn))
    return verified, still_open


def _outturn(forecast: PublishedForecast, snapshot: Snapshot) -> Outturn | None:
    area, indicator = forecast.area, forecast.indicator
    if indicator not in snapshot.indicators_of(area):
        return None
    history = build_history(snapshot, area, indicator, forecast.year, with_related=False)
    return outturn_of(history, forecast.target, snapshot)


def _verified(forecast: PublishedForecast, outturn: Outturn) -> VerifiedForecast:
    growth, on, target = outturn.growth_pct, outturn.released_on, forecast.target
    hit = None if target is None else outturn.attained
    values, probability = np.array([forecast.quantiles_pct]), forecast.probability
    return VerifiedForecast(
        forecast=forecast,
        outturn_pct=growth,
        outturn_status=outturn.status,
        settled_on=on,
        is_live=on is not None and forecast.is_anchored and forecast.listed_on < on,
        hit=hit,
        brier=None if hit is None or probability is None else float(brier(probability, hit)),
        crps_pp=float(crps(values, [growth])[0]) if forecast.quantiles_pct else None,
        pit=float(pit(values, [growth])[0]) if forecast.quantiles_pct else None,
    )
