"""The contract suite for models: whoever writes one can run it, in pytest or without.

    from forecast.testing import ModelContract

    class TestMine(ModelContract):
        model = Mine()

It asks a model about real histories of the example data that come with the package, and about
simulated levels of which growth says nothing: from zero, through zero, tiny, negative, near the
bounds of a rate. Rates and balances are asked of a model that declares them in `quantities`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.registry import AnnualRule, Indicator, Quantity, Registry
from forecast.archive.schedule import end_of_month
from forecast.base.months import month
from forecast.base.package import folder
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.contract import quantities_of
from forecast.models.plugins import faults_of
from forecast.models.shared import Shared

_N_PATHS = 50
_LEAST_SPREAD_PP = 0.001


@dataclass(frozen=True, slots=True)
class Case:
    """A series of the example data on a day, and a later day on which more of it was known."""

    series: str
    day: date
    later: date
    year: int

    @property
    def history(self) -> History:
        """What was known on the day; a copy, for a model might change it."""
        return _history(self.series, self.day, self.year)

    @property
    def history_later(self) -> History:
        """What was known on the later day."""
        return _history(self.series, self.later, self.year)


@dataclass(frozen=True, slots=True)
class LevelCase:
    """Simulated levels of one kind, by the month from 2010 on, read as one quantity.

    Of a rate and a balance paths are levels of the year so far, not growth: of a rate the mean of
    its months, of a balance their sum on the scale of a whole year.
    """

    kind: str
    quantity: Quantity
    day: date = date(2018, 9, 30)
    later: date = date(2018, 11, 30)
    year: int = 2018

    @property
    def series(self) -> str:
        """The quantity and the kind, as in `balance/sign change`."""
        return f"{self.quantity}/{self.kind}"

    @property
    def history(self) -> History:
        """What was known on the day."""
        return self._on(self.day)

    @property
    def history_later(self) -> History:
        """What was known on the later day."""
        return self._on(self.later)

    @property
    def archive(self) -> Archive:
        """The simulated figures of the area `simulated`, the indicator `levels`."""
        return _simulated(self.kind, self.quantity)

    def _on(self, day: date) -> History:
        return build_history(self.archive.as_of(day), "simulated", "levels", self.year)


_SPRING, _AUTUMN = date(2019, 4, 30), date(2019, 9, 30)
CASES = (
    Case("china/retail_sales", _SPRING, _AUTUMN, 2019),  # monthly flows
    Case("china/gdp", _SPRING, _AUTUMN, 2019),  # quarters at constant prices
    Case("china/trade", _SPRING, _AUTUMN, 2019),  # single months that are added up
    Case("china/cpi", _SPRING, _AUTUMN, 2019),  # the mean of monthly rates
    Case("china/m2", _SPRING, _AUTUMN, 2019),  # a stock
    Case("china/retail_sales", date(2019, 1, 15), _AUTUMN, 2019),  # the base year still open
    Case("china/retail_sales", _SPRING, _AUTUMN, 2020),  # next year
    Case("futian/gdp", _SPRING, _AUTUMN, 2019),  # four spans a year
    Case("futian/trade", _SPRING, _AUTUMN, 2019),  # silent for years
    Case("futian/modern_services_va", _SPRING, _AUTUMN, 2019),  # growth was never published
    Case("longgang/retail_sales", date(2013, 7, 31), date(2013, 9, 30), 2013),  # three spans ever
)
LEVEL_CASES = (
    LevelCase("zero base", "amount"),
    LevelCase("tiny base", "amount"),
    LevelCase("counts", "amount"),  # that only accumulate within a year, such as new jobs
    LevelCase("tiny base", "stock"),
    LevelCase("zero base", "balance"),
    LevelCase("sign change", "balance"),
    LevelCase("all negative", "balance"),
    LevelCase("near zero", "rate"),
    LevelCase("near a hundred", "rate"),
    LevelCase("sign change", "rate"),  # a change in per cent of something, not a share
)
_SETTLED = Case("china/retail_sales", date(2019, 3, 31), _AUTUMN, 2018)


@lru_cache(maxsize=1)
def _archive() -> Archive:
    return read_archive(folder("data"))


def _history(series: str, day: date, year: int) -> History:
    return copy.deepcopy(_kept(series, day, year))


@lru_cache(maxsize=64)
def _kept(series: str, day: date, year: int) -> History:
    area, indicator = series.split("/")
    return build_history(_archive().as_of(day), area, indicator, year)


def levels(kind: str) -> FloatArray:
    """Return the simulated levels of a kind, a number for each month from January 2010 on."""
    months = np.arange(12 * 8 + 10)
    noise = 0.5 * np.random.default_rng(1).standard_normal(len(months))
    kinds = {
        "zero base": np.where(months < 84, 0.0, 5 + noise),
        "tiny base": np.where(months < 84, 1e-6, 5 + noise),
        "sign change": 3 * np.sin(months / 14) + noise,
        "all negative": -20 + noise,
        "near zero": 0.3 + 0.1 * np.sin(months / 14) + 0.1 * noise,
        "near a hundred": 99.7 - 0.1 * np.sin(months / 14) - 0.1 * noise,
        "counts": np.round(90_000 + 200 * months + 3000 * noise),
    }
    return np.asarray(kinds[kind])


@lru_cache(maxsize=64)
def _simulated(kind: str, quantity: Quantity) -> Archive:
    """Return an archive of levels, each of which came out on the 20th of the next month."""
    rule: AnnualRule = _RULE_OF[quantity]
    unit = "pct" if quantity == "rate" else "persons"
    entry = Indicator(
        id="levels", name_en="Levels", name_zh="水平", unit=unit, quantity=quantity,
        annual_rule=rule, decimals=2,
    )  # fmt: skip
    rows = [
        {
            "area": "simulated", "indicator": "levels", "first": last, "last": last,
            "measure": "level", "value": float(value), "unit": unit, "status": "final",
            "released_on": pd.Timestamp(end_of_month(last)) + pd.Timedelta(days=20),
            "released_on_basis": "published", "publisher": "", "source": "simulated", "line": place,
        }
        for place, (last, value) in enumerate(enumerate(levels(kind), start=month(2010, 1)))
    ]  # fmt: skip
    return Archive(pd.DataFrame(rows), Registry({entry.id: entry}, {}, {}))


_RULE_OF: Mapping[Quantity, AnnualRule] = {
    "amount": "sum_of_months",
    "balance": "sum_of_months",
    "stock": "end_of_year",
    "rate": "mean_of_months",
}
AnyCase = Case | LevelCase


def contract_faults(model: Any, cases: Sequence[AnyCase] = (*CASES, *LEVEL_CASES)) -> list[str]:
    """Return every breach of the contract, a sentence each; none for a model that keeps it.

    Of cases of rates and balances those count that the model declares in `quantities`.
    """
    faults = faults_of(model)
    return faults or [fault for check in _CHECKS for fault in _found(check, model, cases)]


def _found(check: _Check, model: Any, cases: Iterable[AnyCase]) -> Iterator[str]:
    """Yield the breaches of one rule; what the model raises is one too."""
    declared = quantities_of(model)
    for case in cases:
        if isinstance(case, LevelCase) and case.quantity not in declared:
            continue
        where = f"{case.series} on {case.day}"
        try:
            yield from (f"{where}: {fault}" for fault in check(model, case))
        except Exception as error:  # whatever the model raises
            yield f"{where}: {type(error).__name__}: {error}"


_Check = Callable[[Any, AnyCase], Iterator[str]]


def _paths(fitted: Any, seed: int = 1, n_paths: int = _N_PATHS) -> FloatArray:
    return np.asarray(fitted.simulate(n_paths, np.random.default_rng(seed)))


def _answers(model: Any, case: AnyCase) -> Iterator[str]:
    """Yield what is wrong with whether it can be fitted, of a settled year too."""
    if not isinstance(model.can_fit(case.history), bool | np.bool_):
        yield f"can_fit gave {model.can_fit(case.history)!r}; expected True or False"
    settled = _SETTLED.history
    if model.can_fit(settled):
        shape = _paths(model.fit(settled, Shared()), n_paths=3).shape
        if shape != (3, 0):
            yield f"of a settled year simulate gave the shape {shape}; expected (3, 0)"


def _shapes(model: Any, case: AnyCase) -> Iterator[str]:
    """Yield what is wrong with paths: shape, type, finite numbers, an uncertain December."""
    fitted = model.fit(case.history, Shared())
    for n_paths in (1, _N_PATHS):
        paths, expected = _paths(fitted, n_paths=n_paths), (n_paths, len(case.history.ahead))
        if paths.shape != expected or paths.dtype != np.float64:
            found = f"{paths.dtype} of the shape {paths.shape}"
            yield f"simulate gave {found}; expected float64 of {expected}, paths by months ahead"
        elif not np.isfinite(paths).all():
            yield "simulate gave numbers that are not finite"
        elif n_paths > 1 and paths[:, -1].std() < _LEAST_SPREAD_PP:
            yield "December is the same on every path, though it is not known"


def _streams(model: Any, case: AnyCase) -> Iterator[str]:
    """Yield what shows that randomness comes from elsewhere than the generator."""
    fitted = model.fit(case.history, Shared())
    before = copy.deepcopy(np.random.get_state())  # noqa: NPY002  # it is what must not change
    paths = _paths(fitted)
    if not np.array_equal(paths, _paths(fitted)):
        yield "the same generator gave other paths"
    elif not np.array_equal(paths, _paths(model.fit(case.history, Shared()))):
        yield "another fit to the same history gave other paths"
    if np.array_equal(paths[:, -1], _paths(fitted, seed=2)[:, -1]):
        yield "another generator gave the same paths"
    after = np.random.get_state()  # noqa: NPY002
    if not all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
        yield "numpy's global random state was changed"


def _past(model: Any, case: AnyCase) -> Iterator[str]:
    """Yield the parts of the history that were changed."""
    history = case.history
    before = copy.deepcopy(history)
    _paths(model.fit(history, Shared()))
    parts = {
        "growth": (before.growth.year_to_date, history.growth.year_to_date),
        "shares": (before.shares, history.shares),
    }
    if before.flows is not None and history.flows is not None:
        parts["flows"] = before.flows.amounts, history.flows.amounts
    for name, (old, new) in parts.items():
        if not np.array_equal(old, new, equal_nan=True):
            yield f"the history's {name} were changed"


def _updates(model: Any, case: AnyCase) -> Iterator[str]:
    """Yield what is wrong with an update, which continues from newer figures."""
    fitted = model.fit(case.history, Shared())
    before = _paths(fitted)
    if not np.array_equal(_paths(fitted.update(case.history)), before):
        yield "an update with nothing new gave other paths"
    later = case.history_later
    if model.can_fit(later):
        paths, expected = _paths(fitted.update(later)), (_N_PATHS, len(later.ahead))
        if paths.shape != expected or not np.isfinite(paths).all():
            yield f"an update gave the shape {paths.shape}; expected finite numbers, {expected}"
        if not np.array_equal(_paths(fitted), before):
            yield "an update changed the earlier fit"


def _where_it_fits(check: _Check) -> _Check:
    def checked(model: Any, case: AnyCase) -> Iterator[str]:
        return check(model, case) if model.can_fit(case.history) else iter(())

    return checked


_CHECKS: tuple[_Check, ...] = (
    _answers,
    *map(_where_it_fits, (_shapes, _streams, _past, _updates)),
)


class ModelContract:
    """Tests for pytest: derive from it and set `model`; `cases` may be fewer for a slow one."""

    model: ClassVar[Any] = None
    cases: ClassVar[Sequence[AnyCase]] = (*CASES, *LEVEL_CASES)

    def _check(self, *checks: _Check) -> None:
        faults = [f for check in checks for f in _found(check, self.model, self.cases)]
        assert not faults, "\n".join(faults)

    def test_it_is_a_model_with_a_name(self) -> None:
        """Assert that it has a name, `can_fit` and `fit`."""
        assert faults_of(self.model) == []

    def test_it_can_be_fitted_to_one_of_the_cases(self) -> None:
        """Assert that the other tests say something."""
        assert any(self.model.can_fit(case.history) for case in self.cases)

    def test_it_says_whether_it_can_be_fitted(self) -> None:
        """Assert an answer for every history, also one without growth and one that is settled."""
        self._check(_answers)

    def test_paths_are_finite_one_column_for_each_month_ahead(self) -> None:
        """Assert shape, type, finite numbers and an uncertain December."""
        self._check(_where_it_fits(_shapes))

    def test_randomness_comes_from_the_generator_alone(self) -> None:
        """Assert the same paths for the same generator, and others for another."""
        self._check(_where_it_fits(_streams))

    def test_the_history_is_left_untouched(self) -> None:
        """Assert that growth, shares and flows stay as they were given."""
        self._check(_where_it_fits(_past))

    def test_an_update_continues_with_the_same_parameters(self) -> None:
        """Assert that nothing new changes nothing, and that newer figures give newer paths."""
        self._check(_where_it_fits(_updates))
