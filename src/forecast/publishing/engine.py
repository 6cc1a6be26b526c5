"""Papermill's engine `forecast`: cells run in a process of their own, without a Jupyter kernel.

`papermill --engine forecast` finds it by its entry point; imported with Papermill, it stays light.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from papermill.engines import Engine, papermill_engines

from forecast.publishing.kernel import Kernel, ProcessDied

ENGINE = "forecast"


def register() -> None:
    """Make the engine known to Papermill also where the package was not installed with it."""
    papermill_engines.register(ENGINE, ForecastEngine)


def execute(
    kernel: Kernel,
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, Any],
    *,
    show_progress: bool = False,
) -> None:
    """Run a notebook through Papermill in a clean namespace, and write it to `executed`.

    Raise PapermillExecutionError if a cell fails, ProcessDied if the process ends; the notebook is
    written as far as it ran.
    """
    import papermill

    register()
    papermill.execute_notebook(
        str(notebook),
        str(executed),
        dict(parameters),
        engine_name=ENGINE,
        progress_bar=show_progress,
        request_save_on_cell_execute=False,
        kernel=kernel,
    )


class ForecastEngine(Engine):  # type: ignore[misc]
    """Runs the cells of a notebook in a kernel of ours, that of the caller or a new one."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, kernel: Kernel | None = None, **_: Any
    ) -> None:
        """Run the code cells of a notebook, up to one that fails."""
        if kernel is None:
            with Kernel() as own:
                cls.execute_managed_notebook(nb_man, kernel_name, kernel=own)
            return
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
