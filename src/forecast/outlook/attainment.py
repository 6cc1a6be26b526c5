"""Attainment of targets on simulated paths, the distribution of growth, and the growth needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.archive.targets import Comparison, ResolvedTarget, Target, round_half_up
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.series import Names
from forecast.base.texts import percent

if TYPE_CHECKING:  # who judges paths alone needs neither figures nor histories
    from forecast.archive.archive import BoolArray
    from forecast.history.levels import FloatArray
    from forecast.history.series import History

EQUALLY_LIKELY = (np.arange(100) + 0.5) / 100
SURE, SURE_OF = 0.8, (0.5, 0.8, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A median, and the ends of the band in which growth lies with 80 %."""

    median_pct: float
    lower80_pct: float
    upper80_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Band):
    """Growth of the year: mean, median and the bands in which it lies with 80 and 90 %.

    `quantiles_pct` are 100 equally likely values, the quantiles at 0.5 %, 1.5 % and so on.
    """

    mean_pct: float
    lower90_pct: float
    upper90_pct: float
    quantiles_pct: list[float]


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


def band(december: FloatArray) -> Band:
    """Return the median and the 80 % band of annual growth over paths."""
    lower, median, upper = np.quantile(december, (0.1, 0.5, 0.9)).tolist()
    return Band(median_pct=median, lower80_pct=lower, upper80_pct=upper)


def attainable_rates(
    december: FloatArray, decimals: int, *, at_most: bool = False
) -> dict[float, float]:
    """Return the growth in per cent, as published, that is attained with 50, 80 and 90 %.

    The highest rate whose `at_least` probability is so large; for `at_most` the lowest.
    """
    published = np.sort(round_half_up(december, decimals))
    n = len(published)
    rates = {}
    for sure in SURE_OF:
        index = int(np.ceil(sure * n)) - 1
        rates[sure] = float(published[index] if at_most else published[n - 1 - index])
    return rates


