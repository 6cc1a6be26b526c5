"""The outlook: what a day's figures say of a year's growth in one area."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from scipy.stats import t as student

from forecast.archive.archive import Archive
from forecast.backtest.evaluation import past_errors
from forecast.base.months import Span, month
from forecast.combination.calibration import Calibration
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.contract import Guarded, Model
from forecast.models.registry import MODELS
from forecast.models.shared import Shared
from forecast.outlook.annual import Caveat, annual_outlook
from forecast.outlook.value import N_BATCHES, IndicatorOutlook, Outlook
from forecast.verification.record import DENSITY_COLUMNS, POOL, RAW_POOL, Record, no_densities
from strategies import Release, archive_of, indicator, target

QUICK: dict[str, Model] = {name: model for name, model in MODELS.items() if name != "prophet"}
N_PATHS = 200
AUGUST = date(2018, 8, 31)
SETTLED = date(2020, 4, 30)
FUTIAN = {
    "gdp": (7.2, True),
    "modern_services_va": (8.5, True),
    "retail_sales": (6.5, False),
    "fixed_asset_investment": (16.1, True),
    "trade": (-10.0, False),
    "budget_revenue": (6.4, True),
}


def outlook_of(
    archive: Archive,
    area: str,
    year: int,
    day: date,
    *,
    record: Record | None = None,
    seed: int = 1,
    n_paths: int = N_PATHS,
    indicators: list[str] | None = None,
    models: Mapping[str, Model] = QUICK,
) -> Outlook:
    snapshot = archive.as_of(day)
    return annual_outlook(
        snapshot,
        area,
        year,
        record=past_errors(snapshot) if record is None else record,
        seed=seed,
        n_paths=n_paths,
        indicators=indicators,
        models=models,
    )


def chances(outlook: Outlook) -> dict[str, float]:
    met = {name: one.met(outlook.n_paths) for name, one in outlook.indicators.items()}
    return {name: float(m.mean()) for name, m in met.items() if m is not None}


def assert_same(one: Outlook, other: Outlook) -> None:
    """Two outlooks are the same to the last bit."""
    assert list(one.indicators) == list(other.indicators)
    for name, left in one.indicators.items():
        right = other.indicators[name]
        np.testing.assert_equal(left.paths, right.paths)
        np.testing.assert_equal(dict(left.members), dict(right.members))
        assert (left.status, left.outturn, left.scale, left.caveats) == (
            right.status,
            right.outturn,
            right.scale,
            right.caveats,
        )
    assert one.joint == other.joint


@pytest.fixture(scope="module")
def district(archive: Archive) -> Outlook:
    return outlook_of(archive, "district", 2018, AUGUST)


@pytest.fixture(scope="module")
def september(real_archive: Archive) -> Outlook:
    return outlook_of(real_archive, "futian", 2019, date(2019, 9, 30), n_paths=2000)


# Outturn years ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settled(real_archive: Archive) -> Outlook:
    return outlook_of(real_archive, "futian", 2019, SETTLED)


def test_futians_year_2019_is_settled_as_it_was_published(settled: Outlook):
    found = {name: settled.indicators[name] for name in FUTIAN}
    assert {one.status for one in found.values()} == {"settled"}
    assert {name: one.outturn.growth_pct for name, one in found.items()} == {
        name: growth for name, (growth, _) in FUTIAN.items()
    }
    assert {one.outturn.released_on for one in found.values()} == {date(2020, 4, 3)}


def test_four_of_futians_six_targets_were_attained(settled: Outlook):
    met = {name: settled.indicators[name].met(N_PATHS) for name in FUTIAN}
    assert {name: bool(m.all()) for name, m in met.items()} == {
        name: attained for name, (_, attained) in FUTIAN.items()
    }
    assert {name: bool(m.any()) for name, m in met.items()} == {
        name: attained for name, (_, attained) in FUTIAN.items()
    }
    joint = settled.joint
    assert joint is not None
    assert joint.all_targets.value == 0
    assert joint.at_least == (1, 1, 1, 1, 1, 0, 0)


def test_a_settled_year_has_no_paths(settled: Outlook):
    assert all(settled.indicators[name].paths is None for name in FUTIAN)


def test_the_first_report_settles_unless_the_target_says_the_latest():
    year = Span.year_to_date(2018, 12)
    said = [
        Release(span=year, value=7.4, status="preliminary", released_on=date(2019, 1, 20)),
        Release(span=year, value=7.5, released_on=date(2019, 12, 28)),
        Release(span=year, value=7.6, released_on=date(2021, 3, 1)),  # too late to count
    ]
    outturns = {}
    for settles in ("first", "latest"):
        announced = target("at_least", 7.5, settles=settles)
        archive = archive_of(said, indicator(), targets=[announced])
        for day in (date(2019, 6, 30), date(2020, 6, 30), date(2022, 1, 1)):
            one = outlook_of(archive, "made_up", 2018, day).indicators["sales"]
            outturns[settles, day.year] = one.outturn.growth_pct
    assert outturns == {
        ("first", 2019): 7.4,
        ("first", 2020): 7.4,
        ("first", 2022): 7.4,
        ("latest", 2019): 7.4,
        ("latest", 2020): 7.5,
        ("latest", 2022): 7.5,
    }


def test_growth_of_a_year_published_by_months_is_computed_and_rounded(
    real_archive: Archive,
):
    names = ["cpi", "m2", "trade"]
    outlook = outlook_of(real_archive, "china", 2019, SETTLED, indicators=names)
    outturns = {name: one.outturn for name, one in outlook.indicators.items()}
    assert {name: o.growth_pct for name, o in outturns.items()} == {
        "cpi": 2.9,
        "m2": 8.7,
        "trade": -1.0,
    }
    statuses = {name: o.status for name, o in outturns.items()}
    assert statuses == {"cpi": "computed", "m2": "final", "trade": "computed"}


def test_what_an_office_expects_settles_nothing(real_archive: Archive):
    """In January 2019 Futian expected 7.5 % for 2018, and never published another figure."""
    one = outlook_of(real_archive, "futian", 2018, SETTLED, indicators=["gdp"]).indicators["gdp"]
    assert (one.status, one.outturn) == ("forecast", None)
    assert np.median(one.december) == pytest.approx(7.5, abs=0.2)
    assert "rests_on_expected" in {c.code for c in one.caveats}


# Open years ---------------------------------------------------------------------------------------


def test_every_indicator_has_an_answer_though_it_be_none(district: Outlook):
    assert {name: one.status for name, one in district.indicators.items()} == {
        "gdp": "forecast",
        "retail_sales": "forecast",
        "fixed_asset_investment": "forecast",
        "trade": "forecast",
        "patents": "cannot_be_assessed",
    }
    assert "patents" not in chances(district)


def test_indicators_with_a_target_come_first(real_archive: Archive):
    outlook = outlook_of(real_archive, "futian", 2019, date(2019, 2, 28))
    names = list(outlook.indicators)
    assert set(names[:6]) == set(FUTIAN)
    assert set(names[6:]) == {"finance_va", "industrial_va", "tax_revenue"}


def test_the_target_in_force_on_the_day_is_judged(archive: Archive):
    rates = [
        outlook_of(archive, "district", 2018, day, indicators=["retail_sales"])
        .indicators["retail_sales"]
        .target.rate_pct
        for day in (date(2018, 7, 9), date(2018, 7, 10))
    ]
    assert rates == [10.0, 9.0]


def test_without_a_target_there_is_a_forecast_and_nothing_joint(archive: Archive):
    outlook = outlook_of(archive, "district", 2018, date(2018, 1, 31))
    assert outlook.joint is None
    assert outlook.indicators["gdp"].paths is not None
    assert outlook.indicators["gdp"].met(N_PATHS) is None


def test_joint_attainment_is_counted_on_the_paths_of_the_single_ones(district: Outlook):
    joint = district.joint
    assert joint is not None
    single = chances(district)
    assert set(joint.indicators) == set(single)
    assert joint.upper_bound == min(single.values())
    assert joint.all_targets.value <= joint.upper_bound


def test_chances_are_neither_nought_nor_certain_in_the_middle_of_the_year(september: Outlook):
    found = chances(september)
    assert set(found) == set(FUTIAN)
    assert all(0.02 < p < 0.98 for p in found.values())


def test_what_futian_had_not_spoken_of_is_the_least_certain(september: Outlook):
    width = {
        name: float(np.diff(np.quantile(one.december, (0.1, 0.9)))[0])
        for name, one in september.indicators.items()
    }
    silent = ("trade", "budget_revenue", "modern_services_va")
    assert min(width[name] for name in silent) > 2 * width["gdp"]
    assert min(width[name] for name in silent) > 5


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("gdp", {"errors_borrowed", "shares_related", "levels_break"}),
        ("retail_sales", {"errors_borrowed", "shares_related", "levels_break"}),
        ("modern_services_va", {"errors_borrowed", "no_growth_ever", "borrowed_course"}),
        ("trade", {"errors_borrowed", "nothing_this_year", "borrowed_course"}),
        ("budget_revenue", {"errors_borrowed", "nothing_this_year", "borrowed_course"}),
    ],
)
def test_what_limits_a_number_is_said_with_it(september: Outlook, name: str, codes: set[str]):
    assert codes <= {c.code for c in september.indicators[name].caveats}


@pytest.mark.parametrize(("year", "is_far"), [(2019, False), (2020, False), (2022, True)])
def test_years_of_which_the_one_before_is_unknown_are_said_to_be_too_sure(
    real_archive: Archive, year: int, is_far: bool
):
    day = date(year, 6, 30)
    outlook = outlook_of(real_archive, "china", year, day, indicators=["retail_sales"])
    codes = {c.code for c in outlook.indicators["retail_sales"].caveats}
    assert ("far_ahead" in codes) == is_far


def test_modern_services_rest_on_one_model_and_it_is_named(september: Outlook):
    caveats = september.indicators["modern_services_va"].caveats
    assert Caveat("one_member", {"model": "borrowed"}) in caveats
    assert Caveat("borrowed_course", {"related": "china/tertiary_va, futian/gdp"}) in caveats


def test_longgangs_three_spans_give_an_honest_page(real_archive: Archive):
    outlook = outlook_of(real_archive, "longgang", 2013, date(2013, 9, 30))
    assert {one.status for one in outlook.indicators.values()} == {"forecast"}
    assert outlook.joint is None
    sales = outlook.indicators["retail_sales"]
    assert (sales.history.months_known, sales.scale.basis) == (8, "borrowed")


def test_the_nation_is_served_by_the_same_code(real_archive: Archive):
    names = ["retail_sales", "gdp", "cpi"]
    outlook = outlook_of(real_archive, "china", 2019, date(2019, 8, 31), indicators=names)
    members = {name: set(one.members) for name, one in outlook.indicators.items()}
    assert members == {
        "retail_sales": set(QUICK) - {"nowcast", "borrowed", "ar", "trend"},
        "gdp": {"pace", "drift", "nowcast"},  # the industry of July is out, the third quarter not
        "cpi": set(QUICK) - {"nowcast", "borrowed"},
    }


def test_with_an_empty_record_everything_is_assumed_and_said_to_be(archive: Archive):
    outlook = outlook_of(archive, "district", 2018, AUGUST, record=Record.empty())
    one = outlook.indicators["gdp"]
    assert one.scale.basis == "assumed"
    assert "errors_assumed" in {c.code for c in one.caveats}
    wide = np.diff(np.quantile(one.december, (0.1, 0.9)))
    learnt = outlook_of(archive, "district", 2018, AUGUST).indicators["gdp"].december
    assert wide > np.diff(np.quantile(learnt, (0.1, 0.9)))


# What the outlook does not depend on --------------------------------------------------------------


def test_the_same_seed_gives_the_same_outlook_and_another_does_not(
    archive: Archive, district: Outlook
):
    assert_same(outlook_of(archive, "district", 2018, AUGUST), district)
    other = outlook_of(archive, "district", 2018, AUGUST, seed=2)
    assert not np.array_equal(other.indicators["gdp"].paths, district.indicators["gdp"].paths)


def test_the_order_of_the_figures_does_not_matter(archive: Archive, district: Outlook):
    shuffled = archive.figures.sample(frac=1, random_state=3).reset_index(drop=True)
    assert_same(outlook_of(replace(archive, figures=shuffled), "district", 2018, AUGUST), district)


def test_the_order_of_the_targets_does_not_matter(archive: Archive, district: Outlook):
    turned = replace(archive, targets=archive.targets[::-1])
    assert_same(outlook_of(turned, "district", 2018, AUGUST), district)


def test_later_releases_do_not_matter(archive: Archive, district: Outlook):
    late = archive.figures["released_on"] > pd.Timestamp(AUGUST)
    changed = archive.figures.assign(value=archive.figures["value"].mask(late, 33.3))
    for figures in (archive.figures[~late], changed):
        other = replace(archive, figures=figures.reset_index(drop=True))
        assert_same(outlook_of(other, "district", 2018, AUGUST), district)


def test_later_releases_of_real_figures_do_not_matter(real_archive: Archive, september: Outlook):
    known = real_archive.figures["released_on"] <= pd.Timestamp(2019, 9, 30)
    other = replace(real_archive, figures=real_archive.figures[known].reset_index(drop=True))
    again = outlook_of(other, "futian", 2019, date(2019, 9, 30), n_paths=2000)
    assert_same(again, september)


def test_an_indicator_asked_alone_has_the_paths_that_it_has_among_others(
    archive: Archive, district: Outlook
):
    alone = outlook_of(archive, "district", 2018, AUGUST, indicators=["gdp"])
    assert np.array_equal(alone.indicators["gdp"].paths, district.indicators["gdp"].paths)


# Members ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fixed:
    """A model, and its fit, that always says the same."""

    name: str
    growth_pct: float

    def can_fit(self, history: History) -> bool:
        return True

    def fit(self, history: History, shared: Shared) -> "FittedFixed":
        return FittedFixed(self.growth_pct, len(history.ahead))


@dataclass(frozen=True)
class FittedFixed:
    growth_pct: float
    n_ahead: int

    def update(self, history: History) -> "FittedFixed":
        return self

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        return np.full((n_paths, self.n_ahead), self.growth_pct)


def test_members_are_averaged_with_equal_weights(archive: Archive):
    models = {m.name: m for m in (Fixed("low", 4.0), Fixed("high", 8.0), Fixed("higher", 9.0))}
    outlook = outlook_of(archive, "district", 2018, AUGUST, models=models, record=Record.empty())
    one = outlook.indicators["gdp"]
    assert set(one.members) == set(models)
    assert one.december == pytest.approx(np.full(N_PATHS, 7.0))


def past_densities(
    model: str, *, crps: float = 1.0, pit: tuple[float, ...] = (0.5,), until: int = 2017
) -> pd.DataFrame:
    """Return made-up scores of a model's calls, one a year, settled in the January after."""
    years = range(2008, until + 1)
    table = no_densities().reindex(range(len(years)))
    values = {
        "area": "nation",
        "indicator": "retail_sales",
        "year": list(years),
        "as_of": [pd.Timestamp(y, 9, 15) for y in years],
        "months_known": 8,
        "series_class": "",
        "model": model,
        "outturn_status": "final",
        "settled_on": [pd.Timestamp(y + 1, 1, 20) for y in years],
        "restated_base": False,
        "crps": crps,
        "scale_pp": 1.0,
        "pit": np.resize(pit, len(years)),
    }
    return table.assign(**values).astype(DENSITY_COLUMNS)


