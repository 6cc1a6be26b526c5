"""Menus of models: what one of them says beside another, or beside all together."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from ipywidgets import Dropdown, VBox

from forecast.archive.archive import Archive
from forecast.base.errors import ParameterError
from forecast.base.texts import text
from forecast.history.series import sources_of
from forecast.models.registry import MODELS
from forecast.outlook.answers import Answer, answer
from forecast.pages.charts import compared
from forecast.pages.html import Html
from forecast.pages.widgets.menus import day_slider, indicator_menu, release_days
from forecast.pages.widgets.panel import panel
from forecast.report.report import report_by_model
from forecast.verification.record import POOL

_KEPT = 24  # answers; each holds its paths


def models(
    found: Answer,
    indicator: str,
    model: str,
    *,
    beside: str = POOL,
    lang: str = "en",
) -> VBox:
    """Return menus of indicator and models and a slider of days above both models' fans."""
    asked = found.outlook
    archive = asked.snapshot.archive
    menu = indicator_menu(archive.registry, asked.indicators, indicator, lang)
    pair = [_model_menu(name, key, lang) for name, key in ((model, "model"), (beside, "beside"))]
    days = _days(archive, asked.area, asked.year)
    slider = day_slider(days, asked.day, lang, key="as_of")

    @lru_cache(_KEPT)
    def on(day: date) -> Answer:
        if day == asked.day:
            return found
        return answer(archive, asked.area, asked.year, day, seed=found.seed, n_paths=asked.n_paths)

    def draw() -> Html:
        told = {m.value: report_by_model(on(slider.value), menu.value, m.value) for m in pair}
        return compared(told, lang)

    return panel([(menu, slider), pair], draw, lang)


def _model_menu(chosen: str, key: str, lang: str) -> Dropdown:
    names = [POOL, *MODELS]
    if chosen not in names:
        raise ParameterError([f"{key}: {chosen!r}; allowed: {', '.join(names)}"])
    options = [(text(f"model.{name}", lang), name) for name in names]
    return Dropdown(options=options, value=chosen, description=text(f"controls.{key}", lang))


def _days(archive: Archive, area: str, year: int) -> list[date]:
    """Return the days of the year on which figures came out that bear on the area."""
    registry = archive.registry
    series = [s for name in archive.indicators_of(area) for s in sources_of(registry, area, name)]
    first = archive.first_release_of(area)
    return [d for d in release_days(archive, series, year) if d >= first]
