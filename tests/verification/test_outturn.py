"""Which release settles a year: the first, or the latest of the two years after it."""

from dataclasses import replace
from datetime import date

import pytest

from forecast.archive.archive import Archive
from forecast.base.months import Span, month
from forecast.history.series import build_history
from forecast.verification.outturn import Outturn, expected_outturn, outturn_of
from strategies import Release, archive_of, indicator, target

FIRST, REVISED, LATE = 7.0, 7.4, 7.9


def outturn(settles: str, releases: dict[date, float], *, day: date = date(2024, 1, 1)) -> Outturn:
    """Return the outturn of 2018 as of a day, by releases of its growth."""
    year = Span.year_to_date(2018, 12)
    archive = archive_of(
        [Release(span=year, value=v, released_on=d) for d, v in releases.items()],
        indicator(),
        targets=[target(settles=settles)],
    )
    snapshot = archive.as_of(day)
    history = build_history(snapshot, "made_up", "sales", 2018)
    found = outturn_of(history, archive.targets[0], snapshot)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("settles", "last_day", "growth", "released_on"),
    [
        ("first", date(2019, 6, 1), FIRST, date(2019, 1, 20)),
        ("latest", date(2019, 6, 1), REVISED, date(2019, 6, 1)),
        ("latest", date(2020, 12, 31), REVISED, date(2020, 12, 31)),
        ("latest", date(2021, 1, 1), FIRST, date(2019, 1, 20)),
    ],
    ids=["first", "first year after", "last day of the second", "first day of the third"],
)
def test_a_release_counts_until_the_end_of_the_second_year(
    settles: str, last_day: date, growth: float, released_on: date
):
    found = outturn(settles, {date(2019, 1, 20): FIRST, last_day: REVISED})
    assert (found.growth_pct, found.released_on) == (growth, released_on)


def test_of_several_releases_in_time_the_latest_counts():
    releases = {
        date(2019, 1, 20): FIRST,
        date(2019, 12, 30): 7.2,
        date(2020, 12, 30): REVISED,
        date(2021, 12, 30): LATE,
    }
    assert outturn("latest", releases).growth_pct == REVISED
    assert outturn("latest", releases, day=date(2020, 6, 30)).growth_pct == 7.2


def test_where_no_release_was_in_time_the_first_counts():
    releases = {date(2021, 3, 1): REVISED, date(2022, 3, 1): LATE}
    found = outturn("latest", releases)
    assert (found.growth_pct, found.released_on) == (REVISED, date(2021, 3, 1))


def with_sources(archive: Archive) -> Archive:
    """Return an archive of which each figure is from a page of its own."""
    sources = [f"page {number}" for number in range(1, len(archive.figures) + 1)]
    return replace(archive, figures=archive.figures.assign(source=sources))


def outturn_by(releases: list[Release], day: date, **changes: str) -> Outturn | None:
    """Return the outturn of 2018 as of a day, without a target; "page 1" is the first source."""
    archive = with_sources(archive_of(releases, indicator(**changes)))
    snapshot = archive.as_of(day)
    return outturn_of(build_history(snapshot, "made_up", "sales", 2018), None, snapshot)


def growth(first: int, last: int, value: float, on: date, status: str = "final") -> Release:
    return Release(span=Span(first, last), value=value, released_on=on, status=status)


def level(year: int, value: float, on: date) -> Release:
    span = Span.year_to_date(year, 12)
    return Release(span=span, value=value, released_on=on, measure="level", unit="cny_100m")


YEAR_END = month(2018, 12)


def test_a_year_that_is_not_over_has_no_outturn():
    so_far = growth(month(2018, 1), month(2018, 11), 7.0, date(2018, 12, 15))
    assert outturn_by([so_far], date(2019, 6, 1)) is None


def test_an_outturn_carries_its_release():
    first = growth(month(2018, 1), YEAR_END, 7.0, date(2019, 1, 20), "preliminary")
    later = growth(month(2018, 1), YEAR_END, 7.2, date(2019, 9, 1))
    found = outturn_by([first, later], date(2020, 1, 1))
    assert found == Outturn(7.0, date(2019, 1, 20), "preliminary", "page 1")