def nation(archive: Archive, *densities: pd.DataFrame, **more: object) -> IndicatorOutlook:
    """Return the outlook of the nation's retail sales with that record of density calls."""
    record = past_errors(archive.as_of(AUGUST))
    if densities:
        record = replace(record, densities=pd.concat(densities, ignore_index=True))
    plain = {"record": record, "indicators": ["retail_sales"]} | more
    return outlook_of(archive, "nation", 2018, AUGUST, **plain).indicators["retail_sales"]


def test_a_member_that_did_better_in_the_past_counts_more(archive: Archive):
    models = {m.name: m for m in (Fixed("good", 4.0), Fixed("poor", 8.0))}
    past = [past_densities("good", crps=0.5), past_densities("poor", crps=1.0)]
    one = nation(archive, *past, models=models)
    assert one.weights["good"] > 0.8 > 0.2 > one.weights["poor"] > 0.1
    expected = 4 * one.weights["good"] + 8 * one.weights["poor"]
    assert one.december == pytest.approx(np.full(N_PATHS, expected))


def test_bands_that_were_too_narrow_are_widened(archive: Archive):
    narrow = past_densities(RAW_POOL, pit=(0.001, 0.999))
    as_it_was, widened = nation(archive), nation(archive, narrow)
    width = [np.diff(np.quantile(o.december, (0.1, 0.9)))[0] for o in (as_it_was, widened)]
    assert width[1] > 1.3 * width[0]
    assert widened.calibration.scale > 1.3
    assert np.median(widened.december) == pytest.approx(np.median(as_it_was.december), abs=0.1)


