"""The contract suite: the models of the project keep it, and each breach is named."""

import numpy as np
import pytest

from forecast.models.registry import BUILT_IN
from forecast.testing import CASES, ModelContract, contract_faults

SLOW = "prophet"


class TestDrift(ModelContract):
    """As the documentation shows it."""

    model = BUILT_IN["drift"]


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name != SLOW])
def test_the_models_of_the_project_keep_it(name: str):
    assert contract_faults(BUILT_IN[name]) == []


def test_the_slow_one_keeps_it_too():
    assert contract_faults(BUILT_IN[SLOW], CASES[:1]) == []


class Breach:
    """Growth of last month for ever, give or take a point, with one breach of the contract."""

    name = "breach"

    def __init__(self, way: str):
        self.way = way

    def can_fit(self, history):
        known = history.last_published is not None and bool(history.ahead)
        return "perhaps" if self.way == "answer" else known

    def fit(self, history, shared):
        if self.way == "past":
            history.shares[...] = 0.1
        return BreachFit(history, self.way)


class BreachFit:
    def __init__(self, history, way: str):
        self.history, self.way = history, way

    def update(self, history):
        if self.way == "update":
            self.history = history
            return self
        return BreachFit(history, self.way)

    def simulate(self, n_paths, rng):
        n_ahead = len(self.history.ahead)
        draws = {
            "seed": lambda: np.random.default_rng(7).standard_normal((n_paths, n_ahead)),
            "fixed": lambda: np.zeros((n_paths, n_ahead)),
            "global": lambda: np.random.standard_normal((n_paths, n_ahead)),  # noqa: NPY002
            "turned": lambda: rng.standard_normal((n_ahead, n_paths)),
            "gap": lambda: np.full((n_paths, n_ahead), np.nan),
        }
        return draws.get(self.way, lambda: rng.standard_normal((n_paths, n_ahead)))()


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        ("answer", "can_fit gave 'perhaps'; expected True or False"),
        ("seed", "another generator gave the same paths"),
        ("fixed", "December is the same on every path, though it is not known"),
        ("global", "numpy's global random state was changed"),
        ("turned", "simulate gave float64 of the shape (9, 1); expected float64 of (1, 9)"),
        ("gap", "simulate gave numbers that are not finite"),
        ("update", "an update changed the earlier fit"),
    ],
)
def test_each_breach_is_named_with_series_and_day(way: str, fault: str):
    faults = contract_faults(Breach(way), CASES[:1])
    assert any(line.startswith("china/retail_sales on 2019-04-30: ") for line in faults)
    assert any(fault in line for line in faults)


def test_who_changes_the_history_is_found():
    faults = contract_faults(Breach("past"), CASES[-1:])
    assert "longgang/retail_sales on 2013-07-31: the history's shares were changed" in faults


def test_what_is_no_model_is_said_before_anything_runs():
    assert contract_faults(object()) == [
        "it has no method can_fit",
        "it has no method fit",
        "name: None is not a name (expected letters, digits, - and _, at most 64 of them, "
        "not a device such as con)",
    ]


def test_a_model_without_a_breach_has_none():
    assert contract_faults(Breach("")) == []
