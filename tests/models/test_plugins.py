"""Models of other packages: taken in by entry point, left out by name where they break a rule."""

from importlib.metadata import EntryPoint

import numpy as np
import pytest

from forecast.base.errors import BrokenModel
from forecast.models.contract import Guarded
from forecast.models.plugins import plugged_in
from forecast.models.registry import BUILT_IN, MODELS
from forecast.models.shared import Shared
from forecast.testing import CASES


class Still:
    """Growth stays where it is, give or take a point."""

    name = "still"

    def can_fit(self, history):
        return history.last_published is not None

    def fit(self, history, shared):
        return _StillFit(history)


class _StillFit:
    def __init__(self, history):
        self.history = history

    def update(self, history):
        return _StillFit(history)

    def simulate(self, n_paths, rng):
        n_ahead = len(self.history.ahead)
        return self.history.at(self.history.last_published) + rng.standard_normal(
            (n_paths, n_ahead)
        )


class Nameless(Still):
    name = "not a name"


class Refusing:
    def __init__(self):
        raise RuntimeError("needs a licence")


class Wordless:
    name = "wordless"


def entry(name: str, what: str) -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{what}", "forecast.models")


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch):
    """Let entry points find this module, whatever pytest imported it as."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[Still.__module__])


def test_a_model_is_taken_in_under_the_name_of_its_entry_point():
    models, left_out = plugged_in([entry("still", "Still")], BUILT_IN)
    assert (list(models), left_out) == (["still"], ())
    history = CASES[0].history
    paths = models["still"].fit(history, Shared()).simulate(500, np.random.default_rng(1))
    assert paths.shape == (500, len(history.ahead))


@pytest.mark.parametrize(
    ("name", "what", "why"),
    [
        ("pace", "Still", "a model of this project has that name"),
        ("other", "Still", "its name is 'still', that of its entry point 'other'"),
        ("wordless", "Wordless", "it has no method can_fit; it has no method fit"),
        ("not a name", "Nameless", "name: 'not a name' is not a name"),
        ("costly", "Refusing", "raised RuntimeError: needs a licence"),
        ("gone", "Nowhere", "raised AttributeError"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_named(name: str, what: str, why: str):
    models, (left_out,) = plugged_in([entry(name, what), entry("still", "Still")], BUILT_IN)
    assert list(models) == ["still"]
    assert left_out.name == name
    assert why in left_out.why
    assert str(left_out).startswith(f"model {name!r} of another package is left out: ")


def test_of_two_with_one_name_neither_is_used():
    twice = [entry("still", "Still"), entry("still", "Wordless")]
    models, left_out = plugged_in(twice, BUILT_IN)
    assert models == {}
    assert [one.name for one in left_out] == ["still"]
    assert f"{__name__}:Still, {__name__}:Wordless" in left_out[0].why


def test_no_plug_in_is_installed_beside_the_project():
    assert list(MODELS) == list(BUILT_IN)


class Breaking(Still):
    """Breaks the contract in the way that it is told."""

    def __init__(self, way):
        self.way = way

    def can_fit(self, history):
        return 1 / 0 if self.way == "asked" else True

    def fit(self, history, shared):
        if self.way == "fitted":
            raise ValueError("too short for me")
        return _Broken(history, self.way)


class _Broken(_StillFit):
    def __init__(self, history, way):
        super().__init__(history)
        self.way = way

    def simulate(self, n_paths, rng):
        paths = np.zeros((n_paths, len(self.history.ahead)))
        if self.way == "turned":
            return paths.T
        paths[0, 0] = np.nan
        return ["?"] * n_paths if self.way == "words" else paths


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("asked", "can_fit raised ZeroDivisionError: division by zero"),
        ("fitted", "fit raised ValueError: too short for me"),
        ("turned", r"simulate gave the shape \(9, 20\); expected \(20, 9\), paths by months ahead"),
        ("words", r"simulate gave the shape \(20,\); expected \(20, 9\)"),
        ("gaps", "simulate gave 1 of 180 numbers that are not finite"),
    ],
)
def test_a_breach_says_how(way: str, why: str):
    model, history = Guarded("mine", Breaking(way)), CASES[0].history
    with pytest.raises(BrokenModel, match=why):
        _ = model.can_fit(history) and model.fit(history, Shared()).simulate(
            20, np.random.default_rng(1)
        )
