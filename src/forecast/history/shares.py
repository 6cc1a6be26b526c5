"""The shares of the base year's months, by which growth of months adds up to growth of the year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray, Levels

OWN, OWN_OTHER_YEAR, RELATED, EQUAL = "own", "own_other_year", "related", "equal"
_QUARTERS = np.array([2, 5, 8, 11])


def shares_of_year(level: FloatArray) -> FloatArray | None:
    """Return the twelve month shares of a year, or None where its quarters are not all known.

    Months between known year-to-date levels share equally what lies between.
    """
    if np.isnan(level[_QUARTERS]).any():
        return None
    total = np.concatenate([[0.0], level])
    known = np.flatnonzero(~np.isnan(total))
    running = np.interp(np.arange(MONTHS_A_YEAR + 1), known, total[known])
    shares: FloatArray = np.diff(running) / running[-1]
    return shares if (shares > 0).all() else None


def profiles(levels: Levels | None) -> dict[int, FloatArray]:
    """Return the month shares of every year whose own levels give them."""
    if levels is None:
        return {}
    rows = (
        (levels.first_year + i, shares_of_year(row)) for i, row in enumerate(levels.year_to_date)
    )
    return {year: shares for year, shares in rows if shares is not None}


def base_year_shares(
    years: Sequence[int], own: dict[int, FloatArray], related: Sequence[dict[int, FloatArray]]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return, for growth in each year, the month shares of the year before, and their basis.

    The base year's own; else the nearest year's own; else a related series'; else equal ones.
    """
    found = [_shares(year - 1, own, related) for year in years]
    return np.array([shares for shares, _ in found]), tuple(basis for _, basis in found)


def _shares(
    base_year: int, own: dict[int, FloatArray], related: Sequence[dict[int, FloatArray]]
) -> tuple[FloatArray, str]:
    if base_year in own:
        return own[base_year], OWN
    for candidates, basis in [(own, OWN_OTHER_YEAR), *((r, RELATED) for r in related)]:
        if candidates:
            nearest = min(candidates, key=lambda year: (abs(year - base_year), year))
            return candidates[nearest], basis
    return np.full(MONTHS_A_YEAR, 1 / MONTHS_A_YEAR), EQUAL
