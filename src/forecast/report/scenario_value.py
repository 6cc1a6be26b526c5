"""A scenario as a value: growth in per cent, probabilities between 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.caveat import Caveat
from forecast.base.frames import markup_of
from forecast.base.months import Span
from forecast.base.series import Names
from forecast.outlook.attainment import Joint, Probability
from forecast.outlook.distribution import Band
from forecast.report.overlay import OverlayReport
from forecast.verification.outturn import Outturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A condition as it was applied: its months, its kernel, and where the paths lie.

    `bandwidth_pp` is the standard deviation of the kernel, `standard_deviation_pp` that of the
    aggregate on the paths. 90 % of paths lie between `lower90_pct` and `upper90_pct`, all between
    `lowest_pct` and `highest_pct`. `mean_pct` is the mean of the weighted paths.
    """

    condition: str
    indicator: str
    name: Names
    decimals: int
    span: Span
    growth_pct: float
    bandwidth_pp: float
    standard_deviation_pp: float
    lowest_pct: float
    lower90_pct: float
    upper90_pct: float
    highest_pct: float
    mean_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Band):
    """Annual growth of an indicator on paths; without a target there is no probability."""

    probability: Probability | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One indicator without and under the conditions; None where it cannot be assessed.

    No condition changes the outturn of a settled year.
    """

    id: str
    name: Names
    decimals: int
    target: Target | None
    outturn: Outturn | None
    without: Outcome | None
    under: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scenario:
    """Probabilities without and under conditions, from the same joint paths.

    `effective_size` is that of the weighted paths; `n_paths` were simulated where
    `n_paths_asked` were too few.
    """

    area: str
    area_name: Names
    year: int
    as_of: date
    seed: int
    version: str
    package_hash: str
    n_paths: int
    n_paths_asked: int
    effective_size: float
    given: list[Given]
    indicators: list[Line]
    targets: list[str]
    without: Joint | None
    under: Joint | None
    overlay: OverlayReport | None
    caveats: list[Caveat]

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator: its forecast without, and `_under` the conditions.

        What is missing is NaN.
        """
        rows = {}
        for line in self.indicators:
            without, under = (_columns(outcome) for outcome in (line.without, line.under))
            pairs = {name: (without[name], under[name]) for name in without}
            rows[line.id] = {
                key: value
                for name, (before, after) in pairs.items()
                for key, value in ((name, before), (f"{name}_under", after))
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def __repr__(self) -> str:
        """Return in a line what is given."""
        given = ", ".join(g.condition for g in self.given)
        return f"<Scenario {self.area} {self.year} as of {self.as_of}: {given}>"

    def _repr_html_(self) -> str:
        """Return a row for each indicator, without and under what is given, for notebooks."""
        given = texts.text("form.semicolon", "en").join(g.condition for g in self.given)
        names = {"area": self.area_name.en, "year": self.year, "given": given}
        return markup_of(self.to_frame(), texts.text("scenario.title", "en", **names))


def _columns(outcome: Outcome | None) -> dict[str, float]:
    attained = None if outcome is None else outcome.probability
    missing = float("nan")
    return {
        "probability": missing if attained is None else attained.value,
        "standard_error": missing if attained is None else attained.standard_error,
        "median_pct": missing if outcome is None else outcome.median_pct,
        "lower80_pct": missing if outcome is None else outcome.lower80_pct,
        "upper80_pct": missing if outcome is None else outcome.upper80_pct,
    }
