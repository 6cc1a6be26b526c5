"""Texts of workbooks without the numbers of footnotes that are raised in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from xml.parsers import expat

_KNOWN_BY = re.compile(rb"superscript|subscript|text-position")
_TEXTS = ("si", "is", "table-cell")
_RAISED = re.compile(r"super|\+?[1-9]")
_LOWERED = re.compile(r"sub|-")
# A footnote mark of our own: it parts the digits on its sides, and is left out of words.
_MARK = "※".encode("ascii", "xmlcharrefreplace")
Position = Literal["raised", "lowered"]


def without_raised(parts: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the parts of a workbook with raised texts left out, and a mark before lowered ones.

    A number with a raised 1 would be read as one with a digit more, and so would PM2.5 with its
    2.5 left out as another word. A text that is raised as a whole stays.
    """
    return {
        name: _Lines(content).lowered() if _KNOWN_BY.search(content) else content
        for name, content in parts.items()
    }


class _Lines:
    """An XML part of a workbook, with the places of raised and lowered texts in its bytes."""

    def __init__(self, content: bytes) -> None:
        self.content, self.parser = content, expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler = self._said
        self.edits: list[tuple[int, int, bytes]] = []  # from, to, what stands there instead
        self.edits_of_text: list[tuple[int, int, bytes]] = []
        self.styles: dict[str, Position] = {}
        self.style = ""
        self.positions: list[Position | None] = []  # of the runs that are open
        self.start: int | None = None
        self.has_line = False

    def lowered(self) -> bytes:
        """Return the part with its edits made."""
        self.parser.Parse(self.content, True)
        made, at = [], 0
        for start, end, instead in self.edits:
            made += [self.content[at:start], instead]
            at = end
        return b"".join([*made, self.content[at:]])

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._close()
        tag = name.rpartition(":")[2]
        if tag in _TEXTS:
            self.edits_of_text, self.has_line = [], False
        elif tag == "r":
            self.positions.append(None)
        elif tag == "vertAlign" and self.positions:
            self.positions[-1] = _position(attributes.get("val", ""))
        elif tag == "style":
            self.style = attributes.get("style:name", "")
        elif tag == "text-properties":
            if position := _position(attributes.get("style:text-position", "")):
                self.styles[self.style] = position
        elif tag == "span":
            within = self.positions[-1] if self.positions else None
            self.positions.append(self.styles.get(attributes.get("text:style-name", ""), within))

    def _end(self, name: str) -> None:
        self._close()
        tag = name.rpartition(":")[2]
        if tag in ("r", "span") and self.positions:
            self.positions.pop()
        elif tag in _TEXTS:
            self.edits += self.edits_of_text if self.has_line else []
            self.edits_of_text = []

    def _said(self, content: str) -> None:
        if not (self.positions and self.positions[-1]):
            self.has_line = self.has_line or content.strip() != ""
        elif self.start is None:
            self.start = self.parser.CurrentByteIndex

    def _close(self) -> None:
        """Note the raised or lowered text that ends where another element begins or ends."""
        if self.start is None:
            return
        if self.positions[-1] == "raised":
            self.edits_of_text.append((self.start, self.parser.CurrentByteIndex, b""))
        else:
            self.edits_of_text.append((self.start, self.start, _MARK))
        self.start = None


def _position(said: str) -> Position | None:
    """Return where a text stands, by the words of Excel or the per cents of OpenDocument."""
    if _RAISED.match(said):
        return "raised"
    return "lowered" if _LOWERED.match(said) else None
