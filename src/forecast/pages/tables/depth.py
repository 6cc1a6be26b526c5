"""One indicator in depth, as tables with a sentence: figures, base, parts, past forecasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.archive.figures import Figure
from forecast.base import texts
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.texts import text
from forecast.history.growth import Basis
from forecast.history.series import History
from forecast.pages import needs, phrases
from forecast.pages.grid import Grid, columns_of
from forecast.pages.html import Html, fragment
from forecast.pages.tables.headline import headline
from forecast.report.depth import BaseEffect, Contribution, Contributions, Driver, PastForecast
from forecast.report.value import IndicatorReport, Report

_FIGURE_COLUMNS = ("months", "measure", "value", "status", "released")
_BASE_COLUMNS = ("month", "growth", "base_growth", "two_year")
_PAST_COLUMNS = ("year", "called_on", "asked", "probability", "band", "outturn")
_DRIVER_COLUMNS = ("series", "month", "growth", "change")
_PART_COLUMNS = ("part", "growth", "share", "contribution")


def depth_headline(report: Report, lang: str, sparks: dict[str, Html] | None = None) -> Html:
    """Return the first screen of one indicator's own page; `report` holds that one alone."""
    (one,) = report.indicators
    key = "title" if one.target is not None else "title_without"
    values = {"area": report.area_name.of(lang), "year": report.year, "name": one.name.of(lang)}
    return headline(report, lang, sparks, title=text(f"depth.{key}", lang, **values))


def figures(report: Report, lang: str) -> Html:
    """Return what was published, span by span as it was, the newest first."""
    (one,) = report.indicators
    rows = [_figure_row(figure, one, lang) for figure in one.depth.figures]
    return _section("figures", lang, _FIGURE_COLUMNS, rows, one=one)


def _figure_row(figure: Figure, one: IndicatorReport, lang: str) -> list[str]:
    is_growth = figure.measure == "growth_pct"
    value = texts.rate(figure.value, one.decimals, lang) if is_growth else ""
    day = texts.day(figure.released_on, lang)
    basis = figure.released_on_basis
    return [
        texts.span(*figure.span.texts, lang),
        _words(figure.measure, one, lang),
        value or texts.level(figure.value, figure.unit, lang),
        text(f"depth.{figure.status}", lang),
        day if basis == "published" else text(f"depth.day_{basis}", lang, day=day),
    ]


def base_effects(report: Report, lang: str) -> Html:
    """Return growth beside that of the year before, and the average of both."""
    (one,) = report.indicators
    rows = [_base_row(effect, one, lang) for effect in one.depth.base_effects]
    return _section("base", lang, _BASE_COLUMNS, rows, one=one)


def _base_row(effect: BaseEffect, one: IndicatorReport, lang: str) -> list[str]:
    span = texts.span(f"{effect.month[:4]}-01", effect.month, lang)
    values = (effect.growth_pct, effect.base_growth_pct, effect.two_year_average_pct)
    return [
        _marked(span, int(effect.month[:4]), one, lang),
        *(phrases.growth(v, one, lang) for v in values),
    ]


def _year(year: int, one: IndicatorReport, lang: str) -> str:
    return _marked(texts.year_name(year), year, one, lang)


def _marked(words: str, year: int, one: IndicatorReport, lang: str) -> str:
    """Return words with a mark where growth of the year stands on a restated base."""
    mark = phrases.restated(one, year, lang)
    return text("restated.beside", lang, said=words, mark=mark) if mark else words


def contributions(report: Report, lang: str) -> Html:
    """Return what the parts contribute to growth of the whole; why not, where nothing is known."""
    (one,) = report.indicators
    breakdown = one.depth.contributions
    if breakdown is None:
        return _section("parts", lang, _PART_COLUMNS, [])
    until = texts.span(f"{breakdown.month[:4]}-01", breakdown.month, lang)
    rows = [_part_row(part, one, lang) for part in breakdown.parts]
    notes = [text("depth.parts_lead", lang, span=until)]
    if any(part.share_basis == "this_year" for part in breakdown.parts):
        notes.append(text("depth.parts_this_year", lang))
    if any(part.share_pct is None for part in breakdown.parts):
        notes.append(text("depth.parts_no_share", lang))
    return _section("parts", lang, _PART_COLUMNS, [*rows, *_rest(breakdown, one, lang)], notes)


