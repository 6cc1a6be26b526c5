"""Which reports are due, and which of those stand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forecast.archive.archive import Archive
from forecast.archive.schedule import ReportDays, Schedule
from forecast.base.errors import UnknownArea
from forecast.base.months import Span
from forecast.publishing.places import Page
from forecast.publishing.runs import Inputs, Manifest
from forecast.publishing.scheduled.due import Due, due_reports, reason
from strategies import Release, archive_of, target

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIGURE = Release(span=Span.year_to_date(2017, 6), value=7.0, released_on=date(2017, 8, 1))


def archive(*entries: ReportDays, **announced: Any) -> Archive:
    made = archive_of([FIGURE], targets=[target(**announced)])
    return replace(made, schedule=Schedule(report_days=entries))


def monthly(*days: Any, **more: Any) -> ReportDays:
    return ReportDays(area="made_up", days_of_month=list(days), **more)


def days_due(made: Archive, now: datetime) -> list[date]:
    return [due.day for due in due_reports(made, now)]


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI)  # type: ignore[misc]


def test_a_year_is_due_from_its_announcement_to_its_end():
    found = days_due(archive(monthly("last"), announced_on=date(2018, 2, 1)), at(2019, 6, 1))
    assert (found[0], found[-1], len(found)) == (date(2018, 2, 28), date(2018, 12, 31), 11)


def test_the_first_of_two_announcements_begins_the_year():
    first = target(announced_on=date(2018, 2, 1))
    second = target(indicator="output", announced_on=date(2018, 7, 10))
    made = replace(archive(monthly("last")), targets=(second, first))
    assert days_due(made, at(2018, 12, 31))[0] == date(2018, 2, 28)


def test_the_first_day_of_the_next_year_is_no_longer_due():
    assert days_due(archive(monthly(1)), at(2019, 6, 1))[-1] == date(2018, 12, 1)


def test_months_after_the_year_wait_for_its_outturn():
    found = days_due(archive(monthly("last", months_after=2)), at(2019, 6, 1))
    assert found[-2:] == [date(2019, 1, 31), date(2019, 2, 28)]


def test_nothing_is_due_before_anything_was_known():
    early = archive(monthly(1), year=2017, announced_on=date(2017, 2, 1))
    assert days_due(early, at(2017, 12, 31))[0] == date(2017, 8, 1)


def test_without_years_every_year_with_a_target_is_due():
    assert {due.year for due in due_reports(archive(monthly(1)), at(2030, 1, 1))} == {2018}


def test_a_year_that_is_named_needs_no_target():
    found = days_due(archive(monthly(1, years=[2019])), at(2019, 3, 15))
    assert found == [date(2019, 1, 1), date(2019, 2, 1), date(2019, 3, 1)]


def test_the_31st_comes_seven_times_a_year_and_the_last_day_twelve_times():
    for day, count in ((31, 7), ("last", 12), (30, 11)):
        made = archive(monthly(day, years=[2019]))
        assert len(days_due(made, at(2020, 1, 1))) == count


def test_a_day_begins_in_the_time_zone_of_the_schedule():
    made = archive(monthly(1, years=[2018]))
    on_new_years_eve = datetime(2018, 3, 31, 15, 59, tzinfo=UTC)
    assert days_due(made, on_new_years_eve)[-1] == date(2018, 3, 1)
    assert days_due(made, on_new_years_eve.replace(hour=16, minute=0))[-1] == date(2018, 4, 1)


def test_a_report_is_due_from_its_time_of_the_day():
    made = archive(monthly(1, at=at(2018, 1, 1, 18).time()))
    assert days_due(made, at(2018, 3, 1, 17, 59)) == [date(2018, 2, 1)]
    assert days_due(made, at(2018, 3, 1, 18)) == [date(2018, 2, 1), date(2018, 3, 1)]


def test_entries_for_one_day_are_one_report():
    made = archive(monthly(1, kinds=["track-record"]), monthly(1, "last", languages=["zh"]))
    first = due_reports(made, at(2018, 3, 1))[-1]
    assert (first.kinds, first.languages) == (("attainment", "track-record"), ("en", "zh"))


def test_reports_come_in_the_order_of_their_days():
    made = archive(monthly("last"), monthly(1, 16))
    found = days_due(made, at(2018, 12, 31))
    assert found == sorted(set(found))


def test_a_clock_that_jumps_back_only_makes_fewer_due():
    made = archive(monthly(1, 16))
    later, earlier = (due_reports(made, at(2018, month, 20)) for month in (9, 4))
    assert earlier == later[: len(earlier)]
    assert len(earlier) < len(later)


def test_an_area_without_figures_is_refused():
    entry = ReportDays(area="nowhere", days_of_month=[1])
    with pytest.raises(UnknownArea, match="no figures for area 'nowhere'"):
        due_reports(archive(entry), at(2018, 5, 1))


DUE = Due(date(2018, 5, 1), "made_up", 2018, ("attainment",), ("en", "zh"), ("html",))
ASKED = {"area": "made_up", "seed": 1}
ENGLISH, CHINESE = (Page(kind="attainment", lang=lang) for lang in ("en", "zh"))
INPUTS = Inputs(parameters=ASKED, known="k", package="whatever")
MANIFEST = Manifest(inputs=INPUTS, pages=(ENGLISH, CHINESE))


def inputs(**changes: Any) -> Manifest:
    return replace(MANIFEST, inputs=replace(INPUTS, **changes))


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (None, "missing"),
        (MANIFEST, None),
        (inputs(package="a newer one", data={"figures/new.csv": "1"}), None),
        (inputs(known="other"), "figures"),
        (Manifest(inputs=Inputs()), "figures"),
        (inputs(parameters=ASKED | {"seed": 2}), "question"),
        (replace(MANIFEST, pages=(ENGLISH,)), "question"),
        (replace(MANIFEST, pages=()), "question"),
    ],
)
def test_a_report_is_made_for_what_is_missing_or_changed_alone(
    manifest: Manifest | None, why: str | None
):
    assert reason(DUE, manifest, ASKED, "k") == why


@pytest.mark.parametrize(
    ("page", "is_due"),
    [
        (ENGLISH, True),
        (CHINESE, True),
        (replace(ENGLISH, kind="bulletin"), False),
        (replace(ENGLISH, format="pdf"), False),
        (replace(ENGLISH, lang="fr"), False),
    ],
)
def test_a_page_is_due_in_the_kinds_languages_and_formats_of_its_report(page: Page, is_due: bool):
    assert DUE.includes(page) == is_due
