"""Where tables are printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from forecast.pages.status.value import Status

_LOG_WIDTH = 120


def console() -> Console:
    """Return where tables are printed: as wide as the terminal, and wide enough in a log."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)


def show(status: Status) -> None:
    """Print what is said of an area: targets, unpublished figures, commitments."""
    from forecast.pages.status.printing import printed

    for part in printed(status):
        console().print(part)
