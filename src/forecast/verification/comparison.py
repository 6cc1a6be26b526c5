"""Forecasters compared on the forecasts that they share, and how their probabilities move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.verification.intervals import Interval, ratio_by_year, slope_by_year

KEY = ["area", "indicator", "as_of"]
_TARGET = ["area", "indicator", "year", "target_pct"]
_SCORES = {"crps": "crps", "brier": "brier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A model's mean scores over a rival's, on the `n_forecasts` that both made.

    A ratio is None where the rival never erred, or neither has such a score.
    """

    n_forecasts: int
    n_years: int
    crps: Interval | None
    brier: Interval | None


def shared_forecasts(forecasts: pd.DataFrame, model: str, rival: str) -> pd.DataFrame:
    """Return the forecasts that both made, the rival's scores in columns that end in `_rival`."""
    own, other = (forecasts[forecasts["model"] == name] for name in (model, rival))
    places = {key: place for place, key in enumerate(_keys(other))}
    if len(places) != len(other):
        raise ValueError(f"forecasts of {rival!r} repeat; allowed: one for each target and day")
    found = np.array([places.get(key, -1) for key in _keys(own)], dtype=int)
    both, found = own[found >= 0], found[found >= 0]
    scores = {f"{score}_rival": other[score].to_numpy()[found] for score in _SCORES}
    return both.assign(**scores).reset_index(drop=True)


def _keys(forecasts: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Return what each forecast is about; a merge of small tables takes longer than their work."""
    return zip(*(forecasts[name].to_numpy().tolist() for name in KEY), strict=True)


def compared(forecasts: pd.DataFrame, model: str, rival: str) -> Comparison:
    """Return a model's scores over a rival's, on the forecasts that both made."""
    return compared_on(shared_forecasts(forecasts, model, rival))


def compared_on(both: pd.DataFrame) -> Comparison:
    """Return a model's scores over a rival's on the result of `shared_forecasts`."""
    ratios = {}
    for score in _SCORES:
        own, other = both[score].to_numpy(), both[f"{score}_rival"].to_numpy()
        known = ~(np.isnan(own) | np.isnan(other))
        ratios[score] = ratio_by_year(own[known], other[known], both["year"].to_numpy()[known])
    return Comparison(n_forecasts=len(both), n_years=both["year"].nunique(), **ratios)


def revisions(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return each change of a target's probability with the change before it, one row a pair.

    A change is that from one forecast of a target to the next one in time, by one model.
    """
    known = forecasts.dropna(subset=["probability"]).sort_values("as_of")
    groups = known.groupby(_TARGET, sort=False, observed=True)["probability"]
    change = groups.diff()
    before = change.groupby([known[name] for name in _TARGET], sort=False, observed=True).shift()
    return known.assign(change=change, change_before=before).dropna(
        subset=["change", "change_before"]
    )


def revision_slope(forecasts: pd.DataFrame) -> Interval | None:
    """Return the slope of changes of a model's probabilities on the changes before them.

    Zero where each forecast takes in all that was known (Nordhaus 1987); above it forecasts are
    sluggish and move the same way again, below it they move too far and back.
    """
    pairs = revisions(forecasts)
    return slope_by_year(pairs["change_before"], pairs["change"], pairs["year"])
