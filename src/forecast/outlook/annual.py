"""The outlook: the joint forecast of a year's growth in one area from a day's figures, as paths.

A pure function of (snapshot, area, year, record, seed); the record may be empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot
from forecast.archive.judgements import Judgement
from forecast.archive.targets import Target
from forecast.base.errors import BrokenModel
from forecast.base.files import cache_folder
from forecast.base.months import month_of_year, month_text, year_of
from forecast.base.package import forecast_hash
from forecast.base.randomness import generator
from forecast.base.series import Names, Series
from forecast.base.texts import Caveat
from forecast.combination.calibration import Calibration, moved_paths, recalibrated_paths
from forecast.combination.dependence import coupled_paths
from forecast.combination.estimates import Estimates, estimates_of, estimation_day
from forecast.combination.judgement import judgement_weight
from forecast.combination.pool import quantile_average
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.adjustment import series_class
from forecast.models.contract import Fitted, Model, is_explosive
from forecast.models.registry import MODELS
from forecast.models.shared import Scale, Shared
from forecast.outlook.accounts import accounted, links, share_caveats
from forecast.outlook.attainment import N_BATCHES
from forecast.outlook.families import (
    Arrangement,
    Member,
    area_shares,
    arrangements,
    cache_arrangements,
    cached_arrangement,
)
from forecast.outlook.limits import limits
from forecast.outlook.parts import PartConstraint, constrained_paths, part_constraints
from forecast.outlook.ratios import parts_of_ratios, ratio_outlook
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.verification.outturn import outturn_of
from forecast.verification.record import Record, content_hash

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
    model that was fitted before is updated with the new figures, and one that was not is kept. The
    paths of an area that is part of another add up with those of its other parts.
    """
    learnt_by = estimation_day(learnt_on or snapshot.day)
    run = Run(year, record, seed, n_paths, models, learnt_by, fits)
    targets = snapshot.targets(area, year)
    names = _reported(snapshot, area, targets) if indicators is None else list(indicators)
    if _is_part(snapshot, area):
        joint, n_years = _beside_others(snapshot, area, names, run)
    else:
        joint, n_years = _joint(snapshot, area, names, run)
    for name in (n for n in names if _is_ratio(snapshot, area, n)):
        key = area, name, year
        joint[name] = ratio_outlook(snapshot, key, targets.get(name), joint, n_paths)
    return Outlook(area, year, snapshot, {n: joint[n] for n in names}, n_paths, n_years)


@dataclass(frozen=True)
class Run:
    """What the outlooks of all areas of a family have in common: a year, a record, and so on."""

    year: int
    record: Record
    seed: int
    n_paths: int
    models: Mapping[str, Model]
    learnt_by: date
    fits: Fits | None = None

    @classmethod
    def of_report(cls, year: int, record: Record, seed: int, n_paths: int, day: date) -> Run:
        """Return what a report of a day asks of all areas."""
        return cls(year, record, seed, n_paths, MODELS, estimation_day(day))

    @property
    def is_plain(self) -> bool:
        """Whether it is all that a report asks, so that others will ask it again."""
        return self.fits is None and self.models is MODELS


def _joint(
    snapshot: Snapshot, area: str, names: Sequence[str], run: Run
) -> tuple[dict[str, IndicatorOutlook], int]:
    """Return the outlooks of an area by itself on joint paths, and the years behind their order.

    They are those named and what these are parts of; a ratio is missing, its parts are there.
    """
    year, n_paths, seed = run.year, run.n_paths, run.seed
    estimates = estimates_of(run.record, snapshot.registry, run.learnt_by)
    targets = snapshot.targets(area, year)
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
            members, dropped = _members(history, estimates.shared, run)
            single[name] = _pooled(history, target, scale, members, dropped, estimates)
    single = _judged(single, snapshot, run.record, run.learnt_by)
    forecast = [outlook.history for outlook in single.values() if outlook.paths is not None]
    order = estimates.dependence(forecast)
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
    return joint, order.n_years


# Areas that are parts of others -------------------------------------------------------------------


def _is_part(snapshot: Snapshot, area: str) -> bool:
    """Whether an area is part of another one of which something is known."""
    whole = snapshot.registry.whole_area_of(area)
    return whole is not None and bool(snapshot.indicators_of(whole))


