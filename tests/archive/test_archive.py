"""What was known on a day."""

import pickle
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from forecast.archive.figures import Figure
from forecast.archive.folder import file_hashes, read_archive
from forecast.base.errors import BeforeFirstRelease, ContractError, UnknownArea
from forecast.base.months import Span, month
from forecast.base.series import Series
from forecast.history.series import build_history
from strategies import Release, archive_of, days, indicator, releases, target

JUNE = Span.year_to_date(2018, 6)


def said(value: float, on: tuple[int, int, int], status: str = "final") -> Release:
    return Release(span=JUNE, value=value, released_on=date(*on), status=status)


def known(made: Iterable[Release], day: date) -> list[Figure]:
    return archive_of(made).as_of(day).figures_of("made_up", "sales")


@given(releases(), days())
def test_a_snapshot_does_not_change_when_later_releases_are_deleted(made, day):
    early = [r for r in made if r.released_on <= day]
    if not early:
        with pytest.raises(BeforeFirstRelease, match=f"was known on {day}"):
            archive_of(made).as_of(day)
    else:
        assert known(made, day) == known(early, day)


@given(releases(), days())
def test_a_snapshot_holds_one_figure_for_each_key_that_was_out(made, day):
    out = {r.key for r in made if r.released_on <= day}
    if out:
        found = [(f.span, f.measure, f.unit) for f in known(made, day)]
        assert len(found) == len(set(found)) == len(out)


@given(releases(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(made, random):
    shuffled = random.sample(made, len(made))
    assert known(shuffled, date(2030, 1, 1)) == known(made, date(2030, 1, 1))


@given(releases())
def test_what_settles_is_never_hidden_by_what_does_not(made):
    settled = {r.key for r in made if r.status in ("final", "preliminary")}
    shown = {
        ("made_up", "sales", f.span, f.measure, f.unit)
        for f in known(made, date(2030, 1, 1))
        if f.settles
    }
    assert shown == settled


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        (said(6.0, (2018, 7, 5)), said(6.1, (2018, 9, 5)), 6.1),
        (said(6.0, (2018, 7, 5)), said(6.1, (2018, 9, 5), "preliminary"), 6.1),
        (said(6.0, (2018, 7, 5), "preliminary"), said(6.1, (2018, 9, 5)), 6.1),
        (said(6.0, (2018, 7, 5)), said(6.1, (2018, 9, 5), "expected"), 6.0),
        (said(6.0, (2018, 7, 5), "preliminary"), said(6.1, (2018, 9, 5), "expected"), 6.0),
        (said(6.0, (2018, 7, 5), "expected"), said(6.1, (2018, 9, 5), "expected"), 6.1),
        (said(6.0, (2018, 7, 5), "expected"), said(6.1, (2018, 9, 5), "lower_bound"), 6.0),
        (said(6.0, (2018, 7, 5), "lower_bound"), said(6.1, (2018, 9, 5), "expected"), 6.1),
        (said(6.0, (2018, 7, 5), "lower_bound"), said(6.1, (2018, 9, 5), "lower_bound"), 6.1),
    ],
)
def test_the_later_of_final_and_preliminary_counts_above_what_was_expected(first, second, value):
    for made in ([first, second], [second, first]):
        (figure,) = known(made, date(2018, 12, 31))
        assert figure.value == value


def test_a_figure_is_known_on_the_day_of_its_release_and_not_before():
    made = [said(6.0, (2018, 7, 5), "expected"), said(6.1, (2018, 7, 18))]
    assert known(made, date(2018, 7, 17))[0].value == 6.0
    assert known(made, date(2018, 7, 18))[0].value == 6.1


def test_nothing_was_known_before_the_first_release():
    made = [said(6.0, (2018, 7, 5))]
    message = "nothing of the archive was known on 2018-07-04; allowed: a day from 2018-07-05 on"
    with pytest.raises(BeforeFirstRelease, match=message) as caught:
        archive_of(made).as_of(date(2018, 7, 4))
    assert caught.value.first_release_on - caught.value.day == timedelta(days=1)


def test_a_day_long_after_the_last_release_is_ordinary():
    assert known([said(6.0, (2018, 7, 5))], date(2200, 1, 1))[0].value == 6.0


def test_an_area_without_figures_is_unknown(archive: Archive):
    message = "no figures for area 'atlantis'; areas with figures: district, nation"
    with pytest.raises(UnknownArea, match=message):
        archive.first_release_of("atlantis")


def test_an_areas_first_release_may_be_later_than_the_archives(archive: Archive):
    assert archive.first_release_of("district") == date(2015, 3, 1)
    assert archive.first_release_on < date(2011, 1, 1)


def test_an_indicator_whose_figures_all_come_later_is_not_listed(archive: Archive):
    early, late = (archive.as_of(date(year, 1, 1)) for year in (2015, 2018))
    assert early.indicators_of("district") == []
    assert late.indicators_of("district") == ["gdp", "retail_sales", "trade"]


def test_releases_that_settle_come_in_the_order_of_their_days():
    made = [
        said(6.3, (2019, 6, 1)),
        said(6.0, (2018, 7, 1), "expected"),
        said(6.1, (2018, 7, 18), "preliminary"),
    ]
    archive = archive_of(made)
    every = archive.releases_of("made_up", "sales", JUNE, "growth_pct")
    assert [r.value for r in every] == [6.1, 6.3]
    out = archive.as_of(date(2018, 12, 31)).releases_of("made_up", "sales", JUNE, "growth_pct")
    assert [r.value for r in out] == [6.1]
    assert archive.releases_of("made_up", "output", JUNE, "growth_pct") == []


