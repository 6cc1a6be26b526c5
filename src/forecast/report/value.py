"""The types of a report: every number of every page, and nothing else.

Growth is in per cent, probabilities lie between 0 and 1, levels are in the unit named beside
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.caveat import Caveat
from forecast.base.errors import UnknownIndicator
from forecast.base.frames import markup_of
from forecast.base.months import Span
from forecast.base.series import Names
from forecast.outlook.attainment import Attainment, Joint, Progress, Required
from forecast.outlook.distribution import Band, Distribution
from forecast.outlook.movement import News, TimelinePoint
from forecast.report.commitments import CommitmentReport
from forecast.report.depth import Depth, PastForecast
from forecast.report.finding import DataChecks
from forecast.report.lights import lamp, light_of_target
from forecast.report.overlay import OverlayReport
from forecast.report.published_scores import PublishedScores
from forecast.report.track import TrackRecord
from forecast.verification.outturn import Outturn

SCHEMA_VERSION = "1.7"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFigure:
    """Growth so far and the newest level: what is known by the newest settled figure."""

    span: Span
    growth_pct: float | None
    growth_basis: str
    level: float | None
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    age_days: int
    is_overdue: bool
    is_published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """YTD growth of the year's months: known values, and quantiles of those ahead.

    `quantiles_pct` holds them by level, such as 0.05. `unpublished` names the months whose known
    value rests on unpublished figures.
    """

    months: list[str]
    known_pct: list[float | None]
    quantiles_pct: dict[float, list[float | None]]
    unpublished: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Band):
    """One model's own view of annual growth, and its weight in the pool."""

    model: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAlone:
    """An indicator by published figures alone, where the report rests on others too."""

    attainment: Attainment | None
    forecast: Distribution | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorReport:
    """All that is said of one indicator.

    `last_forecast` is the one of the day before the outturn came out. `attainable_pct` holds the
    rates that are attained with so much probability, `past_years_pct` settled YTD growth by month
    of earlier years.
    """

    id: str
    name: Names
    unit: str
    decimals: int
    group: str
    annual_rule: str
    price_basis: str
    status: str
    months_known: int
    last_figure: LastFigure | None
    target: Target | None
    attainment: Attainment | None
    outturn: Outturn | None
    last_forecast: PastForecast | None
    forecast: Distribution | None
    attainable_pct: dict[float, float] | None
    required: Required | None
    pace: Progress
    fan: Fan
    past_years_pct: dict[int, list[float | None]]
    members: list[Member]
    calibration_scale: float
    calibration_years: int
    base_revision_pct: dict[int, float]
    scale_basis: str
    published_alone: PublishedAlone | None
    depth: Depth
    caveats: list[Caveat]

    @property
    def light(self) -> str:
        """The light of the target: a colour, `attained`, `missed`, or `none` without a forecast."""
        return light_of_target(self.attainment, self.outturn)

    @property
    def probability(self) -> float | None:
        """The probability of the target, 1 or 0 once it is settled; None without a forecast."""
        settled = {"attained": 1.0, "missed": 0.0}.get(self.light)
        if settled is not None or self.attainment is None:
            return settled
        return self.attainment.probability.value

    @property
    def lamp(self) -> str:
        """The lamp that shows the light: `blind` for yellow without a figure of the year."""
        return lamp(self.light, self.months_known)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSummary:
    """What was known of the area on the day, and how many past forecasts were."""

    n_figures: int
    newest_release_on: date
    age_days: int
    share_of_days_not_published: float
    n_past_forecasts: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """A whole report.

    With an overlay, `joint_published` is the joint attainment by published figures alone.
    """

    schema_version: str
    area: str
    area_name: Names
    year: int
    as_of: date
    seed: int
    n_paths: int
    version: str
    package_hash: str
    data_summary: DataSummary
    indicators: list[IndicatorReport]
    joint: Joint | None
    joint_published: Joint | None
    track: TrackRecord | None
    published_scores: PublishedScores
    overlay: OverlayReport | None
    news: News | None
    timeline: list[TimelinePoint]
    commitments: list[CommitmentReport]
    data_checks: DataChecks
    caveats: list[Caveat]

    @property
    def with_target(self) -> list[IndicatorReport]:
        """The indicators with a target in force."""
        return [one for one in self.indicators if one.target is not None]

    @property
    def without_target(self) -> list[IndicatorReport]:
        """The indicators without one."""
        return [one for one in self.indicators if one.target is None]

    @property
    def shown(self) -> list[IndicatorReport]:
        """The indicators that a page is about: those with a target, or all where none has one."""
        return self.with_target or self.indicators

    def of_indicator(self, indicator: str) -> Report:
        """Return the report of one indicator alone; raise UnknownIndicator."""
        by_id = {one.id: one for one in self.indicators}
        if indicator not in by_id:
            raise UnknownIndicator(indicator, by_id)
        news = self.news
        if news is not None:
            own = tuple(target for target in news.targets if target.indicator == indicator)
            news = replace(news, targets=own)
        return replace(
            self,
            indicators=[by_id[indicator]],
            joint=None,
            joint_published=None,
            news=news,
            timeline=[point for point in self.timeline if point.indicator == indicator],
            commitments=[],
            data_checks=self.data_checks.of_indicator(indicator),
            caveats=[],
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row an indicator: probability, needed growth and forecast, in per cent."""
        rows = {one.id: _row(one) for one in self.indicators}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def __repr__(self) -> str:
        """Return in a line whose report it is, and of which day."""
        n = len(self.indicators)
        return f"<Report {self.area} {self.year} as of {self.as_of}: {n} indicators>"

    def _repr_html_(self) -> str:
        """Return a row for each indicator, for notebooks."""
        ends = {"area": self.area_name.en, "year": self.year, "day": texts.day(self.as_of, "en")}
        return markup_of(self.to_frame(), texts.text("shown.outlook", "en", **ends))


def _row(indicator: IndicatorReport) -> dict[str, object]:
    band, required, attained = indicator.forecast, indicator.required, indicator.attainment
    return {
        "status": indicator.status,
        "months_known": indicator.months_known,
        "light": indicator.light,
        "probability": None if attained is None else attained.probability.value,
        "needed_pct": None if required is None else required.growth_pct,
        "median_pct": None if band is None else band.median_pct,
        "lower80_pct": None if band is None else band.lower80_pct,
        "upper80_pct": None if band is None else band.upper80_pct,
        "outturn_pct": None if indicator.outturn is None else indicator.outturn.growth_pct,
    }
