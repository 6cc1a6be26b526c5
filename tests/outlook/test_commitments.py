"""Completion of commitments: recovery from simulated work, and what must hold whatever was done.

All entries are simulated, by a gamma process whose pace and dispersion are known.
"""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.commitments import Commitments
from forecast.archive.progress import ProgressEntry
from forecast.outlook.commitments import (
    Completion,
    Dispersion,
    completions,
    count_dispersion,
    count_paths,
    counted,
    seasonal_profile,
    share_dispersion,
)
from strategies import commitment, entry

DAY = date(2018, 12, 30)
SHARE = {"unit_en": "%", "unit_zh": "%", "amount": 20.0}
MONTH_ENDS = [date(2018, m, 1) - timedelta(days=1) for m in range(2, 13)]


def outlook(*entries: ProgressEntry, day: date = DAY, **changes) -> Completion:
    book = Commitments((commitment(**changes),), (1,), entries)
    (found,) = completions(book, "made_up", 2018, day, seed=1, n_paths=2000)
    return found


def chance(found: Completion) -> float:
    assert found.kept is not None
    return float(found.kept.mean())


def test_without_an_entry_nothing_is_guessed():
    found = outlook()
    assert (found.status, found.paths, found.entries) == ("no_progress", None, ())


def test_an_entry_that_was_not_known_yet_says_nothing():
    late = entry("2018-06-30", 200.0, released_on="2018-09-01")
    assert outlook(late, day=date(2018, 8, 31)).status == "no_progress"
    assert outlook(late, day=date(2018, 9, 1)).status == "open"


@pytest.mark.parametrize(
    ("entries", "changes", "status"),
    [
        ([("2018-06-30", 0.0)], {}, "not_started"),
        ([("2018-06-30", 1.0)], {}, "open"),
        ([("2018-06-30", 400.0)], {}, "done"),
        ([("2018-12-31", 399.0)], {}, "missed"),
        ([("2018-06-30", 15.0)], SHARE, "too_few"),
        ([("2018-03-31", 15.0), ("2018-06-30", 25.0)], SHARE, "open"),  # a share may fall again
        ([("2018-03-31", 15.0), ("2018-12-31", 20.0)], SHARE, "done"),
        ([("2018-12-31", 19.9)], SHARE, "missed"),
    ],
)
def test_what_is_known_decides_what_can_be_said(entries, changes, status):
    found = outlook(*(entry(*e) for e in entries), **changes, day=date(2019, 1, 31))
    assert found.status == status
    assert (found.paths is None) == (status != "open")


def test_digits_are_those_of_the_amount_and_of_every_entry():
    whole, tenths = entry("2018-06-30", 10.0), entry("2018-07-31", 10.5)
    assert outlook(whole).decimals == 0
    assert outlook(whole, tenths).decimals == 1
    assert outlook(whole, amount=24.15).decimals == 2
    assert outlook(whole, tenths, amount=24.15).decimals == 2


def test_paths_of_a_count_move_in_steps_of_its_last_digit():
    paths = outlook(entry("2018-06-30", 10.5), amount=24.1).paths
    assert paths is not None
    assert np.abs(10 * paths - np.round(10 * paths)).max() < 1e-6
    assert len(np.unique(np.round(paths[:, -1], 1))) > 50  # more than the whole numbers there


def test_the_dispersion_of_a_count_allows_for_the_step_in_which_it_is_written():
    """Of 16 done in 120 days, 0.5 in one month and 7.5 in the next, tenth by tenth: 0.1249.

    Shrunk to 1/12 with the weight of four increments by its own three, it is 0.10115.
    """
    done = (0.5, 8.0, 8.5, 16.0)
    days = ("2018-01-31", "2018-02-28", "2018-03-31", "2018-04-30")
    entries = [entry(day, amount) for day, amount in zip(days, done, strict=True)]
    alone = outlook(*entries, amount=24.1).dispersion
    assert (alone.weight, alone.value) == (7.0, pytest.approx(0.1011515))


