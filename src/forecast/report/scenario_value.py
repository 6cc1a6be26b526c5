"""What a scenario says, as a value: growth in per cent, probabilities between 0 and 1."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from forecast.base import texts
from forecast.base.frames import markup_of
from forecast.report.call import TargetSaid
from forecast.report.overlay import OverlayReport
from forecast.report.value import CaveatSaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A condition as it was held: its months, its kernel, and where the paths lie.

    `bandwidth_pp` is the standard deviation of the kernel; `deviation_pp` that of the aggregate on
    the paths, of which 5, 95 and 100 % lie between the bounds named. `mean_pct` is what the
    weighed paths come to.
    """

    condition: str
    indicator: str
    name_en: str
    name_zh: str
    decimals: int
    first_month: str
    last_month: str
    growth_pct: float
    bandwidth_pp: float
    deviation_pp: float
    lowest_pct: float
    lower90_pct: float
    upper90_pct: float
    highest_pct: float
    mean_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What paths say of an indicator's year; without a target there is no probability."""

    probability: float | None
    standard_error: float | None
    median_pct: float
    lower80_pct: float
    upper80_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One indicator without and under the conditions; None where nothing can be said of it.

    `settled_pct` is the outturn of a settled year, which no condition moves.
    """

    id: str
    name_en: str
    name_zh: str
    decimals: int
    target: TargetSaid | None
    settled_pct: float | None
    attained: bool | None
    without: Outcome | None
    under: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """All targets on the same paths: P(all) with its error, and P(exactly k), k from 0 on."""

    probability_all: float
    standard_error: float
    exactly: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Probabilities without and under conditions, from the same joint paths.

    `effective_size` is that of the weighed paths; `n_paths` were simulated where `n_paths_asked`
    were too few.
    """

    area: str
    area_name_en: str
    area_name_zh: str
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
    without: Together | None
    under: Together | None
    overlay: OverlayReport | None
    caveats: list[CaveatSaid]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an indicator: what is said without, and `_under` the conditions.

        Columns are those of `Outcome`; NaN where nothing is said.
        """
        rows = {}
        for line in self.indicators:
            without, under = (_columns(one) for one in (line.without, line.under))
            pairs = {name: (without[name], under[name]) for name in without}
            rows[line.id] = {
                key: value
                for name, (before, after) in pairs.items()
                for key, value in ((name, before), (f"{name}_under", after))
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def area_name(self, lang: str) -> str:
        """Return the area's name in `en` or `zh`."""
        return self.area_name_zh if lang == "zh" else self.area_name_en

    def _repr_html_(self) -> str:
        """Return a row for each indicator, without and under what is given, for notebooks."""
        given = texts.text("form.semicolon", "en").join(one.condition for one in self.given)
        asked = {"area": self.area_name("en"), "year": self.year, "given": given}
        return markup_of(self.to_frame(), texts.text("scenario.title", "en", **asked))


def _columns(outcome: Outcome | None) -> dict[str, float]:
    known = {} if outcome is None else {n: v for n, v in asdict(outcome).items() if v is not None}
    return {name: float(known.get(name, "nan")) for name in Outcome.__dataclass_fields__}
