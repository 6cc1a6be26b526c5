"""A run is built beside its place, renamed into it once and never changed.

The files that people link to are then put in place one by one, the manifest last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from forecast.answers import checked_snapshot, overlay_of, record_of
from forecast.archive import Archive, Snapshot
from forecast.calls import Question
from forecast.errors import NotebookFailed, OutputError
from forecast.film import rehearse
from forecast.known import Known
from forecast.ledger import MANIFEST, RESULT, enter, refuse_edited
from forecast.origin import commit, package_hash, requirements_hash, sha256_of
from forecast.overlay import Overlay
from forecast.parameters import Parameters
from forecast.runner.kernel import Kernel
from forecast.runner.kinds import Page, asked_pages, named_page, notebook_path
from forecast.runner.notebooks import notebook_parameters, run_notebook
from forecast.runner.pages import html_of
from forecast.workers import progress_bar, worker_count

_SECONDS_WITHOUT_BAR = 2.0


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a report lies, and whether this call made it or found it unchanged.

    `pages` are those that were asked for, in that order.
    """

    place: Path
    pages: tuple[Path, ...]
    result: Path
    run: str
    is_new: bool

    @property
    def page(self) -> Path:
        """The first page that was asked for."""
        return self.pages[0]


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

    Pages that stand there already are renewed together with those that are asked for. Without
    `languages` that of the parameters is meant, without `indicators` all with a target in force.
    Raise ContractError, ParameterError and their kin before anything runs, NotebookFailed for a
    cell that fails, OutputError for a folder that cannot be written. The last good report stays.
    """
    snapshot = checked_snapshot(parameters)
    overlay = overlay_of(parameters, snapshot.archive)
    subjects = indicators or tuple(snapshot.targets(parameters.area, parameters.year))
    asked = asked_pages(kinds, languages or (parameters.lang,), formats, subjects)
    place = _place(parameters, reports, overlay)
    pages = sorted({*asked, *_published_pages(place)})
    inputs = _inputs(parameters, snapshot.archive, overlay)
    run = _run(inputs, pages)
    home = place / "runs" / run
    is_new = not home.is_dir()
    with _writing(place):
        refuse_edited(place)
        if is_new:
            _learn(snapshot, show_progress=show_progress)
            _rehearse(parameters, snapshot, show_progress=show_progress)
            _build(parameters, home, pages, inputs, show_progress=show_progress)
        _verify(home)
        _put_in_place(home, place)
        enter(reports, home)
    shown = tuple(place / page.name for page in asked)
    return Publication(place, shown, place / RESULT, run, is_new)


def _place(parameters: Parameters, reports: Path, overlay: Overlay | None) -> Path:
    """Return where a report lies; one on unpublished figures never takes the place of another."""
    day = reports / parameters.area / str(parameters.year) / parameters.as_of.isoformat()
    return day if overlay is None else day / f"overlay-{overlay.content_hash[:12]}"


def _published_pages(place: Path) -> list[Page]:
    """Return the pages that stand there; they are renewed together."""
    names = (p.name for p in place.iterdir() if p.is_file()) if place.is_dir() else ()
    return [page for name in names if (page := named_page(name)) is not None]


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


def _run(inputs: Mapping[str, Any], pages: Sequence[Page]) -> str:
    """Return the name of a run: a hash of all that it is made from, and of what it holds."""
    named = {**inputs, "pages": [page.name for page in pages]}
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]


def _inputs(parameters: Parameters, archive: Archive, overlay: Overlay | None) -> dict[str, Any]:
    return {
        "parameters": {
            "area": parameters.area,
            "year": parameters.year,
            "as_of": parameters.as_of.isoformat(),
            "since": parameters.since.isoformat(),
            "seed": parameters.seed,
            "n_paths": parameters.n_paths,
        },
        "data": dict(archive.file_hashes),
        "known": Known(archive).on(parameters.as_of, parameters.area),
        "overlay": None if overlay is None else _logged(overlay),
        "package": package_hash(),
        "requirements": requirements_hash(),
    }


def _logged(overlay: Overlay) -> dict[str, Any]:
    """Return what a manifest says of unpublished figures: all of them."""
    rows = overlay.rows()
    return {"sha256": overlay.content_hash, "n_rows": len(rows), "rows": rows}


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


def _build(
    parameters: Parameters,
    home: Path,
    pages: Sequence[Page],
    inputs: dict[str, Any],
    *,
    show_progress: bool,
) -> None:
    """Build a run beside its place and rename it into it."""
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        _fill(work, parameters, home, pages, show_progress=show_progress)
        _write_manifest(work, home.name, pages, inputs)
        work.chmod(0o755)
        try:
            work.rename(home)
        except OSError:
            if not home.is_dir():  # else another process built the same run first
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _fill(
    work: Path, parameters: Parameters, home: Path, pages: Sequence[Page], *, show_progress: bool
) -> None:
    """Run the notebook of each page in one kernel, and write the pages."""
    executed: dict[str, Path] = {}
    with Kernel() as kernel:
        for page in pages:
            if page.stem not in executed:
                executed[page.stem] = work / f"{page.stem}.ipynb"
                asked = replace(parameters, lang=page.lang, out=work)
                given = notebook_parameters(asked)
                if page.indicator:
                    given["indicator"] = page.indicator
                try:
                    run_notebook(
                        notebook_path(page.kind),
                        executed[page.stem],
                        given,
                        kernel=kernel,
                        show_progress=show_progress,
                    )
                except NotebookFailed as failure:
                    failed = home.parent.parent / f"{page.stem}.failed.ipynb"
                    os.replace(executed[page.stem], failed)
                    raise NotebookFailed(
                        failure.cell, failure.name, failure.value, str(failed)
                    ) from failure
            html = html_of(executed[page.stem], page.lang)
            (work / page.name).write_text(html, encoding="utf-8")


def _write_manifest(work: Path, run: str, pages: Sequence[Page], inputs: Mapping[str, Any]) -> None:
    files = {p.name: sha256_of(p) for p in sorted(work.iterdir())}
    manifest = {
        **inputs,
        "pages": {page.name: asdict(page) for page in pages},
        "run": run,
        "commit": commit(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (work / MANIFEST).write_text(text, encoding="utf-8")


def _verify(home: Path) -> None:
    """Raise OutputError where a run is not as its manifest says; a run is never changed."""
    manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    altered = [
        name
        for name, digest in manifest["files"].items()
        if not (home / name).is_file() or sha256_of(home / name) != digest
    ]
    if altered:
        raise OutputError(
            f"{home} was altered after it was made: {', '.join(altered)}; move it away, run again"
        )


def _put_in_place(home: Path, place: Path) -> None:
    """Put the files that people link to in place, one by one, the manifest last."""
    names = sorted(p.name for p in home.iterdir() if p.name != MANIFEST)
    for name in [*names, MANIFEST]:
        handle, beside = tempfile.mkstemp(prefix=f".{name}-", dir=place)
        with os.fdopen(handle, "wb") as file:
            file.write((home / name).read_bytes())
        Path(beside).chmod(0o644)
        os.replace(beside, place / name)
    for failed in place.glob("*.failed.ipynb"):
        failed.unlink()
