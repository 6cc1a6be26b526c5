"""All figures of a data folder, the snapshot of those known on a day, and what is overdue then.

The fingerprint of a day hashes the data that a report of it can see: with equal hashes the report
is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.commitments import Commitment, Commitments
from forecast.archive.figure_files import KEY
from forecast.archive.figures import Figure, SeriesTable, figures_at
from forecast.archive.judgements import Judgement, Judgements
from forecast.archive.progress import ProgressEntry
from forecast.archive.published_forecasts import PublishedForecast
from forecast.archive.registry import Registry
from forecast.archive.schedule import Schedule
from forecast.archive.targets import Target, in_force
from forecast.base.errors import BeforeFirstRelease, UnknownArea
from forecast.base.frames import markup_of
from forecast.base.months import MONTHS_A_YEAR, Span, month_of_year, month_text
from forecast.base.parameters import day_from
from forecast.base.series import Series
from forecast.base.texts import day, text

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Archive:
    """Every figure ever released, with the registry, targets and schedule of its folder.

    `unpublished` figures are laid over them and seen by snapshots only. They settle no target,
    estimates do not use them, and archives derived from this one leave them out.
    """

    figures: pd.DataFrame
    registry: Registry
    targets: tuple[Target, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    file_hashes: Mapping[str, str] = field(default_factory=dict)
    unpublished: pd.DataFrame | None = None
    commitments: Commitments = field(default_factory=Commitments)
    published_forecasts: tuple[PublishedForecast, ...] = ()
    judgements: Judgements = field(default_factory=Judgements)
    n_repeated: int = 0  # rows of its files that repeat another row
    assumed: tuple[Target, ...] = ()  # in the place of announced ones, and never learnt from

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone: cached properties are not sent to a worker."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __repr__(self) -> str:
        """Return in a line how many figures of how many areas it holds."""
        return f"<Archive: {len(self.figures)} figures of {len(self.areas)} areas>"

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

    def areas_with_targets(self, year: int, day: date) -> list[str]:
        """Return the areas with figures that have a target of a year in force on a day."""
        return [area for area in self.areas if in_force(self.targets, area, year, day)]

    @cached_property
    def _published_series(self) -> SeriesTable:
        """Published figures by series."""
        return SeriesTable(self.figures.assign(is_published=True))

    @cached_property
    def all_series(self) -> SeriesTable:
        """Published and unpublished figures by series."""
        if self.unpublished is None:
            return self._published_series
        tables = [self.figures.assign(is_published=True), self.unpublished]
        return SeriesTable(pd.concat(tables, ignore_index=True))

    def with_unpublished(self, series: Series, figures: Iterable[Figure]) -> Archive:
        """Return the archive with unpublished figures of a series laid over its other figures.

        They are newer than all others of the series. Those of other series are not read again.
        """
        other = replace(self)
        vars(other).update(vars(self))  # tables that are cached too
        vars(other)["all_series"] = self.all_series.with_figures(series, figures)
        return other

    def assuming(self, targets: tuple[Target, ...]) -> Archive:
        """Return the archive with targets assumed in the place of those that were announced."""
        if not targets:
            return self
        other = replace(self, assumed=targets)
        vars(other).update({n: v for n, v in vars(self).items() if n not in vars(other)})
        return other

    @property
    def published(self) -> Archive:
        """The archive without the figures that are not published."""
        return self if self.unpublished is None else replace(self, unpublished=None)

    def indicators_of(self, area: str) -> list[str]:
        """Return the indicators of which an area has figures, sorted."""
        return sorted(
            series.indicator for series in self._published_series.keys if series.area == area
        )

    def units_of(self, area: str, indicator: str) -> set[str]:
        """Return the units of the levels of a series; the registry's where none is published."""
        figures = self._published_series.figures(area, indicator)
        units = {f.unit for f in figures if f.measure == "level" and f.unit}
        return units or {self.registry.of(area, indicator).unit}

    def first_release_of(self, area: str) -> date:
        """Return the day of an area's first release; raise UnknownArea where it has none."""
        if area not in self._first_releases:
            raise UnknownArea(area, self.areas)
        return self._first_releases[area]

    @cached_property
    def _first_releases(self) -> dict[str, date]:
        """The day of the first release by area."""
        first = self.figures.groupby("area", observed=True)["released_on"].min()
        return {str(area): day.date() for area, day in first.items()}

    def until(self, day: date) -> Archive | None:
        """Return the archive as it stood at the end of a day; None where it was empty."""
        rows = self.figures[self.figures["released_on"] <= pd.Timestamp(day)]
        if rows.empty:
            return None
        return Archive(rows.reset_index(drop=True), self.registry, self.targets, self.schedule)

    def of(self, keys: Collection[Series]) -> Archive:
        """Return the archive of some series alone; its categories are those of their figures."""
        rows = self.figures.iloc[self._published_series.rows(keys)].reset_index(drop=True)
        for name in rows.columns[rows.dtypes == "category"]:
            rows[name] = rows[name].cat.remove_unused_categories()
        targets = tuple(t for t in self.targets if Series(t.area, t.indicator) in keys)
        return Archive(rows, self.registry, targets, self.schedule)

    def as_if_known(self, chosen: BoolArray, day: date) -> Archive:
        """Return the archive as if exactly the chosen rows of `figures` had been known on a day.

        Rows that were released later get that day as their day of release; their order stays.
        """
        rows = self.figures[chosen].sort_values("released_on", kind="stable", ignore_index=True)
        on, last = rows["released_on"], pd.Timestamp(day)
        dated = rows.assign(released_on=on.where(on <= last, last))
        judgements = self.judgements
        return Archive(dated, self.registry, self.targets, self.schedule, judgements=judgements)

    def is_of(self, keys: Iterable[Series]) -> BoolArray:
        """Return which rows of `figures` are of one of the series."""
        is_chosen = np.zeros(len(self.figures), dtype=bool)
        is_chosen[self._published_series.rows(keys)] = True
        return is_chosen

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

    def as_of(self, day: date | str) -> Snapshot:
        """Return all that was known at the end of a day, which may be text such as `2019-09-30`.

        Raise BeforeFirstRelease, and ParameterError for text that is not a day.
        """
        day = day_from(day)
        if day < self.first_release_on:
            raise BeforeFirstRelease(day, self.first_release_on)
        return Snapshot(self, day)

    def chosen_figures(self, chosen: BoolArray) -> list[tuple[Series, Figure]]:
        """Return chosen rows of `figures` with their series, in the order of release."""
        rows = np.flatnonzero(chosen)
        rows = rows[np.argsort(self.released_on[rows], kind="stable")]
        table = self.figures.iloc[rows]
        keys = map(Series, table["area"].tolist(), table["indicator"].tolist())
        figures = figures_at(table.assign(is_published=True), slice(None))
        return list(zip(keys, figures, strict=True))

    def releases(self, area: str, indicator: str) -> list[Figure]:
        """Return every release of a series; of two for one key, the later one counts."""
        return list(self._published_series.figures(area, indicator))

    def releases_of(self, area: str, indicator: str, span: Span, measure: str) -> list[Figure]:
        """Return every release that settles a span, by day; the first is the first report."""
        figures = self._published_series.figures(area, indicator)
        settling = [f for f in figures if f.span == span and f.measure == measure and f.settles]
        return sorted(settling, key=lambda f: f.released_on)


