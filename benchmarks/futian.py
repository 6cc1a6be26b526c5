"""Futian, every year that has an outturn: what the nation's figures add, forecast by forecast.

`python benchmarks/futian.py` replays each indicator and year of the district from each month's
first release on, its own or a related series', with the members that follow related series
(`nowcast`, `borrowed`) and without them. Years of which only an expectation of the office exists
stand in a column apart. There are too few for a goal.
"""

from __future__ import annotations

import argparse
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pandas as pd
from goals import markdown
from peers import DATA

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan, replay
from forecast.models.registry import MODELS
from forecast.verification.record import EXPECTED, POOL

AREA, YEARS, MONTHS = "futian", range(2004, 2021), tuple(range(0, 12))
FOLLOWERS = ("nowcast", "borrowed")
KEY = ["indicator", "year", "as_of"]
SHOWN = ["months_known", "mean_pct", "lower80_pct", "upper80_pct", "crps"]


def pools(archive: Archive, models: tuple[str, ...]) -> pd.DataFrame:
    """Return the pool's forecasts of the district; estimates rest on those of all areas."""
    plan = Plan(years=YEARS, months=MONTHS, targets="official", models=models)
    forecasts = replay(archive, archive.areas, plan, n_workers=os.cpu_count() or 1)
    return forecasts[(forecasts["area"] == AREA) & (forecasts["model"] == POOL)].set_index(KEY)


def side_by_side(archive: Archive) -> pd.DataFrame:
    """Return a row a forecast: with the nation, without it, and the outturn."""
    both = pools(archive, tuple(MODELS))
    alone = pools(archive, tuple(m for m in MODELS if m not in FOLLOWERS))
    outcome = both[["outturn_pct", "outturn_status"]]
    joined = both[SHOWN].join(alone[SHOWN[1:]], rsuffix=" alone").join(outcome)
    return joined.reset_index().sort_values(KEY, ignore_index=True)


def by_year(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return mean CRPS by indicator and year, with expected outturns in columns apart."""
    paired = forecasts.dropna(subset=["crps alone"])
    rows = {}
    for (indicator, year), every in forecasts.groupby(["indicator", "year"]):
        pair = paired.loc[paired.index.intersection(every.index)]
        means = [pair["crps"].mean(), pair["crps alone"].mean()]
        none = [float("nan")] * 2
        is_expected = (every["outturn_status"] == EXPECTED).all()
        scores = [*none, *means] if is_expected else [*means, *none]
        only = every.drop(pair.index)["crps"].mean()
        rows[f"{indicator} {year}"] = [len(every), len(pair), *scores, only]
    columns = [
        "forecasts", "of both", "CRPS with", "without",
        "expected: CRPS with", "expected: without", "CRPS with the nation alone",
    ]  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    forecasts = side_by_side(read_archive(DATA))
    shown = forecasts.assign(as_of=forecasts["as_of"].dt.date).set_index("indicator")
    print(markdown(shown.round(2)))
    print(f"\n### By indicator and year\n\n{markdown(by_year(forecasts))}")
    both = forecasts.dropna(subset=["crps alone"])
    for status, some in both.groupby(both["outturn_status"] == EXPECTED):
        name = "expected" if status else "settled"
        with_, without = some["crps"].mean(), some["crps alone"].mean()
        print(
            f"\n{name}: {len(some)} forecasts of both, CRPS {with_:.2f} with, {without:.2f} without"
        )


if __name__ == "__main__":
    main()
