"""10,000 damaged data folders: read rightly or refused; 1,000 more are asked for an answer."""

import random
from pathlib import Path

import pytest

from mutations import checked_answer, checked_mutation, write_corpus

N_SHARDS, N_CASES, N_ANSWERS = 40, 250, 25


@pytest.mark.parametrize("shard", range(N_SHARDS))
def test_a_damaged_folder_is_read_or_refused_and_no_row_is_lost(tmp_path: Path, shard: int):
    corpus = write_corpus(tmp_path / "corpus")
    for number in range(N_CASES):
        chance = random.Random(f"{shard} {number}")
        checked_mutation(corpus, tmp_path / "damaged", chance)


@pytest.mark.parametrize("shard", range(N_SHARDS))
def test_of_a_damaged_folder_there_is_an_answer_or_a_clear_error(tmp_path: Path, shard: int):
    for number in range(N_ANSWERS):
        checked_answer(tmp_path / f"town-{number}", random.Random(f"{shard} {number}"))
