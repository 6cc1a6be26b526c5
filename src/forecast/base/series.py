"""What a series is called: its key, and names in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Series(NamedTuple):
    """The key of a series: an area and an indicator, written `area/indicator`."""

    area: str
    indicator: str

    @classmethod
    def parse(cls, text: str) -> Series:
        """Return the series that `area/indicator` names."""
        area, _, indicator = text.partition("/")
        return cls(area, indicator)

    def __str__(self) -> str:
        """Return `area/indicator`."""
        return f"{self.area}/{self.indicator}"


@dataclass(frozen=True, slots=True)
class Names:
    """The name of one thing in English and Chinese."""

    en: str
    zh: str

    def of(self, lang: str) -> str:
        """Return the name in `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLabel:
    """A series with the names of its area and its indicator."""

    series: Series
    area_name: Names
    name: Names
