"""The commands that a scheduler calls: run-due."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.exits import FAILED, exit_codes
from forecast.cli.options import data_folder
from forecast.errors import ParameterError
from forecast.parameters import DEFAULT_PATHS, DEFAULT_SEED

if TYPE_CHECKING:
    from forecast.unattended.catching_up import Entry


@click.command("run-due")
@click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)
@click.option("--data", metavar="DIR", help="Data folder; else ./data, else the example.")
@click.option("--now", metavar="ISO", default="", help="Time that counts as now; else the clock's.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True)
@click.option("--paths", type=int, default=DEFAULT_PATHS, show_default=True)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another process that makes reports there.",
)
@click.option("--quiet", is_flag=True, help="Leave out the lines of reports that stand unchanged.")
def run_due(
    reports: str, data: str | None, now: str, seed: int, paths: int, wait: float, quiet: bool
) -> None:
    """Make every report that is due by schedule.toml; print a line of JSON for each."""
    with exit_codes():
        from forecast.origin import folder as packaged
        from forecast.unattended.catching_up import Order
        from forecast.unattended.catching_up import run_due as catch_up

        found = data_folder(data)
        order = Order(
            data=Path(found) if found else packaged("data"),
            reports=Path(reports),
            seed=seed,
            n_paths=paths,
            wait_seconds=wait,
            now=_time(now),
        )

        def say(entry: Entry) -> None:
            if not (quiet and entry.did == "unchanged"):
                click.echo(entry.line())
                sys.stdout.flush()

        if any(entry.did == "failed" for entry in catch_up(order, say)):
            sys.exit(FAILED)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise ParameterError([f"--now: {text!r}; allowed: such as 2019-09-30T08:00"]) from error
