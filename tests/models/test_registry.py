"""The one contract, held by every model of the registry on real and simulated histories."""

import copy
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive, Snapshot
from forecast.backtest.evaluation import past_errors
from forecast.base.errors import NotEnoughHistory
from forecast.base.months import month
from forecast.combination.scales import pooled_estimates
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.contract import Fitted, Model, is_explosive
from forecast.models.cumulated import FittedGrowth
from forecast.models.registry import MODELS
from forecast.models.sarima import FittedSarima
from forecast.models.shared import Scale, Shared
from forecast.testing import contract_faults

N_PATHS = 50
SLOW = "prophet"  # fitted to one case alone


@dataclass(frozen=True)
class Case:
    """A series on a day, and a later day on which more of it was known."""

    real: bool
    series: str
    day: date
    later: date
    year: int


CASES = {
    "monthly": Case(False, "nation/retail_sales", date(2018, 8, 31), date(2018, 10, 31), 2018),
    "after a break": Case(
        False, "nation/fixed_asset_investment", date(2018, 8, 31), date(2018, 10, 31), 2018
    ),
    "with a flash": Case(False, "nation/gdp", date(2018, 7, 10), date(2018, 10, 31), 2018),
    "base year open": Case(False, "nation/retail_sales", date(2018, 1, 9), date(2018, 7, 9), 2018),
    "quarterly": Case(False, "nation/gdp", date(2018, 1, 10), date(2018, 10, 31), 2018),
    "next year": Case(False, "nation/retail_sales", date(2018, 8, 31), date(2018, 10, 31), 2019),
    "sparse": Case(False, "district/gdp", date(2018, 5, 31), date(2018, 8, 31), 2018),
    "a part alone": Case(
        False, "district/retail_sales", date(2018, 8, 31), date(2018, 12, 31), 2018
    ),
    "no figure": Case(
        False, "district/fixed_asset_investment", date(2018, 5, 31), date(2018, 8, 31), 2018
    ),
    "real monthly": Case(True, "china/retail_sales", date(2019, 4, 30), date(2019, 8, 31), 2019),
    "real quarterly": Case(True, "china/gdp", date(2019, 4, 30), date(2019, 8, 31), 2019),
    "mean of months": Case(True, "china/cpi", date(2019, 4, 30), date(2019, 8, 31), 2019),
    "stock": Case(True, "china/m2", date(2019, 4, 30), date(2019, 8, 31), 2019),
    "sum of months": Case(True, "china/trade", date(2019, 4, 30), date(2019, 8, 31), 2019),
    "real sparse": Case(True, "futian/gdp", date(2019, 4, 30), date(2019, 9, 30), 2019),
    "long silent": Case(True, "futian/trade", date(2019, 4, 30), date(2019, 9, 30), 2019),
    "no growth ever": Case(
        True, "futian/modern_services_va", date(2019, 4, 30), date(2019, 9, 30), 2019
    ),
    "three spans": Case(True, "longgang/retail_sales", date(2013, 7, 31), date(2013, 9, 30), 2013),
}


CHAINED = {"mean of months", "stock"}
SEASONAL = {"monthly", "base year open", "next year", "real monthly", "sum of months"} | CHAINED
PARTICULAR = {
    "pace": set(CASES) - {"no figure", "no growth ever"},
    "drift": set(CASES) - {"no figure", "no growth ever", "long silent", "three spans"},
    "nowcast": {"a part alone", "real sparse"},
    "borrowed": {"a part alone", "no figure", "real sparse", "long silent", "no growth ever"},
}
OF_LEVELS = ("ar", "trend")  # each needs periods of one length, also see test_adjustment.py
OF_FLOWS = ("sarima", "structural", "ets", "prophet")
FITTED_TO = PARTICULAR | dict.fromkeys(OF_FLOWS, SEASONAL) | dict.fromkeys(OF_LEVELS, CHAINED)
PAIRS = [
    (name, label)
    for name, labels in FITTED_TO.items()
    for label in CASES
    if label in labels and (name != SLOW or label == "monthly")
]


def shared_on(snapshot: Snapshot) -> Shared:
    """Return what the past forecasts known on the snapshot's day teach."""
    archive, registry = snapshot.archive, snapshot.registry
    related = {
        f"{area}/{name}": [str(s) for s in registry.of(area, name).donor_series(area)]
        for area in archive.areas
        for name in archive.indicators_of(area)
    }
    return pooled_estimates(past_errors(snapshot), related, snapshot.day)


