"""What a forecast's pool learns from forecasts before it. All forecasts are made up."""

from collections.abc import Sequence
from dataclasses import replace
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


# The next figure ----------------------------------------------------------------------------------


def with_next_figures(error: float) -> list[ReplayedForecast]:
    """Return the forecasts with a next figure that is always `error` from what was said of it."""
    return [
        replace(one, following=one.members, next_pct=float(one.members["drift"][100]) + error)
        for one in forecasts(8.0, "final")
    ]


def next_pits(error: float) -> pd.DataFrame:
    table = score_table(with_next_figures(error))
    return table.pivot_table(index="year", columns="model", values="next_pit", dropna=False)


def test_where_the_next_figure_fell_is_kept_of_pools_alone():
    table = score_table(with_next_figures(0.0))
    pools = table["model"].isin(["pool", "pool_raw"])
    assert table.loc[pools, "next_pit"].between(0, 1).all()
    assert table.loc[~pools, "next_pit"].isna().all()


def test_without_a_figure_before_that_of_the_year_nothing_is_kept():
    without = [replace(one, next_pct=np.nan) for one in with_next_figures(0.0)]
    assert score_table(without)["next_pit"].isna().all()


def test_next_figures_that_always_came_near_the_middle_make_it_narrower_but_not_the_year():
    """A figure beside the middle lies farther out in the narrower distribution."""
    pits = next_pits(1.0)
    raw, final = abs(pits["pool_raw"] - 0.5), abs(pits["pool"] - 0.5)
    assert final[YEARS[-1]] > 1.2 * raw[YEARS[-1]] > 0
    with_them, without = (
        score_table(made) for made in (with_next_figures(1.0), forecasts(8.0, "final"))
    )
    assert_frame_equal(with_them.drop(columns="next_pit"), without.drop(columns="next_pit"))
