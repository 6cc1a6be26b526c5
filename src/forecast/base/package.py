"""Where the files of the package are, and which version of the code this is."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from forecast.base.files import sha256_of

VERSION = "1.0.0"
PACKAGE = Path(str(files("forecast")))
_PROJECT = PACKAGE.parent.parent
PLUGINS = "forecast.models"  # the group of entry points by which other packages add models
FORECAST_ROOMS = (
    "base", "archive", "history", "models", "verification", "combination", "backtest", "outlook",
)  # fmt: skip
_SOURCES = ("src/", "data/", "notebooks/")  # of reports


def folder(name: str) -> Path:
    """Return a folder that travels with the package, such as `notebooks` or `data`.

    In an installed wheel it lies inside the package, in a checkout at the top level.
    """
    inside = PACKAGE / name
    return inside if inside.is_dir() else _PROJECT / name


def data_folder(path: str | Path = "") -> Path:
    """Return the data folder that is named, or the one that travels with the package."""
    return Path(path) if path else folder("data")


@cache
def package_hash() -> str:
    """Return one SHA-256 over the package's code, texts, templates and notebooks, and plug-ins."""
    kinds = {".py", ".toml", ".j2", ".css", ".json", ".ipynb", ".mplstyle"}
    roots = (PACKAGE, folder("notebooks"))
    return _hash([p for root in roots for p in root.rglob("*") if p.suffix in kinds])


@cache
def code_hash() -> str:
    """Return one SHA-256 over the code of the package and of plug-ins: what reports depend on."""
    return _hash(PACKAGE.rglob("*.py"))


@cache
def forecast_hash() -> str:
    """Return one SHA-256 over the code by which figures become forecasts, and of plug-ins.

    A change of pages, of reports or of how they are published leaves past forecasts as they are.
    """
    roots = (PACKAGE / room for room in FORECAST_ROOMS)
    return _hash([p for root in roots for p in root.rglob("*") if p.suffix in {".py", ".csv"}])


@cache
def plugins() -> tuple[EntryPoint, ...]:
    """Return the entry points by which installed packages add models, sorted by name."""
    found = {(e.name, e.value): e for e in entry_points(group=PLUGINS)}
    return tuple(found[key] for key in sorted(found))


def _plugin_files() -> Iterable[Path]:
    """Yield the code of the packages that add models, wherever they are installed."""
    for name in sorted({entry.module.partition(".")[0] for entry in plugins()}):
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            yield from (
                f for place in spec.submodule_search_locations for f in Path(place).rglob("*.py")
            )
        elif spec is not None and spec.origin is not None:
            yield Path(spec.origin)


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    if plugins():
        paths = [*paths, *_plugin_files()]
        digest.update(repr([(entry.name, entry.value) for entry in plugins()]).encode())
    for path in sorted(paths, key=lambda p: (p.name, str(p))):
        if ".ipynb_checkpoints" not in path.parts and not path.is_relative_to(folder("data")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def commit() -> str | None:
    """Return the commit of the checkout, with `+changes` where it is not clean; else None.

    An untracked file counts as a change in the folders from which reports are made.
    """
    if not (_PROJECT / ".git").exists():
        return None
    try:
        head, listed = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "-unormal")
    except (OSError, subprocess.CalledProcessError):
        return None
    states = ((line[:2], line[3:].lstrip('"')) for line in listed.splitlines())
    is_changed = any(state != "??" or path.startswith(_SOURCES) for state, path in states)
    return head.strip() + ("+changes" if is_changed else "")


def _git(*command: str) -> str:
    """Return the output of a git command about the checkout.

    Variables such as GIT_DIR, which hooks set, would name another repository; settings may stay.
    """
    git = ["git", "-C", str(_PROJECT), *command]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG")
    }
    done = subprocess.run(git, capture_output=True, check=True, env=environment)
    return done.stdout.decode(errors="replace")


def requirements_hash() -> str | None:
    """Return the SHA-256 of `requirements.txt` in a checkout; None where it is not there."""
    path = _PROJECT / "requirements.txt"
    return sha256_of(path) if path.is_file() else None
