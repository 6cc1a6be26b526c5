"""The commands for folders: check-data, init, import, and explore, which opens the notebooks."""

from __future__ import annotations

import shutil
import sys
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import click

from forecast.base.errors import OutputError, ParameterError, grouped
from forecast.base.texts import LANGUAGES
from forecast.cli.options import day_of
from forecast.cli.terminal import BAD_INPUT, INCOMPLETE, exit_codes, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forecast.archive.archive import Archive
    from forecast.importing import ImportPlan


@click.command("check-data")
@click.argument("folder", metavar="DIR")
def check_data(folder: str) -> None:
    """Check a data folder: print what it holds, or every fault in it."""
    with exit_codes():
        from forecast.archive.boundaries import read_boundaries
        from forecast.archive.consistency import consistency_faults
        from forecast.archive.folder import read_archive
        from forecast.base.errors import ContractError

        archive = read_archive(Path(folder))
        if faults := consistency_faults(archive, archive.schedule.today()):
            raise ContractError(faults)
        read_boundaries(Path(folder), archive.registry, archive.areas)
        newest = archive.figures["released_on"].max().date()
        click.echo(
            f"no fault in {len(archive.figures)} figures, "
            f"released {archive.first_release_on} to {newest}"
        )
        if archive.n_repeated:
            click.echo(f"  {archive.n_repeated} more rows repeat another row")
        for area in archive.areas:
            targets = sum(t.area == area for t in archive.targets)
            rows = int((archive.figures["area"] == area).sum())
            click.echo(
                f"  {area}: {rows} figures of {len(archive.indicators_of(area))} indicators, "
                f"{targets} targets{_commitment_counts(archive, area)}"
            )
        for area in sorted({t.area for t in archive.targets} - set(archive.areas)):
            targets = sum(t.area == area for t in archive.targets)
            click.echo(f"  {area}: no figures yet, {targets} targets")
        for line in _looks(archive):
            click.echo(line)
        for warning in archive.commitments.warnings():
            click.echo(f"warning: {warning}")


def _looks(archive: Archive) -> Iterator[str]:
    """Yield what deserves a second look in each area's figures, as known on the newest day."""
    from forecast.report.data_checks import data_checks

    snapshot = archive.as_of(archive.last_release_on)
    for area in archive.areas:
        checks = data_checks(snapshot, area)
        shown = checks.findings
        if shown:
            counts = [f"{n} {kind}" for kind, n in checks.counts.items() if n]
            kinds = ", ".join(counts).replace("_", " ")
            yield f"a second look at {area}, as of {snapshot.day} ({kinds}; {len(shown)} shown):"
        before = archive.registry.months_before(area)
        yield from (f"  {replace(f, span=f.span.later(before))}" for f in shown)


def _commitment_counts(archive: Archive, area: str) -> str:
    """Return how many commitments and progress entries an area has; "" if it has none."""
    announced = [c.id for c in archive.commitments.announced if c.area == area]
    entries = sum(entry.id in announced for entry in archive.commitments.entries)
    return f", {len(announced)} commitments with {entries} progress entries" if announced else ""


@click.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--with",
    "areas",
    metavar="AREAS",
    default="",
    help="Begin with the example's indicators, and its figures of these areas, such as china.",
)
def init(folder: str, areas: str) -> None:
    """Write an empty data folder with comments that explain each file."""
    with exit_codes():
        from forecast.archive.folder import new_data_folder

        target = Path(folder)
        new_data_folder(target, figures_of=[a.strip() for a in areas.split(",") if a.strip()])
        click.echo(
            f"{target} is ready: describe indicators, add figures, "
            f"then: forecast check-data {target}"
        )


