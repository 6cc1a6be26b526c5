"""The answer to a question, for notebooks, reports and `status`: figures in, an outlook out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive, Snapshot
from forecast.archive.assumed import assumed_targets
from forecast.archive.folder import file_hashes, read_archive
from forecast.archive.overlay import Overlay, read_overlay
from forecast.backtest.evaluation import past_errors
from forecast.backtest.replay import Plan, Progress, replay
from forecast.base.errors import BeforeFirstRelease, DayAhead, ParameterError
from forecast.base.files import cache_folder, cache_tables, cached_table, sha256_of
from forecast.base.package import forecast_hash
from forecast.base.parallel import is_watched, progress_bar
from forecast.base.parameters import DEFAULT_PATHS, DEFAULT_SEED, Parameters
from forecast.base.randomness import generator
from forecast.combination.estimates import estimation_day, shared_estimates
from forecast.history.series import History
from forecast.models.nowcast import usable_series
from forecast.models.shared import Shared
from forecast.outlook.annual import annual_outlook
from forecast.outlook.attainment import N_BATCHES
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.verification.record import COLUMNS, DENSITY_COLUMNS, Record

_SECONDS_WITHOUT_BAR = 2.0  # and then it is shown that something is done
RECORD_YEARS, RECORD_MONTHS = 10, (0, 2, 3, 5, 6, 8, 9, 11)


@dataclass(frozen=True, repr=False)
class Answer:
    """The outlook on the day, and for settled indicators the last forecast before their outturn.

    With an overlay the outlook rests on its figures too, and `published` is the one without them.
    """

    outlook: Outlook
    record: Record
    last_forecasts: Mapping[str, tuple[date, IndicatorOutlook]]
    seed: int
    overlay: Overlay | None = None
    published: Outlook | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator; columns are those of `Outlook.to_frame`."""
        return self.outlook.to_frame()

    @cached_property
    def shared(self) -> Shared:
        """What models share: scales and errors, estimated from past forecasts."""
        snapshot = self.outlook.snapshot
        return shared_estimates(snapshot.registry, self.record, estimation_day(snapshot.day))

    def usable_series(self, indicator: str) -> list[History]:
        """Return the histories of related series that a nowcast of an indicator may follow."""
        return usable_series(self.outlook.indicators[indicator].history)

    def rng(self, name: str) -> np.random.Generator:
        """Return the random stream of a name, the same for each answer of this seed."""
        return generator(self.seed, name)

    def __repr__(self) -> str:
        """Return in a line what is answered."""
        return f"<Answer: {self.outlook!r}>"

    def _repr_html_(self) -> str:
        """Return the outlook's table, for notebooks."""
        return self.outlook._repr_html_()

    def outlook_on(self, n_paths: int) -> Outlook:
        """Return the same outlook on another number of paths, drawn from the same streams."""
        outlook = self.outlook
        return annual_outlook(
            outlook.snapshot,
            outlook.area,
            outlook.year,
            record=self.record,
            seed=self.seed,
            n_paths=n_paths,
        )


def ask(
    *,
    area: str,
    year: int,
    as_of: str | date,
    seed: int = DEFAULT_SEED,
    n_paths: int = DEFAULT_PATHS,
    data: str | Path = "",
    overlay: str | Path = "",
    target: str | Sequence[str] = "",
) -> Answer:
    """Return the answer to a question: how probable each target of an area's year is on a day.

    `data` is a data folder, by default that of the project; `overlay` a file of unpublished
    figures; `target` one or several targets to assume in the place of those announced, such as
    `gdp at_least 6`. Raise ForecastError for bad data or a question without an answer.
    """
    question = {"area": area, "year": year, "as_of": as_of, "seed": seed, "n_paths": n_paths}
    return answer_to(Parameters.of(**question, data=data, overlay=overlay, target=target))


def answer_to(parameters: Parameters) -> Answer:
    """Return the answer to a question, from the data folder and the overlay that it names.

    While the process lasts it is computed once for the same data and the same question.
    """
    return _answer_to(replace(parameters, lang="en", out=None), content_of(parameters))


@lru_cache(maxsize=2)
def _answer_to(parameters: Parameters, content: str) -> Answer:
    archive = assuming(parameters, _archive(parameters.data, content))
    return answer(
        archive,
        parameters.area,
        parameters.year,
        parameters.as_of,
        seed=parameters.seed,
        n_paths=parameters.n_paths,
        overlay=overlay_of(parameters, archive),
    )


