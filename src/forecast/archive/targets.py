"""Announced growth targets, and when an outcome meets one."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict

from forecast.archive.registry import Registry
from forecast.archive.toml import Day, Number, Year, area_faults, parsed, read_entries
from forecast.base.errors import ContractError, Fault

FILE = "targets.toml"
DEFAULT_TOLERANCE_PP = 0.2


class Comparison(StrEnum):
    """How an outcome is compared with a target."""

    AT_LEAST = "at_least"
    WITHIN = "within"
    ABOUT = "about"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An announced growth target; rates in per cent, so 6 % is 6.0."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    area: str
    year: Year
    indicator: str
    comparison: Comparison
    announced_on: Day
    wording: str
    source: str
    rate_pct: Number | None = None
    lower_pct: Number | None = None
    upper_pct: Number | None = None
    tolerance_pp: Number | None = None
    plan_level: Number | None = None
    plan_unit: str | None = None
    announced_on_basis: Literal["published", "estimated", "uploaded"] = "published"
    settles: Literal["first", "latest"] = "first"

    @property
    def bound_pct(self) -> float:
        """The rate that a published outcome is compared with: the lower end of a range."""
        if self.comparison is Comparison.WITHIN:
            return float(self.lower_pct or 0.0)
        rate = float(self.rate_pct or 0.0)
        if self.comparison is not Comparison.ABOUT:
            return rate
        return rate - (DEFAULT_TOLERANCE_PP if self.tolerance_pp is None else self.tolerance_pp)

    def threshold_pct(self, decimals: int) -> float:
        """Return the growth before rounding from which (`at_most`: up to which) it is attained."""
        unit = 10.0**-decimals
        steps = self.bound_pct / unit
        if self.comparison in (Comparison.AT_MOST, Comparison.MORE_THAN):
            return (math.floor(steps + 1e-6) + 0.5) * unit
        return (math.ceil(steps - 1e-6) - 0.5) * unit

    def is_met(self, growth_pct: ArrayLike, decimals: int) -> NDArray[np.bool_]:
        """Return whether growth in per cent meets the target once rounded as it is published."""
        return self.is_met_as_published(round_half_up(growth_pct, decimals))

    def is_met_as_published(self, published_pct: ArrayLike) -> NDArray[np.bool_]:
        """Return whether growth as published, in per cent, meets the target."""
        published, bound = np.asarray(published_pct, dtype=float), self.bound_pct
        slack = 1e-9  # 6.8 - 0.2 is not 6.6 in binary
        if self.comparison is Comparison.AT_MOST:
            return np.asarray(published <= bound + slack)
        if self.comparison is Comparison.MORE_THAN:
            return np.asarray(published > bound + slack)
        return np.asarray(published >= bound - slack)

    def with_tolerance(self, tolerance_pp: float) -> Target:
        """Return the same `about` target read with another tolerance."""
        return replace(self, tolerance_pp=tolerance_pp)


def round_half_up(values: ArrayLike, decimals: int) -> NDArray[np.float64]:
    """Return values rounded half away from zero, as a statistics office rounds (四舍五入).

    The product is first rounded to nine more places, so that 0.285 counts as that decimal number
    and not as its nearest binary fraction.
    """
    scaled = np.round(np.abs(np.asarray(values, dtype=float)) * 10.0**decimals, 9)
    return np.asarray(np.copysign(np.floor(scaled + 0.5) / 10.0**decimals, values))


def read_targets(
    folder: Path, registry: Registry, areas: Collection[str] | None = None
) -> tuple[Target, ...]:
    """Return all targets in `folder/targets.toml`, none where the file is missing."""
    path = folder / FILE
    return read_target_file(path, registry, areas) if path.is_file() else ()


def read_target_file(
    path: Path, registry: Registry, areas: Collection[str] | None = None
) -> tuple[Target, ...]:
    """Return the targets of a file; raise ContractError with all faults.

    Where areas are given, each target must be of one of them.
    """
    entries, lines = read_entries(path, {"target"})
    faults: list[Fault] = []
    targets = parsed(Target, entries["target"], lines["target"], path.name, faults)
    if not faults:
        for target, line in zip(targets, lines["target"], strict=True):
            faults.extend(Fault(path.name, line, text) for text in _problems(target, registry))
        faults.extend(_announced_twice(targets, lines["target"], path.name))
        faults.extend(area_faults(targets, lines["target"], path.name, areas))
    if faults:
        raise ContractError(faults)
    return tuple(targets)


def in_force(targets: Iterable[Target], area: str, year: int, day: date) -> dict[str, Target]:
    """Return by indicator the latest target announced on or before a day."""
    announced = [t for t in targets if (t.area, t.year) == (area, year) and t.announced_on <= day]
    return {t.indicator: t for t in sorted(announced, key=lambda t: t.announced_on)}


def _problems(target: Target, registry: Registry) -> Iterator[str]:
    known = ", ".join(sorted(registry.indicators))
    lower, upper = target.lower_pct, target.upper_pct
    if target.indicator not in registry.indicators:
        yield f"unknown indicator {target.indicator!r}; known: {known}"
    elif registry.of(target.area, target.indicator).annual_rule is None:
        yield f"{target.indicator!r} has no annual_rule, so it cannot have a growth target"
    ranged = target.comparison is Comparison.WITHIN
    if ranged and (lower is None or upper is None or target.rate_pct is not None):
        yield "within needs lower_pct and upper_pct, and no rate_pct"
    elif lower is not None and upper is not None and lower > upper:
        yield f"lower_pct {lower} lies above upper_pct {upper}; allowed: lower up to upper"
    elif not ranged and (target.rate_pct is None or lower is not None or upper is not None):
        yield f"{target.comparison} needs rate_pct, and neither lower_pct nor upper_pct"
    if target.tolerance_pp is not None and (
        target.comparison is not Comparison.ABOUT or target.tolerance_pp < 0
    ):
        yield f"tolerance_pp {target.tolerance_pp}; allowed: zero or more, with comparison about"


def _announced_twice(targets: Sequence[Target], lines: Sequence[int], file: str) -> Iterator[Fault]:
    seen: dict[tuple[str, int, str, date], int] = {}
    for target, line in zip(targets, lines, strict=True):
        key = (target.area, target.year, target.indicator, target.announced_on)
        if (first := seen.setdefault(key, line)) != line:
            what = f"{target.indicator} {target.year} of {target.area}"
            yield Fault(file, line, f"{what} was announced on this day on line {first} already")
