"""Decimal and thousands marks, as the numbers of a table tell them together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import level_of
from forecast.importing.number_marks import number_marks


def read(*numbers, delimiter=",", decimal=None, thousands=None):
    marks = number_marks(numbers, decimal=decimal, thousands=thousands, delimiter=delimiter)
    return [str(level_of(marks.normal(number))) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (["2,441", "104,5"], ["2.441", "104.5"]),
        (["1.234,5", "987"], ["1234.5", "987"]),
        (["1.234.567", "1.234"], ["1234567", "1234"]),
        (["1,234", "987"], ["1234", "987"]),
        (["1,234.5", "2,000"], ["1234.5", "2000"]),
        (["12,34,567", "1,23,456"], ["1234567", "123456"]),
        (["1'234.5", "1’000"], ["1234.5", "1000"]),
        (["1 234,5", "12,25"], ["1234.5", "12.25"]),
        (["0,123", "2,441"], ["0.123", "2.441"]),
        (["0.123", "2.441"], ["0.123", "2.441"]),
        (["2.441", "2.488"], ["2.441", "2.488"]),
        (["-2,5", "+3,25"], ["-2.5", "3.25"]),
    ],
)
def test_other_numbers_tell_what_one_leaves_open(numbers, expected):
    assert read(*numbers) == expected


@pytest.mark.parametrize(
    ("numbers", "delimiter"),
    [
        (["2,441", "2,488"], ";"),
        (["2.441", "2.488"], ";"),
        (["1.234", "987"], ","),
        (["104,5", "104.5", "1,234"], ","),
        (["1.2345,678.9"], ","),
        (["1,23.4"], ","),
    ],
)
def test_what_stays_open_is_refused(numbers, delimiter):
    with pytest.raises(UnreadableCell, match=r"decimal|is not a number"):
        read(*numbers, delimiter=delimiter)


def test_a_typed_number_beside_stored_ones_is_refused_where_it_stays_open():
    marks = number_marks(["1.234", 1250], decimal=None, thousands=None, delimiter="")
    with pytest.raises(UnreadableCell, match=r"'1\.234' may be 1\.234 or 1234"):
        marks.normal("1.234")
    assert marks.normal("12.5") == "12.5"


def test_what_is_declared_decides():
    assert read("2,441", delimiter=";", decimal=",") == ["2.441"]
    assert read("2,441", delimiter=";", decimal=".") == ["2441"]
    assert read("1.234", "987", thousands=".") == ["1234", "987"]
    with pytest.raises(UnreadableCell, match=r"'104\.5' is not a number; allowed: 1\.234,5"):
        read("104.5", decimal=",", thousands=".")


@given(
    st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1, max_size=20),
    st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", ""), (".", "")]),
)
def test_what_one_program_writes_is_read_back(values, marks):
    decimal, thousands = marks
    texts = [
        f"{v:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands) for v in values
    ]
    assert [Decimal(number) for number in read(*texts, delimiter=";")] == values
