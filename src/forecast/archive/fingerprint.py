"""What a report of a day can see of a data folder, as a hash: equal hashes, the same report."""

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
class Known:
    """Hashes of what was known, from one reading of a folder.

    A figure is hashed as text, field by field, so that neither the file that holds it nor a newer
    library makes another hash. `indicators.toml` and the lags bear no day, and are left out.
    """

    archive: Archive

    def on(self, day: date, area: str) -> str:
        """Return a SHA-256 of what of the folder was known on a day and bears on an area.

        Figures, commitments and their progress of all areas, for one learns from the other, and
        the area's targets. Whatever comes later, in whatever file, leaves it as it is.
        """
        known = np.flatnonzero(self.archive.released_on <= np.datetime64(day))
        digest = hashlib.sha256(b"".join(sorted(self._rows[row] for row in known)))
        book = self.archive.commitments
        said: list[Target | Commitment | ProgressEntry] = [
            *(t for t in self.archive.targets if t.area == area and t.announced_on <= day),
            *(c for c in book.announced if c.announced_on <= day),
            *(e for e in book.entries if e.released_on <= day),
        ]
        digest.update("\n".join(sorted(map(_text, said))).encode())
        return digest.hexdigest()

    @cached_property
    def _rows(self) -> list[bytes]:
        columns = [self.archive.figures[name].tolist() for name in _COLUMNS]
        days = np.datetime_as_string(self.archive.released_on).tolist()
        rows = zip(*columns, days, strict=True)
        return [hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows]


def _text(said: Target | Commitment | ProgressEntry) -> str:
    """Return what was said, without what is empty and where it stands."""
    told = {n: v for n, v in asdict(said).items() if v is not None and n not in _PLACE}
    return json.dumps(told, sort_keys=True, default=str)
