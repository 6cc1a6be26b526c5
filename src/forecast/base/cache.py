"""What takes long to compute, kept between runs; what is not kept is computed anew."""

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


def kept_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Return a kept table with columns of these types; None without one that can be read."""
    import pandas as pd

    try:
        return pd.read_parquet(path).astype(dict(columns))
    except (OSError, ValueError, KeyError):
        return None


def keep_tables(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Keep tables, each at its place; the first that cannot be written ends it."""
    with suppress(OutputError):
        for path, table in tables.items():
            with replaced(path, is_synced=False) as beside:
                table.to_parquet(beside)


def kept_text(path: Path) -> str | None:
    """Return a kept text; None without one that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def keep_text(path: Path, text: str) -> None:
    """Keep a text at its place, or not where it cannot be written."""
    with suppress(OutputError):
        write_text(path, text, is_synced=False)
