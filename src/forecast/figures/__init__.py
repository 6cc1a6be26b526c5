"""Published figures: reading `figures/*.csv` and `*.parquet`, and the contract that they keep."""

from forecast.figures.contract import (
    BASES,
    KEY,
    MEASURES,
    OPTIONAL,
    REQUIRED,
    STATUSES,
    TOO_LARGE,
    checked,
    conflicts,
)
from forecast.figures.reading import csv_rows, figure_files, read_figures, sound_figures
from forecast.figures.tables import csv_table, decoded

__all__ = [
    "BASES",
    "KEY",
    "MEASURES",
    "OPTIONAL",
    "REQUIRED",
    "STATUSES",
    "TOO_LARGE",
    "checked",
    "conflicts",
    "csv_rows",
    "csv_table",
    "decoded",
    "figure_files",
    "read_figures",
    "sound_figures",
]
