"""Where reports lie: the folder of a day, its runs, and the index over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forecast.base.errors import NoPdf
from forecast.base.parameters import Parameters

RESULT, MANIFEST, RUNS = "result.json", "manifest.json", "runs"
_OVERLAY = "overlay-"  # begins the name of a folder below that of the day


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a report lies, and whether it is new or already stood there.

    `pages` are the requested pages that exist, in the order of the request; `lacking` says why
    the PDFs among them are missing.
    """

    place: Path
    pages: tuple[Path, ...]
    result: Path
    run: str
    is_new: bool
    lacking: str = ""

    @property
    def page(self) -> Path:
        """The first requested page."""
        return self.pages[0]

    def check(self) -> None:
        """Raise NoPdf where a PDF could not be printed."""
        if self.lacking:
            raise NoPdf(f"no PDF was made, {self.page} was: {self.lacking}")


def day_folder(parameters: Parameters, reports: Path) -> Path:
    """Return where the report of a day lies."""
    return reports / parameters.area / str(parameters.year) / parameters.as_of.isoformat()


def overlay_folder(day: Path, content_hash: str) -> Path:
    """Return where a report on unpublished figures lies, so that it never replaces another."""
    return day / f"{_OVERLAY}{content_hash[:12]}"


def run_results(folder: Path) -> list[Path]:
    """Return the result of every finished run below a folder, those on unpublished figures too."""
    paths = folder.glob(f"**/{RUNS}/*/{RESULT}")
    return sorted(p for p in paths if not p.parent.name.startswith("."))


def linked_results(reports: Path) -> Iterator[Path]:
    """Yield the results that people link to: one for each day, and for each overlay of it."""
    for pattern in (f"*/*/*/{RESULT}", f"*/*/*/{_OVERLAY}*/{RESULT}"):
        for path in reports.glob(pattern):
            if path.parent.parent.name != RUNS and not path.parent.name.startswith("."):
                yield path


def index_name(lang: str) -> str:
    """Return the file name of the index: `index.html`, `index.zh.html`."""
    return "index.html" if lang == "en" else f"index.{lang}.html"
