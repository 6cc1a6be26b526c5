"""Peers on monthly levels, and the tables of the benchmarks away from home.

What a user would write in an afternoon, on ten years of the figures of the day: ETS with a damped
trend and ARIMA(1,1,1) with drift, neither seasonal, and the airline model, by statsmodels. Where
`--statsforecast PYTHON` names the Python of an environment that has statsforecast, `scum.py` adds
the quantile means of AutoETS, theta and CES (`three`) and of these and AutoARIMA (`scum`;
Petropoulos and Svetunkov 2020). Growth of the year follows from levels by the indicator's annual
rule.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from goals import Goal, interval_text, markdown

from forecast.archive.targets import round_half_up
from forecast.backtest.replay import LEVELS
from forecast.models.registry import MODELS
from forecast.verification.comparison import revision_slope
from forecast.verification.intervals import (
    Interval,
    geometric_ratio_by_year,
    p_of_share,
    ratio_by_year,
)
from forecast.verification.record import POOL
from forecast.verification.scores import brier, coverage, crps, pit

KEY = ["indicator", "year", "as_of"]
N_PATHS, N_MONTHS, COVERED, REJECTED = 1000, 120, 0.8, 0.01
SCUM = Path(__file__).with_name("scum.py")
MEAN_LEVEL = "mean_level"  # of a rate: the outcome is the mean of its months, not growth
POOLS = {"three": ("ets", "theta", "ces"), "scum": ("ets", "theta", "ces", "arima")}
Ratio = Callable[[pd.DataFrame, str, str, str], Interval | None]
_NEARLY_ALL = 0.95


@dataclass(frozen=True)
class LevelQuestion:
    """Ten years of levels to the last known month, and growth of the year as a linear form.

    Growth is 100 x (offset + levels ahead x weights - 1) per cent, whatever the annual rule. The
    mean level of a rate has the same form, with an offset that is larger by one.
    """

    key: tuple[object, ...]
    levels: np.ndarray
    offset: float
    weights: np.ndarray

    @property
    def n_ahead(self) -> int:
        return len(self.weights)

    def annual(self, paths: np.ndarray) -> np.ndarray:
        """Return growth of the year on each path of levels, of shape (path, month ahead)."""
        return 100 * (self.offset + paths @ self.weights - 1)


def question_of(
    key: tuple[object, ...], levels: pd.Series, year: int, rule: str
) -> LevelQuestion | None:
    """Return the question of a year; None where a month of the year before is missing."""
    december = pd.Period(f"{year}-12", "M")
    base = levels[levels.index.year == year - 1].to_numpy()
    so_far = levels[levels.index.year == year].to_numpy()
    n_ahead = (december - levels.index[-1]).n
    if base.size < 12 or n_ahead < 1 or n_ahead > 12 or (levels <= 0).any():
        return None
    if rule == "end_of_year":
        by_month = np.r_[np.zeros(11), 1 / base[-1]]
    elif rule == "mean_of_months":
        by_month = 1 / (12 * base)
    elif rule == MEAN_LEVEL:
        by_month = np.full(12, 1 / 1200)
    else:
        by_month = np.full(12, 1 / base.sum())
    recent = levels.to_numpy()[-N_MONTHS:]
    offset = float(so_far @ by_month[: so_far.size]) + (rule == MEAN_LEVEL)
    return LevelQuestion(key, recent, offset, by_month[12 - n_ahead :])


# Peers --------------------------------------------------------------------------------------------


def ets(question: LevelQuestion) -> np.ndarray:
    """Exponential smoothing with multiplicative errors and a damped trend, without seasons."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(pd.Series(question.levels), error="mul", trend="add", damped_trend=True)
    fitted = model.fit(disp=0, maxiter=200)
    paths = fitted.simulate(question.n_ahead, anchor="end", repetitions=N_PATHS, rng=0)
    return question.annual(np.asarray(paths).reshape(question.n_ahead, -1).T)


def airline(question: LevelQuestion) -> np.ndarray:
    """SARIMA (0,1,1)(0,1,1) on 100 times logarithms, by maximum likelihood."""
    return _sarimax(question, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12))


def arima(question: LevelQuestion) -> np.ndarray:
    """ARIMA(1,1,1) with drift on 100 times logarithms, by maximum likelihood."""
    return _sarimax(question, order=(1, 1, 1), trend="c")


def _sarimax(question: LevelQuestion, **form: object) -> np.ndarray:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    fitted = SARIMAX(100 * np.log(question.levels), **form).fit(
        disp=0, maxiter=100, cov_type="none"
    )
    paths = fitted.simulate(question.n_ahead, anchor="end", repetitions=N_PATHS, rng=0)
    return question.annual(np.exp(np.asarray(paths).reshape(question.n_ahead, -1).T / 100))


