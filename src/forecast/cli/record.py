"""The commands that look after the record: what was published, and what came of it."""

from __future__ import annotations

import sys

import click

from forecast.cli.exits import FAILED, exit_codes
from forecast.cli.options import existing_reports

reports_option = click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)


@click.command()
@reports_option
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
