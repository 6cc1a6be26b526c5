"""Announced targets: when an outcome meets one, and which of them is in force."""

import re
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from forecast.archive.registry import Registry
from forecast.archive.targets import Comparison, Target, in_force, read_targets, round_half_up
from forecast.base.errors import ContractError
from strategies import growth_paths, indicator, rates, target

REGISTRY = Registry({"sales": indicator(), "mood": indicator(id="mood", annual_rule=None)}, {}, {})
BAND = target("between", None, lower_pct=2.0, upper_pct=4.0)
RANGE = target("within", None, lower_pct=6.5, upper_pct=7.0)


@pytest.mark.parametrize(
    ("announced", "growth_pct", "met"),
    [
        (target("at_least", 6.0), 5.95, True),  # published as 6.0
        (target("at_least", 6.0), 5.949, False),
        (target("at_least", 6.0), 6.0, True),
        (RANGE, 6.45, True),
        (RANGE, 6.449, False),
        (RANGE, 6.8, True),
        (RANGE, 9.9, True),  # above the range is more than was asked
        (BAND, 1.95, True),  # published as 2.0
        (BAND, 1.949, False),
        (BAND, 4.049, True),  # published as 4.0
        (BAND, 4.05, False),
        (target("about", 7.0), 6.75, True),  # 0.2 points below unless another tolerance is given
        (target("about", 7.0), 6.749, False),
        (target("about", 7.0), 9.0, True),
        (target("about", 7.0, tolerance_pp=0.0), 6.95, True),
        (target("about", 7.0, tolerance_pp=0.0), 6.9, False),
        (target("about", 7.0, tolerance_pp=0.5), 6.45, True),
        (target("about", 7.0, tolerance_pp=0.5), 6.44, False),
        (target("more_than", 0.0), 0.0, False),
        (target("more_than", 0.0), 0.049, False),  # published as 0.0
        (target("more_than", 0.0), 0.05, True),  # published as 0.1
        (target("more_than", 0.0), -0.3, False),
        (target("at_most", 3.0), 3.0, True),
        (target("at_most", 3.0), 3.049, True),  # published as 3.0
        (target("at_most", 3.0), 3.05, False),
        (target("at_most", 3.0), -1.0, True),
    ],
)
def test_a_target_is_judged_on_growth_as_published(announced: Target, growth_pct: float, met: bool):
    assert bool(announced.is_met(growth_pct, 1)) is met


def test_tenths_that_binary_numbers_miss_are_met():
    about = target("about", 8.3)  # 8.3 - 0.2 lies above 8.1 in binary
    assert about.is_met_as_published([8.1, 8.0]).tolist() == [True, False]


def test_published_growth_next_to_the_bound_is_not_taken_for_it():
    assert target("at_least", 7.0).is_met_as_published([7.0, 6.9995]).tolist() == [True, False]
    assert target("at_most", 3.0).is_met_as_published([3.0, 3.0005]).tolist() == [True, False]
    assert target("more_than", 3.0).is_met_as_published([3.0, 3.0005]).tolist() == [False, True]


@given(st.decimals(-999, 999, places=5), st.integers(0, 3))
def test_rounding_is_that_of_decimal_arithmetic(value: Decimal, decimals: int):
    unit = Decimal(1).scaleb(-decimals)
    expected = value.quantize(unit, rounding=ROUND_HALF_UP)
    assert float(round_half_up(float(value), decimals)) == float(expected)


@pytest.mark.parametrize(
    ("value", "published"),
    [(0.05, 0.1), (0.25, 0.3), (2.675, 2.7), (5.95, 6.0), (-0.05, -0.1), (-2.25, -2.3), (1.049, 1)],
)
def test_halves_round_away_from_zero(value: float, published: float):
    assert float(round_half_up(value, 1)) == published


COMPARED = st.sampled_from([c for c in Comparison if c is not Comparison.WITHIN])


@given(growth_paths(), st.sampled_from(["at_least", "about", "more_than"]), rates(), rates())
def test_raising_a_target_never_raises_attainment(paths, comparison, one, other):
    low, high = sorted((one, other))
    chances = [target(comparison, r).is_met(paths[:, -1], 1).mean() for r in (low, high)]
    assert chances[0] >= chances[1]


@given(growth_paths(), rates(), rates())
def test_raising_a_ceiling_never_lowers_attainment(paths, one, other):
    low, high = sorted((one, other))
    chances = [target("at_most", r).is_met(paths[:, -1], 1).mean() for r in (low, high)]
    assert chances[0] <= chances[1]


@given(growth_paths(), rates(), st.integers(0, 10), st.integers(0, 10))
def test_more_tolerance_never_lowers_attainment(paths, rate, one, other):
    low, high = sorted((one / 10, other / 10))
    about = target("about", rate)
    chances = [about.with_tolerance(pp).is_met(paths[:, -1], 1).mean() for pp in (low, high)]
    assert chances[0] <= chances[1]


