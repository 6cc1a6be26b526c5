"""Where reports lie: the names of pages, the folder of a day, its runs, the index over all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from forecast.base.errors import NoPdf, ParameterError
from forecast.base.notation import is_name
from forecast.base.package import folder
from forecast.base.parameters import FORMATS, KINDS, Parameters, is_own_kind, own_notebooks
from forecast.base.texts import LANGUAGES

PER_INDICATOR = "indicator"  # its notebook is run once for each indicator
_NAME = re.compile(
    rf"(?P<kind>{'|'.join(KINDS)}|\w+)(?:-(?P<indicator>[\w-]+))?"
    rf"(?:\.(?P<lang>{'|'.join(LANGUAGES)}))?\.(?P<format>{'|'.join(FORMATS)})"
)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Page:
    """One file for people: a kind of report, in a language and a format."""

    kind: str
    indicator: str = ""
    lang: str
    format: str = "html"

    @property
    def stem(self) -> str:
        """The name without its last ending: `attainment`, `attainment.zh`, `indicator-gdp`."""
        subject = f"{self.kind}-{self.indicator}" if self.indicator else self.kind
        return subject if self.lang == "en" else f"{subject}.{self.lang}"

    @property
    def notebook(self) -> str:
        """The name of the executed notebook behind the page."""
        return f"{self.stem}.ipynb"

    @property
    def is_pdf(self) -> bool:
        """Whether the page is a PDF."""
        return self.format == "pdf"

    @property
    def as_html(self) -> Page:
        """The same page as HTML."""
        return replace(self, format="html")

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.stem}.{self.format}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which pages are wanted; `indicators` are those with a page of the kind `indicator` each.

    `own` are the kinds that the data folder brings along; `template` is for Word.
    """

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    indicators: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    template: Path | None = None

    def pages(self) -> list[Page]:
        """Return the pages in the order of the request; raise ParameterError for unknown names."""
        problems = [
            *_problems("kind", self.kinds, (*KINDS, *self.own)),
            *_problems("lang", self.languages, LANGUAGES),
            *_problems("format", self.formats, FORMATS),
            *(f"indicator: {i!r} can name no file" for i in self.indicators if not is_name(i)),
        ]
        if problems:
            raise ParameterError(problems)
        subjects = [
            (kind, indicator)
            for kind in self.kinds
            for indicator in (self.indicators if kind == PER_INDICATOR else ("",))
        ]
        pages = [
            Page(kind=kind, indicator=indicator, lang=lang, format=form)
            for (kind, indicator), lang, form in product(subjects, self.languages, self.formats)
        ]
        return list(dict.fromkeys(pages))


def named_page(name: str) -> Page | None:
    """Return the page whose file has this name; None for other files."""
    match = _NAME.fullmatch(name)
    if match is None or bool(match["indicator"]) != (match["kind"] == PER_INDICATOR):
        return None
    if match["kind"] not in KINDS and not is_own_kind(match["kind"]):
        return None
    return Page(
        kind=match["kind"],
        indicator=match["indicator"] or "",
        lang=match["lang"] or "en",
        format=match["format"],
    )


def published_pages(place: Path) -> list[Page]:
    """Return the pages that lie in a place.

    A file that is named like a kind of the data folder's own is one only beside its executed
    notebook: somebody's notes are not a page.
    """
    names = {p.name for p in place.iterdir() if p.is_file()} if place.is_dir() else set()
    pages = [page for name in sorted(names) if (page := named_page(name)) is not None]
    return [page for page in pages if page.kind in KINDS or page.notebook in names]


def _problems(option: str, names: Sequence[str], allowed: Sequence[str]) -> list[str]:
    rule = f"allowed: {', '.join(allowed)}"
    if not names:
        return [f"{option}: none requested; {rule}"]
    return [f"{option}: {name!r} is unknown; {rule}" for name in names if name not in allowed]


def notebook_path(kind: str, data: Path | None = None) -> Path:
    """Return the notebook that makes a kind of report, of the project or beside a data folder.

    Raise ParameterError for a kind without one.
    """
    if kind not in KINDS:
        own = {} if data is None else own_notebooks(data)
        if kind not in own:
            raise ParameterError(_problems("kind", [kind], (*KINDS, *own)))
        return own[kind]
    return folder("notebooks") / f"{kind.replace('-', '_')}.ipynb"


RESULT, MANIFEST, RUNS = "result.json", "manifest.json", "runs"
ROWS = "data-rows.csv.gz"  # the rows of the data folder that a run was made from
ARCHIVE = ".archive"  # holds old runs under the paths that they had
_OVERLAY, _ASSUMED = "overlay-", "target-"  # begin names of folders below that of the day


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


def variant_folder(day: Path, *, overlay: str | None, targets: str) -> Path:
    """Return where a report lies that rests on unpublished figures or on assumed targets.

    `overlay` is the hash of the figures. It never replaces the report of the day itself.
    """
    parts = [] if overlay is None else [f"{_OVERLAY}{overlay[:12]}"]
    if targets:
        parts.append(f"{_ASSUMED}{hashlib.sha256(targets.encode()).hexdigest()[:12]}")
    return day / "-".join(parts) if parts else day


def run_results(folder: Path) -> list[Path]:
    """Return the result of every finished run below a folder, those on unpublished figures too."""
    roots = (folder, folder / ARCHIVE)  # the latter may be a link, which `**` does not follow
    paths = {path for root in roots for path in root.glob(f"**/{RUNS}/*/{RESULT}")}
    return sorted(p for p in paths if not p.parent.name.startswith("."))


def listed_path(reports: Path, path: Path) -> str:
    """Return the path by which the ledger knows a file, whether it is archived or not."""
    return path.relative_to(reports).as_posix().removeprefix(f"{ARCHIVE}/")


def stored(reports: Path, listed: str) -> Path:
    """Return where a listed file lies: in its place, or else in the archive."""
    path, archived = reports / listed, reports / ARCHIVE / listed
    return archived if not path.exists() and archived.exists() else path


def linked_results(reports: Path) -> Iterator[Path]:
    """Yield the results that people link to: of each day, its overlays and assumed targets."""
    for area in _folders(reports):
        for year in _folders(area):
            for day in _folders(year):
                if day.name == RUNS:
                    continue
                if (day / RESULT).is_file():
                    yield day / RESULT
                kinds = (_OVERLAY, _ASSUMED)
                variants = (f / RESULT for f in _folders(day) if f.name.startswith(kinds))
                yield from (result for result in variants if result.is_file())


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted, except hidden ones; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def index_name(lang: str) -> str:
    """Return the file name of the index: `index.html`, `index.zh.html`."""
    return "index.html" if lang == "en" else f"index.{lang}.html"
