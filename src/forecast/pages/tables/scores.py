"""The tables of a track record: scores, calibration and announced targets, in cells of words."""

from __future__ import annotations

import math
from collections.abc import Iterable

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.grid import Column, Grid, columns_of
from forecast.report.track import (
    PLANNER,
    IndicatorScore,
    ModelScore,
    MonthScore,
    RangeScore,
    Scores,
    Skill,
    TargetRecord,
    TrackRecord,
)
from forecast.verification.intervals import Interval

_SIGNIFICANT = 0.01

_MODEL_COLUMNS = (
    "model", "calls", "crps", "brier", "log_score", "covers80", "covers90", "shared", "to_pool",
)  # fmt: skip

_INDICATOR_COLUMNS = (
    "indicator", "calls", "years", "crps", "planner_crps", "to_planner", "brier", "planner_brier",
    "expected_calls", "expected_crps",
)  # fmt: skip

_CALIBRATION_COLUMNS = (
    "below80", "covers80", "above80", "covers80_p", "stated", "came_true", "miscalibration",
    "discrimination",
)  # fmt: skip

_ANNOUNCED_COLUMNS = (
    "calls", "years", "brier", "planner_brier", "stated", "came_true", "miscalibration",
    "discrimination",
)  # fmt: skip


def per_cent(rate: Interval, lang: str) -> str:
    """Return a rate in per cent with its interval where there is one."""
    said = texts.rate(rate.value, 0, lang)
    if rate.lower is None or rate.upper is None:
        return said
    return f"{said} {texts.interval(rate.lower, rate.upper, 0)}"


def _range_row(one: RangeScore, lang: str) -> list[str]:
    share = one.attained.mapped(lambda part: 100 * part)
    return [
        phrases.percents(one.least, one.most, lang), f"{one.n_forecasts:,}",
        number_text(one.effective_years, 1, lang), share_text(one.stated, lang),
        per_cent(share, lang),
    ]  # fmt: skip


def score_grids(record: TrackRecord | None, lang: str) -> list[Grid]:
    """Return the gain over rivals, scores by months known, and how often forecasts came true."""
    if record is None:
        return []
    months = Grid(
        text("track.by_month", lang),
        heads_of(("months", "calls", "covers80", "crps", "brier"), lang),
        [_month_row(one, lang) for one in record.months],
    )
    ranges = _range_grids(record, "ranges", lang)
    if not record.skill:
        return [months, *ranges]
    named = heads_of(("rival", "same", "crps_less", "brier_less"), lang)
    rows = [_skill_row(one, lang) for one in record.skill]
    return [Grid(text("track.skill", lang), named, rows), months, *ranges]


def _range_grids(record: TargetRecord, title: str, lang: str) -> list[Grid]:
    """Return how often forecasts came true by stated probability; nothing without a target."""
    if not record.ranges:
        return []
    heads = heads_of(("range", "calls", "years", "stated", "came_true"), lang)
    rows = [_range_row(one, lang) for one in record.ranges]
    return [Grid(text(f"track.{title}", lang), heads, rows)]


def detail_grids(record: TrackRecord, lang: str) -> list[Grid]:
    """Return scores by model and indicator, calibration, and the same of announced targets."""
    models = Grid(
        text("track.by_model", lang),
        heads_of(_MODEL_COLUMNS, lang),
        [_model_row(one, lang) for one in record.models],
    )
    indicators = Grid(
        text("track.by_indicator", lang),
        heads_of(_INDICATOR_COLUMNS, lang),
        [_indicator_row(one, lang) for one in record.indicators],
    )
    by_month = [(str(one.months_known), one) for one in record.months]
    by_indicator = [(phrases.series(one.label, lang), one) for one in record.indicators]
    grids = [
        models,
        indicators,
        _calibration(by_month, "months", lang),
        _calibration(by_indicator, "indicator", lang),
    ]
    return grids + announced_grids(record, lang)


def _calibration(rows: Iterable[tuple[str, Scores]], what: str, lang: str) -> Grid:
    """Return where outturns lay in the bands, and how far probabilities came true."""
    cells = [[name, *_calibration_cells(one, lang)] for name, one in rows if one.n_forecasts]
    title = text(f"track.calibration_{what}", lang)
    caption = text("track.calibration_key", lang)
    return Grid(title, heads_of((what, *_CALIBRATION_COLUMNS), lang), cells, caption)


def _calibration_cells(one: Scores, lang: str) -> list[str]:
    covers = None if one.covers80 is None else one.covers80.mapped(lambda share: 100 * share)
    return [
        share_text(one.below80, lang), _estimate(covers, 0, lang), share_text(one.above80, lang),
        _p_value(one.covers80_p, lang),
        share_text(one.stated, lang), share_text(one.attained, lang),
        number_text(one.miscalibration, 3, lang), number_text(one.discrimination, 3, lang),
    ]  # fmt: skip


