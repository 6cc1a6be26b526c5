"""What a report of a day can see of a data folder, as a hash: equal hashes, the same report."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forecast.archive import Archive
from forecast.figures import KEY
from forecast.targets import Target

_COLUMNS = (*KEY, "value", "status", "released_on_basis", "source")


@dataclass(frozen=True)
class Known:
    """Hashes of what was known, from one reading of a folder.

    A figure is hashed as text, field by field, so that neither the file that holds it nor a newer
    library makes another hash. `indicators.toml` and the lags bear no day, and are left out.
    """

    archive: Archive

    def on(self, day: date, area: str) -> str:
        """Return a SHA-256 of the figures known on a day and the area's targets announced by it.

        Whatever is released later, in whatever file, leaves it as it is.
        """
        known = np.flatnonzero(self.archive.released_on <= np.datetime64(day))
        digest = hashlib.sha256(b"".join(sorted(self._rows[row] for row in known)))
        announced = [t for t in self.archive.targets if t.area == area and t.announced_on <= day]
        digest.update("\n".join(sorted(map(_text, announced))).encode())
        return digest.hexdigest()

    @cached_property
    def _rows(self) -> list[bytes]:
        columns = [self.archive.figures[name].tolist() for name in _COLUMNS]
        days = np.datetime_as_string(self.archive.released_on).tolist()
        rows = zip(*columns, days, strict=True)
        return [hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows]


def _text(target: Target) -> str:
    said = {name: value for name, value in asdict(target).items() if value is not None}
    return json.dumps(said, sort_keys=True, default=str)
