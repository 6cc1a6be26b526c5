"""What commands print, and the codes with which they leave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from forecast.base.errors import (
    FolderBusy,
    ForecastError,
    LedgerLost,
    NoPdf,
    NotebookFailed,
    OutputError,
    SomeFailed,
    WorkersLost,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from forecast.pages.status import Status

FAILED, BAD_INPUT, BELOW, OVERDUE, UNDELIVERED, BUSY, INCOMPLETE, NO_PDF = 1, 2, 3, 4, 5, 6, 7, 8
UNACCEPTED = 9
EXIT_CODES = {
    0: "done, or nothing new",
    FAILED: "a report failed, something could not be written, or verify found a fault",
    BAD_INPUT: "bad input: data, parameters, options",
    BELOW: "check: a target is less probable than allowed",
    OVERDUE: "check: figures are overdue; health: a report or the last good run is late",
    UNDELIVERED: "run-due: an alert could not be delivered; the next run tries again",
    BUSY: "run-due: another process locked the folder for longer than --wait",
    INCOMPLETE: "import --skip-unreadable: cells could not be read",
    NO_PDF: "report: a PDF could not be printed",
    UNACCEPTED: "published data or lines of the ledger changed, and nobody accepted it",
}
CODES_HELP = "\n".join(
    ["\b", "Exit codes:", *(f"  {code}  {said}" for code, said in EXIT_CODES.items())]
)
_LOG_WIDTH = 120


@contextmanager
def exit_codes() -> Iterator[None]:
    """Print an error as one plain message and leave with a code that a scheduler can use."""
    try:
        yield
    except (NotebookFailed, OutputError, SomeFailed, WorkersLost) as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(FAILED)
    except NoPdf as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(NO_PDF)
    except LedgerLost as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(UNACCEPTED)
    except FolderBusy as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(BUSY)
    except ForecastError as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(BAD_INPUT)
    except PermissionError as error:
        if error.filename is None:
            raise
        click.echo(f"forecast: {error.filename}: no permission to read or write it", err=True)
        sys.exit(FAILED)


def console() -> Console:
    """Return the console for tables: as wide as the terminal, and 120 characters in a log."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _LOG_WIDTH, highlight=False)


def show(*parts: RenderableType) -> None:
    """Print tables, and sentences in lines as wide as the terminal."""
    from rich.text import Text

    from forecast.pages.grid import lines_of

    terminal = console()
    for part in parts:
        if isinstance(part, str):
            terminal.print(Text("\n".join(lines_of(part, terminal.width))))
        else:
            terminal.print(part)


def show_status(status: Status) -> None:
    """Print the status of an area: its targets, unpublished figures and commitments."""
    from forecast.pages.status import printed

    show(*printed(status))


def for_each(areas: Sequence[str], work: Callable[[str], str]) -> None:
    """Do the work for each area and print a line for it.

    Raise SomeFailed at the end if the work failed for any; it is done for the others.
    """
    failed: dict[str, str] = {}
    for area in areas:
        try:
            click.echo(f"{area}: {work(area)}")
        except ForecastError as error:
            failed[area] = str(error)
            click.echo(f"{area}: failed")
    if failed:
        raise SomeFailed(failed, len(areas))
