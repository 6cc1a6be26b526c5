"""A page as a document for Word: its words, its tables, and its pictures."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from forecast.base.errors import NoPdf
from forecast.pages.word import Run, TableCell, WordDocument
from forecast.publishing.formats import ENGINE_QUIET, pdf_engine, unsandboxed

if TYPE_CHECKING:
    from PIL import Image

_SKIPPED = {"script", "style", "svg", "title", "head", "nav", "button", "template"}
_BLOCKS = ["p", "div", "section", "main", "details", "table", "ul", "ol", "dl", "figure", "img",
           "h1", "h2", "h3", "h4", "h5", "h6"]  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n\f]+")  # not the no-break space
_SVG = "data:image/svg+xml;base64,"
_PNG = "data:image/png;base64,"
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)pt"[^>]*?\sheight="([\d.]+)pt"', re.DOTALL)
_SIZE_TURNED = re.compile(r'<svg[^>]*?\sheight="([\d.]+)pt"[^>]*?\swidth="([\d.]+)pt"', re.DOTALL)
_PIXELS_A_POINT, _MM_A_POINT, _SHARPNESS = 96 / 72, 25.4 / 72, 2
_HIGHEST_SHOT, _ROOM, _SECONDS = 6000, 200, 120  # of a browser window, in pixels


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture of a page: its address, its words, and its size in points."""

    source: str
    words: str
    width: float
    height: float


def docx_of(html: str, lang: str, template: Path | None = None) -> bytes:
    """Return a page as a document for Word, in the styles of a template where there is one.

    Pictures are drawn by the program that prints PDFs; without it their words stand in their
    place. What is small print of a cell stands below its words. Raise BadTemplate for a template
    that cannot be used.
    """
    try:
        engine = pdf_engine()
    except NoPdf:
        engine = None
    page = BeautifulSoup(html, "html.parser")
    heading = page.find("h1")
    title = "" if heading is None else _words(heading)
    document = WordDocument(title, lang, template)
    body = page.find("main") or page.body or page
    drawn = _drawn(_pictures(body), engine)
    _write(document, body, drawn)
    return document.file()


def _write(document: WordDocument, node: Tag, drawn: dict[str, bytes]) -> None:
    """Write the parts of an element one after the other."""
    loose: list[PageElement] = []
    for child in node.children:
        if not isinstance(child, Tag) or _is_inline(child):
            loose.append(child)
            continue
        _flush(document, loose)
        if child.name not in _SKIPPED:
            _write_block(document, child, drawn)
    _flush(document, loose)


def _is_inline(tag: Tag) -> bool:
    """Whether an element is words within a paragraph."""
    own = {*_BLOCKS, *_SKIPPED, "summary", "figcaption", "li", "dt", "dd", "caption"}
    return tag.name not in own and tag.find(_BLOCKS) is None


def _flush(document: WordDocument, loose: list[PageElement]) -> None:
    runs = _trimmed([run for part in loose for run in _runs(part, is_bold=False)])
    loose.clear()
    if runs:
        document.paragraph(runs)


def _write_block(document: WordDocument, tag: Tag, drawn: dict[str, bytes]) -> None:
    name = tag.name
    if re.fullmatch("h[1-6]", name):
        document.heading(int(name[1]) - 1, _words(tag))
    elif name == "table":
        _write_table(document, tag)
    elif name == "img":
        _write_picture(document, tag, drawn)
    elif name in ("summary", "dt"):
        _flush_bold(document, tag)
    elif name == "figcaption":
        document.paragraph(_trimmed(list(_runs(tag, is_bold=False))), "Caption")
    elif tag.find(_BLOCKS) is not None:
        _write(document, tag, drawn)
    elif name in ("ul", "ol", "dl"):
        for item in tag.find_all(["li", "dt", "dd"]):
            _flush(document, [item])
    else:
        _flush(document, [tag])


def _flush_bold(document: WordDocument, tag: Tag) -> None:
    runs = _trimmed(list(_runs(tag, is_bold=True)))
    if runs:
        document.paragraph(runs)


def _runs(part: PageElement, *, is_bold: bool) -> Iterator[Run]:
    """Yield the words of an element with their looks."""
    if isinstance(part, Tag):
        if part.name == "br":
            yield Run(" ")
        elif part.name not in _SKIPPED and "hidden" not in part.get_attribute_list("class"):
            for child in part.children:
                yield from _runs(child, is_bold=is_bold or part.name in ("b", "strong"))
            if part.name in ("span", "div", "p", "li"):
                yield Run(" ")
    elif type(part) is NavigableString:  # not a comment
        yield Run(_SPACES.sub(" ", str(part)), is_bold)


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    """Return the runs without blanks at both ends; none where there is no word."""
    kept: list[Run] = []
    for run in runs:
        words = run.words.lstrip(" ") if not kept or kept[-1].words.endswith(" ") else run.words
        if words:
            kept.append(Run(words, run.is_bold))
    while kept and not kept[-1].words.strip(" "):
        kept.pop()
    if kept:
        kept[-1] = Run(kept[-1].words.rstrip(" "), kept[-1].is_bold)
    return kept


def _words(tag: Tag) -> str:
    return "".join(run.words for run in _trimmed(list(_runs(tag, is_bold=False))))


