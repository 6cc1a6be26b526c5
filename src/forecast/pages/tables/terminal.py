"""The table of a terminal: a line for each target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.tables.headline import summary, together
from forecast.report.value import IndicatorReport, Report

if TYPE_CHECKING:
    from rich.table import Table

LAMPS = {
    "green": ("●", "green"), "yellow": ("▲", "yellow"), "red": ("◆", "red"),
    "attained": ("●", "green"), "missed": ("◆", "red"), "none": ("○", ""), "blind": ("△", "yellow"),
}  # fmt: skip


def terminal(report: Report, lang: str) -> Table:
    """Return the table of a terminal: a line for each target, or each indicator without any."""
    from rich import box
    from rich.table import Table

    on, judged = texts.day(report.as_of, lang), bool(report.with_target)
    heading = text("terminal.title", lang, area=report.area_name.of(lang), year=report.year, day=on)
    made = Table(title=heading, box=box.SIMPLE_HEAD)
    made.caption = together(report, lang) or summary(report, lang)
    for column in _COLUMNS if judged else _COLUMNS_WITHOUT_TARGET:
        made.add_column(text(f"column.{column}", lang), no_wrap=column not in _WRAPPED)
    for sure in () if judged else _SURE:
        made.add_column(text("column.sure", lang, sure=texts.percent(sure, lang)), justify="right")
    for one in report.shown:
        made.add_row(*(_target_row if judged else _free_row)(one, report, lang))
    return made


_COLUMNS = (
    "indicator",
    "target",
    "last",
    "required_short",
    "forecast_short",
    "probability_short",
    "light",
)
_COLUMNS_WITHOUT_TARGET = ("indicator", "last", "forecast_short")
_WRAPPED = ("indicator", "last")
_SURE = (0.5, 0.8, 0.9)


def _target_row(one: IndicatorReport, report: Report, lang: str) -> list[Any]:
    from rich.text import Text

    light = one.lamp
    symbol, colour = LAMPS[light]
    lamp = Text(f"{symbol} {text(f'light.{light}', lang)}", style=colour)
    known, expected = _so_far(one, report.year, lang), _expected(one, lang)
    needed = phrases.needed(one, lang)
    return [
        one.name.of(lang),
        phrases.target(one, lang),
        known,
        needed,
        expected,
        _chance(one, lang),
        lamp,
    ]


def _free_row(one: IndicatorReport, report: Report, lang: str) -> list[Any]:
    rates = one.attainable_pct or {}
    attained = [phrases.growth(rates.get(sure), one, lang) for sure in _SURE]
    return [
        one.name.of(lang),
        _so_far(one, report.year, lang),
        _expected(one, lang),
        *attained,
    ]


def _so_far(one: IndicatorReport, year: int, lang: str) -> str:
    last, said = one.last_figure, phrases.so_far(one, lang, year=year)
    is_of_the_year = last is not None and last.span.year == year
    return f"{said} {phrases.so_far_note(one, lang, year=year)}" if is_of_the_year else said


def _expected(one: IndicatorReport, lang: str) -> str:
    settled = one.outturn
    return (
        phrases.forecast(one.forecast, one, lang)
        if settled is None
        else text("fans.settled", lang, growth=phrases.growth(settled.growth_pct, one, lang))
    )


def _chance(one: IndicatorReport, lang: str) -> str:
    if one.outturn is not None or one.attainment is None:
        return text("form.none", lang)
    word = text(f"word.{one.attainment.word}", lang)
    chance = texts.percent(one.attainment.probability.value, lang)
    return text("form.chance", lang, probability=chance, word=word)
