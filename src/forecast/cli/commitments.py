"""The commands about counted commitments: list them, add progress, write a template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.options import asked_parameters, data_folder, question
from forecast.cli.terminal import console, exit_codes

if TYPE_CHECKING:
    from forecast.archive.archive import Snapshot
    from forecast.base.parameters import Parameters


@click.group()
def commitments() -> None:
    """Say what is done of the counted commitments of a work report."""


@commitments.command("list")
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
def list_all(area: str, **asked: Any) -> None:
    """Print every commitment in force, with its progress and its chances."""
    with exit_codes():
        from forecast.pages.tables import commitments_lead, commitments_terminal
        from forecast.report.commitments import commitment_reports

        parameters = asked_parameters(area, **asked)
        snapshot = _snapshot(parameters)
        year, day, lang = parameters.year, parameters.as_of, parameters.lang
        found = commitment_reports(
            snapshot, area, year, seed=parameters.seed, n_paths=parameters.n_paths
        )
        if not found:
            click.echo(f"no commitments of {area} {year} were known on {day}")
            return
        named = snapshot.registry.area_name(area, lang)
        printed = console()
        printed.print(commitments_terminal(found, lang, area=named, year=year, day=day))
        printed.print(commitments_lead(found, lang))


@commitments.command()
@click.option("--id", "name", required=True, help="Id of the commitment, as `list` prints it.")
@click.option("--day", required=True, metavar="YYYY-MM-DD", help="Last day that is counted.")
@click.option("--done", required=True, metavar="N", help="Done since January, in its unit.")
@click.option("--source", required=True, metavar="TEXT", help="Who says so, where.")
@click.option(
    "--released-on",
    default="",
    metavar="YYYY-MM-DD",
    help="Day on which it became known; else --day.",
)
@click.option("--data", metavar="DIR", help="Data folder; else ./data.")
def add(name: str, day: str, done: str, source: str, released_on: str, data: str | None) -> None:
    """Append a progress entry to the data folder, once it has proved to be sound."""
    with exit_codes():
        from forecast.archive.progress_entry import add_progress

        folder = Path(data_folder(data) or "data")
        row = {"id": name, "day": day, "done": done, "source": source, "released_on": released_on}
        added = add_progress(folder, row)
        entry = added.entry
        note = "" if added.is_new else " stood there already"
        click.echo(f"{entry.place}: {name} {entry.done:g} by {entry.day}{note}")
        for warning in added.warnings:
            click.echo(f"warning: {warning}")


@commitments.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option("--out", required=True, metavar="FILE", help="A new .csv or .xlsx file.")
@question
def template(area: str, out: str, **asked: Any) -> None:
    """Write a file with a line for each commitment, to be filled in by those who know."""
    with exit_codes():
        from forecast.pages.excel import write_progress_template

        parameters = asked_parameters(area, **asked)
        announced = _snapshot(parameters).commitments(area, parameters.year)
        write_progress_template(announced, Path(out), parameters.lang)
        click.echo(out)


def _snapshot(asked: Parameters) -> Snapshot:
    """Return what was known on the day; raise UnknownArea, BeforeFirstRelease or DayAhead."""
    from forecast.archive.folder import read_archive
    from forecast.base.errors import DayAhead

    archive = read_archive(asked.data)
    today = archive.schedule.today()
    if asked.as_of > today:
        raise DayAhead(asked.as_of, today)
    if asked.area not in {one.area for one in archive.commitments.announced}:
        archive.first_release_of(asked.area)
    return archive.as_of(asked.as_of)
