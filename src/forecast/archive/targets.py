"""Announced growth targets, and when an outcome meets one."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BeforeValidator, ConfigDict, Field, Strict

from forecast.archive.registry import LARGEST_RATE, Indicator, Registry
from forecast.archive.toml import Day, Number, Year, area_faults, parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.files import is_named, write_text

FILE = "targets.toml"
DEFAULT_TOLERANCE_PP = 0.2
_ALSO = {"measure": "action"}  # another name of a key
Measure = Literal["growth", "level", "difference"]
_LEVELS = ("level", "lower_level", "upper_level")
AnnouncedBasis = Literal["published", "estimated", "uploaded", "assumed"]
ASSUMED: AnnouncedBasis = "assumed"


class Comparison(StrEnum):
    """How an outcome is compared with a target."""

    AT_LEAST = "at_least"
    WITHIN = "within"
    BETWEEN = "between"
    ABOUT = "about"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"


def _basis_in_a_file(basis: object) -> object:
    """Return how a day of announcement is known; what nobody announced has no place in a file."""
    if basis not in ("published", "estimated", "uploaded"):
        raise ValueError("Input should be 'published', 'estimated' or 'uploaded'")
    return basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target, announced or assumed in a question; rates in per cent, so 6 % is 6.0.

    It is about growth of the year, about its level (the sum of an amount or a balance, the mean of
    a rate or an index, the level at the end by the annual rule), or about the difference of the
    level to last year's, in the unit of the figures. `owner` answers for it, `action` is what is
    done for it, by the day `due`.
    """

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
    announced_on_basis: Annotated[AnnouncedBasis, BeforeValidator(_basis_in_a_file)] = "published"
    settles: Literal["first", "latest"] = "first"
    level: Number | None = None
    lower_level: Number | None = None
    upper_level: Number | None = None
    level_unit: str | None = None
    difference: Number | None = None
    target_decimals: Annotated[int, Strict(), Field(ge=0, le=9)] | None = None
    owner: str = ""
    action: str = ""
    due: Day | None = None

    @property
    def is_assumed(self) -> bool:
        """Whether a question assumes it, and nobody announced it."""
        return self.announced_on_basis == ASSUMED

    @property
    def measure(self) -> Measure:
        """What of the year it is about."""
        if self.difference is not None:
            return "difference"
        has_level = any(getattr(self, key) is not None for key in _LEVELS)
        return "level" if has_level else "growth"

    @property
    def level_numbers(self) -> dict[str, float]:
        """The numbers of a target that is not on growth, by key; nothing of one on growth."""
        if self.measure == "growth":
            return {}
        keys = (*_LEVELS, "difference", "tolerance_pp", "target_decimals")
        values = ((key, getattr(self, key)) for key in keys)
        return {key: float(value) for key, value in values if value is not None}

    @property
    def centre(self) -> float | None:
        """The number that was announced: a rate, a level or a difference; None of a range."""
        return {"growth": self.rate_pct, "level": self.level, "difference": self.difference}[
            self.measure
        ]

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The ends of a range."""
        if self.measure == "level":
            return self.lower_level, self.upper_level
        return self.lower_pct, self.upper_pct

    @property
    def has_two_ends(self) -> bool:
        """Whether an outcome may miss it on either side: a band, where a range has no ceiling."""
        return self.comparison is Comparison.BETWEEN

    @property
    def bound(self) -> float:
        """The number that a published outcome is compared with: the lower end of a range."""
        if self.comparison in (Comparison.WITHIN, Comparison.BETWEEN):
            return float(self.ends[0] or 0.0)
        centre = float(self.centre or 0.0)
        if self.comparison is not Comparison.ABOUT:
            return centre
        return centre - (DEFAULT_TOLERANCE_PP if self.tolerance_pp is None else self.tolerance_pp)

    @property
    def offset(self) -> float:
        """What is added to an outcome, times the factor, in what the target is about."""
        return 0.0

    @property
    def factor(self) -> float:
        """By what an outcome of the paths is multiplied in what the target is about."""
        return 1.0

    def as_outcome(self, number: float) -> float:
        """Return a number of the target as an outcome of the paths: growth in %, or a level."""
        return (number - self.offset) / self.factor

    @property
    def bound_pct(self) -> float:
        """The bound as an outcome of the paths."""
        return self.as_outcome(self.bound)

    def least_met_pct(self, decimals: int) -> float:
        """Return the bound, or where more is needed the next outcome that can be published."""
        if self.comparison is not Comparison.MORE_THAN:
            return self.bound_pct
        unit = 10.0 ** -self.digits(decimals)
        return self.as_outcome((math.floor(self.bound / unit + 1e-6) + 1) * unit)

    def digits(self, decimals: int) -> int:
        """Return the digits to which what it is about is rounded before it is judged."""
        return decimals if self.target_decimals is None else self.target_decimals

    def threshold_pct(self, decimals: int) -> float:
        """Return the outcome before rounding from which (`at_most`: up to which) it is attained.

        An outcome is growth in per cent; of a rate or a balance it is a level.
        """
        unit = 10.0 ** -self.digits(decimals)
        steps = self.bound / unit
        if self.comparison in (Comparison.AT_MOST, Comparison.MORE_THAN):
            threshold = (math.floor(steps + 1e-6) + 0.5) * unit
        else:
            threshold = (math.ceil(steps - 1e-6) - 0.5) * unit
        return self.as_outcome(threshold)

    def ceiling_pct(self, decimals: int) -> float | None:
        """Return the outcome before rounding up to which a band is attained; None of another."""
        if not self.has_two_ends:
            return None
        unit = 10.0 ** -self.digits(decimals)
        highest = (math.floor((self.ends[1] or 0.0) / unit + 1e-6) + 0.5) * unit
        return self.as_outcome(highest)

    def as_published(self, outcome: ArrayLike, decimals: int) -> NDArray[np.float64]:
        """Return what the target is about, of outcomes of the paths, rounded as published."""
        values = self.offset + self.factor * np.asarray(outcome, dtype=float)
        return round_half_up(values, self.digits(decimals))

    def is_met(self, outcome: ArrayLike, decimals: int) -> NDArray[np.bool_]:
        """Return whether outcomes of the paths meet the target once rounded as published."""
        return self.is_met_as_published(self.as_published(outcome, decimals))

    def is_met_as_published(self, published: ArrayLike) -> NDArray[np.bool_]:
        """Return whether what the target is about, as published, meets it."""
        published, bound = np.asarray(published, dtype=float), self.bound
        slack = 1e-9  # 6.8 - 0.2 is not 6.6 in binary
        if self.has_two_ends:
            upper = self.ends[1] or 0.0
            return np.asarray((published >= bound - slack) & (published <= upper + slack))
        if self.comparison is Comparison.AT_MOST:
            return np.asarray(published <= bound + slack)
        if self.comparison is Comparison.MORE_THAN:
            return np.asarray(published > bound + slack)
        return np.asarray(published >= bound - slack)

    def with_tolerance(self, tolerance_pp: float) -> Target:
        """Return the same `about` target read with another tolerance."""
        return replace(self, tolerance_pp=tolerance_pp)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTarget(Target):
    """A target on what paths do not hold by themselves, with what turns their outcomes into it.

    A level of an amount is last year's times one plus growth; a difference is a level less last
    year's.
    """

    base_offset: float
    base_factor: float

    @property
    def offset(self) -> float:
        """What is added to an outcome, times the factor, in what the target is about."""
        return self.base_offset

    @property
    def factor(self) -> float:
        """By what an outcome of the paths is multiplied in what the target is about."""
        return self.base_factor


def resolved(target: Target, base: float, *, is_growth: bool, decimals: int) -> ResolvedTarget:
    """Return a target with last year's level, for paths of growth in per cent or of levels."""
    own = {f.name: getattr(target, f.name) for f in fields(Target)}
    own["target_decimals"] = target.digits(decimals)
    offset, factor = (base, base / 100) if is_growth else (-base, 1.0)
    return ResolvedTarget(**own, base_offset=offset, base_factor=factor)


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
    return read_target_file(path, registry, areas) if is_named(path) else ()


