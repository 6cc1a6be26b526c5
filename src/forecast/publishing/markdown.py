"""The page of an executed notebook as Markdown for mail: sentences, tables, pictures in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markdownify import MarkdownConverter
from rich.cells import cell_len

_CELLS = {"td", "th"}
_PLAIN = ["a", "b", "code", "em", "i", "strong"]  # only their words are kept
_WIDEST = 28  # of a column that is padded with blanks
# During conversion each block is a line: its mark between two `_MARK`, then its words. In a table
# `_CELL` ends a cell, `_ASIDE` precedes a small note below the words of a cell, and `_LINE` stands
# for the line ends of a finished table.
_MARK, _CELL, _ASIDE, _LINE = "\x1c", "\x1d", "\x1e", "\x1f"
_SPACES = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")  # not the no-break space
_MARKS = re.compile(
    r"[\\`*]|_(?![^\W_])|(?<![^\W_])_|~(?=.*~)|(?<=\])(?=[(:\[])|(?<=!)(?=\[)|(?=\[\^)"
)
_TAGS = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITIES = re.compile(r"&(?=#?\w+;)")
_STARTS = re.compile(r"^(?:(\d+)(?=[.)](?:\s|$))|(?=(?:#{1,6}|[-+])(?:\s|$)|>|--|\[[ xX]\]))")
_ENDS = re.compile(r"(?<!\S)(?=#+$)")  # of a heading


def markdown_of(html: str) -> str:
    """Return the words of a page as Markdown; no text of the page is ever read as a mark."""
    blocks: list[str] = []
    for line in _Lines(strip=_PLAIN).convert(html).split("\n"):
        *_, mark, words = ["", *line.split(_MARK)]
        block = mark.replace(_LINE, "\n") if mark.startswith("|") else _block(mark, _escaped(words))
        if mark == "- " and block and blocks and blocks[-1].startswith("- "):
            blocks[-1] += f"\n{block}"
        elif block:
            blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    """Return a text with its marks escaped; a tag begins with an entity that every reader knows."""
    words = _SPACES.sub(" ", text).strip(" ")
    marked = _MARKS.sub(r"\\\g<0>", _ENTITIES.sub("&amp;", words))
    return _TAGS.sub("&lt;", marked)


def _block(mark: str, words: str) -> str:
    """Return a block: its mark, if any, and words that cannot start or end another one."""
    if not words or mark == "**":
        return words and f"**{words}**"
    if mark.startswith("#"):
        return mark + _ENDS.sub(r"\\", words)
    return mark + _STARTS.sub(r"\1\\", words)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return the lines of a table; narrow columns are padded with blanks."""
    columns = max(map(len, rows))
    cells = [[*(c.replace("|", "\\|") for c in row), *[""] * (columns - len(row))] for row in rows]
    widths = [min(_WIDEST, max(map(cell_len, column))) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, _line(["-" * max(3, width) for width in widths], widths))
    return _LINE.join(lines)


def _line(cells: Sequence[str], widths: Iterable[int]) -> str:
    filled = (c + " " * max(0, w - cell_len(c)) for c, w in zip(cells, widths, strict=True))
    return f"| {' | '.join(filled)} |"


def _template(page: str, cell: str = "{}") -> Callable[[_Lines, Any, str, set[str]], str]:
    """Return a conversion that fills the words of an element into `page`, or in a table `cell`."""

    def convert(self: _Lines, el: Any, text: str, parent_tags: set[str]) -> str:
        return (cell if parent_tags & _CELLS else page).format(text)

    return convert


class _Lines(MarkdownConverter):
    """Converts a page into lines, each a block or a row of a table."""

    _apart = _template("\n{}\n", " {}")
    convert_p = convert_div = convert_section = convert_main = convert_details = _apart
    convert_figure = convert_figcaption = convert_caption = _apart
    convert_dl = convert_ul = convert_ol = _apart
    convert_li = _template(f"\n{_MARK}- {_MARK}{{}}\n", " {}")
    convert_dt, convert_dd = _template(f"\n{_MARK}- {_MARK}{{}}"), _template(": {}\n")
    convert_summary = _template(f"\n{_MARK}**{_MARK}{{}}\n")
    convert_br, convert_span = _template(" {}", " {}"), _template("{}", " {}")
    convert_tr = _template("{}\n")
    convert_script = convert_style = convert_svg = convert_title = _template("", "")

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Return the words without line ends; marks are escaped later, block by block."""
        return _SPACES.sub(" ", text)

    def convert_hN(self, n: int, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a heading."""
        return f"\n{_MARK}{'#' * n} {_MARK}{text}\n"

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return the words of a picture; in a table the numbers beside it say the same."""
        words = "" if parent_tags & _CELLS else self.escape(str(el.get("alt", "")), parent_tags)
        return f"\n{words}\n"

    def convert_small(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return small words; in a cell they stand below those before them unless `beside`."""
        is_below = parent_tags & _CELLS and el.get_attribute_list("class") != ["beside"]
        return (_ASIDE if is_below else " ") + text

    def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a cell."""
        parts = text.lstrip(f" {_ASIDE}").split(_ASIDE)
        return _escaped("; ".join(part.strip(" ") for part in parts)) + _CELL

    convert_th = convert_td

    def convert_table(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return the caption and the table."""
        lines = text.split("\n")
        caption = "".join(line for line in lines if _CELL not in line)
        rows = [line.split(_CELL)[:-1] for line in lines if _CELL in line]
        rows = [row for row in rows if any(row)]
        return f"\n{caption}\n" + (f"{_MARK}{_table(rows)}{_MARK}\n" if rows else "")
