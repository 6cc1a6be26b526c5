"""The history of an indicator on a day: facts of real and simulated figures."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conftest
from forecast.archive.archive import Archive
from forecast.base.errors import UnknownIndicator
from forecast.base.months import Span, month, month_text
from forecast.base.series import Series
from forecast.history.growth import Basis
from forecast.history.series import History, build_history, sources_of
from strategies import (
    Release,
    archive_of,
    days,
    growth_of_months,
    history_of,
    indicator,
    releases,
    row,
    shares,
)

SETTLED = date(2020, 4, 30)
SEPTEMBER = date(2019, 9, 30)


def china(archive: Archive, name: str, year: int = 2019, day: date = SETTLED) -> History:
    return build_history(archive.as_of(day), "china", name, year)


def futian(archive: Archive, name: str, day: date = SEPTEMBER) -> History:
    return build_history(archive.as_of(day), "futian", name, 2019)


def basis_of(history: History, year: int) -> list[int]:
    return history.growth.basis[year - history.first_year].tolist()


# What real figures say ---------------------------------------------------------------------------


def test_retail_sales_of_2015_grew_as_published_not_as_their_levels(real_archive: Archive):
    history = china(real_archive, "retail_sales")
    assert history.levels is not None
    before, after = (history.levels.of_year(year)[-1] for year in (2014, 2015))
    assert 100 * (after / before - 1) == pytest.approx(14.69, abs=0.005)
    assert history.annual[2015] == 10.7
    assert history.at(month(2015, 2)) == 10.7
    middle = [history.at(month(2015, m)) for m in range(3, 12)]
    assert 10.3 < min(middle) < max(middle) < 10.7
    assert basis_of(history, 2015) == [0, Basis.PUBLISHED, *9 * [Basis.COMPOSED], Basis.PUBLISHED]


def test_the_base_of_retail_sales_was_raised_by_3_6_per_cent_in_2015(real_archive: Archive):
    history = china(real_archive, "retail_sales")
    revision = history.growth.base_revision[2015 - history.first_year]
    assert 100 * revision == pytest.approx(100 * (1.1469 / 1.107 - 1), abs=0.02)


def test_revenue_of_2017_grew_by_7_4_and_not_by_8_2(real_archive: Archive):
    history = china(real_archive, "budget_revenue")
    assert history.levels is not None
    before, after = (history.levels.of_year(year)[-1] for year in (2016, 2017))
    assert 100 * (after / before - 1) == pytest.approx(8.2, abs=0.05)
    assert history.annual[2017] == 7.4
    assert basis_of(history, 2017) == [*11 * [Basis.LEVEL_RATIO], Basis.PUBLISHED]


def test_no_growth_of_investment_comes_from_levels_after_2016(real_archive: Archive):
    history = china(real_archive, "fixed_asset_investment")
    assert history.annual[2016] == 7.9
    assert basis_of(history, 2016)[1:11] == 10 * [Basis.LEVEL_RATIO]
    assert basis_of(history, 2017) == [*11 * [0], Basis.PUBLISHED]
    assert basis_of(history, 2018) == basis_of(history, 2019) == 12 * [0]
    assert max(history.annual) == 2017
    assert history.base_on_todays_scope() is None
    assert history.ahead[0] == month(2018, 1)


def test_industry_is_published_year_to_date_and_later_composed_of_months(real_archive: Archive):
    history = china(real_archive, "industrial_va")
    assert [history.at(month(2016, m)) for m in (2, 6, 12)] == [5.4, 6.0, 6.0]
    assert basis_of(history, 2016) == [0, *11 * [Basis.PUBLISHED]]
    assert basis_of(history, 2017) == [0, Basis.PUBLISHED, *10 * [Basis.COMPOSED]]
    months = np.array([6.3, 6.3, 7.6, 6.5, 6.5, 7.6, 6.4, 6.0, 6.6, 6.2, 6.1, 6.2])
    weights = history.shares[2017 - history.first_year]
    assert history.annual[2017] == pytest.approx(weights @ months)
    assert history.shares_basis[-1] == "related"
    assert history.months_known == 0  # 2019 has months, but no January and February


def test_m2_grows_by_the_year_and_nothing_of_it_is_settled_before_december(real_archive: Archive):
    history = china(real_archive, "m2", day=date(2019, 12, 31))
    assert history.at(month(2019, 11)) == 8.2
    assert history.months_known == 11
    assert [history.settled_share(2019, k) for k in (0, 6, 11, 12)] == [0, 0, 0, 1]
    assert history.outturn_pct is None
    assert china(real_archive, "m2").outturn_pct == 8.7


def test_consumer_prices_of_2019_rose_by_the_mean_of_their_months(real_archive: Archive):
    history = china(real_archive, "cpi")
    assert history.outturn_pct == pytest.approx(2.9, abs=1e-9)
    assert history.at(month(2019, 1)) == 1.7
    assert history.at(month(2019, 2)) == pytest.approx((1.7 + 1.5) / 2)


def test_trade_of_2019_in_dollars_fell_by_one_per_cent(real_archive: Archive):
    history = china(real_archive, "trade")
    assert history.levels is not None
    assert history.levels.unit == "usd_100m"
    assert history.outturn_pct == pytest.approx(-0.96, abs=0.005)
    before, after = (history.levels.of_year(year)[-1] for year in (2018, 2019))
    assert history.outturn_pct == pytest.approx(100 * (after / before - 1))


def test_what_futian_knew_of_its_gdp_at_the_end_of_september(real_archive: Archive):
    history = futian(real_archive, "gdp")
    assert (history.months_known, history.at(month(2019, 6))) == (6, 7.2)
    assert list(history.ahead) == list(range(month(2019, 7), month(2020, 1)))
    assert history.expected[month(2018, 12)] == 7.5
    assert history.annual == {2007: 12.3, 2008: 10.2}


@pytest.mark.parametrize(
    ("name", "last"),
    [("trade", "2016-09"), ("budget_revenue", "2018-09"), ("tax_revenue", "2018-09")],
)
def test_of_trade_and_revenue_futian_knew_nothing_of_the_year(
    real_archive: Archive, name: str, last: str
):
    history = futian(real_archive, name)
    assert history.months_known == 0
    assert history.last_published is not None
    assert month_text(history.last_published) == last
    assert history.ahead[0] == history.last_published + 1
    assert history.ahead[-1] == month(2019, 12)


def test_of_modern_services_futian_had_never_published_growth(real_archive: Archive):
    history = futian(real_archive, "modern_services_va")
    assert history.last_published is None
    assert history.annual == {}
    assert list(history.ahead) == list(range(month(2019, 1), month(2020, 1)))
    assert [str(series) for series in history.related] == ["china/tertiary_va", "futian/gdp"]


def test_trade_of_futian_was_in_dollars_and_is_not_compared_with_yuan(real_archive: Archive):
    history = futian(real_archive, "trade", SETTLED)
    assert history.levels is not None
    assert history.levels.unit == "usd_100m"  # the level in yuan was expected, no more
    assert history.outturn_pct == -10.0


# What holds for any history ----------------------------------------------------------------------


@pytest.mark.parametrize("day", [SETTLED, date(2021, 1, 1)])
def test_nothing_lies_ahead_of_a_settled_year(real_archive: Archive, day: date):
    history = china(real_archive, "retail_sales", day=day)
    assert (history.outturn_pct, list(history.ahead), history.months_known) == (8.0, [], 12)


def test_a_year_of_which_nothing_is_known_lies_ahead_as_a_whole(archive: Archive):
    snapshot = archive.as_of(date(2018, 2, 28))
    history = build_history(snapshot, "nation", "gdp", 2018)
    assert list(history.ahead) == list(range(month(2018, 1), month(2019, 1)))
    assert (history.months_known, history.settled_share(2018, 0)) == (0, 0)


def test_in_january_the_base_year_itself_lies_ahead(archive: Archive):
    history = build_history(archive.as_of(date(2018, 1, 10)), "nation", "gdp", 2018)
    assert history.ahead[0] == month(2017, 10)


def test_a_series_without_any_figure_has_an_empty_history(archive: Archive):
    history = build_history(archive.as_of(date(2018, 9, 30)), "district", "patents", 2018)
    assert (history.last_published, history.annual, history.figures) == (None, {}, ())
    assert history.shares_basis == ("equal", "equal")
    assert len(history.ahead) == 12


def test_an_unknown_indicator_is_an_error(archive: Archive):
    with pytest.raises(UnknownIndicator, match="unknown indicator 'slaes'"):
        build_history(archive.as_of(date(2018, 9, 30)), "district", "slaes", 2018)


def test_a_year_after_the_judged_one_is_left_out(archive: Archive):
    history = build_history(archive.as_of(date(2019, 4, 1)), "nation", "gdp", 2016)
    assert max(f.span.year for f in history.figures) == 2016
    assert history.growth.basis.shape[0] == 2016 - history.first_year + 1


def test_a_restated_base_shows_as_its_revision(archive: Archive):
    history = build_history(archive.as_of(date(2019, 4, 1)), "nation", "retail_sales", 2018)
    revision = dict(enumerate(history.growth.base_revision, start=history.first_year))
    assert revision.pop(conftest.REBASED_IN) == pytest.approx(conftest.SCOPE - 1, abs=0.001)
    others = [abs(r) for r in revision.values() if np.isfinite(r)]
    assert max(others) < 0.004  # growth of 2016 was revised by 0.3 points


def test_the_base_on_todays_scope_is_last_years_level_restated():
    """100 last year, and 55 to June on a published +10 % against 40: the base is 25 % wider."""
    said = [
        Release(span=s, value=v, measure=m, unit=u, released_on=date(2018, 7, 15))
        for s, v, m, u in [
            (Span.year_to_date(2017, 6), 40.0, "level", "cny_100m"),
            (Span.year_to_date(2017, 12), 100.0, "level", "cny_100m"),
            (Span.year_to_date(2018, 6), 55.0, "level", "cny_100m"),
            (Span.year_to_date(2018, 6), 10.0, "growth_pct", "pct"),
        ]
    ]
    snapshot = archive_of(said).as_of(date(2018, 9, 30))
    history = build_history(snapshot, "made_up", "sales", 2018)
    assert history.base_on_todays_scope() == pytest.approx(125.0)


@given(growth_of_months(), shares())
def test_annual_growth_is_the_share_weighted_growth_of_the_months(growth, weights):
    carry, gain = history_of([row()], shares=weights).cumulator()
    running = 0.0
    for a, b, g in zip(carry, gain, growth, strict=True):
        running = a * running + b * g
    assert running == pytest.approx(weights @ growth, abs=1e-9)


@given(growth_of_months(), shares())
def test_year_to_date_and_monthly_growth_turn_into_each_other(growth, weights):
    """YTD growth by levels, monthly growth back out of it by the cumulator."""
    base = np.cumsum(weights)
    to_date = 100 * (np.cumsum(weights * (1 + growth / 100)) / base - 1)
    carry, gain = history_of([row()], shares=weights).cumulator()
    back = (to_date - carry * np.r_[0.0, to_date[:-1]]) / gain
    assert back == pytest.approx(growth, abs=1e-7)


@given(shares(), st.integers(0, 12))
def test_a_growing_part_of_the_year_is_settled(weights, known):
    history = history_of([row()], shares=weights)
    assert history.settled_share(2018, known) == pytest.approx(weights[:known].sum())
    assert history.settled_share(2018, 12) == pytest.approx(1)


def test_a_stock_has_no_cumulator():
    stock = history_of([row()], entry=indicator(annual_rule="end_of_year"))
    carry, gain = stock.cumulator()
    assert (carry.tolist(), gain.tolist()) == (12 * [0.0], 12 * [1.0])


def test_normal_progress_needs_three_years_of_own_shares():
    weights = np.r_[np.full(6, 1 / 24), np.full(6, 3 / 24)]
    three, two = (history_of(n * [row()], shares=weights) for n in (3, 2))
    assert three.normal_progress(6) == pytest.approx(0.25)
    assert two.normal_progress(6) is None


@given(releases(), days())
def test_a_history_is_blind_to_later_releases(made, day):
    early = [r for r in made if r.released_on <= day]
    if early:
        one, other = (
            build_history(archive_of(some).as_of(day), "made_up", "sales", 2018)
            for some in (made, early)
        )
        assert one.figures == other.figures
        np.testing.assert_equal(one.growth.year_to_date, other.growth.year_to_date)
        np.testing.assert_equal(one.growth.base_revision, other.growth.base_revision)
        np.testing.assert_equal(one.shares, other.shares)


@given(releases())
def test_every_point_of_growth_has_a_basis_and_every_basis_a_point(made):
    history = build_history(archive_of(made).as_of(date(2030, 1, 1)), "made_up", "sales", 2018)
    growth = history.growth
    assert ((growth.basis == Basis.MISSING) == np.isnan(growth.year_to_date)).all()
    assert history.shares.sum(axis=1) == pytest.approx(np.ones(len(history.shares)))
    assert (history.shares > 0).all()


def test_more_becomes_known_as_the_year_goes_on(archive: Archive):
    month_ends = [date(2018, m, 20) for m in range(3, 13)]
    known = [
        build_history(archive.as_of(day), "nation", "retail_sales", 2018).months_known
        for day in month_ends
    ]
    assert known == list(range(2, 12))
    assert all(a < b for a, b in pairwise(known))


@pytest.mark.parametrize("area", ["futian", "china"])
def test_figures_of_other_series_leave_a_history_as_it_is(real_archive: Archive, area: str):
    day = date(2019, 9, 30)
    for name in real_archive.indicators_of(area):
        chosen = real_archive.is_of(sources_of(real_archive.registry, area, name))
        alone = real_archive.as_if_known(chosen, date(2020, 12, 31)).as_of(day)
        found, whole = (
            build_history(snapshot, area, name, 2019)
            for snapshot in (alone, real_archive.as_of(day))
        )
        for left, right in ((found, whole), *zip(*_related(found, whole), strict=True)):
            np.testing.assert_equal(left.growth.year_to_date, right.growth.year_to_date)
            np.testing.assert_equal(left.shares, right.shares)
            assert left.figures == right.figures


def _related(*histories: History) -> list[list[History]]:
    return [list(history.related.values()) for history in histories]


def test_a_history_is_built_from_itself_what_is_related_and_what_lends_weights(
    real_archive: Archive,
):
    found = sources_of(real_archive.registry, "futian", "modern_services_va")
    assert found[0] == Series("futian", "modern_services_va")
    assert {"china/tertiary_va", "china/gdp"} < set(map(str, found))
    assert len(found) == len(set(found))
