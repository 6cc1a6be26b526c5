"""How the time of a league grows with its areas, where they add up to a province.

`python benchmarks/league.py --areas 30 60 122` simulates counties of three indicators that are all
of their province, and makes the league of each number of them: seconds of the processors, the ratio
for twice the areas, whether the counties are the province on every path, the size of the page, and
whether local processes and a Dask cluster make the same bytes. Past forecasts are replayed before,
and are not counted (`scale.py` measures them). `--moved` prints instead how distributions move when
they are made to add up, in a simulation whose truth is known. It leaves with 1 where a goal is
missed.

The areas are simulated, for benchmarks only: growth of a county is the nation's, moved by what the
nation's own growth did in years drawn with a seed; the province is the sum of its counties.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np
import pandas as pd
from goals import Goal, print_goals
from scale import DATA, SEED, simulated_area, without_other_areas, write_figures

from forecast.archive.folder import read_archive
from forecast.base.months import month
from forecast.base.parameters import Parameters
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import record_of
from forecast.outlook.families import AreaShares, Member, area_shares, arrangements
from forecast.pages.league import league_json
from forecast.pages.tables.league import league_page
from forecast.publishing.league import league_of
from forecast.verification.intervals import Interval
from forecast.verification.scores import crps

INDICATORS = ("retail_sales", "fixed_asset_investment", "budget_revenue")
PROVINCE, YEAR, DAY, FIRST_YEAR = "province", 2018, date(2018, 9, 30), 2014
N_PATHS, WITHIN_PP, LARGEST_PAGE = 1000, 0.05, 2_000_000
RATIO = (1.5, 2.5)
TARGET = """
[[target]]
area = "{area}"
year = {year}
indicator = "{indicator}"
comparison = "at_least"
rate_pct = 8.0
announced_on = {year}-02-01
wording = "simulated"
source = "simulated"
"""
AREA = '\n[[area]]\nid = "{area}"\nname_en = "{area}"\nname_zh = "{area}"\npart_of = "{whole}"\n'


def write_province(folder: Path, n_areas: int) -> None:
    """Write counties of growing size, and a province that is their sum."""
    figures = read_archive(DATA).figures
    nation = figures[(figures["area"] == "china") & figures["indicator"].isin(INDICATORS)]
    nation = nation[(nation["first"] >= month(FIRST_YEAR, 1)) & nation["status"].eq("final")]
    nation = nation.drop_duplicates(["indicator", "first", "last", "measure"], keep="first")
    names = [f"county{number:04d}" for number in range(n_areas)]
    counties = []
    for number, name in enumerate(names):
        rng = np.random.default_rng([SEED, number])
        own = pd.concat(
            simulated_area(nation[nation["indicator"] == one], rng) for one in INDICATORS
        )
        size = (1 + number % 5) / (3 * n_areas)
        is_level = own["measure"] == "level"
        own = own.assign(value=own["value"].where(~is_level, own["value"] * size))
        counties.append(own.assign(area=name, source="simulated"))
    tables = [nation.astype({"area": "str"}), _province(counties), *counties]
    write_figures(folder, pd.concat(tables))
    areas = [AREA.format(area=name, whole=PROVINCE) for name in names]
    registry = without_other_areas((DATA / "indicators.toml").read_text(encoding="utf-8"))
    (folder / "indicators.toml").write_text(registry + "".join(areas), encoding="utf-8")
    schedule = without_other_areas((DATA / "schedule.toml").read_text(encoding="utf-8"))
    (folder / "schedule.toml").write_text(schedule, encoding="utf-8")
    targets = [
        TARGET.format(area=area, year=YEAR, indicator=one)
        for area in (PROVINCE, *names)
        for one in INDICATORS
    ]
    (folder / "targets.toml").write_text("".join(targets), encoding="utf-8")


def _province(counties: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the sums of the counties' levels, and growth as the mean of theirs by size."""
    every = pd.concat(counties)
    key = ["indicator", "first", "last", "measure"]
    sums = every.groupby(key, observed=True)["value"].transform("sum")
    means = every.groupby(key, observed=True)["value"].transform("mean")
    is_level = every["measure"] == "level"
    total = every.assign(value=sums.where(is_level, means.round(1)), area=PROVINCE)
    return total.drop_duplicates(key)


