"""Figures in, an answer out; and a cache that is never believed where it should not be."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan, replay
from forecast.base.errors import (
    BeforeFirstRelease,
    ContractError,
    DayAhead,
    ParameterError,
    UnknownArea,
)
from forecast.base.parameters import Parameters
from forecast.outlook import answers as answers_module
from forecast.outlook.answers import (
    Answer,
    answer,
    answer_to,
    checked_snapshot,
    earlier_record,
    past_forecasts,
    record_of,
)
from forecast.verification.record import Record, no_densities

SETTLED = date(2020, 4, 30)
AUGUST = date(2018, 8, 31)
OUTTURNS = {
    "gdp": 7.2,
    "modern_services_va": 8.5,
    "retail_sales": 6.5,
    "fixed_asset_investment": 16.1,
    "trade": -10.0,
    "budget_revenue": 6.4,
}


def asked(archive: Archive, area: str = "district", year: int = 2018, day: date = AUGUST) -> Answer:
    return answer(archive, area, year, day, seed=1, n_paths=100)


def assert_same(one: Answer, other: Answer) -> None:
    """Two answers are the same to the last bit."""
    assert list(one.outlook.indicators) == list(other.outlook.indicators)
    for name, left in one.outlook.indicators.items():
        right = other.outlook.indicators[name]
        np.testing.assert_equal(left.paths, right.paths)
        assert (left.status, left.outturn, left.caveats) == (
            right.status,
            right.outturn,
            right.caveats,
        )
    assert one.outlook.joint == other.outlook.joint


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache, for records of three replayed years."""
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(answers_module, "RECORD_YEARS", 3)
    return tmp_path / "cache"


@pytest.fixture
def quick(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the replay of the models' past calls out of the record, and the record to ourselves."""
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())


