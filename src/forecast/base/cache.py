"""What takes long to compute, kept between runs; what is not kept is computed anew."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

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


def kept_text(path: Path) -> str | None:
    """Return a kept text; None without one that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def keep_text(path: Path, text: str) -> None:
    """Write a text beside its place and move it in; where that cannot be, it is not kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as beside:
            work = Path(beside) / path.name
            work.write_text(text, encoding="utf-8")
            os.replace(work, path)
    except OSError:
        return