@given(growth_paths(), rates())
def test_a_ceiling_and_more_than_it_are_complements(paths, rate):
    growth = paths[:, -1]
    met = target("at_most", rate).is_met(growth, 1)
    assert (met != target("more_than", rate).is_met(growth, 1)).all()


@given(COMPARED, st.integers(1, 300), st.sampled_from([0.0, 0.05, 0.25]))
def test_growth_just_beyond_the_threshold_decides(comparison, tenths, beside):
    """Also for a rate that lies between two rates as they are published, such as 8.65."""
    announced = target(comparison, 1 + tenths / 10 + beside)
    threshold = announced.threshold_pct(1)
    sides = announced.is_met([threshold - 1e-6, threshold + 1e-6], 1).tolist()
    assert sides == ([True, False] if comparison is Comparison.AT_MOST else [False, True])


@pytest.mark.parametrize(
    ("announced", "threshold"),
    [
        (target("at_least", 7.0), 6.95),
        (RANGE, 6.45),
        (target("about", 7.0), 6.75),
        (target("more_than", 0.0), 0.05),
        (target("at_most", 3.0), 3.05),
        (target("at_most", 3.04), 3.05),  # published as 3.0 at most
        (target("more_than", 3.04), 3.05),
        (target("at_least", 3.01), 3.05),  # published as 3.1 at least
        (target("about", 7.0, tolerance_pp=0.5), 6.45),
        (target("about", 8.3), 8.05),
        (target("at_least", -1.0), -1.05),
        (target("at_most", -1.0), -0.95),
    ],
)
def test_thresholds_lie_before_rounding(announced: Target, threshold: float):
    assert announced.threshold_pct(1) == pytest.approx(threshold, abs=1e-9)


@pytest.mark.parametrize(
    ("announced", "least"),
    [
        (target("at_least", 7.0), 7.0),
        (target("about", 7.0), 6.8),
        (target("at_most", 3.0), 3.0),
        (target("more_than", 0.0), 0.1),
        (target("more_than", 2.25), 2.3),
    ],
)
def test_what_a_target_takes_is_an_outcome_that_can_be_published(announced: Target, least: float):
    assert announced.least_met_pct(1) == pytest.approx(least, abs=1e-9)


def test_growth_published_without_decimals_has_a_wider_margin():
    assert target("at_least", 7.0).is_met([6.5, 6.49], 0).tolist() == [True, False]


def test_the_target_announced_last_is_in_force():
    first = target(rate_pct=10.0)
    second = replace(first, rate_pct=9.0, announced_on=date(2018, 7, 10))
    for targets in ([first, second], [second, first]):
        before = in_force(targets, "made_up", 2018, date(2018, 7, 9))
        after = in_force(targets, "made_up", 2018, date(2018, 7, 10))
        assert (before["sales"].rate_pct, after["sales"].rate_pct) == (10.0, 9.0)


def test_no_target_is_in_force_before_its_day():
    announced = target(announced_on=date(2018, 2, 1))
    assert in_force([announced], "made_up", 2018, date(2018, 1, 31)) == {}
    assert list(in_force([announced], "made_up", 2018, date(2018, 2, 1))) == ["sales"]


def test_targets_of_other_areas_and_years_are_left_out():
    announced = [target(), target(area="there"), target(year=2019)]
    assert in_force(announced, "made_up", 2018, date(2019, 1, 1)) == {"sales": announced[0]}


PLAIN = {
    "area": '"made_up"',
    "year": "2018",
    "indicator": '"sales"',
    "comparison": '"at_least"',
    "rate_pct": "7.0",
    "announced_on": "2018-02-01",
    "wording": '""',
    "source": '""',
}


def written(folder: Path, *entries: dict[str, str | None]) -> tuple[Target, ...]:
    """Write entries of nine lines that differ from the plain one as told, and read them."""
    lines = []
    for changes in entries:
        cells = {k: v for k, v in (PLAIN | changes).items() if v is not None}
        lines += ["[[target]]", *(f"{k} = {v}" for k, v in cells.items())]
    (folder / "targets.toml").write_text("\n".join(lines), encoding="utf-8")
    return read_targets(folder, REGISTRY)


def test_a_target_is_read(tmp_path: Path):
    assert written(tmp_path, {}, {"year": "2019", "rate_pct": "7"})[0] == target()


@pytest.mark.parametrize("key", ["action", "measure"])
def test_who_answers_for_a_target_and_what_is_done_for_it(tmp_path: Path, key: str):
    more = {"owner": '"Commerce bureau"', key: '"vouchers"', "due": "2018-11-30"}
    (found,) = written(tmp_path, more)
    assert (found.owner, found.action, found.due) == (
        "Commerce bureau", "vouchers", date(2018, 11, 30),
    )  # fmt: skip


def test_a_day_in_quotes_by_which_something_is_due_is_named(tmp_path: Path):
    with pytest.raises(ContractError, match=r"targets.toml:1: due"):
        written(tmp_path, {"due": '"2018-11-30"'})