def measure(folder: Path, out: Path) -> dict[str, float]:
    """Write the league's numbers; return seconds of processors, bytes of the page, and the gap."""
    question = {"area": PROVINCE, "year": YEAR, "as_of": DAY, "data": folder, "n_paths": N_PATHS}
    parameters = Parameters.of(**question)
    archive = read_archive(folder)
    snapshot = archive.as_of(DAY)
    record = record_of(snapshot, n_workers=2)
    record_of(archive.as_of(parameters.since), n_workers=2)
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    league = league_of(parameters, (), show_progress=False)
    found = {"seconds": time.perf_counter() - wall, "cpu": sum(os.times()[:4]) - cpu}
    out.write_text(league_json(league, "area"), encoding="utf-8")
    page = league_page(league, "en").markup
    shares = area_shares(snapshot, PROVINCE, YEAR)
    totals = dict.fromkeys(INDICATORS, 0.0)
    for area in (PROVINCE, *archive.registry.part_areas_of(PROVINCE)):
        outlook = annual_outlook(
            snapshot, area, YEAR, record=record, seed=parameters.seed, n_paths=N_PATHS
        )
        for one in INDICATORS:
            share = -1.0 if area == PROVINCE else shares[one].parts[area]
            totals[one] = totals[one] + share * outlook.indicators[one].december
    gap = max(float(np.abs(total).max()) for total in totals.values())
    return found | {"page": len(page.encode()), "gap": gap, "areas": len(league.standings)}


def measured(n_areas: int, *, with_dask: bool = False) -> tuple[dict[str, float], str]:
    """Return what a process of its own measures, and the bytes of its league."""
    with tempfile.TemporaryDirectory() as name:
        folder, out, cache = (Path(name, part) for part in ("data", "league.json", "cache"))
        folder.mkdir()
        write_province(folder, n_areas)
        command = [sys.executable, __file__, "--measure", str(folder), "--out", str(out)]
        environment = os.environ | {"FORECAST_CACHE": str(cache), "FORECAST_WORKERS": "2"}
        if with_dask:
            command.append("--dask")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout.splitlines()[-1]), out.read_text(encoding="utf-8")