def _p_value(p: float | None, lang: str) -> str:
    if p is None:
        return text("form.none", lang)
    return text("track.p_below", lang) if p < _SIGNIFICANT else texts.number(p, 2)


def announced_grids(record: TrackRecord, lang: str) -> list[Grid]:
    """Return the scores of forecasts of announced targets, by months known and by indicator."""
    own = record.announced
    if own is None:
        return []
    by_month = [(str(m.months_known), m, m.rivals_brier.get(PLANNER)) for m in own.months]
    by_indicator = [
        (phrases.series(one.label, lang), one, one.planner_brier)
        for one in own.indicators
        if one.n_forecasts
    ]
    grids = _range_grids(own, "announced_ranges", lang)
    for what, rows in (("months", by_month), ("indicator", by_indicator)):
        cells = [[name, *_announced_cells(one, planner, lang)] for name, one, planner in rows]
        title = text(f"track.announced_{what}", lang)
        grids.append(Grid(title, heads_of((what, *_ANNOUNCED_COLUMNS), lang), cells))
    return grids


def _announced_cells(one: Scores, planner: float | None, lang: str) -> list[str]:
    return [
        f"{one.n_forecasts:,}", number_text(one.effective_years, 1, lang),
        _estimate(one.brier, 3, lang), number_text(planner, 3, lang),
        share_text(one.stated, lang), share_text(one.attained, lang),
        number_text(one.miscalibration, 3, lang), number_text(one.discrimination, 3, lang),
    ]  # fmt: skip


def _skill_row(one: Skill, lang: str) -> list[str]:
    crps, brier = gain_text(one.crps_pct, lang), gain_text(one.brier_pct, lang)
    return [texts.model_name(one.rival, lang), f"{one.n_forecasts:,}", crps, brier]


def gain_text(gain: Interval | None, lang: str) -> str:
    """Return how many per cent lower a score is, with its interval."""
    return text("form.none", lang) if gain is None else per_cent(gain, lang)


def _estimate(value: Interval | None, decimals: int, lang: str) -> str:
    """Return an estimate with its interval where there is one."""
    if value is None:
        return text("form.none", lang)
    said = texts.number(value.value, decimals)
    if value.lower is None or value.upper is None:
        return said
    return f"{said} {texts.interval(value.lower, value.upper, decimals)}"


def _month_row(one: MonthScore, lang: str) -> list[str]:
    covers = None if one.covers80 is None else one.covers80.mapped(lambda share: 100 * share)
    return [
        str(one.months_known), f"{one.n_forecasts:,}", _estimate(covers, 0, lang),
        _estimate(one.crps, 2, lang), _estimate(one.brier, 3, lang),
    ]  # fmt: skip


def _model_row(one: ModelScore, lang: str) -> list[str]:
    shared = text("form.none", lang) if one.n_shared is None else f"{one.n_shared:,}"
    return [
        texts.model_name(one.model, lang), f"{one.n_forecasts:,}", _estimate(one.crps, 2, lang),
        _estimate(one.brier, 3, lang), number_text(one.log_score, 3, lang),
        share_text(value_of(one.covers80), lang), share_text(one.covers90, lang),
        shared, _estimate(one.crps_to_pool, 2, lang),
    ]  # fmt: skip


def _indicator_row(one: IndicatorScore, lang: str) -> list[str]:
    return [
        phrases.series(one.label, lang), f"{one.n_forecasts:,}",
        number_text(one.effective_years, 1, lang), _estimate(one.crps, 2, lang),
        number_text(one.planner_crps_pp, 2, lang), _estimate(one.crps_to_planner, 2, lang),
        _estimate(one.brier, 3, lang), number_text(one.planner_brier, 3, lang),
        f"{one.n_expected:,}", number_text(one.crps_expected_pp, 2, lang),
    ]  # fmt: skip


def value_of(estimate: Interval | None) -> float | None:
    """Return an estimate without its interval."""
    return None if estimate is None else estimate.value


def share_text(share: float | None, lang: str) -> str:
    """Return a share in whole per cent, a dash for none."""
    if share is None:
        return text("form.none", lang)
    return texts.rate(100 * share, 0, lang)


def number_text(value: float | None, decimals: int, lang: str) -> str:
    """Return a number, a dash for none."""
    if value is None or math.isnan(value):
        return text("form.none", lang)
    return texts.number(value, decimals)


def heads_of(columns: Iterable[str], lang: str) -> list[Column]:
    """Return the heads of columns: a name first, then numbers."""
    return columns_of(text(f"track_column.{column}", lang) for column in columns)