def read_target_file(
    path: Path, registry: Registry, areas: Collection[str] | None = None
) -> tuple[Target, ...]:
    """Return the targets of a file; raise ContractError with all faults.

    Where areas are given, each target must be of one of them.
    """
    entries, lines = read_entries(path, {"target"})
    faults: list[Fault] = []
    named = [{_ALSO.get(key, key): value for key, value in e.items()} for e in entries["target"]]
    targets = parsed(Target, named, lines["target"], path.name, faults)
    if not faults:
        for target, line in zip(targets, lines["target"], strict=True):
            faults.extend(Fault(path.name, line, text) for text in problems_of(target, registry))
        faults.extend(_announced_twice(targets, lines["target"], path.name))
        faults.extend(area_faults(targets, lines["target"], path.name, areas))
    if faults:
        raise ContractError(faults)
    return tuple(targets)


def target_line(folder: Path, target: Target) -> int | None:
    """Return the line of `folder/targets.toml` on which a target's entry begins."""
    entries, lines = read_entries(folder / FILE, {"target"})
    key = (target.area, target.year, target.indicator, target.announced_on)
    for entry, line in zip(entries["target"], lines["target"], strict=True):
        if tuple(entry.get(n) for n in ("area", "year", "indicator", "announced_on")) == key:
            return line
    return None


