"""The pictures of the track record: reliability, and scores by months known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.charts.style import (
    BANDS,
    BLUE,
    GREEN,
    GREY,
    PALE,
    SHIELD,
    STYLE,
    VERMILLION,
    picture_of,
    plain_axes,
    write_reason,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.report.track import MonthScore, TrackRecord
from forecast.report.value import Report
from forecast.verification.record import POOL
from forecast.verification.scores import Reliability

_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_COUNTS = 0.16  # share of the height that the histogram takes


@rc_context(STYLE)
def reliability(track: TrackRecord, *, ax: Axes, lang: str) -> None:
    """Draw observed against stated probabilities, with the band in which true ones would lie."""
    shown = track.reliability
    _draw_probabilities(ax, lang)
    if shown is None:
        write_reason(ax, text("reliability.none", lang))
        return
    ax.plot([0, 1], [0, 1], color=PALE, lw=1, zorder=3)
    ax.fill_between(shown.stated, shown.lower, shown.upper, color=BANDS[0][2], lw=0, zorder=2)
    line = ax.plot(shown.stated, shown.observed, color=BLUE, lw=2, zorder=5)
    line[0].set_gid("observed")
    _draw_histogram(shown, ax)
    _label_lines(shown, ax, lang)


def _draw_probabilities(ax: Axes, lang: str) -> None:
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


def _label_lines(shown: Reliability, ax: Axes, lang: str) -> None:
    look: dict[str, Any] = {"size": 8.5, "bbox": SHIELD, "zorder": 8}
    ax.text(0.02, 0.93, text("reliability.line", lang), color=BLUE, va="center", **look)
    ax.text(0.02, 0.85, text("reliability.band", lang), color=GREY, va="center", **look)
    ax.text(0.02, 0.77, text("reliability.perfect", lang), color=GREY, va="center", **look)
    counted = text("reliability.counts", lang, n=f"{sum(shown.histogram):,}")
    ax.text(0.5, -0.1, counted, color=GREY, ha="center", va="center", **look)


_LOOKS = {
    POOL: (BLUE, "-", 2.4),
    "planner": (VERMILLION, (0, (5, 2)), 1.5),
    "climatology": (GREY, (0, (1, 1.5)), 1.5),
    "prophet": (GREEN, (0, (5, 2, 1, 2)), 1.5),
}
_ROOM = 1.17  # between labels at the right, as a ratio of scores
_EDGE = 1.25
_NAMES = 4.2  # months of room for them
_Courses = Mapping[str, tuple[list[int], list[float]]]


@rc_context(STYLE)
def scores_by_month(track: TrackRecord, *, ax: Axes, lang: str) -> None:
    """Draw the mean CRPS of the pool and of its rivals by months known, on a log scale."""
    courses = _courses(track)
    _draw_score_axes(courses, ax, lang)
    for model, (months, scores) in courses.items():
        colour, dashes, width = _LOOKS[model]
        line = ax.plot(
            months, scores, color=colour, ls=dashes, lw=width, marker="o", ms=3.5, zorder=4
        )
        line[0].set_gid(model)
    _label_ends(courses, ax, lang)


def _courses(track: TrackRecord) -> _Courses:
    """Return months known and scores of the pool and of each rival that has any."""
    courses: dict[str, tuple[list[int], list[float]]] = {}
    for one in track.months:
        for model, score in _crps_by_model(one).items():
            months, scores = courses.setdefault(model, ([], []))
            months.append(one.months_known)
            scores.append(score)
    return courses


def _crps_by_model(one: MonthScore) -> dict[str, float]:
    pool = {} if one.crps is None else {POOL: one.crps.value}
    return pool | one.rivals_crps_pp


def _draw_score_axes(courses: _Courses, ax: Axes, lang: str) -> None:
    every = [score for _, scores in courses.values() for score in scores if score > 0] or [1.0]
    ax.set_yscale("log")
    ax.set_ylim(min(every) / _EDGE, max(every) * _EDGE)
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(which="minor", length=0)
    months = sorted({month for counts, _ in courses.values() for month in counts})
    ax.set_xticks(months, labels=[str(month) for month in months])
    first, last = min(months, default=1), max(months, default=11)
    ax.set_xlim(first - 0.3, last + _NAMES)
    ax.spines["bottom"].set_bounds(first - 0.3, last + 0.3)
    plain_axes(ax)
    ax.set_xlabel(text("scores.months", lang), fontfamily=STYLE["font.family"])
    write_title(ax, text("scores.title", lang), text("scores.crps", lang))


def _label_ends(courses: _Courses, ax: Axes, lang: str) -> None:
    """Write each name beside the end of its line, with room between names."""
    ends = {model: (months[-1], scores[-1]) for model, (months, scores) in courses.items()}
    last = max((month for month, _ in ends.values()), default=0)
    free = 0.0
    for model, (_, score) in sorted(ends.items(), key=lambda item: item[1][1]):
        free = max(score, free * _ROOM)
        look: dict[str, Any] = {"color": _LOOKS[model][0], "size": 9, "bbox": SHIELD, "zorder": 8}
        ax.text(last + 0.3, free, text(f"scores.{model}", lang), va="center", **look)


_SIZE_INCHES = (4.6, 4.0)
_PANEL = (0.1, 0.125, 0.855, 0.725)


def track(report: Report, lang: str) -> Html:
    """Return the reliability diagram and the scores by months known; nothing without a record."""
    record = report.track
    if record is None:
        return Html("")
    pictures = [picture_of(_months_figure, record, lang, alt=_months_alt(record, lang))]
    if record.reliability is not None:
        diagram = picture_of(_reliability_figure, record, lang, alt=_reliability_alt(record, lang))
        pictures.insert(0, diagram)
    return fragment("track_pictures", lang, pictures=pictures, record=record)


@rc_context(STYLE)
def _reliability_figure(record: TrackRecord, lang: str) -> Figure:
    figure = Figure(figsize=_SIZE_INCHES)
    reliability(record, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


@rc_context(STYLE)
def _months_figure(record: TrackRecord, lang: str) -> Figure:
    figure = Figure(figsize=_SIZE_INCHES)
    scores_by_month(record, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


def _reliability_alt(record: TrackRecord, lang: str) -> str:
    """Return in words how often the low, the middle and the high probabilities came true."""
    shown, sentences = record.reliability, [text("alt.reliability", lang)]
    points = [] if shown is None else list(zip(shown.stated, shown.observed, strict=True))
    for wanted in (0.1, 0.5, 0.9):
        for stated, observed in points:
            if abs(stated - wanted) < 1e-6:
                shares = {"stated": stated, "observed": observed}
                put = {name: texts.rate(100 * p, 0, lang) for name, p in shares.items()}
                sentences.append(text("alt.reliable", lang, **put))
    return text("form.between_sentences", lang).join(sentences)


def _months_alt(record: TrackRecord, lang: str) -> str:
    """Return in words what the scores were with the fewest and with the most months known."""
    sentences = [text("alt.months", lang)]
    ends = record.months[:1] + record.months[-1:]
    sentences += [_month_sentence(one, lang) for one in ends]
    return text("form.between_sentences", lang).join(sentences)


def _month_sentence(one: MonthScore, lang: str) -> str:
    scores = _crps_by_model(one)
    pairs = [
        text("form.pair", lang, name=text(f"scores.{model}", lang), value=texts.number(score, 2))
        for model, score in scores.items()
    ]
    listed = text("form.semicolon", lang).join(pairs)
    return text("alt.month", lang, n=one.months_known, scores=listed)
