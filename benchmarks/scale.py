"""How time and memory grow with areas and workers.

`python benchmarks/scale.py --areas 100 200 --workers 1 2` simulates areas of six indicators,
replays the forecasts of two years for each number of areas and of workers, each in a process of its
own, and leaves with 1 where a goal is missed. A forecast is what a report says of an indicator: all
members, pool, recalibration, attainment of last year's growth. Wall time means something on a quiet
machine only; the processors' time, of all processes together, is printed beside it.

The areas are simulated, for benchmarks only: growth of an area is the nation's, moved by what the
nation's own growth did in years drawn with a seed that is declared below.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path
from threading import Event, Thread

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np
import pandas as pd
from goals import Goal, print_goals

from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan, replay
from forecast.base.months import month_of_year, month_text, year_of
from forecast.verification.intervals import Interval

DATA = Path(__file__).resolve().parents[1] / "data"
SEED = 20190201
SIX = ("gdp", "tax_revenue", "retail_sales", "fixed_asset_investment", "trade", "budget_revenue")
YEARS, MONTHS = range(2017, 2019), (3, 6, 9)
WEIGHT = 0.5  # of the drawn year's distance from the mean
RATIO, SPEED_UP = (1.9, 2.1), 1.8


def write_folder(folder: Path, n_areas: int) -> None:
    """Write simulated areas beside the nation: levels that follow from bootstrapped growth."""
    figures = read_archive(DATA).figures
    nation = figures[(figures["area"] == "china") & figures["indicator"].isin(SIX)]
    tables = [nation.astype({"area": "str"})]
    for number in range(n_areas):
        rng = np.random.default_rng([SEED, number])
        own = [simulated_area(nation[nation["indicator"] == name], rng) for name in SIX]
        tables.append(pd.concat(own).assign(area=f"simulated{number:04d}", source="simulated"))
    write_figures(folder, pd.concat(tables, ignore_index=True))
    for name in ("indicators.toml", "schedule.toml"):
        text = (DATA / name).read_text(encoding="utf-8")
        (folder / name).write_text(without_other_areas(text), encoding="utf-8")


def write_figures(folder: Path, table: pd.DataFrame) -> None:
    """Write the figures of a data folder, from a table like that of an archive."""
    written = table.assign(
        first_month=table["first"].map(month_text),
        last_month=table["last"].map(month_text),
        released_on=table["released_on"].dt.strftime("%Y-%m-%d"),
    ).drop(columns=["first", "last", "file", "line"])
    (folder / "figures").mkdir()
    written.to_parquet(folder / "figures" / "simulated.parquet", index=False)


def without_other_areas(text: str) -> str:
    """Return a registry without what is said of areas that are not in the folder."""
    parts = text.replace("\n[[", "\n\0[[").split("\0")
    own = ("shenzhen", "futian", "longgang")
    return "".join(p for p in parts if not any(f'"{a}"' in p or f'"{a}/' in p for a in own))


def simulated_area(nation: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return figures of one indicator of a simulated area, where and when the nation has them."""
    growth = nation[nation["measure"] == "growth_pct"].drop_duplicates(["first", "last"])
    year, months = growth["last"].map(year_of), growth["last"].map(month_of_year)
    usual = growth["value"].groupby(months.to_numpy()).transform("mean")
    distance = growth["value"] - usual
    apart = dict(zip(zip(year, months, strict=True), distance, strict=True))
    known = sorted(set(year))
    drawn = dict(zip(known, rng.choice(known, len(known)), strict=True))
    moves = [WEIGHT * apart.get((drawn[y], m), 0.0) for y, m in zip(year, months, strict=True)]
    moved = growth.assign(value=(growth["value"] + moves).clip(lower=-90).round(1))
    rate = dict(zip(zip(moved["first"], moved["last"], strict=True), moved["value"], strict=True))
    levels = nation[nation["measure"] == "level"].drop_duplicates(["first", "last"])
    level: dict[tuple[int, int], float] = {}
    for first, last, value in levels[["first", "last", "value"]].sort_values("last").to_numpy():
        before, key = (int(first) - 12, int(last) - 12), (int(first), int(last))
        follows = before in level and key in rate
        level[key] = level[before] * (1 + rate[key] / 100) if follows else float(value)
    values = [level[f, t] for f, t in zip(levels["first"], levels["last"], strict=True)]
    return pd.concat([moved, levels.assign(value=np.round(values, 4))])