PEERS = {"ETS": ets, "airline": airline, "ARIMA": arima}  # `ets` is a member of the product


def peer_forecasts(questions: Sequence[LevelQuestion], statsforecast: str | None) -> pd.DataFrame:
    """Return the quantiles that each peer forecasts; a fit that fails makes no forecast."""
    rows = []
    for name, peer in PEERS.items():
        for question in questions:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    draws = peer(question)
            except (ValueError, np.linalg.LinAlgError):
                continue
            values = np.quantile(draws[np.isfinite(draws)], LEVELS)
            rows.append((name, *question.key, values))
        print(f"  {name}: {len(questions)} questions", flush=True)
    if statsforecast is not None:
        rows += open_pools(questions, statsforecast)
    return pd.DataFrame(rows, columns=["model", *KEY, "values"])


def open_pools(questions: Sequence[LevelQuestion], python: str) -> list[tuple[object, ...]]:
    """Return the quantile means of statsforecast's models, run by another Python."""
    tasks = [
        {"levels": q.levels.tolist(), "offset": q.offset, "weights": q.weights.tolist()}
        for q in questions
    ]
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.json", Path(folder) / "told.json"
        asked.write_text(json.dumps(tasks))
        subprocess.run([python, str(SCUM), str(asked), str(told)], check=True)
        answers = json.loads(told.read_text())
    rows = []
    for name, members in POOLS.items():
        for question, own in zip(questions, answers, strict=True):
            if all(member in own for member in members):
                values = np.mean([own[member] for member in members], axis=0)
                rows.append((name, *question.key, values))
        print(f"  {name}: {len(questions)} questions", flush=True)
    return rows


