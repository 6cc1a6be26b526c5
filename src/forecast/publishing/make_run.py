"""How a publication comes about: the question checked, the run made, its files put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from forecast.archive.archive import Snapshot
from forecast.archive.overlay import Overlay
from forecast.base.errors import NoPdf, OutputError, ParameterError
from forecast.base.parameters import Parameters
from forecast.outlook.answers import checked_snapshot, overlay_of
from forecast.publishing.hand_over import hand_over
from forecast.publishing.index import write_index
from forecast.publishing.inputs import inputs_of, run_name
from forecast.publishing.kernel import Kernel
from forecast.publishing.ledger import RESULT, RUNS, enter, refuse_edited
from forecast.publishing.make_pages import Batch, make_pages
from forecast.publishing.page_names import PER_INDICATOR, Page, asked_pages
from forecast.publishing.pdf import pdf_engine
from forecast.publishing.publication import Order, Publication, day_folder
from forecast.publishing.runs import (
    build_run,
    copy_pages,
    earlier_run,
    published_pages,
    put_in_place,
    verify_run,
)


def carry_out(parameters: Parameters, reports: Path, order: Order, kernel: Kernel) -> Publication:
    """Return the publication of what is ordered, made in a kernel where it does not stand."""
    snapshot = checked_snapshot(parameters)
    overlay = overlay_of(parameters, snapshot.archive)
    asked = _asked(parameters, snapshot, order)
    place = _place(parameters, reports, overlay)
    inputs = inputs_of(parameters, snapshot.archive, overlay)
    with _writing(place):
        refuse_edited(place)
        wanted = _with_standing(asked, place)
        engine, lacking = _engine(wanted)
        possible = [page for page in wanted if engine or not page.is_pdf]
        home = place / RUNS / run_name(inputs, possible)
        is_new = not home.is_dir()
        if is_new:
            kernel.start()
            earlier, show = earlier_run(place, inputs), order.show_progress
            hand_over(parameters, snapshot, kernel.handed, earlier=earlier, show_progress=show)
            told: list[str] = []
            batch = Batch(parameters, place, engine, kernel, show)
            home = build_run(place, inputs, _filling(batch, possible, earlier, told))
            lacking = lacking or "".join(told)
        verify_run(home)
        put_in_place(home, place)
        enter(reports, home)
        write_index(reports)
    shown = _shown(place, asked)
    return Publication(place, shown, place / RESULT, home.name, is_new, lacking)


def _with_standing(asked: Sequence[Page], place: Path) -> list[Page]:
    """Return what is asked with what stands in a place, and the HTML of each PDF."""
    pages = {*asked, *published_pages(place)}
    return sorted({*pages, *(page.as_html for page in pages if page.is_pdf)})


def _shown(place: Path, asked: Sequence[Page]) -> tuple[Path, ...]:
    """Return the pages to be shown; the HTML takes the place of a PDF that is not there."""
    found = (p if (place / p.name).is_file() else p.as_html for p in asked)
    return tuple(place / page.name for page in dict.fromkeys(found))


def _asked(parameters: Parameters, snapshot: Snapshot, order: Order) -> list[Page]:
    """Return the pages that are asked for; raise ParameterError for what does not exist."""
    known = snapshot.indicators_of(parameters.area)
    rule = f"allowed: {', '.join(known)}"
    problems = [f"indicator: {i!r}; {rule}" for i in order.indicators if i not in known]
    if order.indicators and PER_INDICATOR not in order.kinds:
        problems.append(f"indicator: asked without the kind {PER_INDICATOR}")
    subjects = order.indicators or tuple(snapshot.targets(parameters.area, parameters.year))
    if not subjects and order.kinds == (PER_INDICATOR,):
        problems.append(f"indicator: none has a target in force, name one; {rule}")
    if problems:
        raise ParameterError(problems)
    return asked_pages(order.kinds, order.languages, order.formats, subjects)


def _engine(wanted: Sequence[Page]) -> tuple[str | None, str]:
    """Return the program that prints PDFs and nothing; None and the reason where it is missing."""
    if not any(page.is_pdf for page in wanted):
        return None, ""
    try:
        return pdf_engine(), ""
    except NoPdf as error:
        return None, str(error)


def _filling(
    batch: Batch, pages: Sequence[Page], earlier: Path | None, told: list[str]
) -> Callable[[Path], list[Page]]:
    """Return what fills the folder of a run and says which of the pages are in it.

    What an earlier run from the same inputs holds is copied. Why PDFs are not in it is told.
    """

    def fill(work: Path) -> list[Page]:
        if earlier is not None:
            copy_pages(earlier, work, pages)
        told.append(make_pages(batch, work, pages))
        return [page for page in pages if (work / page.name).is_file()]

    return fill


def _place(parameters: Parameters, reports: Path, overlay: Overlay | None) -> Path:
    """Return where a report lies; one on unpublished figures never takes the place of another."""
    day = day_folder(parameters, reports)
    return day if overlay is None else day / f"overlay-{overlay.content_hash[:12]}"


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Turn a failure to write into an OutputError that names the place."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise OutputError(
            f"{error.filename or place} could not be written: {error.strerror}"
        ) from error
