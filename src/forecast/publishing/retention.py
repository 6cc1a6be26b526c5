"""Old runs moved to the archive in the folder of reports, where `verify` and `score` find them."""

from __future__ import annotations

import math
import os
import shutil
from dataclasses import dataclass, field
from datetime import date
from errno import EIO
from pathlib import Path

from forecast.base.errors import OutputError
from forecast.base.files import sync
from forecast.publishing.ledger import Entry, is_linked, read_ledger
from forecast.publishing.places import ARCHIVE, MANIFEST, RESULT, listed_path, run_results
from forecast.publishing.runs import faulty_files, read_manifest


@dataclass(slots=True)
class Pruned:
    """The runs that were moved, those that stay, and why some were left that would have gone."""

    moved: list[str] = field(default_factory=list)
    n_kept: int = 0
    left: list[str] = field(default_factory=list)


def prune(
    reports: Path, keep: int, before: date | None = None, *, is_trial: bool = False
) -> Pruned:
    """Move the runs of each report to the archive, except for the `keep` newest and the linked one.

    With `before`, only those of reports of earlier days. A run that is not as it was published is
    left and named. The caller holds the lock of the folder;
    with `is_trial` nothing is moved. Raise OutputError where the archive cannot be written.
    """
    listed, pruned = read_ledger(reports).newest, Pruned()
    for place, homes in _by_place(reports).items():
        order = {h: listed.get(listed_path(reports, h / RESULT)) for h in homes}
        newest_first = sorted(homes, key=lambda home: _sequence(order[home]), reverse=True)
        old = [] if before is not None and not _is_before(place, before) else newest_first[keep:]
        old = [home for home in old if not is_linked(home)]
        pruned.n_kept += len(homes) - len(old)
        for home in sorted(old):
            path = listed_path(reports, home)
            reason = _why_left(home)
            if reason:
                pruned.left.append(f"{path}: {reason}")
                continue
            if not is_trial:
                _move(home, reports / ARCHIVE / path)
            pruned.moved.append(path)
    return pruned


def _by_place(reports: Path) -> dict[Path, list[Path]]:
    """Return the runs of each report that are not in the archive yet."""
    places: dict[Path, list[Path]] = {}
    for result in run_results(reports):
        if reports / ARCHIVE not in result.parents:
            places.setdefault(result.parents[2], []).append(result.parent)
    return places


def _sequence(entry: Entry | None) -> float:
    """Return the number of a run's line; a run without one counts as the newest."""
    return math.inf if entry is None else entry.sequence


def _is_before(place: Path, day: date) -> bool:
    """Return whether a report is about a day before another; one on an overlay lies below it."""
    for name in (place.name, place.parent.name):
        try:
            return date.fromisoformat(name) < day
        except ValueError:
            continue
    return False


def _why_left(home: Path) -> str:
    manifest = read_manifest(home)
    if manifest is None or not manifest.files:
        return f"its {MANIFEST} is missing, empty or of an older version, so that nothing proves it"
    faults = [f"{name} is {state}" for name, state in faulty_files(home, manifest.files)]
    return "; ".join(faults)


def _move(home: Path, target: Path) -> None:
    """Move a run as a whole; between file systems it is copied and compared before it goes."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            _place(home, target)
        if home.exists():
            shutil.rmtree(home)
        sync(home.parent)
    except OSError as error:
        raise OutputError(f"{target} could not be written: {error.strerror or error}") from error


def _place(home: Path, target: Path) -> None:
    if _is_on_one_disk(home, target.parent):
        os.rename(home, target)
    else:
        beside = target.parent / f".moving-{target.name}"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(home, beside)
        for path in (*beside.iterdir(), beside):
            sync(path)
        manifest = read_manifest(beside)
        if manifest is None or list(faulty_files(beside, manifest.files)):
            raise OSError(EIO, "the copy differs")
        os.rename(beside, target)
    sync(target.parent)


def _is_on_one_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
