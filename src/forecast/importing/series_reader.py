"""The series of a recognised file, read into figures and cells that could not be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import gcd

from forecast.archive.figure_files import TOO_FAST_PCT
from forecast.archive.registry import Indicator, Registry
from forecast.archive.schedule import end_of_month
from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, year_of
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
from forecast.importing.series import FileSeries, Observation, SeriesFile, status_of_flag
from forecast.importing.times import DAY_INSIDE_A_MONTH, partial_span
from forecast.importing.units import PER_CENT, PER_CENT_WORDS, UnitRule, unit_rule
from forecast.importing.vocabulary import Meaning, Vocabulary

_LENGTHS = {"M": 1, "Q": 3, "H": 6, "A": MONTHS_A_YEAR}
_NAMED_MONTH = re.compile(r"[^\W\d_t]|m\d")
_CHANGE_ON_A_YEAR = re.compile(r"(?:clv_)?pch_sm(?:_.*)?|pch_sm|gy|yoy")
_OTHER_CHANGE = re.compile(r".*pch_(?:pre|m1|m3).*|g1|mom|qoq")
_LATE_VINTAGE_DAYS = 200  # a first vintage that late holds figures which were public before it
_SAY = "--title, or title in the map"


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
        for series in file.series:
            own = _Reading(self, grid, file, series, marks)
            try:
                own.read_into(result)
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
        result.refuse(doubts(result.figures))
        return result


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
            result.remarks.append(f"not read: {self._name}, which is not in indicators.toml")
            raise _OtherArea
        if meaning.indicator is None:
            raise UnreadableCell(self._name, f"is not an indicator of the folder; {_NAME_ALLOWED}")
        assert meaning.area is not None
        entry = self.reader.registry.of(meaning.area, meaning.indicator)
        meaning = self._with_unit(meaning, entry)
        spans, faults = self._spans(meaning, entry)
        self._check_levels(meaning, entry)
        result.unread += [self.unread(o, why) for o, why in faults.items()]
        firsts = min((o.vintage for o in self.filled if o.vintage), default=None)
        figures = []
        for observation, span in spans.items():
            try:
                figures.append(self._figure(observation, span, meaning, entry, firsts))
            except UnreadableCell as error:
                result.unread.append(self.unread(observation, str(error)))
        result.figures += figures
        if figures:
            result.remarks.append(_remark(self._name, figures))

    @property
    def _name(self) -> str:
        return next(iter(self.series.names), "the series")

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
        known = ", ".join(areas) or "an [[area]] in indicators.toml"
        raise UnreadableCell(self._name, f"names no area; allowed: --area with one of {known}")

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
            raise UnreadableCell(self._name, f"names {both}; {_WORDS_ALLOWED}")
        own = next((m for m in found if m.indicator or m.is_skipped), Meaning())
        if own.indicator and title.indicator and len(self.file.series) == 1:
            own = replace(own, indicator=title.indicator)  # a person's word for the only series
        return replace(words.over(own).over(title), unknown=())

    def _named(self) -> Iterator[Meaning]:
        """Yield the meanings of the names that are understood as a whole."""
        for name in self.series.names:
            with suppress(UnreadableCell):
                meaning = self.reader.vocabulary.meaning(name)
                if not meaning.unknown:
                    yield replace(meaning, time=replace(meaning.time, year=None, months=None))

    def _with_unit(self, meaning: Meaning, entry: Indicator) -> Meaning:
        """Return the meaning with measure and unit; raise UnreadableCell where they are open."""
        text = plain(self.series.unit)
        if _OTHER_CHANGE.fullmatch(text):
            why = "is a change on the period before; allowed: a change on a year earlier, or levels"
            raise UnreadableCell(self.series.unit, why)
        if _CHANGE_ON_A_YEAR.fullmatch(text):
            return replace(meaning, measure="growth_pct", unit=None)
        is_per_cent = text in PER_CENT_WORDS or text in ("pc", "pct.", "percent")
        if meaning.measure in ("growth_pct", "index", "change"):
            return replace(meaning, measure="index" if meaning.measure == "index" else "growth_pct")
        if is_per_cent and plain(entry.unit) not in PER_CENT_WORDS:
            why = f"is in per cent, but growth is not said; allowed: growth in {_SAY}"
            raise UnreadableCell(self._name, why)
        unit = meaning.unit or (entry.unit if is_per_cent else self.series.unit) or entry.unit
        return replace(meaning, measure="level", unit=unit)

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
            reach=meaning.time.reach
            or ("month" if span.n_months == 1 and self._is_sparse else None),
        )

    @property
    def _unit_rules(self) -> Mapping[str, UnitRule]:
        return self.reader.import_map.unit_rules

    @property
    def _is_sparse(self) -> bool:
        """Whether it is known that each time is a month, however far they lie apart."""
        return self.series.frequency == "M" or any(
            _NAMED_MONTH.search(plain(o.time).partition("t0")[0]) for o in self.filled
        )

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

    def _spans(
        self, meaning: Meaning, entry: Indicator
    ) -> tuple[dict[Observation, Span], dict[Observation, str]]:
        """Return the span of each observation, and why some have none."""
        times: dict[Observation, Span] = {}
        faults: dict[Observation, str] = {}
        for observation in self.series.observations:
            try:
                times[observation] = _span_of(observation.time, self.series.frequency)
            except UnreadableCell as error:
                if DAY_INSIDE_A_MONTH in str(error):
                    raise  # then its first and last days are no months either
                if not is_blank(observation.content):
                    faults[observation] = str(error)
        length = self._length(list(times.values()), meaning, entry)
        spans = {}
        for observation, span in times.items():
            if is_blank(observation.content):
                continue  # its time tells the frequency of the others
            try:
                spans[observation] = _lengthened(span, length, meaning.time.reach)
            except UnreadableCell as error:
                faults[observation] = str(error)
        return spans, faults

    def _length(self, spans: Sequence[Span], meaning: Meaning, entry: Indicator) -> int:
        """Return how many months each single time stands for; raise UnreadableCell where open."""
        if self.series.frequency in _LENGTHS:
            return _LENGTHS[self.series.frequency]
        if meaning.time.reach in ("month", "quarter"):
            return 1 if meaning.time.reach == "month" else 3
        months = sorted({s.last for s in spans if s.n_months == 1})
        if not months or self._is_sparse or any(s.n_months > 1 for s in spans):
            return 1
        gaps = [b - a for a, b in pairwise(months)]
        if not gaps:
            why = "is the only time of its series, so it may be a month, a quarter or a year"
            raise UnreadableCell(str(spans[0]), f"{why}; allowed: 当月 or quarter in {_SAY}")
        step = gcd(*gaps)
        is_mixed = step == 1 and 1 in gaps and gaps.count(3) >= 3
        if is_mixed or step not in (1, 3, 6, 12):
            why = "has times that are neither months nor quarters nor years throughout"
            raise UnreadableCell(self._name, f"{why}; allowed: one frequency a series")
        if entry.kind in ("stock", "rate") and step > 1 and month_of_year(months[0]) % 3 == 0:
            return 1  # the state at the end of a quarter or of a year
        return step


_WORDS_ALLOWED = "allowed: a line under [words]"
_MEASURE_ALLOWED = f"allowed: growth or level in {_SAY}"
_NAME_ALLOWED = f"allowed: an id or a name of indicators.toml, a line under [words], or {_SAY}"


def _span_of(time: str, frequency: str) -> Span:
    """Return the span that the text of a time names; raise UnreadableCell."""
    found, rest = partial_span(plain(time))
    if rest.replace("|", "") or found.year is None or found.reach is not None:
        rule = "allowed: 2019-09, 2019-Q3, Sep 2019, 2019 and the like"
        raise UnreadableCell(time, f"is not a span of months; {rule}")
    if found.may_be_fiscal and frequency not in ("M", ""):
        raise UnreadableCell(time, "may be a fiscal year; allowed: months, quarters, years")
    first, last = found.months or (1, MONTHS_A_YEAR)
    return Span(month(found.year, first), month(found.year, last))


def _lengthened(span: Span, length: int, reach: str | None) -> Span:
    """Return the span that a month stands for, since January where `reach` says so."""
    if span.n_months == 1 and length > 1:
        position = month_of_year(span.last)
        begins = position if position % length == 1 else position - length + 1
        if begins < 1 or (begins - 1) % length:
            why = f"is neither the first nor the last of {length} months"
            raise UnreadableCell(str(span), f"{why}; allowed: one of them")
        first = month(year_of(span.last), begins)
        span = Span(first, first + length - 1)
    elif reach == "month" and span.n_months > 1:
        raise UnreadableCell(str(span), "is not one month; allowed: a month")
    return Span.year_to_date(span.year, month_of_year(span.last)) if reach == "to_date" else span


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


def _refuse_shifted_rows(result: GridResult, grid: Grid, file: SeriesFile) -> None:
    """Refuse rows with digits under no header: a mark inside a number may have split it."""
    head = grid.rows[: file.n_head_rows]
    bare = [n for n in range(1, grid.width) if all(is_blank(row[n]) for row in head)]
    why = "has cells under no header beside it; allowed: numbers with commas in quotes"
    for number in range(file.n_head_rows, len(grid.rows)):
        row = grid.rows[number]
        if not any(str(row[column] or "").strip()[:1].isdigit() for column in bare):
            continue
        name = UnreadCell(grid.address(number, 0), None, "").row
        own = [f for f in result.figures if UnreadCell(f.address, None, "").row == name]
        result.figures = [f for f in result.figures if f not in own]
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
