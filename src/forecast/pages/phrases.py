"""The words of one cell or label of a page about an indicator, in a language. Formatting only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from forecast.archive.figures import Figure
from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.series import Names, SeriesLabel
from forecast.base.texts import Caveat, text
from forecast.history.growth import RESTATED_FROM
from forecast.outlook.attainment import Band
from forecast.report import lights
from forecast.report.value import IndicatorReport, LastFigure, Member, Report


class Named(Protocol):
    """An indicator as far as its name goes."""

    @property
    def id(self) -> str:
        """Its id in the registry."""
        ...

    @property
    def name(self) -> Names:
        """Its name in both languages."""
        ...


class Targeted(Protocol):
    """An indicator as far as its target goes."""

    @property
    def decimals(self) -> int:
        """Digits after the point that the office publishes."""
        ...

    @property
    def target(self) -> Target | None:
        """The target in force."""
        ...


class Listing(Protocol):
    """Whatever is about indicators."""

    @property
    def indicators(self) -> Sequence[Named]:
        """The indicators that it is about."""
        ...


# Names and numbers --------------------------------------------------------------------------------


def names(indicators: Iterable[Named], lang: str) -> str:
    """Return the names of indicators as a list."""
    return text("form.list", lang).join(indicator.name.of(lang) for indicator in indicators)


def growth(value: float | None, one: Targeted, lang: str) -> str:
    """Return an outcome in the indicator's decimals, a dash where it is not known.

    It is growth or a rate in per cent; a balance is in its unit.
    """
    if value is None:
        return text("form.none", lang)
    return in_unit(value, getattr(one, "balance_unit", ""), one.decimals, lang)


def in_unit(value: float, unit: str, decimals: int, lang: str) -> str:
    """Return an outcome in the unit of a balance, in per cent without one."""
    return texts.amount(value, unit, lang, decimals) if unit else texts.rate(value, decimals, lang)


def outcome(value: float | None, one: Targeted, lang: str) -> str:
    """Return an outcome of the year in the unit of the target, a dash where it is not known.

    It is a level where the target is one, although paths are of growth.
    """
    target = one.target
    if value is None or target is None or not is_of_level(one):
        return growth(value, one, lang)
    amount = target.offset + target.factor * value
    return texts.amount(amount, _unit(one), lang, target.digits(one.decimals))


def heading(column: str, report: Listing, lang: str) -> str:
    """Return the head of a column; without the word growth where not all outcomes are growth."""
    if is_all_growth(report) or f"column_any.{column}" not in texts.entries():
        return text(f"column.{column}", lang)
    return text(f"column_any.{column}", lang)


def is_all_growth(report: Listing) -> bool:
    """Return whether all outcomes and targets are growth."""
    return all(getattr(one, "is_growth", True) and not _is_level(one) for one in report.indicators)


def _is_level(one: object) -> bool:
    target = getattr(one, "target", None)
    return target is not None and target.measure != "growth"


def share(value_pct: float | None, lang: str, decimals: int = 1) -> str:
    """Return a share in per cent, a dash where it is not known."""
    return text("form.none", lang) if value_pct is None else texts.rate(value_pct, decimals, lang)


def number(value: float | None, decimals: int, lang: str) -> str:
    """Return a number, a dash where it is not known."""
    return text("form.none", lang) if value is None else texts.number(value, decimals)


def series(label: SeriesLabel, lang: str) -> str:
    """Return the names of the area and the indicator of a series."""
    area, indicator = label.area_name.of(lang), label.name.of(lang)
    return text("track.series", lang, area=area, indicator=indicator)


def published_value(figure: Figure, decimals: int, lang: str) -> str:
    """Return a level in its unit, or growth with all digits that it has, at least so many."""
    if figure.measure == "level":
        return texts.level(figure.value, figure.unit, lang)
    return texts.rate(figure.value, max(texts.digits(figure.value), decimals), lang)


def target(one: Targeted, lang: str) -> str:
    """Return the target in short, and that it is assumed; a dash where there is none."""
    announced = one.target
    if announced is None:
        return text("form.none", lang)
    lower, upper = announced.ends
    ends = {"rate": announced.centre, "lower": lower, "upper": upper}
    numbers = {n: _announced(v, announced, one, lang) for n, v in ends.items() if v is not None}
    is_positive = announced.comparison == "more_than" and announced.rate_pct == 0
    key = "more_than_zero" if is_positive else announced.comparison
    words = text(f"target.{key}", lang, **numbers)
    if announced.measure == "difference":
        words = text("target.on_last_year", lang, target=words)
    return text("target.assumed", lang, target=words) if announced.is_assumed else words


def _announced(value: float, target: Target, one: Targeted, lang: str) -> str:
    """Return a number of a target in its unit."""
    unit = _unit(one) if target.measure != "growth" else ""
    decimals = max(texts.digits(value), 0 if unit else one.decimals)
    if not unit or (unit == "pct" and target.measure == "level"):
        return texts.rate(value, max(texts.digits(value), one.decimals), lang)
    if unit == "pct":
        return texts.points(value, max(decimals, 1), lang)
    return texts.amount(value, unit, lang, decimals)


def responsible(one: Targeted, lang: str) -> str:
    """Return who answers for a target, what is done for it and by when, as far as it is known."""
    of = one.target
    if of is None:
        return ""
    due = "" if of.due is None else texts.day(of.due, lang)
    named = {"owner": of.owner, "action": of.action, "due": due}
    return text("form.semicolon", lang).join(
        text(f"target.{key}", lang, words=words) for key, words in named.items() if words
    )


def asks(one: IndicatorReport, report: Report, lang: str) -> str:
    """Return that a red target asks for an owner and a measure; nothing where none is missing.

    It is asked where the office names them at all: where another target has an owner.
    """
    has_owners = any(i.target is not None and i.target.owner for i in report.with_target)
    return text("target.asks", lang) if has_owners and one.lacks_answer else ""


# The newest figure --------------------------------------------------------------------------------


def last_growth(one: IndicatorReport, lang: str) -> str:
    """Return the newest growth known."""
    if one.last_figure is None:
        return text("last.none", lang)
    if one.last_figure.growth_pct is None:
        return text("last.no_growth", lang)
    return growth(one.last_figure.growth_pct, one, lang)


def so_far(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return growth so far in the year; in words where there is none."""
    is_old = one.last_figure is not None and one.last_figure.span.year < year
    if is_old:
        return text("last.none_this_year", lang, year=year)
    return sum_so_far(one, lang) or last_growth(one, lang)


