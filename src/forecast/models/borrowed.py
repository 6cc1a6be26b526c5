"""`borrowed`: a distribution for an indicator without a figure of its own this year.

Its growth is that of the related series, give or take the usual distance between areas and theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import year_of
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.contract import QUANTITIES
from forecast.models.pace import FittedPace, Pace
from forecast.models.shared import Shared


class Borrowed:
    """Growth of the related series, widened by the past distance of areas from theirs."""

    name = "borrowed"
    quantities = QUANTITIES

    def can_fit(self, history: History) -> bool:
        """Return whether the year has no figure here and a related series can stand in."""
        has_figure = history.months_known > 0 or any(
            year_of(m) == history.year for m in history.expected
        )
        return not has_figure and bool(_donors(history))

    def fit(self, history: History, shared: Shared) -> FittedBorrowed:
        """Return the donors' courses; raise NotEnoughHistory where `can_fit` is false."""
        if not self.can_fit(history):
            raise NotEnoughHistory(f"{history.series} has no related series to borrow from")
        return FittedBorrowed(history, shared, _courses(history, shared))


def _donors(history: History) -> list[History]:
    usable = (history.related[s] for s in history.indicator.substitute_series(history.area))
    return [h for h in usable if h.indicator.annual_rule and _is_recent(h) and Pace().can_fit(h)]


def _courses(history: History, shared: Shared) -> tuple[FittedPace, ...]:
    return tuple(Pace().fit(donor, shared) for donor in _donors(history))


def _is_recent(history: History) -> bool:
    """Whether the series has a figure of the forecast year or of the year before."""
    return (
        history.last_published is not None and year_of(history.last_published) >= history.year - 1
    )


@dataclass(frozen=True)
class FittedBorrowed:
    """The courses of the related series and the spread around them."""

    history: History
    shared: Shared
    donors: tuple[FittedPace, ...]

    def update(self, history: History) -> FittedBorrowed:
        """Return the same spread around newer courses of the related series."""
        return replace(self, history=history, donors=_courses(history, self.shared) or self.donors)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of YTD growth: a donor's whole course, and one distance for all the year."""
        donor = rng.integers(len(self.donors), size=n_paths)
        courses = np.stack(
            [_over(self.history.ahead, fitted, n_paths, rng) for fitted in self.donors]
        )
        scale = self.shared.scale_of(self.history)
        errors = rng.standard_t(scale.degrees_of_freedom, n_paths)
        distance = scale.scale_pp * self.shared.difference * errors
        return courses[donor, np.arange(n_paths)] + distance[:, None]


def _over(ahead: range, fitted: FittedPace, n_paths: int, rng: np.random.Generator) -> FloatArray:
    """Return a related series' course over the months ahead here, known or simulated."""
    simulated = dict(zip(fitted.history.ahead, fitted.simulate(n_paths, rng).T, strict=True))
    course = np.empty((n_paths, len(ahead)))
    for column, when in enumerate(ahead):
        course[:, column] = simulated.get(when, fitted.history.at(when))
    gaps = np.isnan(course)
    course[gaps] = np.broadcast_to(course[:, -1:], course.shape)[gaps]
    return course
