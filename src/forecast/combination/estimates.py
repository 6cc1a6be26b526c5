"""What an outlook learns from the record: once for all outlooks of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.registry import Registry
from forecast.combination.calibration import Calibration, calibration_of
from forecast.combination.dependence import error_scores
from forecast.combination.pool import Standing, past_scores, standing
from forecast.combination.scales import learnt
from forecast.history.levels import FloatArray
from forecast.models.shared import Shared
from forecast.verification.record import POOL, RAW_POOL, Record, final_calls

_KEPT = 4  # a day, the days before it that were settled, the year before


def learning_day(day: date) -> date:
    """Return the day up to which settled calls teach: the end of February, or an earlier day.

    What models share is learnt once a year, when the year before is out, and kept: a report that
    moves within the year moves for its figures, not for its parameters.
    """
    return min(day, date(day.year, 2, 28))


@dataclass(frozen=True, eq=False)
class Lessons:
    """What settled calls teach: what models share, their scores, the pools, how errors fell.

    `raw_pools` are those before recalibration, `errors` the normal scores of those after it.
    """

    shared: Shared
    scores: pd.DataFrame
    raw_pools: pd.DataFrame
    errors: pd.DataFrame
    _calibrations: dict[int, Calibration] = field(default_factory=dict)
    _standings: dict[tuple[tuple[str, ...], int], Standing] = field(default_factory=dict)
    _weights: dict[tuple[tuple[str, ...], int, str], FloatArray] = field(default_factory=dict)

    def calibration(self, months_known: int) -> Calibration:
        """Return the map that the pools before recalibration teach for so many months known."""
        if months_known not in self._calibrations:
            self._calibrations[months_known] = calibration_of(self.raw_pools, months_known)
        return self._calibrations[months_known]

    def weights(self, models: Sequence[str], months_known: int, reference: str) -> FloatArray:
        """Return the models' weights in one series, as `pool.weights` does."""
        key = tuple(models), months_known
        if key not in self._standings:
            self._standings[key] = standing(self.scores, models, months_known)
        if (*key, reference) not in self._weights:
            own = self.scores.iloc[self._places.get(reference, [])]
            self._weights[*key, reference] = self._standings[key].weights(own)
        return self._weights[*key, reference]

    @cached_property
    def _places(self) -> dict[str, NDArray[np.intp]]:
        places = self.scores.groupby(level="reference").indices
        return {str(reference): np.asarray(rows) for reference, rows in places.items()}


@lru_cache(maxsize=_KEPT)
def lessons(record: Record, registry: Registry, day: date) -> Lessons:
    """Return what the calls of a record teach that were settled by a learning day."""
    past = final_calls(record.settled_by(day).densities)
    raw, final = (past[past["model"] == name] for name in (RAW_POOL, POOL))
    return Lessons(
        what_is_shared(registry, record, day), past_scores(past), raw, error_scores(final)
    )


def what_is_shared(registry: Registry, record: Record, day: date) -> Shared:
    """Return what models share, learnt from the record's calls that were settled by a day."""
    named = record.calls[["area", "indicator"]].drop_duplicates().itertuples(index=False)
    entries = {f"{area}/{name}": (area, registry.of(area, name)) for area, name in named}
    lenders = {series: one.lenders(area) for series, (area, one) in entries.items()}
    related = {series: one.related for series, (_, one) in entries.items()}
    return learnt(record, lenders, day, related)
