"""The data that a report of a day can see, as a hash: with equal hashes the report is the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forecast.archive.archive import Archive
from forecast.archive.commitments import Commitment
from forecast.archive.figure_files import KEY
from forecast.archive.progress import ProgressEntry
from forecast.archive.targets import Target

_COLUMNS = (*KEY, "value", "status", "released_on_basis", "source")
_PLACE = ("file", "line")


@dataclass(frozen=True)
class Fingerprints:
    """Data fingerprints of an archive by day and area.

    A figure is hashed as text, field by field, so that neither the file that holds it nor a newer
    library changes the hash. `indicators.toml` and the release lags have no day; they are left
    out.
    """

    archive: Archive

    def on(self, day: date, area: str) -> str:
        """Return a SHA-256 of the data that were known on a day and matter to an area.

        These are the figures, commitments and progress entries of all areas, because estimates
        are shared between areas, and the area's targets. What comes later leaves it unchanged.
        """
        rows = np.flatnonzero(self.archive.released_on <= np.datetime64(day))
        digest = hashlib.sha256(b"".join(sorted(self._row_hashes[row] for row in rows)))
        commitments = self.archive.commitments
        entries: list[Target | Commitment | ProgressEntry] = [
            *(t for t in self.archive.targets if t.area == area and t.announced_on <= day),
            *(c for c in commitments.announced if c.announced_on <= day),
            *(e for e in commitments.entries if e.released_on <= day),
        ]
        digest.update("\n".join(sorted(map(_text, entries))).encode())
        return digest.hexdigest()

    @cached_property
    def _row_hashes(self) -> list[bytes]:
        columns = [self.archive.figures[name].tolist() for name in _COLUMNS]
        days = np.datetime_as_string(self.archive.released_on).tolist()
        rows = zip(*columns, days, strict=True)
        return [hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows]


def _text(entry: Target | Commitment | ProgressEntry) -> str:
    """Return an entry as JSON, without empty fields and without its place in a file."""
    fields = {n: v for n, v in asdict(entry).items() if v is not None and n not in _PLACE}
    return json.dumps(fields, sort_keys=True, default=str)
