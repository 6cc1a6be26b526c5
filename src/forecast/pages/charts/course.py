"""Growth through the year as it is drawn, the part of the axis that it takes, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.charts.style import target_rates
from forecast.report.value import Fan, IndicatorReport

_SPARE = 0.25  # how far the view may reach beyond the 80 % band, as a share of its height


@dataclass(frozen=True, slots=True)
class Course:
    """Growth by month of the year, 1 to 12, where there is any."""

    months: list[int]
    growth: list[float]

    @classmethod
    def of(cls, growth: Sequence[float | None]) -> Course:
        """Return the months with growth; of a list that begins with January."""
        so_far = [(m, g) for m, g in enumerate(growth, start=1) if g is not None]
        return cls([m for m, _ in so_far], [g for _, g in so_far])


def known_course(one: IndicatorReport) -> Course:
    """Return growth of the year as far as it is known."""
    return Course.of(one.fan.known_pct)


def fan_view(one: IndicatorReport) -> tuple[float, float]:
    """Return the ends of the growth axis.

    What is known, the target and the 80 % band are always in view, the 90 % band as far as it
    does not make the rest small, and past years where they happen to lie.
    """
    so_far = known_course(one)
    seen = [*so_far.growth, *target_rates(one), *_ends(one.fan, 0.1, 0.9), *last_band(one)]
    seen = seen or [g for past in one.past_years_pct.values() for g in Course.of(past).growth]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    spare = _SPARE * max(high - low, 2.0)
    wide = [low, high, *_ends(one.fan, 0.05, 0.95)]
    edge = spare / 4
    return max(min(wide), low - spare) - edge, min(max(wide), high + spare) + edge


def _ends(fan: Fan, lower: float, upper: float) -> list[float]:
    return [
        g for level in (lower, upper) for g in fan.quantiles_pct.get(level, ()) if g is not None
    ]


def last_band(one: IndicatorReport) -> list[float]:
    """Return the 80 % band of the last forecast before a settled outturn."""
    last = one.last_forecast
    ends = () if last is None else (last.lower80_pct, last.upper80_pct)
    return [end for end in ends if end is not None]


def fan_alt(one: IndicatorReport, lang: str) -> str:
    """Return in words what the fan of an indicator shows."""
    sentences = [text("alt.lead", lang, indicator=one.name.of(lang), year=_year(one))]
    if one.target is not None:
        sentences.append(text("alt.target", lang, target=phrases.target(one, lang)))
    sentences += _alt_settled(one, lang) if one.outturn is not None else _alt_open(one, lang)
    return text("form.between_sentences", lang).join(sentences)


def _alt_settled(one: IndicatorReport, lang: str) -> list[str]:
    reached = None if one.outturn is None else one.outturn.growth_pct
    sentences = [text("alt.settled", lang, growth=phrases.growth(reached, one, lang))]
    judged = one.light
    return sentences + ([text(f"alt.{judged}", lang)] if judged != "none" else [])


def _alt_open(one: IndicatorReport, lang: str) -> list[str]:
    span = phrases.growth_span(one, lang, year=_year(one))
    if span and one.last_figure is not None and not one.last_figure.is_published:
        span = text("last.unpublished", lang, span=span)
    last = {"growth": phrases.last_growth(one, lang), "span": span}
    sentences = [text("alt.last", lang, **last) if span else text("alt.no_last", lang)]
    band = one.forecast
    if band is None:
        return [*sentences, text("alt.no_call", lang)]
    ends = {"growth": band.median_pct, "lower": band.lower80_pct, "upper": band.upper80_pct}
    shown = {end: phrases.growth(value, one, lang) for end, value in ends.items()}
    sentences.append(text("alt.forecast", lang, **shown))
    if one.attainment is not None:
        probability = texts.percent(one.attainment.probability.value, lang)
        word = text(f"word.{one.attainment.word}", lang)
        sentences.append(text("alt.probability", lang, probability=probability, word=word))
    return sentences


def _year(one: IndicatorReport) -> int:
    return int(one.fan.months[-1][:4])
