"""Do bands cover as often as they say, whatever an area publishes? Simulated areas, known truth.

`python benchmarks/recovery.py` simulates districts whose growth is a local level, loads on a nation
with monthly figures, and is published by the month, the quarter, the half-year or once a year.
Scales and loadings are drawn from the models' own priors over series; `drift` and `nowcast` are
fitted to what was out in a random month, and forecast December.
All figures here are simulated.
"""

from __future__ import annotations

import argparse
import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from datetime import date

import numpy as np
import pandas as pd
from goals import Goal, markdown, print_goals

from forecast.archive.registry import Indicator
from forecast.base.randomness import generator
from forecast.base.series import Series
from forecast.history.growth import Basis, Growth
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.cumulated import monthly_noise_pp
from forecast.models.drift import Drift
from forecast.models.nowcast import Nowcast
from forecast.models.shared import Shared
from forecast.verification.intervals import Interval

SPARSITIES = {
    "monthly": range(1, 13),
    "quarterly": (3, 6, 9, 12),
    "half-yearly": (6, 12),
    "once a year": (12,),
}
N_YEARS, YEAR, N_PATHS = 10, 2019, 500
PERSISTENCE, RATIO, LOADING_SPREAD = 0.982, 0.05, 0.25  # as in the model's equations
GOAL = 0.03
NATION = Series("nation", "sales")


def history_of(year_to_date: FloatArray, area: str, related: dict[Series, History]) -> History:
    """Return a history of simulated growth of equal months, one row a year."""
    basis = np.where(np.isnan(year_to_date), Basis.MISSING, Basis.PUBLISHED).astype(np.int8)
    n_years = len(year_to_date)
    entry = Indicator(
        id="sales",
        name_en="Simulated",
        name_zh="模拟",
        unit="cny_100m",
        annual_rule="published_ytd",
        related=list(map(str, related)),
    )
    growth = Growth(year_to_date, basis, np.full(n_years, np.nan), ())
    shares = np.full((n_years, 12), 1 / 12)
    first = YEAR - n_years + 1
    day = date(YEAR, 12, 31)
    own = ("own",) * n_years
    return History(area, entry, day, YEAR, first, growth, None, shares, own, None, (), related)


def to_date(monthly: FloatArray) -> FloatArray:
    return np.cumsum(monthly.reshape(-1, 12), axis=1) / np.arange(1, 13)


def district(
    shared: Shared, spans: tuple[int, ...], loads: bool, rng: np.random.Generator
) -> tuple[History, float]:
    """Return what is out of a simulated district in a random month, and growth of its year."""
    n, known = 12 * N_YEARS, int(rng.integers(1, 12))
    blank = history_of(np.full((N_YEARS, 12), np.nan), "district", {})
    noise, degrees = monthly_noise_pp(shared, blank), shared.scale_of(blank).degrees_of_freedom
    unexplained = shared.unexplained if loads else 1.0
    variance = noise**2 * unexplained * degrees / rng.chisquare(degrees)
    loading = noise * (shared.elasticity + LOADING_SPREAD * rng.standard_normal()) * loads
    ratio = RATIO if loads else shared.signal_to_noise
    factor, level = np.zeros(n), 0.0
    for t in range(n):
        level = PERSISTENCE * level + np.sqrt(RATIO) * rng.standard_normal()
        factor[t] = level + rng.standard_normal()
    mu = 8 + np.cumsum(np.sqrt(ratio * variance) * rng.standard_normal(n))
    true = to_date(mu + loading * factor + np.sqrt(variance) * rng.standard_normal(n))
    published = np.full(true.shape, np.nan)
    months = np.array(spans) - 1
    published[:-1, months] = true[:-1, months]
    out = months[months < known - 1]
    published[-1, out] = true[-1, out]
    nation = to_date(8 + noise * factor)
    nation[-1, known:] = np.nan
    related = {NATION: history_of(nation, "nation", {})} if loads else {}
    return history_of(published.round(1), "district", related), float(true[-1, -1])


def coverage(model: Drift | Nowcast, spans: tuple[int, ...], n: int) -> tuple[float, float, int]:
    """Return how often 80 % bands held December, the bands' mean width, and of how many districts.

    A district is left out where the model declines it.
    """
    shared = Shared(typical_scale_pp=2.0)
    rng = generator(0, f"recovery/{model.name}/{spans}")
    hits, widths = [], []
    for _ in range(n):
        history, december = district(shared, spans, model.name == "nowcast", rng)
        if not model.can_fit(history):
            continue
        paths = model.fit(history, shared).simulate(N_PATHS, rng)[:, -1]
        low, high = np.quantile(paths, [0.1, 0.9])
        hits.append(low <= december <= high)
        widths.append(high - low)
    return float(np.mean(hits)), float(np.mean(widths)), len(hits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int, default=1000, help="of each kind")
    options = parser.parse_args()
    rows = []
    for model in (Drift(), Nowcast()):
        for name, spans in SPARSITIES.items():
            share, width, n = coverage(model, tuple(spans), options.districts)
            error = np.sqrt(share * (1 - share) / n)
            is_met = abs(share - 0.8) <= GOAL
            rows.append((model.name, name, n, 100 * share, 100 * error, width, is_met))
            print(f"  {model.name}, {name}: {share:.3f}", flush=True)
    columns = ["model", "published", "districts", "within 80 %", "error", "mean width (pp)", "met"]
    table = pd.DataFrame(rows, columns=columns).set_index("model")
    print(f"\n{markdown(table)}")
    low, high = 100 * (0.8 - GOAL), 100 * (0.8 + GOAL)
    results = [
        Goal(f"{model}, {name}: covers 80 %", Interval(share), round(low, 6), round(high, 6))
        for model, name, _, share, *_ in rows
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
