"""The record: past calls of simple rules and how far the figures then came to lie from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

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


@dataclass(frozen=True)
class Record:
    """Past calls, one row each, every one of them settled.

    `call_pct` is what a rule said once `months_known` months of `year` were known about growth
    of January to month `until`; `outturn_pct` is what was published, on `settled_on`. `rule`
    says how growth runs through the year: `accumulates`, or `end_of_year`.
    """

    calls: pd.DataFrame

    @classmethod
    def empty(cls) -> Record:
        """Return a record without calls."""
        return cls.from_rows([])

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[object, ...]]) -> Record:
        """Return a record of rows in the order of `COLUMNS`."""
        return cls(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))

    def settled_by(self, day: date) -> Record:
        """Return the calls whose outturn was out on a day."""
        return Record(
            self.calls[self.calls["settled_on"] <= pd.Timestamp(day)].reset_index(drop=True)
        )

    def of_model(self, model: str) -> pd.DataFrame:
        """Return one rule's calls with `error_pp`, the outturn less the call."""
        calls = self.calls[self.calls["model"] == model]
        return calls.assign(error_pp=calls["outturn_pct"] - calls["call_pct"])

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.calls)
