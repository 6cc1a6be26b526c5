"""The commands about published forecasts: whether they are unchanged, and how good they were."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.base.errors import ParameterError
from forecast.cli.options import data_folder, day_of, existing_reports, language
from forecast.cli.terminal import FAILED, console, exit_codes

_reports_option = click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)


@click.command()
@_reports_option
@click.option(
    "--holds",
    metavar="HASH",
    help="A hash that this command printed earlier: what was listed by then must be unchanged.",
)
def verify(reports: str, holds: str | None) -> None:
    """Check that every published result is what was published, and none is missing."""
    with exit_codes():
        from forecast.publishing.ledger import faults_of, hash_of, read_ledger

        folder = existing_reports(reports)
        faults = [str(fault) for fault in faults_of(folder)]
        ledger = read_ledger(folder)
        if holds and holds not in map(hash_of, ledger.lines):
            faults.append(f"{holds} is the hash of no line: what was listed by then was changed")
        for fault in faults:
            click.echo(f"forecast: {fault}", err=True)
        if faults:
            sys.exit(FAILED)
        n = len(ledger.lines)
        click.echo(f"{n} published result{'' if n == 1 else 's'}, each as it was published")
        click.echo(f"newest hash: {ledger.head}")


@click.command()
@_reports_option
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
        from forecast.archive.published_forecasts import keep_published_forecasts
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
            keep_published_forecasts(Path(named), found.calls)
        if as_json:
            click.echo(json_of(found), nl=False)
        else:
            console().print(live_terminal(found.scores, lang))
            console().print(*live_sentences(found.scores, lang), sep="\n")
        for fault in found.faults:
            click.echo(f"forecast: {fault}", err=True)
        if found.faults:
            sys.exit(FAILED)