def measure(folder: Path, n_workers: int) -> dict[str, float]:
    """Return seconds, forecasts, and peak memory in GB of the parent and of its largest worker."""
    archive = read_archive(folder)
    plan = Plan(years=YEARS, months=MONTHS, targets="previous-year")
    started = time.perf_counter()
    with _largest_worker() as worker:
        forecasts = replay(archive, archive.areas, plan, n_workers=n_workers)
    seconds = time.perf_counter() - started
    own, workers = (resource.getrusage(r) for r in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "seconds": seconds,
        "cpu": sum(usage.ru_utime + usage.ru_stime for usage in (own, workers)),
        "forecasts": int((forecasts["model"] == "pool").sum()),
        "parent": own.ru_maxrss / 1e6,
        "worker": max(worker),
    }


@contextmanager
def _largest_worker() -> Iterator[list[float]]:
    """Yield a list that gets the peak memory in GB of the workers, looked at twice a second.

    What the system counts for children will not do: a process begins with its parent's size.
    """
    seen, over = [0.0], Event()

    def look() -> None:
        while not over.wait(0.5):
            for process in active_children():
                with suppress(FileNotFoundError, ProcessLookupError):
                    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                    peak = [line.split()[1] for line in status.splitlines() if "VmHWM" in line]
                    seen.extend(float(kilobytes) / 1e6 for kilobytes in peak)

    looking = Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def measured(n_areas: int, n_workers: int) -> dict[str, float]:
    """Return what a process of its own measures."""
    with tempfile.TemporaryDirectory() as name:
        write_folder(Path(name), n_areas)
        command = [sys.executable, __file__, "--measure", name, "--workers", str(n_workers)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--areas", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.workers[0])))
        return
    print("Simulated areas, six indicators each.")
    print(f"{'areas':>6}{'workers':>9}{'forecasts':>11}{'wall s':>10}{'CPU s':>9}", end="")
    print(f"{'parent GB':>11}{'worker GB':>11}", flush=True)
    seconds: dict[tuple[int, int], float] = {}
    for n_workers in options.workers:
        for n_areas in options.areas:
            found = measured(n_areas, n_workers)
            seconds[n_areas, n_workers] = found["seconds"]
            print(
                f"{n_areas:>6}{n_workers:>9}{found['forecasts']:>11}{found['seconds']:>10.1f}",
                end="",
            )
            print(
                f"{found['cpu']:>9.1f}{found['parent']:>11.2f}{found['worker']:>11.2f}", flush=True
            )
    sys.exit(0 if are_goals_met(seconds) else 1)


def are_goals_met(seconds: dict[tuple[int, int], float]) -> bool:
    """Print the ratios that the goals are about; return whether they are met."""
    areas, workers = sorted({a for a, _ in seconds}), sorted({w for _, w in seconds})
    goals = []
    for few, many in pairwise(areas):
        for n in workers:
            ratio = 2 * seconds[many, n] / seconds[few, n] / (many / few)
            what = f"seconds of twice the areas, {n} workers"
            goals.append(Goal(what, Interval(ratio), *RATIO))
    if {1, 2} <= set(workers):
        gain = seconds[areas[-1], 1] / seconds[areas[-1], 2]
        goals.append(Goal.at_least("speed of two workers, to one", gain, SPEED_UP))
    return print_goals(goals)


if __name__ == "__main__":
    main()
