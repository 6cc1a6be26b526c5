"""The map of an import: what a file does not say itself, in words or ids that are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, Strict

from forecast.archive.registry import Registry
from forecast.archive.toml import line_of, read_entry
from forecast.base.errors import ContractError, Fault, UnreadableCell
from forecast.importing.cells import plain
from forecast.importing.units import UnitRule
from forecast.importing.vocabulary import Vocabulary, standard_vocabulary

USUAL = "usual"  # in place of a day of release: by the lags of schedule.toml


def _day_or_usual(value: object) -> object:
    if value == USUAL or (type(value) is date and 1900 <= value.year <= 2199):
        return value
    raise ValueError('Input should be a day without quotes, 2019-10-25, or "usual"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """The keys of a map; every key has a default because much is recognised without it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    area: str | None = None
    title: str = ""
    words: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, UnitRule] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    header_rows: Annotated[int, Strict(), Field(ge=0)] | None = None
    fill: bool = False
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[",", ".", " ", "'", ""] | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    query: str | None = None
    table: str | None = None
    status: Literal["final", "preliminary", "expected", "lower_bound"] = "final"
    released_on: Annotated[date | Literal["usual"], BeforeValidator(_day_or_usual)] | None = None
    calendar: str | None = None
    months_before_release: Annotated[int, Strict(), Field(ge=0, le=12)] | None = None
    released_on_basis: Literal["published", "estimated", "uploaded"] | None = None
    publisher: str = ""
    source: str = ""

    @property
    def unit_rules(self) -> Mapping[str, UnitRule]:
        """The declared rules by their unit in plain spelling."""
        return {plain(unit): rule for unit, rule in self.units.items()}

    def vocabulary(self, registry: Registry, file: str, text: str = "") -> Vocabulary:
        """Return the vocabulary with the map's words; raise ContractError with all their faults.

        `file` is the map's name and `text` its content, for the lines of the faults.
        """
        standard = standard_vocabulary(registry, self.unit_rules, self.area)
        standard = replace(standard, date_order=self.date_order)
        meanings, faults = {}, []
        for word, explanation in self.words.items():
            try:
                meanings[word] = standard.declared_meaning(word, explanation)
            except UnreadableCell as error:
                faults.append(Fault(file, line_of(text, ["words", word]), f"words: {error}"))
        vocabulary = standard.with_words(meanings)
        if why := _title_fault(self.title, vocabulary) if not faults else "":
            faults.append(Fault(file, line_of(text, ["title"]), f"title: {why}"))
        if faults:
            raise ContractError(faults)
        return vocabulary


def read_map(path: Path) -> tuple[ImportMap, str]:
    """Return the map in a TOML file, and its text; raise ContractError with all faults in it."""
    import_map, text = read_entry(path, ImportMap)
    if import_map.query and import_map.table:
        why = "query and table; allowed: one of them"
        raise ContractError([Fault(path.name, line_of(text, ["table"]), why)])
    if import_map.decimal is not None and import_map.decimal == import_map.thousands:
        why = f"decimal and thousands are both {import_map.decimal!r}; allowed: two marks"
        raise ContractError([Fault(path.name, line_of(text, ["thousands"]), why)])
    return import_map, text


def _title_fault(title: str, vocabulary: Vocabulary) -> str:
    try:
        meaning = vocabulary.meaning(title)
    except UnreadableCell as error:
        return str(error)
    unknown = ", ".join(meaning.unknown)
    allowed = "an indicator, a unit such as 亿元, or a word such as growth, level, quarterly, 累计"
    return f"not understood: {unknown}; allowed: {allowed}" if unknown else ""
