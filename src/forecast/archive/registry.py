"""The registry of indicators: how the figures of each are read, in general and in one area."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Strict

from forecast.archive.toml import Entry, parsed, read_entries
from forecast.base.errors import ContractError, Fault, UnknownIndicator
from forecast.base.months import month_text, parse_month
from forecast.base.notation import NOT_A_MONTH, NOT_A_NAME, is_name
from forecast.base.series import Names, Series, SeriesLabel

FILE = "indicators.toml"
CASE = "allowed: ids that differ by more than case, because they name folders"
MOST_DECIMALS = 9
LARGEST_RATE = 200  # per cent; debt may exceed what it is a share of
_MONTHS = tuple(f"{number:02d}" for number in range(1, 13))
AnnualRule = Literal[
    "published_ytd", "sum_of_months", "growth_of_mean", "mean_of_months", "end_of_year"
]
_ACCUMULATING = ("published_ytd", "sum_of_months", "growth_of_mean")
Quantity = Literal["amount", "index", "stock", "rate", "balance"]
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
    part_of: str | None = None
    adjusted: Annotated[bool, Strict()] | None = None
    quantity: Quantity | None = None
    base: str | None = None
    ratio_of: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Quantity:
        """What is measured: as declared, else what the annual rule suggests."""
        return self.quantity or _SUGGESTED.get(self.annual_rule or "", "amount")

    @property
    def has_no_growth(self) -> bool:
        """Whether the year's outcome is a level: of a rate its mean, of a balance its sum."""
        return self.kind in ("rate", "balance")

    @property
    def balance_unit(self) -> str:
        """The unit of the outcome of a balance; empty where it is in per cent."""
        return self.unit if self.kind == "balance" else ""

    @property
    def accumulates(self) -> bool:
        """Whether growth of the year is that of the sum, or of the mean, of its months' levels."""
        return not self.has_no_growth and self.annual_rule in _ACCUMULATING

    @property
    def is_mean_of_rates(self) -> bool:
        """Whether growth of the year is the mean of the growth rates of its months."""
        return self.annual_rule == "mean_of_months"

    @property
    def break_months(self) -> tuple[int, ...]:
        """The months from which levels cannot be compared with earlier ones."""
        return tuple(m for text in self.levels_break if (m := parse_month(text)) is not None)

    @property
    def is_stock(self) -> bool:
        """Whether growth of the year is that of its December."""
        return self.annual_rule == "end_of_year"

    @property
    def related_series(self) -> list[Series]:
        """The series that carry information about this one, the closest first."""
        return [Series.parse(text) for text in self.related]

    @property
    def series_used(self) -> list[Series]:
        """The series of which figures are used: the related ones, and those that give shares."""
        shares = [Series.parse(self.weights_from)] if self.weights_from else []
        return [*self.related_series, *shares]

    def donor_series(self, area: str) -> list[Series]:
        """Return the related series of other areas that measure what this indicator measures.

        They are those with its own id; without any, the first one of another area.
        """
        others = [series for series in self.related_series if series.area != area]
        return [series for series in others if series.indicator == self.id] or others[:1]

    def substitute_series(self, area: str) -> list[Series]:
        """Return the series whose course stands in for an indicator without figures of its own.

        They are its donor series, and in its own area the whole that it is a part of.
        """
        wholes = [s for s in self.related_series if s == (area, self.part_of)]
        return [*self.donor_series(area), *wholes]

    @property
    def references(self) -> list[str]:
        """Every series that it names, as the file writes them: `area/indicator`."""
        return [*self.related, *([self.weights_from] if self.weights_from else [])]

    @property
    def names(self) -> Names:
        """The name in both languages."""
        return Names(self.name_en, self.name_zh)