def with_peers(product: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    """Return product, members and peers on the forecasts that the product and all peers made.

    Peers are judged by target and outturn of the product's forecasts.
    """
    facts = product[product["model"] == POOL]
    kept = ["area", *KEY, "months_known", "target_pct", "outturn_pct", "hit", "settled_on"]
    table = peers.merge(facts[kept], on=KEY, validate="many_to_one")
    values = np.stack(table["values"].tolist())
    met = round_half_up(values, 1) >= table["target_pct"].to_numpy()[:, None] - 1e-9
    has_target = table["target_pct"].notna()
    table["probability"] = np.where(has_target, met.mean(axis=1), np.nan)
    table["brier"] = brier(table["probability"], table["hit"])
    table["crps"], table["pit"] = (s(values, table["outturn_pct"]) for s in (crps, pit))
    made = peers.groupby(KEY)["model"].nunique()
    shared = made[made == peers["model"].nunique()].index
    every = pd.concat([product, table.drop(columns="values")], ignore_index=True)
    return every[pd.MultiIndex.from_frame(every[KEY]).isin(shared)].reset_index(drop=True)


# Tables -------------------------------------------------------------------------------------------


def by_years(table: pd.DataFrame, score: str, model: str, rival: str) -> Interval | None:
    """Return the geometric mean over series of a ratio of scores; years are the units."""
    both = _both(table, score, model, rival)
    return geometric_ratio_by_year(both["own"], both["rival"], both["indicator"], both["year"])


def by_series(table: pd.DataFrame, score: str, model: str, rival: str) -> Interval | None:
    """Return the same where each series has one year: series are the units."""
    both = _both(table, score, model, rival)
    return geometric_ratio_by_year(both["own"], both["rival"], both["indicator"], both["indicator"])


def pooled_by_years(table: pd.DataFrame, score: str, model: str, rival: str) -> Interval | None:
    """Return the ratio of mean scores over all forecasts; years are the units."""
    both = _both(table, score, model, rival)
    return ratio_by_year(both["own"], both["rival"], both["year"])


def pooled_by_series(table: pd.DataFrame, score: str, model: str, rival: str) -> Interval | None:
    """Return the same where each series has one year: series are the units."""
    both = _both(table, score, model, rival)
    return ratio_by_year(both["own"], both["rival"], both["indicator"])


def _both(table: pd.DataFrame, score: str, model: str, rival: str) -> pd.DataFrame:
    own, other = (table[table["model"] == m].set_index(KEY)[score] for m in (model, rival))
    return pd.DataFrame({"own": own, "rival": other}).dropna().reset_index()


def scoreboard(table: pd.DataFrame, reference: str, ratio: Ratio) -> pd.DataFrame:
    """Return one row a model: scores, coverage and CRPS to the reference's, with its interval.

    Models that lack some of the forecasts are compared on those that they made.
    """
    rows = {}
    for name, own in table.groupby("model", sort=False):
        to_reference = ratio(table, "crps", str(name), reference)
        rows[name] = {
            "forecasts": len(own),
            "CRPS": own["crps"].mean(),
            "Brier": own["brier"].mean(),
            "covers 80 %": 100 * coverage(own["pit"], COVERED),
            f"CRPS to {reference}": np.nan if to_reference is None else to_reference.value,
            "90 % interval": "" if to_reference is None else interval_text(to_reference),
        }
    return pd.DataFrame(rows).T.sort_values(f"CRPS to {reference}")


def coverage_by_series(product: pd.DataFrame) -> pd.DataFrame:
    """Return by series the share of outturns in the 80 % band, and its p by years alone."""
    tail = (1 - COVERED) / 2
    rows = {}
    for name, own in product.groupby("indicator"):
        inside = own["pit"].between(tail, 1 - tail)
        p = p_of_share(inside, own["year"], COVERED)
        rows[name] = {
            "forecasts": len(own),
            "below": 100 * (own["pit"] < tail).mean(),
            "covers 80 %": 100 * inside.mean(),
            "above": 100 * (own["pit"] > 1 - tail).mean(),
            "p": "" if p is None else f"{p:.3f}",
        }
    return pd.DataFrame(rows).T


def best_member(table: pd.DataFrame, ratio: Ratio) -> tuple[str, Interval | None]:
    """Return the member with the lowest CRPS among those that made nearly all of these forecasts.

    Each is compared on the forecasts that both made.
    """
    n = (table["model"] == POOL).sum()
    nearly_all = [m for m in MODELS if (table["model"] == m).sum() >= _NEARLY_ALL * n]
    found = {m: ratio(table, "crps", POOL, m) for m in nearly_all}
    known = {m: r for m, r in found.items() if r is not None}
    best = max(known, key=lambda m: known[m].value, default="none")
    return best, known.get(best)


def bed_goals(table: pd.DataFrame, ratio: Ratio) -> list[Goal]:
    """Return what holds on every bed: against the best member, and coverage."""
    best, to_best = best_member(table, ratio)
    own = table[table["model"] == POOL]
    tail = (1 - COVERED) / 2
    covered = 100 * own["pit"].between(tail, 1 - tail).mean()
    p_values = [
        p
        for _, rows in own.groupby("indicator")
        if (p := p_of_share(rows["pit"].between(tail, 1 - tail), rows["year"], COVERED)) is not None
    ]
    n_rejected = float(sum(p < REJECTED for p in p_values))
    return [
        Goal.at_most(f"CRPS to the best member's ({best})", to_best, 1.02),
        Goal("covers 80 %", Interval(covered), 72, 88),
        Goal.at_most(f"series of {len(p_values)} whose coverage is rejected at 1 %", n_rejected, 0),
    ]


def print_bed(title: str, table: pd.DataFrame, reference: str, ratio: Ratio) -> None:
    """Print scores by model, coverage by series, and how the product's probabilities move."""
    print(f"\n### {title}\n\n{markdown(scoreboard(table, reference, ratio))}")
    own = table[table["model"] == POOL]
    if len(set(own["year"])) > 1:
        print(f"\nCoverage by series:\n\n{markdown(coverage_by_series(own))}")
    slope = revision_slope(own)
    if slope is not None:
        shown = f"{slope.value:.2f} {interval_text(slope)}".strip()
        print(f"\nSlope of a change of the probability on the change before it: {shown}")


def settled_levels(figures: pd.DataFrame) -> pd.DataFrame:
    """Return levels of single months that settle a year, in the order of their release."""
    is_month = figures["first"] == figures["last"]
    is_settled = figures["status"].isin(["final", "preliminary"])
    return figures[(figures["measure"] == "level") & is_month & is_settled].sort_values(
        "released_on", kind="stable"
    )


def vintage(levels: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return a series' levels as known at the end of a day, gaps interpolated."""
    known = levels[levels["released_on"] <= day].drop_duplicates("last", keep="last")
    months = [pd.Period(year=m // 12, month=m % 12 + 1, freq="M") for m in known["last"]]
    series = pd.Series(known["value"].to_numpy(float), pd.PeriodIndex(months, freq="M"))
    return series.sort_index().asfreq("M").interpolate()


def questions_of(
    product: pd.DataFrame, figures: pd.DataFrame, rules: Iterable[tuple[str, str]]
) -> list[LevelQuestion]:
    """Return a question for each of the product's forecasts, from the vintage of its day."""
    by_indicator = dict(iter(settled_levels(figures).groupby("indicator", observed=True)))
    rule, found = dict(rules), []
    for row in product[product["model"] == POOL].sort_values(KEY).itertuples():
        name = str(row.indicator)
        if name not in by_indicator:
            continue
        levels = vintage(by_indicator[name], row.as_of)
        question = question_of((name, row.year, row.as_of), levels, row.year, rule[name])
        found += [] if question is None else [question]
    return found
