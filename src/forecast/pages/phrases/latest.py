"""The newest figure in words: growth so far, its months, its level."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.phrases.naming import growth
from forecast.report.value import IndicatorReport, LastFigure


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
    is_grown = last.growth_pct is not None
    span = growth_span(one, lang, year=year) if is_grown else last_span(last, lang, year=year)
    if is_grown and not last.is_published:
        span = text("last.unpublished", lang, span=span)
    if int(last.last_month[:4]) == year:
        return span
    key = "before" if is_grown else "before_without"
    return text(f"last.{key}", lang, growth=last_growth(one, lang), span=span)


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


def level_so_far(one: IndicatorReport, lang: str, *, year: int) -> str:
    """Return the newest level of the year with its unit, a dash where none is known."""
    last = one.last_figure
    is_of_the_year = last is not None and int(last.last_month[:4]) == year
    return last_level(last if is_of_the_year else None, lang)


def last_level(last: LastFigure | None, lang: str) -> str:
    """Return the newest level with its unit, a dash where none is known."""
    if last is None or last.level is None:
        return text("form.none", lang)
    return texts.level(last.level, last.unit, lang)
