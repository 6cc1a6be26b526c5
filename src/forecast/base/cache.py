"""The cache between runs of results that take long; without an entry they are computed anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from forecast.base.errors import OutputError
from forecast.base.files import replaced, write_text

if TYPE_CHECKING:
    import pandas as pd

CACHE_VARIABLE = "FORECAST_CACHE"


def cache_folder() -> Path:
    """Return the folder of cached results: `FORECAST_CACHE`, else the user's own."""
    return Path(
        os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("growth-target-forecast")
    )


def cached_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Return a cached table with columns of these types; None where it cannot be read."""
    import pandas as pd

    try:
        return pd.read_parquet(path).astype(dict(columns))
    except (OSError, ValueError, KeyError):
        return None


def cache_tables(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Cache tables by path; stop without an error at the first that cannot be written."""
    with suppress(OutputError):
        for path, table in tables.items():
            with replaced(path, is_synced=False) as beside:
                table.to_parquet(beside)


def cached_text(path: Path) -> str | None:
    """Return a cached text; None where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def cache_text(path: Path, text: str) -> None:
    """Cache a text; do nothing where it cannot be written."""
    with suppress(OutputError):
        write_text(path, text, is_synced=False)
