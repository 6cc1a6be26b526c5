"""The series of a recognised file, read into figures and cells that could not be read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forecast.archive.figure_files import TOO_FAST_PCT
from forecast.archive.registry import Indicator, Registry
from forecast.archive.schedule import end_of_month
from forecast.base.errors import UnreadableCell
from forecast.base.months import Span
from forecast.importing.cells import (
    UnreadCell,
    growth_pct_of,
    growth_pct_of_index,
    is_blank,
    level_of,
    plain,
)
from forecast.importing.doubts import doubts
from forecast.importing.figures import CellFigure, GridResult
from forecast.importing.grid import Grid
from forecast.importing.import_map import ImportMap
from forecast.importing.number_marks import NumberMarks, number_marks
from forecast.importing.release_days import ReleaseDays
from forecast.importing.rows import check_prices
from forecast.importing.series import FileSeries, Observation, SeriesFile, status_of_flag
from forecast.importing.series_times import SAY, SeriesTimes
from forecast.importing.series_units import (
    change_in_words,
    change_of,
    is_per_cent,
    is_share,
    unit_in_names,
)
from forecast.importing.units import (
    PER_CENT,
    PER_CENT_WORDS,
    UnitRule,
    is_index_unit,
    unit_rule,
)
from forecast.importing.vocabulary import Meaning, Measure, Vocabulary, nation_of, other_subject

_SeriesKey = tuple[str, str, str, str | None, str | int]
_LATE_VINTAGE_DAYS = 200  # a first vintage that late holds figures which were public before it


@dataclass(frozen=True, slots=True)
class SeriesReader:
    """How the series of recognised files are read."""

    import_map: ImportMap
    registry: Registry
    release_days: ReleaseDays
    vocabulary: Vocabulary

    def result(self, grid: Grid, file: SeriesFile) -> GridResult:
        """Return the figures of a file, the cells that could not be read, and the rows counted."""
        contents = (o.content for series in file.series for o in series.observations)
        marks = number_marks(
            contents,
            decimal=self.import_map.decimal,
            thousands=self.import_map.thousands,
            delimiter=grid.delimiter,
        )
        result = GridResult(remarks=[f"recognised as {file.format}"])
        skipped: set[int] = set()
        named: list[tuple[str, list[CellFigure]]] = []
        for series in file.series:
            own = _Reading(self, grid, file, series, marks)
            n_before = len(result.figures)
            try:
                own.read_into(result)
                named.append((own.name, result.figures[n_before:]))
            except UnreadableCell as error:
                result.unread += [own.unread(o, str(error)) for o in own.filled]
            except _OtherArea:
                skipped |= {o.row for o in own.filled}
        if file.left_out:
            result.remarks.append(f"not read: {', '.join(file.left_out)}")
        if marks.is_unusual and marks.evidence:
            mark = f"the decimal mark {marks.decimal!r}, as {marks.evidence}"
            result.remarks.append(f"numbers have {mark}")
        _refuse_shifted_rows(result, grid, file)
        _count_rows(result, grid, file, skipped)
        result.refuse(_named_twice(named))
        result.refuse(doubts(result.figures))
        return result

    def wants(self, grid: Grid, file: SeriesFile) -> bool:
        """Whether the only series of a file is of an indicator of the folder and a wanted area."""
        (series,) = file.series
        return _Reading(self, grid, file, series, NumberMarks()).is_wanted


class _OtherArea(Exception):  # not an error: the map asks for one area alone
    """A series of an area that was not asked for."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One series being read."""

    reader: SeriesReader
    grid: Grid
    file: SeriesFile
    series: FileSeries
    marks: NumberMarks

    @property
    def filled(self) -> list[Observation]:
        """The observations that hold something."""
        return [o for o in self.series.observations if not is_blank(o.content)]

    def unread(self, observation: Observation, why: str) -> UnreadCell:
        address = self.grid.address(observation.row, observation.column)
        return UnreadCell(address, observation.content, why)

    def read_into(self, result: GridResult) -> None:
        """Add the figures of the series to a result; raise UnreadableCell where it has none."""
        if not self.filled:
            return
        area = self._area()
        meaning = self._meaning()
        meaning = replace(meaning, area=area or meaning.area or self._usual_area())
        if meaning.is_skipped:
            raise _OtherArea
        if meaning.indicator is None and self.series.is_optional:
            result.remarks.append(f"not read: {self.name}, which is not in indicators.toml")
            raise _OtherArea
        if meaning.indicator is None:
            raise UnreadableCell(self.name, f"is not an indicator of the folder; {_NAME_ALLOWED}")
        assert meaning.area is not None
        entry = self.reader.registry.of(meaning.area, meaning.indicator)
        meaning = self._with_unit(meaning, entry)
        times = SeriesTimes(self.series, self.name, self.reader.import_map.date_order)
        spans, faults = times.spans(meaning.time.reach, entry)
        self._check_levels(meaning, entry)
        result.unread += [self.unread(o, why) for o, why in faults.items()]
        firsts = min((o.vintage for o in self.filled if o.vintage), default=None)
        figures = []
        is_sparse = times.is_sparse
        for observation, span in spans.items():
            try:
                figure = self._figure(observation, span, meaning, entry, firsts)
                is_of_months = span.n_months == 1 and is_sparse
                reading = times.other_reading(observation)
                figures.append(replace(figure, is_of_months=is_of_months, other_reading=reading))
            except UnreadableCell as error:
                result.unread.append(self.unread(observation, str(error)))
        result.figures += figures
        if figures:
            result.remarks.append(_remark(self.name, figures))

    @property
    def name(self) -> str:
        """What messages call the series."""
        return next(iter(self.series.names), "the series")

    @property
    def is_wanted(self) -> bool:
        """Whether the names of the series are those of an indicator and an area of the folder."""
        areas = [area for area in map(self._area_of, self.series.area) if area is not None]
        asked = self.reader.import_map.area
        if self.series.area and (not areas or asked not in (None, *areas)):
            return False
        return any(meaning.indicator and not meaning.is_skipped for meaning in self._named())

    def _area(self) -> str | None:
        """Return the area that the series names; raise where it is unknown, or not asked for."""
        if not self.series.area:
            return None
        asked = self.reader.import_map.area
        named = [a for a in map(self._area_of, self.series.area) if a is not None]
        if asked is not None and asked not in named:
            if len({s.area for s in self.file.series}) == 1 and not named:
                return asked
            raise _OtherArea
        if not named:
            why = "is not an area of indicators.toml; allowed: --area, or a line under [words]"
            raise UnreadableCell(self.series.area[0], why)
        return named[0]

    def _area_of(self, text: str) -> str | None:
        with suppress(UnreadableCell):
            meaning = self.reader.vocabulary.meaning(text)
            return None if meaning.unknown else meaning.area
        return None

    def _usual_area(self) -> str:
        reader = self.reader
        areas = list(reader.registry.areas)
        if reader.import_map.area is not None or len(areas) == 1:
            return reader.import_map.area or areas[0]
        nation = nation_of(reader.registry) if self.series.is_national else None
        if nation is not None:
            return nation
        known = ", ".join(areas) or "an [[area]] in indicators.toml"
        raise UnreadableCell(self.name, f"names no area; allowed: --area with one of {known}")

    def _meaning(self) -> Meaning:
        """Return what the names of the series, its format and the map's title say."""
        title = self.reader.vocabulary.meaning(self.reader.import_map.title)
        words = self.reader.vocabulary.meaning(self.series.words)
        if words.unknown:
            raise UnreadableCell(self.series.words, f"is not understood; {_WORDS_ALLOWED}")
        found = list(self._named())
        indicators = {m.indicator for m in found if m.indicator}
        if len(indicators) > 1 and not found[0].indicator:
            both = " and ".join(sorted(i for i in indicators if i))
            raise UnreadableCell(self.name, f"names {both}; {_WORDS_ALLOWED}")
        own = next((m for m in found if m.indicator or m.is_skipped), Meaning())
        if not own.is_skipped:
            self._check_subject()
        if own.indicator and title.indicator and len(self.file.series) == 1:
            own = replace(own, indicator=title.indicator)  # a person's word for the only series
        return replace(words.over(own).over(title), unknown=())

    def _check_subject(self) -> None:
        """Raise UnreadableCell where a name says that the figures are of another kind."""
        for name in self.series.names:
            try:
                unknown = self.reader.vocabulary.meaning(name).unknown
            except UnreadableCell:
                continue
            if other := next(filter(None, map(other_subject, unknown)), ""):
                why = f"says {other}, but figures here are not of that"
                raise UnreadableCell(name, f'{why}; allowed: "skip" under [words]')

    def _named(self) -> Iterator[Meaning]:
        """Yield the meanings of the names that are understood as a whole."""
        for name in self.series.names:
            with suppress(UnreadableCell):
                meaning = self.reader.vocabulary.meaning(name)
                if not meaning.unknown:
                    yield replace(meaning, time=replace(meaning.time, year=None, months=None))

    def _with_unit(self, meaning: Meaning, entry: Indicator) -> Meaning:
        """Return the meaning with measure and unit; raise UnreadableCell where they are open."""
        unit = self.series.unit or unit_in_names(self.series.names)
        changes = {change_in_words(name): name for name in self.series.names}
        changes |= {change_of(text): text for text in (unit, *self.series.transformations)}
        if "other" in changes:
            why = "is a change on the period before; allowed: a change on a year earlier, or levels"
            raise UnreadableCell(changes["other"], why)
        if "on a year earlier" in changes:
            return self._checked_prices(replace(meaning, measure="growth_pct", unit=None), entry)
        if meaning.measure in ("growth_pct", "index", "change"):
            is_plain = unit == "" or is_per_cent(unit) or is_index_unit(unit)
            if not is_plain or is_share(unit):
                why = f"is said to be growth, but the file's unit is {unit}"
                raise UnreadableCell(self.name, f"{why}; allowed: level in {SAY}")
            measure: Measure = "index" if meaning.measure == "index" else "growth_pct"
            return self._checked_prices(replace(meaning, measure=measure), entry)
        if is_per_cent(unit) and plain(entry.unit) not in PER_CENT_WORDS:
            why = f"is in per cent, but growth is not said; allowed: growth in {SAY}"
            raise UnreadableCell(self.name, why)
        unit = meaning.unit or (entry.unit if is_per_cent(unit) else unit) or entry.unit
        return self._checked_prices(replace(meaning, measure="level", unit=unit), entry)

    def _checked_prices(self, meaning: Meaning, entry: Indicator) -> Meaning:
        assert meaning.measure is not None
        check_prices(meaning, meaning.measure, entry, self.name)
        return meaning

    def _check_levels(self, meaning: Meaning, entry: Indicator) -> None:
        """Raise UnreadableCell where numbers taken for amounts can be none."""
        if meaning.measure != "level" or entry.kind not in ("amount", "index", "stock"):
            return
        if self.reader.vocabulary.meaning(self.reader.import_map.title).measure == "level":
            return
        for observation in self.filled:
            if (level := self._level(observation)) is not None and level <= 0:
                why = f"is not above 0, so the series may be growth; {_MEASURE_ALLOWED}"
                raise UnreadableCell(observation.content, why)

    def _level(self, observation: Observation) -> Decimal | None:
        with suppress(UnreadableCell):
            return level_of(self.marks.normal(observation.content))
        return None

    def _figure(
        self,
        observation: Observation,
        span: Span,
        meaning: Meaning,
        entry: Indicator,
        first_vintage: date | None,
    ) -> CellFigure:
        content = self.marks.normal(observation.content)
        status = status_of_flag(observation.status)
        if status is None:
            rule = "allowed: A, B, E, F, P, or a status of figures"
            raise UnreadableCell(observation.status, f"is not a flag that is known; {rule}")
        if status == "final":
            status = self.reader.import_map.status
        is_share = (observation.row, observation.column) in self.grid.shares
        if meaning.measure == "level":
            unit_as_figures = unit_rule(plain(meaning.unit or ""), entry.unit, self._unit_rules)
            level = level_of(content)
            assert level is not None
            value, unit = level * unit_as_figures.times, unit_as_figures.unit
        else:
            read = growth_pct_of_index if meaning.measure == "index" else growth_pct_of
            growth = read(content, is_share=is_share)
            assert growth is not None
            if growth >= TOO_FAST_PCT:
                why = f"is growth of {TOO_FAST_PCT:,} % or more; allowed: less"
                raise UnreadableCell(observation.content, f"{why}, or decimal in the map")
            value, unit = growth, PER_CENT
        series = (meaning.area or "", entry.id)
        day, basis = self._release(observation, span, series, first_vintage, status)
        return CellFigure(
            area=series[0],
            indicator=entry.id,
            span=span,
            measure="level" if meaning.measure == "level" else "growth_pct",
            value=value,
            unit=unit,
            status=status,
            released_on=day,
            released_on_basis=basis,
            address=self.grid.address(observation.row, observation.column),
            reach=meaning.time.reach,
        )

    @property
    def _unit_rules(self) -> Mapping[str, UnitRule]:
        return self.reader.import_map.unit_rules

    def _release(
        self,
        observation: Observation,
        span: Span,
        series: tuple[str, str],
        first_vintage: date | None,
        status: str,
    ) -> tuple[date, str]:
        """Return the day of release and its basis: the vintage, else what is asked for."""
        declared, end = self.reader.import_map.released_on_basis, end_of_month(span.last)
        day, basis = observation.vintage, "published"
        if day is None:
            day, basis = self.reader.release_days.day_of(*series, span)
        elif day == first_vintage and (day - end).days > _LATE_VINTAGE_DAYS:
            basis = "uploaded"
        if day is None:
            day, basis = self.file.released_on, "uploaded"
        if day is None:
            raise UnreadableCell(
                str(span), "has no day of release; allowed: --released-on DAY|usual"
            )
        if day < end and status != "expected":
            why = (
                f"is a day of release before the end of {span}; allowed: from {end} on, or expected"
            )
            raise UnreadableCell(day, why)
        return day, declared or basis