@click.command("import")
@click.argument("source", metavar="FILE|URL")
@click.option("--map", "map_file", metavar="FILE", help="What the file does not say.")
@click.option(
    "--format",
    "layout",
    metavar="NAME",
    help="The layout: table, or as listed in docs/importing.md; else it is recognised.",
)
@click.option("--area", metavar="ID", help="Whose figures they are, in place of the map's area.")
@click.option(
    "--title", metavar="WORDS", help="What a title would say, in place of the map's title."
)
@click.option("--out", metavar="DIR/figures/NAME.csv", required=True, help="Where figures go.")
@click.option(
    "--released-on",
    metavar="YYYY-MM-DD|usual",
    help="Day on which the figures became public, or by the lags of schedule.toml; else the map's.",
)
@click.option("--draft", metavar="FILE", help="Write the map that is believed in, and no figures.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Write the rest where cells cannot be read; leave with 7.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
def import_command(
    source: str,
    map_file: str | None,
    layout: str | None,
    area: str | None,
    title: str | None,
    out: str,
    released_on: str | None,
    draft: str | None,
    yes: bool,
    skip_unreadable: bool,
    lang: str,
) -> None:
    """Turn an Excel or CSV file, or what a database holds, into figures of a data folder.

    Shows what it understood and asks before it writes. A figure that the folder holds is not
    written again; a changed one is added as a revision.
    """
    with exit_codes():
        from forecast import importing
        from forecast.base.parallel import is_watched, progress_bar
        from forecast.base.texts import text
        from forecast.pages.tables import imported_lines, imported_terminal

        if layout not in (None, importing.TABLE, *importing.LAYOUTS):
            allowed = ", ".join((importing.TABLE, *importing.LAYOUTS))
            raise ParameterError([f"--format {layout!r}; allowed: {allowed}"])
        if draft is not None:
            _write_draft(source, Path(draft), Path(out), _day(released_on), area, title)
            return
        plan = importing.read(
            source,
            None if map_file is None else Path(map_file),
            out=Path(out),
            released_on=_day(released_on),
            layout=layout,
            area=area,
            title=title,
            on_progress=progress_bar("Reading", show=is_watched(), unit="B", after_seconds=1.0),
        )
        if plan.added:
            show(imported_terminal(plan, lang))
        click.echo("\n".join([*plan.remarks, *imported_lines(plan, lang)]))
        _list_unread(plan, lang)
        if plan.unread and not skip_unreadable:
            click.echo(text("import.left", lang), err=True)
            sys.exit(BAD_INPUT)
        if plan.is_empty:
            click.echo(text("import.none", lang, name=plan.name), err=True)
            sys.exit(BAD_INPUT)
        if not plan.added:
            click.echo(text("import.nothing", lang, out=out))
        elif yes or _is_confirmed(text("import.ask", lang, n=len(plan.added), out=out)):
            click.echo(text("import.written", lang, n=importing.write(plan), out=out))
        else:
            click.echo(text("import.left", lang))
        sys.exit(INCOMPLETE if plan.unread else 0)


def _write_draft(
    source: str,
    draft: Path,
    out: Path,
    released_on: date | str | None,
    area: str | None,
    title: str | None,
) -> None:
    """Write the map that an import believes in; raise ParameterError where the file is there."""
    from forecast import importing
    from forecast.base.files import write_bytes

    if draft.exists():
        raise ParameterError([f"--draft {draft} is there already; allowed: a new file"])
    text = importing.drafted_map(source, out=out, released_on=released_on, area=area, title=title)
    write_bytes(draft, text.encode())
    click.echo(f"{draft} is written: answer its questions, then import with --map {draft}")


def _list_unread(plan: ImportPlan, lang: str) -> None:
    from forecast.base.texts import text

    if plan.unread:
        click.echo("\n".join([text("import.unread", lang), *grouped(plan.faults)]), err=True)


def _is_confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise ParameterError(["no terminal to ask for confirmation; allowed: --yes"])
    return click.confirm(question)


def _day(text: str | None) -> date | str | None:
    from forecast.importing import USUAL

    if text is None or text == USUAL:
        return text
    return day_of("--released-on", text, or_else=f"; or {USUAL}")


_INDEX = "README.md"
_COPY = "forecast-notebooks"


@click.command()
@click.argument("notebook", required=False, metavar="[NOTEBOOK]")
@click.option(
    "--folder",
    metavar="DIR",
    help="Work on a copy of the notebooks in this folder; existing files are not overwritten. "
    f"Default: the project's own notebooks, or, where the command is installed, ./{_COPY}.",
)
@click.option(
    "--dashboard",
    is_flag=True,
    help="Show NOTEBOOK by Voila without its code; menus and sliders stay. Needs the extra "
    "dashboard.",
)
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser, or print the address.")
def explore(
    notebook: str | None, folder: str | None, dashboard: bool, port: int, browser: bool
) -> None:
    """Open the notebooks in JupyterLab, on this machine alone and with a token.

    NOTEBOOK is a name such as 04_scenarios; without one the index opens. Ctrl-C stops it.
    """
    with exit_codes():
        from forecast.base.package import PACKAGE
        from forecast.base.package import folder as packaged

        suite = packaged("notebooks")
        path = _INDEX if notebook is None else _path_of(notebook, suite)
        _check_dashboard(notebook, is_wanted=dashboard)
        if folder is not None or suite.is_relative_to(PACKAGE):
            suite = _copied(suite, Path(folder or _COPY))
        _serve(suite, path, port=port, browser=browser, as_dashboard=dashboard)


def _check_dashboard(notebook: str | None, *, is_wanted: bool) -> None:
    """Raise ParameterError where a dashboard is wanted of nothing, or without what shows it."""
    if not is_wanted:
        return
    if notebook is None:
        raise ParameterError(["dashboard: no notebook named (expected one, such as 04_scenarios)"])
    if find_spec("voila") is None:
        needed = "pip install 'growth-target-forecast[dashboard]'"
        raise ParameterError([f"dashboard: Voila is not installed; {needed}"])


def _path_of(name: str, suite: Path) -> str:
    """Return where a notebook lies in the suite; raise ParameterError with all names."""
    every = sorted(suite.rglob("*.ipynb"))
    notebooks = {p.stem: p for p in every if ".ipynb_checkpoints" not in p.parts}
    wanted = name.removesuffix(".ipynb")
    if wanted not in notebooks:
        raise ParameterError([f"notebook: {name!r}; allowed: {', '.join(notebooks)}"])
    return notebooks[wanted].relative_to(suite).as_posix()


def _copied(suite: Path, folder: Path) -> Path:
    """Return a folder with a copy of the suite; existing files are not overwritten."""
    others = []
    try:
        for source in _files(suite):
            target = folder / source.relative_to(suite)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            elif target.read_bytes() != source.read_bytes():
                others.append(target.relative_to(folder).as_posix())
    except OSError as error:
        raise OutputError(f"{folder} could not be written: {error.strerror}") from error
    click.echo(f"The notebooks lie in {folder}.")
    if others:
        click.echo(
            f"Not overwritten, though unlike those of this version: {', '.join(others)}; "
            "delete a file to have it copied again."
        )
    return folder


def _files(suite: Path) -> Iterable[Path]:
    every = (p for kind in ("*.ipynb", "*.md") for p in sorted(suite.rglob(kind)))
    return (p for p in every if ".ipynb_checkpoints" not in p.parts)


def _serve(suite: Path, path: str, *, port: int, browser: bool, as_dashboard: bool = False) -> None:
    """Run JupyterLab until it is stopped; raise ParameterError if it had no password or token."""
    from jupyterlab.labapp import LabApp

    settings: dict[str, Any] = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": suite.resolve(),
        "ServerApp.open_browser": False,  # it would encode the address of the index wrongly
        "ServerApp.answer_yes": True,
        "ServerApp.allow_root": True,
        "ServerApp.log_level": "WARN",
        "LabApp.log_level": "WARN",
        "LabApp.news_url": "None",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.default_url": f"/lab/tree/{quote(path)}",
    }
    server = LabApp.initialize_server(
        argv=[f"--{name}={value}" for name, value in settings.items()]
    )
    if not server.identity_provider.auth_enabled:
        raise ParameterError(
            ["your own Jupyter settings turn the token off (expected a token or a password)"]
        )
    address = _address(server, path, "voila/render" if as_dashboard else "lab/tree")
    what = "The dashboard" if as_dashboard else "JupyterLab"
    server.io_loop.add_callback(click.echo, f"{what} runs at {address}")  # once it answers
    if browser:
        server.io_loop.add_callback(webbrowser.open, address)
    server.start()


def _address(server: Any, path: str, view: str) -> str:
    """Return the address that opens a file; the index is shown as a page, not as its source."""
    asked = {"factory": "Markdown Preview"} if path == _INDEX else {}
    if server.identity_provider.token:
        asked["token"] = server.identity_provider.token
    query = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
    return f"{server.connection_url}{view}/{quote(path)}{query}"
