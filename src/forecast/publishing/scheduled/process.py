"""The process in which due reports are made, ended when one takes longer than its limit.

A report that hangs, that takes all memory or whose process dies is one report that failed. The
process ends with the one that started it, and with all that it started itself.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any

from forecast.base.errors import ForecastError, ReportFailed
from forecast.base.parameters import Parameters

_SERVE = "from forecast.publishing.scheduled.process import main; main()"
_SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A report that is to be made: the question, the folder of reports, and the pages."""

    parameters: Parameters
    reports: Path
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]

    def do(self) -> None:
        """Make the report in this process; raise whatever keeps it from being made."""
        from forecast.publishing import publication  # late because most runs find nothing to do

        publication.publish(
            self.parameters,
            self.reports,
            kinds=self.kinds,
            languages=self.languages,
            formats=self.formats,
        ).check()


class ReportProcess:
    """A process that makes reports one after the other; a context manager that ends it.

    It starts with the first report, and again with the one after a report that ended it.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ReportProcess:
        """Return the process, which starts with its first report."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process and all that it started."""
        self._end()

    def make(self, task: Task, limit_minutes: float) -> None:
        """Make a report within the limit; without one (0) it is made in this process.

        Raise what making it raised, or ReportFailed where it took longer or its process died.
        """
        if not limit_minutes:
            task.do()
            return
        process = self._started()
        replies: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=lambda: replies.put(_exchanged(process, task)), daemon=True).start()
        try:
            reply = replies.get(timeout=limit_minutes * _SECONDS_A_MINUTE)
        except Empty as error:
            self._end()
            raise ReportFailed(
                f"it took longer than {limit_minutes:g} minutes and was ended; allow it more by "
                "limit_minutes in schedule.toml or by --limit-minutes"
            ) from error
        if not reply:
            raise ReportFailed(f"the process that made it died{self._death()}; run again")
        failure, cause = pickle.loads(reply)
        if failure is not None:
            raise failure from cause

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        return self._process

    def _death(self) -> str:
        """Return in words how the process ended, and forget it."""
        process, self._process = self._process, None
        if process is None:
            return ""
        _kill(process)
        code = process.returncode
        if code == -signal.SIGKILL:
            return " (killed, perhaps because memory ran out)"
        return f" (signal {-code})" if code < 0 else f" (exit code {code})"

    def _end(self) -> None:
        if self._process is not None:
            _kill(self._process)
            self._process = None


def _exchanged(process: subprocess.Popen[bytes], task: Task) -> bytes:
    """Return the reply to a task; nothing where the process dies."""
    try:
        _write(_pipe(process.stdin), pickle.dumps(task))
        return _read(_pipe(process.stdout))
    except (OSError, ValueError):  # such as a pipe whose process is gone
        return b""


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without pipes")
    return pipe


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with all of its group, and wait for it; it may be gone already."""
    if hasattr(os, "killpg") and process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent stays unsent
            _pipe(pipe).close()


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "big") + message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    """Return the next message; nothing at the end."""
    size = int.from_bytes(pipe.read(8), "big")
    message = pipe.read(size)
    return message if len(message) == size else b""


def _reply(task: Task) -> bytes:
    """Return what became of a task: the error and its cause, or twice None."""
    try:
        task.do()
    except Exception as error:  # whatever it is, the caller says so
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else None
        try:
            return pickle.dumps((error, cause))
        except Exception:  # an error of a library that is no value
            known = isinstance(error, ForecastError)
            text = str(error) if known else f"{type(error).__name__}: {error}"
            return pickle.dumps((ReportFailed(text), None))
    return pickle.dumps((None, None))


def main() -> None:
    """Make reports until the process that asks for them ends."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    tasks: SimpleQueue[Any] = SimpleQueue()

    def listen() -> None:
        while message := _read(requests):
            tasks.put(pickle.loads(message))
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)  # with workers and cells
        os._exit(1)

    Thread(target=listen, daemon=True).start()
    while True:
        _write(replies, _reply(tasks.get()))
