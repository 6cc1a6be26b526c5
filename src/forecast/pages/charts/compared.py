"""Fans side by side: what different models say of one indicator, on one scale."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.base.texts import text
from forecast.pages.charts.alts import fan_alt
from forecast.pages.charts.course import fan_view
from forecast.pages.charts.fan import fan_figure
from forecast.pages.charts.style import picture
from forecast.pages.html import Html, fragment
from forecast.report.value import IndicatorReport
from forecast.verification.record import POOL


def compared(said: Mapping[str, IndicatorReport | None], lang: str) -> Html:
    """Return a fan for each model that has something to say, all on the same scale."""
    made = {model: one for model, one in said.items() if one is not None}
    views = [fan_view(one) for one in made.values()]
    view = (min(low for low, _ in views), max(high for _, high in views)) if views else None
    pictures = [
        picture(fan_figure(one, lang, view), fan_alt(one, lang), _caption(model, lang))
        for model, one in made.items()
    ]
    silent = [
        text("compared.silent", lang, model=text(f"model.{model}", lang))
        for model in said
        if model not in made
    ]
    return fragment("compared", lang, pictures=pictures, silent=silent)


def _caption(model: str, lang: str) -> str:
    name = text(f"model.{model}", lang)
    if model == POOL:
        return name
    says = text(f"model_says.{model}", lang)
    return text("compared.caption", lang, model=name, says=says)
