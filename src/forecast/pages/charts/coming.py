"""The probability of a target after its next figure, by what that figure says."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.next_figure import NextFigure
from forecast.pages.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE,
    STYLE,
    VERMILLION,
    picture_of,
    plain_axes,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.pages.tables.coming import next_sentence, next_span, with_next
from forecast.report.value import IndicatorReport, Report

_SIZE_INCHES = (4.6, 2.3)
_PANEL = (0.105, 0.2, 0.86, 0.57)
_COLOURS = {"green": GREEN, "attained": GREEN, "red": VERMILLION, "missed": VERMILLION}
_LEVELS = (0.0, 0.5, 1.0)
_STRIP = -0.09  # where the lights stand below the curve, in probability


def coming(report: Report, lang: str) -> Html:
    """Return what comes next: a sentence for each open target, and the curve where there is one.

    Nothing where no target is open.
    """
    pairs = with_next(report)
    if not pairs:
        return Html("")
    shown = [
        (next_sentence(one, figure, report, lang), _picture(one, figure, report, lang))
        for one, figure in pairs
    ]
    return fragment("coming", lang, shown=shown)


def _picture(one: IndicatorReport, figure: NextFigure, report: Report, lang: str) -> Html:
    if figure.curve is None:
        return Html("")
    alt = text("next_figure.alt", lang, name=one.name.of(lang))
    span = next_span(one, figure, report, lang)
    return picture_of(curve_figure, one, figure, span, lang, alt=alt)


@rc_context(STYLE)
def curve_figure(one: IndicatorReport, figure: NextFigure, span: str, lang: str) -> Figure:
    """Return a figure that holds the curve of one target alone."""
    drawn = Figure(figsize=_SIZE_INCHES)
    curve(one, figure, span, ax=drawn.add_axes(_PANEL), lang=lang)
    return drawn


@rc_context(STYLE)
def curve(one: IndicatorReport, figure: NextFigure, span: str, *, ax: Axes, lang: str) -> None:
    """Draw the probability by the value of the next figure, with the lights that follow below."""
    after = figure.curve
    if after is None:
        return
    ends = after.values_pct[0], after.values_pct[-1]
    ax.plot(after.values_pct, after.probabilities, color=BLUE, marker="o", ms=3, lw=1.6)
    if one.attainment is not None:
        now = one.attainment.probability.value
        ax.axhline(now, color=PALE, lw=0.8, ls=(0, (1, 3)), zorder=1)
        label = text("next_figure.today", lang, probability=texts.percent(now, lang))
        ax.annotate(label, (ends[0], now), (2, 2), textcoords="offset points", size=8, color=GREY)
    for values in figure.lights:
        lower = ends[0] if values.lower_pct is None else values.lower_pct
        upper = ends[1] if values.upper_pct is None else values.upper_pct
        colour = _COLOURS.get(values.light, PALE)
        ax.plot([lower, upper], [_STRIP, _STRIP], color=colour, lw=4, solid_capstyle="butt")
        if values.lower_pct is not None:
            turn = texts.number(values.lower_pct, one.decimals)
            ax.annotate(
                turn, (lower, _STRIP), (0, 4), textcoords="offset points", size=8, color=BLACK
            )
    ax.set_ylim(2 * _STRIP, 1.04)
    ax.set_yticks(_LEVELS, labels=[texts.rate(100 * level, 0, lang) for level in _LEVELS])
    axis = text("next_figure.axis", lang, span=span)
    if not one.is_growth:
        axis = text(
            "next_figure.axis_level", lang, span=span, unit=texts.unit_alone(one.unit, lang)
        )
    ax.set_xlabel(axis, size=9, color=GREY)
    plain_axes(ax)
    write_title(ax, one.name.of(lang), text("next_figure.after", lang))
