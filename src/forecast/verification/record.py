"""The record: past calls, and how far the figures then came to lie from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from forecast.base.markup import markup_of
from forecast.base.texts import text

COLUMNS = {
    "area": "str",
    "indicator": "str",
    "rule": "str",
    "year": "int64",
    "model": "str",
    "months_known": "int64",
    "until": "int64",
    "call_pct": "float64",
    "outturn_pct": "float64",
    "settled_on": "datetime64[us]",
}


POOL, RAW_POOL = "pool", "pool_raw"
EXPECTED = "expected"
REFERENCES = ("planner", "climatology")
DENSITY_COLUMNS = {
    "area": "str",
    "indicator": "str",
    "year": "int64",
    "as_of": "datetime64[us]",
    "months_known": "int64",
    "model": "str",
    "target_pct": "float64",
    "outturn_pct": "float64",
    "outturn_status": "str",
    "settled_on": "datetime64[us]",
    "restated_base": "bool",
    "probability": "float64",
    "hit": "float64",
    "brier": "float64",
    "log_score": "float64",
    "crps": "float64",
    "pit": "float64",
    "mean_pct": "float64",
    "lower80_pct": "float64",
    "upper80_pct": "float64",
    "scale_pp": "float64",
    "seconds": "float64",
}


def no_densities() -> pd.DataFrame:
    """Return a table of density calls without rows."""
    return pd.DataFrame(columns=list(DENSITY_COLUMNS)).astype(DENSITY_COLUMNS)


def final_calls(densities: pd.DataFrame) -> pd.DataFrame:
    """Return the density calls of years that were settled, not only expected to end as they did."""
    return densities[densities["outturn_status"] != EXPECTED]


@dataclass(frozen=True, eq=False)
class Record:
    """Past calls, every one of them settled, or expected by the office to end as it did.

    `calls` holds the point calls of simple rules, one row each: `call_pct` is what a rule said
    once `months_known` months of `year` were known about growth of January to month `until`;
    `outturn_pct` is what was published, on `settled_on`. `rule` says how growth runs through the
    year: `accumulates`, or `end_of_year`.

    `densities` holds the density calls of models and pools of annual growth with their scores;
    probability, hit and what follows from them are NaN where no target was in force. Where the
    office only expected a year's outturn (`outturn_status`), nothing is learnt from the call.
    """

    calls: pd.DataFrame
    densities: pd.DataFrame = field(default_factory=no_densities)

    @classmethod
    def empty(cls) -> Record:
        """Return a record without calls."""
        return cls.from_rows([])

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[object, ...]]) -> Record:
        """Return a record of point calls, rows in the order of `COLUMNS`."""
        return cls(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))

    def settled_by(self, day: date) -> Record:
        """Return the calls whose outturn was out on a day."""
        return Record(_settled(self.calls, day), _settled(self.densities, day))

    def of_model(self, model: str) -> pd.DataFrame:
        """Return one rule's point calls with `error_pp`, the outturn less the call."""
        calls = self.calls[self.calls["model"] == model]
        return calls.assign(error_pp=calls["outturn_pct"] - calls["call_pct"])

    def to_frame(self) -> pd.DataFrame:
        """Return the density calls, one a row, with their scores."""
        return self.densities.copy()

    def _repr_html_(self) -> str:
        """Return how the models' calls scored on the whole, for notebooks."""
        scores = self.densities.groupby("model")[["crps", "brier", "log_score"]].mean()
        counted = scores.assign(calls=self.densities["model"].value_counts())
        return markup_of(counted, text("shown.record", "en", n=len(self.densities)))

    def __len__(self) -> int:
        """Return the number of point calls."""
        return len(self.calls)


def _settled(table: pd.DataFrame, day: date) -> pd.DataFrame:
    return table[table["settled_on"] <= pd.Timestamp(day)].reset_index(drop=True)
