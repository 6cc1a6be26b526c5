"""A slider of days over what was known of an indicator."""

from __future__ import annotations

from datetime import date

from ipywidgets import ValueWidget, VBox

from forecast.archive.archive import Archive
from forecast.base.series import Series
from forecast.history.series import build_history
from forecast.pages.html import Html
from forecast.pages.tables import known_growth
from forecast.pages.widgets.menus import (
    area_menu,
    day_options,
    day_slider,
    indicator_menu,
    release_days,
    year_menu,
)
from forecast.pages.widgets.panel import panel


def known(
    archive: Archive, area: str, indicator: str, year: int, as_of: date, lang: str = "en"
) -> VBox:
    """Return menus of area, indicator and year and a slider of days above what was known then."""
    areas = area_menu(archive, area, lang)
    names = indicator_menu(archive.registry, archive.indicators_of(area), indicator, lang)
    years = year_menu(_years(archive), year, lang)
    days = day_slider(_days(archive, area, indicator, year), as_of, lang, key="as_of")

    def settle(changed: ValueWidget) -> None:
        if changed is areas:
            held = archive.indicators_of(areas.value)
            chosen = names.value if names.value in held else held[0]
            names.options = indicator_menu(archive.registry, held, chosen, lang).options
            names.value = chosen
        if changed is not days:
            found = _days(archive, areas.value, names.value, years.value)
            chosen_day = days.value if days.value.year == years.value else date(years.value, 12, 31)
            chosen_day = min(chosen_day, archive.schedule.today())
            days.options = day_options(found, chosen_day, lang)
            days.value = chosen_day

    def draw() -> Html:
        snapshot = archive.as_of(days.value)
        return known_growth(build_history(snapshot, areas.value, names.value, years.value), lang)

    return panel([(areas, names), (years, days)], draw, lang, settle=settle)


def _years(archive: Archive) -> range:
    return range(archive.first_release_on.year, archive.last_release_on.year + 1)


def _days(archive: Archive, area: str, indicator: str, year: int) -> list[date]:
    return release_days(archive, [Series(area, indicator)], year)
