"""Runs on disk: built beside their place, synced, renamed into it once, and never changed.

The manifest of a run says what it was made from, and which files it holds.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecast.base.errors import OutputError
from forecast.base.files import bytes_of, copy_content, copy_file, sha256_of, sweep, sync
from forecast.base.package import commit
from forecast.publishing.places import (
    MANIFEST,
    RESULT,
    ROWS,
    RUNS,
    Page,
    named_page,
    published_pages,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a run is made from; what an older version did not note is empty.

    `data` holds the hash of each file of the data folder, `known` that of what was known on the
    day, `overlay` all unpublished figures, `package` and `requirements` the hashes of the code and
    of the libraries.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    known: str = ""
    overlay: Mapping[str, Any] | None = None
    package: str = ""
    requirements: str | None = None

    def run_name(self, pages: Iterable[Page]) -> str:
        """Return the name of a run with these pages: a hash of its inputs and their names."""
        named = {**asdict(self), "pages": sorted(page.name for page in pages)}
        return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run was made from, when, and the SHA-256 of each of its files by name.

    `head` is the hash of the ledger's newest line by then, `newest_release` the day of the newest
    figure that was known; older versions left both empty.
    """

    inputs: Inputs
    pages: tuple[Page, ...] = ()
    run: str = ""
    commit: str | None = None
    made_at: str = ""
    head: str = ""
    newest_release: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def write_manifest(
    folder: Path,
    inputs: Inputs,
    pages: Iterable[Page],
    *,
    head: str = "",
    newest_release: str = "",
) -> Manifest:
    """Write the manifest of a run whose other files lie in a folder, and return it."""
    listed = tuple(pages)
    manifest = Manifest(
        inputs=inputs,
        pages=listed,
        run=inputs.run_name(listed),
        commit=commit(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        head=head,
        newest_release=newest_release,
        files={p.name: sha256_of(p) for p in sorted(folder.iterdir())},
    )
    content = asdict(manifest)
    content |= content.pop("inputs") | {"pages": {page.name: asdict(page) for page in listed}}
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest in a folder; None where there is none that can be read."""
    try:
        content = json.loads(bytes_of(folder / MANIFEST))
        pages = map(named_page, content.get("pages", {}))
        return Manifest(
            inputs=Inputs(
                parameters=dict(content.get("parameters", {})),
                data=dict(content.get("data", {})),
                known=content.get("known", ""),
                overlay=content.get("overlay"),
                package=content.get("package", ""),
                requirements=content.get("requirements"),
            ),
            pages=tuple(page for page in pages if page is not None),
            run=str(content.get("run", "")),
            commit=content.get("commit"),
            made_at=str(content.get("made_at", "")),
            head=str(content.get("head", "")),
            newest_release=str(content.get("newest_release", "")),
            files={n: str(digest) for n, digest in dict(content.get("files", {})).items()},
        )
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


_BUILDING = ".building-"


def sweep_place(place: Path) -> None:
    """Remove what publications left in a place that died a day ago or earlier."""
    sweep(place)
    sweep(place / RUNS, re.compile(r"\..+"))


@contextmanager
def unfinished_run(place: Path) -> Iterator[Path]:
    """Yield a new folder in which a run can be built; whatever is left of it is removed."""
    runs = place / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    work = runs / f"{_BUILDING}{secrets.token_hex(4)}"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def finished_run(
    work: Path, inputs: Inputs, pages: Sequence[Page], *, head: str, newest_release: str
) -> Path:
    """Return the folder of a run whose files are complete, its manifest written and it renamed."""
    written = write_manifest(work, inputs, pages, head=head, newest_release=newest_release)
    home = work.parent / written.run
    for path in [*work.iterdir(), work]:
        sync(path)
    try:
        work.rename(home)
    except OSError:
        if not home.is_dir():  # else the same run was there, or another process was first
            raise
    sync(home.parent)
    return home


def faulty_files(home: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the files of a folder that differ from listed hashes, and in what: one word each."""
    for name, digest in sorted(files.items()):
        if (state := state_of(home / name, digest)) != SOUND:
            yield name, state


SOUND, GONE, EMPTY, ALTERED = "sound", "missing", "empty", "altered"


def state_of(path: Path, digest: str) -> str:
    """Return whether a file has the hash that is listed of it: sound, missing, empty or altered."""
    if not path.is_file():
        return GONE
    if sha256_of(path) == digest:
        return SOUND
    return ALTERED if path.stat().st_size else EMPTY


def verify_run(home: Path) -> None:
    """Raise OutputError where a run differs from its manifest; a run is never changed."""
    manifest = read_manifest(home)
    files = {} if manifest is None else manifest.files
    altered = [] if files else [MANIFEST]
    altered += [name for name, _ in faulty_files(home, files)]
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
            copy_content(earlier / name, work / name)


def put_in_place(home: Path, place: Path) -> None:
    """Put the files that people link to in place, one by one, except for the manifest.

    Pages of another run that this run lacks are removed; they stay in their own run.
    """
    names = linked_names(home)
    for page in published_pages(place):
        for name in {page.name, page.notebook} - set(names):
            (place / name).unlink(missing_ok=True)
    for name in names:
        copy_file(home / name, place / name)
    for failed in place.glob("*.failed.ipynb"):
        failed.unlink()


def put_manifest(home: Path, place: Path) -> None:
    """Put the manifest in place: it says that all the others are there, and listed."""
    copy_file(home / MANIFEST, place / MANIFEST)


def linked_names(home: Path) -> list[str]:
    """Return the names of a run's files that people link to, without its manifest."""
    return sorted(p.name for p in home.iterdir() if p.name not in (MANIFEST, ROWS))


def sync_above(place: Path, reports: Path) -> None:
    """Wait until the folders that lead from the folder of reports to a place are on the disk."""
    for folder in (place, *place.parents):
        sync(folder)
        if folder == reports:
            return
