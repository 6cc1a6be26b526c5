"""Publication: one run for all kinds, languages and formats, put where people look for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from forecast.answers import checked_snapshot, overlay_of, record_of
from forecast.archive import Snapshot
from forecast.calls import Question
from forecast.errors import NoPdf, OutputError, ParameterError
from forecast.film import rehearse
from forecast.ledger import RESULT, RUNS, enter, refuse_edited
from forecast.overlay import Overlay
from forecast.parameters import Parameters
from forecast.runner.inputs import inputs_of, run_name
from forecast.runner.kinds import PER_INDICATOR, Page, asked_pages
from forecast.runner.listing import write_index
from forecast.runner.making import Batch, make_pages
from forecast.runner.pdf import pdf_engine
from forecast.runner.runs import (
    build_run,
    copy_pages,
    earlier_run,
    published_pages,
    put_in_place,
    verify_run,
)
from forecast.workers import progress_bar, worker_count

_SECONDS_WITHOUT_BAR = 2.0


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a report lies, and whether this call made it or found it unchanged.

    `pages` are those that were asked for and stand there, in that order; `lacking` says why the
    PDFs among them do not.
    """

    place: Path
    pages: tuple[Path, ...]
    result: Path
    run: str
    is_new: bool
    lacking: str = ""

    @property
    def page(self) -> Path:
        """The first page that was asked for."""
        return self.pages[0]

    def check(self) -> None:
        """Raise NoPdf where a PDF could not be printed."""
        if self.lacking:
            raise NoPdf(f"no PDF was made, {self.page} was: {self.lacking}")


def publish(
    parameters: Parameters,
    reports: Path,
    *,
    kinds: Sequence[str] = ("attainment",),
    languages: Sequence[str] = (),
    formats: Sequence[str] = ("html",),
    indicators: Sequence[str] = (),
    show_progress: bool = False,
) -> Publication:
    """Return the published report: one result and a page of each kind, language and format.

    Pages that stand there already are renewed together with those that are asked for; a PDF has
    its HTML beside it. Without `languages` that of the parameters is meant, without `indicators`
    all with a target in force. Where no PDF can be printed the other pages are made, and the
    publication says so. Raise ContractError, ParameterError and their kin before anything runs,
    NotebookFailed for a cell that fails, OutputError for a folder that cannot be written. The last
    good report stays.
    """
    snapshot = checked_snapshot(parameters)
    overlay = overlay_of(parameters, snapshot.archive)
    subjects = _subjects(parameters, snapshot, kinds, indicators)
    asked = asked_pages(kinds, languages or (parameters.lang,), formats, subjects)
    place = _place(parameters, reports, overlay)
    inputs = inputs_of(parameters, snapshot.archive, overlay)
    with _writing(place):
        refuse_edited(place)
        standing = published_pages(place)
        wanted = sorted({*asked, *standing, *(p.as_html for p in (*asked, *standing) if p.is_pdf)})
        engine, lacking = _engine(wanted)
        possible = [page for page in wanted if engine or not page.is_pdf]
        home = place / RUNS / run_name(inputs, possible)
        is_new = not home.is_dir()
        if is_new:
            batch = Batch(parameters, place, engine, show_progress)
            earlier = earlier_run(place, inputs)
            if earlier is None:
                _learn(snapshot, show_progress=show_progress)
                _rehearse(parameters, snapshot, show_progress=show_progress)
            told: list[str] = []
            home = build_run(place, inputs, _filling(batch, possible, earlier, told))
            lacking = lacking or "".join(told)
        verify_run(home)
        put_in_place(home, place)
        enter(reports, home)
        write_index(reports)
    shown = _shown(place, asked)
    return Publication(place, shown, place / RESULT, home.name, is_new, lacking)


def _shown(place: Path, asked: Sequence[Page]) -> tuple[Path, ...]:
    """Return the pages to be shown; the HTML takes the place of a PDF that is not there."""
    found = (p if (place / p.name).is_file() else p.as_html for p in asked)
    return tuple(place / page.name for page in dict.fromkeys(found))


def _subjects(
    parameters: Parameters, snapshot: Snapshot, kinds: Sequence[str], indicators: Sequence[str]
) -> tuple[str, ...]:
    """Return the indicators that get a page of their own; raise ParameterError for others."""
    known = snapshot.indicators_of(parameters.area)
    unknown = [i for i in indicators if i not in known]
    rule = f"allowed: {', '.join(known)}"
    problems = [f"indicator: {i!r}; {rule}" for i in unknown]
    if indicators and PER_INDICATOR not in kinds:
        problems.append(f"indicator: asked without the kind {PER_INDICATOR}")
    subjects = tuple(indicators) or tuple(snapshot.targets(parameters.area, parameters.year))
    if not subjects and tuple(kinds) == (PER_INDICATOR,):
        problems.append(f"indicator: none has a target in force, name one; {rule}")
    if problems:
        raise ParameterError(problems)
    return subjects


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
    day = reports / parameters.area / str(parameters.year) / parameters.as_of.isoformat()
    return day if overlay is None else day / f"overlay-{overlay.content_hash[:12]}"


def _learn(snapshot: Snapshot, *, show_progress: bool) -> None:
    """Build the record of past calls on all processors where no earlier report has kept it."""
    advance = progress_bar("Replaying past calls", show=show_progress)
    record_of(snapshot, n_workers=worker_count(), on_progress=advance)


def _rehearse(parameters: Parameters, snapshot: Snapshot, *, show_progress: bool) -> None:
    """Make on all processors what of the year so far no earlier report has kept."""
    asked = Question(
        snapshot, parameters.area, parameters.year, parameters.seed, parameters.n_paths
    )
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    rehearse(
        asked,
        n_workers=worker_count(),
        on_progress=bar("Past days of the year", unit="days"),
        on_replay=bar("Replaying earlier calls"),
    )


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
