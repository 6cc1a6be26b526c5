"""What a series' figures show of seasons, beside what is declared. All figures are simulated."""

from datetime import date

import numpy as np
import pytest

from forecast.archive.registry import Indicator
from forecast.base.months import Span, month
from forecast.history.levels import FloatArray
from forecast.history.seasons import Seasons, seasons_of
from forecast.history.series import History, build_history
from strategies import Release, archive_of, indicator

FACTORS = np.array([-0.2, -0.1, 0.05, 0.0, 0.1, -0.05, 0.0, 0.1, 0.05, 0.0, -0.1, 0.15])
YEARS = range(2008, 2018)
ALL, NONE = slice(None), slice(0)


def levels(seasonal: slice, n_years: int = len(YEARS)) -> FloatArray:
    """Return levels that drift upwards, with seasons in some of their months."""
    n = 12 * n_years
    logs = np.cumsum(0.004 + 0.004 * np.random.default_rng(7).standard_normal(n))
    logs[seasonal] += np.resize(FACTORS, n)[seasonal]
    return np.asarray(100 * np.exp(logs))


def history(values: FloatArray, entry: Indicator) -> History:
    """Return the history in 2018 of levels whose newest is of December 2017."""
    start = month(YEARS[-1] + 1, 1) - len(values)
    releases = [
        Release(
            span=Span(start + i, start + i), value=float(v), released_on=date(2018, 1, 20),
            measure="level", unit="x",
        )
        for i, v in enumerate(values)
    ]  # fmt: skip
    return build_history(archive_of(releases, entry).as_of(date(2018, 2, 1)), *SERIES, 2018)


SERIES = "made_up", "sales"
STOCK = indicator(annual_rule="end_of_year")
FLOW = indicator(annual_rule="sum_of_months")


@pytest.mark.parametrize("entry", [STOCK, FLOW])
def test_seasons_are_found_where_they_are_and_none_where_there_are_none(entry: Indicator):
    seasonal, plain = (seasons_of(history(levels(part), entry)) for part in (ALL, NONE))
    assert (seasonal.found, plain.found) == ("unadjusted", "adjusted")
    assert seasonal.f_ratio is not None
    assert seasonal.f_ratio > 100
    assert (seasonal.n_years, plain.n_years) == (8, 8)
    assert (seasonal.changes_in, plain.changes_in) == (None, None)
    assert (seasonal.declared, seasonal.is_contradicted) == (None, False)


def test_fewer_than_five_years_say_nothing():
    four, five = (seasons_of(history(levels(ALL, n), STOCK)) for n in (4, 5))
    assert (four.found, four.n_years) == (None, 4)
    assert (five.found, five.n_years) == ("unadjusted", 5)


def test_growth_alone_says_nothing():
    alone = Release(span=Span.year_to_date(2017, 12), value=7.0, released_on=date(2018, 1, 20))
    known = build_history(archive_of([alone]).as_of(date(2018, 2, 1)), *SERIES, 2018)
    assert seasons_of(known) == Seasons(
        declared=None, found=None, f_ratio=None, n_years=0, changes_in=None, turns=None
    )


@pytest.mark.parametrize(("adjusted", "part"), [(True, ALL), (False, NONE)])
def test_a_declaration_against_the_figures_is_a_contradiction(adjusted: bool, part: slice):
    for declared in (adjusted, not adjusted):
        entry = indicator(annual_rule="end_of_year", adjusted=declared)
        assert seasons_of(history(levels(part), entry)).is_contradicted == (declared == adjusted)


@pytest.mark.parametrize("place", [36, 50, 61, 84])
@pytest.mark.parametrize("turns", ["adjusted", "unadjusted"])
@pytest.mark.parametrize("entry", [STOCK, FLOW])
def test_figures_of_both_kinds_are_found_with_the_month_of_the_change(
    place: int, turns: str, entry: Indicator
):
    part = slice(place) if turns == "adjusted" else slice(place, None)
    found = seasons_of(history(levels(part), entry))
    assert found.turns == turns
    assert found.changes_in is not None
    year, number = map(int, found.changes_in.split("-"))
    assert abs(12 * (year - YEARS[0]) + number - 1 - place) <= 3


def test_seasons_that_grow_are_not_a_change_of_kind():
    """Factors half as large in the first years are seasons too."""
    values = levels(NONE)
    size = np.where(np.arange(len(values)) < 60, 0.5, 1.0)
    known = history(values * np.exp(size * np.resize(FACTORS, len(values))), STOCK)
    assert seasons_of(known).changes_in is None
