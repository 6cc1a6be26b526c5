"""A status: the numbers, what a terminal prints of them, and both as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.grid import Column, Grid, Printed, grid_from
from forecast.report.lights import settled_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of one indicator; growth in per cent, probabilities between 0 and 1.

    `change` is that of the probability since a day, on which it was `probability_since`; a target
    that is settled counts as 1 or 0. `probability_within` is that of a range or a band alone, with
    what is below a band and above either. `published_probability` rests on published figures alone
    where the others rest on an overlay; `attainable50_pct` is growth that is attained with 50 %.
    `footing` tells what the probability rests on: `own` figures of the year, `course` where that is
    borrowed, `width` where the size of errors is borrowed too; `record_attained` how often past
    forecasts like it came true, with a 90 % interval by year. `is_assumed` says that nobody
    announced the target. With half a point more growth in the rest of the year the probability is
    `extra_half_point`; for 80 % the rest would have to be expected to grow `rest80_pct`,
    `extra80_pp` more than it is.
    """

    area: str
    year: int
    as_of: str
    indicator: str
    comparison: str | None
    target_pct: float | None
    target_wording: str | None
    last_growth_pct: float | None
    last_first_month: str | None
    last_last_month: str | None
    last_released_on: str | None
    is_overdue: bool | None
    required_growth_pct: float | None
    median_pct: float | None
    lower80_pct: float | None
    upper80_pct: float | None
    attainable50_pct: float | None
    attainable80_pct: float | None
    attainable90_pct: float | None
    outturn_pct: float | None
    probability: float | None
    standard_error: float | None
    probability_below: float | None
    probability_within: float | None
    probability_above: float | None
    published_probability: float | None
    light: str
    lamp: str
    footing: str = ""
    is_assumed: bool = False
    next_first_month: str | None = None
    next_last_month: str | None = None
    next_expected_on: str | None = None
    next_state: str | None = None
    extra_half_point: float | None = None
    extra80_pp: float | None = None
    rest80_pct: float | None = None
    record_attained: float | None = None
    record_lower: float | None = None
    record_upper: float | None = None
    record_effective_years: float | None = None
    since: str | None = None
    probability_since: float | None = None
    change: float | None = None

    @property
    def probability_now(self) -> float | None:
        """The probability, 1 or 0 once the target is settled."""
        return settled_probability(self.light, self.probability)

    def moved_from(self, since: str, probability: float | None) -> Line:
        """Return the line with its change since a day on which there was a probability."""
        now = self.probability_now
        change = None if now is None or probability is None else round(now - probability, 6) + 0.0
        return replace(self, since=since, probability_since=probability, change=change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of an area, in a language: in numbers, and as what is printed.

    `since` is the day from which changes are counted, None before there is an earlier one.
    `more` are further tables and `notes` sentences, on unpublished figures and on commitments.
    """

    area: str
    area_name: str
    lang: str
    lines: tuple[Line, ...]
    commitments: tuple[Mapping[str, str | float | None], ...]
    targets: Grid
    more: tuple[Grid, ...]
    notes: tuple[str, ...]
    since: str | None = None

    def moved_from(self, since: str, probabilities: Mapping[str, float | None]) -> Status:
        """Return the same with changes since a day, by the probability then of each target."""
        lines = (line.moved_from(since, probabilities.get(line.indicator)) for line in self.lines)
        return replace(self, since=since, lines=tuple(lines))


def status_from(values: dict[str, Any]) -> Status:
    """Return a status from what `asdict` made of it; raise KeyError or TypeError for another."""
    parts = {
        "lines": tuple(Line(**line) for line in values["lines"]),
        "commitments": tuple(values["commitments"]),
        "targets": grid_from(values["targets"]),
        "more": tuple(grid_from(grid) for grid in values["more"]),
        "notes": tuple(values["notes"]),
    }
    return Status(**(values | parts))


def json_of(statuses: Sequence[Status]) -> str:
    """Return the numbers as JSON: a list of areas, each with its targets and its commitments."""
    areas = [
        {
            "area": status.area,
            "area_name": status.area_name,
            "since": status.since,
            "targets": [asdict(line) for line in status.lines],
            "commitments": status.commitments,
        }
        for status in statuses
    ]
    return json.dumps(areas, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def csv_of(statuses: Sequence[Status]) -> str:
    """Return the numbers of targets as CSV, one line a target, empty where nothing is known."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [field.name for field in fields(Line)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for status in statuses for line in status.lines)
    return file.getvalue()


def printed(status: Status) -> Iterator[Printed | str]:
    """Yield what is printed of an area, one thing after the other."""
    for grid in (_targets(status), *status.more):
        yield Printed(grid, is_compact=True)
    yield from status.notes


def _targets(status: Status) -> Grid:
    """Return the table of targets, with what moved before the light."""
    judged = any(line.comparison is not None for line in status.lines)
    if status.since is None or not judged:
        return status.targets
    on = texts.day(date.fromisoformat(status.since), status.lang, year=status.lines[0].year)
    head = Column(text("column.change_since", status.lang, day=on), "right")
    cells = [_change(line, status.lang) for line in status.lines]
    return status.targets.with_column(head, cells, at=-1)


def _change(line: Line, lang: str) -> str:
    """Return by how many percentage points a probability moved, a dash where it is not known."""
    first, last = line.probability_since, line.probability_now
    if first is None or last is None:
        return text("form.none", lang)
    return texts.signed_number(texts.percent_points(first, last), 0)
