"""The outlook: what a day's figures say of a year's growth in one area, as joint paths.

A pure function of (snapshot, area, year, record, chance); the record may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.targets import Target
from forecast.base.caveat import Caveat
from forecast.base.months import month_of_year, year_of
from forecast.base.randomness import generator
from forecast.combination.calibration import Calibration, recalibrated_paths
from forecast.combination.dependence import coupled_paths, dependence
from forecast.combination.estimates import Estimates, estimates_of, estimation_day
from forecast.combination.pool import quantile_average
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.registry import MODELS, Model, is_explosive
from forecast.models.shared import Scale, Shared
from forecast.outlook.attainment import N_BATCHES
from forecast.outlook.caveats import limits
from forecast.outlook.parts import Allowance, allowances, held
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.verification.outturn import outturn_of
from forecast.verification.record import Record


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
    estimates = estimates_of(record, snapshot.registry, estimation_day(snapshot.day))
    targets = snapshot.targets(area, year)
    names = _judged(snapshot, area, targets) if indicators is None else list(indicators)
    single = {}
    for name in _with_wholes(snapshot, area, names):
        history, target = build_history(snapshot, area, name, year), targets.get(name)
        settled = outturn_of(history, target, snapshot)
        scale = estimates.shared.scale_of(history)
        if settled is not None:
            single[name] = IndicatorOutlook(history, target, "settled", scale, outturn=settled)
        else:
            members, dropped = _members(history, estimates.shared, seed, n_paths, models)
            single[name] = _pooled(history, target, scale, members, dropped, estimates)
    forecast = [one.history for one in single.values() if one.paths is not None]
    order = dependence(forecast, estimates.errors)
    joint = _coupled(single, order.correlation, seed)
    for allowance in allowances(snapshot, {name: one.history for name, one in single.items()}):
        joint[allowance.part] = _held(joint, allowance, n_paths)
    return Outlook(area, year, snapshot, {n: joint[n] for n in names}, n_paths, order.n_years)


def _with_wholes(snapshot: Snapshot, area: str, names: Iterable[str]) -> list[str]:
    """Return the indicators, and what they are parts of where the area has figures of it.

    An indicator asked alone is held to its whole too.
    """
    registry, known = snapshot.registry, snapshot.indicators_of(area)
    wholes = [w for name in names for w in registry.wholes_of(area, name)]
    also = [w for w in wholes if w in known and registry.of(area, w).annual_rule]
    return list(dict.fromkeys([*names, *also]))


def _judged(snapshot: Snapshot, area: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the indicators to report: those with a target, then all others with figures."""
    known = [i for i in snapshot.indicators_of(area) if snapshot.registry.of(area, i).annual_rule]
    order = list(snapshot.registry.indicators)
    return sorted({*targets, *known}, key=lambda i: (i not in targets, order.index(i)))


def _members(
    history: History, shared: Shared, seed: int, n_paths: int, models: Mapping[str, Model]
) -> tuple[dict[str, FloatArray], tuple[Caveat, ...]]:
    """Return paths by model, and what was left out and why."""
    members, dropped = {}, []
    for name, model in models.items():
        if not model.can_fit(history):
            continue
        rng = generator(seed, f"{name}/{history.series}")
        paths = model.fit(history, shared).simulate(n_paths, rng)
        if is_explosive(paths, shared.scale_of(history)):
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
    estimates: Estimates,
) -> IndicatorOutlook:
    """Return the members pooled batch by batch and recalibrated, by past forecasts.

    A series without years of its own is not recalibrated: outturns of the record's series in their
    distributions say nothing of a borrowed scale.
    """
    if not members:
        return IndicatorOutlook(history, target, "cannot_be_assessed", scale, caveats=dropped)
    known = history.months_known
    weight = estimates.weights(list(members), known, str(history.series))
    calibration = Calibration()
    if scale.basis == "own":
        calibration = estimates.calibration(known)
    shares = _settled_shares(history)
    batches = zip(*(np.split(paths, N_BATCHES) for paths in members.values()), strict=True)
    pooled = [recalibrated_paths(quantile_average(b, weight), calibration, shares) for b in batches]
    return IndicatorOutlook(
        history,
        target,
        "forecast",
        scale,
        members,
        np.concatenate(pooled),
        weights=dict(zip(members, weight.tolist(), strict=True)),
        calibration=calibration,
        caveats=(*dropped, *limits(history, scale, members)),
    )


def _settled_shares(history: History) -> FloatArray:
    """Return W at the last published month and at each month ahead; none before the year."""
    months = [month_of_year(m) if year_of(m) == history.year else 0 for m in history.ahead]
    known = [history.months_known, *months]
    return np.array([history.settled_share(history.year, k) for k in known])


def _coupled(
    single: Mapping[str, IndicatorOutlook], correlation: FloatArray, seed: int
) -> dict[str, IndicatorOutlook]:
    """Return the outlooks with their paths in the joint order, batch by batch.

    `correlation` is that of the indicators with paths.
    """
    paths = {name: one.paths for name, one in single.items() if one.paths is not None}
    batches = zip(*(np.split(values, N_BATCHES) for values in paths.values()), strict=True)
    joint = [
        coupled_paths(dict(zip(paths, batch, strict=True)), correlation, seed, f"coupling/{b}")
        for b, batch in enumerate(batches)
    ]
    return {
        name: replace(one, paths=np.concatenate([j[name] for j in joint])) if name in paths else one
        for name, one in single.items()
    }


def _held(
    joint: Mapping[str, IndicatorOutlook], allowance: Allowance, n_paths: int
) -> IndicatorOutlook:
    """Return the part of a whole held to it, with a caveat where paths were moved.

    A part that is settled is a fact, and its whole is left as it is.
    """
    part, whole = joint[allowance.part], joint[allowance.whole]
    fixed = None if whole.outturn is None else np.full(n_paths, whole.outturn.growth_pct)
    december = whole.december if fixed is None else fixed
    if part.paths is None or december is None:
        return part
    shares = _settled_shares(part.history)
    paths, n_moved = held(part.paths, december, allowance.apart_pp, shares, N_BATCHES)
    counts = {"paths": f"{n_moved:d}", "all": f"{n_paths:d}"}
    told = Caveat("held_to_whole", {"indicators": allowance.whole} | counts)
    return replace(part, paths=paths, caveats=(*part.caveats, *([told] if n_moved else [])))
