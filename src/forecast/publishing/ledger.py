"""The ledger of what was published: entered, verified, and scored by the outturns of now.

Each line has the hash of the line before it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forecast.archive.archive import Archive
from forecast.archive.published_forecasts import PublishedForecast
from forecast.base.errors import ContractError, Fault, OutputError
from forecast.base.files import sha256_of
from forecast.publishing.places import RESULT, run_results
from forecast.publishing.runs import Manifest, read_manifest
from forecast.report.track import PublishedScores, scores_of
from forecast.report.value import Report
from forecast.verification.record import VerifiedForecast, verified_forecasts

LEDGER, LOCK = "ledger.jsonl", ".ledger.lock"
BEFORE_THE_FIRST = "0" * 64
SECONDS_FOR_THE_LOCK = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A published run: when it was listed, its question, and the path and hash of its result.

    `path` is relative to the folder of reports; `previous` is the SHA-256 of the line before.
    """

    sequence: int
    time: str
    area: str
    year: int
    day: str
    run: str
    path: str
    sha256: str
    previous: str

    def line(self) -> bytes:
        """Return the line that the ledger holds, without its end."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


_TYPES = {field.name: {"int": int}.get(str(field.type), str) for field in fields(Entry)}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The lines of a ledger as they are, readable or not, and the start of a torn last line.

    `lacks_end` says that the last line is complete except for its line end.
    """

    lines: tuple[bytes, ...]
    torn: bytes = b""
    lacks_end: bool = False

    @property
    def head(self) -> str:
        """The hash of the newest line, on which all before it depend."""
        return hash_of(self.lines[-1]) if self.lines else BEFORE_THE_FIRST

    @property
    def numbered(self) -> dict[int, Entry]:
        """The readable entries, by the numbers of their lines."""
        read = ((number, _entry(line)) for number, line in enumerate(self.lines, start=1))
        return {number: entry for number, entry in read if entry is not None}

    @property
    def paths(self) -> set[str]:
        """The results that are listed."""
        return {entry.path for entry in self.numbered.values()}


def hash_of(line: bytes) -> str:
    """Return the SHA-256 of a line, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def read_ledger(reports: Path) -> Ledger:
    """Return the ledger of a folder of reports; an empty one where the file is missing."""
    path = reports / LEDGER
    *lines, last = (path.read_bytes() if path.is_file() else b"").split(b"\n")
    if _entry(last) is not None:
        return Ledger((*lines, last), lacks_end=True)
    return Ledger(tuple(lines), torn=last)


def enter(reports: Path, home: Path) -> None:
    """List a run that was put in place, and before it any run whose process died unlisted.

    Raise OutputError where the ledger stays locked. No existing line is changed.
    """
    if _path(reports, home / RESULT) in read_ledger(reports).paths:
        return
    with _locked(reports):
        ledger = read_ledger(reports)
        listed = ledger.paths
        new = [p for p in run_results(reports) if _path(reports, p) not in listed]
        sound = [(m, p) for p in new if (m := _sound_manifest(p)) is not None]
        sound.sort(key=lambda run: (run[0].made_at, run[1]))
        _append(reports, ledger, [_row(reports, p, m) for m, p in sound])


@contextmanager
def _locked(reports: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(reports / LOCK, timeout=SECONDS_FOR_THE_LOCK):
            yield
    except Timeout as error:
        raise OutputError(
            f"{reports / LEDGER} was locked by another process for {SECONDS_FOR_THE_LOCK:.0f} s; "
            "the report stands and is listed with the next one"
        ) from error


def _append(reports: Path, ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
    """Write a line for each run and sync the file; a torn last line is overwritten."""
    ended = ledger.lines[:-1] if ledger.lacks_end else ledger.lines
    lines, previous = list(ledger.lines[len(ended) :]), ledger.head
    for sequence, row in enumerate(rows, start=len(ledger.lines) + 1):
        lines.append(Entry(sequence=sequence, previous=previous, **row).line())
        previous = hash_of(lines[-1])
    handle = os.open(reports / LEDGER, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(handle, "r+b") as file:
        file.seek(sum(len(line) + 1 for line in ended))
        file.write(b"".join(line + b"\n" for line in lines))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _row(reports: Path, result: Path, manifest: Manifest) -> dict[str, Any]:
    """Return what the ledger lists of a run, except its place in the chain."""
    question = manifest.inputs.parameters
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "area": question["area"],
        "year": question["year"],
        "day": question["as_of"],
        "run": result.parent.name,
        "path": _path(reports, result),
        "sha256": sha256_of(result),
    }


def _sound_manifest(result: Path) -> Manifest | None:
    """Return the manifest of a run; None where it is incomplete or lists another result."""
    manifest = read_manifest(result.parent)
    if manifest is None or not manifest.made_at:
        return None
    is_complete = {"area", "year", "as_of"} <= manifest.inputs.parameters.keys()
    return manifest if is_complete and manifest.files.get(RESULT) == sha256_of(result) else None


def _path(reports: Path, result: Path) -> str:
    return result.relative_to(reports).as_posix()


def _entry(line: bytes) -> Entry | None:
    """Return the entry in a line; None where the line is not one of a ledger."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or {n: type(v) for n, v in values.items()} != _TYPES:
        return None
    return Entry(**values)