def test_a_correction_of_december_fades_towards_the_last_published_month(archive: Archive):
    narrow = past_densities(RAW_POOL, pit=(0.001, 0.999))
    as_it_was, widened = nation(archive), nation(archive, narrow)
    moved = np.abs(widened.paths - as_it_was.paths).mean(axis=0)
    assert (np.diff(moved) > 0).all()
    assert moved[0] < 0.6 * moved[-1]


def test_a_width_that_was_lent_is_not_recalibrated(archive: Archive):
    narrow = past_densities(RAW_POOL, pit=(0.001, 0.999))
    record = replace(past_errors(archive.as_of(AUGUST)), densities=narrow)
    one = outlook_of(archive, "district", 2018, AUGUST, record=record).indicators["gdp"]
    assert one.scale.basis == "borrowed"
    assert one.calibration == Calibration()


def test_calls_settled_after_the_day_change_nothing(archive: Archive):
    past = [past_densities(RAW_POOL, pit=(0.2, 0.8)), past_densities("pace", crps=0.5)]
    later = [past_densities(RAW_POOL, pit=(0.001, 0.999), until=2019).tail(2)]
    later.append(past_densities("drift", crps=0.1, until=2019).tail(2))
    one, other = nation(archive, *past), nation(archive, *past, *later)
    assert np.array_equal(one.paths, other.paths)
    assert one.weights == other.weights


