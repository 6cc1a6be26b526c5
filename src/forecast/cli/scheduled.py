"""The commands that a scheduler or a monitor calls: run-due, check."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.base.errors import ParameterError
from forecast.base.parameters import DEFAULT_PATHS, DEFAULT_SEED
from forecast.cli.options import asked_parameters, asked_until, data_folder
from forecast.cli.terminal import BELOW, FAILED, OVERDUE, UNDELIVERED, exit_codes

if TYPE_CHECKING:
    from forecast.publishing.scheduled.backlog import ReportOutcome


@click.command("run-due")
@click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)
@click.option("--data", metavar="DIR", help="Data folder; else ./data.")
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
    """Make every report that is due by schedule.toml; print a line of JSON for each.

    Then tell what moved by alerts.toml.
    """
    with exit_codes():
        from forecast.publishing.scheduled import run
        from forecast.publishing.scheduled.backlog import RunSettings

        folder = data_folder(data)
        if not folder:  # the example would fill the reports of a place whose folder went missing
            raise ParameterError(
                ["--data: no folder ./data; allowed: a data folder there or named"]
            )
        settings = RunSettings(
            data=Path(folder),
            reports=Path(reports),
            seed=seed,
            n_paths=paths,
            wait_seconds=wait,
            now=_time(now),
        )

        def show(report: ReportOutcome) -> None:
            if not (quiet and report.did == "unchanged"):
                click.echo(report.line())
                sys.stdout.flush()

        outcome = run.run_due(settings, show)
        for problem in outcome.undelivered:
            click.echo(f"forecast: an alert is kept for the next run: {problem}", err=True)
        if any(report.did == "failed" for report in outcome.reports):
            sys.exit(FAILED)
        if outcome.undelivered:
            sys.exit(UNDELIVERED)


@click.command()
@click.option(
    "--min-probability",
    type=click.FloatRange(0, 1),
    required=True,
    help="The probability that no target may lie below.",
)
@click.option("--area", help="Id of the area; else every area with a target in force.")
@click.option(
    "--indicator", "indicators", multiple=True, help="Whose target; else all. May be repeated."
)
@click.option(
    "--grace-days",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Days that figures may come after their usual day.",
)
@partial(asked_until, "--as-of")
def check(
    min_probability: float,
    area: str | None,
    indicators: tuple[str, ...],
    grace_days: int,
    **asked: Any,
) -> None:
    """Leave with 3 where a target is less probable, 4 where its data are overdue, else with 0.

    A line says of each what is wrong. Where both are, the code is 3.
    """
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.outlook.answers import overlay_of
        from forecast.publishing.scheduled.checks import areas_with_targets, checked

        first = asked_parameters(area or "all", lang="en", **asked)
        archive = read_archive(first.data)
        overlay = overlay_of(first, archive)
        areas = [area] if area else areas_with_targets(archive, first.year, first.as_of)
        said = [
            checked(archive, replace(first, area=name), overlay, indicators, grace_days=grace_days)
            for name in areas
        ]
        problems = [line for one in said for line in one.below(min_probability)]
        click.echo("".join(f"{line}\n" for line in problems), nl=False)
        overdue = [line for one in said for line in one.overdue_lines()]
        click.echo("".join(f"{line}\n" for line in overdue), nl=False)
        if problems or overdue:
            sys.exit(BELOW if problems else OVERDUE)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise ParameterError(
            [f"--now: {text!r} is not a time (expected YYYY-MM-DDTHH:MM)"]
        ) from error
