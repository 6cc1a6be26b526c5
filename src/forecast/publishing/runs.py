"""Runs on disk: built beside their place, synced, renamed into it once, and never changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from forecast.base.errors import OutputError
from forecast.base.files import sha256_of, sync, write_bytes
from forecast.publishing.manifest import Inputs, read_manifest, write_manifest
from forecast.publishing.page_names import Page, named_page
from forecast.publishing.places import MANIFEST, RESULT, RUNS


@contextmanager
def unfinished_run(place: Path) -> Iterator[Path]:
    """Yield a new folder in which a run can be built; whatever is left of it is removed."""
    runs = place / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=runs))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def finished_run(work: Path, inputs: Inputs, pages: Sequence[Page]) -> Path:
    """Return the folder of a run whose files are complete, its manifest written and it renamed."""
    home = work.parent / write_manifest(work, inputs, pages).run
    work.chmod(0o755)
    for path in [*work.iterdir(), work]:
        sync(path)
    try:
        work.rename(home)
    except OSError:
        if not home.is_dir():  # else the same run was there, or another process was first
            raise
    sync(home.parent)
    return home


def verify_run(home: Path) -> None:
    """Raise OutputError where a run differs from its manifest; a run is never changed."""
    manifest = read_manifest(home)
    files = {} if manifest is None else manifest.files
    altered = [] if files else [MANIFEST]
    altered += [
        name
        for name, digest in files.items()
        if not (home / name).is_file() or sha256_of(home / name) != digest
    ]
    if altered:
        raise OutputError(
            f"{home} was altered after it was made: {', '.join(altered)}; move it away, run again"
        )


def earlier_run(place: Path, inputs: Inputs) -> Path | None:
    """Return the run in a place if it was made from the same inputs; else None."""
    manifest = read_manifest(place)
    if manifest is None or manifest.inputs != inputs or not manifest.run:
        return None
    home = place / RUNS / manifest.run
    if not home.is_dir():
        return None
    verify_run(home)
    return home


def copy_pages(earlier: Path, work: Path, pages: Sequence[Page]) -> None:
    """Copy the pages that an earlier run from the same inputs holds, and its result."""
    wanted = {RESULT, *(n for page in pages for n in (page.name, page.notebook))}
    for name in sorted(wanted):
        if (earlier / name).is_file():
            shutil.copyfile(earlier / name, work / name)


def published_pages(place: Path) -> list[Page]:
    """Return the pages that lie in a place."""
    names = (p.name for p in place.iterdir() if p.is_file()) if place.is_dir() else ()
    return [page for name in names if (page := named_page(name)) is not None]


def put_in_place(home: Path, place: Path) -> None:
    """Put the files that people link to in place, one by one, the manifest last.

    Pages of another run that this run lacks are removed; they stay in their own run.
    """
    names = sorted(p.name for p in home.iterdir() if p.name != MANIFEST)
    for page in published_pages(place):
        for name in {page.name, page.notebook} - set(names):
            (place / name).unlink(missing_ok=True)
    for name in [*names, MANIFEST]:
        write_bytes(place / name, (home / name).read_bytes())
    for failed in place.glob("*.failed.ipynb"):
        failed.unlink()
