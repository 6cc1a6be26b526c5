"""A fan small enough for a line of the first screen."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.pages.charts.alts import fan_alt
from forecast.pages.charts.course import fan_view, known_course
from forecast.pages.charts.fan import draw_bands, draw_known, draw_target
from forecast.pages.charts.style import BANDS, STYLE, inline_image
from forecast.pages.html import Html
from forecast.report.value import IndicatorReport, Report

_SIZE_INCHES = (1.5, 0.5)
_X_ENDS = (0.6, 12.6)


@rc_context(STYLE)
def spark(one: IndicatorReport, *, ax: Axes) -> None:
    """Draw growth so far, the fan to December, and the target across it, without words."""
    known = known_course(one)
    ax.set_xlim(*_X_ENDS)
    ax.set_ylim(*fan_view(one))
    ax.axis("off")
    draw_bands(one.fan, known, ax, bands=BANDS[1:])
    draw_target(one, ax)
    draw_known(known, ax, size=2.5)


def sparks(report: Report, lang: str) -> dict[str, Html]:
    """Return a small fan for each open target, by the indicator's id."""
    drawn = {}
    for one in report.with_target:
        if one.outturn is None and one.forecast is not None:
            figure = Figure(figsize=_SIZE_INCHES)
            spark(one, ax=figure.add_axes((0, 0, 1, 1)))
            drawn[one.id] = inline_image(figure, fan_alt(one, lang))
    return drawn
