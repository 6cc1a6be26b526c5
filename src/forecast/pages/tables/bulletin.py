"""The bulletin: the year's targets on one page, for those who decide."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.html import Html, fragment
from forecast.pages.tables.commitments import commitments_lead
from forecast.pages.tables.headline import known_until, nothing_new, simulated, unsettled, verdict
from forecast.pages.tables.moved import changes
from forecast.pages.tables.overlay import rests_on
from forecast.report.value import Report


def bulletin(report: Report, lang: str) -> Html:
    """Return the whole bulletin: the verdict, a line for each target, the source."""
    return fragment(
        "bulletin", lang, report=report, points=_points(report, lang),
        open=unsettled(report),
        title=text("bulletin.title", lang, area=report.area_name.of(lang), year=report.year),
        known=known_until(report, lang),
        nothing_new=nothing_new(report, lang),
        changes=changes(report, lang), rests_on=rests_on(report, lang),
        source=_source(report, lang), simulated=simulated(report, lang),
    )  # fmt: skip


def _points(report: Report, lang: str) -> list[str]:
    """Return what stands above the table, in sentences: the verdict, and the commitments."""
    said = [sentence for _, sentence in verdict(report, lang)]
    return [*said, *([commitments_lead(report.commitments, lang)] if report.commitments else [])]


def _source(report: Report, lang: str) -> str:
    newest = texts.day(report.data_summary.newest_release_on, lang)
    return text("bulletin.source", lang, newest=newest, version=report.version)
