"""The members: what each model says of December alone, beside what they say together."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from forecast.base.texts import model_name, text
from forecast.pages import phrases
from forecast.pages.charts.style import (
    ABOVE,
    BANDS,
    BLACK,
    BLUE,
    DASHED,
    GREY,
    SHIELD,
    STYLE,
    VERMILLION,
    figure_of_rows,
    picture_of,
    plain_axes,
    target_rates,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.report.value import IndicatorReport, Report

_HEAD_INCHES, _LEFT, _RIGHT = 0.66, 0.3, 0.87
_MARGIN = 0.06  # of the growth axis, beyond what is drawn


@dataclass(frozen=True, slots=True)
class _Strip:
    """One row: who says it, the median and the ends of the 80 % band, and the weight."""

    who: str
    median: float
    lower: float
    upper: float
    weight: str


@rc_context(STYLE)
def members(one: IndicatorReport, *, ax: Axes, lang: str) -> None:
    """Draw each member's median and 80 % band, by weight, below those of the pool."""
    rows = _strips(one, lang)
    ax.set_xlim(*_view(one, rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    _draw_axes(rows, ax)
    _draw_target(one, ax, lang)
    for row, strip in enumerate(rows):
        _draw_strip(row, strip, ax)
    write_title(ax, one.name.of(lang), left=0)
    if len(rows) > 1:
        ax.annotate(text("strips.weight", lang), (1, 1), (8, 5), size=8, color=GREY, **ABOVE)


def strips(report: Report, lang: str) -> Html:
    """Return the members' strips for each target, or each indicator where none has one."""
    shown = [one for one in report.shown if one.members]
    if not shown:
        return Html("")
    pictures = [picture_of(members_figure, one, lang, alt=_alt(one, lang)) for one in shown]
    return fragment("strips", lang, pictures=pictures)


@rc_context(STYLE)
def members_figure(one: IndicatorReport, lang: str) -> Figure:
    """Return a figure that holds the strips of one indicator alone."""
    n_rows = max(len(_strips(one, lang)), 2)
    figure = figure_of_rows(n_rows, head_inches=_HEAD_INCHES, left=_LEFT, right=_RIGHT)
    members(one, ax=figure.axes[0], lang=lang)
    return figure


def _strips(one: IndicatorReport, lang: str) -> list[_Strip]:
    """Return the pool's strip and those of its members, the weightiest first."""
    ordered = sorted(one.members, key=lambda m: -m.weight)
    rows = [
        _Strip(
            model_name(m.model, lang), m.median_pct, m.lower80_pct, m.upper80_pct,
            phrases.weight(m, lang),
        )
        for m in ordered
    ]  # fmt: skip
    band = one.forecast
    if band is None:
        return rows
    pool = _Strip(text("model.pool", lang), band.median_pct, band.lower80_pct, band.upper80_pct, "")
    return [pool, *rows]


def _view(one: IndicatorReport, rows: list[_Strip]) -> tuple[float, float]:
    seen = [end for row in rows for end in (row.lower, row.upper)] + target_rates(one)
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    margin = _MARGIN * max(high - low, 1.0)
    return low - margin, high + margin


def _draw_axes(rows: list[_Strip], ax: Axes) -> None:
    ax.set_yticks(range(len(rows)), labels=[row.who for row in rows])
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, min_n_ticks=3, steps=[1, 2, 5, 10]))
    ax.ticklabel_format(axis="x", style="plain", useOffset=False)
    plain_axes(ax, grid="x", hidden=("top", "right", "left"))


def _draw_target(one: IndicatorReport, ax: Axes, lang: str) -> None:
    rates = target_rates(one)
    if not rates:
        return
    if len(rates) > 1:
        ax.axvspan(min(rates), max(rates), color=VERMILLION, alpha=0.16, lw=0, zorder=3)
    line = ax.axvline(rates[0], color=VERMILLION, lw=1.5, ls=DASHED, zorder=5)
    line.set_gid("target")
    left, right = ax.get_xlim()
    align = "right" if rates[0] > (left + right) / 2 else "left"
    label = text("fans.target", lang, rate=phrases.target(one, lang))
    ax.annotate(
        label, (rates[0], 1), xytext=(0, 5), textcoords="offset points", ha=align,
        xycoords=("data", "axes fraction"), color=VERMILLION, size=9, annotation_clip=False,
    )  # fmt: skip


def _draw_strip(row: int, strip: _Strip, ax: Axes) -> None:
    """Draw a band with its median; the pool's, which has no weight, is the heavy one."""
    is_pool = not strip.weight
    colour, ink = (BANDS[2][2], BLUE) if is_pool else (BANDS[1][2], BLACK)
    ax.hlines(row, strip.lower, strip.upper, color=colour, lw=10 if is_pool else 6, zorder=4)
    point = ax.plot([strip.median], [row], color=ink, marker="|", ms=11 if is_pool else 8, mew=2)
    point[0].set_zorder(6)
    ax.annotate(
        strip.weight, (1, row), xytext=(8, 0), textcoords="offset points", va="center",
        xycoords=("axes fraction", "data"), color=GREY, size=9, annotation_clip=False, bbox=SHIELD,
    )  # fmt: skip


def _alt(one: IndicatorReport, lang: str) -> str:
    """Return in words what the strips of an indicator show."""
    sentences = [text("alt.members", lang, indicator=one.name.of(lang))]
    if one.target is not None:
        sentences.append(text("alt.target", lang, target=phrases.target(one, lang)))
    for strip in _strips(one, lang):
        band = phrases.banded(strip.median, strip.lower, strip.upper, one, lang)
        put = {"model": strip.who, "band": band}
        if strip.weight:
            sentences.append(text("alt.member", lang, **put, weight=strip.weight))
        else:
            sentences.append(text("alt.together", lang, **put))
    return text("form.between_sentences", lang).join(sentences)
