"""What a report says on a terminal: the table of its targets, and its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.texts import in_calendar, text
from forecast.outlook.attainment import Attainment
from forecast.pages import needs, phrases
from forecast.pages.grid import Cell, Column, Grid, lamp
from forecast.pages.status import Line, Status
from forecast.pages.tables.coming import next_terminal, with_next
from forecast.pages.tables.commitments import commitments_lead, commitments_terminal
from forecast.pages.tables.headline import summary, together
from forecast.pages.tables.overlay import assumed, overlay_terminal
from forecast.report.result import rounded
from forecast.report.value import IndicatorReport, Report

if TYPE_CHECKING:
    from forecast.report.commitments import CommitmentReport


def terminal(report: Report, lang: str) -> Grid:
    """Return the table of a terminal: a line for each target, or each indicator without any."""
    on, judged = texts.day(report.as_of, lang), bool(report.with_target)
    heading = text("terminal.title", lang, area=report.area_name.of(lang), year=report.year, day=on)
    columns = [
        Column(_head(column, report, lang), no_wrap=column not in _WRAPPED)
        for column in (_COLUMNS if judged else _COLUMNS_WITHOUT_TARGET)
    ]
    columns += [
        Column(text("column.sure", lang, sure=texts.percent(sure, lang)), "right")
        for sure in (() if judged else _SURE)
    ]
    row_of = _target_row if judged else _free_row
    rows = [row_of(one, report, lang) for one in report.shown]
    return Grid(heading, columns, rows, caption=together(report, lang) or summary(report, lang))


_COLUMNS = (
    "indicator",
    "target",
    "last",
    "required_short",
    "forecast_short",
    "probability_short",
    "light",
)
_COLUMNS_WITHOUT_TARGET = ("indicator", "last", "forecast_short")
_WRAPPED = ("indicator", "last", "probability_short")
_SURE = (0.5, 0.8, 0.9)
_REASONS = (
    "levels_not_positive", "target_without_base", "no_figures", "ratio_part", "ratio_denominator",
)  # fmt: skip


def _head(column: str, report: Report, lang: str) -> str:
    """Return the head of a column; of an outcome by what the indicators measure."""
    is_outcome = column in ("last", "required_short")
    return phrases.heading(column, report, lang) if is_outcome else text(f"column.{column}", lang)


def _target_row(one: IndicatorReport, report: Report, lang: str) -> list[Cell]:
    return [
        one.name.of(lang),
        phrases.target(one, lang),
        _so_far(one, report.year, lang),
        needs.needed(one, lang),
        _expected(one, lang),
        _probability(one, lang),
        lamp(one.lamp, lang),
    ]


def _free_row(one: IndicatorReport, report: Report, lang: str) -> list[Cell]:
    rates = one.attainable_pct or {}
    attained = [phrases.growth(rates.get(sure), one, lang) for sure in _SURE]
    return [
        one.name.of(lang),
        _so_far(one, report.year, lang),
        _expected(one, lang),
        *attained,
    ]


def _so_far(one: IndicatorReport, year: int, lang: str) -> str:
    last, growth = one.last_figure, phrases.so_far(one, lang, year=year)
    is_of_the_year = last is not None and last.span.year == year
    return f"{growth} {phrases.so_far_note(one, lang, year=year)}" if is_of_the_year else growth


def _expected(one: IndicatorReport, lang: str) -> str:
    settled = one.outturn
    return (
        phrases.forecast(one.forecast, one, lang)
        if settled is None
        else text("fans.settled", lang, growth=phrases.outcome(settled.growth_pct, one, lang))
    )


def _probability(one: IndicatorReport, lang: str) -> str:
    if one.outturn is not None or one.attainment is None:
        return text("form.none", lang)
    said = phrases.chance(one.attainment.probability.value, lang)
    return said if one.footing == "own" else f"{said} {text(f'footing_mark.{one.footing}', lang)}"


@in_calendar
def status_of(report: Report, lang: str) -> Status:
    """Return what a report says of each target, or of each indicator without any.

    Changes are those of the report, where it says what moved.
    """
    status = Status(
        area=report.area,
        area_name=report.area_name.of(lang),
        lang=lang,
        lines=tuple(_line(one, report) for one in report.shown),
        commitments=tuple(map(_commitment_row, report.commitments)),
        targets=terminal(report, lang),
        more=tuple(_more(report, lang)),
        notes=_notes(report, lang),
    )
    news = report.news
    if news is None:
        return status
    first = {
        t.indicator: None if t.first is None else t.first.probability.value for t in news.targets
    }
    return status.moved_from(news.since.isoformat(), first)


def _more(report: Report, lang: str) -> list[Grid]:
    """Return the tables of next and of unpublished figures, and of commitments with progress."""
    grids = [next_terminal(report, lang)] if with_next(report) else []
    grids += [] if report.overlay is None else [overlay_terminal(report, lang)]
    reported = [one for one in report.commitments if one.progress is not None]
    if reported:
        area, year, day = report.area_name.of(lang), report.year, report.as_of
        grids.append(commitments_terminal(reported, lang, area=area, year=year, day=day))
    return grids


def _notes(report: Report, lang: str) -> tuple[str, ...]:
    """Return the commitments in a sentence, and why a target has no probability."""
    lead = [assumed(report, lang)] if report.assumed else []
    lead += [commitments_lead(report.commitments, lang)] if report.commitments else []
    reasons = [
        text("form.colon", lang, before=one.name.of(lang)) + phrases.caveat(caveat, report, lang)
        for one in report.with_target
        for caveat in one.caveats
        if caveat.code in _REASONS
    ]
    return (*lead, *reasons)


def _side(attainment: Attainment | None, side: str) -> float | None:
    """Return the probability of a side of a range or a band, None of another target."""
    share = getattr(attainment, side, None)
    return None if share is None else rounded(share.value)


def _line(one: IndicatorReport, report: Report) -> Line:
    target, last, need, band = one.target, one.last_figure, one.required, one.forecast
    rates, attainment, settled = one.attainable_pct or {}, one.attainment, one.outturn
    similar = one.similar if settled is None else None
    takes = one.effort
    alone = None if one.published_alone is None else one.published_alone.attainment
    coming = one.next_figure
    later = report.year_begins - 1  # lines name calendar months
    own = None if last is None else last.span.later(later)
    span = None if coming is None or coming.span is None else coming.span.later(later)
    expected_on = None if coming is None else coming.expected_on
    return Line(
        area=report.area,
        year=report.year,
        as_of=report.as_of.isoformat(),
        indicator=one.id,
        comparison=None if target is None else target.comparison,
        target_pct=None if target is None else target.bound_pct,
        target_wording=None if target is None else target.wording,
        is_assumed=target is not None and target.is_assumed,
        last_growth_pct=None if last is None else rounded(last.growth_pct),
        last_first_month=None if own is None else own.texts[0],
        last_last_month=None if own is None else own.texts[1],
        last_released_on=None if last is None else last.released_on.isoformat(),
        is_overdue=None if last is None else bool(last.is_overdue),
        required_growth_pct=None if need is None else rounded(need.growth_pct),
        median_pct=None if band is None else rounded(band.median_pct),
        lower80_pct=None if band is None else rounded(band.lower80_pct),
        upper80_pct=None if band is None else rounded(band.upper80_pct),
        attainable50_pct=rounded(rates.get(0.5)),
        attainable80_pct=rounded(rates.get(0.8)),
        attainable90_pct=rounded(rates.get(0.9)),
        outturn_pct=None if settled is None else rounded(settled.growth_pct),
        probability=None if attainment is None else rounded(attainment.probability.value),
        standard_error=(
            None if attainment is None else rounded(attainment.probability.standard_error)
        ),
        probability_below=_side(attainment, "below"),
        probability_within=_side(attainment, "within"),
        probability_above=_side(attainment, "above"),
        published_probability=None if alone is None else rounded(alone.probability.value),
        light=one.light,
        lamp=one.lamp,
        footing=one.footing,
        next_first_month=None if span is None else span.texts[0],
        next_last_month=None if span is None else span.texts[1],
        next_expected_on=None if expected_on is None else expected_on.isoformat(),
        next_state=None if coming is None else coming.state,
        extra_half_point=None if takes is None else rounded(takes.probability),
        extra80_pp=None if takes is None else rounded(takes.extra80_pp),
        rest80_pct=None if takes is None else rounded(takes.rest80_pct),
        record_attained=None if similar is None else rounded(similar.attained.value),
        record_lower=None if similar is None else rounded(similar.attained.lower),
        record_upper=None if similar is None else rounded(similar.attained.upper),
        record_effective_years=None if similar is None else rounded(similar.effective_years),
    )


def _commitment_row(one: CommitmentReport) -> dict[str, str | float | None]:
    """Return what is known of a counted commitment: amounts in its unit, `day` that of `done`."""
    commitment, last, likely = one.commitment, one.progress, one.completion
    return {
        "id": commitment.id,
        "wording": commitment.wording,
        "comparison": commitment.comparison,
        "amount": commitment.amount,
        "unit": commitment.unit_en,
        "day": None if last is None else last.day.isoformat(),
        "done": None if last is None else rounded(last.done),
        "needed_per_month": rounded(one.needed_per_month),
        "median": None if likely is None else rounded(likely.median),
        "probability": None if likely is None else rounded(likely.probability.value),
        "light": one.light,
    }
