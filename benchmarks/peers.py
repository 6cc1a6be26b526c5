"""The product's probabilities beside those of peers, on the same forecasts.

`python benchmarks/peers.py` asks of seven national indicators, in 2009 to 2019 and with 2, 3, 5, 6,
8, 9, 10 and 11 months known, whether the year will grow at least as fast as the one before. The
product answers through `forecast.backtest.replay`, on a folder that holds their levels alone, so
that target and outturn are the same for all. Seconds are of processor time, in one process.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, markdown, print_goals

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.targets import round_half_up
from forecast.backtest.evaluation import ReplayedForecast, score_table
from forecast.backtest.replay import (
    LEVELS,
    Plan,
    replay,
)
from forecast.combination.pool import Standing, standing
from forecast.models.registry import MODELS
from forecast.verification.intervals import Interval, ratio_by_year
from forecast.verification.record import POOL, RAW_POOL, REFERENCES
from forecast.verification.scores import brier, coverage, crps, pit

DATA = Path(__file__).resolve().parents[1] / "data"
INDICATORS = (
    "retail_sales",
    "budget_revenue",
    "trade",
    "exports",
    "tax_revenue",
    "electricity_generation",
    "real_estate_investment",
)
LEARNT_FROM, YEARS, MONTHS = 2004, range(2009, 2020), (2, 3, 5, 6, 8, 9, 10, 11)
PERIODS = {"2009-2019": YEARS, "2009-2014": range(2009, 2015), "2015-2019": range(2015, 2020)}
N_PATHS, N_YEARS = 1000, 10
KEY = ["indicator", "year", "months_known"]
REGISTRY_ENTRY = """
[[indicator]]
id = "{0}"
name_en = "{0}"
name_zh = "{0}"
unit = "cny_100m"
annual_rule = "sum_of_months"
"""

# The same forecasts for all -----------------------------------------------------------------------


def write_level_folder(folder: Path) -> Path:
    """Write a data folder with the levels of the seven indicators, and nothing else."""
    figures = pd.read_csv(DATA / "figures" / "china.csv")
    chosen = figures[(figures["measure"] == "level") & figures["indicator"].isin(INDICATORS)]
    (folder / "figures").mkdir(parents=True)
    chosen.to_csv(folder / "figures" / "china.csv", index=False)
    text = "".join(REGISTRY_ENTRY.format(name) for name in INDICATORS)
    (folder / "indicators.toml").write_text(text, encoding="utf-8")
    return folder


def monthly_flows(figures: pd.DataFrame, indicator: str) -> pd.Series:
    """Return the amount of each month; January and February, published as one, are halved."""
    levels = figures[(figures["indicator"] == indicator) & (figures["measure"] == "level")]
    first, last = (pd.PeriodIndex(levels[f"{c}_month"], freq="M") for c in ("first", "last"))
    single = pd.Series(levels["value"].to_numpy(), index=last)[first == last]
    running = pd.Series(levels["value"].to_numpy(), index=last)[first.month == 1]
    months = pd.period_range(f"{last.min().year}-01", last.max(), freq="M")
    flow, total = single.reindex(months), running.reindex(months)
    for m in months:
        if m.month == 1:
            flow[m] = total[m] if not np.isnan(total[m]) else total.get(m + 1, np.nan) / 2
        elif not np.isnan(total[m]):
            flow[m] = total[m] - (flow[m - 1] if m.month == 2 else total[m - 1])
    return flow


@dataclass(frozen=True)
class Question:
    """What a peer may use on a day: ten years of flows, and the base of the year's growth."""

    indicator: str
    year: int
    months_known: int
    history: pd.Series
    base: float
    growth_so_far: float
    past_gaps: np.ndarray

    @property
    def n_ahead(self) -> int:
        return 12 - self.months_known

    def annual(self, flows_ahead: np.ndarray) -> np.ndarray:
        """Return growth of the year in per cent on each path of flows, of shape (path, month)."""
        so_far = self.history[self.history.index.year == self.year].sum()
        return 100 * ((so_far + flows_ahead.sum(axis=1)) / self.base - 1)


