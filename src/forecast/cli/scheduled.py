"""The commands that a scheduler or a monitor calls: run-due, check."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.base.errors import ContractError, ForecastError, OutputError, ParameterError
from forecast.base.parameters import DEFAULT_PATHS, DEFAULT_SEED
from forecast.cli.encoding import give_up_output
from forecast.cli.options import (
    data_folder,
    parameters_from,
    question_until,
    reports_option,
    wait_option,
)
from forecast.cli.terminal import BELOW, FAILED, OVERDUE, UNACCEPTED, UNDELIVERED, exit_codes

if TYPE_CHECKING:
    from forecast.publishing.scheduled.due import ReportOutcome
    from forecast.publishing.scheduled.run import RunOutcome


_NO_REASON = "no reason was given"


@click.command("run-due")
@reports_option
@click.option("--data", metavar="DIR", help="Data folder; default: ./data.")
@click.option(
    "--now", metavar="ISO", default="", help="Time that counts as now; default: the clock."
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True)
@click.option("--paths", type=int, default=DEFAULT_PATHS, show_default=True)
@wait_option
@click.option(
    "--limit-minutes",
    type=click.FloatRange(min=0),
    default=120.0,
    show_default=True,
    metavar="MINUTES",
    help="How long making a report may take before its process is ended, unless schedule.toml says "
    "otherwise; 0: without end, and in this process.",
)
@click.option("--quiet", is_flag=True, help="Print no lines for unchanged reports.")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="PLACE",
    help="Where the newest hash of the ledger is kept: a file outside of the folder, git:FOLDER or "
    "mail:VARIABLE. May be repeated.",
)
@click.option(
    "--accept-ledger",
    is_flag=False,
    flag_value=_NO_REASON,
    metavar="[REASON]",
    help="Accept a ledger that lost lines, and write so into it.",
)
@click.option(
    "--accept-changes",
    is_flag=False,
    flag_value=_NO_REASON,
    metavar="[REASON]",
    help="Accept rows of the data folder that changed or are gone, and write so into the ledger.",
)
@click.option("--debug", is_flag=True, help="Print the traceback of an error.")
def run_due(
    reports: str,
    data: str | None,
    now: str,
    seed: int,
    paths: int,
    wait: float,
    limit_minutes: float,
    quiet: bool,
    anchors: tuple[str, ...],
    accept_ledger: str | None,
    accept_changes: str | None,
    debug: bool,
) -> None:
    """Make every report that is due by schedule.toml; print a line of JSON for each.

    Then send alerts on what moved, as alerts.toml asks.
    """
    from forecast.publishing.scheduled import run
    from forecast.publishing.scheduled.anchor import anchor_of
    from forecast.publishing.scheduled.due import ReportOutcome, RunSettings, message_of

    unprinted: list[OSError] = []

    def show(report: ReportOutcome) -> None:
        if not (quiet and report.did == "unchanged"):
            try:
                click.echo(report.line())
                sys.stdout.flush()
            except OSError as error:  # reports are made though their log is full
                unprinted.append(error)

    folder = Path(data_folder(data) or "data")
    try:
        # The example would fill the reports of a place whose folder went missing.
        if not data_folder(data):
            raise ParameterError(
                ["--data: no folder ./data; allowed: a data folder there or named"]
            )
        settings = RunSettings(
            data=folder,
            reports=Path(reports),
            seed=seed,
            n_paths=paths,
            wait_seconds=wait,
            limit_minutes=limit_minutes,
            now=_time(now),
            anchors=tuple(map(anchor_of, anchors)),
            accepted_ledger=accept_ledger,
            accepted_changes=accept_changes,
        )
        outcome = run.run_due(settings, show)
    except Exception as error:  # whatever it is, it is said in a line and in an alert
        outcome = run.failed(error, folder, Path(reports))
    if outcome.error is not None:
        show(ReportOutcome(did="failed", error=message_of(outcome.error)))
    if unprinted:
        give_up_output()
    _leave(outcome, debug=debug)
    if unprinted:
        raise unprinted[0]


def _leave(outcome: RunOutcome, *, debug: bool) -> None:
    """Say what went wrong in a run, and leave with its code; a traceback only to debug."""
    from forecast.publishing.scheduled.due import message_of

    for problem in outcome.undelivered:
        click.echo(f"forecast: an alert is kept for the next run: {problem}", err=True)
    error = outcome.error or (ContractError(outcome.faults) if outcome.faults else None)
    if outcome.error is not None and outcome.faults:
        click.echo(f"forecast: {ContractError(outcome.faults)}", err=True)
    if error is not None:
        if debug:
            traceback.print_exception(error)
        with exit_codes():
            raise error if isinstance(error, ForecastError) else OutputError(message_of(error))
    did = {report.did for report in outcome.reports}
    if "stopped" in did:
        sys.exit(UNACCEPTED)
    if "failed" in did:
        sys.exit(FAILED)
    if outcome.undelivered:
        sys.exit(UNDELIVERED)


@click.command()
@click.option(
    "--min-probability",
    type=click.FloatRange(0, 1),
    required=True,
    help="The lowest probability allowed for a target.",
)
@click.option("--area", help="Id of the area; default: every area with a target in force.")
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    help="Id of an indicator with a target; default: all. May be repeated.",
)
@click.option(
    "--grace-days",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Days that figures may be later than usual.",
)
@partial(question_until, "--as-of")
def check(
    min_probability: float,
    area: str | None,
    indicators: tuple[str, ...],
    grace_days: int,
    **options: Any,
) -> None:
    """Exit with 3 if a target is less probable, with 4 if its data are overdue, else with 0.

    Every problem is printed on a line. If there are both kinds, the code is 3.
    """
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.outlook.answers import overlay_of
        from forecast.publishing.scheduled.checks import checked_areas, target_check

        first = parameters_from(area or "all", lang="en", **options)
        archive = read_archive(first.data)
        overlay = overlay_of(first, archive)
        areas = [area] if area else checked_areas(archive, first.year, first.as_of)
        checks = [
            target_check(
                archive, replace(first, area=name), overlay, indicators, grace_days=grace_days
            )
            for name in areas
        ]
        problems = [line for check in checks for line in check.below(min_probability)]
        click.echo("".join(f"{line}\n" for line in problems), nl=False)
        overdue = [line for check in checks for line in check.overdue_lines()]
        click.echo("".join(f"{line}\n" for line in overdue), nl=False)
        if problems or overdue:
            sys.exit(BELOW if problems else OVERDUE)


@click.command()
@reports_option
@click.option("--data", metavar="DIR", help="Data folder; default: ./data.")
@click.option(
    "--max-age-hours",
    type=click.FloatRange(min=0),
    default=26.0,
    show_default=True,
    help="How long ago the last good run may be.",
)
@click.option(
    "--late-hours",
    type=click.FloatRange(min=0),
    default=24.0,
    show_default=True,
    help="How long after its day a report may be missing.",
)
@click.option(
    "--now", metavar="ISO", default="", help="Time that counts as now; default: the clock."
)
@click.option("--openmetrics", is_flag=True, help="Print metrics in the format OpenMetrics.")
def health(
    reports: str,
    data: str | None,
    max_age_hours: float,
    late_hours: float,
    now: str,
    openmetrics: bool,
) -> None:
    """Say when the last good run-due was, and what is due, late or failing.

    Exit with 1 if anything is failing, with 4 if a report is late or the last good run is too old.
    """
    from datetime import timedelta

    from forecast.publishing.scheduled.due import RunSettings
    from forecast.publishing.scheduled.health import health_of

    with exit_codes():
        settings = RunSettings(
            data=Path(data_folder(data) or "data"),
            reports=Path(reports),
            seed=DEFAULT_SEED,
            n_paths=DEFAULT_PATHS,
            wait_seconds=0.0,
            now=_time(now),
        )
        found = health_of(
            settings,
            max_age=timedelta(hours=max_age_hours),
            late_after=timedelta(hours=late_hours),
        )
    for line in found.metrics() if openmetrics else found.lines():
        click.echo(line)
    if found.failing:
        sys.exit(FAILED)
    if found.is_late:
        sys.exit(OVERDUE)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise ParameterError(
            [f"--now: {text!r} is not a time (expected YYYY-MM-DDTHH:MM)"]
        ) from error
