"""The track record: what past forecasts came to, replayed and published, in words and tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby

import pandas as pd

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.grid import Column, Grid, columns_of
from forecast.pages.html import Html, fragment
from forecast.report.track import (
    ForecastScore,
    IndicatorScore,
    ModelScore,
    MonthScore,
    PublishedScores,
    Skill,
    TrackRecord,
)
from forecast.report.value import Report
from forecast.verification.record import POOL, RAW_POOL, REFERENCES
from forecast.verification.scores import Interval, coverage

_ROUNDING = 1e-6
_LIMITS = ("replayed", "asked", "vintages", "years", "same_calls")
_MODEL_COLUMNS = ("model", "calls", "crps", "brier", "log_score", "covers80", "covers90")
_INDICATOR_COLUMNS = (
    "indicator", "calls", "crps", "brier", "covers80", "expected_calls", "expected_crps",
)  # fmt: skip


def track(report: Report, lang: str) -> Html:
    """Return how such forecasts did in the past: in a sentence, in scores, and folded in detail."""
    record = report.track
    return fragment(
        "track", lang, sentences=_sentences(record, lang), limits=_limits(record, lang),
        grids=_scores(record, lang), brier=_brier_parts(record, lang),
        live=live_sentences(report.published_scores, lang),
        live_grids=live_grids(report.published_scores, record, lang),
        folded=_details(report, lang),
    )  # fmt: skip


def track_headline(report: Report, lang: str) -> Html:
    """Return the first screen of the track record's own page: its question and the answer."""
    title = text("track.question", lang)
    on = text("track.of", lang, area=report.area_name.of(lang), day=texts.day(report.as_of, lang))
    return fragment(
        "track_headline", lang, title=title, known=on, sentences=_sentences(report.track, lang)
    )


def track_scores(report: Report, lang: str) -> Html:
    """Return the scores against what needs no model, and by months known."""
    record = report.track
    if record is None and not report.published_scores.overall.n_forecasts:
        return Html("")
    return fragment(
        "track_scores", lang, grids=_scores(record, lang), brier=_brier_parts(record, lang),
        live=live_sentences(report.published_scores, lang),
        live_grids=live_grids(report.published_scores, record, lang),
    )  # fmt: skip


def track_indicators(report: Report, lang: str) -> Html:
    """Return the scores of every model, and of the forecast for every indicator."""
    grids = _details(report, lang)
    return fragment("track_indicators", lang, grids=grids) if grids else Html("")


def track_caveats(report: Report, lang: str) -> Html:
    """Return what limits the record."""
    return fragment("track_caveats", lang, limits=_limits(report.track, lang))


def _sentences(record: TrackRecord | None, lang: str) -> list[str]:
    """Return what the record comes to; that it is too thin, or that there is none."""
    if record is None:
        return [text("track.none", lang)]
    counts = {"n": f"{record.n_forecasts:,}", "years": _years(record, lang)}
    pool, n_series = record.models[0], sum(one.n_forecasts > 0 for one in record.indicators)
    sentences = [text("track.thin", lang, **counts)] if record.is_thin else []
    covers = {"covers80": _share(pool.covers80, lang), "covers90": _share(pool.covers90, lang)}
    sentences.append(text("track.lead", lang, **counts, **covers, series=n_series))
    sentences += [
        text(f"track.{'lower' if s.crps_pct.value >= 0 else 'higher'}", lang, crps=_pct(s, lang))
        for s in record.skill
        if s.rival == "planner" and not record.is_thin
    ]
    return sentences + _astray(record, lang)


def _pct(skill: Skill, lang: str) -> str:
    return texts.rate(abs(skill.crps_pct.value), 0, lang)


def _astray(record: TrackRecord, lang: str) -> list[str]:
    """Return the ranges of probabilities that came true less or more often than stated.

    A single point of the diagram outside its band may be randomness.
    """
    shown = record.reliability
    if shown is None or record.is_thin:
        return []
    below = [o < low - _ROUNDING for o, low in zip(shown.observed, shown.lower, strict=True)]
    above = [o > high + _ROUNDING for o, high in zip(shown.observed, shown.upper, strict=True)]
    sentences = []
    for key, is_off in (("less_often", below), ("more_often", above)):
        for run in _runs(shown.stated, is_off):
            ends = {"first": _share(run[0], lang), "last": _share(run[-1], lang)}
            sentences.append(text(f"track.{key}", lang, **ends))
    return sentences or [text("track.stands", lang)]