def test_targets_announced_later_are_not_known():
    archive = archive_of([said(6.0, (2018, 1, 5))], indicator(), targets=[target()])
    assert archive.as_of(date(2018, 1, 31)).targets("made_up", 2018) == {}
    assert list(archive.as_of(date(2018, 2, 1)).targets("made_up", 2018)) == ["sales"]


def test_growth_of_2014_was_first_reported_as_7_4_and_then_as_7_5(real_archive: Archive):
    year = Span.year_to_date(2014, 12)
    first, second = real_archive.releases_of("china", "gdp", year, "growth_pct")
    assert (first.value, first.status, second.value, second.status) == (
        7.4,
        "preliminary",
        7.5,
        "final",
    )
    before = real_archive.as_of(second.released_on - timedelta(days=1))
    values = {f.span: f.value for f in before.figures_of("china", "gdp") if f.measure != "level"}
    assert values[year] == 7.4


def test_what_futian_expected_of_2018_is_known_and_settles_nothing(real_archive: Archive):
    figures = real_archive.as_of(date(2019, 9, 30)).figures_of("futian", "trade")
    newest = max(figures, key=lambda f: f.span)
    assert (newest.span.last, newest.status, newest.settles) == (
        month(2018, 12),
        "expected",
        False,
    )


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path):
    with pytest.raises(ContractError, match="nowhere: no such folder; a data folder is needed"):
        read_archive(tmp_path / "nowhere")


def test_hashes_cover_every_file_that_a_result_can_depend_on(data_folder: Path, archive: Archive):
    assert archive.file_hashes == file_hashes(data_folder)
    assert set(archive.file_hashes) == {
        "figures/district.csv",
        "figures/nation.csv",
        "indicators.toml",
        "schedule.toml",
        "targets.toml",
    }
    assert all(len(text) == 64 for text in archive.file_hashes.values())


# What would have been known, had other figures been out -------------------------------------------


def test_chosen_figures_count_as_known_on_the_day_and_nothing_else_does():
    made = [
        said(6.0, (2018, 7, 18)),
        said(6.5, (2018, 9, 1)),
        said(6.2, (2018, 8, 1)),
        said(7.0, (2018, 10, 1)),
    ]
    archive, day = archive_of(made), date(2018, 7, 20)
    on = archive.released_on
    early = on <= np.datetime64(day)
    before_october = on < np.datetime64("2018-10-01")
    for chosen, value in ((early, 6.0), (before_october, 6.5), (before_october & ~early, 6.5)):
        (known,) = archive.as_if_known(chosen, day).as_of(day).figures_of("made_up", "sales")
        assert known.value == value
        assert known.released_on <= day


@given(releases(), days())
def test_to_choose_what_was_known_is_to_know_it(made, day):
    archive = archive_of(made)
    chosen = archive.released_on <= np.datetime64(day)
    if chosen.any():
        found = archive.as_if_known(chosen, day).as_of(day).figures_of("made_up", "sales")
        assert found == known(made, day)


def test_chosen_figures_come_in_the_order_of_their_release():
    made = [said(6.5, (2018, 9, 1)), said(6.0, (2018, 7, 18)), said(6.2, (2018, 8, 1))]
    archive = archive_of(made)
    chosen = archive.chosen_figures(archive.is_of([Series("made_up", "sales")]))
    assert [(series, f.value) for series, f in chosen] == [
        (Series("made_up", "sales"), value) for value in (6.0, 6.2, 6.5)
    ]
    assert archive.chosen_figures(archive.is_of([Series("made_up", "output")])) == []


def test_a_hash_covers_what_is_chosen_and_no_more():
    made = [said(6.0, (2018, 7, 18)), said(6.5, (2018, 9, 1))]
    one, other = archive_of(made), archive_of([made[0], replace(made[1], value=9.9)])
    first = one.released_on < np.datetime64("2018-08-01")
    assert one.content_hash(first) == other.content_hash(first)
    assert one.content_hash() != other.content_hash()
    assert one.content_hash(first) == archive_of(made[:1]).content_hash()


def test_an_archive_of_some_series_holds_them_and_nothing_else(real_archive: Archive):
    day = date(2019, 9, 30)
    keys = [Series("china", "gdp"), Series("futian", "retail_sales"), Series("china", "none")]
    few = real_archive.of(keys)
    assert few.areas == ["china", "futian"]
    assert [list(few.figures[n].cat.categories) for n in ("area", "indicator")] == [
        ["china", "futian"],
        ["gdp", "retail_sales"],
    ]
    for series in keys:
        found = few.as_of(day).figures_of(*series)
        assert found == real_archive.as_of(day).figures_of(*series)
    assert {(t.area, t.indicator) for t in few.targets} <= set(keys)
    assert few.as_of(day).targets("futian", 2019).keys() == {"retail_sales"}


def test_what_is_sent_to_a_worker_is_what_was_read_and_nothing_derived(archive: Archive):
    snapshot = archive.as_of(date(2018, 8, 31))
    plain = len(pickle.dumps(snapshot))
    history = build_history(snapshot, "district", "gdp", 2018)
    assert snapshot.histories
    sent = pickle.dumps(snapshot)
    assert len(sent) == plain
    again = build_history(pickle.loads(sent), "district", "gdp", 2018)
    assert again.figures == history.figures
