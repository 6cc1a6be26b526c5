"""`forecast report` and `forecast import`, killed in their midst; 50 times in `make soak`."""

from pathlib import Path

import pytest

from killed import Whole, import_survives, report_survives, reported


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return reported(tmp_path_factory.mktemp("whole"))


@pytest.mark.slow
@pytest.mark.parametrize(("part", "every"), [(0.45, False), (0.7, True)])
def test_a_report_that_is_killed_is_whole_or_not_there_and_the_next_run_makes_it(
    whole: Whole, tmp_path: Path, part: float, every: bool
):
    report_survives(whole, tmp_path / "out", part * whole.seconds, every=every)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.9, 1.5])
def test_an_import_that_is_killed_leaves_the_old_rows_or_all(tmp_path: Path, seconds: float):
    import_survives(tmp_path, seconds)
