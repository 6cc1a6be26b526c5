"""The pages of a run: notebooks executed with checked parameters, and what is made of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from forecast.base.errors import NoPdf, NotebookFailed, ParameterError
from forecast.base.files import write_bytes
from forecast.base.package import PACKAGE
from forecast.base.parameters import KINDS, Parameters
from forecast.publishing.formats import markdown_of, pdf_of, with_chinese
from forecast.publishing.kernel import Kernel, ProcessDied
from forecast.publishing.places import Page, notebook_path


@dataclass(frozen=True, slots=True)
class Batch:
    """What the pages of a run have in common; `place` keeps the notebook of a cell that failed.

    Without an `engine` no PDFs are printed; `template` is the office's own for Word.
    """

    parameters: Parameters
    place: Path
    engine: str | None
    kernel: Kernel
    show_progress: bool
    template: Path | None = None


def write_pages(batch: Batch, work: Path, pages: Sequence[Page]) -> str:
    """Write the pages that a folder lacks; return why PDFs could not be printed, else "".

    Raise NotebookFailed for a cell that fails. Notebooks run in one kernel; while one runs, the
    pages of those before it are written.
    """
    missing = [page for page in pages if not (work / page.name).is_file()]
    by_notebook: dict[str, list[Page]] = {}
    for page in missing:
        by_notebook.setdefault(page.notebook, []).append(page)
    written: list[Future[str]] = []
    with ThreadPoolExecutor(2) as pool:
        if missing:
            pool.submit(_exporter)  # it is imported while the first notebook runs, and the tables
            pool.submit(import_module, "forecast.pages.tables.status")  # that follow the pages
        for notebook, its_pages in by_notebook.items():
            if not (work / notebook).is_file():
                _execute(batch, work, its_pages[0])
            written.append(pool.submit(_write, batch, work, its_pages))
    return next(filter(None, (future.result() for future in written)), "")


def _execute(batch: Batch, work: Path, page: Page) -> None:
    """Run the notebook of a page; keep it beside the report where a cell fails."""
    values = notebook_parameters(replace(batch.parameters, lang=page.lang, out=work))
    if page.indicator:
        values["indicator"] = page.indicator
    executed = work / page.notebook
    path, shown = notebook_path(page.kind, batch.parameters.data), batch.show_progress
    if page.kind not in KINDS:
        values = own_values(path, values | {"out": ""})  # it may not write the result
    try:
        run_notebook(
            path,
            executed,
            values,
            kernel=batch.kernel,
            show_progress=shown,
            is_own=page.kind not in KINDS,
        )
    except NotebookFailed as failure:
        failed = batch.place / f"{page.stem}.failed.ipynb"
        if executed.is_file():  # else the kernel died before anything was written
            write_bytes(failed, executed.read_bytes())
        raise NotebookFailed(failure.cell, failure.name, failure.value, str(failed)) from failure


def _write(batch: Batch, work: Path, pages: Iterable[Page]) -> str:
    """Write the pages of one notebook; return why its PDF could not be printed."""
    by_format = {page.format: page for page in pages}
    first = next(iter(by_format.values()))
    html = _html_of(work / first.notebook, first.lang, is_own=first.kind not in KINDS)
    lacking = ""
    for form, page in by_format.items():
        path = work / page.name
        if form == "html":
            path.write_text(with_chinese(html), encoding="utf-8")
        elif form == "md":
            path.write_text(markdown_of(html), encoding="utf-8")
        elif form == "docx":
            from forecast.publishing.word import docx_of  # what it needs takes time to import

            path.write_bytes(docx_of(html, page.lang, batch.template))
        elif batch.engine is not None:
            try:
                path.write_bytes(pdf_of(html, batch.engine))
            except NoPdf as error:
                lacking = str(error)
    return lacking


def _html_of(executed: Path, lang: str, *, is_own: bool) -> str:
    """Return the self-contained HTML page of an executed notebook, in the project's template.

    One of a data folder's own shows its notes and what it prints too.
    """
    resources = {"language": lang, "notes": is_own}
    body, _ = _exporter().from_filename(str(executed), resources=resources)
    return str(body)


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter

    return HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="report",
        extra_template_basedirs=[str(PACKAGE / "pages" / "templates")],
        extra_template_paths=[str(PACKAGE / "pages" / "templates")],
        exclude_input=True,
    )


def notebook_parameters(parameters: Parameters) -> dict[str, Any]:
    """Return the parameters as a notebook takes them: JSON scalars, days as ISO text."""
    values = asdict(parameters)
    values |= {name: values[name].isoformat() for name in ("as_of", "since")}
    values["data"] = str(parameters.data.resolve())
    for name in ("out", "overlay"):
        values[name] = "" if values[name] is None else str(values[name].resolve())
    return values


def own_values(notebook: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a notebook of a data folder declares, and the defaults of the rest.

    Raise ParameterError where it cannot be read or declares nothing.
    """
    import nbformat
    import papermill

    try:
        content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
        cells, kernel = content.cells, content.metadata.get("kernelspec", {}).get("name")
    except (ValueError, OSError, AttributeError) as error:
        raise ParameterError([f"{notebook.name}: not a notebook: {error}"]) from error
    if not any("parameters" in cell.metadata.get("tags", []) for cell in cells):
        names = ", ".join(values)
        expected = f"expected one, with any of {names}"
        raise ParameterError([f"{notebook.name}: no cell is tagged `parameters` ({expected})"])
    if not kernel:
        expected = "expected that of Python, as JupyterLab saves it"
        raise ParameterError([f"{notebook.name}: names no kernel ({expected})"])
    declared = papermill.inspect_notebook(str(notebook))
    if "area" not in declared:
        lacking = "its parameters lack `area` (expected area, year and as_of at least)"
        raise ParameterError([f"{notebook.name}: {lacking}"])
    return {name: values[name] for name in declared if name in values}


def run_notebook(
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, Any],
    *,
    kernel: Kernel | None = None,
    show_progress: bool = False,
    is_own: bool = False,
) -> None:
    """Run a notebook in a process of cells; without one it gets its own.

    One of a data folder (`is_own`) keeps defaults that it is not given, and its Jupyter kernel.
    Raise ParameterError before anything runs, NotebookFailed with the cell that failed.
    """
    if kernel is None:
        with Kernel() as own:
            run_notebook(
                notebook,
                executed,
                parameters,
                kernel=own,
                show_progress=show_progress,
                is_own=is_own,
            )
        return
    try:
        if is_own:
            _execute_own(kernel, notebook, executed, parameters, show_progress=show_progress)
        else:
            kernel.execute(notebook, executed, parameters, show_progress=show_progress)
    except ProcessDied as error:
        raise NotebookFailed(0, "DeadKernelError", str(error), str(executed)) from error


def _execute_own(
    kernel: Kernel,
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, Any],
    *,
    show_progress: bool,
) -> None:
    """Run a notebook of a data folder in its Jupyter kernel; Papermill is imported for it alone."""
    from papermill.exceptions import PapermillExecutionError

    from forecast.publishing.engine import execute, notebook_failure

    try:
        execute(kernel, notebook, executed, parameters, is_own=True, show_progress=show_progress)
    except PapermillExecutionError as error:
        raise notebook_failure(error, str(executed)) or error from error
