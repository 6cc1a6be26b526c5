"""What moved since a day, in words: for pages, and as the table of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.news import ORDER
from forecast.report.lights import light
from forecast.report.moved import Moved, MovedItem, ReleasedFigure, TargetMoved
from forecast.report.value import Report

if TYPE_CHECKING:
    from rich.table import Table

LEAST = 0.0005  # of a probability: what is printed as nothing is nothing
_MOST_NAMED = 6


def name(told: TargetMoved, lang: str) -> str:
    """Return the indicator's name."""
    return told.name_zh if lang == "zh" else told.name_en


def moving(told: TargetMoved) -> list[MovedItem]:
    """Return the items that moved the probability as far as is printed."""
    return [item for item in told.items if abs(item.change) >= LEAST]


def changes(report: Report, lang: str) -> dict[str, str]:
    """Return by indicator how far its probability moved since the earlier day, in words."""
    if report.moved is None:
        return {}
    since = texts.day(report.moved.since, lang, year=report.year)
    found = {}
    for told in report.moved.targets:
        if told.first_probability is not None and told.last_probability is not None:
            first, last = told.first_probability, told.last_probability
            points = texts.percent_points(first, last)
            key = "rose" if points > 0 else "fell" if points < 0 else "stayed"
            size = texts.points(abs(points), 0, lang)
            found[told.indicator] = text(f"headline.{key}", lang, points=size, day=since)
    return found


def moved_most(report: Report, lang: str) -> str:
    """Return the target that moved most, those whose light changed, and the main reason.

    Where none moved as far as is printed it says so, if anything came out that could have moved it.
    """
    if report.moved is None or not any(told.items for told in report.moved.targets):
        return ""
    since = texts.day(report.moved.since, lang, year=report.year)
    most, *others = sorted(report.moved.targets, key=_distance, reverse=True)
    if _distance(most) == 0:
        return text("moved.none_moved", lang, day=since) if report.moved.n_releases else ""
    turned = [_way(told, lang) for told in others if _turned(told)]
    ways = text("form.semicolon", lang).join([_way_with_forecast(most, lang), *turned])
    key = "most" if others else "most_alone"
    return text(f"moved.{key}", lang, day=since, ways=ways, reason=_main_reason(most, lang))


def _distance(told: TargetMoved) -> float:
    """Return how far a probability moved; 0 where it is printed as before and is still open."""
    first, last = told.first_probability, told.last_probability
    if first is None or last is None:
        return 0.0
    is_seen = told.attained is not None or texts.percent_points(first, last)
    return abs(last - first) if is_seen else 0.0


def _turned(told: TargetMoved) -> bool:
    """Return whether the light of a target that is still open changed its colour."""
    first, last = told.first_probability, told.last_probability
    if first is None or last is None or told.attained is not None:
        return False
    return light(first) != light(last)


def _way(told: TargetMoved, lang: str) -> str:
    """Return what was said of a target on both days, with the lights where they differ."""
    said = {"first": chance(told, lang, last=False), "last": chance(told, lang, last=True)}
    first, last = told.first_probability, told.last_probability
    if first is None or last is None or not _turned(told):
        return text("moved.way", lang, name=name(told, lang), **said)
    lights = {"first_light": light(first), "last_light": light(last)}
    named = {end: text(f"light.{colour}", lang) for end, colour in lights.items()}
    return text("moved.way_turned", lang, name=name(told, lang), **said, **named)


def _way_with_forecast(told: TargetMoved, lang: str) -> str:
    """Return what was said of a target on both days, and the median forecasts while it is open."""
    way, first, last = _way(told, lang), told.first_median_pct, told.last_median_pct
    if first is None or last is None or told.attained is not None:
        return way
    ends = {"first": first, "last": last}
    said = {end: texts.rate(value, told.decimals, lang) for end, value in ends.items()}
    if said["first"] == said["last"]:
        return way
    return text("moved.way_forecast", lang, way=way, **said)


def _main_reason(told: TargetMoved, lang: str) -> str:
    """Return the reason that weighs most, with the newest own figure or the only related one."""
    item = max(told.items, key=lambda one: abs(one.change))
    reason = text(f"moved_kind.{item.kind}", lang)
    own = [f for f in item.releases if (f.area, f.indicator) == (told.area, told.indicator)]
    if not own and len({_about(figure) for figure in item.releases}) != 1:
        return reason
    newest = max(own or item.releases, key=_newest)
    return text("moved.namely", lang, kind=reason, releases=releases([newest], told, lang))


def _newest(figure: ReleasedFigure) -> tuple[object, ...]:
    return figure.released_on, figure.last_month, figure.measure == "growth_pct"


def lead(moved: Moved, lang: str) -> str:
    """Return in a sentence whether anything came out since the day."""
    since = texts.day(moved.since, lang)
    key = "lead" if moved.n_releases else "nothing"
    return text(f"moved.{key}", lang, since=since, n=moved.n_releases)


def unmoved(moved: Moved, lang: str) -> list[str]:
    """Return which targets did not move, and of which there is no call on one of the days."""
    still = [told for told in moved.targets if told.items and not moving(told)]
    lost = [told for told in moved.targets if not told.items]
    said = []
    if still and len(still) == len(moved.targets):
        said.append(text("moved.unmoved", lang))
    elif still:
        said.append(text("moved.unmoved_of", lang, names=_names(still, lang)))
    return said + ([text("moved.no_call", lang, names=_names(lost, lang))] if lost else [])


