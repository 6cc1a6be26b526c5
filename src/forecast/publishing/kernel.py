"""One process for a batch of notebooks, reset before each of them.

It is no Jupyter kernel: neither a kernel spec, a socket, a profile nor a matplotlibrc of the user's
machine has a part in a report.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

from forecast.base.parameters import HANDED

_SERVE = "from forecast.publishing.cells import main; main()"
_SECONDS_TO_END = 10


class ProcessDied(Exception):
    """The process of the cells ended while one of them ran."""


class Kernel:
    """A process that runs notebooks one after the other; a context manager that ends it.

    Reports in the folder `handed` are not computed again in the process.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="forecast-kernel-")
        self._process: subprocess.Popen[str] | None = None
        self.handed = Path(self._folder.name, "handed")
        self.handed.mkdir()

    def __enter__(self) -> Kernel:
        """Return the kernel; it is started by `start`, or by its first notebook."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process at once."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()

    def settings(self) -> dict[str, str]:
        """Return the environment by which a process finds the handed reports."""
        return {HANDED: str(self.handed)}

    def start(self) -> None:
        """Start the process without waiting for it; further calls do nothing.

        It imports the modules of report notebooks while this process goes on.
        """
        if self._process is not None:
            return
        own = Path(self._folder.name)
        settings = self.settings() | {"IPYTHONDIR": str(own / "ipython")}
        settings |= {"MATPLOTLIBRC": str(_matplotlib_defaults()), "PYTHONUTF8": "1"}
        settings["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=own,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | settings,
            encoding="utf-8",
        )

    def execute(
        self,
        notebook: Path,
        executed: Path,
        parameters: Mapping[str, Any],
        *,
        show_progress: bool = False,
    ) -> None:
        """Run a notebook in the process, in a clean namespace, and write it to `executed`.

        Raise ParameterError before anything runs, NotebookFailed with the cell that failed,
        ProcessDied if the process ends; the notebook is written as far as it ran.
        """
        request = {"notebook": str(notebook.resolve()), "executed": str(executed.resolve())}
        more = {"parameters": dict(parameters), "show_progress": show_progress}
        reply = self._reply_to(request | more)
        if "error" in reply:
            raise pickle.loads(base64.b64decode(reply["error"]))

    def clear(self) -> None:
        """Remove what a notebook left; raise ProcessDied."""
        self._reply_to({})

    def run(self, code: str) -> dict[str, Any]:
        """Return the outputs of a cell, its number and whether it failed; raise ProcessDied."""
        return self._reply_to({"code": code})

    def _reply_to(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ProcessDied("it was not started")
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError as error:
            raise ProcessDied(f"the process of the cells died: {error}") from error
        if not line.endswith("\n"):
            code = process.wait(_SECONDS_TO_END)
            raise ProcessDied(f"the process of the cells died, code {code}")
        reply: dict[str, Any] = json.loads(line)
        return reply


def _matplotlib_defaults() -> Path:
    """Return matplotlib's own settings, in the place of those that a user may have."""
    spec = find_spec("matplotlib")
    home = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return home / "mpl-data" / "matplotlibrc"