_SUGGESTED: Mapping[str, Quantity] = {
    "growth_of_mean": "index", "mean_of_months": "index", "end_of_year": "stock",
}  # fmt: skip
_RULES: Mapping[Quantity, tuple[AnnualRule, ...]] = {
    "amount": ("published_ytd", "sum_of_months", "growth_of_mean", "mean_of_months"),
    "index": ("published_ytd", "sum_of_months", "growth_of_mean", "mean_of_months", "end_of_year"),
    "stock": ("end_of_year", "growth_of_mean", "mean_of_months"),
    "rate": ("mean_of_months", "end_of_year"),
    "balance": ("sum_of_months", "end_of_year"),
}
_REASONS: Mapping[Quantity, str] = {
    "amount": "an amount is counted over months and has no end of the year",
    "stock": "a stock is counted at a day, so its months have no sum",
    "rate": "a rate has no sum and no growth",
    "balance": "a balance may be negative, so it has no growth",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area's names, and the month with which its year begins; an area needs no entry.

    `issuer_en` and `issuer_zh` name the office that issues its bulletin; `part_of` is the area that
    it is a part of, as a district is of its city.
    """

    __pydantic_config__ = _CONFIG

    id: str
    name_en: str
    name_zh: str
    year_begins: str = "01"
    issuer_en: str = ""
    issuer_zh: str = ""
    part_of: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """All indicators, with what differs in single areas."""

    indicators: Mapping[str, Indicator]
    overrides: Mapping[Series, Indicator]
    areas: Mapping[str, Area]

    def of(self, area: str, indicator: str) -> Indicator:
        """Return the indicator as it is read in an area; raise UnknownIndicator."""
        if indicator not in self.indicators:
            raise UnknownIndicator(indicator, self.indicators)
        entry = self.overrides.get(Series(area, indicator), self.indicators[indicator])
        itself = str(Series(area, indicator))
        own = replace(
            entry, related=[text for text in self._related(area, entry) if text != itself]
        )
        before = self.months_before(area)
        if not before or not own.levels_break:
            return own
        return replace(own, levels_break=[month_text(m - before) for m in own.break_months])

    def _related(self, area: str, entry: Indicator) -> list[str]:
        """Return the related series; that of the area that an area is part of is the closest."""
        whole = self.whole_area_of(area)
        if whole is None:
            return entry.related
        return list(dict.fromkeys([str(Series(whole, entry.id)), *entry.related]))

    def whole_area_of(self, area: str) -> str | None:
        """Return the area that an area is a part of; None where it is a part of none."""
        entry = self.areas.get(area)
        return None if entry is None else entry.part_of

    def whole_areas_of(self, area: str) -> tuple[str, ...]:
        """Return the area that an area is a part of, the one that this is a part of, and so on.

        A circle is followed once, so that it ends where it began.
        """
        wholes: list[str] = []
        whole = self.whole_area_of(area)
        while whole is not None and whole not in wholes:
            wholes.append(whole)
            whole = self.whole_area_of(whole)
        return tuple(wholes)

    def part_areas_of(self, whole: str) -> tuple[str, ...]:
        """Return the areas that are parts of an area, in the order of the file."""
        return tuple(area.id for area in self.areas.values() if area.part_of == whole)

    def months_before(self, area: str) -> int:
        """Return how many months of a calendar year lie before an area's year, 0 to 11.

        Figures of an area are held by months of its year: the first of its twelve is counted as
        January is of a calendar year.
        """
        entry = self.areas.get(area)
        return 0 if entry is None else int(entry.year_begins) - 1

    @property
    def shifted(self) -> dict[str, int]:
        """By area the months of a calendar year before its own, where there are any."""
        return {area: n for area in self.areas if (n := self.months_before(area))}

    def wholes_of(self, area: str, indicator: str) -> tuple[str, ...]:
        """Return what the indicator is part of in an area, what that is part of, and so on.

        A circle is followed once, so that it ends where it began.
        """
        wholes: list[str] = []
        whole = self.of(area, indicator).part_of
        while whole is not None and whole in self.indicators and whole not in wholes:
            wholes.append(whole)
            whole = self.of(area, whole).part_of
        return tuple(wholes)

    def area_names(self, area: str) -> Names:
        """Return the area's name in both languages; its id where the registry has no entry."""
        entry = self.areas.get(area)
        return Names(area, area) if entry is None else Names(entry.name_en, entry.name_zh)

    def issuer(self, area: str) -> Names | None:
        """Return who issues the area's bulletin in both languages; None where nobody is named."""
        entry = self.areas.get(area)
        if entry is None or not (entry.issuer_en or entry.issuer_zh):
            return None
        return Names(entry.issuer_en or entry.issuer_zh, entry.issuer_zh or entry.issuer_en)

    def area_name(self, area: str, lang: str) -> str:
        """Return the area's name in `en` or `zh`; its id where the registry has no entry."""
        return self.area_names(area).of(lang)

    def label(self, series: Series) -> SeriesLabel:
        """Return a series with its names; raise UnknownIndicator."""
        names = self.of(*series).names
        return SeriesLabel(series=series, area_name=self.area_names(series.area), name=names)

    def series_name(self, series: Series, lang: str) -> str:
        """Return the name of a series in `en` or `zh`: its area's, then its indicator's."""
        between = "" if lang == "zh" else ": "
        return self.area_name(series.area, lang) + between + self.of(*series).names.of(lang)


def read_registry(folder: Path, areas_with_figures: Collection[str] | None = None) -> Registry:
    """Return the registry in `folder/indicators.toml`; raise ContractError with all faults.

    Where the areas with figures are given, each series that is named must be of one of these or
    of an area with an entry.
    """
    entries, lines = read_entries(folder / FILE, {"area", "indicator", "override"})
    faults: list[Fault] = []
    areas = parsed(Area, entries["area"], lines["area"], FILE, faults)
    indicators = parsed(Indicator, entries["indicator"], lines["indicator"], FILE, faults)
    by_id = {i.id: i for i in indicators}
    faults.extend(_calendar_faults(areas, lines["area"]))
    faults.extend(_area_faults(areas, lines["area"], areas_with_figures or ()))
    for kind in ("area", "indicator"):
        faults.extend(_id_faults(kind, entries[kind], lines[kind]))
    overrides, override_lines = _overrides(by_id, entries["override"], lines["override"], faults)
    registry = Registry(by_id, overrides, {a.id: a for a in areas})
    if not faults:
        indicator_lines = dict(zip(by_id, lines["indicator"], strict=True))
        faults.extend(_meaning_faults(registry, indicator_lines, override_lines))
        if areas_with_figures is not None:
            known_areas = {*registry.areas, *areas_with_figures}
            faults.extend(_unknown_areas(registry, known_areas, indicator_lines, override_lines))
    if faults:
        raise ContractError(faults)
    return registry


def _overrides(
    by_id: Mapping[str, Indicator], entries: list[Entry], lines: list[int], faults: list[Fault]
) -> tuple[dict[Series, Indicator], dict[Series, int]]:
    """Return, by area and indicator, the indicator as it is read there, and its line."""
    overrides: dict[Series, Indicator] = {}
    override_lines: dict[Series, int] = {}
    for entry, line in zip(entries, lines, strict=True):
        area, indicator = entry.get("area"), str(entry.get("indicator"))
        if not isinstance(area, str) or indicator not in by_id:
            rule = "allowed: an area and a known indicator"
            faults.append(Fault(FILE, line, f"override of {indicator!r} in {area!r}; {rule}"))
            continue
        series = Series(area, indicator)
        if series in override_lines:
            first = override_lines[series]
            what = f"override of {indicator!r} in {area!r}"
            faults.append(Fault(FILE, line, f"{what} stands on line {first} already"))
            continue
        changed = {
            name: value for name, value in entry.items() if name not in ("area", "indicator")
        }
        if "id" in changed:
            faults.append(Fault(FILE, line, "an override cannot change an id; allowed: other keys"))
        for value in parsed(Indicator, [asdict(by_id[indicator]) | changed], [line], FILE, faults):
            overrides[series], override_lines[series] = value, line
    return overrides, override_lines


def _id_faults(kind: str, entries: list[Entry], lines: list[int]) -> Iterator[Fault]:
    """Yield entries with an invalid id, or with the id of an earlier entry."""
    seen: dict[str, tuple[str, int]] = {}
    for entry, line in zip(entries, lines, strict=True):
        if not isinstance(name := entry.get("id"), str):
            continue
        if not is_name(name):
            yield Fault(FILE, line, f"id {name!r} {NOT_A_NAME}")
        if (first := seen.setdefault(name.casefold(), (name, line))) != (name, line):
            what = f"{kind} {name!r} stands on line {first[1]} already"
            yield Fault(
                FILE, line, what if first[0] == name else f"{what}, as {first[0]!r}; {CASE}"
            )


def _meaning_faults(
    registry: Registry, lines: Mapping[str, int], override_lines: Mapping[Series, int]
) -> Iterator[Fault]:
    """Yield references to unknown indicators, invalid months, and circles."""
    for name, line in lines.items():
        yield from _entry_faults(registry.indicators[name], registry, line)
    for (area, name), line in override_lines.items():
        yield from _entry_faults(registry.of(area, name), registry, line)
    listed = [s for i in registry.indicators.values() for s in i.related_series]
    parts = [Series(area.id, "") for area in registry.areas.values() if area.part_of]
    for area in sorted({series.area for series in [*listed, *override_lines, *parts]}):
        for name, line in lines.items():
            if (circle := _circle(registry, Series(area, name), ())) is not None:
                way = " -> ".join(map(str, circle))
                yield Fault(FILE, line, f"related runs in a circle: {way}")
    yield from _circles_of_parts(registry, lines, override_lines)


def _unknown_areas(
    registry: Registry,
    known_areas: Collection[str],
    lines: Mapping[str, int],
    override_lines: Mapping[Series, int],
) -> Iterator[Fault]:
    """Yield each reference to an area that has neither figures nor an entry."""
    named = [(registry.indicators[name].references, line) for name, line in lines.items()]
    for (area, name), line in override_lines.items():
        general = registry.indicators[name].references
        changed = [r for r in registry.of(area, name).references if r not in general]
        named.append((changed, line))
    names = ", ".join(sorted(known_areas)) or "there are none"
    rule = f"allowed: an area with figures or an entry: {names}"
    for references, line in named:
        for reference in references:
            area = Series.parse(reference).area
            if area not in known_areas:
                yield Fault(FILE, line, f"{reference!r} is of an unknown area {area!r}; {rule}")


def _calendar_faults(areas: list[Area], lines: list[int]) -> Iterator[Fault]:
    """Yield each beginning of a year that is not a month."""
    if len(areas) != len(lines):
        return  # entries with other faults cannot be told apart by their lines
    for area, line in zip(areas, lines, strict=True):
        if area.year_begins not in _MONTHS:
            rule = 'expected "01" to "12", for example "04" for April'
            yield Fault(FILE, line, f"year_begins {area.year_begins!r} is not a month ({rule})")


def _area_faults(
    areas: list[Area], lines: list[int], with_figures: Collection[str]
) -> Iterator[Fault]:
    """Yield each area that is part of an unknown area, of itself, or of one of its own parts."""
    if len(areas) != len(lines):
        return  # as above
    registry = Registry({}, {}, {area.id: area for area in areas})
    known = {*registry.areas, *with_figures}
    reported: set[frozenset[str]] = set()
    for area, line in zip(areas, lines, strict=True):
        circle = (area.id, *registry.whole_areas_of(area.id))
        if area.part_of == area.id:
            rule = "allowed: another area"
            yield Fault(FILE, line, f"part_of {area.part_of!r} is the area itself; {rule}")
        elif area.part_of is not None and area.part_of not in known:
            rule = f"allowed: an area with figures or an entry: {', '.join(sorted(known))}"
            yield Fault(FILE, line, f"part_of {area.part_of!r} is an unknown area; {rule}")
        elif len(circle) > 2 and circle[-1] == area.id and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            yield Fault(FILE, line, f"part_of of areas runs in a circle: {' -> '.join(circle)}")


def _quantity_faults(entry: Indicator, line: int) -> Iterator[Fault]:
    """Yield a quantity that the annual rule or the price basis contradicts."""
    kind, rule = entry.kind, entry.annual_rule
    if rule is not None and rule not in _RULES[kind]:
        allowed = ", ".join(_RULES[kind])
        what = f"quantity {kind!r} of {entry.id!r} with annual_rule {rule!r}"
        yield Fault(FILE, line, f"{what}: {_REASONS[kind]}; allowed: {allowed}")
    if kind in ("rate", "balance") and entry.price_basis == "real":
        what = f"quantity {kind!r} of {entry.id!r} with price_basis 'real'"
        yield Fault(FILE, line, f"{what}: it has no growth at constant prices; allowed: nominal")


def _ratio_faults(entry: Indicator, registry: Registry, line: int) -> Iterator[Fault]:
    """Yield a ratio whose parts are unknown, on two price bases, or perhaps zero below."""
    if not entry.ratio_of:
        return
    what = f"ratio_of {', '.join(map(repr, entry.ratio_of))} of {entry.id!r}"
    known = [n for n in entry.ratio_of if n in registry.indicators and n != entry.id]
    if len(known) != 2 or len(entry.ratio_of) != 2 or known[0] == known[1]:
        yield Fault(FILE, line, f"{what}; allowed: the ids of two other indicators of this file")
        return
    above, below = (registry.indicators[n] for n in known)
    if above.ratio_of or below.ratio_of or not (above.annual_rule and below.annual_rule):
        rule = "allowed: indicators with an annual_rule that are not ratios themselves"
        yield Fault(FILE, line, f"{what}; {rule}")
    if below.has_no_growth:
        rule = "which may be zero; allowed below: an amount, an index or a stock"
        yield Fault(FILE, line, f"{what}: {below.id!r} is a {below.kind}, {rule}")
    if above.price_basis != below.price_basis:
        bases = f"{above.price_basis} over {below.price_basis}"
        yield Fault(FILE, line, f"{what}: {bases}; allowed: one price_basis of both")
    if entry.has_no_growth and "real" in (above.price_basis, below.price_basis):
        rule = 'allowed: nominal parts, or growth of the ratio with quantity "index"'
        yield Fault(FILE, line, f"{what}: levels at constant prices are not known; {rule}")
    if not entry.has_no_growth and above.has_no_growth:
        rule = 'allowed above: an amount, an index or a stock, or quantity "rate"'
        yield Fault(FILE, line, f"{what}: {above.id!r} is a {above.kind} without growth; {rule}")
    if entry.has_no_growth and entry.unit == "pct" and above.unit != below.unit:
        units = f"{above.unit} over {below.unit}"
        yield Fault(FILE, line, f"{what}: {units} in per cent; allowed: one unit of both")


def _entry_faults(entry: Indicator, registry: Registry, line: int) -> Iterator[Fault]:
    yield from _quantity_faults(entry, line)
    yield from _ratio_faults(entry, registry, line)
    for text in entry.levels_break:
        if parse_month(text) is None:
            yield Fault(FILE, line, f"levels_break {text!r} {NOT_A_MONTH}")
    for reference in entry.references:
        series = Series.parse(reference)
        if not series.area or series.indicator not in registry.indicators:
            rule = "allowed: area/indicator, with an indicator of this file"
            yield Fault(FILE, line, f"{reference!r} names no indicator; {rule}")
    if entry.part_of == entry.id:
        rule = "allowed: another indicator of this file"
        yield Fault(FILE, line, f"part_of {entry.part_of!r} is the indicator itself; {rule}")
    elif entry.part_of is not None and entry.part_of not in registry.indicators:
        rule = "allowed: an id of this file, without an area"
        yield Fault(FILE, line, f"part_of {entry.part_of!r} names no indicator; {rule}")
    if not 0 <= entry.decimals <= MOST_DECIMALS:
        yield Fault(FILE, line, f"decimals {entry.decimals}; allowed: 0 to {MOST_DECIMALS}")


def _circle(
    registry: Registry, series: Series, path: tuple[Series, ...]
) -> tuple[Series, ...] | None:
    if series in path:
        return (*path[path.index(series) :], series)
    if series.indicator not in registry.indicators:
        return None
    for other in registry.of(*series).related_series:
        if (circle := _circle(registry, other, (*path, series))) is not None:
            return circle
    return None


def _circles_of_parts(
    registry: Registry, lines: Mapping[str, int], override_lines: Mapping[Series, int]
) -> Iterator[Fault]:
    """Yield each circle of `part_of` once, in general and as areas read it differently."""
    reported: set[frozenset[str]] = set()
    for area in ["", *sorted({a for a, _ in override_lines})]:
        for name, line in lines.items():
            circle = (name, *registry.wholes_of(area, name))
            is_closed = len(circle) > 2 and circle[-1] == name
            if is_closed and frozenset(circle) not in reported:
                reported.add(frozenset(circle))
                yield Fault(FILE, line, f"part_of runs in a circle: {' -> '.join(circle)}")
