"""The types of news: the forecast of a target on a day, and what moved it since another day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

import pandas as pd

from forecast.archive.figures import Figure
from forecast.base import texts
from forecast.base.frames import markup_of
from forecast.base.series import Names, SeriesLabel
from forecast.outlook.attainment import Probability

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
    open. `unit` is that of the outcome of a balance, empty where it is in per cent.
    """

    area: str
    indicator: str
    name: Names
    decimals: int
    unit: str
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

    `median_pct` is the median outcome, once it is settled the outturn.
    `release` is `own` where a figure of the indicator came out on the day, `related` where only
    figures of series that bear on it did.
    """

    day: date
    indicator: str
    probability: Probability
    is_settled: bool
    release: ReleaseKind
    median_pct: float | None = None
