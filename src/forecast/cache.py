"""Tables that take long to compute, kept between runs; what is not kept is computed anew."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import platformdirs

CACHE_VARIABLE = "FORECAST_CACHE"


def cache_folder() -> Path:
    """Return the folder of cached results: `FORECAST_CACHE`, else the user's own."""
    return Path(
        os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("growth-target-forecast")
    )


def kept_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Return a kept table with columns of these types; None without one that can be read."""
    try:
        return pd.read_parquet(path).astype(dict(columns))
    except (OSError, ValueError, KeyError):
        return None


def keep_tables(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Write tables beside their places and move them in; where that cannot be, none is kept."""
    try:
        for path, table in tables.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=path.parent) as beside:
                work = Path(beside) / path.name
                table.to_parquet(work)
                os.replace(work, path)
    except OSError:
        return
