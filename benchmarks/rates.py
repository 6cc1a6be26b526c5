"""Unemployment and capacity use as rates, claims as an amount: levels beside ETS on US vintages.

`python benchmarks/rates.py FOLDER` reads the figures of a folder such as the one of `away.py` under
a second registry, in which two of its indices are rates whose outcome of the year is the mean of
their months. Replayed forecasts are asked whether the year will reach last year's mean. Scores are
in the unit of each series, so ratios to ETS are taken by series, then geometric means over them.
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

from away import only, span
from goals import Goal, print_goals
from levels import MEAN_LEVEL, by_years, peer_forecasts, print_bed, questions_of, with_peers

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.registry import Registry
from forecast.backtest.replay import Plan
from forecast.base.parallel import use, worker_count
from forecast.outlook.answers import past_forecasts
from forecast.verification.record import POOL, settled_densities

RATES, AMOUNTS = ("unrate", "cumfns"), ("claimsx",)
GOAL = 0.96


def second_registry(registry: Registry) -> Registry:
    """Return the registry with unemployment and capacity use as rates, claims as an amount."""
    changed = dict(registry.indicators)
    for name in RATES:
        changed[name] = replace(
            changed[name], quantity="rate", annual_rule="mean_of_months", unit="pct"
        )
    for name in AMOUNTS:
        changed[name] = replace(changed[name], quantity="amount")
    return Registry(changed, registry.overrides, registry.areas)


def bed(folder: Path) -> Archive:
    """Return the archive of the three series under the second registry."""
    archive = only(read_archive(folder), ",".join((*RATES, *AMOUNTS)))
    units = (
        archive.figures["unit"].astype(str).where(~archive.figures["indicator"].isin(RATES), "pct")
    )
    figures = archive.figures.assign(unit=units.astype("category"))
    return replace(archive, figures=figures, registry=second_registry(archive.registry))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a data folder with unrate, cumfns and claimsx")
    parser.add_argument("--area", default="us")
    parser.add_argument("--years", type=span, default=span("2003:2019"), metavar="FIRST:LAST")
    parser.add_argument("--months", type=span, default=span("3:10"), metavar="FIRST:LAST")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # of peers that do not converge
    logging.disable(logging.CRITICAL)
    use(options.workers, None)
    archive = bed(options.folder)
    plan = Plan(years=options.years, months=options.months, targets="previous-year")
    replayed = past_forecasts(archive, options.area, plan, n_workers=worker_count())
    product = settled_densities(replayed).astype({"indicator": "str", "model": "str"})
    rules = [*((name, MEAN_LEVEL) for name in RATES), *((n, "sum_of_months") for n in AMOUNTS)]
    own = archive.figures[archive.figures["area"] == options.area]
    table = with_peers(product, peer_forecasts(questions_of(product, own, rules), None))
    print_bed(f"{options.area}, rates and an amount", table, "ETS", by_years)
    for name, rows in table.groupby("indicator"):
        print_bed(f"{options.area}, {name}", rows, "ETS", by_years)
    goal = Goal.at_most("CRPS to ETS", by_years(table, "crps", POOL, "ETS"), GOAL)
    sys.exit(0 if print_goals([goal]) else 1)


if __name__ == "__main__":
    main()
