"""All figures of a data folder, and what of them was known on a day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.commitments import (
    ANNOUNCED_FILE,
    Commitment,
    Commitments,
    ProgressEntry,
    progress_files,
    read_commitments,
)
from forecast.errors import BeforeFirstRelease, ContractError, Fault, UnknownArea
from forecast.figures import KEY, figure_files, sound_figures
from forecast.framed import markup_of
from forecast.indicators import FILE as INDICATORS_FILE
from forecast.indicators import Registry, read_registry
from forecast.origin import sha256_of
from forecast.schedule import FILE as SCHEDULE_FILE
from forecast.schedule import Schedule, read_schedule
from forecast.spans import Span
from forecast.targets import FILE as TARGETS_FILE
from forecast.targets import Target, in_force, read_targets
from forecast.texts import day, text

STANDING = {"final": 2, "preliminary": 2, "expected": 1, "lower_bound": 0}
SETTLING = ("final", "preliminary")
_COLUMNS = (
    "first", "last", "measure", "value", "unit", "status",
    "released_on", "released_on_basis", "source", "is_published",
)  # fmt: skip
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number about a span; growth in per cent, a level in `unit`."""

    span: Span
    measure: str
    value: float
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    source: str = ""
    is_published: bool = True

    @property
    def settles(self) -> bool:
        """Whether the figure is an outcome, not an expectation or a bound."""
        return self.status in SETTLING


