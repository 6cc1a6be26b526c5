"""What is known and likely of each commitment of an area and a year on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecast.archive.archive import BoolArray
from forecast.archive.commitments import Commitment, Commitments
from forecast.archive.progress import ProgressEntry
from forecast.archive.schedule import end_of_month
from forecast.archive.targets import round_half_up
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.base.randomness import generator
from forecast.history.levels import FloatArray


@dataclass(frozen=True, slots=True)
class SeasonalProfile:
    """Share of a usual year's work done by the end of each day of a year.

    `n_years` past years of the same commitment shaped it; without any it is a straight line.
    """

    begins_on: date
    shares: FloatArray
    n_years: int

    def at(self, day: date) -> float:
        """Return the share at the end of a day; 1 from the year's last day on, 0 before it."""
        index = (day - self.begins_on).days
        return 0.0 if index < 0 else float(self.shares[min(index, len(self.shares) - 1)])

    def month_ends_after(self, day: date) -> list[date]:
        """Return the last days of the year's months after a day, the year's last day at the end."""
        first = month(self.begins_on.year, self.begins_on.month)
        ends = [end_of_month(first + place) for place in range(MONTHS_A_YEAR)]
        return [end for end in ends if end > day]

    @property
    def ends_on(self) -> date:
        """The last day of the year."""
        return self.begins_on + timedelta(days=len(self.shares) - 1)

    def time_gone(self, day: date) -> float:
        """Return the share of the year's days until the end of a day."""
        return ((day - self.begins_on).days + 1) / len(self.shares)


def seasonal_profile(book: Commitments, commitment: Commitment, day: date) -> SeasonalProfile:
    """Return the profile of a commitment from what was known on a day.

    It is the mean of the same commitment's past years and one straight line.
    """
    begins_on, ends_on = book.days_of(commitment)
    n_days = (ends_on - begins_on).days + 1
    straight = np.arange(1, n_days + 1) / n_days
    past = [] if commitment.is_share else _past_years(book, commitment, day)
    curves = [_curve(entries, days, straight) for entries, days in past]
    return SeasonalProfile(begins_on, np.mean([straight, *curves], axis=0), len(curves))


def _past_years(
    book: Commitments, commitment: Commitment, day: date
) -> list[tuple[list[ProgressEntry], tuple[date, date]]]:
    """Return the progress of earlier years of a commitment, with the first and last day of each.

    A year whose last entry is before its last month is left out: its end is not known.
    """
    earlier = [
        c for c in book.all_in_force(day) if c.id == commitment.id and c.year < commitment.year
    ]
    years = [(book.progress(c, day), book.days_of(c)) for c in earlier]
    return [
        (entries, days)
        for entries, days in years
        if entries and entries[-1].done > 0 and entries[-1].day >= days[1].replace(day=1)
    ]


def _curve(
    entries: list[ProgressEntry], days: tuple[date, date], straight: FloatArray
) -> FloatArray:
    """Return a year's share of its own total by day, straight between its entries."""
    done = np.minimum.accumulate([e.done for e in entries][::-1])[::-1]
    start, n_days = days[0], (days[1] - days[0]).days + 1
    when = [((e.day - start).days + 1) / n_days for e in entries]
    shares = [0.0, *(done / done[-1]).tolist()]
    return np.asarray(np.interp(straight, [0.0, *when], shares), dtype=float)


ASSUMED_OF_COUNTS = 1 / 12  # as dispersed as twelve batches of random size a year
ASSUMED_OF_SHARES = 25.0  # squared percentage points a year
PRIOR_WEIGHT = (
    4.0  # the pool counts as so many increments, and the assumption as so many in the pool
)
_LEAST_CLUSTERED, _MOST_CLUSTERED = 0.001, 0.9


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance of progress in a year, and from how many increments it was estimated.

    For counts it is a share of the squared mean, for shares it is in squared percentage points.
    """

    value: float
    weight: float

    def drawn(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return one value for each path, since few increments leave the dispersion uncertain."""
        weight = self.weight
        return np.asarray(self.value * weight / rng.chisquare(weight, n_paths), dtype=float)


def count_dispersion(
    used: Sequence[float], done: Sequence[float], *, step: float
) -> Dispersion | None:
    """Return the dispersion of a count; None with fewer than two increments.

    `used` is the profile at each entry and `done` what was done by then. Given the total, shares of
    a gamma process are Dirichlet: sum (s - w)^2 / sum w (1 - w) has the mean 1 / (U / k + 1), after
    step^2 / 6 for each increment, the effect of counting in whole steps, is subtracted.
    """
    usual, increments = np.diff(used, prepend=0.0), np.diff(done, prepend=0.0)
    if len(increments) < 2 or done[-1] <= 0 or used[-1] <= 0:
        return None
    w, s = usual / used[-1], increments / done[-1]
    counting = len(increments) * (step / done[-1]) ** 2 / 6
    clustered = (float(((s - w) ** 2).sum()) - counting) / float((w * (1 - w)).sum())
    clustered = min(max(clustered, _LEAST_CLUSTERED), _MOST_CLUSTERED)
    return Dispersion(used[-1] * clustered / (1 - clustered), len(increments) - 1)


