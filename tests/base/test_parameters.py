"""The parameters of a report, and everything that they refuse."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.base.errors import ParameterError
from forecast.base.package import folder
from forecast.base.parameters import PARAMETER_TYPES, Parameters

GOOD: dict[str, Any] = {
    "area": "futian",
    "year": 2019,
    "as_of": "2019-09-30",
    "since": "2019-06-30",
    "lang": "zh",
    "seed": 1,
    "n_paths": 200,
    "data": "somewhere",
    "out": "reports",
    "overlay": "flash.csv",
    "target": "",
}


def test_good_parameters_are_parsed():
    found = Parameters.parse(**GOOD)
    assert (found.area, found.year, found.as_of) == ("futian", 2019, date(2019, 9, 30))
    assert (found.data, found.out) == (Path("somewhere"), Path("reports"))
    assert found.overlay == Path("flash.csv")


def test_an_empty_folder_is_the_projects_own_or_none():
    found = Parameters.parse(**(GOOD | {"data": "", "out": "", "overlay": ""}))
    assert found.data == folder("data")
    assert (found.data / "indicators.toml").is_file()
    assert (found.out, found.overlay) == (None, None)


@pytest.mark.parametrize(
    ("as_of", "since"),
    [("2019-09-30", date(2019, 8, 31)), ("2019-03-01", date(2019, 2, 28)),
     ("2019-01-15", date(2018, 12, 31))],
)  # fmt: skip
def test_what_moved_is_told_from_the_end_of_the_month_before(as_of: str, since: date):
    assert Parameters.parse(**(GOOD | {"as_of": as_of, "since": ""})).since == since
    assert Parameters.parse(**GOOD).since == date(2019, 6, 30)


def test_a_notebook_is_checked_against_the_same_names_and_types():
    assert dict(PARAMETER_TYPES) == {name: type(value) for name, value in GOOD.items()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"yaer": 2019},
            "yaer: unknown; allowed: area, year, as_of, since, lang, seed, n_paths, data, out, "
            "overlay",
        ),
        ({"year": "2019"}, "year: '2019' is str; allowed: int"),
        ({"year": 2019.0}, "year: 2019.0 is float; allowed: int"),
        ({"seed": True}, "seed: True is bool; allowed: int"),
        ({"as_of": date(2019, 9, 30)}, "as_of: datetime.date(2019, 9, 30) is date; allowed: str"),
        ({"as_of": None}, "as_of: None is NoneType; allowed: str"),
        (
            {"as_of": "2019-09-31"},
            "as_of: '2019-09-31' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        (
            {"as_of": "20190930"},
            "as_of: '20190930' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        (
            {"as_of": "2019-W40-1"},
            "as_of: '2019-W40-1' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        (
            {"as_of": "today"},
            "as_of: 'today' is not a date (expected YYYY-MM-DD, 1900 to 2199)",
        ),
        ({"since": "2019-09-30"}, "since: '2019-09-30'; allowed: a day before 2019-09-30"),
        ({"since": "June"}, "since: 'June'; allowed: a day before 2019-09-30"),
        ({"lang": "fr"}, "lang: 'fr'; allowed: en, zh"),
        ({"seed": -1}, "seed: -1; allowed: zero or more"),
        *(
            ({"area": area}, f"area: {area!r}; allowed: letters, digits, - and _, at most 64")
            for area in ("", "..", "a/b", "../futian", "a b", "x" * 65, "C:", "a\0b")
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(ParameterError, match=re.escape(message)):
        Parameters.parse(**(GOOD | changes))


def test_all_but_the_area_the_year_and_the_day_have_defaults():
    found = Parameters.parse(area="futian", year=2019, as_of="2019-09-30")
    assert found == Parameters(
        area="futian",
        year=2019,
        as_of=date(2019, 9, 30),
        since=date(2019, 8, 31),
        lang="en",
        seed=20190201,
        n_paths=4000,
        data=folder("data"),
        out=None,
        overlay=None,
        target="",
    )


@pytest.mark.parametrize("name", ["area", "year", "as_of"])
def test_a_missing_parameter_is_named(name: str):
    with pytest.raises(ParameterError, match=f"^wrong parameters\n{name}: missing$"):
        Parameters.parse(**{n: v for n, v in GOOD.items() if n != name})


def test_all_that_is_wrong_is_named_at_once():
    given = {n: v for n, v in GOOD.items() if n != "area"} | {"year": "2019", "colour": "red"}
    with pytest.raises(ParameterError, match="wrong parameters") as caught:
        Parameters.parse(**given)
    assert [p.partition(":")[0] for p in caught.value.problems] == ["colour", "area", "year"]


def test_all_wrong_values_are_named_at_once():
    with pytest.raises(ParameterError, match="wrong parameters") as caught:
        Parameters.parse(**(GOOD | {"area": "", "as_of": "", "lang": "", "seed": -5}))
    assert [p.partition(":")[0] for p in caught.value.problems] == ["area", "as_of", "lang", "seed"]


def test_an_area_may_be_named_in_chinese():
    assert Parameters.parse(**(GOOD | {"area": "福田区"})).area == "福田区"
