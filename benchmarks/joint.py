"""How many of the nation's targets are attained: coupled paths beside independent indicators.

`python benchmarks/joint.py` asks, in 2009 to 2019 and with 2, 3, 5, 6, 8, 9, 10 and 11 months
known, how many of the nation's indicators will grow at least as fast as the year before. None of
them contains another: no exports beside trade, no taxes beside revenue. The product answers through
`annual_outlook`, with estimates from what was settled by the end of February. Its number attained
on the joint paths is compared with the one that the same single probabilities give for indicators
independent of each other.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, interval_text, markdown, print_goals
from peers import DATA, LEARNT_FROM, MONTHS, PERIODS, YEARS

from forecast.archive.archive import Archive, Snapshot
from forecast.archive.folder import read_archive
from forecast.archive.targets import Comparison, Target
from forecast.backtest.evaluation import past_errors
from forecast.backtest.replay import Plan, replay
from forecast.base.months import month
from forecast.base.randomness import generator
from forecast.combination.estimates import estimation_day
from forecast.history.series import History, build_history
from forecast.outlook.annual import annual_outlook
from forecast.outlook.value import Outlook
from forecast.verification.intervals import ratio_by_year
from forecast.verification.outturn import outturn_of
from forecast.verification.record import Record
from forecast.verification.scores import energy_score, variogram_score

AREA = "china"
INDICATORS = (
    "gdp",
    "retail_sales",
    "fixed_asset_investment",
    "trade",
    "budget_revenue",
    "electricity_generation",
    "cpi",
    "ppi",
    "m2",
)
N_PATHS, N_SCORED, RECORD_YEARS = 2000, 500, 10


@dataclass(frozen=True)
class NumberForecast:
    """The distributions of the number attained as of a day, and the outturn."""

    year: int
    months_known: int
    single: np.ndarray
    coupled: np.ndarray
    number: int
    decembers: np.ndarray
    outturns: np.ndarray

    def joint_scores(self) -> dict[str, float]:
        """Return energy and variogram scores of the joint Decembers, and of independent ones.

        Growth is in units of each indicator's scale. Independent are the same values of each
        indicator in an order of its own.
        """
        rng = generator(0, f"benchmark/joint/{self.year}/{self.months_known}")
        apart = np.column_stack([rng.permutation(column) for column in self.decembers.T])
        paths = {"coupled": self.decembers[:N_SCORED], "independent": apart[:N_SCORED]}
        scores = {"energy": energy_score, "variogram": variogram_score}
        return {
            f"{name}_{how}": score(values, self.outturns)
            for name, score in scores.items()
            for how, values in paths.items()
        }

    @property
    def independent(self) -> np.ndarray:
        """The distribution of the number if the indicators were independent of each other."""
        distribution = np.ones(1)
        for probability in self.single:
            distribution = np.convolve(distribution, [1 - probability, probability])
        return distribution


def first_days(archive: Archive, year: int, known: int) -> date:
    """Return the day on which all indicators with figures that end in a month had the first."""
    ends = archive.figures[
        (archive.figures["last"] == month(year, known))
        & (archive.figures["area"] == AREA)
        & archive.figures["indicator"].isin(INDICATORS)
    ]
    return pd.Timestamp(ends.groupby("indicator")["released_on"].min().max()).date()


def with_last_years_growth(snapshot: Snapshot, year: int) -> Snapshot:
    """Return the snapshot with the growth of the year before as the target of each indicator."""
    targets = []
    for name in INDICATORS:
        history = _history(snapshot, name, year)
        before = history.annual.get(year - 1)
        if before is not None:
            targets.append(
                Target(
                    area=AREA,
                    year=year,
                    indicator=name,
                    comparison=Comparison.AT_LEAST,
                    rate_pct=float(np.round(before, history.indicator.decimals)),
                    announced_on=snapshot.day,
                    wording="",
                    source="",
                )
            )
    return replace(snapshot.archive, targets=tuple(targets)).as_of(snapshot.day)


def _history(snapshot: Snapshot, name: str, year: int) -> History:
    return build_history(snapshot, AREA, name, year)


def ranked_probability_score(probability: np.ndarray, number: int) -> float:
    """Return the ranked probability score of how many things happen, in numbers of things.

    The sum over k of (P(at most k) - [number at most k])^2 (Epstein 1969; Murphy 1971): the CRPS
    of a count. `probability` is that of 0 first and of all last. For 0.2, 0.5 and 0.3 it is 0.13
    where one happens, and 0.73 where none does.
    """
    happened = number <= np.arange(len(probability))
    return float(((np.cumsum(probability) - happened) ** 2).sum())


def number_forecasts(archive: Archive, densities: pd.DataFrame) -> Iterator[NumberForecast]:
    """Yield a forecast a year and month, of the indicators whose growth was not out yet."""
    final = archive.as_of(archive.last_release_on)

    @cache
    def point_forecasts(day: date) -> pd.DataFrame:
        return past_errors(archive.as_of(day)).points

    for year in YEARS:
        histories = {name: _history(final, name, year) for name in INDICATORS}
        recent = densities[densities["year"] >= year - RECORD_YEARS].reset_index(drop=True)
        for known in MONTHS:
            snapshot = with_last_years_growth(archive.as_of(first_days(archive, year, known)), year)
            targets = snapshot.targets(AREA, year)
            outturns = {n: outturn_of(histories[n], targets[n], final) for n in targets}
            settled = {n: o for n, o in outturns.items() if o is not None}
            outlook = annual_outlook(
                snapshot,
                AREA,
                year,
                record=Record(point_forecasts(estimation_day(snapshot.day)), recent),
                seed=0,
                n_paths=N_PATHS,
                indicators=list(settled),
            )
            joint = outlook.joint
            assert joint is not None
            names = joint.indicators
            met = {n: outlook.indicators[n].met(N_PATHS) for n in names}
            hits = [bool(targets[n].is_met_as_published(settled[n].growth_pct)) for n in names]
            yield NumberForecast(
                year,
                known,
                np.array([met[n].mean() for n in names]),
                -np.diff([*joint.at_least, 0.0]),
                sum(hits),
                *_in_scales(outlook, {n: settled[n].growth_pct for n in names}),
            )


def _in_scales(outlook: Outlook, growth_pct: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the Decembers of the joint paths and the outturns, in units of each scale."""
    chosen = [outlook.indicators[n] for n in growth_pct]
    scales = np.array([one.scale.scale_pp for one in chosen])
    paths = np.column_stack([one.december for one in chosen])
    return paths / scales, np.array(list(growth_pct.values())) / scales


