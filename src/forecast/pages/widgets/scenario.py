"""Sliders of a scenario: growth of one or two indicators in the rest of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ipywidgets import Dropdown, FloatSlider, ValueWidget, VBox

from forecast.base.errors import TooFewPaths
from forecast.base.months import Span
from forecast.base.texts import text
from forecast.outlook.answers import Answer
from forecast.outlook.value import Outlook
from forecast.pages.html import Html
from forecast.pages.tables import scenario as scenario_table
from forecast.pages.widgets.panel import indicator_name, panel
from forecast.report.conditions import (
    MOST_CONDITIONS,
    Condition,
    read_conditions,
    span_growth,
    span_of,
)
from forecast.report.scenario import MOST_PATHS, scenario_of

_STEP, _TIMES = 0.1, 5


@dataclass(frozen=True)
class _Row:
    """A menu of what is assumed of, and a slider of its growth; a parameter may set the span."""

    menu: Dropdown
    growth: FloatSlider
    start: Condition | None

    def condition(self) -> Condition | None:
        """Return what is assumed; None where nothing is."""
        if not self.menu.value:
            return None
        is_start = self.start is not None and self.start.indicator == self.menu.value
        span: Span | None = self.start.span if is_start and self.start is not None else None
        return Condition(self.menu.value, round(self.growth.value, 2), span)


def scenario(answer: Answer, given: Sequence[str], lang: str = "en") -> VBox:
    """Return sliders of growth above what the probabilities are if it comes out so.

    `given` is what they first stand at, written as on the command line: `retail_sales rest 9`.
    Raise ConditionError where it cannot be met.
    """
    conditions = read_conditions(given)
    scenario_of(answer, conditions)
    outlook = answer.outlook
    # More paths for the ends of the sliders, made now: one that moves should not wait for them.
    wide = replace(answer, outlook=answer.outlook_on(min(_TIMES * outlook.n_paths, MOST_PATHS)))
    rows = [_row(outlook, i, conditions, lang) for i in range(MOST_CONDITIONS)]

    def settle(changed: ValueWidget) -> None:
        for row in rows:
            if changed is row.menu:
                _range(row, outlook)

    def draw() -> Html:
        conditions = [c for row in rows if (c := row.condition()) is not None]
        try:
            return scenario_table(scenario_of(answer, conditions, most_paths=outlook.n_paths), lang)
        except TooFewPaths:
            return scenario_table(
                scenario_of(wide, conditions, most_paths=wide.outlook.n_paths), lang
            )

    return panel([(row.menu, row.growth) for row in rows], draw, lang, settle=settle)


def _row(outlook: Outlook, place: int, conditions: Sequence[Condition], lang: str) -> _Row:
    start = conditions[place] if place < len(conditions) else None
    registry = outlook.snapshot.registry
    names = [name for name, one in outlook.indicators.items() if one.paths is not None]
    options = [(indicator_name(registry, name, lang), name) for name in names]
    nothing = [(text("form.none", lang), "")] if place else []
    key = "and" if place else "if"
    menu = Dropdown(
        options=nothing + options,
        value="" if start is None else start.indicator,
        description=text(f"controls.{key}", lang),
    )
    growth = FloatSlider(
        step=_STEP,
        description=text("controls.growth", lang),
        readout_format=".1f",
        continuous_update=False,
    )
    row = _Row(menu, growth, start)
    _range(row, outlook)
    if start is not None:
        _widen(growth, start.growth_pct, start.growth_pct)
        growth.value = start.growth_pct
    return row


def _range(row: _Row, outlook: Outlook) -> None:
    """Let a slider run where nine of ten paths lie, and stand in the middle of them."""
    row.growth.disabled = not row.menu.value
    condition = row.condition()
    if condition is None:
        return
    one, slider = outlook.indicators[condition.indicator], row.growth
    growth = span_growth(one, span_of(condition, one.history))
    lowest, middle, highest = np.quantile(growth, (0.05, 0.5, 0.95)).round(1).tolist()
    _widen(slider, lowest, highest)
    slider.value = middle
    slider.min, slider.max = lowest, highest


def _widen(slider: FloatSlider, lowest: float, highest: float) -> None:
    slider.min, slider.max = min(slider.min, lowest), max(slider.max, highest)
