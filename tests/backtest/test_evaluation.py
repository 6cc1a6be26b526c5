"""What a forecast's pool learns from forecasts before it. All forecasts are made up."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from forecast.backtest.evaluation import ReplayedForecast, score_table

YEARS = range(2008, 2018)
EXPECTED_IN = 2016


def forecasts(outturn_of_2016: float, status: str) -> Sequence[ReplayedForecast]:
    """Return ten years of forecasts of two members, one good and one poor."""
    rng = np.random.default_rng(4)
    found = []
    for year in YEARS:
        true = 8 + rng.standard_normal()
        draws = np.linspace(-2, 2, 200)
        found.append(
            ReplayedForecast(
                area="made_up",
                indicator="sales",
                year=year,
                as_of=date(year, 10, 20),
                months_known=9,
                decimals=1,
                target=None,
                outturn_pct=outturn_of_2016 if year == EXPECTED_IN else true,
                outturn_status=status if year == EXPECTED_IN else "final",
                settled_on=date(year + 1, 1, 20),
                restated_base=False,
                scale_pp=1.0,
                is_own_scale=True,
                members={"drift": true + draws, "pace": true + 3 + draws},
                seconds={},
            )
        )
    return found


def last_year(outturn_of_2016: float, status: str) -> pd.DataFrame:
    table = score_table(forecasts(outturn_of_2016, status))
    return table[table["year"] == YEARS[-1]].reset_index(drop=True)


def test_nothing_is_learnt_from_what_the_office_only_expected():
    assert_frame_equal(last_year(8.0, "expected"), last_year(60.0, "expected"))


def test_what_was_published_does_teach():
    assert not last_year(8.0, "final").equals(last_year(60.0, "final"))
