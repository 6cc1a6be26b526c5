"""A table in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A table in words: its caption, its heads, and rows of which the first cell is a name."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