def faults_of(reports: Path) -> list[Fault]:
    """Return every sign that a folder's results are not what was published, in a fixed order.

    These are a changed line or link of the chain, a torn last line, a result that is missing,
    altered or not listed, and a linked result that differs from those of all runs beside it.
    """
    ledger = read_ledger(reports)
    listed = ledger.paths
    unlisted = [p for p in run_results(reports) if _path(reports, p) not in listed]
    return [
        *_faults_of_chain(ledger),
        *_faults_of_results(reports, ledger),
        *(Fault(_path(reports, p), None, _UNLISTED) for p in unlisted),
        *_faults_of_links(reports),
    ]


_TORN = "the last line is torn, as by a process that died; the next report removes it"
_NO_LINE = f"not a line of a ledger; allowed: an object of {', '.join(_TYPES)}"
_UNLISTED = f"not listed in {LEDGER}; a report that died before it was listed is with the next one"
_LINKED = f"edited: it is not the {RESULT} of any run beside it"


def _faults_of_chain(ledger: Ledger) -> Iterator[Fault]:
    """Yield what breaks the chain; a changed line shows in the link of the next line."""
    entries, previous = ledger.numbered, BEFORE_THE_FIRST
    for number, line in enumerate(ledger.lines, start=1):
        entry = entries.get(number)
        if entry is None:
            yield Fault(LEDGER, number, _NO_LINE)
        elif entry.previous != previous:
            where = f"line {number - 1}" if number > 1 else "the start"
            link = f"the chain is broken: previous is {entry.previous[:12]}, the hash of"
            yield Fault(LEDGER, number, f"{link} {where} is {previous[:12]}")
        elif entry.sequence != number:
            yield Fault(LEDGER, number, f"sequence is {entry.sequence}; allowed: {number}")
        previous = hash_of(line)
    if ledger.torn:
        yield Fault(LEDGER, len(ledger.lines) + 1, _TORN)


def _faults_of_results(reports: Path, ledger: Ledger) -> Iterator[Fault]:
    """Yield the listed results that are missing or were changed."""
    for number, entry in ledger.numbered.items():
        result = reports / entry.path
        if not result.is_file():
            yield Fault(entry.path, None, f"missing; listed on line {number} of {LEDGER}")
            continue
        digest = sha256_of(result)
        if digest != entry.sha256:
            change = f"altered: its SHA-256 is {digest[:12]}, that listed on line {number}"
            yield Fault(entry.path, None, f"{change} of {LEDGER} is {entry.sha256[:12]}")


def _faults_of_links(reports: Path) -> Iterator[Fault]:
    """Yield the results that were edited where people link to them."""
    for place in sorted({p.parents[2] for p in run_results(reports)}):
        if is_edited(place):
            yield Fault(_path(reports, place / RESULT), None, _LINKED)


def refuse_edited(place: Path) -> None:
    """Raise OutputError where the linked result of a place was edited: it is not overwritten."""
    if is_edited(place):
        raise OutputError(f"{place / RESULT} was {_LINKED}; move it away, run again")


def is_edited(place: Path) -> bool:
    """Return whether a place has a linked result that differs from those of all its runs."""
    linked = place / RESULT
    if not linked.is_file():
        return False
    results = [p for p in run_results(place) if p.parents[2] == place]
    manifests = (read_manifest(p.parent) for p in results)
    listed = (m.files.get(RESULT) for m in manifests if m is not None)
    return sha256_of(linked) not in {*map(sha256_of, results), *listed}