def _runs(values: list[float], is_chosen: list[bool]) -> list[list[float]]:
    """Return the stretches of two and more chosen values."""
    groups = groupby(zip(values, is_chosen, strict=True), key=lambda pair: pair[1])
    runs = ([value for value, _ in pairs] for chosen, pairs in groups if chosen)
    return [run for run in runs if len(run) > 1]


def _years(record: TrackRecord, lang: str) -> str:
    if record.first_year == record.last_year:
        return str(record.first_year)
    return text("track.years_span", lang, first=record.first_year, last=record.last_year)


def _limits(record: TrackRecord | None, lang: str) -> list[str]:
    """Return what bears on how the record is to be read."""
    if record is None:
        return []
    sentences = [text(f"track.{limit}", lang) for limit in _LIMITS]
    if record.n_without_target:
        sentences.append(text("track.without_target", lang, n=record.n_without_target))
    if any(one.n_expected for one in record.indicators):
        sentences.append(text("track.expected", lang))
    return sentences


def _scores(record: TrackRecord | None, lang: str) -> list[Grid]:
    if record is None:
        return []
    months = Grid(
        text("track.by_month", lang),
        _heads(("months", "calls", "covers80", "crps", "brier"), lang),
        [_month_row(one, lang) for one in record.months],
    )
    if not record.skill:
        return [months]
    named = _heads(("rival", "same", "crps_less", "brier_less"), lang)
    rows = [_skill_row(one, lang) for one in record.skill]
    return [Grid(text("track.skill", lang), named, rows), months]


def _details(report: Report, lang: str) -> list[Grid]:
    record = report.track
    if record is None:
        return []
    models = Grid(
        text("track.by_model", lang),
        _heads(_MODEL_COLUMNS, lang),
        [_model_row(one, lang) for one in record.models],
    )
    indicators = Grid(
        text("track.by_indicator", lang),
        _heads(_INDICATOR_COLUMNS, lang),
        [_indicator_row(one, lang) for one in record.indicators],
    )
    return [models, indicators]


def _skill_row(one: Skill, lang: str) -> list[str]:
    crps, brier = _less(one.crps_pct, lang), _less(one.brier_pct, lang)
    return [texts.model_name(one.rival, lang), f"{one.n_forecasts:,}", crps, brier]


def _less(gain: Interval, lang: str) -> str:
    """Return how many per cent lower a score is, with its interval."""
    if math.isnan(gain.value):
        return text("form.none", lang)
    return f"{texts.rate(gain.value, 0, lang)} {texts.interval(gain.lower, gain.upper, 0)}"


def _month_row(one: MonthScore, lang: str) -> list[str]:
    scores = [_number(one.crps_pp, 2, lang), _number(one.brier, 3, lang)]
    return [str(one.months_known), f"{one.n_forecasts:,}", _share(one.covers80, lang), *scores]


def _model_row(one: ModelScore, lang: str) -> list[str]:
    scores = [
        _number(one.crps_pp, 2, lang),
        _number(one.brier, 3, lang),
        _number(one.log_score, 3, lang),
    ]
    covers = [_share(one.covers80, lang), _share(one.covers90, lang)]
    return [texts.model_name(one.model, lang), f"{one.n_forecasts:,}", *scores, *covers]


def _indicator_row(one: IndicatorScore, lang: str) -> list[str]:
    scores = [_number(one.crps_pp, 2, lang), _number(one.brier, 3, lang)]
    expected = [f"{one.n_expected:,}", _number(one.crps_expected_pp, 2, lang)]
    return [
        phrases.series(one.label, lang),
        f"{one.n_forecasts:,}",
        *scores,
        _share(one.covers80, lang),
        *expected,
    ]


def _brier_parts(record: TrackRecord | None, lang: str) -> str:
    parts = None if record is None else record.reliability
    if record is None or parts is None:
        return ""
    named = {
        "miscalibration": parts.miscalibration,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
    }
    put = {name: texts.number(part, 3) for name, part in named.items()}
    return text("track.brier", lang, brier=_number(record.models[0].brier, 3, lang), **put)


def _share(share: float | None, lang: str) -> str:
    if share is None:
        return text("form.none", lang)
    return texts.rate(100 * share, 0, lang)


def _number(value: float | None, decimals: int, lang: str) -> str:
    if value is None or math.isnan(value):
        return text("form.none", lang)
    return texts.number(value, decimals)


def _heads(columns: Iterable[str], lang: str) -> list[Column]:
    return columns_of(text(f"track_column.{column}", lang) for column in columns)


