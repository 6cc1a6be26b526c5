"""Published forecasts against the outturns that settle their years, and their scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.published_forecasts import PublishedForecast
from forecast.history.series import build_history
from forecast.verification.outturn import Outturn, outturn_of
from forecast.verification.scores import brier, crps, pit


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedForecast:
    """A forecast, its outturn and its scores; growth in per cent, `crps_pp` in percentage points.

    `is_live` tells whether the forecast was listed before the day on which the outturn came out: a
    program that lists it later could have used the outturn. `hit` and `brier` are None without a
    target, `crps_pp` and `pit` where no distribution was published.
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
    hit = None if target is None else bool(target.is_met_as_published(growth))
    values, probability = np.array([forecast.quantiles_pct]), forecast.probability
    return VerifiedForecast(
        forecast=forecast,
        outturn_pct=growth,
        outturn_status=outturn.status,
        settled_on=on,
        is_live=on is not None and forecast.listed_on < on,
        hit=hit,
        brier=None if hit is None or probability is None else float(brier(probability, hit)),
        crps_pp=float(crps(values, [growth])[0]) if forecast.quantiles_pct else None,
        pit=float(pit(values, [growth])[0]) if forecast.quantiles_pct else None,
    )
