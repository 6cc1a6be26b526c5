"""What moved since a day, in words: for pages, and as the table of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.movement import ORDER, Item, News, Release, TargetNews
from forecast.pages import phrases
from forecast.pages.grid import Grid, columns_of
from forecast.report.lights import light
from forecast.report.value import Report

LEAST = 0.0005  # of a probability: what is printed as nothing is nothing
_MOST_NAMED = 6


def moves(target: TargetNews) -> list[Item]:
    """Return the items that moved the probability as far as is printed."""
    return [item for item in target.items if abs(item.change) >= LEAST]


def changes(report: Report, lang: str) -> dict[str, str]:
    """Return by indicator how far its probability moved since the earlier day, in words."""
    if report.news is None:
        return {}
    since = texts.day(report.news.since, lang, year=report.year)
    words = {}
    for target in report.news.targets:
        ends = probabilities(target)
        if ends is not None:
            points = texts.percent_points(*ends)
            key = "rose" if points > 0 else "fell" if points < 0 else "stayed"
            size = texts.points(abs(points), 0, lang)
            words[target.indicator] = text(f"headline.{key}", lang, points=size, day=since)
    return words


def probabilities(target: TargetNews) -> tuple[float, float] | None:
    """Return the probabilities of the first and the last day; None where one is missing."""
    if target.first is None or target.last is None:
        return None
    return target.first.probability.value, target.last.probability.value


def largest_move(report: Report, lang: str) -> str:
    """Return the target that moved most, those whose light changed, and the main reason.

    Where none moved as far as is printed it says so, if anything came out that could have moved it.
    """
    if report.news is None or not any(target.items for target in report.news.targets):
        return ""
    since = texts.day(report.news.since, lang, year=report.year)
    most, *others = sorted(report.news.targets, key=_distance, reverse=True)
    if _distance(most) == 0:
        return text("moved.none_moved", lang, day=since) if report.news.n_releases else ""
    turned = [_way(target, lang) for target in others if _turned(target)]
    ways = text("form.semicolon", lang).join([_way_with_forecast(most, lang), *turned])
    key = "most" if others else "most_alone"
    return text(f"moved.{key}", lang, day=since, ways=ways, reason=_main_reason(most, lang))


def _distance(target: TargetNews) -> float:
    """Return how far a probability moved; 0 where it is printed as before and is still open."""
    ends = probabilities(target)
    if ends is None:
        return 0.0
    first, last = (texts.percent(end, "en") for end in ends)
    is_seen = target.attained is not None or (first != last and texts.percent_points(*ends))
    return abs(ends[1] - ends[0]) if is_seen else 0.0


def _turned(target: TargetNews) -> bool:
    """Return whether the light of a target that is still open changed its colour."""
    ends = probabilities(target)
    return ends is not None and target.attained is None and light(ends[0]) != light(ends[1])


def _way(target: TargetNews, lang: str) -> str:
    """Return the forecasts of a target on both days, with the lights where they differ."""
    words = {
        "first": probability(target, lang, last=False),
        "last": probability(target, lang, last=True),
    }
    ends = probabilities(target)
    if ends is None or not _turned(target):
        return text("moved.way", lang, name=target.name.of(lang), **words)
    lights = dict(zip(("first_light", "last_light"), map(light, ends), strict=True))
    named = {end: text(f"light.{colour}", lang) for end, colour in lights.items()}
    return text("moved.way_turned", lang, name=target.name.of(lang), **words, **named)


def _way_with_forecast(target: TargetNews, lang: str) -> str:
    """Return the forecasts of a target on both days, and the medians while it is open."""
    way = _way(target, lang)
    if target.first is None or target.last is None or target.attained is not None:
        return way
    ends = {"first": target.first.median_pct, "last": target.last.median_pct}
    rates = {end: _outcome(value, target, lang) for end, value in ends.items()}
    return (
        way
        if rates["first"] == rates["last"]
        else text("moved.way_forecast", lang, way=way, **rates)
    )


def _outcome(value: float, target: TargetNews, lang: str) -> str:
    return phrases.in_unit(value, target.unit, target.decimals, lang)


def _main_reason(target: TargetNews, lang: str) -> str:
    """Return the reason that weighs most, with the newest own figure or the only related one."""
    item = max(target.items, key=lambda one: abs(one.change))
    reason = text(f"moved_kind.{item.kind}", lang)
    own = [r for r in item.releases if r.label.series == (target.area, target.indicator)]
    if not own and len({_about(release) for release in item.releases}) != 1:
        return reason
    newest = max(own or item.releases, key=_newest)
    named = releases([newest], target, lang)
    if _is_dated_by_lag(newest):
        named = text("moved.vintage_beside", lang, releases=named)
    return text("moved.namely", lang, kind=reason, releases=named)


def _newest(release: Release) -> tuple[object, ...]:
    figure = release.figure
    return figure.released_on, figure.span.last, figure.measure == "growth_pct"


def lead(news: News, lang: str) -> str:
    """Return in a sentence whether anything came out since the day."""
    since = texts.day(news.since, lang)
    key = "lead" if news.n_releases else "nothing"
    return text(f"moved.{key}", lang, since=since, n=news.n_releases)


def unmoved_sentences(news: News, lang: str) -> list[str]:
    """Return which targets did not move, and of which there is no forecast on one of the days."""
    still = [target for target in news.targets if target.items and not moves(target)]
    lost = [target for target in news.targets if not target.items]
    sentences = []
    if still and len(still) == len(news.targets):
        sentences.append(text("moved.unmoved", lang))
    elif still:
        sentences.append(text("moved.unmoved_of", lang, names=_names(still, lang)))
    return sentences + ([text("moved.no_call", lang, names=_names(lost, lang))] if lost else [])


def _names(targets: Sequence[TargetNews], lang: str) -> str:
    return text("form.list", lang).join(target.name.of(lang) for target in targets)


def reasons(target: TargetNews, lang: str) -> list[str]:
    """Return what stands behind each item, in sentences: releases by name, an outturn, a target."""
    sentences = []
    for item in target.items:
        if item.releases:
            kind = text(f"moved_kind.{item.kind}", lang)
            named = releases(item.releases, target, lang)
            key = "reason" if abs(item.change) >= LEAST else "reason_still"
            sentences.append(text(f"moved.{key}", lang, kind=kind, releases=named))
        if item.settles:
            sentences.append(text("moved.settles", lang))
    if target.announced_since:
        sentences.append(text("moved.announced", lang))
    elif target.changed_since:
        sentences.append(text("moved.changed", lang))
    return sentences


def releases(published: Sequence[Release], target: TargetNews, lang: str) -> str:
    """Return the newest figures by name, growth before a level of the same months."""
    growth = {_about(r) for r in published if r.figure.measure == "growth_pct"}
    chosen = [r for r in published if r.figure.measure == "growth_pct" or _about(r) not in growth]
    newest = sorted(chosen, key=lambda r: r.figure.released_on, reverse=True)
    own_first = sorted(newest, key=lambda r: r.label.series.indicator != target.indicator)
    words = [release_text(r, target, lang) for r in own_first[:_MOST_NAMED]]
    if len(chosen) > _MOST_NAMED:
        words.append(text("moved.more", lang, n=len(chosen) - _MOST_NAMED))
    return text("form.semicolon", lang).join(words)


def _about(release: Release) -> tuple[object, ...]:
    return release.label.series, release.figure.span, release.figure.released_on


def release_text(release: Release, target: TargetNews, lang: str) -> str:
    """Return a figure with its months and the day of its release."""
    year, figure, label = target.until.year, release.figure, release.label
    series = label.name.of(lang)
    if label.series.area != target.area:
        series = text("moved.elsewhere", lang, area=label.area_name.of(lang), indicator=series)
    span = texts.span(*figure.span.texts, lang, year=year)
    on = texts.day(figure.released_on, lang, year=year)
    value = _value(release, lang)
    if _is_dated_by_lag(release):
        on = text("moved.estimated", lang, day=on)
    return text("moved.released", lang, series=series, span=span, value=value, day=on)


def _is_dated_by_lag(release: Release) -> bool:
    """Return whether the day is the usual one, so that the value may be a later vintage."""
    return release.figure.released_on_basis == "estimated"


def vintage_note(news: News, lang: str) -> str:
    """Return what the mark at some days means; nothing where no figure has it."""
    items = (item for target in news.targets for item in target.items)
    every = (release for item in items for release in item.releases)
    return text("moved.vintage", lang) if any(map(_is_dated_by_lag, every)) else ""


def _value(release: Release, lang: str) -> str:
    """Return the figure with the digits that it was published with."""
    value = phrases.published_value(release.figure, release.decimals, lang)
    is_expected = release.figure.status == "expected"
    return text("moved.expected", lang, value=value) if is_expected else value


def change(item: Item, lang: str) -> str:
    """Return the change in percentage points with its sign and the simulation's error."""
    size = texts.signed_number(100 * item.change, 1)
    error = texts.number(100 * item.standard_error, 1)
    return text("moved.change", lang, change=size, error=error) if float(error) else size


