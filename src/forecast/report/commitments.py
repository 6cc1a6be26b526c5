"""The report of the counted commitments of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.commitments import Commitment
from forecast.archive.progress import ProgressEntry
from forecast.base.months import MONTHS_A_YEAR
from forecast.outlook.attainment import N_BATCHES, Probability, probability
from forecast.outlook.commitments import Completion, completions
from forecast.report.lights import light, word

DAYS_A_MONTH = 365.25 / MONTHS_A_YEAR
_LIGHTS = {"done": "attained", "missed": "missed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionForecast:
    """The probability that a commitment is kept in its year, and the distribution of its amount.

    `half_kept_by` is the month's end by which it is kept on half of the paths. `dispersion` of a
    count is the variance of a year's progress over its squared mean, of a share the variance in
    squared percentage points; `dispersion_basis` is `own`, `pool` or `assumed`.
    """

    probability: Probability
    word: str
    median: float
    lower80: float
    upper80: float
    half_kept_by: date | None
    dispersion: float
    dispersion_basis: str
    past_years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """The report of one commitment; amounts are in its unit.

    `status` is `no_progress` where nothing was reported, `not_started` where nothing was done,
    `too_few` where a share was reported once, `open`, `done` or `missed`. `progress` is the newest
    entry. `time_pct` is None for a share, because its start is not known and so cannot be compared
    with the time gone. `needed_per_month` is what each month from the day of the report needs, None
    where nothing is left, or no progress is known.
    """

    commitment: Commitment
    decimals: int
    status: str
    light: str
    progress: ProgressEntry | None
    progress_age_days: int | None
    n_entries: int
    done_pct: float | None
    time_pct: float | None
    usual_pct: float | None
    pace_per_month: float | None
    needed_per_month: float | None
    completion: CompletionForecast | None


def commitment_reports(
    snapshot: Snapshot, area: str, year: int, *, seed: int, n_paths: int
) -> list[CommitmentReport]:
    """Return the report of each commitment of an area and a year on a day."""
    book, day = snapshot.archive.commitments, snapshot.day
    outlooks = completions(book, area, year, day, seed=seed, n_paths=n_paths)
    return [_report(outlook, day) for outlook in outlooks]


def _report(outlook: Completion, day: date) -> CommitmentReport:
    commitment, completion = outlook.commitment, _completion(outlook)
    last = outlook.entries[-1] if outlook.entries else None
    done = outlook.done[-1] if outlook.done else None
    colour = "none" if completion is None else light(completion.probability.value)
    has_profile = outlook.profile.n_years > 0
    return CommitmentReport(
        commitment=commitment,
        decimals=outlook.decimals,
        status=outlook.status,
        light=_LIGHTS.get(outlook.status, colour),
        progress=last,
        progress_age_days=None if last is None else (day - last.day).days,
        n_entries=len(outlook.entries),
        done_pct=None if done is None else 100 * done / commitment.amount,
        time_pct=None
        if last is None or commitment.is_share
        else 100 * outlook.profile.time_gone(last.day),
        usual_pct=100 * outlook.profile.at(last.day) if last and has_profile else None,
        pace_per_month=_pace(outlook),
        needed_per_month=_needed(outlook, day),
        completion=completion,
    )


def _completion(outlook: Completion) -> CompletionForecast | None:
    if outlook.paths is None or outlook.kept is None:
        return None
    kept = probability(outlook.kept, N_BATCHES)
    lower, median, upper = np.quantile(outlook.paths[:, -1], (0.1, 0.5, 0.9)).tolist()
    return CompletionForecast(
        probability=kept,
        word=word(kept.value),
        median=median,
        lower80=lower,
        upper80=upper,
        half_kept_by=outlook.half_kept_by,
        dispersion=outlook.dispersion.value,
        dispersion_basis=outlook.basis,
        past_years=outlook.profile.n_years,
    )


def _pace(outlook: Completion) -> float | None:
    """Return the progress per month so far; of a share, since its first entry."""
    if not outlook.entries:
        return None
    first, last = outlook.entries[0], outlook.entries[-1]
    if not outlook.commitment.is_share:
        return outlook.done[-1] / (MONTHS_A_YEAR * outlook.profile.time_gone(last.day))
    days = (last.day - first.day).days
    return (outlook.done[-1] - outlook.done[0]) / (days / DAYS_A_MONTH) if days else None


def _needed(outlook: Completion, day: date) -> float | None:
    commitment = outlook.commitment
    months = (outlook.profile.ends_on - day).days / DAYS_A_MONTH
    if not outlook.done or outlook.status in ("done", "missed") or months <= 0:
        return None
    return max(commitment.bound - outlook.done[-1], 0.0) / months
