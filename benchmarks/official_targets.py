"""The nation's announced growth targets, replayed: were the probabilities reliable?

`python benchmarks/official_targets.py` replays the targets of `data/targets.toml` for the nation
with 2 to 11 months known, on the days of the target's own series; forecasts in between, on the
days of related series, are printed apart and count in no goal. `about` is read strictly: the rate
itself has to be reached. Prices are left out because their targets are ceilings, and investment in
2017 because its levels break. Money is a stock; it has a line of its own and does not
count in the goals.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, interval_text, markdown, print_goals

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.targets import Comparison, Target, round_half_up
from forecast.backtest.replay import (
    LEVELS,
    Plan,
    replay,
)
from forecast.base.randomness import generator
from forecast.verification.intervals import Interval, ratio_by_year, slope_by_year
from forecast.verification.record import POOL, RAW_POOL
from forecast.verification.scores import brier, coverage, crps, pit

DATA = Path(__file__).resolve().parents[1] / "data"
AREA, LEARNT_FROM, YEARS, MONTHS = "china", 2004, range(2010, 2020), range(2, 12)
LEFT_OUT, STOCK = ("fixed_asset_investment", 2017), "m2"
FEWEST_GAPS, ASSUMED_GAP_PP = 3, 5.0


def strict_targets(archive: Archive) -> tuple[Target, ...]:
    """Return the nation's targets of growth, `about` read as the rate itself."""
    growth = [
        t for t in archive.targets if t.area == AREA and t.comparison is not Comparison.AT_MOST
    ]
    return tuple(t.with_tolerance(0.0) if t.comparison is Comparison.ABOUT else t for t in growth)