def sum_so_far(one: IndicatorReport, lang: str) -> str:
    """Return the amount so far, of how much where the target is a level; nothing for growth."""
    done, plan, target = one.pace.ytd_level, one.pace.plan_level, one.target
    if done is None or not (one.balance_unit or is_of_level(one)):
        return ""
    decimals = one.decimals if target is None else max(target.digits(0), texts.digits(plan or 0.0))
    amount = texts.amount(done, one.unit, lang, decimals)
    is_part = one.annual_rule != "end_of_year" and one.quantity in ("amount", "balance")
    if plan is None or target is None or plan <= 0 or done < 0 or not is_part:
        return amount
    of = texts.amount(plan, one.unit, lang, decimals)
    return text("last.of", lang, done=amount, plan=of)


def _unit(one: object) -> str:
    """Return the unit of levels; empty for what has none."""
    return str(getattr(one, "unit", ""))


def is_of_level(one: Targeted) -> bool:
    """Return whether paths are of growth and the target is a level."""
    is_growth = getattr(one, "is_growth", True)
    return is_growth and one.target is not None and one.target.measure == "level"


def so_far_note(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the months of the growth so far, or the last growth of an earlier year."""
    last = one.last_figure
    if last is None:
        return ""
    has_growth = last.growth_pct is not None
    span = growth_span(one, lang, year=year) if has_growth else last_span(last, lang, year=year)
    if has_growth:
        span = text(f"last.{last.growth_source}", lang, span=span)
    if last.span.year == year:
        return span
    key = "before" if has_growth else "before_without"
    return text(f"last.{key}", lang, growth=last_growth(one, lang), span=span)


def growth_span(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the months that the newest growth is about; nothing where there is none."""
    last = one.last_figure
    if last is None or last.growth_pct is None:
        return ""
    _, end = last.span.texts
    first = end if one.annual_rule == "end_of_year" else f"{last.span.year}-01"
    return texts.span(first, end, lang, year=year)


def last_span(last: LastFigure, lang: str, *, year: int) -> str:
    """Return the months that the newest figure itself is about."""
    return texts.span(*last.span.texts, lang, year=year)


def level_so_far(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the newest level of the year with its unit, a dash where none is known."""
    last = one.last_figure
    return last_level(last if last is not None and last.span.year == year else None, lang)


def last_level(last: LastFigure | None, lang: str) -> str:
    """Return the newest level with its unit, a dash where none is known."""
    if last is None or last.level is None:
        return text("form.none", lang)
    return texts.level(last.level, last.unit, lang)


# The forecast and what came of it -----------------------------------------------------------------


def probability(value: float | None, lang: str) -> str:
    """Return a probability in whole per cents, a dash where there is none."""
    return text("form.none", lang) if value is None else texts.percent(value, lang)


def word(probability: float, lang: str) -> str:
    """Return the word for a probability; the number always stands beside it."""
    return text(f"word.{lights.word(probability)}", lang)


def chance(probability: float, lang: str) -> str:
    """Return a probability in whole per cent with its word."""
    number, said = texts.percent(probability, lang), word(probability, lang)
    return text("form.chance", lang, probability=number, word=said)


def percents(least: float, most: float, lang: str) -> str:
    """Return a range of probabilities by its ends in whole per cents."""
    return f"{texts.number(100 * least, 0)}–{texts.rate(100 * most, 0, lang)}"


def forecast(band: Band | None, one: Targeted, lang: str) -> str:
    """Return the median and the band of 80 %, a dash where there is none."""
    if band is None:
        return text("form.none", lang)
    return banded(band.median_pct, band.lower80_pct, band.upper80_pct, one, lang)


def banded(median: float, lower: float, upper: float, one: Targeted, lang: str) -> str:
    """Return a median with the band around it."""
    if getattr(one, "balance_unit", "") or is_of_level(one):
        middle, *ends = (outcome(value, one, lang) for value in (median, lower, upper))
        unit = texts.unit_after(_unit(one), lang)
        return f"{middle} [{', '.join(end.removesuffix(unit) for end in ends)}]"
    return f"{growth(median, one, lang)} {texts.interval(lower, upper, one.decimals)}"


def weight(member: Member, lang: str) -> str:
    """Return a member's weight in the pool, in whole per cents."""
    return texts.rate(100 * member.weight, 0, lang)


def recalibration(one: IndicatorReport, lang: str) -> str:
    """Return by what past outturns stretched the pool, tails apart, and from how many years."""
    if not one.calibration_years:
        return text("members.no_years", lang)
    effective = texts.number(one.calibration_effective_years, 1)
    counts = {"years": f"{one.calibration_years}", "effective": effective}
    if one.calibration_scale == 1:
        return text("members.as_is", lang, **counts)
    scale = texts.number(one.calibration_scale, 2)
    return text("members.recalibrated", lang, size=scale, **counts)


def last_forecast(one: IndicatorReport, lang: str) -> str:
    """Return the median and the band of the last forecast before the outturn; nothing without."""
    last = one.last_forecast
    if last is None or last.median_pct is None:
        return ""
    if last.lower80_pct is None or last.upper80_pct is None:
        return ""
    return banded(last.median_pct, last.lower80_pct, last.upper80_pct, one, lang)


def last_probability(one: IndicatorReport, lang: str) -> str:
    """Return the probability that the last forecast before the outturn gave, and its day."""
    last = one.last_forecast
    if last is None or last.probability is None:
        return text("headline.no_call", lang)
    value, on = texts.percent(last.probability, lang), texts.day(last.as_of, lang)
    return text("headline.call", lang, day=on, probability=value)


def outturn(one: IndicatorReport, lang: str) -> str:
    """Return the outturn and the day of its release, nothing before it is out."""
    if one.outturn is None:
        return ""
    value = outcome(one.outturn.growth_pct, one, lang)
    if one.outturn.released_on is None:
        return text("headline.outturn_undated", lang, growth=value)
    return text(
        "headline.outturn", lang, growth=value, day=texts.day(one.outturn.released_on, lang)
    )


def gap(one: IndicatorReport, lang: str) -> str:
    """Return how far the median outcome is from what the target takes; nothing where it is that.

    In percentage points, or in the unit of the outcome where that is a level.
    """
    target, band = one.target, one.forecast
    if target is None or band is None:
        return ""
    bound = target.least_met_pct(one.decimals)
    if is_of_level(one):
        size = abs(target.factor * (band.median_pct - bound))
        digits = target.digits(one.decimals)
        return texts.amount(size, _unit(one), lang, digits) if round(size, digits) else ""
    ends = (round(value, one.decimals) for value in (band.median_pct, bound))
    size = round(abs(next(ends) - next(ends)), one.decimals)
    if not size:
        return ""
    return growth(size, one, lang) if one.balance_unit else texts.points(size, one.decimals, lang)


def restated(one: IndicatorReport, year: int, lang: str) -> str:
    """Return by how much a year's growth stands on a restated base; nothing where it does not.

    At constant prices published growth never is the ratio of levels, so nothing follows from them.
    """
    revision_pct = one.base_revision_pct.get(year)
    if one.price_basis != "nominal" or revision_pct is None:
        return ""
    if abs(revision_pct) <= 100 * RESTATED_FROM:
        return ""
    return text("restated.by", lang, size=texts.signed(revision_pct, 1, lang))


# Caveats ------------------------------------------------------------------------------------------


def caveat(caveat: Caveat, report: Listing, lang: str) -> str:
    """Return the sentence of a caveat."""
    values = {key.removesuffix(f"_{lang}"): value for key, value in caveat.values.items()}
    words = {key: _caveat_value(key, value, report, lang) for key, value in values.items()}
    return text(f"caveat.{caveat.code}", lang, **words)


def _caveat_value(key: str, value: str, report: Listing, lang: str) -> str:
    if key == "begins":
        return text(f"month_long.m{int(value)}", lang)
    if key == "from":
        return texts.span(value, value, lang)
    if key in ("month", "last"):
        return texts.span(f"{value[:4]}-01", value, lang)
    if key == "model":
        return texts.model_name(value, lang)
    if key == "indicators":
        ids = value.split(", ")
        return names((one for one in report.indicators if one.id in ids), lang)
    return value