def share_dispersion(years: Sequence[float], share_pct: Sequence[float]) -> Dispersion | None:
    """Return the variance of a share around its own line; None with fewer than three entries."""
    if len(years) < 3:
        return None
    spells, steps = np.diff(years), np.diff(share_pct)
    line = steps.sum() / spells.sum()
    squares = float(((steps - line * spells) ** 2 / spells).sum())
    return Dispersion(squares / (len(steps) - 1), len(steps) - 1)


def shrunk(
    own: Dispersion | None, others: Iterable[Dispersion | None], assumed: float
) -> Dispersion:
    """Return a commitment's dispersion shrunk to that of others, and theirs to the assumed one."""
    estimated = [other for other in others if other is not None]
    pooled = _mean([Dispersion(assumed, PRIOR_WEIGHT), *estimated]).value
    prior = Dispersion(pooled, PRIOR_WEIGHT)
    return prior if own is None else _mean([prior, own])


def _mean(parts: Sequence[Dispersion]) -> Dispersion:
    weight = sum(part.weight for part in parts)
    return Dispersion(sum(part.weight * part.value for part in parts) / weight, weight)


PLANNED_BATCHES = 2.0  # the plan's pace counts as so many batches in the estimate of the pace
_BELOW_MEAN = 1 / 3  # the median of a gamma variate lies so far below its shape
_LEAST_BATCHES, _TINY = 0.5, 1e-300


def count_paths(
    done: float,
    amount: float,
    used: float,
    ahead: ArrayLike,
    dispersion: Dispersion,
    *,
    step: float,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a count, shape (paths, month ends ahead), none of which ever falls.

    `used` is the profile at the last entry and `ahead` at each month's end, `step` the smallest
    amount that is counted. Work is a gamma process of a batches a year: with U of the profile used,
    R left, D done and P planned, the rest is (D + (n - 1/3) P / a) G(a R) / G(a U + n).
    """
    batches = np.maximum(1 / dispersion.drawn(n_paths, rng), _LEAST_BATCHES)[:, None]
    begun = done + step * rng.random((n_paths, 1))  # what is under way is not counted yet
    seen = rng.gamma(batches * used + PLANNED_BATCHES)
    planned = amount * (PLANNED_BATCHES - _BELOW_MEAN) / batches
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=used)
    coming = rng.gamma(batches * spells).cumsum(axis=1)
    work = begun + (begun + planned) * coming / np.maximum(seen, _TINY)
    return np.asarray(np.maximum(np.floor(work / step + 1e-9) * step, done), dtype=float)


def share_paths(
    years: ArrayLike,
    share_pct: ArrayLike,
    ahead: ArrayLike,
    dispersion: Dispersion,
    *,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a share in per cent, shape (paths, month ends ahead), between 0 and 100.

    A random walk along the line through the first and the last entry, whose slope is uncertain.
    """
    when, seen = np.asarray(years, dtype=float), np.asarray(share_pct, dtype=float)
    scale = np.sqrt(dispersion.drawn(n_paths, rng))[:, None]
    length = when[-1] - when[0]
    slope = (seen[-1] - seen[0]) / length + scale * rng.standard_normal((n_paths, 1)) / length**0.5
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=when[-1])
    walk = (scale * np.sqrt(spells) * rng.standard_normal((n_paths, len(spells)))).cumsum(axis=1)
    return np.asarray(np.clip(seen[-1] + slope * spells.cumsum() + walk, 0.0, 100.0), dtype=float)


Basis = Literal["own", "pool", "assumed"]
Status = Literal["no_progress", "not_started", "too_few", "open", "done", "missed"]


