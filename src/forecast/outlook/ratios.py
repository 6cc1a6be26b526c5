"""Ratios of two indicators, computed on the joint paths of both from values of the whole year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.targets import Target, round_half_up
from forecast.base.texts import Caveat
from forecast.history.levels import FloatArray
from forecast.history.series import build_history
from forecast.outlook.value import IndicatorOutlook
from forecast.verification.outturn import Outturn, judged_target, level_of_year


def parts_of_ratios(snapshot: Snapshot, area: str, names: Iterable[str]) -> list[str]:
    """Return the numerators and denominators of the ratios among some indicators of an area."""
    return [part for name in names for part in snapshot.registry.of(area, name).ratio_of]


def ratio_outlook(
    snapshot: Snapshot,
    key: tuple[str, str, int],
    target: Target | None,
    parts: Mapping[str, IndicatorOutlook],
    n_paths: int,
) -> IndicatorOutlook:
    """Return the outlook of a ratio by area, indicator and year, from those of its parts.

    Its outcome on a path is growth of the ratio in per cent, of a `rate` the ratio itself, in per
    cent where its unit is. It is rounded once, when it is judged. It cannot be assessed where a
    part cannot, where last year's level of a part is not known, or where the denominator of any
    path is zero or less.
    """
    area, name, year = key
    history = build_history(snapshot, area, name, year)
    entry = history.indicator
    above, below = (parts[part] for part in entry.ratio_of)
    bare = IndicatorOutlook(history, target, "cannot_be_assessed", above.scale)
    values = [
        _annual_values(part, n_paths, is_level=entry.has_no_growth) for part in (above, below)
    ]
    unknown = [n for n, found in zip(entry.ratio_of, values, strict=True) if found is None]
    upper, lower = values
    if upper is None or lower is None:
        return replace(bare, caveats=(Caveat("ratio_part", {"indicators": ", ".join(unknown)}),))
    if (lower <= 0).any():
        share = f"{100 * float((lower <= 0).mean()):.1f}"
        values_of = {"indicators": entry.ratio_of[1], "share": share}
        return replace(bare, caveats=(Caveat("ratio_denominator", values_of),))
    ratio = upper / lower
    outcome = 100 * (ratio - 1)
    if entry.has_no_growth:
        outcome = 100 * ratio if entry.unit == "pct" else ratio
    months_known = min(above.months_known, below.months_known)
    if above.outturn is not None and below.outturn is not None:
        settled = _outturn(float(outcome[0]), entry.decimals, (above.outturn, below.outturn))
        judged = judged_target(target, history)
        if judged is not None:
            attained = bool(judged.is_met(settled.growth_pct, entry.decimals))
            settled = replace(settled, attained=attained)
        return replace(bare, status="settled", outturn=settled, months_of_parts=months_known)
    paths = np.full((n_paths, len(history.ahead)), np.nan)  # of a part of the year it is not known
    paths[:, -1] = outcome
    caveats = (Caveat("ratio_of_parts", {"indicators": ", ".join(entry.ratio_of)}),)
    return replace(
        bare, status="forecast", paths=paths, caveats=caveats, months_of_parts=months_known
    )


def _annual_values(part: IndicatorOutlook, n_paths: int, *, is_level: bool) -> FloatArray | None:
    """Return a part's value of the year on each path; None where it is not known.

    Of growth it is last year's level as one, else that level in its unit.
    """
    outturn, history = part.outturn, part.history
    outcome = part.december if outturn is None else np.full(n_paths, outturn.growth_pct)
    if outcome is None or history.indicator.has_no_growth:
        return outcome
    if not is_level:
        return np.asarray(1 + outcome / 100)
    if outturn is not None and (level := level_of_year(history, history.year)) is not None:
        return np.full(n_paths, level)
    base = level_of_year(history, history.year - 1)
    if base is None:
        return None
    revision = float(np.nan_to_num(history.growth.base_revision[-1]))
    return np.asarray(base * (1 + revision) * (1 + outcome / 100))


def _outturn(ratio: float, decimals: int, parts: tuple[Outturn, Outturn]) -> Outturn:
    """Return the ratio of two outturns, known since the later of both was out."""
    days: list[date] = [part.released_on for part in parts if part.released_on is not None]
    source = "; ".join(dict.fromkeys(part.source for part in parts if part.source))
    return Outturn(
        float(round_half_up(ratio, decimals)), max(days, default=None), "computed", source
    )