def _beside_others(
    snapshot: Snapshot, area: str, names: Sequence[str], run: Run
) -> tuple[dict[str, IndicatorOutlook], int]:
    """Return an area's outlooks as `_joint` does, beside those of the area that it is part of.

    All indicators with figures are forecast, whichever are asked for, and so for its other parts:
    whoever asks gets the same paths. What has a target but no figures adds up with nothing.
    """
    joint, n_years = _joint(snapshot, area, _forecast(snapshot, area), run)
    place = arrangement_places(snapshot, run)
    arrangement = None if place is None else cached_arrangement(place(area))
    if arrangement is None:
        members = {area: _member(snapshot, joint, run)}
        for other in (a for a in known_parts(snapshot, area) if a != area):
            members[other] = family_member(snapshot, other, run)
        arrangement = arranged(snapshot, members, run)[area]
    whole = snapshot.registry.area_names(str(snapshot.registry.whole_area_of(area)))
    joint = {name: _in_place(own, arrangement, whole) for name, own in joint.items()}
    more = [n for n in names if n not in joint and not _is_ratio(snapshot, area, n)]
    if more:
        bare, _ = _joint(snapshot, area, [*joint, *more], run)
        joint |= {name: bare[name] for name in more}
    return joint, n_years


def arrangement_places(snapshot: Snapshot, run: Run) -> Callable[[str], Path] | None:
    """Return where the arrangement of an area is cached; None where it is asked for once only.

    The name is a hash of all that paths depend on: figures, judgements, the record and the code.
    """
    archive = snapshot.archive
    if not run.is_plain or archive.unpublished is not None:
        return None
    known = archive.content_hash(archive.released_on <= np.datetime64(snapshot.day))
    judged = archive.judgements.known_on(snapshot.day)
    parts = (
        known, snapshot.day, judged, run.year, run.seed, run.n_paths, run.learnt_by,
        content_hash(run.record), forecast_hash(),
    )  # fmt: skip
    key = hashlib.sha256(repr(parts).encode()).hexdigest()

    def place(area: str) -> Path:
        name = hashlib.sha256(f"{key}/{area}".encode()).hexdigest()[:32]
        return cache_folder() / f"areas-{name}.parquet"

    return place


def known_parts(snapshot: Snapshot, area: str) -> list[str]:
    """Return the areas of which something is known that are part of the same area as this one."""
    parts = snapshot.registry.part_areas_of(str(snapshot.registry.whole_area_of(area)))
    return [part for part in parts if snapshot.indicators_of(part)]


def family_member(snapshot: Snapshot, area: str, run: Run) -> Member:
    """Return what the others of a family need to know of an area."""
    return _member(snapshot, _joint(snapshot, area, _forecast(snapshot, area), run)[0], run)


def _member(snapshot: Snapshot, joint: Mapping[str, IndicatorOutlook], run: Run) -> Member:
    settled = {n: o.outturn.growth_pct for n, o in joint.items() if o.outturn is not None}
    decembers = {n: o.december for n, o in joint.items() if o.december is not None}
    fixed = {name: np.full(run.n_paths, growth) for name, growth in settled.items()}
    constraints = part_constraints(snapshot, {n: o.history for n, o in joint.items()})
    return Member(decembers | fixed, frozenset(settled), constraints)


def arranged(snapshot: Snapshot, members: Mapping[str, Member], run: Run) -> dict[str, Arrangement]:
    """Return how the parts of one area stand beside each other and the whole; it is cached.

    `members` are all of `known_parts`. The whole is asked for with its own wholes above it.
    """
    whole = str(snapshot.registry.whole_area_of(next(iter(members))))
    names = [n for n in _forecast(snapshot, whole) if not _is_ratio(snapshot, whole, n)]
    outlook = annual_outlook(
        snapshot, whole, run.year, record=run.record, seed=run.seed, n_paths=run.n_paths,
        indicators=names, models=run.models, learnt_on=run.learnt_by, fits=run.fits,
    )  # fmt: skip
    every = arrangements(
        whole,
        _member(snapshot, outlook.indicators, run),
        members,
        area_shares(snapshot, whole, run.year),
        seed=run.seed,
        n_batches=N_BATCHES,
    )
    place = arrangement_places(snapshot, run)
    if place is not None:
        cache_arrangements({place(part): own for part, own in every.items()})
    return every