def with_gaps(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the planner's rule with past gaps to December as normal errors, scored.

    "Growth so far is growth of the year" is given the root mean square of the gaps that ten past
    years had at as many months known, of those settled before the day.
    """
    planner = forecasts[forecasts["model"] == "planner"].reset_index(drop=True)
    normal = generator(0, "benchmark/planner").standard_normal(100_000)
    shape = np.quantile(normal, LEVELS)
    values = np.empty((len(planner), LEVELS.size))
    for row, forecast in enumerate(planner.itertuples()):
        past = planner[
            (planner["indicator"] == forecast.indicator)
            & (planner["months_known"] == forecast.months_known)
            & (planner["settled_on"] < forecast.as_of)
            & (planner["year"] >= forecast.year - 10)
        ]
        gaps = past["outturn_pct"] - past["mean_pct"]
        scale = np.sqrt((gaps**2).mean()) if len(gaps) >= FEWEST_GAPS else ASSUMED_GAP_PP
        values[row] = forecast.mean_pct + scale * shape
    target = planner["target_pct"].to_numpy()
    met = round_half_up(values, 1) >= target[:, None] - 1e-9
    probability = np.where(np.isnan(target), np.nan, met.mean(axis=1))
    return planner.assign(
        model="planner with past gaps",
        probability=probability,
        brier=brier(probability, planner["hit"]),
        crps=crps(values, planner["outturn_pct"]),
        pit=pit(values, planner["outturn_pct"]),
    )


def reliability_slope(forecasts: pd.DataFrame) -> Interval:
    """Return the slope of the line of hits on probabilities, 1 where these are reliable."""
    found = slope_by_year(forecasts["probability"], forecasts["hit"], forecasts["year"])
    return Interval(float("nan")) if found is None else found


def counted(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts of a target in force, of the years that count."""
    left_out = (forecasts["indicator"] == LEFT_OUT[0]) & (forecasts["year"] == LEFT_OUT[1])
    return forecasts[forecasts["probability"].notna() & forecasts["year"].isin(YEARS) & ~left_out]


def is_own_day(forecasts: pd.DataFrame) -> pd.Series:
    """Return which forecasts are of the day on which the series' newest month came out."""
    first = forecasts.groupby(["indicator", "year", "months_known"])["as_of"].transform("min")
    return (forecasts["as_of"] == first) & forecasts["months_known"].isin(MONTHS)


def at_announcement(table: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts of the day after the announcement, before a figure of the year is out.

    Beside them is the base rate: the share of earlier years' targets that were attained.
    """
    unknown = table[(table["months_known"] == 0) & (table["indicator"] != STOCK)]
    first = unknown.groupby(["indicator", "year"])["as_of"].transform("min")
    unknown = unknown[unknown["as_of"] == first]
    product = unknown[unknown["model"] == "product"]
    base = pd.Series(
        {year: product.loc[product["year"] < year, "hit"].mean() for year in product["year"]},
        dtype=float,
    ).fillna(0.5)
    rate = product.assign(
        model="base rate", probability=product["year"].map(base), crps=np.nan, pit=np.nan
    )
    rate["brier"] = brier(rate["probability"], rate["hit"])
    return pd.concat([unknown, rate], ignore_index=True)


def scoreboard(table: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for name, own in table.groupby("model", sort=False):
        found = reliability_slope(own)
        rows[name] = {
            "forecasts": len(own),
            "Brier": own["brier"].mean(),
            "CRPS": own["crps"].mean(),
            "covers 80 %": 100 * coverage(own["pit"], 0.8),
            "slope": found.value,
            "90 % interval": interval_text(found),
        }
    return pd.DataFrame(rows).T


def by_indicator(table: pd.DataFrame) -> pd.DataFrame:
    """Return the product's scores beside those of the planner's rule, by indicator."""
    rows = {}
    for name, own in table.groupby("indicator"):
        means = own.groupby("model")[["brier", "crps"]].mean()
        product, planner = means.loc["product"], means.loc["planner with past gaps"]
        rows[name] = {
            "forecasts": int((own["model"] == "product").sum()),
            "Brier": product["brier"],
            "planner's Brier": planner["brier"],
            "CRPS": product["crps"],
            "planner's CRPS": planner["crps"],
        }
    return pd.DataFrame(rows).T.astype({"forecasts": int})


def goals(table: pd.DataFrame) -> list[Goal]:
    product, planner = (
        table[table["model"] == m].sort_values(["indicator", "as_of"])
        for m in ("product", "planner with past gaps")
    )
    ratios = [
        ratio_by_year(product[score], planner[score], product["year"])
        for score in ("brier", "crps")
    ]
    found = [
        Goal("Brier", Interval(product["brier"].mean()), 0, 0.080),
        Goal("CRPS", Interval(product["crps"].mean()), 0, 0.90),
        Goal("reliability slope", reliability_slope(product), 0.8, 1.25),
    ]
    return [
        *found,
        Goal.at_most("Brier to the planner's with past gaps", ratios[0], 1.0),
        Goal.at_most("CRPS to the planner's with past gaps", ratios[1], 1.0),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="also write every forecast to this Parquet file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    archive = read_archive(DATA)
    months, targets = (0, *MONTHS), strict_targets(archive)
    plan = Plan(years=range(LEARNT_FROM, YEARS.stop), months=months, extra=targets)
    nation = archive.figures[archive.figures["area"] == AREA].reset_index(drop=True)
    forecasts = replay(replace(archive, figures=nation), [AREA], plan)
    if options.out is not None:
        forecasts.to_parquet(options.out)
    names = {POOL: "product", RAW_POOL: "without recalibration"}
    table = counted(pd.concat([forecasts, with_gaps(forecasts)], ignore_index=True)).replace(
        {"model": names}
    )
    kept = ["product", "without recalibration", "planner with past gaps", "planner", "climatology"]
    table = pd.concat([table[table["model"] == name] for name in kept])
    own_day = is_own_day(table)
    announced = at_announcement(table)
    between, table = table[~own_day & (table["months_known"] > 0)], table[own_day]
    growth = table[table["indicator"] != STOCK]
    print(f"\n### Official targets, 2010 to 2019\n\n{markdown(scoreboard(growth))}")
    print(f"\n### By indicator\n\n{markdown(by_indicator(table))}")
    print(f"\n### The day after the announcement\n\n{markdown(scoreboard(announced))}")
    print(f"\n### Between a series' own figures\n\n{markdown(by_indicator(between))}")
    results = goals(growth)
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
