"""Joint paths of several indicators."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.coupling import independent
from strategies import growth_paths


@given(growth_paths(), growth_paths(), st.integers(0, 2**32))
def test_the_single_distributions_stay_as_they_are(sales, output, seed):
    joint = independent({"sales": sales, "output": output}, seed, "test")
    for name, paths in (("sales", sales), ("output", output)):
        assert sorted(joint[name].tolist()) == sorted(paths.tolist())  # path by path, kept whole


def test_no_indicators_path_says_anything_of_anothers():
    december = np.arange(10_000.0)[:, None]
    joint = independent({"sales": december, "output": december}, 1, "test")
    correlation = np.corrcoef(joint["sales"][:, 0], joint["output"][:, 0])[0, 1]
    assert abs(correlation) < 4 / np.sqrt(10_000)


def test_another_indicator_does_not_change_the_order_of_the_others():
    rng = np.random.default_rng(1)
    paths = {name: rng.standard_normal((50, 3)) for name in ("sales", "output", "trade")}
    both = independent(paths, 1, "test")
    alone = independent({"trade": paths["trade"]}, 1, "test")
    assert np.array_equal(both["trade"], alone["trade"])


@pytest.mark.parametrize(("seed", "stream"), [(2, "test"), (1, "other")])
def test_seed_and_stream_decide_the_order(seed: int, stream: str):
    paths = {"sales": np.arange(50.0)[:, None]}
    one = independent(paths, 1, "test")["sales"]
    assert np.array_equal(one, independent(paths, 1, "test")["sales"])
    assert not np.array_equal(one, independent(paths, seed, stream)["sales"])


def test_the_paths_given_are_not_changed():
    paths = np.arange(50.0)[:, None]
    independent({"sales": paths}, 1, "test")
    assert np.array_equal(paths, np.arange(50.0)[:, None])
