"""The outlook: what a day's figures say of a year's growth in one area, as joint paths.

A pure function of (snapshot, area, year, record, chance); the record may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive import Snapshot
from forecast.attainment import BoolArray, Joint, joint_attainment
from forecast.calibration import Calibration, calibration_of, shifted
from forecast.chance import generator
from forecast.coupling import independent
from forecast.history import FloatArray, History, build_history
from forecast.learning import learnt
from forecast.models import MODELS, Model, Scale, Shared, explodes, lenders
from forecast.outturn import Outturn, outturn_of
from forecast.pool import past_scores, quantile_average, weights
from forecast.record import RAW_POOL, Record
from forecast.spans import MONTHS_A_YEAR, month, month_of_year, month_text, year_of
from forecast.targets import Target

N_BATCHES = 10
Status = Literal["forecast", "settled", "cannot_be_assessed"]


@dataclass(frozen=True, slots=True)
class Caveat:
    """Something that a reader of the number has to know: a text's key, and what fills it."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IndicatorOutlook:
    """One indicator's outlook.

    `paths` has shape (n_paths, months ahead), YTD growth in per cent, the same path in the same
    row for every indicator; None where the year is settled or nothing can be said. `members`
    holds each model's own paths before pooling, `weights` how much each counts.
    """

    history: History
    target: Target | None
    status: Status
    scale: Scale
    members: Mapping[str, FloatArray] = field(default_factory=dict)
    paths: FloatArray | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    outturn: Outturn | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def december(self) -> FloatArray | None:
        """Annual growth on each path, in per cent."""
        return None if self.paths is None else self.paths[:, -1]

    def met(self, n_paths: int) -> BoolArray | None:
        """Return per path whether the target is met; None without a target or a distribution."""
        decimals = self.history.indicator.decimals
        if self.target is None:
            return None
        if self.outturn is not None:
            return np.full(n_paths, bool(self.target.is_met_as_published(self.outturn.growth_pct)))
        return None if self.december is None else self.target.is_met(self.december, decimals)


@dataclass(frozen=True)
class Outlook:
    """The outlook of all indicators of an area for a year, on a day."""

    area: str
    year: int
    snapshot: Snapshot
    indicators: Mapping[str, IndicatorOutlook]
    n_paths: int

    @property
    def day(self) -> date:
        """The day at whose end everything was known."""
        return self.snapshot.day

    def joint(self) -> Joint | None:
        """Return joint attainment of all targets that can be assessed, on the same paths."""
        met = {name: one.met(self.n_paths) for name, one in self.indicators.items()}
        return joint_attainment({n: m for n, m in met.items() if m is not None}, N_BATCHES)


def annual_outlook(
    snapshot: Snapshot,
    area: str,
    year: int,
    *,
    record: Record,
    seed: int,
    n_paths: int,
    indicators: Iterable[str] | None = None,
    models: Mapping[str, Model] = MODELS,
) -> Outlook:
    """Return the outlook on the day for every indicator of the area, or for those named."""
    shared = learnt(record, lenders_of_all(snapshot), learning_day(snapshot.day))
    past = record.settled_by(snapshot.day).densities
    targets = snapshot.targets(area, year)
    names = _judged(snapshot, area, targets) if indicators is None else list(indicators)
    single = {}
    for name in names:
        history, target = build_history(snapshot, area, name, year), targets.get(name)
        settled = outturn_of(history, target, snapshot)
        scale = shared.scale_of(history)
        if settled is not None:
            single[name] = IndicatorOutlook(history, target, "settled", scale, outturn=settled)
        else:
            members, dropped = _members(history, shared, seed, n_paths, models)
            single[name] = _pooled(history, target, scale, members, dropped, past)
    return Outlook(area, year, snapshot, _coupled(single, seed), n_paths)


