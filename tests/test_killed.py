"""`forecast report` and `forecast import`, killed in their midst; 50 times in `make soak`."""

from pathlib import Path

import numpy as np
import pytest

from killed import Whole, import_survives, report_survives, reported


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return reported(tmp_path_factory.mktemp("whole"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_report_that_is_killed_is_whole_or_not_there_and_the_next_run_makes_it(
    whole: Whole, tmp_path: Path, seed: int
):
    moment = np.random.default_rng(seed).uniform(0.3, 1.0) * whole.seconds
    report_survives(whole, tmp_path / "out", moment, every=bool(seed % 2))


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.9, 1.5])
def test_an_import_that_is_killed_leaves_the_old_rows_or_all(tmp_path: Path, seconds: float):
    import_survives(tmp_path, seconds)
