"""Joint paths of several indicators: their order, and parts constrained by their whole."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, spearmanr
from scipy.stats import t as student

from forecast.archive.archive import Archive
from forecast.archive.registry import Registry
from forecast.base.months import Span
from forecast.combination.dependence import PastErrors, coupled_paths, dependence, error_scores
from forecast.history.series import History, build_history
from forecast.outlook.attainment import joint_attainment
from forecast.outlook.parts import (
    PartConstraint,
    constrained_paths,
    part_constraints,
    rest_bound_pp,
    share_of,
)
from strategies import Release, archive_of, growth_paths, history_of, indicator

UP, DOWN = float(norm.cdf(1)), float(norm.cdf(-1))


def correlation_of(rho: float) -> np.ndarray:
    return np.array([[1.0, rho], [rho, 1.0]])


def decembers(joint: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [paths[:, -1] for paths in joint.values()]


@st.composite
def correlations(draw: st.DrawFn, n: int) -> np.ndarray:
    """Correlation matrices, singular ones among them."""
    loadings = draw(arrays(float, (n, 2), elements=st.floats(-1, 1)))
    own = draw(arrays(float, n, elements=st.just(0.0) | st.floats(0.1, 1)))
    covariance = loadings @ loadings.T + np.diag(own**2 + 1e-9)
    size = np.sqrt(np.diag(covariance))
    return covariance / np.outer(size, size)


def distinct_decembers() -> st.SearchStrategy[dict[str, np.ndarray]]:
    """Paths of two indicators, each with a December of its own."""
    columns = arrays(float, (30, 1), elements=st.floats(-30, 60), unique=True)
    return st.fixed_dictionaries({"sales": columns, "output": columns})


# The order of the paths ---------------------------------------------------------------------------


@given(growth_paths(), growth_paths(), correlations(2), st.integers(0, 2**32))
def test_the_single_distributions_stay_as_they_are(sales, output, correlation, seed):
    joint = coupled_paths({"sales": sales, "output": output}, correlation, seed, "test")
    for name, paths in (("sales", sales), ("output", output)):
        assert sorted(joint[name].tolist()) == sorted(paths.tolist())  # path by path, kept whole


@given(distinct_decembers(), st.integers(0, 2**32))
def test_with_correlation_one_ranks_agree(paths, seed):
    ranks = [
        np.argsort(d) for d in decembers(coupled_paths(paths, correlation_of(1.0), seed, "test"))
    ]
    assert np.array_equal(*ranks)


@given(distinct_decembers(), st.integers(0, 2**32))
def test_with_correlation_minus_one_ranks_are_turned(paths, seed):
    joint = coupled_paths(paths, correlation_of(-1.0), seed, "test")
    ranks = [np.argsort(d) for d in decembers(joint)]
    assert np.array_equal(ranks[0], ranks[1][::-1])


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.3, 0.8])
def test_two_targets_at_their_medians_are_both_met_as_known_in_closed_form(rho: float):
    """P(both above their medians) is 1/4 + asin(rho) / 2 pi (Sheppard 1899)."""
    n = 100_000
    paths = {name: np.arange(float(n))[:, None] for name in ("sales", "output")}
    joint = coupled_paths(paths, correlation_of(rho), 3, "test")
    both = np.mean([np.all(d) for d in np.transpose(decembers(joint)) >= n / 2])
    exact = 1 / 4 + np.arcsin(rho) / (2 * np.pi)
    assert both == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / n))


def test_without_correlation_no_indicators_path_says_anything_of_anothers():
    paths = {name: np.arange(10_000.0)[:, None] for name in ("sales", "output")}
    joint = coupled_paths(paths, np.eye(2), 1, "test")
    assert abs(spearmanr(*decembers(joint)).statistic) < 4 / np.sqrt(10_000)


@given(st.lists(growth_paths(), min_size=3, max_size=3), correlations(3), st.data())
def test_joint_attainment_lies_within_what_single_ones_allow(paths, correlation, data):
    names = ("sales", "output", "trade")
    bounds = data.draw(st.lists(st.floats(-30, 60), min_size=3, max_size=3))
    joint = coupled_paths(dict(zip(names, paths, strict=True)), correlation, 1, "test")
    met = {n: joint[n][:, -1] >= b for n, b in zip(names, bounds, strict=True)}
    found = joint_attainment(met, 10)
    assert found.lower_bound - 1e-12 <= found.all_targets.value <= found.upper_bound + 1e-12


@given(st.lists(growth_paths(), min_size=3, max_size=3), correlations(3), st.permutations(range(3)))
def test_the_order_of_the_indicators_does_not_matter(paths, correlation, order):
    names = ("sales", "output", "trade")
    joint = coupled_paths(dict(zip(names, paths, strict=True)), correlation, 1, "test")
    turned = {names[i]: paths[i] for i in order}
    again = coupled_paths(turned, correlation[np.ix_(order, order)], 1, "test")
    assert all(np.array_equal(joint[name], again[name]) for name in names)


def test_an_indicator_independent_of_the_others_does_not_change_their_order():
    rng = np.random.default_rng(1)
    paths = {name: rng.standard_normal((50, 3)) for name in ("sales", "output", "trade")}
    correlation = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.0], [0.6, 0.0, 1.0]])
    both = coupled_paths(paths, correlation, 1, "test")
    alone = coupled_paths({"output": paths["output"]}, np.eye(1), 1, "test")
    assert np.array_equal(both["output"], alone["output"])
    pair = {name: paths[name] for name in ("sales", "trade")}
    assert np.array_equal(
        coupled_paths(pair, correlation_of(0.6), 1, "test")["trade"], both["trade"]
    )


@pytest.mark.parametrize(("seed", "stream"), [(2, "test"), (1, "other")])
def test_seed_and_stream_decide_the_order(seed: int, stream: str):
    paths = {"sales": np.arange(50.0)[:, None]}
    one = coupled_paths(paths, np.eye(1), 1, "test")["sales"]
    assert np.array_equal(one, coupled_paths(paths, np.eye(1), 1, "test")["sales"])
    assert not np.array_equal(one, coupled_paths(paths, np.eye(1), seed, stream)["sales"])


def test_the_paths_given_are_not_changed():
    paths = np.arange(50.0)[:, None]
    coupled_paths({"sales": paths}, np.eye(1), 1, "test")
    assert np.array_equal(paths, np.arange(50.0)[:, None])


def test_without_paths_there_is_nothing_to_couple():
    assert coupled_paths({}, np.eye(0), 1, "test") == {}


# What past errors show ----------------------------------------------------------------------------

Pit = dict[str, Sequence[float]]


def pools(pits: Pit, *, months: int = 6, last_year: int = 2017) -> pd.DataFrame:
    """Return settled pooled forecasts, one a year to the last one, by `area/indicator`."""
    rows = [
        (*name.split("/"), last_year + 1 - len(values) + k, months, value)
        for name, values in pits.items()
        for k, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["area", "indicator", "year", "months_known", "pit"])


def known(area: str, name: str, *donors: str, months: int = 6) -> History:
    """Return a history of which so many months are known."""
    growth = [7.0] * months + [np.nan] * (12 - months)
    related = {reference: history_of([7.0] * 12) for reference in donors}
    return history_of(growth, area=area, entry=indicator(id=name), related=related)


def errors_of(pools: pd.DataFrame, **whole_of: str) -> PastErrors:
    """Return the errors of past forecasts, and which indicators are parts of which."""
    names = ("sales", "output", "trade", "services", "patents")
    entries = {name: indicator(id=name, part_of=whole_of.get(name)) for name in names}
    return PastErrors(error_scores(pools), Registry(entries, {}, {}))


def pair(pits: Pit, one: History, other: History, **more: int) -> float:
    """Return the correlation that forecasts with these PITs teach of two indicators."""
    found = dependence([one, other], errors_of(pools(pits, **more))).correlation
    assert found[0, 1] == found[1, 0]
    return float(found[0, 1])


NATION = known("nation", "sales"), known("nation", "output")
DISTRICT = (
    known("district", "sales", "nation/sales"),
    known("district", "output", "nation/output"),
)
TOGETHER = {"nation/sales": [DOWN, UP], "nation/output": [DOWN, UP]}
AGAINST = {"nation/sales": [DOWN, UP], "nation/output": [UP, DOWN]}


def years(n: int, *, step: int = 1) -> float:
    """Return the effective number of so many years, less the one that their means cost."""
    recency = 0.5 ** (np.arange(0, n * step, step) / 5)
    return float(recency.sum() ** 2 / (recency**2).sum() - 1)


def mean_of(correlation: float, n: float) -> float:
    """Return the mean of pairs with such a correlation, shrunk to 0 by ten years."""
    return correlation * n / (n + 10)


def towards(own: float, n: float, prior: float) -> float:
    """Return a correlation shrunk to another by the weight of forty years."""
    return (n * own + 40 * prior) / (n + 40)


TWO_YEARS = towards(1, years(2), mean_of(1, years(2)))


def test_two_years_of_errors_to_one_side_say_little():
    """Correlation 1 of two years, which are worth one; their mean is shrunk by ten years."""
    assert years(2) == pytest.approx(0.99, abs=0.01)
    assert pair(TOGETHER, *NATION) == pytest.approx(TWO_YEARS)
    assert pair(AGAINST, *NATION) == pytest.approx(-TWO_YEARS)
    assert pytest.approx(0.11, abs=0.01) == TWO_YEARS


def test_a_single_year_says_nothing():
    assert pair({"nation/sales": [UP], "nation/output": [UP]}, *NATION) == 0


def test_two_lasting_biases_are_no_dependence():
    """Sales always come out above the forecast and output below it, and both move together."""
    low, high = float(norm.cdf(0.5)), float(norm.cdf(1.5))
    pits = {"nation/sales": [low, high], "nation/output": [1 - high, 1 - low]}
    assert pair(pits, *NATION) == pytest.approx(TWO_YEARS)


def test_an_area_without_a_record_takes_what_the_nation_shows():
    assert pair(TOGETHER, *DISTRICT) == pytest.approx(TWO_YEARS)


def test_without_donors_a_pair_takes_what_the_same_pair_shows_in_other_areas():
    here = known("district", "sales"), known("district", "output")
    assert pair(TOGETHER, *here) == pytest.approx(TWO_YEARS)


def test_an_areas_own_years_count_beside_what_is_lent():
    """Two years of -1 against what the nation lends; the mean over both areas is 0."""
    own = {"district/sales": [DOWN, UP], "district/output": [UP, DOWN]}
    n = years(2)
    lent = towards(1, n, 0)
    assert pair(TOGETHER | own, *DISTRICT) == pytest.approx(towards(-1, n, lent))


def test_a_year_counts_half_as_much_as_one_five_years_later():
    """The mean of -1 five years ago and 1 now lies at a third, so that the two lie 4/3, 2/3 off."""
    nan = np.nan
    pits = {"nation/sales": [DOWN, *[nan] * 4, UP], "nation/output": [DOWN, *[nan] * 4, UP]}
    n = years(2, step=5)
    assert n == pytest.approx(1.5**2 / 1.25 - 1)
    assert pair(pits, *NATION) == pytest.approx(towards(1, n, mean_of(1, n)))


def test_forecasts_at_about_as_many_months_known_count_more():
    """Together with 6 months known and apart with 2, which weigh a quarter: .75 / 1.25."""
    both = pd.concat([pools(TOGETHER), pools(AGAINST, months=2)])
    found = dependence(NATION, errors_of(both)).correlation[0, 1]
    assert found == pytest.approx(towards(0.6, years(2), 0.0), abs=1e-4)  # sales have a mean


def test_a_pit_of_one_counts_as_one_less_half_a_quantile():
    pits = {"nation/sales": [1.0, 0.5], "nation/output": [1.0, 0.5]}
    assert np.isfinite(pair(pits, *NATION))


def test_an_indicator_without_any_record_has_the_mean_of_pairs():
    found = dependence([*NATION, known("nation", "patents")], errors_of(pools(TOGETHER)))
    assert found.correlation[2, :2] == pytest.approx(mean_of(1, years(2)))
    assert found.n_years == 2


def test_parts_have_the_mean_of_parts_with_their_wholes_and_others_that_of_others():
    """Services are a part of output and move with it; sales are no part, and move against it."""
    pits = AGAINST | {"nation/services": AGAINST["nation/output"]}
    errors = errors_of(pools(pits), services="output")
    assert errors.mean(of_parts=True) == pytest.approx(mean_of(1, years(2)))
    assert errors.mean(of_parts=False) == pytest.approx(mean_of(-1, years(2)))
    elsewhere = [known("district", name) for name in ("services", "output", "patents")]
    found = dependence(elsewhere, errors).correlation
    assert found[0, 1] == pytest.approx(TWO_YEARS)
    assert found[1, 2] == pytest.approx(mean_of(-1, years(2)))


def test_two_that_borrow_from_one_series_have_the_mean_of_the_others():
    """Of one series there is no pair."""
    services = known("district", "services", "nation/output")
    found = dependence([*DISTRICT, services], errors_of(pools(TOGETHER))).correlation
    assert found[1, 2] == pytest.approx(mean_of(1, years(2)))
    assert found[0, 2] == found[0, 1] == pytest.approx(TWO_YEARS)


def test_without_past_forecasts_all_are_independent():
    found = dependence(NATION, errors_of(pools({})))
    assert found.correlation.tolist() == np.eye(2).tolist()
    assert found.n_years == 0


def test_errors_that_always_go_together_are_found_in_ten_years():
    rng = np.random.default_rng(5)
    scores = rng.standard_normal((400, 10))
    pits = [norm.cdf(0.8 * scores[:200] + 0.6 * rng.standard_normal((200, 10))) for _ in "ab"]
    found = [
        pair({"nation/sales": a, "nation/output": b}, *NATION) for a, b in zip(*pits, strict=True)
    ]
    assert 0.15 < np.mean(found) < 0.64  # 0.64 is true, and ten years do not suffice to believe it
    assert np.mean(np.array(found) > 0) > 0.9


@given(arrays(float, (3, 4), elements=st.floats(0, 1) | st.just(np.nan)))
def test_correlations_are_possible_together(pit):
    names = ("nation/sales", "nation/output", "nation/trade")
    histories = [*NATION, known("nation", "trade")]
    errors = errors_of(pools(dict(zip(names, pit, strict=True))))
    found = dependence(histories, errors).correlation
    assert np.diag(found) == pytest.approx(np.ones(3))
    assert np.linalg.eigvalsh(found)[0] > 0
    assert (np.abs(found) <= 1 + 1e-12).all()


# Parts and their whole ----------------------------------------------------------------------------


def test_what_the_whole_allows_worked_by_hand():
    """Of a whole that grows by 6, two fifths grow by 9: the other three by 4, two points less."""
    allowance = PartConstraint("services", "output", share=0.4, rest_pp=2.0)
    assert allowance.most_apart_pp == pytest.approx(3.0)
    assert (6 - 0.4 * (6 + allowance.most_apart_pp)) / 0.6 == pytest.approx(6 - allowance.rest_pp)


def test_a_part_that_never_lies_too_far_stays_as_it_is():
    part, whole = np.array([[1.0, 5.0], [2.0, 7.0]]), np.array([6.0, 6.0])
    paths, n_moved = constrained_paths(part, whole, 1.0, np.array([0.5, 0.8, 1.0]), 1)
    assert paths.tolist() == part.tolist()
    assert n_moved == 0


def test_paths_that_lie_too_far_change_places():
    """8 does not go with 4, nor 3 with 7; 8 with 7 and 3 with 4 do. The third pair keeps."""
    part, whole = np.array([[8.0], [3.0], [5.0]]), np.array([4.0, 7.0, 5.0])
    paths, n_moved = constrained_paths(part, whole, 2.0, np.array([0.0, 1.0]), 1)
    assert paths[:, 0].tolist() == [3.0, 8.0, 5.0]
    assert n_moved == 0


def test_a_chain_of_changes_is_found_too():
    """No two places changed repair 4, 2, 0 beside 2, 0, 4; by rank all fit."""
    part, whole = np.array([[4.0], [2.0], [0.0]]), np.array([2.0, 0.0, 4.0])
    paths, n_moved = constrained_paths(part, whole, 1.0, np.array([0.0, 1.0]), 1)
    assert paths[:, 0].tolist() == [2.0, 0.0, 4.0]
    assert n_moved == 0


def test_batches_are_paired_each_by_itself():
    part, whole = np.array([[8.0], [3.0]]), np.array([4.0, 7.0])
    paths, n_moved = constrained_paths(part, whole, 2.0, np.array([0.0, 1.0]), 2)
    assert paths[:, 0].tolist() == [6.0, 5.0]
    assert n_moved == 2


def test_what_cannot_be_repaired_is_moved_to_the_bound_and_the_months_before_in_proportion():
    """December from 12 to 8; with half the year open after the next month, that by half of it."""
    part, whole = np.array([[9.0, 12.0], [6.0, 6.0]]), np.array([5.0, 5.0])
    paths, n_moved = constrained_paths(part, whole, 3.0, np.array([0.6, 0.8, 1.0]), 1)
    assert paths == pytest.approx(np.array([[7.0, 8.0], [6.0, 6.0]]))
    assert n_moved == 1


@given(
    arrays(float, (40, 2), elements=st.floats(-20, 30)),
    arrays(float, 40, elements=st.floats(-5, 15)),
    st.floats(0.1, 20),
    st.sampled_from([1, 4]),
)
def test_a_part_never_contradicts_its_whole(part, whole, most_apart_pp, n_batches):
    paths, n_moved = constrained_paths(
        part, whole, most_apart_pp, np.array([0.2, 0.6, 1.0]), n_batches
    )
    assert (np.abs(paths[:, -1] - whole) <= most_apart_pp + 1e-6).all()
    ranked = [np.abs(np.sort(p) - np.sort(w)) for p, w in zip(
        np.split(part[:, -1], n_batches), np.split(whole, n_batches), strict=True
    )]  # fmt: skip
    if (np.concatenate(ranked) <= most_apart_pp).all():
        assert n_moved == 0
        assert sorted(paths.tolist()) == sorted(part.tolist())
    else:
        assert n_moved > 0


def accounts(
    shares: dict[int, float], growth: dict[int, tuple[float, float]], **services: object
) -> Archive:
    """Return a made-up area's output and its services: by year their share, and growth of both."""
    said = []
    for year in sorted({*shares, *growth}):
        common = {"span": Span.year_to_date(year, 12), "released_on": date(year + 1, 1, 20)}
        if year in shares:
            of_level = common | {"measure": "level", "unit": "cny_100m"}
            said.append(Release(**of_level, value=100.0, indicator="output"))
            said.append(Release(**of_level, value=100 * shares[year], indicator="services"))
        if year in growth:
            said.append(Release(**common, value=growth[year][0], indicator="output"))
            said.append(Release(**common, value=growth[year][1], indicator="services"))
    part = indicator(**({"id": "services", "part_of": "output"} | services))
    return archive_of(said, indicator(id="output"), part)


