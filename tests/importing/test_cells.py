"""Numbers as they are typed into the sheets of offices."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import (
    SpoiltNumber,
    growth_pct_of,
    growth_pct_of_index,
    is_blank,
    level_of,
)

BLANK = [
    "",
    "  ",
    "–",
    "—",
    "-",
    "－－",
    "————",
    "- -",
    "…",
    "……",
    "/",
    "N/A",
    "暂无",
    "\u00a0",
    "*",
    None,
]


@pytest.mark.parametrize("content", BLANK)
def test_blanks_are_not_figures(content):
    assert is_blank(content)
    assert level_of(content) is None
    assert growth_pct_of(content) is None


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("882.78", "882.78"),
        ("８８２．７８", "882.78"),
        ("1,234.5", "1234.5"),
        ("１，２３４", "1234"),
        (" 1 234.5 ", "1234.5"),
        ("1\u00a0395.84", "1395.84"),
        ("1\u2009395\u202f840", "1395840"),
        ("1\u3000395", "1395"),
        ("13\u200b95", "1395"),
        ("- 3.2", "-3.2"),
        ("1395.84 ①\n", "1395.84"),
        ("7.1₁", "7.1"),
        ("7.1㉑", "7.1"),
        ("882.78①", "882.78"),
        ("882.78*", "882.78"),
        ("882.78¹", "882.78"),
        ("882.78[1]", "882.78"),
        ("-3.2", "-3.2"),
        ("－3.2", "-3.2"),
        ("−3.2", "-3.2"),
        (882, "882"),
        (882.78, "882.78"),
        (882.7800000000001, "882.78"),
        (0.1 + 0.2, "0.3"),
        (Decimal("882.780"), "882.78"),
        (0, "0"),
    ],
)
def test_levels(content, value):
    assert level_of(content) == Decimal(value)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("6.5", "6.5"),
        ("+6.5", "6.5"),
        ("-3.2%", "-3.2"),
        ("６．５％", "6.5"),
        ("增长6.5", "6.5"),
        ("增长6.5%", "6.5"),
        ("同比增长6.5%", "6.5"),
        ("增长-3.2%", "-3.2"),
        ("下降3.2", "-3.2"),
        ("下降 3.2 %", "-3.2"),
        ("负增长3.2%", "-3.2"),
        ("上涨2.1%", "2.1"),
        ("持平", "0"),
        ("与上年持平", "0"),
        ("同比持平", "0"),
        ("6.5②", "6.5"),
        ("增长 7.1", "7.1"),
        ("增长\n7.1 ％", "7.1"),
        (7.6, "7.6"),
    ],
)
def test_growth(content, value):
    assert growth_pct_of(content) == Decimal(value)


def test_a_share_is_shown_as_per_cent():
    assert growth_pct_of(0.076, is_share=True) == Decimal("7.6")
    assert growth_pct_of("7.6%", is_share=True) == Decimal("7.6")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("6.5个百分点", "percentage points are a change of growth; allowed: growth"),
        ("回落0.3个百分点", "percentage points are a change of growth; allowed: growth"),
        ("下降-3.2", "has a word and a sign; allowed: one of them"),
        ("回落3.2", "is not a number; allowed: 1234.5 or 1,234.5"),
        ("-100", "is not a growth rate; allowed: above -100"),
        ("▲3.2", "is not a number"),
        ("--3.2", "is not a number"),
        ("增长——3.2", "is not a number"),
        ("增长7.1 8.2", "has a blank or a mark between its digits"),
        ("(3.2)", "is not a number"),
        ("6.5-7.0", "is not a number"),
        ("约6.5", "is not a number"),
        ("六点五", "is not a number"),
        ("#DIV/0!", "is not a number"),
        (True, "is not a number"),
        (date(2019, 9, 30), "is not a number"),
        (float("nan"), "is not a finite number"),
        (float("inf"), "is not a finite number"),
    ],
)
def test_what_is_not_growth_is_refused(content, why):
    with pytest.raises(UnreadableCell, match=why):
        growth_pct_of(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("12,34", "is not a number"),
        ("350\n7.1", "between its digits; allowed: 1234.5, 1,234.5 or 1 234.5"),
        ("1\n395", "between its digits"),
        ("12 7", "between its digits"),
        ("1395.84 1", "between its digits"),
        ("1395. 84", "between its digits"),
        ("1  395", "between its digits"),
        ("1 2345", "between its digits"),
        ("1, 234", "between its digits"),
        ("12*7", "between its digits"),
        ("12①395", "between its digits"),
        ("12[1]395", "between its digits"),
        ("\u00ad3.2", "is not a number"),  # a soft hyphen may be meant as a sign
        ("1,2345.6", "is not a number"),
        ("6.5%", "is in per cent, not a level"),
        ("持平", "is not a number"),
        ("突破1000", "is not a number"),
        ("882.78亿元", "is not a number"),
        ("1.2E+05", "is not a number"),
        ("1e400", "is not a number"),
        ("9" * 16, "is too large"),
        ("٣", "is not a number"),
        (True, "is not a number"),
    ],
)
def test_what_is_not_a_level_is_refused(content, why):
    with pytest.raises(UnreadableCell, match=why):
        level_of(content)


@given(st.integers(-(10**14), 10**14), st.integers(0, 4))
def test_a_number_is_read_back_however_it_is_typed(digits, places):
    value = Decimal(digits).scaleb(-places)
    blanks = f"{value:,f}".replace(",", "\u00a0")
    typed = [f"{value:f}", f"{value:,f}", blanks, f"{value:f}".translate(WIDE), f" {value:f}④"]
    assert {level_of(text) for text in typed} == {value}


WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


@given(st.text(max_size=12) | st.text("0123456789.,+-%增长下降持平同比 ①", max_size=10))
def test_any_text_is_a_number_a_blank_or_refused(text):
    for read in (level_of, growth_pct_of):
        try:
            value = read(text)
        except UnreadableCell:
            continue
        assert value is None or (isinstance(value, Decimal) and value.is_finite())


@given(st.decimals("0.01", "999", places=2))
def test_an_index_says_growth_with_all_its_digits(index):
    assert growth_pct_of_index(str(index)) == index - 100
    assert growth_pct_of_index("…") is None


def test_a_spoilt_cell_says_what_stood_there_and_why():
    for number in (level_of, growth_pct_of, growth_pct_of_index):
        with pytest.raises(UnreadableCell, match=r"^'1395840' is scaled$"):
            number(SpoiltNumber("1395840", "is scaled"))


def test_an_index_shown_as_per_cent_is_refused():
    with pytest.raises(UnreadableCell, match="shown as per cent, but is an index"):
        growth_pct_of_index(1.018, is_share=True)
