"""Estimates that all models share, from records that are simulated or made up by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.combination.scales import pooled_estimates
from forecast.history.series import History
from forecast.models.shared import Shared
from forecast.verification.record import Record
from strategies import history_of, indicator, row

DAY = date(2019, 6, 30)
YEARS = range(1999, 2019)
SCALES = {"nation/a": 0.5, "nation/b": 1.0, "nation/c": 2.0, "nation/d": 4.0, "nation/e": 8.0}
Row = tuple[object, ...]


def true_move(known: int, until: int) -> float:
    """Return the standard deviation of a simulated move, in units of a series' scale."""
    return float(np.sqrt(1 - known / until))


def past_forecast(
    series: str,
    year: int,
    months: tuple[int, int],
    error_pp: float,
    *,
    model: str = "pace",
    rule: str = "accumulates",
) -> Row:
    """Return a forecast of 8 %, settled on 20 January."""
    area, name = series.split("/")
    return (area, name, rule, year, model, *months, 8.0, 8.0 + error_pp, date(year + 1, 1, 20))


def simulated(
    rng: np.random.Generator, scales: dict[str, float], years: range = YEARS
) -> list[Row]:
    """Return forecasts from every month to every later one, with errors of the true scales."""
    return [
        past_forecast(name, year, (k, j), scale * true_move(k, j) * rng.standard_normal())
        for name, scale in scales.items()
        for year in years
        for k in range(1, 12)
        for j in range(k + 1, 13)
    ]


def asking(
    series: str, related: tuple[str, ...] = (), annual_rule: str = "published_ytd"
) -> History:
    area, name = series.split("/")
    entry = indicator(id=name, annual_rule=annual_rule)
    lent = {r: history_of([row()], area=r.split("/")[0]) for r in related}
    return history_of([row()], area=area, entry=entry, related=lent)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return simulated(np.random.default_rng(8), SCALES)


@pytest.fixture(scope="module")
def record(rows: list[Row]) -> Record:
    return Record.from_rows(rows)


@pytest.fixture(scope="module")
def shared(record: Record) -> Shared:
    return pooled_estimates(record, {}, DAY)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize(("known", "part"), [(3, 0.866), (6, 0.707), (9, 0.5)])
def test_a_move_has_the_size_that_was_put_in(shared: Shared, name: str, known: int, part: float):
    found = shared.scales[name][0] * shared.typical_move(asking(name), known)
    assert found == pytest.approx(SCALES[name] * part, rel=0.2)


def test_a_scale_worked_by_hand():
    """Half a year ahead a move of 3, and five years before it one of 1 that counts a quarter.

    Two moves give no profile; the assumed one of half a year is the root of (1/2 + 1/8) / 2, which
    is 0.559017. The scale is the root of (9 + 1/4) / 1.25, which is 2.720294, in units of that.
    """
    rows = [
        past_forecast("nation/a", 2017, (6, 12), 3.0),
        past_forecast("nation/a", 2012, (6, 12), -1.0),
    ]
    scale, n_years = pooled_estimates(Record.from_rows(rows), {}, DAY).scales["nation/a"]
    assert (scale, n_years) == (pytest.approx(4.866210, abs=1e-5), 2)


def test_five_moves_give_a_profile_and_four_do_not():
    """All moves are 2: in units of their scale 1, where the assumed one is 0.559017."""

    def half_year(n_years: int) -> float:
        years = range(2018 - n_years, 2018)
        rows = [past_forecast("nation/a", year, (6, 12), 2.0) for year in years]
        shared = pooled_estimates(Record.from_rows(rows), {}, DAY)
        return shared.typical_move(asking("nation/a"), 6)

    assert half_year(5) == pytest.approx(1.0)
    assert half_year(4) == pytest.approx(0.559017, abs=1e-6)


def test_scales_stand_to_each_other_as_the_series_do(shared: Shared):
    own = {name: size for name, (size, _) in shared.scales.items()}
    ratios = {name: own[name] / own["nation/b"] for name in SCALES}
    assert ratios == pytest.approx(SCALES, rel=0.12)


