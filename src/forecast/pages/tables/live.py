"""The scoreboard of live calls: beside that of replayed ones on a page, alone on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.tables.grid import Grid
from forecast.report.track import ForecastScore, PublishedScores, TrackRecord

if TYPE_CHECKING:
    from rich.table import Table


def live_sentences(live: PublishedScores, lang: str) -> list[str]:
    """Return in words how many live calls there are, and what is not among them."""
    counts = {"n": live.overall.n_forecasts, "open": live.n_open}
    key = "lead" if live.overall.n_forecasts else "none"
    said = [text(f"live.{key}", lang, **counts)]
    if live.late.n_forecasts:
        said.append(text("live.late", lang, n=live.late.n_forecasts))
    return said


def live_grids(live: PublishedScores, record: TrackRecord | None, lang: str) -> list[Grid]:
    """Return the scores of live calls beside those of replayed ones; none without a live call."""
    if not live.overall.n_forecasts:
        return []
    rows = [[text("live.all", lang), *_cells(live.overall, lang)]]
    if record is not None:
        rows.append([text("live.replayed", lang), *_replayed(record, lang)])
    rows += [[phrases.series(one.label, lang), *_cells(one.score, lang)] for one in live.indicators]
    return [Grid(text("live.caption", lang), _heads(lang), rows)]


def live_terminal(live: PublishedScores, lang: str) -> Table:
    """Return the table of a terminal: all live calls, by indicator, and those made too late."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=text("live.caption", lang), box=box.SIMPLE_HEAD)
    for number, head in enumerate(_heads(lang)):
        made.add_column(head, justify="right" if number else "left", overflow="fold")
    made.add_row(text("live.all", lang), *_cells(live.overall, lang))
    for one in live.indicators:
        made.add_row(Text(phrases.series(one.label, lang)), *_cells(one.score, lang))
    if live.late.n_forecasts:
        made.add_row(text("live.late_row", lang), *_cells(live.late, lang))
    return made


def _heads(lang: str) -> list[str]:
    scores = [text(f"track_column.{column}", lang) for column in ("brier", "crps", "covers80")]
    counts = [text("track_column.calls", lang), text("live.came_true", lang)]
    first = text("track_column.indicator", lang)
    return [first, *counts, text("live.stated", lang), *scores, text("live.pit", lang)]


def _cells(score: ForecastScore, lang: str) -> list[str]:
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


def _share(share: float | None, lang: str) -> str:
    return text("form.none", lang) if share is None else texts.rate(100 * share, 0, lang)


def _number(value: float | None, decimals: int, lang: str) -> str:
    return text("form.none", lang) if value is None else texts.number(value, decimals)
