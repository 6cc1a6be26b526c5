"""Which release settles a year: the first, or the latest of the two years after it."""

from datetime import date

import pytest

from forecast.base.months import Span
from forecast.history.series import build_history
from forecast.verification.outturn import Outturn, outturn_of
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
