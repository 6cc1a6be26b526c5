"""Damaged data folders: each is read rightly, or refused with a clear error.

Some are drawn here, 11,000 in `make soak`.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.archive.archive import Archive
from mutations import Chance, checked_answer, checked_mutation, outcome, rows_lost, write_corpus

N_CASES, N_STATUS = 80, 20
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
    checked_answer(tmp_path_factory.mktemp("town") / "data", chance)