def test_a_member_without_finite_paths_is_left_out_and_named(archive: Archive):
    models = {"good": Fixed("good", 7.0), "bad": Fixed("bad", np.nan)}
    outlook = outlook_of(archive, "district", 2018, AUGUST, models=models, record=Record.empty())
    one = outlook.indicators["gdp"]
    assert set(one.members) == {"good"}
    assert Caveat("member_dropped", {"model": "bad"}) in one.caveats


@dataclass(frozen=True)
class Spread(Fixed):
    """A model, and its fit, that says anything within so many points."""

    width_pp: float = 0.0

    def fit(self, history: History, shared: Shared) -> "FittedSpread":
        return FittedSpread(self.growth_pct, len(history.ahead), self.width_pp)


@dataclass(frozen=True)
class FittedSpread(FittedFixed):
    width_pp: float = 0.0

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        return super().simulate(n_paths, rng) + rng.uniform(-0.5, 0.5, (n_paths, 1)) * self.width_pp


def test_a_member_far_wider_than_the_series_ever_moved_is_left_out_and_named(archive: Archive):
    """Without a record five points are assumed: two hundred are the most, of nine tenths."""
    models = {"usual": Spread("usual", 7.0, 20.0), "wild": Spread("wild", 7.0, 250.0)}
    outlook = outlook_of(archive, "district", 2018, AUGUST, models=models, record=Record.empty())
    one = outlook.indicators["gdp"]
    assert set(one.members) == {"usual"}
    assert Caveat("member_dropped", {"model": "wild"}) in one.caveats


