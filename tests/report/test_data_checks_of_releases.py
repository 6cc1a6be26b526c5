"""Months that a series lacks, and publishers that contradict each other. Figures are made up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from forecast.archive.archive import Archive
from forecast.base.months import Span, month
from forecast.base.series import Series
from forecast.report.data_checks import conflicts, gaps
from forecast.report.value import Finding
from strategies import Release, archive_of, indicator

DAY = date(2020, 1, 31)


def monthly(when: Iterable[tuple[int, int]], **changes: str) -> list[Release]:
    """Return growth of January to each month, out on the 15th of the next."""
    return [
        Release(
            span=Span.year_to_date(year, last),
            value=7.0,
            released_on=date(year + last // 12, last % 12 + 1, 15),
            **changes,
        )
        for year, last in when
    ]


def missing(when: Iterable[tuple[int, int]], **changes: str) -> list[tuple[int, int, float]]:
    """Return the first and the last month of each gap, and its size."""
    snapshot = archive_of(monthly(when, **changes)).as_of(DAY)
    return [(g.span.first, g.span.last, g.size) for g in gaps(snapshot, Series("made_up", "sales"))]


def quarters(*years: int) -> list[tuple[int, int]]:
    return [(year, last) for year in years for last in (3, 6, 9, 12)]


def test_a_month_of_two_in_three_years_is_usual():
    when = [w for w in quarters(2017, 2018, 2019) if w != (2018, 6)]
    assert missing(when) == [(month(2018, 6), month(2018, 6), 1.0)]


def test_a_month_of_fewer_years_is_not_usual():
    when = [w for w in quarters(2016, 2017, 2018, 2019) if w not in ((2017, 6), (2018, 6))]
    assert missing(when) == []  # in two of four years


def test_two_years_show_nothing_usual():
    assert missing([(2018, 3), (2018, 6), (2018, 12), (2019, 3), (2019, 12)]) == []


def test_neighbouring_months_are_one_gap():
    when = [(y, m) for y in range(2015, 2020) for m in range(1, 13)]
    gone = [(2016, 12), (2017, 1), (2018, 4)]
    assert missing([w for w in when if w not in gone]) == [
        (month(2016, 12), month(2017, 1), 2.0),
        (month(2018, 4), month(2018, 4), 1.0),
    ]


def test_nothing_is_missed_before_the_first_or_after_the_newest_figure():
    when = [w for w in quarters(2017, 2018, 2019) if w not in ((2017, 3), (2019, 12))]
    assert missing(when) == []


def test_the_tenth_year_back_is_looked_at_and_the_eleventh_is_not():
    when = quarters(*range(2009, 2020))
    assert missing([w for w in when if w != (2011, 6)]) == [
        (month(2011, 6), month(2011, 6), 1.0),
    ]
    assert missing([w for w in when if w != (2010, 6)]) == []  # before 2011 nothing is looked at
    assert missing([w for w in quarters(*range(2010, 2020)) if w != (2011, 3)]) == []


def test_a_series_without_a_december_has_gaps_too():
    when = [(year, last) for year in (2017, 2018, 2019) for last in (3, 6, 9)]
    assert missing([w for w in when if w != (2018, 6)]) == [
        (month(2018, 6), month(2018, 6), 1.0),
    ]


def test_what_an_office_expects_fills_no_gap():
    assert missing(quarters(2017, 2018, 2019), status="expected") == []


def two_publishers(first: float, second: float, **changes: str) -> Archive:
    """Return an archive of one span, by a first publisher and a second one five days later."""
    span = Span.year_to_date(2019, 6)
    releases = [
        Release(span=span, value=first, released_on=date(2019, 7, 15)),
        Release(span=span, value=second, released_on=date(2019, 7, 20), **changes),
    ]
    made = archive_of(releases, indicator())
    return replace(made, figures=made.figures.assign(publisher=["bureau", "province"]))


def contradictions(first: float, second: float, **changes: str) -> list[Finding]:
    archive = two_publishers(first, second, **changes)
    return list(conflicts(archive.as_of(DAY), "made_up"))


@pytest.mark.parametrize(
    ("first", "second", "size"),
    [
        (7.5, 7.6, None),  # half a tenth and half a tenth: both may be 7.55
        (7.6, 7.5, None),
        (7.5, 7.7, 0.2),
        (7.5, 7.55, None),  # 0.05 by 0.055
        (7.5, 7.56, 0.06),  # 0.06 by 0.055
        (7.25, 7.26, None),
        (7.25, 7.27, 0.02),
        (7.0, 8.0, None),  # whole numbers show no digit, so each may be rounded by a half
        (7.0, 8.1, 1.1),
        (-7.5, -7.7, 0.2),
        (7.5, 7.5, None),
    ],
)
def test_a_difference_beyond_half_a_unit_of_each_last_digit_is_a_contradiction(
    first: float, second: float, size: float | None
):
    sizes = [one.size for one in contradictions(first, second)]
    assert sizes == ([] if size is None else [pytest.approx(size)])


@pytest.mark.parametrize(("second", "n"), [(7.1234563, 0), (7.123459, 1)])
def test_digits_count_up_to_the_sixth(second: float, n: int):
    assert len(contradictions(7.1234561, second)) == n


def test_only_series_of_the_figures_are_compared():
    """Names that a table of figures knows but has no rows of are no series."""
    archive = two_publishers(7.5, 9.0)
    names = archive.figures["indicator"].astype("category").cat.add_categories(["output"])
    known = replace(archive, figures=archive.figures.assign(indicator=names))
    assert [one.series.indicator for one in conflicts(known.as_of(DAY), "made_up")] == ["sales"]


def test_a_contradiction_names_both_publishers_the_higher_one_first():
    (conflict,) = contradictions(7.5, 8.25)
    assert (conflict.kind, conflict.series) == ("conflict", Series("made_up", "sales"))
    assert (conflict.span, conflict.unit) == (Span.year_to_date(2019, 6), "pct")
    assert conflict.source == "province 8.25, bureau 7.5"


def test_only_final_values_contradict_each_other():
    assert contradictions(7.5, 9.0, status="preliminary") == []


def test_a_value_that_is_not_out_yet_contradicts_nothing():
    archive = two_publishers(7.5, 9.0)
    assert list(conflicts(archive.as_of(date(2019, 7, 19)), "made_up")) == []
    assert len(list(conflicts(archive.as_of(date(2019, 7, 20)), "made_up"))) == 1


def test_another_area_has_contradictions_of_its_own():
    archive = two_publishers(7.5, 9.0)
    assert list(conflicts(archive.as_of(DAY), "elsewhere")) == []


def test_values_without_a_publisher_contradict_nothing():
    archive = two_publishers(7.5, 9.0)
    nameless = replace(archive, figures=archive.figures.assign(publisher=["bureau", ""]))
    assert list(conflicts(nameless.as_of(DAY), "made_up")) == []


def test_the_newest_value_of_a_publisher_counts():
    archive = two_publishers(9.0, 7.5)
    same = replace(archive, figures=archive.figures.assign(publisher=["bureau", "bureau"]))
    assert list(conflicts(same.as_of(DAY), "made_up")) == []
