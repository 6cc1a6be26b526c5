"""What a phrase has to know of an indicator, whatever value says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forecast.report.call import TargetSaid


class Named(Protocol):
    """An indicator as far as its name goes."""

    @property
    def id(self) -> str:
        """Its id in the registry."""
        ...

    @property
    def name_en(self) -> str:
        """Its English name."""
        ...

    @property
    def name_zh(self) -> str:
        """Its Chinese name."""
        ...


class Targeted(Named, Protocol):
    """An indicator as far as its target goes."""

    @property
    def decimals(self) -> int:
        """Digits after the point that the office publishes."""
        ...

    @property
    def target(self) -> TargetSaid | None:
        """The target in force."""
        ...


class Listing(Protocol):
    """Whatever is about indicators."""

    @property
    def indicators(self) -> Sequence[Named]:
        """The indicators that it is about."""
        ...
