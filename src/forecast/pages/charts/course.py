"""Growth through the year as it is drawn, and the part of the axis that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.pages.charts.axes import target_rates
from forecast.report.value import Fan, IndicatorReport

_SPARE = 0.25  # how far the view may reach beyond the 80 % band, as a share of its height


@dataclass(frozen=True, slots=True)
class Course:
    """Growth by month of the year, 1 to 12, where there is any."""

    months: list[int]
    growth: list[float]

    @classmethod
    def of(cls, growth: Sequence[float | None]) -> Course:
        """Return the months with growth; of a list that begins with January."""
        known = [(m, g) for m, g in enumerate(growth, start=1) if g is not None]
        return cls([m for m, _ in known], [g for _, g in known])


def known_course(one: IndicatorReport) -> Course:
    """Return growth of the year as far as it is known."""
    return Course.of(one.fan.known_pct)


def fan_view(one: IndicatorReport) -> tuple[float, float]:
    """Return the ends of the growth axis.

    What is known, the target and the 80 % band are always in view, the 90 % band as far as it
    does not make the rest small, and past years where they happen to lie.
    """
    known = known_course(one)
    seen = [*known.growth, *target_rates(one), *_ends(one.fan, 0.1, 0.9), *called(one)]
    seen = seen or [g for past in one.past_years_pct.values() for g in Course.of(past).growth]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    spare = _SPARE * max(high - low, 2.0)
    wide = [low, high, *_ends(one.fan, 0.05, 0.95)]
    edge = spare / 4
    return max(min(wide), low - spare) - edge, min(max(wide), high + spare) + edge


def _ends(fan: Fan, lower: float, upper: float) -> list[float]:
    return [
        g for level in (lower, upper) for g in fan.quantiles_pct.get(level, ()) if g is not None
    ]


def called(one: IndicatorReport) -> list[float]:
    """Return the 80 % band of the last forecast before a settled outturn."""
    last = one.last_forecast
    ends = () if last is None else (last.lower80_pct, last.upper80_pct)
    return [end for end in ends if end is not None]
