"""Targets that a question assumes in the place of announced ones, in words: `gdp at_least 6`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from forecast.archive.archive import Archive
from forecast.archive.registry import Indicator
from forecast.archive.targets import ASSUMED, Measure, Target, in_force, problems_of
from forecast.archive.wordings import worded_target
from forecast.base.errors import ParameterError
from forecast.base.parameters import TARGETS_APART

GRAMMAR = (
    "INDICATOR [growth | level | sum | mean | end | difference] COMPARISON NUMBER [UNIT], "
    "as in 'gdp at_least 6', 'unemployment level at_most 5.5', 'gdp within 6 ~ 6.5', "
    "'cpi between 2 and 4'"
)
_MEASURES = ("growth", "level", "sum", "mean", "end", "difference")
_POINTS = ("pp", "points", "point")
_PER_CENT = re.compile(r"[%％]|per\s?cent|\bpct\b")
_UNIT = re.compile(r"(?P<words>.*\d)\s+(?P<unit>[^\d\s.%％]\S*)")


def assumed_targets(
    texts: str, archive: Archive, area: str, year: int, day: date
) -> tuple[Target, ...]:
    """Return the targets that a question assumes, with semicolons between them.

    A number alone is at least that much; without a measure the target is on growth, of a rate or a
    balance on its level. Each stands in the place of the target that was in force on the day.
    Raise ParameterError with all that is wrong.
    """
    problems: list[str] = []
    targets: dict[str, Target] = {}
    announced = in_force(archive.targets, area, year, day)
    for text in filter(None, map(str.strip, texts.split(TARGETS_APART))):
        try:
            target = _target(text, archive, area, year)
        except ParameterError as error:
            problems += error.problems
            continue
        if target.indicator in targets:
            problems.append(f"target: {text!r}: a second one on {target.indicator}; allowed: one")
        before = announced.get(target.indicator)
        begins_on = archive.schedule.year_begins_on(area, year)
        since = min(begins_on, day) if before is None else before.announced_on
        targets[target.indicator] = replace(target, announced_on=since)
    if problems:
        raise ParameterError(problems)
    return tuple(targets.values())


def _target(text: str, archive: Archive, area: str, year: int) -> Target:
    """Return the target that a text states, its day left open."""
    name, *words = text.split()
    registry = archive.registry
    if name not in registry.indicators:
        near = get_close_matches(name, registry.indicators, n=1)
        perhaps = "".join(f", perhaps {other!r}" for other in near)
        known = ", ".join(archive.indicators_of(area) or sorted(registry.indicators))
        raise ParameterError(
            [f"target: {text!r}: unknown indicator {name!r}{perhaps}; allowed: {known}"]
        )
    entry = registry.of(area, name)
    named = words.pop(0) if words and words[0] in _MEASURES else ""
    stated, unit = _stated(text, " ".join(words))
    by_name: dict[str, Measure] = {"growth": "growth", "difference": "difference"}
    measure: Measure = "level" if entry.has_no_growth or named else "growth"
    measure = by_name.get(named, measure)
    target = _on(measure, stated)
    target = replace(
        target,
        area=area,
        year=year,
        indicator=name,
        wording=text,
        announced_on_basis=ASSUMED,
        level_unit=unit if measure == "level" and unit not in _POINTS else None,
    )
    problems = [
        *_measure_problems(named, entry),
        *problems_of(target, registry),
        *_unit_problems(measure, unit, " ".join(words), archive, entry, area),
    ]
    if problems:
        raise ParameterError(f"target: {text!r}: {problem}" for problem in problems)
    return target


def _stated(text: str, words: str) -> tuple[Target, str | None]:
    """Return a target on growth as words state it, and the unit after its number, if any."""
    plain = re.sub(r"(?<=\d)_(?=\d)", "", words)
    try:
        return worded_target(plain), None
    except ParameterError as error:
        match = _UNIT.fullmatch(plain)
        if match is not None:
            try:
                return worded_target(match["words"]), match["unit"]
            except ParameterError:
                pass
        if "lies above" in error.problems[0]:
            raise ParameterError(
                [f"target: {text!r}: {error.problems[0].rpartition(': ')[2]}"]
            ) from error
        raise ParameterError([f"target: {text!r} is not a target (expected {GRAMMAR})"]) from error


def _on(measure: Measure, stated: Target) -> Target:
    """Return a target on growth as one on another measure, with the same numbers."""
    if measure == "growth":
        return stated
    bare = replace(stated, rate_pct=None, lower_pct=None, upper_pct=None)
    lower, upper = stated.lower_pct, stated.upper_pct
    if measure == "difference":
        return replace(bare, difference=stated.rate_pct)
    return replace(bare, level=stated.rate_pct, lower_level=lower, upper_level=upper)


def _measure_problems(named: str, entry: Indicator) -> Iterator[str]:
    """Yield a sum, a mean or a level at the end of the year that is not that of the indicator."""
    if entry.annual_rule is None or named not in ("sum", "mean", "end"):
        return
    is_mean = entry.is_mean_of_rates or entry.annual_rule == "growth_of_mean"
    own = "end" if entry.is_stock else "mean" if is_mean else "sum"
    if entry.kind == "index" and own == "sum":
        own = "mean"
    if named != own:
        rule = f"whose annual_rule is {entry.annual_rule}; allowed: {own}, or level"
        yield f"{named} of {entry.id!r}, {rule}"


def _unit_problems(
    measure: Measure, unit: str | None, words: str, archive: Archive, entry: Indicator, area: str
) -> Iterator[str]:
    """Yield a unit that is not that of what the target is about."""
    units = archive.units_of(area, entry.id)
    given = unit if unit is not None else "%" if _PER_CENT.search(words) else None
    if given is None:
        return
    allowed = {"%", "pct"} if measure == "growth" or "pct" in units else units
    if measure == "difference" and "pct" in units:
        allowed = {*_POINTS, "pct"}
    if given not in allowed:
        what = "growth" if measure == "growth" else "its figures"
        yield f"unit {given!r}; allowed: {', '.join(sorted(allowed))}, the unit of {what}"