def questions() -> Iterator[Question]:
    figures = pd.read_csv(DATA / "figures" / "china.csv")
    for indicator in INDICATORS:
        flow = monthly_flows(figures, indicator)
        table = flow.to_numpy().reshape(-1, 12).cumsum(axis=1)
        growth = 100 * (table[1:] / table[:-1] - 1)
        first = flow.index[0].year + 1
        for year in YEARS:
            row = year - first
            for known in MONTHS:
                now = pd.Period(f"{year}-{known:02d}", "M")
                history = flow[(flow.index <= now) & (flow.index > now - 12 * N_YEARS)]
                history = history.interpolate(limit_direction="both")
                past = growth[max(0, row - N_YEARS) : row]
                gaps = past[:, 11] - past[:, known - 1]
                yield Question(
                    indicator,
                    year,
                    known,
                    history.clip(lower=history[history > 0].min()),
                    table[row, 11],
                    growth[row, known - 1],
                    gaps[np.isfinite(gaps)],
                )


# Peers -------------------------------------------------------------------------------------------


def pace(question: Question) -> np.ndarray:
    """Growth stays where it is, give or take past gaps to December: the planner's rule."""
    size = np.sqrt(np.mean(question.past_gaps**2)) if question.past_gaps.size > 2 else 5.0
    return question.growth_so_far + size * np.random.default_rng(0).standard_normal(N_PATHS)


def airline(question: Question) -> np.ndarray:
    """SARIMA (0,1,1)(0,1,1) on 100 times logarithms, by maximum likelihood."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    logs = 100 * np.log(question.history.to_numpy())
    model = SARIMAX(logs, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12))
    fitted = model.fit(disp=0, maxiter=200, cov_type="none")
    paths = fitted.simulate(question.n_ahead, anchor="end", repetitions=N_PATHS, rng=0)
    return question.annual(np.exp(np.asarray(paths).reshape(question.n_ahead, -1).T / 100))


def ets(question: Question) -> np.ndarray:
    """Exponential smoothing with multiplicative errors and seasons and a damped trend."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    form = {"error": "mul", "trend": "add", "damped_trend": True, "seasonal": "mul"}
    fitted = ETSModel(question.history, seasonal_periods=12, **form).fit(disp=0, maxiter=200)
    paths = fitted.simulate(question.n_ahead, anchor="end", repetitions=N_PATHS, rng=0)
    return question.annual(np.asarray(paths).reshape(question.n_ahead, -1).T)


def prophet(question: Question) -> np.ndarray:
    """Prophet with multiplicative seasons, by its own predictive samples."""
    from prophet import Prophet

    model = Prophet(
        seasonality_mode="multiplicative",
        weekly_seasonality=False,
        daily_seasonality=False,
        uncertainty_samples=N_PATHS,
    )
    history = question.history
    model.fit(pd.DataFrame({"ds": history.index.to_timestamp(), "y": history.to_numpy()}))
    ahead = pd.period_range(history.index[-1] + 1, periods=question.n_ahead, freq="M")
    np.random.seed(0)  # noqa: NPY002  # Prophet draws from the global generator
    samples = model.predictive_samples(pd.DataFrame({"ds": ahead.to_timestamp()}))
    return question.annual(samples["yhat"].T)


PEERS: dict[str, Callable[[Question], np.ndarray]] = {
    peer.__name__: peer for peer in (airline, ets, pace, prophet)
}

# Runs --------------------------------------------------------------------------------------------


def processor_seconds() -> float:
    """Return processor time of this process and of those it has waited for."""
    return sum(os.times()[:4])


