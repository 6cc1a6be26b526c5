"""Year-to-date growth from whatever was published. Numbers are made up and worked by hand."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest
from hypothesis import given

from forecast.archive.registry import Indicator
from forecast.base.months import Span, month
from forecast.history.growth import Basis, Growth
from forecast.history.series import History, build_history
from strategies import Release, archive_of, growth_of_months, indicator, shares


def to(last: int, year: int = 2018) -> Span:
    return Span.year_to_date(year, last)


def part(first: int, last: int, year: int = 2018) -> Span:
    return Span(month(year, first), month(year, last))


def growth(span: Span, value: float, status: str = "final") -> Release:
    return Release(span=span, value=value, status=status, released_on=date(2018, 12, 1))


def level(span: Span, value: float, unit: str = "cny_100m", status: str = "final") -> Release:
    return Release(
        span=span, value=value, measure="level", unit=unit, status=status,
        released_on=date(2018, 12, 1),
    )  # fmt: skip


def history(*said: Release | Iterable[Release], entry: Indicator | None = None) -> History:
    flat = [r for one in said for r in ([one] if isinstance(one, Release) else one)]
    archive = archive_of(flat, entry or indicator())
    return build_history(archive.as_of(date(2018, 12, 31)), "made_up", "sales", 2018)


def at(found: History, last: int, year: int = 2018) -> tuple[float, Basis]:
    """Return YTD growth of a month and where it comes from."""
    where: Growth = found.growth
    place = year - found.first_year, last - 1
    return round(float(where.year_to_date[place]), 10), Basis(int(where.basis[place]))


def test_growth_is_taken_as_published():
    assert at(history(growth(to(6), 7.2)), 6) == (7.2, Basis.PUBLISHED)


def test_a_month_is_composed_with_the_year_to_date_before_it():
    """220 on a base of 200 and 60 on a base of 50 are 280 on a base of 250."""
    found = history(
        growth(to(2), 10.0), growth(part(3, 3), 20.0), level(to(2), 220), level(to(3), 280)
    )
    assert at(found, 3) == (12.0, Basis.COMPOSED)


def test_composing_goes_on_from_what_was_composed():
    found = history(
        growth(to(2), 10.0), growth(part(3, 3), 20.0), growth(part(4, 6), 0.0),
        level(to(2), 220), level(to(3), 280), level(to(6), 530),
    )  # fmt: skip
    assert at(found, 6) == (6.0, Basis.COMPOSED)  # 530 on a base of 250 + 250


def test_without_levels_months_are_composed_by_their_shares():
    found = history(growth(to(2), 10.0), growth(part(3, 3), 20.0))
    value, basis = at(found, 3)
    assert basis is Basis.COMPOSED
    assert value == pytest.approx((2 * 10 + 20) / 3)  # equal shares, where nothing else is known


def test_levels_of_single_months_add_up_for_composing():
    found = history(
        growth(to(1), 10.0), growth(part(2, 2), 20.0), level(to(1), 110), level(part(2, 2), 60)
    )
    assert at(found, 2)[0] == pytest.approx(100 * (170 / 150 - 1))


def test_a_part_after_a_gap_composes_nothing_but_is_kept():
    found = history(growth(part(4, 6), 9.0))
    assert at(found, 6)[1] is Basis.MISSING
    assert [(p.span, p.growth_pct) for p in found.growth.parts] == [(part(4, 6), 9.0)]


def test_a_part_is_kept_beside_what_was_only_expected():
    found = history(growth(part(4, 6), 9.0), growth(to(6), 8.0, "expected"))
    assert at(found, 6) == (8.0, Basis.EXPECTED)
    assert [p.growth_pct for p in found.growth.parts] == [9.0]


def test_a_part_inside_a_published_year_to_date_says_nothing_new():
    found = history(growth(to(3), 7.0), growth(to(6), 8.0), growth(part(4, 6), 9.0))
    assert at(found, 6) == (8.0, Basis.PUBLISHED)
    assert found.growth.parts == ()


def test_the_ratio_of_levels_serves_where_no_growth_was_published():
    found = history(level(to(6), 107.0), level(to(6, 2017), 100.0))
    assert at(found, 6) == (7.0, Basis.LEVEL_RATIO)


def test_the_ratio_of_levels_is_put_on_the_base_that_published_growth_implies():
    """To March 242 on 200 was published as +10 %: the base is 220. So to June 484 on 440 is too."""
    found = history(
        growth(to(3), 10.0), level(to(3, 2017), 200), level(to(3), 242),
        level(to(6, 2017), 400), level(to(6), 484),
    )  # fmt: skip
    assert found.growth.base_revision[-1] == pytest.approx(0.1)
    assert at(found, 3) == (10.0, Basis.PUBLISHED)
    assert at(found, 6) == (10.0, Basis.LEVEL_RATIO)


def test_the_base_is_that_of_the_years_last_month_with_both():
    found = history(
        growth(to(3), 10.0), level(to(3, 2017), 200), level(to(3), 242),
        growth(to(6), 10.0), level(to(6, 2017), 400), level(to(6), 462),
        level(to(7, 2017), 500), level(to(7), 525),
    )  # fmt: skip
    assert found.growth.base_revision[-1] == pytest.approx(0.05)
    assert at(found, 7) == (0.0, Basis.LEVEL_RATIO)


def test_a_published_figure_wins_over_one_that_could_be_composed():
    found = history(growth(to(2), 10.0), growth(part(3, 3), 20.0), growth(to(3), 12.1))
    assert at(found, 3) == (12.1, Basis.PUBLISHED)


def test_a_composed_figure_wins_over_the_ratio_of_levels():
    found = history(
        growth(to(2), 10.0), growth(part(3, 3), 20.0), level(to(2), 220), level(to(3), 280),
        level(to(3, 2017), 200),
    )  # fmt: skip
    assert at(found, 3) == (12.0, Basis.COMPOSED)


def test_a_ratio_of_levels_wins_over_what_was_expected():
    found = history(
        growth(to(12), 9.0, "expected"), level(to(12), 107.0), level(to(12, 2017), 100.0)
    )
    assert at(found, 12) == (7.0, Basis.LEVEL_RATIO)
    assert found.expected == {}


def test_what_was_expected_is_kept_apart():
    found = history(growth(to(6), 7.0), growth(to(12), 7.5, "expected"))
    assert at(found, 12) == (7.5, Basis.EXPECTED)
    assert found.expected == {month(2018, 12): 7.5}
    assert found.last_published == month(2018, 6)
    assert found.outturn_pct is None


def test_a_bound_that_was_passed_is_shown_and_used_for_nothing():
    found = history(
        growth(to(6), 7.0), growth(to(12), 10.6, "lower_bound"),
        level(to(12), 180.0, status="lower_bound"), level(to(12, 2017), 100.0),
    )  # fmt: skip
    assert at(found, 12)[1] is Basis.MISSING
    assert "lower_bound" in {f.status for f in found.figures}


def test_an_expected_level_is_no_base_for_growth():
    found = history(level(to(12), 110.0), level(to(12, 2017), 100.0, status="expected"))
    assert at(found, 12)[1] is Basis.MISSING


def test_levels_at_current_prices_say_nothing_of_growth_at_constant_ones():
    real = indicator(price_basis="real")
    alone = history(level(to(6), 110.0), level(to(6, 2017), 100.0), entry=real)
    assert at(alone, 6)[1] is Basis.MISSING


def test_published_real_growth_gives_the_deflator_for_a_month_without():
    """Prices rose by 2 % to March, so 10.16 % more money to June is 8 % more of the thing."""
    found = history(
        growth(to(3), 5.0), level(to(3, 2017), 100), level(to(3), 107.1),
        level(to(6, 2017), 200), level(to(6), 220.32),
        entry=indicator(price_basis="real"),
    )  # fmt: skip
    assert at(found, 6) == (8.0, Basis.LEVEL_RATIO)


def test_no_ratio_is_taken_across_a_break():
    said = [level(to(6, year), 100.0 + year - 2010) for year in (2015, 2016, 2017, 2018)]
    found = history(said, entry=indicator(levels_break=["2017-01"]))
    kinds = [at(found, 6, year)[1] for year in (2016, 2017, 2018)]
    assert kinds == [Basis.LEVEL_RATIO, Basis.MISSING, Basis.LEVEL_RATIO]


def test_a_break_within_a_year_spoils_that_year_and_the_next():
    said = [level(to(6, year), 100.0 + year - 2010) for year in (2015, 2016, 2017, 2018)]
    found = history(said, entry=indicator(levels_break=["2016-05"]))
    kinds = [at(found, 6, year)[1] for year in (2016, 2017, 2018)]
    assert kinds == [Basis.MISSING, Basis.MISSING, Basis.LEVEL_RATIO]


def test_levels_in_different_units_are_never_compared():
    found = history(level(to(6, 2017), 100.0, "usd_100m"), level(to(6), 690.0))
    assert at(found, 6)[1] is Basis.MISSING
    assert found.levels is not None
    assert found.levels.unit == "cny_100m"
    assert np.isnan(found.levels.of_year(2017)).all()


def test_a_stocks_growth_is_that_of_its_month():
    stock = indicator(annual_rule="end_of_year")
    found = history(growth(part(5, 5), 8.1), growth(part(6, 6), 8.5), entry=stock)
    assert at(found, 5) == (8.1, Basis.PUBLISHED)
    assert at(found, 6) == (8.5, Basis.PUBLISHED)
    assert found.growth.parts == ()


def test_a_stocks_growth_may_come_from_its_levels_a_year_apart():
    stock = indicator(annual_rule="end_of_year")
    found = history(level(part(5, 5), 108.0), level(part(5, 5, 2017), 100.0), entry=stock)
    assert at(found, 5) == (8.0, Basis.LEVEL_RATIO)


PRICES = indicator(annual_rule="mean_of_months")


def test_a_price_index_grows_by_the_mean_of_its_months():
    found = history(
        growth(to(1), 1.7), growth(part(2, 2), 1.5), growth(part(3, 3), 2.3), entry=PRICES
    )
    assert at(found, 2) == (1.6, Basis.COMPOSED)
    assert at(found, 3)[0] == pytest.approx(5.5 / 3)


def test_a_mean_stops_at_the_first_month_that_is_missing():
    found = history(growth(to(1), 1.7), growth(part(3, 3), 2.3), entry=PRICES)
    assert at(found, 3)[1] is Basis.MISSING
    assert [p.growth_pct for p in found.growth.parts] == [2.3]


def test_a_published_mean_wins_over_the_months():
    months = [growth(to(1), 1.0), *(growth(part(m, m), 1.0) for m in range(2, 13))]
    found = history(months, growth(to(12), 2.9), entry=PRICES)
    assert at(found, 12) == (2.9, Basis.PUBLISHED)
    assert at(found, 11) == (1.0, Basis.COMPOSED)


@given(growth_of_months(), shares())
def test_months_compose_to_the_growth_of_their_sum(months, base):
    """Levels and monthly growth alone give what the levels of both years would give."""
    flows = base * (1 + months / 100)
    said = [growth(to(1), months[0]), level(to(1), 1e4 * flows[0])]
    for m in range(2, 13):
        said += [growth(part(m, m), months[m - 1]), level(part(m, m), 1e4 * flows[m - 1])]
    found = history(said).growth.year_to_date[-1]
    expected = 100 * (np.cumsum(flows) / np.cumsum(base) - 1)
    assert found == pytest.approx(expected, abs=1e-8)
