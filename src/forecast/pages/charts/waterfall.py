"""The waterfall: from the probability of one day to that of another, reason by reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.movement import TargetNews
from forecast.pages.charts.style import (
    BANDS,
    BLUE,
    GREY,
    SHIELD,
    STYLE,
    VERMILLION,
    figure_of_rows,
    picture_of,
    plain_axes,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.pages.tables.movement import (
    change,
    lead,
    medians,
    moves,
    probabilities,
    probability,
    reasons,
    unmoved_sentences,
    vintage_note,
)
from forecast.report.value import Report

_HEAD_INCHES, _LEFT, _RIGHT = 0.62, 0.29, 0.82
_HALF = 0.31  # of a bar's height, in rows
_TICKS = (0.0, 0.5, 1.0)
_UP, _DOWN, _WHOLE = BLUE, VERMILLION, BANDS[1][2]


@dataclass(frozen=True, slots=True)
class _Bar:
    """One row: what it is called, from where to where it reaches, and what stands beside it."""

    who: str
    start: float
    end: float
    label: str
    is_whole: bool = False


@rc_context(STYLE)
def waterfall(target: TargetNews, *, ax: Axes, lang: str) -> None:
    """Draw the first probability, what each reason added or took, and the last probability."""
    bars = _bars(target, lang)
    ax.set_xlim(0, 1)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    _draw_axes(bars, ax, lang)
    for row, bar in enumerate(bars):
        _draw_bar(row, bar, ax)
        if row + 1 < len(bars):
            ends = (row + _HALF, row + 1 - _HALF)
            ax.vlines(bar.end, *ends, color=GREY, lw=0.8, zorder=3)
    below = text("moved.median", lang, change=medians(target, lang))
    write_title(ax, target.name.of(lang), below, left=0)


def moved(report: Report, lang: str) -> Html:
    """Return what moved since a day: a waterfall for each target that did, and what came out."""
    news = report.news
    if news is None or not news.targets:
        return Html("")
    pictures = [
        picture_of(
            waterfall_figure,
            target,
            lang,
            alt=_alt(target, lang),
            caption=text("form.between_sentences", lang).join(reasons(target, lang)),
        )
        for target in news.targets
        if moves(target)
    ]
    title = text("moved.title", lang, day=texts.day(news.since, lang))
    sentences = [lead(news, lang), *unmoved_sentences(news, lang)]
    return fragment(
        "moved", lang, title=title, sentences=sentences, pictures=pictures,
        vintage=vintage_note(news, lang),
    )  # fmt: skip


@rc_context(STYLE)
def waterfall_figure(target: TargetNews, lang: str) -> Figure:
    """Return a figure that holds the waterfall of one target alone."""
    n_rows = len(_bars(target, lang))
    figure = figure_of_rows(n_rows, head_inches=_HEAD_INCHES, left=_LEFT, right=_RIGHT)
    waterfall(target, ax=figure.axes[0], lang=lang)
    return figure


def _bars(target: TargetNews, lang: str) -> list[_Bar]:
    """Return the two days and between them the reasons that moved anything."""
    first, last = probabilities(target) or (0.0, 0.0)
    since, until = (texts.day(day, lang) for day in (target.since, target.until))
    bars = [_Bar(since, 0.0, first, probability(target, lang, last=False), is_whole=True)]
    level = first
    for item in target.items:
        if item in moves(target):
            kind = text(f"moved_kind.{item.kind}", lang)
            bars.append(_Bar(kind, level, level + item.change, change(item, lang)))
        level += item.change
    return [*bars, _Bar(until, 0.0, last, probability(target, lang, last=True), is_whole=True)]


def _draw_axes(bars: list[_Bar], ax: Axes, lang: str) -> None:
    ax.set_yticks(range(len(bars)), labels=[bar.who for bar in bars])
    ax.set_xticks(_TICKS, labels=[texts.rate(100 * tick, 0, lang) for tick in _TICKS])
    plain_axes(ax, grid="x", hidden=("top", "right", "bottom"))


def _draw_bar(row: int, bar: _Bar, ax: Axes) -> None:
    """Draw a bar with its label right of it."""
    colour = _WHOLE if bar.is_whole else _UP if bar.end >= bar.start else _DOWN
    ink = BLUE if bar.is_whole else colour
    drawn = ax.barh(row, bar.end - bar.start, 2 * _HALF, left=bar.start, color=colour, zorder=4)
    drawn[0].set_gid("whole" if bar.is_whole else "reason")
    look: dict[str, Any] = {"color": ink, "size": 10 if bar.is_whole else 9, "bbox": SHIELD}
    ax.annotate(
        bar.label, (max(bar.start, bar.end), row), xytext=(4, 0), textcoords="offset points",
        va="center", annotation_clip=False, zorder=6, **look,
    )  # fmt: skip


def _alt(target: TargetNews, lang: str) -> str:
    """Return in words what the waterfall of a target shows."""
    days = {"since": texts.day(target.since, lang), "until": texts.day(target.until, lang)}
    ends = {
        "first": probability(target, lang, last=False),
        "last": probability(target, lang, last=True),
    }
    sentences = [text("alt.moved", lang, indicator=target.name.of(lang), **days, **ends)]
    for item in moves(target):
        kind = text(f"moved_kind.{item.kind}", lang)
        sentences.append(text("alt.moved_by", lang, kind=kind, change=change(item, lang)))
    return text("form.between_sentences", lang).join(sentences)
