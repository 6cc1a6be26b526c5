"""The history of one indicator in one area on one day, up to the year that is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot, next_month
from forecast.archive.figures import Figure
from forecast.archive.registry import Indicator, Registry
from forecast.base.frames import markup_of
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, month_text, year_of
from forecast.base.series import Series
from forecast.base.texts import day, text
from forecast.history.growth import Basis, Growth, settled_by, year_to_date_growth
from forecast.history.levels import (
    OWN,
    FloatArray,
    Flows,
    GrowthOf,
    Levels,
    base_year_shares,
    chained_levels,
    comparable_flows,
    cumulated,
    level_flows,
    profiles,
)

_YEARS_OF_LEVELS = 6  # in which a level of zero or less forbids growth by the ratio of levels


@dataclass(frozen=True)
class History:
    """What was known of an indicator on `as_of`, on a grid of months to December of `year`.

    Growth is year to date, in per cent. The grid begins with January of `first_year`; rows are
    years, columns months.
    """

    area: str
    indicator: Indicator
    as_of: date
    year: int
    first_year: int
    growth: Growth
    levels: Levels | None
    shares: FloatArray
    shares_basis: tuple[str, ...]
    flows: Flows | None
    figures: tuple[Figure, ...]
    related: Mapping[Series, History] = field(default_factory=dict)

    @property
    def series(self) -> Series:
        """The key of the series."""
        return Series(self.area, self.indicator.id)

    @property
    def settled(self) -> FloatArray:
        """YTD growth that was published or follows from it; NaN elsewhere, of shape (year, 12)."""
        return np.where(self.growth.basis > Basis.EXPECTED, self.growth.year_to_date, np.nan)

    @property
    def last_published(self) -> int | None:
        """The last month with settled YTD growth; None where there is none."""
        settled = np.flatnonzero(self.growth.basis.ravel() > Basis.EXPECTED)
        return month(self.first_year, 1) + int(settled[-1]) if settled.size else None

    @property
    def last_month(self) -> str:
        """The last month with settled YTD growth as `YYYY-MM`; empty where there is none."""
        return "" if self.last_published is None else month_text(self.last_published)

    @property
    def months_known(self) -> int:
        """Number of months of the judged year that are settled, 0 to 12."""
        last = self.last_published
        return month_of_year(last) if last is not None and year_of(last) == self.year else 0

    @property
    def ahead(self) -> range:
        """Every month after the last published one, December of the year last.

        Without any published growth it is the twelve months of the year.
        """
        last = self.last_published
        first = month(self.year, 1) if last is None else last + 1
        return range(first, month(self.year, MONTHS_A_YEAR) + 1)

    @property
    def place_of_next(self) -> int:
        """The place in `ahead` of the month with which the next figure ends.

        It is the last one where no figure of the year is known to come before that of December.
        """
        following, ahead = next_month(self.figures), self.ahead
        if following is None or following not in ahead:
            return len(ahead) - 1
        return ahead.index(following)

    @property
    def outturn_pct(self) -> float | None:
        """Growth of the whole year, where it is settled."""
        value = self.settled[-1, -1]
        return None if np.isnan(value) else float(value)

    @property
    def newest_without_growth(self) -> int | None:
        """The newest end of a year, or month of this year, whose level is zero or less.

        Then growth by the ratio of levels means nothing. None where growth of the last years is
        published, or where the outcome is a level itself.
        """
        if self.levels is None or self.indicator.has_no_growth:
            return None
        recent = slice(-_YEARS_OF_LEVELS, None)
        if (self.growth.basis[recent] == Basis.PUBLISHED).any():
            return None
        table = self.levels.monthly if self.indicator.is_stock else self.levels.year_to_date
        known = np.flatnonzero(np.isfinite(table.ravel()))
        places = {int(p) for p in known if p % MONTHS_A_YEAR == MONTHS_A_YEAR - 1} | {*known[-1:]}
        start = month(self.levels.first_year, 1)
        oldest = month(self.year - _YEARS_OF_LEVELS, 1)
        found = [start + p for p in places if table.ravel()[p] <= 0 and start + p >= oldest]
        return max(found, default=None)

    @property
    def annual(self) -> dict[int, float]:
        """Settled growth of whole years, by year."""
        december = self.settled[:, -1]
        return {self.first_year + i: float(g) for i, g in enumerate(december) if not np.isnan(g)}

    @property
    def expected(self) -> dict[int, float]:
        """Expected YTD growth by month, where no growth is settled."""
        where = np.argwhere(self.growth.basis == Basis.EXPECTED)
        return {
            month(self.first_year + int(y), int(m) + 1): float(self.growth.year_to_date[y, m])
            for y, m in where
        }

    def at(self, when: int) -> float:
        """Return settled YTD growth of a month, NaN where it is not known."""
        row = year_of(when) - self.first_year
        return (
            float(self.settled[row, month_of_year(when) - 1])
            if 0 <= row < len(self.shares)
            else np.nan
        )

    def to_date(self, outcome: float, when: int) -> float:
        """Return the outcome of the year up to a month in its own unit: of a balance the sum.

        Here and on paths that sum is on the scale of a whole year.
        """
        is_sum = self.indicator.kind == "balance" and not self.indicator.is_stock
        return outcome * month_of_year(when) / MONTHS_A_YEAR if is_sum else outcome

    @property
    def is_share(self) -> bool:
        """Whether it is a rate that was always between 0 and 100."""
        known = self.settled[np.isfinite(self.settled)]
        is_inside = bool(known.size) and bool(((known >= 0) & (known <= 100)).all())
        return self.indicator.kind == "rate" and is_inside

    def within_bounds(self, paths: FloatArray) -> FloatArray:
        """Return paths of the months ahead, of a share kept where 0 to 100 in each month leaves it.

        The mean of the months so far moves no further than the months that are still open allow.
        """
        if not self.is_share:
            return paths
        last, ends = self.last_published, []
        for when in self.ahead:
            position = month_of_year(when)
            has_known = last is not None and year_of(last) == year_of(when)
            known = month_of_year(last) if has_known and last and not self.indicator.is_stock else 0
            done = known * self.at(last) if known and last else 0.0
            ends.append((done / position, (done + 100 * (position - known)) / position))
        lows, highs = (np.array([end[place] for end in ends]) for place in (0, 1))
        return np.asarray(np.clip(paths, lows, highs))

    def settled_share(self, year: int, months_known: int) -> float:
        """Return W: how much of a year's growth is settled once so many months are known."""
        if self.indicator.is_stock:
            return 1.0 if months_known == MONTHS_A_YEAR else 0.0
        return float(self.shares[year - self.first_year, :months_known].sum())

    def cumulator(self) -> tuple[FloatArray, FloatArray]:
        """Return a and b in S_t = a_t S_(t-1) + b_t g_t for every month of the grid.

        S is YTD growth, g growth of the month: a = W_(t-1) / W_t, b = w_t / W_t with base-year
        shares w; for a stock, S is the growth of the month itself.
        """
        if self.indicator.is_stock:
            ones = np.ones(self.shares.size)
            return 0 * ones, ones
        running = np.cumsum(self.shares, axis=1)
        before = np.c_[np.zeros(len(running)), running[:, :-1]]
        return (before / running).ravel(), (self.shares / running).ravel()

    def __repr__(self) -> str:
        """Return in a line of which series and day it is, and how far it goes."""
        return (
            f"<History {self.series} as of {self.as_of}: known to {self.last_month or 'nothing'}>"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return known YTD growth by month, in per cent, with its basis."""
        first = f"{self.first_year}-01"
        months = pd.period_range(first, periods=self.shares.size, freq="M", name="month")
        basis = [Basis(b).name.lower() for b in self.growth.basis.ravel().tolist()]
        columns = {"growth_pct": self.growth.year_to_date.ravel(), "basis": basis}
        return pd.DataFrame(columns, index=months).query("basis != 'missing'")

    def _repr_html_(self) -> str:
        """Return YTD growth by year and month of the year, for notebooks."""
        years = range(self.first_year, self.year + 1)
        grid = pd.DataFrame(self.growth.year_to_date, index=years, columns=range(1, 13))
        entry, on = self.indicator, day(self.as_of, "en")
        caption = text("shown.history", "en", name=entry.name_en, area=self.area, day=on)
        return markup_of(grid.dropna(how="all"), caption)

    def normal_progress(self, months_known: int) -> float | None:
        """Return the mean share of a year up to a month, over three or more years, else None."""
        own = [s for s, basis in zip(self.shares, self.shares_basis, strict=True) if basis == OWN]
        return float(np.mean([s[:months_known].sum() for s in own])) if len(own) >= 3 else None

    def base_on_todays_scope(self) -> float | None:
        """Return last year's annual level times (1 + r), the base of this year's growth.

        r is the base revision that the newest published growth of the year implies; without one
        the base on today's scope is not known, and None is returned.
        """
        if self.levels is None or not self.levels.are_comparable(self.year):
            return None
        if self.indicator.has_no_growth:
            return None
        base = self.levels.of_year(self.year - 1)[-1] * (1 + self.growth.base_revision[-1])
        return None if np.isnan(base) else float(base)


def build_history(
    snapshot: Snapshot, area: str, indicator: str, year: int, *, with_related: bool = True
) -> History:
    """Return the history of an indicator as it was known on the snapshot's day.

    A related series whose figures are missing gives an empty history, not an error.
    """
    own = [f for f in snapshot.figures_of(area, indicator) if f.span.year <= year]
    return _history_from(snapshot, Series(area, indicator), year, own, with_related=with_related)


def _history_from(
    snapshot: Snapshot,
    series: Series,
    year: int,
    known: Iterable[Figure],
    *,
    with_related: bool = False,
) -> History:
    """Return the history that figures of a series make."""
    area, indicator = series
    entry, figures = snapshot.registry.of(area, indicator), tuple(known)
    first_year = min((f.span.year for f in figures), default=year) - 1
    first_year = min(first_year, year - 1)
    years = range(first_year, year + 1)
    also = _alike(snapshot.registry, entry) if with_related else []
    related = {series: _related_history(snapshot, series, area, year) for series in also}
    levels = cumulated(figures, first_year, len(years), entry.break_months)
    donors = [related[series] for series in entry.donor_series(area) if series in related]
    shares, shares_basis = _shares(snapshot, series, levels, donors, years)
    growth = year_to_date_growth(figures, levels, entry, shares, first_year)
    published = tuple(f for f in figures if f.is_published)
    if len(published) < len(figures):
        alone = cumulated(published, first_year, len(years), entry.break_months)
        growth = settled_by(
            year_to_date_growth(published, alone, entry, shares, first_year), growth
        )
    flows = _flows(entry, levels, growth, first_year)
    return History(
        area,
        entry,
        snapshot.day,
        year,
        first_year,
        growth,
        levels,
        shares,
        shares_basis,
        flows,
        figures,
        related,
    )


def _alike(registry: Registry, entry: Indicator) -> list[Series]:
    """Return the related series whose outcomes are of the same sort: growth, rates; no balances."""
    if not entry.has_no_growth:
        return [s for s in entry.related_series if not registry.of(*s).has_no_growth]
    return [s for s in entry.related_series if entry.kind == registry.of(*s).kind == "rate"]


def sources_of(registry: Registry, area: str, indicator: str) -> tuple[Series, ...]:
    """Return every series that a history is built from, its own first.

    Figures of any other series leave the history as it is.
    """
    entry = registry.of(area, indicator)
    sources = [Series(area, indicator), *_weights_sources(entry)]
    for related in entry.related_series:
        sources += [related, *_weights_sources(registry.of(*related))]
    return tuple(dict.fromkeys(sources))


def _weights_sources(entry: Indicator) -> list[Series]:
    return [Series.parse(entry.weights_from)] if entry.weights_from else []


def _flows(
    entry: Indicator, levels: Levels | None, growth: Growth, first_year: int
) -> Flows | None:
    """Return flows or stocks on one base; None for growth of a sum without nominal levels.

    Levels beside real growth are at current prices, and their deflator differs within the year.
    Where growth of single months is all that is published, levels are chained from it.
    """
    if entry.has_no_growth:
        return level_flows(levels, is_rate=entry.kind == "rate", is_stock=entry.is_stock)
    if entry.annual_rule is None:
        return None
    if growth.monthly is not None and (levels is None or not entry.is_stock):
        growth_of: GrowthOf = "last" if entry.is_stock else "mean"
        return chained_levels(growth.monthly, first_year, growth_of)
    if entry.price_basis == "real":
        return None
    return comparable_flows(
        levels, growth.base_revision, is_stock=entry.is_stock, is_adjusted=entry.adjusted
    )


def bare_history(snapshot: Snapshot, area: str, indicator: str, year: int) -> History:
    """Return a history without related ones, built once for a snapshot."""
    key = area, indicator, year
    if key not in snapshot.histories:
        snapshot.histories[key] = build_history(snapshot, area, indicator, year, with_related=False)
    history: History = snapshot.histories[key]
    return history


def _related_history(snapshot: Snapshot, series: Series, area: str, year: int) -> History:
    """Return the history of a related series, by months of the year of an area that it bears on.

    Where its own year begins in another month, single months and quarters are taken over, and
    levels since its beginning by their differences; what cannot be split is left out.
    """
    registry = snapshot.registry
    apart = _months_apart(registry, series.area, area)
    if not apart:
        return bare_history(snapshot, *series, year)
    figures = tuple(
        replace(f, span=Span(f.span.first + apart, f.span.last + apart))
        for f in _split(snapshot.figures_of(*series))
    )
    within = [f for f in figures if f.span.is_within_a_year and f.span.year <= year]
    return _history_from(snapshot, series, year, within)


def _months_apart(registry: Registry, area: str, other: str) -> int:
    """Return what is added to a month of one area's year to have that of another's."""
    return registry.months_before(area) - registry.months_before(other)


def _split(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Yield figures of single months and quarters, and levels since January by their differences.

    The difference of two levels came out when both were known.
    """
    levels: dict[tuple[int, str], Figure] = {}
    for figure in figures:
        if figure.measure == "level" and figure.span.is_year_to_date and figure.settles:
            levels[figure.span.last, figure.unit] = figure
        elif figure.span.n_months in (1, 3):
            yield figure
    for (last, unit), figure in levels.items():
        before = levels.get((last - 1, unit))
        if figure.span.n_months == 1:
            yield figure
        elif before is not None and before.span.first == figure.span.first:
            yield replace(
                figure,
                span=Span(last, last),
                value=figure.value - before.value,
                released_on=max(figure.released_on, before.released_on),
            )


def _shares(
    snapshot: Snapshot,
    series: Series,
    levels: Levels | None,
    donors: list[History],
    years: range,
) -> tuple[FloatArray, tuple[str, ...]]:
    entry, area = snapshot.registry.of(*series), series.area
    if entry.has_no_growth or entry.annual_rule in ("mean_of_months", "end_of_year"):
        return base_year_shares(years, {}, [])
    donated = []
    for source in _weights_sources(entry):
        if _months_apart(snapshot.registry, source.area, area):
            continue  # shares of a year that begins elsewhere are those of other months
        figures = [f for f in snapshot.figures_of(*source) if f.span.year <= years[-1]]
        donated.append(profiles(cumulated(figures, years[0] - 1, len(years) + 1, ())))
    donated.extend(profiles(donor.levels) for donor in donors)
    return base_year_shares(years, profiles(levels), donated)
