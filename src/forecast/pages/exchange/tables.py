"""A long series of published probabilities as CSV, Parquet, SDMX-CSV and OpenMetrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from forecast.base.errors import ParameterError
from forecast.base.files import replaced

STRUCTURE = "GROWTH_TARGETS:PROBABILITIES(1.0)"
_MEASURES = {
    "probability": ("PROBABILITY", "PURE_NUMB"),
    "standard_error": ("PROBABILITY_SE", "PURE_NUMB"),
    "required_growth_pct": ("REQUIRED_GROWTH", "PC"),
    "median_pct": ("GROWTH_MEDIAN", "PC"),
    "lower80_pct": ("GROWTH_LOWER80", "PC"),
    "upper80_pct": ("GROWTH_UPPER80", "PC"),
    "outturn_pct": ("GROWTH_OUTTURN", "PC"),
}
_HELP = {
    "probability": "Probability that the target is attained, 0 to 1; 1 or 0 once it is settled.",
    "standard_error": "Monte-Carlo error of the probability.",
    "required_growth_pct": "Growth of the months left that just meets the target, in per cent.",
    "median_pct": "Median growth of the year, in per cent.",
    "lower80_pct": "Lower end of the range in which growth lies with 80 %, in per cent.",
    "upper80_pct": "Upper end of the range in which growth lies with 80 %, in per cent.",
    "outturn_pct": "Growth of the year as published, in per cent.",
}
_KEYS = ["area", "year", "indicator"]


def write_table(table: pd.DataFrame, form: str, path: Path) -> None:
    """Write a long table in one of `FORMS`, replacing the file; raise OutputError.

    Each number can be read back to the last digit. Raise ParameterError for an unknown form.
    """
    if form not in FORMS:
        raise ParameterError([f"form: {form!r}; allowed: {', '.join(FORMS)}"])
    with replaced(path) as beside:
        if form == "parquet":
            table.to_parquet(beside, index=False)
        else:
            beside.write_text(_TEXTS[form](table), encoding="utf-8", newline="")


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV, empty where nothing is known."""
    return table.to_csv(index=False, lineterminator="\n")


def sdmx_text(table: pd.DataFrame) -> str:
    """Return published probabilities as SDMX-CSV 2.0, one line an observation.

    `TIME_PERIOD` is the day of the report, `TARGET_YEAR` the year that is judged.
    """
    frames = []
    for name, (measure, unit) in _MEASURES.items():
        known = table[table[name].notna()]
        frames.append(
            pd.DataFrame(
                {
                    "STRUCTURE": "dataflow",
                    "STRUCTURE_ID": STRUCTURE,
                    "ACTION": "R",
                    "AREA": known["area"],
                    "INDICATOR": known["indicator"],
                    "TARGET_YEAR": known["year"],
                    "MEASURE": measure,
                    "TIME_PERIOD": known["as_of"].map(str),
                    "OBS_VALUE": known[name],
                    "UNIT_MEASURE": unit,
                }
            )
        )
    return csv_text(pd.concat(frames, ignore_index=True))


def openmetrics_text(table: pd.DataFrame) -> str:
    """Return the newest day of each target as OpenMetrics gauges, for Prometheus and its kin.

    `forecast_report_as_of_seconds` is the day of the report, in seconds since 1970.
    """
    newest = table.sort_values("as_of", kind="stable").groupby(_KEYS, observed=True).tail(1)
    lines: list[str] = []
    for name, says in _HELP.items():
        lines += _gauge(f"forecast_target_{name.replace('_pct', '_percent')}", says, newest, name)
    seconds = newest.assign(as_of=[pd.Timestamp(day).timestamp() for day in newest["as_of"]])
    lines += _gauge("forecast_report_as_of_seconds", "Day of the report.", seconds, "as_of")
    return "\n".join([*lines, "# EOF", ""])


def _gauge(metric: str, says: str, rows: pd.DataFrame, name: str) -> Iterator[str]:
    yield f"# TYPE {metric} gauge"
    yield f"# HELP {metric} {says}"
    for row in rows[rows[name].notna()].to_dict("records"):
        labels = ",".join(f'{key}="{_escaped(str(row[key]))}"' for key in _KEYS)
        yield f"{metric}{{{labels}}} {float(row[name])!r}"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


_TEXTS: Mapping[str, Callable[[pd.DataFrame], str]] = {
    "csv": csv_text,
    "sdmx": sdmx_text,
    "openmetrics": openmetrics_text,
}
FORMS = ("csv", "parquet", "sdmx", "openmetrics")
