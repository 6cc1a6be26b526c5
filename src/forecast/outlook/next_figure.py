"""The figure of a series that comes out next, and the probability of its target by its value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from forecast.base.months import Span

State = Literal["expected", "overdue", "ended", "none_left", "unknown"]
Basis = Literal["schedule", "past_releases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The probability of a target after the next figure, at values between its 2 and 98 % points.

    `values_pct` are growth as it is published, of a rate or a balance its level; `probabilities`
    what a report of the release day would say with each of them. Between two values the curve is
    straight, and beyond the outermost it stays as it is there. `mean` is its mean over the values
    that are expected today; were the forecasts consistent it would be today's probability.
    """

    values_pct: list[float]
    probabilities: list[float]
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LightRange:
    """Values of the next figure, as it is published, after which a target has one light.

    An end is None where every value beyond has that light too. `probability` is how probable such
    a value is.
    """

    light: str
    lower_pct: float | None
    upper_pct: float | None
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFigure:
    """The next figure of an open target: when it is expected, and what it would change.

    `state` is `expected`; `overdue` where its day is past; `ended` where the series has published
    nothing for more than a year; `none_left` where no figure of the year is to come; `unknown`
    where nothing says which one comes or when. `expected_on` rests on the usual lag of the
    `schedule`, else on `past_releases`; `earliest_on` and `latest_on` are the days by the
    shortest and the longest lag of such figures, where the days of three are known. `settles` tells
    that the figure settles the target. Growth is of January to the last month of the span; a rate
    or a balance that is published by the month has the level of that month alone.
    """

    state: State
    span: Span | None
    expected_on: date | None
    expected_basis: Basis | None
    earliest_on: date | None
    latest_on: date | None
    days_late: int
    settles: bool
    median_pct: float | None
    lower80_pct: float | None
    upper80_pct: float | None
    curve: Curve | None
    lights: list[LightRange]
