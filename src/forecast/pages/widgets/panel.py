"""Widgets above what they show: a changed one asks the library anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from ipywidgets import HTML, HBox, Layout, ValueWidget, VBox

from forecast.base.errors import ForecastError
from forecast.pages.html import Html, fragment

WIDE = Layout(width="30em")
_NAMED = {"description_width": "8em"}


def panel(
    rows: Sequence[Sequence[ValueWidget]],
    draw: Callable[[], Html],
    lang: str,
    *,
    settle: Callable[[ValueWidget], None] = lambda changed: None,
) -> VBox:
    """Return widgets above what `draw` says of them, which is drawn anew at each change.

    `settle` first brings the others in line with the one that changed. What stood before is out
    of sight until then, and where the library refuses, its reason is shown: never what belongs to
    other values than the widgets have.
    """
    view, is_settling = HTML(), False

    def redraw() -> None:
        view.layout.visibility = "hidden"
        view.value = _drawn(draw, lang).markup
        view.layout.visibility = "visible"

    def changed(change: dict[str, ValueWidget]) -> None:
        nonlocal is_settling
        if is_settling:
            return
        is_settling = True
        try:
            settle(change["owner"])
        finally:
            is_settling = False
        redraw()

    for widget in chain(*rows):
        widget.style = _NAMED
        widget.layout = WIDE
        widget.observe(changed, "value")
    redraw()
    lines = [HBox(list(row), layout=Layout(flex_flow="row wrap")) for row in rows]
    return VBox([*lines, view])


def _drawn(draw: Callable[[], Html], lang: str) -> Html:
    try:
        return draw()
    except ForecastError as error:
        return fragment("refused", lang, lines=str(error).splitlines())
