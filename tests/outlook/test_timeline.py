"""The year as a film: each frame is what a report of its day said, and is made once."""

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
from forecast.outlook import vintages as calls
from forecast.outlook.answers import Answer, answer
from forecast.outlook.timeline import MOST_FRAMES, Frame, Release, _thinned, film_of, rehearse
from forecast.outlook.vintages import Question
from forecast.verification.record import no_densities

N_PATHS = 200
AUGUST = date(2018, 8, 31)
RETAIL, GDP = "retail_sales", "gdp"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache; the models' past calls are left out of the records."""
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def shown(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> tuple[Frame, ...]:
    """Return the film of the district's year until the end of August."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("film")))
        patch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
        return film_of(asked(archive, AUGUST))


def asked(archive: Archive, day: date) -> Answer:
    return answer(archive, "district", 2018, day, seed=1, n_paths=N_PATHS)


def of(frames: tuple[Frame, ...], indicator: str) -> dict[date, Frame]:
    return {frame.day: frame for frame in frames if frame.indicator == indicator}


# What a frame says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [date(2018, 2, 1), date(2018, 5, 10), date(2018, 7, 10), date(2018, 8, 12)], ids=str
)
def test_a_frame_says_what_a_report_of_its_day_said(
    archive: Archive, shown: tuple[Frame, ...], day: date
):
    outlook = asked(archive, day).outlook
    frames = [frame for frame in shown if frame.day == day]
    assert frames
    for frame in frames:
        met = outlook.indicators[frame.indicator].met(N_PATHS)
        assert frame.probability.value == pytest.approx(met.mean())


def test_the_last_frame_says_what_the_report_says(archive: Archive, shown: tuple[Frame, ...]):
    outlook = asked(archive, AUGUST).outlook
    for name in (GDP, RETAIL, "trade", "fixed_asset_investment"):
        *_, last = of(shown, name).values()
        assert last.day == AUGUST
        assert last.probability.value == pytest.approx(outlook.indicators[name].met(N_PATHS).mean())


def test_it_begins_with_the_target_and_stops_at_days_that_bring_something(
    shown: tuple[Frame, ...],
):
    """Growth of the nation's retail sales comes on the 15th; the target was lowered on 10 July."""
    frames = of(shown, RETAIL)
    nation = {date(2018, m, 15): "related" for m in range(3, 9)}
    told = {date(2018, 2, 1): "none", date(2018, 3, 30): "own", date(2018, 7, 10): "none"}
    told |= {date(2018, 8, 12): "own", AUGUST: "none"}
    assert {day: frame.release for day, frame in frames.items()} == nation | told
    assert list(frames) == sorted(frames)


def test_what_cannot_be_assessed_has_no_frame(shown: tuple[Frame, ...]):
    assert of(shown, "patents") == {}


def test_it_ends_with_the_outturn(archive: Archive):
    frames = film_of(asked(archive, date(2019, 4, 30)))
    for name, met in ((GDP, 1.0), ("trade", 0.0)):
        *before, last = of(frames, name).values()
        assert (last.day, last.probability.value, last.is_settled) == (date(2019, 3, 5), met, True)
        assert not any(frame.is_settled for frame in before)
    *_, last = of(frames, "fixed_asset_investment").values()
    assert (last.day, last.is_settled) == (date(2019, 4, 30), False)


def test_a_target_announced_after_the_outturn_has_no_film(archive: Archive):
    late = tuple(replace(t, announced_on=date(2019, 3, 20)) for t in archive.targets)
    frames = film_of(asked(replace(archive, targets=late), date(2019, 4, 30)))
    assert {frame.indicator for frame in frames} == {"fixed_asset_investment"}
    assert [frame.day for frame in frames] == [date(2019, 3, 20), date(2019, 4, 30)]


def test_without_targets_there_is_no_film(archive: Archive):
    assert film_of(answer(archive, "district", 2017, AUGUST, seed=1, n_paths=N_PATHS)) == ()


def test_a_frame_does_not_know_what_came_later(archive: Archive, shown: tuple[Frame, ...]):
    """Every figure after the end of May is spoilt, and so is every target."""
    day = date(2018, 5, 31)
    figures = archive.figures.copy()
    later = figures["released_on"] > pd.Timestamp(day)
    figures.loc[later, "value"] = 3 + figures.loc[later, "value"] / 2
    targets = tuple(
        replace(t, rate_pct=1.0) if t.announced_on > day else t for t in archive.targets
    )
    spoilt = film_of(asked(replace(archive, figures=figures, targets=targets), AUGUST))
    early, late = ([f for f in film if f.day <= day] for film in (spoilt, shown))
    assert early == late
    assert len(early) > 10
    assert [f for f in spoilt if f.day > day] != [f for f in shown if f.day > day]


# What is made, and what is kept ------------------------------------------------------------------


def test_a_film_is_made_once(
    archive: Archive, shown: tuple[Frame, ...], monkeypatch: pytest.MonkeyPatch
):
    found = asked(archive, AUGUST)
    assert film_of(found) == shown
    monkeypatch.setattr(calls, "annual_outlook", _refuse)
    assert film_of(found) == shown


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a frame was made again")


def test_only_missing_days_are_made(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    film_of(asked(archive, AUGUST))
    made: list[date] = []
    plain = calls.annual_outlook
    monkeypatch.setattr(
        calls, "annual_outlook", lambda s, *a, **k: (made.append(s.day), plain(s, *a, **k))[1]
    )
    film_of(asked(archive, date(2018, 10, 20)))
    assert min(made) > date(2018, 8, 30)
    assert date(2018, 10, 15) in made


def test_another_target_or_another_figure_is_another_frame(
    archive: Archive, shown: tuple[Frame, ...]
):
    film_of(asked(archive, AUGUST))
    lower = tuple(replace(t, rate_pct=2.0) if t.indicator == RETAIL else t for t in archive.targets)
    found = film_of(asked(replace(archive, targets=lower), AUGUST))
    assert of(found, GDP) == of(shown, GDP)
    assert min(f.probability.value for f in of(found, RETAIL).values()) > 0.9


def test_a_spoilt_cache_is_made_again(archive: Archive, shown: tuple[Frame, ...], cache: Path):
    found = asked(archive, AUGUST)
    film_of(found)
    (kept,) = cache.glob("calls-*")
    good = pd.read_parquet(kept)
    for spoil in (b"no Parquet" * 100, b""):
        kept.write_bytes(spoil)
        assert film_of(found) == shown
        pd.testing.assert_frame_equal(pd.read_parquet(kept), good)


def test_rehearsed_frames_need_no_more_work(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    heard: list[tuple[int, int]] = []
    question = Question(archive.as_of(AUGUST), "district", 2018, 1, N_PATHS)
    rehearse(
        question,
        n_workers=1,
        on_progress=lambda done, total: heard.append((done, total)),
        on_replay=lambda *_: None,
    )
    assert heard[-1][0] == heard[-1][1] == len(heard) > 5
    found = asked(archive, AUGUST)
    monkeypatch.setattr(calls, "annual_outlook", _refuse)
    assert film_of(found)


@pytest.mark.slow
def test_workers_make_the_same_film(
    archive: Archive, shown: tuple[Frame, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calls, "_WORTH_A_WORKER", 1)
    question = Question(archive.as_of(AUGUST), "district", 2018, 1, N_PATHS)
    rehearse(question, n_workers=2, on_progress=lambda *_: None, on_replay=lambda *_: None)
    monkeypatch.setattr(calls, "annual_outlook", _refuse)
    assert film_of(asked(archive, AUGUST)) == shown


# How many frames ---------------------------------------------------------------------------------


@st.composite
def days(draw: st.DrawFn) -> dict[date, Release]:
    """Days of one year, with what came out on each."""
    numbers = sorted(draw(st.sets(st.integers(0, 364), min_size=1, max_size=120)))
    releases = st.sampled_from(["own", "related", "none"])
    return {date(2018, 1, 1) + timedelta(days=n): draw(releases) for n in numbers}


@given(days())
def test_a_film_has_few_frames_its_first_and_last_among_them(every: dict[date, Release]):
    kept = _thinned(every)
    assert len(kept) <= max(MOST_FRAMES, 2)
    assert list(kept) == sorted(kept)
    assert kept.items() <= every.items()
    assert {min(every), max(every)} <= set(kept)
    if len(every) <= MOST_FRAMES:
        assert kept == every


def test_own_figures_and_ends_of_months_are_kept_before_others():
    every: dict[date, Release] = {
        date(2018, month, day): "own" if (month, day) == (5, 9) else "related"
        for month in range(1, 13)
        for day in (9, 18, 27)
    }
    kept = _thinned(every)
    assert {day for day in kept if day.day != 27} == {date(2018, 1, 9), date(2018, 5, 9)}
    assert sum(day.day == 27 for day in kept) == 12


def test_frames_carry_the_error_of_the_simulation(shown: tuple[Frame, ...]):
    open_ones = [f for f in shown if 0 < f.probability.value < 1]
    assert min(f.probability.standard_error for f in open_ones) > 0
    assert np.median([f.probability.standard_error for f in open_ones]) < 0.1
