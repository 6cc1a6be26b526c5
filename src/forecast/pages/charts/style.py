"""The look of all pictures, and a picture as part of a page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from matplotlib import font_manager, rc_context, rc_params_from_file
from matplotlib.figure import Figure
from pylopdf_fonts_zh_cn import sans_path

from forecast.base.package import PACKAGE
from forecast.pages.html import Html, fragment

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


def inline_image(figure: Figure, alt: str) -> Html:
    """Return a figure as an image within a line."""
    return fragment("inline_image", "en", data=_svg(figure), alt=alt)


@rc_context(STYLE)
def _svg(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return base64.b64encode(_lean(file.getvalue())).decode("ascii")


def _lean(svg: bytes) -> bytes:
    """Return an SVG without header, metadata, comments and line ends: a tenth less of a page."""
    bare = re.sub(rb"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->", b"", svg, flags=re.DOTALL)
    return re.sub(rb"\s*\n\s*", b" ", bare).replace(b"> <", b"><")
