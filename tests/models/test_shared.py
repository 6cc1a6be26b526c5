"""What a record teaches all models. Every call here is simulated, or made up by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.history import History
from forecast.models import Shared, learnt, lenders, rule_of
from forecast.models.shared import ASSUMED_SIZE_PP, PRIOR_YEARS, assumed_profile
from forecast.record import Record
from strategies import history_of, indicator, row

DAY = date(2019, 6, 30)
MONTHS = (3, 6, 9, 12)
TRUE_SIZE = {3: 1.0, 6: 0.7, 9: 0.4}  # of December's move, in units of a series' scale
Row = tuple[object, ...]


def call(
    series: str, year: int, months: tuple[int, int], error_pp: float, *, model: str = "pace",
    rule: str = "accumulates", settled_on: date | None = None, said_pct: float = 8.0,
) -> Row:  # fmt: skip
    area, name = series.split("/")
    on = settled_on or date(year + 1, 1, 20)
    return (area, name, rule, year, model, *months, said_pct, said_pct + error_pp, on)


def simulated(
    rng: np.random.Generator, sizes: dict[str, float], years: range, rule: str = "accumulates"
) -> list[Row]:
    """Return calls of December after three, six and nine months, and between neighbours."""
    rows = []
    for name, size in sizes.items():
        for year in years:
            for k, until in [(3, 12), (6, 12), (9, 12), (3, 6), (6, 9)]:
                of_move = TRUE_SIZE[k] if until == 12 else 0.5
                error = size * of_move * rng.standard_normal()
                rows.append(call(name, year, (k, until), error, rule=rule))
    return rows


def asking(
    series: str, related: tuple[str, ...] = (), annual_rule: str = "published_ytd"
) -> History:
    area, name = series.split("/")
    entry = indicator(id=name, annual_rule=annual_rule)
    lent = {r: history_of([row()], area=r.split("/")[0]) for r in related}
    return history_of([row()], area=area, entry=entry, related=lent)


SIZES = {"nation/a": 0.5, "nation/b": 1.0, "nation/c": 2.0, "nation/d": 4.0, "nation/e": 8.0}


@pytest.fixture(scope="module")
def record() -> Record:
    rows = simulated(np.random.default_rng(8), SIZES, range(1939, 2019))
    return Record.from_rows(rows)


@pytest.fixture(scope="module")
def shared(record: Record) -> Shared:
    return learnt(record, {}, DAY)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("known", TRUE_SIZE)
def test_a_move_has_the_size_that_was_put_in(shared: Shared, name: str, known: int):
    history = asking(name)
    found = shared.scale_of(history).size_pp * shared.size(history, known)
    assert found == pytest.approx(SIZES[name] * TRUE_SIZE[known], rel=0.15)


def test_scales_stand_to_each_other_as_the_series_do(shared: Shared):
    own = {name: size for name, (size, _) in shared.scales.items()}
    ratios = {name: own[name] / own["nation/b"] for name in SIZES}
    assert ratios == pytest.approx(SIZES, rel=0.12)


def test_the_size_of_a_move_falls_along_a_line_between_known_months(shared: Shared):
    history = asking("nation/b")
    sizes = [shared.size(history, k) for k in (3, 4, 5, 6)]
    assert np.diff(sizes) == pytest.approx(np.full(3, (sizes[3] - sizes[0]) / 3))
    assert shared.size(history, 11) == pytest.approx(shared.size(history, 9) / 3)


def test_standard_errors_have_a_size_of_one(shared: Shared):
    for known in TRUE_SIZE:
        errors = shared.standard_errors(asking("nation/a"), known)
        assert len(errors) == 5 * 80
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(1.0, rel=0.02)


def test_own_years_are_counted(shared: Shared):
    scale = shared.scale_of(asking("nation/a"))
    assert (scale.own_years, scale.basis, scale.freedom) == (80, "own", 80 + PRIOR_YEARS)


def test_stocks_and_what_accumulates_do_not_share_their_profile():
    rng = np.random.default_rng(9)
    years = range(1959, 2019)
    flows = simulated(rng, {"nation/a": 1.0}, years)
    stocks = [
        call("nation/m2", y, (k, 12), 3.0 * rng.standard_normal(), rule="end_of_year")
        for y in years
        for k in (3, 6, 9)
    ]
    shared = learnt(Record.from_rows([*flows, *stocks]), {}, DAY)
    stock = asking("nation/m2", annual_rule="end_of_year")
    sizes = [shared.scale_of(stock).size_pp * shared.size(stock, k) for k in (3, 6, 9)]
    assert sizes == pytest.approx([3.0, 3.0, 3.0], rel=0.25)
    falling = [shared.size(asking("nation/a"), k) for k in (3, 9)]
    assert falling[1] < 0.6 * falling[0]


def test_a_scale_is_shrunk_to_its_lenders_by_four_years():
    shared = Shared(scales={"district/a": (8.0, 4), "nation/a": (1.0, 30)}, area_factor=2.0)
    scale = shared.scale_of(asking("district/a", ("nation/a",)))
    assert scale.size_pp == pytest.approx(np.sqrt(8.0 * 2.0))  # four own years against four lent
    assert (scale.basis, scale.own_years, scale.freedom) == ("borrowed", 4, 8.0)


def test_without_lenders_a_scale_is_shrunk_to_the_typical_one():
    shared = Shared(scales={"nation/a": (8.0, 12)}, typical_size_pp=2.0)
    expected = np.exp((4 * np.log(2) + 12 * np.log(8)) / 16)
    assert shared.scale_of(asking("nation/a")).size_pp == pytest.approx(expected)


def test_a_series_without_a_past_has_its_lenders_scale():
    shared = Shared(scales={"nation/a": (1.5, 30)}, area_factor=2.0)
    scale = shared.scale_of(asking("district/a", ("nation/a",)))
    assert (scale.size_pp, scale.basis, scale.own_years) == (pytest.approx(3.0), "borrowed", 0)


def test_a_series_of_its_own_area_lends_no_scale():
    shared = Shared(scales={"nation/b": (9.0, 30)}, typical_size_pp=2.0)
    assert shared.scale_of(asking("nation/a", ("nation/b",))).size_pp == pytest.approx(2.0)
    assert lenders("nation", ["nation/b", "city/a"]) == ["city/a"]


def test_without_a_record_sizes_are_assumed_and_wide():
    shared = learnt(Record.empty(), {}, DAY)
    scale = shared.scale_of(asking("nation/a"))
    assert (scale.size_pp, scale.basis) == (pytest.approx(ASSUMED_SIZE_PP), "assumed")
    errors = shared.standard_errors(asking("nation/a"), 6)
    assert errors.std() == pytest.approx(1.0, abs=0.02)


def test_what_is_assumed_falls_as_months_are_known_and_ends_at_one():
    table = assumed_profile()
    assert table[0, 12] == pytest.approx(1.0)
    assert (np.diff(table[:12, 12]) < 0).all()
    half = 0.5  # noise leaves a half of the variance after six months, a random walk an eighth
    assert table[6, 12] == pytest.approx(np.sqrt((half + half**3) / 2))


def test_how_much_larger_moves_are_in_an_area_comes_out():
    rng = np.random.default_rng(10)
    districts = {f"district/{name[-1]}": 2.5 * size for name, size in SIZES.items()}
    rows = simulated(rng, SIZES, range(1979, 2019)) + simulated(rng, districts, range(1979, 2019))
    related = {name: (f"nation/{name[-1]}",) for name in districts}
    assert learnt(Record.from_rows(rows), related, DAY).area_factor == pytest.approx(2.5, rel=0.1)


def test_a_single_move_of_an_area_says_little_of_all_areas():
    rows = simulated(np.random.default_rng(10), SIZES, range(1979, 2019))
    rows.append(call("district/b", 2017, (6, 12), 40.0))
    factor = learnt(Record.from_rows(rows), {"district/b": ("nation/b",)}, DAY).area_factor
    full = 40.0 / (0.6745 * SIZES["nation/b"] * TRUE_SIZE[6])
    assert factor == pytest.approx(full ** (1 / 6), rel=0.1)


def test_how_far_areas_lie_from_their_lenders_comes_out():
    rng = np.random.default_rng(12)
    rows = simulated(rng, SIZES, range(1959, 2019))
    related = {f"district/{name[-1]}": (name,) for name in SIZES}
    for name, size in SIZES.items():
        for year in range(1959, 2019):
            apart = 1.7 * size * rng.standard_normal()
            district = f"district/{name[-1]}"
            rows += [call(district, year, (k, k), apart, model="borrowed") for k in MONTHS]
    shared = learnt(Record.from_rows(rows), related, DAY)
    in_units = np.mean([shared.scales[n][0] / SIZES[n] for n in SIZES])
    assert shared.difference * in_units * shared.area_factor == pytest.approx(1.7, rel=0.1)


def test_a_year_of_many_months_tells_no_more_of_the_distance_than_one_of_few():
    rows = simulated(np.random.default_rng(13), SIZES, range(1979, 2019))
    near = [call("district/b", y, (12, 12), 1.0, model="borrowed") for y in range(2000, 2008)]
    far = [call("district/b", 2008, (k, k), 9.0, model="borrowed") for k in range(1, 13)]
    shared = learnt(Record.from_rows([*rows, *near, *far]), {"district/b": ("nation/b",)}, DAY)
    expected = np.sqrt((8 * 1.0 + 81.0) / 9)
    assert shared.difference * shared.scales["nation/b"][0] == pytest.approx(expected)


def assert_same(one: Shared, other: Shared) -> None:
    np.testing.assert_equal(
        [one.profile, one.errors, one.scales], [other.profile, other.errors, other.scales]
    )
    left, right = (replace(s, profile={}, errors={}, scales={}) for s in (one, other))
    assert left == right


def test_calls_settled_after_the_day_teach_nothing(record: Record):
    day = date(1999, 6, 30)
    late = record.calls["settled_on"] > pd.Timestamp(day)
    corrupt = record.calls.assign(outturn_pct=record.calls["outturn_pct"].mask(late, 999.0))
    one = learnt(record, {}, day)
    assert late.sum() > 100
    assert_same(learnt(Record(corrupt), {}, day), one)
    assert_same(learnt(Record(record.calls[~late]), {}, day), one)
    assert one.scales["nation/a"][1] == 60


def test_a_call_teaches_from_the_day_on_which_it_was_settled(record: Record):
    before, after = (learnt(record, {}, date(1999, 1, d)) for d in (19, 20))
    assert before.scales["nation/a"][1] + 1 == after.scales["nation/a"][1]


def test_the_order_of_the_calls_does_not_matter(record: Record):
    shuffled = Record(record.calls.sample(frac=1, random_state=1).reset_index(drop=True))
    one, other = (learnt(r, {}, DAY) for r in (record, shuffled))
    found, expected = ({n: s for n, (s, _) in x.scales.items()} for x in (other, one))
    assert found == pytest.approx(expected, rel=1e-12)


def test_growth_runs_through_the_year_in_two_ways():
    rules = [rule_of(r) for r in ("published_ytd", "sum_of_months", "mean_of_months")]
    assert rules == 3 * ["accumulates"]
    assert rule_of("end_of_year") == "end_of_year"
