"""What is known and likely of each commitment of an area and a year on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from forecast.archive.archive import BoolArray
from forecast.archive.commitments import Commitment, Commitments
from forecast.archive.progress import ProgressEntry
from forecast.archive.targets import round_half_up
from forecast.base.randomness import generator
from forecast.history.levels import FloatArray
from forecast.outlook.progress_paths import (
    ASSUMED_OF_COUNTS,
    ASSUMED_OF_SHARES,
    PRIOR_WEIGHT,
    Dispersion,
    SeasonalProfile,
    count_dispersion,
    count_paths,
    seasonal_profile,
    share_dispersion,
    share_paths,
    shrunk,
)

Basis = Literal["own", "pool", "assumed"]
Status = Literal["no_progress", "not_started", "too_few", "open", "done", "missed"]


_Pool = dict[tuple[str, int], tuple[bool, Dispersion | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One commitment on a day: its entries as they count, and paths of what is done.

    `paths` has the shape (paths, month ends ahead) and is None unless the status is `open`;
    `basis` says where the dispersion comes from: mostly this commitment, others, or assumed.
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
        """On which paths the commitment is kept by 31 December."""
        if self.paths is None:
            return None
        return self.commitment.are_kept_by(self.paths[:, -1])

    @property
    def half_kept_by(self) -> date | None:
        """The first month's end by which it is kept on half of the paths; None where on fewer."""
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
        _completion(book, one, day, pool, n_paths, generator(seed, f"completion/{area}/{one.id}"))
        for one in book.in_force(area, year, day)
    ]


def counted(one: Commitment, entries: Sequence[ProgressEntry]) -> FloatArray:
    """Return what each entry counts for; of a count no more than any later one: it never falls."""
    done = np.array([e.done for e in entries], dtype=float)
    return done if one.is_share else np.minimum.accumulate(done[::-1])[::-1]


def _decimals(one: Commitment, entries: Sequence[ProgressEntry]) -> int:
    written = len(f"{one.amount:.10g}".partition(".")[2])
    return max([written, *(e.decimals for e in entries)])


def _own(book: Commitments, one: Commitment, day: date) -> Dispersion | None:
    """Return how dispersion the progress of one commitment has been, where its entries tell."""
    entries, profile = book.progress(one, day), seasonal_profile(book, one, day)
    done, used = counted(one, entries).tolist(), [profile.at(e.day) for e in entries]
    if not entries:
        return None
    if one.is_share:
        return share_dispersion(used, done)
    return count_dispersion(used, done, step=10.0 ** -_decimals(one, entries))


def _completion(
    book: Commitments,
    one: Commitment,
    day: date,
    pool: _Pool,
    n_paths: int,
    rng: np.random.Generator,
) -> Completion:
    entries, profile, own = (
        book.progress(one, day),
        seasonal_profile(book, one, day),
        pool[one.id, one.year],
    )
    alike = {key: u for key, (is_share, u) in pool.items() if is_share == one.is_share}
    others = [u for key, u in alike.items() if u is not None and key != (one.id, one.year)]
    known = Completion(
        commitment=one,
        entries=tuple(entries),
        done=tuple(counted(one, entries).tolist()),
        status=_status(one, entries),
        profile=profile,
        ends=tuple(profile.month_ends_after(entries[-1].day) if entries else ()),
        dispersion=shrunk(own[1], others, ASSUMED_OF_SHARES if one.is_share else ASSUMED_OF_COUNTS),
        basis="own" if _is_own(own[1]) else "pool" if others else "assumed",
    )
    return replace(known, paths=_paths(known, n_paths, rng)) if known.status == "open" else known


def _is_own(own: Dispersion | None) -> bool:
    """Whether a commitment's own increments count for more than all the rest."""
    return own is not None and own.weight >= PRIOR_WEIGHT


def _paths(known: Completion, n_paths: int, rng: np.random.Generator) -> FloatArray:
    one, profile = known.commitment, known.profile
    used = [profile.at(e.day) for e in known.entries]
    ahead = [profile.at(end) for end in known.ends]
    dispersion, digits = known.dispersion, known.decimals
    if one.is_share:
        walks = share_paths(used, known.done, ahead, dispersion, n_paths=n_paths, rng=rng)
        return round_half_up(walks, digits)
    done, step = known.done[-1], 10.0**-digits
    return count_paths(
        done, one.amount, used[-1], ahead, dispersion, step=step, n_paths=n_paths, rng=rng
    )


def _status(one: Commitment, entries: Sequence[ProgressEntry]) -> Status:
    if not entries:
        return "no_progress"
    done, is_over = counted(one, entries)[-1], entries[-1].day == date(one.year, 12, 31)
    if one.is_kept_by(done) and (is_over or not one.is_share):
        return "done"
    if is_over:
        return "missed"
    if one.is_share:
        return "too_few" if len(entries) < 2 else "open"
    return "open" if done > 0 else "not_started"
