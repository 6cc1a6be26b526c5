"""The map of an import: what a file does not say itself, in words or ids that are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AllowInfNan, ConfigDict, Field, Strict

from forecast.entries import parsed, read_toml
from forecast.errors import ContractError, Fault, UnreadableCell
from forecast.indicators import Registry
from forecast.intake.spelling import plain
from forecast.intake.units import Rule
from forecast.intake.words import Vocabulary, vocabulary_of

USUAL = "usual"
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRule:
    """A declared rule: a number in the unit said, times `times`, is a number in `unit`."""

    __pydantic_config__ = _CONFIG

    unit: str
    times: Annotated[float, Field(gt=0, lt=1e15), AllowInfNan(False)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """What an import is told; every key has a default, for much is recognised."""

    __pydantic_config__ = _CONFIG

    area: str | None = None
    title: str = ""
    words: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, UnitRule] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    header_rows: Annotated[int, Strict()] | None = None
    fill: bool = False
    delimiter: str | None = None
    query: str | None = None
    table: str | None = None
    status: Literal["final", "preliminary", "expected", "lower_bound"] = "final"
    released_on: date | Literal["usual"] | None = None
    released_on_basis: Literal["published", "estimated", "uploaded"] | None = None
    publisher: str = ""
    source: str = ""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The declared rules of units, by the unit in plain spelling."""
        return {plain(u): Rule(r.unit, Decimal(str(r.times))) for u, r in self.units.items()}

    def vocabulary(self, registry: Registry, file: str) -> Vocabulary:
        """Return the words understood with this map; raise ContractError, naming its file."""
        try:
            found = vocabulary_of(registry, self.words, self.rules, self.area)
            said = found.said(self.title)
        except UnreadableCell as error:
            raise ContractError([Fault(file, None, f"words or title: {error}")]) from error
        if said.unknown:
            why = f"title: not understood: {', '.join(said.unknown)}; allowed: known words"
            raise ContractError([Fault(file, None, why)])
        return found


def read_map(path: Path) -> Map:
    """Return the map in a TOML file; raise ContractError with all that is wrong in it."""
    _, content = read_toml(path)
    faults: list[Fault] = []
    found = parsed(Map, [content], [1], path.name, faults)
    if faults:
        raise ContractError([Fault(f.file, None, f.message) for f in faults])
    made: Map = found[0]
    if made.query and made.table:
        raise ContractError([Fault(path.name, None, "query and table; allowed: one of them")])
    return made