def without_later(archive: Archive, day: date) -> Archive:
    """Return the archive as if nothing had been released after a day."""
    known = archive.figures[archive.figures["released_on"] <= pd.Timestamp(day)]
    return replace(archive, figures=known.reset_index(drop=True), file_hashes={})


def with_other_later(archive: Archive, day: date) -> Archive:
    """Return the archive as if all that was released after a day had been 33.3."""
    later = archive.figures["released_on"] > pd.Timestamp(day)
    changed = archive.figures.assign(value=archive.figures["value"].mask(later, 33.3))
    return replace(archive, figures=changed, file_hashes={})


@dataclass(frozen=True)
class Asked:
    """A case worked out: the histories of both days, and what was shared on the first."""

    archive: Archive
    case: Case
    history: History
    later: History
    shared: Shared


@pytest.fixture(scope="module")
def asked(archive: Archive, real_archive: Archive) -> dict[str, Asked]:
    found, known = {}, {}
    for label, case in CASES.items():
        of = real_archive if case.real else archive
        area, name = case.series.split("/")
        if (case.real, case.day) not in known:
            known[case.real, case.day] = shared_on(of.as_of(case.day))
        history, later = (
            build_history(of.as_of(day), area, name, case.year) for day in (case.day, case.later)
        )
        found[label] = Asked(of, case, history, later, known[case.real, case.day])
    return found


@pytest.fixture(scope="module")
def fits(asked: dict[str, Asked]) -> dict[tuple[str, str], Fitted]:
    """Return each model's fit to each case that it can be fitted to, one alone for the slow one."""
    return {
        (name, label): MODELS[name].fit(asked[label].history, asked[label].shared)
        for name, label in PAIRS
    }


def paths_of(fitted: Fitted, seed: int = 1, n_paths: int = N_PATHS) -> FloatArray:
    return fitted.simulate(n_paths, np.random.default_rng(seed))


@pytest.fixture(params=PAIRS, ids=" on ".join)
def pair(
    request: pytest.FixtureRequest, asked: dict[str, Asked], fits: dict[tuple[str, str], Fitted]
) -> tuple[Model, Asked, Fitted]:
    """Return a model, a case that it serves, and the fit."""
    name, label = request.param
    return MODELS[name], asked[label], fits[name, label]


def test_a_new_model_keeps_the_contract_without_a_line_in_this_file():
    """What it can be fitted to is asked of the model itself; the ones above are held by name."""
    for name in set(MODELS) - set(FITTED_TO):
        assert contract_faults(MODELS[name]) == []


def test_a_model_is_registered_by_its_name():
    assert {"pace", "drift", "sarima", "prophet"} <= set(MODELS)
    assert all(model.name == name for name, model in MODELS.items())


@pytest.mark.parametrize("label", CASES)
def test_the_history_decides_which_models_serve(asked: dict[str, Asked], label: str):
    serving = {name for name, model in MODELS.items() if model.can_fit(asked[label].history)}
    expected = {name for name in FITTED_TO if label in FITTED_TO[name]}
    assert serving & set(FITTED_TO) == expected


@pytest.mark.parametrize(
    ("name", "label"), [(n, c) for n in FITTED_TO for c in CASES if c not in FITTED_TO[n]]
)
def test_a_fit_is_refused_where_it_cannot_be(asked: dict[str, Asked], name: str, label: str):
    one = asked[label]
    with pytest.raises(NotEnoughHistory, match=one.case.series):
        MODELS[name].fit(one.history, one.shared)


@pytest.mark.parametrize("n_paths", [1, N_PATHS])
def test_paths_are_finite_one_column_for_each_month_ahead(pair, n_paths):
    _, one, fitted = pair
    paths = paths_of(fitted, n_paths=n_paths)
    assert paths.shape == (n_paths, len(one.history.ahead))
    assert paths.dtype == np.float64
    assert np.isfinite(paths).all()


def test_the_same_generator_gives_the_same_paths_and_another_gives_others(pair):
    _, _, fitted = pair
    paths = paths_of(fitted)
    assert np.array_equal(paths, paths_of(fitted))
    assert not np.array_equal(paths[:, -1], paths_of(fitted, seed=2)[:, -1])


def test_december_is_uncertain_before_it_is_known(pair):
    _, one, fitted = pair
    assert month(one.case.year, 12) == one.history.ahead[-1]
    assert paths_of(fitted)[:, -1].std() > 0.01


