"""The scoreboard of replayed calls: a line for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.base import texts
from forecast.base.texts import text
from forecast.verification.record import POOL, RAW_POOL, REFERENCES
from forecast.verification.scores import coverage

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("model", "calls", "crps", "brier", "log_score", "covers80", "covers90", "seconds")
_LANG = "en"  # of the command line's own words


def scoreboard(calls: pd.DataFrame) -> Table:
    """Return mean scores by model: the pool, its members, then the references.

    Outturns that the office only expected are kept apart, in a line of their own.
    """
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title=text("scoreboard.title", _LANG))
    for column in _COLUMNS:
        name = text(f"scoreboard.{column}", _LANG)
        is_name = column == "model"
        made.add_column(name, justify="left" if is_name else "right", no_wrap=not is_name)
    is_expected = calls["outturn_status"] == "expected"
    settled, expected = calls[~is_expected], calls[is_expected & (calls["model"] == POOL)]
    for model in sorted(settled["model"].unique(), key=_rank):
        name = text("scoreboard.pool_raw", _LANG) if model == RAW_POOL else str(model)
        made.add_row(name, *_scores(settled[settled["model"] == model]))
    if len(expected):
        made.add_row(text("scoreboard.expected", _LANG), *_scores(expected))
    return made


def _rank(model: str) -> tuple[int, str]:
    """Return the place of a model: pool, raw pool, members, references."""
    first = (POOL, RAW_POOL)
    place = first.index(model) if model in first else 3 if model in REFERENCES else 2
    return place, model


def _scores(rows: pd.DataFrame) -> list[str]:
    means = [_number(rows[score].mean(), 3) for score in ("crps", "brier", "log_score")]
    covers = [texts.rate(100 * coverage(rows["pit"], level), 0, _LANG) for level in (0.8, 0.9)]
    seconds = rows["seconds"].sum()
    return [f"{len(rows):,}", *means, *covers, _number(seconds if seconds > 0 else np.nan, 1)]


def _number(value: float, decimals: int) -> str:
    return text("form.none", _LANG) if np.isnan(value) else texts.number(value, decimals)
