"""The page of an executed notebook as Markdown for mail: sentences, tables, pictures in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from rich.cells import cell_len

_SKIPPED = {"style", "script", "svg", "title"}
_BLOCKS = {"p", "div", "section", "figcaption", "dl", "details", "figure", "main", "body", "tr"}
_HEADINGS = {f"h{n}": "#" * n for n in range(1, 7)}
_WIDEST = 28  # of a column that is filled up with blanks
_ASIDE = "\x1f"  # before what stands smaller below the words of a cell
_SPACES = re.compile(r"[ \t-\r\x1c-\x1e\x85\u2028\u2029]+")  # not the no-break space
_MARKS = re.compile(
    r"[\\`*]|_(?![^\W_])|(?<![^\W_])_|~(?=.*~)|(?<=\])(?=[(:\[])|(?<=!)(?=\[)|(?=\[\^)"
)
_TAGS = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITIES = re.compile(r"&(?=#?\w+;)")
_STARTS = re.compile(r"^(?:(\d+)(?=[.)](?:\s|$))|(?=(?:#{1,6}|[-+])(?:\s|$)|>|--|\[[ xX]\]))")
_ENDS = re.compile(r"(?<!\S)(?=#+$)")  # of a heading


def markdown_of(html: str) -> str:
    """Return the words of a page as Markdown; what stands in a value is never read as a mark."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n\n".join(reader.blocks()) + "\n"


def _escaped(text: str) -> str:
    """Return a text without marks; a tag is told by its entity, which every reader knows."""
    marked = _MARKS.sub(r"\\\g<0>", _ENTITIES.sub("&amp;", text))
    return _TAGS.sub("&lt;", marked)


def _begun(start: str, words: str) -> str:
    """Return a block: its mark, if any, and words that begin or end no other one."""
    if start.startswith("#"):
        return start + _ENDS.sub(r"\\", words)
    return start + _STARTS.sub(r"\1\\", words)


@dataclass
class _Table:
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)

    def text(self) -> str:
        """Return the table with its caption; narrow columns are filled up with blanks."""
        columns = max((len(row) for row in self.rows), default=0)
        if not columns:
            return self.caption
        rows = [
            [cell.replace("|", "\\|") for cell in row] + [""] * (columns - len(row))
            for row in self.rows
        ]
        widths = [min(_WIDEST, max(map(cell_len, column))) for column in zip(*rows, strict=True)]
        lines = [_line(row, widths) for row in rows]
        lines.insert(1, _line(["-" * max(3, width) for width in widths], widths))
        return "\n".join([*([self.caption, ""] if self.caption else []), *lines])


def _line(cells: Sequence[str], widths: Iterable[int]) -> str:
    filled = (c + " " * max(0, w - cell_len(c)) for c, w in zip(cells, widths, strict=True))
    return f"| {' | '.join(filled)} |"


class _Reader(HTMLParser):
    """Reads the body of a page into blocks of Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._words: list[str] = []
        self._start = ""
        self._tables: list[_Table] = []
        self._skipping = 0

    def blocks(self) -> list[str]:
        """Return the blocks in their order."""
        self._end_block()
        return self._blocks

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag stands for."""
        if self._skipping or tag in _SKIPPED:
            self._skipping += tag in _SKIPPED
        elif tag == "table":
            self._end_block()
            self._tables.append(_Table())
        elif tag in ("td", "th", "caption"):
            self._words = []
        elif self._tables:
            if tag == "tr":
                self._tables[-1].rows.append([])
            elif tag in ("small", "br", "div", "p", "li", "span"):
                is_aside = tag == "small" and ("class", "beside") not in attrs
                self._words.append(_ASIDE if is_aside and "".join(self._words).strip() else " ")
        elif tag == "br":
            self._words.append(" ")
        elif tag == "img":
            self._end_block()
            self._words.append(dict(attrs).get("alt") or "")
            self._end_block()
        elif tag in _HEADINGS or tag in _BLOCKS or tag in ("li", "summary", "dt"):
            self._end_block()
            starts = {"li": "- ", "dt": "- ", "summary": "**"}
            self._start = f"{_HEADINGS[tag]} " if tag in _HEADINGS else starts.get(tag, "")
        elif tag == "dd":
            self._words.append(": ")
        elif tag == "small":
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End what a tag stands for."""
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif self._skipping:
            return
        elif tag == "table" and self._tables:
            text = self._tables.pop().text()
            self._words = []
            if text:
                self._blocks.append(text)
        elif self._tables:
            self._end_in_table(tag)
        elif tag in _HEADINGS or tag in _BLOCKS or tag in ("li", "summary", "dd", "ul", "ol"):
            self._end_block()

    def handle_data(self, data: str) -> None:
        """Keep the words of a page."""
        if not self._skipping:
            self._words.append(data.replace(_ASIDE, " "))

    def _end_in_table(self, tag: str) -> None:
        table = self._tables[-1]
        if tag == "caption":
            table.caption = _begun("", self._taken())
        elif tag in ("td", "th") and table.rows:
            table.rows[-1].append(self._taken())
        elif tag == "tr" and table.rows and not any(table.rows[-1]):
            table.rows.pop()

    def _end_block(self) -> None:
        words, start = self._taken(), self._start
        self._start = ""
        if not words:
            return
        if start == "**":
            self._blocks.append(f"**{words}**")
            return
        block = _begun(start, words)
        if start == "- " and self._blocks and self._blocks[-1].startswith("- "):
            self._blocks[-1] += f"\n{block}"
        else:
            self._blocks.append(block)

    def _taken(self) -> str:
        parts = "".join(self._words).split(_ASIDE)
        words = "; ".join(_SPACES.sub(" ", part).strip(" ") for part in parts)
        self._words = []
        return _escaped(words)
