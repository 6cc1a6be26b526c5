"""Areas asked all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import click

from forecast.archive import Archive
from forecast.errors import ForecastError, SomeFailed
from forecast.targets import in_force


def areas_with_targets(archive: Archive, year: int, day: date) -> list[str]:
    """Return the areas with a target of the year in force on a day; without any, all areas."""
    found = [area for area in archive.areas if in_force(archive.targets, area, year, day)]
    return found or archive.areas


def each(areas: Sequence[str], work: Callable[[str], str]) -> None:
    """Do the work for one area after the other and print a line of each.

    Raise SomeFailed in the end where some failed; the others are done all the same.
    """
    failed: dict[str, str] = {}
    for area in areas:
        try:
            click.echo(f"{area}: {work(area)}")
        except ForecastError as error:
            failed[area] = str(error)
            click.echo(f"{area}: failed")
    if failed:
        raise SomeFailed(failed, len(areas))