def _part_row(part: Contribution, one: IndicatorReport, lang: str) -> list[str]:
    none = text("form.none", lang)
    share = none if part.share_pct is None else texts.rate(part.share_pct, 1, lang)
    size = none if part.contribution_pp is None else texts.points(part.contribution_pp, 1, lang)
    return [part.name.of(lang), phrases.growth(part.growth_pct, one, lang), share, size]


def _rest(breakdown: Contributions, one: IndicatorReport, lang: str) -> list[list[str]]:
    """Return the line of what no part accounts for, and that of the whole.

    The rest takes what rounding leaves, so that the lines add up as they are printed.
    """
    none = text("form.none", lang)
    whole = texts.points(breakdown.growth_pct, 1, lang)
    total = [one.name.of(lang), phrases.growth(breakdown.growth_pct, one, lang), none, whole]
    if breakdown.rest_pp is None:
        return [total]
    printed = [
        round(p.contribution_pp, 1) for p in breakdown.parts if p.contribution_pp is not None
    ]
    rest = round(breakdown.growth_pct, 1) - sum(printed)
    share = breakdown.rest_share_pct
    line = [
        text("depth.parts_rest", lang),
        phrases.growth(breakdown.rest_growth_pct, one, lang),
        none if share is None else texts.rate(share, 1, lang),
        texts.points(rest, 1, lang),
    ]
    return [line, total]


def drivers(report: Report, lang: str) -> Html:
    """Return how the related series moved last, and what their new figures did to the forecast."""
    (one,) = report.indicators
    rows = [_driver_row(driver, one, report, lang) for driver in one.depth.drivers]
    return _section("drivers", lang, _DRIVER_COLUMNS, rows, _effects(report, lang), one=one)


def _driver_row(driver: Driver, one: IndicatorReport, report: Report, lang: str) -> list[str]:
    name = driver.label.name.of(lang)
    if driver.label.series.area != report.area:
        words = {"area": driver.label.area_name.of(lang), "indicator": name}
        name = text("moved.elsewhere", lang, **words)
    change = text("form.none", lang)
    if driver.before_pct is not None and driver.before_month is not None:
        first = driver.span.texts[0] if driver.span.n_months > 1 else driver.before_month
        before = texts.span(first, driver.before_month, lang)
        moved = round(driver.growth_pct, driver.decimals) - round(
            driver.before_pct, driver.decimals
        )
        points = texts.signed_number(moved, driver.decimals)
        change = text("depth.driver_change", lang, points=points, span=before)
    return [
        name,
        texts.span(*driver.span.texts, lang),
        texts.rate(driver.growth_pct, driver.decimals, lang),
        change,
    ]


def _effects(report: Report, lang: str) -> list[str]:
    """Return what new figures of other series did since the earlier day, as the news counted it."""
    (one,) = report.indicators
    news = report.news
    found = [] if news is None else [t for t in news.targets if t.indicator == one.id]
    own = (report.area, one.id)
    sentences = []
    for target in found:
        since = texts.day(target.since, lang, year=report.year)
        for item in target.items:
            others = [r for r in item.releases if r.label.series != own]
            if item.kind not in ("local", "related") or not others:
                continue
            key = "together" if len(others) == len(item.releases) else "with_own"
            sizes = {
                "forecast": texts.signed_number(item.median_pp, 2),
                "points": texts.signed_number(100 * item.change, 1),
            }
            kind = text(f"moved_kind.{item.kind}", lang)
            sentences.append(text(f"depth.drivers_{key}", lang, kind=kind, day=since, **sizes))
    return sentences


def past_forecasts(report: Report, lang: str) -> Html:
    """Return the forecasts at this time of past years, and what came of them."""
    (one,) = report.indicators
    rows = [_past_row(past, one, lang) for past in reversed(one.depth.past_forecasts)]
    return _section("calls", lang, _PAST_COLUMNS, rows, one=one)


def _past_row(past: PastForecast, one: IndicatorReport, lang: str) -> list[str]:
    none = text("form.none", lang)
    target = none if past.target_pct is None else phrases.growth(past.target_pct, one, lang)
    probability = phrases.probability(past.probability, lang)
    return [
        _year(past.year, one, lang),
        texts.day(past.as_of, lang),
        target,
        probability,
        _interval(past, one, lang),
        phrases.growth(past.outturn_pct, one, lang),
    ]


