"""What one cell or label of a page says about an indicator, in a language. Formatting only."""

from __future__ import annotations

from collections.abc import Iterable

from forecast import texts
from forecast.attainment import Required
from forecast.history import RESTATED_FROM
from forecast.report.naming import Listing, Named, Targeted
from forecast.report.value import (
    Attained,
    CaveatSaid,
    Distribution,
    IndicatorReport,
    LastFigure,
    Member,
    Settled,
    TargetSaid,
)
from forecast.texts import text

_YEARS_BACK = 10  # growth of more than ten years before the newest tells little of today


def name(one: Named, lang: str) -> str:
    """Return the indicator's name."""
    return one.name_zh if lang == "zh" else one.name_en


def names(indicators: Iterable[Named], lang: str) -> str:
    """Return the names of indicators as a list."""
    return text("form.list", lang).join(name(one, lang) for one in indicators)


def growth(value: float | None, one: IndicatorReport, lang: str) -> str:
    """Return growth in the indicator's decimals, a dash where it is not known."""
    return text("form.none", lang) if value is None else texts.rate(value, one.decimals, lang)


def share(value_pct: float | None, lang: str) -> str:
    """Return a share of the year or the plan, in per cent with one decimal."""
    return text("form.none", lang) if value_pct is None else texts.rate(value_pct, 1, lang)


def target(one: Targeted, lang: str) -> str:
    """Return the target in short, a dash where there is none."""
    said = one.target
    if said is None:
        return text("form.none", lang)
    if said.comparison == "more_than" and said.rate_pct == 0:
        return text("target.more_than_zero", lang)
    return text(f"target.{said.comparison}", lang, **_rates(said, one.decimals, lang))


def _rates(said: TargetSaid, decimals: int, lang: str) -> dict[str, str]:
    ends = {"rate": said.rate_pct, "lower": said.lower_pct, "upper": said.upper_pct}
    return {n: texts.rate(r, decimals, lang) for n, r in ends.items() if r is not None}


def light(one: IndicatorReport) -> str:
    """Return what the light shows: a colour, `attained`, `missed`, or `none` without a call."""
    if one.settled is not None and one.settled.attained is not None:
        return "attained" if one.settled.attained else "missed"
    return "none" if one.attained is None else one.attained.light


def lamp(one: IndicatorReport) -> str:
    """Return what the lamp beside the light shows: `blind` where a yellow light knows no figures.

    Without a figure of the year even odds say that little is known, not that the target is close.
    """
    shown = light(one)
    return "blind" if shown == "yellow" and not one.months_known else shown


def last_growth(one: IndicatorReport, lang: str) -> str:
    """Return the newest growth known."""
    if one.last_figure is None:
        return text("last.none", lang)
    if one.last_figure.growth_pct is None:
        return text("last.no_growth", lang)
    return growth(one.last_figure.growth_pct, one, lang)