def test_recent_years_count_more_than_old_ones():
    """A series that calmed down ten years ago is judged by its calm years above all."""
    rng = np.random.default_rng(9)
    calm = simulated(rng, {"nation/calmed": 1.0}, range(2009, 2019))
    wild = simulated(rng, {"nation/calmed": 5.0}, range(1999, 2009))
    steady = simulated(rng, {"nation/steady": 1.0})
    scales = pooled_estimates(Record.from_rows([*calm, *wild, *steady]), {}, DAY).scales
    ratio = scales["nation/calmed"][0] / scales["nation/steady"][0]
    assert 1.2 < ratio < 2.0  # 3.6, the root of (1 + 25) / 2, if all years counted alike


def test_the_size_of_a_move_falls_along_a_line_between_known_months():
    rng = np.random.default_rng(10)
    every = simulated(rng, SCALES)
    some = [c for c in every if c[5] in (3, 6, 9) and c[6] == 12]
    shared = pooled_estimates(Record.from_rows(some), {}, DAY)
    sizes = [shared.typical_move(asking("nation/b"), k) for k in (3, 4, 5, 6)]
    assert np.diff(sizes) == pytest.approx(np.full(3, (sizes[3] - sizes[0]) / 3))
    assert shared.typical_move(asking("nation/b"), 11) == pytest.approx(
        shared.typical_move(asking("nation/b"), 9) / 3
    )


def test_standard_errors_have_a_size_of_one(shared: Shared):
    for known in (3, 6, 9):
        errors = shared.standard_errors(asking("nation/a"), known)
        assert len(errors) == 100  # five series in twenty years
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(1.0, rel=0.05)


def test_of_very_many_errors_a_thousand_stand_for_all():
    rng = np.random.default_rng(4)
    rows = [
        past_forecast(f"area{n}/gdp", year, (6, 12), float(rng.standard_normal()))
        for n in range(300)
        for year in YEARS[-5:]
    ]
    errors = pooled_estimates(Record.from_rows(rows), {}, DAY).standard_errors(
        asking("area7/gdp"), 6
    )
    assert len(errors) == 1000
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(1.0, rel=0.025)
    assert np.all(np.diff(errors) >= 0)


def test_own_years_are_counted(shared: Shared):
    scale = shared.scale_of(asking("nation/a"))
    assert (scale.own_years, scale.basis, scale.degrees_of_freedom) == (20, "own", 24.0)


def test_stocks_and_what_accumulates_do_not_share_their_profile(rows: list[Row]):
    rng = np.random.default_rng(9)
    stocks = [
        past_forecast("nation/m2", y, (k, 12), 3.0 * rng.standard_normal(), rule="end_of_year")
        for y in YEARS
        for k in range(1, 12)
    ]
    shared = pooled_estimates(Record.from_rows([*rows, *stocks]), {}, DAY)
    stock = asking("nation/m2", annual_rule="end_of_year")
    sizes = [shared.scales["nation/m2"][0] * shared.typical_move(stock, k) for k in range(1, 12)]
    assert np.mean(sizes) == pytest.approx(3.0, rel=0.12)
    assert shared.typical_move(asking("nation/a"), 11) < 0.5 * shared.typical_move(
        asking("nation/a"), 2
    )


def test_how_much_larger_moves_are_in_an_area_comes_out(rows: list[Row]):
    districts = {f"district/{name[-1]}": 2.5 * size for name, size in SCALES.items()}
    more = simulated(np.random.default_rng(10), districts)
    related = {name: (f"nation/{name[-1]}",) for name in districts}
    found = pooled_estimates(Record.from_rows([*rows, *more]), related, DAY)
    assert found.area_factor == pytest.approx(2.5, rel=0.1)


def test_a_single_move_of_an_area_says_little_of_all_areas(rows: list[Row]):
    lone = past_forecast("district/b", 2017, (6, 12), 40.0)
    factor = pooled_estimates(
        Record.from_rows([*rows, lone]), {"district/b": ("nation/b",)}, DAY
    ).area_factor
    assert factor == pytest.approx(2.09, rel=0.1)  # the sixth root of 40 / (0.6745 * 0.7071)