@pytest.fixture
def folder(data_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the simulated data folder, to be changed."""
    return shutil.copytree(data_folder, tmp_path / "data")


# Questions and answers ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settled(real_archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Return what the end of April 2020 says of 2019, with a record of one replayed year."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("short")))
        patch.setattr(answers_module, "RECORD_YEARS", 1)
        return asked(real_archive, "futian", 2019, SETTLED)


def test_a_settled_year_shows_its_outturns(settled: Answer):
    found = {name: settled.outlook.indicators[name].outturn for name in OUTTURNS}
    assert {name: o.growth_pct for name, o in found.items()} == OUTTURNS


def test_a_settled_year_shows_the_last_call_before_its_outturn(settled: Answer):
    assert set(OUTTURNS) <= set(settled.last_forecasts)
    days = {on for on, _ in settled.last_forecasts.values()}
    assert days == {date(2020, 4, 2)}
    calls = {name: one for name, (_, one) in settled.last_forecasts.items()}
    assert all(one.outturn is None for one in calls.values())
    assert calls["gdp"].history.months_known == 6
    assert calls["gdp"].target == settled.outlook.indicators["gdp"].target


def test_an_open_year_has_no_last_call(archive: Archive):
    assert asked(archive).last_forecasts == {}


def test_a_day_in_the_next_year_before_the_outturn_is_ordinary(archive: Archive):
    found = asked(archive, day=date(2019, 3, 4))
    assert found.outlook.indicators["gdp"].status == "forecast"
    after = asked(archive, day=date(2019, 3, 5))
    assert after.outlook.indicators["gdp"].status == "settled"
    assert after.last_forecasts["gdp"][0] == date(2019, 3, 4)


def test_a_day_long_after_the_newest_release_is_ordinary(archive: Archive):
    found = asked(archive, year=2019, day=date(2019, 12, 31))
    assert found.outlook.indicators["gdp"].status == "forecast"
    assert found.outlook.joint is None


@pytest.mark.usefixtures("quick")
def test_a_year_without_targets_gets_everything_but_probabilities(real_archive: Archive):
    found = asked(real_archive, "longgang", 2013, date(2013, 9, 30))
    assert found.outlook.joint is None
    assert all(one.december is not None for one in found.outlook.indicators.values())


def test_before_the_areas_first_release_there_is_no_answer(archive: Archive):
    message = "nothing of district was known on 2015-02-28; allowed: a day from 2015-03-01 on"
    with pytest.raises(BeforeFirstRelease, match=message):
        asked(archive, day=date(2015, 2, 28))


def test_of_a_day_that_has_not_come_there_is_no_answer(archive: Archive):
    tomorrow = archive.schedule.today() + timedelta(days=1)
    with pytest.raises(DayAhead, match=f"{tomorrow} has not come yet; allowed: a day up to "):
        asked(archive, day=tomorrow)


def test_of_an_area_without_figures_there_is_no_answer(archive: Archive):
    message = "no figures for area 'atlantis'; areas with figures: district, nation"
    with pytest.raises(UnknownArea, match=message):
        asked(archive, area="atlantis")


@pytest.mark.parametrize("year", [0, 1949, 2020])
def test_a_year_out_of_reach_is_refused(archive: Archive, year: int):
    with pytest.raises(
        ParameterError, match=f"year: {year}; allowed: 1950 to 2019, the year after"
    ):
        asked(archive, year=year)


@pytest.mark.parametrize("n_paths", [0, 90, 101, -100])
def test_paths_come_in_whole_batches(archive: Archive, n_paths: int):
    with pytest.raises(ParameterError, match=f"n_paths: {n_paths}; allowed: a multiple of 10 from"):
        answer(archive, "district", 2018, AUGUST, seed=1, n_paths=n_paths)


def parameters(folder: Path, **changes: object) -> Parameters:
    plain = {"area": "district", "year": 2018, "as_of": "2018-08-31", "lang": "en", "seed": 1}
    plain |= {"n_paths": 100, "since": "", "data": str(folder), "out": "", "overlay": ""}
    return Parameters.parse(**(plain | changes))


def test_parameters_are_answered_from_the_folder_that_they_name(folder: Path, archive: Archive):
    assert_same(answer_to(parameters(folder)), asked(archive))


def test_a_question_is_checked_without_being_answered(folder: Path, archive: Archive):
    snapshot = checked_snapshot(parameters(folder))
    assert (snapshot.day, snapshot.archive.file_hashes) == (AUGUST, archive.file_hashes)
    with pytest.raises(UnknownArea, match="no figures for area 'atlantis'"):
        checked_snapshot(parameters(folder, area="atlantis"))
    with (folder / "figures" / "nation.csv").open("a") as file:
        file.write("nation,gdp\n")
    with pytest.raises(ContractError, match=r"figures/nation\.csv:\d+: 2 cells"):
        checked_snapshot(parameters(folder))


# What the answer does not depend on --------------------------------------------------------------


def test_the_order_of_the_rows_and_the_names_of_the_files_do_not_matter(
    folder: Path, archive: Archive
):
    header, *rows = (folder / "figures" / "nation.csv").read_text(encoding="utf-8").splitlines()
    (folder / "figures" / "nation.csv").unlink()
    for name, half in (("z", rows[::2][::-1]), ("a", rows[1::2])):
        text = "\n".join([header, *half])
        (folder / "figures" / f"{name}.csv").write_text(text, encoding="utf-8")
    assert_same(asked(read_archive(folder)), asked(archive))


def test_figures_released_after_the_day_do_not_matter(folder: Path, archive: Archive):
    before = asked(archive)
    with (folder / "figures" / "nation.csv").open("a", encoding="utf-8") as file:
        for series, value in (("retail_sales", 55.5), ("gdp", -9.0)):
            file.write(f"nation,{series},2018-01,2018-06,growth_pct,{value},pct,final,")
            file.write("2018-09-01,published,simulated\n")
        file.write("nation,trade,2018-01,2018-06,level,7,usd,final,2018-09-01,published,x\n")
        file.write("city,gdp,2018-01,2018-06,growth_pct,9,pct,final,2018-09-01,published,x\n")
    assert_same(asked(read_archive(folder)), before)


def test_a_figure_released_on_the_day_does_matter(folder: Path, archive: Archive):
    with (folder / "figures" / "nation.csv").open("a", encoding="utf-8") as file:
        file.write("district,gdp,2018-01,2018-06,growth_pct,9.9,pct,final,2018-08-31,published,x\n")
    one, other = (asked(a).outlook.indicators["gdp"] for a in (read_archive(folder), archive))
    assert np.median(one.december) - np.median(other.december) > 2


# The cache ----------------------------------------------------------------------------------------


def kept(cache: Path) -> list[Path]:
    """Return the files of all records that are kept, two for each."""
    return sorted(cache.iterdir()) if cache.is_dir() else []


def frames(record: Record) -> tuple[pd.DataFrame, pd.DataFrame]:
    return record.points, record.densities


def assert_same_record(one: Record, other: Record) -> None:
    for left, right in zip(frames(one), frames(other), strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_a_record_holds_what_simple_rules_and_models_said(archive: Archive):
    record = record_of(archive.as_of(AUGUST))
    assert len(record) > 50
    assert {"pace", "drift", "sarima", "pool", "planner"} <= set(record.densities["model"])


def test_a_record_ends_with_february(archive: Archive):
    """What models share is learnt once a year, and stays for the year's reports."""
    february, august, next_year = (
        record_of(archive.as_of(day)) for day in (date(2018, 2, 28), AUGUST, date(2019, 4, 1))
    )
    assert_same_record(february, august)
    newest = february.points["settled_on"].max()
    assert pd.Timestamp(2018, 1, 1) < newest <= pd.Timestamp(2018, 2, 28)
    assert len(next_year) > len(august)


def test_a_warm_cache_gives_the_same_answer_to_the_last_bit(cache: Path, archive: Archive):
    cold = asked(archive)
    stamps = [p.stat().st_mtime_ns for p in kept(cache)]
    warm = asked(archive)
    assert_same(warm, cold)
    assert_same_record(warm.record, cold.record)
    assert [p.stat().st_mtime_ns for p in kept(cache)] == stamps
    assert len(stamps) == 2


def test_the_cache_is_read(cache: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
    asked(archive)
    monkeypatch.setattr(answers_module, "replay", _refuse)
    assert len(asked(archive).record) > 50


def _refuse(*_: object, **__: object) -> pd.DataFrame:
    raise AssertionError("the record was computed again")


@pytest.mark.usefixtures("quick")
def test_a_record_of_other_figures_is_never_used(
    cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """The cache holds the record of the figures as they were; one of them is changed."""
    before = record_of(read_archive(folder).as_of(AUGUST))
    path = folder / "figures" / "nation.csv"
    text = path.read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if "gdp,2016-01,2016-06,growth_pct" in line)
    cells = first.split(",")
    path.write_text(text.replace(first, ",".join([*cells[:5], "19.9", *cells[6:]])), "utf-8")
    changed = read_archive(folder).as_of(AUGUST)
    found = record_of(changed)
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "empty"))
    assert_same_record(found, record_of(changed))
    assert not found.points.equals(before.points)
    assert len(kept(cache)) == 4