def _judged(snapshot: Snapshot, area: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the indicators to report: those with a target, then all others with figures."""
    known = [i for i in snapshot.indicators_of(area) if snapshot.registry.of(area, i).annual_rule]
    order = list(snapshot.registry.indicators)
    return sorted({*targets, *known}, key=lambda i: (i not in targets, order.index(i)))


def learning_day(day: date) -> date:
    """Return the day up to which settled calls teach: the end of February, or an earlier day.

    What models share is learnt once a year, when the year before is out, and kept: a report that
    moves within the year moves for its figures, not for its parameters.
    """
    return min(day, date(day.year, 2, 28))


def lenders_of_all(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return, by series, the related ones of other areas."""
    registry = snapshot.registry
    return {
        f"{area}/{name}": tuple(lenders(area, registry.of(area, name).related))
        for area in snapshot.archive.areas
        for name in snapshot.archive.indicators_of(area)
    }


def _members(
    history: History, shared: Shared, seed: int, n_paths: int, models: Mapping[str, Model]
) -> tuple[dict[str, FloatArray], tuple[Caveat, ...]]:
    """Return paths by model, and what was left out and why."""
    members, dropped = {}, []
    for name, model in models.items():
        if not model.can_fit(history):
            continue
        rng = generator(seed, f"{name}/{history.reference}")
        paths = model.fit(history, shared).simulate(n_paths, rng)
        if explodes(paths, shared.scale_of(history)):
            dropped.append(Caveat("member_dropped", {"model": name}))
        else:
            members[name] = paths
    return members, tuple(dropped)


def _pooled(
    history: History,
    target: Target | None,
    scale: Scale,
    members: Mapping[str, FloatArray],
    dropped: tuple[Caveat, ...],
    past: pd.DataFrame,
) -> IndicatorOutlook:
    """Return the members pooled batch by batch and recalibrated, by past calls.

    A series without years of its own is not recalibrated: how the record's series fell in their
    distributions says nothing of a width that was lent.
    """
    if not members:
        return IndicatorOutlook(history, target, "cannot_be_assessed", scale, caveats=dropped)
    known = history.months_known
    weight = weights(past_scores(past), list(members), known, history.reference)
    calibration = Calibration()
    if scale.basis == "own":
        calibration = calibration_of(past[past["model"] == RAW_POOL], known)
    shares = _settled_shares(history)
    batches = zip(*(np.split(paths, N_BATCHES) for paths in members.values()), strict=True)
    pooled = [shifted(quantile_average(b, weight), calibration, shares) for b in batches]
    return IndicatorOutlook(
        history,
        target,
        "forecast",
        scale,
        members,
        np.concatenate(pooled),
        weights=dict(zip(members, weight.tolist(), strict=True)),
        calibration=calibration,
        caveats=(*dropped, *_caveats(history, scale, members)),
    )


def _settled_shares(history: History) -> FloatArray:
    """Return W at the last published month and at each month ahead; none before the year."""
    months = [month_of_year(m) if year_of(m) == history.year else 0 for m in history.ahead]
    known = [history.months_known, *months]
    return np.array([history.settled_share(history.year, k) for k in known])


def _coupled(single: Mapping[str, IndicatorOutlook], seed: int) -> dict[str, IndicatorOutlook]:
    """Return the outlooks with their paths in the joint order, batch by batch."""
    paths = {name: one.paths for name, one in single.items() if one.paths is not None}
    batches = {
        name: values.reshape(N_BATCHES, -1, values.shape[1]) for name, values in paths.items()
    }
    joint = [
        independent({n: v[b] for n, v in batches.items()}, seed, f"coupling/{b}")
        for b in range(N_BATCHES)
    ]
    return {
        name: replace(one, paths=np.concatenate([j[name] for j in joint])) if name in paths else one
        for name, one in single.items()
    }


def _caveats(
    history: History, scale: Scale, members: Mapping[str, FloatArray]
) -> tuple[Caveat, ...]:
    """Return what limits an indicator's forecast."""
    found = []
    if scale.basis != "own":
        found.append(Caveat(f"errors_{scale.basis}", {"years": f"{scale.own_years:d}"}))
    last = history.last_published
    if last is None:
        found.append(Caveat("no_growth_ever"))
    elif history.months_known == 0:
        found.append(Caveat("nothing_this_year", {"last": month_text(last)}))
    if "borrowed" in members:
        found.append(
            Caveat(
                "borrowed_course", {"related": ", ".join(lenders(history.area, history.related))}
            )
        )
    newest = max(history.expected, default=None)
    if newest is not None and (last is None or newest > last):
        found.append(Caveat("rests_on_expected", {"month": month_text(newest)}))
    basis = history.shares_basis[-1]
    if (
        basis in ("related", "equal")
        and 0 < history.months_known < MONTHS_A_YEAR
        and history.indicator.annual_rule in ("published_ytd", "sum_of_months")
    ):
        found.append(Caveat(f"shares_{basis}"))
    if any(
        b > month(history.year - 1, 1) and year_of(b) <= history.year
        for b in history.indicator.break_months
    ):
        found.append(Caveat("levels_break"))
    if len(members) == 1:
        found.append(Caveat("one_member", {"model": next(iter(members))}))
    return tuple(found)
