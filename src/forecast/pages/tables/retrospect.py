"""What is learnt from settled targets, in sentences and tables."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.grid import Grid, columns_of
from forecast.pages.html import Html, fragment
from forecast.report.retrospect import Miss, PastTarget, PastTargets, PostMortem
from forecast.report.value import IndicatorReport, Report

_MISS_COLUMNS = (
    "indicator", "called_on", "months_known", "probability", "forecast", "miss",
    "unknown", "revision", "restated", "models",
)  # fmt: skip
_TARGET_COLUMNS = ("year", "indicator", "target", "outturn", "gap", "result")


def retrospect(report: Report, lang: str) -> Html:
    """Return what became of settled targets, and how announced targets did; nothing without."""
    past = report.past_targets
    if not report.post_mortems and past is None:
        return Html("")
    sentences = [post_mortem(own, report, lang) for own in report.post_mortems]
    misses = _misses(report, lang) if report.post_mortems else None
    return fragment(
        "retrospect",
        lang,
        sentences=sentences,
        misses=misses,
        past="" if past is None else past_targets(past, report, lang),
        targets=None if past is None else _targets(past, lang),
    )


def post_mortem(own: PostMortem, report: Report, lang: str) -> str:
    """Return from which forecast on the side of a settled target was right for good."""
    one = _indicator(own.indicator, report)
    values = {
        "name": own.name.of(lang),
        "outturn": phrases.growth(own.outturn_pct, one, lang),
        "result": text("light.attained" if own.attained else "light.missed", lang),
        "n": own.n_forecasts,
    }
    if own.right_since is None:
        return text("retrospect.never", lang, **values)
    return text(
        "retrospect.since",
        lang,
        day=texts.day(own.right_since, lang),
        probability=phrases.probability(own.probability_then, lang),
        **values,
    )


def _indicator(name: str, report: Report) -> IndicatorReport:
    return next(one for one in report.indicators if one.id == name)


def _misses(report: Report, lang: str) -> Grid:
    rows = [
        _miss_row(own, miss, _indicator(own.indicator, report), lang)
        for own in report.post_mortems
        for miss in own.misses
    ]
    heads = [text(f"retrospect_column.{name}", lang) for name in _MISS_COLUMNS]
    has_units = any(_indicator(own.indicator, report).balance_unit for own in report.post_mortems)
    title = text("retrospect.misses_in_units" if has_units else "retrospect.misses", lang)
    return Grid(title, columns_of(heads), rows)


def _miss_row(own: PostMortem, miss: Miss, one: IndicatorReport, lang: str) -> list[str]:
    parts = (miss.miss_pp, miss.unknown_pp, miss.revision_pp, miss.base_pp, miss.model_pp)
    return [
        own.name.of(lang),
        texts.day(miss.as_of, lang),
        str(miss.months_known),
        texts.percent(miss.probability, lang),
        phrases.growth(miss.forecast_pct, one, lang),
        *(texts.signed_number(part, one.decimals) for part in _adding_up(parts, one.decimals)),
    ]


def _adding_up(parts: Sequence[float], decimals: int) -> list[float]:
    """Return a sum and its parts rounded so that they add up: the largest part takes the rest."""
    whole, *others = (round(part, decimals) for part in parts)
    rest = round(whole - sum(others), decimals)
    largest = max(range(len(others)), key=lambda place: abs(others[place]))
    others[largest] = round(others[largest] + rest, decimals)
    return [whole, *others]


def past_targets(past: PastTargets, report: Report, lang: str) -> str:
    """Return how many announced targets were attained, and how far outturns were from them."""
    years = [target.year for target in past.targets]
    ends = {"first": min(years), "last": max(years)}
    span = text("retrospect.years" if len(set(years)) > 1 else "retrospect.year", lang, **ends)
    values = {"n": past.n, "attained": past.n_attained, "years": span}
    sentence = text("retrospect.targets", lang, area=report.area_name.of(lang), **values)
    gap = past.gap_pp
    if gap is None:
        return sentence
    if gap.lower is None or gap.upper is None:
        size, key = texts.points(gap.value, 1, lang), "gap"
    else:
        size = f"{texts.points(gap.value, 1, lang)} {texts.interval(gap.lower, gap.upper, 1)}"
        key = "gap_better" if gap.lower > 0 else "gap_worse" if gap.upper < 0 else "gap_unclear"
    joined = [sentence, text(f"retrospect.{key}", lang, gap=size)]
    return text("form.between_sentences", lang).join(joined)


def _targets(past: PastTargets, lang: str) -> Grid:
    heads = [text(f"retrospect_column.{name}", lang) for name in _TARGET_COLUMNS]
    rows = [_target_row(target, lang) for target in past.targets]
    return Grid(text("retrospect.all_targets", lang), columns_of(heads), rows)


def _target_row(target: PastTarget, lang: str) -> list[str]:
    unit, decimals = target.balance_unit, target.decimals
    bound = phrases.in_unit(target.bound_pct, unit, decimals, lang)
    ways = {"at_most": "at_most", "more_than": "more_than"}
    gap = target.gap_pp
    return [
        str(target.year),
        target.name.of(lang),
        text(f"retrospect.{ways.get(target.comparison, 'from')}", lang, rate=bound),
        phrases.in_unit(target.outturn_pct, unit, decimals, lang),
        text("form.none", lang) if gap is None else texts.signed_number(gap, decimals),
        text("light.attained" if target.attained else "light.missed", lang),
    ]