@dataclass(frozen=True)
class Archive:
    """Every figure ever released, with the registry, targets and schedule of its folder.

    `unpublished` figures lie over them: a snapshot sees them, and nothing else does. They settle
    nothing, nothing is learnt from them, and an archive that is made from this one leaves them out.
    """

    figures: pd.DataFrame
    registry: Registry
    targets: tuple[Target, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    file_hashes: Mapping[str, str] = field(default_factory=dict)
    unpublished: pd.DataFrame | None = None
    commitments: Commitments = field(default_factory=Commitments)

    @cached_property
    def first_release_on(self) -> date:
        """The day of the first release of all."""
        return pd.Timestamp(self.figures["released_on"].min()).date()

    @cached_property
    def last_release_on(self) -> date:
        """The day of the newest release."""
        return pd.Timestamp(self.figures["released_on"].max()).date()

    @property
    def areas(self) -> list[str]:
        """The areas that have figures, sorted."""
        return sorted(self.figures["area"].unique())

    @cached_property
    def _series(self) -> dict[tuple[str, str], list[Figure]]:
        """Published figures as `_by_series` has them."""
        return _by_series(self.figures.assign(is_published=True))

    @cached_property
    def _overlaid_series(self) -> dict[tuple[str, str], list[Figure]]:
        """Published and unpublished figures as `_by_series` has them."""
        if self.unpublished is None:
            return self._series
        tables = [self.figures.assign(is_published=True), self.unpublished]
        return _by_series(pd.concat(tables, ignore_index=True))

    @property
    def published(self) -> Archive:
        """The archive without the figures that are not published."""
        return self if self.unpublished is None else replace(self, unpublished=None)

    def indicators_of(self, area: str) -> list[str]:
        """Return the indicators of which an area has figures, sorted."""
        return sorted(indicator for a, indicator in self._series if a == area)

    def first_release_of(self, area: str) -> date:
        """Return the day of an area's first release; raise UnknownArea where it has none."""
        released = self.figures.loc[self.figures["area"] == area, "released_on"]
        if released.empty:
            raise UnknownArea(area, self.areas)
        return pd.Timestamp(released.min()).date()

    def until(self, day: date) -> Archive | None:
        """Return the archive as it stood at the end of a day; None where it was empty."""
        known = self.figures[self.figures["released_on"] <= pd.Timestamp(day)]
        if known.empty:
            return None
        return Archive(known.reset_index(drop=True), self.registry, self.targets, self.schedule)

    def as_if_known(self, chosen: BoolArray, day: date) -> Archive:
        """Return the archive as it would have stood on a day, had the chosen figures been known.

        `chosen` picks rows of `figures`, whenever they came out; of those that came out later the
        day is that of the archive, in the order in which they did. Nothing else is in it.
        """
        picked = self.figures[chosen].sort_values("released_on", kind="stable", ignore_index=True)
        on, last = picked["released_on"], pd.Timestamp(day)
        known = picked.assign(released_on=on.where(on <= last, last))
        return Archive(known, self.registry, self.targets, self.schedule)

    @cached_property
    def references(self) -> pd.Series[str]:
        """`area/indicator` of each row of `figures`."""
        return self.figures["area"] + "/" + self.figures["indicator"]

    def is_of(self, references: Iterable[str]) -> BoolArray:
        """Return which rows of `figures` are of one of the series, each `area/indicator`."""
        return self.references.isin(list(references)).to_numpy(dtype=bool)

    @cached_property
    def released_on(self) -> NDArray[np.datetime64]:
        """The day of each row of `figures`."""
        return self.figures["released_on"].to_numpy(dtype="datetime64[D]")

    def content_hash(self, chosen: BoolArray | None = None) -> str:
        """Return a SHA-256 over the registry and all figures, or those chosen of them.

        It does not depend on the files that they came in.
        """
        rows = self._row_hashes if chosen is None else self._row_hashes[chosen]
        return hashlib.sha256(np.sort(rows).tobytes() + self._registry_text).hexdigest()

    @cached_property
    def _row_hashes(self) -> NDArray[np.uint64]:
        named = self.figures[[*KEY, "value", "status", "released_on"]]
        return np.asarray(pd.util.hash_pandas_object(named, index=False), dtype=np.uint64)

    @cached_property
    def _registry_text(self) -> bytes:
        return repr(self.registry).encode()

    def as_of(self, day: date) -> Snapshot:
        """Return all that was known at the end of a day; raise BeforeFirstRelease."""
        if day < self.first_release_on:
            raise BeforeFirstRelease(day, self.first_release_on)
        return Snapshot(self, day)

    def chosen_figures(self, chosen: BoolArray) -> list[tuple[str, Figure]]:
        """Return chosen rows of `figures` as (area/indicator, figure), in the order of release."""
        rows = np.flatnonzero(chosen)
        rows = rows[np.argsort(self.released_on[rows], kind="stable")]
        figures = _figures(self.figures.iloc[rows].assign(is_published=True))
        return list(zip(self.references.iloc[rows], figures, strict=True))

    def releases(self, area: str, indicator: str) -> list[Figure]:
        """Return every release of a series; of two for one key, the one that counts is later."""
        return list(self._series.get((area, indicator), []))

    def releases_of(self, area: str, indicator: str, span: Span, measure: str) -> list[Figure]:
        """Return every release that settles a span, by day; the first is the first report."""
        figures = self._series.get((area, indicator), [])
        found = [f for f in figures if f.span == span and f.measure == measure and f.settles]
        return sorted(found, key=lambda f: f.released_on)


@dataclass(frozen=True)
class Snapshot:
    """What was known at the end of `day`: nothing above this layer sees a later release."""

    archive: Archive
    day: date

    @property
    def registry(self) -> Registry:
        """The registry of indicators."""
        return self.archive.registry

    @property
    def published(self) -> Snapshot:
        """What was published by the day."""
        return replace(self, archive=self.archive.published)

    @property
    def schedule(self) -> Schedule:
        """The usual release lags."""
        return self.archive.schedule

    def figures_of(self, area: str, indicator: str) -> list[Figure]:
        """Return, for each span, measure and unit, the figure that counts on the day."""
        figures = self.archive._overlaid_series.get((area, indicator), [])
        known = {(f.span, f.measure, f.unit): f for f in figures if f.released_on <= self.day}
        return list(known.values())

    def to_frame(self) -> pd.DataFrame:
        """Return the figures that count on the day, one a row; `span` is written as text."""
        held = [
            {"area": area, "indicator": name} | asdict(figure) | {"span": str(figure.span)}
            for area, name in self.archive._overlaid_series
            for figure in self.figures_of(area, name)
        ]
        return pd.DataFrame(held)

    def _repr_html_(self) -> str:
        """Return the newest figures known on the day, for notebooks."""
        newest = self.to_frame().sort_values("released_on", kind="stable", ascending=False)
        shown = newest[["area", "indicator", "span", "measure", "value", "unit", "released_on"]]
        said = text("shown.snapshot", "en", day=day(self.day, "en"), n=len(newest))
        return markup_of(shown.head(10), said)

    def indicators_of(self, area: str) -> list[str]:
        """Return the indicators of which figures of an area were known, sorted."""
        held = sorted(i for a, i in self.archive._overlaid_series if a == area)
        return [i for i in held if self.figures_of(area, i)]

    def targets(self, area: str, year: int) -> dict[str, Target]:
        """Return by indicator the targets in force on the day."""
        return in_force(self.archive.targets, area, year, self.day)

    def commitments(self, area: str, year: int) -> list[Commitment]:
        """Return the commitments in force on the day."""
        return self.archive.commitments.in_force(area, year, self.day)

    def progress(self, one: Commitment) -> list[ProgressEntry]:
        """Return what was known on the day of a commitment's progress."""
        return self.archive.commitments.progress(one, self.day)

    def releases_of(self, area: str, indicator: str, span: Span, measure: str) -> list[Figure]:
        """Return the releases that settle a span and were out on the day, the first one first."""
        released = self.archive.releases_of(area, indicator, span, measure)
        return [figure for figure in released if figure.released_on <= self.day]


def _by_series(figures: pd.DataFrame) -> dict[tuple[str, str], list[Figure]]:
    """Return figures by (area, indicator); of two for one key, the one that counts is later.

    What is published stands later than what is not, released on the same day.
    """
    standing = figures["status"].map(STANDING)
    ordered = figures.assign(standing=standing).sort_values(
        [*KEY, "standing", "released_on", "is_published"], kind="stable", ignore_index=True
    )
    series: dict[tuple[str, str], list[Figure]] = {}
    keys = zip(ordered["area"], ordered["indicator"], strict=True)
    for key, figure in zip(keys, _figures(ordered), strict=True):
        series.setdefault(key, []).append(figure)
    return series


def _figures(rows: pd.DataFrame) -> list[Figure]:
    columns = (rows[name].tolist() for name in _COLUMNS)
    return [
        Figure(Span(first, last), measure, value, unit, status, day.date(), *rest)
        for first, last, measure, value, unit, status, day, *rest in zip(*columns, strict=True)
    ]


def read_archive(folder: Path) -> Archive:
    """Return a data folder's archive; raise ContractError with every fault of every file."""
    if not folder.is_dir():
        raise ContractError([Fault(str(folder), None, "no such folder; a data folder is needed")])
    faults: list[Fault] = []
    registry = None
    figures, figure_faults = sound_figures(folder)
    areas = None if figure_faults else set(figures["area"])
    try:
        registry = read_registry(folder, areas)
    except ContractError as error:
        faults.extend(error.faults)
    faults.extend(figure_faults)
    if registry is not None:
        faults.extend(unknown_indicators(figures, registry))
    targets, schedule, commitments = _optional(folder, registry, faults)
    if faults or registry is None:
        raise ContractError(faults)
    hashes = file_hashes(folder)
    return Archive(figures, registry, targets, schedule, hashes, commitments=commitments)


def _optional(
    folder: Path, registry: Registry | None, faults: list[Fault]
) -> tuple[tuple[Target, ...], Schedule, Commitments]:
    """Return targets, schedule and commitments; add their faults."""
    targets: tuple[Target, ...] = ()
    schedule, commitments = Schedule(), Commitments()
    try:
        targets = read_targets(folder, registry) if registry is not None else ()
    except ContractError as error:
        faults.extend(error.faults)
    try:
        schedule = read_schedule(folder)
    except ContractError as error:
        faults.extend(error.faults)
    try:
        commitments = read_commitments(folder)
    except ContractError as error:
        faults.extend(error.faults)
    return targets, schedule, commitments


def unknown_indicators(figures: pd.DataFrame, registry: Registry) -> list[Fault]:
    """Return a fault for each figure of an indicator that the registry does not hold."""
    known = ", ".join(sorted(registry.indicators))
    unknown = figures[~figures["indicator"].isin(list(registry.indicators))]
    rows = unknown[["file", "line", "indicator"]].to_dict("records")
    rule = f"known in {INDICATORS_FILE}: {known}"
    return [
        Fault(r["file"], r["line"], f"unknown indicator {r['indicator']!r}; {rule}") for r in rows
    ]


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a data folder that a result can depend on, by name."""
    names = (INDICATORS_FILE, TARGETS_FILE, SCHEDULE_FILE, ANNOUNCED_FILE)
    named = [folder / name for name in names]
    paths = [*named, *figure_files(folder), *progress_files(folder)]
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in paths if p.is_file()}
