"""The one seam for parallel work."""

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from threading import Event

import pytest

from forecast.base.errors import ParameterError, WorkersLost
from forecast.base.parallel import (
    SCHEDULER,
    WORKERS,
    executor,
    is_watched,
    limit_threads,
    progress_bar,
    spread,
    use,
    worker_count,
)

NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (WORKERS, SCHEDULER):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)  # whatever a test sets is taken back after it


@pytest.mark.parametrize(("n_workers", "n_tasks"), [(1, 9), (9, 1), (9, 0)])
def test_one_worker_or_one_task_needs_no_executor(n_workers: int, n_tasks: int):
    with executor(n_workers, n_tasks) as pool:
        assert pool is None
        assert list(spread(pool, math.sqrt, [1.0, 4.0, 9.0])) == [1, 2, 3]


def test_processes_give_the_same_results_in_the_same_order():
    items = list(range(40))
    with executor(2, 9) as pool:
        assert isinstance(pool, ProcessPoolExecutor)
        assert pool._max_workers == 2
        found = list(spread(pool, math.factorial, items))
    assert found == [math.factorial(i) for i in items]


def test_any_executor_will_do():
    with ThreadPoolExecutor(2) as pool:
        assert list(spread(pool, abs, [-3, 2, -1])) == [3, 2, 1]


def test_work_begins_before_the_last_item_is_made():
    with executor(2, 9) as pool:

        def items() -> Iterator[float]:
            assert not pool._processes
            yield 4.0
            assert pool._processes
            yield 9.0

        assert list(spread(pool, math.sqrt, items())) == [2, 3]


def test_nothing_more_is_begun_after_a_fault():
    begun, over = [], Event()

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise LookupError("the first one")
        over.wait(10)

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(LookupError, match="the first one"):
            list(spread(pool, work, range(9)))
        over.set()
    assert set(begun) <= {0, 1}


def test_a_fault_in_a_worker_is_raised_here():
    with executor(2, 9) as pool, pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        list(spread(pool, math.sqrt, [1.0, -1.0]))


def test_a_worker_that_dies_is_no_traceback():
    message = r"a local worker died, .*; nothing was published"
    with pytest.raises(WorkersLost, match=message), executor(2, 2) as pool:
        list(spread(pool, os._exit, [3, 3]))


def test_workers_are_one_a_processor_or_as_set():
    assert worker_count() == os.cpu_count()
    use(3, None)
    assert worker_count() == 3
    use(None, None)
    assert worker_count() == 3


@pytest.mark.parametrize("text", ["none", "0", "-1", "1.5"])
def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv(WORKERS, text)
    with pytest.raises(ParameterError, match=f"FORECAST_WORKERS: '{text}'; allowed: a whole"):
        worker_count()


def test_settings_reach_processes_by_the_environment():
    use(None, "tcp://127.0.0.1:8786")
    assert os.environ[SCHEDULER] == "tcp://127.0.0.1:8786"
    use(2, None)
    assert SCHEDULER not in os.environ


def test_workers_of_both_kinds_are_refused():
    with pytest.raises(ParameterError, match=r"--workers and --scheduler; allowed: one of the two"):
        use(2, "tcp://127.0.0.1:8786")


def test_a_cluster_needs_its_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    use(None, "tcp://127.0.0.1:8786")
    with pytest.raises(WorkersLost, match=r"needs the extra `cluster`"), executor(1, 2):
        pass


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
    code = "import sys, forecast.base.parallel; print('numpy' in sys.modules)"
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


def test_progress_is_shown_in_an_open_notebook_and_not_in_a_run_without_anybody(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert not is_watched()
    monkeypatch.setenv("JPY_SESSION_NAME", "explore/02_models.ipynb")
    assert is_watched()
