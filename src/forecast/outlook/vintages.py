"""Forecasts of single targets as of any day: computed once, and cached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive, BoolArray, Snapshot
from forecast.archive.targets import Target
from forecast.backtest.replay import Progress
from forecast.base.files import cache_folder, cache_tables, cached_table, hash_of
from forecast.base.package import forecast_hash
from forecast.base.parallel import executor, spread
from forecast.base.series import Series
from forecast.combination.estimates import estimation_day
from forecast.history.levels import FloatArray
from forecast.history.series import sources_of
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer, earlier_record
from forecast.outlook.attainment import N_BATCHES, Probability, batch_error
from forecast.outlook.movement import TargetForecast
from forecast.outlook.value import IndicatorOutlook
from forecast.verification.record import Record

_SHARES = [f"share_{batch}" for batch in range(N_BATCHES)]
_COLUMNS = {"key": "str", "median_pct": "float64", "is_settled": "bool"}
_COLUMNS |= dict.fromkeys(_SHARES, "float64")
_WORTH_A_WORKER = 20  # days; fewer are computed before another process has started


@dataclass(frozen=True)
class BatchForecast:
    """The forecast of one target: the share of each batch's paths that meet it, and the median.

    Once the year is settled the shares are all 0 or all 1 and the median is the outturn, in per
    cent. They are NaN where the target cannot be assessed.
    """

    shares: FloatArray
    median_pct: float
    is_settled: bool

    @property
    def is_assessed(self) -> bool:
        """Whether the target could be assessed."""
        return bool(np.isfinite(self.median_pct))

    @property
    def probability(self) -> Probability:
        """The probability that the target is attained."""
        return Probability(float(self.shares.mean()), batch_error(self.shares))

    @property
    def as_target_forecast(self) -> TargetForecast | None:
        """The same without the batches; None where the target cannot be assessed."""
        if not self.is_assessed:
            return None
        return TargetForecast(
            probability=self.probability, median_pct=self.median_pct, is_settled=self.is_settled
        )


def batch_forecast(indicator: IndicatorOutlook, n_paths: int) -> BatchForecast:
    """Return the forecast of an indicator's target by batch."""
    met = indicator.met(n_paths)
    if met is None:
        return BatchForecast(np.full(N_BATCHES, np.nan), np.nan, is_settled=False)
    shares = np.asarray(met.reshape(N_BATCHES, -1).mean(axis=1))
    if indicator.outturn is not None:
        return BatchForecast(shares, indicator.outturn.growth_pct, is_settled=True)
    return BatchForecast(shares, float(np.median(np.asarray(indicator.december))), is_settled=False)


@dataclass(frozen=True)
class Question:
    """What is forecast on every day: an area's targets of a year, from a seed and so many paths.

    `now` holds what is known on the newest day, by published figures alone.
    """

    now: Snapshot
    area: str
    year: int
    seed: int
    n_paths: int

    @classmethod
    def of(cls, answer: Answer) -> Question:
        """Return the question that an answer answers."""
        own = answer.outlook
        return cls(own.snapshot.published, own.area, own.year, answer.seed, own.n_paths)

    def sources(self, indicator: str) -> tuple[Series, ...]:
        """Return the series that bear on an indicator, its own first.

        Those of the wholes it is a part of are among them, since they constrain it, and those of
        all areas that its own area adds up with.
        """
        registry = self.now.registry
        parts = [indicator, *registry.of(self.area, indicator).ratio_of]
        wholes = [whole for part in parts for whole in registry.wholes_of(self.area, part)]
        series = [Series(self.area, name) for name in [*parts, *wholes]]
        series += [Series(a, n) for a in self._family for n in self.now.indicators_of(a)]
        every = [source for one in series for source in sources_of(registry, *one)]
        return tuple(dict.fromkeys(every))

    @property
    def _family(self) -> list[str]:
        """The areas that the area is part of, and the other parts of these, its own included."""
        registry = self.now.registry
        wholes = registry.whole_areas_of(self.area)
        return [a for whole in wholes for a in (whole, *registry.part_areas_of(whole))]

    def bears_on(self, indicator: str) -> BoolArray:
        """Return which rows of the figures a forecast of an indicator can depend on.

        How far a part may lie from its whole is estimated from such parts in all areas.
        """
        registry, archive = self.now.registry, self.now.archive
        entry_parts = [indicator, *registry.of(self.area, indicator).ratio_of]
        wholes = {w for part in entry_parts for w in registry.wholes_of(self.area, part)}
        parts = (n for n, entry in registry.indicators.items() if entry.part_of in wholes)
        family = {*wholes, *parts}
        in_family = archive.figures["indicator"].isin(family).to_numpy(dtype=bool)
        return archive.is_of(self.sources(indicator)) | in_family


@dataclass(frozen=True)
class Vintage:
    """What a forecast rests on: the figures that count as known on a day, and the targets.

    `is_known` picks rows of the archive's figures. The record is that of `record_day`.
    """

    archive: Archive
    is_known: BoolArray
    day: date
    record_day: date
    targets: Mapping[str, Target]

    def snapshot(self) -> Snapshot:
        """Return the figures and targets as known on the day, whenever they came out."""
        archive = self.archive.as_if_known(self.is_known, self.day)
        targets = (replace(t, announced_on=self.day) for t in self.targets.values())
        return replace(archive, targets=tuple(targets)).as_of(self.day)


def vintage(question: Question, day: date) -> Vintage:
    """Return what was known on a day."""
    archive = question.now.archive
    is_known = archive.released_on <= np.datetime64(day)
    targets = archive.as_of(day).targets(question.area, question.year)
    return Vintage(archive, is_known, day, day, targets)


