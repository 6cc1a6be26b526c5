"""What is asked for and what was published, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forecast.base.errors import NoPdf
from forecast.base.parameters import Parameters


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which pages are asked for; without `indicators` all with a target in force."""

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    indicators: tuple[str, ...]
    show_progress: bool


def day_folder(parameters: Parameters, reports: Path) -> Path:
    """Return where the reports of a day lie."""
    return reports / parameters.area / str(parameters.year) / parameters.as_of.isoformat()