def test_the_observed_past_is_left_untouched(pair):
    model, one, _ = pair
    before = copy.deepcopy(one.history)
    paths_of(model.fit(one.history, one.shared))
    np.testing.assert_equal(one.history.growth.year_to_date, before.growth.year_to_date)
    np.testing.assert_equal(one.history.growth.basis, before.growth.basis)
    np.testing.assert_equal(one.history.shares, before.shares)
    assert one.history.figures == before.figures
    if before.flows is not None:
        np.testing.assert_equal(one.history.flows.amounts, before.flows.amounts)


def test_numpys_global_state_is_left_untouched(pair):
    model, one, _ = pair
    before = np.random.get_state()  # noqa: NPY002  # it is what must not change
    paths_of(model.fit(one.history, one.shared))
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_equal(before, after)


@pytest.fixture(scope="module")
def otherwise() -> dict[tuple[bool, date, str], tuple[Snapshot, Shared]]:
    """Return what was known and shared on a day if later releases had been other ones; to fill."""
    return {}


@pytest.mark.parametrize("changed", [without_later, with_other_later])
def test_later_releases_change_no_path(pair, changed, otherwise):
    model, one, fitted = pair
    key = one.case.real, one.case.day, changed.__name__
    if key not in otherwise:
        snapshot = changed(one.archive, one.case.day).as_of(one.case.day)
        otherwise[key] = snapshot, shared_on(snapshot)
    snapshot, shared = otherwise[key]
    history = build_history(snapshot, *one.case.series.split("/"), one.case.year)
    assert np.array_equal(paths_of(model.fit(history, shared)), paths_of(fitted))


def test_an_update_with_nothing_new_equals_the_fit(pair):
    _, one, fitted = pair
    assert np.array_equal(paths_of(fitted.update(one.history)), paths_of(fitted))


def test_an_update_continues_from_the_newer_figures(pair):
    _, one, fitted = pair
    before = paths_of(fitted)
    paths = paths_of(fitted.update(one.later))
    assert paths.shape == (N_PATHS, len(one.later.ahead))
    assert np.isfinite(paths).all()
    assert np.array_equal(paths_of(fitted), before)


@pytest.mark.parametrize("label", sorted(FITTED_TO["pace"]))
def test_an_updated_pace_is_a_fit_for_all_its_parameters_are_shared(asked, fits, label):
    one = asked[label]
    expected = MODELS["pace"].fit(one.later, one.shared)
    assert np.array_equal(paths_of(fits["pace", label].update(one.later)), paths_of(expected))


@pytest.mark.parametrize("label", ["no figure", "long silent", "no growth ever"])
def test_an_updated_borrowed_course_is_a_fit(asked, fits, label):
    one = asked[label]
    expected = MODELS["borrowed"].fit(one.later, one.shared)
    assert np.array_equal(paths_of(fits["borrowed", label].update(one.later)), paths_of(expected))


@pytest.mark.parametrize("label", sorted(FITTED_TO["drift"]))
def test_an_updated_drift_is_the_model_with_its_old_parameters(asked, fits, label):
    old, later = fits["drift", label], asked[label].later
    made = FittedGrowth(later, old.motion, old.degrees_of_freedom, old.expected_sd)
    np.testing.assert_equal(old.update(later).distribution(), made.distribution())


