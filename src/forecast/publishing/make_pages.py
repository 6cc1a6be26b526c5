"""The pages of a run: notebooks executed one after the other, and what is made of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from forecast.base.errors import NoPdf, NotebookFailed
from forecast.base.files import write_bytes
from forecast.base.parameters import Parameters
from forecast.publishing.fonts import with_chinese
from forecast.publishing.html_pages import html_of
from forecast.publishing.kernel import Kernel
from forecast.publishing.markdown import markdown_of
from forecast.publishing.notebooks import notebook_parameters, run_notebook
from forecast.publishing.page_names import Page, notebook_path
from forecast.publishing.pdf import pdf_of


@dataclass(frozen=True, slots=True)
class Batch:
    """What the pages of a run have in common; `place` keeps the notebook of a cell that failed.

    Without an `engine` there are no PDFs.
    """

    parameters: Parameters
    place: Path
    engine: str | None
    kernel: Kernel
    show_progress: bool


def make_pages(batch: Batch, work: Path, pages: Sequence[Page]) -> str:
    """Write what is not there yet of pages into a folder; return why PDFs could not be printed.

    Raise NotebookFailed for a cell that fails. Notebooks run in one kernel; while one runs, the
    pages of those before it are written.
    """
    missing = [page for page in pages if not (work / page.name).is_file()]
    by_notebook: dict[str, list[Page]] = {}
    for page in missing:
        by_notebook.setdefault(page.notebook, []).append(page)
    written: list[Future[str]] = []
    with ThreadPoolExecutor(2) as pool:
        for notebook, of_it in by_notebook.items():
            if not (work / notebook).is_file():
                _execute(batch, work, of_it[0])
            written.append(pool.submit(_write, batch, work, of_it))
    return next(filter(None, (future.result() for future in written)), "")


def _execute(batch: Batch, work: Path, page: Page) -> None:
    """Run the notebook of a page; keep it beside the report where a cell fails."""
    asked = replace(batch.parameters, lang=page.lang, out=work)
    given = notebook_parameters(asked) | ({"indicator": page.indicator} if page.indicator else {})
    executed = work / page.notebook
    path, shown = notebook_path(page.kind), batch.show_progress
    try:
        run_notebook(path, executed, given, kernel=batch.kernel, show_progress=shown)
    except NotebookFailed as failure:
        failed = batch.place / f"{page.stem}.failed.ipynb"
        if executed.is_file():  # else the kernel died before anything was written
            write_bytes(failed, executed.read_bytes())
        raise NotebookFailed(failure.cell, failure.name, failure.value, str(failed)) from failure


def _write(batch: Batch, work: Path, pages: Iterable[Page]) -> str:
    """Write the pages of one notebook; return why its PDF could not be printed."""
    by_format = {page.format: page for page in pages}
    first = next(iter(by_format.values()))
    html = html_of(work / first.notebook, first.lang)
    lacking = ""
    for form, page in by_format.items():
        path = work / page.name
        if form == "html":
            path.write_text(with_chinese(html), encoding="utf-8")
        elif form == "md":
            path.write_text(markdown_of(html), encoding="utf-8")
        elif batch.engine is not None:
            try:
                path.write_bytes(pdf_of(html, batch.engine))
            except NoPdf as error:
                lacking = str(error)
    return lacking
