"""Published forecasts, read from the ledger of a folder of reports and scored by the outturns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from forecast.archive.archive import Archive
from forecast.archive.published_forecasts import PublishedForecast
from forecast.base.errors import ContractError, Fault
from forecast.publishing.integrity import backdated, faults_of
from forecast.publishing.ledger import Entry, Ledger, hash_of, read_ledger
from forecast.publishing.places import stored
from forecast.report.published import PublishedScores, scores_of
from forecast.report.value import Report
from forecast.verification.record import VerifiedForecast, verified_forecasts


@dataclass(frozen=True, slots=True)
class ScoredReports:
    """The scores of published forecasts, the forecasts themselves, and faults of their results.

    Of several reports for one day and question the one listed first counts; `n_repeated` came
    later. `n_unpublished` rest on unpublished figures or assumed targets, and are not counted.
    `n_unanchored` reports are on lines whose time nothing outside of the folder proves, or that are
    backdated.
    """

    as_of: date
    scores: PublishedScores
    settled: tuple[VerifiedForecast, ...]
    calls: tuple[PublishedForecast, ...]
    faults: tuple[Fault, ...]
    n_repeated: int
    n_unpublished: int
    n_unanchored: int = 0


Head = tuple[datetime | None, str]


def scored_reports(
    reports: Path, archive: Archive, day: date, anchors: Collection[Head] = ()
) -> ScoredReports:
    """Return the scores of a folder's published forecasts, by the figures released up to a day.

    A result that was altered, cannot be read, or is of another data folder is a fault; the rest is
    scored. `anchors` are heads of the ledger that were kept outside of it, and when. A forecast is
    listed on the date of its line or of the first anchor that holds it, the later of both, in the
    schedule's time zone; without an anchor it counts as replayed.
    """
    ledger, proofs = read_ledger(reports), _Proofs(reports, read_ledger(reports), anchors)
    snapshot = archive.as_of(day)
    faults, zone = list(faults_of(reports)), ZoneInfo(archive.schedule.time_zone)
    unsound = {fault.file for fault in faults}
    first: dict[tuple[str, int, date], list[PublishedForecast]] = {}
    n_repeated = n_unpublished = n_unanchored = 0
    for number, entry in ledger.numbered.items():
        report = None if entry.path in unsound else listed_report(reports, entry, faults)
        if report is None:
            continue
        question = (report.area, report.year, report.as_of)
        if not report.is_public:
            n_unpublished += 1
        elif question in first:
            n_repeated += 1
        else:
            time = proofs.time_of(number, entry)
            n_unanchored += time is None
            forecasts = list(_forecasts(report, entry, zone, time))
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
        n_unanchored=n_unanchored,
    )


class _Proofs:
    """When lines of a ledger are known to have been there, by heads that were kept elsewhere."""

    def __init__(self, reports: Path, ledger: Ledger, anchors: Collection[Head]) -> None:
        numbers = {hash_of(line): n for n, line in enumerate(ledger.lines, start=1)}
        held = [(numbers[head], time) for time, head in anchors if head in numbers]
        self._anchors = sorted(held, key=lambda anchor: anchor[0])
        self._backdated = backdated(reports, ledger) if held else set()

    def time_of(self, number: int, entry: Entry) -> datetime | None:
        """Return when a line was there at the latest; None where nothing proves it."""
        if number in self._backdated:
            return None
        holding = [time for until, time in self._anchors if until >= number]
        if not holding:
            return None
        listed, known = datetime.fromisoformat(entry.time), [t for t in holding if t is not None]
        return max(listed, min(known)) if len(known) == len(holding) else listed


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


def listed_report(reports: Path, entry: Entry, faults: list[Fault]) -> Report | None:
    """Return the report of a listed result; None, and one more fault, where it cannot be used."""
    from forecast.report.result import read_result  # late: verifying and publishing read no result

    try:
        report = read_result(stored(reports, entry.path))
    except ContractError as error:
        faults += [Fault(entry.path, None, fault.message) for fault in error.faults]
        return None
    if (report.area, report.year, report.as_of.isoformat()) != (entry.area, entry.year, entry.day):
        message = f"is about another question than line {entry.sequence} of the ledger"
        faults.append(Fault(entry.path, None, message))
        return None
    return report


def _forecasts(
    report: Report, entry: Entry, zone: ZoneInfo, proven: datetime | None
) -> Iterator[PublishedForecast]:
    """Yield the forecast of each indicator whose year was open."""
    listed_on = (proven or datetime.fromisoformat(entry.time)).astimezone(zone).date()
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
            is_anchored=proven is not None,
            sha256=entry.sha256,
            comparison=None if target is None else target.comparison,
            bound_pct=None if target is None else target.bound_pct,
            upper_pct=target.upper_pct if target is not None and target.has_two_ends else None,
            levels={} if target is None else target.level_numbers,
            settles="first" if target is None else target.settles,
            probability=None if attainment is None else attainment.probability.value,
            quantiles_pct=tuple(indicator.forecast.quantiles_pct),
        )
