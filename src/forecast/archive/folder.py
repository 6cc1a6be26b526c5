"""A data folder: read into an archive with every fault of every file, made, and added to."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.commitments import ANNOUNCED_FILE, Commitments, read_commitments
from forecast.archive.contradictions import (
    by_years_of_areas,
    calendar_faults,
    contradictions_of,
)
from forecast.archive.figure_files import KEY, conflicts, figure_files, sound_figures
from forecast.archive.judgements import FILE as JUDGEMENTS_FILE
from forecast.archive.judgements import (
    Judgement,
    add_judgement,
    author_from,
    judgement_from,
    read_judgements,
)
from forecast.archive.progress import (
    PROGRESS_COLUMNS,
    PROGRESS_FOLDER,
    ProgressEntry,
    ProgressWarning,
    checked_entry,
    contradictions,
    progress_files,
)
from forecast.archive.published_forecasts import FILE as PUBLISHED_FILE
from forecast.archive.published_forecasts import read_published_forecasts
from forecast.archive.registry import CASE, Registry, read_registry
from forecast.archive.registry import FILE as INDICATORS_FILE
from forecast.archive.schedule import FILE as SCHEDULE_FILE
from forecast.archive.schedule import read_schedule
from forecast.archive.span_sums import sum_faults
from forecast.archive.targets import FILE as TARGETS_FILE
from forecast.archive.targets import Target, read_targets, target_line
from forecast.base.errors import ContractError, DayAhead, Fault, OutputError, ParameterError
from forecast.base.files import bytes_of, locked, sha256_of, write_bytes
from forecast.base.notation import NOT_A_DATE, parse_day
from forecast.base.package import PACKAGE, data_folder


def new_data_folder(path: str | Path, *, figures_of: Collection[str] = ()) -> None:
    """Write an empty data folder with comments that explain each file.

    With `figures_of` it begins with the example's figures of these areas, to borrow from, and with
    its indicators and lags. Beside it goes `notebooks/mine.ipynb`, a template of a page of one's
    own, unless it is there. Raise ParameterError where the path is taken or the example has no such
    area, OutputError where it cannot be written.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError([f"{folder} is not empty; allowed: a new or empty folder"])
    example = {p.stem: p for p in sorted((data_folder() / "figures").glob("*.csv"))}
    if unknown := [area for area in figures_of if area not in example]:
        raise ParameterError(
            [f"the example has no area {a!r} (expected {', '.join(example)})" for a in unknown]
        )
    try:
        shutil.copytree(PACKAGE / "archive" / "starter", folder, dirs_exist_ok=True)
        for name in ("indicators.toml", "schedule.toml") if figures_of else ():
            shutil.copyfile(data_folder() / name, folder / name)
        for area in figures_of:
            shutil.copyfile(example[area], folder / "figures" / f"{area}.csv")
        template = folder.resolve().parent / "notebooks" / "mine.ipynb"
        if not template.exists():
            template.parent.mkdir(exist_ok=True)
            shutil.copyfile(PACKAGE / "archive" / template.name, template)
    except OSError as error:
        raise OutputError(f"{folder} could not be written: {error.strerror}") from error


