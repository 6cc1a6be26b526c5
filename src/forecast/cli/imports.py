"""The command that turns files and databases of statistics offices into figures."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.base.errors import ParameterError
from forecast.base.texts import LANGUAGES
from forecast.cli.options import day_of
from forecast.cli.terminal import BAD_INPUT, INCOMPLETE, console, exit_codes

if TYPE_CHECKING:
    from forecast.importing import ImportPlan


@click.command("import")
@click.argument("source", metavar="FILE|URL")
@click.option(
    "--map", "map_file", metavar="FILE", required=True, help="What the file does not say."
)
@click.option("--out", metavar="DIR/figures/NAME.csv", required=True, help="Where figures go.")
@click.option(
    "--released-on",
    metavar="YYYY-MM-DD|usual",
    help="Day on which the figures became public, or by the lags of schedule.toml; else the map's.",
)
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Write the rest where cells cannot be read; leave with 7.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
def import_command(
    source: str,
    map_file: str,
    out: str,
    released_on: str | None,
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
        from forecast.base.texts import text
        from forecast.pages.tables import imported_lines, imported_terminal

        plan = importing.read(source, Path(map_file), out=Path(out), released_on=_day(released_on))
        if plan.added:
            console().print(imported_terminal(plan, lang), markup=False)
        click.echo("\n".join(imported_lines(plan, lang)))
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


def _list_unread(plan: ImportPlan, lang: str) -> None:
    from forecast.base.texts import text

    if plan.unread:
        click.echo("\n".join([text("import.unread", lang), *map(str, plan.faults)]), err=True)


def _is_confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise ParameterError(["no terminal to ask for confirmation; allowed: --yes"])
    return click.confirm(question)


def _day(text: str | None) -> date | str | None:
    from forecast.importing import USUAL

    if text is None or text == USUAL:
        return text
    return day_of("--released-on", text, or_else=f"; or {USUAL}")
