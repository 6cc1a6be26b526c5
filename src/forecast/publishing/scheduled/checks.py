"""Whether targets are on track and their data are there, in lines for a monitor."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forecast.archive.archive import Archive, NextRelease, overdue
from forecast.archive.overlay import Overlay
from forecast.archive.targets import in_force
from forecast.base.errors import ParameterError
from forecast.base.parameters import Parameters
from forecast.base.texts import percent, rate, whole_percent
from forecast.outlook.answers import answer
from forecast.outlook.vintages import BatchForecast, batch_forecast


@dataclass(frozen=True)
class TargetCheck:
    """The forecasts of an area's targets on a day, and the overdue figures about them.

    A target without enough figures for a forecast counts with those whose figures are overdue.
    """

    area: str
    year: int
    day: date
    forecasts: Mapping[str, BatchForecast]
    late: tuple[NextRelease, ...]

    def below(self, min_probability: float) -> Iterator[str]:
        """Yield a line for each target that is less probable, or missed."""
        for name, forecast in self.forecasts.items():
            value = forecast.probability.value
            if forecast.is_assessed and value < min_probability:
                found, wanted = _apart(value, min_probability)
                shown = "missed" if forecast.is_settled else found
                yield f"below: {self.area}/{name} {self.year}: {shown}; wanted: {wanted} or more"

    def overdue_lines(self) -> Iterator[str]:
        """Yield a line for each series that is late, and for each target that lacks figures."""
        for release in self.late:
            yield f"overdue: {release}, {release.days_late(self.day)} days before {self.day}"
        for name, forecast in self.forecasts.items():
            if not forecast.is_assessed:
                yield f"overdue: {self.area}/{name} {self.year}: too few figures for a probability"


def _apart(value: float, wanted: float) -> tuple[str, str]:
    """Return two probabilities in per cent, with decimals where whole per cents are the same."""
    if whole_percent(value) != whole_percent(wanted):
        return percent(value, "en"), percent(wanted, "en")
    decimals = next((d for d in (1, 2) if round(100 * (wanted - value), d)), 3)
    return rate(100 * value, decimals, "en"), rate(100 * wanted, decimals, "en")


def target_check(
    archive: Archive,
    parameters: Parameters,
    overlay: Overlay | None,
    indicators: Collection[str],
    *,
    grace_days: int,
) -> TargetCheck:
    """Return the check of an area's targets, or of the named ones.

    Raise ParameterError where a named one, or every indicator, has no target in force.
    """
    area, year, day = parameters.area, parameters.year, parameters.as_of
    targeted = in_force(archive.targets, area, year, day)
    missing = [name for name in indicators if name not in targeted]
    if missing or not targeted:
        what = ", ".join(missing) or "any indicator"
        others = ", ".join(sorted(targeted)) or "none"
        message = f"no target for {what} of {area} in {year} is in force on {day}"
        raise ParameterError([f"{message}; in force: {others}"])
    seed, n_paths = parameters.seed, parameters.n_paths
    outlook = answer(archive, area, year, day, seed=seed, n_paths=n_paths, overlay=overlay).outlook
    names = [n for n in outlook.indicators if n in (indicators or targeted)]
    forecasts = {name: batch_forecast(outlook.indicators[name], n_paths) for name in names}
    open_ = [name for name, forecast in forecasts.items() if not forecast.is_settled]
    late = tuple(overdue(archive.as_of(day), area, open_, grace_days=grace_days))
    return TargetCheck(area, year, day, forecasts, late)


def checked_areas(archive: Archive, year: int, day: date) -> list[str]:
    """Return the areas with a target in force on a day; raise ParameterError if there is none."""
    areas = archive.areas_with_targets(year, day)
    if not areas:
        raise ParameterError([f"no target of any area for {year} is in force on {day}"])
    return areas
