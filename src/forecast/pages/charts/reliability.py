"""The reliability diagram: how often what was called with a probability came true."""

from __future__ import annotations

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.charts.axes import plain_axes, write_reason, write_title
from forecast.pages.charts.style import BANDS, BLUE, GREY, PALE, SHIELD, STYLE
from forecast.report.track import TrackRecord
from forecast.verification.scores import Reliability

_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_COUNTS = 0.16  # share of the height that the histogram takes


@rc_context(STYLE)
def reliability(track: TrackRecord, *, ax: Axes, lang: str) -> None:
    """Draw observed against stated probabilities, with the band in which true ones would lie."""
    shown = track.reliability
    _draw_axes(ax, lang)
    if shown is None:
        write_reason(ax, text("reliability.none", lang))
        return
    ax.plot([0, 1], [0, 1], color=PALE, lw=1, zorder=3)
    ax.fill_between(shown.stated, shown.lower, shown.upper, color=BANDS[0][2], lw=0, zorder=2)
    line = ax.plot(shown.stated, shown.observed, color=BLUE, lw=2, zorder=5)
    line[0].set_gid("observed")
    _draw_histogram(shown, ax)
    _label(shown, ax, lang)


def _draw_axes(ax: Axes, lang: str) -> None:
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(-0.24, 1.02)
    names = [texts.rate(100 * tick, 0, lang) for tick in _TICKS]
    ax.set_xticks(_TICKS, labels=names)
    ax.set_yticks(_TICKS, labels=names)
    plain_axes(ax)
    ax.set_xlabel(text("reliability.stated", lang), fontfamily=STYLE["font.family"])
    write_title(ax, text("reliability.title", lang), text("reliability.observed", lang))


def _draw_histogram(shown: Reliability, ax: Axes) -> None:
    """Draw along the foot how often each tenth of the probabilities was stated."""
    inside = ax.inset_axes((0, 0, 1, _COUNTS))
    inside.set_xlim(ax.get_xlim())
    inside.set_axis_off()
    n = len(shown.histogram)
    left = [i / n for i in range(n)]
    inside.bar(left, shown.histogram, width=0.9 / n, align="edge", color=PALE)


def _label(shown: Reliability, ax: Axes, lang: str) -> None:
    look: dict[str, Any] = {"size": 8.5, "bbox": SHIELD, "zorder": 8}
    ax.text(0.02, 0.93, text("reliability.line", lang), color=BLUE, va="center", **look)
    ax.text(0.02, 0.85, text("reliability.band", lang), color=GREY, va="center", **look)
    ax.text(0.02, 0.77, text("reliability.perfect", lang), color=GREY, va="center", **look)
    counted = text("reliability.counts", lang, n=f"{sum(shown.histogram):,}")
    ax.text(0.5, -0.1, counted, color=GREY, ha="center", va="center", **look)