def test_of_a_stock_growth_of_december_settles_the_year():
    december = growth(YEAR_END, YEAR_END, 8.1, date(2019, 1, 20))
    found = outturn_by([december], date(2020, 1, 1), annual_rule="end_of_year")
    assert found == Outturn(8.1, date(2019, 1, 20), "final", "page 1")


def test_where_only_levels_are_published_the_first_complete_day_settles_the_year():
    """107.26 by 100 is 7.26 %, published with one decimal as 7.3; a later 110 changes nothing."""
    levels = [
        level(2017, 100.0, date(2018, 1, 20)),
        level(2018, 107.26, date(2019, 1, 20)),
        level(2018, 110.0, date(2019, 9, 1)),
    ]
    settled = Outturn(7.3, date(2019, 1, 20), "computed", "page 2")
    assert outturn_by(levels, date(2020, 1, 1)) == settled
    assert outturn_by(levels, date(2019, 1, 20)) == settled
    assert outturn_by(levels, date(2019, 1, 19)) is None


def test_levels_that_complete_the_year_late_settle_it_then():
    levels = [level(2018, 107.26, date(2019, 1, 20)), level(2017, 100.0, date(2019, 3, 1))]
    assert outturn_by(levels, date(2019, 2, 28)) is None
    settled = outturn_by(levels, date(2020, 1, 1))
    assert settled is not None
    assert (settled.growth_pct, settled.released_on) == (7.3, date(2019, 3, 1))


def test_the_latest_release_of_levels_settles_a_target_that_asks_for_it():
    levels = [
        level(2017, 100.0, date(2018, 1, 20)),
        level(2018, 107.26, date(2019, 1, 20)),
        level(2018, 110.0, date(2020, 12, 31)),
        level(2018, 120.0, date(2021, 1, 1)),
    ]
    archive = archive_of(levels, indicator(), targets=[target(settles="latest")])
    for day, growth_pct in ((date(2020, 6, 1), 7.3), (date(2022, 1, 1), 10.0)):
        snapshot = archive.as_of(day)
        history = build_history(snapshot, "made_up", "sales", 2018)
        settled = outturn_of(history, archive.targets[0], snapshot)
        assert settled is not None
        assert settled.growth_pct == growth_pct


def expected(releases: list[Release], day: date = date(2019, 1, 1)) -> Outturn | None:
    snapshot = with_sources(archive_of(releases, indicator())).as_of(day)
    return expected_outturn(build_history(snapshot, "made_up", "sales", 2018), snapshot)


def test_an_expectation_of_the_year_is_kept_apart():
    stated = growth(month(2018, 1), YEAR_END, 7.5, date(2018, 12, 20), "expected")
    assert expected([stated]) == Outturn(7.5, date(2018, 12, 20), "expected", "page 1")
    later = growth(month(2018, 1), month(2018, 9), 7.9, date(2018, 12, 24), "expected")
    assert expected([stated, later]) == Outturn(7.5, date(2018, 12, 20), "expected", "page 1")


def test_growth_of_other_months_is_no_expectation_of_the_year():
    other = growth(month(2018, 1), month(2018, 9), 7.5, date(2018, 9, 20), "expected")
    assert expected([other]) is None


def test_an_expectation_of_the_year_before_is_none_of_this_one():
    before = growth(month(2017, 1), month(2017, 12), 7.5, date(2017, 12, 20), "expected")
    assert expected([before]) is None


def test_a_settled_year_is_no_longer_expected():
    stated = growth(month(2018, 1), YEAR_END, 7.5, date(2018, 12, 20), "expected")
    settled = growth(month(2018, 1), YEAR_END, 7.1, date(2019, 1, 20))
    assert expected([stated, settled], date(2019, 2, 1)) is None


def test_expected_growth_goes_before_an_expected_level():
    stated = growth(month(2018, 1), YEAR_END, 7.5, date(2018, 12, 10), "expected")
    amount = replace(level(2018, 108.0, date(2018, 12, 20)), status="expected")
    assert expected([level(2017, 100.0, date(2018, 1, 20)), stated, amount]) == Outturn(
        7.5, date(2018, 12, 10), "expected", "page 2"
    )
