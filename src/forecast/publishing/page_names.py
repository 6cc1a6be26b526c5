"""The kinds of reports, and the names of their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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


def named_page(name: str) -> Page | None:
    """Return the page that a file's name stands for; None for other files."""
    found = _NAME.fullmatch(name)
    if found is None or bool(found["indicator"]) != (found["kind"] == PER_INDICATOR):
        return None
    return Page(
        kind=found["kind"],
        indicator=found["indicator"] or "",
        lang=found["lang"] or "en",
        format=found["format"],
    )


def asked_pages(
    kinds: Sequence[str],
    languages: Sequence[str],
    formats: Sequence[str],
    indicators: Iterable[str],
) -> list[Page]:
    """Return the pages of what is asked, in that order; raise ParameterError for what is unknown.

    `indicators` are those that get a page of the kind `indicator` each.
    """
    problems = [
        *_problems("kind", kinds, KINDS),
        *_problems("lang", languages, LANGUAGES),
        *_problems("format", formats, FORMATS),
        *(f"indicator: {i!r} can name no file" for i in indicators if not is_name(i)),
    ]
    if problems:
        raise ParameterError(problems)
    subjects = [
        (kind, indicator)
        for kind in kinds
        for indicator in (indicators if kind == PER_INDICATOR else ("",))
    ]
    pages = [
        Page(kind=kind, indicator=indicator, lang=lang, format=form)
        for (kind, indicator), lang, form in product(subjects, languages, formats)
    ]
    return list(dict.fromkeys(pages))


def _problems(what: str, given: Sequence[str], allowed: Iterable[str]) -> list[str]:
    known = list(allowed)
    rule = f"allowed: {', '.join(known)}"
    if not given:
        return [f"{what}: none is asked; {rule}"]
    return [f"{what}: {one!r} is unknown; {rule}" for one in given if one not in known]


def notebook_path(kind: str) -> Path:
    """Return the notebook that makes a kind of report."""
    return folder("notebooks") / f"{kind.replace('-', '_')}.ipynb"
