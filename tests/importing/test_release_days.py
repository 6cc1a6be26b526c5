"""Days of release by rows, by a calendar, by the lags of a publisher. Simulated."""

from datetime import date

import pytest

from forecast import importing
from forecast.base.errors import ContractError

TABLE = "月份,社会消费品零售总额同比增长\n2019-08,7.5\n2019-09,7.8\n"


def days(plan):
    return [(str(c.figure.span), c.figure.released_on, c.figure.released_on_basis)
            for c in plan.added]  # fmt: skip


@pytest.fixture
def read(office):
    def _read(table, map_text, **options):
        map_file = office.folder / "map.toml"
        map_file.write_text('area = "futian"\n' + map_text, encoding="utf-8")
        return importing.read(office.file(table), map_file, out=office.out, **options)

    return _read


def test_a_calendar_beside_the_map_gives_the_days(office, read):
    office.file("last_month,released_on,indicator\n2019-08,2019-09-16,\n2019-09,2019-10-18,\n"
                "2019-09,2019-10-20,retail_sales\n", "releases.csv")  # fmt: skip
    plan = read(TABLE, 'calendar = "releases.csv"\n')
    assert days(plan) == [
        ("2019-08", date(2019, 9, 16), "published"), ("2019-09", date(2019, 10, 20), "published")
    ]  # fmt: skip


def test_a_month_without_a_day_in_the_calendar_is_refused(office, read):
    office.file("last_month,released_on\n2019-08,2019-09-16\n", "releases.csv")
    plan = read(TABLE, 'calendar = "releases.csv"\n')
    assert [c.why for c in plan.unread] == [
        "'2019-09' has no day in the calendar; allowed: a row of its area, indicator and last_month"
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2019-13,2019-09-16", r"releases\.csv:2: last_month '2019-13' is not a month"),
        ("2019-08,16.9.", r"releases\.csv:2: released_on '16\.9\.' is not a date"),
    ],
)
def test_a_calendar_is_checked(office, read, row, why):
    office.file(f"last_month,released_on\n{row}\n", "releases.csv")
    with pytest.raises(ContractError, match=why):
        read(TABLE, 'calendar = "releases.csv"\n')


def test_a_calendar_that_is_not_there_is_named(read):
    with pytest.raises(ContractError, match=r"gone\.csv: no such file; the map names it"):
        read(TABLE, 'calendar = "gone.csv"\n')


def test_lags_of_a_publisher_hold_for_its_figures_alone(office, read):
    lags = '[[lag]]\nspan = "month"\ndays = 10\n[[lag]]\nspan = "quarter"\ndays = 20\n'
    lags += "".join(f'[[lag]]\nspan = "{s}"\ndays = 40\npublisher = "ONS"\n'
                    for s in ("month", "quarter"))  # fmt: skip
    (office.out.parents[1] / "schedule.toml").write_text(lags, encoding="utf-8")
    assert [d for _, d, _ in days(read(TABLE, "", released_on="usual"))] == [
        date(2019, 9, 10), date(2019, 10, 20)
    ]  # fmt: skip
    assert [d for _, d, _ in days(read(TABLE, 'publisher = "ONS"\n', released_on="usual"))] == [
        date(2019, 10, 10), date(2019, 11, 9)
    ]  # fmt: skip


def test_without_any_lag_it_is_asked_whose_lags_are_usual(office, read):
    lag = '[[lag]]\nspan = "month"\ndays = 40\npublisher = "ONS"\n'
    (office.out.parents[1] / "schedule.toml").write_text(lag, encoding="utf-8")
    plan = read(TABLE, "", released_on="usual")
    assert plan.unread[0].why == (
        "'2019-08' has no usual day of release; allowed: a [[lag]] of schedule.toml with "
        'area = "futian", or publisher in the map: ONS'
    )


def test_lags_that_hold_anywhere_are_not_those_of_a_publisher_who_has_none(office, read):
    lags = "".join(f'[[lag]]\nspan = "{s}"\ndays = 28\n' for s in ("month", "quarter"))
    (office.out.parents[1] / "schedule.toml").write_text(lags, encoding="utf-8")
    assert len(days(read(TABLE, "", released_on="usual"))) == 2
    plan = read(TABLE, 'publisher = "BEA"\n', released_on="usual")
    assert plan.added == ()
    assert plan.unread[0].why == (
        "'2019-08' has no usual day of release; allowed: a [[lag]] of schedule.toml with "
        'area = "futian" or publisher = "BEA"'
    )


def test_rows_that_give_the_day_of_release_alone(read):
    table = "日期,今值,前值\n2019-07-12,8.4,8.5\n2019-08-12,8.0,8.4\n"
    columns = '[columns]\n"日期" = "发布日期"\n"今值" = "retail_sales 同比增长"\n"前值" = "skip"\n'
    plan = read(table, "months_before_release = 1\n" + columns)
    assert days(plan) == [
        ("2019-06", date(2019, 7, 12), "published"), ("2019-07", date(2019, 8, 12), "published")
    ]  # fmt: skip
    assert read(table, columns).added == ()


def test_a_drafted_map_holds_what_is_believed_and_asks_the_rest(office):
    table = "月份,社会消费品零售总额同比增长,限额以上\n2019-08,7.5,3\n2019-09,7.8,4\n"
    text = importing.drafted_map(office.file(table), out=office.out)
    assert '# area = ""  # whose figures are they? known: china, shenzhen, futian' in text
    assert '# "月份" = "月份"' in text
    assert '# "社会消费品零售总额同比增长" = "retail_sales 同比增长"' in text
    assert '# "限额以上" = "skip"' in text
    answered = text.replace('# area = ""', 'area = "futian"').replace(
        "# released_on =", "released_on ="
    ).replace('# "限额', '"限额')  # fmt: skip
    map_file = office.folder / "drafted.toml"
    map_file.write_text(answered, encoding="utf-8")
    plan = importing.read(office.folder / "月报.csv", map_file, out=office.out)
    assert (len(plan.added), plan.unread) == (2, ())


def test_a_drafted_map_of_a_recognised_file_asks_for_its_series(office):
    text = importing.drafted_map(
        office.file("DATE,GDPC1\n2018-10-01,1\n2019-01-01,2\n"), out=office.out, area="china"
    )
    assert 'area = "china"' in text
    assert "is recognised as FRED" in text
    assert '# "GDPC1" = "skip"  # which indicator is it?' in text


def test_lags_of_a_fiscal_year_go_by_its_own_quarters(office, read):
    """Futian's year begins in May here, so July ends its first quarter and April its last one."""
    folder = office.out.parents[1]
    lags = [f'[[lag]]\nspan = "{s}"\ndays = {n}\narea = "futian"\n'
            for s, n in (("month", 10), ("quarter", 20), ("year", 30))]  # fmt: skip
    (folder / "schedule.toml").write_text("".join(lags), encoding="utf-8")
    registry = (folder / "indicators.toml").read_text(encoding="utf-8")
    own = registry.replace('id = "futian"\n', 'id = "futian"\nyear_begins = "05"\n', 1)
    (folder / "indicators.toml").write_text(own, encoding="utf-8")
    table = TABLE + "2019-07,7.7\n2019-04,7.7\n"
    found = {span: day for span, day, _ in days(read(table, "", released_on="usual"))}
    assert found == {
        "2019-08": date(2019, 9, 10),  # the fourth month of the year that begins in May
        "2019-09": date(2019, 10, 10),
        "2019-07": date(2019, 8, 20),  # its first quarter
        "2019-04": date(2019, 5, 30),  # the end of the year before
    }