def table_of(forecasts: list[NumberForecast]) -> pd.DataFrame:
    """Return the scores of both distributions, one row a forecast."""
    rows = [
        {
            "year": f.year,
            "months_known": f.months_known,
            "n": len(f.single),
            "number": f.number,
            "expected": f.single.sum(),
            "coupled": ranked_probability_score(f.coupled, f.number),
            "independent": ranked_probability_score(f.independent, f.number),
            **f.joint_scores(),
            "spread": np.sqrt(_variance(f.coupled) / _variance(f.independent)),
        }
        for f in forecasts
    ]
    return pd.DataFrame(rows)


def _variance(probability: np.ndarray) -> float:
    counts = np.arange(len(probability))
    return float(probability @ counts**2 - (probability @ counts) ** 2)


def scoreboard(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a period: both scores, and how much wider the coupled number is."""
    rows = {}
    for period, years in PERIODS.items():
        own = table[table["year"].isin(years)]
        goal = ratio_goal(table, period)
        rows[period] = {
            "forecasts": len(own),
            "coupled": own["coupled"].mean(),
            "independent": own["independent"].mean(),
            "ratio": goal.estimate.value,
            "90 % interval": interval_text(goal.estimate),
            "standard deviation of the number, coupled to independent": own["spread"].mean(),
        }
    return pd.DataFrame(rows).T


def ratio_goal(table: pd.DataFrame, period: str) -> Goal:
    own = table[table["year"].isin(PERIODS[period])]
    found = ratio_by_year(own["coupled"], own["independent"], own["year"])
    return Goal.at_most(f"{period}: RPS of the number attained, to independence", found, 1.0)


def joint_goals(table: pd.DataFrame) -> list[Goal]:
    """Compare the joint paths with independent ones by scores of all indicators at once."""
    return [
        Goal.at_most(
            f"{period}: {score} score of the joint Decembers, to independence",
            ratio_by_year(own[f"{score}_coupled"], own[f"{score}_independent"], own["year"]),
            1.0,
        )
        for score in ("energy", "variogram")
        for period, years in PERIODS.items()
        if len(own := table[table["year"].isin(years)])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="also write every forecast to this Parquet file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    archive = read_archive(DATA)
    nation = archive.figures[archive.figures["area"] == AREA].reset_index(drop=True)
    archive = replace(archive, figures=nation, targets=())
    plan = Plan(years=range(LEARNT_FROM, YEARS.stop - 1), months=MONTHS, targets="previous-year")
    table = table_of(list(number_forecasts(archive, replay(archive, [AREA], plan))))
    if options.out is not None:
        table.to_parquet(options.out)
    by_year = table.groupby("year")[["n", "number", "expected", "coupled", "independent"]].mean()
    print(f"\n### Number of targets attained\n\n{markdown(scoreboard(table))}")
    print(f"\n### By year\n\n{markdown(by_year)}")
    results = [*(ratio_goal(table, period) for period in PERIODS), *joint_goals(table)]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
