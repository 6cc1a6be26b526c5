"""The command that makes reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from forecast.cli.exits import exit_codes
from forecast.cli.options import asked_parameters, machines, question
from forecast.cli.terminal import show
from forecast.workers import use


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
@machines
@click.option(
    "--since",
    metavar="YYYY-MM-DD",
    default="",
    help="Day from which it says what moved; else the end of the month before --as-of.",
)
@click.option(
    "--out", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)
def report(area: str, out: str, workers: int | None, scheduler: str | None, **asked: Any) -> None:
    """Write the attainment report and print its table."""
    with exit_codes():
        from forecast.report import read_result
        from forecast.runner import publish

        use(workers, scheduler)
        parameters = asked_parameters(area, **asked)
        made = publish(parameters, Path(out), show_progress=sys.stderr.isatty())
        show(read_result(made.result), parameters.lang)
        click.echo("" if made.is_new else "Nothing new: the report of these inputs stood already.")
        click.echo(made.page)
