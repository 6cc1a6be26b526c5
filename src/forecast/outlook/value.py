"""The outlook of a day as a value, and the news of what moved a forecast between two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive.archive import BoolArray, Snapshot
from forecast.archive.figures import Figure
from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.frames import markup_of
from forecast.base.months import month_text
from forecast.base.series import Names, SeriesLabel
from forecast.base.texts import Caveat, day, text
from forecast.combination.calibration import Calibration
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.shared import Scale
from forecast.outlook.attainment import (
    N_BATCHES,
    Joint,
    Probability,
    band,
    joint_attainment,
    probability,
)
from forecast.verification.outturn import Outturn

Status = Literal["forecast", "settled", "cannot_be_assessed"]
_FAN = (0.05, 0.1, 0.5, 0.9, 0.95)


@dataclass(frozen=True, repr=False)
class IndicatorOutlook:
    """One indicator's outlook.

    `paths` has shape (n_paths, months ahead), YTD growth in per cent, the same path in the same
    row for every indicator; None where the year is settled or cannot be assessed. `members`
    holds each model's own paths before pooling, `weights` how much each counts.
    """

    history: History
    target: Target | None
    status: Status
    scale: Scale
    members: Mapping[str, FloatArray] = field(default_factory=dict)
    paths: FloatArray | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    outturn: Outturn | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def december(self) -> FloatArray | None:
        """Annual growth on each path, in per cent."""
        return None if self.paths is None else self.paths[:, -1]

    def met(self, n_paths: int) -> BoolArray | None:
        """Return per path whether the target is met; None without a target or a distribution."""
        if self.target is None:
            return None
        if self.outturn is not None:
            return np.full(n_paths, self.outturn.attained)
        decimals = self.history.indicator.decimals
        return None if self.december is None else self.target.is_met(self.december, decimals)

    def alone(self, model: str) -> IndicatorOutlook:
        """Return the outlook by one of the members, neither pooled nor recalibrated."""
        paths = self.members[model]
        only, weight = {model: paths}, {model: 1.0}
        return replace(self, paths=paths, members=only, weights=weight, calibration=Calibration())

    def to_frame(self) -> pd.DataFrame:
        """Return the paths: a row for each, a column for each month ahead, YTD growth in %."""
        months = pd.PeriodIndex([month_text(m) for m in self.history.ahead], freq="M")
        paths = np.empty((0, len(months))) if self.paths is None else self.paths
        return pd.DataFrame(paths, columns=months).rename_axis("path")

    def __repr__(self) -> str:
        """Return in a line whose outlook it is, and how many paths it has."""
        n_paths = 0 if self.paths is None else len(self.paths)
        series = self.history.series
        return f"<IndicatorOutlook {series} {self.history.year}: {self.status}, {n_paths} paths>"

    def _repr_html_(self) -> str:
        """Return the quantiles of the paths by month ahead, for notebooks."""
        frame = self.to_frame()
        shown = frame.quantile(_FAN).T if len(frame) else frame.T
        as_of = day(self.history.as_of, "en")
        names = {"name": self.history.indicator.name_en, "area": self.history.area, "day": as_of}
        return markup_of(shown, text("shown.paths", "en", **names))


@dataclass(frozen=True, repr=False)
class Outlook:
    """The outlook of all indicators of an area for a year, on a day.

    `coupling_years` counts the past years from which the order of the joint paths was estimated;
    0 where the indicators' errors are taken as independent.
    """

    area: str
    year: int
    snapshot: Snapshot
    indicators: Mapping[str, IndicatorOutlook]
    n_paths: int
    coupling_years: int = 0

    @property
    def day(self) -> date:
        """The day at whose end everything was known."""
        return self.snapshot.day

    @cached_property
    def joint(self) -> Joint | None:
        """Joint attainment of all targets that can be assessed, on the same paths."""
        met = {name: own.met(self.n_paths) for name, own in self.indicators.items()}
        assessed = {name: paths for name, paths in met.items() if paths is not None}
        coupling: Literal["ranks", "independent"] = (
            "ranks" if self.coupling_years else "independent"
        )
        return joint_attainment(assessed, N_BATCHES, coupling=coupling)

    def alone(self, model: str) -> Outlook:
        """Return the outlook by one model before pooling, of the indicators that it forecasts."""
        outlooks = {
            name: own.alone(model) for name, own in self.indicators.items() if model in own.members
        }
        return replace(self, indicators=outlooks)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator: what is known and what is forecast, in per cent.

        `probability` lies between 0 and 1, its Monte-Carlo error beside it; what is missing is NaN.
        """
        rows = {name: self._row(own) for name, own in self.indicators.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def _row(self, indicator: IndicatorOutlook) -> dict[str, object]:
        met = indicator.met(self.n_paths)
        attained = None if met is None else probability(met, N_BATCHES)
        december = np.full(1, np.nan) if indicator.december is None else indicator.december
        ends = band(december)
        return {
            "status": indicator.status,
            "months_known": indicator.history.months_known,
            "probability": np.nan if attained is None else attained.value,
            "standard_error": np.nan if attained is None else attained.standard_error,
            "median_pct": ends.median_pct,
            "lower80_pct": ends.lower80_pct,
            "upper80_pct": ends.upper80_pct,
            "outturn_pct": np.nan if indicator.outturn is None else indicator.outturn.growth_pct,
        }

    def __repr__(self) -> str:
        """Return in a line whose outlook it is, and of which day."""
        n = len(self.indicators)
        return f"<Outlook {self.area} {self.year} as of {self.day}: {n} indicators>"

    def _repr_html_(self) -> str:
        """Return a row for each indicator, for notebooks."""
        area = self.snapshot.registry.area_name(self.area, "en")
        as_of = day(self.day, "en")
        return markup_of(
            self.to_frame(), text("shown.outlook", "en", area=area, year=self.year, day=as_of)
        )


Kind = Literal["revisions", "local", "related", "time", "learning", "unpublished"]
FIGURES: tuple[Kind, ...] = ("revisions", "local", "related")
ORDER: tuple[Kind, ...] = (*FIGURES, "time", "learning", "unpublished")
ReleaseKind = Literal["own", "related", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetForecast:
    """The forecast of one target: the probability that it is attained, and the median outcome.

    Once the year is settled the probability is 0 or 1 and the median is the outturn, in per cent.
    """

    probability: Probability
    median_pct: float
    is_settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A figure that came out between two days, and the digits with which it is published."""

    label: SeriesLabel
    decimals: int
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One reason of a change.

    `kind` is `revisions`, `local` (new figures of the area), `related` (new figures of others),
    `time`, `learning` or `unpublished`, in the order in which they are counted. `change` is that
    of the probability, from -1 to 1, with its Monte-Carlo error; `median_pp` that of the median
    outcome in percentage points of growth. `releases` are the figures behind it; `settles` says
    whether the year was settled by it.
    """

    kind: Kind
    change: float
    standard_error: float
    median_pp: float
    settles: bool
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNews:
    """The forecasts of a target on the first and the last day, and the reasons of the change.

    `first` is of the target in force on its day, or else of the one announced next; None where
    it could not be assessed. The items add up to the change. `attained` is None while the year is
    open.
    """

    area: str
    indicator: str
    name: Names
    decimals: int
    since: date
    until: date
    announced_since: bool
    changed_since: bool
    attained: bool | None
    first: TargetForecast | None
    last: TargetForecast | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What moved between the end of `since` and the end of `until`, target by target."""

    since: date
    until: date
    targets: tuple[TargetNews, ...]

    @property
    def n_releases(self) -> int:
        """Number of figures that came out between the days and bear on a target."""
        items = (item for target in self.targets for item in target.items)
        return len(
            {(release.label.series, release.figure) for i in items for release in i.releases}
        )

    def __repr__(self) -> str:
        """Return in a line between which days it looks, and at how many targets."""
        days, n_targets = f"{self.since} to {self.until}", len(self.targets)
        return f"<News {days}: {n_targets} targets, {self.n_releases} releases>"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each target and reason: change of probability and of the median.

        `releases` counts the figures behind it. The changes of a target add up to its whole change.
        """
        rows = [
            (target.indicator, i.kind, i.change, i.standard_error, i.median_pp, len(i.releases))
            for target in self.targets
            for i in target.items
        ]
        columns = ["indicator", "kind", "change", "standard_error", "median_pp", "releases"]
        return pd.DataFrame(rows, columns=columns).set_index(["indicator", "kind"])

    def releases_frame(self) -> pd.DataFrame:
        """Return a row for each release behind a change: what came out, and for which target."""
        rows = [
            {"target": target.indicator, "kind": item.kind}
            | release.label.series._asdict()
            | asdict(release.figure)
            | {"span": str(release.figure.span)}
            for target in self.targets
            for item in target.items
            for release in item.releases
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """Return the reasons of each target's change, for notebooks."""
        ends = {"since": texts.day(self.since, "en"), "day": texts.day(self.until, "en")}
        return markup_of(self.to_frame(), texts.text("shown.news", "en", **ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePoint:
    """The probability of a target at the end of a day; 0 or 1 once it is settled.

    `release` is `own` where a figure of the indicator came out on the day, `related` where only
    figures of series that bear on it did.
    """

    day: date
    indicator: str
    probability: Probability
    is_settled: bool
    release: ReleaseKind
