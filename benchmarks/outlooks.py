"""Outlooks per second on one core, beside Prophet's fit-and-sample alone.

`python benchmarks/outlooks.py` asks for the nation's outlook in every month of a year, with and
without Prophet among the members: paths of all members, pool, recalibration, joint paths and
attainment. `updated` fits a model once in the year, then takes new months in with the same
parameters, as the replay does; `refitted` fits anew each month, as a report of a
single day does. Beside them a plain Prophet is fitted to the same series on the same days and
sampled, all in turn in one process. It also times six indicators jointly. It leaves with 1 where a
goal is missed. Estimates from the record are in memory, as in all outlooks of a run except the
first.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np
import pandas as pd
from goals import Goal, print_goals
from prophet import Prophet

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.base.randomness import own_global_state
from forecast.history.series import History, build_history
from forecast.models.contract import Fitted, Model
from forecast.models.prophet import _dates, _months, _quiet
from forecast.models.registry import MODELS
from forecast.models.seasonal import n_periods_ahead, usable_flows
from forecast.models.shared import Shared
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import record_of
from forecast.verification.record import Record

DATA = Path(__file__).resolve().parents[1] / "data"
YEAR, DAY, SEED, N_PATHS = 2019, date(2019, 9, 30), 1, 4000
SIX = ("gdp", "tax_revenue", "retail_sales", "fixed_asset_investment", "trade", "budget_revenue")
MONTHLY = ("tax_revenue", "retail_sales", "trade", "budget_revenue")  # what Prophet can fit
DAYS = tuple(date(YEAR, month, 28) for month in range(3, 13))
WITHOUT = {name: model for name, model in MODELS.items() if name != "prophet"}
GOAL_WITHOUT, GOAL_WITH, GOAL_JOINTLY = 2.0, 0.6, 2.0


def outlook(archive: Archive, record: Record, area: str, day: date, names: Sequence[str], models):
    return annual_outlook(
        archive.as_of(day),
        area,
        YEAR,
        record=record,
        seed=SEED,
        n_paths=N_PATHS,
        indicators=names,
        models=models,
    ).joint


def plain_prophet(history: History) -> None:
    """Fit a plain Prophet to all of a series' flows, and sample what is ahead."""
    flows = usable_flows(history)
    known = np.flatnonzero(np.isfinite(flows.amounts))
    amounts = flows.amounts[known] / _months(flows, known)
    ahead = np.arange(n_periods_ahead(history, flows)) + len(flows.amounts)
    with _quiet(), own_global_state(SEED):
        model = Prophet(uncertainty_samples=N_PATHS)
        model.fit(pd.DataFrame({"ds": _dates(flows, known), "y": amounts}), seed=0)
        model.predictive_samples(pd.DataFrame({"ds": _dates(flows, ahead)}))


class OnceFitted:
    """A model whose parameters, once fitted to a series, stay as new months come in."""

    def __init__(self, model: Model) -> None:
        self.model, self.name, self.fitted = model, model.name, {}

    def can_fit(self, history: History) -> bool:
        return self.model.can_fit(history)

    def fit(self, history: History, shared: Shared) -> Fitted:
        before = self.fitted.get(history.series)
        now = self.model.fit(history, shared) if before is None else before.update(history)
        self.fitted[history.series] = now
        return now


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def rates(archive: Archive, record: Record, rounds: int) -> dict[str, float]:
    """Return the median number of outlooks of single indicators per second of one core."""
    histories = [
        build_history(archive.as_of(day), "china", name, YEAR) for name in MONTHLY for day in DAYS
    ]
    n = len(histories)

    def refitted(models):
        for day in DAYS:
            outlook(archive, record, "china", day, MONTHLY, models)

    def updated(models):
        refitted({name: OnceFitted(model) for name, model in models.items()})

    works = {
        "prophet alone": lambda: [plain_prophet(history) for history in histories],
        "updated, without prophet": lambda: updated(WITHOUT),
        "updated, with prophet": lambda: updated(MODELS),
        "refitted, without prophet": lambda: refitted(WITHOUT),
        "refitted, with prophet": lambda: refitted(MODELS),
    }
    for work in works.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(n / seconds(work))
    return {name: float(np.median(values)) for name, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    archive = read_archive(DATA)
    record = record_of(archive.as_of(DAY))
    print("Seconds of one core for an area's targets or six indicators, fitted and joint:")
    futian = tuple(archive.as_of(DAY).targets("futian", YEAR))
    jointly = []
    for area, names in (("china", SIX), ("futian", futian)):
        ask = lambda area=area, names=names: outlook(archive, record, area, DAY, names, MODELS)  # noqa: E731
        ask()
        taken = [seconds(ask) for _ in range(options.rounds)]
        jointly.append(float(np.median(taken)))
        print(f"  {area:<8} {DAY}, {len(names)} indicators, {N_PATHS} paths {jointly[-1]:>8.2f}")
    found = rates(archive, record, options.rounds)
    print(f"Outlooks per second and core, {N_PATHS} paths, china {YEAR}, median:")
    for name, rate in found.items():
        print(f"  {name:<28}{rate:>8.1f}{rate / found['prophet alone']:>8.2f} x")
    speed = {name: rate / found["prophet alone"] for name, rate in found.items()}
    without, both = speed["updated, without prophet"], speed["updated, with prophet"]
    results = [
        Goal.at_least("outlooks without Prophet, to a plain Prophet", without, GOAL_WITHOUT),
        Goal.at_least("outlooks with Prophet, to a plain Prophet", both, GOAL_WITH),
        Goal.at_most("seconds of six indicators jointly", max(jointly), GOAL_JOINTLY),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
