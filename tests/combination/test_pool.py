"""One set of paths from those of several models."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.combination.pool import (
    Standing,
    past_scores,
    prior_scores,
    prior_table,
    quantile_average,
    read_prior,
    standing,
    text_of_prior,
)
from forecast.verification.record import no_densities
from strategies import growth_paths

QUANTILES = np.linspace(0, 1, 41)


@st.composite
def members(draw: st.DrawFn) -> list[np.ndarray]:
    """Paths of one to four models, all of one shape."""
    first = draw(growth_paths())
    shifts = draw(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), max_size=3))
    others = [shift + factor * first[::-1] for shift, factor in shifts]
    return [first, *others]


@given(members())
def test_quantiles_of_every_month_are_the_mean_of_the_members_quantiles(models):
    """December among them: the annual outcome is pooled exactly."""
    pooled = quantile_average(models)
    expected = np.mean([np.quantile(paths, QUANTILES, axis=0) for paths in models], axis=0)
    assert np.quantile(pooled, QUANTILES, axis=0) == pytest.approx(expected, abs=1e-9)


@given(members())
def test_the_order_of_the_members_does_not_matter_to_any_month(models):
    one, other = quantile_average(models), quantile_average(models[::-1])
    assert np.sort(one, axis=0) == pytest.approx(np.sort(other, axis=0), abs=1e-9)


@given(growth_paths())
def test_a_single_member_keeps_its_paths(paths):
    pooled = quantile_average([paths])
    assert sorted(pooled.tolist()) == sorted(paths.tolist())


@given(growth_paths())
def test_two_members_that_agree_say_what_each_says(paths):
    pooled = quantile_average([paths, paths.copy()])
    assert sorted(pooled.tolist()) == sorted(paths.tolist())


@given(members())
def test_no_member_is_changed(models):
    before = [paths.copy() for paths in models]
    quantile_average(models)
    assert all(np.array_equal(a, b) for a, b in zip(models, before, strict=True))


def test_two_bands_give_one_of_their_mean_place_and_width():
    """The mean of quantiles keeps the shape: it is no mixture with two peaks."""
    rng = np.random.default_rng(2)
    low, high = (rng.normal(at, width, (20_000, 1)) for at, width in ((4.0, 1.0), (8.0, 3.0)))
    pooled = quantile_average([low, high])
    assert pooled.mean() == pytest.approx(6.0, abs=0.05)
    assert pooled.std() == pytest.approx(2.0, rel=0.02)


def test_a_path_stays_a_course_and_does_not_jump_about():
    rng = np.random.default_rng(3)
    walks = [np.cumsum(rng.standard_normal((2000, 6)), axis=1) for _ in range(3)]
    pooled = quantile_average(walks)
    own = np.corrcoef(walks[0][:, -2], walks[0][:, -1])[0, 1]
    assert np.corrcoef(pooled[:, -2], pooled[:, -1])[0, 1] > own


def test_weighted_quantiles_worked_by_hand():
    """Three quarters of the lowest, middle and highest value of one, and a quarter of the other's.

    Of December 1, 5, 9 and 10, 20, 60; of November 2, 5, 8 and 0, 20, 40. In the order of December
    the members' Novembers average to 11.5, 6 and 8.75: the first path has the highest of the three.
    """
    first = np.array([[5.0, 9.0], [2.0, 1.0], [8.0, 5.0]])
    second = np.array([[20.0, 60.0], [0.0, 20.0], [40.0, 10.0]])
    pooled = quantile_average([first, second], [0.75, 0.25])
    assert pooled.tolist() == [[16.0, 3.25], [1.5, 8.75], [8.75, 21.75]]


@given(growth_paths(), st.floats(-5, 5), st.floats(0.1, 3))
def test_a_member_of_double_weight_counts_as_two(first, shift, factor):
    second = shift + factor * first[::-1]
    twice = quantile_average([first, first, second])
    weighted = quantile_average([first, second], [2 / 3, 1 / 3])
    assert np.sort(weighted, axis=0) == pytest.approx(np.sort(twice, axis=0), abs=1e-9)


def test_all_weight_on_one_member_leaves_that_member():
    rng = np.random.default_rng(4)
    one, other = rng.standard_normal((2, 50, 3))
    assert sorted(quantile_average([one, other], [0, 1]).tolist()) == sorted(other.tolist())


# Weights, from made-up scores ---------------------------------------------------------------------

OWN, OTHER = "made_up/sales", "elsewhere/sales"


def scores(
    years: Iterable[int], months_known: int = 6, series: str = OWN, **crps: float | list[float]
) -> pd.DataFrame:
    """Return one forecast a year by each model, of a series whose scale is two points."""
    forecasts = pd.DataFrame({"year": list(years)})
    area, name = series.split("/")
    forecasts = forecasts.assign(area=area, indicator=name, months_known=months_known, scale_pp=2.0)
    forecasts["series_class"] = ""
    forecasts["settled_on"] = pd.to_datetime({"year": forecasts["year"] + 1, "month": 1, "day": 20})
    return pd.concat([forecasts.assign(model=model, crps=c) for model, c in crps.items()])


def weights_from(
    *past: pd.DataFrame, models: list[str], months_known: int = 6, series: str = OWN
) -> np.ndarray:
    scores = past_scores(pd.concat(past))
    own = scores[scores.index.get_level_values("reference") == series]
    return standing(scores, models, months_known).weights(own)


def shares(*expected: float) -> object:
    """Return weights written to six digits, to compare with."""
    return pytest.approx(list(expected), abs=1e-6)


A_THOUSAND_TO_ONE = (0.874268, 0.125732)  # 0.75 * 1024 / 1025 + 0.125 and 0.75 / 1025 + 0.125


def test_past_scores_are_in_units_of_each_series_scale_in_the_order_of_settling():
    calm = scores([2012, 2010], series=OTHER, one=1.0, other=2.0).assign(scale_pp=0.5)
    found = past_scores(pd.concat([calm, scores([2011], one=3.0)]))
    assert found.index.get_level_values("year").tolist() == [2010, 2011, 2012]
    assert found.index.get_level_values("reference").tolist() == [OTHER, OWN, OTHER]
    assert found["one"].tolist() == [2.0, 1.5, 2.0]
    assert found["other"].fillna(-1).tolist() == [4.0, -1, 4.0]  # it took no part in 2011


def test_the_model_with_half_the_error_weighs_most_but_never_all():
    """1 against 2 to the power of -10 is 1024 to 1; a quarter is shared equally."""
    found = weights_from(scores(range(2010, 2018), good=1.0, poor=2.0), models=["poor", "good"])
    assert found == shares(*A_THOUSAND_TO_ONE[::-1])


def test_errors_are_measured_in_units_of_each_series_scale():
    """In each of two series one model errs three times as much as the other, not the same one."""
    calm = scores(range(2010, 2018), series=OTHER, one=0.1, other=0.3).assign(scale_pp=0.2)
    wild = scores(range(2010, 2018), series="elsewhere/trade", one=3.0, other=1.0)
    found = weights_from(calm, wild, models=["one", "other"])
    assert found == pytest.approx([0.5, 0.5])


def test_only_forecasts_with_about_as_many_months_known_tell():
    june = scores(range(2010, 2018), 6, one=1.0, other=2.0)
    november = scores(range(2010, 2018), 11, one=9.0, other=0.1)
    found = weights_from(june, november, models=["one", "other"], months_known=5)
    assert found == shares(*A_THOUSAND_TO_ONE)


@pytest.mark.parametrize(
    ("n_own", "better"),
    [(0, 0.5), (1, 0.807307), (2, 0.852273), (4, 0.867689), (6, 0.870880)],
    ids=lambda n: f"{n}",
)
def test_a_series_own_years_outweigh_the_pool_from_two_years_on(n_own: int, better: float):
    """All series together say that both err alike, its own years that one errs half as much.

    Of the logarithms n years count n parts in n + 2: 2 to the power of 10 n / (n + 2) to one,
    which is 1, 10.08, 32, 101.6 and 181; then a quarter of the way to a half.
    """
    years = range(2010, 2018)
    first = years.stop - n_own
    own = scores(range(first, years.stop), one=1.0, other=2.0)
    against = scores(range(first, years.stop), series=OTHER, one=2.0, other=1.0)
    even = scores(range(years.start, first), series=OTHER, one=1.5, other=1.5)
    found = weights_from(own, against, even, models=["one", "other"])
    assert found == shares(better, 1 - better)


def test_months_of_one_year_are_one_year():
    """Of its own year a series has three forecasts here, near in months: a third of the weight."""
    months = [scores([2017], m, one=1.0, other=2.0) for m in (5, 6, 7)]
    against = [scores([2017], m, OTHER, one=2.0, other=1.0) for m in (5, 6, 7)]
    even = scores(range(2010, 2017), series=OTHER, one=1.5, other=1.5)
    found = weights_from(*months, *against, even, models=["one", "other"])
    assert found == shares(0.807307, 0.192693)  # 10.08 to 1


def test_a_year_counts_half_as_much_as_one_five_years_later():
    """4, 2 and 1.5 at weights of a quarter, a half and one have a mean of 2."""
    past = scores([2005, 2010, 2015], better=[4.0, 2.0, 1.5], steady=1.0)
    found = weights_from(past, models=["better", "steady"])
    assert found == shares(*A_THOUSAND_TO_ONE[::-1])


def test_of_a_model_without_forecasts_in_a_series_those_in_others_tell():
    """One: 1.5 over all and 1 in its own four years, so 1.5 to the third; other: 1 over all.

    To the power of -10 it is 1 to 3.8634.
    """
    years = range(2014, 2018)
    found = weights_from(
        scores(years, one=1.0),
        scores(years, series=OTHER, one=2.0, other=1.0),
        models=["one", "other"],
    )
    assert found == shares(0.279212, 0.720788)


def test_a_series_without_past_forecasts_has_the_weights_of_all():
    past = scores(range(2010, 2018), one=1.0, other=2.0)
    found = weights_from(past, models=["one", "other"], series="new/sales")
    assert found == shares(*A_THOUSAND_TO_ONE)


@pytest.mark.parametrize("n_years", [0, 1, 2])
def test_two_years_or_none_say_nothing_of_who_is_better(n_years: int):
    past = scores(range(2018 - n_years, 2018), good=1.0, poor=2.0) if n_years else no_densities()
    assert weights_from(past, models=["poor", "good"]).tolist() == [0.5, 0.5]


def test_a_new_model_weighs_as_much_as_the_mean_of_the_others():
    past = scores(range(2010, 2018), good=1.0, poor=2.0)
    found = weights_from(past, models=["good", "new", "poor"])
    assert found == shares(0.582846, 0.333333, 0.083821)  # 1024 to 512.5 to 1


def test_models_of_which_no_past_forecast_is_known_weigh_alike():
    past = scores(range(2010, 2018), gone=1.0)
    assert weights_from(past, models=["one", "other"]).tolist() == [0.5, 0.5]


@given(st.lists(st.floats(0.01, 20), min_size=2, max_size=5))
def test_weights_add_up_and_leave_no_model_out(crps):
    named = {f"m{i}": c for i, c in enumerate(crps)}
    found = weights_from(scores(range(2010, 2018), **named), models=list(named))
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0.25 / len(crps) - 1e-12
    assert found[np.argmin(crps)] == pytest.approx(found.max())


# The prior of a class -----------------------------------------------------------------------------


def test_without_a_record_weights_are_those_of_the_class():
    """Half the error is 1024 to 1 at the power of -10; a model that is not listed has the mean."""
    prior = np.log([1.0, 2.0])
    assert Standing(["good", "poor"], 6, None).weights(no_scores(), prior) == shares(
        1024 / 1025, 1 / 1025
    )
    assert Standing(["good", "new"], 6, None).weights(
        no_scores(), np.array([0.0, np.nan])
    ) == shares(0.5, 0.5)


def no_scores() -> pd.DataFrame:
    return past_scores(scores([2011], one=3.0)).iloc[:0]


def test_three_years_of_a_record_count_as_much_as_the_class():
    """The class says 1 to 2 and three years say 2 to 1: level, then a quarter of 1024 to 1."""
    of_all = Standing(["a", "b"], 6, np.log([2.0, 1.0]), 2017, 3)
    assert of_all.weights(no_scores(), np.log([1.0, 2.0])) == shares(
        0.375 + 0.25 * 1024 / 1025, 0.375 + 0.25 / 1025
    )


def test_eight_years_of_its_own_count_as_much_as_the_class():
    """Class and record say 1 to 2, eight own years 2 to 1: level, then a quarter of 1024 to 1."""
    of_all = Standing(["a", "b"], 6, np.log([1.0, 2.0]), 2017, 3)
    own = past_scores(scores(range(2010, 2018), a=2.0, b=1.0))
    assert of_all.weights(own, np.log([1.0, 2.0])) == shares(
        0.375 + 0.25 * 1024 / 1025, 0.375 + 0.25 / 1025
    )


def test_only_series_of_the_class_tell_once_it_has_three_years():
    """A model that is good for flows may be poor for stocks."""
    flows = scores(range(2010, 2018), one=1.0, other=2.0).assign(series_class="flow/plain")
    stocks = scores(range(2010, 2018), series=OTHER, one=2.0, other=1.0)
    past = past_scores(pd.concat([flows, stocks.assign(series_class="stock/plain")]))

    def better(series_class: str, rows: pd.DataFrame) -> float:
        of_all = standing(rows, ["one", "other"], 6, series_class)
        return float(of_all.weights(rows.iloc[:0])[0])

    assert better("flow/plain", past) == pytest.approx(A_THOUSAND_TO_ONE[0], abs=1e-6)
    assert better("stock/plain", past) == pytest.approx(A_THOUSAND_TO_ONE[1], abs=1e-6)
    assert better("rate/plain", past) == pytest.approx(0.5)
    is_early = past.index.get_level_values("year") < 2012
    is_flow = past.index.get_level_values("series_class") == "flow/plain"
    assert better("flow/plain", past[is_early | ~is_flow]) < 0.2  # two years of its own are few


def test_the_table_of_classes_is_complete_and_the_nearest_month_counts():
    table = prior_table().rows
    classes = set(table.index.get_level_values("class"))
    kinds = ("flow", "stock", "quarters")
    assert classes == {"rate"} | {f"{k}/{s}" for k in kinds for s in ("plain", "seasonal")}
    of_quarters = table.index.get_level_values("class").str.startswith("quarters")
    assert table[~of_quarters].notna().all(axis=None)
    assert table[of_quarters].drop(columns="prophet").notna().all(axis=None)
    six, five = (prior_scores("stock/plain", ["ar", "pace"], k) for k in (6, 5))
    assert np.array_equal(six, five)
    assert six[0] < six[1]
    assert prior_scores("", ["ar"], 6) is None
    assert prior_scores("stock/plain", ["borrowed"], 6) is None


def test_a_table_that_is_missing_or_altered_has_no_rows_and_says_so(tmp_path: Path):
    path = tmp_path / "prior.csv"
    assert (read_prior(path).fault, len(read_prior(path).rows)) == ("missing", 0)
    text = text_of_prior("# Made up.\nclass,months_known,ar\nflow/plain,6,-0.1\n")
    path.write_text(text, encoding="utf-8")
    assert read_prior(path).fault is None
    assert read_prior(path).rows.loc[("flow/plain", 6), "ar"] == -0.1
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert read_prior(path).fault is None, "line ends are not content"
    for altered in (text.replace("-0.1", "-0.2"), text[:-20], "", "\udcff", "class,ar\n1,2\n"):
        path.write_bytes(altered.encode(errors="surrogateescape"))
        assert (read_prior(path).fault, len(read_prior(path).rows)) == ("altered", 0)


def test_without_a_table_a_class_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    missing = read_prior(tmp_path / "prior.csv")
    monkeypatch.setattr("forecast.combination.pool.prior_table", lambda: missing)
    assert prior_scores("stock/plain", ["ar", "pace"], 6) is None
