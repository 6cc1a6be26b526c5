"""What a better rest of the year buys, and what 80 % takes. Numbers worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.models.shared import Scale
from forecast.outlook.effort import effort
from forecast.outlook.value import IndicatorOutlook, Outlook, Ratio
from forecast.verification.outturn import Outturn
from strategies import history_of, indicator, row, target

YEARS_END = 6.0 + 0.2 * np.arange(10)  # 6.0 to 7.8: five of ten are 7.0 or more


def outlook_of(ends, months: int = 6, *, entry=None, of=None, **more) -> Outlook:
    """Return an outlook of one target whose year ends as given; each month is a twelfth of it."""
    known = row(**{f"m{months}": 7.0}) if months else row()
    history = history_of([row(m12=6.0), known], entry=entry)
    paths = np.tile(np.asarray(ends, dtype=float)[:, None], (1, max(1, len(history.ahead))))
    own = IndicatorOutlook(
        history, of or target(), "forecast", Scale(1.0, 5.0, "own", 9), paths=paths, **more
    )
    return Outlook("made_up", history.year, None, {"sales": own}, len(paths))


def test_half_a_point_in_half_a_year_lifts_the_year_by_a_quarter():
    """6.8 becomes 7.05 and counts, 6.6 becomes 6.85 and does not: six of ten instead of five."""
    takes = effort(outlook_of(YEARS_END), "sales")
    assert (takes.extra_pp, takes.probability) == (0.5, 0.6)


def test_for_80_per_cent_the_third_lowest_year_must_just_do():
    """6.4 lacks 0.55 to 6.95, which rounds to 7.0; half a year must grow 1.1 points more for it.

    At the median of 6.9 the rest grows 6.8, so it would have to be expected to grow 7.9.
    """
    takes = effort(outlook_of(YEARS_END), "sales")
    assert takes.extra80_pp == pytest.approx(1.1)
    assert takes.rest_median_pct == pytest.approx(6.8)
    assert takes.rest80_pct == pytest.approx(7.9)
    assert np.mean(target().is_met(YEARS_END + takes.extra80_pp / 2, 1)) == 0.8


def test_a_target_surer_than_that_has_something_to_spare():
    """Of 7.4 to 9.2 the third lowest, 7.8, may lose 0.85: the half year 1.7 points."""
    takes = effort(outlook_of(YEARS_END + 1.4), "sales")
    assert takes.extra80_pp == pytest.approx(-1.7)


def test_what_must_not_be_exceeded_takes_less_growth():
    """At most 7.0: 7.2 less a quarter is 6.95 and rounds to 7.0, so seven of ten instead of six."""
    takes = effort(outlook_of(YEARS_END, of=target("at_most")), "sales")
    assert (takes.extra_pp, takes.probability) == (-0.5, 0.7)
    assert takes.extra80_pp == pytest.approx(2 * (7.05 - 7.4), abs=1e-6)


def test_before_the_first_figure_the_rest_is_the_whole_year():
    takes = effort(outlook_of(YEARS_END, months=0), "sales")
    assert takes.probability == 0.7  # 6.6 and 6.8 become 7.1 and 7.3
    assert takes.rest_median_pct == pytest.approx(6.9)


def test_of_a_stock_only_december_counts():
    takes = effort(outlook_of(YEARS_END, entry=indicator(annual_rule="end_of_year")), "sales")
    assert takes.probability == 0.7
    assert takes.extra80_pp == pytest.approx(0.55)


def test_where_amounts_are_not_known_none_is_told():
    takes = effort(outlook_of(YEARS_END), "sales")
    assert (takes.extra_level, takes.extra80_level) == (None, None)


def test_with_one_target_there_is_no_probability_of_all():
    alone = outlook_of(YEARS_END)
    assert effort(alone, "sales").all_targets is None
    other = outlook_of(YEARS_END[::-1]).indicators["sales"]
    both = replace(alone, indicators={"sales": alone.indicators["sales"], "other": other})
    assert both.joint.all_targets.value == 0.0  # on no path are both met: one rises, one falls
    assert effort(both, "sales").all_targets == 0.1  # 6.8 joins where the other has 7.0


def test_a_band_may_be_missed_on_either_side_so_more_is_not_better():
    band = target("between", None, lower_pct=6.0, upper_pct=7.0)
    assert effort(outlook_of(YEARS_END, of=band), "sales") is None


def test_a_ratio_has_no_rest_of_the_year_of_its_own():
    assert (
        effort(outlook_of(YEARS_END, ratio=Ratio(months_known=6, past_years={})), "sales") is None
    )


def test_a_settled_target_takes_nothing_more():
    outturn = Outturn(7.1, None, "final", "", attained=True)
    assert effort(outlook_of(YEARS_END, outturn=outturn), "sales") is None


@given(st.lists(st.floats(-20, 30), min_size=10, max_size=40), st.integers(0, 11))
def test_what_80_per_cent_takes_gives_80_per_cent(ends: list[float], months: int):
    takes = effort(outlook_of(ends, months), "sales")
    lift = takes.extra80_pp * (1 - months / 12)
    assert np.mean(target().is_met(np.array(ends) + lift, 1)) >= 0.8
    assert np.mean(target().is_met(np.array(ends) + lift - 1e-6, 1)) < 0.8
    assert takes.probability >= np.mean(target().is_met(np.array(ends), 1))
