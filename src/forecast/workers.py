"""The one seam for parallel work: an executor, and work spread over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limit_threads() -> None:
    """Give each process one numeric thread, unless the user has set the number himself.

    It has to run before the first import of numpy in a new process; processes started later
    inherit it. Threads compete with our own workers, and a fixed count fixes the last bits.
    """
    for name in _THREAD_LIMITS:
        os.environ.setdefault(name, "1")


def executor(n_workers: int) -> AbstractContextManager[Executor | None]:
    """Return an executor of local processes, or None inside a context where one worker will do."""
    if n_workers <= 1:
        return nullcontext(None)
    limit_threads()
    return ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"))


def spread(
    pool: Executor | None, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterable[Result]:
    """Return the results in the order of the items, whoever computes them."""
    return map(work, items) if pool is None else pool.map(work, items)


def progress_bar(
    title: str, *, show: bool, unit: str = "series", after_seconds: float = 0.0
) -> Callable[[int, int], None]:
    """Return what is told (done, total) and draws a bar on standard error, not before its time."""
    from tqdm import tqdm

    bar = tqdm(desc=title, unit=unit, disable=not show, delay=after_seconds)

    def advance(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return advance
