"""The record: past forecasts, and their errors and scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from forecast.base.frames import markup_of
from forecast.base.texts import text

COLUMNS = {
    "area": "str",
    "indicator": "str",
    "rule": "str",
    "year": "int64",
    "model": "str",
    "months_known": "int64",
    "until": "int64",
    "forecast_pct": "float64",
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
    """Return a table of density forecasts without rows."""
    return pd.DataFrame(columns=list(DENSITY_COLUMNS)).astype(DENSITY_COLUMNS)


def settled_densities(densities: pd.DataFrame) -> pd.DataFrame:
    """Return the density forecasts of settled years, without those that were only expected."""
    return densities[densities["outturn_status"] != EXPECTED]


@dataclass(frozen=True, eq=False)
class Record:
    """Past forecasts, each with its outturn: settled, or only expected by the office.

    `points` holds the point forecasts of simple rules, one row each: `forecast_pct` is the growth
    of January to month `until` that a rule forecast with `months_known` months of `year` known;
    `outturn_pct` was published on `settled_on`. `rule` tells how growth runs through the year:
    `accumulates`, or `end_of_year`.

    `densities` holds the density forecasts of annual growth by models and pools, with their scores;
    probability, hit and what follows from them are NaN where no target was in force. A forecast
    of a year whose outturn the office only expected (`outturn_status`) enters no estimate.
    """

    points: pd.DataFrame
    densities: pd.DataFrame = field(default_factory=no_densities)

    @classmethod
    def empty(cls) -> Record:
        """Return a record without forecasts."""
        return cls.from_rows([])

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[object, ...]]) -> Record:
        """Return a record of point forecasts, with values in the order of `COLUMNS`."""
        return cls(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))

    def settled_by(self, day: date) -> Record:
        """Return the forecasts whose outturn was out on a day."""
        return Record(_settled(self.points, day), _settled(self.densities, day))

    def of_model(self, model: str) -> pd.DataFrame:
        """Return one rule's point forecasts with `error_pp`, the outturn less the forecast."""
        points = self.points[self.points["model"] == model]
        return points.assign(error_pp=points["outturn_pct"] - points["forecast_pct"])

    def to_frame(self) -> pd.DataFrame:
        """Return the density forecasts, one a row, with their scores."""
        return self.densities.copy()

    def _repr_html_(self) -> str:
        """Return the mean scores of each model's forecasts, for notebooks."""
        scores = self.densities.groupby("model")[["crps", "brier", "log_score"]].mean()
        counted = scores.assign(forecasts=self.densities["model"].value_counts())
        return markup_of(counted, text("shown.record", "en", n=len(self.densities)))

    def __repr__(self) -> str:
        """Return in a line how many forecasts it holds."""
        return f"<Record: {len(self.points)} point forecasts, {len(self.densities)} densities>"

    def __len__(self) -> int:
        """Return the number of point forecasts."""
        return len(self.points)


def _settled(table: pd.DataFrame, day: date) -> pd.DataFrame:
    return table[table["settled_on"] <= pd.Timestamp(day)].reset_index(drop=True)
