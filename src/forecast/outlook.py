"""The outlook: what a day's figures say of a year's growth in one area, as joint paths.

A pure function of (snapshot, area, year, record, chance); the record may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from forecast.archive import Figure, Snapshot
from forecast.attainment import BoolArray, Joint, joint_attainment
from forecast.chance import generator
from forecast.coupling import independent
from forecast.history import FloatArray, History, build_history
from forecast.models import MODELS, Model, Scale, Shared, learnt, lenders
from forecast.pool import quantile_average
from forecast.record import Record
from forecast.spans import MONTHS_A_YEAR, Span, month, month_text, year_of
from forecast.targets import Target, round_half_up

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
    holds each model's own paths before pooling.
    """

    history: History
    target: Target | None
    status: Status
    scale: Scale
    members: Mapping[str, FloatArray] = field(default_factory=dict)
    paths: FloatArray | None = None
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


@dataclass(frozen=True, slots=True)
class Outturn:
    """Growth of the whole year as published, in per cent, and the release that settles it."""

    growth_pct: float
    released_on: date | None
    status: str
    source: str


@dataclass(frozen=True)
class Outlook:
    """The outlook of all indicators of an area for a year, on a day."""

    area: str
    year: int
    snapshot: Snapshot
    indicators: Mapping[str, IndicatorOutlook]
    n_paths: int
    shared: Shared

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
    shared = learnt(record, _lenders_of_all(snapshot), snapshot.day)
    targets = snapshot.targets(area, year)
    names = _judged(snapshot, area, targets) if indicators is None else list(indicators)
    single = {
        name: _indicator_outlook(
            build_history(snapshot, area, name, year),
            targets.get(name),
            snapshot,
            shared,
            seed,
            n_paths,
            models,
        )
        for name in names
    }
    return Outlook(area, year, snapshot, _coupled(single, seed), n_paths, shared)


def _judged(snapshot: Snapshot, area: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the indicators to report: those with a target, then all others with figures."""
    known = [i for i in snapshot.indicators_of(area) if snapshot.registry.of(area, i).annual_rule]
    order = list(snapshot.registry.indicators)
    return sorted({*targets, *known}, key=lambda i: (i not in targets, order.index(i)))


def _lenders_of_all(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    registry = snapshot.registry
    return {
        f"{area}/{name}": tuple(lenders(area, registry.of(area, name).related))
        for area in snapshot.archive.areas
        for name in snapshot.archive.indicators_of(area)
    }


def _indicator_outlook(
    history: History,
    target: Target | None,
    snapshot: Snapshot,
    shared: Shared,
    seed: int,
    n_paths: int,
    models: Mapping[str, Model],
) -> IndicatorOutlook:
    scale = shared.scale_of(history)
    settled = _outturn(history, target, snapshot)
    if settled is not None:
        return IndicatorOutlook(history, target, "settled", scale, outturn=settled)
    members, dropped = _members(history, shared, seed, n_paths, models)
    if not members:
        return IndicatorOutlook(history, target, "cannot_be_assessed", scale, caveats=dropped)
    pooled = np.concatenate(
        [quantile_average([m[b] for m in members.values()]) for b in range(N_BATCHES)]
    )
    flat = {name: paths.reshape(n_paths, -1) for name, paths in members.items()}
    caveats = (*dropped, *_caveats(history, scale, members))
    return IndicatorOutlook(history, target, "forecast", scale, flat, pooled, caveats=caveats)


def _members(
    history: History, shared: Shared, seed: int, n_paths: int, models: Mapping[str, Model]
) -> tuple[dict[str, FloatArray], tuple[Caveat, ...]]:
    """Return paths by model of shape (batch, path, month), and what was left out and why."""
    members, dropped = {}, []
    for name, model in models.items():
        if not model.can_fit(history):
            continue
        fitted = model.fit(history, shared)
        streams = (generator(seed, f"{name}/{history.reference}/{b}") for b in range(N_BATCHES))
        paths = np.stack([fitted.simulate(n_paths // N_BATCHES, rng) for rng in streams])
        if np.isfinite(paths).all():
            members[name] = paths
        else:
            dropped.append(Caveat("member_dropped", {"model": name}))
    return members, tuple(dropped)


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
        name: IndicatorOutlook(
            **{**one.__dict__, "paths": np.concatenate([j[name] for j in joint])}
        )
        if name in paths
        else one
        for name, one in single.items()
    }


def _outturn(history: History, target: Target | None, snapshot: Snapshot) -> Outturn | None:
    """Return the year's settled growth, by the release that settles the target."""
    if history.outturn_pct is None:
        return None
    span = Span.year_to_date(history.year, MONTHS_A_YEAR)
    releases = snapshot.releases_of(history.area, history.indicator.id, span, "growth_pct")
    if not releases:
        levels = snapshot.releases_of(history.area, history.indicator.id, span, "level")
        on = levels[0].released_on if levels else None
        growth = float(round_half_up(history.outturn_pct, history.indicator.decimals))
        return Outturn(
            growth, on or _last_release(history), "computed", levels[0].source if levels else ""
        )
    chosen = _settling(releases, target, history.year)
    return Outturn(chosen.value, chosen.released_on, chosen.status, chosen.source)


def _settling(releases: list[Figure], target: Target | None, year: int) -> Figure:
    if target is None or target.settles == "first":
        return releases[0]
    in_time = [r for r in releases if r.released_on <= date(year + 2, 12, 31)]
    return in_time[-1] if in_time else releases[0]


def _last_release(history: History) -> date | None:
    days = [f.released_on for f in history.figures if f.settles and f.span.year == history.year]
    return max(days, default=None)


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
