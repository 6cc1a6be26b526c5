"""Judgements scored by the outturn, beside what the pool said by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.judgements import Judgement, Judgements
from forecast.archive.targets import Target
from forecast.base.months import MONTHS_A_YEAR, month, month_of_year, year_of
from forecast.history.series import History, build_history
from forecast.verification.intervals import Interval, ratio_by_year
from forecast.verification.outturn import Outturn, outturn_of
from forecast.verification.record import POOL, Record

TOO_LATE, OPEN, NO_TARGET, SCORED = "too_late", "open", "no_target", "scored"
FEWEST_SETTLED = 4  # judgements before an author's skill is stated


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredJudgement:
    """A judgement, what came out, and its error; lower is better.

    `status` is `scored`, `open` while the year is not settled, `too_late` where it was entered on
    the day of the outturn or later, `no_target` where a probability was stated of no target.
    `error` is the distance from the outturn in points, or for a probability the Brier score;
    `of_pool` is the CRPS or the Brier score of the pool's newest forecast by that day, None
    without one.
    """

    judgement: Judgement
    outturn_pct: float | None
    settled_on: date | None
    status: str
    error: float | None
    of_pool: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How an author's judgements did; `growth` and `probability` are scored apart.

    `mean_error` is of all scored judgements. `value_added_pct` is by how much of the pool's error
    theirs is smaller, with its 90 % interval by years, over those on which the pool had a forecast;
    None below four of them or where no interval can be given.
    """

    author: str
    form: str
    n_scored: int
    n_open: int
    n_too_late: int
    mean_error: float | None
    n_beside_pool: int
    value_added_pct: Interval | None


def scored(
    archive: Archive, judgements: Judgements, record: Record, day: date | None = None
) -> list[ScoredJudgement]:
    """Return every judgement of a day with its score, by what was known then.

    The day is the archive's newest one where none is given. What an office itself expected of a
    year counts as its judgement.
    """
    day = archive.last_release_on if day is None else day
    snapshot = archive.as_of(day)
    pools = record.densities[record.densities["model"] == POOL]

    @cache
    def history_of(area: str, indicator: str, year: int) -> History:
        return build_history(snapshot, area, indicator, year)

    results = []
    expected = [one for one in expectations(archive) if one.entered_on <= day]
    for one in [*judgements.known_on(day), *expected]:
        history = history_of(one.area, one.indicator, one.year)
        target = (
            archive.as_of(max(archive.first_release_on, one.entered_on))
            .targets(one.area, one.year)
            .get(one.indicator)
        )
        results.append(_scored(one, target, outturn_of(history, target, snapshot), pools))
    return results


def expectations(archive: Archive) -> list[Judgement]:
    """Return what offices expected of whole years (预计全年), with the office as the author."""
    table = archive.figures
    rows = table[(table["status"] == "expected") & (table["measure"] == "growth_pct")]
    return [
        Judgement(
            area=str(row["area"]),
            indicator=str(row["indicator"]),
            year=year_of(int(row["last"])),
            author=str(row["publisher"]) or "?",
            entered_on=pd.Timestamp(row["released_on"]).date(),
            growth_pct=float(row["value"]),
            source=str(row["source"]),
        )
        for row in rows.to_dict("records")
        if month_of_year(int(row["last"])) == MONTHS_A_YEAR
        and int(row["first"]) == month(year_of(int(row["last"])), 1)
        and archive.registry.of(str(row["area"]), str(row["indicator"])).annual_rule is not None
    ]


def _scored(
    one: Judgement, target: Target | None, outturn: Outturn | None, pools: pd.DataFrame
) -> ScoredJudgement:
    """Return a judgement with its error and that of the pool, as far as there are any."""
    probability = one.stated_probability
    settled_on = None if outturn is None else outturn.released_on
    error = of_pool = None
    if outturn is None:
        status = OPEN
    elif settled_on is not None and one.entered_on >= settled_on:
        status = TOO_LATE
    elif probability is not None and (target is None or outturn.attained is None):
        status = NO_TARGET
    else:
        status = SCORED
        if probability is not None:
            error = (probability - float(bool(outturn.attained))) ** 2
        elif one.growth_pct is not None:
            error = abs(one.growth_pct - outturn.growth_pct)
        of_pool = _of_pool(one, pools, "crps" if probability is None else "announced")
    return ScoredJudgement(
        judgement=one,
        outturn_pct=None if outturn is None else outturn.growth_pct,
        settled_on=settled_on,
        status=status,
        error=error,
        of_pool=of_pool,
    )


def _of_pool(one: Judgement, pools: pd.DataFrame, score: str) -> float | None:
    """Return the score of the pool's newest forecast of the year by the day of the judgement."""
    own = pools[
        (pools["area"] == one.area)
        & (pools["indicator"] == one.indicator)
        & (pools["year"] == one.year)
        & (pools["as_of"] <= pd.Timestamp(one.entered_on))
    ]
    if not len(own):
        return None
    newest = own.sort_values("as_of").iloc[-1]
    value = float(newest["crps"])
    if score == "announced":
        value = float((newest["announced_probability"] - newest["announced_hit"]) ** 2)
    return None if np.isnan(value) else value


def skills(results: Iterable[ScoredJudgement]) -> list[Skill]:
    """Return the skill of each author, of growth and of probabilities apart."""
    groups: dict[tuple[str, str], list[ScoredJudgement]] = {}
    for one in results:
        form = "growth" if one.judgement.growth_pct is not None else "probability"
        groups.setdefault((one.judgement.author, form), []).append(one)
    return [_skill(author, form, group) for (author, form), group in sorted(groups.items())]


def _skill(author: str, form: str, group: list[ScoredJudgement]) -> Skill:
    errors = [one.error for one in group if one.error is not None]
    both = [
        (one.error, one.of_pool, one.judgement.year)
        for one in group
        if one.error is not None and one.of_pool is not None
    ]
    added = None
    if len(both) >= FEWEST_SETTLED:
        error, of_pool, year = zip(*both, strict=True)
        ratio = ratio_by_year(error, of_pool, year)
        added = None if ratio is None else ratio.mapped(lambda r: 100 * (1 - r))
    return Skill(
        author=author,
        form=form,
        n_scored=len(errors),
        n_open=sum(one.status == OPEN for one in group),
        n_too_late=sum(one.status == TOO_LATE for one in group),
        mean_error=sum(errors) / len(errors) if errors else None,
        n_beside_pool=len(both),
        value_added_pct=added,
    )