@dataclass(frozen=True)
class Snapshot:
    """What was known at the end of `day`: nothing above this layer sees a later release."""

    archive: Archive
    day: date
    histories: dict[tuple[str, str, int], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # each is built once, also as a related one

    def __reduce__(self) -> tuple[type[Snapshot], tuple[Archive, date]]:
        """Return what rebuilds the snapshot, without the histories built from it."""
        return Snapshot, (self.archive, self.day)

    def __repr__(self) -> str:
        """Return in a line of which day and archive it is."""
        return f"<Snapshot of {self.day}: {self.archive!r}>"

    @property
    def registry(self) -> Registry:
        """The registry of indicators."""
        return self.archive.registry

    @property
    def published(self) -> Snapshot:
        """What was published by the day."""
        archive = self.archive.published
        return self if archive is self.archive else replace(self, archive=archive)

    @property
    def schedule(self) -> Schedule:
        """The usual release lags."""
        return self.archive.schedule

    def figures_of(self, area: str, indicator: str) -> list[Figure]:
        """Return, for each span, measure and unit, the figure that counts on the day."""
        figures = self.archive.all_series.figures(area, indicator)
        latest = {(f.span, f.measure, f.unit): f for f in figures if f.released_on <= self.day}
        return list(latest.values())

    def to_frame(self) -> pd.DataFrame:
        """Return the figures that count on the day, one a row; `span` is written as text."""
        rows = [
            {**series._asdict(), **asdict(figure), "span": str(figure.span)}
            for series in self.archive.all_series.keys
            for figure in self.figures_of(*series)
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """Return the newest figures known on the day, for notebooks."""
        newest = self.to_frame().sort_values("released_on", kind="stable", ascending=False)
        shown = newest[["area", "indicator", "span", "measure", "value", "unit", "released_on"]]
        caption = text("shown.snapshot", "en", day=day(self.day, "en"), n=len(newest))
        return markup_of(shown.head(10), caption)

    def indicators_of(self, area: str) -> list[str]:
        """Return the indicators of an area with figures that were known, sorted."""
        table = self.archive.all_series
        begun = (s for s in table.keys if s.area == area and table.is_begun(s, self.day))
        return sorted(series.indicator for series in begun)

    def targets(self, area: str, year: int) -> dict[str, Target]:
        """Return by indicator the targets in force on the day; assumed ones are on every day."""
        assumed = {t.indicator: t for t in self.archive.assumed if (t.area, t.year) == (area, year)}
        return in_force(self.archive.targets, area, year, self.day) | assumed

    def commitments(self, area: str, year: int) -> list[Commitment]:
        """Return the commitments in force on the day."""
        return self.archive.commitments.in_force(area, year, self.day)

    def progress(self, commitment: Commitment) -> list[ProgressEntry]:
        """Return the progress entries of a commitment that were known on the day."""
        return self.archive.commitments.progress(commitment, self.day)

    def releases_of(self, area: str, indicator: str, span: Span, measure: str) -> list[Figure]:
        """Return the releases that settle a span and were out on the day, the first one first."""
        released = self.archive.releases_of(area, indicator, span, measure)
        return [figure for figure in released if figure.released_on <= self.day]


FINGERPRINT_COLUMNS = (*KEY, "value", "status", "released_on_basis", "source")
_PLACE = ("file", "line")


@dataclass(frozen=True)
class Fingerprints:
    """Data fingerprints of an archive by day and area.

    A figure is hashed as text, field by field, so that neither the file that holds it nor a newer
    library changes the hash. `indicators.toml` and the release lags have no day; they are left
    out.
    """

    archive: Archive

    def on(self, day: date, area: str) -> str:
        """Return a SHA-256 of the data that were known on a day and matter to an area.

        These are the figures, commitments and progress entries of all areas, because estimates
        are shared between areas, and the area's targets and judgements. What comes later leaves it
        unchanged.
        """
        n_rows = int(np.searchsorted(self._release_days, np.datetime64(day), side="right"))
        commitments = self.archive.commitments
        entries: list[Target | Commitment | ProgressEntry | Judgement] = [
            *(t for t in self.archive.targets if t.area == area and t.announced_on <= day),
            *(c for c in commitments.announced if c.announced_on <= day),
            *(e for e in commitments.entries if e.released_on <= day),
            *(j for j in self.archive.judgements.known_on(day) if j.area == area),
        ]
        key = (n_rows, tuple(map(id, entries)))  # days without news have the same
        if key not in self._by_content:
            rows = np.flatnonzero(self.archive.released_on <= np.datetime64(day))
            digest = hashlib.sha256(b"".join(sorted(self._row_hashes[row] for row in rows)))
            digest.update("\n".join(sorted(map(text_of, entries))).encode())
            self._by_content[key] = digest.hexdigest()
        return self._by_content[key]

    @cached_property
    def _by_content(self) -> dict[tuple[int, tuple[int, ...]], str]:
        return {}

    @cached_property
    def _release_days(self) -> NDArray[np.datetime64]:
        return np.sort(self.archive.released_on)

    @cached_property
    def _row_hashes(self) -> list[bytes]:
        columns = [self.archive.figures[name].tolist() for name in FINGERPRINT_COLUMNS]
        days = np.datetime_as_string(self.archive.released_on).tolist()
        rows = zip(*columns, days, strict=True)
        return [hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows]


def text_of(entry: Target | Commitment | ProgressEntry | Judgement) -> str:
    """Return an entry as JSON, without empty fields and without its place in a file."""
    fields = {n: v for n, v in asdict(entry).items() if v is not None and n not in _PLACE}
    return json.dumps(fields, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class NextRelease:
    """The span of a series that comes out next: its last month, and its usual release day.

    The month is one of the area's year, which begins `months_before` months after January.
    """

    series: Series
    month: int
    usually_on: date
    months_before: int = 0

    def days_late(self, day: date) -> int:
        """Return for how many days it has been overdue on a day; negative before it is due."""
        return (day - self.usually_on).days

    def __str__(self) -> str:
        """Return `area/indicator to YYYY-MM, usually out on YYYY-MM-DD`."""
        last = month_text(self.month + self.months_before)
        return f"{self.series} to {last}, usually out on {self.usually_on}"


def next_release(
    figures: Iterable[Figure], area: str, indicator: str, schedule: Schedule
) -> NextRelease | None:
    """Return what a series publishes next; None without figures or without a usual lag for it."""
    expected = next_month(figures)
    if expected is None:
        return None
    usually_on = schedule.usual_release_on(area, indicator, expected)
    if usually_on is None:
        return None
    before = schedule.months_before.get(area, 0)
    return NextRelease(Series(area, indicator), expected, usually_on, before)


def next_month(figures: Iterable[Figure]) -> int | None:
    """Return the last month of the span that a series publishes next; None without figures.

    It is a month of the year in which earlier spans of the series ended.
    """
    published = [f for f in figures if f.settles and f.is_published]
    if not published:
        return None
    newest = max(f.span.last for f in published)
    usual = {month_of_year(f.span.last) for f in published}
    following = range(newest + 1, newest + 1 + MONTHS_A_YEAR)
    return next(m for m in following if month_of_year(m) in usual)


def overdue(
    snapshot: Snapshot, area: str, indicators: Iterable[str], *, grace_days: int = 0
) -> list[NextRelease]:
    """Return the releases that are more than `grace_days` overdue on the snapshot's day."""
    last = snapshot.day - timedelta(days=grace_days)
    releases = (
        next_release(snapshot.figures_of(area, name), area, name, snapshot.schedule)
        for name in indicators
    )
    return [release for release in releases if release and release.usually_on < last]
