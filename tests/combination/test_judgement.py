"""What judgements are worth beside the pool; the bureaux and the records here are simulated."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.archive.judgements import Judgement
from forecast.base.series import Series
from forecast.combination.judgement import judgement_weight

TOWN = Series("town", "gdp")
POOL_SD, BAND = 2.0, 2.563
NORMAL = np.sort(np.random.default_rng(0).standard_normal(4000))
NORMAL = (NORMAL - NORMAL.mean()) / NORMAL.std()


def entered(year: int, growth: float, *, month: int = 7, author: str = "bureau") -> Judgement:
    return Judgement(
        area="town", indicator="gdp", year=year, author=author,
        entered_on=date(year, month, 15), growth_pct=growth,
    )  # fmt: skip


def record(means: dict[int, float], outturns: dict[int, float]) -> pd.DataFrame:
    """Return the pool's forecasts of mid-year, each settled in the January after."""
    return pd.DataFrame(
        {
            "area": "town", "indicator": "gdp", "model": "pool", "outturn_status": "final",
            "year": list(means), "mean_pct": list(means.values()),
            "as_of": [pd.Timestamp(year, 7, 1) for year in means],
            "settled_on": [pd.Timestamp(year + 1, 1, 20) for year in means],
            "lower80_pct": [m - POOL_SD * BAND / 2 for m in means.values()],
            "upper80_pct": [m + POOL_SD * BAND / 2 for m in means.values()],
            "outturn_pct": [outturns[year] for year in means],
        }
    )  # fmt: skip


YEARS = list(range(2010, 2018))
FLAT = dict.fromkeys(YEARS, 7.0)
_MISSES = np.array([1, -1, 0.5, -0.5, 1.5, -1.5, 1, -1])
TRUTH = dict(zip(YEARS, 7.0 + POOL_SD * _MISSES, strict=True))
POOL_NOW = 7.0 + POOL_SD * NORMAL


def test_a_bureau_that_was_always_right_moves_the_pool_by_the_ridge_of_its_years():
    judged = [entered(year, TRUTH[year]) for year in YEARS] + [entered(2018, 10.0)]
    weight = judgement_weight(judged, TOWN, 2018, record(FLAT, TRUTH), POOL_NOW)
    assert weight is not None
    squares = 2 * (1 + 0.25 + 2.25 + 1)  # of the misses, in units of the pool's spread
    assert weight.weight == pytest.approx(squares / (squares + squares), abs=1e-3)
    assert weight.bias_pp == pytest.approx(0, abs=1e-12)
    assert weight.n_years == 8
    assert weight.moved(POOL_NOW).mean() == pytest.approx(7 + weight.weight * 3)
    assert 0.4 < weight.width < 0.9


def test_what_a_judgement_moved_comes_back_without_it():
    judged = [entered(year, TRUTH[year]) for year in YEARS] + [entered(2018, 10.0)]
    weight = judgement_weight(judged, TOWN, 2018, record(FLAT, TRUTH), POOL_NOW)
    assert weight is not None
    assert weight.without(weight.moved(POOL_NOW)) == pytest.approx(POOL_NOW)


def test_the_usual_error_of_an_author_is_taken_off_shrunk_by_two_years():
    judged = [entered(year, TRUTH[year] + 1.5) for year in YEARS] + [entered(2018, 11.5)]
    weight = judgement_weight(judged, TOWN, 2018, record(FLAT, TRUTH), POOL_NOW)
    assert weight is not None
    assert weight.bias_pp == pytest.approx(1.5 * 8 / 10, abs=1e-9)


@pytest.mark.parametrize(
    ("judged", "why"),
    [
        ([entered(y, TRUTH[y]) for y in YEARS], "nothing of the year"),
        ([*(entered(y, TRUTH[y]) for y in YEARS[:3]), entered(2018, 10.0)], "three years"),
        ([*(entered(y, TRUTH[y], month=9) for y in YEARS), entered(2018, 10.0)], "later ones"),
        ([*(entered(y, TRUTH[y], author="a") for y in YEARS), entered(2018, 10.0)], "another's"),
        ([*(entered(y, 7.0) for y in YEARS), entered(2018, 10.0)], "the pool's own"),
        ([*(entered(y, 14.0 - TRUTH[y]) for y in YEARS), entered(2018, 10.0)], "always wrong"),
    ],
)
def test_a_judgement_without_shown_skill_counts_for_nothing(judged: list[Judgement], why: str):
    assert judgement_weight(judged, TOWN, 2018, record(FLAT, TRUTH), POOL_NOW) is None, why


def test_what_was_entered_on_the_day_of_the_outturn_does_not_count():
    pools = record(FLAT, TRUTH).assign(
        settled_on=[pd.Timestamp(year, 7, 15) for year in YEARS]  # the day of the judgement
    )
    judged = [entered(year, TRUTH[year]) for year in YEARS] + [entered(2018, 10.0)]
    assert judgement_weight(judged, TOWN, 2018, pools, POOL_NOW) is None


def test_a_pool_that_knows_more_than_in_past_years_listens_less():
    judged = [entered(year, TRUTH[year]) for year in YEARS] + [entered(2018, 10.0)]
    pools = record(FLAT, TRUTH)
    sure = judgement_weight(judged, TOWN, 2018, pools, 7.0 + 0.5 * NORMAL)
    unsure = judgement_weight(judged, TOWN, 2018, pools, POOL_NOW)
    assert sure is not None
    assert unsure is not None
    odds = unsure.weight / (1 - unsure.weight)  # the precision of the judgement is the same
    assert sure.weight / (1 - sure.weight) == pytest.approx(odds / 16, rel=1e-3)