def test_one_more_month_conditions_the_joint_distribution(asked, fits):
    """The filter's update is the Gaussian law: published with rounding noise, then conditioned."""
    one, fitted = asked["real monthly"], fits["drift", "real monthly"]
    may = one.archive.as_of(date(2019, 5, 31))
    later = build_history(may, "china", "retail_sales", 2019)
    assert len(one.history.ahead) - len(later.ahead) == 1
    mean, covariance = fitted.distribution()
    noise, news = 0.1**2 / 12, later.at(later.last_published) - mean[0]
    gain = covariance[1:, 0] / (covariance[0, 0] + noise)
    expected_mean = mean[1:] + gain * news
    expected = covariance[1:, 1:] - np.outer(gain, covariance[0, 1:])
    new_mean, new_covariance = fitted.update(later).distribution()
    assert new_mean == pytest.approx(expected_mean, abs=1e-6)
    assert new_covariance == pytest.approx(expected, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("label", sorted(SEASONAL))
def test_an_updated_sarima_is_the_model_with_its_old_parameters(asked, fits, label):
    old, later = fits["sarima", label], asked[label].later
    made = FittedSarima(later, old.parameters)
    assert np.array_equal(paths_of(old.update(later)), paths_of(made))


@pytest.mark.parametrize("name", OF_FLOWS)
def test_an_update_without_the_newest_level_answers_for_the_right_months_or_not(asked, fits, name):
    """Growth to September is out, the level is not: the flows no longer reach the last month."""
    one = asked["monthly"]
    table = one.archive.figures
    late = (table["last"] >= month(2018, 9)) & (table["measure"] == "level")
    archive = replace(one.archive, figures=table[~late].reset_index(drop=True), file_hashes={})
    later = build_history(archive.as_of(one.case.later), "nation", "retail_sales", 2018)
    assert not MODELS[name].can_fit(later)
    try:
        paths = paths_of(fits[name, "monthly"].update(later))
    except NotEnoughHistory:
        return
    assert paths.shape == (N_PATHS, len(later.ahead))


def test_of_a_series_without_figures_and_donors_no_model_says_anything(archive: Archive):
    history = build_history(archive.as_of(date(2018, 8, 31)), "district", "patents", 2018)
    assert not any(model.can_fit(history) for model in MODELS.values())


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_settled_year_has_no_paths_or_no_fit(model, archive: Archive):
    history = build_history(archive.as_of(date(2019, 4, 1)), "nation", "retail_sales", 2018)
    assert not history.ahead
    if model.can_fit(history):
        fitted = model.fit(history, Shared())
        assert paths_of(fitted, n_paths=3).shape == (3, 0)


@pytest.mark.parametrize("model", [m for n, m in MODELS.items() if n != SLOW], ids=lambda m: m.name)
@pytest.mark.parametrize("area", ["china", "futian", "longgang", "shenzhen"])
def test_no_real_history_is_too_short_or_too_gappy_to_be_asked(model, area, real_archive: Archive):
    """Either the model says no, or its paths are finite and of the right shape."""
    for year in (2004, 2009, 2013, 2016, 2019):
        snapshot = real_archive.as_of(date(year, 8, 31))
        for name in snapshot.indicators_of(area):
            history = build_history(snapshot, area, name, year)
            if history.indicator.annual_rule and model.can_fit(history) and history.ahead:
                paths = paths_of(model.fit(history, Shared()), n_paths=5)
                assert paths.shape == (5, len(history.ahead)), (name, year)
                assert np.isfinite(paths).all(), (name, year)


# Paths that are no forecast: not finite, or far wider than the series ever moved ------------------

SCALE_PP = 2.0
SCALE = Scale(SCALE_PP, 12.0, "own", 8)
WIDEST = 40 * SCALE_PP  # between the 5 % and the 95 % of December


def paths_between(low: float, high: float, n_months: int = 3) -> np.ndarray:
    """Return evenly spread paths of one rate each."""
    return np.repeat(np.linspace(low, high, 1001)[:, None], n_months, axis=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", [0, -1])
def test_one_number_that_is_not_finite_is_enough(value: float, column: int):
    paths = paths_between(5, 9)
    paths[17, column] = value
    assert is_explosive(paths, SCALE)


def test_the_middle_nine_tenths_may_be_forty_times_as_wide_as_the_series_moves():
    """Of an even spread nine tenths of its width."""
    assert not is_explosive(paths_between(0, 0.99 * WIDEST / 0.9), SCALE)
    assert is_explosive(paths_between(0, 1.01 * WIDEST / 0.9), SCALE)


@pytest.mark.parametrize("scales", [0.5, 1.0, 2.0, 5.0])
def test_usual_and_wide_forecasts_are_kept(scales: float):
    """Normal, with a standard deviation of up to five scales: a silent year has about two."""
    rng = np.random.default_rng(1)
    december = 7 + scales * SCALE_PP * rng.standard_normal((1000, 1))
    assert not is_explosive(december, SCALE)


def test_a_few_wild_paths_are_the_tail_of_a_forecast():
    paths = paths_between(5, 9)
    paths[:20] = 1e6
    assert not is_explosive(paths, SCALE)


def test_december_alone_is_judged():
    paths = paths_between(5, 9)
    paths[:, 0] *= 1000
    assert not is_explosive(paths, SCALE)


@given(st.floats(-50, 50), st.floats(0.5, 200), st.floats(0.1, 10))
def test_neither_place_nor_unit_matters(place: float, width: float, unit: float):
    scale = Scale(unit * SCALE_PP, 12.0, "own", 8)
    if abs(0.9 * width - WIDEST) > 1e-6:
        moved = paths_between(place, place + unit * width)
        assert is_explosive(moved, scale) == is_explosive(paths_between(0, width), SCALE)
