"""The one seam for parallel work."""

import math
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from forecast.workers import executor, limit_threads, progress_bar, spread

NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.mark.parametrize("n_workers", [0, 1])
def test_one_worker_needs_no_executor(n_workers: int):
    with executor(n_workers) as pool:
        assert pool is None
        assert list(spread(pool, math.sqrt, [1.0, 4.0, 9.0])) == [1, 2, 3]


def test_processes_give_the_same_results_in_the_same_order():
    items = list(range(40))
    with executor(2) as pool:
        assert isinstance(pool, ProcessPoolExecutor)
        found = list(spread(pool, math.factorial, items))
    assert found == [math.factorial(i) for i in items]


def test_any_executor_will_do():
    with ThreadPoolExecutor(2) as pool:
        assert list(spread(pool, abs, [-3, 2, -1])) == [3, 2, 1]


def test_a_fault_in_a_worker_is_raised_here():
    with executor(2) as pool, pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        list(spread(pool, math.sqrt, [1.0, -1.0]))


def test_a_process_gets_one_numeric_thread(monkeypatch: pytest.MonkeyPatch):
    for name in NAMES:
        monkeypatch.delenv(name)
    limit_threads()
    assert [os.environ[name] for name in NAMES] == ["1", "1", "1"]


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    limit_threads()
    assert os.environ["OMP_NUM_THREADS"] == "4"


def test_the_limit_can_be_set_before_numpy_is_imported():
    code = "import sys, forecast.workers; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("after_seconds", "is_drawn"), [(0.0, True), (60.0, False)])
def test_a_bar_is_not_drawn_before_its_time(
    capsys: pytest.CaptureFixture[str], after_seconds: float, is_drawn: bool
):
    advance = progress_bar("Past days", show=True, unit="days", after_seconds=after_seconds)
    for done in (1, 2):
        advance(done, 2)
    assert ("Past days: 100%" in capsys.readouterr().err) == is_drawn