@pytest.mark.usefixtures("quick")
def test_a_figure_that_comes_out_later_in_the_year_leaves_the_record_as_it_is(
    cache: Path, archive: Archive
):
    for day in (AUGUST, date(2018, 12, 31)):
        record_of(archive.as_of(day))
    assert len(kept(cache)) == 2


@pytest.mark.usefixtures("quick")
def test_a_record_of_another_year_or_another_program_is_never_used(
    cache: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    record_of(archive.as_of(AUGUST))
    record_of(archive.as_of(date(2017, 8, 31)))
    assert len(kept(cache)) == 4
    monkeypatch.setattr(answers_module, "forecast_hash", lambda: "another")
    record_of(archive.as_of(AUGUST))
    assert len(kept(cache)) == 6


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _of_another_form(path: Path) -> None:
    pd.DataFrame({"x": [1.0]}).to_parquet(path)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("which", [0, 1], ids=["points", "densities"])
@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no Parquet" * 100),
        _truncated,
        _of_another_form,
    ],
    ids=["missing", "empty", "garbage", "truncated", "another form"],
)
def test_a_spoilt_cache_is_built_again(
    cache: Path, archive: Archive, spoil: Callable[[Path], None], which: int
):
    snapshot = archive.as_of(AUGUST)
    expected = record_of(snapshot)
    path = kept(cache)[which]
    good = path.read_bytes()
    spoil(path)
    assert_same_record(record_of(snapshot), expected)
    assert path.read_bytes() == good


@pytest.mark.parametrize(
    "day", [date(2018, 1, 20), date(2018, 2, 10), date(2018, 2, 28), date(2018, 6, 30)], ids=str
)
def test_an_earlier_record_by_way_of_a_later_one_is_that_of_its_day(archive: Archive, day: date):
    found, wanted = earlier_record(archive.as_of(AUGUST), day), record_of(archive.as_of(day))
    pd.testing.assert_frame_equal(found.points, wanted.points, check_exact=True)
    left, right = (r.densities.drop(columns="seconds") for r in (found, wanted))
    pd.testing.assert_frame_equal(left, right, check_exact=True)
    assert len(found.densities) > 100


def test_an_earlier_record_of_a_year_before_is_replayed(cache: Path, archive: Archive):
    day = date(2017, 6, 30)
    found, wanted = earlier_record(archive.as_of(AUGUST), day), record_of(archive.as_of(day))
    assert_same_record(found, wanted)
    assert_same_record(earlier_record(archive.as_of(AUGUST), date(2010, 1, 1)), Record.empty())


@pytest.mark.usefixtures("quick")
def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "file" / "cache"))
    assert len(record_of(archive.as_of(AUGUST))) > 50


@pytest.mark.usefixtures("quick")
def test_nothing_is_left_beside_the_cached_record(cache: Path, archive: Archive):
    record_of(archive.as_of(AUGUST))
    assert {p.suffix for p in kept(cache)} == {".parquet"}


def test_before_anything_was_settled_the_record_is_empty(cache: Path, archive: Archive):
    record = record_of(archive.as_of(archive.first_release_on))
    assert_same_record(record, Record.empty())


def test_a_past_call_learns_from_years_and_areas_that_are_not_asked_for(archive: Archive):
    """It says what a report of its day said, however few years the backtest is asked for."""
    short = Plan(years=range(2018, 2019), months=(6,), models=("pace", "drift"))
    longer = Plan(years=range(2016, 2019), months=(3, 6), models=("pace", "drift"))
    found = past_forecasts(archive, "nation", short)
    assert set(found["year"]) == {2018}
    assert set(found["area"]) == {"nation"}
    wanted = past_forecasts(archive, "nation", longer)
    chosen = wanted[(wanted["year"] == 2018) & (wanted["months_known"] == 6)]
    columns = [c for c in found if c != "seconds"]
    pd.testing.assert_frame_equal(found[columns], chosen[columns].reset_index(drop=True))
    alone = replay(archive, ["nation"], short)
    pools = [calls.query("model == 'pool'")["crps"].tolist() for calls in (found, alone)]
    assert pools[0] != pools[1]