@lru_cache(maxsize=1)
def _archive(folder: Path, content: str) -> Archive:
    """Return a folder's archive, read once while its content stays the same."""
    return read_archive(folder)


def content_of(parameters: Parameters) -> str:
    """Return a hash of the files that an answer rests on, as far as they exist."""
    named, overlay = file_hashes(parameters.data), parameters.overlay
    if overlay is not None and overlay.is_file():
        named["overlay"] = sha256_of(overlay)
    return hashlib.sha256(repr(sorted(named.items())).encode()).hexdigest()


def assuming(parameters: Parameters, archive: Archive) -> Archive:
    """Return the archive with the targets that a question assumes; raise ParameterError."""
    if not parameters.target:
        return archive
    area, year, day = parameters.area, parameters.year, parameters.as_of
    return archive.assuming(assumed_targets(parameters.target, archive, area, year, day))


def overlay_of(parameters: Parameters, archive: Archive) -> Overlay | None:
    """Return the overlay that a question names, None where it names none; raise ContractError."""
    if parameters.overlay is None:
        return None
    return read_overlay(parameters.overlay, archive, parameters.as_of)


def checked_snapshot(parameters: Parameters) -> Snapshot:
    """Return what was known on the day, once it is clear that the question has an answer.

    Raise what `answer_to` would raise for bad data or a question without an answer.
    """
    archive = assuming(parameters, _archive(parameters.data, content_of(parameters)))
    return _snapshot(
        archive, parameters.area, parameters.year, parameters.as_of, parameters.n_paths
    )


def reported_areas(archive: Archive, year: int, day: date) -> list[str]:
    """Return the areas with a target of the year in force on a day; if there are none, all."""
    return archive.areas_with_targets(year, day) or archive.areas


def answer(
    archive: Archive,
    area: str,
    year: int,
    day: date,
    *,
    seed: int,
    n_paths: int,
    overlay: Overlay | None = None,
    indicators: Iterable[str] | None = None,
) -> Answer:
    """Return the outlook of an area's year from the figures of a day and those of an overlay.

    It is of all indicators with a target or figures, or of those named alone.
    Raise UnknownArea, BeforeFirstRelease or DayAhead where the question has no answer, and
    ParameterError for a year or a number of paths that cannot be worked with.
    """
    snapshot = _snapshot(archive, area, year, day, n_paths)
    shown = is_watched()
    bar = progress_bar("Replaying past forecasts", show=shown, after_seconds=_SECONDS_WITHOUT_BAR)
    record = record_of(snapshot, on_progress=bar)
    names = None if indicators is None else list(indicators)
    outlook = annual_outlook(
        snapshot, area, year, record=record, seed=seed, n_paths=n_paths, indicators=names
    )
    last_forecasts = _last_forecasts(outlook, seed)
    if overlay is None:
        return Answer(outlook, record, last_forecasts, seed)
    overlaid = annual_outlook(
        overlay.over(archive).as_of(day), area, year,
        record=record, seed=seed, n_paths=n_paths, indicators=names,
    )  # fmt: skip
    return Answer(overlaid, record, last_forecasts, seed, overlay, outlook)


def _snapshot(archive: Archive, area: str, year: int, day: date, n_paths: int) -> Snapshot:
    first, today = archive.first_release_of(area), archive.schedule.today()
    if day > today:
        raise DayAhead(day, today)
    if day < first:
        raise BeforeFirstRelease(day, first, what=area)
    problems = []
    if not 1950 <= year <= day.year + 1:
        problems.append(f"year: {year}; allowed: 1950 to {day.year + 1}, the year after --as-of")
    if n_paths < 10 * N_BATCHES or n_paths % N_BATCHES:
        problems.append(
            f"n_paths: {n_paths}; allowed: a multiple of {N_BATCHES} from {10 * N_BATCHES} on"
        )
    if problems:
        raise ParameterError(problems)
    return archive.as_of(day)


def _last_forecasts(outlook: Outlook, seed: int) -> dict[str, tuple[date, IndicatorOutlook]]:
    """Return, for each settled indicator, the outlook of the day before its outturn came out."""
    by_day: dict[date, list[str]] = {}
    for name, indicator in outlook.indicators.items():
        outturn = indicator.outturn
        if outturn is not None and outturn.released_on is not None:
            by_day.setdefault(outturn.released_on - timedelta(days=1), []).append(name)
    forecasts = {}
    for day, names in sorted(by_day.items()):
        if day < outlook.snapshot.archive.first_release_of(outlook.area):
            continue
        snapshot = outlook.snapshot.archive.as_of(day)
        before = annual_outlook(
            snapshot,
            outlook.area,
            outlook.year,
            record=record_of(snapshot),
            seed=seed,
            n_paths=outlook.n_paths,
            indicators=names,
        )
        forecasts.update(
            {name: (day, own) for name, own in before.indicators.items() if own.outturn is None}
        )
    return forecasts


