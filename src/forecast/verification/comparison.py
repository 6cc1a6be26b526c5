"""Forecasters compared on the forecasts that they share, and how their probabilities move."""

from __future__ import annotations

from dataclasses import dataclass

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
    by_model = (forecasts[forecasts["model"] == name] for name in (model, rival))
    own, other = by_model
    kept = [*KEY, *_SCORES]
    return own.merge(other[kept], on=KEY, suffixes=("", "_rival"), validate="one_to_one")


def compared(forecasts: pd.DataFrame, model: str, rival: str) -> Comparison:
    """Return a model's scores over a rival's, on the forecasts that both made."""
    both = shared_forecasts(forecasts, model, rival)
    ratios = {}
    for score in _SCORES:
        known = both.dropna(subset=[score, f"{score}_rival"])
        ratios[score] = ratio_by_year(known[score], known[f"{score}_rival"], known["year"])
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
