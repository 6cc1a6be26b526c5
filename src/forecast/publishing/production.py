"""How a publication is produced: the question checked, the run built, its files put in place."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from forecast.archive.archive import Archive, Fingerprints, Snapshot
from forecast.archive.data_rows import packed
from forecast.archive.overlay import Overlay
from forecast.base.errors import NoPdf, OutputError, ParameterError
from forecast.base.files import cache_folder, sha256_of, sweep
from forecast.base.package import package_hash, requirements_hash
from forecast.base.parallel import progress_bar, worker_count
from forecast.base.parameters import KINDS, Parameters, own_notebooks
from forecast.outlook.answers import checked_snapshot, overlay_of, record_of
from forecast.outlook.news import prepare_timeline
from forecast.outlook.vintages import Question
from forecast.publishing.data_changes import rows_for_run
from forecast.publishing.formats import pdf_engine
from forecast.publishing.index import write_index
from forecast.publishing.integrity import refuse_edited, refuse_lost
from forecast.publishing.kernel import Kernel
from forecast.publishing.ledger import enter, read_ledger
from forecast.publishing.notebooks import Batch, write_pages
from forecast.publishing.places import (
    PER_INDICATOR,
    RESULT,
    ROWS,
    RUNS,
    Page,
    PageRequest,
    Publication,
    day_folder,
    notebook_path,
    published_pages,
    variant_folder,
)
from forecast.publishing.runs import (
    Inputs,
    copy_pages,
    earlier_run,
    finished_run,
    put_in_place,
    put_manifest,
    sweep_place,
    sync_above,
    unfinished_run,
    verify_run,
)
from forecast.report.report import handed_name, report_on
from forecast.report.result import write_result

_SECONDS_WITHOUT_BAR = 2.0
TEMPLATE = "template.docx"


def produce(
    parameters: Parameters,
    reports: Path,
    request: PageRequest,
    kernel: Kernel,
    *,
    show_progress: bool,
) -> Publication:
    """Return the publication of the requested pages; what does not exist yet is made."""
    snapshot = checked_snapshot(parameters)
    overlay = overlay_of(parameters, snapshot.archive)
    requested = _requested(parameters, snapshot, request)
    template = _template(request, parameters.data)
    place = variant_folder(
        day_folder(parameters, reports),
        overlay=None if overlay is None else overlay.content_hash,
        targets=parameters.target,
    )
    with _output_errors(place, is_private=overlay is not None):
        for folder in (reports, cache_folder()):
            sweep(folder)
        sweep(Path(tempfile.gettempdir()), re.compile(r"forecast-(kernel|pdf)-\w+"))
        sweep_place(place)
        refuse_lost(reports)
        refuse_edited(place)
        wanted = _with_existing(requested, place, own_notebooks(parameters.data))
        inputs = _inputs(parameters, snapshot.archive, overlay, wanted, template)
        engine, lacking = _engine(wanted)
        possible = [page for page in wanted if engine or not page.is_pdf]
        home = place / RUNS / inputs.run_name(possible)
        is_new = not home.is_dir()
        if is_new:
            kernel.start()
            earlier = earlier_run(place, inputs)
            hand_over(
                parameters, snapshot, kernel.handed, earlier=earlier, show_progress=show_progress
            )
            batch = Batch(parameters, place, engine, kernel, show_progress, template)
            ledger = read_ledger(reports)
            rows = packed(rows_for_run(reports, ledger, snapshot.archive))
            origin = _Origin(inputs, snapshot, ledger.head, rows)
            home, unprinted = _run(batch, origin, possible, earlier)
            lacking = lacking or unprinted
        verify_run(home)
        put_in_place(home, place)
        sync_above(place, reports)
        enter(reports, home, is_new=is_new)
        put_manifest(home, place)
        write_index(reports)
    shown = _shown(place, requested)
    return Publication(place, shown, place / RESULT, home.name, is_new, lacking)


def _requested(parameters: Parameters, snapshot: Snapshot, request: PageRequest) -> list[Page]:
    """Return the requested pages; raise ParameterError for what does not exist."""
    available = snapshot.indicators_of(parameters.area)
    rule = f"allowed: {', '.join(available)}"
    problems = [f"indicator: {i!r}; {rule}" for i in request.indicators if i not in available]
    if request.indicators and PER_INDICATOR not in request.kinds:
        problems.append(f"indicator: requested without the kind {PER_INDICATOR}")
    if request.template is not None and "docx" not in request.formats:
        problems.append("template: given without the format docx")
    subjects = request.indicators or tuple(snapshot.targets(parameters.area, parameters.year))
    if not subjects and request.kinds == (PER_INDICATOR,):
        problems.append(f"indicator: none has a target in force, name one; {rule}")
    if problems:
        raise ParameterError(problems)
    return replace(request, indicators=subjects).pages()


def _inputs(
    parameters: Parameters,
    archive: Archive,
    overlay: Overlay | None,
    pages: Collection[Page],
    template: Path | None,
) -> Inputs:
    """Return all that a report is made from, own notebooks and the template for Word too."""
    own = sorted({page.kind for page in pages} - set(KINDS))
    paths = {kind: notebook_path(kind, parameters.data) for kind in own}
    hashes = {f"notebooks/{path.name}": sha256_of(path) for path in paths.values()}
    if template is not None and any(page.format == "docx" for page in pages):
        hashes[TEMPLATE] = sha256_of(template)
    return Inputs(
        parameters=parameters.question(),
        data=dict(archive.file_hashes) | hashes,
        known=Fingerprints(archive).on(parameters.as_of, parameters.area),
        overlay=None if overlay is None else _logged(overlay),
        package=package_hash(),
        requirements=requirements_hash(),
    )


def _template(request: PageRequest, data: Path) -> Path | None:
    """Return the template for Word, if there is one; raise BadTemplate for one of no use.

    Without one of the request, `template.docx` in the data folder counts.
    """
    own = data / TEMPLATE
    template = request.template or (own if own.is_file() else None)
    if template is None:
        return None
    from forecast.pages.word import WordDocument

    WordDocument("", "en", template)
    return template


def _logged(overlay: Overlay) -> dict[str, Any]:
    """Return what a manifest keeps of unpublished figures: all of them."""
    rows = overlay.rows()
    return {"sha256": overlay.content_hash, "n_rows": len(rows), "rows": rows}


def _with_existing(requested: Sequence[Page], place: Path, own: Collection[str]) -> list[Page]:
    """Return the requested pages with those that a place holds, and the HTML of each PDF.

    A page whose notebook is gone stays in its own run.
    """
    kinds = {*KINDS, *own}
    pages = {*requested, *(page for page in published_pages(place) if page.kind in kinds)}
    return sorted({*pages, *(page.as_html for page in pages if page.is_pdf)})


def _shown(place: Path, requested: Sequence[Page]) -> tuple[Path, ...]:
    """Return the paths of the requested pages; the HTML replaces a PDF that is missing."""
    pages = (p if (place / p.name).is_file() else p.as_html for p in requested)
    return tuple(place / page.name for page in dict.fromkeys(pages))


def _engine(wanted: Sequence[Page]) -> tuple[str | None, str]:
    """Return the program that prints PDFs and "", or None and the reason where it is missing."""
    if not any(page.is_pdf for page in wanted):
        return None, ""
    try:
        return pdf_engine(), ""
    except NoPdf as error:
        return None, str(error)


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a run is made from, the rows of its data, and the head of the ledger by then."""

    inputs: Inputs
    snapshot: Snapshot
    head: str
    rows: bytes

    @property
    def newest_release(self) -> str:
        """The day of the newest figure that was known."""
        released = self.snapshot.archive.released_on
        return str(released[released <= np.datetime64(self.snapshot.day)].max())


