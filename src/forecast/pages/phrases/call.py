"""The call and what came of it: probability, forecast, models, outturn."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.phrases.naming import growth, target
from forecast.report.call import Attained, Distribution, Settled
from forecast.report.value import IndicatorReport, Member


def forecast(band: Distribution | None, one: IndicatorReport, lang: str) -> str:
    """Return the median and the band of 80 %."""
    if band is None:
        return text("form.none", lang)
    return banded(band.median_pct, band.lower80_pct, band.upper80_pct, one, lang)


def banded(median: float, lower: float, upper: float, one: IndicatorReport, lang: str) -> str:
    """Return a median with the band around it."""
    return f"{growth(median, one, lang)} {texts.interval(lower, upper, one.decimals)}"


def alone(one: IndicatorReport, lang: str) -> str:
    """Return the probability by published figures alone; nothing where the report rests on them."""
    if one.published is None or one.settled is not None:
        return ""
    called = one.published.attained
    if called is None:
        return text("overlay.alone_none", lang)
    return text("overlay.alone", lang, probability=texts.percent(called.probability, lang))


def parts(one: IndicatorReport, lang: str) -> list[str]:
    """Return the probabilities of a range's parts, or those at several tolerances."""
    called: Attained | None = one.attained
    if called is None or not called.parts:
        return []
    said = {part: texts.percent(p, lang) for part, p in called.parts.items()}
    if "within" in said:
        return [text("details.within", lang, target=target(one, lang), **said)]
    tolerances = {float(part.removeprefix("tolerance_")): p for part, p in said.items()}
    return [
        text("details.tolerance", lang, points=texts.points(pp, 1, lang), probability=p)
        for pp, p in sorted(tolerances.items())
    ]


def error(standard_error: float, lang: str) -> str:
    """Return the simulation error of a probability, in percentage points."""
    key = "give_or_take_less" if standard_error < 0.0005 else "give_or_take"
    size = texts.number(max(100 * standard_error, 0.1), 1)
    return text(f"form.{key}", lang, error=size)


def weight(member: Member, lang: str) -> str:
    """Return a member's weight in the pool, in whole per cents."""
    return texts.rate(100 * member.weight, 0, lang)


def recalibration(one: IndicatorReport, lang: str) -> str:
    """Return by what past outturns stretched the pool, tails apart, and from how many years."""
    if not one.calibration_years:
        return text("members.no_years", lang)
    size = texts.number(one.calibration_size, 2)
    if one.calibration_size == 1:
        return text("members.as_is", lang, years=one.calibration_years)
    return text("members.recalibrated", lang, size=size, years=one.calibration_years)


def last_forecast(settled: Settled, one: IndicatorReport, lang: str) -> str:
    """Return the median and the band of the last call before the outturn; nothing without one."""
    median = settled.last_call_median_pct
    lower, upper = settled.last_call_lower80_pct, settled.last_call_upper80_pct
    if median is None or lower is None or upper is None:
        return ""
    return banded(median, lower, upper, one, lang)


def last_call(settled: Settled, lang: str) -> str:
    """Return the probability that the last call before the outturn gave, and its day."""
    if settled.last_call_on is None or settled.last_call_probability is None:
        return text("headline.no_call", lang)
    chance = texts.percent(settled.last_call_probability, lang)
    on = texts.day(settled.last_call_on, lang)
    return text("headline.call", lang, day=on, probability=chance)


def outturn(settled: Settled, one: IndicatorReport, lang: str) -> str:
    """Return the outturn and the day of its release."""
    said = growth(settled.growth_pct, one, lang)
    if settled.released_on is None:
        return text("headline.outturn_undated", lang, growth=said)
    on = texts.day(settled.released_on, lang)
    return text("headline.outturn", lang, growth=said, day=on)
