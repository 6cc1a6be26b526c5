"""A column of what a bureau expects of the year becomes its judgement, with its day."""

from datetime import date

TABLE = """指标,2019年1-9月累计增速（%）,预计全年（%）
社会消费品零售总额,6.1,7.2
地区生产总值,7.3,7.5
"""
MAP = """
publisher = "福田区商务局"
[columns]
"预计全年（%）" = "expected 2019年全年增速（%）"
"""


def test_a_column_of_expectations_has_its_status_and_its_year(office, read_figures_of):
    plan = office.read(office.file(TABLE), MAP)
    assert read_figures_of(plan)["C2"] == "futian/retail_sales 2019-01..2019-12 growth_pct 7.2 pct"
    status = {change.figure.address: change.figure.status for change in plan.added}
    assert status == {"B2": "final", "C2": "expected", "B3": "final", "C3": "expected"}
    assert {change.figure.released_on for change in plan.added} == {date(2019, 10, 25)}


def test_without_the_map_such_a_column_is_refused_and_not_taken_for_figures(office):
    plan = office.read(office.file(TABLE))
    assert plan.unread
    assert "预计" in str(plan.unread[0])