def quantiles(paths: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Return quantiles of paths by month, of shape (levels, months), in per cent."""
    return np.asarray(np.quantile(paths, levels, axis=0))


N_BATCHES = 10  # of paths, each simulated on its own
TOLERANCES_PP = (0.0, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Probability:
    """A share of paths, with its Monte-Carlo error; NaN where only the share is known."""

    value: float
    standard_error: float = float("nan")

    def __str__(self) -> str:
        """Return the probability in whole per cents, as English pages print it."""
        return percent(self.value, "en")


def probability(met: BoolArray, n_batches: int, weights: FloatArray | None = None) -> Probability:
    """Return the share of paths on which something is met, weighted where weights are given.

    Paths stand batch after batch, each batch simulated on its own; the error is that of the mean
    of the batches' shares, with weights that of a ratio of the batches' sums.
    """
    if weights is None:
        shares = np.asarray(met.reshape(n_batches, -1).mean(axis=1))
        return Probability(float(met.mean()), batch_error(shares))
    sums = (weights * met).reshape(n_batches, -1).sum(axis=1)
    sizes = weights.reshape(n_batches, -1).sum(axis=1)
    value = float(sums.sum() / sizes.sum())
    if n_batches < 2:
        return Probability(value)
    spread = np.square(sums - value * sizes).sum() * n_batches / (n_batches - 1)
    return Probability(value, float(np.sqrt(spread) / sizes.sum()))


def batch_error(by_batch: FloatArray) -> float:
    """Return the Monte-Carlo error of the mean of the shares of independent batches."""
    n_batches = len(by_batch)
    return float(by_batch.std(ddof=1) / np.sqrt(n_batches)) if n_batches > 1 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """The probability that a target is attained, and the lights that follow from it.

    Of a range and of a band `within` and `above` are the probabilities of its parts, of a band
    `below` that of missing it from below; of an `about` target `by_tolerance` holds those at
    several tolerances in percentage points. `planner_light` is the light that bureaux use: green
    where growth so far meets the target, yellow where it is positive but below, red where it is
    negative; None without growth so far.
    """

    probability: Probability
    word: str
    light: str
    planner_light: str | None
    within: Probability | None = None
    above: Probability | None = None
    below: Probability | None = None
    by_tolerance: Mapping[float, Probability] = field(default_factory=dict)


def sides_of(target: Target, outcome: FloatArray, decimals: int) -> dict[str, BoolArray]:
    """Return which paths lie within and above a range, below a band too; nothing of another."""
    lower, upper = target.ends
    if lower is None or upper is None:
        return {}
    published = target.as_published(outcome, decimals)
    above, below = published > upper + 1e-9, published < lower - 1e-9
    sides = {"within": np.asarray(~(above | below)), "above": np.asarray(above)}
    return sides | ({"below": np.asarray(below)} if target.has_two_ends else {})


def parts_of_range(
    target: Target, december: FloatArray, decimals: int, n_batches: int
) -> dict[str, Probability]:
    """Return P(within) and P(above) of a range, P(below) of a band too; nothing of another."""
    sides = sides_of(target, december, decimals)
    return {side: probability(mask, n_batches) for side, mask in sides.items()}


def probability_by_tolerance(
    target: Target, december: FloatArray, decimals: int, n_batches: int
) -> dict[float, Probability]:
    """Return by tolerance in percentage points P of an `about` target; nothing for another."""
    if target.comparison is not Comparison.ABOUT:
        return {}
    published = target.as_published(december, decimals)
    return {
        pp: probability(target.with_tolerance(pp).is_met_as_published(published), n_batches)
        for pp in TOLERANCES_PP
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """How many targets are attained on the same path, and what the single ones allow.

    `at_least[k]` is P(at least k targets). `lower_bound` and `upper_bound` are the Frechet bounds
    max(0, sum p - n + 1) and min p; `independence_product` is the product of the single
    probabilities. `coupling` is `ranks`, or `independent` where no
    dependence was estimated.
    """

    indicators: tuple[str, ...]
    all_targets: Probability
    at_least: tuple[float, ...]
    independence_product: float
    lower_bound: float
    upper_bound: float
    weakest: str
    coupling: Literal["ranks", "independent"]

    @property
    def expected_number(self) -> float:
        """The expected number of targets attained, which is the sum of their probabilities."""
        return sum(self.at_least[1:])

    @property
    def exactly(self) -> tuple[float, ...]:
        """P(exactly k targets), from none to all."""
        return tuple(this - following for this, following in pairwise([*self.at_least, 0.0]))


def joint_attainment(
    met: Mapping[str, BoolArray],
    n_batches: int,
    *,
    coupling: Literal["ranks", "independent"] = "ranks",
    weights: FloatArray | None = None,
) -> Joint | None:
    """Return joint attainment counted on the same paths; None without a target."""
    if not met:
        return None
    table = np.stack(list(met.values()))
    single = np.average(table, axis=1, weights=weights)
    number = table.sum(axis=0)
    return Joint(
        indicators=tuple(met),
        all_targets=probability(np.asarray(table.all(axis=0)), n_batches, weights),
        at_least=tuple(
            float(np.average(number >= k, weights=weights)) for k in range(len(met) + 1)
        ),
        independence_product=float(np.prod(single)),
        lower_bound=float(max(0.0, single.sum() - len(met) + 1)),
        upper_bound=float(single.min()),
        weakest=list(met)[int(np.argmin(single))],
        coupling=coupling,
    )


@dataclass(frozen=True, slots=True)
class Required:
    """What the remaining months need to just meet the target.

    Growth in per cent, of a rate the mean of these months, of a balance their sum; for an `at_most`
    target it is the most that is allowed, for a band
    `most_growth_pct` is that too. `verdict` says
    whether no possible rest of the year could miss or meet the target any more. `percentile` is
    the share of past years whose rest of the year grew less than that, or out of the band, among
    `n_past_years`.
    Levels are in the unit of the history, None where the base on today's scope is not known.
    """

    growth_pct: float
    settled_share: float
    percentile: float | None
    n_past_years: int
    monthly_level: float | None
    annual_level: float | None
    shortfall_level: float | None
    base_growth_pct: float | None
    two_year_average_pct: float | None
    verdict: Literal["secured", "impossible"] | None = None
    most_growth_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioNeed:
    """What the numerator of a ratio needs in the rest of the year.

    The denominator is taken at its median. `growth_pct` is the numerator's growth in the months
    after `months_known`, None of a balance; `level` its amount in them in `unit`, None where last
    year's is not known or prices are constant.
    """

    numerator: Names
    denominator: Names
    months_known: int
    growth_pct: float | None
    level: float | None
    unit: str
    decimals: int
    verdict: Literal["secured", "impossible"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a better rest of the year would buy, and what it takes for `SURE`, 80 %.

    `extra_pp` is half a point of growth in the rest of the year, below 0 for an `at_most` target;
    with it the probability of the target is `probability`, that of all targets `all_targets`.
    `extra_level` is a round amount of about that size in the unit of the series, with which it is
    `probability_of_level`; None where amounts do not determine growth. `rest_median_pct` is what
    the forecast expects the rest of the year to grow, `rest80_pct` what it would have to expect
    for 80 %: `extra80_pp` more, or `extra80_level`; less where the target is surer than that.
    """

    extra_pp: float
    probability: float
    all_targets: float | None
    extra_level: float | None
    probability_of_level: float | None
    rest_median_pct: float
    rest80_pct: float
    extra80_pp: float
    extra80_level: float | None


def required_growth_pct(threshold_pct: float, settled_share: float, ytd_growth_pct: float) -> float:
    """Return growth of the rest of the year: g = (T - W S) / (1 - W).

    T is the threshold before rounding, W the settled share of the year and S its growth so far.
    """
    settled = settled_share * ytd_growth_pct if settled_share else 0.0
    return (threshold_pct - settled) / (1 - settled_share)


def required(target: Target, history: History, december: FloatArray) -> Required | None:
    """Return what the months left of the year need; None once the year is settled."""
    n_known, last = history.months_known, history.last_published
    if n_known == MONTHS_A_YEAR:
        return None
    share = history.settled_share(history.year, n_known)
    now = history.at(last) if n_known and last is not None else 0.0
    threshold = target.threshold_pct(history.indicator.decimals)
    growth = required_growth_pct(threshold, share, now)
    past, part = rest_of_year_growth(history, n_known), _part_left(history, share)
    annual, monthly, short = _levels(target, threshold, history, december)
    base_rest = past.get(history.year - 1)
    ceiling = target.ceiling_pct(history.indicator.decimals)
    most = None if ceiling is None else required_growth_pct(ceiling, share, now)
    growth, most = growth * part, None if most is None else most * part
    missed = [g < growth or (most is not None and g >= most) for g in past.values()]
    return Required(
        growth,
        share,
        float(np.mean(missed)) if len(past) >= 3 else None,
        len(past),
        monthly,
        annual,
        short,
        base_rest,
        _two_year_average(growth, base_rest, history),
        verdict_of(target, growth, most, history),
        most,
    )


def _two_year_average(growth: float, before: float | None, history: History) -> float | None:
    """Return the mean growth of two years in per cent; None where outcomes are levels."""
    is_growth = not history.indicator.has_no_growth
    if before is None or not is_growth or min(growth, before) <= -100:
        return None
    return float(100 * (np.sqrt((1 + growth / 100) * (1 + before / 100)) - 1))


def verdict_of(
    target: Target, needed: float, most: float | None, history: History
) -> Literal["secured", "impossible"] | None:
    """Return whether what the rest of the year needs lies beyond all that is possible, else None.

    Amounts cannot be negative, so growth is not below -100 %; a rate that was always between 0 and
    100 stays there. A balance has no bounds.
    """
    lowest, highest = -100.0, np.inf
    if history.indicator.has_no_growth:
        lowest, highest = (0.0, 100.0) if history.is_share else (-np.inf, np.inf)
    if most is not None:
        is_out = needed >= highest or most <= lowest
        return "impossible" if is_out else "secured" if needed <= lowest < highest <= most else None
    if lowest < needed < highest:
        return None
    is_low, is_ceiling = needed <= lowest, target.comparison is Comparison.AT_MOST
    return "secured" if is_low != is_ceiling else "impossible"


def rest_of_year_growth(history: History, months_known: int) -> dict[int, float]:
    """Return by past year the growth in per cent of the months after so many, where known.

    Of a rate it is the mean of these months, of a balance their sum.
    """
    growth = {}
    for year, annual in history.annual.items():
        share = history.settled_share(year, months_known)
        so_far = history.at(MONTHS_A_YEAR * year + months_known - 1) if months_known else 0.0
        if year < history.year and np.isfinite(so_far) and share < 1:
            rest = required_growth_pct(annual, share, so_far)
            growth[year] = rest * _part_left(history, share)
    return growth


def _part_left(history: History, settled_share: float) -> float:
    """Return the part of a whole year's sum that the rest of a balance counts for; else 1."""
    is_sum = history.indicator.kind == "balance" and not history.indicator.is_stock
    return 1 - settled_share if is_sum else 1.0


def _levels(
    target: Target, threshold: float, history: History, december: FloatArray
) -> tuple[float | None, float | None, float | None]:
    """Return the annual level needed, the monthly level from now on, and the median shortfall.

    Only nominal flows on one scope allow it: at constant prices levels do not determine growth.
    """
    base, n_known = history.base_on_todays_scope(), history.months_known
    if isinstance(target, ResolvedTarget) and history.indicator.kind == "amount":
        base = target.offset
    accumulates = history.indicator.accumulates
    if (
        base is None
        or history.levels is None
        or history.indicator.price_basis == "real"
        or not accumulates
    ):
        return None, None, None
    annual = (1 + threshold / 100) * base
    done = float(history.levels.of_year(history.year)[n_known - 1]) if n_known else 0.0
    monthly = (annual - done) / (MONTHS_A_YEAR - n_known) if np.isfinite(done) else None
    short = annual - (1 + float(np.median(december)) / 100) * base
    return annual, monthly, short


@dataclass(frozen=True, slots=True)
class Progress:
    """The columns that bureaux print, in per cent: how much of the plan and of the year is done.

    Levels are in the unit of the history. The plan is the announced level, or `base_level`, last
    year's on today's scope, grown by `plan_rate_pct`.
    """

    time_pct: float
    plan_done_pct: float | None
    ahead_of_time_pp: float | None
    normal_pct: float | None
    ytd_level: float | None
    plan_level: float | None
    base_level: float | None
    plan_rate_pct: float | None


def progress(target: Target | None, history: History) -> Progress:
    """Return 时间进度, 完成年度计划, 超欠进度 and 正常进度 of the year."""
    n_known = history.months_known
    elapsed = 100 * n_known / MONTHS_A_YEAR
    normal = history.normal_progress(n_known)
    plan, base, rate = (None, None, None) if target is None else _plan(target, history)
    level = _level_so_far(history)
    done = None
    is_sum = not history.indicator.is_stock and history.indicator.kind in ("amount", "balance")
    if is_sum and plan is not None and plan > 0 and level is not None and level >= 0:
        done = 100 * level / plan
    return Progress(
        elapsed,
        done,
        None if done is None else done - elapsed,
        None if normal is None else 100 * normal,
        level,
        plan,
        base,
        rate,
    )


def _level_so_far(history: History) -> float | None:
    """Return the sum of the months so far, of an index their mean, of a stock the last month's."""
    n_known, entry = history.months_known, history.indicator
    if not n_known or history.levels is None or entry.kind == "rate":
        return None
    row = history.year - history.levels.first_year
    table = history.levels.monthly if entry.is_stock else history.levels.year_to_date
    so_far = float(table[row, n_known - 1]) if 0 <= row < len(table) else np.nan
    if entry.accumulates and entry.kind != "amount":
        so_far /= n_known
    return so_far if np.isfinite(so_far) else None


def _plan(target: Target, history: History) -> tuple[float | None, float | None, float | None]:
    """Return the level of the plan, and the base and the rate in per cent that make it."""
    if target.plan_level is not None:
        same_unit = history.levels is not None and target.plan_unit in (None, history.levels.unit)
        return (target.plan_level if same_unit else None), None, None
    base = history.base_on_todays_scope()
    if target.measure == "level":
        return target.bound, None, None
    rate = target.rate_pct if target.rate_pct is not None else target.lower_pct
    if base is None or history.indicator.price_basis == "real" or rate is None:
        return None, None, None
    return base * (1 + rate / 100), base, rate