def read_archive(path: str | Path = "", *, without: Collection[str] = ()) -> Archive:
    """Return a data folder's archive, by default that of the project.

    Files that are named in `without` are not read, and areas without figures are then no fault.
    Raise ContractError with every fault of every file.
    """
    folder = data_folder(path)
    if not folder.is_dir():
        raise ContractError([Fault(str(folder), None, "no such folder; a data folder is needed")])
    faults: list[Fault] = []
    registry: Registry | None = None
    figures, figure_faults, n_rows = sound_figures(folder, without)
    areas = None if figure_faults or without else set(figures["area"])
    with _collected(faults):
        registry = read_registry(folder, areas)
    faults.extend(figure_faults)
    if registry is not None:
        faults.extend(unknown_indicators(figures, registry))
        faults.extend(areas_alike(figures))
        figures, unit_faults = with_units(figures, registry)
        faults.extend(unit_faults)
        faults.extend(contradictions_of(figures, registry))
        faults.extend(calendar_faults(figures, registry))
        faults.extend(sum_faults(figures))
    parts: dict[str, Any] = {}
    for name, read in _optional(folder, registry, areas, without).items():
        with _collected(faults):
            parts[name] = read()
    if "targets" in parts:
        faults.extend(units_of_targets(folder, parts["targets"], figures, registry))
    if faults or registry is None:
        raise ContractError(faults)
    n_repeated = n_rows - len(figures)
    figures = by_years_of_areas(figures, registry)
    if registry.shifted and "schedule" in parts:
        parts["schedule"] = replace(parts["schedule"], months_before=registry.shifted)
    hashes = file_hashes(folder)
    return Archive(figures, registry, file_hashes=hashes, n_repeated=n_repeated, **parts)


def _commitments_of(folder: Path) -> Commitments:
    """Return the commitments of a folder by the calendars of its areas; raise ContractError."""
    has_registry = (folder / INDICATORS_FILE).is_file()
    return read_commitments(
        folder, months_before=read_registry(folder).shifted if has_registry else None
    )


@contextmanager
def _collected(faults: list[Fault]) -> Iterator[None]:
    """Add the faults of a ContractError to a list instead of raising it."""
    try:
        yield
    except ContractError as error:
        faults.extend(error.faults)


def _optional(
    folder: Path,
    registry: Registry | None,
    areas: Collection[str] | None,
    without: Collection[str],
) -> dict[str, Callable[[], Any]]:
    """Return, by field of the archive, what reads each optional file."""
    known = None if areas is None or registry is None else {*areas, *registry.areas}
    readers: dict[str, Callable[[], Any]] = {"schedule": partial(read_schedule, folder, known)}
    if not any(name == ANNOUNCED_FILE or _is_progress(name) for name in without):
        before = {} if registry is None else registry.shifted
        readers["commitments"] = partial(read_commitments, folder, known, before)
    if registry is None:
        return readers
    if TARGETS_FILE not in without:
        readers = {"targets": partial(read_targets, folder, registry, known), **readers}
    if PUBLISHED_FILE not in without:
        readers["published_forecasts"] = partial(
            read_published_forecasts, folder, registry.indicators
        )
    if JUDGEMENTS_FILE not in without:
        readers["judgements"] = partial(read_judgements, folder, registry, known)
    return readers


def _is_progress(name: str) -> bool:
    return name.startswith(f"{PROGRESS_FOLDER}/")


@dataclass(frozen=True)
class SoundArchive:
    """What could be read of a data folder, the faults of the files that could not, and their areas.

    `areas` are those of which rows stand in the files that were left out.
    """

    archive: Archive
    faults: tuple[Fault, ...] = ()
    areas: frozenset[str] = frozenset()


def read_sound_archive(folder: Path) -> SoundArchive:
    """Return the archive of a data folder's files that have no fault.

    A fault of `indicators.toml` or `schedule.toml` bears on everything: raise ContractError, as
    where nothing is left.
    """
    faults: list[Fault] = []
    without: set[str] = set()
    while True:
        try:
            archive = read_archive(folder, without=without)
        except ContractError as error:
            bad = {fault.file for fault in error.faults}
            if bad & without or not all(map(_can_be_left_out, bad)):
                rest = [f for f in error.faults if not faults or f.file != f"{folder.name}/figures"]
                raise ContractError(dict.fromkeys([*faults, *rest])) from error
            faults += error.faults
            without |= bad
        else:
            areas = frozenset(area for name in without for area in _areas_in(folder / name))
            return SoundArchive(archive, tuple(faults), areas)


def _can_be_left_out(name: str) -> bool:
    is_table = name.startswith("figures/") or _is_progress(name)
    return is_table or name in (
        TARGETS_FILE,
        ANNOUNCED_FILE,
        PUBLISHED_FILE,
        JUDGEMENTS_FILE,
    )


