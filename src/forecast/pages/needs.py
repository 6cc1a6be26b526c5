"""What the rest of the year needs for a target, in words. Formatting only."""

from __future__ import annotations

import numpy as np

from forecast.archive.targets import Target
from forecast.base import texts
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.texts import text
from forecast.outlook.attainment import RatioNeed, Required
from forecast.pages.phrases import growth, is_of_level
from forecast.pages.phrases import target as target_words
from forecast.report.value import IndicatorReport

_YEARS_BACK = 10  # growth of more than ten years before the newest tells little of today


def needed(one: IndicatorReport, lang: str) -> str:
    """Return the growth that the rest of the year needs; a dash where nothing is needed."""
    if one.ratio_need is not None and one.target is not None:
        return _of_numerator(one.ratio_need, one.target, lang)
    if one.required is None or one.target is None:
        return text("form.none", lang)
    bound = "at_most" if one.target.comparison == "at_most" else "at_least"
    if one.required.verdict is not None:
        return text(f"required.{one.required.verdict}", lang)
    if is_of_level(one) and one.annual_rule == "end_of_year":
        return target_words(one, lang)  # December is all that counts
    rest = _rest(one, lang)
    if rest:
        return text(f"required.{bound}", lang, growth=rest)
    most = one.required.most_growth_pct
    ends = [one.required.growth_pct, *([] if most is None else [most])]
    least, *top = (growth(end, one, lang) for end in ends)
    return (
        text("target.within", lang, lower=least, upper=top[0])
        if top
        else text(f"required.{bound}", lang, growth=least)
    )


def _of_numerator(need: RatioNeed, target: Target, lang: str) -> str:
    """Return what the numerator of a ratio needs, and in which months."""
    if need.verdict is not None:
        return text(f"required.{need.verdict}", lang)
    key = "at_most" if target.comparison == "at_most" else "at_least"
    has_level = need.growth_pct is None or np.isnan(need.growth_pct)
    value = need.level if has_level else need.growth_pct
    if value is None:
        return text("form.none", lang)
    shown = (
        texts.amount(value, need.unit, lang, need.decimals)
        if has_level
        else text("ratio.growth", lang, growth=texts.rate(value, need.decimals, lang))
    )
    return text(
        "ratio.needs", lang, name=need.numerator.of(lang),
        need=text(f"required.{key}", lang, growth=shown),
        span=texts.months(need.months_known + 1, MONTHS_A_YEAR, lang),
    )  # fmt: skip


def assumption(one: IndicatorReport, lang: str) -> str:
    """Return what is taken as known of a ratio's denominator; nothing for what is no ratio."""
    need = one.ratio_need
    if need is None or need.verdict is not None:
        return ""
    return text("ratio.assumed", lang, name=need.denominator.of(lang))


def _rest(one: IndicatorReport, lang: str) -> str:
    """Return the amount that is left to the level of a target; nothing where it is not known."""
    need, done, target = one.required, one.pace.ytd_level, one.target
    if need is None or target is None or not is_of_level(one) or need.most_growth_pct is not None:
        return ""
    if need.annual_level is None and one.quantity != "index":
        return ""
    left = target.bound - (done or 0.0)
    if one.quantity == "index":  # whose mean is meant
        n_known = one.months_known
        left = (MONTHS_A_YEAR * target.bound - n_known * (done or 0.0)) / (MONTHS_A_YEAR - n_known)
    return texts.amount(left, one.unit, lang, target.digits(one.decimals))


def needed_span(one: IndicatorReport, lang: str) -> str:
    """Return the months that the needed growth is about."""
    first = 12 if one.annual_rule == "end_of_year" else one.months_known + 1
    return texts.months(first, 12, lang)


def plausibility(one: IndicatorReport, lang: str) -> list[str]:
    """Return in how many past years the rest of the year gave what is needed now.

    Where those are too few: how it lies to growth so far, and to that of the years on record.
    """
    need = one.required
    if need is None or one.target is None or need.verdict is not None:
        return []
    if need.percentile is None:
        return [*beside_so_far(one, lang), _past_growth(one, lang)]
    below, at_most = need.percentile * need.n_past_years, one.target.comparison == "at_most"
    count = round(below if at_most else need.n_past_years - below)
    key = "kept" if at_most else "reached" if need.most_growth_pct is None else "within"
    return [text(f"required.{key}", lang, n=count, all=need.n_past_years)]


def _past_growth(one: IndicatorReport, lang: str) -> str:
    """Return between what the years on record grew, each as far as it is known."""
    known = {year: [g for g in row if g is not None] for year, row in one.past_years_pct.items()}
    newest = {year: row[-1] for year, row in known.items() if row}
    if not newest:
        return text("required.no_past", lang)
    recent = {year: g for year, g in newest.items() if year > max(newest) - _YEARS_BACK}
    ends = {"lower": min(recent.values()), "upper": max(recent.values())}
    rates = {end: growth(g, one, lang) for end, g in ends.items()}
    key = "past_year" if len(recent) == 1 else "past_years"
    return text(f"required.{key}", lang, n=len(recent), **rates)


def beside_so_far(one: IndicatorReport, lang: str) -> list[str]:
    """Return how the growth that is needed lies to growth so far, where there is any.

    An amount is growth too; a balance has seasons, so it stands beside these months of last year.
    """
    need, last = one.required, one.last_figure
    if need is None:
        return []
    if is_of_level(one) and one.annual_rule == "end_of_year":
        return []
    if one.balance_unit:
        return [_same_months(need, one, lang)] if need.base_growth_pct is not None else []
    if last is None or last.growth_pct is None or not one.months_known:
        return []
    gap = round(need.growth_pct, one.decimals) - round(last.growth_pct, one.decimals)
    key = "faster" if gap > 0 else "slower" if gap < 0 else "as_so_far"
    points = texts.points(abs(gap), one.decimals, lang)
    words = text(f"required.{key}{'' if one.is_growth else '_level'}", lang, points=points)
    if not _rest(one, lang):
        return [words]
    return [text("required.means", lang, growth=growth(need.growth_pct, one, lang), words=words)]


def _same_months(need: Required, one: IndicatorReport, lang: str) -> str:
    """Return what a balance was in the same months of last year."""
    return text("required.last_year", lang, level=growth(need.base_growth_pct, one, lang))


def levels(one: IndicatorReport, lang: str) -> list[str]:
    """Return what the target means in amounts, where levels allow it."""
    need, sentences = one.required, []
    if need is None:
        return []
    if need.shortfall_level is not None:
        key = "short" if need.shortfall_level > 0 else "over"
        amount = texts.level(abs(need.shortfall_level), one.unit, lang)
        sentences.append(text(f"details.{key}", lang, level=amount))
    if need.monthly_level is not None:
        amount = texts.level(need.monthly_level, one.unit, lang)
        sentences.append(text("details.monthly", lang, level=amount))
    return sentences


def base(one: IndicatorReport, lang: str) -> list[str]:
    """Return the base effect: growth of the same months last year, and the two-year average."""
    need = one.required
    if need is None or need.base_growth_pct is None or need.two_year_average_pct is None:
        return []
    before = growth(need.base_growth_pct, one, lang)
    average = growth(need.two_year_average_pct, one, lang)
    return [text("details.base", lang, growth=before, average=average)]
