"""The target most in danger: how probable, by how much, why, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.base.texts import text
from forecast.outlook.next_figure import NextFigure
from forecast.pages import needs, phrases
from forecast.pages.tables.coming import next_day, next_span, values_of
from forecast.report.value import IndicatorReport, Report

# Red comes first; even odds that rest on no figure of the year say little, so they come late.
_ORDER = ("red", "red_blind", "yellow", "green", "blind", "green_blind")


def most_in_danger(report: Report) -> IndicatorReport | None:
    """Return the open target most in danger; None where none is open or assessed."""
    assessed = [one for one in report.with_target if _is_open(one)]
    return min(assessed, key=_rank, default=None)


def _is_open(one: IndicatorReport) -> bool:
    return one.outturn is None and one.attainment is not None and one.lamp in _ORDER


def _rank(one: IndicatorReport) -> tuple[int, float]:
    is_red = one.lamp.startswith("red")
    return 0 if is_red else _ORDER.index(one.lamp), one.probability or 0.0


def danger(report: Report, lang: str) -> str:
    """Return which target is most in danger, by how much, why and what is next; else nothing."""
    one = most_in_danger(report)
    if one is None:
        return ""
    sentences = [danger_name(report, lang), _forecast(one, lang), _needs(one, lang)]
    if one.next_figure is not None:
        sentences.append(_next(one, one.next_figure, report, lang))
    return text("form.between_sentences", lang).join(filter(None, sentences))


def danger_name(report: Report, lang: str) -> str:
    """Return which target is most in danger with its probability; nothing where none is open."""
    one = most_in_danger(report)
    return "" if one is None else _name(one, report, lang)


def _name(one: IndicatorReport, report: Report, lang: str) -> str:
    others = [other for other in report.with_target if other.id != one.id]
    key = one.lamp
    if not others:
        key = "alone"
    elif key in ("green", "yellow"):
        key += _scope(one, others)
    return text(
        f"danger.{key}",
        lang,
        name=one.name.of(lang),
        year=report.year,
        probability=phrases.probability(one.probability, lang),
        word="" if one.probability is None else phrases.word(one.probability, lang),
    )


def _scope(one: IndicatorReport, others: Sequence[IndicatorReport]) -> str:
    """Return what the first line has to leave out: targets without figures, or not judged."""
    open_ones = [other for other in others if other.outturn is None]
    if any(other.lamp.endswith("blind") for other in open_ones):
        has_others = any(_is_open(o) and not o.lamp.endswith("blind") for o in open_ones)
        return "_only" if one.lamp == "green" and not has_others else "_known"
    is_unjudged = any(other.attainment is None for other in open_ones)
    return "_judged" if one.lamp == "green" and is_unjudged else ""


def _forecast(one: IndicatorReport, lang: str) -> str:
    """Return the forecast, and how far its median is from what the target needs or allows."""
    if one.forecast is None or one.target is None:
        return ""
    if one.target.has_two_ends:
        return _beside_band(one, lang)
    gap = phrases.gap(one, lang)
    is_short = one.forecast.median_pct < one.target.least_met_pct(one.decimals)
    way = "below" if is_short else "above"
    return text(
        f"danger.{way if gap else 'at'}{'_most' if one.target.comparison == 'at_most' else ''}",
        lang,
        forecast=phrases.forecast(one.forecast, one, lang),
        bound=phrases.outcome(one.target.least_met_pct(one.decimals), one, lang),
        gap=gap,
    )


def _beside_band(one: IndicatorReport, lang: str) -> str:
    """Return the forecast of a target that may be missed on either side."""
    forecast = phrases.forecast(one.forecast, one, lang)
    return text("danger.band", lang, forecast=forecast, target=phrases.target(one, lang))


def _needs(one: IndicatorReport, lang: str) -> str:
    """Return what the rest of the year needs, beside growth so far where there is any."""
    if one.ratio_need is not None:
        words = needs.assumption(one, lang)
        return text("danger.ratio_needs", lang, needs=needs.needed(one, lang), words=words)
    if one.required is None or one.required.verdict is not None:
        return ""
    beside = needs.beside_so_far(one, lang)
    is_ceiling = one.target is not None and one.target.comparison == "at_most"
    return text(
        "danger.needs_most" if is_ceiling else "danger.needs",
        lang,
        span=needs.needed_span(one, lang),
        growth=needs.needed(one, lang),
        beside="".join(text("danger.beside", lang, words=words) for words in beside),
    )


def _next(one: IndicatorReport, coming: NextFigure, report: Report, lang: str) -> str:
    """Return when the next figure is expected and which values of it turn the light."""
    when = next_day(coming, report, lang)
    if not when:
        return text(f"danger.{coming.state}", lang)
    values = {"span": next_span(one, coming, report, lang), "when": when}
    if coming.curve is None:
        return text("danger.next_plain", lang, **values)
    return text("danger.next", lang, **values, turns=_turns(one, coming, lang))


def _turns(one: IndicatorReport, coming: NextFigure, lang: str) -> str:
    """Return after which values the light is another one than today, the highest first."""
    others = [values for values in reversed(coming.lights) if values.light != one.light]
    if not others:
        return text("danger.same", lang, light=text(f"light.{one.light}", lang))
    return text("form.semicolon", lang).join(
        text(
            "danger.turn",
            lang,
            light=text(f"light.{values.light}", lang),
            values=values_of(one, values, lang),
        )
        for values in others
    )
