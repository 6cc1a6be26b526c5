"""The kinds of reports, and the names of their pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from forecast.base.errors import ParameterError
from forecast.base.notation import is_name
from forecast.base.package import folder
from forecast.base.parameters import FORMATS, KINDS
from forecast.base.texts import LANGUAGES

PER_INDICATOR = "indicator"  # its notebook is run once for each indicator
_NAME = re.compile(
    rf"(?P<kind>{'|'.join(KINDS)})(?:-(?P<indicator>[\w-]+))?"
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
    """Which pages are wanted; `indicators` are those with a page of the kind `indicator` each."""

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    indicators: tuple[str, ...] = ()

    def pages(self) -> list[Page]:
        """Return the pages in the order of the request; raise ParameterError for unknown names."""
        problems = [
            *_problems("kind", self.kinds, KINDS),
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
    return Page(
        kind=match["kind"],
        indicator=match["indicator"] or "",
        lang=match["lang"] or "en",
        format=match["format"],
    )


def _problems(option: str, names: Sequence[str], allowed: Sequence[str]) -> list[str]:
    rule = f"allowed: {', '.join(allowed)}"
    if not names:
        return [f"{option}: none requested; {rule}"]
    return [f"{option}: {name!r} is unknown; {rule}" for name in names if name not in allowed]


def notebook_path(kind: str) -> Path:
    """Return the notebook that makes a kind of report."""
    return folder("notebooks") / f"{kind.replace('-', '_')}.ipynb"
