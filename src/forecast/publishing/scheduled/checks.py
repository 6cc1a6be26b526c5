"""Whether targets are on track and their data are there, in lines for a monitor."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forecast.archive.archive import Archive
from forecast.archive.overdue import NextRelease, overdue
from forecast.archive.overlay import Overlay
from forecast.archive.targets import in_force
from forecast.base.errors import ParameterError
from forecast.base.parameters import Parameters
from forecast.base.texts import percent
from forecast.outlook.answers import answer
from forecast.outlook.vintages import BatchForecast, batch_forecast


@dataclass(frozen=True)
class Checked:
    """What is said of an area's targets on a day, and the figures about them that are overdue.

    A target of which nothing can be said counts with those whose figures are overdue.
    """

    area: str
    year: int
    day: date
    calls: Mapping[str, BatchForecast]
    late: tuple[NextRelease, ...]

    def below(self, min_probability: float) -> Iterator[str]:
        """Yield a line for each target that is less probable, or missed."""
        for name, call in self.calls.items():
            if call.is_assessed and call.probability.value < min_probability:
                said = "missed" if call.is_settled else percent(call.probability.value, "en")
                wanted = percent(min_probability, "en")
                yield f"below: {self.area}/{name} {self.year}: {said}; wanted: {wanted} or more"

    def overdue_lines(self) -> Iterator[str]:
        """Yield a line for each series that is late, and for each target that lacks figures."""
        for one in self.late:
            yield f"overdue: {one}, {one.days_late(self.day)} days before {self.day}"
        for name, call in self.calls.items():
            if not call.is_assessed:
                yield f"overdue: {self.area}/{name} {self.year}: too few figures for a probability"


def checked(
    archive: Archive,
    asked: Parameters,
    overlay: Overlay | None,
    indicators: Collection[str],
    *,
    grace_days: int,
) -> Checked:
    """Return what is said of an area's targets, or of those named.

    Raise ParameterError where one of them, or any at all, has no target in force.
    """
    targeted = in_force(archive.targets, asked.area, asked.year, asked.as_of)
    missing = [name for name in indicators if name not in targeted]
    if missing or not targeted:
        what = ", ".join(missing) or "any indicator"
        known = ", ".join(sorted(targeted)) or "none"
        raise ParameterError(
            [
                f"no target for {what} of {asked.area} in {asked.year} is in force on "
                f"{asked.as_of}; in force: {known}"
            ]
        )
    told = answer(
        archive,
        asked.area,
        asked.year,
        asked.as_of,
        seed=asked.seed,
        n_paths=asked.n_paths,
        overlay=overlay,
    )
    names = [n for n in told.outlook.indicators if n in (indicators or targeted)]
    calls = {name: batch_forecast(told.outlook.indicators[name], asked.n_paths) for name in names}
    open_ = [name for name, call in calls.items() if not call.is_settled]
    snapshot = archive.as_of(asked.as_of)
    late = tuple(overdue(snapshot, asked.area, open_, grace_days=grace_days))
    return Checked(asked.area, asked.year, asked.as_of, calls, late)


def areas_with_targets(archive: Archive, year: int, day: date) -> list[str]:
    """Return the areas with a target of a year in force on a day; raise ParameterError for none."""
    found = [area for area in archive.areas if in_force(archive.targets, area, year, day)]
    if not found:
        raise ParameterError([f"no target of any area for {year} is in force on {day}"])
    return found
