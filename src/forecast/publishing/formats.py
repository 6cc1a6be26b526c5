"""A page in other forms: with its own Chinese glyphs, as PDF, as Markdown for mail."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markdownify import MarkdownConverter
from rich.cells import cell_len

from forecast.base.errors import NoPdf
from forecast.base.files import cache_folder, cache_text, cached_text
from forecast.base.package import PACKAGE

_FONTS = "pylopdf-fonts-zh-cn"
# Without a range this would be the page's first font where no other is installed, and widths would
# follow a font without Latin letters; with its own heights its letters would exceed their lines.
_BESIDE_OTHERS = "unicode-range: U+2E80-10FFFF; ascent-override: 95%; descent-override: 25%; "
_FIRST_CHINESE = "\u2e80"  # from here on lie the signs and characters that other fonts lack


def with_chinese(page: str) -> str:
    """Return a page with the glyphs of its Chinese, for machines without a Chinese font.

    The page's style prefers the fonts of the reader's machine to this one, `Report Chinese`. The
    subset is cached, because later pages usually hold the same characters.
    """
    chinese = "".join(sorted(c for c in set(page) if c >= _FIRST_CHINESE))
    if not chinese:
        return page
    key = hashlib.sha256(f"{version(_FONTS)} {version('fonttools')} {chinese}".encode())
    cached = cache_folder() / "glyphs" / f"{key.hexdigest()[:32]}.woff.txt"
    font = cached_text(cached)
    if font is None:
        font = _cut(chinese, "woff")
        cache_text(cached, font)
    return _with_style(page, _face("Report Chinese", font, "woff", _BESIDE_OTHERS))


def with_all(page: str, style: str) -> str:
    """Return a page with the glyphs of all its characters as font `Report`, and a style."""
    return _with_style(page, _face("Report", _cut(page, "otf"), "otf") + style)


def _with_style(page: str, style: str) -> str:
    return page.replace("</head>", f"<style>{style}</style>\n</head>", 1)


def _face(family: str, font: str, form: str, more: str = "") -> str:
    source = f'url("data:font/{form};base64,{font}")'
    return f'@font-face {{ font-family: "{family}"; {more}src: {source}; }}\n'


def _cut(text: str, form: str) -> str:
    """Return the font in base64, reduced to the glyphs of a text.

    One glyph may serve a character and a radical of the same shape, and would be copied out of a
    PDF as the radical; the subset maps it to the characters of the text only.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_zh_cn import sans_path

    with TTFont(str(sans_path()), lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(Options(layout_features=["kern"], hinting=False))
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = None if form == "otf" else form
        file = io.BytesIO()
        font.save(file)
    return base64.b64encode(file.getvalue()).decode("ascii")


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


ENGINES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ENGINE_VARIABLE = "FORECAST_CHROMIUM"
_SECONDS = 120
ENGINE_QUIET = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--no-pdf-header-footer",
)  # fmt: skip


def pdf_engine() -> str:
    """Return the program that prints; raise NoPdf if it is missing.

    `FORECAST_CHROMIUM` may name it; else it is the first that is found under a usual name.
    """
    named = os.environ.get(ENGINE_VARIABLE)
    paths = map(shutil.which, [named] if named else ENGINES)
    engine = next((path for path in paths if path), None)
    if engine is None:
        what = f"{ENGINE_VARIABLE} names {named!r}, which" if named else "Chromium or Chrome"
        raise NoPdf(f"{what} was not found; on Debian: apt install chromium")
    return engine


def pdf_of(html: str, engine: str) -> bytes:
    """Return a page as PDF; raise NoPdf where the engine fails."""
    with tempfile.TemporaryDirectory(prefix="forecast-pdf-") as name:
        page, printed = Path(name, "page.html"), Path(name, "page.pdf")
        page.write_text(with_all(html, _style()), encoding="utf-8")
        command = [engine, *ENGINE_QUIET, *unsandboxed(), f"--user-data-dir={name}/profile"]
        command += [f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPdf(f"{engine} failed: {error}") from error
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF-"):
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise NoPdf(f"{engine} printed nothing, code {done.returncode} {' '.join(reason)}")
        return printed.read_bytes()


def unsandboxed() -> tuple[str, ...]:
    """Return the option that Chromium needs when run by root; the pages hold no scripts."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ("--no-sandbox",) if is_root else ()


def _style() -> str:
    return (PACKAGE / "pages" / "templates" / "print.css").read_text(encoding="utf-8")
