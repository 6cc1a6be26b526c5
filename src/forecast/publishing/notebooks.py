"""Notebooks run with strict parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forecast.base.errors import NotebookFailed, ParameterError
from forecast.base.parameters import Parameters
from forecast.publishing.kernel import Kernel

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


def notebook_parameters(parameters: Parameters) -> dict[str, Any]:
    """Return the parameters as a notebook takes them: JSON scalars, days as ISO text."""
    given = asdict(parameters)
    given |= {name: given[name].isoformat() for name in ("as_of", "since")}
    given["data"] = str(parameters.data.resolve())
    for name in ("out", "overlay"):
        given[name] = "" if given[name] is None else str(given[name].resolve())
    return given


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> None:
    """Raise ParameterError where parameters and those that a notebook declares differ.

    Papermill itself logs an unknown name and runs on.
    """
    import papermill

    declared = papermill.inspect_notebook(str(notebook))
    allowed = ", ".join(declared)
    problems = [
        f"{name}: unknown to {notebook.name}; allowed: {allowed}"
        for name in given
        if name not in declared
    ]
    problems += [
        f"{name}: missing, {notebook.name} declares it" for name in declared if name not in given
    ]
    for name, value in given.items():
        kind = _TYPES.get(str(declared.get(name, {}).get("inferred_type_name")))
        if kind is not None and type(value) is not kind:
            problems.append(
                f"{name}: {value!r} is {type(value).__name__}; allowed: {kind.__name__}"
            )
    if problems:
        raise ParameterError(problems)


def run_notebook(
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, Any],
    *,
    kernel: Kernel | None = None,
    show_progress: bool = False,
) -> None:
    """Run a notebook in a kernel, else in one of its own.

    Raise ParameterError before anything runs, NotebookFailed with the cell that failed.
    """
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    check_parameters(notebook, parameters)
    if kernel is None:
        with Kernel() as own:
            run_notebook(notebook, executed, parameters, kernel=own, show_progress=show_progress)
        return
    try:
        kernel.execute(notebook, executed, parameters, show_progress=show_progress)
    except PapermillExecutionError as error:
        raise NotebookFailed(
            error.exec_count or error.cell_index, error.ename, error.evalue, str(executed)
        ) from error
    except DeadKernelError as error:
        raise NotebookFailed(0, "DeadKernelError", str(error), str(executed)) from error
