"""What a report says of unpublished figures: every one of them, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from forecast.archive.figures import Figure
from forecast.base.months import Span
from forecast.base.series import Series
from forecast.history.series import History, sources_of
from forecast.outlook.answers import Answer
from forecast.outlook.value import Outlook
from forecast.report.naming import series_names


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayRow:
    """One unpublished figure, and what became of it.

    `use` is `figure` or `expected` where the report rests on it; else `superseded` by a published
    figure, `later` than the day, `elsewhere` where nothing of the report looks, or `not_used`.
    """

    area: str
    area_name_en: str
    area_name_zh: str
    indicator: str
    name_en: str
    name_zh: str
    first_month: str
    last_month: str
    measure: str
    value: float
    unit: str
    status: str
    released_on: date
    publisher: str
    source: str
    line: int
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayReport:
    """The unpublished figures of a run; `content_hash` is the SHA-256 of their file."""

    content_hash: str
    n_rows: int
    rows: list[OverlayRow]

    @property
    def used(self) -> list[OverlayRow]:
        """The rows that the report rests on."""
        return [row for row in self.rows if row.use in USED]


USED = ("figure", "expected")


def overlay_report(answer: Answer) -> OverlayReport | None:
    """Return every unpublished figure of an answer with its use; None without an overlay."""
    if answer.overlay is None:
        return None
    rows = [_row(logged, answer.outlook) for logged in answer.overlay.rows()]
    return OverlayReport(content_hash=answer.overlay.content_hash, n_rows=len(rows), rows=rows)


def unpublished_of(history: History) -> list[Figure]:
    """Return the unpublished figures that a history and those related to it rest on."""
    every = [*history.figures, *(f for h in history.related.values() for f in h.figures)]
    return [f for f in every if not f.is_published and _use(f) in USED]


def _row(logged: dict[str, Any], outlook: Outlook) -> OverlayRow:
    names = series_names(outlook.snapshot.registry, *_series(logged))
    more = {
        "released_on": date.fromisoformat(logged["released_on"]),
        "use": _use_of(logged, outlook),
    }
    return OverlayRow(**logged | dict(names) | more)


def _series(logged: dict[str, Any]) -> Series:
    return Series(logged["area"], logged["indicator"])


def _use_of(logged: dict[str, Any], outlook: Outlook) -> str:
    """Return what became of a row."""
    released_on = date.fromisoformat(logged["released_on"])
    span = Span.parse(logged["first_month"], logged["last_month"])
    if released_on > outlook.day:
        return "later"
    registry = outlook.snapshot.registry
    looked_at = {s for i in outlook.indicators for s in sources_of(registry, outlook.area, i)}
    if _series(logged) not in looked_at or span.year > outlook.year:
        return "elsewhere"
    key = (False, span, logged["measure"], logged["unit"], released_on)
    counts = [f for f in outlook.snapshot.figures_of(*_series(logged)) if _key(f) == key]
    return _use(counts[0]) if counts else "superseded"


def _key(figure: Figure) -> tuple[bool, Span, str, str, date]:
    f = figure
    return f.is_published, f.span, f.measure, f.unit, f.released_on


def _use(figure: Figure) -> str:
    """Return how a figure that counts enters a history."""
    if figure.settles:
        return "figure"
    is_growth_expected = (figure.status, figure.measure) == ("expected", "growth_pct")
    return "expected" if is_growth_expected else "not_used"
