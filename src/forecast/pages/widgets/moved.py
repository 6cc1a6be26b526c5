"""A slider of days over what moved since."""

from __future__ import annotations

from datetime import date

from ipywidgets import VBox

from forecast.history.series import sources_of
from forecast.outlook.answers import Answer
from forecast.outlook.news import news_of
from forecast.pages import charts
from forecast.pages.html import Html
from forecast.pages.widgets.menus import day_slider, release_days
from forecast.pages.widgets.panel import panel
from forecast.report.report import report_of


def moved(answer: Answer, since: date, lang: str = "en") -> VBox:
    """Return a slider of days above what has moved the answer since, release by release."""
    told = answer.outlook
    archive = told.snapshot.archive
    sources = [s for n in told.indicators for s in sources_of(archive.registry, told.area, n)]
    first = archive.first_release_of(told.area)
    days = [d for d in release_days(archive, sources, told.year) if first <= d < told.day]
    slider = day_slider(days, since, lang, key="since")

    def draw() -> Html:
        return charts.moved(report_of(answer, news_of(answer, slider.value)), lang)

    return panel([(slider,)], draw, lang)
