"""A league in words: the table of a terminal, and a page with a small fan for each target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forecast.archive.boundaries import Boundaries
from forecast.base import texts
from forecast.base.errors import ContractError
from forecast.base.months import month, month_text
from forecast.base.series import Names
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.area_map import league_map
from forecast.pages.grid import Cell, Column, Grid, lamp
from forecast.pages.html import Html, fragment
from forecast.pages.league import FAN, Entry, League, Standing, ordered
from forecast.pages.tables.status import status_of
from forecast.report.result import rounded
from forecast.report.value import Fan, IndicatorReport, Report

_COLUMNS = ("area", "indicator", "target", "probability_short", "change", "rests_on", "light")
_WIDTH, _HEIGHT = 96, 24  # of a small fan, in units of its drawing
_FEWEST_POINTS_PP = 2.0  # a fan that hardly moves is not blown up to full height


def standing_of(report: Report, changes: tuple[str, dict[str, float | None]] | None) -> Standing:
    """Return what a league shows of an area's report.

    `changes` are the day since which probabilities moved, and what they were then, by target.
    """
    status = status_of(report, "en")
    if changes is not None:
        status = status.moved_from(*changes)
    lines = {line.indicator: line for line in status.lines}
    return Standing(
        area=report.area,
        name=report.area_name,
        since=None if changes is None else changes[0],
        together=None if report.joint is None else rounded(report.joint.all_targets.value),
        entries=tuple(
            Entry(
                line=lines[one.id],
                area_name=report.area_name,
                name=one.name,
                target=Names(phrases.target(one, "en"), phrases.target(one, "zh")),
                decimals=one.decimals,
                outturn=_outturn(one),
                bound_pct=None if one.target is None else one.target.bound_pct,
                is_at_most=one.target is not None and one.target.comparison == "at_most",
                word=None if one.outturn or one.attainment is None else one.attainment.word,
                months_known=one.months_known,
                last_month=_last_month(one, report),
                scale_basis=one.scale_basis,
                fan=_fan(one.fan, report.year),
            )
            for one in report.with_target
        ),
    )


def _outturn(one: IndicatorReport) -> Names:
    value = None if one.outturn is None else one.outturn.growth_pct
    return Names(phrases.outcome(value, one, "en"), phrases.outcome(value, one, "zh"))


def _last_month(one: IndicatorReport, report: Report) -> str:
    """Return the last month with figures by the calendar; nothing without any."""
    last = month(report.year, one.months_known) + report.year_begins - 1
    return month_text(last) if one.months_known else ""


def _fan(fan: Fan, year: int) -> tuple[tuple[float, ...] | None, ...]:
    """Return growth at the levels of the fan by month of the year, known or ahead."""
    by_month: dict[str, tuple[float, ...]] = {}
    for i, when in enumerate(fan.months):
        known = fan.known_pct[i]
        values = [fan.quantiles_pct.get(level, [None] * len(fan.months))[i] for level in FAN]
        ahead = [value for value in values if value is not None]
        if known is not None:
            by_month[when] = (round(known, 3),) * len(FAN)
        elif len(ahead) == len(FAN):
            by_month[when] = tuple(round(value, 3) for value in ahead)
    return tuple(by_month.get(f"{year}-{number:02d}") for number in range(1, 13))


def league_terminal(league: League, order: str, lang: str) -> Grid:
    """Return the table of a terminal: a line for each target, in the order asked for."""
    columns = [
        Column(text(f"league.{name}" if name in _OWN else f"column.{name}", lang))
        for name in _COLUMNS
    ]
    rows = [_row(entry, lang) for entry in ordered(league, order)]
    notes = [*_together(league, lang), *left_out(league, lang)]
    caption = text("form.between_sentences", lang).join(notes)
    return Grid(league_title(league, lang), columns, rows, caption, caption_justify="left")


_OWN = ("area", "rests_on")


def league_title(league: League, lang: str) -> str:
    """Return the title: the year and the day."""
    return text("league.title", lang, year=league.year, day=texts.day(league.as_of, lang))


def _row(entry: Entry, lang: str) -> list[Cell]:
    return [
        entry.area_name.of(lang),
        entry.name.of(lang),
        entry.target.of(lang),
        _probability(entry, lang),
        _change(entry, lang),
        rests_on(entry, lang),
        lamp(entry.line.lamp, lang),
    ]


def _probability(entry: Entry, lang: str) -> str:
    """Return the probability and its word; of a settled target growth of the year."""
    line = entry.line
    if line.outturn_pct is not None:
        growth = entry.outturn.of(lang)
        return text("fans.settled", lang, growth=growth)
    if line.probability is None or entry.word is None:
        return text("form.none", lang)
    return phrases.chance(line.probability, lang)


def _change(entry: Entry, lang: str) -> str:
    first, last = entry.line.probability_since, entry.line.probability_now
    if first is None or last is None:
        return text("form.none", lang)
    return texts.signed_number(texts.percent_points(first, last), 0)


def rests_on(entry: Entry, lang: str) -> str:
    """Return in words what a probability rests on: published months, and whose errors."""
    if entry.line.outturn_pct is not None:
        return text("league.rests_on_outturn", lang)
    key = "months" if entry.months_known else "nothing"
    known = text(f"league.rests_on_{key}", lang, months=entry.months_known)
    width = text(f"league.width_{entry.scale_basis}", lang)
    return text("form.list", lang).join([known, width])


def _together(league: League, lang: str) -> list[str]:
    """Return the probability of all targets of each area that has more than one."""
    every = [
        text(
            "form.pair", lang, name=one.name.of(lang) + " " * (lang == "zh"),
            value=texts.percent(one.together, lang),
        )
        for one in league.standings
        if one.together is not None and len(one.entries) > 1
    ]  # fmt: skip
    return [text("league.together", lang, areas=text("form.list", lang).join(every))] * bool(every)


def left_out(league: League, lang: str) -> list[str]:
    """Return why areas are missing, a sentence each."""
    return [reason.of(lang) for _, reason in league.left_out]


# The page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A target as the page draws it; `wide`, `band`, `known` and `median` are point lists."""

    entry: Entry
    name: str
    area: str
    target: str
    probability: str
    change: str
    rests_on: str
    wide: str
    band: str
    known: str
    median: str
    bound: int | None


