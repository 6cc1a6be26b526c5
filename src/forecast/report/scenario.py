"""Scenarios: what the joint paths say where growth of a span is given.

An exact value has probability zero on simulated paths, so they are weighed by a kernel about it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.archive.archive import BoolArray
from forecast.base.errors import ConditionError, OutsideSupport, TooFewPaths
from forecast.base.months import Span
from forecast.base.package import VERSION, package_hash
from forecast.history.levels import FloatArray
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import N_BATCHES, Joint, joint_attainment, probability
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.report.aggregate import problem_with, span_growth, span_of
from forecast.report.conditions import MOST_CONDITIONS, Condition, read_conditions
from forecast.report.overlay import overlay_report
from forecast.report.report import general_caveats
from forecast.report.scenario_value import Given, Line, Outcome, Scenario
from forecast.report.weighting import (
    BANDWIDTH_SHARE,
    effective_size,
    kernel_weights,
    weighed_quantiles,
)

FEWEST_EFFECTIVE = 200
MOST_PATHS = 40_000
_SPARE = 1.25  # more paths than should do, since the effective size is itself an estimate
_STEP = 100

__all__ = [
    "BANDWIDTH_SHARE",
    "FEWEST_EFFECTIVE",
    "MOST_PATHS",
    "Condition",
    "Given",
    "Line",
    "Outcome",
    "Scenario",
    "read_conditions",
    "scenario_of",
    "weighed",
]


@dataclass(frozen=True)
class Weighed:
    """An outlook's paths weighed by conditions: the growth that each is about, and the weights."""

    outlook: Outlook
    conditions: tuple[Condition, ...]
    spans: tuple[Span, ...]
    aggregates: tuple[FloatArray, ...]
    bandwidths_pp: tuple[float, ...]
    weights: FloatArray

    @property
    def effective_size(self) -> float:
        """The effective number of paths."""
        return effective_size(self.weights)


def scenario_of(
    answer: Answer,
    conditions: Sequence[Condition | str],
    *,
    bandwidths_pp: Sequence[float] = (),
    most_paths: int = MOST_PATHS,
) -> Scenario:
    """Return what an answer says where one or two conditions hold, beside what it says without.

    A condition may be written as on the command line: `retail_sales rest 9`. A bandwidth in
    percentage points may be given for all, or for each; else it is a fifth of the standard
    deviation of the aggregate on the paths. Where they leave fewer than 200 effective paths, more
    are simulated, to at most so many. Raise ConditionError, OutsideSupport or TooFewPaths.
    """
    held = [c if isinstance(c, Condition) else read_conditions([c])[0] for c in conditions]
    found = weighed(answer.outlook, held, bandwidths_pp)
    asked = answer.outlook.n_paths
    while found.effective_size < FEWEST_EFFECTIVE:
        enough = _enough(found)
        if enough > most_paths:
            raise TooFewPaths(
                found.effective_size,
                FEWEST_EFFECTIVE,
                found.outlook.n_paths,
                most_paths,
                _supports(found),
            )
        found = weighed(answer.outlook_on(enough), held, bandwidths_pp)
    return _scenario(answer, found, asked)


def weighed(
    outlook: Outlook, conditions: Sequence[Condition], bandwidths_pp: Sequence[float] = ()
) -> Weighed:
    """Return an outlook's paths with the weights that conditions give them.

    Raise ConditionError for conditions that cannot be held, OutsideSupport for growth that no
    path reaches; all of them are named.
    """
    problems = [p for c in conditions if (p := problem_with(c, outlook)) is not None]
    problems += [
        *_problems_of_number(conditions),
        *_problems_of_bandwidth(bandwidths_pp, conditions),
    ]
    if problems:
        raise ConditionError(problems)
    ones = [outlook.indicators[c.indicator] for c in conditions]
    spans = [span_of(c, one.history) for c, one in zip(conditions, ones, strict=True)]
    aggregates = [span_growth(one, span) for one, span in zip(ones, spans, strict=True)]
    given = [c.growth_pct for c in conditions]
    # Where nothing is uncertain any width does, for what is given lies on every path.
    wide = list(bandwidths_pp) * (len(conditions) if len(bandwidths_pp) == 1 else 1)
    wide = wide or [BANDWIDTH_SHARE * float(a.std()) or 1.0 for a in aggregates]
    weights = kernel_weights(aggregates, given, wide)
    found = Weighed(
        outlook, tuple(conditions), tuple(spans), tuple(aggregates), tuple(wide), weights
    )
    outside = [
        said
        for said, growth, at in zip(_supports(found), aggregates, given, strict=True)
        if not growth.min() <= at <= growth.max()
    ]
    if outside:
        raise OutsideSupport(outside)
    return found


def _problems_of_number(conditions: Sequence[Condition]) -> list[str]:
    """Return what is wrong with the conditions taken together."""
    problems = []
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        problems.append(f"{len(conditions)} conditions; allowed: 1 to {MOST_CONDITIONS}")
    where = [(c.indicator, c.span) for c in conditions]
    problems += [
        f"'{c}': a second condition on the same months; allowed: one"
        for i, c in enumerate(conditions)
        if where[i] in where[:i]
    ]
    return problems


