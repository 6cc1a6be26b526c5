"""What models learn from all indicators and areas together: sizes and shapes of past errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.stats import norm

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray
from forecast.history.series import History

PRIOR_YEARS = 4.0  # weight of the pool against a series' own years
SIGNAL_TO_NOISE = 0.2
ASSUMED_SIZE_PP = 5.0  # where no past year of any series tells: wide, and said so
ASSUMED_DIFFERENCE = 1.0
ASSUMED_ELASTICITY = 0.5  # half of what moves related series moves a series, both in own units

Rule = Literal["accumulates", "end_of_year"]
Basis = Literal["own", "borrowed", "assumed"]


@dataclass(frozen=True, slots=True)
class Scale:
    """The typical size of a series' moves in percentage points, and what it rests on.

    `freedom` counts the years behind it, those lent by the pool included; `basis` is `own` where
    the series' own years outweigh the pool, `borrowed` where the pool does, `assumed` without.
    """

    size_pp: float
    freedom: float
    basis: Basis
    own_years: int


def assumed_profile() -> FloatArray:
    """Return the typical move between months if growth were half noise, half random walk.

    With l = 1 - k/j still to come, white noise in growth leaves a variance of l of what the
    first months leave, a random walk in the level about l cubed; this is the mean of the two.
    """
    months = np.arange(MONTHS_A_YEAR + 1)
    known, until = np.meshgrid(months, months, indexing="ij")
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(until > known, 1 - known / until, np.nan)
    noise, walk = left, left**3
    table: FloatArray = np.sqrt((noise + walk) / 2)
    return table


@dataclass(frozen=True)
class Shared:
    """Error pools over all indicators and areas, settled before the day of the call.

    `profile[rule][k, j]` is the root mean square of S_j - S_k within a year, in units of the
    series' scale, for months known k < j (k = 0: a whole year against the year before);
    `errors[rule][k]` holds the standardised errors of the planner's rule until December.
    `difference` is the typical distance between an area's growth and that of its related
    series, in units of the area's scale. `elasticity` is how far a series moves where the mean of
    its related ones moves by one, each in units of its own scale, and `unexplained` the share of
    its variance that they leave. Without a record all are assumed, and wide.
    """

    profile: Mapping[str, FloatArray] = field(default_factory=dict)
    errors: Mapping[str, Mapping[int, FloatArray]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    typical_size_pp: float = ASSUMED_SIZE_PP
    area_factor: float = 1.0
    difference: float = ASSUMED_DIFFERENCE
    signal_to_noise: float = SIGNAL_TO_NOISE
    elasticity: float = ASSUMED_ELASTICITY
    unexplained: float = 1.0

    def of(self, series: Iterable[str]) -> Shared:
        """Return the same with the scales of some series alone."""
        return replace(self, scales={n: self.scales[n] for n in series if n in self.scales})

    def size(self, history: History, months_known: int, until: int = MONTHS_A_YEAR) -> float:
        """Return the typical |S_until - S_known| in units of the series' scale."""
        profile = self.profile.get(rule_of(history.indicator.annual_rule))
        learnt = np.nan if profile is None else float(profile[months_known, until])
        return learnt if np.isfinite(learnt) else float(assumed_profile()[months_known, until])

    def standard_errors(self, history: History, months_known: int) -> FloatArray:
        """Return standardised errors until December; normal quantiles where no past year tells."""
        pool = self.errors.get(rule_of(history.indicator.annual_rule), {}).get(months_known)
        return np.asarray(norm.ppf((np.arange(100) + 0.5) / 100)) if pool is None else pool

    def scale_of(self, history: History) -> Scale:
        """Return a series' scale, shrunk in logarithms to that of its lenders, or of all."""
        own, n_years = self.scales.get(history.reference, (1.0, 0))
        lent = [
            self.scales[r][0] for r in history.indicator.lenders(history.area) if r in self.scales
        ]
        prior = self.area_factor * float(np.mean(lent)) if lent else self.typical_size_pp
        log_size = (PRIOR_YEARS * np.log(prior) + n_years * np.log(own)) / (PRIOR_YEARS + n_years)
        basis: Basis = "own" if n_years > PRIOR_YEARS else "borrowed" if self.scales else "assumed"
        return Scale(float(np.exp(log_size)), PRIOR_YEARS + n_years, basis, n_years)


def rule_of(annual_rule: str | None) -> Rule:
    """Return how growth by an annual rule runs through the year."""
    return "end_of_year" if annual_rule == "end_of_year" else "accumulates"
