"""The simulated archive is as awkward as it claims, and the test run as quiet."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import platformdirs
import pytest

import conftest
from forecast.archive.archive import Archive
from forecast.archive.figures import Figure
from forecast.base.files import cache_folder
from forecast.base.months import Span, month
from forecast.history.growth import Basis
from forecast.history.series import build_history


def of(archive: Archive, series: str, span: Span, measure: str = "growth_pct") -> list[Figure]:
    """Return the releases that settle a span."""
    area, _, indicator = series.partition("/")
    return archive.releases_of(area, indicator, span, measure)


def test_numeric_libraries_have_one_thread_and_drawings_no_window():
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    assert [os.environ[name] for name in names] == ["1", "1", "1"]
    assert os.environ["MPLBACKEND"] == "Agg"


SEEN: list[int] = []


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process")
@pytest.mark.parametrize("number", range(6))
def test_a_file_runs_on_one_worker(number: int):
    """Else each worker would make what tests of a file share: use `--dist loadfile`."""
    SEEN.append(number)
    assert list(range(number + 1)) == SEEN


def test_what_begins_first_is_there():
    assert len(set(conftest.FIRST)) == len(conftest.FIRST)
    assert all((conftest.PROJECT / "tests" / name).is_file() for name in conftest.FIRST)


def test_the_cache_is_not_the_users():
    assert cache_folder() == Path(os.environ["FORECAST_CACHE"])
    assert not cache_folder().is_relative_to(platformdirs.user_cache_dir())


def test_the_folder_has_the_same_bytes_at_each_writing(data_folder: Path, tmp_path: Path):
    again = conftest.write_data_folder(tmp_path / "data")
    names = [p.relative_to(again) for p in again.rglob("*") if p.is_file()]
    assert len(names) == 5
    assert all((again / n).read_bytes() == (data_folder / n).read_bytes() for n in names)


def test_two_areas_one_of_them_sparse(archive: Archive):
    assert archive.areas == ["district", "nation"]
    counts = archive.figures["area"].value_counts()
    assert counts["nation"] > 15 * counts["district"]


def test_the_districts_file_is_not_utf_8(data_folder: Path):
    raw = (data_folder / "figures" / "district.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "模拟" in raw.decode("gbk")


def test_no_january_of_what_accumulates(archive: Archive):
    flows = archive.figures[archive.figures["indicator"] != "confidence"]
    assert not (flows["last"] % 12 == 0).any()


def test_gdp_comes_by_the_quarter(archive: Archive):
    gdp = archive.figures[archive.figures["indicator"] == "gdp"]
    assert set(gdp["last"] % 12 + 1) == {3, 6, 9, 12}


def test_retail_sales_of_2016_were_revised_twice(archive: Archive):
    values = [f.value for f in of(archive, "nation/retail_sales", Span.year_to_date(2016, 12))]
    assert len(values) == 3
    assert np.diff(values) == pytest.approx([-0.2, 0.5])


def test_a_flash_came_before_the_figure_and_differed_from_it(archive: Archive):
    figures = archive.figures.query("area == 'nation' and indicator == 'gdp'")
    half = figures[(figures["last"] == month(2018, 6)) & (figures["measure"] == "growth_pct")]
    flash, final = (half[half["status"] == s].iloc[0] for s in ("expected", "final"))
    assert flash["released_on"] < final["released_on"]
    assert flash["value"] == pytest.approx(final["value"] + 0.4)


def test_a_bound_that_was_passed_is_there(archive: Archive):
    bounds = archive.figures[archive.figures["status"] == "lower_bound"]
    assert bounds[["area", "indicator", "value"]].to_numpy().tolist() == [
        ["district", "retail_sales", 500.0]
    ]


def test_march_2015_came_after_june(archive: Archive):
    march, june = (
        of(archive, "nation/retail_sales", Span.year_to_date(2015, last))[0] for last in (3, 6)
    )
    assert march.released_on == conftest.LATE_ON > june.released_on


def test_july_2015_never_came(archive: Archive):
    span = Span.year_to_date(*conftest.MISSING)
    assert of(archive, "nation/retail_sales", span) == []
    assert of(archive, "nation/retail_sales", span, "level") == []


def test_published_growth_of_the_rebased_year_is_not_the_ratio_of_levels(archive: Archive):
    before, after = (
        of(archive, "nation/retail_sales", Span.year_to_date(year, 12), "level")[0].value
        for year in (conftest.REBASED_IN - 1, conftest.REBASED_IN)
    )
    span = Span.year_to_date(conftest.REBASED_IN, 12)
    published = of(archive, "nation/retail_sales", span)[0].value
    assert 100 * (after / before - 1) - published > 10


def test_levels_of_investment_break_where_the_registry_says(archive: Archive):
    entry = archive.registry.of("nation", "fixed_asset_investment")
    assert entry.break_months == (month(conftest.CLEANED_IN, 1),)
    before, after = (
        of(archive, "nation/fixed_asset_investment", Span.year_to_date(year, 12), "level")[0].value
        for year in (conftest.CLEANED_IN - 1, conftest.CLEANED_IN)
    )
    assert after < before


def test_the_districts_trade_changes_its_unit(archive: Archive):
    trade = archive.figures.query("area == 'district' and indicator == 'trade'")
    levels = trade[trade["measure"] == "level"].sort_values("last")
    assert levels["unit"].tolist() == ["usd_100m", "usd_100m", "cny_100m", "cny_100m"]


def test_growth_of_single_months_was_published_in_one_year(archive: Archive):
    snapshot = archive.as_of(date(2018, 12, 31))
    basis = build_history(snapshot, "nation", "retail_sales", 2018).growth.basis
    kinds = {year: set(row) - {Basis.MISSING} for year, row in enumerate(basis, start=2009)}
    assert kinds[2011] == {Basis.LEVEL_RATIO}
    assert kinds[conftest.SINGLE_MONTHS_IN] == {Basis.PUBLISHED, Basis.COMPOSED}
    assert all(kinds[year] == {Basis.PUBLISHED} for year in range(2013, 2019))


def test_a_target_was_changed_during_the_year(archive: Archive):
    changed = [t for t in archive.targets if (t.area, t.indicator) == ("district", "retail_sales")]
    assert [t.rate_pct for t in changed] == [10.0, 9.0]
    assert changed[0].announced_on < changed[1].announced_on


def test_every_figure_is_simulated_and_dated(archive: Archive):
    assert set(archive.figures["publisher"]) == {"simulated", "模拟"}
    assert (archive.figures["released_on"] > pd.Timestamp(2010, 1, 1)).all()
