"""Settings of every test run, and the archives that the tests are held against.

Every figure of the data folder written here is simulated. Its calendar is as awkward as real ones.
"""

# ruff: noqa: E402  # numpy reads the number of threads when it is first imported

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["MPLBACKEND"] = "Agg"

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive

settings.register_profile("forecast", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("forecast")

PROJECT = Path(__file__).parents[1]
# What takes longest begins first, so that no worker waits for one at the end. The first of them
# replays the past of the project's figures, which the others then find in the cache.
FIRST = (
    "test_docs.py",
    "publishing/scheduled/test_run.py",
    "test_browser.py",
    "test_cluster.py",
    "test_exploring.py",
    "publishing/test_publication.py",
    "test_killed.py",
    "outlook/test_answers.py",
    "publishing/scheduled/test_faults.py",
    "test_mutations.py",
    "test_wheel.py",
    "test_notebooks.py",
    "publishing/test_pdf.py",
    "models/test_drift.py",
    "report/test_season_caveats.py",
    "pages/charts/test_charts.py",
)
YEARS = range(2010, 2019)
REBASED_IN, SCOPE = 2014, 1.10  # from then on retail sales are of a tenth more shops
CLEANED_IN = 2016  # from then on a fifth of investment counts no longer, and no ratio means a thing
NEW_UNIT_IN = 2016  # the district's trade: dollars before, yuan from then on
MISSING = (2015, 7)  # this month of retail sales was never published
LATE = (2015, 3)  # and this one came five months late
LATE_ON = date(2015, 8, 20)
SINGLE_MONTHS_IN = 2012  # growth of retail sales was published by the month in this year
COLUMNS = (
    "area,indicator,first_month,last_month,measure,value,unit,status,"
    "released_on,released_on_basis,publisher"
)

INDICATORS = """\
# Simulated: no such area exists.
[[area]]
id = "nation"
name_en = "Nation"
name_zh = "某国"

[[area]]
id = "district"
name_en = "District"
name_zh = "某区"

[[indicator]]
id = "gdp"
name_en = "GDP"
name_zh = "地区生产总值"
unit = "cny_100m"
price_basis = "real"
annual_rule = "published_ytd"
group = "output"
related = ["nation/gdp"]

[[indicator]]
id = "retail_sales"
name_en = "Retail sales"
name_zh = "社会消费品零售总额"
unit = "cny_100m"
annual_rule = "published_ytd"
group = "demand"
related = ["nation/retail_sales"]

[[indicator]]
id = "fixed_asset_investment"
name_en = "Fixed-asset investment"
name_zh = "固定资产投资额"
unit = "cny_100m"
annual_rule = "published_ytd"
group = "demand"
related = ["nation/fixed_asset_investment"]
levels_break = ["2016-01"]

[[indicator]]
id = "trade"
name_en = "Foreign trade"
name_zh = "进出口总额"
unit = "cny_100m"
annual_rule = "published_ytd"
group = "trade"

[[indicator]]
id = "patents"
name_en = "Patents"
name_zh = "专利授权量"
unit = "patents"
annual_rule = "published_ytd"
group = "activity"

[[indicator]]
id = "confidence"
name_en = "Confidence of managers"
name_zh = "企业家信心指数"
unit = "index"
group = "activity"

[[override]]
area = "nation"
indicator = "retail_sales"
related = ["nation/confidence"]
"""

TARGETS = """\
# Simulated.
[[target]]
area = "nation"
year = 2018
indicator = "gdp"
comparison = "about"
rate_pct = 6.5
announced_on = 2018-03-05
wording = "增长6.5%左右"
source = "simulated"

[[target]]
area = "nation"
year = 2018
indicator = "retail_sales"
comparison = "at_least"
rate_pct = 9.5
announced_on = 2018-03-05
wording = "增长9.5%"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "gdp"
comparison = "within"
lower_pct = 6.5
upper_pct = 7.0
announced_on = 2018-02-01
wording = "增长6.5%~7%"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "retail_sales"
comparison = "at_least"
rate_pct = 10.0
announced_on = 2018-02-01
wording = "增长10%"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "retail_sales"
comparison = "at_least"
rate_pct = 9.0
announced_on = 2018-07-10
wording = "增长目标调整为9%"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "fixed_asset_investment"
comparison = "at_most"
rate_pct = 12.0
announced_on = 2018-02-01
wording = "控制在12%以内"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "trade"
comparison = "more_than"
rate_pct = 0.0
announced_on = 2018-02-01
wording = "实现正增长"
source = "simulated"

[[target]]
area = "district"
year = 2018
indicator = "patents"
comparison = "at_least"
rate_pct = 5.0
announced_on = 2018-02-01
wording = "增长5%"
source = "simulated"
"""

SCHEDULE = """\
# Simulated.
time_zone = "Asia/Shanghai"

[[lag]]
span = "month"
days = 15

[[lag]]
span = "quarter"
days = 18

[[lag]]
span = "year"
days = 40

[[lag]]
area = "district"
indicator = "gdp"
span = "quarter"
days = 45

[[report]]
area = "district"
days_of_month = [1, 16]
"""


def _simulated_flows(rng: np.random.Generator, size: float, growth_pct: float) -> NDArray:
    """Return monthly flows on one scope, of shape (year, 12): noise around a wandering growth."""
    months = np.arange(12)
    flows = np.empty((len(YEARS), 12))
    flows[0] = size * (1 + 0.15 * np.sin(2 * np.pi * months / 12) + 0.02 * months)
    level = growth_pct + np.cumsum(0.06 * rng.standard_normal(12 * len(YEARS)))
    noise = 1.2 * rng.standard_normal(12 * len(YEARS))
    growth = (level + noise).reshape(len(YEARS), 12)
    for row in range(1, len(YEARS)):
        flows[row] = flows[row - 1] * (1 + growth[row] / 100)
    return flows


def _row(
    series: str,
    months: tuple[int, int, int],
    measure: str,
    value: float,
    released_on: date,
    *,
    unit: str = "cny_100m",
    status: str = "final",
    publisher: str = "simulated",
) -> str:
    """Return a line of a figures file; `months` are the year, the first and the last month."""
    year, first, last = months
    unit = "pct" if measure == "growth_pct" else unit
    cells = [
        *series.split("/"),
        f"{year}-{first:02d}",
        f"{year}-{last:02d}",
        measure,
        f"{value:.1f}",
        unit,
        status,
        released_on.isoformat(),
        "published",
        publisher,
    ]
    return ",".join(cells)


def _next_month(year: int, last: int, day: int) -> date:
    return date(year + last // 12, last % 12 + 1, day)


def _retail(rng: np.random.Generator) -> Iterator[str]:
    """Yield the nation's retail sales: eleven YTD levels a year, growth in three manners."""
    flows = _simulated_flows(rng, 100.0, 10.0)
    total = flows.cumsum(axis=1)
    for row, year in enumerate(YEARS):
        scope = SCOPE if year >= REBASED_IN else 1.0
        for last in range(2, 13):
            if (year, last) == MISSING:
                continue
            on = LATE_ON if (year, last) == LATE else _next_month(year, last, 15)
            upto = (year, 1, last)
            yield _row("nation/retail_sales", upto, "level", scope * total[row, last - 1], on)
            if year < SINGLE_MONTHS_IN:
                continue
            of_months = 100 * (flows[row, last - 1] / flows[row - 1, last - 1] - 1)
            growth = 100 * (total[row, last - 1] / total[row - 1, last - 1] - 1)
            if year == SINGLE_MONTHS_IN and last > 2:
                yield _row("nation/retail_sales", (year, last, last), "growth_pct", of_months, on)
            else:
                yield _row("nation/retail_sales", upto, "growth_pct", growth, on)
                if (year, last) == (2016, 12):
                    for revised, day in ((-0.2, date(2017, 9, 1)), (0.3, date(2018, 1, 10))):
                        changed = growth + revised
                        yield _row("nation/retail_sales", upto, "growth_pct", changed, day)


def _investment(rng: np.random.Generator) -> Iterator[str]:
    """Yield the nation's investment: levels by the month, growth of whole years."""
    total = _simulated_flows(rng, 60.0, 12.0).cumsum(axis=1)
    series = "nation/fixed_asset_investment"
    for row, year in enumerate(YEARS):
        scope = 0.8 if year >= CLEANED_IN else 1.0
        for last in range(2, 13):
            on = _next_month(year, last, 15)
            yield _row(series, (year, 1, last), "level", scope * total[row, last - 1], on)
        if row:
            growth = 100 * (total[row, -1] / total[row - 1, -1] - 1)
            yield _row(series, (year, 1, 12), "growth_pct", growth, date(year + 1, 1, 15))


def _gdp(rng: np.random.Generator) -> Iterator[str]:
    """Yield the nation's GDP: quarters, levels at current and growth at constant prices."""
    real = _simulated_flows(rng, 500.0, 7.0).cumsum(axis=1)
    prices = 1.02 ** np.arange(len(YEARS))
    for row, year in enumerate(YEARS):
        for last in (3, 6, 9, 12):
            on, upto = _next_month(year, last, 18), (year, 1, last)
            first = "preliminary" if last == 12 else "final"
            level = prices[row] * real[row, last - 1]
            yield _row("nation/gdp", upto, "level", level, on, status=first)
            if not row:
                continue
            growth = 100 * (real[row, last - 1] / real[row - 1, last - 1] - 1)
            yield _row("nation/gdp", upto, "growth_pct", growth, on, status=first)
            if (year, last) == (2018, 6):
                flash = date(2018, 7, 5)
                yield _row("nation/gdp", upto, "growth_pct", growth + 0.4, flash, status="expected")
            if last == 12:
                later = date(year + 1, 12, 28)
                yield _row("nation/gdp", upto, "growth_pct", growth + 0.1, later)


def _confidence(rng: np.random.Generator) -> Iterator[str]:
    for year in YEARS:
        for last in range(1, 13):
            value, on = 50 + rng.standard_normal(), _next_month(year, last, 1)
            yield _row("nation/confidence", (year, last, last), "level", value, on, unit="index")


def _district() -> Iterator[str]:
    """Yield the district's few figures: typed by hand, and as made up as the others."""
    growth, level = "growth_pct", "level"
    said: list[tuple[str, tuple[int, int, int], str, float, date, str, str]] = [
        ("gdp", (2014, 1, 12), growth, 8.4, date(2015, 3, 1), "", "final"),
        ("gdp", (2014, 1, 12), level, 400.0, date(2015, 3, 1), "cny_100m", "final"),
        ("gdp", (2015, 1, 9), growth, 8.1, date(2015, 11, 9), "", "final"),
        ("gdp", (2016, 1, 6), growth, 7.6, date(2016, 8, 10), "", "final"),
        ("gdp", (2016, 1, 9), growth, 7.9, date(2016, 11, 10), "", "final"),
        ("gdp", (2017, 1, 3), growth, 7.3, date(2017, 5, 8), "", "final"),
        ("gdp", (2017, 1, 12), growth, 7.5, date(2018, 1, 20), "", "expected"),
        ("gdp", (2017, 1, 12), growth, 7.1, date(2018, 3, 30), "", "final"),
        ("gdp", (2018, 1, 3), growth, 6.9, date(2018, 5, 10), "", "final"),
        ("gdp", (2018, 1, 6), growth, 6.8, date(2018, 8, 12), "", "final"),
        ("gdp", (2018, 1, 12), growth, 6.6, date(2019, 3, 5), "", "final"),
        ("retail_sales", (2015, 1, 9), growth, 11.0, date(2015, 11, 9), "", "final"),
        ("retail_sales", (2016, 1, 12), level, 500.0, date(2017, 1, 25), "cny_100m", "lower_bound"),
        ("retail_sales", (2017, 1, 12), growth, 9.8, date(2018, 3, 30), "", "final"),
        ("retail_sales", (2017, 1, 12), level, 560.0, date(2018, 3, 30), "cny_100m", "final"),
        ("retail_sales", (2018, 4, 6), growth, 9.1, date(2018, 8, 12), "", "final"),
        ("retail_sales", (2018, 1, 12), growth, 8.8, date(2019, 3, 5), "", "final"),
        ("trade", (2014, 1, 12), level, 100.0, date(2015, 3, 1), "usd_100m", "final"),
        ("trade", (2015, 1, 12), level, 104.0, date(2016, 3, 1), "usd_100m", "final"),
        ("trade", (2016, 1, 12), level, 700.0, date(2017, 3, 1), "cny_100m", "final"),
        ("trade", (2017, 1, 12), level, 721.0, date(2018, 3, 30), "cny_100m", "final"),
        ("trade", (2017, 1, 12), growth, 3.0, date(2018, 3, 30), "", "final"),
        ("trade", (2018, 1, 12), growth, -1.5, date(2019, 3, 5), "", "final"),
    ]
    for name, months, measure, value, on, unit, status in said:
        series = f"district/{name}"
        yield _row(series, months, measure, value, on, unit=unit, status=status, publisher="模拟")


def write_data_folder(folder: Path) -> Path:
    """Write the awkward data folder and return it; the same bytes at each call."""
    rng = np.random.default_rng(4)
    (folder / "figures").mkdir(parents=True)
    nation = [row for made in (_retail, _investment, _gdp, _confidence) for row in made(rng)]
    for name, rows, encoding in (("nation", nation, "utf-8"), ("district", _district(), "gbk")):
        text = "\n".join([COLUMNS, *rows, ""])
        (folder / "figures" / f"{name}.csv").write_text(text, encoding=encoding)
    for name, text in (("indicators", INDICATORS), ("targets", TARGETS), ("schedule", SCHEDULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites what one frozen run said; review the diff."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of `FIRST` first, in that order."""
    places = {PROJECT / "tests" / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(FIRST)))


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    """Keep results of a test run out of the user's cache, and work in the process of the test.

    The cache is keyed by content, so that workers and later runs may share one folder. The run has
    a process for each processor already; one that it starts costs seconds of imports.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(PROJECT / ".pytest_cache" / "forecast"))
        patch.setenv("FORECAST_WORKERS", "1")
        yield


@pytest.fixture(scope="module")
def short_past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Replay one past year instead of ten, in a cache of its own.

    It is for files whose tests hold nothing of the record: how long it is changes none of them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("short-past")))
        patch.setattr("forecast.outlook.answers.RECORD_YEARS", 1)
        yield


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a simulated data folder with an awkward calendar; copy it before changing it."""
    return write_data_folder(tmp_path_factory.mktemp("awkward") / "data")


@pytest.fixture(scope="session")
def archive(data_folder: Path) -> Archive:
    """Return the archive of the simulated data folder."""
    return read_archive(data_folder)


@pytest.fixture(scope="session")
def real_archive() -> Archive:
    """Return the archive of the figures that come with the project."""
    return read_archive(PROJECT / "data")