def _areas_in(path: Path) -> Iterator[str]:
    """Yield what stands in the column of areas of a faulty CSV file, as far as it can be read."""
    try:
        text = bytes_of(path).decode("utf-8-sig", errors="replace")
    except OSError:
        return
    lines = csv.reader(io.StringIO(text.replace("\0", "")))
    try:
        header = [cell.strip() for cell in next(lines, [])]
        place = header.index("area")
        yield from (cells[place].strip() for cells in lines if len(cells) > place)
    except (csv.Error, ValueError):
        return


def unknown_indicators(figures: pd.DataFrame, registry: Registry) -> list[Fault]:
    """Return a fault for each figure of an indicator that the registry does not hold."""
    known = ", ".join(sorted(registry.indicators))
    unknown = figures[~figures["indicator"].isin(list(registry.indicators))]
    rows = unknown[["file", "line", "indicator"]].to_dict("records")
    rule = f"known in {INDICATORS_FILE}: {known}"
    return [
        Fault(r["file"], r["line"], f"unknown indicator {r['indicator']!r}; {rule}") for r in rows
    ]


def areas_alike(figures: pd.DataFrame) -> list[Fault]:
    """Return a fault for each area of which another one differs by case alone."""
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for row in figures[["file", "line", "area"]].drop_duplicates("area").to_dict("records"):
        other = seen.setdefault(str(row["area"]).casefold(), row["area"])
        if other != row["area"]:
            what = f"area {row['area']!r} stands there as {other!r} too; {CASE}"
            faults.append(Fault(row["file"], row["line"], what))
    return faults


def units_of_targets(
    folder: Path, targets: Collection[Target], figures: pd.DataFrame, registry: Registry
) -> list[Fault]:
    """Return a fault for each target in another unit than the levels that it is about."""
    named = [t for t in targets if t.level_unit is not None]
    faults = []
    for target in named:
        is_own = (figures["area"] == target.area) & (figures["indicator"] == target.indicator)
        own = figures[is_own & (figures["measure"] == "level")]["unit"]
        units = set(own.astype(str)) or {registry.of(target.area, target.indicator).unit}
        if target.level_unit not in units:
            rule = f"allowed: {', '.join(sorted(units))}, the unit of its figures"
            what = f"level_unit {target.level_unit!r} of {target.indicator!r}; {rule}"
            faults.append(Fault(TARGETS_FILE, target_line(folder, target), what))
    return faults


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


_COLUMNS = (*PROGRESS_COLUMNS, "released_on")
_SECONDS_TO_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class Added:
    """The entry as it stands in its file, the warnings about it, and whether it is new there."""

    entry: ProgressEntry
    warnings: tuple[ProgressWarning, ...]
    is_new: bool


def add_progress(folder: Path, row: Mapping[str, str]) -> Added:
    """Append a row to `commitments/AREA-YEAR.csv` and return it; a repeated row is not added.

    Raise ContractError for faults of the folder or of the row, ParameterError for an unknown id
    or an invalid day, DayAhead for a future day, OutputError where it cannot be written.
    """
    cells = {name: " ".join(row.get(name, "").split()) for name in _COLUMNS}
    path = _file_of(folder, cells)
    try:
        path.parent.mkdir(exist_ok=True)
        with locked(path.parent / ".lock", seconds=_SECONDS_TO_WAIT):
            return _added(folder, path, cells)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror}") from error


