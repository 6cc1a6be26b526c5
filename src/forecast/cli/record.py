"""The commands about published forecasts: whether they are unchanged, and how good they were."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.base.errors import ParameterError
from forecast.cli.options import data_folder, day_of, existing_reports, language
from forecast.cli.terminal import FAILED, console, exit_codes

_reports_option = click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Folder of reports."
)


@click.command()
@_reports_option
@click.option(
    "--holds",
    metavar="HASH",
    help="A hash printed earlier by this command: what was listed then must be unchanged.",
)
def verify(reports: str, holds: str | None) -> None:
    """Check that every published result is unchanged and none is missing."""
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
    "--data", metavar="DIR", help="Data folder; default: ./data, else the packaged example."
)
@click.option(
    "--as-of", metavar="YYYY-MM-DD", help="Last day whose releases settle a year; default: today."
)
@click.option(
    "--keep",
    is_flag=True,
    help="Add the published forecasts to the data folder, for track records to show.",
)
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def score(
    reports: str, data: str | None, as_of: str | None, keep: bool, lang: str, as_json: bool
) -> None:
    """Score published forecasts against the outturns released so far."""
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
        scored = scored_reports(existing_reports(reports), archive, day)
        if keep:
            if not named:
                raise ParameterError(["--keep: no --data; allowed: a data folder of your own"])
            keep_published_forecasts(Path(named), scored.calls)
        if as_json:
            click.echo(json_of(scored), nl=False)
        else:
            console().print(live_terminal(scored.scores, lang))
            console().print(*live_sentences(scored.scores, lang), sep="\n")
        for fault in scored.faults:
            click.echo(f"forecast: {fault}", err=True)
        if scored.faults:
            sys.exit(FAILED)
