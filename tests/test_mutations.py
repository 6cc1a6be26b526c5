"""Damaged data folders: each is read rightly, or refused with a clear error."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.archive import Archive
from forecast.cli import main
from mutations import Chance, checked_mutation, mutate, outcome, rows_lost, write_corpus
from town import write_town

N_CASES, N_STATUS = 280, 20
chances = st.randoms(use_true_random=False)
anew = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "data")


def test_the_folder_that_is_damaged_is_without_fault(corpus: Path):
    assert isinstance(outcome(corpus), Archive)
    assert rows_lost(corpus) == []


@settings(anew, max_examples=N_CASES)
@given(chance=chances)
def test_a_damaged_folder_is_read_or_refused_and_no_row_is_lost(
    corpus: Path, tmp_path: Path, chance: Chance
):
    checked_mutation(corpus, tmp_path / "damaged", chance)


@settings(anew, max_examples=N_STATUS)
@given(chance=chances)
def test_of_a_damaged_folder_there_is_an_answer_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, chance: Chance
):
    folder = write_town(tmp_path_factory.mktemp("town") / "data")
    done = mutate(folder, chance)
    call = ["status", "--area", "town", "--year", "2018", "--as-of", "2018-10-31", "--paths", "100"]
    said = CliRunner().invoke(main, [*call, "--data", str(folder)])
    assert said.exit_code in (0, 2), (done, said.exception)
    assert (said.exit_code == 2) == said.output.startswith("forecast: "), (done, said.output)