def league_page(
    league: League, lang: str, boundaries: Boundaries | ContractError | None = None
) -> Html:
    """Return a whole page: all targets in the order of areas, and again in that of danger.

    The small fans are drawn once and used twice, so that the page stays small; it needs no script.
    With boundaries it has a map; where these could not be read, the page says why.
    """
    notes, map_ = left_out(league, lang), None
    if isinstance(boundaries, ContractError):
        faults = text("form.semicolon", lang).join(map(str, boundaries.faults))
        notes.append(text("league.no_map", lang, faults=faults))
    elif boundaries is not None:
        map_ = league_map(league, boundaries, lang)
    places = {id(entry): place for place, entry in enumerate(league.entries)}
    drawn = [_drawn(entry, lang) for entry in league.entries]
    standings = [(one, [drawn[places[id(e)]] for e in one.entries]) for one in league.standings]
    danger = [(places[id(entry)], drawn[places[id(entry)]]) for entry in league.by_danger]
    since = sorted({one.since for one in league.standings if one.since is not None})
    return fragment(
        "league", lang, title=league_title(league, lang), standings=standings, danger=danger,
        drawn=drawn, width=_WIDTH, height=_HEIGHT, notes=notes, map=map_,
        since=[texts.day(date.fromisoformat(day), lang) for day in since],
        columns=[("league." if n in _OWN else "column.") + n for n in _COLUMNS],
    )  # fmt: skip


def _drawn(entry: Entry, lang: str) -> _Drawn:
    points = {month: values for month, values in enumerate(entry.fan) if values is not None}
    ends = [value for values in points.values() for value in values]
    ends += [] if entry.bound_pct is None else [entry.bound_pct]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    room = max(0.0, _FEWEST_POINTS_PP - (high - low)) / 2
    scale = (_HEIGHT - 2) / (high - low + 2 * room)

    def at(month: int, value: float) -> str:
        return f"{round(month * _WIDTH / 11)},{_y(value)}"

    def _y(value: float) -> int:
        return round(1 + (high + room - value) * scale)

    def line(level: int, months: Iterable[int]) -> list[str]:
        return [at(month, points[month][level]) for month in months]

    known = [m for m in points if len(set(points[m])) == 1]
    ahead = [m for m in points if m not in known]
    ahead = known[-1:] + ahead if ahead else []
    return _Drawn(
        entry,
        entry.name.of(lang),
        entry.area_name.of(lang),
        entry.target.of(lang),
        _probability(entry, lang),
        _change(entry, lang),
        rests_on(entry, lang),
        wide=" ".join(line(0, ahead) + line(4, reversed(ahead))),
        band=" ".join(line(1, ahead) + line(3, reversed(ahead))),
        known=" ".join(line(2, known)),
        median=" ".join(line(2, ahead)),
        bound=None if entry.bound_pct is None else _y(entry.bound_pct),
    )
