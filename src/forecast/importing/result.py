"""Figures understood in a grid, cells that were not, and what became of each row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from forecast.base.months import Span
from forecast.importing.unread import Unread

ROW_KINDS = (
    "accepted", "rejected", "head", "words", "without_figures", "skipped", "hidden", "empty"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRead:
    """A figure and the cell that it was read from."""

    area: str
    indicator: str
    span: Span
    measure: Literal["level", "growth_pct"]
    value: Decimal
    unit: str
    status: str
    released_on: date
    released_on_basis: str
    address: str

    @property
    def key(self) -> tuple[str, str, Span, str, str]:
        """What tells it from other figures."""
        return self.area, self.indicator, self.span, self.measure, self.unit


@dataclass(slots=True)
class Understood:
    """What a grid gave. Every row is of one of `ROW_KINDS`, so that none is lost."""

    figures: list[FigureRead] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Understood) -> Understood:
        """Add what another grid gave."""
        self.figures += other.figures
        self.unread += other.unread
        self.rows += other.rows
        return self
