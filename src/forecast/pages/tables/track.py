"""The track record: what past forecasts came to, replayed and published, in words and tables."""

from __future__ import annotations

import pandas as pd

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.grid import Column, Grid, columns_of
from forecast.pages.html import Html, fragment
from forecast.pages.tables.scores import (
    detail_grids,
    gain_text,
    number_text,
    per_cent,
    score_grids,
    share_text,
    value_of,
)
from forecast.report.published import ForecastScore, PublishedScores
from forecast.report.track import (
    PLANNER,
    RIVALS,
    RangeScore,
    TargetRecord,
    TrackRecord,
)
from forecast.report.value import Report
from forecast.verification.intervals import Interval
from forecast.verification.record import POOL, RAW_POOL, REFERENCES
from forecast.verification.scores import coverage

_LIMITS = ("replayed", "asked", "vintages", "years", "same_calls")


def track(report: Report, lang: str) -> Html:
    """Return how such forecasts did in the past: in a sentence, in scores, and folded in detail."""
    record = report.track
    return fragment(
        "track", lang, sentences=_sentences(record, lang), limits=_limits(record, lang),
        grids=score_grids(record, lang), brier=_brier_parts(record, lang),
        announced=_announced_sentences(record, lang), moving=_moving_of(record, lang),
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
        "track_scores", lang, grids=score_grids(record, lang), brier=_brier_parts(record, lang),
        announced=_announced_sentences(record, lang), moving=_moving_of(record, lang),
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
    covers = {
        "covers80": share_text(value_of(pool.covers80), lang),
        "covers90": share_text(pool.covers90, lang),
    }
    sentences.append(text("track.lead", lang, **counts, **covers, series=n_series))
    if not record.is_thin:
        sentences += [
            _against_planner(s.crps_pct, lang) for s in record.skill if s.rival == PLANNER
        ]
    return sentences + _astray(record, lang)


def _against_planner(gain: Interval | None, lang: str) -> str:
    """Return how much smaller or larger errors were than the planner's rule's, with an interval."""
    if gain is None:
        return text("track.no_gain", lang, names=texts.model_name(PLANNER, lang))
    key = "lower" if gain.value >= 0 else "higher"
    gain = gain if gain.value >= 0 else gain.mapped(lambda value: -value)
    said = text(f"track.{key}", lang, crps=texts.rate(gain.value, 0, lang))
    if gain.lower is None or gain.upper is None:
        return said
    ends = {"lower": texts.number(gain.lower, 0), "upper": texts.rate(gain.upper, 0, lang)}
    return said + text("form.between_sentences", lang) + text("track.interval", lang, **ends)


def _moving(record: TargetRecord, lang: str) -> list[str]:
    """Return in a sentence how changes of a probability follow the change before them."""
    slope = record.revision_slope
    if slope is None:
        return [text("track.revision_none", lang)]
    if slope.lower is None or slope.upper is None:
        return [text("track.revision_unsure", lang, slope=texts.signed_number(slope.value, 2))]
    key = "sluggish" if slope.lower > 0 else "jumpy" if slope.upper < 0 else "efficient"
    interval = texts.interval(slope.lower, slope.upper, 2)
    said = f"{texts.signed_number(slope.value, 2)} {interval}"
    return [text(f"track.revision_{key}", lang, slope=said)]


def _moving_of(record: TrackRecord | None, lang: str) -> list[str]:
    return [] if record is None else _moving(record, lang)


def _gaps(record: TargetRecord, lang: str) -> list[str]:
    """Return in sentences which numbers are missing, and why."""
    sentences = []
    if record.reliability is None:
        sentences.append(text("track.one_outcome", lang))
    compared = [s.rival for s in record.skill if s.crps_pct is not None]
    absent = [texts.model_name(rival, lang) for rival in RIVALS if rival not in compared]
    if absent:
        names = text("form.semicolon", lang).join(absent)
        sentences.append(text("track.no_gain", lang, names=names))
    estimates = [e for row in (*record.months, *record.indicators) for e in (row.crps, row.brier)]
    if any(e is not None and e.lower is None for e in estimates):
        sentences.append(text("track.no_interval", lang))
    return sentences


def _announced_sentences(record: TrackRecord | None, lang: str) -> list[str]:
    """Return what forecasts of announced targets came to; that there are none where so."""
    if record is None:
        return []
    own = record.announced
    if own is None:
        return [text("track.announced_none", lang)]
    whole = _total(own)
    sentences = [
        text(
            "track.announced", lang, n=f"{own.n_forecasts:,}", years=_years(own, lang),
            stated=share_text(whole["stated"], lang), attained=share_text(whole["attained"], lang),
        )
    ]  # fmt: skip
    sentences += [
        text("track.announced_planner", lang, brier=gain_text(s.brier_pct, lang))
        for s in own.skill
        if s.rival == PLANNER and s.brier_pct is not None and not own.is_thin
    ]
    return [*sentences, *_astray(own, lang), *_moving(own, lang)]


def _total(record: TargetRecord) -> dict[str, float | None]:
    """Return mean probability and share attained over all months known."""
    rows = [m for m in record.months if m.stated is not None and m.attained is not None]
    n = sum(m.n_forecasts for m in rows)
    sums = {
        name: sum(getattr(m, name) * m.n_forecasts for m in rows) for name in ("stated", "attained")
    }
    return {name: total / n if n else None for name, total in sums.items()}


def _astray(record: TargetRecord, lang: str) -> list[str]:
    """Return in one conclusion which probabilities came true less or more often than stated.

    Years are the units: more forecasts of the same years prove no more.
    """
    if record.is_thin or not any(one.attained.lower is not None for one in record.ranges):
        return []
    sentences = []
    for deviation in ("less", "more"):
        shown = [_range(one, lang) for one in record.ranges if one.deviation == deviation]
        if shown:
            listed = text("form.semicolon", lang).join(shown)
            sentences.append(text(f"track.{deviation}_often", lang, ranges=listed))
    return sentences or [text("track.stands", lang)]


def _range(one: RangeScore, lang: str) -> str:
    """Return a range of probabilities with the share of its forecasts that came true."""
    share = one.attained.mapped(lambda part: 100 * part)
    return text(
        "track.range", lang, first=texts.number(100 * one.least, 0),
        last=share_text(one.most, lang), attained=per_cent(share, lang),
    )  # fmt: skip


def _years(record: TargetRecord, lang: str) -> str:
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
    return sentences + _gaps(record, lang)


def _details(report: Report, lang: str) -> list[Grid]:
    record = report.track
    return [] if record is None else detail_grids(record, lang)


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
    return text(
        "track.brier", lang, brier=number_text(value_of(record.models[0].brier), 3, lang), **put
    )


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
        share_text(score.mean_probability, lang), number_text(score.brier, 3, lang),
        number_text(score.crps_pp, 2, lang), share_text(score.covers80, lang),
        number_text(score.mean_pit, 2, lang),
    ]  # fmt: skip