def add_judgement_of_today(
    folder: Path,
    *,
    area: str,
    indicator: str,
    year: int,
    author: str,
    growth: float | None,
    probability: float | None,
    light: str | None,
    source: str,
    name: str = "",
    role: str | None = None,
) -> Judgement:
    """Append a judgement to `judgements.toml`, entered today, and return it.

    An author who is new in the file needs a role. Raise ContractError for a fault of the folder or
    of the judgement, ParameterError where it cannot be one; then nothing is written.
    """
    archive = read_archive(folder)
    entry = {"area": area, "indicator": indicator, "year": year, "author": author}
    forms = {"growth_pct": growth, "probability": probability, "light": light}
    entry |= {key: value for key, value in forms.items() if value is not None}
    entry |= {"entered_on": archive.schedule.today(), "source": source}
    one = judgement_from(entry)
    by = None
    if author not in (archive.judgements.authors or {}):
        if role is None:
            known = ", ".join(sorted(archive.judgements.authors or {})) or "there are none"
            rule = f"give --role to enter a new one; known: {known}"
            raise ParameterError([f"--author: {author!r} is unknown; {rule}"])
        by = author_from(
            {"id": author, "name_en": name or author, "name_zh": name or author, "role": role}
        )
    try:
        areas = {*archive.areas, *archive.registry.areas}
        add_judgement(folder, one, by, archive.registry, areas)
    except OSError as error:
        raise OutputError(f"{folder} could not be written: {error.strerror}") from error
    return one


def _file_of(folder: Path, cells: Mapping[str, str]) -> Path:
    """Return the file in which an entry belongs."""
    book = _commitments_of(folder)
    areas = {c.id: c.area for c in book.announced}
    problems, day = [], parse_day(cells["day"])
    if cells["id"] not in areas:
        known = ", ".join(sorted(areas)) or "none, commitments.toml is missing or empty"
        problems.append(f"id: {cells['id']!r} is not a commitment (known: {known})")
    if day is None:
        problems.append(f"day: {cells['day']!r} {NOT_A_DATE}")
    if problems or day is None:
        raise ParameterError(problems)
    today = read_schedule(folder).today()
    if day > today:
        raise DayAhead(day, today)
    years = [y for y, (first, last) in book.days[cells["id"]].items() if first <= day <= last]
    year = years[0] if years else day.year
    return folder / PROGRESS_FOLDER / f"{areas[cells['id']]}-{year}.csv"


def _added(folder: Path, path: Path, cells: Mapping[str, str]) -> Added:
    """Check a row against the folder as it is now, and put the file with it in place."""
    before, raw = _commitments_of(folder), path.read_bytes() if path.is_file() else b""
    text, encoding = _decoded(raw)
    header = next(csv.reader(io.StringIO(text)), None) or list(_COLUMNS)
    entry = _checked(before, cells, f"{PROGRESS_FOLDER}/{path.name}", len(text.splitlines()) + 1)
    standing = [e for e in before.entries if _content(e) == _content(entry)]
    if standing:
        return Added(standing[0], (), is_new=False)
    lacking = [n for n in _COLUMNS if cells[n] and n not in [c.strip() for c in header]]
    if lacking:
        raise ParameterError([f"{path} has no column {name!r}; add it first" for name in lacking])
    rows = [[cells.get(name.strip(), "") for name in header]]
    between = "" if not text or text.endswith("\n") else "\n"
    added = between + _csv(rows if text.strip() else [header, *rows])
    write_bytes(path, raw + added.encode(encoding))
    after = _commitments_of(folder)
    (added_entry,) = (e for e in after.entries if _content(e) == _content(entry))
    warnings = [w for w in after.warnings() if added_entry in (w.entry, w.limit_entry)]
    return Added(added_entry, tuple(warnings), is_new=True)


def _checked(
    commitments: Commitments, cells: Mapping[str, str], name: str, line: int
) -> ProgressEntry:
    """Return the row as an entry; raise ContractError where it is faulty or contradicts another."""
    faults: list[Fault] = []
    entry = checked_entry(cells, name, line, commitments.days, faults)
    if entry is None:
        raise ContractError(faults or [Fault(name, line, "done and source are empty")])
    if against := list(contradictions([*commitments.entries, entry])):
        raise ContractError(against)
    return entry


def _content(entry: ProgressEntry) -> tuple[object, ...]:
    return entry.id, entry.day, entry.done, entry.source, entry.released_on


def _decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding in which a row is added to it."""
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("gb18030"), "gb18030"


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
