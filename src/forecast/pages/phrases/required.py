"""What the rest of the year needs, and how that lies to the past."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.history.growth import RESTATED_FROM
from forecast.outlook.attainment import Required
from forecast.pages.phrases.naming import growth
from forecast.report.value import IndicatorReport

_YEARS_BACK = 10  # growth of more than ten years before the newest tells little of today


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
