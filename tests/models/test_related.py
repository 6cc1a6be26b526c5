"""Which related series a nowcast goes on without, and why."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.base.series import Series
from forecast.history.growth import Basis
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.nowcast import Nowcast, unusable_series, usable_series
from forecast.models.shared import Scale
from forecast.outlook.limits import limits
from strategies import history_of, indicator, row

NATION, OTHER = "nation/sales", "nation/other"
QUARTERS = [row(m3=7.0, m6=6.8, m9=6.9, m12=6.9), row(m3=6.1, m6=6.4, m12=6.5), row(m3=7.2)]


@pytest.fixture
def growth() -> FloatArray:
    """Return simulated YTD growth of three years, known to August of the last."""
    found = 8 + np.random.default_rng(6).normal(0, 0.4, (3, 12))
    found[-1, 8:] = np.nan
    return found


def district(nation: FloatArray, other: History) -> History:
    related = {NATION: history_of(nation, area="nation"), OTHER: other}
    return history_of(QUARTERS, area="district", related=related)


def on_levels(history: History) -> History:
    """Return the history as if its growth were all from ratios of levels."""
    known = history.growth.basis > Basis.EXPECTED
    basis = np.where(known, Basis.LEVEL_RATIO, Basis.MISSING).astype(np.int8)
    return replace(history, growth=replace(history.growth, basis=basis))


def leapt(growth: FloatArray) -> FloatArray:
    found = growth.copy()
    found[-1, 5:8] += 60
    return found


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("missing", lambda g: history_of(np.full_like(g, np.nan))),
        ("short", lambda g: history_of(g[1:])),
        ("stopped", lambda g: history_of(np.r_[g[:2], np.full((1, 12), np.nan)][:, :])),
        ("jumped", lambda g: on_levels(history_of(leapt(g)))),
    ],
)
def test_the_nowcast_goes_on_without_a_spoilt_series_and_says_so(reason, spoil, growth):
    if reason == "stopped":
        growth[1, 8:] = np.nan
    history = district(np.where(np.isnan(growth), 8.0, growth), spoil(growth))
    assert unusable_series(history) == {Series.parse(OTHER): reason}
    assert [h.area for h in usable_series(history)] == ["nation"]
    assert Nowcast().can_fit(history)
    told = {c.code: c.values for c in limits(history, None, Scale(1.0, 9.0, "own", 9), {})}
    assert told[f"related_{reason}"] == {"related": OTHER}


def test_a_leap_of_published_growth_is_real(growth):
    """The office compares like with like; a ratio of two levels may not."""
    assert unusable_series(district(growth, history_of(leapt(growth)))) == {}


def test_a_leap_before_the_series_own_last_month_is_past(growth):
    early = growth.copy()
    early[0, 5:] += 60
    assert unusable_series(district(growth, on_levels(history_of(early)))) == {}


def test_an_index_of_diffusion_is_no_growth_that_could_be_missing(growth):
    entry = indicator(annual_rule=None)
    index = history_of(np.full((3, 12), np.nan), entry=entry)
    assert unusable_series(district(growth, index)) == {}
