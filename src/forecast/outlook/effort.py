"""What it takes: what more growth, or a greater amount, in the rest of the year would buy.

Each joint path keeps its course, and only its rest of the year is lifted; so what is bought is
counted as the probability itself is.
"""

from __future__ import annotations

import numpy as np

from forecast.archive.targets import Comparison, ResolvedTarget, Target
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.outlook.attainment import SURE, Effort, required_growth_pct
from forecast.outlook.value import IndicatorOutlook, Outlook

HALF_POINT = 0.5
_HAIR = 1e-9
_ROUND = (1.0, 2.0, 5.0)


def effort(outlook: Outlook, indicator: str) -> Effort | None:
    """Return what it takes to attain an indicator's target.

    None where none is open or assessed, for balances, which have no points, for ratios, which have
    no rest of the year of their own, and for bands, of which more growth may miss the other end.
    """
    own = outlook.indicators[indicator]
    history, target, december = own.history, own.judged, own.december
    if target is None or december is None or own.outturn is not None:
        return None
    if history.indicator.kind == "balance" or own.ratio is not None:
        return None
    if target.has_two_ends:
        return None
    open_share = 1 - history.settled_share(history.year, history.months_known)
    if open_share <= _HAIR:
        return None
    sign = -1.0 if target.comparison is Comparison.AT_MOST else 1.0
    decimals, extra = history.indicator.decimals, sign * HALF_POINT
    lift80, base = _lift_to(target, december, decimals), _base(target, history)
    met = np.asarray(target.is_met(december + open_share * extra, decimals))
    level = None if base is None else sign * _round_amount(HALF_POINT * open_share * base / 100)
    rest = _rest_median(own, open_share, december)
    return Effort(
        extra_pp=extra,
        probability=float(met.mean()),
        all_targets=_all_targets(outlook, indicator, met),
        extra_level=level,
        probability_of_level=None
        if level is None or base is None
        else float(np.mean(target.is_met(december + 100 * level / base, decimals))),
        rest_median_pct=rest,
        rest80_pct=rest + lift80 / open_share,
        extra80_pp=lift80 / open_share,
        extra80_level=None if base is None else lift80 * base / 100,
    )


def _lift_to(target: Target, december: FloatArray, decimals: int) -> float:
    """Return by how much all outcomes must shift, in points, for the target to be met with 80 %."""
    threshold, ordered = target.threshold_pct(decimals), np.sort(december)
    may_fail = int((1 - SURE) * len(ordered) + _HAIR)
    if target.comparison is Comparison.AT_MOST:
        return float(threshold - _HAIR - ordered[len(ordered) - 1 - may_fail])
    return float(threshold + _HAIR - ordered[may_fail])


def _rest_median(own: IndicatorOutlook, open_share: float, december: FloatArray) -> float:
    history, last = own.history, own.history.last_published
    so_far = history.at(last) if history.months_known and last is not None else 0.0
    return required_growth_pct(float(np.median(december)), 1 - open_share, so_far)


def _base(target: Target, history: History) -> float | None:
    """Return the amount of which growth of the year is a share; None where amounts tell nothing.

    At constant prices levels do not determine growth.
    """
    entry = history.indicator
    if entry.price_basis == "real" or not entry.accumulates or entry.has_no_growth:
        return None
    if isinstance(target, ResolvedTarget) and entry.kind == "amount":
        return target.offset
    return history.base_on_todays_scope()


def _round_amount(size: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the largest not above a size."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(max(m * power for m in _ROUND if m * power <= size * (1 + _HAIR)))


def _all_targets(outlook: Outlook, indicator: str, met: np.ndarray) -> float | None:
    """Return the probability of all targets where one is met on other paths than today."""
    every = {name: own.met(outlook.n_paths) for name, own in outlook.indicators.items()}
    others = [paths for name, paths in every.items() if name != indicator and paths is not None]
    return float(np.logical_and.reduce([met, *others]).mean()) if others else None
