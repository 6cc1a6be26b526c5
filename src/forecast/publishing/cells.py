"""The process in which notebooks run: a bare shell of IPython, and nothing of a user.

Requests and replies are lines of JSON: a notebook, which Papermill runs in this process, or one
cell for Papermill elsewhere. The process ends with the one that started it.
"""

from __future__ import annotations

import base64
import gc
import io
import json
import os
import pickle
import signal
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from forecast.base.errors import OutputError
from forecast.base.files import settle_home
from forecast.base.parallel import collect_seldom
from forecast.publishing.engine import execute, notebook_failure

Output = dict[str, Any]
_outputs: list[Output] = []  # of the cell that runs
# What notebooks need, imported while the process that started this one computes.
_IMPORTED = (
    "papermill", "forecast.pages.charts", "matplotlib.backends.backend_svg",
    "forecast.pages.tables", "forecast.report.report",
)  # fmt: skip
_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


class _Stream(io.TextIOBase):
    """Standard output or error of the cells: what is written becomes an output of the cell."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self._name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = _outputs[-1] if _outputs else {}
        if last.get("name") == self._name:
            last["text"] += text
        else:
            _outputs.append({"output_type": "stream", "name": self._name, "text": text})
        return len(text)


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression as its result."""

    def write_output_prompt(self) -> None:
        """Write nothing: a notebook numbers its results itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Keep the value in all its forms."""
        count = None if self.shell is None else self.shell.execution_count
        output = _display("execute_result", format_dict, md_dict)
        _outputs.append(output | {"execution_count": count})

    def finish_displayhook(self) -> None:
        """Write no line end."""


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        """Keep what is displayed in all its forms."""
        _outputs.append(_display("display_data", data, metadata))

    def clear_output(self, wait: bool = False) -> None:
        """Remove what the cell has shown so far."""
        _outputs.clear()


def _display(kind: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> Output:
    forms = {
        form: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for form, value in data.items()
    }
    return {"output_type": kind, "data": forms, "metadata": dict(metadata or {})}


class _Shell(InteractiveShell):
    """A shell without a terminal, profile, history or windows."""

    def init_displayhook(self) -> None:
        self.displayhook_class = _Hook
        super().init_displayhook()  # type: ignore[no-untyped-call]

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there are no windows."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = stb if isinstance(stb, list) else [str(stb)]
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": lines}
        _outputs.append({"output_type": "error", **error})


class Cells:
    """The shell of this process, in which the cells of one notebook after the other run."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        self._shell: _Shell = _Shell.instance(
            config=config, ipython_dir=os.environ["IPYTHONDIR"], display_pub_class=_Publisher
        )

    def run(self, code: str) -> dict[str, Any]:
        """Return the outputs of a cell, its number, and whether it failed."""
        _outputs.clear()
        with redirect_stdout(_Stream("stdout")), redirect_stderr(_Stream("stderr")):
            result = self._shell.run_cell(code, store_history=True)  # type: ignore[no-untyped-call]
        return {
            "outputs": list(_outputs),
            "execution_count": result.execution_count,
            "failed": not result.success,
        }

    def clear(self) -> None:
        """Remove the names and figures of a notebook; modules stay loaded.

        The rest is frozen, because each reset would otherwise search all modules for garbage.
        """
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        self._shell.reset(new_session=True)  # type: ignore[no-untyped-call]
        gc.freeze()

    def reply(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return what came of a request: a notebook, a cell, or nothing, which clears the shell."""
        if "notebook" in request:
            return self._executed(**request)
        if "code" in request:
            return self.run(request["code"])
        self.clear()
        return {}

    def _executed(self, notebook: str, executed: str, **more: Any) -> dict[str, Any]:
        """Run a notebook; return what it raised, if it did."""
        try:
            execute(self, Path(notebook), Path(executed), **more)
        except Exception as error:  # whatever it is, the caller raises it
            return {"error": base64.b64encode(_pickled(error, executed)).decode("ascii")}
        return {}


def _pickled(error: Exception, executed: str) -> bytes:
    """Return an error so that it can be raised elsewhere."""
    failed = notebook_failure(error, executed) or error
    try:
        return pickle.dumps(failed)
    except Exception:  # an error of a library that is no value
        return pickle.dumps(OutputError(f"{type(error).__name__}: {error}"))


def _end_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    """Serve until the requests end."""
    _end_with_parent()
    settle_home()
    collect_seldom()
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library writes past Python is no reply
    sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    cells = Cells()
    for name in _IMPORTED:
        import_module(name)
    gc.freeze()
    for line in requests:
        replies.write(json.dumps(cells.reply(json.loads(line)), default=str) + "\n")
        replies.flush()
