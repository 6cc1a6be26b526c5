"""Scores by months known: how much closer the forecasts come as the year goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from forecast.base.texts import text
from forecast.pages.charts.axes import plain_axes, write_title
from forecast.pages.charts.style import BLUE, GREEN, GREY, SHIELD, STYLE, VERMILLION
from forecast.report.track import TrackRecord
from forecast.verification.record import POOL

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
    _draw_axes(courses, ax, lang)
    for model, (months, scores) in courses.items():
        colour, dashes, width = _LOOKS[model]
        line = ax.plot(
            months, scores, color=colour, ls=dashes, lw=width, marker="o", ms=3.5, zorder=4
        )
        line[0].set_gid(model)
    _label_ends(courses, ax, lang)


def _courses(track: TrackRecord) -> _Courses:
    """Return months known and scores of the pool and of each rival that has any."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for one in track.months:
        for model, score in {POOL: one.crps_pp, **one.rivals_crps_pp}.items():
            months, scores = found.setdefault(model, ([], []))
            months.append(one.months_known)
            scores.append(score)
    return found


def _draw_axes(courses: _Courses, ax: Axes, lang: str) -> None:
    every = [score for _, scores in courses.values() for score in scores if score > 0] or [1.0]
    ax.set_yscale("log")
    ax.set_ylim(min(every) / _EDGE, max(every) * _EDGE)
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(which="minor", length=0)
    months = sorted({month for known, _ in courses.values() for month in known})
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
