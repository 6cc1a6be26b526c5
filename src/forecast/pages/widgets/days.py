"""Sliders of days: over what was known, what moved since, and what models say."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from ipywidgets import Dropdown, ValueWidget, VBox

from forecast.archive.archive import Archive
from forecast.base.errors import ParameterError
from forecast.base.series import Series
from forecast.base.texts import text
from forecast.history.series import build_history, sources_of
from forecast.models.registry import MODELS
from forecast.outlook.answers import Answer, answer
from forecast.outlook.news import news_of
from forecast.pages import charts
from forecast.pages.charts import compared
from forecast.pages.html import Html
from forecast.pages.tables import known_growth
from forecast.pages.widgets.panel import (
    area_menu,
    day_options,
    day_slider,
    indicator_menu,
    panel,
    release_days,
    year_menu,
)
from forecast.report.report import report_by_model, report_of
from forecast.verification.record import POOL


def known(
    archive: Archive, area: str, indicator: str, year: int, as_of: date, lang: str = "en"
) -> VBox:
    """Return menus of area, indicator and year and a slider of days above what was known then."""
    areas = area_menu(archive, area, lang)
    names = indicator_menu(archive.registry, archive.indicators_of(area), indicator, lang)
    years = year_menu(_years(archive), year, lang)
    days = day_slider(_days_of(archive, area, indicator, year), as_of, lang, key="as_of")

    def settle(changed: ValueWidget) -> None:
        if changed is areas:
            choices = archive.indicators_of(areas.value)
            chosen = names.value if names.value in choices else choices[0]
            names.options = indicator_menu(archive.registry, choices, chosen, lang).options
            names.value = chosen
        if changed is not days:
            released = _days_of(archive, areas.value, names.value, years.value)
            chosen_day = days.value if days.value.year == years.value else date(years.value, 12, 31)
            chosen_day = min(chosen_day, archive.schedule.today())
            days.options = day_options(released, chosen_day, lang)
            days.value = chosen_day

    def draw() -> Html:
        snapshot = archive.as_of(days.value)
        return known_growth(build_history(snapshot, areas.value, names.value, years.value), lang)

    return panel([(areas, names), (years, days)], draw, lang, settle=settle)


def _years(archive: Archive) -> range:
    return range(archive.first_release_on.year, archive.last_release_on.year + 1)


def _days_of(archive: Archive, area: str, indicator: str, year: int) -> list[date]:
    return release_days(archive, [Series(area, indicator)], year)


def moved(answer: Answer, since: date, lang: str = "en") -> VBox:
    """Return a slider of days above what has moved the answer since, release by release."""
    outlook = answer.outlook
    archive = outlook.snapshot.archive
    sources = [s for n in outlook.indicators for s in sources_of(archive.registry, outlook.area, n)]
    first = archive.first_release_of(outlook.area)
    days = [d for d in release_days(archive, sources, outlook.year) if first <= d < outlook.day]
    slider = day_slider(days, since, lang, key="since")

    def draw() -> Html:
        return charts.moved(report_of(answer, news_of(answer, slider.value)), lang)

    return panel([(slider,)], draw, lang)


_KEPT = 24  # answers; each holds its paths


def models(
    start: Answer,
    indicator: str,
    model: str,
    *,
    beside: str = POOL,
    lang: str = "en",
) -> VBox:
    """Return menus of indicator and models and a slider of days above both models' fans."""
    outlook = start.outlook
    archive = outlook.snapshot.archive
    menu = indicator_menu(archive.registry, outlook.indicators, indicator, lang)
    pair = [_model_menu(name, key, lang) for name, key in ((model, "model"), (beside, "beside"))]
    days = _days_of_area(archive, outlook.area, outlook.year)
    slider = day_slider(days, outlook.day, lang, key="as_of")

    @lru_cache(_KEPT)
    def on(day: date) -> Answer:
        if day == outlook.day:
            return start
        return answer(
            archive, outlook.area, outlook.year, day, seed=start.seed, n_paths=outlook.n_paths
        )

    def draw() -> Html:
        reports = {m.value: report_by_model(on(slider.value), menu.value, m.value) for m in pair}
        return compared(reports, lang)

    return panel([(menu, slider), pair], draw, lang)


def _model_menu(chosen: str, key: str, lang: str) -> Dropdown:
    names = [POOL, *MODELS]
    if chosen not in names:
        raise ParameterError([f"{key}: {chosen!r}; allowed: {', '.join(names)}"])
    options = [(text(f"model.{name}", lang), name) for name in names]
    return Dropdown(options=options, value=chosen, description=text(f"controls.{key}", lang))


def _days_of_area(archive: Archive, area: str, year: int) -> list[date]:
    """Return the days of the year on which figures came out that bear on the area."""
    registry = archive.registry
    series = [s for name in archive.indicators_of(area) for s in sources_of(registry, area, name)]
    first = archive.first_release_of(area)
    return [d for d in release_days(archive, series, year) if d >= first]
