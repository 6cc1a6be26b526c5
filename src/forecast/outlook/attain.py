"""Attainment for anybody's forecast: paths or quantiles in, the probability of a target out.

It needs no data folder and no record. What it says is as good as the paths: nothing is pooled,
and nothing is recalibrated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

from forecast.archive.targets import Target
from forecast.archive.wordings import worded_target
from forecast.base.errors import ParameterError
from forecast.base.frames import markup_of
from forecast.base.texts import percent
from forecast.outlook.attainment import (
    Distribution,
    Joint,
    Probability,
    attainable_rates,
    distribution,
    joint_attainment,
    probability,
    required_growth_pct,
    sides_of,
)
from forecast.outlook.paths import Calendar, check_number, numbers, read_paths

if TYPE_CHECKING:
    from forecast.archive.archive import BoolArray
    from forecast.history.levels import FloatArray
RULES = ("sum_of_months", "mean_of_months", "end_of_year")


@dataclass(frozen=True, kw_only=True, repr=False)
class TargetAttainment:
    """How probable it is that one target is attained, by paths that were given.

    `growth_pct` is growth of the year on each path. `required_growth_pct` is growth of the periods
    left that just meets the target, None once none is left or where `base` was not given; of a band
    `most_growth_pct` is the most that keeps it, and `parts` are the probabilities of each side of a
    band or a range: `below`, `within`, `above`.
    `attainable_pct` is the growth that is attained with 50, 80 and 90 %.
    """

    target: Target
    decimals: int
    probability: Probability
    growth_pct: FloatArray
    required_growth_pct: float | None
    most_growth_pct: float | None = None
    parts: Mapping[str, Probability] = field(default_factory=dict)

    @property
    def attainable_pct(self) -> dict[float, float]:
        """Growth in per cent, as published, that is attained with 50, 80 and 90 %."""
        at_most = self.target.comparison == "at_most"
        return attainable_rates(self.growth_pct, self.decimals, at_most=at_most)

    @property
    def distribution(self) -> Distribution:
        """The distribution of growth of the year."""
        return distribution(self.growth_pct)

    def to_frame(self) -> pd.DataFrame:
        """Return one row: probability (0 to 1) with its error, and growth in per cent."""
        return pd.DataFrame([_row(self)], index=pd.Index([self.target.wording], name="target"))

    def __repr__(self) -> str:
        """Return in a line how probable which target is."""
        return f"<{self.target.wording}: {percent(self.probability.value, 'en')}>"

    def _repr_html_(self) -> str:
        """Return the row, for notebooks."""
        return markup_of(self.to_frame(), repr(self))


@dataclass(frozen=True, kw_only=True, repr=False)
class JointAttainment:
    """How probable several targets are, each by itself and all on the same path."""

    single: Mapping[str, TargetAttainment]
    joint: Joint

    @property
    def all_targets(self) -> Probability:
        """The probability that all targets are attained together."""
        return self.joint.all_targets

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each target: probability (0 to 1), its error, growth in per cent."""
        rows = {
            name: {"target": one.target.wording} | _row(one) for name, one in self.single.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")

    def __repr__(self) -> str:
        """Return in a line how probable all targets together are."""
        return f"<{len(self.single)} targets together: {percent(self.all_targets.value, 'en')}>"

    def _repr_html_(self) -> str:
        """Return the rows, for notebooks."""
        return markup_of(self.to_frame(), repr(self))


def _row(one: TargetAttainment) -> dict[str, float]:
    spread = one.distribution
    required = one.required_growth_pct
    return {
        "probability": one.probability.value,
        "standard_error": one.probability.standard_error,
        "median_pct": spread.median_pct,
        "lower80_pct": spread.lower80_pct,
        "upper80_pct": spread.upper80_pct,
        "required_growth_pct": np.nan if required is None else required,
        **{f"probability_{part}": share.value for part, share in one.parts.items()},
        **{f"attainable{100 * sure:.0f}_pct": rate for sure, rate in one.attainable_pct.items()},
    }


@overload
def attain(
    paths_or_quantiles: Mapping[str, Any],
    *,
    target: Mapping[str, str | float],
    known: Any = ...,
    base: Any = ...,
    decimals: int | Mapping[str, int] = ...,
    annual_rule: str | Mapping[str, str] = ...,
) -> JointAttainment: ...


@overload
def attain(
    paths_or_quantiles: Any,
    *,
    target: str | float,
    known: Any = ...,
    base: Any = ...,
    decimals: int = ...,
    annual_rule: str = ...,
    correlation: float | None = ...,
    seed: int | None = ...,
) -> TargetAttainment: ...


def attain(
    paths_or_quantiles: Any,
    *,
    target: Any,
    known: Any = (),
    base: Any = None,
    decimals: Any = 1,
    annual_rule: Any = "sum_of_months",
    correlation: float | None = None,
    seed: int | None = None,
) -> TargetAttainment | JointAttainment:
    """Return how probable it is that growth of a year attains a target, by a forecast of one's own.

    Paths are amounts of the periods ahead, one path a row: an array, a frame with the periods as
    columns, index or in `ds`, or draws by chain. `known` are this year's amounts so far, `base`
    those of the year before, as many as a year has periods. Without `base`, paths or quantiles
    are growth of the year in per cent. The target is `at least 7 %`, `6.5 % ~ 7 %`, `about 7 %`,
    `more than 0`, `at most 3 %`; growth is rounded half up to `decimals` before it is compared.

    The year's growth is that of the sum of its periods; of a stock, with `annual_rule`
    `end_of_year`, that of its last one. Quantiles of several periods need the rank `correlation`
    between them, 0 to 1, and a `seed`. With a mapping for paths and target, path i of each is
    taken to be the same future, and the joint probability is counted. Raise ParameterError.
    """
    if not isinstance(target, Mapping):
        if isinstance(paths_or_quantiles, Mapping) and all(
            isinstance(key, str) for key in paths_or_quantiles
        ):
            raise ParameterError(
                ["target: one for all; expected a mapping by name, as of the paths"]
            )
        drawn, worded = (correlation, seed), _worded(target, decimals)
        outcome = _outcome(paths_or_quantiles, known, base, annual_rule, "paths", drawn)
        return _attainment(outcome, worded, decimals)
    names = (
        list(paths_or_quantiles) if isinstance(paths_or_quantiles, Mapping) else ["one forecast"]
    )
    if not target or set(names) != set(target):
        found, expected = ", ".join(map(str, names)), ", ".join(map(str, target))
        raise ParameterError([f"paths: {found}; expected those of the targets: {expected}"])
    digits = {name: _of(decimals, name, 1) for name in target}
    targets = {name: (_worded(one, digits[name]), digits[name]) for name, one in target.items()}
    outcomes = {
        name: _outcome(
            paths_or_quantiles[name],
            _of(known, name, ()),
            _of(base, name, None),
            _of(annual_rule, name, RULES[0]),
            f"paths of {name}",
        )
        for name in target
    }
    return _jointly(outcomes, targets)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Growth of the year on each path in per cent, and how much of the year is settled.

    `n_chains` is that of the paths; 0 where they are ranks of quantiles.
    """

    growth_pct: FloatArray
    n_chains: int
    settled_share: float | None = None
    growth_so_far_pct: float = 0.0

    def share(self, met: BoolArray) -> Probability:
        """Return the share of paths on which something is met, with its Monte-Carlo error."""
        if self.n_chains > 1:
            return probability(met, self.n_chains)
        value = float(met.mean())
        error = np.sqrt(value * (1 - value) / len(met)) if self.n_chains else np.nan
        return Probability(value, float(error))


def _outcome(
    given: Any,
    known: Any,
    base: Any,
    rule: str,
    name: str,
    drawn: tuple[float | None, int | None] = (None, None),
) -> _Outcome:
    if rule not in RULES:
        raise ParameterError([f"annual_rule: {rule!r}; allowed: {', '.join(RULES)}"])
    if base is None:
        if len(known):
            raise ParameterError(["known: given without `base`, the amounts of the year before"])
        read = read_paths(given, 1, name, *drawn)
        check_number(read.array, name)
        if (n_periods := read.array.shape[1]) != 1:
            given_as = f"{n_periods} numbers in each path" if n_periods else "no period"
            rule = "without `base`, the amounts of the year before, one: growth of the year"
            raise ParameterError([f"{name}: {given_as}; allowed {rule} in per cent"])
        return _Outcome(read.array[:, -1], read.n_chains)
    so_far, before = numbers("known", known), numbers("base", base)
    calendar, read = Calendar.of(base, known), read_paths(given, len(before), name, *drawn)
    ahead = calendar.checked(read, name)
    check_number(ahead, name)
    if rule == "end_of_year":
        last = ahead[:, -1] if ahead.size else np.full(len(ahead), so_far[-1])
        return _Outcome(_growth_pct(last, before[-1]), read.n_chains)
    total, settled = before.sum(), before[: len(so_far)].sum()
    return _Outcome(
        _growth_pct(so_far.sum() + ahead.sum(axis=1), total),
        read.n_chains,
        float(settled / total),
        float(_growth_pct(so_far.sum(), settled)) if len(so_far) else 0.0,
    )


def _growth_pct(amount: Any, before: float) -> FloatArray:
    """Return growth in per cent; raise ParameterError where the base is not positive."""
    if before <= 0:
        raise ParameterError([f"base: {before:g}; allowed: above 0, or growth means nothing"])
    return np.asarray(100 * (amount / before - 1))


def _jointly(
    outcomes: Mapping[str, _Outcome], targets: Mapping[str, tuple[Target, int]]
) -> JointAttainment:
    sizes = {name: (len(o.growth_pct), o.n_chains) for name, o in outcomes.items()}
    first = next(iter(outcomes.values()))
    if len(set(sizes.values())) > 1 or not first.n_chains:
        kinds = [f"{k}: {n} paths" if c else f"{k}: quantiles" for k, (n, c) in sizes.items()]
        expected = "expected as many paths of each, path i of all being one future"
        raise ParameterError([f"{', '.join(kinds)}; {expected}"])
    single = {n: _attainment(o, *targets[n]) for n, o in outcomes.items()}
    met = {name: one.target.is_met(one.growth_pct, one.decimals) for name, one in single.items()}
    joint = joint_attainment(met, 1)
    assert joint is not None  # there is a target
    together = first.share(np.logical_and.reduce(list(met.values())))
    return JointAttainment(single=single, joint=replace(joint, all_targets=together))


def _of(value: Any, name: str, default: Any) -> Any:
    """Return the value of a name where values are given by name, else the one for all."""
    return value.get(name, default) if isinstance(value, Mapping) else value


def _worded(target: Any, decimals: Any) -> Target:
    """Return the target in words, a number being at least that much; raise ParameterError."""
    if decimals not in range(7):
        raise ParameterError([f"decimals: {decimals!r}; allowed: 0 to 6"])
    if isinstance(target, int | float | np.number) and not isinstance(target, bool):
        target = f"at least {np.format_float_positional(float(target), trim='-')} %"
    return worded_target(str(target))


def _attainment(outcome: _Outcome, worded: Target, decimals: int) -> TargetAttainment:
    threshold, growth = worded.threshold_pct(decimals), outcome.growth_pct
    ceiling = worded.ceiling_pct(decimals)
    ends_needed = [end for end in (threshold, ceiling) if end is not None]
    inside = all(growth.min() <= end <= growth.max() for end in ends_needed)
    if not outcome.n_chains and not inside:
        ends = f"{growth.min():g} to {growth.max():g} %"
        raise ParameterError(
            [f"target: {worded.wording!r} lies beyond the quantiles given, {ends}; give outer ones"]
        )
    share, needed = outcome.settled_share, []
    if share is not None and share < 1:
        so_far = outcome.growth_so_far_pct
        needed = [required_growth_pct(end, share, so_far) for end in ends_needed]
    return TargetAttainment(
        target=worded,
        decimals=decimals,
        probability=outcome.share(worded.is_met(growth, decimals)),
        growth_pct=growth,
        required_growth_pct=needed[0] if needed else None,
        most_growth_pct=needed[1] if len(needed) > 1 else None,
        parts={
            part: outcome.share(mask) for part, mask in sides_of(worded, growth, decimals).items()
        },
    )