def test_what_others_did_is_learnt_from_where_there_are_others():
    progress = [entry(d.isoformat(), 30.0 * n) for n, d in enumerate(MONTH_ENDS[:6], start=1)]
    busy = [replace(e, id="flats") for e in progress]
    both = (commitment(), commitment(id="flats"))
    few = entry("2018-06-30", 180.0)
    day = date(2018, 9, 30)
    for entries, basis in (([few], "assumed"), ([few, *busy], "pool"), (progress, "own")):
        book = Commitments(both, (1, 14), tuple(entries))
        found, *_ = completions(book, "made_up", 2018, day, seed=1, n_paths=200)
        assert found.commitment.id == "beds"
        assert found.basis == basis


@given(st.lists(st.integers(0, 500), min_size=1, max_size=6), st.integers(1, 400))
def test_no_path_of_a_count_ever_falls(increments, amount):
    done = np.cumsum(increments)
    entries = [entry(d.isoformat(), float(n)) for d, n in zip(MONTH_ENDS, done, strict=False)]
    found = outlook(*entries, amount=float(amount))
    if found.paths is not None:
        assert (found.paths[:, 0] >= done[-1]).all()
        assert (np.diff(found.paths, axis=1) >= 0).all()


@given(st.integers(1, 398), st.integers(1, 100))
def test_more_done_is_never_less_probable(done, more):
    low = outlook(entry("2018-08-31", float(done)))
    high = outlook(entry("2018-08-31", float(min(done + more, 399))))
    assert chance(low) <= chance(high)


@given(st.integers(100, 390), st.sampled_from(MONTH_ENDS[:-1]))
def test_a_higher_amount_is_never_more_probable(done, day):
    last = entry(day.isoformat(), float(done))
    assert chance(outlook(last)) >= chance(outlook(last, amount=410.0))


def test_a_count_that_fell_is_read_as_no_more_than_the_later_entry():
    entries = [entry("2018-03-31", 120.0), entry("2018-06-30", 90.0), entry("2018-09-30", 200.0)]
    assert counted(commitment(), entries).tolist() == [90.0, 90.0, 200.0]


def test_even_work_on_schedule_is_nearly_certain_and_half_of_the_pace_nearly_impossible():
    on_course = [entry(d.isoformat(), 40.0 * (i + 1)) for i, d in enumerate(MONTH_ENDS[:9])]
    behind = [replace(e, done=e.done / 2) for e in on_course]
    assert chance(outlook(*on_course)) > 0.95
    assert chance(outlook(*behind)) < 0.01
    half = outlook(*on_course).half_kept_by
    assert half in (date(2018, 10, 31), date(2018, 11, 30))


def test_the_same_seed_gives_the_same_paths_and_another_commitment_leaves_them_alone():
    one, other = commitment(), commitment(id="flats")
    progress = entry("2018-06-30", 180.0)
    alone = Commitments((one,), (1,), (progress,))
    both = Commitments((other, one), (1, 2), (progress,))
    (first,) = completions(alone, "made_up", 2018, DAY, seed=1, n_paths=200)
    _, second = completions(both, "made_up", 2018, DAY, seed=1, n_paths=200)
    assert first.paths is not None
    assert np.array_equal(first.paths, second.paths)


def test_past_years_of_a_commitment_bend_the_profile_half_way_to_their_curve():
    last_year = commitment(year=2017, announced_on=date(2017, 2, 1))
    entries = [entry("2017-06-30", 40.0), entry("2017-12-31", 400.0)]
    book = Commitments((last_year, commitment()), (1, 14), tuple(entries))
    bent = seasonal_profile(book, commitment(), DAY)
    straight = 181 / 365
    assert bent.n_years == 1
    assert bent.at(date(2018, 6, 30)) == pytest.approx((straight + 0.1) / 2)
    assert bent.at(date(2018, 12, 31)) == 1.0
    assert (
        seasonal_profile(book, commitment(), date(2017, 6, 30)).n_years == 0
    )  # its end was not known


def test_work_that_always_comes_late_is_not_given_up_in_june():
    late = [("06-30", 40.0), ("09-30", 120.0), ("12-31", 400.0)]
    years = [commitment(year=y, announced_on=date(y, 2, 1)) for y in (2015, 2016, 2017)]
    past = [entry(f"{y}-{d}", n) for y in (2015, 2016, 2017) for d, n in late]
    now = entry("2018-06-30", 60.0)
    book = Commitments((*years, commitment()), (1, 2, 3, 4), (*past, now))
    (with_past,) = completions(book, "made_up", 2018, DAY, seed=1, n_paths=2000)
    assert chance(outlook(now)) < 0.1
    assert chance(with_past) > 0.3


