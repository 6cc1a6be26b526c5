"""A cell that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from forecast.importing.numbers import Content


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be read: its sheet and address, what stands there, and why."""

    address: str
    content: Content
    why: str

    @property
    def row(self) -> str:
        """The row in which it stands: `Sheet!7` of `Sheet!C7`."""
        sheet, mark, cell = self.address.rpartition("!")
        return f"{sheet}{mark}{cell.lstrip(ascii_uppercase)}"