def record_of(
    snapshot: Snapshot, *, n_workers: int = 1, on_progress: Progress | None = None
) -> Record:
    """Return the record from which a report of the day estimates, from the cache if it is there.

    It holds what was settled by the estimation day of the year. The key is a hash of the figures
    released until then, of the targets of the years before, of the registry and of the code: a
    figure that comes out later leaves it unchanged, and an outdated record has another key and is
    never read.
    """
    archive = snapshot.archive.until(estimation_day(snapshot.day))
    if archive is None:
        return Record.empty()
    stem = cache_folder() / f"record-{_key(archive)}"
    record = _read(stem)
    if record is None:
        record = _replayed(archive, n_workers, on_progress)
        cache_tables(dict(zip(_paths(stem), (record.points, record.densities), strict=True)))
    return record


def earlier_record(
    later: Snapshot, day: date, *, n_workers: int = 1, on_progress: Progress | None = None
) -> Record:
    """Return the record of an earlier day, by way of that of a later day.

    Where both replay the same years, the models' forecasts are the same, and so are the outturns of
    those that were settled, so they are not replayed again. The errors of the planner's rule are
    measured again, on the figures as they stood.
    """
    then, now = (later.archive.until(estimation_day(d)) for d in (day, later.day))
    if then is None or now is None:
        return Record.empty()
    if then.last_release_on.year != now.last_release_on.year:
        later = later.archive.as_of(day)
        return record_of(later, n_workers=n_workers, on_progress=on_progress)
    record = record_of(later, n_workers=n_workers, on_progress=on_progress)
    if len(then.figures) == len(now.figures):
        return record
    densities = record.settled_by(estimation_day(day)).densities
    return Record(past_errors(then.as_of(then.last_release_on)).points, densities)


def past_forecasts(
    archive: Archive,
    area: str,
    plan: Plan,
    *,
    n_workers: int = 1,
    on_progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the plan's forecasts in an area, each with the estimates that a report of its day had.

    For that, all areas and ten more years are replayed; they are not returned.
    """
    first = max(archive.first_release_on.year, plan.years.start - RECORD_YEARS)
    wider = replace(
        plan,
        years=range(min(first, plan.years.start), plan.years.stop),
        months=sorted({*plan.months, *RECORD_MONTHS}),
    )
    forecasts = replay(archive, archive.areas, wider, n_workers=n_workers, on_progress=on_progress)
    is_planned = forecasts["year"].isin(plan.years) & forecasts["months_known"].isin(plan.months)
    return forecasts[(forecasts["area"] == area) & is_planned].reset_index(drop=True)


def _replayed(archive: Archive, n_workers: int, on_progress: Progress | None) -> Record:
    """Return the record of an archive: simple rules' errors, and the models' forecasts replayed."""
    newest = archive.last_release_on
    years = range(max(archive.first_release_on.year, newest.year - RECORD_YEARS), newest.year)
    plan = Plan(years=years, months=RECORD_MONTHS, targets="previous-year")
    densities = replay(archive, archive.areas, plan, n_workers=n_workers, on_progress=on_progress)
    return Record(past_errors(archive.as_of(newest)).points, densities)


def _read(stem: Path) -> Record | None:
    """Return the cached record; None where there is none, or it cannot be read.

    While its files stay the same it is one object, so that what is estimated from it is estimated
    once for all days of a year.
    """
    try:
        stamps = tuple((file.st_mtime_ns, file.st_size) for file in map(os.stat, _paths(stem)))
    except OSError:
        return None
    return _read_once(stem, stamps)


@lru_cache(maxsize=2)  # a day, and the year before
def _read_once(stem: Path, stamps: tuple[tuple[int, int], ...]) -> Record | None:
    of_points, of_densities = _paths(stem)
    points = cached_table(of_points, COLUMNS)
    densities = cached_table(of_densities, DENSITY_COLUMNS)
    return None if points is None or densities is None else Record(points, densities)


def _paths(stem: Path) -> tuple[Path, Path]:
    return stem.with_suffix(".points.parquet"), stem.with_suffix(".densities.parquet")


def _key(archive: Archive) -> str:
    past = sorted(repr(t) for t in archive.targets if t.year < archive.last_release_on.year)
    content = archive.content_hash() + forecast_hash() + "".join(past)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
