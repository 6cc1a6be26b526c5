"""The commands for counted commitments: list, add, template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.options import data_folder, parameters_from, question
from forecast.cli.terminal import exit_codes, show

if TYPE_CHECKING:
    from forecast.archive.archive import Snapshot
    from forecast.base.parameters import Parameters


@click.group()
def commitments() -> None:
    """Track the counted commitments of a work report."""


@commitments.command("list")
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
def list_all(area: str, **options: Any) -> None:
    """Print every commitment in force, with its progress and its probability."""
    with exit_codes():
        from forecast.base.texts import calendar
        from forecast.pages.tables import commitments_lead, commitments_terminal
        from forecast.report.commitments import commitment_reports

        parameters = parameters_from(area, **options)
        snapshot = _snapshot(parameters)
        year, day, lang = parameters.year, parameters.as_of, parameters.lang
        reports = commitment_reports(
            snapshot, area, year, seed=parameters.seed, n_paths=parameters.n_paths
        )
        if not reports:
            click.echo(f"no commitments of {area} {year} were known on {day}")
            return
        named = snapshot.registry.area_name(area, lang)
        with calendar(snapshot.registry.months_before(area) + 1):
            table = commitments_terminal(reports, lang, area=named, year=year, day=day)
            show(table, commitments_lead(reports, lang))


@commitments.command()
@click.option("--id", "name", required=True, help="Id of the commitment, as `list` prints it.")
@click.option("--day", required=True, metavar="YYYY-MM-DD", help="Last day that is counted.")
@click.option(
    "--done", required=True, metavar="N", help="Done since January, in the unit of the commitment."
)
@click.option("--source", required=True, metavar="TEXT", help="Where the progress was published.")
@click.option(
    "--released-on",
    default="",
    metavar="YYYY-MM-DD",
    help="Day on which the progress was published; default: --day.",
)
@click.option("--data", metavar="DIR", help="Data folder; default: ./data.")
def add(name: str, day: str, done: str, source: str, released_on: str, data: str | None) -> None:
    """Append a progress entry to the data folder if it is sound."""
    with exit_codes():
        from forecast.archive.folder import add_progress

        folder = Path(data_folder(data) or "data")
        row = {"id": name, "day": day, "done": done, "source": source, "released_on": released_on}
        added = add_progress(folder, row)
        entry = added.entry
        note = "" if added.is_new else " exists already"
        click.echo(f"{entry.place}: {name} {entry.done:g} by {entry.day}{note}")
        for warning in added.warnings:
            click.echo(f"warning: {warning}")


@commitments.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option("--out", required=True, metavar="FILE", help="A new .csv or .xlsx file.")
@question
def template(area: str, out: str, **options: Any) -> None:
    """Write a file with a line for each commitment, for progress to be filled in."""
    with exit_codes():
        from forecast.pages.excel import write_progress_template

        parameters = parameters_from(area, **options)
        snapshot = _snapshot(parameters)
        announced = snapshot.commitments(area, parameters.year)
        begins = snapshot.registry.months_before(area) + 1
        write_progress_template(announced, Path(out), parameters.lang, year_begins=begins)
        click.echo(out)


def _snapshot(parameters: Parameters) -> Snapshot:
    """Return what was known on the day; raise UnknownArea, BeforeFirstRelease or DayAhead."""
    from forecast.archive.folder import read_archive
    from forecast.base.errors import DayAhead

    archive = read_archive(parameters.data)
    today = archive.schedule.today()
    if parameters.as_of > today:
        raise DayAhead(parameters.as_of, today)
    if parameters.area not in {c.area for c in archive.commitments.announced}:
        archive.first_release_of(parameters.area)
    return archive.as_of(parameters.as_of)
