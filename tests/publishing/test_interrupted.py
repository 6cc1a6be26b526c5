"""A publication that a kill or a power cut interrupts at any call ends as one that was not.

The reports are simulated (`nights.py`); `make soak` kills at a hundred calls.
"""

import os
import sys
from pathlib import Path

import pytest

from nights import NEXT, Disk, killed_at, nights, put_back, survives, tree

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and forks"),
]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a good first night, of which the next makes a report for each area."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = nights(folder, monkeypatch)
        assert found.run().exit_code == 0
    return folder


@pytest.fixture(scope="module")
def whole(first: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the reports after a next night that nothing interrupted."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = nights(tmp_path_factory.mktemp("whole"), monkeypatch, after=first)
        assert found.run(now=NEXT).exit_code == 0
        return tree(found.reports)


@pytest.mark.parametrize("number", [3, 11, 20, 31, 42, 55, 69, 85])
def test_killed_at_a_call_the_next_run_makes_the_reports_as_without(
    first: Path,
    whole: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
):
    night = nights(tmp_path, monkeypatch, after=first)
    assert killed_at(night, number)
    survives(night, whole)


def test_after_a_power_cut_the_next_run_makes_the_reports_as_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A first report of one area, cut at every point between two syncs."""
    night = nights(tmp_path, monkeypatch)
    schedule = (night.data / "schedule.toml").read_text(encoding="utf-8")
    (night.data / "schedule.toml").write_text(
        schedule.split("[[report]]")[1].join(["[[report]]", ""]), encoding="utf-8"
    )
    disk = Disk(tmp_path)
    monkeypatch.setattr(os, "fsync", disk.fsync)
    disk.names[tmp_path.stat().st_ino] = {"reports": (0, True)}
    assert night.run(now="2018-03-01T12:00").exit_code == 0
    whole = tree(night.reports)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    states = [
        {n.removeprefix("reports/"): c for n, c in state.items() if n.startswith("reports/")}
        for state in disk.states
    ]
    assert len(states) > 15
    for state in states:
        put_back(state, night.reports)
        said = night.run(now="2018-03-01T12:00")
        assert said.exit_code == 0, (sorted(state), said.output)
        assert tree(night.reports) == whole
        verified = night.verify()
        assert verified.exit_code == 0, (sorted(state), verified.output)
