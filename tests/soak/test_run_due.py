"""`forecast run-due`, killed at 30 random moments."""

from pathlib import Path

import numpy as np

from forecast.publishing.integrity import faults_of
from town import call, entries, kill_after, lacking_last, results, write_town

N_KILLS, N_DUE = 30, 3


def test_killed_at_random_moments_the_folder_ends_as_without_the_kills(tmp_path: Path):
    town, year = write_town(tmp_path / "data"), tmp_path / "year"
    usual = sum(entry["seconds"] for entry in entries(call(town, year))[-N_DUE:])
    rng, n_killed = np.random.default_rng(30), 0
    for number in range(N_KILLS):
        reports = lacking_last(year, tmp_path / f"reports-{number}", N_DUE)
        moment = rng.uniform(0.2, usual + 2.0)
        n_killed += kill_after(moment, town, reports, with_children=bool(number % 2))
        said = call(town, reports)
        assert said.exit_code == 0, said.output
        assert results(reports) == results(year), number
        assert faults_of(reports) == [], number
    assert n_killed >= N_KILLS / 2