def measure_on_cluster(folder: Path, out: Path) -> dict[str, float]:
    """Measure on a Dask cluster of two workers."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        os.environ["FORECAST_SCHEDULER"] = cluster.scheduler_address
        return measure(folder, out)


# How distributions move ---------------------------------------------------------------------------

_N, _BATCHES, _MEAN = 1000, 10, 6.0


def moved(n_parts: int, known_part: float, known_whole: float, n_draws: int) -> dict[str, float]:
    """Return coverage of 80 % and CRPS of the parts, before and after they add up.

    Truth is normal with a correlation of 0.4 between parts. Each forecast knows a share of its own
    variance, from information of its own, and is calibrated.
    """
    rng = np.random.default_rng([SEED, n_parts])
    shares = rng.dirichlet(np.full(n_parts, 4.0))
    names = [f"part{i:03d}" for i in range(n_parts)]
    rows = []
    for draw in range(n_draws):
        sd = rng.uniform(0.8, 2.0, n_parts)
        common, own = rng.standard_normal(), rng.standard_normal(n_parts)
        truth = _MEAN + sd * (np.sqrt(0.4) * common + np.sqrt(0.6) * own)
        covariance = np.outer(sd, sd) * (0.4 + 0.6 * np.eye(n_parts))
        whole = _forecast(rng, shares @ truth, shares @ covariance @ shares, known_whole)
        parts = {
            name: Member({"growth": _forecast(rng, truth[i], sd[i] ** 2, known_part)})
            for i, name in enumerate(names)
        }
        of_parts = {"growth": AreaShares(dict(zip(names, shares, strict=True)), 0.0, 0.0)}
        every = arrangements(
            "whole", Member({"growth": whole}), parts, of_parts, seed=draw, n_batches=_BATCHES
        )
        for i, name in enumerate(names):
            both = parts[name].decembers["growth"], every[name].decembers["growth"]
            rows.append([value for paths in both for value in _scores(paths, truth[i])])
    columns = ["covered before", "crps before", "covered after", "crps after"]
    return dict(zip(columns, np.mean(rows, axis=0).tolist(), strict=True))


def _forecast(rng: np.random.Generator, truth: float, variance: float, known: float) -> np.ndarray:
    """Return draws of a calibrated forecast that knows a share of the variance."""
    signal = truth + rng.normal(0, np.sqrt(variance * (1 - known) / known))
    centre = _MEAN + known * (signal - _MEAN)
    return centre + np.sqrt(variance * (1 - known)) * rng.standard_normal(_N)


def _scores(paths: np.ndarray, truth: float) -> tuple[float, float]:
    lower, upper = np.quantile(paths, [0.1, 0.9])
    return float(lower <= truth <= upper), float(crps(np.sort(paths)[None], [truth])[0])


def print_moved() -> None:
    """Print how parts' forecasts change where the whole is known better, as well, or worse."""
    print("parts  known of part  of whole    80 % covers       CRPS")
    for n_parts in (2, 9, 40):
        for known_part, known_whole in ((0.5, 0.8), (0.5, 0.5), (0.8, 0.5)):
            found = moved(n_parts, known_part, known_whole, 1800 // n_parts)
            before, after = found["crps before"], found["crps after"]
            covers = f"{found['covered before']:.3f} -> {found['covered after']:.3f}"
            change = f"{before:.3f} -> {after:.3f} ({100 * (after / before - 1):+.1f} %)"
            print(
                f"{n_parts:>5}{known_part:>15}{known_whole:>10}   {covers}   {change}", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--areas", type=int, nargs="+", default=[30, 60, 122])
    parser.add_argument("--moved", action="store_true", help="how distributions move, alone")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--dask", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        run = measure_on_cluster if options.dask else measure
        print(json.dumps(run(options.measure, options.out)))
        return
    if options.moved:
        print_moved()
        return
    print(f"Simulated counties, {len(INDICATORS)} indicators each, {N_PATHS} paths.")
    print(f"{'areas':>6}{'wall s':>9}{'CPU s':>9}{'page kB':>9}{'gap pp':>12}", flush=True)
    every = {}
    for n_areas in options.areas:
        found, text = measured(n_areas)
        every[n_areas] = found, text
        sizes = f"{found['page'] / 1000:>9.0f}{found['gap']:>12.1e}"
        print(f"{n_areas:>6}{found['seconds']:>9.1f}{found['cpu']:>9.1f}{sizes}", flush=True)
    _, on_cluster = measured(options.areas[0], with_dask=True)
    goals = [
        Goal(
            "processor seconds of a league of twice the areas",
            Interval(2 * every[many][0]["cpu"] / every[few][0]["cpu"] / (many / few)),
            *RATIO,
        )
        for few, many in pairwise(options.areas)
    ]
    largest = max(options.areas)
    gap = max(found["gap"] for found, _ in every.values())
    goals += [
        Goal.at_most("points between a province and its counties on any path", gap, WITHIN_PP),
        Goal.at_most(f"megabytes of the page of {largest} areas",
                     every[largest][0]["page"] / 1e6, LARGEST_PAGE / 1e6),
        Goal.at_least("leagues of Dask and of local processes with the same bytes",
                      float(on_cluster == every[options.areas[0]][1]), 1.0),
    ]  # fmt: skip
    sys.exit(0 if print_goals(goals) else 1)


if __name__ == "__main__":
    main()
