"""A district's line beside its city's and the nation's: growth so far, forecast, probability."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import Band
from forecast.pages import phrases
from forecast.pages.html import Html, fragment
from forecast.report.value import BesideLine, IndicatorReport, Report


def beside(report: Report, lang: str) -> Html:
    """Return each indicator with the lines of the areas that this one is part of.

    It is empty where the area is part of none.
    """
    rows = [(one.name.of(lang), _lines(one, report, lang)) for one in report.shown if one.beside]
    if not rows:
        return Html("")
    return fragment("beside", lang, rows=rows)


def _lines(one: IndicatorReport, report: Report, lang: str) -> list[list[str]]:
    """Return a row for the area itself, then one for each of the others: name and four cells."""
    last = one.last_figure
    is_of_year = bool(one.months_known) and last is not None
    own = BesideLine(
        area=report.area,
        area_name=report.area_name,
        decimals=one.decimals,
        target=one.target,
        last_month=f"{report.year}-{one.months_known:02d}" if is_of_year else None,
        growth_pct=last.growth_pct if is_of_year and last is not None else None,
        probability=one.probability,
        word=None if one.outturn or one.attainment is None else one.attainment.word,
        light=one.light,
        forecast=one.forecast,
        outturn_pct=None if one.outturn is None else one.outturn.growth_pct,
    )
    return [_cells(line, report.year, lang) for line in (own, *one.beside)]


def _cells(line: BesideLine, year: int, lang: str) -> list[str]:
    return [
        line.area_name.of(lang),
        _so_far(line, year, lang),
        phrases.target(line, lang),
        _chance(line, lang),
        _forecast(line.forecast, line, lang),
    ]


def _so_far(line: BesideLine, year: int, lang: str) -> str:
    if line.last_month is None:
        return text("form.none", lang)
    span = texts.span(f"{line.last_month[:4]}-01", line.last_month, lang, year=year)
    growth = phrases.growth(line.growth_pct, line, lang)
    return text("form.pair", lang, name=span, value=growth)


def _chance(line: BesideLine, lang: str) -> str:
    """Return the probability with its word; once it is settled, whether it was attained."""
    if line.light in ("attained", "missed"):
        return text(f"light.{line.light}", lang)
    if line.probability is None or line.word is None:
        return text("form.none", lang)
    return phrases.chance(line.probability, lang)


def _forecast(band: Band | None, line: BesideLine, lang: str) -> str:
    if band is None and line.outturn_pct is not None:
        return phrases.outcome(line.outturn_pct, line, lang)
    return phrases.forecast(band, line, lang)
