"""What related series are worth: the nation's monthly series masked, each in turn.

`python benchmarks/masked.py` hides all of one series but its quarters, published a month later, as
a district would, and leaves the others monthly. In 2009 to 2019 (industry: to 2016) and on the day
of each month's national figures, the product forecasts growth of the year, with `nowcast` among
its members and without it; estimates of both begin in 2004. Prices move with nominal series and
count as related; what contains the masked series, or is contained in it, does not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, interval_text, markdown, print_goals
from peers import DATA, LEARNT_FROM

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.registry import Registry
from forecast.backtest.replay import Plan, replay
from forecast.base.months import month
from forecast.history.series import build_history
from forecast.models.registry import MODELS
from forecast.verification.intervals import ratio_by_year
from forecast.verification.record import POOL

LAST_YEARS = {
    "retail_sales": 2019,
    "trade": 2019,
    "budget_revenue": 2019,
    "electricity_generation": 2019,
    "industrial_va": 2016,
}
RELATED = (
    *LAST_YEARS,
    "exports",
    "tax_revenue",
    "fixed_asset_investment",
    "real_estate_investment",
    "ppi",
    "cpi",
)
SAME = {"trade": {"exports"}, "budget_revenue": {"tax_revenue"}}
FIRST_YEAR, QUARTERS, LATER = 2009, (3, 6, 9, 12), timedelta(days=30)
MONTHS = tuple(range(1, 12))


def masked(archive: Archive, indicator: str) -> Archive:
    """Return the nation's archive with one series cut down to its quarters, a month later."""
    history = build_history(archive.as_of(archive.last_release_on), "china", indicator, 2019)
    first = {f.span.last: f for f in reversed(archive.releases("china", indicator)) if f.settles}
    figures = archive.figures[archive.figures["area"] == "china"]
    rows = [
        figures.iloc[0].to_dict()
        | {
            "indicator": indicator,
            "measure": "growth_pct",
            "unit": "pct",
            "status": "final",
            "first": month(year, 1),
            "last": month(year, quarter),
            "value": round(history.at(month(year, quarter)), 1),
            "released_on": pd.Timestamp(first[month(year, quarter)].released_on + LATER),
        }
        for year in range(history.first_year, history.year + 1)
        for quarter in QUARTERS
        if month(year, quarter) in first and np.isfinite(history.at(month(year, quarter)))
    ]
    related = [r for r in RELATED if r not in {indicator} | SAME.get(indicator, set())]
    others = figures[figures["indicator"].isin(related)]
    own = pd.DataFrame(rows)
    own["released_on"] = own["released_on"].astype(others["released_on"].dtype)
    table = pd.concat([others, own], ignore_index=True)
    table["line"] = np.arange(2, len(table) + 2)
    entries = {n: archive.registry.of("china", n) for n in archive.registry.indicators}
    entries = {n: replace(e, related=[], part_of=None) for n, e in entries.items()}
    entries[indicator] = replace(
        entries[indicator],
        related=[f"china/{r}" for r in related],
        annual_rule="published_ytd",
        weights_from=None,
    )
    return Archive(table, Registry(entries, {}, {}), (), archive.schedule)


def pools(archive: Archive, indicator: str, models: Sequence[str]) -> pd.DataFrame:
    """Return the pool's forecasts of the masked series."""
    years = range(LEARNT_FROM, LAST_YEARS[indicator] + 1)
    plan = Plan(years=years, months=MONTHS, targets="previous-year", models=tuple(models))
    forecasts = replay(archive, ["china"], plan)
    own = (forecasts["indicator"] == indicator) & (forecasts["model"] == POOL)
    return forecasts[own & (forecasts["year"] >= FIRST_YEAR)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    archive = read_archive(DATA)
    members = [m for m in MODELS if m != "prophet"]  # no series here has flows for it
    rows, results, all_pairs = {}, [], []
    for indicator in LAST_YEARS:
        district = masked(archive, indicator)
        both = [
            pools(district, indicator, names).set_index("as_of")
            for names in (members, [m for m in members if m != "nowcast"])
        ]
        pair = both[0][["crps", "year", "months_known"]].join(both[1]["crps"], rsuffix="_without")
        ratio = ratio_by_year(pair["crps"], pair["crps_without"], pair["year"])
        assert ratio is not None
        late = pair[pair["year"] >= 2015]
        rows[indicator] = {
            "forecasts": len(pair),
            "CRPS with": pair["crps"].mean(),
            "CRPS without": pair["crps_without"].mean(),
            "ratio": ratio.value,
            "90 % interval": interval_text(ratio),
            "ratio from 2015": late["crps"].mean() / late["crps_without"].mean(),
        }
        print(f"  {indicator}: {ratio.value:.3f}", flush=True)
        what = f"{indicator}: CRPS to that without related series"
        results.append(Goal.at_most(what, ratio, 1.05))
        all_pairs.append(ratio.value)
    results.insert(0, Goal.at_most("mean over indicators", float(np.mean(all_pairs)), 0.90))
    print(f"\n{markdown(pd.DataFrame(rows).T)}")
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