def _in_place(own: IndicatorOutlook, arrangement: Arrangement, whole: Names) -> IndicatorOutlook:
    """Return an outlook with its paths in the order and with the Decembers of its family.

    Where it adds up, a caveat says by how much this moved its median.
    """
    name = own.history.indicator.id
    names = {"whole_en": whole.en, "whole_zh": whole.zh}
    if (total := arrangement.exceeding.get(name)) is not None:
        overlap = Caveat("areas_overlap", names | {"share": f"{100 * total:.1f}"})
        own = replace(own, caveats=(*own.caveats, overlap))
    order = arrangement.orders.get(name)
    if own.paths is None or order is None:
        return own
    paths, december = own.paths[order], arrangement.decembers[name]
    moved = moved_paths(paths, december, _settled_shares(own.history))
    share = arrangement.shares.get(name)
    if share is None:
        return replace(own, paths=moved)
    by = float(np.median(december) - np.median(paths[:, -1]))
    values = names | {"share": f"{100 * share:.1f}", "moved": f"{by:+.2f}"}
    return replace(own, paths=moved, caveats=(*own.caveats, Caveat("adds_up", values)))


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


def _forecast(snapshot: Snapshot, area: str) -> list[str]:
    """Return the indicators of an area with figures that can be forecast."""
    with_figures = snapshot.indicators_of(area)
    return [i for i in with_figures if snapshot.registry.of(area, i).annual_rule]


def _is_ratio(snapshot: Snapshot, area: str, name: str) -> bool:
    return bool(snapshot.registry.of(area, name).ratio_of)


def _reported(snapshot: Snapshot, area: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the indicators to report: those with a target, then all others with figures."""
    growing = _forecast(snapshot, area)
    order = list(snapshot.registry.indicators)
    for name in order:
        parts = snapshot.registry.of(area, name).ratio_of
        growing += [name] if parts and set(parts) <= set(growing) else []
    return sorted({*targets, *growing}, key=lambda i: (i not in targets, order.index(i)))


def _members(
    history: History, shared: Shared, run: Run
) -> tuple[dict[str, FloatArray], tuple[Caveat, ...]]:
    """Return paths by model, and what was left out and why."""
    members, dropped = {}, []
    for name, model in run.models.items():
        try:
            if not model.can_fit(history):
                continue
            rng = generator(run.seed, f"{name}/{history.series}")
            paths = _fitted(model, history, shared, run.fits).simulate(run.n_paths, rng)
        except BrokenModel as error:
            dropped.append(Caveat("member_broken", {"model": name, "why": error.why}))
            continue
        if is_explosive(paths, shared.scale_of(history)):
            dropped.append(Caveat("member_dropped", {"model": name}))
        else:
            members[name] = history.within_bounds(paths)
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
    calibration = following = Calibration()
    if scale.basis == "own":
        calibration = estimates.calibration(known, history.series)
        following = estimates.calibration(known, history.series, of_next=True)
    place = history.place_of_next
    batches = zip(*(np.split(paths, N_BATCHES) for paths in members.values()), strict=True)
    pooled = [
        recalibrated_paths(quantile_average(b, weight), calibration, following, place)
        for b in batches
    ]
    return IndicatorOutlook(
        history,
        target,
        "forecast",
        scale,
        members,
        history.within_bounds(np.concatenate(pooled)),
        weights=dict(zip(members, weight.tolist(), strict=True)),
        calibration=calibration,
        caveats=(*dropped, *limits(history, target, scale, members)),
    )


def _judged(
    single: dict[str, IndicatorOutlook], snapshot: Snapshot, record: Record, learnt_by: date
) -> dict[str, IndicatorOutlook]:
    """Return the outlooks moved by what people expected of them, where that has shown skill."""
    judgements = snapshot.archive.judgements.known_on(snapshot.day)
    if not judgements:
        return single
    pools = record.settled_by(learnt_by).densities
    return {name: _moved(outlook, judgements, pools) for name, outlook in single.items()}


def _moved(
    outlook: IndicatorOutlook, judgements: Sequence[Judgement], pools: pd.DataFrame
) -> IndicatorOutlook:
    history, december = outlook.history, outlook.december
    if outlook.paths is None or december is None:
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
