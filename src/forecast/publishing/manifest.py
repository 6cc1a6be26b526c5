"""The manifest of a run: what it was made from, and which files it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecast.base.files import sha256_of
from forecast.base.package import commit
from forecast.publishing.page_names import Page, named_page
from forecast.publishing.places import MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a run is made from; what an older version did not note is empty.

    `data` holds the hash of each file of the data folder, `known` that of what was known on the
    day, `overlay` all unpublished figures, `package` and `requirements` the hashes of the code and
    of the libraries.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    known: str = ""
    overlay: Mapping[str, Any] | None = None
    package: str = ""
    requirements: str | None = None

    def run_name(self, pages: Iterable[Page]) -> str:
        """Return the name of a run with these pages: a hash of its inputs and their names."""
        named = {**asdict(self), "pages": sorted(page.name for page in pages)}
        return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run was made from, when, and the SHA-256 of each of its files by name."""

    inputs: Inputs
    pages: tuple[Page, ...] = ()
    run: str = ""
    commit: str | None = None
    made_at: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def write_manifest(folder: Path, inputs: Inputs, pages: Iterable[Page]) -> Manifest:
    """Write the manifest of a run whose other files lie in a folder, and return it."""
    listed = tuple(pages)
    manifest = Manifest(
        inputs=inputs,
        pages=listed,
        run=inputs.run_name(listed),
        commit=commit(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={p.name: sha256_of(p) for p in sorted(folder.iterdir())},
    )
    content = asdict(manifest)
    content |= content.pop("inputs") | {"pages": {page.name: asdict(page) for page in listed}}
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest in a folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        pages = map(named_page, content.get("pages", {}))
        return Manifest(
            inputs=Inputs(
                parameters=dict(content.get("parameters", {})),
                data=dict(content.get("data", {})),
                known=content.get("known", ""),
                overlay=content.get("overlay"),
                package=content.get("package", ""),
                requirements=content.get("requirements"),
            ),
            pages=tuple(page for page in pages if page is not None),
            run=str(content.get("run", "")),
            commit=content.get("commit"),
            made_at=str(content.get("made_at", "")),
            files=dict(content.get("files", {})),
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return None
