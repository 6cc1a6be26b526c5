"""What stands beside a probability: its error, its parts, and what came of forecasts like it."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import SURE, Effort, Probability
from forecast.pages import needs, phrases
from forecast.report.track import SimilarForecasts
from forecast.report.value import IndicatorReport


def with_error(probability: Probability | None, lang: str) -> str:
    """Return a probability with its simulation error, a dash where there is none."""
    if probability is None:
        return text("form.none", lang)
    value, margin = texts.percent(probability.value, lang), error(probability.standard_error, lang)
    return text("overlay.chance", lang, probability=value, error=margin)


def error(standard_error: float, lang: str) -> str:
    """Return the simulation error of a probability, in percentage points."""
    key = "give_or_take_less" if standard_error < 0.0005 else "give_or_take"
    return text(f"form.{key}", lang, error=texts.number(max(100 * standard_error, 0.1), 1))


def alone(one: IndicatorReport, lang: str) -> str:
    """Return the probability by published figures alone; nothing where the report rests on them."""
    if one.published_alone is None or one.outturn is not None:
        return ""
    attainment = one.published_alone.attainment
    if attainment is None:
        return text("overlay.alone_none", lang)
    value = texts.percent(attainment.probability.value, lang)
    return text("overlay.alone", lang, probability=value)


def parts(one: IndicatorReport, lang: str) -> list[str]:
    """Return the probabilities of a range's parts, or those at several tolerances."""
    attained = one.attainment
    if attained is None:
        return []
    if attained.within is not None and attained.above is not None:
        ends = {"within": attained.within, "above": attained.above, "below": attained.below}
        shares = {n: texts.percent(p.value, lang) for n, p in ends.items() if p is not None}
        key = "within" if attained.below is None else "between"
        return [text(f"details.{key}", lang, target=phrases.target(one, lang), **shares)]
    by_tolerance = sorted(attained.by_tolerance.items())
    return [
        text(
            "details.tolerance", lang, points=texts.points(pp, 1, lang),
            probability=texts.percent(p.value, lang),
        )
        for pp, p in by_tolerance
    ]  # fmt: skip


def similar(one: IndicatorReport, lang: str) -> str:
    """Return how many past forecasts like this one came true; nothing without a forecast."""
    if one.attainment is None or one.outturn is not None:
        return ""
    found = one.similar
    if found is None:
        return text("similar.none", lang)
    attained = found.attained
    share = texts.rate(100 * attained.value, 0, lang)
    if attained.lower is not None and attained.upper is not None:
        share += f" {texts.interval(100 * attained.lower, 100 * attained.upper, 0)}"
    years = texts.number(found.effective_years, 1)
    key = {"none": "attained", "less": "attained_less", "more": "attained_more"}[found.deviation]
    return text(f"similar.{key}", lang, n=f"{found.n_forecasts:,}", share=share, years=years)


def similar_of(one: IndicatorReport, lang: str) -> str:
    """Return how past forecasts are like this one: by probability, by months, by kind of series.

    The last two only where the record has enough of such forecasts.
    """
    found = one.similar
    if not similar(one, lang) or found is None:
        return ""
    least, most = 100 * found.least, 100 * found.most
    given = {"least": texts.number(least, 0), "most": texts.rate(most, 0, lang)}
    likeness = [text("similar.given", lang, **given), *_months(found, lang)]
    if found.rule is not None:
        likeness.append(text(f"similar.{found.rule}", lang))
    return text("form.colon", lang, before="") + text("form.list", lang).join(likeness)


def _months(found: SimilarForecasts, lang: str) -> list[str]:
    if found.first_month is None or found.last_month is None:
        return []
    if found.last_month == 0:
        return [text("similar.no_month", lang)]
    return [text("similar.months", lang, first=found.first_month, last=found.last_month)]


# What it takes ------------------------------------------------------------------------------------


def effort(one: IndicatorReport, lang: str) -> list[str]:
    """Return what a better rest of the year would buy, and what it takes for 80 %, in sentences."""
    takes, attained = one.effort, one.attainment
    if takes is None or attained is None:
        return []
    way, points = _points(takes.extra_pp, lang)
    values = {
        "points": points,
        "span": needs.needed_span(one, lang),
        "now": texts.percent(attained.probability.value, lang),
        "probability": texts.percent(takes.probability, lang),
    }
    sentence = text(
        f"effort.{way}", lang, level=_bought(takes, one, lang), all=_all(takes, lang), **values
    )
    return [sentence, _sure(takes, one, lang)]


def effort_short(one: IndicatorReport, lang: str) -> str:
    """Return what half a point buys and what 80 % takes, in few words."""
    takes = one.effort
    if takes is None:
        return ""
    way, points = _points(takes.extra_pp, lang)
    short = text(
        "effort.short" if way == "more" else "effort.short_less",
        lang,
        points=points,
        probability=texts.percent(takes.probability, lang),
    )
    if one.probability is not None and one.probability >= SURE:
        return short
    growth = phrases.growth(takes.rest80_pct, one, lang)
    return text("effort.short_sure", lang, short=short, growth=growth)


def _points(size: float, lang: str) -> tuple[str, str]:
    return "more" if size > 0 else "less", texts.points(abs(size), 1, lang)


def _bought(takes: Effort, one: IndicatorReport, lang: str) -> str:
    """Return what an amount more buys; nothing where amounts do not determine growth."""
    if takes.extra_level is None or takes.probability_of_level is None:
        return ""
    way = "more" if takes.extra_level > 0 else "less"
    return text(
        f"effort.level_{way}",
        lang,
        level=texts.level(abs(takes.extra_level), one.unit, lang),
        probability=texts.percent(takes.probability_of_level, lang),
    )


def _all(takes: Effort, lang: str) -> str:
    if takes.all_targets is None:
        return ""
    return text("effort.all", lang, probability=texts.percent(takes.all_targets, lang))


def _sure(takes: Effort, one: IndicatorReport, lang: str) -> str:
    """Return what the rest of the year takes for 80 %, or what it can spare."""
    is_spare = takes.extra80_pp * takes.extra_pp < 0
    way = "above" if takes.extra80_pp > 0 else "below"
    level = takes.extra80_level
    amount = "" if level is None else texts.level(abs(level), one.unit, lang)
    return text(
        f"effort.{'spare_' if is_spare else ''}{way}",
        lang,
        span=needs.needed_span(one, lang),
        growth=phrases.growth(takes.rest80_pct, one, lang),
        rest=phrases.growth(takes.rest_median_pct, one, lang),
        points=_points(takes.extra80_pp, lang)[1],
        amount=text("effort.amount", lang, level=amount) if amount else "",
    )
