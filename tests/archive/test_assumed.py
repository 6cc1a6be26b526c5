"""Targets that a question assumes: their grammar, and what they leave untouched."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from forecast.archive.archive import Archive, Snapshot
from forecast.archive.assumed import assumed_targets
from forecast.archive.registry import Registry
from forecast.archive.targets import Target, read_targets
from forecast.base.errors import ContractError, ParameterError
from forecast.base.parameters import Parameters
from strategies import indicator, target

DAY = date(2019, 9, 30)
REGISTRY = Registry(
    {
        "sales": indicator(),
        "unemployment": indicator(
            id="unemployment", unit="pct", quantity="rate", annual_rule="mean_of_months"
        ),
        "jobs": indicator(id="jobs", unit="persons"),
        "deposits": indicator(id="deposits", annual_rule="end_of_year"),
    },
    {},
    {},
)
ANNOUNCED = replace(target("at_least", 7.0), area="town", year=2019, announced_on=date(2019, 2, 1))
ROW = {
    "area": "town",
    "indicator": "sales",
    "first": 588,
    "last": 588,
    "measure": "growth_pct",
    "value": 7.0,
    "unit": "pct",
    "status": "final",
    "released_on": pd.Timestamp("2019-02-20"),
    "released_on_basis": "published",
    "source": "",
}
FIGURES = pd.DataFrame([ROW])
ARCHIVE = Archive(FIGURES, REGISTRY, (ANNOUNCED,))


def assume(text: str) -> Target:
    (one,) = assumed_targets(text, ARCHIVE, "town", 2019, DAY)
    return one


@pytest.mark.parametrize(
    ("text", "comparison", "measure", "numbers"),
    [
        ("sales at_least 6", "at_least", "growth", (6.0, None, None)),
        ("sales 6.5 %", "at_least", "growth", (6.5, None, None)),
        ("sales growth more_than 0", "more_than", "growth", (0.0, None, None)),
        ("sales within 6 ~ 6.5", "within", "growth", (None, 6.0, 6.5)),
        ("sales within 6..6.5 %", "within", "growth", (None, 6.0, 6.5)),
        ("sales 7%左右", "about", "growth", (7.0, None, None)),
        ("unemployment at_most 5.5", "at_most", "level", (5.5, None, None)),
        ("unemployment mean at_most 5.5 %", "at_most", "level", (5.5, None, None)),
        ("unemployment difference at_most 0.2 points", "at_most", "difference", (0.2, None, None)),
        ("jobs sum at_least 11_000_000 persons", "at_least", "level", (11e6, None, None)),
        ("jobs level at_least 1100000", "at_least", "level", (1.1e6, None, None)),
        ("deposits end at_least 1700 cny_100m", "at_least", "level", (1700.0, None, None)),
    ],
)
def test_a_target_in_words_is_assumed(
    text: str, comparison: str, measure: str, numbers: tuple[float | None, ...]
):
    one = assume(text)
    assert (one.comparison, one.measure) == (comparison, measure)
    assert (one.centre, *one.ends) == numbers
    assert one.is_assumed
    assert one.wording == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sale at_least 6", "'sale at_least 6': unknown indicator 'sale', perhaps 'sales'"),
        ("sales", "'sales' is not a target .expected INDICATOR"),
        ("sales at_least six", "'sales at_least six' is not a target"),
        ("sales within 7 ~ 6", "'sales within 7 ~ 6': 7 lies above 6"),
        ("unemployment growth at_most 3", "is a rate, which has no growth; allowed: level"),
        ("unemployment sum at_most 5", "sum of 'unemployment', whose annual_rule is mean_of_mon"),
        ("sales difference at_least 2", "difference of 'sales', a quantity 'amount'"),
        ("sales at_least 6 persons", "unit 'persons'; allowed: %, pct, the unit of growth"),
        ("jobs level at_least 7 %", "unit '%'; allowed: persons, the unit of its figures"),
        ("sales at_least 6; sales at_least 7", "'sales at_least 7': a second one on sales"),
    ],
)
def test_what_cannot_be_assumed_is_refused(text: str, message: str):
    with pytest.raises(ParameterError, match=message):
        assumed_targets(text, ARCHIVE, "town", 2019, DAY)


def test_every_fault_of_several_targets_is_named():
    with pytest.raises(ParameterError) as raised:
        assumed_targets("sale 6; unemployment growth 3", ARCHIVE, "town", 2019, DAY)
    assert len(raised.value.problems) == 2


def test_it_stands_in_the_place_of_the_announced_one_on_every_day():
    other = ARCHIVE.assuming((assume("sales at_least 6"),))
    for day in (date(2019, 1, 5), DAY):
        now = _targets(other, day)["sales"]
        assert now.rate_pct == 6.0
    assert now.announced_on == ANNOUNCED.announced_on
    assert _targets(ARCHIVE, DAY)["sales"] is ANNOUNCED
    assert other.targets == ARCHIVE.targets  # which are all that a record learns from


def _targets(archive: Archive, day: date) -> dict[str, Target]:
    return Snapshot(archive, day).targets("town", 2019)


def test_a_file_of_targets_cannot_hold_an_assumed_one(tmp_path: Path):
    entry = (
        '[[target]]\narea = "town"\nyear = 2019\nindicator = "sales"\ncomparison = "at_least"\n'
        'rate_pct = 7.0\nannounced_on = 2019-02-01\nannounced_on_basis = "assumed"\n'
        'wording = "x"\nsource = "x"\n'
    )
    (tmp_path / "targets.toml").write_text(entry, encoding="utf-8")
    with pytest.raises(ContractError, match="'published', 'estimated' or 'uploaded', not 'assumed"):
        read_targets(tmp_path, REGISTRY)


def test_several_targets_are_one_parameter():
    given = {"area": "town", "year": 2019, "as_of": "2019-09-30"}
    several = Parameters.of(**given, target=["sales at_least 6", "jobs level 5"])
    assert several.target == "sales at_least 6; jobs level 5"
    assert several.question()["target"] == several.target
    assert "target" not in Parameters.of(**given).question()  # older runs keep their names
