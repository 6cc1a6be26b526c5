"""How names, days and plain numbers are written."""

from datetime import date

import pytest

from forecast.base.notation import is_name, parse_day, parse_number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-09-30", date(2019, 9, 30)),
        ("2000-02-29", date(2000, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
    ],
)
def test_a_day_is_read(text: str, day: date):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "2019-09-31", "1900-02-29", "1899-12-31", "2200-01-01", "20190930", "2019-W40-1",
        "2019-9-30", "2019/09/30", "2019-09-30T08:00", " 2019-09-30", "2019-09-30\n",
        "２０１９-09-30", "today", "",
    ],
)  # fmt: skip
def test_what_is_not_a_day_is_refused(text: str):
    assert parse_day(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("7.5", 7.5), ("-3", -3.0), ("+4", 4.0), ("0", 0.0), (".5", 0.5), ("1.2e3", 1200.0)],
)
def test_a_number_is_read(text: str, number: float):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["1,234", "1_000", "7.5%", "nan", "inf", "-Infinity", "1e400", "7.5.1", "seven", ""]
)
def test_what_is_not_a_finite_number_is_refused(text: str):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["futian", "福田区", "a-b_c", "2019", "x" * 64])
def test_a_name_may_be_part_of_a_path(text: str):
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "..", "a/b", "a b", "a.b", "C:", "a\0b", "x" * 65])
def test_what_would_lead_out_of_a_path_is_not_a_name(text: str):
    assert not is_name(text)