_WORDS_ALLOWED = "allowed: a line under [words]"
_MEASURE_ALLOWED = f"allowed: growth or level in {SAY}"
_NAME_ALLOWED = f"allowed: an id or a name of indicators.toml, a line under [words], or {SAY}"


def _remark(name: str, figures: Sequence[CellFigure]) -> str:
    first, last = min(figures, key=lambda f: f.span), max(figures, key=lambda f: f.span)
    what = "level" if first.measure == "level" else "growth"
    lengths = ", ".join(
        f"{n} of {months} month{'s' if months > 1 else ''}"
        for months, n in sorted(Counter(f.span.n_months for f in figures).items())
    )
    return (
        f"{name} is {first.area}/{first.indicator}, {what} in {first.unit}, "
        f"{first.span} to {last.span} ({lengths})"
    )


def _named_twice(named: Sequence[tuple[str, Sequence[CellFigure]]]) -> dict[str, str]:
    """Return by address why figures are refused that two series of a file both give.

    They differ in what the folder does not distinguish, such as an adjustment, so that months of
    one and months of the other would be mixed. The same values twice do no harm.
    """
    by_key: defaultdict[_SeriesKey, dict[int, dict[Span, CellFigure]]] = defaultdict(dict)
    for number, (_, figures) in enumerate(named):
        for f in figures:
            key = (f.area, f.indicator, f.measure, f.reach, f.reach or f.span.n_months)
            by_key[key].setdefault(number, {})[f.span] = f
    reasons: dict[str, str] = {}
    for (_, indicator, measure, *_), groups in by_key.items():
        longest = max(groups.values(), key=len)
        others = [g for g in groups.values() if g is not longest]
        if all(s in longest and longest[s].value == f.value for g in others for s, f in g.items()):
            continue
        names = " and ".join(repr(named[n][0]) for n in groups)
        what = "the level" if measure == "level" else "growth"
        why = f"{names} are both {what} of {indicator}"
        rule = 'allowed: one of them, the others "skip" under [words]'
        reasons |= {f.address: f"{why}; {rule}" for g in groups.values() for f in g.values()}
    return reasons


