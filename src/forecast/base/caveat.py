"""What a reader of a number has to know beside it: a key of the catalogue, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Caveat:
    """A key of the texts under `caveat`, and the values of its sentence."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
