"""The outlook: the joint forecast of a year's growth in one area from a day's figures, as paths.

A pure function of (snapshot, area, year, record, seed); the record may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot
from forecast.archive.judgements import Judgement
from forecast.archive.targets import Target
from forecast.base.errors import BrokenModel
from forecast.base.months import MONTHS_A_YEAR, month, month_of_year, month_text, year_of
from forecast.base.randomness import generator
from forecast.base.series import Series
from forecast.base.texts import Caveat
from forecast.combination.calibration import Calibration, moved_paths, recalibrated_paths
from forecast.combination.dependence import coupled_paths, dependence
from forecast.combination.estimates import Estimates, estimates_of, estimation_day
from forecast.combination.judgement import judgement_weight
from forecast.combination.pool import quantile_average
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.adjustment import series_class
from forecast.models.contract import Fitted, Model, is_explosive
from forecast.models.nowcast import unusable_series
from forecast.models.registry import MODELS
from forecast.models.shared import Scale, Shared
from forecast.outlook.accounts import accounted, links, share_caveats
from forecast.outlook.attainment import N_BATCHES
from forecast.outlook.parts import PartConstraint, constrained_paths, part_constraints
from forecast.outlook.ratios import parts_of_ratios, ratio_outlook
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.verification.outturn import judged_target, outturn_of
from forecast.verification.record import Record

Fits = dict[tuple[str, Series], Fitted]  # by model and series


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
    learnt_on: date | None = None,
    fits: Fits | None = None,
) -> Outlook:
    """Return the outlook on the day for every indicator of the area, or for those named.

    Estimates are those of a report of `learnt_on`, by default of the day itself. With `fits` a
    model that was fitted before is updated with the new figures, and one that was not is kept.
    """
    learnt_by = estimation_day(learnt_on or snapshot.day)
    estimates = estimates_of(record, snapshot.registry, learnt_by)
    targets = snapshot.targets(area, year)
    names = _reported(snapshot, area, targets) if indicators is None else list(indicators)
    single = {}
    plain = [n for n in _with_wholes(snapshot, area, names) if not _is_ratio(snapshot, area, n)]
    for name in plain:
        history, target = build_history(snapshot, area, name, year), targets.get(name)
        outturn = outturn_of(history, target, snapshot)
        scale = estimates.shared.scale_of(history)
        if (zero := history.newest_without_growth) is not None:
            reasons = (Caveat("levels_not_positive", {"from": month_text(zero)}),)
            single[name] = IndicatorOutlook(
                history, target, "cannot_be_assessed", scale, caveats=reasons
            )
        elif outturn is not None:
            single[name] = IndicatorOutlook(history, target, "settled", scale, outturn=outturn)
        else:
            members, dropped = _members(history, estimates.shared, seed, n_paths, models, fits)
            single[name] = _pooled(history, target, scale, members, dropped, estimates)
    single = _judged(single, snapshot, record.settled_by(learnt_by).densities)
    forecast = [outlook.history for outlook in single.values() if outlook.paths is not None]
    order = dependence(forecast, estimates.errors)
    histories = {name: outlook.history for name, outlook in single.items()}
    shares = links(snapshot.registry, histories)
    correlation = accounted(
        order.correlation,
        {name: outlook for name, outlook in single.items() if outlook.paths is not None},
        shares,
        estimates.errors.mean(of_parts=False),
    )
    joint = _coupled(single, correlation, seed)
    for name, caveat in share_caveats(snapshot.registry, histories, shares).items():
        joint[name] = replace(joint[name], caveats=(*joint[name].caveats, caveat))
    for constraint in part_constraints(snapshot, histories):
        joint[constraint.part] = _constrained(joint, constraint, n_paths)
    for name in (n for n in names if _is_ratio(snapshot, area, n)):
        key = area, name, year
        joint[name] = ratio_outlook(snapshot, key, targets.get(name), joint, n_paths)
    return Outlook(area, year, snapshot, {n: joint[n] for n in names}, n_paths, order.n_years)


def _with_wholes(snapshot: Snapshot, area: str, names: Iterable[str]) -> list[str]:
    """Return the indicators, and what they are parts of where the area has figures of it.

    An indicator that is asked for alone is constrained by its whole too, and a ratio rests on both
    its parts.
    """
    registry, with_figures = snapshot.registry, snapshot.indicators_of(area)
    names = [*names, *parts_of_ratios(snapshot, area, names)]
    wholes = [w for name in names for w in registry.wholes_of(area, name)]
    also = [w for w in wholes if w in with_figures and registry.of(area, w).annual_rule]
    return list(dict.fromkeys([*names, *also]))


def _is_ratio(snapshot: Snapshot, area: str, name: str) -> bool:
    return bool(snapshot.registry.of(area, name).ratio_of)


def _reported(snapshot: Snapshot, area: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the indicators to report: those with a target, then all others with figures."""
    with_figures = snapshot.indicators_of(area)
    growing = [i for i in with_figures if snapshot.registry.of(area, i).annual_rule]
    order = list(snapshot.registry.indicators)
    for name in order:
        parts = snapshot.registry.of(area, name).ratio_of
        growing += [name] if parts and set(parts) <= set(growing) else []
    return sorted({*targets, *growing}, key=lambda i: (i not in targets, order.index(i)))


