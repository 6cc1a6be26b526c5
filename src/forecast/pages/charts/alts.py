"""What a fan shows, in words."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.report.value import IndicatorReport


def fan_alt(one: IndicatorReport, lang: str) -> str:
    """Return in words what the fan of an indicator shows."""
    said = [text("alt.lead", lang, indicator=one.name.of(lang), year=_year(one))]
    if one.target is not None:
        said.append(text("alt.target", lang, target=phrases.target(one, lang)))
    said += _alt_settled(one, lang) if one.outturn is not None else _alt_open(one, lang)
    return text("form.between_sentences", lang).join(said)


def _alt_settled(one: IndicatorReport, lang: str) -> list[str]:
    reached = None if one.outturn is None else one.outturn.growth_pct
    said = [text("alt.settled", lang, growth=phrases.growth(reached, one, lang))]
    judged = one.light
    return said + ([text(f"alt.{judged}", lang)] if judged != "none" else [])


def _alt_open(one: IndicatorReport, lang: str) -> list[str]:
    span = phrases.growth_span(one, lang, year=_year(one))
    if span and one.last_figure is not None and not one.last_figure.is_published:
        span = text("last.unpublished", lang, span=span)
    last = {"growth": phrases.last_growth(one, lang), "span": span}
    said = [text("alt.last", lang, **last) if span else text("alt.no_last", lang)]
    band = one.forecast
    if band is None:
        return [*said, text("alt.no_call", lang)]
    ends = {"growth": band.median_pct, "lower": band.lower80_pct, "upper": band.upper80_pct}
    shown = {end: phrases.growth(value, one, lang) for end, value in ends.items()}
    said.append(text("alt.forecast", lang, **shown))
    if one.attainment is not None:
        chance = texts.percent(one.attainment.probability.value, lang)
        word = text(f"word.{one.attainment.word}", lang)
        said.append(text("alt.probability", lang, probability=chance, word=word))
    return said


def _year(one: IndicatorReport) -> int:
    return int(one.fan.months[-1][:4])