def test_the_dispersion_of_batches_is_found_again():
    rng, batches, found = np.random.default_rng(5), 12.0, []
    for _ in range(200):
        work = rng.gamma(batches / 12, 50.0, size=12).cumsum()
        told = count_dispersion((np.arange(1, 13) / 12).tolist(), work.tolist(), step=0.01)
        assert told is not None
        found.append(told.value)
    assert np.median(found) == pytest.approx(1 / batches, rel=0.15)


def test_counting_in_whole_numbers_is_not_taken_for_dispersion():
    even = np.floor(np.arange(1, 13) * 8 / 12)
    told = count_dispersion((np.arange(1, 13) / 12).tolist(), even.tolist(), step=1.0)
    assert told is not None
    assert told.value < 0.02


def test_the_spread_of_a_share_is_found_again():
    rng, found = np.random.default_rng(6), []
    for _ in range(300):
        walk = (2.0 / 12 + 4.0 / 12**0.5 * rng.standard_normal(12)).cumsum()
        told = share_dispersion((np.arange(1, 13) / 12).tolist(), walk.tolist())
        assert told is not None
        found.append(told.value)
    assert np.mean(found) == pytest.approx(16.0, rel=0.1)


@pytest.mark.parametrize(("known", "kappa"), [(3, 1 / 12), (6, 1 / 12), (9, 1 / 4), (6, 1 / 40)])
def test_stated_probabilities_come_true(known, kappa):
    """Simulated work of 600 commitments, known after so many months; paces differ by a third."""
    rng, n, amount = np.random.default_rng(known), 600, 4000.0
    pace = amount * np.exp(0.3 * rng.standard_normal(n))
    work = np.floor(
        rng.gamma(1 / (12 * kappa), 1.0, (n, 12)).cumsum(axis=1) * kappa * pace[:, None]
    )
    days = [d.isoformat() for d in MONTH_ENDS[:known]]
    stated, came = [], []
    for block in np.array_split(np.arange(n), 15):  # each block is a year that is its own pool
        named = [commitment(id=f"c{i}", amount=amount) for i in block]
        told = [entry(d, float(work[i, k]), of=f"c{i}") for i in block for k, d in enumerate(days)]
        book = Commitments(tuple(named), tuple(range(len(named))), tuple(told))
        for i, one in zip(
            block, completions(book, "made_up", 2018, DAY, seed=1, n_paths=400), strict=True
        ):
            if one.kept is not None:
                stated.append(one.kept.mean())
                came.append(work[i, -1] >= amount)
    said, true = np.array(stated), np.array(came)
    for lower, upper in ((0.0, 0.25), (0.25, 0.75), (0.75, 1.01)):
        chosen = (said >= lower) & (said < upper)
        p, k = said[chosen].mean(), int(chosen.sum())
        allowed = 3.5 * math.sqrt(max(p * (1 - p), 0.02) / k) + 0.03
        assert abs(true[chosen].mean() - p) < allowed, (lower, p, true[chosen].mean(), k)
    base = true.mean()
    brier, climate = np.mean((said - true) ** 2), base * (1 - base)
    assert brier < 0.9 * climate


def test_the_spread_of_paths_is_that_of_the_process():
    """With a pace nearly known, the rest of the year has the mean and the variance of its work."""
    even = Dispersion(1 / 12, 1e9)
    rng = np.random.default_rng(7)
    used, rest, batches = 5000.0, 0.5, 12.0  # as if the pace had been watched for 5000 years
    paths = count_paths(
        used * 400.0, 400.0, used, [used + rest], even, step=0.01, n_paths=40_000, rng=rng
    )
    came = paths[:, 0] - used * 400.0
    assert came.mean() == pytest.approx(rest * 400.0, rel=0.02)
    assert came.std() == pytest.approx(400.0 * math.sqrt(rest / batches), rel=0.05)
