"""Growth that the series' own model did not expect, and growth that levels contradict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, year_of
from forecast.history.levels import FloatArray
from forecast.history.series import History, bare_history
from forecast.models.cumulated import CumulatedLevel, Grid, Motion, grid_of, n_settled_months
from forecast.models.drift import Drift
from forecast.models.shared import Shared
from forecast.report.finding import Finding

FEWEST_POINTS = 12  # before them the model does not know the series
STANDARD_ERRORS = 4.0
BASE_REVISION_PCT = 1.0  # less is what rounding and small corrections make


def outliers(snapshot: Snapshot, area: str, indicator: str) -> Iterator[Finding]:
    """Yield YTD growth that lies more than four standard errors from what `drift` expected.

    It is expected from the figures of the months before alone; how much the series moves is
    learnt from all that was known on the day. The way back from an outlier is none.
    """
    history = bare_history(snapshot, area, indicator, snapshot.day.year)
    start = month(history.first_year, 1)
    sources = _sources(snapshot, area, indicator)
    for place, z in far_from_expected(history).items():
        span = Span.year_to_date(year_of(start + place), month_of_year(start + place))
        yield Finding(
            kind="outlier",
            area=area,
            indicator=indicator,
            span=span,
            size=z,
            source=sources.get(span.last, ""),
        )


def far_from_expected(history: History) -> dict[int, float]:
    """Return by month of the history the standardised errors beyond four.

    Each is judged a second time without those before it, lest what follows one counts as another.
    """
    model = Drift()
    if not model.can_fit(history) or np.isfinite(history.settled).sum() <= FEWEST_POINTS:
        return {}
    fitted = model.fit(history, Shared())
    grid = grid_of(history, fitted.expected_sd, {}).until(n_settled_months(history))
    found: dict[int, float] = {}
    for place in np.flatnonzero(np.abs(_errors(grid, fitted.motion, [])) > STANDARD_ERRORS):
        z = float(_errors(grid, fitted.motion, list(found))[place])
        if abs(z) > STANDARD_ERRORS:
            found[int(place)] = z
    return found


def _errors(grid: Grid, motion: Motion, without: Sequence[int]) -> FloatArray:
    """Return YTD growth less what was expected a step before, in standard errors; NaN else."""
    observed = grid.observed.copy()
    observed[list(without), 0] = np.nan
    seen = CumulatedLevel(replace(grid, observed=observed)).moving(motion).ssm.filter()
    z = seen.forecasts_error[0] / np.sqrt(seen.forecasts_error_cov[0, 0])
    is_known = np.isfinite(observed[:, 0])
    return np.where(is_known & (np.cumsum(is_known) > FEWEST_POINTS), z, np.nan)


def base_revisions(snapshot: Snapshot, area: str, indicator: str) -> Iterator[Finding]:
    """Yield years whose levels and published growth imply another base than was published."""
    history = bare_history(snapshot, area, indicator, snapshot.day.year)
    sources = _sources(snapshot, area, indicator)
    for row, share in enumerate(history.growth.base_revision):
        if abs(100 * share) > BASE_REVISION_PCT:
            base = history.first_year + row - 1
            months = [m for m in sources if year_of(m) == base + 1]
            yield Finding(
                kind="base_revision", area=area, indicator=indicator,
                span=Span.year_to_date(base, MONTHS_A_YEAR), size=float(100 * share), unit="pct",
                source=sources[max(months)] if months else "",
            )  # fmt: skip


def _sources(snapshot: Snapshot, area: str, indicator: str) -> dict[int, str]:
    """Return by last month the source of the growth that counts on the day, else of the level."""
    figures = [f for f in snapshot.figures_of(area, indicator) if f.settles]
    figures.sort(key=lambda f: (f.measure == "growth_pct", f.span.is_year_to_date))
    return {f.span.last: f.source for f in figures}
