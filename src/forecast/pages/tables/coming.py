"""The next figure of each open target, in sentences and as a table of a terminal."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.next_figure import LightRange, NextFigure
from forecast.pages import phrases
from forecast.pages.grid import Cell, Column, Grid
from forecast.report.value import IndicatorReport, Report

_COLUMNS = ("indicator", "figure", "when", "likely", "after", "turns")


def with_next(report: Report) -> list[tuple[IndicatorReport, NextFigure]]:
    """Return the indicators whose next figure the report tells, each with it."""
    pairs = [(one, one.next_figure) for one in report.with_target]
    return [(one, coming) for one, coming in pairs if coming is not None]


def next_sentence(one: IndicatorReport, coming: NextFigure, report: Report, lang: str) -> str:
    """Return when the next figure is expected, what it will probably say, and what then."""
    name, when = one.name.of(lang), next_day(coming, report, lang)
    if not when:
        return text(f"next_figure.{coming.state}", lang, name=name)
    span = next_span(one, coming, report, lang)
    if coming.curve is None:
        return text("next_figure.no_curve", lang, name=name, span=span, when=when)
    lead = "lead" if one.is_growth else "lead_level"
    likely = {
        "growth": phrases.growth(coming.median_pct, one, lang),
        "lower": phrases.growth(coming.lower80_pct, one, lang),
        "upper": phrases.growth(coming.upper80_pct, one, lang),
    }
    sentences = [
        text(f"next_figure.{lead}", lang, name=name, span=span, when=when, **likely),
        *([text("next_figure.settles", lang)] if coming.settles else []),
        text("next_figure.then", lang, turns=turns(one, coming, lang)),
    ]
    return text("form.between_sentences", lang).join(sentences)


def next_span(one: IndicatorReport, coming: NextFigure, report: Report, lang: str) -> str:
    """Return the months that growth in the next figure is about; nothing where none is known."""
    if coming.span is None:
        return ""
    first, last = coming.span.texts
    first = last if one.annual_rule == "end_of_year" else first
    return texts.span(first, last, lang, year=report.year)


def next_day(coming: NextFigure, report: Report, lang: str) -> str:
    """Return when the next figure is expected, or since when it is overdue; nothing without a day.

    The days by the shortest and the longest past lag stand beside it where they are known.
    """
    if coming.expected_on is None:
        return ""
    days = {"day": coming.expected_on, "earliest": coming.earliest_on, "latest": coming.latest_on}
    named = {
        key: texts.day(on, lang, year=report.as_of.year)
        for key, on in days.items()
        if on is not None
    }
    if coming.state == "overdue":
        return text("next_figure.overdue", lang, days=coming.days_late, day=named["day"])
    lags = {named[end] for end in ("earliest", "latest") if end in named}
    if "latest" not in named or "earliest" not in named or lags == {named["day"]}:
        return text("next_figure.expected", lang, day=named["day"])
    form = "expected_between" if len(lags) > 1 else "expected_by_lag"
    return text(f"next_figure.{form}", lang, **named)


def turns(one: IndicatorReport, coming: NextFigure, lang: str) -> str:
    """Return after which values the target has which light, the highest values first."""
    parts = [_turn(one, values, lang) for values in reversed(coming.lights)]
    return text("form.semicolon", lang).join(parts)


def values_of(one: IndicatorReport, values: LightRange, lang: str) -> str:
    """Return values of the next figure in words, such as 7.1 % or more."""
    lower, upper = (phrases.growth(v, one, lang) for v in (values.lower_pct, values.upper_pct))
    forms = {(False, False): "between", (False, True): "or_more", (True, False): "or_less"}
    form = forms.get((values.lower_pct is None, values.upper_pct is None), "any")
    if form == "between" and lower == upper:
        form = "exactly"
    return text(f"next_figure.{form}", lang, lower=lower, upper=upper)


def _turn(one: IndicatorReport, values: LightRange, lang: str) -> str:
    shown = values_of(one, values, lang)
    light, probability = (
        text(f"light.{values.light}", lang),
        texts.percent(values.probability, lang),
    )
    return text("next_figure.turn", lang, light=light, values=shown, probability=probability)


def next_terminal(report: Report, lang: str) -> Grid:
    """Return the table of a terminal: a line for each open target."""
    heading = text("next_figure.terminal", lang, area=report.area_name.of(lang), year=report.year)
    columns = [Column(text(f"next_column.{name}", lang)) for name in _COLUMNS]
    return Grid(heading, columns, [_row(*pair, report, lang) for pair in with_next(report)])


def _row(one: IndicatorReport, coming: NextFigure, report: Report, lang: str) -> list[Cell]:
    none, name = text("form.none", lang), one.name.of(lang)
    when = next_day(coming, report, lang) or text(f"next_figure.short_{coming.state}", lang)
    curve = coming.curve
    if curve is None:
        return [name, next_span(one, coming, report, lang) or none, when, none, none, none]
    return [
        name,
        next_span(one, coming, report, lang),
        when,
        phrases.growth(coming.median_pct, one, lang),
        _after(one, coming, lang),
        turns(one, coming, lang),
    ]


def _after(one: IndicatorReport, coming: NextFigure, lang: str) -> str:
    """Return the probability after the lowest and after the highest of the probable values."""
    curve = coming.curve
    if curve is None:
        return text("form.none", lang)
    ends = [
        text(
            "next_figure.probability_at",
            lang,
            probability=texts.percent(curve.probabilities[place], lang),
            value=phrases.growth(curve.values_pct[place], one, lang),
        )
        for place in (0, -1)
    ]
    return text("form.semicolon", lang).join(ends)