def _names(targets: Sequence[TargetMoved], lang: str) -> str:
    return text("form.list", lang).join(name(told, lang) for told in targets)


def reasons(told: TargetMoved, lang: str) -> list[str]:
    """Return what stands behind each item, in sentences: releases by name, an outturn, a target."""
    said = []
    for item in told.items:
        if item.releases:
            kind = text(f"moved_kind.{item.kind}", lang)
            named = releases(item.releases, told, lang)
            key = "reason" if abs(item.change) >= LEAST else "reason_still"
            said.append(text(f"moved.{key}", lang, kind=kind, releases=named))
        if item.settles:
            said.append(text("moved.settles", lang))
    if told.announced_since:
        said.append(text("moved.announced", lang))
    elif told.changed_since:
        said.append(text("moved.changed", lang))
    return said


def releases(figures: Sequence[ReleasedFigure], told: TargetMoved, lang: str) -> str:
    """Return the newest figures by name, growth before a level of the same months."""
    growth = {_about(f) for f in figures if f.measure == "growth_pct"}
    chosen = [f for f in figures if f.measure == "growth_pct" or _about(f) not in growth]
    newest = sorted(chosen, key=lambda f: f.released_on, reverse=True)
    own_first = sorted(newest, key=lambda f: f.indicator != told.indicator)
    said = [released(f, told, lang) for f in own_first[:_MOST_NAMED]]
    if len(chosen) > _MOST_NAMED:
        said.append(text("moved.more", lang, n=len(chosen) - _MOST_NAMED))
    return text("form.semicolon", lang).join(said)


def _about(figure: ReleasedFigure) -> tuple[object, ...]:
    return figure.area, figure.indicator, figure.first_month, figure.last_month, figure.released_on


def released(figure: ReleasedFigure, told: TargetMoved, lang: str) -> str:
    """Return a figure with its months and the day of its release."""
    year = told.until.year
    own = figure.name_zh if lang == "zh" else figure.name_en
    area = figure.area_name_zh if lang == "zh" else figure.area_name_en
    series = text("moved.elsewhere", lang, area=area, indicator=own)
    if figure.area == told.area:
        series = own
    span = texts.span(figure.first_month, figure.last_month, lang, year=year)
    on = texts.day(figure.released_on, lang, year=year)
    value = _value(figure, lang)
    return text("moved.released", lang, series=series, span=span, value=value, day=on)


def _value(figure: ReleasedFigure, lang: str) -> str:
    """Return the figure with the digits that it was published with."""
    if figure.measure == "level":
        said = texts.level(figure.value, figure.unit, lang)
    else:
        digits = len(f"{figure.value:.9f}".rstrip("0").partition(".")[2])
        said = texts.rate(figure.value, max(digits, figure.decimals), lang)
    return text("moved.expected", lang, value=said) if figure.status == "expected" else said


def change(item: MovedItem, lang: str) -> str:
    """Return the change in percentage points with its sign and the simulation's error."""
    size = texts.signed_number(100 * item.change, 1)
    error = texts.number(100 * item.standard_error, 1)
    return text("moved.change", lang, change=size, error=error) if float(error) else size


def chance(told: TargetMoved, lang: str, *, last: bool) -> str:
    """Return the probability on the first or the last day; in words once it is settled."""
    if last and told.attained is not None:
        return text("light.attained" if told.attained else "light.missed", lang)
    said = told.last_probability if last else told.first_probability
    return text("form.none", lang) if said is None else texts.percent(said, lang)


def medians(told: TargetMoved, lang: str) -> str:
    """Return the median outcome on both days; nothing where one is missing."""
    first, last = told.first_median_pct, told.last_median_pct
    if first is None or last is None:
        return ""
    ends = (texts.rate(value, told.decimals, lang) for value in (first, last))
    return text("form.change", lang, **dict(zip(("first", "last"), ends, strict=True)))


def moved_terminal(moved: Moved, lang: str, *, area: str, year: int) -> Table:
    """Return the table of a terminal: a line for each target, a column for each reason."""
    from rich import box
    from rich.table import Table

    days = {"since": texts.day(moved.since, lang), "until": texts.day(moved.until, lang)}
    made = Table(title=text("moved.terminal", lang, area=area, year=year, **days))
    made.box = box.SIMPLE_HEAD
    kinds = [k for k in ORDER if any(i.kind == k for told in moved.targets for i in moving(told))]
    made.add_column(text("column.indicator", lang))
    heads = [days["since"], *(text(f"moved_kind.{kind}", lang) for kind in kinds), days["until"]]
    for head in (*heads, text("column.median", lang)):
        made.add_column(head, justify="right")
    for told in moved.targets:
        items = [_of(told, kind) for kind in kinds]
        cells = [text("form.none", lang) if i is None else change(i, lang) for i in items]
        first, last = (chance(told, lang, last=is_last) for is_last in (False, True))
        made.add_row(name(told, lang), first, *cells, last, medians(told, lang))
    return made


def moved_lines(moved: Moved, lang: str, *, year: int) -> list[str]:
    """Return what a terminal says below the table: what came out, target by target."""
    if not moved.targets:
        return [text("caveat.no_target", lang, year=year)]
    said = [lead(moved, lang)]
    for told in moved.targets:
        words = text("form.between_sentences", lang).join(reasons(told, lang))
        if words:
            said.append(text("form.colon", lang, before=name(told, lang)) + words)
    return said


def _of(told: TargetMoved, kind: str) -> MovedItem | None:
    return next((item for item in told.items if item.kind == kind), None)
