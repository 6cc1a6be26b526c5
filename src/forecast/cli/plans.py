"""The command that writes the plan table of bureaux as an Excel file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forecast.cli.exits import exit_codes
from forecast.cli.options import asked_parameters, question


@click.command("plan-table")
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
@click.option("--out", required=True, metavar="FILE", help="An .xlsx file; an old one is replaced.")
def plan_table(area: str, out: str, **asked: Any) -> None:
    """Write progress against the plan with the probabilities beside it, as an Excel file."""
    with exit_codes():
        from forecast.outlook.answers import answer_to
        from forecast.pages.excel import write_plan_table
        from forecast.pages.excel.book import checked_suffix
        from forecast.report.report import report_of

        checked_suffix(Path(out), ".xlsx")
        parameters = asked_parameters(area, **asked)
        write_plan_table(report_of(answer_to(parameters)), Path(out), parameters.lang)
        click.echo(out)