def both_of(archive: Archive, year: int = 2018) -> dict[str, History]:
    snapshot = archive.as_of(date(year, 12, 1))
    return {n: build_history(snapshot, "made_up", n, year) for n in ("output", "services")}


def test_the_share_is_of_the_year_nearest_to_the_base_year_the_later_of_two():
    found = both_of(accounts({2013: 0.3, 2015: 0.4, 2017: 0.5}, {}))
    services, output = found["services"], found["output"]
    shares = {year: share_of(services, output, year) for year in (2012, 2014, 2015, 2016, 2020)}
    assert shares == pytest.approx({2012: 0.3, 2014: 0.4, 2015: 0.4, 2016: 0.5, 2020: 0.5})


@pytest.mark.parametrize(
    ("shares", "services"),
    [
        ({}, {}),
        ({2017: 1.2}, {}),
        ({2017: 0.4}, {"price_basis": "real"}),
        ({2017: 0.4}, {"annual_rule": "end_of_year"}),
        ({2017: 0.4}, {"part_of": None}),
    ],
)
def test_where_no_share_is_known_or_growth_does_not_add_up_nothing_is_held(shares, services):
    archive = accounts(shares, {2016: (7.0, 8.0), 2017: (6.5, 7.5)}, **services)
    assert part_constraints(archive.as_of(date(2018, 12, 1)), both_of(archive)) == ()


