"""The map of an import: what a file does not say itself, in words or ids that are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AllowInfNan, BeforeValidator, ConfigDict, Field, Strict

from forecast.archive.registry import Registry
from forecast.archive.toml import line_of, read_entry
from forecast.base.errors import ContractError, Fault, UnreadableCell
from forecast.importing.spelling import plain
from forecast.importing.units import Rule
from forecast.importing.vocabulary import Vocabulary, known_words

USUAL = "usual"
_CONFIG = ConfigDict(extra="forbid")


def _day_or_usual(value: object) -> object:
    if value == USUAL or (type(value) is date and 1900 <= value.year <= 2199):
        return value
    raise ValueError('Input should be a day without quotes, 2019-10-25, or "usual"')


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
    header_rows: Annotated[int, Strict(), Field(ge=0)] | None = None
    fill: bool = False
    delimiter: str | None = None
    query: str | None = None
    table: str | None = None
    status: Literal["final", "preliminary", "expected", "lower_bound"] = "final"
    released_on: Annotated[date | Literal["usual"], BeforeValidator(_day_or_usual)] | None = None
    released_on_basis: Literal["published", "estimated", "uploaded"] | None = None
    publisher: str = ""
    source: str = ""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The declared rules of units, by the unit in plain spelling."""
        return {plain(u): Rule(r.unit, Decimal(str(r.times))) for u, r in self.units.items()}

    def vocabulary(self, registry: Registry, file: str, text: str = "") -> Vocabulary:
        """Return the words understood with this map; raise ContractError with all faults of them.

        `file` is the map's, and `text` what stands in it, for the lines of the faults.
        """
        known, meant, faults = known_words(registry, self.rules, self.area), {}, []
        for word, says in self.words.items():
            try:
                meant[word] = known.explained(word, says)
            except UnreadableCell as error:
                faults.append(Fault(file, line_of(text, ["words", word]), f"words: {error}"))
        found = known.with_words(meant)
        if why := _not_understood(self.title, found) if not faults else "":
            faults.append(Fault(file, line_of(text, ["title"]), f"title: {why}"))
        if faults:
            raise ContractError(faults)
        return found


def read_map(path: Path) -> tuple[Map, str]:
    """Return the map in a TOML file, and its text; raise ContractError with all faults in it."""
    made, text = read_entry(path, Map)
    if made.query and made.table:
        why = "query and table; allowed: one of them"
        raise ContractError([Fault(path.name, line_of(text, ["table"]), why)])
    return made, text


def _not_understood(title: str, known: Vocabulary) -> str:
    try:
        said = known.said(title)
    except UnreadableCell as error:
        return str(error)
    unknown = ", ".join(said.unknown)
    return f"not understood: {unknown}; allowed: known words" if unknown else ""
