"""Growth through the year on its axis, and the probability of a target day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.movement import TimelinePoint
from forecast.pages import phrases
from forecast.pages.charts.style import (
    BLACK,
    BLUE,
    PALE,
    SHIELD,
    STYLE,
    picture_of,
    plain_axes,
    target_rates,
    write_title,
)
from forecast.pages.html import Html, fragment
from forecast.report.value import Fan, IndicatorReport, Report

_SPARE = 0.25  # how far the view may reach beyond the 80 % band, as a share of its height


@dataclass(frozen=True, slots=True)
class Course:
    """Growth by month of the year, 1 to 12, where there is any."""

    months: list[int]
    growth: list[float]

    @classmethod
    def of(cls, growth: Sequence[float | None]) -> Course:
        """Return the months with growth; of a list that begins with January."""
        so_far = [(m, g) for m, g in enumerate(growth, start=1) if g is not None]
        return cls([m for m, _ in so_far], [g for _, g in so_far])


def known_course(one: IndicatorReport) -> Course:
    """Return growth of the year as far as it is known."""
    return Course.of(one.fan.known_pct)


def fan_view(one: IndicatorReport) -> tuple[float, float]:
    """Return the ends of the growth axis.

    What is known, the target and the 80 % band are always in view, the 90 % band as far as it
    does not make the rest small, and past years where they happen to lie.
    """
    so_far = known_course(one)
    seen = [*so_far.growth, *target_rates(one), *_ends(one.fan, 0.1, 0.9), *last_band(one)]
    seen = seen or [g for past in one.past_years_pct.values() for g in Course.of(past).growth]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    spare = _SPARE * max(high - low, 2.0)
    wide = [low, high, *_ends(one.fan, 0.05, 0.95)]
    edge = spare / 4
    return max(min(wide), low - spare) - edge, min(max(wide), high + spare) + edge


def _ends(fan: Fan, lower: float, upper: float) -> list[float]:
    return [
        g for level in (lower, upper) for g in fan.quantiles_pct.get(level, ()) if g is not None
    ]


def last_band(one: IndicatorReport) -> list[float]:
    """Return the 80 % band of the last forecast before a settled outturn."""
    last = one.last_forecast
    ends = () if last is None else (last.lower80_pct, last.upper80_pct)
    return [end for end in ends if end is not None]


def fan_alt(one: IndicatorReport, lang: str) -> str:
    """Return in words what the fan of an indicator shows."""
    sentences = [text("alt.lead", lang, indicator=one.name.of(lang), year=_year(one))]
    if one.target is not None:
        sentences.append(text("alt.target", lang, target=phrases.target(one, lang)))
    sentences += _alt_settled(one, lang) if one.outturn is not None else _alt_open(one, lang)
    return text("form.between_sentences", lang).join(sentences)


def _alt_settled(one: IndicatorReport, lang: str) -> list[str]:
    reached = None if one.outturn is None else one.outturn.growth_pct
    sentences = [text("alt.settled", lang, growth=phrases.growth(reached, one, lang))]
    judged = one.light
    return sentences + ([text(f"alt.{judged}", lang)] if judged != "none" else [])


def _alt_open(one: IndicatorReport, lang: str) -> list[str]:
    span = phrases.growth_span(one, lang, year=_year(one))
    if span and one.last_figure is not None and not one.last_figure.is_published:
        span = text("last.unpublished", lang, span=span)
    last = {"growth": phrases.last_growth(one, lang), "span": span}
    sentences = [text("alt.last", lang, **last) if span else text("alt.no_last", lang)]
    band = one.forecast
    if band is None:
        return [*sentences, text("alt.no_call", lang)]
    ends = {"growth": band.median_pct, "lower": band.lower80_pct, "upper": band.upper80_pct}
    shown = {end: phrases.growth(value, one, lang) for end, value in ends.items()}
    sentences.append(text("alt.forecast", lang, **shown))
    if one.attainment is not None:
        probability = texts.percent(one.attainment.probability.value, lang)
        word = phrases.word(one.attainment.probability.value, lang)
        sentences.append(text("alt.probability", lang, probability=probability, word=word))
    return sentences


def _year(one: IndicatorReport) -> int:
    return int(one.fan.months[-1][:4])


_SIZE_INCHES = (4.6, 2.45)
_PANEL = (0.105, 0.165, 0.75, 0.575)
_LEVELS = (0.0, 0.5, 1.0)
_FOOT, _TICK = -0.13, 0.05  # where ticks stand and half their height, in probability
_FEWEST_DAYS = 45  # on the axis, so that a timeline of one day has a width


@rc_context(STYLE)
def history(one: IndicatorReport, frames: Sequence[TimelinePoint], *, ax: Axes, lang: str) -> None:
    """Draw the probability from day to day, dots where an own figure came out, ticks for others."""
    days = [frame.day.toordinal() for frame in frames]
    probabilities = [frame.probability.value for frame in frames]
    _draw_axes(frames, ax, lang)
    line = ax.step(days, probabilities, where="post", color=BLUE, lw=2, zorder=4)
    line[0].set_gid("probability")
    own = [
        (day, p)
        for day, p, f in zip(days, probabilities, frames, strict=True)
        if f.release == "own"
    ]
    dots = ax.plot([d for d, _ in own], [p for _, p in own], color=BLACK, ls="", marker="o", ms=5)
    dots[0].set(gid="own", zorder=6)
    related = [d for d, f in zip(days, frames, strict=True) if f.release == "related"]
    ax.vlines(related, _FOOT - _TICK, _FOOT + _TICK, color=PALE, lw=1.2, zorder=3).set_gid(
        "related"
    )
    ax.annotate(
        _last(one, frames[-1], lang), (days[-1], probabilities[-1]), xytext=(5, 0), color=BLUE,
        textcoords="offset points", va="center", size=10, annotation_clip=False, bbox=SHIELD,
        zorder=8,
    )  # fmt: skip
    write_title(ax, one.name.of(lang), text("film.axis", lang), left=-25)


def film(report: Report, lang: str) -> Html:
    """Return the year so far of each target that has more than a single day."""
    of_target = [
        (one, [frame for frame in report.timeline if frame.indicator == one.id])
        for one in report.with_target
    ]
    shown = [(one, frames) for one, frames in of_target if len(frames) > 1]
    if not shown:
        return Html("")
    pictures = [
        picture_of(history_figure, one, frames, lang, alt=_alt(one, frames, lang))
        for one, frames in shown
    ]
    return fragment("film", lang, pictures=pictures)


@rc_context(STYLE)
def history_figure(one: IndicatorReport, frames: Sequence[TimelinePoint], lang: str) -> Figure:
    """Return a figure that holds the year so far of one target alone."""
    figure = Figure(figsize=_SIZE_INCHES)
    history(one, frames, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


def _draw_axes(frames: Sequence[TimelinePoint], ax: Axes, lang: str) -> None:
    first, last = frames[0].day, frames[-1].day
    end = max(last, first + timedelta(days=_FEWEST_DAYS))
    ax.set_xlim(first.toordinal() - 3, end.toordinal() + 3)
    ax.set_ylim(_FOOT - 2 * _TICK, 1.04)
    ax.set_yticks(_LEVELS, labels=[texts.rate(100 * level, 0, lang) for level in _LEVELS])
    months = _months(first, end)
    names = [_month_name(day, before, lang) for before, day in pairwise([*months[:1], *months])]
    ax.set_xticks([day.toordinal() for day in months], labels=names)
    plain_axes(ax)
    ax.axhline(0.5, color=PALE, lw=0.8, ls=(0, (1, 3)), zorder=1).set_gid("half")


def _months(first: date, last: date) -> list[date]:
    """Return the first days of the months between two days, every other one of many."""
    begun = 12 * first.year + first.month - 1 + (first.day > 1)
    every = range(begun, 12 * last.year + last.month)
    return [date(m // 12, m % 12 + 1, 1) for m in every[:: 1 + len(every) // 8]]


def _month_name(day: date, before: date, lang: str) -> str:
    """Return the name of a month, with its year below where that is not the one before."""
    month = text(f"month.m{day.month}", lang)
    return month if day.year == before.year else f"{month}\n{day.year}"


def _last(one: IndicatorReport, frame: TimelinePoint, lang: str) -> str:
    """Return the last probability; in words once the target is settled."""
    if frame.is_settled:
        return text(f"light.{one.light}", lang)
    return texts.percent(frame.probability.value, lang)


def _alt(one: IndicatorReport, frames: Sequence[TimelinePoint], lang: str) -> str:
    """Return in words where the probability began, where own figures took it, and where it is."""
    ends = {"first": texts.day(frames[0].day, lang), "last": texts.day(frames[-1].day, lang)}
    sentences = [text("film.alt", lang, indicator=one.name.of(lang), **ends)]
    for frame in (frames[0], *(f for f in frames[1:-1] if f.release == "own"), frames[-1]):
        put = {"day": texts.day(frame.day, lang), "probability": _last(one, frame, lang)}
        sentences.append(text("film.alt_point", lang, **put))
    return text("form.between_sentences", lang).join(sentences)
