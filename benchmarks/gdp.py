"""The nation's GDP as of each month: `nowcast` beside quarters alone and a dynamic factor model.

`python benchmarks/gdp.py` forecasts growth of the year's GDP, on the day of each month's industrial
figures from February to November of 2009 to 2019. `drift` sees GDP alone; `nowcast` sees the
monthly series that are related to it; statsmodels' DynamicFactorMQ, one factor, sees the same ones
and is fitted once a year, on what was known at the end of February.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from datetime import date, timedelta

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, markdown, print_goals
from peers import DATA

from forecast.archive.folder import read_archive
from forecast.backtest.evaluation import past_errors
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.combination.estimates import shared_estimates
from forecast.history.series import History, build_history
from forecast.models.cumulated import monthly_growth
from forecast.models.registry import MODELS
from forecast.verification.intervals import Interval

YEARS, MONTHS, QUARTER = range(2009, 2020), range(2, 12), 3
N_PATHS, FEWEST = 1000, 24


def series(history: History) -> pd.Series:
    """Return growth of each month (for GDP: of each quarter, on its last month), in per cent."""
    index = pd.period_range(f"{history.first_year}-01", periods=history.shares.size, freq="M")
    return pd.Series(monthly_growth(history), index)


def factor_model(history: History, fitted: object | None) -> tuple[float, object]:
    """Return growth of the year by DynamicFactorMQ, and its results; fitted where none is given."""
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    related = {str(r): series(h) for r, h in history.related.items()}
    monthly = pd.DataFrame({r: s for r, s in related.items() if s.notna().sum() >= FEWEST})
    monthly = monthly.reindex(pd.period_range("2000-01", f"{history.year}-12", freq="M"))
    monthly = monthly.loc["2005-01":]
    gdp = series(history).reindex(monthly.index)
    quarterly = gdp[gdp.index.month % QUARTER == 0]
    quarterly.index = quarterly.index.asfreq("Q")
    model = DynamicFactorMQ(monthly, endog_quarterly=quarterly.to_frame("gdp"), factor_orders=1)
    results = model.fit(disp=0, maxiter=200) if fitted is None else model.smooth(fitted.params)
    predicted = results.get_prediction(information_set="smoothed").predicted_mean["gdp"]
    shares = history.shares[-1]
    total = 0.0
    for last in range(QUARTER, MONTHS_A_YEAR + 1, QUARTER):
        when = pd.Period(f"{history.year}-{last:02d}", "M")
        growth = gdp[when] if np.isfinite(gdp[when]) else predicted[when]
        total += shares[last - QUARTER : last].sum() * growth
    return total, results


def errors() -> pd.DataFrame:
    """Return the error of each forecaster's median in percentage points, one row a month."""
    archive = read_archive(DATA)
    final = build_history(archive.as_of(archive.last_release_on), "china", "gdp", YEARS.stop - 1)
    days: dict[int, date] = {}
    for figure in archive.releases("china", "industrial_va"):
        if figure.settles:
            days.setdefault(figure.span.last, figure.released_on + timedelta(days=1))
    rows = []
    for year in YEARS:
        february = archive.as_of(date(year, 2, 28))
        shared = shared_estimates(archive.registry, past_errors(february), february.day)
        fitted, factors = {}, None
        for known in MONTHS:
            if month(year, known) not in days:
                continue
            history = build_history(archive.as_of(days[month(year, known)]), "china", "gdp", year)
            row = {"year": year, "month": known}
            for name in ("drift", "nowcast"):
                if MODELS[name].can_fit(history):
                    updated = fitted[name].update(history) if name in fitted else None
                    fitted[name] = updated or MODELS[name].fit(history, shared)
                    paths = fitted[name].simulate(N_PATHS, np.random.default_rng(0))
                    row[name] = float(np.median(paths[:, -1])) - final.annual[year]
            # where nothing related is newer than GDP, the product falls back to quarters alone
            row.setdefault("nowcast", row["drift"])
            growth, factors = factor_model(history, factors)
            row["factor model"] = growth - final.annual[year]
            rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    warnings.filterwarnings("ignore")
    table = errors()
    names = ["drift", "nowcast", "factor model"]
    root = table.groupby("month")[names].agg(lambda e: float(np.sqrt(np.mean(e**2))))
    overall = table[names].pow(2).mean().pow(0.5)
    print(f"\n### RMSE of annual growth, percentage points\n\n{markdown(root.reset_index())}")
    print(f"\nall: {overall.round(3).to_dict()}")
    below = int((root["nowcast"] < root["drift"]).sum())
    results = [
        Goal("months with a smaller RMSE than quarters alone", Interval(below), 9, 11),
        Goal(
            "RMSE to that of the factor model",
            Interval(float(overall["nowcast"] / overall["factor model"])),
            0,
            1.0,
        ),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