def test_how_far_areas_lie_from_their_donors_comes_out(rows: list[Row]):
    rng = np.random.default_rng(12)
    related = {f"district/{name[-1]}": (name,) for name in SCALES}
    apart = [
        past_forecast(district, year, (k, k), error, model="borrowed")
        for district, (name,) in related.items()
        for year in range(1919, 2019)
        for error in [1.7 * SCALES[name] * rng.standard_normal()]
        for k in (3, 6, 9, 12)
    ]
    shared = pooled_estimates(Record.from_rows([*rows, *apart]), related, DAY)
    in_units = np.mean([shared.scales[n][0] / SCALES[n] for n in SCALES])
    assert shared.difference * in_units * shared.area_factor == pytest.approx(1.7, rel=0.12)


def test_a_year_of_many_months_tells_no_more_of_the_distance_than_one_of_few(rows: list[Row]):
    near = [
        past_forecast("district/b", y, (12, 12), 1.0, model="borrowed") for y in range(2000, 2008)
    ]
    far = [past_forecast("district/b", 2008, (k, k), 9.0, model="borrowed") for k in range(1, 13)]
    related = {"district/b": ("nation/b",)}
    shared = pooled_estimates(Record.from_rows([*rows, *near, *far]), related, DAY)
    distance = shared.difference * shared.scales["nation/b"][0]
    assert distance == pytest.approx(3.14466, abs=1e-5)  # the root of (8 * 1 + 81) / 9


def test_an_empty_record_teaches_nothing():
    assert pooled_estimates(Record.empty(), {}, DAY) == Shared()


@pytest.mark.parametrize("n_years", [1, 2, 3])
def test_the_record_of_a_few_years_gives_sizes_that_can_be_used(n_years: int):
    """Too few errors for a profile: what they cannot tell is assumed, never not a number."""
    rng = np.random.default_rng(15)
    some = [c for c in simulated(rng, {"nation/a": 2.0}, range(2015, 2015 + n_years)) if c[5] == 6]
    shared = pooled_estimates(Record.from_rows(some), {}, DAY)
    scale = shared.scale_of(asking("nation/b"))
    assert 0.1 < scale.scale_pp < 20
    sizes = [shared.typical_move(asking("nation/b"), k) for k in range(12)]
    assert np.isfinite(sizes).all()
    assert np.isfinite([shared.difference, shared.area_factor, shared.typical_scale_pp]).all()


def test_a_series_that_never_moved_does_no_harm(rows: list[Row]):
    still = [past_forecast("nation/still", year, (6, 12), 0.0) for year in YEARS]
    shared = pooled_estimates(Record.from_rows([*rows, *still]), {}, DAY)
    assert "nation/still" not in shared.scales
    assert shared.scale_of(asking("nation/still")).scale_pp == pytest.approx(
        shared.typical_scale_pp
    )


def assert_same(one: Shared, other: Shared) -> None:
    np.testing.assert_equal(
        [one.profile, one.errors, one.scales], [other.profile, other.errors, other.scales]
    )
    left, right = (replace(s, profile={}, errors={}, scales={}) for s in (one, other))
    assert left == right


def test_forecasts_settled_after_the_day_teach_nothing(record: Record):
    day = date(2009, 6, 30)
    late = record.points["settled_on"] > pd.Timestamp(day)
    corrupt = record.points.assign(outturn_pct=record.points["outturn_pct"].mask(late, 999.0))
    one = pooled_estimates(record, {}, day)
    assert late.sum() > 100
    assert_same(pooled_estimates(Record(corrupt), {}, day), one)
    assert_same(pooled_estimates(Record(record.points[~late]), {}, day), one)
    assert one.scales["nation/a"][1] == 10


def test_a_forecast_teaches_from_the_day_on_which_it_was_settled(record: Record):
    before, after = (pooled_estimates(record, {}, date(2009, 1, d)) for d in (19, 20))
    assert before.scales["nation/a"][1] + 1 == after.scales["nation/a"][1]


def test_the_order_of_the_forecasts_does_not_matter(record: Record):
    shuffled = Record(record.points.sample(frac=1, random_state=1).reset_index(drop=True))
    one, other = (pooled_estimates(r, {}, DAY) for r in (record, shuffled))
    found, expected = ({n: s for n, (s, _) in x.scales.items()} for x in (other, one))
    assert found == pytest.approx(expected, rel=1e-12)
