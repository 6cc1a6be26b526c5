"""The one seam for parallel work: an executor, and work spread over it.

Which workers there are is a setting of the process, kept in its environment, so that it reaches
the kernel of a notebook too. No result depends on it.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from forecast.base.errors import ParameterError, WorkersLost
from forecast.base.package import code_hash

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS, SCHEDULER = "FORECAST_WORKERS", "FORECAST_SCHEDULER"
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_SECONDS_TO_CONNECT = 10
_AGAIN = "nothing was published; run again"


def limit_threads() -> None:
    """Give each process one numeric thread, unless the environment sets the number.

    It has to run before the first import of numpy in a new process; processes started later
    inherit it. Threads would compete with the workers, and a fixed number fixes the last bits.
    """
    for name in _THREAD_LIMITS:
        os.environ.setdefault(name, "1")


def collect_seldom() -> None:
    """Search for garbage a hundredth as often: what a command makes, it needs until it ends.

    Importing and drawing make so many lasting objects that searching them takes a tenth of both.
    """
    gc.set_threshold(70_000, 20, 20)


def use(n_workers: int | None, scheduler: str | None) -> None:
    """Set the workers of this process and of all that it starts; None leaves what was set.

    Raise ParameterError for both at once: a cluster has as many workers as it has.
    """
    if n_workers is not None and scheduler is not None:
        raise ParameterError(["--workers and --scheduler; allowed: one of the two"])
    if n_workers is not None:
        os.environ[WORKERS] = str(n_workers)
        os.environ.pop(SCHEDULER, None)
    if scheduler is not None:
        os.environ[SCHEDULER] = scheduler


def worker_count() -> int:
    """Return the number of local worker processes: `FORECAST_WORKERS`, else one per processor."""
    text = os.environ.get(WORKERS) or str(os.cpu_count() or 1)
    if not text.isdecimal() or int(text) < 1:
        raise ParameterError([f"{WORKERS}: {text!r}; allowed: a whole number from 1 on"])
    return int(text)


def executor(n_workers: int, n_tasks: int) -> AbstractContextManager[Executor | None]:
    """Return a context with an executor for the tasks; with None where one process suffices.

    The workers are those of the cluster whose scheduler is named, else local processes. Raise
    WorkersLost where a cluster cannot be used, or where workers die before their work is done.
    """
    address = os.environ.get(SCHEDULER)
    if n_tasks > 1 and address:
        return _cluster(address)
    return _processes(min(n_workers, n_tasks))


def spread(
    pool: Executor | None, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterable[Result]:
    """Return the results in the order of the items, whoever computes them.

    Local processes start with the first items while the rest are still generated; a cluster maps
    lists only.
    """
    if pool is None:
        return map(work, items)
    return pool.map(work, items if isinstance(pool, ProcessPoolExecutor) else list(items))


def _processes(n: int) -> AbstractContextManager[Executor | None]:
    if n <= 1:
        return nullcontext(None)
    limit_threads()
    return _local(ProcessPoolExecutor(n, mp_context=get_context("spawn")))


@contextmanager
def _local(pool: ProcessPoolExecutor) -> Iterator[Executor]:
    try:
        with pool:
            yield pool
    except BrokenProcessPool as error:
        raise WorkersLost(
            f"a local worker died, perhaps because memory ran out; {_AGAIN}"
        ) from error


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """Yield a Dask client as an executor; the tasks of a worker that dies go to the others."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        message = "--scheduler needs the extra `cluster`: growth-target-forecast[cluster]"
        raise WorkersLost(message) from error
    logging.getLogger("distributed.client").disabled = True  # its tracebacks repeat our messages
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersLost(f"no scheduler at {address}: {error}") from error
    with client:
        _check(client, address)
        try:
            yield client.get_executor(pure=False)
        except (CancelledError, CommClosedError) as error:
            raise WorkersLost(f"the scheduler at {address} was lost; {_AGAIN}") from error
        except KilledWorker as error:
            raise WorkersLost(f"workers died again and again over one task: {error}") from error


def _check(client: Client, address: str) -> None:
    """Raise WorkersLost where a cluster has no workers, or workers with threads or other code."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise WorkersLost(f"no worker at the scheduler {address}; start one with `dask worker`")
    problems = [
        f"worker {name}: {worker['nthreads']} threads; allowed: 1, because Prophet's randomness "
        "is global"
        for name, worker in workers.items()
        if worker["nthreads"] != 1
    ]
    codes = client.run(code_hash, on_error="return")
    problems += [
        f"worker {name}: other code than here ({code}); allowed: the same version"
        for name, code in codes.items()
        if code != code_hash()
    ]
    if problems:
        raise WorkersLost("\n".join([f"the cluster at {address} cannot be used", *problems]))


def is_watched() -> bool:
    """Return whether somebody sees progress: in a terminal, or in a notebook that is open."""
    return sys.stderr.isatty() or "JPY_SESSION_NAME" in os.environ  # set for kernels of a server


def progress_bar(
    title: str, *, show: bool, unit: str = "series", after_seconds: float = 0.0
) -> Callable[[int, int], None]:
    """Return a callback for (done, total) that draws a bar on standard error after some seconds."""
    from tqdm import tqdm

    bar = tqdm(desc=title, unit=unit, disable=not show, delay=after_seconds)

    def advance(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return advance
