"""Levels that growth says nothing of: zero, through zero, tiny, negative. All are simulated."""

import numpy as np
import pytest

from forecast.models.contract import Guarded, quantities_of
from forecast.models.registry import BUILT_IN
from forecast.models.shared import Shared
from forecast.outlook.annual import annual_outlook
from forecast.testing import LEVEL_CASES, LevelCase, contract_faults, levels
from forecast.verification.record import Record

OF_LEVELS = [case for case in LEVEL_CASES if case.quantity in ("rate", "balance")]


@pytest.mark.parametrize("case", OF_LEVELS, ids=lambda case: case.series)
def test_two_models_at_least_forecast_levels_of_each_kind(case: LevelCase):
    fitted = {name for name, model in BUILT_IN.items() if model.can_fit(case.history)}
    assert {"pace", "drift"} <= fitted
    assert all("rate" in quantities_of(BUILT_IN[name]) for name in fitted)


@pytest.mark.parametrize("kind", ["zero base", "sign change", "all negative"])
def test_growth_of_levels_of_zero_or_less_is_known_to_mean_nothing(kind: str):
    assert LevelCase(kind, "amount").history.newest_without_growth is not None
    assert LevelCase(kind, "balance").history.newest_without_growth is None


@pytest.mark.parametrize("kind", ["near zero", "near a hundred"])
def test_a_share_stays_where_its_open_months_can_take_it(kind: str):
    """Eight of twelve months are known, so the mean of the year lies within 4 / 12 of 100."""
    history = LevelCase(kind, "rate").history
    so_far = levels(kind)[96:104].mean()
    paths = np.full((2, 4), [[-30.0], [130.0]])
    ends = history.within_bounds(paths)[:, -1]
    assert ends == pytest.approx([so_far * 8 / 12, (so_far * 8 + 400) / 12])
    inside = np.full((2, 4), so_far)
    assert history.within_bounds(inside) == pytest.approx(inside)
    change = LevelCase("sign change", "rate").history  # no share: it was below zero
    assert change.within_bounds(paths) is paths


def test_no_path_of_an_outlook_leaves_the_bounds_of_a_share():
    case = LevelCase("near zero", "rate")
    snapshot = case.archive.as_of(case.day)
    outlook = annual_outlook(
        snapshot, "simulated", 2018, record=Record.empty(), seed=1, n_paths=200
    )
    own = outlook.indicators["levels"]
    assert own.paths is not None
    assert own.paths.min() >= levels("near zero")[96:104].mean() * 8 / 12


class Still:
    """Levels stay where they are, give or take one."""

    name = "still"

    def __init__(self, *quantities: str):
        self.quantities = quantities

    def can_fit(self, history):
        return history.last_published is not None

    def fit(self, history, shared):
        return StillFit(history)


class StillFit:
    def __init__(self, history):
        self.history = history

    def update(self, history):
        return StillFit(history)

    def simulate(self, n_paths, rng):
        noise = rng.standard_normal((n_paths, len(self.history.ahead)))
        return self.history.at(self.history.last_published) + noise


def test_a_model_of_others_is_asked_about_levels_where_it_declares_them():
    balance, amount = LevelCase("sign change", "balance"), LevelCase("counts", "amount")
    declared, plain = Guarded("still", Still("balance")), Guarded("still", Undeclared())
    assert [declared.can_fit(case.history) for case in (balance, amount)] == [True, False]
    assert [plain.can_fit(case.history) for case in (balance, amount)] == [False, True]
    assert declared.fit(balance.history, Shared()).simulate(3, np.random.default_rng(1)).shape == (
        3, 4,
    )  # fmt: skip


class Undeclared(Still):
    """A model that says nothing of quantities."""

    def __init__(self):
        pass


def test_the_suite_asks_what_a_model_declares():
    assert contract_faults(Still("balance", "rate"), LEVEL_CASES) == []
    assert contract_faults(Still("balances"), LEVEL_CASES) == [
        "quantities: ('balances',) (expected some of amount, index, stock, rate, balance)"
    ]
    broken = Still("balance")
    broken.fit = lambda history, shared: 1 / 0
    faults = contract_faults(broken, LEVEL_CASES)
    assert {fault.split(" on ")[0] for fault in faults} == {
        "balance/zero base", "balance/sign change", "balance/all negative",
    }  # fmt: skip
