"""The year as a timeline: each point is what a report of its day said, and is made once."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from forecast.outlook import answers as answers_module
from forecast.outlook import vintages
from forecast.outlook.answers import Answer, answer
from forecast.outlook.movement import ReleaseKind, TimelinePoint
from forecast.outlook.news import MOST_POINTS, _thinned, prepare_timeline, timeline_of
from forecast.outlook.vintages import Question
from forecast.verification.record import no_densities

N_PATHS = 200
AUGUST = date(2018, 8, 31)
RETAIL, GDP = "retail_sales", "gdp"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache; the models' past forecasts are left out of the records."""
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def shown(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> tuple[TimelinePoint, ...]:
    """Return the timeline of the district's year until the end of August."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("timeline")))
        patch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
        return timeline_of(asked(archive, AUGUST))


def asked(archive: Archive, day: date) -> Answer:
    return answer(archive, "district", 2018, day, seed=1, n_paths=N_PATHS)


def of(points: tuple[TimelinePoint, ...], indicator: str) -> dict[date, TimelinePoint]:
    return {point.day: point for point in points if point.indicator == indicator}


# What a point says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [date(2018, 2, 1), date(2018, 5, 10), date(2018, 7, 10), date(2018, 8, 12)], ids=str
)
def test_a_point_says_what_a_report_of_its_day_said(
    archive: Archive, shown: tuple[TimelinePoint, ...], day: date
):
    outlook = asked(archive, day).outlook
    points = [point for point in shown if point.day == day]
    assert points
    for point in points:
        met = outlook.indicators[point.indicator].met(N_PATHS)
        assert point.probability.value == pytest.approx(met.mean())


def test_the_last_point_says_what_the_report_says(
    archive: Archive, shown: tuple[TimelinePoint, ...]
):
    outlook = asked(archive, AUGUST).outlook
    for name in (GDP, RETAIL, "trade", "fixed_asset_investment"):
        *_, last = of(shown, name).values()
        assert last.day == AUGUST
        assert last.probability.value == pytest.approx(outlook.indicators[name].met(N_PATHS).mean())


def test_it_begins_with_the_target_and_stops_at_days_that_bring_something(
    shown: tuple[TimelinePoint, ...],
):
    """Growth of the nation's retail sales comes on the 15th; the target was lowered on 10 July."""
    points = of(shown, RETAIL)
    nation = {date(2018, m, 15): "related" for m in range(3, 9)}
    told = {date(2018, 2, 1): "none", date(2018, 3, 30): "own", date(2018, 7, 10): "none"}
    told |= {date(2018, 8, 12): "own", AUGUST: "none"}
    assert {day: point.release for day, point in points.items()} == nation | told
    assert list(points) == sorted(points)


def test_what_cannot_be_assessed_has_no_frame(shown: tuple[TimelinePoint, ...]):
    assert of(shown, "patents") == {}


def test_it_ends_with_the_outturn(archive: Archive):
    points = timeline_of(asked(archive, date(2019, 4, 30)))
    for name, met in ((GDP, 1.0), ("trade", 0.0)):
        *before, last = of(points, name).values()
        assert (last.day, last.probability.value, last.is_settled) == (date(2019, 3, 5), met, True)
        assert not any(point.is_settled for point in before)
    *_, last = of(points, "fixed_asset_investment").values()
    assert (last.day, last.is_settled) == (date(2019, 4, 30), False)


def test_a_target_announced_after_the_outturn_has_no_timeline(archive: Archive):
    late = tuple(replace(t, announced_on=date(2019, 3, 20)) for t in archive.targets)
    points = timeline_of(asked(replace(archive, targets=late), date(2019, 4, 30)))
    assert {point.indicator for point in points} == {"fixed_asset_investment"}
    assert [point.day for point in points] == [date(2019, 3, 20), date(2019, 4, 30)]


def test_without_targets_there_is_no_timeline(archive: Archive):
    assert timeline_of(answer(archive, "district", 2017, AUGUST, seed=1, n_paths=N_PATHS)) == ()


def test_a_point_does_not_know_what_came_later(archive: Archive, shown: tuple[TimelinePoint, ...]):
    """Every figure after the end of May is spoilt, and so is every target."""
    day = date(2018, 5, 31)
    figures = archive.figures.copy()
    later = figures["released_on"] > pd.Timestamp(day)
    figures.loc[later, "value"] = 3 + figures.loc[later, "value"] / 2
    targets = tuple(
        replace(t, rate_pct=1.0) if t.announced_on > day else t for t in archive.targets
    )
    spoilt = timeline_of(asked(replace(archive, figures=figures, targets=targets), AUGUST))
    early, late = ([f for f in timeline if f.day <= day] for timeline in (spoilt, shown))
    assert early == late
    assert len(early) > 10
    assert [f for f in spoilt if f.day > day] != [f for f in shown if f.day > day]


# What is made, and what is kept ------------------------------------------------------------------


def test_a_film_is_made_once(
    archive: Archive, shown: tuple[TimelinePoint, ...], monkeypatch: pytest.MonkeyPatch
):
    found = asked(archive, AUGUST)
    assert timeline_of(found) == shown
    monkeypatch.setattr(vintages, "annual_outlook", _refuse)
    assert timeline_of(found) == shown


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a point was made again")


def test_only_missing_days_are_made(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    timeline_of(asked(archive, AUGUST))
    made: list[date] = []
    plain = vintages.annual_outlook
    monkeypatch.setattr(
        vintages, "annual_outlook", lambda s, *a, **k: (made.append(s.day), plain(s, *a, **k))[1]
    )
    timeline_of(asked(archive, date(2018, 10, 20)))
    assert min(made) > date(2018, 8, 30)
    assert date(2018, 10, 15) in made


def test_another_target_or_another_figure_is_another_frame(
    archive: Archive, shown: tuple[TimelinePoint, ...]
):
    timeline_of(asked(archive, AUGUST))
    lower = tuple(replace(t, rate_pct=2.0) if t.indicator == RETAIL else t for t in archive.targets)
    found = timeline_of(asked(replace(archive, targets=lower), AUGUST))
    assert of(found, GDP) == of(shown, GDP)
    assert min(f.probability.value for f in of(found, RETAIL).values()) > 0.9


def test_a_spoilt_cache_is_made_again(
    archive: Archive, shown: tuple[TimelinePoint, ...], cache: Path
):
    found = asked(archive, AUGUST)
    timeline_of(found)
    (kept,) = cache.glob("forecasts-*")
    good = kept.read_bytes()
    flipped = bytes([*good[:900], good[900] ^ 4, *good[901:]])
    for spoil in (b"no Parquet" * 100, b"", good[:-1], flipped):
        kept.write_bytes(spoil)
        assert timeline_of(found) == shown
        assert kept.read_bytes() == good


def test_rehearsed_point_need_no_more_work(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    heard: list[tuple[int, int]] = []
    question = Question(archive.as_of(AUGUST), "district", 2018, 1, N_PATHS)
    prepare_timeline(
        question,
        n_workers=1,
        on_progress=lambda done, total: heard.append((done, total)),
        on_replay=lambda *_: None,
    )
    assert heard[-1][0] == heard[-1][1] == len(heard) > 5
    found = asked(archive, AUGUST)
    monkeypatch.setattr(vintages, "annual_outlook", _refuse)
    assert timeline_of(found)


@pytest.mark.slow
def test_workers_make_the_same_timeline(
    archive: Archive, shown: tuple[TimelinePoint, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(vintages, "_WORTH_A_WORKER", 1)
    question = Question(archive.as_of(AUGUST), "district", 2018, 1, N_PATHS)
    prepare_timeline(question, n_workers=2, on_progress=lambda *_: None, on_replay=lambda *_: None)
    monkeypatch.setattr(vintages, "annual_outlook", _refuse)
    assert timeline_of(asked(archive, AUGUST)) == shown


# How many points ---------------------------------------------------------------------------------


@st.composite
def days(draw: st.DrawFn) -> dict[date, ReleaseKind]:
    """Days of one year, with what came out on each."""
    numbers = sorted(draw(st.sets(st.integers(0, 364), min_size=1, max_size=120)))
    releases = st.sampled_from(["own", "related", "none"])
    return {date(2018, 1, 1) + timedelta(days=n): draw(releases) for n in numbers}


@given(days())
def test_a_film_has_few_point_its_first_and_last_among_them(every: dict[date, ReleaseKind]):
    kept = _thinned(every)
    assert len(kept) <= max(MOST_POINTS, 2)
    assert list(kept) == sorted(kept)
    assert kept.items() <= every.items()
    assert {min(every), max(every)} <= set(kept)
    if len(every) <= MOST_POINTS:
        assert kept == every


def test_own_figures_and_ends_of_months_are_kept_before_others():
    every: dict[date, ReleaseKind] = {
        date(2018, month, day): "own" if (month, day) == (5, 9) else "related"
        for month in range(1, 13)
        for day in (9, 18, 27)
    }
    kept = _thinned(every)
    assert {day for day in kept if day.day != 27} == {date(2018, 1, 9), date(2018, 5, 9)}
    assert sum(day.day == 27 for day in kept) == 12


def test_point_carry_the_error_of_the_simulation(shown: tuple[TimelinePoint, ...]):
    open_ones = [f for f in shown if 0 < f.probability.value < 1]
    assert min(f.probability.standard_error for f in open_ones) > 0
    assert np.median([f.probability.standard_error for f in open_ones]) < 0.1
