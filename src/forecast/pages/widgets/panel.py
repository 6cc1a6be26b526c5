"""Widgets above what they show, and the menus and sliders that panels share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain

import numpy as np
from ipywidgets import HTML, Dropdown, HBox, Layout, SelectionSlider, ValueWidget, VBox

from forecast.archive.archive import Archive
from forecast.archive.registry import Registry
from forecast.base import texts
from forecast.base.errors import ForecastError, ParameterError, UnknownArea
from forecast.base.series import Series
from forecast.base.texts import text
from forecast.pages.html import Html, fragment

WIDE = Layout(width="30em")
_NAMED = {"description_width": "8em"}


def panel(
    rows: Sequence[Sequence[ValueWidget]],
    draw: Callable[[], Html],
    lang: str,
    *,
    settle: Callable[[ValueWidget], None] = lambda changed: None,
) -> VBox:
    """Return widgets above what `draw` makes of them, which is drawn anew at each change.

    `settle` first brings the others in line with the one that changed. What stood before is out
    of sight until then, and where the library refuses, its reason is shown: never what belongs to
    other values than the widgets have.
    """
    view, is_settling = HTML(), False

    def redraw() -> None:
        view.layout.visibility = "hidden"
        view.value = _drawn(draw, lang).markup
        view.layout.visibility = "visible"

    def changed(change: dict[str, ValueWidget]) -> None:
        nonlocal is_settling
        if is_settling:
            return
        is_settling = True
        try:
            settle(change["owner"])
        finally:
            is_settling = False
        redraw()

    for widget in chain(*rows):
        widget.style = _NAMED
        widget.layout = WIDE
        widget.observe(changed, "value")
    redraw()
    lines = [HBox(list(row), layout=Layout(flex_flow="row wrap")) for row in rows]
    return VBox([*lines, view])


def _drawn(draw: Callable[[], Html], lang: str) -> Html:
    try:
        return draw()
    except ForecastError as error:
        return fragment("refused", lang, lines=str(error).splitlines())


def indicator_menu(registry: Registry, names: Iterable[str], chosen: str, lang: str) -> Dropdown:
    """Return a menu of indicators; raise ParameterError where the chosen one is not among them."""
    ids = list(names)
    if chosen not in ids:
        raise ParameterError([f"indicator: {chosen!r}; allowed: {', '.join(ids)}"])
    options = [(indicator_name(registry, name, lang), name) for name in ids]
    return Dropdown(options=options, value=chosen, description=text("controls.indicator", lang))


def indicator_name(registry: Registry, name: str, lang: str) -> str:
    """Return the indicator's name in a language."""
    entry = registry.indicators[name]
    return entry.names.of(lang)


def area_menu(archive: Archive, chosen: str, lang: str) -> Dropdown:
    """Return a menu of the areas with figures; raise UnknownArea where the chosen one has none."""
    if chosen not in archive.areas:
        raise UnknownArea(chosen, archive.areas)
    options = [(archive.registry.area_name(area, lang), area) for area in archive.areas]
    return Dropdown(options=options, value=chosen, description=text("controls.area", lang))


def year_menu(years: Sequence[int], chosen: int, lang: str) -> Dropdown:
    """Return a menu of years."""
    options = sorted({*years, chosen}, reverse=True)
    return Dropdown(options=options, value=chosen, description=text("controls.year", lang))


def day_slider(days: Iterable[date], chosen: date, lang: str, *, key: str) -> SelectionSlider:
    """Return a slider of days, the chosen one among them."""
    return SelectionSlider(
        options=day_options(days, chosen, lang),
        value=chosen,
        description=text(f"controls.{key}", lang),
        continuous_update=False,
    )


def day_options(days: Iterable[date], chosen: date, lang: str) -> list[tuple[str, date]]:
    """Return days in their order with their names, the chosen one among them."""
    return [(texts.day(day, lang), day) for day in sorted({*days, chosen})]


def release_days(archive: Archive, keys: Iterable[Series], year: int) -> list[date]:
    """Return the days on which figures of the series came out, in the year and the one after."""
    released = archive.released_on[archive.is_of(keys)]
    days: list[date] = np.unique(released).tolist()
    today = archive.schedule.today()
    return [day for day in days if year <= day.year <= year + 1 and day <= today]