_Pool = dict[tuple[str, int], tuple[bool, Dispersion | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One commitment on a day: its entries, the amounts that count, and paths of what is done.

    `paths` has the shape (paths, month ends ahead) and is None unless the status is `open`;
    `basis` says where the dispersion comes from: mostly this commitment, others, or an assumption.
    """

    commitment: Commitment
    entries: tuple[ProgressEntry, ...]
    done: tuple[float, ...]
    status: Status
    profile: SeasonalProfile
    ends: tuple[date, ...]
    dispersion: Dispersion
    basis: Basis
    paths: FloatArray | None = None

    @property
    def decimals(self) -> int:
        """Digits after the point with which the amount and the entries are written."""
        return _decimals(self.commitment, self.entries)

    @property
    def kept(self) -> BoolArray | None:
        """On which paths the commitment is kept by the last day of its year."""
        if self.paths is None:
            return None
        return self.commitment.are_kept_by(self.paths[:, -1])

    @property
    def half_kept_by(self) -> date | None:
        """The first month's end by which it is kept on half of the paths, if there is one."""
        if self.paths is None:
            return None
        kept = self.commitment.are_kept_by(self.paths).mean(axis=0) >= 0.5
        return self.ends[int(np.argmax(kept))] if kept.any() else None


def completions(
    book: Commitments, area: str, year: int, day: date, *, seed: int, n_paths: int
) -> list[Completion]:
    """Return the completion of each commitment in force on a day, from what was known on it."""
    pool = {(c.id, c.year): (c.is_share, _own(book, c, day)) for c in book.all_in_force(day)}
    return [
        _completion(book, c, day, pool, n_paths, generator(seed, f"completion/{area}/{c.id}"))
        for c in book.in_force(area, year, day)
    ]


def counted(commitment: Commitment, entries: Sequence[ProgressEntry]) -> FloatArray:
    """Return the amount of each entry; a count never falls, so it is at most any later one."""
    done = np.array([e.done for e in entries], dtype=float)
    return done if commitment.is_share else np.minimum.accumulate(done[::-1])[::-1]


def _decimals(commitment: Commitment, entries: Sequence[ProgressEntry]) -> int:
    written = len(f"{commitment.amount:.10g}".partition(".")[2])
    return max([written, *(e.decimals for e in entries)])


def _own(book: Commitments, commitment: Commitment, day: date) -> Dispersion | None:
    """Return how dispersed the progress of a commitment has been; None with too few entries."""
    entries, profile = book.progress(commitment, day), seasonal_profile(book, commitment, day)
    done, used = counted(commitment, entries).tolist(), [profile.at(e.day) for e in entries]
    if not entries:
        return None
    if commitment.is_share:
        return share_dispersion(used, done)
    return count_dispersion(used, done, step=10.0 ** -_decimals(commitment, entries))


def _completion(
    book: Commitments,
    commitment: Commitment,
    day: date,
    pool: _Pool,
    n_paths: int,
    rng: np.random.Generator,
) -> Completion:
    own_key = (commitment.id, commitment.year)
    entries, profile = book.progress(commitment, day), seasonal_profile(book, commitment, day)
    own, is_share = pool[own_key][1], commitment.is_share
    alike = {key: u for key, (of_share, u) in pool.items() if of_share == is_share}
    others = [u for key, u in alike.items() if u is not None and key != own_key]
    completion = Completion(
        commitment=commitment,
        entries=tuple(entries),
        done=tuple(counted(commitment, entries).tolist()),
        status=_status(commitment, entries, profile.ends_on),
        profile=profile,
        ends=tuple(profile.month_ends_after(entries[-1].day) if entries else ()),
        dispersion=shrunk(own, others, ASSUMED_OF_SHARES if is_share else ASSUMED_OF_COUNTS),
        basis="own"
        if own is not None and own.weight >= PRIOR_WEIGHT
        else "pool"
        if others
        else "assumed",
    )
    if completion.status != "open":
        return completion
    return replace(completion, paths=_paths(completion, n_paths, rng))


def _paths(completion: Completion, n_paths: int, rng: np.random.Generator) -> FloatArray:
    commitment, profile = completion.commitment, completion.profile
    used = [profile.at(e.day) for e in completion.entries]
    ahead = [profile.at(end) for end in completion.ends]
    dispersion, digits = completion.dispersion, completion.decimals
    if commitment.is_share:
        walks = share_paths(used, completion.done, ahead, dispersion, n_paths=n_paths, rng=rng)
        return round_half_up(walks, digits)
    done, step = completion.done[-1], 10.0**-digits
    return count_paths(
        done, commitment.amount, used[-1], ahead, dispersion, step=step, n_paths=n_paths, rng=rng
    )


def _status(commitment: Commitment, entries: Sequence[ProgressEntry], ends_on: date) -> Status:
    if not entries:
        return "no_progress"
    done = counted(commitment, entries)[-1]
    is_over = entries[-1].day == ends_on
    if commitment.is_kept_by(done) and (is_over or not commitment.is_share):
        return "done"
    if is_over:
        return "missed"
    if commitment.is_share:
        return "too_few" if len(entries) < 2 else "open"
    return "open" if done > 0 else "not_started"
