"""What came of live calls: each held against the outturn that settles its year, and scored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.published_forecasts import LiveCall
from forecast.history.series import build_history
from forecast.verification.outturn import Outturn, outturn_of
from forecast.verification.scores import brier, crps, pit


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCall:
    """A call, the outturn, and its scores; growth in per cent, `crps_pp` in percentage points.

    `is_live` says that the call was listed before the day on which the outturn came out: what is
    listed later was said by a program that could have known. `hit` and `brier` are None without a
    target, `crps_pp` and `pit` where the call kept no distribution.
    """

    call: LiveCall
    outturn_pct: float
    outturn_status: str
    settled_on: date | None
    is_live: bool
    hit: bool | None
    brier: float | None
    crps_pp: float | None
    pit: float | None


def settled_calls(
    calls: Iterable[LiveCall], snapshot: Snapshot
) -> tuple[list[SettledCall], list[LiveCall]]:
    """Return the calls whose year is settled by figures known on the snapshot's day, and the rest.

    Unpublished figures settle nothing.
    """
    published, settled, still_open = snapshot.published, [], []
    for call in calls:
        outturn = _outturn(call, published)
        if outturn is None:
            still_open.append(call)
        else:
            settled.append(_settled(call, outturn))
    return settled, still_open


def _outturn(call: LiveCall, snapshot: Snapshot) -> Outturn | None:
    if call.indicator not in snapshot.indicators_of(call.area):
        return None
    history = build_history(snapshot, call.area, call.indicator, call.year, with_related=False)
    return outturn_of(history, call.target, snapshot)


def _settled(call: LiveCall, outturn: Outturn) -> SettledCall:
    growth, on, target = outturn.growth_pct, outturn.released_on, call.target
    hit = None if target is None else bool(target.is_met_as_published(growth))
    values, chance = np.array([call.quantiles_pct]), call.probability
    return SettledCall(
        call=call,
        outturn_pct=growth,
        outturn_status=outturn.status,
        settled_on=on,
        is_live=on is not None and call.listed_on < on,
        hit=hit,
        brier=None if hit is None or chance is None else float(brier(chance, hit)),
        crps_pp=float(crps(values, [growth])[0]) if call.quantiles_pct else None,
        pit=float(pit(values, [growth])[0]) if call.quantiles_pct else None,
    )