def live_sentences(published: PublishedScores, lang: str) -> list[str]:
    """Return in words how many published forecasts there are, and what is not among them."""
    counts = {"n": published.overall.n_forecasts, "open": published.n_open}
    key = "lead" if published.overall.n_forecasts else "none"
    sentences = [text(f"live.{key}", lang, **counts)]
    if published.late.n_forecasts:
        sentences.append(text("live.late", lang, n=published.late.n_forecasts))
    return sentences


def live_grids(published: PublishedScores, record: TrackRecord | None, lang: str) -> list[Grid]:
    """Return the scores of published forecasts beside those of replayed ones; none without any."""
    if not published.overall.n_forecasts:
        return []
    rows = [[text("live.all", lang), *_published_cells(published.overall, lang)]]
    if record is not None:
        rows.append([text("live.replayed", lang), *_replayed(record, lang)])
    rows += [
        [phrases.series(one.label, lang), *_published_cells(one.score, lang)]
        for one in published.indicators
    ]
    return [Grid(text("live.caption", lang), _published_heads(lang), rows)]


def live_terminal(published: PublishedScores, lang: str) -> Grid:
    """Return the table of a terminal: all forecasts, by indicator, and those published too late."""
    scores = [(text("live.all", lang), published.overall)]
    scores += [(phrases.series(one.label, lang), one.score) for one in published.indicators]
    if published.late.n_forecasts:
        scores.append((text("live.late_row", lang), published.late))
    rows = [[name, *_published_cells(score, lang)] for name, score in scores]
    return Grid(text("live.caption", lang), _published_heads(lang), rows)


def _published_heads(lang: str) -> list[Column]:
    scores = [text(f"track_column.{column}", lang) for column in ("brier", "crps", "covers80")]
    counts = [text("track_column.calls", lang), text("live.came_true", lang)]
    first = text("track_column.indicator", lang)
    return columns_of([first, *counts, text("live.stated", lang), *scores, text("live.pit", lang)])


def _published_cells(score: ForecastScore, lang: str) -> list[str]:
    """Return the cells of a score; without a target nothing was attained or missed."""
    is_judged = score.mean_probability is not None
    return [
        f"{score.n_forecasts:,}", f"{score.n_hits:,}" if is_judged else text("form.none", lang),
        _share(score.mean_probability, lang), _number(score.brier, 3, lang),
        _number(score.crps_pp, 2, lang), _share(score.covers80, lang),
        _number(score.mean_pit, 2, lang),
    ]  # fmt: skip


def _replayed(record: TrackRecord, lang: str) -> list[str]:
    pool, dash = record.models[0], text("form.none", lang)
    scores = [_number(pool.brier, 3, lang), _number(pool.crps_pp, 2, lang)]
    return [f"{pool.n_forecasts:,}", dash, dash, *scores, _share(pool.covers80, lang), dash]


_SCOREBOARD_COLUMNS = (
    "model",
    "calls",
    "crps",
    "brier",
    "log_score",
    "covers80",
    "covers90",
    "seconds",
)
_LANG = "en"  # of the command line's own words


def scoreboard(forecasts: pd.DataFrame) -> Grid:
    """Return mean scores by model: the pool, its members, then the references.

    Outturns that the office only expected are kept apart, in a line of their own.
    """
    name, *scores = (text(f"scoreboard.{column}", _LANG) for column in _SCOREBOARD_COLUMNS)
    columns = [Column(name), *(Column(score, "right", no_wrap=True) for score in scores)]
    is_expected = forecasts["outturn_status"] == "expected"
    settled, expected = (
        forecasts[~is_expected],
        forecasts[is_expected & (forecasts["model"] == POOL)],
    )
    rows = []
    for model in sorted(settled["model"].unique(), key=_model_rank):
        name = text("scoreboard.pool_raw", _LANG) if model == RAW_POOL else str(model)
        rows.append([name, *_model_means(settled[settled["model"] == model])])
    if len(expected):
        rows.append([text("scoreboard.expected", _LANG), *_model_means(expected)])
    return Grid(text("scoreboard.title", _LANG), columns, rows)


def _model_rank(model: str) -> tuple[int, str]:
    """Return the place of a model: pool, raw pool, members, references."""
    first = (POOL, RAW_POOL)
    place = first.index(model) if model in first else 3 if model in REFERENCES else 2
    return place, model


def _model_means(rows: pd.DataFrame) -> list[str]:
    means = [_number(rows[score].mean(), 3, _LANG) for score in ("crps", "brier", "log_score")]
    covers = [texts.rate(100 * coverage(rows["pit"], level), 0, _LANG) for level in (0.8, 0.9)]
    seconds = rows["seconds"].sum()
    return [f"{len(rows):,}", *means, *covers, _number(seconds if seconds > 0 else None, 1, _LANG)]
