"""Areas asked all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from forecast.base.errors import ForecastError, SomeFailed


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
