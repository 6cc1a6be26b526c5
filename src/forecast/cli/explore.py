"""The command that opens the notebooks in JupyterLab."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from forecast.base.errors import OutputError, ParameterError
from forecast.cli.terminal import exit_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

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
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser, or print the address.")
def explore(notebook: str | None, folder: str | None, port: int, browser: bool) -> None:
    """Open the notebooks in JupyterLab, on this machine alone and with a token.

    NOTEBOOK is a name such as 04_scenarios; without one the index opens. Ctrl-C stops it.
    """
    with exit_codes():
        from forecast.base.package import PACKAGE
        from forecast.base.package import folder as packaged

        suite = packaged("notebooks")
        path = _INDEX if notebook is None else _path_of(notebook, suite)
        if folder is not None or suite.is_relative_to(PACKAGE):
            suite = _copied(suite, Path(folder or _COPY))
        _serve(suite, path, port=port, browser=browser)


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


def _serve(suite: Path, path: str, *, port: int, browser: bool) -> None:
    """Run JupyterLab until it is stopped; raise ParameterError if it had no password or token."""
    from jupyterlab.labapp import LabApp

    view = "?factory=Markdown%20Preview" if path == _INDEX else ""
    settings: dict[str, Any] = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": suite.resolve(),
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,
        "ServerApp.allow_root": True,
        "ServerApp.log_level": "WARN",
        "LabApp.log_level": "WARN",
        "LabApp.news_url": "None",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.default_url": f"/lab/tree/{quote(path)}{view}",
    }
    server = LabApp.initialize_server(
        argv=[f"--{name}={value}" for name, value in settings.items()]
    )
    if not server.identity_provider.auth_enabled:
        raise ParameterError(
            ["your own Jupyter settings turn the token off (expected a token or a password)"]
        )
    address = f"JupyterLab runs at {server.display_url.split()[0]}"
    server.io_loop.add_callback(click.echo, address)  # once it answers
    server.start()
