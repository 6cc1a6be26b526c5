"""What models share: the size of a series' moves, shrunk to what is known of others."""

import numpy as np
import pytest

from forecast.history.series import History
from forecast.models.shared import ASSUMED_SCALE_PP, Shared, assumed_profile, rule_of
from strategies import history_of, indicator, row


def asking(series: str, related: tuple[str, ...] = ()) -> History:
    area, name = series.split("/")
    lent = {r: history_of([row()], area=r.split("/")[0]) for r in related}
    return history_of([row()], area=area, entry=indicator(id=name), related=lent)


def test_a_scale_is_shrunk_to_its_donors_by_four_years():
    shared = Shared(scales={"district/a": (8.0, 4), "nation/a": (1.0, 30)}, area_factor=2.0)
    scale = shared.scale_of(asking("district/a", ("nation/a",)))
    assert scale.scale_pp == pytest.approx(np.sqrt(8.0 * 2.0))  # four own years against four lent
    assert (scale.basis, scale.own_years, scale.degrees_of_freedom) == ("borrowed", 4, 8.0)


def test_a_scale_of_many_own_years_is_the_series_own():
    shared = Shared(scales={"nation/a": (8.0, 400)}, typical_scale_pp=2.0)
    scale = shared.scale_of(asking("nation/a"))
    assert (scale.scale_pp, scale.basis) == (pytest.approx(8.0, rel=0.02), "own")


def test_without_donors_a_scale_is_shrunk_to_the_typical_one():
    shared = Shared(scales={"nation/a": (8.0, 12)}, typical_scale_pp=2.0)
    expected = np.exp((4 * np.log(2) + 12 * np.log(8)) / 16)
    assert shared.scale_of(asking("nation/a")).scale_pp == pytest.approx(expected)


def test_a_series_without_a_past_has_its_donors_scale():
    shared = Shared(scales={"nation/a": (1.5, 30)}, area_factor=2.0)
    scale = shared.scale_of(asking("district/a", ("nation/a",)))
    assert (scale.scale_pp, scale.basis, scale.own_years) == (pytest.approx(3.0), "borrowed", 0)


def test_a_series_of_its_own_area_lends_no_scale():
    shared = Shared(scales={"nation/b": (9.0, 30)}, typical_scale_pp=2.0)
    assert shared.scale_of(asking("nation/a", ("nation/b",))).scale_pp == pytest.approx(2.0)


def test_without_a_record_sizes_are_assumed_and_wide():
    scale = Shared().scale_of(asking("nation/a"))
    assert (scale.scale_pp, scale.basis) == (pytest.approx(ASSUMED_SCALE_PP), "assumed")
    errors = Shared().standard_errors(asking("nation/a"), 6)
    assert errors.std() == pytest.approx(1.0, abs=0.02)


def test_what_is_assumed_falls_as_months_are_known_and_ends_at_one():
    table = assumed_profile()
    assert table[0, 12] == pytest.approx(1.0)
    assert (np.diff(table[:12, 12]) < 0).all()
    half = 0.5  # noise leaves a half of the variance after six months, a random walk an eighth
    assert table[6, 12] == pytest.approx(np.sqrt((half + half**3) / 2))


def test_a_month_that_no_past_year_tells_of_has_the_assumed_size():
    profile = np.full((13, 13), np.nan)
    profile[6, 12] = 0.3
    shared = Shared(profile={"accumulates": profile})
    sizes = [shared.typical_move(asking("nation/a"), k) for k in (6, 9)]
    assert sizes == pytest.approx([0.3, assumed_profile()[9, 12]])


def test_growth_runs_through_the_year_in_two_ways():
    names = ("published_ytd", "sum_of_months", "growth_of_mean", "mean_of_months")
    assert [rule_of(indicator(annual_rule=r)) for r in names] == 4 * ["accumulates"]
    assert rule_of(indicator(annual_rule="end_of_year")) == "end_of_year"


def test_levels_run_through_the_year_apart_from_growth():
    rate = indicator(annual_rule="mean_of_months", quantity="rate")
    balance = indicator(annual_rule="sum_of_months", quantity="balance")
    assert (rule_of(rate), rule_of(balance)) == ("rate", "balance")
