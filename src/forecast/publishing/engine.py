"""Papermill's engine `forecast`: cells run in a process of their own, without a Jupyter kernel.

`papermill --engine forecast` finds it by its entry point; imported with Papermill, it stays light.
Notebooks of a data folder keep the Jupyter kernel that they name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from forecast.base.errors import NotebookFailed, ParameterError
from forecast.publishing.kernel import Kernel, ProcessDied

ENGINE = "forecast"
_OWN_ENGINE = "forecast-own-kernel"
_LONGEST_SOCKET = 90  # of a path; the systems allow 104 to 108
_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


def register() -> None:
    """Make the engine known to Papermill also where the package was not installed with it."""
    from papermill.engines import papermill_engines

    engines = _engines()
    papermill_engines.register(ENGINE, engines["ForecastEngine"])
    papermill_engines.register(_OWN_ENGINE, engines["OwnKernelEngine"])


class Cells(Protocol):
    """Where the cells of a notebook run: a process of ours, or this one."""

    def clear(self) -> None:
        """Remove what a notebook left."""

    def run(self, code: str) -> dict[str, Any]:
        """Return the outputs of a cell, its number and whether it failed."""


def execute(
    kernel: Cells,
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, Any],
    *,
    is_own: bool = False,
    show_progress: bool = False,
) -> None:
    """Run a notebook through Papermill in a clean namespace, and write it to `executed`.

    One of a data folder (`is_own`) keeps defaults that it is not given, and runs in the Jupyter
    kernel that it names. Raise ParameterError before anything runs, PapermillExecutionError if a
    cell fails, ProcessDied if the process ends or cannot start; the notebook is written as far as
    it ran.
    """
    import papermill

    check_parameters(notebook, parameters, may_default=is_own)
    register()
    papermill.execute_notebook(
        str(notebook),
        str(executed),
        dict(parameters),
        engine_name=_OWN_ENGINE if is_own else ENGINE,
        progress_bar=show_progress,
        request_save_on_cell_execute=False,
        kernel=kernel,
    )


def check_parameters(
    notebook: Path, values: Mapping[str, Any], *, may_default: bool = False
) -> None:
    """Raise ParameterError where parameters differ from those that a notebook declares.

    With `may_default` it may declare others too, which keep their defaults. Papermill itself would
    only log an unknown name and run on.
    """
    import papermill

    declared = papermill.inspect_notebook(str(notebook))
    allowed = ", ".join(declared)
    problems = [
        f"{name}: unknown to {notebook.name}; allowed: {allowed}"
        for name in values
        if name not in declared
    ]
    problems += [
        f"{name}: missing, {notebook.name} declares it"
        for name in declared
        if name not in values and not may_default
    ]
    for name, value in values.items():
        kind = _TYPES.get(str(declared.get(name, {}).get("inferred_type_name")))
        if kind is not None and type(value) is not kind:
            problems.append(
                f"{name}: {value!r} is {type(value).__name__}; allowed: {kind.__name__}"
            )
    if problems:
        raise ParameterError(problems)


def notebook_failure(error: Exception, executed: str) -> NotebookFailed | None:
    """Return a failed cell as this package names it; None for any other error."""
    from papermill.exceptions import PapermillExecutionError

    if not isinstance(error, PapermillExecutionError):
        return None
    cell = error.exec_count or error.cell_index
    return NotebookFailed(cell, error.ename, error.evalue, executed)


def __getattr__(name: str) -> Any:
    """Return an engine by its name, which the entry point has.

    The classes are made when they are asked for: Papermill looks for entry points while it is
    imported, so a module that imports it first would be found half made.
    """
    if name in ("ForecastEngine", "OwnKernelEngine"):
        return _engines()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _engines() -> dict[str, type]:
    from papermill.engines import Engine

    class ForecastEngine(Engine):  # type: ignore[misc]
        """Runs the cells of a notebook where the caller says, or in a process of its own."""

        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, kernel: Cells | None = None, **_: Any
        ) -> None:
            """Run the code cells of a notebook, up to one that fails."""
            if kernel is not None:
                _run_cells(nb_man, kernel)
                return
            with Kernel() as own:
                _run_cells(nb_man, own)

    class OwnKernelEngine(Engine):  # type: ignore[misc]
        """Runs a notebook in the Jupyter kernel that it names, which finds the handed reports."""

        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, kernel: Kernel, **_: Any
        ) -> None:
            """Run the notebook, and end its kernel; raise ProcessDied."""
            _run_in_jupyter(nb_man, kernel_name, kernel)

    return {"ForecastEngine": ForecastEngine, "OwnKernelEngine": OwnKernelEngine}


def _run_cells(nb_man: Any, kernel: Cells) -> None:
    from nbformat import from_dict

    kernel.clear()
    for index, cell in enumerate(nb_man.nb.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        nb_man.cell_start(cell, index)
        try:
            reply = kernel.run(cell.source)
            cell.execution_count = reply["execution_count"]
            cell.outputs = [from_dict(output) for output in reply["outputs"]]  # type: ignore[no-untyped-call]
        except ProcessDied as error:
            nb_man.cell_exception(cell, cell_index=index, exception=error)
            raise
        if reply["failed"]:
            nb_man.cell_exception(cell, cell_index=index)
            return
        nb_man.cell_complete(cell, cell_index=index)


def _run_in_jupyter(nb_man: Any, kernel_name: str, kernel: Kernel) -> None:
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.exceptions import DeadKernelError
    from nbclient.util import run_sync
    from papermill.clientwrap import PapermillNotebookClient

    with TemporaryDirectory(prefix="forecast-kernel-") as folder:
        manager = AsyncKernelManager(kernel_name=kernel_name, **_sockets(folder))
        client = PapermillNotebookClient(nb_man, km=manager, timeout=None)
        try:
            client.execute(env=os.environ | kernel.settings(), cwd=folder, cleanup_kc=True)
        except NoSuchKernel as error:
            raise ProcessDied(f"kernel {kernel_name!r} is not installed") from error
        except DeadKernelError as error:
            raise ProcessDied(str(error)) from error
        finally:
            if manager.has_kernel:
                run_sync(manager.shutdown_kernel)(now=True)


def _sockets(folder: str) -> dict[str, str]:
    """Return where a kernel talks: over files, or over TCP where these cannot be."""
    path = str(Path(folder, "kernel"))
    if sys.platform == "win32" or len(os.fsencode(path)) > _LONGEST_SOCKET:
        return {}
    return {"transport": "ipc", "ip": path}
