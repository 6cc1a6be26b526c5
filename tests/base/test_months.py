"""Months and spans of months."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.base.months import Span, month, month_of_year, month_text, parse_month, year_of
from strategies import spans

MONTHS = st.integers(month(1950, 1), month(2099, 12))


@given(st.integers(1950, 2099), st.integers(1, 12))
def test_a_month_knows_its_year_and_its_place_in_it(year: int, position: int):
    when = month(year, position)
    assert (year_of(when), month_of_year(when)) == (year, position)


def test_december_is_followed_by_january():
    assert month(2018, 12) + 1 == month(2019, 1)


@given(MONTHS)
def test_a_month_reads_back_what_it_writes(when: int):
    assert parse_month(month_text(when)) == when


@pytest.mark.parametrize(
    "text",
    ["2019-13", "2019-00", "2019-1", "19-01", "2019/01", "2019-01-01", " 2019-01", "2019-01\n", ""],
)
def test_what_is_no_month_is_refused(text: str):
    assert parse_month(text) is None


@given(spans())
def test_a_year_to_date_is_as_long_as_its_last_month_says(span: Span):
    assert span.is_year_to_date == (span.n_months == month_of_year(span.last))


@pytest.mark.parametrize(
    ("span", "text", "to_date", "whole", "within"),
    [
        (Span(month(2019, 3), month(2019, 3)), "2019-03", False, False, True),
        (Span(month(2019, 1), month(2019, 1)), "2019-01", True, False, True),
        (Span.year_to_date(2019, 2), "2019-01..2019-02", True, False, True),
        (Span.year_to_date(2019, 12), "2019-01..2019-12", True, True, True),
        (Span(month(2019, 4), month(2019, 6)), "2019-04..2019-06", False, False, True),
        (Span(month(2018, 12), month(2019, 2)), "2018-12..2019-02", False, False, False),
        (Span(month(2018, 1), month(2019, 12)), "2018-01..2019-12", False, False, False),
    ],
)
def test_kinds_of_spans(span: Span, text: str, to_date: bool, whole: bool, within: bool):
    assert str(span) == text
    assert (span.is_year_to_date, span.is_whole_year, span.is_within_a_year) == (
        to_date,
        whole,
        within,
    )


def test_a_span_belongs_to_the_year_of_its_last_month():
    assert Span(month(2018, 12), month(2019, 2)).year == 2019


def test_a_span_is_read_from_its_ends():
    assert Span.parse("2019-01", "2019-06") == Span.year_to_date(2019, 6)


@pytest.mark.parametrize(("first", "last"), [("2019-06", "2019-01"), ("2019-13", "2019-14")])
def test_no_span_is_read_backwards_or_from_no_month(first: str, last: str):
    with pytest.raises(ValueError, match=f"not a span: {first} to {last}"):
        Span.parse(first, last)
