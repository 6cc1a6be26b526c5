"""The unpublished figures of a report, and how each of them was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.archive.figures import Figure, figures_at
from forecast.base.months import Span
from forecast.base.series import Series, SeriesLabel
from forecast.history.series import History, sources_of

if TYPE_CHECKING:
    from forecast.outlook.answers import Answer
    from forecast.outlook.value import Outlook

USED = ("figure", "expected")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayFigure:
    """One unpublished figure with its line in the file, and how it was used.

    `use` is `figure` or `expected` where the report rests on it; else `superseded` by a published
    figure, `later` than the day, `elsewhere` where the report does not look, or `not_used`.
    """

    label: SeriesLabel
    figure: Figure
    publisher: str
    line: int
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayReport:
    """The unpublished figures of a run; `content_hash` is the SHA-256 of their file."""

    content_hash: str
    rows: list[OverlayFigure]

    @property
    def n_rows(self) -> int:
        """The number of unpublished figures."""
        return len(self.rows)

    @property
    def used(self) -> list[OverlayFigure]:
        """The rows that the report rests on."""
        return [row for row in self.rows if row.use in USED]


def overlay_report(answer: Answer) -> OverlayReport | None:
    """Return every unpublished figure of an answer with its use; None without an overlay."""
    if answer.overlay is None:
        return None
    outlook, table = answer.outlook, answer.overlay.figures
    registry = outlook.snapshot.registry
    sources = {s for i in outlook.indicators for s in sources_of(registry, outlook.area, i)}
    keys = map(Series, table["area"].tolist(), table["indicator"].tolist())
    columns = (figures_at(table, slice(None)), table["publisher"].tolist(), table["line"].tolist())
    rows = [
        OverlayFigure(
            label=registry.label(series),
            figure=figure,
            publisher=publisher,
            line=line,
            use=_use_of(figure, series, outlook, is_source=series in sources),
        )
        for series, figure, publisher, line in zip(keys, *columns, strict=True)
    ]
    return OverlayReport(content_hash=answer.overlay.content_hash, rows=rows)


def unpublished_of(history: History) -> list[Figure]:
    """Return the unpublished figures that a history and those related to it rest on."""
    every = [*history.figures, *(f for h in history.related.values() for f in h.figures)]
    return [f for f in every if not f.is_published and _use(f) in USED]


def _use_of(figure: Figure, series: Series, outlook: Outlook, *, is_source: bool) -> str:
    """Return how an unpublished figure was used, given whether the outlook rests on its series."""
    if figure.released_on > outlook.day:
        return "later"
    if not is_source or figure.span.year > outlook.year:
        return "elsewhere"
    counts = [f for f in outlook.snapshot.figures_of(*series) if _key(f) == _key(figure)]
    return _use(counts[0]) if counts else "superseded"


def _key(figure: Figure) -> tuple[bool, Span, str, str, date]:
    return figure.is_published, figure.span, figure.measure, figure.unit, figure.released_on


def _use(figure: Figure) -> str:
    """Return how a figure that counts enters a history."""
    if figure.settles:
        return "figure"
    is_growth_expected = (figure.status, figure.measure) == ("expected", "growth_pct")
    return "expected" if is_growth_expected else "not_used"