def _members(
    history: History,
    shared: Shared,
    seed: int,
    n_paths: int,
    models: Mapping[str, Model],
    fits: Fits | None,
) -> tuple[dict[str, FloatArray], tuple[Caveat, ...]]:
    """Return paths by model, and what was left out and why."""
    members, dropped = {}, []
    for name, model in models.items():
        try:
            if not model.can_fit(history):
                continue
            rng = generator(seed, f"{name}/{history.series}")
            paths = _fitted(model, history, shared, fits).simulate(n_paths, rng)
        except BrokenModel as error:
            dropped.append(Caveat("member_broken", {"model": name, "why": error.why}))
            continue
        if is_explosive(paths, shared.scale_of(history)):
            dropped.append(Caveat("member_dropped", {"model": name}))
        else:
            members[name] = paths
    return members, tuple(dropped)


def _fitted(model: Model, history: History, shared: Shared, fits: Fits | None) -> Fitted:
    """Return a model's earlier fit updated with a history, else a new one, which is kept."""
    if fits is None:
        return model.fit(history, shared)
    key = model.name, history.series
    fits[key] = fits[key].update(history) if key in fits else model.fit(history, shared)
    return fits[key]


def _pooled(
    history: History,
    target: Target | None,
    scale: Scale,
    members: Mapping[str, FloatArray],
    dropped: tuple[Caveat, ...],
    estimates: Estimates,
) -> IndicatorOutlook:
    """Return the members pooled batch by batch, and recalibrated by past forecasts.

    A series without years of its own is not recalibrated: where the outturns of other series fell
    in their distributions says nothing about a borrowed scale.
    """
    if not members:
        reasons = dropped if history.figures else (*dropped, Caveat("no_figures"))
        return IndicatorOutlook(history, target, "cannot_be_assessed", scale, caveats=reasons)
    known, reference = history.months_known, str(history.series)
    weight = estimates.weights(list(members), known, reference, series_class(history))
    calibration = Calibration()
    if scale.basis == "own":
        calibration = estimates.calibration(history.months_known, history.series)
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
        caveats=(*dropped, *limits(history, target, scale, members)),
    )


def _judged(
    single: Mapping[str, IndicatorOutlook], snapshot: Snapshot, pools: pd.DataFrame
) -> dict[str, IndicatorOutlook]:
    """Return the outlooks moved by what people expected of them, where that has shown skill."""
    judgements = snapshot.archive.judgements.known_on(snapshot.day)
    return {name: _moved(outlook, judgements, pools) for name, outlook in single.items()}


def _moved(
    outlook: IndicatorOutlook, judgements: Sequence[Judgement], pools: pd.DataFrame
) -> IndicatorOutlook:
    history, december = outlook.history, outlook.december
    if not judgements or outlook.paths is None or december is None:
        return outlook
    if history.indicator.has_no_growth:  # a judgement is of growth
        return outlook
    weight = judgement_weight(judgements, history.series, history.year, pools, december)
    if weight is None:
        return outlook
    shares = _settled_shares(history)
    moved = moved_paths(outlook.paths, weight.moved(december), shares)
    return replace(outlook, paths=moved, judgement=weight)


