"""Estimates that models share: scales and shapes of past errors of all indicators and areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.stats import norm

from forecast.archive.registry import Indicator
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History

PRIOR_YEARS = 4.0  # weight of the pool beside a series' own years
SIGNAL_TO_NOISE = 0.2
ASSUMED_SCALE_PP = 5.0  # without a past year of any series: wide, and labelled so
ASSUMED_DIFFERENCE = 1.0
ASSUMED_ELASTICITY = 0.5  # a series moves half as far as its related ones, each in its own units

Rule = Literal["accumulates", "end_of_year", "rate", "balance"]
Basis = Literal["own", "borrowed", "assumed"]


@dataclass(frozen=True, slots=True)
class Scale:
    """The typical move of a series in percentage points, and what the estimate rests on.

    The degrees of freedom count the years behind it, the pool's weight included. `basis` is `own`
    where the series' own years outweigh the pool, `borrowed` where the pool outweighs them, and
    `assumed` without a record.
    """

    scale_pp: float
    degrees_of_freedom: float
    basis: Basis
    own_years: int


def assumed_profile() -> FloatArray:
    """Return the typical move between months if growth were half noise, half random walk.

    With the part l = 1 - k/j of the months to come, white noise in growth leaves the part l of the
    variance, a random walk in the level about l cubed; this is the mean of the two.
    """
    months = np.arange(MONTHS_A_YEAR + 1)
    months_known, until = np.meshgrid(months, months, indexing="ij")
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(until > months_known, 1 - months_known / until, np.nan)
    noise, walk = left, left**3
    table: FloatArray = np.sqrt((noise + walk) / 2)
    return table


@dataclass(frozen=True)
class Shared:
    """Error pools over all indicators and areas, settled before the day of the forecast.

    `profile[rule][k, j]` is the root mean square of S_j - S_k within a year, in units of the
    series' scale, for months known k < j (k = 0: a whole year against the year before);
    `errors[rule][k]` holds the standardised errors of the planner's rule until December.
    `difference` is the typical distance between an area's growth and that of its related
    series, in units of the area's scale. `elasticity` is the move of a series where the mean of
    its related ones moves by one, each in units of its own scale, and `unexplained` the share of
    its variance that they leave. Without a record all are assumed, and wide.
    """

    profile: Mapping[str, FloatArray] = field(default_factory=dict)
    errors: Mapping[str, Mapping[int, FloatArray]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    typical_scale_pp: float = ASSUMED_SCALE_PP
    area_factor: float = 1.0
    difference: float = ASSUMED_DIFFERENCE
    signal_to_noise: float = SIGNAL_TO_NOISE
    elasticity: float = ASSUMED_ELASTICITY
    unexplained: float = 1.0

    def of(self, keys: Iterable[Series]) -> Shared:
        """Return the same estimates with the scales of the given series only."""
        names = map(str, keys)
        return replace(self, scales={n: self.scales[n] for n in names if n in self.scales})

    def typical_move(
        self, history: History, months_known: int, until: int = MONTHS_A_YEAR
    ) -> float:
        """Return the typical |S_until - S_known| in units of the series' scale."""
        profile = self.profile.get(rule_of(history.indicator))
        estimate = np.nan if profile is None else float(profile[months_known, until])
        return estimate if np.isfinite(estimate) else float(assumed_profile()[months_known, until])

    def standard_errors(self, history: History, months_known: int) -> FloatArray:
        """Return standardised errors until December; normal quantiles without a past year."""
        pool = self.errors.get(rule_of(history.indicator), {}).get(months_known)
        return np.asarray(norm.ppf((np.arange(100) + 0.5) / 100)) if pool is None else pool

    def scale_of(self, history: History) -> Scale:
        """Return a series' scale, shrunk in logarithms to that of its donors, or of all."""
        own, n_years = self.scales.get(str(history.series), (1.0, 0))
        if history.indicator.kind == "balance":
            return _own_scale(history, own, n_years)
        series = map(str, history.indicator.donor_series(history.area))
        donors = [self.scales[name][0] for name in series if name in self.scales]
        prior = self.area_factor * float(np.mean(donors)) if donors else self.typical_scale_pp
        log_scale = (PRIOR_YEARS * np.log(prior) + n_years * np.log(own)) / (PRIOR_YEARS + n_years)
        basis: Basis = "own" if n_years > PRIOR_YEARS else "borrowed" if self.scales else "assumed"
        return Scale(float(np.exp(log_scale)), PRIOR_YEARS + n_years, basis, n_years)


def _own_scale(history: History, own: float, n_years: int) -> Scale:
    """Return the scale of a balance, whose unit no other series has, so that nothing is borrowed.

    Without past years it is the typical move between its points, or the size of the last one.
    """
    if n_years:
        basis: Basis = "own" if n_years > PRIOR_YEARS else "borrowed"
        return Scale(own, PRIOR_YEARS + n_years, basis, n_years)
    known = history.settled[np.isfinite(history.settled)]
    moves = np.abs(np.diff(known))
    if len(moves) > 1:
        known = np.sqrt(np.mean(moves**2, keepdims=True))
    size = float(np.abs(known).max(initial=0))
    return Scale(size or ASSUMED_SCALE_PP, PRIOR_YEARS, "assumed", 0)


def rule_of(indicator: Indicator) -> Rule:
    """Return how an indicator's outcome runs through the year; levels are apart from growth.

    Rates are in percentage points, as growth is; each balance is in a unit of its own.
    """
    if indicator.kind == "balance":
        return "balance"
    if indicator.is_stock:
        return "end_of_year"
    return "rate" if indicator.kind == "rate" else "accumulates"