def _write_table(document: WordDocument, table: Tag) -> None:
    """Write a table; a caption that a page shows stands above it."""
    caption = table.find("caption")
    words = "" if caption is None else _SPACES.sub(" ", caption.get_text(" ")).strip()
    if caption is not None and _words(caption):
        document.paragraph([Run(_words(caption))], "Caption")
    rows = [
        [_cell(cell) for cell in row.find_all(["th", "td"], recursive=False)]
        for row in table.find_all("tr")
    ]
    rows = [row for row in rows if row]
    head = table.find("thead")
    n_heads = 0 if head is None else len(head.find_all("tr"))
    document.table(rows, n_heads, words)


def _cell(cell: Tag) -> TableCell:
    """Return a cell; small print stands below its words, unless it stands beside them."""
    runs: list[Run] = []
    for child in cell.descendants:
        if not isinstance(child, Tag) or child.name != "small":
            continue
        if "beside" not in child.get_attribute_list("class"):
            child.insert_before(NavigableString("\x1e"))
        else:
            child.insert_before(NavigableString(" "))
    runs = _trimmed(list(_runs(cell, is_bold=False)))
    lines = [Run(re.sub(r" ?\x1e ?", "\n", run.words), run.is_bold) for run in runs]
    if lines and lines[0].words.startswith("\n"):
        lines[0] = Run(lines[0].words.lstrip("\n"), lines[0].is_bold)
    return TableCell(tuple(lines), "number" in cell.get_attribute_list("class"))


def _write_picture(document: WordDocument, tag: Tag, drawn: dict[str, bytes]) -> None:
    picture = _picture(tag)
    if picture is None:
        return
    png = drawn.get(picture.source)
    if png is None:
        if picture.words:
            document.paragraph([Run(picture.words)])
        return
    width, height = (size * _MM_A_POINT for size in (picture.width, picture.height))
    document.picture(png, width, height, picture.words)


def _picture(tag: Tag) -> _Picture | None:
    """Return a picture that lies in the page itself; None for any other."""
    source, words = str(tag.get("src", "")), _SPACES.sub(" ", str(tag.get("alt", ""))).strip()
    if source.startswith(_PNG):
        raw = base64.b64decode(source.removeprefix(_PNG))
        size = (int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big"))
        return _Picture(source, words, size[0] / _PIXELS_A_POINT, size[1] / _PIXELS_A_POINT)
    if not source.startswith(_SVG):
        return None
    text = base64.b64decode(source.removeprefix(_SVG)).decode("utf-8", "replace")
    found, turned = _SIZE.search(text), _SIZE_TURNED.search(text)
    if found is not None:
        return _Picture(source, words, float(found[1]), float(found[2]))
    return None if turned is None else _Picture(source, words, float(turned[2]), float(turned[1]))


def _pictures(body: Tag) -> list[_Picture]:
    """Return the pictures of a page outside its tables, each once."""
    found = {
        picture.source: picture
        for tag in body.find_all("img")
        if tag.find_parent("table") is None and (picture := _picture(tag)) is not None
    }
    return list(found.values())


def _drawn(pictures: Sequence[_Picture], engine: str | None) -> dict[str, bytes]:
    """Return the pictures as PNG by their address; those that cannot be drawn are missing."""
    drawn = {
        p.source: base64.b64decode(p.source.removeprefix(_PNG))
        for p in pictures
        if p.source.startswith(_PNG)
    }
    batch: list[_Picture] = []
    height = 0.0
    for picture in (p for p in pictures if p.source not in drawn):
        if batch and height + picture.height * _PIXELS_A_POINT > _HIGHEST_SHOT:
            drawn |= _shot(batch, engine)
            batch, height = [], 0.0
        batch.append(picture)
        height += picture.height * _PIXELS_A_POINT
    return drawn | _shot(batch, engine)


def _shot(pictures: Sequence[_Picture], engine: str | None) -> dict[str, bytes]:
    """Return pictures cut out of one screenshot of all; none where the program fails."""
    if engine is None or not pictures:
        return {}
    from PIL import Image

    sizes = [
        (round(p.width * _PIXELS_A_POINT), round(p.height * _PIXELS_A_POINT)) for p in pictures
    ]
    tags = "".join(
        f'<img src="{p.source}" style="display:block;width:{w}px;height:{h}px">'
        for p, (w, h) in zip(pictures, sizes, strict=True)
    )
    window = max(w for w, _ in sizes), sum(h for _, h in sizes) + _ROOM
    with tempfile.TemporaryDirectory(prefix="forecast-word-") as name:
        page, shot = Path(name, "page.html"), Path(name, "shot.png")
        page.write_text(f'<body style="margin:0;background:#fff">{tags}</body>', encoding="utf-8")
        command = [engine, *ENGINE_QUIET, *unsandboxed(), f"--user-data-dir={name}/profile"]
        command += [f"--force-device-scale-factor={_SHARPNESS}", "--hide-scrollbars"]
        command += [f"--window-size={window[0]},{window[1]}", f"--screenshot={shot}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return {}
        if not shot.is_file():
            return {}
        with Image.open(shot) as whole:
            return _cut(whole.convert("RGB"), pictures, sizes)


def _cut(
    whole: Image.Image, pictures: Sequence[_Picture], sizes: Sequence[tuple[int, int]]
) -> dict[str, bytes]:
    drawn, top = {}, 0
    for picture, (width, height) in zip(pictures, sizes, strict=True):
        box = (0, top * _SHARPNESS, width * _SHARPNESS, (top + height) * _SHARPNESS)
        file = io.BytesIO()
        whole.crop(box).save(file, "PNG", optimize=True)
        drawn[picture.source] = file.getvalue()
        top += height
    return drawn
