"""The next figure of the nation's targets in past years: was the curve what was printed then?

`python benchmarks/next_figure.py` asks, on the 21st of some months of past years, what the next
figure of each national target would change, and holds three things against each other: the mean of
the curve and the probability of the day, which consistent forecasts would have alike; the curve at
the value that then came, and the probability of the day on which it came, when other figures are
new too; and the figure that came with its forecast, for every series with one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, markdown, print_goals

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.targets import round_half_up
from forecast.backtest.evaluation import past_errors
from forecast.backtest.replay import Plan, replay
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import RECORD_MONTHS, Answer
from forecast.outlook.curves import next_figure
from forecast.report.lights import light
from forecast.verification.record import Record
from forecast.verification.scores import coverage, pit

DATA = Path(__file__).resolve().parents[1] / "data"
AREA, FIRST_YEAR, DAY_OF_MONTH = "china", 2000, 21
YEARS, MONTHS, N_PATHS = range(2010, 2020), (3, 5, 7, 9), 4000
SLACK = timedelta(days=40)  # a figure later than this after its usual day is not waited for
TAIL = 0.9


@dataclass(frozen=True)
class Expected:
    """A figure that was expected on a day, and what came of it; NaN where there is no target.

    `pit` is the share of paths below the figure that came, and half of those at it. `now` is the
    probability of the target on the day, `mean` that of the curve; `said` the curve at the figure
    that came, `printed` the probability on the day on which it came.
    """

    area: str
    indicator: str
    year: int
    month: int
    pit: float
    now: float = np.nan
    mean: float = np.nan
    said: float = np.nan
    printed: float = np.nan


def whole_record(archive: Archive, n_workers: int) -> Record:
    """Return the replayed years, of which a report takes what was settled by its day."""
    plan = Plan(years=range(FIRST_YEAR, YEARS.stop), months=RECORD_MONTHS, targets="previous-year")
    densities = replay(archive, archive.areas, plan, n_workers=n_workers)
    return Record(past_errors(archive.as_of(archive.last_release_on)).points, densities)


def expected_figures(archive: Archive, record: Record, area: str, day: date) -> Iterator[Expected]:
    """Yield the figures that were expected next on a day and came within `SLACK` of theirs."""
    outlook = annual_outlook(
        archive.as_of(day), area, day.year, record=record, seed=1, n_paths=N_PATHS
    )
    answer = Answer(outlook, record, {}, 1)
    for name, own in outlook.indicators.items():
        entry = own.history.indicator
        if own.paths is None or entry.has_no_growth:
            continue
        coming = next_figure(answer, name, light)
        if coming.span is None or coming.span.last not in own.history.ahead:
            continue
        last_day = max(day, coming.expected_on or day) + SLACK
        days = [
            f.released_on
            for f in archive.releases(*own.history.series)
            if f.span.last == coming.span.last and f.settles and day < f.released_on <= last_day
        ]
        if not days:
            continue
        on = min(days)
        then = annual_outlook(
            archive.as_of(on), area, day.year,
            record=record, seed=1, n_paths=N_PATHS, indicators=[name],
        ).indicators[name]  # fmt: skip
        growth = then.history.at(coming.span.last)
        if not np.isfinite(growth):
            continue
        came = float(round_half_up(growth, entry.decimals))
        ahead = own.paths[:, own.history.ahead.index(coming.span.last)]
        values = round_half_up(ahead, entry.decimals)
        share = float(pit(values[None], [came])[0])
        found = Expected(area, name, day.year, day.month, share)
        now, met = own.met(N_PATHS), then.met(N_PATHS)
        if coming.curve is not None and not coming.settles and now is not None and met is not None:
            curve = coming.curve
            found = replace(
                found,
                now=float(now.mean()),
                mean=curve.mean,
                said=float(np.interp(growth, curve.values_pct, curve.probabilities)),
                printed=float(met.mean()),
            )
        yield found


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return by indicator how far the curves were from what was printed, in points."""
    rows = {}
    for name, own in [*table.groupby("indicator"), ("all", table)]:
        before = 100 * (own["mean"] - own["now"])
        after = 100 * (own["printed"] - own["said"])
        rows[name] = {
            "curves": len(own),
            "mean of the curve less today's": before.mean(),
            "median gap": before.abs().median(),
            "nine of ten within": before.abs().quantile(TAIL),
            "median gap when it came": after.abs().median(),
            "nine of ten when it came": after.abs().quantile(TAIL),
        }
    return pd.DataFrame(rows).T


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return by area and indicator where figures fell in what was expected of them."""
    rows = {}
    for keys, own in [*table.groupby(["area", "indicator"]), (("all",), table)]:
        rows["/".join(keys)] = {
            "figures": len(own),
            "covers 80 %": 100 * coverage(own["pit"], 0.8),
            "below 10 %": 100 * (own["pit"] < 0.1).mean(),
            "above 90 %": 100 * (own["pit"] > 0.9).mean(),
            "mean": own["pit"].mean(),
        }
    return pd.DataFrame(rows).T


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--years", type=int, nargs=2, default=(YEARS.start, YEARS.stop - 1))
    parser.add_argument("--months", type=int, nargs="+", default=MONTHS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--csv", type=Path, help="Where every figure is written.")
    asked = parser.parse_args()
    archive = read_archive(DATA)
    record = whole_record(archive, asked.workers)
    found = [
        one
        for year in range(asked.years[0], asked.years[1] + 1)
        for month in asked.months
        for one in expected_figures(archive, record, AREA, date(year, month, DAY_OF_MONTH))
    ]
    names = [field.name for field in fields(Expected)]
    table = pd.DataFrame([astuple(one) for one in found], columns=names)
    if asked.csv:
        table.to_csv(asked.csv, index=False)
    curves = table[table["now"].notna()]
    print(f"### Curves\n\n{markdown(gaps(curves))}")
    print(f"\n### Figures in what was expected of them\n\n{markdown(shares(table))}")
    gap = 100 * (curves["mean"] - curves["now"]).abs().median()
    goals: Sequence[Goal] = [
        Goal.at_most("mean of the curve to the probability of the day, points, median", gap, 1.0)
    ]
    return 0 if print_goals(goals) else 1


if __name__ == "__main__":
    sys.exit(main())
