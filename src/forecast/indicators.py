"""The registry of indicators: how a figure of each is to be read, in general and in one area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Strict

from forecast.entries import parsed, read_entries
from forecast.errors import ContractError, Fault, UnknownIndicator
from forecast.spans import parse_month

FILE = "indicators.toml"
AnnualRule = Literal["published_ytd", "sum_of_months", "mean_of_months", "end_of_year"]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """How the figures of one indicator are read; without an annual rule it is never forecast."""

    __pydantic_config__ = _CONFIG

    id: str
    name_en: str
    name_zh: str
    unit: str
    price_basis: Literal["nominal", "real"] = "nominal"
    annual_rule: AnnualRule | None = None
    decimals: Annotated[int, Strict()] = 1
    group: str = "other"
    related: list[str] = field(default_factory=list)
    levels_break: list[str] = field(default_factory=list)
    weights_from: str | None = None

    @property
    def break_months(self) -> tuple[int, ...]:
        """The months from which levels cannot be compared with earlier ones."""
        return tuple(m for text in self.levels_break if (m := parse_month(text)) is not None)

    def name(self, lang: str) -> str:
        """Return the name in `en` or `zh`."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area's names; an area needs no entry to be worked with."""

    __pydantic_config__ = _CONFIG

    id: str
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Registry:
    """All indicators, with what differs in single areas."""

    indicators: Mapping[str, Indicator]
    overrides: Mapping[tuple[str, str], Mapping[str, Any]]
    areas: Mapping[str, Area]

    def of(self, area: str, indicator: str) -> Indicator:
        """Return the indicator as it is read in an area; raise UnknownIndicator."""
        if indicator not in self.indicators:
            raise UnknownIndicator(indicator, self.indicators)
        general = self.indicators[indicator]
        fields = {name: getattr(general, name) for name in Indicator.__slots__ if not name.startswith("_")}
        fields |= self.overrides.get((area, indicator), {})
        fields["related"] = [r for r in fields["related"] if r != f"{area}/{indicator}"]
        return Indicator(**fields)

    def area_name(self, area: str, lang: str) -> str:
        """Return the area's name in `en` or `zh`; its id where the registry has no entry."""
        entry = self.areas.get(area)
        if entry is None:
            return area
        return entry.name_zh if lang == "zh" else entry.name_en


def read_registry(folder: Path) -> Registry:
    """Return the registry in `folder/indicators.toml`; raise ContractError with all faults."""
    entries, lines = read_entries(folder / FILE, {"area", "indicator", "override"})
    faults: list[Fault] = []
    areas = parsed(Area, entries["area"], lines["area"], FILE, faults)
    indicators = parsed(Indicator, entries["indicator"], lines["indicator"], FILE, faults)
    by_id = {i.id: i for i in indicators}
    faults.extend(_repeated(entries["indicator"], lines["indicator"]))
    overrides = {}
    for entry, line in zip(entries["override"], lines["override"], strict=True):
        area, indicator = entry.pop("area", None), entry.pop("indicator", None)
        if not isinstance(area, str) or indicator not in by_id:
            faults.append(Fault(FILE, line, f"override of {indicator!r} in {area!r}; an area and a known indicator are needed"))
            continue
        base = {n: getattr(by_id[indicator], n) for n in Indicator.__slots__ if not n.startswith("_")}
        parsed(Indicator, [base | entry], [line], FILE, faults)
        overrides[area, indicator] = entry
    registry = Registry(by_id, overrides, {a.id: a for a in areas})
    if not faults:
        faults.extend(_meaning_faults(registry, dict(zip(by_id, lines["indicator"], strict=True))))
    if faults:
        raise ContractError(faults)
    return registry


def _repeated(entries: list[dict[str, Any]], lines: list[int]) -> Iterator[Fault]:
    seen: dict[Any, int] = {}
    for entry, line in zip(entries, lines, strict=True):
        first = seen.setdefault(entry.get("id"), line)
        if first != line:
            yield Fault(FILE, line, f"indicator {entry.get('id')!r} stands on line {first} already")


def _meaning_faults(registry: Registry, lines: Mapping[str, int]) -> Iterator[Fault]:
    """Yield references that name no indicator, months that are none, and circles of `related`."""
    for name, line in lines.items():
        entry = registry.indicators[name]
        for text in entry.levels_break:
            if parse_month(text) is None:
                yield Fault(FILE, line, f"levels_break {text!r} is no month; allowed: YYYY-MM")
        for reference in [*entry.related, *([entry.weights_from] if entry.weights_from else [])]:
            area, _, other = reference.partition("/")
            if not area or other not in registry.indicators:
                yield Fault(FILE, line, f"{reference!r} names no indicator; allowed: area/indicator of the registry")
        if entry.decimals < 0:
            yield Fault(FILE, line, f"decimals {entry.decimals} is below 0")
    areas = {r.partition("/")[0] for i in registry.indicators.values() for r in i.related} | {a for a, _ in registry.overrides}
    for area in sorted(areas):
        for name, line in lines.items():
            if (circle := _circle(registry, f"{area}/{name}", ())) is not None:
                yield Fault(FILE, line, f"related runs in a circle: {' -> '.join(circle)}")


def _circle(registry: Registry, reference: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if reference in path:
        return (*path[path.index(reference):], reference)
    area, _, name = reference.partition("/")
    if name not in registry.indicators:
        return None
    for other in registry.of(area, name).related:
        if (found := _circle(registry, other, (*path, reference))) is not None:
            return found
    return None
