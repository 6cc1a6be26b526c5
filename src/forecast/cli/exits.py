"""Exit codes: 0 done, 1 a run failed, 2 bad input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from forecast.errors import ForecastError, NotebookFailed, OutputError, WorkersLost

FAILED, BAD_INPUT = 1, 2


@contextmanager
def exit_codes() -> Iterator[None]:
    """Say what is wrong in plain words, and leave with a code that a scheduler can use."""
    try:
        yield
    except (NotebookFailed, OutputError, WorkersLost) as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(FAILED)
    except ForecastError as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(BAD_INPUT)
