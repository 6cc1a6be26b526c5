"""The types of a report: every number of every page, and nothing else.

Growth is in per cent, probabilities lie between 0 and 1, levels are in the unit named beside
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from forecast.base import texts
from forecast.base.errors import UnknownIndicator
from forecast.base.frames import markup_of
from forecast.outlook.attainment import Progress, Required
from forecast.report.call import Attained, Distribution, PublishedCall, Settled, TargetSaid
from forecast.report.commitments import CommitmentReport
from forecast.report.depth import Depth
from forecast.report.live import LiveReport
from forecast.report.moved import FilmFrame, Moved
from forecast.report.overlay import OverlayReport
from forecast.report.quality import QualityReport
from forecast.report.track import TrackReport

SCHEMA_VERSION = "1.7"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFigure:
    """The newest settled figure of the indicator known on the day."""

    first_month: str
    last_month: str
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

    `unpublished` names the months whose known value rests on unpublished figures.
    """

    months: list[str]
    known_pct: list[float | None]
    quantiles_pct: dict[str, list[float | None]]
    unpublished: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One model's own view of annual growth, and its weight in the pool."""

    model: str
    median_pct: float
    lower80_pct: float
    upper80_pct: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaveatSaid:
    """A text's key, and what fills it."""

    code: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorReport:
    """All that is said of one indicator."""

    id: str
    name_en: str
    name_zh: str
    unit: str
    decimals: int
    group: str
    annual_rule: str
    price_basis: str
    status: str
    months_known: int
    last_figure: LastFigure | None
    target: TargetSaid | None
    attained: Attained | None
    settled: Settled | None
    forecast: Distribution | None
    attainable_pct: dict[str, float] | None
    required: Required | None
    pace: Progress
    fan: Fan
    past_years_pct: dict[str, list[float | None]]
    members: list[Member]
    calibration_size: float
    calibration_years: int
    base_revision_pct: dict[str, float]
    error_size_basis: str
    published: PublishedCall | None
    depth: Depth
    caveats: list[CaveatSaid]


@dataclass(frozen=True, slots=True, kw_only=True)
class JointReport:
    """Joint attainment of the targets that can be assessed, counted on the same paths."""

    indicators: list[str]
    probability_all: float
    standard_error: float
    at_least: list[float]
    independence_product: float
    lower_bound: float
    upper_bound: float
    weakest: str
    coupling: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of the area on the day."""

    n_figures: int
    newest_release_on: date
    age_days: int
    share_of_days_not_published: float
    n_past_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report.

    With an overlay, `joint_published` is the joint attainment by published figures alone.
    """

    schema_version: str
    area: str
    area_name_en: str
    area_name_zh: str
    year: int
    as_of: date
    seed: int
    n_paths: int
    version: str
    package_hash: str
    known: Known
    indicators: list[IndicatorReport]
    joint: JointReport | None
    joint_published: JointReport | None
    track: TrackReport | None
    live: LiveReport
    overlay: OverlayReport | None
    moved: Moved | None
    film: list[FilmFrame]
    commitments: list[CommitmentReport]
    quality: QualityReport
    caveats: list[CaveatSaid]

    @property
    def with_target(self) -> list[IndicatorReport]:
        """The indicators with a target in force."""
        return [one for one in self.indicators if one.target is not None]

    @property
    def without_target(self) -> list[IndicatorReport]:
        """The indicators without one."""
        return [one for one in self.indicators if one.target is None]

    def of_indicator(self, indicator: str) -> Report:
        """Return the report of one indicator alone; raise UnknownIndicator."""
        known = {one.id: one for one in self.indicators}
        if indicator not in known:
            raise UnknownIndicator(indicator, known)
        moved = self.moved
        if moved is not None:
            moved = replace(moved, targets=[t for t in moved.targets if t.indicator == indicator])
        return replace(
            self,
            indicators=[known[indicator]],
            joint=None,
            joint_published=None,
            moved=moved,
            film=[frame for frame in self.film if frame.indicator == indicator],
            commitments=[],
            quality=self.quality.of_indicator(indicator),
            caveats=[],
        )

    def area_name(self, lang: str) -> str:
        """Return the area's name in `en` or `zh`."""
        return self.area_name_zh if lang == "zh" else self.area_name_en

    def to_frame(self) -> pd.DataFrame:
        """Return one row an indicator: probability, needed growth and forecast, in per cent."""
        rows = {one.id: _row(one) for one in self.indicators}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def _repr_html_(self) -> str:
        """Return a row for each indicator, for notebooks."""
        ends = {"area": self.area_name("en"), "year": self.year, "day": texts.day(self.as_of, "en")}
        return markup_of(self.to_frame(), texts.text("shown.outlook", "en", **ends))


def _row(one: IndicatorReport) -> dict[str, object]:
    told, needed = one.forecast, one.required
    return {
        "status": one.status,
        "months_known": one.months_known,
        "light": None if one.attained is None else one.attained.light,
        "probability": None if one.attained is None else one.attained.probability,
        "needed_pct": None if needed is None else needed.growth_pct,
        "median_pct": None if told is None else told.median_pct,
        "lower80_pct": None if told is None else told.lower80_pct,
        "upper80_pct": None if told is None else told.upper80_pct,
        "settled_pct": None if one.settled is None else one.settled.growth_pct,
    }
