"""Where the files of the package are, and which version of the code this is."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from forecast.base.files import sha256_of

VERSION = "0.1.0"
PACKAGE = Path(str(files("forecast")))
_PROJECT = PACKAGE.parent.parent
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
    """Return one SHA-256 over the package's code, texts, templates and notebooks."""
    kinds = {".py", ".toml", ".csv", ".j2", ".css", ".json", ".ipynb", ".mplstyle"}
    roots = (PACKAGE, folder("notebooks"))
    return _hash(p for root in roots for p in root.rglob("*") if p.suffix in kinds)


@cache
def code_hash() -> str:
    """Return one SHA-256 over the package's code and learnt tables: what results depend on."""
    return _hash([*PACKAGE.rglob("*.py"), *PACKAGE.glob("combination/*.csv")])


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
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
