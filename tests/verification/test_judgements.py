"""Judgements scored by the outturn: numbers worked by hand, figures made up."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive
from forecast.archive.judgements import Judgement, Judgements
from forecast.archive.targets import Target
from forecast.base.months import Span
from forecast.verification.judgements import expectations, scored, skills
from forecast.verification.record import POOL, Record, no_densities
from strategies import Release, archive_of, indicator, target

YEARS = range(2014, 2019)


def archive(*, more: list[Release] | None = None, targets: list[Target] | None = None) -> Archive:
    """Return sales that grew by 7 % each year, out on 20 January."""
    said = [
        Release(span=Span.year_to_date(year, 12), value=7.0, released_on=date(year + 1, 1, 20))
        for year in YEARS
    ]
    return archive_of([*said, *(more or [])], indicator(), targets=targets or [])


def judged(year: int = 2016, on: date | None = None, **form: float | str) -> Judgement:
    return Judgement(
        area="made_up", indicator="sales", year=year, author="bureau",
        entered_on=on or date(year, 10, 15), **(form or {"growth_pct": 7.5}),
    )  # fmt: skip


def record(crps: float, years: range = YEARS) -> Record:
    """Return pooled forecasts of September, each with such a score."""
    rows = [
        dict.fromkeys(no_densities().columns, np.nan)
        | {
            "area": "made_up", "indicator": "sales", "year": year, "model": POOL, "crps": crps,
            "as_of": pd.Timestamp(year, 9, 20), "announced_probability": 0.6, "announced_hit": 1.0,
        }
        for year in years
    ]  # fmt: skip
    return Record(Record.empty().points, pd.DataFrame(rows))


def one_of(judgement: Judgement, found: Archive, past: Record | None = None):
    (result,) = scored(found, Judgements((judgement,)), Record.empty() if past is None else past)
    return result


def test_an_expected_growth_is_scored_by_its_distance_from_the_outturn():
    result = one_of(judged(growth_pct=7.8), archive(), record(0.5))
    assert (result.status, result.outturn_pct) == ("scored", 7.0)
    assert result.error == pytest.approx(0.8)
    assert result.of_pool == 0.5


@pytest.mark.parametrize("day", [date(2017, 1, 20), date(2017, 3, 1)])
def test_what_was_entered_on_the_day_of_the_outturn_or_later_does_not_count(day: date):
    result = one_of(judged(2016, day), archive())
    assert (result.status, result.error) == ("too_late", None)


def test_the_day_before_counts():
    assert one_of(judged(2016, date(2017, 1, 19)), archive()).status == "scored"


def test_a_year_without_an_outturn_is_open():
    assert one_of(judged(2019, date(2018, 12, 1)), archive()).status == "open"


def test_a_probability_and_a_light_are_scored_by_the_target_of_the_day():
    aims = [target(area="made_up", year=2016, rate_pct=7.0, announced_on=date(2016, 2, 1))]
    found = archive(targets=aims)
    assert one_of(judged(probability=0.8), found).error == pytest.approx(0.04)
    assert one_of(judged(light="red"), found).error == pytest.approx((1 - 0.165) ** 2)
    beside = one_of(judged(probability=0.8), found, record(0.5))
    assert beside.of_pool == pytest.approx(0.16)
    before = one_of(judged(2016, date(2016, 1, 15), probability=0.8), found)
    assert before.status == "no_target"


def test_only_the_pools_forecasts_by_the_day_of_the_judgement_stand_beside_it():
    assert one_of(judged(2016, date(2016, 9, 19)), archive(), record(0.5)).of_pool is None


def test_what_an_office_expected_of_a_year_is_its_judgement():
    expected = Release(
        span=Span.year_to_date(2017, 12), value=7.2, released_on=date(2017, 12, 20),
        status="expected",
    )  # fmt: skip
    part = Release(
        span=Span.year_to_date(2017, 9), value=7.9, released_on=date(2017, 10, 20),
        status="expected",
    )  # fmt: skip
    found = archive(more=[expected, part])
    (one,) = expectations(found)
    assert (one.year, one.growth_pct, one.entered_on) == (2017, 7.2, date(2017, 12, 20))
    (result,) = scored(found, Judgements(), Record.empty())
    assert result.error == pytest.approx(0.2)


def test_value_is_added_where_errors_are_smaller_than_the_pools_from_four_judgements_on():
    """Errors of 0.5 against a CRPS of 1: half of the error is saved, in each year."""
    five = Judgements(tuple(judged(year, growth_pct=7.5) for year in YEARS))
    (skill,) = skills(scored(archive(), five, record(1.0)))
    assert (skill.n_scored, skill.n_beside_pool, skill.mean_error) == (5, 5, pytest.approx(0.5))
    assert skill.value_added_pct is not None
    assert skill.value_added_pct.value == pytest.approx(50.0)
    three = Judgements(five.every[:3])
    (skill,) = skills(scored(archive(), three, record(1.0)))
    assert skill.value_added_pct is None
    assert skill.n_scored == 3


def test_growth_and_probabilities_of_an_author_are_scored_apart():
    both = Judgements((judged(growth_pct=7.5), judged(probability=0.8)))
    assert [one.form for one in skills(scored(archive(), both, Record.empty()))] == [
        "growth", "probability",
    ]  # fmt: skip


def test_on_a_day_nothing_counts_that_came_later():
    both = Judgements((judged(2016), judged(2016, date(2016, 12, 20))))
    (only,) = scored(archive(), both, Record.empty(), date(2016, 12, 1))
    assert (only.status, only.outturn_pct) == ("open", None)
