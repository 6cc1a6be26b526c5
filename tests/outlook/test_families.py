"""Areas that add up: cities and districts here are simulated, answers worked by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from family import DAY, LEVELS, family
from forecast.archive.archive import Archive
from forecast.archive.registry import Registry
from forecast.base.series import Series
from forecast.models.pace import Pace
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import record_of
from forecast.outlook.families import (
    AreaShares,
    Arrangement,
    Member,
    area_shares,
    arrangements,
    cache_arrangements,
    cached_arrangement,
)
from forecast.outlook.value import Outlook
from forecast.outlook.vintages import Question, forecasts_on, vintage
from forecast.verification.record import Record
from strategies import indicator, target

N, BATCHES = 4000, 10
WITHIN_PP = 0.05


def member(seed: int, **growth: tuple[float, float]) -> Member:
    """Return an area whose growth is normal, with these means and standard deviations."""
    rng = np.random.default_rng(seed)
    drawn = {n: mean + sd * rng.standard_normal(N) for n, (mean, sd) in growth.items()}
    return Member(drawn)


def placed(
    whole: Member, parts: dict[str, Member], shares: dict[str, float], rest_pp: float = 20.0
) -> dict[str, Arrangement]:
    of_sales = AreaShares(shares, max(0.0, 1 - sum(shares.values())), rest_pp)
    return arrangements("city", whole, parts, {"sales": of_sales}, seed=1, n_batches=BATCHES)


def weighted(
    every: dict[str, Arrangement], shares: dict[str, float], parts: dict[str, Member]
) -> np.ndarray:
    """Return the sum of the parts on each path; what is settled stays as it was."""
    after = {a: parts[a].decembers | dict(own.decembers) for a, own in every.items()}
    return sum(share * after[area]["sales"] for area, share in shares.items())


# On paths -----------------------------------------------------------------------------------------


def test_districts_that_are_all_of_their_city_are_it_on_every_path():
    city = member(0, sales=(6.0, 1.0))
    parts = {"east": member(1, sales=(7.0, 1.5)), "west": member(2, sales=(5.0, 2.0))}
    shares = {"east": 0.4, "west": 0.6}
    every = placed(city, parts, shares)
    assert weighted(every, shares, parts) == pytest.approx(city.decembers["sales"], abs=1e-9)


def test_forecasts_that_agree_with_their_city_keep_their_distributions():
    """0.5^2 + 0.5^2 + 2 q 0.5^2 = 0.8^2 / 1^2 gives q = 0.28: two districts with 1 make 0.8."""
    city = member(0, sales=(6.0, 0.8))
    parts = {"east": member(1, sales=(6.0, 1.0)), "west": member(2, sales=(6.0, 1.0))}
    every = placed(city, parts, {"east": 0.5, "west": 0.5})
    east, west = (every[a].decembers["sales"] for a in ("east", "west"))
    for part, now in (("east", east), ("west", west)):
        before = np.quantile(parts[part].decembers["sales"], [0.05, 0.5, 0.95])
        assert np.quantile(now, [0.05, 0.5, 0.95]) == pytest.approx(before, abs=0.1)
    assert np.corrcoef(east, west)[0, 1] == pytest.approx(0.28, abs=0.05)


def test_what_lies_between_a_city_and_its_districts_goes_to_those_that_move_it():
    """The sum is 1 too high. Shares 0.5 each, sizes 0.5 and 1.0, and no common movement is needed
    for a city with 1.118: pulls are 0.5 and 2 per share, so the gap of -1 is split -0.4 and -1.6.
    """
    city = member(0, sales=(5.0, np.sqrt(1.25)))
    parts = {"calm": member(1, sales=(6.0, 1.0)), "wild": member(2, sales=(6.0, 2.0))}
    every = placed(city, parts, {"calm": 0.5, "wild": 0.5})
    means = {a: float(every[a].decembers["sales"].mean()) for a in parts}
    assert means == pytest.approx({"calm": 5.6, "wild": 4.4}, abs=0.15)


def test_a_district_whose_year_is_out_stays_as_it_was_published():
    city = member(0, sales=(6.0, 1.0))
    out = Member({"sales": np.full(N, 9.0)}, frozenset({"sales"}))
    parts = {"east": out, "west": member(2, sales=(5.0, 2.0))}
    shares = {"east": 0.4, "west": 0.6}
    every = placed(city, parts, shares)
    assert "sales" not in every["east"].orders
    west = every["west"].decembers["sales"]
    assert 0.4 * 9.0 + 0.6 * west == pytest.approx(city.decembers["sales"], abs=1e-9)


def test_a_city_whose_year_is_out_is_met_by_districts_that_are_not():
    city = Member({"sales": np.full(N, 6.2)}, frozenset({"sales"}))
    parts = {"east": member(1, sales=(7.0, 1.5)), "west": member(2, sales=(5.0, 2.0))}
    every = placed(city, parts, {"east": 0.4, "west": 0.6})
    assert weighted(every, {"east": 0.4, "west": 0.6}, parts) == pytest.approx(np.full(N, 6.2))
    assert np.std(every["east"].decembers["sales"]) > 0.5


def test_a_rest_of_its_own_leaves_districts_alone_as_long_as_it_grows_as_it_can():
    city = member(0, sales=(6.0, 1.0))
    parts = {"east": member(1, sales=(9.0, 1.5))}
    (east,) = placed(city, parts, {"east": 0.2}).values()
    assert np.sort(east.decembers["sales"]) == pytest.approx(
        np.sort(parts["east"].decembers["sales"])
    )
    assert spearmanr(east.decembers["sales"], city.decembers["sales"])[0] > 0.2


def test_a_rest_that_would_have_to_shrink_beyond_its_bound_moves_its_districts():
    """With 9/10 of the city at 16 % and the city at 6 %, a rest within 5 points makes at least
    0.1 %, so that the district has (6 - 0.1) / 0.9 = 6.56 %... at most 0.5 points above the city.
    """
    city, east = member(0, sales=(6.0, 0.1)), member(1, sales=(16.0, 0.1))
    every = placed(city, {"east": east}, {"east": 0.9}, rest_pp=5.0)
    gap = every["east"].decembers["sales"] - city.decembers["sales"]
    assert gap == pytest.approx(np.full(N, 0.1 * 5.0 / 0.9), abs=1e-9)


def test_an_indicator_without_shares_goes_with_the_others_of_its_district_as_before():
    rng = np.random.default_rng(5)
    sales = rng.standard_normal(N)
    jobs = 0.9 * sales + np.sqrt(1 - 0.81) * rng.standard_normal(N)
    east = Member({"sales": 7 + sales, "jobs": 2 + jobs})
    city = member(0, sales=(6.0, 0.9), jobs=(3.0, 1.0))
    every = placed(
        city, {"east": east, "west": member(3, sales=(6.0, 1.2))}, {"east": 0.5, "west": 0.5}
    )
    own = every["east"]
    assert np.sort(own.decembers["jobs"]) == pytest.approx(np.sort(east.decembers["jobs"]))
    assert np.corrcoef(own.decembers["jobs"], own.decembers["sales"])[0, 1] == pytest.approx(
        0.9, abs=0.02
    )


def test_neither_the_order_of_areas_nor_other_indicators_change_a_path():
    city = member(0, sales=(6.0, 1.0))
    east, west = member(1, sales=(7.0, 1.5)), member(2, sales=(5.0, 2.0))
    one = placed(city, {"east": east, "west": west}, {"east": 0.4, "west": 0.6})
    other = placed(city, {"west": west, "east": east}, {"west": 0.6, "east": 0.4})
    for area in one:
        np.testing.assert_array_equal(one[area].decembers["sales"], other[area].decembers["sales"])


@settings(max_examples=25)
@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=6),
    st.lists(st.floats(-5, 15), min_size=6, max_size=6),
    st.lists(st.floats(0, 6), min_size=7, max_size=7),
    st.floats(-3, 12),
    st.sets(st.integers(0, 5), max_size=3),
)
def test_whatever_the_forecasts_parts_of_all_the_city_add_up_to_it(
    sizes, means, spreads, growth, settled
):
    shares = {f"part{i}": size / sum(sizes) for i, size in enumerate(sizes)}
    parts = {name: member(i, sales=(means[i], spreads[i])) for i, name in enumerate(shares)}
    for i in settled & set(range(len(sizes))):
        parts[f"part{i}"] = Member({"sales": np.full(N, means[i])}, frozenset({"sales"}))
    city = member(99, sales=(growth, spreads[-1]))
    every = placed(city, parts, shares)
    if settled >= set(range(len(sizes))):
        assert all(not own.shares for own in every.values())
        return
    assert weighted(every, shares, parts) == pytest.approx(city.decembers["sales"], abs=WITHIN_PP)


@settings(max_examples=15)
@given(
    st.lists(st.floats(0.02, 0.3), min_size=1, max_size=3),
    st.lists(st.floats(-20, 30), min_size=3, max_size=3),
    st.floats(1, 20),
)
def test_a_rest_never_does_what_it_cannot(sizes, means, rest_pp):
    shares = {f"part{i}": size for i, size in enumerate(sizes)}
    parts = {name: member(i, sales=(means[i], 2.0)) for i, name in enumerate(shares)}
    city = member(99, sales=(6.0, 1.0))
    whole = city.decembers["sales"]
    rest = (whole - weighted(placed(city, parts, shares, rest_pp), shares, parts)) / (
        1 - sum(sizes)
    )
    assert np.abs(rest - whole).max() <= rest_pp + 1e-6


def test_an_arrangement_comes_back_from_the_cache_as_it_was(tmp_path):
    city = member(0, sales=(6.0, 1.0))
    (own,) = placed(
        city, {"east": member(1, sales=(7.0, 1.5), jobs=(1, 1))}, {"east": 0.4}
    ).values()
    cache_arrangements({tmp_path / "own.parquet": own})
    back = cached_arrangement(tmp_path / "own.parquet")
    assert back is not None
    assert back.shares == own.shares
    for kind in ("orders", "decembers"):
        before, after = getattr(own, kind), getattr(back, kind)
        assert list(before) == list(after)
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])
    assert cached_arrangement(tmp_path / "other.parquet") is None


# From figures -------------------------------------------------------------------------------------


def outlook_of(archive: Archive, area: str, **more) -> Outlook:
    return annual_outlook(
        archive.as_of(DAY), area, 2018, record=Record.empty(), seed=1, n_paths=400,
        models={"pace": Pace()}, **more,
    )  # fmt: skip


def test_an_area_is_part_of_another_and_rests_on_its_figures_first():
    registry = family().registry
    assert registry.of("east", "sales").related_series == [Series("city", "sales")]
    assert registry.of("city", "sales").related_series == []
    assert registry.whole_areas_of("east") == ("city",)
    assert registry.part_areas_of("city") == ("east", "west")


def test_districts_from_their_figures_add_up_to_their_city():
    archive = family()
    shares = area_shares(archive.as_of(DAY), "city", 2018)["sales"]
    assert shares.rest == 0
    assert shares.parts["east"] == pytest.approx(0.44, abs=0.02)  # 40 at 8 %, 60 at 5 %, six years
    every = {area: outlook_of(archive, area).indicators["sales"] for area in (*LEVELS, "city")}
    total = sum(s * every[a].december for a, s in shares.parts.items())
    assert total == pytest.approx(every["city"].december, abs=WITHIN_PP)
    caveat = next(c for c in every["east"].caveats if c.code == "adds_up")
    assert caveat.values["whole_en"] == "City"


def test_the_city_itself_is_forecast_as_if_it_had_no_districts():
    archive = family()
    alone = replace(archive, registry=Registry(archive.registry.indicators, {}, {}))
    np.testing.assert_array_equal(
        outlook_of(archive, "city").indicators["sales"].paths,
        outlook_of(alone, "city").indicators["sales"].paths,
    )


def test_months_that_are_published_stay_and_months_ahead_end_in_the_year():
    archive = family()
    own = outlook_of(archive, "east").indicators["sales"]
    assert own.history.months_known == 6
    assert own.paths.shape == (400, 6)
    np.testing.assert_array_equal(own.paths[:, -1], own.december)


def test_districts_that_exceed_their_city_are_not_added_up():
    archive = family(city=0.8)
    shares = area_shares(archive.as_of(DAY), "city", 2018)["sales"]
    assert not shares.is_possible
    own = outlook_of(archive, "east").indicators["sales"]
    caveats = {c.code: c.values for c in own.caveats}
    assert "adds_up" not in caveats
    assert caveats["areas_overlap"]["share"] == "125.0"


@pytest.mark.parametrize(
    "change", [{"annual_rule": "end_of_year", "quantity": "stock"}, {"quantity": "index"}]
)
def test_what_is_no_sum_over_areas_has_no_shares(change):
    archive = family()
    entry = indicator(**change)
    other = replace(archive, registry=replace(archive.registry, indicators={"sales": entry}))
    assert area_shares(other.as_of(DAY), "city", 2018) == {}


def test_years_that_begin_in_other_months_are_not_added():
    archive = family()
    areas = dict(archive.registry.areas)
    areas["east"] = replace(areas["east"], year_begins="04")
    other = replace(archive, registry=replace(archive.registry, areas=areas))
    shares = area_shares(other.as_of(DAY), "city", 2018)["sales"]
    assert list(shares.parts) == ["west"]


def test_an_earlier_day_is_forecast_as_its_report_was_and_a_neighbour_bears_on_it():
    archive = replace(family(), targets=(target(area="east", rate_pct=6.5),))
    snapshot = archive.as_of(DAY)
    own = annual_outlook(snapshot, "east", 2018, record=record_of(snapshot), seed=1, n_paths=200)
    question = Question(archive.as_of(date(2018, 10, 1)), "east", 2018, 1, 200)
    (found,) = forecasts_on(question, [(vintage(question, DAY), "sales")])
    assert found.median_pct == float(np.median(own.indicators["sales"].december))
    assert Series("west", "sales") in question.sources("sales")
