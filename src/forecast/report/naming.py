"""The names of a series, and what a phrase has to know of an indicator, whatever value says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypedDict

from forecast.archive.registry import Registry
from forecast.report.call import TargetSaid


class SeriesNames(TypedDict):
    """The ids and the names of a series: fields that many values have."""

    area: str
    area_name_en: str
    area_name_zh: str
    indicator: str
    name_en: str
    name_zh: str


def series_names(registry: Registry, area: str, indicator: str) -> SeriesNames:
    """Return the names of an indicator and its area; raise UnknownIndicator."""
    entry = registry.of(area, indicator)
    return {
        "area": area,
        "area_name_en": registry.area_name(area, "en"),
        "area_name_zh": registry.area_name(area, "zh"),
        "indicator": indicator,
        "name_en": entry.name_en,
        "name_zh": entry.name_zh,
    }


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