def test_the_rest_may_lie_as_far_as_it_did_in_past_years_and_students_t_further():
    """Half the whole grows a point more, so the rest a point less; two points in the last year."""
    growth = {2014: (7.0, 8.0), 2015: (7.0, 6.0), 2016: (6.0, 7.0), 2017: (6.0, 8.0)}
    archive = accounts(dict.fromkeys(range(2013, 2018), 0.5), growth)
    snapshot = archive.as_of(date(2018, 12, 1))
    bound = np.sqrt((1 + 1 + 1 + 4) / 4) * student.ppf(0.995, 4)
    assert rest_bound_pp(snapshot, "output", 2018) == pytest.approx(bound)
    assert part_constraints(snapshot, both_of(archive)) == (
        PartConstraint("services", "output", 0.5, bound),
    )


def test_with_two_past_years_the_bound_is_assumed_and_wide():
    archive = accounts({2017: 0.5}, {2016: (7.0, 7.1), 2017: (7.0, 7.1)})
    bound = rest_bound_pp(archive.as_of(date(2018, 12, 1)), "output", 2018)
    assert bound == pytest.approx(5 * student.ppf(0.995, 4))


def test_later_figures_do_not_change_what_is_allowed():
    growth = {year: (7.0, 8.0) for year in range(2014, 2018)}
    early = accounts({2016: 0.5}, growth)
    late = accounts({2016: 0.5, 2018: 0.9}, growth | {2018: (0.0, 40.0)})
    one, other = (part_constraints(a.as_of(date(2018, 12, 1)), both_of(a)) for a in (early, late))
    assert one == other != ()


def test_futians_services_are_held_to_its_gdp_by_their_shares(real_archive: Archive):
    """Futian's modern services were 3375.97 of 4546.5 in 2019, its finance 1723.92."""
    snapshot = real_archive.as_of(date(2020, 4, 30))
    names = ("finance_va", "gdp", "modern_services_va", "retail_sales")
    histories = {n: build_history(snapshot, "futian", n, 2020) for n in names}
    found = {a.part: a for a in part_constraints(snapshot, histories)}
    assert {a.whole for a in found.values()} == {"gdp"}
    assert {name: a.share for name, a in found.items()} == pytest.approx(
        {"finance_va": 1723.92 / 4546.5, "modern_services_va": 3375.97 / 4546.5}
    )
    assert len({a.rest_pp for a in found.values()}) == 1


def test_before_its_first_level_the_share_of_modern_services_is_not_known(real_archive: Archive):
    snapshot = real_archive.as_of(date(2019, 9, 30))
    names = ("gdp", "modern_services_va")
    histories = {n: build_history(snapshot, "futian", n, 2019) for n in names}
    assert part_constraints(snapshot, histories) == ()