def test_what_an_entry_leaves_out(tmp_path: Path):
    (plain,) = written(tmp_path, {})
    assert (plain.settles, plain.announced_on_basis, plain.tolerance_pp) == (
        "first",
        "published",
        None,
    )
    ends = {"comparison": '"within"', "rate_pct": None, "lower_pct": "7.0", "upper_pct": "7.0"}
    (narrow,) = written(tmp_path, ends)
    assert (narrow.lower_pct, narrow.upper_pct) == (7.0, 7.0)
    (about,) = written(tmp_path, {"comparison": '"about"', "tolerance_pp": "0.0"})
    assert about.tolerance_pp == 0.0
    (settled,) = written(tmp_path, {"settles": '"latest"', "announced_on_basis": '"estimated"'})
    assert (settled.settles, settled.announced_on_basis) == ("latest", "estimated")


def test_a_folder_without_targets_has_none(tmp_path: Path):
    assert read_targets(tmp_path, REGISTRY) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"comparison": '"exactly"'},
            "comparison: Input should be 'at_least', 'within', 'between',",
        ),
        (
            {"comparison": '"within"', "rate_pct": None, "lower_pct": "7.0", "upper_pct": "6.5"},
            "lower_pct 7.0 lies above upper_pct 6.5; allowed: lower up to upper",
        ),
        ({"comparison": '"within"'}, "within needs lower_pct and upper_pct, and no rate_pct"),
        ({"rate_pct": None}, "at_least needs rate_pct, and neither lower_pct nor upper_pct"),
        ({"upper_pct": "8.0"}, "at_least needs rate_pct, and neither lower_pct nor upper_pct"),
        ({"indicator": '"slaes"'}, "unknown indicator 'slaes'; known: mood, sales"),
        ({"indicator": '"mood"'}, "'mood' has no annual_rule, so it cannot have a growth target"),
        ({"tolerance_pp": "0.2"}, "tolerance_pp 0.2; allowed: zero or more, with comparison about"),
        (
            {"comparison": '"about"', "tolerance_pp": "-0.1"},
            "tolerance_pp -0.1; allowed: zero or more, with comparison about",
        ),
        ({"year": '"2018"'}, "year: Input should be a valid integer"),
        ({"rate_pct": '"7"'}, "rate_pct: Input should be a valid number"),
        ({"rate_pct": "nan"}, "rate_pct"),
        ({"rate_pct": "inf"}, "rate_pct"),
        (
            {"announced_on": '"soon"'},
            "announced_on 'soon' is not a date (expected YYYY-MM-DD without quotes)",
        ),
        ({"announced_on": None}, "key 'announced_on' is missing; required: area, year, indicator"),
        ({"wordng": '""'}, "unknown key 'wordng', perhaps 'wording'; allowed: area, year"),
        ({"settles": '"second"'}, "settles: Input should be 'first' or 'latest'"),
    ],
)
def test_a_fault_is_named_with_the_line_of_its_entry(
    tmp_path: Path, changes: dict[str, str | None], message: str
):
    with pytest.raises(ContractError, match=rf"targets\.toml:10: {re.escape(message)}"):
        written(tmp_path, {}, {"year": "2019"} | changes)


def test_two_targets_announced_on_one_day_contradict_each_other(tmp_path: Path):
    message = r"targets\.toml:10: sales 2018 of made_up was announced on this day on line 1 already"
    with pytest.raises(ContractError, match=message):
        written(tmp_path, {}, {"rate_pct": "8.0"})


def test_all_faults_are_reported_at_once(tmp_path: Path):
    faulty = [{"indicator": '"x"'}, {"tolerance_pp": "0.1"}, {"rate_pct": None, "year": "2019"}]
    with pytest.raises(ContractError, match=r"^3 faults in the data\n") as caught:
        written(tmp_path, *faulty)
    assert [fault.line for fault in caught.value.faults] == [1, 10, 20]


def test_futians_targets_of_2019_are_those_of_its_work_report(real_archive: Archive):
    announced = in_force(real_archive.targets, "futian", 2019, date(2019, 2, 1))
    said = {name: (t.comparison.value, t.bound_pct) for name, t in announced.items()}
    assert said == {
        "gdp": ("within", 6.5),
        "modern_services_va": ("about", pytest.approx(6.8)),
        "retail_sales": ("at_least", 7.0),
        "fixed_asset_investment": ("at_least", 10.0),
        "trade": ("more_than", 0.0),
        "budget_revenue": ("at_least", 6.0),
    }
    assert announced["trade"].wording == "进出口总额实现正增长"
    assert in_force(real_archive.targets, "futian", 2019, date(2019, 1, 31)) == {}


def test_the_first_report_of_2014_missed_a_target_that_the_revision_met():
    growth = target("at_least", 7.5)
    assert np.array_equal(growth.is_met_as_published([7.4, 7.5]), [False, True])
