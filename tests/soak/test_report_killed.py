"""`forecast report` and `forecast import`, killed at 50 random moments each."""

from pathlib import Path

import numpy as np
import pytest

from killed import import_survives, report_survives, reported

N_KILLS = 50


def test_a_report_killed_at_random_moments_is_whole_or_not_there(tmp_path: Path):
    whole = reported(tmp_path)
    rng = np.random.default_rng(50)
    killed = [
        report_survives(whole, tmp_path / f"{n}", rng.uniform(0.2, whole.seconds), every=n % 2)
        for n in range(N_KILLS)
    ]
    assert sum(killed) >= N_KILLS / 2


@pytest.mark.parametrize("seed", [50])
def test_an_import_killed_at_random_moments_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, seed: int
):
    rng = np.random.default_rng(seed)
    killed = [import_survives(tmp_path / f"{n}", rng.uniform(0.3, 3.0)) for n in range(N_KILLS)]
    assert sum(killed) >= N_KILLS / 4
