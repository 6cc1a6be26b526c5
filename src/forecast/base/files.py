"""Files replaced as a whole, so that a reader sees the old content or the new; and the cache.

The cache keeps results that take long between runs; without an entry they are computed anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from forecast.base.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd


_MODE = 0o644


@contextmanager
def replaced(path: Path, *, is_synced: bool = True) -> Iterator[Path]:
    """Yield a path beside `path` to write to; the file written there then takes its place.

    Folders that are missing are created. File and folder are synced to disk unless `is_synced` is
    false, as for what can be computed anew. Where anything fails nothing is left beside, and what
    stood at `path` stays as it was. Raise OutputError where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
        beside = Path(name)
        try:
            yield beside
            beside.chmod(_MODE)
            if is_synced:
                sync(beside)
            os.replace(beside, path)
            if is_synced:
                sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror or error}") from error


def write_bytes(path: Path, content: bytes, *, is_synced: bool = True) -> None:
    """Replace a file by one with this content; raise OutputError."""
    with replaced(path, is_synced=is_synced) as beside:
        beside.write_bytes(content)


def write_text(path: Path, text: str, *, is_synced: bool = True) -> None:
    """Replace a file by one with this text, in UTF-8 and its line ends as they are."""
    write_bytes(path, text.encode(), is_synced=is_synced)


def sync(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
