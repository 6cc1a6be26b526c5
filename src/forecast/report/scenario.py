"""Scenarios: the joint forecast under the condition that growth of a span is given.

An exact value has probability zero on simulated paths, so they are weighted by a kernel around it.
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
from forecast.combination.dependence import is_part_of_other
from forecast.history.levels import FloatArray
from forecast.outlook.accounts import contribution, links
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import N_BATCHES, Joint, joint_attainment, probability
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.report.conditions import (
    MOST_CONDITIONS,
    Accounting,
    Condition,
    Given,
    GivenPart,
    Line,
    Outcome,
    Scenario,
    in_year_of,
    problem_of,
    read_conditions,
    span_growth,
    span_of,
)
from forecast.report.overlay import overlay_report
from forecast.report.report import general_caveats

BANDWIDTH_SHARE = 0.2  # of the aggregate's own standard deviation on the paths, docs/method.md


def kernel_weights(
    aggregates: Sequence[FloatArray], given_pct: Sequence[float], bandwidths_pp: Sequence[float]
) -> FloatArray:
    """Return the weight of each path: a Gaussian kernel of every aggregate around the given value.

    The largest weight is 1. The weights are those of paths on which each aggregate was measured as
    given, with a normal error whose standard deviation is its bandwidth.
    """
    away = [
        (growth - at) / wide
        for growth, at, wide in zip(aggregates, given_pct, bandwidths_pp, strict=True)
    ]
    log_weights = -0.5 * np.square(away).sum(axis=0)
    return np.asarray(np.exp(log_weights - log_weights.max()))


def effective_size(weights: FloatArray) -> float:
    """Return the effective number of weighted paths, (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def weighted_quantiles(
    values: FloatArray, weights: FloatArray, levels: Sequence[float]
) -> list[float]:
    """Return quantiles of weighted values, on a line between the middles of their weights.

    With equal weights they are those of `numpy.quantile`.
    """
    order = np.argsort(values, kind="stable")
    ordered, weight = values[order], weights[order]
    middle = np.cumsum(weight) - weight / 2
    rank = (middle - middle[0]) / (middle[-1] - middle[0])
    return [float(value) for value in np.interp(levels, rank, ordered)]


FEWEST_EFFECTIVE = 200
MOST_PATHS = 40_000
_SPARE = 1.25  # more paths than needed, since the effective size is itself an estimate
_STEP = 100


@dataclass(frozen=True)
class WeightedPaths:
    """An outlook's paths weighted by conditions, and the growth that each condition is about."""

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
    """Return an answer's forecasts under one or two conditions, beside those without them.

    A condition may be written as on the command line: `retail_sales rest 9`. A bandwidth in
    percentage points may be given for all, or for each; by default it is a fifth of the standard
    deviation of the aggregate on the paths. If fewer than 200 effective paths are left, more are
    simulated, up to `most_paths`. Raise ConditionError, OutsideSupport or TooFewPaths.
    """
    before = answer.outlook.snapshot.registry.months_before(answer.outlook.area)
    given = [
        in_year_of(c if isinstance(c, Condition) else read_conditions([c])[0], before)
        for c in conditions
    ]
    paths = weighted_paths(answer.outlook, given, bandwidths_pp)
    while paths.effective_size < FEWEST_EFFECTIVE:
        enough = _enough(paths)
        if enough > most_paths:
            raise TooFewPaths(
                paths.effective_size,
                FEWEST_EFFECTIVE,
                paths.outlook.n_paths,
                most_paths,
                _supports(paths),
            )
        paths = weighted_paths(answer.outlook_on(enough), given, bandwidths_pp)
    return _scenario(answer, paths)


def weighted_paths(
    outlook: Outlook, conditions: Sequence[Condition], bandwidths_pp: Sequence[float] = ()
) -> WeightedPaths:
    """Return an outlook's paths with the weights that conditions give them.

    Raise ConditionError for conditions that the paths cannot meet, OutsideSupport for growth that
    no path reaches; the error names all of them.
    """
    problems = [p for c in conditions if (p := problem_of(c, outlook)) is not None]
    problems += [
        *_problems_of_number(conditions),
        *_problems_of_bandwidth(bandwidths_pp, conditions),
    ]
    if problems:
        raise ConditionError(problems)
    own = [outlook.indicators[c.indicator] for c in conditions]
    spans = [span_of(c, o.history) for c, o in zip(conditions, own, strict=True)]
    aggregates = [span_growth(o, span) for o, span in zip(own, spans, strict=True)]
    given = [c.growth_pct for c in conditions]
    # Where nothing is uncertain any bandwidth does, because every path has the given value.
    bandwidths = list(bandwidths_pp) * (len(conditions) if len(bandwidths_pp) == 1 else 1)
    bandwidths = bandwidths or [BANDWIDTH_SHARE * float(a.std()) or 1.0 for a in aggregates]
    weights = kernel_weights(aggregates, given, bandwidths)
    paths = WeightedPaths(
        outlook, tuple(conditions), tuple(spans), tuple(aggregates), tuple(bandwidths), weights
    )
    outside = [
        support
        for support, growth, at in zip(_supports(paths), aggregates, given, strict=True)
        if not growth.min() <= at <= growth.max()
    ]
    if outside:
        raise OutsideSupport(outside)
    return paths


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


def _supports(paths: WeightedPaths) -> list[str]:
    """Return in words, for each condition, its bandwidth and where the paths lie."""
    every = zip(paths.conditions, paths.bandwidths_pp, paths.aggregates, strict=True)
    return [_support(*parts) for parts in every]


def _support(condition: Condition, bandwidth_pp: float, growth: FloatArray) -> str:
    lowest, lower, upper, highest = np.quantile(growth, (0, 0.05, 0.95, 1))
    return (
        f"'{condition}', bandwidth {bandwidth_pp:.2g} pp: simulated growth lies between "
        f"{lower:.1f} and {upper:.1f} % on 90 % of paths, between {lowest:.1f} and {highest:.1f} % "
        "on all"
    )


def _enough(paths: WeightedPaths) -> int:
    """Return how many paths should leave enough effective ones."""
    times = _SPARE * FEWEST_EFFECTIVE / paths.effective_size
    return math.ceil(paths.outlook.n_paths * times / _STEP) * _STEP


def _scenario(answer: Answer, paths: WeightedPaths) -> Scenario:
    outlook, registry = paths.outlook, paths.outlook.snapshot.registry
    equal = np.ones(outlook.n_paths)
    with_target = {n: own for n, own in outlook.indicators.items() if own.target is not None}
    every = {name: own.met(outlook.n_paths) for name, own in with_target.items()}
    met = {name: is_met for name, is_met in every.items() if is_met is not None}
    return Scenario(
        area=outlook.area,
        area_name=registry.area_names(outlook.area),
        year=outlook.year,
        year_begins=outlook.snapshot.registry.months_before(outlook.area) + 1,
        as_of=outlook.day,
        seed=answer.seed,
        version=VERSION,
        package_hash=package_hash(),
        n_paths=outlook.n_paths,
        n_paths_asked=answer.outlook.n_paths,
        effective_size=paths.effective_size,
        given=_given(paths),
        accounting=_accounting(paths),
        indicators=[
            _line(name, own, met.get(name), (equal, paths.weights))
            for name, own in (with_target or outlook.indicators).items()
        ],
        targets=list(met),
        without=_joint(met, equal, outlook),
        under=_joint(met, paths.weights, outlook),
        overlay=overlay_report(answer),
        caveats=general_caveats(answer),
    )


def _given(paths: WeightedPaths) -> list[Given]:
    given = []
    for i, (condition, growth) in enumerate(zip(paths.conditions, paths.aggregates, strict=True)):
        entry = paths.outlook.indicators[condition.indicator].history.indicator
        lowest, lower, upper, highest = np.quantile(growth, (0, 0.05, 0.95, 1)).tolist()
        given.append(
            Given(
                condition=str(condition),
                indicator=condition.indicator,
                name=entry.names,
                decimals=entry.decimals,
                unit=entry.unit if entry.has_no_growth else "",
                span=paths.spans[i],
                growth_pct=condition.growth_pct,
                bandwidth_pp=paths.bandwidths_pp[i],
                standard_deviation_pp=float(growth.std()),
                lowest_pct=lowest,
                lower90_pct=lower,
                upper90_pct=upper,
                highest_pct=highest,
                mean_pct=float(np.average(growth, weights=paths.weights)),
            )
        )
    return given


def _accounting(paths: WeightedPaths) -> list[Accounting]:
    """Return, for each whole of which parts are given, what they move and what the rest does."""
    outlook, registry = paths.outlook, paths.outlook.snapshot.registry
    open_ = {n: own for n, own in outlook.indicators.items() if own.december is not None}
    given = dict.fromkeys(c.indicator for c in paths.conditions)
    shares = links(registry, {name: own.history for name, own in open_.items()})
    return [
        _divided(paths, whole, parts, {k.part: k.share for k in shares if k.whole == whole})
        for whole in open_
        if whole not in given
        and (parts := [n for n in given if whole in registry.wholes_of(outlook.area, n)])
    ]


def _divided(
    paths: WeightedPaths, whole: str, parts: Sequence[str], shares: Mapping[str, float]
) -> Accounting:
    """Return the change of a whole's mean growth as the contributions of parts, and a rest.

    Of two parts of which one holds the other, or whose shares exceed the whole, the larger counts.
    """
    every, registry = paths.outlook.indicators, paths.outlook.snapshot.registry
    counted = sorted((n for n in parts if n in shares), key=lambda n: -shares[n])
    if len(counted) > 1 and (
        sum(shares[n] for n in counted) > 1
        or is_part_of_other(registry, paths.outlook.area, *counted[:2])
    ):
        counted = counted[:1]
    added = {
        name: _change(contribution(every[name], every[whole], shares[name]), paths.weights)
        for name in counted
    }
    change = _change(np.asarray(every[whole].december), paths.weights)
    return Accounting(
        id=whole,
        name=every[whole].history.indicator.names,
        parts=[
            GivenPart(
                id=name,
                name=every[name].history.indicator.names,
                share_pct=100 * shares[name] if name in added else None,
                contribution_pp=added.get(name),
            )
            for name in parts
        ],
        rest_pp=change - sum(added.values()),
        change_pp=change,
    )


def _change(values: FloatArray, weights: FloatArray) -> float:
    """Return the weighted mean less the plain one."""
    return float(np.average(values, weights=weights) - values.mean())


def _line(
    name: str,
    indicator: IndicatorOutlook,
    met: BoolArray | None,
    weights: tuple[FloatArray, FloatArray],
) -> Line:
    entry = indicator.history.indicator
    without, under_given = (_outcome(indicator, met, weight) for weight in weights)
    return Line(
        id=name,
        name=entry.names,
        decimals=entry.decimals,
        unit=entry.unit,
        quantity=entry.kind,
        target=indicator.judged or indicator.target,
        outturn=indicator.outturn,
        without=without,
        under=under_given,
    )


def _outcome(
    indicator: IndicatorOutlook, met: BoolArray | None, weights: FloatArray
) -> Outcome | None:
    """Return the distribution over weighted paths; None once settled, or without paths."""
    if indicator.december is None:
        return None
    lower, median, upper = weighted_quantiles(indicator.december, weights, (0.1, 0.5, 0.9))
    return Outcome(
        probability=None if met is None else probability(met, N_BATCHES, weights),
        median_pct=median,
        lower80_pct=lower,
        upper80_pct=upper,
    )


def _joint(met: Mapping[str, BoolArray], weights: FloatArray, outlook: Outlook) -> Joint | None:
    """Return how many targets are attained on the same weighted paths; None without a target."""
    joint = outlook.joint
    coupling = "independent" if joint is None else joint.coupling
    return joint_attainment(met, N_BATCHES, coupling=coupling, weights=weights)
