"""What a report says of a commitment; entries are made up, numbers worked by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.archive.commitments import Commitments
from forecast.archive.progress import ProgressEntry
from forecast.base.months import Span
from forecast.base.series import Names
from forecast.outlook.commitments import completions
from forecast.report import commitments
from forecast.report.commitments import CommitmentReport, commitment_reports
from strategies import Release, archive_of, commitment, entry

SHARE = {"unit_en": "%", "unit_zh": "%", "amount": 20.0}
ENDS = (date(2018, 10, 31), date(2018, 11, 30), date(2018, 12, 31))
FIGURE = Release(span=Span.year_to_date(2017, 6), value=7.0, released_on=date(2017, 8, 1))


def report(
    *entries: ProgressEntry, day: date = date(2018, 9, 30), **changes: object
) -> CommitmentReport:
    """Return the report of 400 beds of 2018, or of what is given, on a day."""
    book = Commitments((commitment(**changes),), (1,), entries)
    archive = replace(archive_of([FIGURE]), commitments=book)
    (found,) = commitment_reports(archive.as_of(day), "made_up", 2018, seed=1, n_paths=200)
    return found


def test_without_an_entry_there_is_no_light_and_no_number():
    found = report()
    assert (found.status, found.light, found.n_entries) == ("no_progress", "none", 0)
    assert (found.progress, found.completion) == (None, None)
    assert (found.done_pct, found.time_pct, found.usual_pct) == (None, None, None)
    assert (found.pace_per_month, found.needed_per_month) == (None, None)


def test_progress_stands_beside_the_year_and_the_days_left():
    """By 30 June 181 of 365 days; from 30 September 92 days, 3.0226 months, are left for 220."""
    found = report(entry("2018-03-31", 60.0), entry("2018-06-30", 180.0))
    assert (found.status, found.n_entries, found.done_pct) == ("open", 2, 45.0)
    assert found.time_pct == pytest.approx(49.58904)
    assert found.usual_pct is None  # no past year is known
    assert found.pace_per_month == pytest.approx(30.24862)  # 180 in 5.95068 months
    assert found.needed_per_month == pytest.approx(72.78533)
    assert found.progress is not None
    assert (found.progress.day, found.progress.done) == (date(2018, 6, 30), 180.0)
    assert (found.progress.released_on, found.progress_age_days) == (date(2018, 6, 30), 92)


def test_a_past_year_shows_how_far_a_usual_year_is():
    past = commitment(year=2017, announced_on=date(2017, 2, 1))
    entries = (entry("2017-06-30", 100.0), entry("2017-12-31", 400.0), entry("2018-06-30", 180.0))
    book = Commitments((past, commitment()), (1, 14), entries)
    archive = replace(archive_of([FIGURE]), commitments=book)
    snapshot = archive.as_of(date(2018, 9, 30))
    (found,) = commitment_reports(snapshot, "made_up", 2018, seed=1, n_paths=200)
    assert found.usual_pct == pytest.approx((49.58904 + 25.0) / 2)  # halfway to a straight line
    assert found.completion is not None
    assert found.completion.past_years == 1


def test_what_is_done_is_attained_and_needs_nothing():
    found = report(entry("2018-06-30", 410.0))
    assert (found.status, found.light, found.needed_per_month) == ("done", "attained", None)
    assert (found.done_pct, found.completion) == (102.5, None)


def test_a_year_that_ended_below_the_amount_is_missed():
    found = report(entry("2018-12-31", 399.0), day=date(2019, 1, 15))
    assert (found.status, found.light, found.needed_per_month) == ("missed", "missed", None)


def test_on_the_last_day_no_month_is_left():
    assert report(entry("2018-11-30", 300.0), day=date(2018, 12, 31)).needed_per_month is None
    left = report(entry("2018-11-30", 300.0), day=date(2018, 12, 30)).needed_per_month
    assert left == pytest.approx(100 * 30.4375)  # one day of a month of 30.4375 days


def test_work_that_has_not_begun_has_no_light():
    found = report(entry("2018-06-30", 0.0))
    assert (found.status, found.light, found.done_pct) == ("not_started", "none", 0.0)
    assert found.needed_per_month == pytest.approx(400 / 92 * 30.4375)


def test_a_share_runs_no_race_with_the_year():
    """1.5 points from 31 March to 30 June, 91 days or 2.98973 months."""
    between = entry("2018-05-31", 17.0)
    found = report(entry("2018-03-31", 14.5), between, entry("2018-06-30", 16.0), **SHARE)
    assert (found.status, found.time_pct, found.usual_pct) == ("open", None, None)
    assert found.done_pct == pytest.approx(80.0)
    assert found.pace_per_month == pytest.approx(0.50172, abs=5e-6)
    assert found.needed_per_month == pytest.approx(4 / 92 * 30.4375)


def test_a_share_above_its_amount_may_fall_again_and_needs_nothing_more():
    found = report(entry("2018-03-31", 19.0), entry("2018-06-30", 25.0), **SHARE)
    assert (found.status, found.needed_per_month) == ("open", 0.0)


def test_a_share_reported_once_has_no_pace():
    found = report(entry("2018-06-30", 16.0), **SHARE)
    assert (found.status, found.light, found.pace_per_month) == ("too_few", "none", None)


@pytest.mark.parametrize(
    ("kept", "colour", "key"),
    [(14, "green", "likely"), (13, "yellow", "better_than_even"), (6, "red", "unlikely")],
)
def test_the_light_and_the_words_follow_the_share_of_paths_that_keep_it(
    monkeypatch: pytest.MonkeyPatch, kept: int, colour: str, key: str
):
    """Of 20 paths to 381, 382 ... or shifted up, so many end at 400 or more."""
    december = 399.0 + kept - np.arange(20)

    def with_paths(*given, **options):
        (found,) = completions(*given, **options)
        paths = np.c_[december - 100, december - 2, december]
        return [replace(found, paths=paths, ends=ENDS)]

    monkeypatch.setattr(commitments, "completions", with_paths)
    found = report(entry("2018-06-30", 180.0))
    assert found.completion is not None
    assert found.completion.probability.value == pytest.approx(kept / 20)
    assert (found.light, found.completion.word) == (colour, key)
    assert found.completion.median == pytest.approx(389.5 + kept)
    assert found.completion.lower80 == pytest.approx(381.9 + kept)
    assert found.completion.upper80 == pytest.approx(397.1 + kept)
    half = {14: date(2018, 11, 30), 13: date(2018, 11, 30), 6: None}
    assert found.completion.half_kept_by == half[kept]
    assert found.completion.dispersion_basis == "assumed"


def test_on_exactly_half_of_the_paths_it_is_kept_by_that_month(monkeypatch: pytest.MonkeyPatch):
    def with_paths(*given, **options):
        (found,) = completions(*given, **options)
        paths = np.array([[390.0, 400.0, 401.0], [390.0, 399.0, 400.0]] * 10)
        return [replace(found, paths=paths, ends=ENDS)]

    monkeypatch.setattr(commitments, "completions", with_paths)
    found = report(entry("2018-06-30", 180.0))
    assert found.completion is not None
    assert (found.completion.half_kept_by, found.light) == (date(2018, 11, 30), "green")
    assert found.completion.probability.standard_error == 0.0


def test_the_commitment_is_repeated_as_it_was_announced():
    found = report(entry("2018-06-30", 180.5), comparison="about")
    one = found.commitment
    assert (one.id, one.amount, one.bound) == ("beds", 400.0, 380.0)
    assert (one.comparison, one.amount_basis, found.decimals) == ("about", "stated", 1)
    assert (one.units, one.wording) == (Names("beds", "张"), "新增床位400张")
    assert found.needed_per_month == pytest.approx(199.5 / 92 * 30.4375)
