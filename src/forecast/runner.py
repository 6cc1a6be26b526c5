"""Reports as files: a notebook run with strict parameters, its page, its manifest, its place.

A run is built beside its place, renamed into it once and never changed. The files that people
link to are then put in place one by one, the manifest last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from forecast.answers import checked_snapshot, overlay_of, record_of
from forecast.archive import Archive, Snapshot
from forecast.calls import Question
from forecast.errors import NotebookFailed, OutputError, ParameterError
from forecast.film import rehearse
from forecast.known import Known
from forecast.ledger import MANIFEST, RESULT, enter, refuse_edited
from forecast.origin import commit, folder, package_hash, requirements_hash, sha256_of
from forecast.overlay import Overlay
from forecast.parameters import Parameters
from forecast.workers import progress_bar, worker_count

_SECONDS_WITHOUT_BAR = 2.0
_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a report lies, and whether this call made it or found it unchanged."""

    place: Path
    page: Path
    result: Path
    run: str
    is_new: bool


def publish(
    parameters: Parameters, reports: Path, *, kind: str = "attainment", show_progress: bool = False
) -> Publication:
    """Return the published report of a kind, made by running its notebook where it is not there.

    Raise ContractError, ParameterError and their kin before anything runs, NotebookFailed for a
    cell that fails, OutputError for a folder that cannot be written. The last good report stays.
    """
    snapshot = checked_snapshot(parameters)
    overlay = overlay_of(parameters, snapshot.archive)
    place = _place(parameters, reports, overlay)
    languages = sorted({parameters.lang, *_published_languages(place, kind)})
    inputs = _inputs(parameters, snapshot.archive, overlay, kind, languages)
    run = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]
    home = place / "runs" / run
    is_new = not home.is_dir()
    with _writing(place):
        refuse_edited(place)
        if is_new:
            _learn(snapshot, show_progress=show_progress)
            if kind == "attainment":
                _rehearse(parameters, snapshot, show_progress=show_progress)
            _build(parameters, home, kind, languages, inputs, show_progress=show_progress)
        _verify(home)
        _put_in_place(home, place)
        enter(reports, home)
    page = place / page_name(kind, parameters.lang)
    return Publication(place, page, place / RESULT, run, is_new)


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


def page_name(kind: str, lang: str, suffix: str = "html") -> str:
    """Return the name of a page: `attainment.html`, `attainment.zh.html`."""
    return f"{kind}.{suffix}" if lang == "en" else f"{kind}.{lang}.{suffix}"


def notebook_path(kind: str) -> Path:
    """Return the notebook that makes a kind of report."""
    return folder("notebooks") / f"{kind}.ipynb"


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


def _published_languages(place: Path, kind: str) -> list[str]:
    """Return the languages of the pages that stand there; they are renewed together."""
    return [lang for lang in ("en", "zh") if (place / page_name(kind, lang)).is_file()]


def _inputs(
    parameters: Parameters,
    archive: Archive,
    overlay: Overlay | None,
    kind: str,
    languages: list[str],
) -> dict[str, Any]:
    return {
        "parameters": {
            "area": parameters.area,
            "year": parameters.year,
            "as_of": parameters.as_of.isoformat(),
            "since": parameters.since.isoformat(),
            "seed": parameters.seed,
            "n_paths": parameters.n_paths,
        },
        "kind": kind,
        "languages": languages,
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
    kind: str,
    languages: list[str],
    inputs: dict[str, Any],
    *,
    show_progress: bool,
) -> None:
    """Build a run beside its place and rename it into it."""
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        for lang in languages:
            asked = replace(parameters, lang=lang, out=work)
            executed = work / page_name(kind, lang, "ipynb")
            try:
                run_notebook(
                    notebook_path(kind),
                    executed,
                    notebook_parameters(asked),
                    show_progress=show_progress,
                )
            except NotebookFailed as failure:
                failed = home.parent.parent / page_name(kind, lang, "failed.ipynb")
                os.replace(executed, failed)
                raise NotebookFailed(
                    failure.cell, failure.name, failure.value, str(failed)
                ) from failure
            (work / page_name(kind, lang)).write_text(page_of(executed, lang), encoding="utf-8")
        files = {p.name: sha256_of(p) for p in sorted(work.iterdir())}
        manifest = {
            **inputs,
            "run": home.name,
            "commit": commit(),
            "made_at": _now(),
            "files": files,
        }
        (work / MANIFEST).write_text(
            json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        work.chmod(0o755)
        try:
            work.rename(home)
        except OSError:
            if not home.is_dir():  # else another process built the same run first
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def notebook_parameters(parameters: Parameters) -> dict[str, Any]:
    """Return the parameters as a notebook takes them: JSON scalars, days as ISO text."""
    given = asdict(parameters)
    given |= {name: given[name].isoformat() for name in ("as_of", "since")}
    given["data"] = str(parameters.data.resolve())
    for name in ("out", "overlay"):
        given[name] = "" if given[name] is None else str(given[name].resolve())
    return given


def run_notebook(
    notebook: Path, executed: Path, parameters: Mapping[str, Any], *, show_progress: bool
) -> None:
    """Run a notebook in a kernel of its own; raise NotebookFailed with the cell that failed."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    check_parameters(notebook, parameters)
    transport = "tcp" if sys.platform == "win32" else "ipc"  # Windows knows no ipc
    try:
        papermill.execute_notebook(
            str(notebook),
            str(executed),
            dict(parameters),
            progress_bar=show_progress,
            cwd=str(executed.parent),
            config=Config({"KernelManager": {"transport": transport}}),
        )
    except PapermillExecutionError as error:
        raise NotebookFailed(
            error.exec_count or error.cell_index, error.ename, error.evalue, str(executed)
        ) from error


def page_of(executed: Path, lang: str) -> str:
    """Return the HTML page of an executed notebook, in our own template and self-contained."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="report",
        extra_template_basedirs=[str(folder("templates"))],
        exclude_input=True,
    )
    body, _ = exporter.from_filename(str(executed), resources={"language": lang})
    return str(body)


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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
