"""The types of a report: every number of every page, and nothing else.

Growth is in per cent, probabilities lie between 0 and 1, levels are in the unit named beside
them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.errors import UnknownIndicator
from forecast.base.frames import markup_of
from forecast.base.months import Span
from forecast.base.series import Names, Series
from forecast.base.texts import Caveat
from forecast.history.seasons import Seasons
from forecast.outlook.attainment import (
    Attainment,
    Band,
    Distribution,
    Effort,
    Joint,
    Progress,
    RatioNeed,
    Required,
)
from forecast.outlook.movement import News, TimelinePoint
from forecast.outlook.next_figure import NextFigure
from forecast.report.commitments import CommitmentReport
from forecast.report.conditions import OfQuantity
from forecast.report.depth import Depth, PastForecast
from forecast.report.judged import JudgementScores
from forecast.report.lights import footing, lamp, light_of_target, settled_probability
from forecast.report.overlay import OverlayReport
from forecast.report.published import PublishedScores
from forecast.report.retrospect import PastTargets, PostMortem
from forecast.report.track import SimilarForecasts, TrackRecord
from forecast.verification.outturn import Outturn

# the most urgent first: two offices that contradict each other, a missing month last
KINDS = ("conflict", "negative_month", "outlier", "base_revision", "stale", "gap")
MOST_OF_A_KIND = 3
_SCALES = {
    "outlier": "{n} standard errors",
    "base_revision": "{n} %",
    "stale": "days late: {n}",
    "gap": "months missing: {n}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What deserves a second look in one series.

    `size` is for `conflict` how far two values lie apart and for `negative_month` how far the
    year's level fell, both in `unit`; for `outlier` the standardised error z; for `base_revision`
    the share of the base in per cent; for `stale` days beyond the usual lag; for `gap` months
    without a figure.
    """

    kind: str
    series: Series
    span: Span
    size: float
    unit: str = ""
    source: str = ""
    name: Names = field(default_factory=lambda: Names("", ""))

    @property
    def order(self) -> tuple[int, float, int, str]:
        """The rank of the finding: by kind, by size, then the newest first."""
        kind = KINDS.index(self.kind)
        return kind, -abs(self.size), -self.span.last, self.series.indicator

    def __str__(self) -> str:
        """Return `area/indicator, span: kind, size and unit (source)`."""
        unit = "pp" if self.unit == "pct" else self.unit
        size = _SCALES.get(self.kind, f"{{n}} {unit}").format(n=f"{self.size:.4g}")
        source = f" ({self.source})" if self.source else ""
        return f"{self.series} {self.span}: {self.kind.replace('_', ' ')}, {size}{source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChecks:
    """How many findings of each kind there are, and the largest few of each, gravest first."""

    counts: dict[str, int]
    findings: list[Finding]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> DataChecks:
        """Return the counts of all findings, with kinds that have none, and the largest few."""
        ordered = sorted(findings, key=lambda finding: finding.order)
        counts, shown = Counter(finding.kind for finding in ordered), Counter[str]()
        largest = []
        for finding in ordered:
            shown[finding.kind] += 1
            if shown[finding.kind] <= MOST_OF_A_KIND:
                largest.append(finding)
        return cls(counts={kind: counts[kind] for kind in KINDS}, findings=largest)

    def of_indicator(self, indicator: str) -> DataChecks:
        """Return the shown findings of one indicator."""
        own = [finding for finding in self.findings if finding.series.indicator == indicator]
        counts = Counter(finding.kind for finding in own)
        return DataChecks(counts={kind: counts[kind] for kind in KINDS}, findings=own)


