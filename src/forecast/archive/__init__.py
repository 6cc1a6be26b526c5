"""All figures of a data folder, and what of them was known on a day."""

from __future__ import annotations

from forecast.archive.archive import Archive, BoolArray, Snapshot
from forecast.archive.reading import file_hashes, read_archive, unknown_indicators, with_units
from forecast.archive.series import SETTLING, STANDING, Figure

__all__ = [
    "SETTLING",
    "STANDING",
    "Archive",
    "BoolArray",
    "Figure",
    "Snapshot",
    "file_hashes",
    "read_archive",
    "unknown_indicators",
    "with_units",
]