def _settled_shares(history: History) -> FloatArray:
    """Return W at the last published month and at each month ahead; none before the year."""
    months = [month_of_year(m) if year_of(m) == history.year else 0 for m in history.ahead]
    numbers = [history.months_known, *months]
    return np.array([history.settled_share(history.year, k) for k in numbers])


def _coupled(
    single: Mapping[str, IndicatorOutlook], correlation: FloatArray, seed: int
) -> dict[str, IndicatorOutlook]:
    """Return the outlooks with their paths in the joint order, batch by batch.

    `correlation` is that of the indicators with paths.
    """
    paths = {name: outlook.paths for name, outlook in single.items() if outlook.paths is not None}
    batches = zip(*(np.split(values, N_BATCHES) for values in paths.values()), strict=True)
    joint = [
        coupled_paths(dict(zip(paths, batch, strict=True)), correlation, seed, f"coupling/{b}")
        for b, batch in enumerate(batches)
    ]
    return {
        name: replace(outlook, paths=np.concatenate([batch[name] for batch in joint]))
        if name in paths
        else outlook
        for name, outlook in single.items()
    }


def _constrained(
    joint: Mapping[str, IndicatorOutlook], constraint: PartConstraint, n_paths: int
) -> IndicatorOutlook:
    """Return the part of a whole constrained by it, with a caveat where paths were moved.

    A part that is settled is a fact, and its whole is left as it is.
    """
    part, whole = joint[constraint.part], joint[constraint.whole]
    fixed = None if whole.outturn is None else np.full(n_paths, whole.outturn.growth_pct)
    december = whole.december if fixed is None else fixed
    if part.paths is None or december is None:
        return part
    shares = _settled_shares(part.history)
    paths, n_moved = constrained_paths(
        part.paths, december, constraint.most_apart_pp, shares, N_BATCHES
    )
    counts = {"paths": f"{n_moved:d}", "all": f"{n_paths:d}"}
    caveat = Caveat("held_to_whole", {"indicators": constraint.whole} | counts)
    return replace(part, paths=paths, caveats=(*part.caveats, *([caveat] if n_moved else [])))


def limits(
    history: History, target: Target | None, scale: Scale, members: Mapping[str, FloatArray]
) -> tuple[Caveat, ...]:
    """Return what limits an indicator's forecast."""
    caveats = []
    if judged_target(target, history) is None and target is not None:
        caveats.append(Caveat("target_without_base", {"year": str(history.year - 1)}))
    if scale.basis != "own":
        caveats.append(Caveat(f"errors_{scale.basis}", {"years": f"{scale.own_years:d}"}))
    last = history.last_published
    if last is None:
        caveats.append(Caveat("no_growth_ever"))
    elif history.months_known == 0:
        caveats.append(Caveat("nothing_this_year", {"last": month_text(last)}))
        if _is_far_ahead(history):
            caveats.append(Caveat("far_ahead"))
    if "borrowed" in members:
        caveats.append(
            Caveat(
                "borrowed_course",
                {"related": ", ".join(map(str, history.indicator.substitute_series(history.area)))},
            )
        )
    newest = max(history.expected, default=None)
    if newest is not None and (last is None or newest > last):
        caveats.append(Caveat("rests_on_expected", {"month": month_text(newest)}))
    basis = history.shares_basis[-1]
    if (
        basis in ("related", "equal")
        and 0 < history.months_known < MONTHS_A_YEAR
        and history.indicator.accumulates
    ):
        caveats.append(Caveat(f"shares_{basis}"))
    if any(
        b > month(history.year - 1, 1) and year_of(b) <= history.year
        for b in history.indicator.break_months
    ):
        caveats.append(Caveat("levels_break"))
    unusable = unusable_series(history)
    for reason in dict.fromkeys(unusable.values()):
        series = ", ".join(str(s) for s in unusable if unusable[s] == reason)
        caveats.append(Caveat(f"related_{reason}", {"related": series}))
    if len(members) == 1:
        caveats.append(Caveat("one_member", {"model": next(iter(members))}))
    return tuple(caveats)


def _is_far_ahead(history: History) -> bool:
    """Whether neither a series nor those related to it have a figure of the year before.

    The scale of errors is estimated from years whose year before was known.
    """
    newest = [related.last_published for related in (history, *history.related.values())]
    return max((m for m in newest if m is not None), default=0) < month(history.year - 1, 1)
