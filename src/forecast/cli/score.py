"""The command that settles what was published."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.base.errors import ParameterError
from forecast.cli.exits import FAILED, exit_codes
from forecast.cli.options import data_folder, day_of, existing_reports, language
from forecast.cli.record import reports_option
from forecast.cli.terminal import console


@click.command()
@reports_option
@click.option(
    "--data", metavar="DIR", help="Data folder; else ./data, else the example that comes along."
)
@click.option(
    "--as-of", metavar="YYYY-MM-DD", help="Last day whose releases settle a year; else today."
)
@click.option(
    "--keep", is_flag=True, help="Keep the calls in the data folder, for track records to show."
)
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def score(
    reports: str, data: str | None, as_of: str | None, keep: bool, lang: str, as_json: bool
) -> None:
    """Settle what published reports said against the outturns that are out."""
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.archive.published_forecasts import keep_live
        from forecast.base.package import folder as packaged
        from forecast.pages.tables import live_sentences, live_terminal
        from forecast.publishing.results import scored_reports
        from forecast.report.result import json_of

        named = data_folder(data)
        archive = read_archive(Path(named) if named else packaged("data"))
        day = day_of("--as-of", as_of) if as_of else archive.schedule.today()
        found = scored_reports(existing_reports(reports), archive, day)
        if keep:
            if not named:
                raise ParameterError(["--keep: no --data; allowed: a data folder of your own"])
            keep_live(Path(named), found.calls)
        if as_json:
            click.echo(json_of(found), nl=False)
        else:
            console().print(live_terminal(found.scores, lang))
            console().print(*live_sentences(found.scores, lang), sep="\n")
        for fault in found.faults:
            click.echo(f"forecast: {fault}", err=True)
        if found.faults:
            sys.exit(FAILED)
