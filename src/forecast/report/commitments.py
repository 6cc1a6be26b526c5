"""What a report says of the counted commitments of its year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.base.months import MONTHS_A_YEAR
from forecast.outlook.attainment import probability
from forecast.outlook.commitments import Completion, completions
from forecast.outlook.value import N_BATCHES
from forecast.report.lights import light, word

DAYS_A_MONTH = 365.25 / MONTHS_A_YEAR
_LIGHTS = {"done": "attained", "missed": "missed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressSaid:
    """The newest entry of a commitment, and what it counts for: later entries may correct it."""

    day: date
    done: float
    source: str
    released_on: date
    age_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionSaid:
    """How probable it is that a commitment is kept by 31 December, and what the year may come to.

    `half_kept_by` is the month's end by which it is kept on half of the paths. `unevenness` of a
    count is the variance of a year's progress over its squared mean, of a share the variance in
    squared percentage points; `unevenness_basis` is `own`, `pool` or `assumed`.
    """

    probability: float
    standard_error: float
    word: str
    median: float
    lower80: float
    upper80: float
    half_kept_by: date | None
    unevenness: float
    unevenness_basis: str
    past_years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """All that is said of one commitment; amounts in its unit.

    `status` is `no_progress` where nothing was reported, `not_started` where nothing was done,
    `too_few` where a share was reported once, `open`, `done` or `missed`. `time_pct` is None for
    a share: where it began is not known, so it runs no race with the year. `needed_per_month` is
    what each month from the day of the report needs, None where nothing is left, or known.
    """

    id: str
    name_en: str
    name_zh: str
    amount: float
    bound: float
    unit_en: str
    unit_zh: str
    decimals: int
    comparison: str
    amount_basis: str
    wording: str
    source: str
    announced_on: date
    status: str
    light: str
    progress: ProgressSaid | None
    n_entries: int
    done_pct: float | None
    time_pct: float | None
    usual_pct: float | None
    pace_per_month: float | None
    needed_per_month: float | None
    completion: CompletionSaid | None


def commitment_reports(
    snapshot: Snapshot, area: str, year: int, *, seed: int, n_paths: int
) -> list[CommitmentReport]:
    """Return what is said on a day of each commitment of an area and a year."""
    book, day = snapshot.archive.commitments, snapshot.day
    found = completions(book, area, year, day, seed=seed, n_paths=n_paths)
    return [_report(one, day) for one in found]


def _report(known: Completion, day: date) -> CommitmentReport:
    one, likely = known.commitment, _completion(known)
    last = known.entries[-1] if known.entries else None
    done = known.done[-1] if known.done else None
    colour = "none" if likely is None else light(likely.probability)
    return CommitmentReport(
        id=one.id,
        name_en=one.name_en,
        name_zh=one.name_zh,
        amount=one.amount,
        bound=one.bound,
        unit_en=one.unit_en,
        unit_zh=one.unit_zh,
        decimals=known.decimals,
        comparison=one.comparison.value,
        amount_basis=one.amount_basis,
        wording=one.wording,
        source=one.source,
        announced_on=one.announced_on,
        status=known.status,
        light=_LIGHTS.get(known.status, colour),
        progress=_progress(known, day),
        n_entries=len(known.entries),
        done_pct=None if done is None else 100 * done / one.amount,
        time_pct=None if last is None or one.is_share else 100 * _share_of_year(last.day),
        usual_pct=100 * known.clock.at(last.day) if last and known.clock.n_years else None,
        pace_per_month=_pace(known),
        needed_per_month=_needed(known, day),
        completion=likely,
    )


def _progress(known: Completion, day: date) -> ProgressSaid | None:
    if not known.entries:
        return None
    last = known.entries[-1]
    return ProgressSaid(
        day=last.day,
        done=last.done,
        source=last.source,
        released_on=last.released_on,
        age_days=(day - last.day).days,
    )


def _completion(known: Completion) -> CompletionSaid | None:
    if known.paths is None or known.kept is None:
        return None
    chance = probability(known.kept, N_BATCHES)
    lower, median, upper = np.quantile(known.paths[:, -1], (0.1, 0.5, 0.9)).tolist()
    return CompletionSaid(
        probability=chance.value,
        standard_error=chance.standard_error,
        word=word(chance.value),
        median=median,
        lower80=lower,
        upper80=upper,
        half_kept_by=known.half_kept_by,
        unevenness=known.unevenness.value,
        unevenness_basis=known.basis,
        past_years=known.clock.n_years,
    )


def _pace(known: Completion) -> float | None:
    """Return what was done a month so far; of a share, since its first entry."""
    if not known.entries:
        return None
    if not known.commitment.is_share:
        return known.done[-1] / (MONTHS_A_YEAR * _share_of_year(known.entries[-1].day))
    days = (known.entries[-1].day - known.entries[0].day).days
    return (known.done[-1] - known.done[0]) / (days / DAYS_A_MONTH) if days else None


def _needed(known: Completion, day: date) -> float | None:
    one = known.commitment
    months = (date(one.year, 12, 31) - day).days / DAYS_A_MONTH
    if not known.done or known.status in ("done", "missed") or months <= 0:
        return None
    return max(one.bound - known.done[-1], 0.0) / months


def _share_of_year(day: date) -> float:
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return ((day - start).days + 1) / (end - start).days