def _interval(past: PastForecast, one: IndicatorReport, lang: str) -> str:
    if past.lower80_pct is None or past.upper80_pct is None:
        return ""
    if one.balance_unit:
        ends = (phrases.growth(end, one, lang) for end in (past.lower80_pct, past.upper80_pct))
        unit = texts.unit_after(one.balance_unit, lang)
        return f"[{', '.join(end.removesuffix(unit) for end in ends)}]"
    return texts.interval(past.lower80_pct, past.upper80_pct, one.decimals)


def rest_of_year(report: Report, lang: str) -> Html:
    """Return what the months still open grew in past years, beside what they need now."""
    (one,) = report.indicators
    if one.outturn is not None:
        note = text("depth.rest_settled", lang)
        return fragment("depth", lang, title=text("depth.rest", lang), grids=[], notes=[note])
    rows = [
        [_year(year, one, lang), phrases.growth(growth, one, lang)]
        for year, growth in reversed(one.depth.rest_of_year_pct.items())
    ]
    notes = []
    if one.required is not None:
        span = needs.needed_span(one, lang)
        needed = needs.needed(one, lang)
        notes.append(_words("rest_needed", one, lang, span=span, growth=needed))
    return _section("rest", lang, ("year", "growth"), rows, notes, one=one)


def _section(
    key: str,
    lang: str,
    columns: Sequence[str],
    rows: list[list[str]],
    notes: Sequence[str] = (),
    *,
    one: IndicatorReport | None = None,
) -> Html:
    """Return a titled table with notes; the reason why it is empty where it has no row.

    Of a rate or a balance it does not speak of growth.
    """
    title = _words(key, one, lang)
    named = columns_of(_head(column, one, lang) for column in columns)
    grids = [Grid(_words(f"{key}_caption", one, lang), named, rows)] if rows else []
    sentences = [*notes] if rows else [*notes, _words(f"{key}_none", one, lang)]
    return fragment("depth", lang, title=title, grids=grids, notes=sentences)


def _words(key: str, one: IndicatorReport | None, lang: str, **values: object) -> str:
    """Return words of the catalogue; of what has no growth, those that do not speak of it."""
    if _has_own(f"depth_any.{key}", one):
        return text(f"depth_any.{key}", lang, **values)
    return text(f"depth.{key}", lang, **values)


def _head(column: str, one: IndicatorReport | None, lang: str) -> str:
    if _has_own(f"depth_column_any.{column}", one):
        return text(f"depth_column_any.{column}", lang)
    return text(f"depth_column.{column}", lang)


def _has_own(key: str, one: IndicatorReport | None) -> bool:
    return one is not None and not one.is_growth and key in texts.entries()


def known_growth(history: History, lang: str) -> Html:
    """Return growth since January by year and month, with what is not published marked."""
    entry = history.indicator
    name = entry.names.of(lang)
    day = texts.day(history.as_of, lang)
    months = (texts.month_name(m, lang) for m in range(1, MONTHS_A_YEAR + 1))
    table = Grid(
        text("known_growth.caption", lang, name=name, day=day),
        columns_of([text("column.year", lang), *months]),
        _growth_rows(history),
    )
    return fragment("known_growth", lang, table=table)


def _growth_rows(history: History) -> list[list[str]]:
    growth, basis = history.growth.year_to_date, history.growth.basis
    return [
        [
            str(history.first_year + i),
            *_growth_cells(growth[i], basis[i], history.indicator.decimals),
        ]
        for i in range(len(growth))
        if (basis[i] != Basis.MISSING).any()
    ]


def _growth_cells(growth: np.ndarray, basis: np.ndarray, decimals: int) -> list[str]:
    """Return a year's growth by month: as it is where published, marked where it follows."""
    marks = {Basis.MISSING: "", Basis.EXPECTED: "({})", Basis.PUBLISHED: "{}"}
    return [
        marks.get(Basis(kind), "{}*").format(texts.number(value, decimals) if kind else "")
        for value, kind in zip(growth.tolist(), basis.tolist(), strict=True)
    ]
