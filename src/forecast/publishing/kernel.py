"""One kernel for a batch of notebooks, reset before each of them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from forecast.base.parameters import HANDED

_START_SECONDS = 120
_ENGINE = "existing-kernel"
# The names and figures of a notebook are removed before the next one begins; modules stay loaded.
# The rest is frozen, because each reset would otherwise search all modules for garbage.
_CLEAR = """\
import gc, sys
if "matplotlib.pyplot" in sys.modules:
    sys.modules["matplotlib.pyplot"].close("all")
get_ipython().reset(new_session=True)
__import__("gc").freeze()
"""
_WARM_UP = (
    'any(map(__import__, ("forecast.pages.charts", "forecast.pages.tables"))); '
    '__import__("gc").freeze()'
)


class Kernel:
    """A Python kernel that runs notebooks one after the other; a context manager that ends it.

    Reports in the folder `handed` are not computed again in the kernel.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="forecast-kernel-")
        self._manager: Any = None
        self._client: Any = None
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
        """Stop the kernel at once."""
        from nbclient.util import run_sync

        if self._client is not None:
            self._client.stop_channels()
        if self._manager is not None:
            run_sync(self._manager.shutdown_kernel)(now=True)
        self._folder.cleanup()

    def start(self) -> None:
        """Start the kernel's process without waiting for it; further calls do nothing.

        The kernel imports the modules of report notebooks while this process goes on.
        """
        if self._manager is not None:
            return
        from jupyter_client.manager import AsyncKernelManager
        from nbclient.util import run_sync

        sockets: dict[str, Any] = {"transport": "ipc", "ip": str(Path(self._folder.name, "kernel"))}
        if sys.platform == "win32":  # has no ipc
            sockets = {}
        self._manager = AsyncKernelManager(kernel_name="python3", **sockets)
        arguments = [
            "--HistoryManager.enabled=False",  # its database lies in the user's home
            f"--InteractiveShellApp.code_to_run={_WARM_UP}",
        ]
        run_sync(self._manager.start_kernel)(
            cwd=self._folder.name,
            env=os.environ | {HANDED: str(self.handed)},
            extra_arguments=arguments,
        )

    def execute(
        self,
        notebook: Path,
        executed: Path,
        parameters: Mapping[str, Any],
        *,
        show_progress: bool = False,
    ) -> None:
        """Run a notebook through Papermill in a clean namespace, and write it to `executed`.

        Raise PapermillExecutionError if a cell fails, DeadKernelError if the kernel dies; the
        notebook is written as far as it ran.
        """
        import papermill

        _register()
        self._run(_CLEAR)
        papermill.execute_notebook(
            str(notebook),
            str(executed),
            dict(parameters),
            engine_name=_ENGINE,
            progress_bar=show_progress,
            request_save_on_cell_execute=False,
            km=self._manager,
            kc=self._client,
        )

    def _run(self, code: str) -> None:
        """Run code outside any notebook; raise CellExecutionError."""
        from nbclient import NotebookClient
        from nbformat.v4 import new_code_cell, new_notebook

        self._connect()
        cell = new_code_cell(code)  # type: ignore[no-untyped-call]
        client = NotebookClient(new_notebook(cells=[cell]), km=self._manager)  # type: ignore[no-untyped-call]
        client.kc = self._client
        client.execute_cell(cell, 0, store_history=False)

    def _connect(self) -> None:
        from nbclient.util import run_sync

        self.start()
        if self._client is None:
            self._client = self._manager.client()
            self._client.start_channels()
            run_sync(self._client.wait_for_ready)(timeout=_START_SECONDS)
            self._client.allow_stdin = False


def _register() -> None:
    """Register with Papermill an engine that runs a notebook in an existing kernel."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines

    class ExistingKernel(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, km: Any, kc: Any, **_: Any
        ) -> None:
            client = PapermillNotebookClient(nb_man, km=km, timeout=None)
            client.kc = kc
            client.execute()

    papermill_engines.register(_ENGINE, ExistingKernel)
