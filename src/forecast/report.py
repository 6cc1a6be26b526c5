"""What a report says, as a value: every number of every page, and nothing else.

Growth is in per cent, probabilities lie between 0 and 1, levels are in the unit named beside
them. The value is written as `result.json` and read back from it; pages are drawn from it alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from forecast import __version__
from forecast.answers import Answer
from forecast.archive import Figure
from forecast.attainment import (
    Probability,
    attainable_rates,
    parts_of_range,
    probability,
    progress,
    required,
)
from forecast.history import Basis, FloatArray, History
from forecast.origin import package_hash
from forecast.outlook import N_BATCHES, IndicatorOutlook, Outlook, Outturn
from forecast.spans import MONTHS_A_YEAR, month, month_of_year, month_text, year_of
from forecast.targets import Comparison, Target

SCHEMA_VERSION = "1.0"
FAN_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
GREEN_FROM, RED_BELOW = 0.66, 0.33
WORDS = (
    (0.90, "nearly_certain"),
    (0.66, "likely"),
    (0.33, "uncertain"),
    (0.10, "unlikely"),
    (0.0, "remote"),
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSaid:
    """The target in force, as announced."""

    comparison: str
    bound_pct: float
    rate_pct: float | None
    lower_pct: float | None
    upper_pct: float | None
    wording: str
    source: str
    announced_on: date
    announced_on_basis: str
    settles: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """The probability that the target is attained, and the lights that follow from it.

    `planner_light` is the one that bureaux use: green where growth so far meets the target,
    yellow where it is positive but below, red where it is negative; None without growth so far.
    """

    probability: float
    standard_error: float
    word: str
    light: str
    planner_light: str | None
    parts: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The outturn, and what the last call before its release had said."""

    growth_pct: float
    released_on: date | None
    status: str
    source: str
    attained: bool | None
    last_call_on: date | None
    last_call_probability: float | None
    last_call_median_pct: float | None
    last_call_lower80_pct: float | None
    last_call_upper80_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Growth of the year: mean, median and the bands in which it lies with 80 and 90 %."""

    mean_pct: float
    median_pct: float
    lower80_pct: float
    upper80_pct: float
    lower90_pct: float
    upper90_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What the rest of the year needs to just meet the target; see `attainment.Required`."""

    growth_pct: float
    settled_share: float
    percentile: float | None
    n_past_years: int
    monthly_level: float | None
    annual_level: float | None
    shortfall_level: float | None
    base_growth_pct: float | None
    two_year_average_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The columns that bureaux print, in per cent; see `attainment.Progress`."""

    time_pct: float
    plan_done_pct: float | None
    ahead_of_time_pp: float | None
    normal_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """YTD growth of the year's months: known values, and quantiles of those ahead."""

    months: list[str]
    known_pct: list[float | None]
    quantiles_pct: dict[str, list[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One model's own view of annual growth."""

    model: str
    median_pct: float
    lower80_pct: float
    upper80_pct: float


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
    required: Needed | None
    pace: Pace
    fan: Fan
    past_years_pct: dict[str, list[float | None]]
    members: list[Member]
    base_revision_pct: dict[str, float]
    error_size_basis: str
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
    """A whole report."""

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
    caveats: list[CaveatSaid]

    @property
    def with_target(self) -> list[IndicatorReport]:
        """The indicators with a target in force."""
        return [one for one in self.indicators if one.target is not None]

    @property
    def without_target(self) -> list[IndicatorReport]:
        """The indicators without one."""
        return [one for one in self.indicators if one.target is None]

    def area_name(self, lang: str) -> str:
        """Return the area's name in `en` or `zh`."""
        return self.area_name_zh if lang == "zh" else self.area_name_en


def report_of(answer: Answer) -> Report:
    """Return everything that an answer has to say."""
    outlook = answer.outlook
    registry = outlook.snapshot.registry
    indicators = [_indicator(name, one, answer) for name, one in outlook.indicators.items()]
    return Report(
        schema_version=SCHEMA_VERSION,
        area=outlook.area,
        area_name_en=registry.area_name(outlook.area, "en"),
        area_name_zh=registry.area_name(outlook.area, "zh"),
        year=outlook.year,
        as_of=outlook.day,
        seed=answer.seed,
        n_paths=outlook.n_paths,
        version=__version__,
        package_hash=package_hash(),
        known=_known(answer),
        indicators=indicators,
        joint=_joint(outlook),
        caveats=_caveats(answer),
    )


def write_result(report: Report, path: Path) -> None:
    """Write the report as JSON: the same bytes for the same report."""
    path.write_text(result_json(report), encoding="utf-8")


def result_json(report: Report) -> str:
    """Return the report as JSON: six digits after the point, `null` for what is not known."""
    return (
        json.dumps(
            _plain(asdict(report)), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False
        )
        + "\n"
    )


def read_result(path: Path) -> Report:
    """Return the report that a `result.json` holds."""
    found: Report = TypeAdapter(Report).validate_json(path.read_bytes())
    return found


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `result.json`."""
    schema = TypeAdapter(Report).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return round(float(value), 6) + 0.0 if np.isfinite(value) else None
    return value


def _indicator(name: str, one: IndicatorOutlook, answer: Answer) -> IndicatorReport:
    history, entry = one.history, one.history.indicator
    december = one.december
    return IndicatorReport(
        id=name,
        name_en=entry.name_en,
        name_zh=entry.name_zh,
        decimals=entry.decimals,
        group=entry.group,
        unit=history.levels.unit if history.levels is not None else entry.unit,
        annual_rule=str(entry.annual_rule),
        price_basis=entry.price_basis,
        status=one.status,
        months_known=history.months_known,
        last_figure=_last_figure(history, answer.outlook),
        target=None if one.target is None else _target(one.target),
        attained=_attained(one),
        settled=_settled(name, one, answer),
        forecast=None if december is None else _distribution(december),
        attainable_pct=None if december is None else _attainable(one, december),
        required=_needed(one),
        pace=Pace(**asdict(progress(one.target, history))),
        fan=_fan(one),
        past_years_pct=_past_years(history),
        members=_members(one),
        base_revision_pct=_base_revision(history),
        error_size_basis=one.scale.basis,
        caveats=[CaveatSaid(code=c.code, values=dict(c.values)) for c in one.caveats],
    )


def _last_figure(history: History, outlook: Outlook) -> LastFigure | None:
    settled = [f for f in history.figures if f.settles]
    if not settled:
        return None
    newest = max(settled, key=lambda f: (f.span.last, f.measure == "growth_pct", -f.span.first))
    same = [f for f in settled if f.span == newest.span]
    level = next((f for f in same if f.measure == "level"), None)
    growth = history.at(newest.span.last)
    basis = history.growth.basis[
        year_of(newest.span.last) - history.first_year, month_of_year(newest.span.last) - 1
    ]
    released = max(f.released_on for f in same)
    return LastFigure(
        first_month=month_text(newest.span.first),
        last_month=month_text(newest.span.last),
        growth_pct=None if np.isnan(growth) else growth,
        growth_basis=Basis(int(basis)).name.lower(),
        level=None if level is None else level.value,
        unit="" if level is None else level.unit,
        status=newest.status,
        released_on=released,
        released_on_basis=newest.released_on_basis,
        age_days=(outlook.day - released).days,
        is_overdue=_is_overdue(history, newest, outlook),
    )


def _is_overdue(history: History, newest: Figure, outlook: Outlook) -> bool:
    """Whether a later span of the same kind should be out by the schedule."""
    step = max(newest.span.n_months if newest.span.n_months in (1, 3) else 3, 1)
    if month_of_year(newest.span.last) % 3:
        step = 1
    due = outlook.snapshot.schedule.usual_release_on(
        history.area, history.indicator.id, newest.span.last + step
    )
    return due is not None and due < outlook.day


def _target(target: Target) -> TargetSaid:
    return TargetSaid(
        comparison=target.comparison.value,
        bound_pct=target.bound_pct,
        rate_pct=target.rate_pct,
        lower_pct=target.lower_pct,
        upper_pct=target.upper_pct,
        wording=target.wording,
        source=target.source,
        announced_on=target.announced_on,
        announced_on_basis=target.announced_on_basis,
        settles=target.settles,
    )


def _attained(one: IndicatorOutlook) -> Attained | None:
    december = one.december
    if one.target is None or december is None:
        return None
    decimals = one.history.indicator.decimals
    chance = probability(one.target.is_met(december, decimals), N_BATCHES)
    parts = parts_of_range(one.target, december, decimals, N_BATCHES)
    return Attained(
        probability=chance.value,
        standard_error=chance.standard_error,
        word=word(chance.value),
        light=light(chance.value),
        planner_light=_planner_light(one),
        parts={name: part.value for name, part in parts.items()},
    )


def word(chance: float) -> str:
    """Return the key of the words for a probability; they never stand without the number."""
    return next(name for floor, name in WORDS if chance >= floor)


def light(chance: float) -> str:
    """Return `green`, `yellow` or `red` for a probability."""
    return "green" if chance >= GREEN_FROM else "red" if chance < RED_BELOW else "yellow"


def _planner_light(one: IndicatorOutlook) -> str | None:
    last = one.history.last_published
    if one.target is None or not one.history.months_known or last is None:
        return None
    growth = one.history.at(last)
    if bool(one.target.is_met(growth, one.history.indicator.decimals)):
        return "green"
    return "yellow" if growth > 0 or one.target.comparison is Comparison.AT_MOST else "red"


def _settled(name: str, one: IndicatorOutlook, answer: Answer) -> Settled | None:
    if one.outturn is None:
        return None
    on, before = answer.last_calls.get(name, (None, None))
    december = None if before is None else before.december
    band = None if december is None else _distribution(december)
    chance: Probability | None = None
    if before is not None and before.target is not None and december is not None:
        chance = probability(
            before.target.is_met(december, before.history.indicator.decimals), N_BATCHES
        )
    return Settled(
        growth_pct=one.outturn.growth_pct,
        released_on=one.outturn.released_on,
        status=one.outturn.status,
        source=one.outturn.source,
        attained=_is_attained(one.target, one.outturn),
        last_call_on=on,
        last_call_probability=None if chance is None else chance.value,
        last_call_median_pct=None if band is None else band.median_pct,
        last_call_lower80_pct=None if band is None else band.lower80_pct,
        last_call_upper80_pct=None if band is None else band.upper80_pct,
    )


def _is_attained(target: Target | None, outturn: Outturn) -> bool | None:
    return None if target is None else bool(target.is_met_as_published(outturn.growth_pct))


def _distribution(december: FloatArray) -> Distribution:
    lower90, lower80, median, upper80, upper90 = np.quantile(december, (0.05, 0.1, 0.5, 0.9, 0.95))
    return Distribution(
        mean_pct=float(december.mean()),
        median_pct=float(median),
        lower80_pct=float(lower80),
        upper80_pct=float(upper80),
        lower90_pct=float(lower90),
        upper90_pct=float(upper90),
    )


def _attainable(one: IndicatorOutlook, december: FloatArray) -> dict[str, float]:
    at_most = one.target is not None and one.target.comparison is Comparison.AT_MOST
    rates = attainable_rates(december, one.history.indicator.decimals, at_most=at_most)
    return {f"{100 * sure:.0f}": rate for sure, rate in rates.items()}


def _needed(one: IndicatorOutlook) -> Needed | None:
    if one.target is None or one.december is None:
        return None
    found = required(one.target, one.history, one.december)
    return None if found is None else Needed(**asdict(found))


def _fan(one: IndicatorOutlook) -> Fan:
    history = one.history
    months = [month(history.year, m) for m in range(1, MONTHS_A_YEAR + 1)]
    known = [_or_none(history.at(m)) for m in months]
    bands: dict[str, list[float | None]] = {}
    if one.paths is not None:
        columns = {when: j for j, when in enumerate(history.ahead)}
        table = np.quantile(one.paths, FAN_LEVELS, axis=0)
        for level, row in zip(FAN_LEVELS, table, strict=True):
            bands[f"{100 * level:g}"] = [
                float(row[columns[m]]) if m in columns else None for m in months
            ]
    return Fan(months=[month_text(m) for m in months], known_pct=known, quantiles_pct=bands)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _past_years(history: History) -> dict[str, list[float | None]]:
    """Return settled YTD growth of earlier years that have any."""
    rows = {history.first_year + i: row for i, row in enumerate(history.settled[:-1])}
    return {str(y): [_or_none(v) for v in row] for y, row in rows.items() if np.isfinite(row).any()}


def _members(one: IndicatorOutlook) -> list[Member]:
    rows = []
    for name, paths in one.members.items():
        lower, median, upper = np.quantile(paths[:, -1], (0.1, 0.5, 0.9))
        rows.append(
            Member(
                model=name,
                median_pct=float(median),
                lower80_pct=float(lower),
                upper80_pct=float(upper),
            )
        )
    return rows


def _base_revision(history: History) -> dict[str, float]:
    """Return the implied base revision in per cent by year; it holds the deflator of a real one."""
    years = range(history.first_year, history.year + 1)
    pairs = zip(years, history.growth.base_revision, strict=True)
    return {str(year): 100 * float(r) for year, r in pairs if np.isfinite(r)}


def _joint(outlook: Outlook) -> JointReport | None:
    joint = outlook.joint()
    if joint is None:
        return None
    return JointReport(
        indicators=list(joint.names),
        probability_all=joint.all_of.value,
        standard_error=joint.all_of.standard_error,
        at_least=list(joint.at_least),
        independence_product=joint.independent,
        lower_bound=joint.lowest,
        upper_bound=joint.highest,
        weakest=joint.weakest,
        coupling="independent",
    )


def _known(answer: Answer) -> Known:
    outlook = answer.outlook
    figures = [f for one in outlook.indicators.values() for f in one.history.figures]
    every = [
        f
        for i in outlook.snapshot.indicators_of(outlook.area)
        for f in outlook.snapshot.figures_of(outlook.area, i)
    ]
    newest = max(f.released_on for f in every)
    unsure = [f.released_on_basis != "published" for f in figures or every]
    return Known(
        n_figures=len(every),
        newest_release_on=newest,
        age_days=(outlook.day - newest).days,
        share_of_days_not_published=float(np.mean(unsure)),
        n_past_calls=len(answer.record),
    )


def _caveats(answer: Answer) -> list[CaveatSaid]:
    """Return what limits the report as a whole."""
    outlook = answer.outlook
    found = []
    judged = list(outlook.indicators.values())
    if not any(one.target is not None for one in judged):
        found.append(CaveatSaid(code="no_target", values={"year": str(outlook.year)}))
    if not len(answer.record):
        found.append(CaveatSaid(code="no_record", values={}))
    lost = [
        one.history.indicator.id for one in judged if one.target is not None and one.met(1) is None
    ]
    if lost:
        found.append(CaveatSaid(code="not_in_joint", values={"indicators": ", ".join(lost)}))
    found.append(CaveatSaid(code="independent_coupling", values={}))
    return found