def _refuse_shifted_rows(result: GridResult, grid: Grid, file: SeriesFile) -> None:
    """Refuse rows with digits under no header: a mark inside a number may have split it."""
    head = grid.rows[: file.n_head_rows]
    values = {o.column for series in file.series for o in series.observations}
    first = min(values, default=0)
    bare = [n for n in range(first + 1, grid.width) if all(is_blank(row[n]) for row in head)]
    shifted = {
        UnreadCell(grid.address(number, 0), None, "").row
        for number in range(file.n_head_rows, len(grid.rows))
        if any(str(grid.rows[number][column] or "").strip()[:1].isdigit() for column in bare)
    }
    why = "has cells under no header beside it; allowed: numbers with commas in quotes"
    own = [f for f in result.figures if UnreadCell(f.address, None, "").row in shifted]
    result.figures = [
        f for f in result.figures if UnreadCell(f.address, None, "").row not in shifted
    ]
    result.unread += [UnreadCell(f.address, f.value_text, f"{f.value_text} {why}") for f in own]


def _count_rows(result: GridResult, grid: Grid, file: SeriesFile, skipped: set[int]) -> None:
    """Count each row of the grid by its kind."""
    rejected = {cell.row for cell in result.unread}
    accepted = {UnreadCell(f.address, None, "").row for f in result.figures}
    for number, row in enumerate(grid.rows):
        address = UnreadCell(grid.address(number, 0), None, "").row
        if address in rejected:
            kind = "rejected"
        elif address in accepted:
            kind = "accepted"
        elif number < file.n_head_rows:
            kind = "head"
        elif all(is_blank(cell) for cell in row):
            kind = "empty"
        else:
            kind = "skipped" if number in skipped or file.left_out else "words"
        result.rows[kind] += 1
