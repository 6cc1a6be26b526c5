"""What a run is made from, and the name that follows from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from forecast.archive.archive import Archive
from forecast.archive.fingerprint import Known
from forecast.archive.overlay import Overlay
from forecast.base.package import package_hash, requirements_hash
from forecast.base.parameters import Parameters
from forecast.publishing.page_names import Page


def run_name(inputs: Mapping[str, Any], pages: Iterable[Page]) -> str:
    """Return the name of a run: a hash of all that it is made from, and of what it holds."""
    named = {**inputs, "pages": sorted(page.name for page in pages)}
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]


def inputs_of(parameters: Parameters, archive: Archive, overlay: Overlay | None) -> dict[str, Any]:
    """Return all that a run is made from, as its manifest says it."""
    return {
        "parameters": {
            "area": parameters.area,
            "year": parameters.year,
            "as_of": parameters.as_of.isoformat(),
            "since": parameters.since.isoformat(),
            "seed": parameters.seed,
            "n_paths": parameters.n_paths,
        },
        "data": dict(archive.file_hashes),
        "known": Known(archive).on(parameters.as_of, parameters.area),
        "overlay": None if overlay is None else _logged(overlay),
        "package": package_hash(),
        "requirements": requirements_hash(),
    }


def _logged(overlay: Overlay) -> dict[str, Any]:
    """Return what a manifest says of unpublished figures: all of them."""
    rows = overlay.rows()
    return {"sha256": overlay.content_hash, "n_rows": len(rows), "rows": rows}