class Refusing(Fixed):
    """A model whose fit fails."""

    def fit(self, history: History, shared: Shared) -> FittedFixed:
        raise RuntimeError("no licence")


def test_a_plug_in_that_fails_is_left_out_and_named_and_the_rest_stands(archive: Archive):
    alone = {"usual": Spread("usual", 7.0, 20.0)}
    both = alone | {"foreign": Guarded("foreign", Refusing("foreign", 7.0))}
    one, other = (
        outlook_of(archive, "district", 2018, AUGUST, models=models, record=Record.empty())
        for models in (alone, both)
    )
    assert np.array_equal(one.indicators["gdp"].paths, other.indicators["gdp"].paths)
    why = "fit raised RuntimeError: no licence"
    caveat = Caveat("member_broken", {"model": "foreign", "why": why})
    assert caveat in other.indicators["gdp"].caveats


def test_where_no_member_is_left_nothing_can_be_said(archive: Archive):
    models = {"wild": Spread("wild", 7.0, 250.0)}
    outlook = outlook_of(archive, "district", 2018, AUGUST, models=models, record=Record.empty())
    one = outlook.indicators["gdp"]
    assert (one.status, one.paths) == ("cannot_be_assessed", None)
    assert one.caveats == (Caveat("member_dropped", {"model": "wild"}),)


