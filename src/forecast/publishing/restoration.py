"""What was lost or half-written of a published report, put back from its run or from its copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from forecast.base.errors import OutputError
from forecast.base.files import sha256_of, write_bytes
from forecast.publishing.ledger import Ledger
from forecast.publishing.places import MANIFEST, RESULT, ROWS, RUNS
from forecast.publishing.runs import (
    ALTERED,
    SOUND,
    Manifest,
    faulty_files,
    linked_names,
    read_manifest,
    state_of,
)


def is_whole(place: Path, manifest: Manifest | None) -> bool:
    """Return whether the files of a report and of its run have the same sizes, and no later times.

    Manifests are written last. This is quick; `verify` compares the content.
    """
    if manifest is None or not manifest.files:
        return manifest is not None and bool(manifest.run)  # nothing says what should be there
    linked, stored = _files(place), _files(place / RUNS / manifest.run)
    names = {*manifest.files, MANIFEST}
    is_stored = all(name in stored and stored[name].st_size for name in names)
    return (
        is_stored
        and all(n in linked and linked[n].st_size == stored[n].st_size for n in names - {ROWS})
        and all(
            folder[MANIFEST].st_mtime_ns >= _newest(folder, names) for folder in (linked, stored)
        )
    )


def _files(folder: Path) -> dict[str, os.stat_result]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat() for entry in entries if entry.is_file()}
    except OSError:
        return {}


def _newest(files: Mapping[str, os.stat_result], names: Iterable[str]) -> int:
    return max(files[name].st_mtime_ns for name in names if name in files)


def mend(
    reports: Path, place: Path, ledger: Ledger, rows: Callable[[str], bytes | None]
) -> list[str]:
    """Put back what a report or its run lost, and return the names of these files.

    A file that is empty or only the beginning of what it was counts as lost. `rows` returns the
    list of rows with a hash, which stands in the run alone, as far as there is one elsewhere.
    Raise OutputError for what was edited, which is never overwritten, and for what is nowhere any
    more.
    """
    home = _home(reports, place, ledger)
    if home is None:
        return []
    entry = ledger.newest.get((home / RESULT).relative_to(reports).as_posix())
    mended = [*_mended_manifest(home, place, entry.manifest if entry else "")]
    manifest = read_manifest(home)
    if manifest is None or not manifest.files:
        raise OutputError(f"{home / MANIFEST} is missing, empty or not a manifest; restore it")
    if entry and entry.manifest and state_of(home / MANIFEST, entry.manifest) != SOUND:
        raise OutputError(f"{home / MANIFEST} is not the one that was published; restore it")
    mended += _mended_run(home, place, manifest, rows)
    mended += _mended_links(home, place, manifest)
    with suppress(OSError):
        for folder in (home, place):
            os.utime(folder / MANIFEST)  # now the newest file again
    return list(dict.fromkeys(mended))


def _home(reports: Path, place: Path, ledger: Ledger) -> Path | None:
    """Return the run that a place shows, else the one of it that was listed last; None without."""
    linked = read_manifest(place)
    if linked is not None and linked.run:
        return place / RUNS / linked.run
    runs = [
        path
        for entry in ledger.newest.values()
        if (path := (reports / entry.path).parent).parent == place / RUNS and path.is_dir()
    ]
    return runs[-1] if runs else None


def _mended_manifest(home: Path, place: Path, listed: str) -> Iterator[str]:
    """Copy a run's manifest from its place where the run's is not the listed one."""
    own, linked = home / MANIFEST, place / MANIFEST
    is_lost = state_of(own, listed) != SOUND if listed else read_manifest(home) is None
    is_there = linked.is_file() and (not listed or sha256_of(linked) == listed)
    if is_lost and is_there:
        home.mkdir(parents=True, exist_ok=True)
        write_bytes(own, linked.read_bytes())
        yield f"{RUNS}/{home.name}/{MANIFEST}"


def _mended_run(
    home: Path, place: Path, manifest: Manifest, rows: Callable[[str], bytes | None]
) -> Iterator[str]:
    """Copy the files that a run lost from its place; raise OutputError for those that are gone."""
    gone = []
    for name, _ in list(faulty_files(home, manifest.files)):
        if state_of(place / name, manifest.files[name]) == SOUND:
            write_bytes(home / name, (place / name).read_bytes())
            yield f"{RUNS}/{home.name}/{name}"
        elif name == ROWS:
            if (content := rows(manifest.files[name])) is not None:
                write_bytes(home / name, content)
                yield f"{RUNS}/{home.name}/{name}"
        else:
            gone.append(name)
    if gone:
        raise OutputError(
            f"{home} was altered after it was made: {', '.join(gone)}; restore it from a backup, "
            f"or move {place} away and run again"
        )


def _mended_links(home: Path, place: Path, manifest: Manifest) -> Iterator[str]:
    """Put back the linked files that are lost; raise OutputError for those that were edited."""
    names = [*linked_names(home), MANIFEST]
    edited = [n for n in names if n != MANIFEST and _is_edited(home, place, n, manifest)]
    if edited:
        named = ", ".join(str(place / name) for name in edited)
        raise OutputError(f"{named} was edited by hand; move it away, run again")
    for name in names:
        content = (home / name).read_bytes()
        if not (place / name).is_file() or (place / name).read_bytes() != content:
            write_bytes(place / name, content)
            yield name


def _is_edited(home: Path, place: Path, name: str, manifest: Manifest) -> bool:
    """Return whether a linked file is neither that of a run beside it nor the beginning of it."""
    path = place / name
    if state_of(path, manifest.files.get(name, "")) != ALTERED:
        return False
    content = path.read_bytes()
    others = ((run / name) for run in (place / RUNS).iterdir() if not run.name.startswith("."))
    stored = [other.read_bytes() for other in others if other.is_file()]
    return not any(whole.startswith(content) for whole in stored)
