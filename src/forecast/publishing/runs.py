"""Runs on disk: built beside their place, synced, renamed into it once, and never changed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecast.base.errors import OutputError
from forecast.base.files import sha256_of, sync, write_bytes
from forecast.base.package import commit
from forecast.publishing.inputs import run_name
from forecast.publishing.ledger import MANIFEST, RESULT, RUNS
from forecast.publishing.page_names import Page, named_page

Fill = Callable[[Path], Sequence[Page]]


def build_run(place: Path, inputs: Mapping[str, Any], fill: Fill) -> Path:
    """Return the folder of a new run; `fill` writes its files and says which pages they are."""
    runs = place / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=runs))
    try:
        pages = fill(work)
        home = runs / run_name(inputs, pages)
        _write_manifest(work, home.name, pages, inputs)
        work.chmod(0o755)
        for path in [*work.iterdir(), work]:
            sync(path)
        try:
            work.rename(home)
        except OSError:
            if not home.is_dir():  # else the same run was there, or another process was first
                raise
        sync(runs)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return home


def _write_manifest(work: Path, run: str, pages: Sequence[Page], inputs: Mapping[str, Any]) -> None:
    files = {p.name: sha256_of(p) for p in sorted(work.iterdir())}
    manifest = {
        **inputs,
        "pages": {page.name: asdict(page) for page in pages},
        "run": run,
        "commit": commit(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (work / MANIFEST).write_text(text, encoding="utf-8")


def verify_run(home: Path) -> None:
    """Raise OutputError where a run is not as its manifest says; a run is never changed."""
    manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    altered = [
        name
        for name, digest in manifest["files"].items()
        if not (home / name).is_file() or sha256_of(home / name) != digest
    ]
    if altered:
        raise OutputError(
            f"{home} was altered after it was made: {', '.join(altered)}; move it away, run again"
        )


def earlier_run(place: Path, inputs: Mapping[str, Any]) -> Path | None:
    """Return the run that stands in a place where it was made from the same; else None."""
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
        home = place / RUNS / str(manifest["run"])
        is_same = all(manifest.get(key) == value for key, value in inputs.items())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    if not is_same or not home.is_dir():
        return None
    verify_run(home)
    return home


def copy_pages(earlier: Path, work: Path, pages: Sequence[Page]) -> None:
    """Copy what an earlier run from the same inputs holds of the pages, and its result."""
    wanted = {RESULT, *(n for page in pages for n in (page.name, page.notebook))}
    for name in sorted(wanted):
        if (earlier / name).is_file():
            shutil.copyfile(earlier / name, work / name)


def published_pages(place: Path) -> list[Page]:
    """Return the pages that stand in a place."""
    names = (p.name for p in place.iterdir() if p.is_file()) if place.is_dir() else ()
    return [page for name in names if (page := named_page(name)) is not None]


def put_in_place(home: Path, place: Path) -> None:
    """Put the files that people link to in place, one by one, the manifest last.

    Pages of another run that this one has not are taken away; they stay in their own run.
    """
    names = sorted(p.name for p in home.iterdir() if p.name != MANIFEST)
    for page in published_pages(place):
        for name in {page.name, page.notebook} - set(names):
            (place / name).unlink(missing_ok=True)
    for name in [*names, MANIFEST]:
        write_bytes(place / name, (home / name).read_bytes())
    for failed in place.glob("*.failed.ipynb"):
        failed.unlink()