@dataclass(frozen=True, slots=True)
class ScoredReports:
    """The scores of published forecasts, the forecasts themselves, and faults of their results.

    Of several reports for one day and question the one listed first counts; `n_repeated` came
    later. `n_unpublished` rest on unpublished figures, and are not counted.
    """

    as_of: date
    scores: PublishedScores
    settled: tuple[VerifiedForecast, ...]
    calls: tuple[PublishedForecast, ...]
    faults: tuple[Fault, ...]
    n_repeated: int
    n_unpublished: int


def scored_reports(reports: Path, archive: Archive, day: date) -> ScoredReports:
    """Return the scores of a folder's published forecasts, by the figures released up to a day.

    A result that was altered, cannot be read, or is of another data folder is a fault; the rest is
    scored. A forecast is listed on the date of its entry in the schedule's time zone.
    """
    snapshot = archive.as_of(day)
    faults, zone = list(faults_of(reports)), ZoneInfo(archive.schedule.time_zone)
    unsound = {fault.file for fault in faults}
    first: dict[tuple[str, int, date], list[PublishedForecast]] = {}
    n_repeated = n_unpublished = 0
    for entry in read_ledger(reports).numbered.values():
        report = None if entry.path in unsound else _read(reports, entry, faults)
        if report is None:
            continue
        question = (report.area, report.year, report.as_of)
        if report.overlay is not None:
            n_unpublished += 1
        elif question in first:
            n_repeated += 1
        else:
            forecasts = list(_forecasts(report, entry, zone))
            faults += _unknown(forecasts, archive, entry)
            first[question] = [f for f in forecasts if _has_figures(f, archive)]
    forecasts = [f for of_report in first.values() for f in of_report if f.day <= day]
    settled, still_open = verified_forecasts(forecasts, snapshot)
    return ScoredReports(
        as_of=day,
        scores=scores_of(settled, still_open, archive.registry),
        settled=tuple(settled),
        calls=tuple(forecasts),
        faults=tuple(faults),
        n_repeated=n_repeated,
        n_unpublished=n_unpublished,
    )


def _unknown(
    forecasts: Iterable[PublishedForecast], archive: Archive, entry: Entry
) -> Iterator[Fault]:
    """Yield a fault for each forecast of a series without figures in the data folder."""
    for forecast in forecasts:
        if not _has_figures(forecast, archive):
            series = f"{forecast.area}/{forecast.indicator}"
            yield Fault(entry.path, None, f"{series} has no figures in the data folder")


def _has_figures(forecast: PublishedForecast, archive: Archive) -> bool:
    return forecast.indicator in archive.indicators_of(forecast.area)


def _read(reports: Path, entry: Entry, faults: list[Fault]) -> Report | None:
    """Return the report of a listed result; None, and one more fault, where it cannot be used."""
    from forecast.report.result import read_result  # late: verifying and publishing read no result

    try:
        report = read_result(reports / entry.path)
    except ContractError as error:
        faults += [Fault(entry.path, None, fault.message) for fault in error.faults]
        return None
    if (report.area, report.year, report.as_of.isoformat()) != (entry.area, entry.year, entry.day):
        message = f"is about another question than line {entry.sequence} of the ledger"
        faults.append(Fault(entry.path, None, message))
        return None
    return report


def _forecasts(report: Report, entry: Entry, zone: ZoneInfo) -> Iterator[PublishedForecast]:
    """Yield the forecast of each indicator whose year was open."""
    listed_on = datetime.fromisoformat(entry.time).astimezone(zone).date()
    for indicator in report.indicators:
        target, attainment = indicator.target, indicator.attainment
        if indicator.outturn is not None or indicator.forecast is None:
            continue
        yield PublishedForecast(
            area=report.area,
            indicator=indicator.id,
            year=report.year,
            day=report.as_of,
            listed_on=listed_on,
            sha256=entry.sha256,
            comparison=None if target is None else target.comparison,
            bound_pct=None if target is None else target.bound_pct,
            settles="first" if target is None else target.settles,
            probability=None if attainment is None else attainment.probability.value,
            quantiles_pct=tuple(indicator.forecast.quantiles_pct),
        )
