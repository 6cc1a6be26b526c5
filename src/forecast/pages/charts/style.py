"""The look of all pictures and of their axes, and a picture as part of a page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Literal

from matplotlib import font_manager, rc_context, rc_params_from_file
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pylopdf_fonts_zh_cn import sans_path

from forecast.base.package import PACKAGE
from forecast.pages.html import Html, fragment
from forecast.report.value import IndicatorReport

# Okabe and Ito's hues, darkened for text; the tints of the bands stay apart in grey.
BLUE, VERMILLION, BLACK, GREY, PALE = "#005a8e", "#b84a00", "#1b1b1b", "#666666", "#8c8c8c"
GREEN = "#00694c"
BANDS = ((0.05, 0.95, "#dbe9f4"), (0.1, 0.9, "#b5d3e9"), (0.25, 0.75, "#82b6da"))
DASHED = (0, (5, 2.5))
SHIELD = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.8}  # behind a label
ABOVE: dict[str, Any] = {
    "xycoords": "axes fraction",
    "textcoords": "offset points",
    "annotation_clip": False,
}

_ROWS_WIDTH_INCHES, _ROW_INCHES, _ROWS_FOOT_INCHES = 4.6, 0.27, 0.3

font_manager.fontManager.addfont(str(sans_path()))
_STYLE_FILE = PACKAGE / "pages" / "charts" / "charts.mplstyle"
STYLE = rc_params_from_file(str(_STYLE_FILE), use_default_template=False)


def picture(figure: Figure, alt: str, caption: str = "") -> Html:
    """Return a figure as part of a page; `alt` says in words what it shows."""
    return fragment("picture", "en", data=_svg(figure), alt=alt, caption=caption)


def picture_of(figure_of: Callable[..., Figure], *what: Any, alt: str, caption: str = "") -> Html:
    """Return what a function draws of values of a report as part of a page.

    While the process lasts it is drawn once for the same content: pages share pictures.
    """
    return _picture(
        _Drawing(f"{figure_of.__qualname__}{what!r}", partial(figure_of, *what)), alt, caption
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A figure that is not drawn yet; two of the same content are the same."""

    content: str
    draw: Callable[[], Figure] = field(compare=False)


@lru_cache(maxsize=256)
def _picture(drawing: _Drawing, alt: str, caption: str) -> Html:
    return picture(drawing.draw(), alt, caption)


def figure_of_rows(n_rows: int, *, head_inches: float, left: float, right: float) -> Figure:
    """Return a figure with axes for rows of equal height, below a head and between two ends.

    `left` and `right` are shares of the width.
    """
    room = _ROW_INCHES * n_rows
    height = room + head_inches + _ROWS_FOOT_INCHES
    figure = Figure(figsize=(_ROWS_WIDTH_INCHES, height))
    figure.add_axes((left, _ROWS_FOOT_INCHES / height, right - left, room / height))
    return figure


def inline_image(figure: Figure, alt: str) -> Html:
    """Return a figure as an image within a line."""
    return fragment("inline_image", "en", data=_svg(figure), alt=alt)


@rc_context(STYLE)
def _svg(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return base64.b64encode(_lean(file.getvalue())).decode("ascii")


def _lean(svg: bytes) -> bytes:
    """Return an SVG without what is not seen, and with points to two decimals: a fifth less."""
    bare = re.sub(rb"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->", b"", svg, flags=re.DOTALL)
    bare = re.sub(rb"\s*\n\s*", b" ", bare).replace(b"> <", b"><")
    bare = re.sub(rb'<g id="[^"]*"', b"<g", bare)
    return re.sub(rb' d="([^"]*)"', lambda path: b' d="' + _lean_path(path[1]) + b'"', bare)


def _lean_path(path: bytes) -> bytes:
    """Return the same path of an SVG without spaces that nothing needs."""
    short = re.sub(rb"-?\d+\.\d+", lambda n: f"{float(n[0]):.2f}".encode(), path)
    short = re.sub(rb"(\.\d*?)0+(?!\d)", lambda n: n[1].rstrip(b"."), short)
    return re.sub(rb"\s*([A-Za-z])\s*", rb"\1", short).replace(b" -", b"-")


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
    """Return what a target names as outcomes of the paths, in per cent; none without a target."""
    target = one.target
    named = () if target is None else (target.centre, *target.ends)
    return [target.as_outcome(n) for n in named if n is not None and target is not None]
