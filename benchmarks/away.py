"""Any data folder of monthly levels with its vintages: the product beside what a user would pick.

`python benchmarks/away.py FOLDER --area us` replays the area's past days as `forecast backtest`
does, asks whether growth will be at least last year's, and runs the peers of `levels.py` on the
vintage of each day. Ratios are geometric means over series, with 90 % intervals by year.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from goals import Goal, print_goals
from levels import (
    bed_goals,
    by_years,
    peer_forecasts,
    pooled_by_years,
    print_bed,
    questions_of,
    with_peers,
)

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan
from forecast.base.parallel import use, worker_count
from forecast.outlook.answers import past_forecasts
from forecast.verification.record import POOL, settled_densities


def span(text: str) -> range:
    first, _, last = text.partition(":")
    return range(int(first), int(last) + 1)


def only(archive: Archive, names: str) -> Archive:
    """Return the archive of some indicators, separated by commas; of all where none is named."""
    if not names:
        return archive
    chosen = archive.figures["indicator"].isin(names.split(","))
    return replace(archive, figures=archive.figures[chosen].reset_index(drop=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a data folder, figures by day of release")
    parser.add_argument("--area", required=True)
    parser.add_argument("--years", type=span, default=span("2003:2019"), metavar="FIRST:LAST")
    parser.add_argument("--months", type=span, default=span("3:10"), metavar="FIRST:LAST")
    parser.add_argument("--indicators", default="", help="names with commas; default: all")
    parser.add_argument("--statsforecast", metavar="PYTHON", help="adds scum and three")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write every forecast to this Parquet file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # of peers that do not converge
    logging.disable(logging.CRITICAL)
    use(options.workers, None)
    archive = only(read_archive(options.folder), options.indicators)
    plan = Plan(years=options.years, months=options.months, targets="previous-year")
    replayed = past_forecasts(archive, options.area, plan, n_workers=worker_count())
    product = settled_densities(replayed).astype({"indicator": "str", "model": "str"})
    names = sorted(product["indicator"].unique())
    rules = [(name, str(archive.registry.of(options.area, name).annual_rule)) for name in names]
    own = archive.figures[archive.figures["area"] == options.area]
    peers = peer_forecasts(questions_of(product, own, rules), options.statsforecast)
    table = with_peers(product, peers)
    if options.out is not None:
        table.to_parquet(options.out)
    print_bed(f"{options.area}, all series", table, "ETS", by_years)
    by_rule = table["indicator"].map(dict(rules))
    for rule, rows in table.groupby(by_rule):
        print_bed(f"{options.area}, {rule}", rows, "ETS", by_years)
    results = [
        Goal.at_most("CRPS to ETS", by_years(table, "crps", POOL, "ETS"), 0.95),
        Goal.at_most("Brier to ETS", pooled_by_years(table, "brier", POOL, "ETS"), 0.96),
        *bed_goals(table, by_years),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
