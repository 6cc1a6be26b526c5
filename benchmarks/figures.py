"""How long five million figures take: to be read from Parquet, and to be known as of a day.

`python benchmarks/figures.py` simulates a folder of 2,846 areas, reads it in a process of its own,
asks what was known of an area on a day, and leaves with 1 where a goal is missed. The figures are
simulated: they measure time and memory, and nothing else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from goals import Goal, print_goals

from forecast.archive.folder import read_archive
from forecast.base.months import month_text

SECONDS, GIGABYTES = 2.0, 2.0
N_AREAS, FIRST_YEAR = 2846, 2007
INDICATORS = (
    "gdp", "industrial_output", "retail_sales", "fixed_asset_investment", "trade", "budget_revenue",
)  # fmt: skip
DAY = date(2019, 9, 30)
KINDS = (("level", "cny_100m", 1000.0), ("growth_pct", "pct", 7.0))


def write_folder(folder: Path, n_figures: int, seed: int) -> None:
    """Write simulated figures: every month since January, a level and growth, no January."""
    rng = np.random.default_rng(seed)
    per_area = n_figures // N_AREAS + 1
    years = per_area // (len(INDICATORS) * 11 * len(KINDS)) + 1
    grid = pd.MultiIndex.from_product(
        [range(N_AREAS), INDICATORS, range(FIRST_YEAR, FIRST_YEAR + years), range(2, 13), (0, 1)]
    ).to_frame(index=False, name=["area", "indicator", "year", "month", "kind"])[:n_figures]
    last = 12 * grid["year"] + grid["month"] - 1
    released = pd.to_datetime({"year": grid["year"], "month": grid["month"], "day": 1})
    of_kind = [np.array([kind[i] for kind in KINDS])[grid["kind"]] for i in range(3)]
    table = pd.DataFrame(
        {
            "area": grid["area"].map("area{:04d}".format).astype("category"),
            "indicator": grid["indicator"].astype("category"),
            "first_month": (12 * grid["year"]).map(month_text).astype("category"),
            "last_month": last.map(month_text).astype("category"),
            "measure": of_kind[0],
            "unit": of_kind[1],
            "value": np.round(of_kind[2].astype(float) + rng.standard_normal(len(grid)), 1),
            "released_on": (released + pd.Timedelta(days=45)).dt.strftime("%Y-%m-%d"),
            "publisher": "simulated",
            "source": grid["year"].map("https://example.org/yearbook/{}".format),
        }
    )
    (folder / "figures").mkdir()
    table.to_parquet(folder / "figures" / "simulated.parquet", index=False)
    entries = "\n".join(
        f'[[indicator]]\nid = "{name}"\nname_en = "{name}"\nname_zh = "{name}"\n'
        f'unit = "cny_100m"\nannual_rule = "published_ytd"\n'
        for name in INDICATORS
    )
    (folder / "indicators.toml").write_text(entries, encoding="utf-8")


def _gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure(folder: Path) -> dict[str, float]:
    """Return seconds and peak memory of reading, and of the first and of a later question."""
    started = time.perf_counter()
    archive = read_archive(folder)
    read = time.perf_counter()
    at_reading = _gigabytes()
    known = _known(archive, f"area{N_AREAS // 2:04d}")
    first = time.perf_counter()
    _known(archive, f"area{N_AREAS // 3:04d}")
    again = time.perf_counter()
    return {
        "figures": len(archive.figures),
        "known of one area": known,
        "reading, s": read - started,
        "as_of and an area's figures, the first time, s": first - read,
        "as_of and another area's figures, s": again - first,
        "peak memory after reading, GB": at_reading,
        "peak memory in the end, GB": _gigabytes(),
    }


def _known(archive, area: str) -> int:
    snapshot = archive.as_of(DAY)
    return sum(len(snapshot.figures_of(area, name)) for name in snapshot.indicators_of(area))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")  # a fork would inherit the writer's peak
    with tempfile.TemporaryDirectory() as name:
        with spawn.Pool(1) as writer:
            writer.apply(write_folder, (Path(name), options.figures, options.seed))
        with spawn.Pool(1) as reader:
            found = reader.apply(measure, (Path(name),))
    print("Simulated figures.")
    for what, value in found.items():
        print(
            f"{what:<50}{value:>14,.2f}" if isinstance(value, float) else f"{what:<50}{value:>14,}"
        )
    seconds = found["as_of and an area's figures, the first time, s"]
    results = [
        Goal.at_most("seconds of as_of, the first time", seconds, SECONDS),
        Goal.at_most("peak memory, GB", found["peak memory in the end, GB"], GIGABYTES),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
