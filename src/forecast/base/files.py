"""Files replaced as a whole, so that a reader sees the old content or the new; and the cache.

The cache keeps results that take long between runs; without an entry they are computed anew.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from forecast.base.errors import ContractError, Fault, FileLocked, OutputError

if TYPE_CHECKING:
    import pandas as pd


_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP)
_LEFT = re.compile(r"\..+-[a-z0-9_]{8}")  # what `replaced` writes to, once its process died
_SECONDS_TO_DIE = 86_400
_NO_TEXT = ("Cc", "Cs")  # control signs, and bytes of a name that are not UTF-8


@contextmanager
def replaced(path: Path, *, is_synced: bool = True) -> Iterator[Path]:
    """Yield a path beside `path` to write to; the file written there then takes its place.

    Folders that are missing are created; modes follow the umask. File and folder are synced to disk
    unless `is_synced` is false, as for what can be computed anew. Where anything fails nothing is
    left beside, and what stood at `path` stays as it was. Raise OutputError where it cannot be
    written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL, 0o666))  # less what the umask takes
        try:
            yield beside
            if is_synced:
                sync(beside)
            os.replace(beside, path)
            if is_synced:
                sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror or error}") from error


def sweep(folder: Path, pattern: re.Pattern[str] = _LEFT) -> None:
    """Remove what processes left in a folder that died a day ago or earlier.

    By default these are unfinished files of `replaced`. A younger one may be alive.
    """
    try:
        entries = [e for e in os.scandir(folder) if pattern.fullmatch(e.name)]
    except OSError:
        return
    for entry in entries:
        with suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _SECONDS_TO_DIE:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)


def write_bytes(path: Path, content: bytes, *, is_synced: bool = True) -> None:
    """Replace a file by one with this content; raise OutputError."""
    with replaced(path, is_synced=is_synced) as beside:
        beside.write_bytes(content)


def write_text(path: Path, text: str, *, is_synced: bool = True) -> None:
    """Replace a file by one with this text, in UTF-8 and its line ends as they are."""
    write_bytes(path, text.encode(), is_synced=is_synced)


def copy_file(source: Path, target: Path) -> None:
    """Replace a file by a copy of another, which shares its blocks where the file system can.

    On btrfs and XFS the copy takes no room, and is a file of its own all the same: what happens to
    one of both leaves the other as it was. Raise OutputError.
    """
    with replaced(target) as beside:
        copy_content(source, beside)


def copy_content(source: Path, target: Path) -> None:
    """Copy what a file holds, sharing blocks where the file system can; raise OSError."""
    if hasattr(os, "copy_file_range"):
        with suppress(OSError), source.open("rb") as old, target.open("wb") as new:
            left = os.fstat(old.fileno()).st_size
            while left and (n := os.copy_file_range(old.fileno(), new.fileno(), left)):
                left -= n
            if not left:
                return
    shutil.copyfile(source, target)


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


@contextmanager
def locked(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock in a file; the operating system frees it when its holder dies.

    Raise FileLocked where it is not free within the seconds, and OutputError where the file cannot
    be written or its file system has no locks: a lock that is merely a file would stay for ever.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=seconds, poll_interval=0.1, fallback_to_soft=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise FileLocked(str(path), seconds) from error
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise OutputError(
                f"{path} cannot be locked, because its file system passes no flock on; allowed: a "
                "folder on a file system that does, such as a local disk or NFS 4"
            ) from error
        raise OutputError(f"{path} could not be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def is_named(path: Path) -> bool:
    """Return whether something bears this name, be it a file or not; a broken link counts."""
    return os.path.lexists(path)


class NotAFile(OSError):
    """A folder, pipe or device in the place of a file; its text says which."""


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file; raise NotAFile for a pipe or device, which might never end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise NotAFile("a folder" if stat.S_ISDIR(mode) else "a pipe or device")
    return path.read_bytes()


def content_of(path: Path, name: str) -> bytes:
    """Return the bytes of a file of data; raise ContractError for what is none or unreadable."""
    if any(unicodedata.category(sign) in _NO_TEXT for sign in path.name):
        where = name.encode("unicode_escape", "surrogatepass").decode()
        raise ContractError([Fault(where, None, "its name is not text; allowed: another name")])
    try:
        return bytes_of(path)
    except NotAFile as error:
        raise ContractError([Fault(name, None, f"{error}; allowed: a file")]) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ContractError([Fault(name, None, message)]) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hash_of(parts: tuple[object, ...]) -> str:
    """Return a short SHA-256 of values by their `repr`: the name of what is cached for them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


CACHE_VARIABLE = "FORECAST_CACHE"
_HASH_BYTES = 32
_NAME = "growth-target-forecast"


def cache_folder() -> Path:
    """Return the folder of cached results: `FORECAST_CACHE`, else the user's own."""
    try:
        return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir(_NAME))
    except RuntimeError:  # there is no home
        return _own_folder() / "cache"


def settle_home() -> None:
    """Give this process a home where it has none that it can use, as under a bare user id.

    It is a folder of the user's own among the temporary files, the same at each call; libraries
    that keep settings in the home then find an empty one.
    """
    home = _home()
    is_usable = os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK)
    if not is_usable or os.environ.get("HOME") != home:
        os.environ["HOME"] = home if is_usable else str(_own_folder())


def _home() -> str:
    """Return the home that the environment or the list of users names; "" where neither does."""
    named = os.environ.get("HOME", "")
    if os.path.isabs(named) or os.name == "nt":
        return os.path.expanduser("~")
    with suppress(ImportError, KeyError):
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    return ""


def _own_folder() -> Path:
    """Return a folder that belongs to this user alone; a new one where another made it first."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir(), f"{_NAME}-{user}")
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == user and not status.st_mode & 0o022:
            return folder
    return Path(tempfile.mkdtemp(prefix=f"{_NAME}-"))


def cached_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Return a cached table with columns of these types; None where it is not as it was written."""
    content = _checked(path)
    if content is None:
        return None
    import pandas as pd

    try:
        # The threads of pyarrow would wait for ever where memory is short.
        table = pd.read_parquet(io.BytesIO(content), use_threads=False, pre_buffer=False)
        return table.astype(dict(columns))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def cache_tables(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Cache tables by path; stop without an error at the first that cannot be written."""
    with suppress(OutputError):
        for path, table in tables.items():
            written = io.BytesIO()
            table.to_parquet(written)
            write_bytes(path, _with_checksum(written.getvalue()), is_synced=False)


def cached_text(path: Path) -> str | None:
    """Return a cached text; None where it is not as it was written."""
    content = _checked(path)
    return None if content is None else content.decode()


def cache_text(path: Path, text: str) -> None:
    """Cache a text; do nothing where it cannot be written."""
    with suppress(OutputError):
        write_bytes(path, _with_checksum(text.encode()), is_synced=False)


def _with_checksum(content: bytes) -> bytes:
    """Return content that is followed by its hash, in one file, so that neither lacks the other."""
    return content + hashlib.sha256(content).digest()


def _checked(path: Path) -> bytes | None:
    """Return the content of a file before its hash; None where they differ: a bit may flip."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    content, digest = whole[:-_HASH_BYTES], whole[-_HASH_BYTES:]
    return content if hashlib.sha256(content).digest() == digest else None
