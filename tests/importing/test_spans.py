"""Spellings of spans as offices and statistical yearbooks use them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.base.errors import UnreadableCell
from forecast.base.months import Span
from forecast.importing.cells import plain
from forecast.importing.times import PartialSpan, partial_span


def span_of(text: str) -> tuple[PartialSpan, str]:
    return partial_span(plain(text))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("1-6月", (1, 6)),
        ("1—2月", (1, 2)),
        ("１－９月", (1, 9)),
        ("1~11月份", (1, 11)),
        ("1至9月", (1, 9)),
        ("1月-9月", (1, 9)),
        ("一至九月", (1, 9)),
        ("上半年", (1, 6)),
        ("下半年", (7, 12)),
        ("前三季度", (1, 9)),
        ("前3季度", (1, 9)),
        ("一至三季度", (1, 9)),
        ("1-3季度", (1, 9)),
        ("一季度", (1, 3)),
        ("第二季度", (4, 6)),
        ("3季度", (7, 9)),
        ("Q4", (10, 12)),
        ("前八个月", (1, 8)),
        ("前8月", (1, 8)),
        ("全年", (1, 12)),
        ("9月", (9, 9)),
        ("09月份", (9, 9)),
        ("十二月", (12, 12)),
        ("1 - 9 月 ①", (1, 9)),
        ("1——9月", (1, 9)),
        ("1〜9月", (1, 9)),
        ("1～～9月", (1, 9)),
        ("1-3季", (1, 9)),
        ("一至三季", (1, 9)),
        ("1-2季", (1, 6)),
        ("前三季", (1, 9)),
        ("Q1-3", (1, 9)),
        ("Q1-Q3", (1, 9)),
        ("Q1~2季度", (1, 6)),
    ],
)
def test_months_without_a_year(text, months):
    assert span_of(text) == (PartialSpan(months=months), "|")


@pytest.mark.parametrize(
    ("text", "year", "months"),
    [
        ("2019年1-9月", 2019, (1, 9)),
        ("2019年1—9月份", 2019, (1, 9)),
        ("２０１９年上半年", 2019, (1, 6)),
        ("2019年前三季度", 2019, (1, 9)),
        ("2019年第一季度", 2019, (1, 3)),
        ("2019Q3", 2019, (7, 9)),
        ("2019年9月", 2019, (9, 9)),
        ("2019-09", 2019, (9, 9)),
        ("2019/9", 2019, (9, 9)),
        ("2019.12", 2019, (12, 12)),
        ("201909", 2019, (9, 9)),
        ("2019.1-9", 2019, (1, 9)),
        ("2019-01-31", 2019, (1, 1)),
        ("2019年度", 2019, None),
        ("2019年", 2019, None),
        ("2019", 2019, None),
        ("2019年全年", 2019, (1, 12)),
        ("2019.1~9", 2019, (1, 9)),
        ("2019年1-9", 2019, (1, 9)),
        ("2019-9至12月", 2019, (9, 12)),
        ("2019年1-3季度", 2019, (1, 9)),
        ("2019Q1-3", 2019, (1, 9)),
        ("2019/9/1", 2019, (9, 9)),
        ("2019-09-01", 2019, (9, 9)),
        ("2019-9-30", 2019, (9, 9)),
        ("1-9月/2018年", 2018, (1, 9)),
    ],
)
def test_years_and_months(text, year, months):
    found, rest = span_of(text)
    assert (found.year, found.months, rest.strip("|/")) == (year, months, "")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2019年9月累计", "2019-01..2019-09"),
        ("2019年9月本月止累计", "2019-01..2019-09"),
        ("2019年1-9月累计", "2019-01..2019-09"),
        ("2019年1-9月本月", "2019-09"),
        ("2019年9月当月", "2019-09"),
        ("2019年三季度", "2019-07..2019-09"),
        ("2019年三季度累计", "2019-01..2019-09"),
        ("2019年本年累计9月", "2019-01..2019-09"),
        ("2019年全年", "2019-01..2019-12"),
    ],
)
def test_to_date_and_single_months(text, span):
    found = span_of(text)[0].span()
    assert isinstance(found, Span)
    assert str(found) == span


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("1-9月", "no year is given"),
        ("2019年", "no months are given"),
        ("2019年1-2月本月", "the single month of 1-2月 is not known"),
    ],
)
def test_what_is_missing_is_named(text, missing):
    assert span_of(text)[0].span() == missing


@pytest.mark.parametrize("text", ["2018-2019年", "9-1月", "1-9月上半年", "四至一季度", "累计当月"])
def test_two_spans_or_months_in_no_order_are_refused(text):
    with pytest.raises(UnreadableCell, match="is not one span of months"):
        span_of(text)


@pytest.mark.parametrize(
    "text", ["13月", "2019年13月", "第五季度", "1899年", "1234.5", "第三产业", "120亿元"]
)
def test_text_without_a_span_is_left_as_it_stands(text):
    found, rest = span_of(text)
    assert found.months is None
    assert rest.replace("2019年", "").replace("|", "") == plain(text).replace("2019年", "")


@pytest.mark.parametrize(
    "text",
    [
        "1、2月",
        "1,2月",
        "1和2月",
        "1/2月",
        "1→9月",
        "1ㄧ9月",
        "一、二季度",
        "二三季度",
        "第二、第三季度",
        "前一、二季度",
        "3/4季度",
        "21季度",
        "十三月",
        "2019年1一9月",
        "2019.1一9",
        "2019年3、4季度",
        "1-8-9月",
        "9月-12",
        "9月至12",
        "9月、10",
        "1-9月 10",
        "2019年9月10.5",
        "201909-12",
        "2019-1-9",
        "2019-1-12",
        "2019年9",
        "Q1-3月",
    ],
)
def test_months_beside_more_numerals_are_refused(text):
    with pytest.raises(UnreadableCell, match="is not one span of months"):
        span_of(text)


@pytest.mark.parametrize(
    ("text", "year", "months", "rest"),
    [
        ("一、2019年1-9月", 2019, (1, 9), "一、"),
        ("1、2019年", 2019, None, "1、"),
        ("1.2019年9月", 2019, (9, 9), "1."),
        ("（一）2019年上半年", 2019, (1, 6), "(一)"),
        ("（一）1-9月", None, (1, 9), "(一)"),
        ("二、上半年", None, (1, 6), "二、"),
        ("表1：1-9月", None, (1, 9), "表1:"),
        ("2019年1-9月（2）", 2019, (1, 9), "(2)"),
        ("2019年1-9月一般贸易", 2019, (1, 9), "一般贸易"),
        ("2019年1-9月14个街道", 2019, (1, 9), "14个街道"),
        ("截至2019年9月30日", 2019, (9, 9), "截至"),
        ("2019年12个月", 2019, None, "12个月"),
        ("2019.9亿元", 2019, None, ".9亿元"),
    ],
)
def test_numerals_that_count_something_else_do_no_harm(text, year, months, rest):
    found, left = span_of(text)
    assert (found.year, found.months) == (year, months)
    assert left.replace("||", "|").strip("|") == rest


def test_the_name_of_an_indicator_parts_numerals_from_months():
    assert partial_span("一、\09月") == (PartialSpan(months=(9, 9)), "一、\0|")


def test_what_is_refused_is_shown_as_it_stood():
    allowed = "allowed: one span of months; for other words a line under"
    with pytest.raises(UnreadableCell, match=rf"^'2010-2019年社会消费品零售总额' .*; {allowed}"):
        partial_span("2010-2019年|", "2010-2019年社会消费品零售总额")
    with pytest.raises(UnreadableCell, match=rf"^'1、2月零售' .*; {allowed}"):
        partial_span("1、2月|", "1、2月零售")


@given(st.text("0123456789年月季度上下半前全一二三四十-~至到.累计本当份Qq年初以来 ", max_size=14))
def test_any_text_is_a_span_or_is_refused(text):
    try:
        found, _ = span_of(text)
    except UnreadableCell:
        return
    if found.months is not None:
        assert 1 <= found.months[0] <= found.months[1] <= 12


@given(
    st.integers(1990, 2099), st.integers(1, 12), st.integers(1, 12), st.sampled_from("-~—至到－")
)
def test_a_range_of_months_is_read_whatever_joins_it(year, one, other, dash):
    first, last = sorted((one, other))
    found = span_of(f"{year}年{first}{dash}{last}月")[0].span()
    assert found == Span.parse(f"{year}-{first:02d}", f"{year}-{last:02d}")


@pytest.mark.parametrize(
    "text",
    [
        "2019-01..2019-06",
        "2019.1-2019.6",
        "2019/01-2019/06",
        "201901-201906",
        "2019年1月至2019年6月",
    ],
)
def test_two_ends_with_a_year_each_are_one_span(text):
    assert span_of(text) == (PartialSpan(2019, (1, 6)), "|")


def test_two_ends_in_two_years_are_refused():
    with pytest.raises(UnreadableCell, match="is not a span within one year"):
        span_of("2018年7月-2019年6月")
