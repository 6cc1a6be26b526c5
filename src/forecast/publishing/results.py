"""The calls that published reports made, out of the ledger and the results that it lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from forecast.archive.archive import Archive
from forecast.archive.published_forecasts import PublishedForecast
from forecast.archive.targets import Comparison
from forecast.base.errors import Fault
from forecast.publishing.ledger import Entry, faults_of, read_ledger
from forecast.report.published_scores import PublishedScores, scores_of
from forecast.verification.forecasts import VerifiedForecast, verified_forecasts

READ = "1"  # the part of `schema_version` before the dot that is understood here


@dataclass(frozen=True, slots=True)
class ScoredReports:
    """All published calls that count, what came of them, and what speaks against the others.

    Of reports of one day and question the one listed first counts: `n_repeated` runs came later.
    `n_unpublished` runs rest on unpublished figures, and count nowhere.
    """

    as_of: date
    scores: PublishedScores
    settled: tuple[VerifiedForecast, ...]
    calls: tuple[PublishedForecast, ...]
    faults: tuple[Fault, ...]
    n_repeated: int
    n_unpublished: int


# What is read of a `result.json`, whatever else its version holds.


@dataclass(frozen=True, slots=True)
class _Target:
    comparison: Comparison
    bound_pct: float
    settles: Literal["first", "latest"]


@dataclass(frozen=True, slots=True)
class _Attained:
    probability: float


@dataclass(frozen=True, slots=True)
class _Forecast:
    quantiles_pct: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Indicator:
    id: str
    target: _Target | None
    attained: _Attained | None
    settled: dict[str, Any] | None
    forecast: _Forecast | None


@dataclass(frozen=True, slots=True)
class _Result:
    schema_version: str
    area: str
    year: int
    as_of: date
    overlay: dict[str, Any] | None
    indicators: tuple[_Indicator, ...]


_RESULT = TypeAdapter(_Result)


def scored_reports(reports: Path, archive: Archive, day: date) -> ScoredReports:
    """Return what came of the calls of a folder of reports, by the figures out on a day.

    What was altered, cannot be read, or is of another folder of data is a fault; the rest is
    scored. A call counts as listed on the day that it was in the schedule's time zone.
    """
    snapshot = archive.as_of(day)
    faults, zone = list(faults_of(reports)), ZoneInfo(archive.schedule.time_zone)
    unsound = {fault.file for fault in faults}
    first: dict[tuple[str, int, date], list[PublishedForecast]] = {}
    n_repeated = n_unpublished = 0
    for entry in read_ledger(reports).numbered.values():
        result = None if entry.path in unsound else _read(reports, entry, faults)
        if result is None:
            continue
        asked = (result.area, result.year, result.as_of)
        if result.overlay is not None:
            n_unpublished += 1
        elif asked in first:
            n_repeated += 1
        else:
            calls = list(_calls(result, entry, zone))
            faults += _strange(calls, archive, entry)
            first[asked] = [c for c in calls if _is_known(c, archive)]
    calls = [call for found in first.values() for call in found if call.day <= day]
    settled, still_open = verified_forecasts(calls, snapshot)
    return ScoredReports(
        as_of=day,
        scores=scores_of(settled, still_open, archive.registry),
        settled=tuple(settled),
        calls=tuple(calls),
        faults=tuple(faults),
        n_repeated=n_repeated,
        n_unpublished=n_unpublished,
    )


def _strange(calls: Iterable[PublishedForecast], archive: Archive, entry: Entry) -> Iterator[Fault]:
    """Yield a fault for each call of which the data folder knows nothing."""
    for call in calls:
        if not _is_known(call, archive):
            said = f"{call.area}/{call.indicator} has no figures in the data folder"
            yield Fault(entry.path, None, said)


def _is_known(call: PublishedForecast, archive: Archive) -> bool:
    return call.indicator in archive.indicators_of(call.area)


def _read(reports: Path, entry: Entry, faults: list[Fault]) -> _Result | None:
    """Return what a listed result says; None, and a fault more, where it is not understood."""
    try:
        result = _RESULT.validate_json((reports / entry.path).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        faults.append(Fault(entry.path, None, f"no result of a report: {where}: {first['msg']}"))
        return None
    if result.schema_version.partition(".")[0] != READ:
        said = f"schema_version {result.schema_version!r}; allowed here: {READ}.x"
        faults.append(Fault(entry.path, None, said))
        return None
    if (result.area, result.year, str(result.as_of)) != (entry.area, entry.year, entry.day):
        said = f"is about another question than line {entry.sequence} of the ledger"
        faults.append(Fault(entry.path, None, said))
        return None
    return result


def _calls(result: _Result, entry: Entry, zone: ZoneInfo) -> Iterator[PublishedForecast]:
    """Yield what was said of each indicator whose year was open."""
    listed_on = datetime.fromisoformat(entry.time).astimezone(zone).date()
    for one in result.indicators:
        if one.settled is not None or one.forecast is None:
            continue
        yield PublishedForecast(
            area=result.area,
            indicator=one.id,
            year=result.year,
            day=result.as_of,
            listed_on=listed_on,
            sha256=entry.sha256,
            comparison=None if one.target is None else one.target.comparison,
            bound_pct=None if one.target is None else one.target.bound_pct,
            settles="first" if one.target is None else one.target.settles,
            probability=None if one.attained is None else one.attained.probability,
            quantiles_pct=one.forecast.quantiles_pct,
        )
