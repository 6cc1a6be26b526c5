"""All targets at once: by month against the benchmark, and how many are attained together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import Joint
from forecast.pages import phrases
from forecast.pages.charts.style import (
    BANDS,
    BLACK,
    BLUE,
    GREY,
    STYLE,
    picture,
    plain_axes,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.report.value import IndicatorReport, Report

# From far below to far above; what lies within `_NEAR_PP` has no shade.
_SHADES = {"far_below": "#eda877", "below": "#f8dcc7", "near": "#f3f3f3", "above": "#cfe3f2"}
_SHADES |= {"far_above": "#8dbde0", "none": "#ffffff"}
_STROKES = {"near": "#d9d9d9", "none": "#d9d9d9"}  # of the hatching; white on every other shade
_STROKES_AT = (-0.5, 0.0, 0.5)  # of a cell's width, from its diagonal
_NEAR_PP, _FAR_PP = 0.5, 2.0  # percentage points
_WIDTH_INCHES, _ROW_INCHES, _HEAD_INCHES = 6.2, 0.25, 0.3
_LEFT = 0.27
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Cell:
    """Growth of the year until a month, and its shade; `is_ahead` where it is a median forecast."""

    month: int
    growth: float
    shade: str
    is_ahead: bool


@rc_context(STYLE)
def heat(report: Report, *, ax: Axes, lang: str) -> None:
    """Draw a row for each indicator: its benchmark, then growth month by month.

    Known growth is black; the median of what is ahead is grey, right of a line.
    """
    rows = _rows(report)
    ax.set_xlim(-0.75, _MONTHS + 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    plain_axes(ax, hidden=("top", "right", "left", "bottom"))
    ax.grid(visible=False)
    ax.set_yticks(range(len(rows)), labels=[one.name.of(lang) for one in rows])
    heads = [text("heat.against", lang), *(texts.month_name(m, lang) for m in range(1, 13))]
    ax.set_xticks([-0.1, *range(1, _MONTHS + 1)], labels=heads, va="baseline")
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0, labelsize=8)
    for row, one in enumerate(rows):
        _draw_row(row, one, report.year, ax)


def overview(report: Report, lang: str) -> Html:
    """Return the strip of all indicators by month; nothing where no growth is known or ahead."""
    if not _rows(report):
        return Html("")
    strip = picture(heat_figure(report, lang), _alt(report, lang))
    return fragment("overview", lang, picture=strip)


@rc_context(STYLE)
def heat_figure(report: Report, lang: str) -> Figure:
    """Return a figure that holds the strip alone."""
    room = _ROW_INCHES * len(_rows(report))
    height = room + _HEAD_INCHES
    figure = Figure(figsize=(_WIDTH_INCHES, height))
    heat(report, ax=figure.add_axes((_LEFT, 0, 1 - _LEFT, room / height)), lang=lang)
    return figure


def _rows(report: Report) -> list[IndicatorReport]:
    """Return the indicators that have any growth in the year."""
    return [one for one in report.indicators if _cells(one, report.year)]


def _cells(one: IndicatorReport, year: int) -> list[_Cell]:
    """Return the months of the year that are known, and those ahead by their median."""
    benchmark, ahead = _benchmark(one, year), one.fan.quantiles_pct.get(0.5) or [None] * _MONTHS
    cells = []
    for month, (known, median) in enumerate(zip(one.fan.known_pct, ahead, strict=True), start=1):
        growth = median if known is None else known
        if growth is not None:
            cells.append(_Cell(month, growth, _shade(one, growth, benchmark), known is None))
    return cells


def _benchmark(one: IndicatorReport, year: int) -> float | None:
    """Return the rate that growth is compared with: the target, else growth of the year before."""
    if one.target is not None:
        return one.target.bound_pct
    return one.past_years_pct.get(year - 1, [None])[-1]


def _shade(one: IndicatorReport, growth: float, benchmark: float | None) -> str:
    if benchmark is None or one.balance_unit:  # a sum so far is not to be compared with a year's
        return "none"
    is_ceiling = one.target is not None and one.target.comparison == "at_most"
    if one.target is not None and one.target.has_two_ends and one.target.ends[1] is not None:
        top = one.target.as_outcome(one.target.ends[1])
        is_ceiling = growth > (benchmark + top) / 2  # the nearer end of the band counts
        benchmark = top if is_ceiling else benchmark
    gap = benchmark - growth if is_ceiling else growth - benchmark
    if abs(gap) < _NEAR_PP:
        return "near"
    side = "above" if gap > 0 else "below"
    return side if abs(gap) < _FAR_PP else f"far_{side}"


def _draw_row(row: int, one: IndicatorReport, year: int, ax: Axes) -> None:
    cells, benchmark = _cells(one, year), _benchmark(one, year)
    if benchmark is not None:
        _write(ax, -0.1, row, texts.number(benchmark, one.decimals), GREY)
    for cell in cells:
        box = Rectangle((cell.month - 0.48, row - 0.44), 0.96, 0.88, facecolor=_SHADES[cell.shade])
        box.set_gid(cell.shade)
        ax.add_patch(box)
        if cell.is_ahead:
            _hatch(box, _STROKES.get(cell.shade, "white"), ax)
        ink = "#4a4a4a" if cell.is_ahead else BLACK
        _write(ax, cell.month, row, texts.number(cell.growth, one.decimals), ink)
    if any(cell.is_ahead for cell in cells):
        last = max((cell.month for cell in cells if not cell.is_ahead), default=0)
        ax.vlines(last + 0.5, row - 0.5, row + 0.5, color=BLACK, lw=1.6, zorder=5)


def _hatch(box: Rectangle, colour: str, ax: Axes) -> None:
    """Draw strokes across a cell, as one line: a pattern of SVG would be a bitmap in a PDF."""
    (x, y), width, height = box.get_xy(), box.get_width(), box.get_height()
    across, down = np.array([point for at in _STROKES_AT for point in _stroke(at)]).T
    ax.plot(x + width * across, y + height * down, color=colour, lw=1.2)


def _stroke(at: float) -> list[tuple[float, float]]:
    """Return both ends of a stroke within a unit square, and a gap after it."""
    ends = (max(0, at), min(1, 1 + at))
    return [*((end, 1 - end + at) for end in ends), (np.nan, np.nan)]


def _write(ax: Axes, x: float, row: int, words: str, ink: str) -> None:
    size = 8 if len(words) < 6 else 6.5
    ax.text(x, row, words, ha="center", va="center", size=size, color=ink, zorder=4)


def _alt(report: Report, lang: str) -> str:
    """Return in words where each indicator stands, and where it is heading."""
    sentences = [text("heat.alt", lang, year=report.year)]
    for one in _rows(report):
        cells = _cells(one, report.year)
        known = [cell for cell in cells if not cell.is_ahead]
        ends = {
            "name": one.name.of(lang),
            "last": phrases.growth(cells[-1].growth, one, lang),
        }
        so_far = phrases.growth(known[-1].growth if known else None, one, lang)
        sentences.append(text("heat.alt_row", lang, **ends, known=so_far))
    return text("form.between_sentences", lang).join(sentences)


_SIZE_INCHES = (4.6, 2.45)
_PANEL = (0.05, 0.19, 0.93, 0.53)
_WIDTH = 0.72  # of a bar, in targets
_HEADROOM = 1.18  # for the label of the highest bar


@rc_context(STYLE)
def joint(distribution: Joint, *, ax: Axes, lang: str) -> None:
    """Draw the probability that exactly so many targets are attained; all of them stand out."""
    probabilities = distribution.exactly
    n = len(probabilities) - 1
    colours = [BANDS[1][2]] * n + [BLUE]
    ax.set_ylim(0, _HEADROOM * max(probabilities))
    bars = ax.bar(range(n + 1), probabilities, width=_WIDTH, color=colours, zorder=3)
    for bar in bars:
        bar.set_gid("exactly")
    ax.bar_label(bars, [texts.percent(p, lang) for p in probabilities], padding=3, size=10)
    ax.set_yticks([])
    ax.set_xticks(range(n + 1), labels=_numbers(n, lang))
    ax.set_xlabel(text("together.axis", lang), fontfamily=STYLE["font.family"])
    plain_axes(ax, hidden=("top", "right", "left"))
    write_title(ax, text("together.title", lang), text("together.below", lang), left=0)


def all_together(report: Report, lang: str) -> Html:
    """Return how many targets are attained, as a picture; nothing once all are settled."""
    distribution = report.joint
    if (
        distribution is None
        or len(distribution.indicators) < 2
        or all(one.outturn for one in report.with_target)
    ):
        return Html("")
    return fragment(
        "together",
        lang,
        picture=picture(joint_figure(distribution, lang), _joint_alt(distribution, lang)),
    )


@rc_context(STYLE)
def joint_figure(distribution: Joint, lang: str) -> Figure:
    """Return a figure that holds the joint distribution alone."""
    figure = Figure(figsize=_SIZE_INCHES)
    joint(distribution, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


def _numbers(n: int, lang: str) -> list[str]:
    ends = [text("together.none", lang), text("together.every", lang, n=n)]
    return [ends[0], *(str(k) for k in range(1, n)), ends[1]]


def _joint_alt(distribution: Joint, lang: str) -> str:
    """Return in words how probable each number of targets is."""
    probabilities = distribution.exactly
    named = zip(_numbers(len(probabilities) - 1, lang), probabilities, strict=True)
    pairs = [
        text("form.colon", lang, before=name) + texts.percent(probability, lang)
        for name, probability in named
    ]
    return text("together.alt", lang) + text("form.semicolon", lang).join(pairs)
