"""Figures that came in: what an import read, and every probability with and without them."""

from __future__ import annotations

from dataclasses import replace

from forecast.base import texts
from forecast.base.months import Span, month_text
from forecast.base.texts import text
from forecast.importing import ROW_KINDS, Change, ImportPlan
from forecast.outlook.attainment import Joint
from forecast.pages import likelihood, phrases
from forecast.pages.grid import Column, Grid
from forecast.pages.html import Html, fragment
from forecast.report.overlay import OverlayFigure
from forecast.report.value import IndicatorReport, Report


def overlay(report: Report, lang: str) -> Html:
    """Return every probability with and without the unpublished figures, and these row by row."""
    if report.overlay is None:
        return Html("")
    return fragment(
        "overlay", lang, lead=_figures(report, lang),
        calls=[_forecasts(one, lang) for one in report.shown],
        joint=_joint(report, lang), rows=[_cells(row, report, lang) for row in report.overlay.rows],
    )  # fmt: skip


def overlay_terminal(report: Report, lang: str) -> Grid:
    """Return the table of a terminal: with and without, and which unpublished figures are used."""
    rows = []
    for one in report.shown:
        name, _, *cells = _forecasts(one, lang)
        rows.append([name[0], *(cell[0] for cell in cells)])
    rows += [[*row, "", ""] for row in _joint(report, lang)]
    sentences = [_figures(report, lang), *_rows_used(report, lang)]
    return Grid(
        text("overlay.title", lang),
        [Column(text(f"column.{column}", lang)) for column in ("indicator", *_COLUMNS)],
        rows,
        caption=text("form.between_sentences", lang).join(sentences),
    )


_COLUMNS = ("chance_with", "chance_alone", "forecast_with", "forecast_alone")


def _rows_used(report: Report, lang: str) -> list[str]:
    """Return the unpublished figures that the report rests on, by name."""
    used = [] if report.overlay is None else report.overlay.used
    rows = [
        text("overlay.row", lang, series=phrases.series(row.label, lang),
             span=texts.span(*row.figure.span.texts, lang, year=report.year),
             value=phrases.published_value(row.figure, 1, lang), source=row.figure.source)
        for row in used
    ]  # fmt: skip
    named = text("form.semicolon", lang).join(rows)
    return [text("overlay.rows_used", lang, rows=named)] if rows else []


def rests_on(report: Report, lang: str) -> str:
    """Return which targets are assumed, and on how many unpublished figures the report rests."""
    sentences = filter(None, (assumed(report, lang), _figures(report, lang)))
    return text("form.between_sentences", lang).join(sentences)


def assumed(report: Report, lang: str) -> str:
    """Return which targets are assumed and not announced; nothing where all were announced."""
    targets = [
        text("assumed.one", lang, name=one.name.of(lang), target=phrases.target(one, lang))
        for one in report.assumed
    ]
    named = text("form.semicolon", lang).join(targets)
    return text("assumed.flag", lang, targets=named) if targets else ""


def _figures(report: Report, lang: str) -> str:
    if report.overlay is None:
        return ""
    counts = {"n": len(report.overlay.used), "all": report.overlay.n_rows}
    key = "lead" if report.overlay.used else "unused"
    return text(f"overlay.{key}", lang, **counts)


def _forecasts(one: IndicatorReport, lang: str) -> list[list[str]]:
    """Return the name, the target, and with and without: probability and forecast.

    Each is a cell: its first line, then what stands below.
    """
    before = one.published_alone
    alone = one if before is None else replace(one, attainment=before.attainment)
    forecast = None if before is None else before.forecast
    both = ((one, one.forecast), (alone, forecast))
    probabilities = [_probability(version, lang) for version, _ in both]
    forecasts = [[phrases.forecast(band, one, lang)] for _, band in both]
    return [[one.name.of(lang)], [phrases.target(one, lang)], *probabilities, *forecasts]


def _probability(one: IndicatorReport, lang: str) -> list[str]:
    """Return the probability with its simulation error, and below it those of its parts."""
    if one.outturn is not None:
        return [text(f"light.{one.light}", lang)]
    if one.attainment is None:
        return [text("form.none", lang)]
    return [likelihood.with_error(one.attainment.probability, lang), *likelihood.parts(one, lang)]


def _joint(report: Report, lang: str) -> list[list[str]]:
    """Return the probabilities of all targets and of so many or more, with and without."""
    joint, alone = report.joint, report.joint_published
    if joint is None or len(joint.indicators) < 2:
        return []
    numbers = range(len(joint.indicators), 0, -1)
    return [
        [_number(k, joint, lang), _at_least(k, joint, lang), _at_least(k, alone, lang)]
        for k in numbers
    ]


def _number(k: int, joint: Joint, lang: str) -> str:
    n = len(joint.indicators)
    return text("overlay.all", lang, n=n) if k == n else text("overlay.at_least", lang, k=k)


def _at_least(k: int, joint: Joint | None, lang: str) -> str:
    """Return the probability of so many targets; a dash where fewer could be assessed."""
    if joint is None or k >= len(joint.at_least):
        return text("form.none", lang)
    return texts.percent(joint.at_least[k], lang)


def _cells(row: OverlayFigure, report: Report, lang: str) -> list[str]:
    """Return the cells of an unpublished figure, and what became of it."""
    figure = row.figure
    return [
        phrases.series(row.label, lang),
        texts.span(*figure.span.texts, lang, year=report.year),
        phrases.published_value(figure, 1, lang),
        texts.day(figure.released_on, lang),
        figure.source,
        text(f"overlay_use.{row.use}", lang),
    ]


_IMPORT_COLUMNS = ("cell", "series", "span", "measure", "value", "released", "change")
_MOST = 1_000


def imported_terminal(plan: ImportPlan, lang: str) -> Grid:
    """Return a table for the terminal: the figures that would be added, each with its cell."""
    n_more = len(plan.added) - _MOST
    return Grid(
        text("import.title", lang, name=plan.name),
        [Column(text(f"import.{column}", lang)) for column in _IMPORT_COLUMNS],
        [_import_cells(change, lang) for change in plan.added[:_MOST]],
        caption=text("import.more", lang, n=n_more) if n_more > 0 else "",
    )


def imported_lines(plan: ImportPlan, lang: str) -> list[str]:
    """Return sentences that say what became of the figures and of every row."""
    revised = sum(change.before is not None for change in plan.added)
    kinds = [
        text(f"import.rows_{kind}", lang, n=plan.rows[kind])
        for kind in ROW_KINDS
        if plan.rows[kind]
    ]
    rows = text("form.list", lang).join(kinds)
    return [
        text("import.figures", lang, new=len(plan.added) - revised, revised=revised,
             unchanged=plan.n_unchanged, unread=len(plan.unread)),
        text("import.rows", lang, n=plan.rows.total(), kinds=rows),
    ]  # fmt: skip


def _import_cells(change: Change, lang: str) -> tuple[str, ...]:
    figure = change.figure
    before = change.before
    return (
        figure.address,
        f"{figure.area}/{figure.indicator}",
        _span(figure.span, lang),
        text(f"import.{figure.measure}", lang),
        f"{figure.value_text} {figure.unit}",
        figure.released_on.isoformat(),
        text("import.new", lang)
        if before is None
        else text("import.was", lang, value=f"{before:.15g}"),
    )


def _span(span: Span, lang: str) -> str:
    return texts.span(month_text(span.first), month_text(span.last), lang)
