"""A series is written area/indicator, and read back from it."""

from forecast.base.series import Names, Series


def test_a_series_is_written_with_a_slash_and_read_back():
    series = Series("futian", "retail_sales")
    assert str(series) == "futian/retail_sales"
    assert Series.parse("futian/retail_sales") == series


def test_a_name_is_told_in_each_language():
    names = Names("Retail sales", "社会消费品零售总额")
    assert names.of("en") == "Retail sales"
    assert names.of("zh") == "社会消费品零售总额"