def run_peers(names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the quantiles that each peer forecasts, one row a question, and its seconds."""
    every, rows, seconds = list(questions()), [], {}
    for name in names:
        begun = processor_seconds()
        for question in every:
            draws = PEERS[name](question)
            values = np.quantile(draws[np.isfinite(draws)], LEVELS)
            rows.append((name, question.indicator, question.year, question.months_known, values))
        seconds[name] = processor_seconds() - begun
        print(f"  {name}: {len(every)} forecasts in {seconds[name]:.0f} s", flush=True)
    return pd.DataFrame(rows, columns=["model", *KEY, "values"]), seconds


def run_product(archive: Archive, plan: Plan) -> tuple[pd.DataFrame, list[ReplayedForecast], float]:
    """Return the replay's table, the forecasts that it rests on, and its seconds."""
    kept: list[ReplayedForecast] = []

    def keep_and_score(forecasts: Sequence[ReplayedForecast]) -> pd.DataFrame:
        kept.extend(forecasts)
        return score_table(forecasts)

    begun = processor_seconds()
    with mock.patch("forecast.backtest.replay.score_table", keep_and_score):
        table = replay(archive, ["china"], plan)
    return table, kept, processor_seconds() - begun


def peer_scores(forecasts: pd.DataFrame, product: pd.DataFrame) -> pd.DataFrame:
    """Return the peers' scores by target and outturn of the product's forecasts."""
    facts = product[product["model"] == POOL][[*KEY, "target_pct", "outturn_pct", "hit"]]
    table = forecasts.merge(facts, on=KEY, validate="many_to_one")
    values = np.stack(table["values"].tolist())
    met = round_half_up(values, 1) >= table["target_pct"].to_numpy()[:, None] - 1e-9
    table["probability"] = met.mean(axis=1)
    table["brier"] = brier(table["probability"], table["hit"])
    table["crps"] = crps(values, table["outturn_pct"])
    table["pit"] = pit(values, table["outturn_pct"])
    return table.drop(columns="values")


# Tables ------------------------------------------------------------------------------------------


def scoreboard(table: pd.DataFrame, names: Sequence[str], reference: str = "pace") -> pd.DataFrame:
    """Return one row a forecaster: scores, coverage, and CRPS in units of the reference's."""
    rows = {}
    by_series = table.pivot_table(values="crps", index="model", columns="indicator")
    for name in names:
        own = table[table["model"] == name]
        rows[name] = {
            "forecasts": len(own),
            "CRPS": own["crps"].mean(),
            "Brier": own["brier"].mean(),
            "covers 80 %": 100 * coverage(own["pit"], 0.8),
            "covers 90 %": 100 * coverage(own["pit"], 0.9),
            f"CRPS to {reference}": (by_series.loc[name] / by_series.loc[reference]).mean(),
        }
    return pd.DataFrame(rows).T.astype({"forecasts": int})


class AllSeries(Standing):
    """Weights by the scores over all series, whatever a series' own are."""

    def weights(self, own: pd.DataFrame, prior: np.ndarray | None = None) -> np.ndarray:
        return super().weights(own.iloc[:0], prior)


class Equal(Standing):
    """The same weight for each model, whatever is known of them."""

    def weights(self, own: pd.DataFrame, prior: np.ndarray | None = None) -> np.ndarray:
        return np.full(len(self.models), 1 / len(self.models))


def equal_weights(past: pd.DataFrame, models: Sequence[str], months: int, kind: str) -> Standing:
    return Equal(models, months, None)


def weights_of_all_series(
    past: pd.DataFrame, models: Sequence[str], months: int, kind: str
) -> Standing:
    found = standing(past, models, months, kind)
    return AllSeries(found.models, found.months_known, found.logs, found.last_year, found.n_years)


def ablations(forecasts: Sequence[ReplayedForecast], table: pd.DataFrame) -> pd.DataFrame:
    """Return the pool's scores without one of its parts at a time, and each member's alone."""
    pools = {"pool": table[table["model"] == POOL]}
    pools["without recalibration"] = table[table["model"] == RAW_POOL]
    other_weights = {
        "with equal weights": equal_weights,
        "with weights of all series": weights_of_all_series,
    }
    for what, rule in other_weights.items():
        with mock.patch("forecast.backtest.evaluation.standing", rule):
            pools[what] = _pool_of(forecasts)
    members = [name for name in MODELS if (table["model"] == name).any()]
    for name in members:
        kept = [{m: v for m, v in f.members.items() if m != name} for f in forecasts]
        pairs = zip(forecasts, kept, strict=True)
        pools[f"without {name}"] = _pool_of([replace(f, members=m) for f, m in pairs])
    pools |= {f"{name} alone": table[table["model"] == name] for name in members}
    rows = {}
    for what, pool in pools.items():
        late = pool["year"].isin(PERIODS["2015-2019"])
        counted = pool[pool["year"].isin(YEARS)]
        rows[what] = {
            "CRPS": counted["crps"].mean(),
            "Brier": counted["brier"].mean(),
            "covers 80 %": 100 * coverage(counted["pit"], 0.8),
            "covers 90 %": 100 * coverage(counted["pit"], 0.9),
            "CRPS 2015-19": pool.loc[late, "crps"].mean(),
            "Brier 2015-19": pool.loc[late, "brier"].mean(),
        }
    return pd.DataFrame(rows).T


def _pool_of(forecasts: Sequence[ReplayedForecast]) -> pd.DataFrame:
    table = score_table(forecasts)
    return table[table["model"] == POOL]


def ratio_goal(table: pd.DataFrame, period: str, score: str, high: float) -> Goal:
    """Compare the product's mean score with the best peer's on the same forecasts."""
    counted = table[table["year"].isin(PERIODS[period])]
    best = counted[counted["model"].isin(PEERS)].groupby("model")[score].mean().idxmin()
    product, peer = (
        counted[counted["model"] == m].sort_values(KEY).reset_index() for m in ("product", best)
    )
    found = ratio_by_year(product[score], peer[score], product["year"])
    name = {"crps": "CRPS", "brier": "Brier"}[score]
    return Goal.at_most(f"{period}: {name} to the best peer's ({best})", found, high)


def goals(table: pd.DataFrame, boards: dict[str, pd.DataFrame]) -> list[Goal]:
    def plain(what: str, value: float, low: float, high: float) -> Goal:
        return Goal(what, Interval(float(value)), low, high)

    board = boards["2009-2019"]
    relative = board["CRPS to pace"]
    best = relative.drop(["product", "climatology", "planner"]).min()
    return [
        ratio_goal(table, "2009-2019", "crps", 0.80),
        ratio_goal(table, "2009-2019", "brier", 1.00),
        ratio_goal(table, "2015-2019", "crps", 0.88),
        ratio_goal(table, "2015-2019", "brier", 0.90),
        plain(
            "2009-2019: CRPS to pace, mean over indicators, to the best peer's",
            relative["product"] / best,
            0,
            0.80,
        ),
        plain("2009-2019: covers 80 %", board.loc["product", "covers 80 %"], 77, 83),
        plain("2009-2019: covers 90 %", board.loc["product", "covers 90 %"], 87, 93),
    ]


def time_goals(peers: dict[str, float], product: dict[str, float]) -> list[Goal]:
    """Compare the seconds of the replay of the 616 forecasts with the airline model's."""
    rows = (("without Prophet", 0.2), ("with Prophet", 0.6))
    return [
        Goal(
            f"seconds of the product {how}, to airline's",
            Interval(product[how] / peers["airline"]),
            0,
            high,
        )
        for how, high in rows
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="also write every forecast to this Parquet file")
    parser.add_argument("--skip-ablations", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # of peers that do not converge
    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        archive = read_archive(write_level_folder(Path(name) / "data"))
    plan = Plan(years=range(LEARNT_FROM, YEARS.stop), months=MONTHS, targets="previous-year")
    plain = replace(plan, years=YEARS)
    quick = replace(plain, models=tuple(m for m in MODELS if m != "prophet"))
    peers, peer_seconds = run_peers(list(PEERS))
    seconds = {"without Prophet": run_product(archive, quick)[2]}
    seconds["with Prophet"] = run_product(archive, plain)[2]
    replayed, forecasts, _ = run_product(archive, plan)
    counted = replayed[replayed["year"].isin(YEARS)]
    product = counted[counted["model"].isin([POOL, *REFERENCES])].replace(
        {"model": {POOL: "product"}}
    )
    table = pd.concat([product, peer_scores(peers, counted)], ignore_index=True)
    if options.out is not None:
        table.to_parquet(options.out)
    names = ["product", *PEERS, *REFERENCES]
    boards = {}
    for period, years in PERIODS.items():
        boards[period] = scoreboard(table[table["year"].isin(years)], names)
        print(f"\n### {period}\n\n{markdown(boards[period])}")
    results = [*goals(table, boards), *time_goals(peer_seconds, seconds)]
    print_goals(results)
    taken = pd.Series(peer_seconds | {f"product {how}": s for how, s in seconds.items()})
    print(f"\n### Seconds of processor time\n\n{markdown(taken.to_frame('seconds'))}")
    if not options.skip_ablations:
        print(f"\n### Parts left out\n\n{markdown(ablations(forecasts, replayed))}")
    print(f"\n{time.perf_counter() - began:.0f} s in all")
    sys.exit(0 if all(g.is_met for g in results) else 1)


if __name__ == "__main__":
    main()
