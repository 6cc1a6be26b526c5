"""The commands that look after a data folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.base.errors import OutputError, ParameterError
from forecast.cli.terminal import exit_codes

if TYPE_CHECKING:
    from forecast.archive.archive import Archive


@click.command("check-data")
@click.argument("folder", metavar="DIR")
def check_data(folder: str) -> None:
    """Check a data folder and say what is in it; name every fault."""
    with exit_codes():
        from forecast.archive.folder import read_archive

        archive = read_archive(Path(folder))
        newest = archive.figures["released_on"].max().date()
        click.echo(
            f"no fault in {len(archive.figures)} figures, "
            f"released {archive.first_release_on} to {newest}"
        )
        if archive.n_repeated:
            click.echo(f"  {archive.n_repeated} more rows say again what another says")
        for area in archive.areas:
            targets = sum(t.area == area for t in archive.targets)
            rows = int((archive.figures["area"] == area).sum())
            click.echo(
                f"  {area}: {rows} figures of {len(archive.indicators_of(area))} indicators, "
                f"{targets} targets{_commitments_said(archive, area)}"
            )
        for area in sorted({t.area for t in archive.targets} - set(archive.areas)):
            targets = sum(t.area == area for t in archive.targets)
            click.echo(f"  {area}: no figures yet, {targets} targets")
        for line in _looks(archive):
            click.echo(line)
        for warning in archive.commitments.warnings():
            click.echo(f"warning: {warning}")


def _looks(archive: Archive) -> Iterator[str]:
    """Yield what deserves a second look in each area's figures, as known on the newest day."""
    from forecast.report.data_checks import counted, findings, foremost

    snapshot = archive.as_of(archive.last_release_on)
    for area in archive.areas:
        found = findings(snapshot, area)
        shown = foremost(found)
        if found:
            counts = [f"{n} {kind}" for kind, n in counted(found).items() if n]
            kinds = ", ".join(counts).replace("_", " ")
            yield f"a second look at {area}, as of {snapshot.day} ({kinds}; {len(shown)} shown):"
        yield from (f"  {one}" for one in shown)


def _commitments_said(archive: Archive, area: str) -> str:
    """Return how many commitments and progress entries an area has; nothing without any."""
    own = {one.id for one in archive.commitments.announced if one.area == area}
    announced = sum(one.area == area for one in archive.commitments.announced)
    entries = sum(entry.id in own for entry in archive.commitments.entries)
    return f", {announced} commitments with {entries} progress entries" if announced else ""


@click.command()
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Write an empty data folder with comments that explain each file."""
    with exit_codes():
        import shutil

        from forecast.base.package import PACKAGE

        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ParameterError([f"{target} is not empty; allowed: a new or empty folder"])
        try:
            shutil.copytree(PACKAGE / "archive" / "starter", target, dirs_exist_ok=True)
        except OSError as error:
            raise OutputError(f"{target} could not be written: {error.strerror}") from error
        click.echo(
            f"{target} is ready: describe indicators, add figures, "
            f"then: forecast check-data {target}"
        )
