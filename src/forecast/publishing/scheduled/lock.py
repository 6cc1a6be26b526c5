"""One at a time in a folder of reports, on however many machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecast.base.errors import FolderBusy, OutputError

LOCK = ".run-due.lock"


@contextmanager
def alone_in(reports: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the folder's lock; raise FolderBusy where another holds it for longer than the wait.

    The operating system frees it when its holder dies. Raise OutputError for a folder that
    cannot be written.
    """
    from filelock import FileLock, Timeout

    path = reports / LOCK
    lock = FileLock(path, timeout=wait_seconds, poll_interval=0.2)
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise FolderBusy(str(path), wait_seconds) from error
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()
