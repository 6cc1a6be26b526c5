"""The fan: growth through the year, what is known and where it is heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.charts.style import (
    ABOVE,
    BANDS,
    BLACK,
    BLUE,
    DASHED,
    GREY,
    PALE,
    SHIELD,
    STYLE,
    VERMILLION,
    inline_image,
    picture,
    picture_of,
    plain_axes,
    target_rates,
    write_reason,
    write_title,
)
from forecast.pages.charts.timeline import Course, fan_alt, fan_view, known_course, last_band
from forecast.pages.html import Html, fragment
from forecast.report.value import Fan, IndicatorReport, Report
from forecast.verification.record import POOL

BAND_LABELS = ((0.95, 0.9), (0.9, 0.8), (0.75, 0.5))
MONTHS_SHOWN = (3, 6, 9, 12)
YEARS_SHOWN = 6  # of the past, the newest
_SIZE_INCHES = (4.6, 3.1)
_PANEL = (0.085, 0.105, 0.9, 0.72)
_DECEMBER, _X_ENDS = 12, (0.4, 14.2)
_ROOM = (2.4, 0.075)  # of a label: months, and share of the view's height


@dataclass(frozen=True, slots=True)
class _Labels:
    """Labels right of what they name; one without room beside the earlier ones is left out."""

    ax: Axes
    taken: list[tuple[float, float]] = field(default_factory=list)

    def put(self, x: float, y: float, words: str, **look: Any) -> None:
        """Write a label right of a point."""
        bottom, top = self.ax.get_ylim()
        wide, high = _ROOM[0], _ROOM[1] * (top - bottom)
        beside = any(abs(x - i) < wide and abs(y - j) < high for i, j in self.taken)
        if bottom + high / 2 <= y <= top - high / 2 and not beside:
            self.taken.append((x, y))
            self.ax.text(x + 0.25, y, words, va="center", zorder=9, bbox=SHIELD, **look)


@rc_context(STYLE)
def fan(
    one: IndicatorReport, *, ax: Axes, lang: str, view: tuple[float, float] | None = None
) -> None:
    """Draw growth through the year: what is known, the fan to December, the target across it.

    `view` are the ends of the growth axis, else those that suit what is drawn.
    """
    so_far, labels = known_course(one), _Labels(ax)
    _draw_axes(view or fan_view(one), ax, lang)
    draw_bands(one.fan, so_far, ax)
    draw_target(one, ax)
    draw_so_far(so_far, ax)
    _draw_unpublished(one.fan, ax)
    _draw_last_forecast(one, ax)
    _label_target(one, so_far, labels, lang)
    _label_december(one, so_far, labels, lang)
    for course in (so_far, Course.of(one.fan.quantiles_pct.get(0.5, ()))):
        labels.taken.extend(zip(course.months, course.growth, strict=True))
    _draw_past(one, labels)
    _write_titles(one, ax, lang)


def fans(report: Report, lang: str) -> Html:
    """Return a fan for each target, or for each indicator where none has one."""
    shown = report.shown
    if not shown:
        return Html("")
    pictures = [picture_of(fan_figure, one, lang, alt=fan_alt(one, lang)) for one in shown]
    is_settled = {one.outturn is not None for one in shown}
    is_overlaid = any(one.fan.unpublished for one in shown)
    drawn = {
        "key": True,
        "key_ahead": False in is_settled,
        "key_target": bool(report.with_target),
        "key_past": True,
        "key_settled": True in is_settled,
        "key_unpublished": is_overlaid,
    }
    keys = [text(f"fans.{key}", lang) for key, is_drawn in drawn.items() if is_drawn]
    return fragment("fans", lang, pictures=pictures, keys=keys, open=False in is_settled)


@rc_context(STYLE)
def fan_figure(one: IndicatorReport, lang: str, view: tuple[float, float] | None = None) -> Figure:
    """Return a figure that holds the fan of one indicator alone."""
    figure = Figure(figsize=_SIZE_INCHES)
    fan(one, ax=figure.add_axes(_PANEL), lang=lang, view=view)
    return figure


def _draw_axes(view: tuple[float, float], ax: Axes, lang: str) -> None:
    ax.set_xlim(*_X_ENDS)
    ax.set_ylim(*view)
    ax.set_xticks(MONTHS_SHOWN, labels=[texts.month_name(m, lang) for m in MONTHS_SHOWN])
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, min_n_ticks=3, steps=[1, 2, 5, 10]))
    ax.ticklabel_format(axis="y", style="plain", useOffset=False)
    plain_axes(ax)


def draw_bands(
    fan: Fan, so_far: Course, ax: Axes, *, bands: Sequence[tuple[float, float, str]] = BANDS
) -> None:
    """Draw the bands and the median, from the last known point on."""
    for lower, upper, colour in bands:
        below, above = _ahead(fan, lower, so_far), _ahead(fan, upper, so_far)
        if len(below.months) == 1:
            ax.vlines(below.months, below.growth, above.growth, color=colour, lw=9, zorder=2)
        ax.fill_between(below.months, below.growth, above.growth, color=colour, lw=0, zorder=2)
    median = _ahead(fan, 0.5, so_far)
    marker = "_" if len(median.months) == 1 else ""
    ax.plot(median.months, median.growth, color=BLUE, lw=1.8, marker=marker, ms=12, zorder=4)


def _ahead(fan: Fan, level: float, so_far: Course) -> Course:
    course = Course.of(fan.quantiles_pct.get(level, ()))
    if not course.months:
        return course
    return Course(so_far.months[-1:] + course.months, so_far.growth[-1:] + course.growth)


def draw_target(one: IndicatorReport, ax: Axes) -> None:
    """Draw the target across the year; a range as a strip."""
    rates, across = target_rates(one), (_X_ENDS[0], _DECEMBER)
    if len(rates) > 1:
        ax.fill_between(
            across, min(rates), max(rates), color=VERMILLION, alpha=0.16, lw=0, zorder=3
        )
    for rate in rates[:1]:
        line = ax.plot(across, [rate, rate], color=VERMILLION, lw=1.5, ls=DASHED, zorder=5)
        line[0].set_gid("target")


def draw_so_far(so_far: Course, ax: Axes, *, size: float = 5) -> None:
    """Draw what is known, a dot a month."""
    ax.plot(so_far.months, so_far.growth, color=BLACK, lw=1.6, marker="o", ms=size, zorder=6)


def _draw_unpublished(fan: Fan, ax: Axes) -> None:
    """Draw hollow dots where growth so far rests on unpublished figures."""
    pairs = zip(fan.months, fan.known_pct, strict=True)
    hollow = Course.of([g if month in fan.unpublished else None for month, g in pairs])
    if hollow.months:
        drawn = ax.plot(hollow.months, hollow.growth, color=BLACK, ls="", marker="o", ms=5)
        drawn[0].set(gid="unpublished", markerfacecolor="white", zorder=7)


def _draw_last_forecast(one: IndicatorReport, ax: Axes) -> None:
    """Draw the last forecast before the outturn as a bar in December."""
    ends = last_band(one)
    if one.outturn is None or len(ends) < 2:
        return
    ax.vlines(_DECEMBER, min(ends), max(ends), color=BANDS[1][2], lw=9, zorder=2)
    last = one.last_forecast
    if last is not None and last.median_pct is not None:
        median = [last.median_pct]
        ax.plot([_DECEMBER], median, color=BLUE, marker="_", ms=12, mew=1.8, zorder=4)


def _label_target(one: IndicatorReport, so_far: Course, labels: _Labels, lang: str) -> None:
    """Write the target at the left, on the side of its line where less is drawn."""
    rates = target_rates(one)
    if not rates:
        return
    middle = Course.of(one.fan.quantiles_pct.get(0.5, ())).growth
    first = (so_far.growth + middle or rates)[0]
    under = first >= max(rates)
    where, align, shift = (min(rates), "top", -3) if under else (max(rates), "bottom", 3)
    target = one.target
    plain = target is not None and (target.comparison, target.measure) == ("at_least", "growth")
    rate = phrases.growth(rates[0], one, lang) if plain else phrases.target(one, lang)
    label = text("fans.target", lang, rate=rate)
    labels.ax.annotate(
        label, (_X_ENDS[0], where), xytext=(4, shift), textcoords="offset points", va=align,
        color=VERMILLION, size=9.5, bbox=SHIELD, zorder=8,
    )  # fmt: skip


def _label_december(one: IndicatorReport, so_far: Course, labels: _Labels, lang: str) -> None:
    """Write the outturn or the median beside December, and the bands above it."""
    ends = {level: Course.of(course).growth for level, course in one.fan.quantiles_pct.items()}
    if one.outturn is not None:
        reached = phrases.growth(one.outturn.growth_pct, one, lang)
        labels.put(_DECEMBER, one.outturn.growth_pct, reached, color=BLACK, size=10)
    if ends.get(0.5):
        median = phrases.growth(ends[0.5][-1], one, lang)
        labels.put(_DECEMBER, ends[0.5][-1], median, color=BLUE, size=10)
    for level, sure in BAND_LABELS:
        if ends.get(level):
            named = texts.percent(sure, lang)
            labels.put(_DECEMBER, ends[level][-1], named, color=GREY, size=8)


def _draw_past(one: IndicatorReport, labels: _Labels) -> None:
    """Draw the newest past years thinly, each with its year where there is room."""
    for year, growth in sorted(one.past_years_pct.items(), reverse=True)[:YEARS_SHOWN]:
        past = Course.of(growth)
        dot = "." if len(past.months) < len(MONTHS_SHOWN) else ""
        labels.ax.plot(past.months, past.growth, color=PALE, lw=0.9, marker=dot, ms=4, zorder=3)
        labels.put(past.months[-1], past.growth[-1], str(year), color=GREY, size=8)


def _axis(one: IndicatorReport) -> str:
    """Return the key of what the axis counts."""
    if one.is_growth or one.quantity is None:
        return one.annual_rule
    return one.quantity + ("_end_of_year" if one.annual_rule == "end_of_year" else "")


def _write_titles(one: IndicatorReport, ax: Axes, lang: str) -> None:
    """Write the name above, the verdict at the right, and what the axis counts."""
    write_title(ax, one.name.of(lang), text(f"fans.{_axis(one)}", lang))
    ax.annotate(_verdict(one, lang), (1, 1), (0, 22), size=12, color=BLUE, ha="right", **ABOVE)
    if one.status == "cannot_be_assessed":
        write_reason(ax, text("fans.no_call_reason", lang))
    elif cut := _cut(one, ax):
        ends = {
            "lower": phrases.growth(cut[0], one, lang),
            "upper": phrases.growth(cut[1], one, lang),
        }
        ax.annotate(
            text("fans.cut", lang, **ends), (1, 1), (0, 8), size=8, color=GREY, ha="right", **ABOVE
        )


def _cut(one: IndicatorReport, ax: Axes) -> tuple[float, float] | None:
    """Return the 90 % band of December where the view cuts it off."""
    band, (bottom, top) = one.forecast, ax.get_ylim()
    if band is None or (bottom <= band.lower90_pct and band.upper90_pct <= top):
        return None
    return band.lower90_pct, band.upper90_pct


def _verdict(one: IndicatorReport, lang: str) -> str:
    """Return the verdict in short: the outturn, the probability, or the forecast."""
    if one.outturn is not None:
        judged, reached = one.light, phrases.growth(one.outturn.growth_pct, one, lang)
        key = "settled" if judged == "none" else f"settled_{judged}"
        return text(f"fans.{key}", lang, growth=reached)
    if one.attainment is not None:
        probability = one.attainment.probability.value
        number, word = texts.percent(probability, lang), phrases.word(probability, lang)
        return text("fans.probability", lang, probability=number, word=word)
    if one.forecast is not None:
        return text("fans.median", lang, growth=phrases.growth(one.forecast.median_pct, one, lang))
    return text("fans.no_call", lang)


_SPARK_INCHES = (1.5, 0.5)
_SPARK_ENDS = (0.6, 12.6)


@rc_context(STYLE)
def spark(one: IndicatorReport, *, ax: Axes) -> None:
    """Draw growth so far, the fan to December, and the target across it, without words."""
    so_far = known_course(one)
    ax.set_xlim(*_SPARK_ENDS)
    ax.set_ylim(*fan_view(one))
    ax.axis("off")
    draw_bands(one.fan, so_far, ax, bands=BANDS[1:])
    draw_target(one, ax)
    draw_so_far(so_far, ax, size=2.5)


def sparks(report: Report, lang: str) -> dict[str, Html]:
    """Return a small fan for each open target, by the indicator's id."""
    drawn = {}
    for one in report.with_target:
        if one.outturn is None and one.forecast is not None:
            figure = Figure(figsize=_SPARK_INCHES)
            spark(one, ax=figure.add_axes((0, 0, 1, 1)))
            drawn[one.id] = inline_image(figure, fan_alt(one, lang))
    return drawn


def compared(reports: Mapping[str, IndicatorReport | None], lang: str) -> Html:
    """Return a fan for each model that has something to say, all on the same scale."""
    shown = {model: one for model, one in reports.items() if one is not None}
    views = [fan_view(one) for one in shown.values()]
    view = (min(low for low, _ in views), max(high for _, high in views)) if views else None
    pictures = [
        picture(fan_figure(one, lang, view), fan_alt(one, lang), _caption(model, lang))
        for model, one in shown.items()
    ]
    silent = [
        text("compared.silent", lang, model=texts.model_name(model, lang))
        for model in reports
        if model not in shown
    ]
    return fragment("compared", lang, pictures=pictures, silent=silent)


def _caption(model: str, lang: str) -> str:
    name = texts.model_name(model, lang)
    if model == POOL:
        return name
    says = texts.model_says(model, lang)
    return text("compared.caption", lang, model=name, says=says)
