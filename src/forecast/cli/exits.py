"""Exit codes: 0 done, 1 a run failed, 2 bad input, 6 another process is at work, 8 no PDF.

`check` alone: 3 a target is below, 4 data are overdue. `run-due` alone: 5 an alert is undelivered.
`import` alone: 7 cells were left.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from forecast.base.errors import (
    FolderBusy,
    ForecastError,
    NoPdf,
    NotebookFailed,
    OutputError,
    SomeFailed,
    WorkersLost,
)

FAILED, BAD_INPUT, BELOW, OVERDUE, UNDELIVERED, BUSY, NO_PDF = 1, 2, 3, 4, 5, 6, 8


@contextmanager
def exit_codes() -> Iterator[None]:
    """Say what is wrong in plain words, and leave with a code that a scheduler can use."""
    try:
        yield
    except (NotebookFailed, OutputError, SomeFailed, WorkersLost) as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(FAILED)
    except NoPdf as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(NO_PDF)
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