def test_batches_are_drawn_on_their_own(district: Outlook):
    paths = district.indicators["gdp"].paths.reshape(N_BATCHES, -1)
    assert len(np.unique(paths[:, 0])) == N_BATCHES
    assert district.indicators["gdp"].paths.shape == (N_PATHS, 6)
    assert list(district.indicators["gdp"].history.ahead)[-1] == month(2018, 12)


# Joint paths --------------------------------------------------------------------------------------

TOGETHER = (0.95, 0.1, 0.8, 0.3, 0.05, 0.9)


def with_pools(archive: Archive) -> Record:
    """Return a record in which the nation's sales and output always fell to the same side."""
    pools = past_densities(POOL, pit=TOGETHER)
    both = [pools.assign(indicator=name) for name in ("gdp", "retail_sales")]
    past = past_errors(archive.as_of(AUGUST))
    return replace(past, densities=pd.concat(both, ignore_index=True))


def test_errors_that_went_together_in_the_nation_go_together_in_the_district(
    archive: Archive, district: Outlook
):
    coupled = outlook_of(
        archive, "district", 2018, AUGUST, record=with_pools(archive), n_paths=2000
    )
    sales, output = (coupled.indicators[name].december for name in ("retail_sales", "gdp"))
    assert spearmanr(sales, output).statistic > 0.5
    with_trade = spearmanr(sales, coupled.indicators["trade"].december).statistic
    assert 0.3 < with_trade < 0.5  # without a record it has the mean of such pairs
    assert (coupled.coupling_years, district.coupling_years) == (10, 0)
    joint = coupled.joint
    assert joint.lower_bound <= joint.all_targets.value <= joint.upper_bound


def test_coupling_leaves_every_single_distribution_as_it_is(archive: Archive, district: Outlook):
    coupled = outlook_of(archive, "district", 2018, AUGUST, record=with_pools(archive))
    for name in ("gdp", "retail_sales"):
        one, other = (o.indicators[name].paths for o in (district, coupled))
        assert not np.array_equal(one, other)
        assert sorted(one.tolist()) == sorted(other.tolist())


def test_an_indicator_asked_alone_has_the_chance_that_it_has_among_others(archive: Archive):
    record = with_pools(archive)
    every = outlook_of(archive, "district", 2018, AUGUST, record=record)
    for name, chance in chances(every).items():
        alone = outlook_of(archive, "district", 2018, AUGUST, record=record, indicators=[name])
        assert chances(alone) == {name: chance}


@pytest.mark.parametrize("settled_on", ["2018-03-01", "2019-01-20"])
def test_what_is_settled_after_february_changes_no_joint_path(archive: Archive, settled_on: str):
    """It is learnt from in the report of a later year, wherever it lies."""
    record = with_pools(archive)
    late = past_densities(POOL, until=2018).tail(1).assign(settled_on=pd.Timestamp(settled_on))
    pits = (("gdp", 0.0), ("retail_sales", 1.0))
    corrupt = [late.assign(indicator=name, pit=pit) for name, pit in pits]
    more = replace(record, densities=pd.concat([record.densities, *corrupt], ignore_index=True))
    one, other = (outlook_of(archive, "district", 2018, AUGUST, record=r) for r in (record, more))
    assert_same(one, other)


@dataclass(frozen=True)
class OfOne(Spread):
    """A model that says anything within so many points of the indicator of its name alone."""

    def can_fit(self, history: History) -> bool:
        return history.indicator.id == self.name