def probability(target: TargetNews, lang: str, *, last: bool) -> str:
    """Return the probability on the first or the last day; in words once it is settled."""
    if last and target.attained is not None:
        return text("light.attained" if target.attained else "light.missed", lang)
    forecast = target.last if last else target.first
    return phrases.probability(None if forecast is None else forecast.probability.value, lang)


def medians(target: TargetNews, lang: str) -> str:
    """Return the median outcome on both days; nothing where one is missing."""
    if target.first is None or target.last is None:
        return ""
    ends = {"first": target.first.median_pct, "last": target.last.median_pct}
    rates = {end: _outcome(value, target, lang) for end, value in ends.items()}
    return text("form.change", lang, **rates)


def moved_terminal(news: News, lang: str, *, area: str, year: int) -> Grid:
    """Return the table of a terminal: a line for each target, a column for each reason."""
    days = {"since": texts.day(news.since, lang), "until": texts.day(news.until, lang)}
    kinds = [k for k in ORDER if any(i.kind == k for target in news.targets for i in moves(target))]
    reasons = [text(f"moved_kind.{kind}", lang) for kind in kinds]
    ends = (text("column.indicator", lang), text("column.median", lang))
    heads = [ends[0], days["since"], *reasons, days["until"], ends[1]]
    rows = []
    for target in news.targets:
        items = [_of(target, kind) for kind in kinds]
        cells = [text("form.none", lang) if i is None else change(i, lang) for i in items]
        first, last = (probability(target, lang, last=is_last) for is_last in (False, True))
        rows.append([target.name.of(lang), first, *cells, last, medians(target, lang)])
    title = text("moved.terminal", lang, area=area, year=year, **days)
    return Grid(title, columns_of(heads), rows)


def moved_lines(news: News, lang: str, *, year: int) -> list[str]:
    """Return what a terminal says below the table: what came out, target by target."""
    if not news.targets:
        return [text("caveat.no_target", lang, year=year)]
    sentences = [lead(news, lang)]
    for target in news.targets:
        words = text("form.between_sentences", lang).join(reasons(target, lang))
        if words:
            sentences.append(text("form.colon", lang, before=target.name.of(lang)) + words)
    note = vintage_note(news, lang)
    return [*sentences, note] if note else sentences


def _of(target: TargetNews, kind: str) -> Item | None:
    return next((item for item in target.items if item.kind == kind), None)