SCHEMA_VERSION = "1.11"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFigure:
    """Growth so far and the newest level, from the newest settled figure.

    Of a rate growth so far is the mean of its months, of a balance their sum.
    """

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

    @property
    def growth_source(self) -> str:
        """Whether growth is `published`, `computed`, or rests on `unpublished` figures."""
        if not self.is_published:
            return "unpublished"
        return "published" if self.growth_basis in ("published", "expected") else "computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """YTD growth of the year's months: known values, and quantiles of those ahead.

    Of a rate it is the mean of the months so far, of a balance their sum.

    `quantiles_pct` holds them by level, such as 0.05. `unpublished` names the months whose known
    value rests on unpublished figures.
    """

    months: list[str]
    known_pct: list[float | None]
    quantiles_pct: dict[float, list[float | None]]
    unpublished: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Band):
    """One model's forecast of annual growth, and its weight in the pool."""

    model: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAlone:
    """The forecast by published figures alone, if the report rests on others too."""

    attainment: Attainment | None
    forecast: Distribution | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideLine:
    """The line of an indicator in another area: the city's or the nation's beside a district's.

    `growth_pct` is that of the year so far, to `last_month`; both are None where nothing of the
    year is known. `probability` is 1 or 0 once the target is settled.
    """

    area: str
    area_name: Names
    decimals: int
    target: Target | None
    last_month: str | None
    growth_pct: float | None
    probability: float | None
    word: str | None
    light: str
    forecast: Band | None
    outturn_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorReport(OfQuantity):
    """The report of one indicator.

    `last_forecast` is that of the day before the outturn came out. `attainable_pct` holds rates by
    the probability that they are attained, `past_years_pct` settled YTD growth by month of earlier
    years. `next_figure` is there for open targets, in a report as in `status`; `similar` tells what
    came of past forecasts like this one, None without enough of them. `beside` are the lines of the
    areas that the report's area is part of.
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
    similar: SimilarForecasts | None
    outturn: Outturn | None
    last_forecast: PastForecast | None
    forecast: Distribution | None
    attainable_pct: dict[float, float] | None
    required: Required | None
    ratio_need: RatioNeed | None
    effort: Effort | None
    pace: Progress
    fan: Fan
    past_years_pct: dict[int, list[float | None]]
    members: list[Member]
    calibration_scale: float
    calibration_years: int
    calibration_effective_years: float
    base_revision_pct: dict[int, float]
    scale_basis: str
    published_alone: PublishedAlone | None
    depth: Depth
    seasons: Seasons | None
    quantity: str | None
    next_figure: NextFigure | None
    caveats: list[Caveat]
    beside: list[BesideLine] = field(default_factory=list)

    @property
    def light(self) -> str:
        """The light of the target: a colour, `attained`, `missed`, or `none` without a forecast."""
        return light_of_target(self.attainment, self.outturn)

    @property
    def probability(self) -> float | None:
        """The probability of the target, 1 or 0 once it is settled; None without a forecast."""
        open_ = None if self.attainment is None else self.attainment.probability.value
        return settled_probability(self.light, open_)

    @property
    def lamp(self) -> str:
        """The lamp that shows the light, a hollow one without a figure of the year."""
        return lamp(self.light, self.months_known)

    @property
    def lacks_answer(self) -> bool:
        """Whether its target is red, and nobody answers for it or nothing is said to be done."""
        target = self.target
        return self.light == "red" and target is not None and not (target.owner and target.action)

    @property
    def footing(self) -> str:
        """What the probability rests on: `own`, `course` (borrowed) or `width` (borrowed too)."""
        return footing(self.months_known, self.scale_basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSummary:
    """How many figures and past forecasts were known on the day, and how old the newest is."""

    n_figures: int
    newest_release_on: date
    age_days: int
    share_of_days_not_published: float
    n_past_forecasts: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """A whole report.

    The year begins with the month `year_begins`, 1 for January; months of spans are counted from
    it, so that 2018-01 is the first month of the year 2018 and 2018-12 its last one.
    `issuer` is the office that issues the bulletin, where the registry names one.
    `joint_with_figures` is the joint attainment of the targets with a figure of the year, None
    where that is all of them; with an overlay, `joint_published` is that by published figures
    alone.
    """

    schema_version: str
    area: str
    area_name: Names
    issuer: Names | None
    year: int
    year_begins: int
    as_of: date
    seed: int
    n_paths: int
    version: str
    package_hash: str
    data_summary: DataSummary
    indicators: list[IndicatorReport]
    joint: Joint | None
    joint_with_figures: Joint | None
    joint_published: Joint | None
    track: TrackRecord | None
    published_scores: PublishedScores
    overlay: OverlayReport | None
    news: News | None
    timeline: list[TimelinePoint]
    post_mortems: list[PostMortem]
    past_targets: PastTargets | None
    commitments: list[CommitmentReport]
    data_checks: DataChecks
    caveats: list[Caveat]
    judgements: JudgementScores = field(
        default_factory=lambda: JudgementScores(authors=[], lines=[])
    )

    @property
    def assumed(self) -> list[IndicatorReport]:
        """The indicators whose target the question assumes, and nobody announced."""
        return [i for i in self.with_target if i.target is not None and i.target.is_assumed]

    @property
    def is_public(self) -> bool:
        """Whether it rests on published figures and announced targets alone."""
        return self.overlay is None and not self.assumed

    @property
    def is_all_growth(self) -> bool:
        """Whether all outcomes and targets are growth."""
        return all(
            i.is_growth and (i.target is None or i.target.measure == "growth")
            for i in self.indicators
        )

    @property
    def with_target(self) -> list[IndicatorReport]:
        """The indicators with a target in force."""
        return [i for i in self.indicators if i.target is not None]

    @property
    def without_target(self) -> list[IndicatorReport]:
        """The indicators without one."""
        return [i for i in self.indicators if i.target is None]

    @property
    def shown(self) -> list[IndicatorReport]:
        """The indicators that a page is about: those with a target, or all if there are none."""
        return self.with_target or self.indicators

    def of_indicator(self, indicator: str) -> Report:
        """Return the report of one indicator alone; raise UnknownIndicator."""
        by_id = {own.id: own for own in self.indicators}
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
            joint_with_figures=None,
            joint_published=None,
            news=news,
            timeline=[point for point in self.timeline if point.indicator == indicator],
            post_mortems=[own for own in self.post_mortems if own.indicator == indicator],
            past_targets=None,
            commitments=[],
            data_checks=self.data_checks.of_indicator(indicator),
            caveats=[],
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator: probability, needed growth and forecast, in per cent."""
        rows = {own.id: _row(own) for own in self.indicators}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def timeline_frame(self) -> pd.DataFrame:
        """Return the probability of each target at the end of each day that brought news."""
        days = pd.DatetimeIndex([point.day for point in self.timeline], name="day")
        names = [point.indicator for point in self.timeline]
        values = [point.probability.value for point in self.timeline]
        table = pd.DataFrame({"indicator": names, "probability": values}, index=days)
        return table.pivot_table(index="day", columns="indicator", values="probability")

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
