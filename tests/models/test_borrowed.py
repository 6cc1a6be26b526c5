"""`borrowed`: the course of the related series, give or take how far areas lie from theirs."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.archive.archive import Archive
from forecast.base.errors import NotEnoughHistory
from forecast.base.months import month
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.borrowed import Borrowed
from forecast.models.pace import Pace
from forecast.models.shared import Shared
from strategies import history_of, indicator, row

HALF = [row(m6=8.0, m12=8.0), row(m3=7.0, m6=7.2)]
NATION = "nation/sales"


def asking(
    own: list[list[float]], lent: list[list[float]] = HALF, expected: dict[int, float] | None = None
) -> History:
    """Return a district's history beside the nation's."""
    nation = history_of(lent, area="nation")
    return history_of(own, area="district", related={NATION: nation}, expected=expected)


def paths_of(history: History, shared: Shared, n_paths: int = 4000) -> FloatArray:
    return Borrowed().fit(history, shared).simulate(n_paths, np.random.default_rng(1))


def test_it_serves_where_nothing_of_the_year_is_known():
    assert Borrowed().can_fit(asking([row(), row()]))
    assert Borrowed().can_fit(asking([row(m12=6.0), row()]))
    assert not Borrowed().can_fit(asking([row(m12=6.0), row(m3=6.0)]))


def test_it_steps_back_where_the_office_has_said_what_it_expects():
    assert not Borrowed().can_fit(asking([row(), row()], expected={month(2018, 12): 7.0}))
    assert Borrowed().can_fit(asking([row(), row()], expected={month(2017, 12): 7.0}))


def test_without_a_donor_it_says_no():
    history = history_of([row(), row()])
    assert not Borrowed().can_fit(history)
    with pytest.raises(
        NotEnoughHistory, match="made_up/sales has no related series to borrow from"
    ):
        Borrowed().fit(history, Shared())


def test_a_donor_that_has_been_silent_for_two_years_does_not_serve():
    silent = [row(m12=8.0), row(), row()]
    assert not Borrowed().can_fit(asking([row(), row(), row()], silent))
    assert Borrowed().can_fit(asking([row(), row(), row()], [row(), row(m12=8.0), row()]))


def test_an_index_of_opinions_lends_no_growth():
    index = history_of(HALF, area="nation", entry=indicator(annual_rule=None))
    assert not Borrowed().can_fit(history_of([row(), row()], area="d", related={NATION: index}))


def test_a_series_of_the_same_area_is_no_lender():
    own = history_of(HALF, area="district")
    history = history_of([row(), row()], area="district", related={"district/output": own})
    assert not Borrowed().can_fit(history)


def test_areas_that_never_differed_follow_their_donor_exactly():
    shared = Shared(difference=0.0)
    paths = paths_of(asking([row(), row()]), shared)
    known = paths[:, [2, 5]]
    assert (known == [7.0, 7.2]).all()  # what is known of the donor is known
    donor = Pace().fit(history_of(HALF, area="nation"), shared)
    december = donor.simulate(4000, np.random.default_rng(9))[:, -1]
    quantiles = (0.1, 0.5, 0.9)
    expected = np.quantile(december, quantiles)
    assert np.quantile(paths[:, -1], quantiles) == pytest.approx(expected, abs=0.35)


def test_months_of_which_the_donor_never_spoke_have_its_annual_growth():
    paths = paths_of(asking([row(), row()]), Shared(difference=0.0))
    assert (paths[:, 0] == paths[:, -1]).all()


def test_the_distance_from_the_donor_is_kept_all_year():
    apart = Shared(difference=0.7, typical_scale_pp=3.0)
    paths = paths_of(asking([row(), row()]), apart, n_paths=20_000)
    distance = paths[:, 2] - 7.0
    assert paths[:, 5] - 7.2 == pytest.approx(distance)
    assert np.median(np.abs(distance)) == pytest.approx(0.7 * 3.0 * 0.741, rel=0.04)  # a t of 4


def test_it_is_wider_than_its_lender():
    shared = Shared()
    donor = Pace().fit(history_of(HALF, area="nation"), shared)
    own = np.quantile(paths_of(asking([row(), row()]), shared)[:, -1], (0.1, 0.9))
    lent = np.quantile(donor.simulate(4000, np.random.default_rng(1))[:, -1], (0.1, 0.9))
    assert np.diff(own) > 1.2 * np.diff(lent)


def test_two_donors_give_half_of_the_paths_each():
    nation, city = history_of(HALF, area="nation"), history_of([row(), row(m6=70.0)], area="city")
    related = {NATION: nation, "city/sales": city}
    history = history_of([row(), row()], area="district", related=related)
    june = paths_of(history, Shared(difference=0.0), 10_000)[:, 5]
    assert set(np.round(june, 6)) == {7.2, 70.0}
    assert np.mean(june == 70.0) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", ["trade", "budget_revenue", "modern_services_va"])
def test_what_futian_had_not_said_by_september_gets_a_wide_band(real_archive: Archive, name: str):
    snapshot = real_archive.as_of(date(2019, 9, 30))
    history = build_history(snapshot, "futian", name, 2019)
    december = paths_of(history, Shared())[:, -1]
    low, high = np.quantile(december, (0.1, 0.9))
    assert high - low > 8.0


def test_more_of_the_donors_year_narrows_the_band():
    shared = replace(Shared(), difference=0.1)
    early = paths_of(asking([row(), row()], [row(m12=8.0), row(m3=7.0)]), shared)
    late = paths_of(asking([row(), row()], [row(m12=8.0), row(m11=7.0)]), shared)
    assert late[:, -1].std() < 0.7 * early[:, -1].std()
