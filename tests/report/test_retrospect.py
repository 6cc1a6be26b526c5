"""What became of settled targets: parts of a miss add up, and targets against outturns."""

from datetime import date

import numpy as np
import pytest

from forecast.archive.archive import Archive
from forecast.history.growth import Basis
from forecast.outlook.attainment import Probability
from forecast.outlook.movement import TimelinePoint
from forecast.report.retrospect import miss_of, past_targets, right_since
from forecast.verification.intervals import Interval
from strategies import history_of, row


def point(day: int, probability: float) -> TimelinePoint:
    """Return the forecast of a day in June."""
    return TimelinePoint(
        day=date(2018, 6, day), indicator="sales", probability=Probability(probability),
        is_settled=False, release="own", median_pct=7.4,
    )  # fmt: skip


JUNE = point(30, 0.7)


def parts(miss) -> tuple[float, ...]:
    found = (miss.miss_pp, miss.unknown_pp, miss.revision_pp, miss.base_pp, miss.model_pp)
    return tuple(round(part, 6) for part in found)


def test_a_miss_is_what_came_later_less_what_the_models_expected_of_it():
    """7.2 by June, 7.4 forecast, 6.1 in the end: later months took 1.1, the models hoped for .2."""
    then, final = history_of([row(m6=7.2)]), history_of([row(m6=7.2, m12=6.1)])
    miss = miss_of(JUNE, 7.4, then, final, 6.1)
    assert parts(miss) == (-1.3, -1.1, 0.0, 0.0, -0.2)
    assert (miss.months_known, miss.as_of, miss.probability) == (6, date(2018, 6, 30), 0.7)


def test_a_revision_of_growth_so_far_is_a_part_of_its_own():
    """June was 7.2 and now is 6.9: of the miss of 1.3 that is .3."""
    then, final = history_of([row(m6=7.2)]), history_of([row(m6=6.9, m12=6.1)])
    assert parts(miss_of(JUNE, 7.4, then, final, 6.1)) == (-1.3, -0.8, -0.3, 0.0, -0.2)


def test_growth_that_was_a_ratio_of_amounts_shows_what_the_restated_base_did():
    """June's amounts gave 10 %; published it is 4 % on a base restated by 5 %.

    Today's amounts give 1.04 x 1.05 - 1 = 9.2 %: the base took 5.2, revised amounts .8.
    """
    then, final = history_of([row(m6=10.0)]), history_of([row(m6=4.0, m12=4.0)])
    then.growth.basis[0, 5] = Basis.LEVEL_RATIO
    final.growth.base_revision[0] = 0.05
    assert parts(miss_of(JUNE, 10.0, then, final, 4.0)) == (-6.0, 0.0, -0.8, -5.2, 0.0)


def test_growth_that_was_published_already_stood_on_the_restated_base():
    then, final = history_of([row(m6=4.0)]), history_of([row(m6=4.0, m12=4.0)])
    final.growth.base_revision[0] = 0.05
    assert parts(miss_of(JUNE, 5.0, then, final, 4.0)) == (-1.0, 0.0, 0.0, 0.0, -1.0)


def test_before_the_first_figure_growth_so_far_is_that_of_the_year_before():
    then = history_of([row(m12=8.0), row()])
    final = history_of([row(m12=8.0), row(m12=6.0)])
    miss = miss_of(JUNE, 7.5, then, final, 6.0)
    assert parts(miss) == (-1.5, -2.0, 0.0, 0.0, 0.5)
    assert miss.months_known == 0


def test_without_any_figure_all_of_a_miss_was_unknown():
    then, final = history_of([row()]), history_of([row(m12=6.0)])
    assert parts(miss_of(JUNE, 7.5, then, final, 6.0)) == (-1.5, -1.5, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("probabilities", "attained", "since"),
    [
        ((0.6, 0.4, 0.7, 0.9), True, 3),
        ((0.6, 0.4, 0.7, 0.9), False, None),
        ((0.4, 0.3), False, 1),
        ((0.6, 0.49), False, 2),
        ((0.3, 0.5), True, 2),
    ],
)
def test_right_for_good_is_the_first_of_the_last_run_on_the_side_of_the_outcome(
    probabilities, attained, since
):
    points = [point(n, p) for n, p in enumerate(probabilities, start=1)]
    found = right_since(points, is_attained=attained)
    assert (None if found is None else found.day.day) == since


# Announced targets --------------------------------------------------------------------------------


class Asked:
    """As much of an answer as announced targets need."""

    def __init__(self, archive: Archive, area: str, day: date) -> None:
        self.outlook = type("Outlook", (), {"snapshot": archive.as_of(day), "area": area})()


def test_announced_targets_are_held_against_their_outturns(real_archive: Archive):
    """Each with its own bound, whatever it asks; only settled ones count."""
    found = past_targets(Asked(real_archive, "china", date(2019, 9, 30)))
    assert found.n == len(found.targets)
    assert found.n_attained == sum(row.attained for row in found.targets)
    gdp = {row.year: row for row in found.targets if row.indicator == "gdp"}
    assert (gdp[2018].bound_pct, gdp[2018].attained) == (6.3, True)
    gaps = [row.gap_pp for row in found.targets if row.gap_pp is not None]
    assert found.gap_pp.value == pytest.approx(np.mean(gaps))
    assert isinstance(found.gap_pp, Interval)
    for row_ in found.targets:
        if row_.gap_pp is not None and row_.comparison != "more_than":
            assert row_.attained == (row_.gap_pp > -1e-9), row_


def test_of_a_ceiling_less_is_better(real_archive: Archive):
    found = past_targets(Asked(real_archive, "china", date(2019, 9, 30)))
    cpi = [row for row in found.targets if row.comparison == "at_most"]
    assert cpi
    for row_ in cpi:
        assert row_.gap_pp == pytest.approx(row_.bound_pct - row_.outturn_pct)


def test_nothing_settled_is_nothing_to_compare(real_archive: Archive):
    assert past_targets(Asked(real_archive, "futian", date(2014, 1, 31))) is None


def test_a_target_that_came_out_after_the_day_does_not_count(real_archive: Archive):
    early = past_targets(Asked(real_archive, "china", date(2015, 6, 30)))
    late = past_targets(Asked(real_archive, "china", date(2019, 9, 30)))
    assert max(row.year for row in early.targets) == 2014
    assert early.n < late.n
