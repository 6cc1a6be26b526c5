"""Where tables are printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from forecast.report import Report

_LOG_WIDTH = 120


def console() -> Console:
    """Return where tables are printed: as wide as the terminal, and wide enough in a log."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)


def show(report: Report, lang: str) -> None:
    """Print the table of a report, what an overlay changes in it, and its commitments."""
    from forecast.tables import overlay_terminal, terminal

    printed = console()
    printed.print(terminal(report, lang))
    if report.overlay is not None:
        printed.print(overlay_terminal(report, lang))
    if report.commitments:
        _show_commitments(report, lang)


def _show_commitments(report: Report, lang: str) -> None:
    """Print the commitments with progress, and how many there are in all."""
    from forecast.tables import commitments_lead, commitments_terminal

    reported = [one for one in report.commitments if one.progress is not None]
    if reported:
        area, year, day = report.area_name(lang), report.year, report.as_of
        console().print(commitments_terminal(reported, lang, area=area, year=year, day=day))
    console().print(commitments_lead(report.commitments, lang))