def _problems_of_bandwidth(
    bandwidths_pp: Sequence[float], conditions: Sequence[Condition]
) -> list[str]:
    problems = [
        f"bandwidth {wide:g}; allowed: above 0, in percentage points"
        for wide in bandwidths_pp
        if not (math.isfinite(wide) and wide > 0)
    ]
    if len(bandwidths_pp) not in (0, 1, len(conditions)):
        n, m = len(bandwidths_pp), len(conditions)
        problems.append(f"{n} bandwidths for {m} conditions; allowed: none, one, or one for each")
    return problems


def _supports(found: Weighed) -> list[str]:
    """Return in words, for each condition, its bandwidth and where the paths lie."""
    every = zip(found.conditions, found.bandwidths_pp, found.aggregates, strict=True)
    return [_support(*one) for one in every]


def _support(condition: Condition, bandwidth_pp: float, growth: FloatArray) -> str:
    lowest, lower, upper, highest = np.quantile(growth, (0, 0.05, 0.95, 1))
    return (
        f"'{condition}', bandwidth {bandwidth_pp:.2g} pp: simulated growth lies between "
        f"{lower:.1f} and {upper:.1f} % on 90 % of paths, between {lowest:.1f} and {highest:.1f} % "
        "on all"
    )


def _enough(found: Weighed) -> int:
    """Return how many paths should leave enough effective ones."""
    times = _SPARE * FEWEST_EFFECTIVE / found.effective_size
    return math.ceil(found.outlook.n_paths * times / _STEP) * _STEP


def _scenario(answer: Answer, found: Weighed, n_paths_asked: int) -> Scenario:
    outlook, registry = found.outlook, found.outlook.snapshot.registry
    alike = np.ones(outlook.n_paths)
    judged = {n: one for n, one in outlook.indicators.items() if one.target is not None}
    met = {name: one.met(outlook.n_paths) for name, one in judged.items()}
    known = {name: attained for name, attained in met.items() if attained is not None}
    return Scenario(
        area=outlook.area,
        area_name=registry.area_names(outlook.area),
        year=outlook.year,
        as_of=outlook.day,
        seed=answer.seed,
        version=VERSION,
        package_hash=package_hash(),
        n_paths=outlook.n_paths,
        n_paths_asked=n_paths_asked,
        effective_size=found.effective_size,
        given=_given(found),
        indicators=[
            _line(name, one, known.get(name), (alike, found.weights))
            for name, one in (judged or outlook.indicators).items()
        ],
        targets=list(known),
        without=_joint(known, alike, outlook),
        under=_joint(known, found.weights, outlook),
        overlay=overlay_report(answer),
        caveats=general_caveats(answer),
    )


def _given(found: Weighed) -> list[Given]:
    said = []
    for i, (condition, growth) in enumerate(zip(found.conditions, found.aggregates, strict=True)):
        entry = found.outlook.indicators[condition.indicator].history.indicator
        lowest, lower, upper, highest = np.quantile(growth, (0, 0.05, 0.95, 1)).tolist()
        said.append(
            Given(
                condition=str(condition),
                indicator=condition.indicator,
                name=entry.names,
                decimals=entry.decimals,
                span=found.spans[i],
                growth_pct=condition.growth_pct,
                bandwidth_pp=found.bandwidths_pp[i],
                standard_deviation_pp=float(growth.std()),
                lowest_pct=lowest,
                lower90_pct=lower,
                upper90_pct=upper,
                highest_pct=highest,
                mean_pct=float(np.average(growth, weights=found.weights)),
            )
        )
    return said


def _line(
    name: str,
    indicator: IndicatorOutlook,
    met: BoolArray | None,
    weights: tuple[FloatArray, FloatArray],
) -> Line:
    entry = indicator.history.indicator
    without, under_given = (_outcome(indicator, met, heavy) for heavy in weights)
    return Line(
        id=name,
        name=entry.names,
        decimals=entry.decimals,
        target=indicator.target,
        outturn=indicator.outturn,
        without=without,
        under=under_given,
    )


def _outcome(
    indicator: IndicatorOutlook, met: BoolArray | None, weights: FloatArray
) -> Outcome | None:
    """Return what weighed paths say of an indicator; None once it is settled, and without paths."""
    if indicator.december is None:
        return None
    lower, median, upper = weighed_quantiles(indicator.december, weights, (0.1, 0.5, 0.9))
    return Outcome(
        probability=None if met is None else probability(met, N_BATCHES, weights),
        median_pct=median,
        lower80_pct=lower,
        upper80_pct=upper,
    )


def _joint(met: Mapping[str, BoolArray], weights: FloatArray, outlook: Outlook) -> Joint | None:
    """Return how many targets are attained on the same weighed paths; None without a target."""
    joint = outlook.joint
    coupling = "independent" if joint is None else joint.coupling
    return joint_attainment(met, N_BATCHES, coupling=coupling, weights=weights)
