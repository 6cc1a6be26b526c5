"""Reading a data folder into an archive, with every fault of every file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.commitments import ANNOUNCED_FILE, read_commitments
from forecast.archive.figure_files import KEY, conflicts, figure_files, sound_figures
from forecast.archive.progress import progress_files
from forecast.archive.published_forecasts import FILE as PUBLISHED_FILE
from forecast.archive.published_forecasts import read_published_forecasts
from forecast.archive.registry import FILE as INDICATORS_FILE
from forecast.archive.registry import Registry, read_registry
from forecast.archive.schedule import FILE as SCHEDULE_FILE
from forecast.archive.schedule import read_schedule
from forecast.archive.targets import FILE as TARGETS_FILE
from forecast.archive.targets import read_targets
from forecast.base.errors import ContractError, Fault, OutputError, ParameterError
from forecast.base.files import sha256_of
from forecast.base.package import PACKAGE, data_folder


def new_data_folder(path: str | Path) -> None:
    """Write an empty data folder with comments that explain each file.

    Raise ParameterError where the path is taken, OutputError where it cannot be written.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError([f"{folder} is not empty; allowed: a new or empty folder"])
    try:
        shutil.copytree(PACKAGE / "archive" / "starter", folder, dirs_exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} could not be written: {error.strerror}") from error


def read_archive(path: str | Path = "") -> Archive:
    """Return a data folder's archive, by default that of the project.

    Raise ContractError with every fault of every file.
    """
    folder = data_folder(path)
    if not folder.is_dir():
        raise ContractError([Fault(str(folder), None, "no such folder; a data folder is needed")])
    faults: list[Fault] = []
    registry: Registry | None = None
    figures, figure_faults, n_rows = sound_figures(folder)
    areas = None if figure_faults else set(figures["area"])
    with _collected(faults):
        registry = read_registry(folder, areas)
    faults.extend(figure_faults)
    if registry is not None:
        faults.extend(unknown_indicators(figures, registry))
        figures, unit_faults = with_units(figures, registry)
        faults.extend(unit_faults)
    parts: dict[str, Any] = {}
    for name, read in _optional(folder, registry, areas).items():
        with _collected(faults):
            parts[name] = read()
    if faults or registry is None:
        raise ContractError(faults)
    n_repeated = n_rows - len(figures)
    hashes = file_hashes(folder)
    return Archive(figures, registry, file_hashes=hashes, n_repeated=n_repeated, **parts)


@contextmanager
def _collected(faults: list[Fault]) -> Iterator[None]:
    """Add the faults of a ContractError to a list instead of raising it."""
    try:
        yield
    except ContractError as error:
        faults.extend(error.faults)


def _optional(
    folder: Path, registry: Registry | None, areas: Collection[str] | None
) -> dict[str, Callable[[], Any]]:
    """Return, by field of the archive, what reads each optional file."""
    known = None if areas is None or registry is None else {*areas, *registry.areas}
    readers: dict[str, Callable[[], Any]] = {
        "schedule": partial(read_schedule, folder, known),
        "commitments": partial(read_commitments, folder, known),
    }
    if registry is None:
        return readers
    indicators = registry.indicators
    return {
        "targets": partial(read_targets, folder, registry, known),
        **readers,
        "published_forecasts": partial(read_published_forecasts, folder, indicators),
    }


def unknown_indicators(figures: pd.DataFrame, registry: Registry) -> list[Fault]:
    """Return a fault for each figure of an indicator that the registry does not hold."""
    known = ", ".join(sorted(registry.indicators))
    unknown = figures[~figures["indicator"].isin(list(registry.indicators))]
    rows = unknown[["file", "line", "indicator"]].to_dict("records")
    rule = f"known in {INDICATORS_FILE}: {known}"
    return [
        Fault(r["file"], r["line"], f"unknown indicator {r['indicator']!r}; {rule}") for r in rows
    ]


def with_units(figures: pd.DataFrame, registry: Registry) -> tuple[pd.DataFrame, list[Fault]]:
    """Return figures with the registry's unit where a level has none, and the faults this reveals.

    A row that now has the unit of another row must not contradict it.
    """
    unnamed = figures["unit"] == ""
    if not unnamed.any():
        return figures, []
    keys = figures.loc[unnamed, ["area", "indicator"]].astype(str)
    unit_of = {
        key: registry.of(*key).unit if key[1] in registry.indicators else ""
        for key in set(keys.itertuples(index=False, name=None))
    }
    units = figures["unit"].astype(str).to_numpy(dtype=object)
    units[unnamed.to_numpy()] = [unit_of[key] for key in keys.itertuples(index=False, name=None)]
    filled = figures.assign(unit=pd.Categorical(units))
    again = filled.duplicated([*KEY, "released_on"], keep=False)
    faults = list(conflicts(filled[again]))
    return filled.drop_duplicates([*KEY, "released_on", "status"], ignore_index=True), faults


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a data folder that a result can depend on, by name."""
    names = (INDICATORS_FILE, TARGETS_FILE, SCHEDULE_FILE, ANNOUNCED_FILE, PUBLISHED_FILE)
    named = [folder / name for name in names]
    paths = [*named, *figure_files(folder), *progress_files(folder)]
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in paths if p.is_file()}
