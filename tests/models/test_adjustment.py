"""`ar` and `trend` on levels with January by itself, and on stocks. All figures are simulated."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.base.errors import NotEnoughHistory
from forecast.history.levels import FloatArray, has_seasons, seasonal_factors
from forecast.history.series import History, build_history
from forecast.models.adjustment import adjusted, series_class
from forecast.models.registry import MODELS
from forecast.models.shared import Shared

NAMES = ("ar", "trend", "sarima", "structural", "ets")
SEASONS = np.array([-0.2, -0.1, 0.05, 0.0, 0.1, -0.05, 0.0, 0.1, 0.05, 0.0, -0.1, 0.15])


def simulated(n_years: int, *, seasons: bool, growth: float = 0.004, noise: float = 0.004):
    rng = np.random.default_rng(7)
    n = 12 * n_years
    logs = np.cumsum(growth + noise * rng.standard_normal(n)) + (
        np.tile(SEASONS, n_years) * seasons
    )
    return 100 * np.exp(logs)


def archive_of(folder: Path, **series: tuple[str, FloatArray]) -> Archive:
    """Return an archive of monthly levels from January 2008, each out on the 10th of the next."""
    rows, entries = [], ""
    for name, (rule, values) in series.items():
        months = pd.period_range("2008-01", periods=len(values), freq="M")
        rows += [
            ("town", name, str(m), str(m), "level", v, f"{m + 1}-10")
            for m, v in zip(months, values.tolist(), strict=True)
        ]
        entries += (
            f'[[indicator]]\nid = "{name}"\nname_en = "x"\nname_zh = "x"\n'
            f'unit = "index"\nannual_rule = "{rule}"\n'
        )
    columns = ["area", "indicator", "first_month", "last_month", "measure", "value", "released_on"]
    (folder / "figures").mkdir(parents=True)
    pd.DataFrame(rows, columns=columns).to_csv(folder / "figures" / "f.csv", index=False)
    (folder / "indicators.toml").write_text(entries, encoding="utf-8")
    return read_archive(folder)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive_of(
        tmp_path_factory.mktemp("levels") / "data",
        index=("sum_of_months", simulated(11, seasons=False)),
        sales=("sum_of_months", simulated(11, seasons=True)),
        stock=("end_of_year", simulated(11, seasons=False)),
        short=("end_of_year", simulated(11, seasons=False)[:40]),
    )


def history_of(archive: Archive, name: str, day: date = date(2018, 7, 15)) -> History:
    return build_history(archive.as_of(day), "town", name, day.year)


@pytest.mark.parametrize("series", ["index", "sales", "stock"])
def test_a_january_by_itself_is_a_period_of_its_own(town: Archive, series: str):
    flows = history_of(town, series).flows
    assert flows is not None
    assert flows.season == 12
    assert flows.is_stock == (series == "stock")


def test_the_spring_festival_joins_january_and_february(tmp_path: Path):
    """A tenth of the two months' sales falls into the one or into the other."""
    values = simulated(11, seasons=True).reshape(11, 12)
    early = np.arange(11) % 2 == 0
    moved = np.where(early, 1, -1) * 0.1 * (values[:, 0] + values[:, 1])
    values[:, 0], values[:, 1] = values[:, 0] + moved, values[:, 1] - moved
    archive = archive_of(tmp_path / "data", sales=("sum_of_months", values.ravel()))
    flows = history_of(archive, "sales").flows
    assert flows is not None
    assert flows.season == 11
    assert not MODELS["ar"].can_fit(history_of(archive, "sales"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("series", ["index", "sales", "stock"])
def test_models_of_levels_keep_the_contract(town: Archive, name: str, series: str):
    history, later = history_of(town, series), history_of(town, series, date(2018, 10, 15))
    fitted = MODELS[name].fit(history, Shared())
    paths = fitted.simulate(400, np.random.default_rng(1))
    assert paths.shape == (400, 6)
    assert np.isfinite(paths).all()
    assert np.array_equal(paths, fitted.simulate(400, np.random.default_rng(1)))
    assert np.array_equal(paths, fitted.update(history).simulate(400, np.random.default_rng(1)))
    assert fitted.update(later).simulate(3, np.random.default_rng(1)).shape == (3, 3)
    outturn = history_of(town, series, date(2019, 2, 1)).settled[-2, -1]
    low, high = np.quantile(paths[:, -1], [0.005, 0.995])
    assert low < outturn < high


def test_growth_of_a_stock_is_december_on_december(town: Archive):
    """What is known to June, and six months that grow as the past ones did."""
    history = history_of(town, "stock")
    assert history.flows is not None
    levels = history.flows.amounts
    steps = np.diff(np.log(levels))
    expected = 100 * (levels[-1] * np.exp(6 * steps.mean()) / levels[-7] - 1)
    paths = MODELS["ar"].fit(history, Shared()).simulate(2000, np.random.default_rng(1))
    assert np.median(paths[:, -1]) == pytest.approx(expected, abs=0.6)


@pytest.mark.parametrize("name", ["ar", "trend"])
def test_a_short_history_is_declined(town: Archive, name: str):
    history = history_of(town, "short", date(2011, 6, 15))
    assert not MODELS[name].can_fit(history)
    with pytest.raises(NotEnoughHistory, match="town/short"):
        MODELS[name].fit(history, Shared())


@pytest.mark.parametrize("name", ["ar", "trend"])
def test_a_series_that_never_moves_does_not_move(tmp_path: Path, name: str):
    archive = archive_of(tmp_path / "data", flat=("end_of_year", np.full(132, 50.0)))
    paths = (
        MODELS[name]
        .fit(history_of(archive, "flat"), Shared())
        .simulate(10, np.random.default_rng(1))
    )
    assert paths == pytest.approx(0.0, abs=1e-6)


def test_seasonal_factors_are_found_and_none_where_there_are_none(town: Archive):
    sales, index = (history_of(town, name).flows for name in ("sales", "index"))
    assert sales is not None
    assert index is not None
    assert adjusted(sales).factors == pytest.approx(SEASONS - SEASONS.mean(), abs=0.01)
    assert np.abs(adjusted(index).factors).max() < 0.005
    assert has_seasons(np.log(sales.amounts), 12)
    assert not has_seasons(np.log(index.amounts), 12)


def test_factors_of_four_periods_by_hand():
    """Two whole years about a level trend: each period lies a fixed distance from the mean."""
    logs = np.tile([1.0, -1.0, 2.0, -2.0], 3)
    factors, ratio = seasonal_factors(logs, 4)
    assert factors.tolist() == [1.0, -1.0, 2.0, -2.0]
    assert ratio == np.inf


def test_the_class_is_what_is_declared_else_what_is_found(town: Archive):
    assert series_class(history_of(town, "index")) == "flow/plain"
    assert series_class(history_of(town, "sales")) == "flow/seasonal"
    assert series_class(history_of(town, "stock")) == "stock/plain"
    sales = history_of(town, "sales")
    declared = replace(sales, indicator=replace(sales.indicator, adjusted=True))
    assert series_class(declared) == "flow/plain"


def test_quarters_and_joined_months_have_no_class(archive: Archive):
    snapshot = archive.as_of(date(2018, 8, 31))
    assert series_class(build_history(snapshot, "nation", "retail_sales", 2018)) == ""
