"""Status tables kept between runs under a hash of all that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from forecast.base.cache import cache_folder, cache_text, cached_text
from forecast.base.files import sha256_of
from forecast.base.package import package_hash
from forecast.base.parameters import Parameters
from forecast.pages.status.value import Status, status_from

_COMPUTED_WITH = ("numpy", "scipy", "pandas", "statsmodels", "prophet")


def statuses(asked: Parameters, area: str | None, *, show_progress: bool) -> list[Status]:
    """Return the table of an area, or of every area with a target in force.

    It comes from the cache where it is kept; what rests on an overlay never is.
    """
    path = cache_folder() / f"status-{key_of(asked, area)}.json"
    found = kept(path, asked) if asked.overlay is None else None
    if found is not None:
        return found
    from forecast.archive.schedule import read_schedule
    from forecast.publishing.status.computed import made

    told = list(made(asked, area, show_progress=show_progress))
    if asked.overlay is None:
        zone = read_schedule(asked.data).time_zone
        lines = {"time_zone": zone, "statuses": [asdict(status) for status in told]}
        cache_text(path, json.dumps(lines, ensure_ascii=False))
    return told


def kept(path: Path, asked: Parameters) -> list[Status] | None:
    """Return the tables kept in a file; None without one that can be read.

    A day that has not come yet, after a clock was put back, has no answer to be kept.
    """
    try:
        told = json.loads(cached_text(path) or "")
        has_come = asked.as_of <= datetime.now(ZoneInfo(told["time_zone"])).date()
        return [status_from(one) for one in told["statuses"]] if has_come else None
    except (ValueError, KeyError, TypeError):
        return None


def key_of(asked: Parameters, area: str | None) -> str:
    """Return a hash of the question, the data folder's files, the package and its libraries."""
    question = (area, asked.year, asked.as_of, asked.since, asked.lang, asked.seed, asked.n_paths)
    libraries = [version(name) for name in _COMPUTED_WITH]
    parts = (question, _hashes(asked.data), package_hash(), libraries)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _hashes(folder: Path) -> Sequence[tuple[str, str]]:
    """Return the SHA-256 of every file of a data folder, by name."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return [(p.relative_to(folder).as_posix(), sha256_of(p)) for p in paths]
