"""Judgements of people about a year: a bureau's expectation, a probability, a leader's light."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar, cast

from pydantic import ConfigDict, Field, Strict

from forecast.archive.registry import Registry
from forecast.archive.toml import Day, Number, Year, area_faults, parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.files import is_named, locked, write_text
from forecast.base.notation import is_name

FILE = "judgements.toml"
ROLES = ("bureau", "statistics", "leader", "expert")
LIGHTS = {"green": 0.83, "yellow": 0.495, "red": 0.165}  # the middle of what a light stands for
Kind = TypeVar("Kind")
_FORMS = ("growth_pct", "probability", "light")
_SECONDS_TO_WAIT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who judges, and in which role."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    name_en: str
    name_zh: str
    role: Literal["bureau", "statistics", "leader", "expert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an author expected of a year on the day on which it was entered.

    It is one of three: growth of the year in per cent, the probability that the target is attained,
    or the light of the target.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    area: str
    indicator: str
    year: Year
    author: str
    entered_on: Day
    growth_pct: Number | None = None
    probability: Annotated[float, Strict(), Field(ge=0, le=1)] | None = None
    light: Literal["green", "yellow", "red"] | None = None
    source: str = ""

    @property
    def stated_probability(self) -> float | None:
        """The probability of the target that it states; of a light, the middle of its range."""
        return self.probability if self.light is None else LIGHTS[self.light]

    @property
    def key(self) -> tuple[str, str, int, str, date, str]:
        """What two judgements may not have in common."""
        form = next((name for name in _FORMS if getattr(self, name) is not None), "")
        return self.area, self.indicator, self.year, self.author, self.entered_on, form


@dataclass(frozen=True, slots=True)
class Judgements:
    """All judgements of a data folder, in the order of the file, and their authors by id."""

    every: tuple[Judgement, ...] = ()
    authors: Mapping[str, Author] | None = None

    def known_on(self, day: date) -> tuple[Judgement, ...]:
        """Return the judgements that were entered on or before a day."""
        return tuple(one for one in self.every if one.entered_on <= day)

    def until(self, day: date) -> Judgements:
        """Return those that were entered on or before a day, with all authors."""
        return Judgements(self.known_on(day), self.authors)


def read_judgements(
    folder: Path, registry: Registry, areas: Collection[str] | None = None
) -> Judgements:
    """Return what `judgements.toml` holds, nothing where it is missing.

    Raise ContractError with every fault. Where areas are given, each judgement must be of one.
    """
    path = folder / FILE
    if not is_named(path):
        return Judgements()
    entries, lines = read_entries(path, {"author", "judgement"})
    faults: list[Fault] = []
    authors: list[Author] = parsed(Author, entries["author"], lines["author"], FILE, faults)
    every: list[Judgement] = parsed(
        Judgement, entries["judgement"], lines["judgement"], FILE, faults
    )
    if not faults:
        by_id = {author.id: author for author in authors}
        faults += _faults_of_authors(authors, lines["author"])
        for one, line in zip(every, lines["judgement"], strict=True):
            faults += [Fault(FILE, line, text) for text in problems_of(one, registry, by_id)]
        faults += _entered_twice(every, lines["judgement"])
        faults += area_faults(every, lines["judgement"], FILE, areas)
    if faults:
        raise ContractError(faults)
    return Judgements(tuple(every), {author.id: author for author in authors})


def judgement_from(entry: Mapping[str, object]) -> Judgement:
    """Return an entry as a judgement; raise ContractError with all that does not fit."""
    return _one(Judgement, entry)


def author_from(entry: Mapping[str, object]) -> Author:
    """Return an entry as an author; raise ContractError with all that does not fit."""
    return _one(Author, entry)


def _one(kind: type[Kind], entry: Mapping[str, object]) -> Kind:
    faults: list[Fault] = []
    values = parsed(kind, [dict(entry)], [0], FILE, faults)
    if faults:
        raise ContractError(Fault(FILE, None, fault.message) for fault in faults)
    (value,) = values
    return cast("Kind", value)


def problems_of(one: Judgement, registry: Registry, authors: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a judgement by itself, and what is allowed."""
    if one.indicator not in registry.indicators:
        known = ", ".join(sorted(registry.indicators))
        yield f"unknown indicator {one.indicator!r}; known: {known}"
    elif registry.of(one.area, one.indicator).annual_rule is None:
        yield f"{one.indicator!r} has no annual_rule, so no growth of its year can be judged"
    elif one.growth_pct is not None and registry.of(one.area, one.indicator).has_no_growth:
        kind = registry.of(one.area, one.indicator).kind
        rule = "allowed: probability or light"
        yield f"growth_pct of {one.indicator!r}, a {kind}, which has no growth; {rule}"
    if one.author not in authors:
        known = ", ".join(sorted(authors)) or "there are none"
        yield f"unknown author {one.author!r}; allowed: the id of an [[author]]: {known}"
    given = [name for name in _FORMS if getattr(one, name) is not None]
    if len(given) != 1:
        what = " and ".join(given) or "nothing"
        yield f"{what} given; allowed: one of {', '.join(_FORMS)}"
    if one.growth_pct is not None and one.growth_pct <= -100:
        yield f"growth_pct {one.growth_pct:g}; allowed: per cent on a year earlier, above -100"


def _faults_of_authors(authors: Sequence[Author], lines: Sequence[int]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for author, line in zip(authors, lines, strict=True):
        if not is_name(author.id):
            yield Fault(FILE, line, f"id {author.id!r}; allowed: letters, digits, - and _")
        if author.id in seen:
            first = f"the first is in line {seen[author.id]}"
            yield Fault(FILE, line, f"a second author {author.id!r}, {first}; allowed: one")
        seen.setdefault(author.id, line)


def _entered_twice(every: Sequence[Judgement], lines: Sequence[int]) -> Iterator[Fault]:
    seen: dict[tuple[object, ...], int] = {}
    for one, line in zip(every, lines, strict=True):
        if one.key in seen:
            rule = f"the first is in line {seen[one.key]}; allowed: one a day"
            yield Fault(FILE, line, f"{one.author} judged {one.indicator} twice that day, {rule}")
        seen.setdefault(one.key, line)


def add_judgement(
    folder: Path, one: Judgement, author: Author | None, registry: Registry, areas: Collection[str]
) -> None:
    """Append a judgement to the file, and its author where the file does not know it yet.

    Raise ContractError where the file or the judgement is faulty; then nothing is written.
    """
    path = folder / FILE
    with locked(folder / ".judgements.lock", seconds=_SECONDS_TO_WAIT):
        before = read_judgements(folder, registry, areas)
        authors = dict(before.authors or {})
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if author is not None and author.id not in authors:
            authors[author.id] = author
            text += _entry("author", asdict(author))
        faults = [Fault(FILE, None, problem) for problem in problems_of(one, registry, authors)]
        faults += _entered_twice([*before.every, one], [0] * (len(before.every) + 1))
        faults += area_faults([one], [1], FILE, areas)
        if faults:
            raise ContractError(faults)
        write_text(path, text + _entry("judgement", asdict(one)))


def _entry(table: str, values: Mapping[str, object]) -> str:
    """Return a table of a TOML file; what is not given is left out."""
    lines = [f"[[{table}]]"]
    for key, value in values.items():
        if isinstance(value, str):
            if value:
                lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
        elif isinstance(value, date):
            lines.append(f"{key} = {value.isoformat()}")
        elif value is not None:
            lines.append(f"{key} = {value}")
    return "\n".join(["", *lines, ""])