def _replayed(record: TrackRecord, lang: str) -> list[str]:
    pool, dash = record.models[0], text("form.none", lang)
    scores = [number_text(value_of(pool.brier), 3, lang), number_text(value_of(pool.crps), 2, lang)]
    covers = share_text(value_of(pool.covers80), lang)
    return [f"{pool.n_forecasts:,}", dash, dash, *scores, covers, dash]


def backtest_grids(record: TrackRecord | None) -> list[Grid]:
    """Return the tables of replayed forecasts that follow the scoreboard in a terminal."""
    if record is None:
        return []
    return [*score_grids(record, _LANG), *detail_grids(record, _LANG)]


def backtest_sentences(record: TrackRecord | None) -> list[str]:
    """Return what replayed forecasts come to in words, and which numbers are missing and why."""
    if record is None:
        return [text("track.none", _LANG)]
    said = _sentences(record, _LANG) + _moving(record, _LANG)
    if record.announced is not None:
        said += _announced_sentences(record, _LANG)
    return [*said, text("track.years", _LANG), *_gaps(record, _LANG)]


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
    means = [number_text(rows[score].mean(), 3, _LANG) for score in ("crps", "brier", "log_score")]
    covers = [texts.rate(100 * coverage(rows["pit"], level), 0, _LANG) for level in (0.8, 0.9)]
    seconds = rows["seconds"].sum()
    return [
        f"{len(rows):,}",
        *means,
        *covers,
        number_text(seconds if seconds > 0 else None, 1, _LANG),
    ]
