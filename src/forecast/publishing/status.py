"""Status tables cached between runs under a hash of all that they depend on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from forecast.base.files import cache_folder, cache_text, cached_text, hash_of, sha256_of
from forecast.base.package import package_hash
from forecast.base.parameters import Parameters
from forecast.pages.status import Status, status_from

_COMPUTED_WITH = ("numpy", "scipy", "pandas", "statsmodels", "prophet")


def statuses(parameters: Parameters, area: str | None, *, show_progress: bool) -> list[Status]:
    """Return the status of an area, or of every area with a target in force.

    It comes from the cache if it is there; one that rests on an overlay never is.
    """
    path = cache_folder() / f"status-{key_of(parameters, area)}.json"
    cached = cached_statuses(path, parameters) if parameters.overlay is None else None
    if cached is not None:
        return cached
    from forecast.archive.schedule import read_schedule
    from forecast.publishing.status_tables import computed_statuses

    computed = list(computed_statuses(parameters, area, show_progress=show_progress))
    if parameters.overlay is None:
        zone = read_schedule(parameters.data).time_zone
        content = {"time_zone": zone, "statuses": [asdict(status) for status in computed]}
        cache_text(path, json.dumps(content, ensure_ascii=False))
    return computed


def cached_statuses(path: Path, parameters: Parameters) -> list[Status] | None:
    """Return the statuses in a file of the cache; None where it cannot be read.

    A day in the future, possible after a clock was put back, has no cached status.
    """
    try:
        content = json.loads(cached_text(path) or "")
        has_come = parameters.as_of <= datetime.now(ZoneInfo(content["time_zone"])).date()
        return [status_from(values) for values in content["statuses"]] if has_come else None
    except (ValueError, KeyError, TypeError):
        return None


def key_of(parameters: Parameters, area: str | None) -> str:
    """Return a hash of the question, the data folder's files, the package and its libraries."""
    names = ("year", "as_of", "since", "lang", "seed", "n_paths", "target")
    question = (area, *(getattr(parameters, name) for name in names))
    libraries = [version(name) for name in _COMPUTED_WITH]
    parts = (question, _hashes(parameters.data), package_hash(), libraries)
    return hash_of(parts)


def _hashes(folder: Path) -> Sequence[tuple[str, str]]:
    """Return the SHA-256 of every file of a data folder, by name."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return [(p.relative_to(folder).as_posix(), sha256_of(p)) for p in paths]
