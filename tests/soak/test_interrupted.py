"""Publishing itself, killed at a hundred calls on files, evenly over a night."""

from pathlib import Path

import pytest

from nights import NEXT, killed_at, nights, survives, tree

N_KILLS = 100


def test_killed_at_a_hundred_calls_the_folder_ends_as_without_the_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = nights(tmp_path / "first", monkeypatch)
    assert first.run().exit_code == 0
    other = nights(tmp_path / "whole", monkeypatch, after=tmp_path / "first")
    assert other.run(now=NEXT).exit_code == 0
    whole = tree(other.reports)
    for number in range(1, N_KILLS + 1):
        night = nights(tmp_path / f"{number}", monkeypatch, after=tmp_path / "first")
        assert killed_at(night, number), number
        survives(night, whole)
