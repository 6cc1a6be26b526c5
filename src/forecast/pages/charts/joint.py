"""How many targets are attained together: the joint distribution, counted on joint paths."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import Joint
from forecast.pages.charts.style import BANDS, BLUE, STYLE, picture, plain_axes, write_title
from forecast.pages.html import Html, fragment
from forecast.report.value import Report

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
        picture=picture(joint_figure(distribution, lang), _alt(distribution, lang)),
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


def _alt(distribution: Joint, lang: str) -> str:
    """Return in words how probable each number of targets is."""
    probabilities = distribution.exactly
    named = zip(_numbers(len(probabilities) - 1, lang), probabilities, strict=True)
    pairs = [
        text("form.colon", lang, before=name) + texts.percent(probability, lang)
        for name, probability in named
    ]
    return text("together.alt", lang) + text("form.semicolon", lang).join(pairs)
