"""Files replaced as a whole: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecast.base.errors import OutputError

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