def _run(
    batch: Batch, origin: _Origin, pages: Sequence[Page], earlier: Path | None
) -> tuple[Path, str]:
    """Return the folder of a new run and why PDFs are missing in it, if they are.

    What an earlier run from the same inputs holds is copied.
    """
    with unfinished_run(batch.place) as work:
        if earlier is not None:
            copy_pages(earlier, work, pages)
        unprinted = write_pages(batch, work, pages)
        if not (work / RESULT).is_file():  # notebooks of a data folder do not write it
            handed = batch.kernel.handed / handed_name(batch.parameters)
            shutil.copyfile(handed, work / RESULT)
        (work / ROWS).write_bytes(origin.rows)
        written = [page for page in pages if (work / page.name).is_file()]
        home = finished_run(
            work, origin.inputs, written, head=origin.head, newest_release=origin.newest_release
        )
        return home, unprinted


@contextmanager
def _output_errors(place: Path, *, is_private: bool) -> Iterator[None]:
    """Turn a failure to write into an OutputError that names the place.

    A private place is closed to all but the owner and the group, as the umask has it.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o770 if is_private else 0o777, exist_ok=True)
        yield
    except OSError as error:
        raise OutputError(
            f"{error.filename or place} could not be written: {error.strerror}"
        ) from error


def hand_over(
    parameters: Parameters,
    snapshot: Snapshot,
    folder: Path,
    *,
    earlier: Path | None,
    show_progress: bool,
) -> None:
    """Write a question's report where the kernel finds it, so that it is computed only once.

    The result of an earlier run is copied.
    """
    handed = folder / handed_name(parameters)
    if earlier is not None:
        shutil.copyfile(earlier / RESULT, handed)
        return
    _build_record(snapshot, show_progress=show_progress)
    _build_timeline(parameters, snapshot, show_progress=show_progress)
    write_result(report_on(parameters), handed)


def _build_record(snapshot: Snapshot, *, show_progress: bool) -> None:
    """Build the record of past forecasts on all processors unless the cache holds it."""
    advance = progress_bar("Replaying past forecasts", show=show_progress)
    record_of(snapshot, n_workers=worker_count(), on_progress=advance)


def _build_timeline(parameters: Parameters, snapshot: Snapshot, *, show_progress: bool) -> None:
    """Compute on all processors the past days of the year that the cache does not hold."""
    question = Question(
        snapshot, parameters.area, parameters.year, parameters.seed, parameters.n_paths
    )
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    prepare_timeline(
        question,
        n_workers=worker_count(),
        on_progress=bar("Past days of the year", unit="days"),
        on_replay=bar("Replaying earlier forecasts"),
    )