def so_far(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return growth so far in the year; in words where there is none."""
    is_old = one.last_figure is not None and int(one.last_figure.last_month[:4]) < year
    return text("last.none_this_year", lang, year=year) if is_old else last_growth(one, lang)


def so_far_note(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the months of the growth so far, or the last growth of an earlier year."""
    last = one.last_figure
    if last is None:
        return ""
    if last.growth_pct is None:
        return last_span(last, lang, year=year)
    span = growth_span(one, lang, year=year)
    if not last.is_published:
        span = text("last.unpublished", lang, span=span)
    if int(last.last_month[:4]) == year:
        return span
    return text("last.before", lang, growth=last_growth(one, lang), span=span)


def growth_span(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the months that the newest growth is about; nothing where there is none."""
    last = one.last_figure
    if last is None or last.growth_pct is None:
        return ""
    first = last.last_month if one.annual_rule == "end_of_year" else f"{last.last_month[:4]}-01"
    return texts.span(first, last.last_month, lang, year=year)


def last_span(last: LastFigure, lang: str, *, year: int) -> str:
    """Return the months that the newest figure itself is about."""
    return texts.span(last.first_month, last.last_month, lang, year=year)


def last_level(last: LastFigure | None, lang: str) -> str:
    """Return the newest level with its unit, a dash where none is known."""
    if last is None or last.level is None:
        return text("form.none", lang)
    return texts.level(last.level, last.unit, lang)


def alone(one: IndicatorReport, lang: str) -> str:
    """Return the probability by published figures alone; nothing where the report rests on them."""
    if one.published is None or one.settled is not None:
        return ""
    called = one.published.attained
    if called is None:
        return text("overlay.alone_none", lang)
    return text("overlay.alone", lang, probability=texts.percent(called.probability, lang))


def needed(one: IndicatorReport, lang: str) -> str:
    """Return the growth that the rest of the year needs; a dash where nothing is asked of it."""
    if one.required is None or one.target is None:
        return text("form.none", lang)
    bound = "at_most" if one.target.comparison == "at_most" else "at_least"
    return text(f"required.{bound}", lang, growth=growth(one.required.growth_pct, one, lang))


def needed_span(one: IndicatorReport, lang: str) -> str:
    """Return the months that the needed growth is about."""
    first = 12 if one.annual_rule == "end_of_year" else one.months_known + 1
    return texts.months(first, 12, lang)


def plausibility(one: IndicatorReport, lang: str) -> list[str]:
    """Return in how many past years the rest of the year gave what is needed now.

    Where those are too few: how it lies to growth so far, and to that of the years on record.
    """
    need: Required | None = one.required
    if need is None or one.target is None:
        return []
    if need.percentile is None:
        return [*_beside_so_far(one, lang), _past_growth(one, lang)]
    below, at_most = need.percentile * need.n_past_years, one.target.comparison == "at_most"
    count = round(below if at_most else need.n_past_years - below)
    key = "kept" if at_most else "reached"
    return [text(f"required.{key}", lang, n=count, all=need.n_past_years)]


def _past_growth(one: IndicatorReport, lang: str) -> str:
    """Return between what the years on record grew, each as far as it is known."""
    newest = {
        int(year): [g for g in months if g is not None][-1]
        for year, months in one.past_years_pct.items()
        if any(g is not None for g in months)
    }
    if not newest:
        return text("required.no_past", lang)
    recent = {y: g for y, g in newest.items() if y > max(newest) - _YEARS_BACK}
    ends = {"lower": min(recent.values()), "upper": max(recent.values())}
    said = {end: growth(g, one, lang) for end, g in ends.items()}
    key = "past_year" if len(recent) == 1 else "past_years"
    return text(f"required.{key}", lang, n=len(recent), **said)


def _beside_so_far(one: IndicatorReport, lang: str) -> list[str]:
    """Return how the growth that is needed lies to growth so far, where there is any."""
    need, last = one.required, one.last_figure
    if need is None or last is None or last.growth_pct is None or not one.months_known:
        return []
    gap = round(need.growth_pct, one.decimals) - round(last.growth_pct, one.decimals)
    key = "faster" if gap > 0 else "slower" if gap < 0 else "as_so_far"
    return [text(f"required.{key}", lang, points=texts.points(abs(gap), one.decimals, lang))]


def restated(one: IndicatorReport, year: int, lang: str) -> str:
    """Return by how much a year's growth stands on a restated base; nothing where it does not.

    At constant prices published growth never is the ratio of levels, so nothing can be told.
    """
    revision_pct = one.base_revision_pct.get(str(year))
    if one.price_basis != "nominal" or revision_pct is None:
        return ""
    if abs(revision_pct) <= 100 * RESTATED_FROM:
        return ""
    return text("restated.by", lang, size=texts.signed(revision_pct, 1, lang))


def forecast(band: Distribution | None, one: IndicatorReport, lang: str) -> str:
    """Return the median and the band of 80 %."""
    if band is None:
        return text("form.none", lang)
    return banded(band.median_pct, band.lower80_pct, band.upper80_pct, one, lang)


def banded(median: float, lower: float, upper: float, one: IndicatorReport, lang: str) -> str:
    """Return a median with the band around it."""
    return f"{growth(median, one, lang)} {texts.interval(lower, upper, one.decimals)}"


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


def error(standard_error: float, lang: str) -> str:
    """Return the simulation error of a probability, in percentage points."""
    key = "give_or_take_less" if standard_error < 0.0005 else "give_or_take"
    size = texts.number(max(100 * standard_error, 0.1), 1)
    return text(f"form.{key}", lang, error=size)


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


def levels(one: IndicatorReport, lang: str) -> list[str]:
    """Return what the target means in amounts, where levels allow it."""
    need, said = one.required, []
    if need is None:
        return []
    if need.shortfall_level is not None:
        key = "short" if need.shortfall_level > 0 else "over"
        amount = texts.level(abs(need.shortfall_level), one.unit, lang)
        said.append(text(f"details.{key}", lang, level=amount))
    if need.monthly_level is not None:
        amount = texts.level(need.monthly_level, one.unit, lang)
        said.append(text("details.monthly", lang, level=amount))
    return said


def base(one: IndicatorReport, lang: str) -> list[str]:
    """Return the base effect: growth of the same months last year, and the two-year average."""
    need = one.required
    if need is None or need.base_growth_pct is None or need.two_year_average_pct is None:
        return []
    before = growth(need.base_growth_pct, one, lang)
    average = growth(need.two_year_average_pct, one, lang)
    return [text("details.base", lang, growth=before, average=average)]


def caveat(said: CaveatSaid, report: Listing, lang: str) -> str:
    """Return the sentence of a caveat."""
    said_in = {what.removesuffix(f"_{lang}"): value for what, value in said.values.items()}
    values = {what: _value(what, value, report, lang) for what, value in said_in.items()}
    return text(f"caveat.{said.code}", lang, **values)


def _value(what: str, value: str, report: Listing, lang: str) -> str:
    if what in ("month", "last"):
        return texts.span(f"{value[:4]}-01", value, lang)
    if what == "model":
        return text(f"model.{value}", lang)
    if what == "indicators":
        ids = value.split(", ")
        return names((one for one in report.indicators if one.id in ids), lang)
    return value