def forecasts_on(
    question: Question,
    wanted: Sequence[tuple[Vintage, str]],
    *,
    n_workers: int = 1,
    on_progress: Progress | None = None,
    on_replay: Progress | None = None,
) -> list[BatchForecast]:
    """Return the forecast of each indicator on each vintage, from the cache if it is there.

    `on_progress` is told how many days are done, `on_replay` the progress of a missing record.
    """
    named = _keyed(question, wanted)
    path, cached = _cached(question)
    missing = {key: pair for key, pair in named if key not in cached}
    if missing:
        days = {estimation_day(vintage.record_day) for vintage, _ in missing.values()}
        records = {day: record_on(question.now, day, n_workers, on_replay) for day in sorted(days)}
        cached |= _computed(question, missing, records, n_workers, on_progress)
        cache_tables({path: _table(cached)})
    return [cached[key] for key, _ in named]


def estimation_hash(question: Question, day: date) -> str:
    """Return a hash of all figures that the record of a day rests on."""
    archive = question.now.archive
    return archive.content_hash(archive.released_on <= np.datetime64(estimation_day(day)))


def _keyed(
    question: Question, wanted: Sequence[tuple[Vintage, str]]
) -> list[tuple[str, tuple[Vintage, str]]]:
    """Return each forecast with a hash of all that it depends on, except what names the file.

    Figures of other series and of later days are left out, since the forecast does not depend on
    them.
    """
    archive = question.now.archive
    bears = {name: question.bears_on(name) for name in {n for _, n in wanted}}
    estimation = {day: estimation_hash(question, day) for day in {v.record_day for v, _ in wanted}}
    named = []
    for vintage, name in wanted:
        figures = archive.content_hash(vintage.is_known & bears[name])
        judged = [
            one
            for one in archive.judgements.known_on(vintage.day)
            if Series(one.area, one.indicator) in question.sources(name)
        ]
        parts = (
            name, figures, estimation[vintage.record_day], vintage.day, vintage.targets[name],
            *judged,
        )  # fmt: skip
        named.append((hash_of(parts), (vintage, name)))
    return named


def _cached(question: Question) -> tuple[Path, dict[str, BatchForecast]]:
    """Return where the forecasts of a question are cached, and those that are there."""
    parts = (question.area, question.year, question.seed, question.n_paths, forecast_hash())
    path = cache_folder() / f"forecasts-{hash_of(parts)}.parquet"
    table = cached_table(path, _COLUMNS)
    return path, {} if table is None else dict(_forecasts(table))


def _forecasts(table: pd.DataFrame) -> Iterator[tuple[str, BatchForecast]]:
    shares = table[_SHARES].to_numpy(dtype=float)
    rows = zip(table["key"], shares, table["median_pct"], table["is_settled"], strict=True)
    for key, of_batches, median, is_settled in rows:
        yield str(key), BatchForecast(of_batches, float(median), bool(is_settled))


def _table(forecasts: Mapping[str, BatchForecast]) -> pd.DataFrame:
    shares = pd.DataFrame([forecast.shares for forecast in forecasts.values()], columns=_SHARES)
    named = {
        "key": list(forecasts),
        "median_pct": [forecast.median_pct for forecast in forecasts.values()],
        "is_settled": [forecast.is_settled for forecast in forecasts.values()],
    }
    return pd.concat([pd.DataFrame(named), shares], axis=1)[list(_COLUMNS)].astype(_COLUMNS)


@dataclass(frozen=True)
class _Task:
    """The forecasts of a vintage that are not cached, by key, and what they rest on."""

    question: Question
    vintage: Vintage
    record: Record
    names: Mapping[str, str]


def _computed(
    question: Question,
    missing: Mapping[str, tuple[Vintage, str]],
    records: Mapping[date, Record],
    n_workers: int,
    on_progress: Progress | None,
) -> dict[str, BatchForecast]:
    """Return the missing forecasts, vintage by vintage; records are by estimation day."""
    by_vintage: dict[int, tuple[Vintage, dict[str, str]]] = {}
    for key, (vintage, name) in missing.items():
        by_vintage.setdefault(id(vintage), (vintage, {}))[1][key] = name
    tasks = [
        _Task(question, vintage, records[estimation_day(vintage.record_day)], names)
        for vintage, names in by_vintage.values()
    ]
    computed: dict[str, BatchForecast] = {}
    with executor(n_workers, len(tasks) // _WORTH_A_WORKER) as pool:
        for done, forecasts in enumerate(spread(pool, _forecasts_of, tasks), start=1):
            computed |= forecasts
            if on_progress is not None:
                on_progress(done, len(tasks))
    return computed


def record_on(
    now: Snapshot, day: date, n_workers: int = 1, on_replay: Progress | None = None
) -> Record:
    """Return the record of a day, by way of the newest one of its year that may be known."""
    last = now.archive.as_of(min(now.day, date(day.year, 12, 31)))
    return earlier_record(last, day, n_workers=n_workers, on_progress=on_replay)


def _forecasts_of(task: _Task) -> dict[str, BatchForecast]:
    """Return the forecasts of a vintage by key."""
    question = task.question
    outlook = annual_outlook(
        task.vintage.snapshot(),
        question.area,
        question.year,
        record=task.record,
        seed=question.seed,
        n_paths=question.n_paths,
        indicators=list(task.names.values()),
    )
    return {
        key: batch_forecast(outlook.indicators[name], question.n_paths)
        for key, name in task.names.items()
    }
