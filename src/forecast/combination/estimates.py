"""Estimates from the record, made once for all outlooks of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.registry import Registry
from forecast.base.series import Series
from forecast.combination.calibration import (
    Calibration,
    calibration_of,
    pits_of,
    series_calibration,
)
from forecast.combination.dependence import Dependence, PastErrors, dependence, error_scores
from forecast.combination.pool import Standing, past_scores, prior_scores, standing
from forecast.combination.scales import pooled_estimates
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.shared import Shared
from forecast.verification.record import POOL, RAW_POOL, Record, settled_densities

_KEPT = 4  # a day, the days before it that were settled, the year before


def estimation_day(day: date) -> date:
    """Return the last day of settled forecasts that enter estimates: 28 February or earlier.

    Parameters are estimated once a year, when the year before is out: probabilities that move
    within the year move because of figures, not of parameters.
    """
    return min(day, date(day.year, 2, 28))


@dataclass(frozen=True, eq=False)
class Estimates:
    """What is learnt from settled forecasts: for models, their weights, calibration, dependence.

    `scores` are those of the models, `raw_pools` the pools before recalibration, `errors` the
    normal scores of the pools after it.
    """

    shared: Shared
    scores: pd.DataFrame
    raw_pools: pd.DataFrame
    errors: PastErrors
    _calibrations: dict[tuple[int, str, bool], Calibration] = field(default_factory=dict)
    _standings: dict[tuple[tuple[str, ...], int, str], Standing] = field(default_factory=dict)
    _weights: dict[tuple[tuple[str, ...], int, str, str], FloatArray] = field(default_factory=dict)
    _dependences: dict[tuple[tuple[Series, int], ...], Dependence] = field(default_factory=dict)

    def calibration(
        self, months_known: int, series: Series, *, of_next: bool = False
    ) -> Calibration:
        """Return the recalibration of a series for so many months known.

        It is that of the year, or of the next figure.
        """
        of_all, of_series = (months_known, "", of_next), (months_known, str(series), of_next)
        if of_series not in self._calibrations:
            pools = pits_of(self.raw_pools, of_next=of_next)
            if of_all not in self._calibrations:
                self._calibrations[of_all] = calibration_of(pools, months_known)
            own = pools[(pools["area"] == series.area) & (pools["indicator"] == series.indicator)]
            pooled = self._calibrations[of_all]
            self._calibrations[of_series] = series_calibration(pooled, own, months_known)
        return self._calibrations[of_series]

    def weights(
        self, models: Sequence[str], months_known: int, reference: str, series_class: str = ""
    ) -> FloatArray:
        """Return the models' weights in one series of a class, as `Standing.weights` does."""
        key = tuple(models), months_known, series_class
        if key not in self._standings:
            self._standings[key] = standing(self.scores, models, months_known, series_class)
        of_series = (*key, reference)
        if of_series not in self._weights:
            own = self.scores.iloc[self._places.get(reference, [])]
            prior = prior_scores(series_class, models, months_known)
            self._weights[of_series] = self._standings[key].weights(own, prior)
        return self._weights[of_series]

    def dependence(self, histories: Sequence[History]) -> Dependence:
        """Return the dependence between an area's indicators, in the order of the histories."""
        key = tuple((history.series, history.months_known) for history in histories)
        if key not in self._dependences:
            self._dependences[key] = dependence(histories, self.errors)
        return self._dependences[key]

    @cached_property
    def _places(self) -> dict[str, NDArray[np.intp]]:
        places = self.scores.groupby(level="reference", observed=True).indices
        return {str(reference): np.asarray(rows) for reference, rows in places.items()}


@lru_cache(maxsize=_KEPT)
def estimates_of(record: Record, registry: Registry, day: date) -> Estimates:
    """Return the estimates from the forecasts of a record that were settled by a day."""
    past = settled_densities(record.settled_by(day).densities)
    raw, final = (past[past["model"] == name] for name in (RAW_POOL, POOL))
    return Estimates(
        shared_estimates(registry, record, day),
        past_scores(past),
        raw,
        PastErrors(error_scores(final), registry),
    )


def shared_estimates(registry: Registry, record: Record, day: date) -> Shared:
    """Return the estimates that models share, from forecasts that were settled by a day."""
    named = record.points[["area", "indicator"]].drop_duplicates().itertuples(index=False)
    entries = {series: registry.of(*series) for series in map(Series._make, named)}
    donors = {str(s): [str(d) for d in e.donor_series(s.area)] for s, e in entries.items()}
    related = {str(series): entry.related for series, entry in entries.items()}
    return pooled_estimates(record, donors, day, related)
