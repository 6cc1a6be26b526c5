"""The call on a target: what was announced, how probable it is, and what came of it.

Growth is in per cent, probabilities lie between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.archive.targets import Comparison, Target
from forecast.history.levels import FloatArray
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import Probability, attainable_rates, parts_of_range, probability
from forecast.outlook.value import N_BATCHES, IndicatorOutlook
from forecast.report.lights import light, word
from forecast.verification.outturn import Outturn

EQUALLY_LIKELY = (np.arange(100) + 0.5) / 100


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
    """Growth of the year: mean, median and the bands in which it lies with 80 and 90 %.

    `quantiles_pct` are 100 equally likely values, the quantiles at 0.5 %, 1.5 % and so on.
    """

    mean_pct: float
    median_pct: float
    lower80_pct: float
    upper80_pct: float
    lower90_pct: float
    upper90_pct: float
    quantiles_pct: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCall:
    """What published figures alone say of an indicator, where the report rests on others too."""

    attained: Attained | None
    forecast: Distribution | None


def target_said(target: Target) -> TargetSaid:
    """Return a target as it was announced."""
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


def attained_of(one: IndicatorOutlook) -> Attained | None:
    """Return the probability of the target and its lights; None without a target or paths."""
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


def _planner_light(one: IndicatorOutlook) -> str | None:
    last = one.history.last_published
    if one.target is None or not one.history.months_known or last is None:
        return None
    growth = one.history.at(last)
    if bool(one.target.is_met(growth, one.history.indicator.decimals)):
        return "green"
    return "yellow" if growth > 0 or one.target.comparison is Comparison.AT_MOST else "red"


def settled_of(name: str, one: IndicatorOutlook, answer: Answer) -> Settled | None:
    """Return the outturn beside the last call before it; None before it is out."""
    if one.outturn is None:
        return None
    on, before = answer.last_calls.get(name, (None, None))
    december = None if before is None else before.december
    band = None if december is None else distribution(december)
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


def distribution(december: FloatArray) -> Distribution:
    """Return the distribution of annual growth over paths."""
    lower90, lower80, median, upper80, upper90 = np.quantile(december, (0.05, 0.1, 0.5, 0.9, 0.95))
    return Distribution(
        mean_pct=float(december.mean()),
        median_pct=float(median),
        lower80_pct=float(lower80),
        upper80_pct=float(upper80),
        lower90_pct=float(lower90),
        upper90_pct=float(upper90),
        quantiles_pct=np.quantile(december, EQUALLY_LIKELY).tolist(),
    )


def attainable(one: IndicatorOutlook, december: FloatArray) -> dict[str, float]:
    """Return the rates that would be attained, by how surely, in whole per cent."""
    at_most = one.target is not None and one.target.comparison is Comparison.AT_MOST
    rates = attainable_rates(december, one.history.indicator.decimals, at_most=at_most)
    return {f"{100 * sure:.0f}": rate for sure, rate in rates.items()}