def accounts(share: float | None, past_pp: float) -> Archive:
    """Return a made-up area's output and services, which in five years grew so far apart."""
    said = []
    for year in range(2013, 2019):
        last, on = (6, date(2018, 7, 20)) if year == 2018 else (12, date(year + 1, 1, 20))
        span = Span.year_to_date(year, last)
        for name, growth in (("output", 7.0), ("services", 7.0 + past_pp * (-1) ** year)):
            said.append(Release(span=span, value=growth, released_on=on, indicator=name))
        for name, level in (("output", 100.0), ("services", 100 * (share or 0.0))):
            of_level = {"measure": "level", "unit": "cny_100m", "value": level}
            if share is not None:
                said.append(Release(span=span, released_on=on, indicator=name, **of_level))
    return archive_of(said, indicator(id="output"), indicator(id="services", part_of="output"))


def held_to_output(share: float | None, past_pp: float, **more: object) -> Outlook:
    """Return an outlook with output of 6.5 to 7.5 % and services of 4 to 10 %."""
    models = {m.name: m for m in (OfOne("output", 7.0, 1.0), OfOne("services", 7.0, 6.0))}
    plain = {"record": Record.empty(), "models": models, "n_paths": 1000} | more
    return outlook_of(accounts(share, past_pp), "made_up", 2018, AUGUST, **plain)


def apart(outlook: Outlook) -> FloatArray:
    services, output = (outlook.indicators[n].december for n in ("services", "output"))
    return np.abs(services - output)


def told_of_the_whole(outlook: Outlook) -> list[dict[str, str]]:
    caveats = outlook.indicators["services"].caveats
    return [dict(c.values) for c in caveats if c.code == "held_to_whole"]


def test_on_no_path_does_a_part_contradict_its_whole():
    """Half a point apart in five years: Student's t allows two, and services lie up to three."""
    free, bound = held_to_output(None, 0.5), held_to_output(0.8, 0.5)
    allowed = 0.5 * student.ppf(0.995, 5)
    assert apart(free).max() > 3
    assert apart(bound).max() == pytest.approx(allowed)
    n_moved = int((apart(bound) > allowed - 1e-9).sum())
    assert told_of_the_whole(free) == []
    counts = {"paths": str(n_moved), "all": "1000"}
    assert told_of_the_whole(bound) == [{"indicators": "output"} | counts]


def test_paths_that_fit_in_another_order_are_not_moved():
    """Three quarters of a point: three are allowed, and rank by rank they lie no further apart."""
    free, bound = held_to_output(None, 0.75), held_to_output(0.8, 0.75)
    assert apart(free).max() > 0.75 * student.ppf(0.995, 5) > apart(bound).max()
    one, other = (o.indicators["services"].paths for o in (free, bound))
    assert not np.array_equal(one, other)
    assert sorted(one.tolist()) == sorted(other.tolist())
    assert told_of_the_whole(bound) == []


def test_the_whole_itself_is_left_as_it_is():
    free, bound = held_to_output(None, 0.5), held_to_output(0.8, 0.5)
    one, other = (o.indicators["output"].paths for o in (free, bound))
    assert sorted(one.tolist()) == sorted(other.tolist())


def test_a_part_asked_alone_is_held_to_its_whole_too():
    every, alone = held_to_output(0.8, 0.5), held_to_output(0.8, 0.5, indicators=["services"])
    assert list(alone.indicators) == ["services"]
    assert np.array_equal(alone.indicators["services"].paths, every.indicators["services"].paths)


def test_a_part_is_held_to_a_whole_that_is_settled():
    archive = accounts(0.8, 0.5)
    june = archive.figures["last"] == month(2018, 6)
    year = archive.figures[june & (archive.figures["indicator"] == "output")]
    year = year.assign(last=month(2018, 12), released_on=pd.Timestamp(2018, 8, 20))
    settled = replace(archive, figures=pd.concat([archive.figures, year], ignore_index=True))
    models = {"services": OfOne("services", 7.0, 6.0)}
    plain = {"record": Record.empty(), "models": models}
    found = outlook_of(settled, "made_up", 2018, AUGUST, **plain).indicators
    assert found["output"].status == "settled"
    december = found["services"].december
    assert np.abs(december - 7.0).max() == pytest.approx(0.5 * student.ppf(0.995, 5))
