"""The commands for a data folder: check-data, init."""

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
    """Check a data folder: print what it holds, or every fault in it."""
    with exit_codes():
        from forecast.archive.folder import read_archive

        archive = read_archive(Path(folder))
        newest = archive.figures["released_on"].max().date()
        click.echo(
            f"no fault in {len(archive.figures)} figures, "
            f"released {archive.first_release_on} to {newest}"
        )
        if archive.n_repeated:
            click.echo(f"  {archive.n_repeated} more rows repeat another row")
        for area in archive.areas:
            targets = sum(t.area == area for t in archive.targets)
            rows = int((archive.figures["area"] == area).sum())
            click.echo(
                f"  {area}: {rows} figures of {len(archive.indicators_of(area))} indicators, "
                f"{targets} targets{_commitment_counts(archive, area)}"
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
    from forecast.report.data_checks import data_checks

    snapshot = archive.as_of(archive.last_release_on)
    for area in archive.areas:
        checks = data_checks(snapshot, area)
        shown = checks.findings
        if shown:
            counts = [f"{n} {kind}" for kind, n in checks.counts.items() if n]
            kinds = ", ".join(counts).replace("_", " ")
            yield f"a second look at {area}, as of {snapshot.day} ({kinds}; {len(shown)} shown):"
        yield from (f"  {finding}" for finding in shown)


def _commitment_counts(archive: Archive, area: str) -> str:
    """Return how many commitments and progress entries an area has; "" if it has none."""
    announced = [c.id for c in archive.commitments.announced if c.area == area]
    entries = sum(entry.id in announced for entry in archive.commitments.entries)
    return f", {len(announced)} commitments with {entries} progress entries" if announced else ""


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