def write_answer(
    folder: Path, target: Target, *, owner: str, action: str, due: date | None
) -> Target:
    """Write owner, action and day of a target into its entry in `targets.toml`, and return it.

    Raise ContractError where the entry names an owner or an action already: then it is edited by
    hand, so that nobody's words are lost.
    """
    path, line = folder / FILE, target_line(folder, target)
    if line is None or target.owner or target.action:
        named = " and ".join(filter(None, (target.owner, target.action))) or "nothing"
        why = f"{named} stands there already; allowed: edit the entry"
        raise ContractError([Fault(FILE, line, why)])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    values = {"owner": owner, "action": action}
    new = [f"{key} = {json.dumps(v, ensure_ascii=False)}\n" for key, v in values.items()]
    new += [f"due = {due.isoformat()}\n"] if due is not None else []
    write_text(path, "".join([*lines[:line], *new, *lines[line:]]))
    return replace(target, owner=owner, action=action, due=due)


def in_force(targets: Iterable[Target], area: str, year: int, day: date) -> dict[str, Target]:
    """Return by indicator the latest target announced on or before a day."""
    announced = [t for t in targets if (t.area, t.year) == (area, year) and t.announced_on <= day]
    return {t.indicator: t for t in sorted(announced, key=lambda t: t.announced_on)}


def problems_of(target: Target, registry: Registry) -> Iterator[str]:
    """Yield what is wrong with a target: what its indicator does not have, and its numbers."""
    known = ", ".join(sorted(registry.indicators))
    if target.indicator not in registry.indicators:
        yield f"unknown indicator {target.indicator!r}; known: {known}"
    else:
        yield from _contradictions(target, registry.of(target.area, target.indicator))
    yield from _number_problems(target)
    if target.tolerance_pp is not None and (
        target.comparison is not Comparison.ABOUT or target.tolerance_pp < 0
    ):
        yield f"tolerance_pp {target.tolerance_pp}; allowed: zero or more, with comparison about"


def _number_problems(target: Target) -> Iterator[str]:
    """Yield numbers that are missing, too many, or in the wrong order."""
    growth = (target.rate_pct, target.lower_pct, target.upper_pct)
    levels = (target.level, target.lower_level, target.upper_level)
    groups = [any(n is not None for n in group) for group in (growth, levels)]
    if sum([*groups, target.difference is not None]) > 1:
        yield "growth, level and difference together; allowed: one of them"
        return
    (lower, upper), centre = target.ends, target.centre
    single, low, high = {
        "growth": ("rate_pct", "lower_pct", "upper_pct"),
        "level": ("level", "lower_level", "upper_level"),
        "difference": ("difference", "", ""),
    }[target.measure]
    ranged = target.comparison in (Comparison.WITHIN, Comparison.BETWEEN)
    if ranged and target.measure == "difference":
        rule = "allowed: another comparison, or a range of levels"
        yield f"{target.comparison} a difference; {rule}"
    elif ranged and (lower is None or upper is None or centre is not None):
        yield f"{target.comparison} needs {low} and {high}, and no {single}"
    elif lower is not None and upper is not None and lower > upper:
        yield f"{low} {lower} lies above {high} {upper}; allowed: lower up to upper"
    elif not ranged and (centre is None or lower is not None or upper is not None):
        yield f"{target.comparison} needs {single}, and neither {low} nor {high}"


def _contradictions(target: Target, entry: Indicator) -> Iterator[str]:
    """Yield what is asked of an indicator that has no such thing."""
    name, kind = repr(target.indicator), entry.kind
    if entry.annual_rule is None:
        yield f"{name} has no annual_rule, so it cannot have a growth target"
    elif target.measure == "growth" and entry.has_no_growth:
        yield f"{name} is a {kind}, which has no growth; allowed: level, or difference in its unit"
    elif kind == "rate" and max(map(abs, target.level_numbers.values())) > LARGEST_RATE:
        rule = f"allowed: -{LARGEST_RATE} to {LARGEST_RATE} per cent"
        yield f"{target.measure} {target.bound:g} of {name}, a rate; {rule}"
    elif target.measure == "difference" and not entry.has_no_growth:
        yield f"difference of {name}, a quantity {kind!r}; allowed: rate_pct, or level"
    elif target.measure == "level" and not entry.has_no_growth:
        if entry.is_mean_of_rates:
            yield f"level of {name}, of which mean_of_months has growth alone; allowed: rate_pct"
        if entry.kind == "index" and entry.base is None:
            rule = 'allowed: rate_pct, or base in indicators.toml, for example "2015 = 100"'
            yield f"level of {name}, an index without base; {rule}"
        if entry.price_basis == "real":
            yield f"level of {name}, whose growth is at constant prices; allowed: rate_pct"
        if target.comparison is Comparison.ABOUT and target.tolerance_pp is None:
            yield f"about a level of {name} without tolerance_pp; allowed: a number in its unit"


def _announced_twice(targets: Sequence[Target], lines: Sequence[int], file: str) -> Iterator[Fault]:
    seen: dict[tuple[str, int, str, date], int] = {}
    for target, line in zip(targets, lines, strict=True):
        key = (target.area, target.year, target.indicator, target.announced_on)
        if (first := seen.setdefault(key, line)) != line:
            what = f"{target.indicator} {target.year} of {target.area}"
            yield Fault(file, line, f"{what} was announced on this day on line {first} already")
