"""What the axes of all pictures have in common."""

from __future__ import annotations

from typing import Literal

from matplotlib.axes import Axes

from forecast.pages.charts.style import ABOVE, GREY, SHIELD, STYLE
from forecast.report.value import IndicatorReport

_ROOM_FOR_TICKS = -18  # points from the left end of the axes to that of the titles


def plain_axes(
    ax: Axes, *, grid: Literal["x", "y"] = "y", hidden: tuple[str, ...] = ("top", "right")
) -> None:
    """Give axes their lines and fonts, also where the caller made them in another style.

    `grid` says which axis has lines across, `x` or `y`; `hidden` names the sides without one.
    """
    ax.tick_params(labelfontfamily=STYLE["font.family"])  # ticks are made when they are drawn
    ax.spines[list(hidden)].set_visible(False)
    ax.grid(visible=False, axis="x" if grid == "y" else "y")
    ax.grid(axis=grid, color=STYLE["grid.color"], linewidth=STYLE["grid.linewidth"])
    ax.set_axisbelow(True)


def write_title(ax: Axes, title: str, below: str = "", *, left: int = _ROOM_FOR_TICKS) -> None:
    """Write a title above the axes, and below it what they count; `left` is in points."""
    ax.annotate(title, (0, 1), (left, 22), size=12, **ABOVE)
    if below:
        ax.annotate(below, (0, 1), (left, 8), size=9, color=GREY, **ABOVE)


def write_reason(ax: Axes, reason: str) -> None:
    """Write in the middle why there is nothing to draw."""
    place = {"ha": "center", "va": "center", "zorder": 6}
    ax.annotate(reason, (0.5, 0.5), (0, 0), color=GREY, bbox=SHIELD, **(ABOVE | place))


def target_rates(one: IndicatorReport) -> list[float]:
    """Return the rates that a target names, in per cent; none without a target."""
    said = one.target
    rates = () if said is None else (said.rate_pct, said.lower_pct, said.upper_pct)
    return [rate for rate in rates if rate is not None]
